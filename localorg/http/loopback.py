"""Whether a request comes from this machine."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import request


def from_this_machine() -> bool:
    """Whether the browser is here, and was led here by a name of this machine (no rebound DNS name)."""
    return is_loopback(request.remote_addr or "") and names_this_machine(f"//{request.host}")


def names_this_machine(url: str) -> bool:
    """Whether a URL leads to this machine, by name or address."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return host == "localhost" or is_loopback(host)


def is_loopback(address: str) -> bool:
    """Whether the text is a loopback address."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
