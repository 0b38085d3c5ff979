"""The console: plain pages for administrators, made on the server."""

from sidecar.service.console.views import console

__all__ = ["console"]
