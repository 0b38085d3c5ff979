"""Composition: command line, configuration, jobs."""
