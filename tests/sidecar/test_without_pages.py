"""An installed copy of the product has no pages: it says so, and names no address that would show nothing."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

from localorg.pages import PageBuildError
from sidecar.command_line import run
from sidecar.org import embedded

SERVED = SimpleNamespace(url="http://127.0.0.1:8765")


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The arguments of `sidecar org serve` whose server only pretends."""
    monkeypatch.setattr(embedded, "served", lambda *_, **__: nullcontext(SERVED))
    monkeypatch.setattr(embedded, "wait_until_stopped", lambda _: None)
    return ["--state", str(tmp_path / "state"), "org", "serve"]


def test_an_installed_copy_says_what_shows_the_numbers_instead(
    serve: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(embedded, "CHECKOUT", tmp_path)
    assert run(serve) == 0
    told = capsys.readouterr()
    assert "No pages: an installed copy has the API only. Remedy: `make demo` in a checkout" in told.err
    assert "`sidecar serve` show the numbers" in told.err
    assert "http://127.0.0.1:8765" in told.out and "/lightning/" not in told.out


def test_pages_that_cannot_be_built_are_not_named_either(
    serve: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: Path) -> None:
        raise PageBuildError("has no rollup")

    monkeypatch.setattr(embedded.pages, "ensure_built", broken)
    assert run(serve) == 0
    told = capsys.readouterr()
    assert "No pages: has no rollup" in told.err and "/lightning/" not in told.out


def test_pages_that_are_there_are_named(
    serve: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(embedded.pages, "ensure_built", lambda _: None)
    assert run(serve) == 0
    assert "http://127.0.0.1:8765/lightning/page/home" in capsys.readouterr().out
