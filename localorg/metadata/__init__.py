"""Metadata: read from an archive or a folder of source, checked as Salesforce checks it, kept in the org's file."""
