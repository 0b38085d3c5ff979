"""Lightning pages of the local org: the package's pages with its real components in a browser."""
