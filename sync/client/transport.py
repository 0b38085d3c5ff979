"""Which addresses may be spoken to and how: https everywhere, plain http on this machine only."""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter

from sync.errors import ConfigurationError

TIMEOUT_SECONDS = (10.0, 120.0)
"""Connect and read time-outs of every request."""

_POOL_SIZE = 10


def is_loopback(host: str | None) -> bool:
    """Whether `host` is this machine: localhost or an address of 127.0.0.0/8 or ::1."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def check_address(url: str, setting: str) -> None:
    """Raise ConfigurationError unless `url` is https with a host, or http on a loopback address."""
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ConfigurationError(f"{setting} is {url!r}: expected an address such as https://login.salesforce.com")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ConfigurationError(
            f"{setting} is {url!r}: plain http is allowed for this machine only, because the session token would be "
            f"readable on the way. Use https://{parts.netloc}"
        )


class _PlainLoopback(HTTPAdapter):
    """Carries http to loopback addresses only, past any proxy.

    simple-salesforce turns every instance address into https; for a plain local org it is turned back here.
    """

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        check_address(urlunsplit(parts._replace(scheme="http")), "the address of a request")
        request.url = urlunsplit(parts._replace(scheme="http"))
        kwargs["proxies"] = {}
        return super().send(request, *args, **kwargs)


def mount_adapters(session: requests.Session) -> None:
    """Give `session` pooled connections; http works for loopback addresses only."""
    session.mount("https://", HTTPAdapter(pool_maxsize=_POOL_SIZE))
    session.mount("http://", _PlainLoopback(pool_maxsize=_POOL_SIZE))


def allow_plain_instance(session: requests.Session, instance_url: str) -> None:
    """Let `https://host:port/` of a loopback instance be reached over http, as its own address says."""
    parts = urlsplit(instance_url)
    if parts.scheme == "http":
        check_address(instance_url, "instance_url")
        session.mount(f"https://{parts.netloc}/", _PlainLoopback(pool_maxsize=_POOL_SIZE))
