"""Computes scores: tables in, tables out."""
