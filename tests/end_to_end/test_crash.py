"""Runs that are killed twenty times and more lose nothing, double nothing and end as one that nobody killed."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.crash_state import Damage, State, damage

REPOSITORY = Path(__file__).parents[2]
OWN = "Sidecar_Projection__c"


def test_killed_runs_end_as_an_uninterrupted_one(tmp_path: Path) -> None:
    figures_file = tmp_path / "crash.json"
    options = ["--rows", "250", "--points", "4", "--kills", "16", "--chain", "6", "--json", str(figures_file)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.crash", *options],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(figures_file.read_text())["figures"]
    assert figures["kills"] >= 20
    assert {name: figures[name] for name in ("lost", "doubled", "different", "ledger")} == dict.fromkeys(
        ("lost", "doubled", "different", "ledger"), 0
    )


def state(*own: tuple[str, tuple[object, ...]], written: int = 1, unsettled: int = 0) -> State:
    """A state whose org and mirror hold these records of ours."""
    held = {"Account": [], "Opportunity": [], OWN: list(own)}
    values = Counter({(OWN, "a", "Sidecar_Plan__c", None, "1"): written})
    return State(held, held, values, unsettled, foreign=0)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (state(("a", (1,))), Damage()),
        (state(), Damage(lost=2)),
        (state(("a", (1,)), ("a", (1,))), Damage(doubled=2)),
        (state(("a", (1,)), ("b", (1,))), Damage(doubled=2)),
        (state(("a", (2,))), Damage(different=2)),
        (state(("a", (1,)), written=0), Damage(ledger=1)),
        (state(("a", (1,)), written=2), Damage(ledger=1)),
        (state(("a", (1,)), unsettled=3), Damage(ledger=3)),
    ],
    ids=["equal", "lost", "twice", "one too many", "another value", "not told", "told twice", "unsettled"],
)
def test_the_comparison_sees_every_damage_in_org_mirror_and_ledger(found: State, expected: Damage) -> None:
    assert damage(found, state(("a", (1,)))) == expected
