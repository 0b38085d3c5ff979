"""The org's rows: one SQLite file, and writes that behave as Salesforce's do."""
