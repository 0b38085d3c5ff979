"""The alert of the day: an account whose projection has fallen below what its deals are committed to."""
