"""Mails as people get them: plain text, HTML and its pictures in one message."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import make_msgid, parseaddr
from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from sidecar.delivery.errors import NotTaken
from sidecar.delivery.words import day, exact, money, one_line, signed
from sidecar.errors import ConfigurationError

STOP_KIND = "Stop digest"
"""Kind of the request by which users say in Salesforce that they want no digest."""


@dataclass(frozen=True)
class Letter:
    """What a mail says.

    Attributes:
        subject: one line.
        text, html: the same content twice.
        pictures: PNG files by the names with which `cid:` names them in the HTML.
    """

    subject: str
    text: str
    html: str
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def compose(letter: Letter, to: str, sender: str | None, org_url: str, name: str | None = None) -> EmailMessage:
    """The mail: text beside HTML with its pictures (RFC 2387), and how to get no more of them (RFC 2369).

    Args:
        name: what it is called, for a Message-ID by which a server may know a repeat; None for one of its own.

    Raises:
        ConfigurationError: the sender is no address.
        NotTaken: `to` is no address.
    """
    _, address = parseaddr(sender or "")
    domain = address.rpartition("@")[2]
    if not domain or "@" not in address:
        raise ConfigurationError(
            f"[mail] sender is {sender!r}: expected an address such as sidecar@your-company.example"
        )
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = _recipient(to)
    mail["Subject"] = one_line(letter.subject)
    mail["Message-ID"] = f"<{name}@{domain}>" if name else make_msgid(domain=domain)
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Unsubscribe"] = f"<{stop_link(org_url)}>"
    mail.set_content(letter.text)
    mail.add_alternative(letter.html, subtype="html")
    _, page = mail.iter_parts()
    for cid, picture in letter.pictures.items():
        page.add_related(picture, "image", "png", cid=f"<{cid}>", disposition="inline", filename=f"{cid}.png")
    return mail


def _recipient(to: str) -> Address:
    try:
        return Address(addr_spec=to)
    except (ValueError, HeaderParseError) as error:
        raise NotTaken(
            f"{to!r} is no address that mail can be sent to. Remedy: correct it on the user in Salesforce"
        ) from error


def stop_link(org_url: str) -> str:
    """The page of the org on which a user makes the request to be told nothing any more; only after a login there."""
    values = quote(f"Sidecar_Kind__c={STOP_KIND}", safe="")
    return f"{org_url.rstrip('/')}/lightning/o/Sidecar_Request__c/new?defaultFieldValues={values}"


def render(template: str, org_url: str, **values: Any) -> str:
    """Fill in a template of the package; in one of HTML every text is escaped."""
    org = org_url.rstrip("/")
    return _environment().get_template(template).render(org_url=org, stop_url=stop_link(org_url), **values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("sidecar", "."),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"money": money, "signed": signed, "exact": exact, "one_line": one_line, "day": day}
    return environment
