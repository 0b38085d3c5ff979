"""`sidecar init`: the command."""

from collections.abc import Sequence
from pathlib import Path

import click

from sidecar import terminal
from sidecar.configuration_file import load
from sidecar.connection import connected
from sidecar.errors import ConfigurationError
from sidecar.init.keys import KeyPair, key_pair
from sidecar.init.propose import OBJECTS, Proposal, proposals, unknown_types
from sidecar.init.template import template
from sidecar.options import Setting, common
from sidecar.private_file import write_private

PRODUCTION = "https://login.salesforce.com"

STEPS = """\
Next, in Salesforce (docs/operations.md has the details):
 1. Deploy the package: sf project deploy start --source-dir lwc_components --target-org YOUR_ORG
 2. Make the integration user {username}: licence Salesforce Integration, profile
    Minimum Access - API Only Integrations, permission set licence Salesforce API Integration,
    permission set Sidecar_Integration.
 3. Setup > External Client App Manager > New: enable OAuth, scopes api and refresh_token, flow JWT bearer
    with the certificate {certificate}; policy: admin approved users are pre-authorized;
    admit the permission set Sidecar_Integration.
 4. Copy the app's consumer key into {file} as consumer_key under [org].
Then, here:
 5. sidecar --config {file} init --map   proposes the mapping of your own fields
 6. sidecar --config {file} doctor       names what is missing, with its remedy
 7. sidecar --config {file} plan         shows what would be written, before anything is
"""


@click.command()
@click.option("--login-url", help=f"Login host, or the org's My Domain (default: {PRODUCTION}).")
@click.option("--username", help="The integration user's username.")
@click.option("--consumer-key", help="Consumer key of the app, where there is one already.")
@click.option("--map", "only_map", is_flag=True, help="Log in and propose the mapping of your own fields.")
@common
def init(
    setting: Setting, login_url: str | None, username: str | None, consumer_key: str | None, only_map: bool
) -> None:
    """Write a commented sidecar.toml and a key pair, and say what to do in Salesforce Setup.

    Nothing that is there is overwritten. What flags do not say is asked for at the terminal.
    """
    if only_map:
        _propose(setting)
        return
    file = setting.config_file or Path("sidecar.toml")
    if file.exists():
        raise ConfigurationError(f"{file} is there already. Remedy: edit it, or name another file with --config.")
    username = username or _asked("Username of the integration user", None)
    if not username:
        raise ConfigurationError("No integration user is named. Remedy: --username integration@your-company.example")
    login_url = login_url or _asked("Login host, or the org's My Domain", PRODUCTION) or PRODUCTION
    try:
        pair = key_pair(file.parent)
        known = {"login_url": login_url, "username": username, "private_key_file": pair.key.name}
        filled = {**known, **({"consumer_key": consumer_key} if consumer_key else {})}
        write_private(file, template({"org": filled}))
    except OSError as error:
        raise ConfigurationError(
            f"{error.filename}: cannot be written ({error.strerror}). Remedy: go to a folder that you may write to,"
            " or name a file in one with --config."
        ) from error
    _say_what_is_next(file, pair, username)


def _asked(question: str, default: str | None) -> str | None:
    if not terminal.is_interactive():
        return default
    answer: str = click.prompt(question, default=default or "", show_default=bool(default), err=True)
    return answer


def _say_what_is_next(file: Path, pair: KeyPair, username: str) -> None:
    terminal.output.print(f"Written: {file}, {pair.key} (keep it to yourself), {pair.certificate}.", markup=False)
    terminal.output.print()
    told = STEPS.format(username=username, certificate=pair.certificate, file=file)
    terminal.output.print(told, markup=False, end="")


def _propose(setting: Setting) -> None:
    configuration = load(setting.config_file)
    with connected(configuration, setting.state) as org:
        schemas = org.describe_all(list(OBJECTS)).schemas
    found = list(proposals(schemas, configuration.segments))
    _show(found)
    kind = next((item.field for item in found if item.key == "type"), configuration.mapping.opportunity.type)
    unknown = unknown_types(schemas, kind, configuration.segments)
    if unknown:
        terminal.output.print()
        told = f"# Values of Opportunity.{kind} that belong to no segment yet; add each to one of [segments]:"
        terminal.output.print(f"{told} {', '.join(unknown)}", markup=False)


def _show(found: Sequence[Proposal]) -> None:
    if not found:
        terminal.output.print("# No field of your own looks as if the mapping needed it; the defaults fit.")
    for section in dict.fromkeys(item.section for item in found):
        terminal.output.print(f"[{section}]", markup=False)
        for item in found:
            if item.section == section:
                terminal.output.print(f'{item.key} = "{item.field}"  # {item.why}', markup=False)
