"""Brings exports and generated tables into the org: whole columns at a time."""
