"""Moves records between a Salesforce org and the mirror."""
