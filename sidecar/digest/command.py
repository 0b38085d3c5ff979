"""`sidecar digest`: preview, and send what has not gone out this week."""

from dataclasses import asdict
from pathlib import Path

import click

from sidecar import terminal
from sidecar.book.calendar import today
from sidecar.connection import working
from sidecar.digest.gather import digests
from sidecar.digest.ledger import SentDigests, week_of
from sidecar.digest.recipients import Addressed, addressed
from sidecar.digest.render import html, subject, text
from sidecar.digest.send import send as send_all
from sidecar.errors import ConfigurationError
from sidecar.options import AS_JSON, Setting, common


@click.command()
@click.option("--user", help="Only this person: username or name.")
@click.option("--html", "html_file", type=click.Path(path_type=Path, dir_okay=False), help="Write one person's HTML.")
@click.option("--send", is_flag=True, help="Send the digests that have not gone out this week.")
@common
@AS_JSON
def digest(setting: Setting, user: str | None, html_file: Path | None, send: bool, as_json: bool) -> int:
    """Show the weekly digest of each rep and leader. Sends nothing without --send.

    It is made from what the last refresh found. Each person's holds only records that the org lets this person read.
    """
    configuration = setting.configuration
    with working(setting) as (org, mirror, _):
        week = week_of(today(mirror))
        found = [a for a in addressed(org, list(digests(mirror)), configuration.digest.without) if _is(a, user)]
        url = org.instance_url
    if not found:
        who = f"{user!r}" if user else "anybody"
        raise ConfigurationError(
            f"There is no digest for {who}: expected active users with an e-mail address and a projection, who are not"
            " under `without` in [digest]. Remedy: `sidecar refresh` first, or another --user."
        )
    if html_file is not None:
        _write(html_file, found, url)
    if send:
        sent = SentDigests(setting.state.service_folder / "digests.json")
        outcome = send_all(found, configuration.mail, sent, week=week, org_url=url)
        terminal.output.print(str(outcome))
        return 3 if outcome.refused or outcome.unknown or outcome.waiting else 0
    if as_json:
        terminal.print_json([{"to": a.address, "subject": subject(a.digest), **asdict(a.digest)} for a in found])
    elif html_file is None:
        for a in found:
            terminal.heading(f"To: {a.address}   Subject: {subject(a.digest)}")
            terminal.output.print(text(a.digest, url), markup=False)
    return 0


def _is(to: Addressed, user: str | None) -> bool:
    return user is None or user.casefold() in (to.username.casefold(), to.digest.name.casefold())


def _write(file: Path, found: list[Addressed], url: str) -> None:
    if len(found) != 1:
        raise ConfigurationError(f"--html takes one digest, there are {len(found)}. Remedy: name a person by --user.")
    try:
        file.write_text(html(found[0].digest, url), encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"--html {file}: cannot be written ({error.strerror}).") from error
