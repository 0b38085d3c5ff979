"""The Metadata API: deployments by REST and by SOAP."""

from localorg.http.metadata import rest, soap

__all__ = ["rest", "soap"]
