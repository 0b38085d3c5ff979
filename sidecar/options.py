"""Options that every command takes, before or after its name."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import update_wrapper
from pathlib import Path
from typing import Any

import click

from sidecar.configuration import Configuration
from sidecar.configuration_file import load
from sidecar.state import State

CONFIG = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    help="Configuration file (default: sidecar.toml, if any).",
)
STATE = click.option(
    "--state", "state_folder", type=click.Path(path_type=Path), help="Folder for mirror, keys and local org (.sidecar)."
)
AS_OF = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Score as of this day (default: today in the org's time zone). For exports that end in the past.",
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of tables.")


@dataclass
class Setting:
    """Where a command works: read late, so that `--help` needs no valid configuration."""

    config_file: Path | None = None
    state_folder: Path | None = None

    @property
    def configuration(self) -> Configuration:
        """The configuration in force."""
        return load(self.config_file)

    @property
    def state(self) -> State:
        """The state directory in force, made if missing."""
        return State.open(self.state_folder or Path(".sidecar"))


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --config and --state to a command; its first argument becomes the `Setting`.

    Given after the command's name they win over those given before it.
    """

    def wrapper(
        context: click.Context, /, *args: Any, config_file: Path | None, state_folder: Path | None, **kwargs: Any
    ) -> Any:
        outer = context.find_object(Setting) or Setting()
        setting = Setting(config_file or outer.config_file, state_folder or outer.state_folder)
        return context.invoke(command, setting, *args, **kwargs)

    return CONFIG(STATE(click.pass_context(update_wrapper(wrapper, command))))
