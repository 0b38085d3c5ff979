"""The proof beside the score: what a model rests on, how good it is, what was shrunk how far."""

from typing import Any

import numpy as np

from scoring.days import Floats
from scoring.win_probability.calibration import Calibration
from scoring.win_probability.choice import BASE, HeldOut
from scoring.win_probability.learning import Learned
from scoring.win_probability.validation import measures

SKILL, NO_SKILL = "beats the base rate", "no skill beyond the base rate"
# Closed deals, and deals of the rarer outcome, needed for medium and for high confidence.
_MEDIUM, _HIGH = (201, 50), (1000, 200)


def report(
    held_out: HeldOut,
    method: str,
    learned: Learned,
    calibration: Calibration,
    base: float,
    won: Floats,
    kind: str,
    used: int,
) -> dict[str, Any]:
    """The facts of a fitted model, as plain values; the keys are those of `fit`."""
    rare = int(min(won.sum(), len(won) - won.sum()))
    facts: dict[str, Any] = {
        "rows": len(won),
        "won": int(won.sum()),
        "base_rate": base,
        "method": method,
        "skill": method != BASE,
        "verdict": NO_SKILL if method == BASE else SKILL,
        "confidence": confidence(len(won), rare),
        "held_out": {"by": kind, "rows": len(np.unique(held_out.rows))},
        "candidates": {name: measures(held_out.won, said) for name, said in held_out.log_odds.items()},
        "calibration": {"intercept": calibration.intercept, "slope": calibration.slope},
        "shrinkage": _shrinkage(learned),
        "interactions": [f"{learned.columns[p.first].name} x {learned.columns[p.second].name}" for p in learned.pairs],
        "how": _how(len(won), used),
    }
    if held_out.log_odds:
        gain, error = held_out.gain(method, BASE)
        facts["held_out"] |= facts["candidates"][method]
        facts["held_out"] |= {
            "base_log_loss": facts["candidates"][BASE]["log_loss"],
            "gain": gain,
            "gain_standard_error": error,
        }
    return facts


def confidence(rows: int, rare: int) -> str:
    """low, medium or high, by the closed deals and those of the rarer outcome."""
    if rows >= _HIGH[0] and rare >= _HIGH[1]:
        return "high"
    return "medium" if rows >= _MEDIUM[0] and rare >= _MEDIUM[1] else "low"


def _shrinkage(learned: Learned) -> dict[str, dict[str, float]]:
    """Per column the standard deviation that its effects were given on the log-odds, and how many coefficients it is
    worth; both are 0 for a column that says nothing."""
    terms = [*(column.term for column in learned.columns), *(pair.term for pair in learned.pairs)]
    names = [column.name for column in learned.columns]
    names += [f"{names[pair.first]} x {names[pair.second]}" for pair in learned.pairs]
    found, start = {}, 0
    for name, term in zip(names, terms, strict=True):
        part = slice(start, start + len(term.blocks))
        freedom = learned.fit.freedom[part]
        spread = np.where(freedom > 0.0, 1.0 / np.sqrt(learned.fit.penalties[part]), 0.0)
        found[name] = {"deviation": float(spread.max()), "coefficients": float(freedom.sum())}
        start += len(term.blocks)
    return found


def _how(rows: int, used: int) -> str:
    part = f"a random {used:,} of {rows:,} rows" if used < rows else f"all {rows:,} rows"
    return f"learned from {part}, as weighted cross-tables of binned columns"
