"""Reads the configuration: `sidecar.toml`, and what the environment says over it."""

import difflib
import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from sidecar.configuration import Configuration, HealthSection, OrgSection
from sidecar.configuration_errors import explain
from sidecar.errors import ConfigurationError

_PREFIX = "SIDECAR_"


def load(file: Path | None) -> Configuration:
    """Read the configuration.

    Args:
        file: the file a person named; None takes `sidecar.toml` in the working directory if there is one.

    Raises:
        ConfigurationError: no such file, broken TOML, an unknown key or a bad value; with the place and the remedy.
    """
    path = file or Path("sidecar.toml")
    if not path.exists():
        if file is not None:
            raise ConfigurationError(
                f"--config {file}: there is no such file. Remedy: correct the name, or let"
                f" `sidecar --config {file} init` write it."
            )
        return _build({}, "the environment")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path}: not a TOML file: {error}. Remedy: correct it there; a section is a line such as [mail], a key"
            ' one such as host = "mail.acme.example".'
        ) from error
    except OSError as error:
        raise ConfigurationError(
            f"{path}: cannot be read: {error.strerror}. Remedy: let this user read it, or name another with --config."
        ) from error
    source = f"{path} and the environment" if any(map(_is_ours, os.environ)) else str(path)
    return _relative_to(_build(data, source), path.parent)


def _build(data: dict[str, Any], source: str) -> Configuration:
    _check_environment()
    try:
        configuration = Configuration(**data)
    except ValidationError as error:
        raise ConfigurationError(explain(error, source, Configuration)) from error
    except SettingsError as error:  # of a value that has to be JSON; it names the section only
        told = str(error).partition(" from source")[0]
        raise ConfigurationError(
            f"the environment: {told}. Remedy: a variable for a whole section, a list or a table takes JSON, such as"
            """ SIDECAR_SLACK__WEBHOOKS='{"lea@acme.example": "https://hooks.slack.com/..."}'."""
        ) from error
    _check_org(configuration.org, source)
    _check_health(configuration.health, source)
    return configuration


def _check_environment() -> None:
    """A misspelt section would otherwise be a silent nothing; misspelt keys of a section are refused as in the file."""
    known = sorted(Configuration.model_fields)
    for name in filter(_is_ours, os.environ):
        section = name.removeprefix(_PREFIX).partition("__")[0].lower()
        if section not in known:
            close = difflib.get_close_matches(section, known, n=1)
            hint = f"did you mean {_PREFIX}{close[0].upper()}__...?" if close else f"sections are {', '.join(known)}"
            raise ConfigurationError(f"the environment: {name} names no section of the configuration: {hint}")


def _is_ours(variable: str) -> bool:
    return variable.startswith(_PREFIX) and "__" in variable


def _check_health(health: HealthSection, source: str) -> None:
    if health == HealthSection():
        return
    from scoring import ScoringSettingsError  # pandas takes its time: not loaded where nothing is to be checked
    from sidecar.health.settings import health_settings

    try:
        health_settings(health)
    except ScoringSettingsError as error:
        raise ConfigurationError(f"{source}: {error}") from error


def _check_org(org: OrgSection, source: str) -> None:
    if not org.configured:
        return
    missing = [name for name in ("consumer_key", "private_key_file") if getattr(org, name) is None]
    if missing:
        raise ConfigurationError(
            f"{source}: [org] has a username but no {' and no '.join(missing)}. All three are needed for the JWT "
            "login. Remedy: the consumer key stands in the app in Setup, the key file is made by `sidecar init`; or"
            " leave the whole section out to use the local org."
        )


def _relative_to(configuration: Configuration, folder: Path) -> Configuration:
    """Paths in the file are meant from the file's own folder."""
    org = configuration.org
    paths = {name: folder / value for name in ("private_key_file", "ca_bundle") if (value := getattr(org, name))}
    feeds = {name: folder / value for name, value in configuration.feeds if isinstance(value, Path)}
    changed = {"org": org.model_copy(update=paths), "feeds": configuration.feeds.model_copy(update=feeds)}
    return configuration.model_copy(update=changed)
