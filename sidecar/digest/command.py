"""`sidecar digest`: preview, send what has not gone out this week, and say who wants none."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click

from sidecar import terminal
from sidecar.book.calendar import today
from sidecar.connection import working
from sidecar.delivery.sent import Sent
from sidecar.digest.blocks import payload
from sidecar.digest.recipients import Addressed, of_the_week
from sidecar.digest.render import letter, page, subject, text
from sidecar.digest.send import send as send_all
from sidecar.digest.send import week_of
from sidecar.digest.subscription import subscribe, unsubscribe
from sidecar.errors import ConfigurationError
from sidecar.options import AS_JSON, Setting, common


@click.group(invoke_without_command=True)
@click.option("--user", help="Only this person: username or name.")
@click.option("--preview", is_flag=True, help="Show what would be sent; so it does without any option.")
@click.option("--html", "html_file", type=click.Path(path_type=Path, dir_okay=False), help="Write one person's HTML.")
@click.option("--text", "text_file", type=click.Path(path_type=Path, dir_okay=False), help="Write one person's text.")
@click.option("--send", is_flag=True, help="Send the digests that have not gone out this week.")
@common
@AS_JSON
@click.pass_context
def digest(
    context: click.Context,
    setting: Setting,
    user: str | None,
    preview: bool,
    html_file: Path | None,
    text_file: Path | None,
    send: bool,
    as_json: bool,
) -> int:
    """Show the weekly digest of each rep and leader. Sends nothing without --send.

    It is made from what the last refresh found. Each person's holds only records that the org lets this person read.
    """
    context.obj = setting
    if context.invoked_subcommand is not None:
        return 0
    if preview and send:
        raise ConfigurationError("--preview sends nothing and --send does: expected one of them.")
    with _found(setting, user) as (found, week, url):
        if html_file is not None:
            _write("--html", html_file, page(letter(_one("--html", found).digest, url)))
        if text_file is not None:
            _write("--text", text_file, text(_one("--text", found).digest, url))
        if send:  # while the mirror is ours, so that a service does not send the same
            sent = Sent(setting.state.digests_file)
            outcome = send_all(found, setting.configuration.mail, sent, week=week, org_url=url)
    if send:
        terminal.output.print(f"digests: {outcome}")
        return 3 if outcome.unfinished or outcome.unknown else 0
    if as_json:
        terminal.print_json([_as_dict(to, url) for to in found])
    elif html_file is None and text_file is None:
        for to in found:
            terminal.heading(f"To: {_place(to)}   Subject: {subject(to.digest)}")
            terminal.output.print(text(to.digest, url), markup=False)
    return 0


digest.add_command(unsubscribe)
digest.add_command(subscribe)


@contextmanager
def _found(setting: Setting, user: str | None) -> Iterator[tuple[list[Addressed], date, str]]:
    """The digests asked for, their week, and the address of the org; the mirror is ours until the end of the block."""
    with working(setting) as (org, mirror, _):
        week = week_of(today(mirror))
        everybody = of_the_week(org, mirror, setting.configuration, setting.state)
        found = [to for to in everybody if _is(to, user)]
        if not found:
            who = f"{user!r}" if user else "anybody"
            raise ConfigurationError(
                f"There is no digest for {who}: expected active users with an e-mail address and a projection, who have"
                " not unsubscribed and are not under `without` in [digest]. Remedy: `sidecar refresh` first, or another"
                " --user."
            )
        yield found, week, org.instance_url


def _is(to: Addressed, user: str | None) -> bool:
    return user is None or user.casefold() in (to.person.username.casefold(), to.digest.name.casefold())


def _place(to: Addressed) -> str:
    ways = [to.person.address, "Slack" if to.person.webhook else None]
    return " and ".join(way for way in ways if way)


def _as_dict(to: Addressed, url: str) -> dict[str, Any]:
    own = {"username": to.person.username, "to": to.person.address, "subject": subject(to.digest), **asdict(to.digest)}
    return own | ({"slack": payload(to.digest, url)} if to.person.webhook else {})


def _one(option: str, found: list[Addressed]) -> Addressed:
    if len(found) != 1:
        raise ConfigurationError(f"{option} takes one digest, there are {len(found)}. Remedy: name a person by --user.")
    return found[0]


def _write(option: str, file: Path, content: str) -> None:
    try:
        file.write_text(content, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"{option} {file}: cannot be written ({error.strerror}). Remedy: name a file in a folder that you"
            " may write to."
        ) from error
