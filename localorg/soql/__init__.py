"""SOQL: own grammar, compiled to SQL over the org's SQLite file."""
