"""`sidecar backtest`: what it prints and writes, and what it says where there is nothing to replay."""

import json
from pathlib import Path

import pandas as pd
import pytest

from scoring.backtest import Backtest
from scoring.backtest.replay import CHANCES, PROJECTED
from sidecar.backtest.page import page
from sidecar.backtest.replayed import summary
from sidecar.command_line import run


def test_an_empty_mirror_is_refused_with_a_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["backtest", "--state", str(tmp_path)]) == 2
    assert "sidecar pull" in capsys.readouterr().err


def done(scope_id: str) -> Backtest:
    rows = pd.DataFrame(
        {
            "quarter": pd.Timestamp("2026-07-01"),
            "week": list(range(1, 13)),
            "scope": "Rep",
            "scope_id": scope_id,
            "segment": "All",
            "pillar": "All",
            **dict.fromkeys(("booked", "worst", "commit", "expected", "final"), 10.0),
            "best": 20.0,
            **dict.fromkeys(("stage_weighted", "stage_spread", "commit_category"), 5.0),
        }
    )
    chances = pd.DataFrame(
        {"quarter": rows["quarter"], "week": 0, "of": ["quarter", "win"] * 6, "probability": 0.4, "won": True}
    )
    return Backtest(PROJECTED.conform(rows), CHANCES.conform(chances), ("2026-04-01: thin",))


def test_the_page_needs_nothing_else_and_any_text_stays_text() -> None:
    backtest = done("<script>alert(1)</script>")
    result = summary(backtest)
    text = page(result, pd.Timestamp("2026-11-20"))
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "http" not in text
    assert text.count("<svg role") == 4
    assert "2026-04-01: thin" in text
    assert "nan" not in text.lower()
    assert text == page(result, pd.Timestamp("2026-11-20"))


def test_the_summary_is_plain_json() -> None:
    result = json.loads(json.dumps(summary(done("R1")), allow_nan=False))
    assert result["levels"]["Rep"]["coverage_80"] == 1.0
    assert result["levels"]["Rep"]["error_week4_vs_last_year"] is None
    assert result["levels"]["Rep"]["thin"] is True


def test_nothing_to_replay_is_said_not_hidden() -> None:
    nothing = Backtest(PROJECTED.empty(), CHANCES.empty(), ("2026-07-01: too early",))
    result = summary(nothing)
    assert result["quarters"] == []
    assert "none" in page(result, pd.Timestamp("2026-11-20"))
