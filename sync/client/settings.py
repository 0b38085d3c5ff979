"""What is needed to reach an org."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from sync.client.transport import check_address
from sync.errors import ConfigurationError

_SANDBOX = "https://test.salesforce.com"
_PRODUCTION = "https://login.salesforce.com"


@dataclass(frozen=True)
class OrgSettings:
    """Settings of the JWT bearer login.

    Parameters
    ----------
    login_url : `https://login.salesforce.com`, `https://test.salesforce.com` or the org's My Domain; plain http is
        allowed for this machine only.
    username : the integration user's username (not the e-mail address).
    consumer_key : of the connected app or external client app.
    private_key_file : PEM file of the RSA key whose certificate the app holds.
    audience : the assertion's `aud`; None = Salesforce's login or test host as follows from `login_url`.
    api_version : such as "66.0".
    ca_bundle : PEM file of the certificate authorities to trust, where a company's proxy needs one.
    """

    login_url: str
    username: str
    consumer_key: str = field(repr=False)
    private_key_file: Path
    audience: str | None = None
    api_version: str = "66.0"
    ca_bundle: Path | None = None

    def __post_init__(self) -> None:
        check_address(self.login_url, "login_url")
        for name in ("username", "consumer_key"):
            if not getattr(self, name).strip():
                raise ConfigurationError(f"{name} is empty: expected the {name.replace('_', ' ')} of the org's login")
        if self.ca_bundle is not None and not Path(self.ca_bundle).is_file():
            raise ConfigurationError(f"ca_bundle {self.ca_bundle} is no file: expected a PEM file of certificates")

    def resolved_audience(self) -> str:
        """The `aud` claim: as set, else Salesforce's own host for salesforce.com addresses, else the login address."""
        if self.audience:
            return self.audience
        host = urlsplit(self.login_url).hostname or ""
        if host == "test.salesforce.com" or host.endswith(".sandbox.my.salesforce.com"):
            return _SANDBOX
        return _PRODUCTION if host.endswith(".salesforce.com") else self.login_url.rstrip("/")
