"""`sidecar serve`: the flow every few minutes, every night and on request, in one process that owns the mirror."""
