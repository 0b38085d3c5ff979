"""The page of messages: each one is still said by the code, and each kind of error is there."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import scoring
import sidecar
import sync
from scoring.errors import ScoringError
from sidecar.errors import SidecarError

REPOSITORY = Path(__file__).parents[1]
PAGE = (REPOSITORY / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
OF_OTHERS = {"UNABLE_TO_LOCK_ROW", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "INSUFFICIENT_ACCESS_OR_READONLY"}


def kinds(root: type[Exception]) -> Iterator[type[Exception]]:
    """All children of an error class."""
    for child in root.__subclasses__():
        yield child
        yield from kinds(child)


def messages() -> list[str]:
    """What stands in the first column of the tables of messages: literal parts of what the code says."""
    tables = PAGE.partition("## Configuration")[2]
    rows = [line for line in tables.splitlines() if line.startswith("| `")]
    parts = [part for row in rows for part in re.findall(r"`([^`]+)`", row.split(" | ")[0])]
    return [part.removesuffix("...").replace("--state FOLDER: ", "") for part in parts]


def test_every_message_is_one_that_the_code_says() -> None:
    folders = ("sidecar", "sync", "scoring", "localorg")
    code = "\n".join(file.read_text("utf-8") for name in folders for file in (REPOSITORY / name).rglob("*.py"))
    said = re.sub(r'"\s*\n\s*f?"', "", code)  # texts that go over several lines
    assert len(messages()) > 30
    assert [text for text in messages() if text not in OF_OTHERS and text not in said] == []


def test_every_kind_of_error_has_its_line() -> None:
    for package in (sidecar, sync, scoring):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    found = {child.__name__ for root in (SidecarError, sync.SyncError, ScoringError) for child in kinds(root)}
    ours = {name for name in found if not name.startswith("_")}
    assert len(ours) > 15
    assert {name for name in ours if f"`{name}`" not in PAGE} == set()
