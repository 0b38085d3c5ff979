"""A digest as a message to Slack: Block Kit."""

from collections.abc import Iterator
from typing import Any

from sidecar.delivery.block_kit import Block, context, header, link, name, payload_of, section
from sidecar.delivery.words import day, exact, money, signed
from sidecar.digest.content import Digest, Figures, Item
from sidecar.digest.render import subject

_CELLS = 12


def payload(digest: Digest, org_url: str) -> dict[str, Any]:
    """The message; the notification shows the mail's subject."""
    return payload_of(subject(digest), list(_blocks(digest, org_url.rstrip("/"))))


def bar(figures: Figures) -> str:
    """A thermometer in characters: booked, projected beyond it, and what is left of the longest."""
    longest = max(figures.plan or 0, figures.commit, 1)
    booked, projected = (round(_CELLS * min(max(value / longest, 0), 1)) for value in (figures.booked, figures.commit))
    projected = max(projected - booked, 0)
    return "█" * booked + "▒" * projected + "░" * (_CELLS - booked - projected)


def _blocks(digest: Digest, url: str) -> Iterator[Block]:
    whole = digest.whole
    yield header(f"{digest.name}: {digest.quarter}")
    range_told = f"{money(whole.worst)} at worst, {money(whole.best)} at best"
    yield section(
        [
            f"*{money(whole.booked)}* booked of {money(whole.plan)} planned, gap *{money(whole.gap)}*",
            f"Projected *{money(whole.commit)}* ({range_told})",
        ]
    )
    if digest.moved:
        lines = [f"{exact(value)} {word}" for word, value in digest.moved.items()]
        since = f" since {day(digest.since)}" if digest.since else ""
        yield section([f"*Projection{since}: {exact(digest.change)}*", *lines])
    if digest.plan_change:
        yield section([f"The plan itself has changed: *{exact(digest.plan_change)}*"])
    if digest.segments:
        yield section(["*By segment*", *(_segment(part) for part in digest.segments)])
    if digest.at_risk:
        yield section(["*Deals at risk*", *(_item(item, url, money) for item in digest.at_risk)])
    if digest.actions:
        yield section(["*Actions worth most*", *(_item(item, url, signed) for item in digest.actions)])
    if digest.to_fix:
        fixes = ", ".join(f"{name(kind)}: {records}" for kind, records in digest.to_fix.items())
        yield section(["*Data to fix*", fixes])
    yield context(f"<{url}/lightning/page/home|Open your home page>. Amounts are in the corporate currency.")


def _segment(part: Figures) -> str:
    return (
        f"{bar(part)} {name(part.name)}: {money(part.booked)} booked, projected {money(part.commit)},"
        f" plan {money(part.plan)}, gap {money(part.gap)}"
    )


def _item(item: Item, url: str, told: Any) -> str:
    amount = f"{told(item.amount)} " if item.amount is not None else ""
    extra = [text for text in (item.owner and name(item.owner), item.due and day(item.due)) if text]
    behind = f" ({', '.join(extra)})" if extra else ""
    return f"• {amount}{link(f'{url}/{item.record_id}', item.title)}{behind}: {name(item.detail)}"
