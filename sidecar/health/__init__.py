"""Customer health on the command line: its settings, and why an account has its score."""
