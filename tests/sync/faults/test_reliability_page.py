"""The page about reliability says what the fault matrix and the retry rules say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[3]
PAGE = REPOSITORY / "docs" / "reliability.md"
MATRIX = Path(__file__).with_name("matrix.toml")


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, REPOSITORY / "docs" / "reliability.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_the_page_in_the_repository_is_up_to_date() -> None:
    found = run("--check")
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def test_a_cell_that_has_another_end_is_noticed(tmp_path: Path) -> None:
    matrix, page = tmp_path / "matrix.toml", tmp_path / "page.md"
    matrix.write_text(MATRIX.read_text(encoding="utf-8").replace('close = "waits"', 'close = "renewed"'), "utf-8")
    page.write_text(PAGE.read_text(encoding="utf-8"), "utf-8")
    found = run("--check", "--matrix", matrix, "--file", page)
    assert (found.returncode, found.stderr) == (1, "page.md is out of date; run docs/reliability.py\n")


def test_a_page_without_its_marks_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# nothing\n", "utf-8")
    found = run("--file", page)
    assert found.returncode == 2 and "the page needs the lines" in found.stderr
