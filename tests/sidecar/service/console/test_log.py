"""The log as it grows: whole lines, each once, whatever happens to the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from sidecar.service.console.log import tail
from tests.sidecar.service.conftest import Desk


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "service.log"


def texts(file: Path, after: int | None = None) -> list[str]:
    return [line.text for line in tail(file, after).lines]


def test_a_log_that_is_not_there_is_empty(file: Path) -> None:
    assert (tail(file).lines, tail(file).next) == ([], 0)


def test_a_long_log_is_shown_from_the_beginning_of_a_line(file: Path) -> None:
    lines = [f"line {number:06d} of the log" for number in range(4000)]
    file.write_text("\n".join(lines) + "\n")
    shown = texts(file)
    assert shown[-1] == lines[-1] and shown[0] in lines and 0 < len(shown) < len(lines)


def test_what_was_written_since_comes_once_and_a_half_written_line_later(file: Path) -> None:
    file.write_text("one\ntwo\nthr")
    first = tail(file)
    assert [line.text for line in first.lines] == ["one", "two"]
    with file.open("a") as opened:
        opened.write("ee\nfour\n")
    second = tail(file, first.next)
    assert [line.text for line in second.lines] == ["three", "four"]
    assert texts(file, second.next) == []


def test_a_new_file_in_place_of_the_old_one_is_read_from_its_beginning(file: Path) -> None:
    file.write_text("old\n" * 10)
    after = tail(file).next
    file.write_text("new\n")
    assert texts(file, after) == ["new"]


def test_lines_carry_their_level_and_tracebacks_none(file: Path) -> None:
    file.write_text(
        "2026-11-23 07:00:00,000 WARNING sidecar: hm\nTraceback\n2026-11-23 07:00:01,000 INFO sidecar: well\n"
    )
    assert [line.level for line in tail(file).lines] == ["warning", "", "info"]


def test_the_page_asks_for_lines_from_where_it_ends(desk: Desk) -> None:
    log = desk.state.service_folder / "service.log"
    log.write_text("first\n")
    desk.log_in()
    assert 'data-next="6"' in desk.client.get("/log").text
    log.write_text("first\n<b>second</b>\n")
    answer = desk.client.get("/log/lines?after=6")
    assert answer.get_json() == {"lines": [{"level": "", "text": "<b>second</b>"}], "next": 20}
    assert desk.client.get("/log/lines?after=nonsense").get_json()["lines"][0]["text"] == "first"
