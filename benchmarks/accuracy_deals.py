"""The table-level win model on real exports, beside the rates and peers that it must not fall behind."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold

from benchmarks.accuracy_exports import DATA, WON, Deals, hardware_sales, loan_applications, software_sales
from benchmarks.accuracy_peers import PEERS, predicted
from benchmarks.accuracy_rows import Floats, Goal, Row, scores
from scoring.win_probability import WinModel, fit

NO_SKILL = "no skill beyond the base rate"
# Sub-samples of each size, half of them of each data set, and the sizes.
_DRAWS, _SIZES = 50, (0, 5, 20, 50, 200)
# Repeats of the ten folds; the figures of a single one differ by a hundredth, so only all of them have goals.
_REPEATS = 4


def rows(quick: bool) -> list[Row]:
    """The rows of bpic2012, salvirt_b2b and maven_crm; none where the exports are absent."""
    if not DATA.is_dir():
        return []
    return _loans() + _software(repeats=1 if quick else _REPEATS) + _hardware() + _thin(draws=6 if quick else _DRAWS)


def _won(deals: Deals) -> Floats:
    return deals.table[WON].to_numpy(dtype="float64")


def _ours(known: Deals, as_of: str | None = None) -> WinModel:
    return fit(known.table, WON, known.predictors, as_of=as_of)


def _chance(model: WinModel, asked: Deals) -> Floats:
    return np.asarray(model.predict(asked.table), dtype=np.float64)


def _base(known: Deals, asked: Deals) -> Floats:
    return np.full(len(asked.table), (_won(known).sum() + 1.0) / (len(known.table) + 2.0))


def _loans() -> list[Row]:
    known, asked = loan_applications()
    by_stage = known.table.groupby("stage")[WON].mean()
    ours = _ours(known, as_of="began")
    goals = (Goal("auc", "at least", 0.70), Goal("log_loss", "at most", 0.590))
    stage = asked.table["stage"].map(by_stage).to_numpy(dtype="float64")
    found = [
        Row("bpic2012", "ours", scores(_won(asked), _chance(ours, asked)) | _verdict(ours), goals),
        Row("bpic2012", "base rate", scores(_won(asked), _base(known, asked))),
        Row("bpic2012", "stage rate", scores(_won(asked), stage)),
    ]
    return found + _peers("bpic2012", known, asked)


def _hardware() -> list[Row]:
    known, asked = hardware_sales()
    ours = _ours(known, as_of="began")
    base = scores(_won(asked), _base(known, asked))
    goals = (Goal("log_loss", "at most", round(1.005 * base["log_loss"], 6)), Goal("verdict", "is", NO_SKILL))
    figures = scores(_won(asked), _chance(ours, asked)) | _verdict(ours)
    found = [Row("maven_crm", "ours", figures, goals), Row("maven_crm", "base rate", base)]
    return found + _peers("maven_crm", known, asked)


def _verdict(model: WinModel) -> dict[str, float | str]:
    return {"verdict": str(model.report()["verdict"])}


def _peers(on: str, known: Deals, asked: Deals) -> list[Row]:
    return [Row(on, name, scores(_won(asked), predicted(peer, known, asked))) for name, peer in PEERS.items()]


def _software(repeats: int) -> list[Row]:
    deals = software_sales()
    methods: dict[str, Callable[[Deals, Deals], Floats]] = {
        "ours": lambda known, asked: _chance(_ours(known), asked),
        "base rate": _base,
        "logistic": lambda known, asked: predicted(PEERS["logistic"], known, asked),
        "boosting": lambda known, asked: predicted(PEERS["boosting"], known, asked),
    }
    goals = (Goal("auc", "at least", 0.83), Goal("brier", "at most", 0.17)) if repeats == _REPEATS else ()
    return [
        Row("salvirt_b2b", name, _cross_validated(deals, method, repeats), goals if name == "ours" else ())
        for name, method in methods.items()
    ]


def _cross_validated(deals: Deals, method: Callable[[Deals, Deals], Floats], repeats: int) -> dict[str, float]:
    """Mean over the repeats of the figures of ten held-out folds together."""
    won, found = _won(deals), []
    for repeat in range(repeats):
        chance = np.empty(len(won))
        for _, ask in StratifiedKFold(10, shuffle=True, random_state=repeat).split(won, won):
            held = np.isin(np.arange(len(won)), ask)
            chance[ask] = method(deals.where(pd.Series(~held)), deals.where(pd.Series(held)))
        found.append(scores(won, chance))
    return {str(name): float(value) for name, value in pd.DataFrame(found).mean().items()}


def _thin(draws: int) -> list[Row]:
    """Sub-samples of few closed deals; the deals asked about are the rest of salvirt and the later ones of bpic2012."""
    software, (known, asked) = software_sales(), loan_applications()
    found = []
    for size in _SIZES:
        ratios = [*_thin_ratios(software, None, size, draws // 2), *_thin_ratios(known, asked, size, draws // 2)]
        goals = (Goal("vs_base_rate", "at most", 1.02), Goal("confidence", "is", "low"))
        ratio = float(np.mean([each for each, _ in ratios]))
        said = sorted({confidence for _, confidence in ratios})
        figures: dict[str, float | str] = {"vs_base_rate": ratio, "confidence": ", ".join(said)}
        found.append(Row(f"{size} closed deals", "ours", figures, goals))
    return found


def _thin_ratios(pool: Deals, asked: Deals | None, size: int, draws: int) -> list[tuple[float, str]]:
    """Our log loss by that of the shrunk base rate, and our confidence, of each sub-sample."""
    found = []
    for draw in range(draws):
        drawn = np.isin(np.arange(len(pool.table)), np.random.default_rng(draw).permutation(len(pool.table))[:size])
        few = pool.where(pd.Series(drawn))
        others = asked or pool.where(pd.Series(~drawn))
        model = _ours(few)
        ours = scores(_won(others), _chance(model, others))["log_loss"]
        ratio = ours / scores(_won(others), _base(few, others))["log_loss"]
        found.append((ratio, str(model.report()["confidence"])))
    return found
