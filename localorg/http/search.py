"""Search: a local org has no search index and says so, rather than answer with less than Salesforce would find."""

from __future__ import annotations

from typing import NoReturn

from flask import Blueprint

from localorg.errors import OrgError


def blueprint() -> Blueprint:
    """`/search` and `/parameterizedSearch`, both refused."""
    pages = Blueprint("search", __name__)

    @pages.get("/search")
    @pages.get("/parameterizedSearch")
    @pages.post("/parameterizedSearch")
    def refused() -> NoReturn:
        raise OrgError("FUNCTIONALITY_NOT_ENABLED", "Search is not enabled for this organization: query instead")

    return pages
