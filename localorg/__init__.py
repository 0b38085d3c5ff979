"""A Salesforce org on this machine."""
