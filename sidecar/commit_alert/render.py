"""The alert as a mail and as a message to Slack."""

from collections.abc import Sequence
from email.message import EmailMessage
from typing import Any

from sidecar.commit_alert.shortfall import Committed, Shortfall
from sidecar.delivery import block_kit
from sidecar.delivery.compose import Letter, compose, render
from sidecar.delivery.people import Person
from sidecar.delivery.words import money

SHOWN = 10
"""Accounts of one message: those with the largest shortfalls."""


def message(person: Person, shortfalls: Sequence[Shortfall], sender: str | None, org_url: str) -> EmailMessage:
    """The mail to a person with an address. Raises as `compose`."""
    assert person.address is not None
    return compose(letter(shortfalls, org_url), person.address, sender, org_url)


def letter(shortfalls: Sequence[Shortfall], org_url: str) -> Letter:
    """The mail's content."""
    title = subject(shortfalls)
    values = {
        "subject": title,
        "quarter": shortfalls[0].quarter,
        "shown": shortfalls[:SHOWN],
        "more": max(len(shortfalls) - SHOWN, 0),
    }
    text, html = (render(f"commit_alert/alert.{kind}", org_url, **values) for kind in ("txt", "html"))
    return Letter(title, text, html)


def subject(shortfalls: Sequence[Shortfall]) -> str:
    """How much is short, in our words and numbers only: names of accounts are for those who open it."""
    short = money(sum(shortfall.short for shortfall in shortfalls))
    if len(shortfalls) == 1:
        return f"An account is projected {short} below its commit"
    return f"{len(shortfalls)} accounts are projected {short} below their commit"


def payload(shortfalls: Sequence[Shortfall], org_url: str) -> dict[str, Any]:
    """The message to Slack."""
    url = org_url.rstrip("/")
    blocks = [block_kit.header(subject(shortfalls))]
    blocks += [block_kit.section(_lines(shortfall, url)) for shortfall in shortfalls[:SHOWN]]
    if len(shortfalls) > SHOWN:
        blocks.append(block_kit.context(f"And {len(shortfalls) - SHOWN} more with smaller shortfalls."))
    blocks.append(block_kit.context(f"{block_kit.name(shortfalls[0].quarter)}. Amounts are in the corporate currency."))
    return block_kit.payload_of(subject(shortfalls), blocks)


def _lines(shortfall: Shortfall, url: str) -> list[str]:
    short = money(shortfall.short)
    return [
        f"*{block_kit.link(f'{url}/{shortfall.account_id}', shortfall.name)}*",
        f"Projected {money(shortfall.projected)} of {money(shortfall.committed)} committed: *{short} short*",
        *(_deal(deal, url) for deal in shortfall.deals),
    ]


def _deal(deal: Committed, url: str) -> str:
    likely = "" if deal.probability is None else f", {100 * deal.probability:.0f} % likely this quarter"
    return f"• {block_kit.link(f'{url}/{deal.record_id}', deal.name)}: {money(deal.arr)} committed{likely}"
