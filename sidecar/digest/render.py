"""A digest as a mail: plain text and HTML with the same content, and pictures that come along."""

import base64
from datetime import date
from email.message import EmailMessage

from sidecar.delivery.compose import Letter, compose, render
from sidecar.delivery.words import money, one_line, signed
from sidecar.digest import pictures
from sidecar.digest.content import Digest
from sidecar.digest.recipients import Addressed

CURVE = "quarter"
_IN_WORDS = {"curve": pictures.curve_in_words, "bar": pictures.thermometer_in_words}


def message(to: Addressed, *, sender: str | None, week: date, org_url: str, preview: bool = False) -> EmailMessage:
    """The mail. Its Message-ID follows from person and week, so that a server may know a repeat; a preview's does not.

    Raises:
        ConfigurationError: the sender is no address.
        NotTaken: the person's address is none.
    """
    assert to.person.address is not None
    name = None if preview else f"digest-{week}-{to.digest.user_id}"
    return compose(letter(to.digest, org_url, preview=preview), to.person.address, sender, org_url, name)


def letter(digest: Digest, org_url: str, *, preview: bool = False) -> Letter:
    """The mail's content."""
    drawn = pictures.bars_of(digest.segments)
    if len(digest.weeks) > 1:
        drawn[CURVE] = pictures.curve(digest)
    told = f"Preview: {subject(digest)}" if preview else subject(digest)
    return Letter(told, text(digest, org_url), html(digest, org_url), drawn)


def subject(digest: Digest) -> str:
    """The one line: where the quarter stands. Made of our words and numbers only."""
    whole = digest.whole
    moved = f", projection {signed(digest.change)} this week" if digest.moved else ""
    if whole.share is None or whole.gap is None:
        return f"{one_line(digest.quarter)}: {money(whole.booked)} booked, no plan{moved}"
    left = f"{money(whole.gap)} to go" if whole.gap > 0 else f"{money(-whole.gap)} above"
    return f"{one_line(digest.quarter)}: {whole.share:.0%} of plan, {left}{moved}"


def text(digest: Digest, org_url: str) -> str:
    """The plain-text part."""
    return render("digest/digest.txt", org_url, digest=digest, in_words=_IN_WORDS)


def html(digest: Digest, org_url: str) -> str:
    """The HTML part: every text of the org is escaped; its pictures are named by `cid:`, all else is in it."""
    sizes = {"width": pictures.WIDTH, "curve_height": pictures.CURVE_HEIGHT, "bar_height": pictures.BAR_HEIGHT}
    return render("digest/digest.html", org_url, digest=digest, subject=subject(digest), in_words=_IN_WORDS, **sizes)


def page(letter: Letter) -> str:
    """The HTML as a file for a browser, with the pictures in it."""
    found = letter.html
    for name, picture in letter.pictures.items():
        found = found.replace(f'"cid:{name}"', f'"data:image/png;base64,{base64.b64encode(picture).decode()}"')
    return found
