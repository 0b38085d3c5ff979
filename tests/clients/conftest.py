"""A served org for each file of tests, and the official clients beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from localorg import server
from localorg.org import LocalOrg

from .driving import ADMIN, COMMAND, MODULES, Cli, Target

PACKAGE = Path(__file__).parents[2] / "lwc_components"


@pytest.fixture(scope="session")
def clients_needed() -> None:
    """The Node clients are installed; in CI they have to be."""
    if COMMAND.exists() and (MODULES / "jsforce").is_dir():
        return
    reason = "the official clients are not installed: `make .setup/clients`"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A served org with our package."""
    yield from _served(tmp_path_factory.mktemp("packaged"), PACKAGE)


@pytest.fixture(scope="module")
def plain_target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A served org without any package."""
    yield from _served(tmp_path_factory.mktemp("plain"), None)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home for the clients that holds nothing else."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def cli(clients_needed: None, home: Path) -> Cli:
    """The official command line, nobody logged in."""
    return Cli(home)


def log_in(cli: Cli, target: Target) -> Cli:
    """The command line, the administrator of the org logged in by JWT as its default org."""
    credentials = server.credentials(target.state)
    cli.result(
        *("org", "login", "jwt", "--set-default", "--username", ADMIN, "--instance-url", target.url),
        *("--client-id", credentials.consumer_key, "--jwt-key-file", credentials.private_key_file),
    )
    return cli


def _served(state: Path, package: Path | None) -> Iterator[Target]:
    if package is not None:
        (state / "org").mkdir()
        LocalOrg.open(state / "org" / "org.sqlite", package).close()
    info = server.start(state, package=None)
    yield Target(state, info.url)
    server.stop(info)
