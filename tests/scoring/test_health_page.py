"""docs/health.md shows what the code computes, and the three customers are told apart."""

import importlib.util
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "docs" / "health.py"


def test_the_page_is_up_to_date() -> None:
    done = subprocess.run([sys.executable, str(SCRIPT), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_silently_dying_customer_is_the_one_to_act_on() -> None:
    spec = importlib.util.spec_from_file_location("health_page", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)
    found = page.score_health(page.example_book(), page.DAY)
    scores = found.scores.set_index("account_id")
    assert scores["band"].to_dict() == {"Alder": "Green", "Birch": "Yellow", "Cedar": "Green"}
    assert scores["health"].idxmin() == scores["churn_risk"].idxmax() == "Birch"
    first = found.playbooks[found.playbooks["account_id"] == "Birch"].iloc[0]
    assert first["owner_role"] == "CSM"
    totals = (found.measures["share"] * found.measures["score"]).groupby(found.measures["account_id"]).sum()
    assert (totals - scores["health"]).abs().max() < 1e-9
