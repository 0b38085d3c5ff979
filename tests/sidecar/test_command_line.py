"""The command line as a contract: names, help, exit codes."""

import re

import click
import pytest

from sidecar.command_line import COMMANDS, cli, run


def every_command(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    """The command and all below it."""
    found = [(path, command)]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            found += every_command(below, (*path, name))
    return found


ALL = every_command(cli)


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_every_command_and_option_has_help(path: tuple[str, ...], command: click.Command) -> None:
    assert command.help and command.help.strip().endswith(".")
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{' '.join(path)} {parameter.name}"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_overview_says_what_the_command_says(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.help is not None
    assert " ".join(command.help.split()).startswith(COMMANDS[name][1])


@pytest.mark.parametrize(
    ("path", "command"),
    [(path, command) for path, command in ALL if path and not isinstance(command, click.Group)],
    ids=[" ".join(path) for path, command in ALL if path and not isinstance(command, click.Group)],
)
def test_every_command_takes_config_and_state(path: tuple[str, ...], command: click.Command) -> None:
    assert {"config_file", "state_folder"} <= {parameter.name for parameter in command.params}


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert re.fullmatch(r"sidecar, version \d+\.\d+\.\d+\n", capsys.readouterr().out)


def test_an_unknown_command_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fly"]) == 2
    assert "fly" in capsys.readouterr().err
