"""The command line: `sidecar COMMAND`. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 done in part."""

import importlib
import sys
from pathlib import Path
from typing import Any

import click

from sidecar.options import CONFIG, STATE, Setting

# Commands are imported when they are used: `sidecar --help` has no need of DuckDB, pandas or Flask.
COMMANDS = {
    "demo": ("sidecar.demo", "Make a local org with a generated book, refresh it once, and serve the pages."),
    "org": (
        "sidecar.org.command",
        "The local org: run it, load and export folders of CSVs, generate a book, take a package.",
    ),
    "init": (
        "sidecar.init.command",
        "Write a commented sidecar.toml and a key pair, and say what to do in Salesforce Setup.",
    ),
    "doctor": (
        "sidecar.doctor.command",
        "Look for what would keep the sidecar from working, and say what to do about it.",
    ),
    "pull": ("sidecar.commands", "Bring what changed in the org into the mirror."),
    "plan": ("sidecar.commands", "Show what a refresh would write, value by value. Writes nothing to the org."),
    "refresh": ("sidecar.commands", "Pull, score, and write back what differs."),
    "digest": (
        "sidecar.digest.command",
        "Show the weekly digest of each rep and leader. Sends nothing without --send.",
    ),
    "serve": (
        "sidecar.service.command",
        "Refresh every few minutes and compare every night, until stopped; status, metrics and triggers over HTTP.",
    ),
    "mirror": ("sidecar.mirror_command", "The mirror: prove that it holds what the org holds."),
    "backtest": ("sidecar.backtest.command", "Replay past quarters week by week with what was known then."),
    "runs": ("sidecar.runs_command", "List what each run did, newest first."),
    "health": ("sidecar.health.command", "Customer health: why an account has its score, and what would better it."),
    "undo": ("sidecar.commands", "Put back what a RUN changed, except where somebody has changed it since."),
}


class LazyGroup(click.Group):
    """A group whose commands live in modules that are imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module; None for a name that is no command."""
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        command = getattr(importlib.import_module(module), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="salesforce-sidecar", prog_name="sidecar")
@CONFIG
@STATE
@click.pass_context
def cli(context: click.Context, config_file: Path | None, state_folder: Path | None) -> None:
    """Customer health, win probabilities and ARR projections beside Salesforce.

    Without a configured org, commands work on the local org in the state directory.
    """
    context.obj = Setting(config_file, state_folder)


def main(arguments: list[str] | None = None) -> None:
    """Run a command and leave with its exit code; a known error is one message, never a traceback."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code."""
    try:
        result: Any = cli.main(args=arguments, prog_name="sidecar", standalone_mode=False)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (Exception, KeyboardInterrupt) as error:
        from sidecar.failure import exit_code_of  # knows the errors of all floors; not needed when nothing fails

        code = exit_code_of(error)
        if code is None:
            raise
        return code
    return result if isinstance(result, int) else 0
