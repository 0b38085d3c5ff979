"""A digest as a mail: plain text and HTML with bars made of table cells, so that nothing has to be loaded."""

from datetime import date
from email.message import EmailMessage
from email.utils import make_msgid, parseaddr
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from sidecar.digest.content import Digest, Figures
from sidecar.digest.recipients import Addressed
from sidecar.errors import ConfigurationError

_THOUSAND, _MILLION = 1_000, 1_000_000


def message(to: Addressed, *, sender: str, week: date, org_url: str, preview: bool = False) -> EmailMessage:
    """The mail. Its Message-ID follows from person and week, so that a server may know a repeat; a preview's does not.

    Raises:
        ConfigurationError: the sender is no address.
    """
    _, address = parseaddr(sender)
    domain = address.rpartition("@")[2]
    if not domain or "@" not in address:
        raise ConfigurationError(
            f"[mail] sender is {sender!r}: expected an address such as sidecar@your-company.example"
        )
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = to.address
    mail["Subject"] = f"Preview: {subject(to.digest)}" if preview else subject(to.digest)
    mail["Message-ID"] = make_msgid(domain=domain) if preview else f"<digest-{week}-{to.digest.user_id}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text(to.digest, org_url))
    mail.add_alternative(html(to.digest, org_url), subtype="html")
    return mail


def subject(digest: Digest) -> str:
    """The one line: where the quarter stands. Made of our words and numbers only."""
    whole = digest.whole
    moved = f", projection {signed(digest.change)} this week" if digest.moved else ""
    if whole.share is None or whole.gap is None:
        return f"{_safe(digest.quarter)}: {money(whole.booked)} booked, no plan{moved}"
    left = f"{money(whole.gap)} to go" if whole.gap > 0 else f"{money(-whole.gap)} above"
    return f"{_safe(digest.quarter)}: {whole.share:.0%} of plan, {left}{moved}"


def text(digest: Digest, org_url: str) -> str:
    """The plain-text part."""
    return _environment().get_template("digest.txt").render(digest=digest, org_url=org_url.rstrip("/"))


def html(digest: Digest, org_url: str) -> str:
    """The HTML part: every text of the org is escaped, nothing is loaded from anywhere."""
    return _environment().get_template("digest.html").render(digest=digest, org_url=org_url.rstrip("/"))


def money(value: float | None) -> str:
    """Money in three figures or so: 480K, 1.62M; a dash where there is none."""
    if value is None:
        return "–"
    size = abs(value)
    if size >= 0.9995 * _MILLION:
        told = f"{size / _MILLION:.2f}M"
    else:
        told = f"{size / _THOUSAND:.0f}K" if size >= 0.9995 * _THOUSAND else f"{size:.0f}"
    return f"-{told}" if value < 0 and told != "0" else told


def signed(value: float) -> str:
    """Money with its sign."""
    told = money(value)
    return told if told.startswith("-") or told == "0" else f"+{told}"


def width(figures: Figures, value: float) -> int:
    """A bar's length, 0 to 100, where the longest of plan and best is 100."""
    longest = max(figures.plan or 0, figures.best, 1)
    return round(100 * min(max(value / longest, 0), 1))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("sidecar.digest", "."),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"money": money, "signed": signed, "one_line": _safe}
    environment.globals |= {"width": width}
    return environment


_CONTROLS = dict.fromkeys((*range(32), 127), " ")


def _safe(text: str) -> str:
    """A text of the org on one line, without control characters: it cannot add lines to a mail."""
    return " ".join(text.translate(_CONTROLS).split())
