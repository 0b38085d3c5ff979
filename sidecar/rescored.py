"""Scores between runs: only the records whose inputs are others are scored again.

The rows of each record are kept with the hash of what they follow from (`sidecar.inputs`), under a digest of all that
they follow from beside it: product, model, day, what all records are compared with. Another digest, and every record
is scored. Both are of content: whether what a file holds still fits is seen by looking at it, whatever happened since
it was written, so that nothing has to be kept in step with the mirror and a run that is killed leaves no trace.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from importlib.metadata import version
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
import pandas as pd

import scoring
from scoring.deals.risk_tags import in_use
from scoring.health.dependence import dependence
from scoring.lookup import places
from sidecar import inputs
from sidecar.desired import Past
from sidecar.fitted import FittedModel, read_pickle, write_pickle
from sync import Mirror

Scores = TypeVar("Scores", scoring.DealScores, scoring.HealthScores)
Make = Callable[[pd.Index | None], Scores]


def deal_scores(
    mirror: Mirror,
    past: Past,
    known: scoring.Book,
    quarter: scoring.Quarter,
    *,
    anew: bool = False,
) -> scoring.DealScores:
    """What `model.score` returns of all open deals.

    Args:
        mirror: the rows are kept beside its file.
        past: the model of the day, the book, its day and the hashes of its deals.
        known: the book as known on that day.
        quarter: see `DealModel.score`.
        anew: score every deal, whatever is kept.
    """
    used = in_use(known, past.model.settings)
    about = inputs.digest(past.model_name, past.as_of, past.book.stages.to_csv(), quarter, used)

    def make(deals: pd.Index | None) -> scoring.DealScores:
        return past.model.score(past.book, past.as_of, quarter, deals, used)

    return _rescored(_file(mirror, "deal-scores"), about, past.hashes, make, anew=anew)


def health_scores(
    mirror: Mirror,
    book: scoring.Book,
    known: scoring.Book,
    as_of: pd.Timestamp,
    settings: scoring.HealthSettings,
    lessons: FittedModel[scoring.HealthLessons],
    *,
    anew: bool = False,
) -> scoring.HealthScores:
    """What `scoring.score_health` returns of all accounts.

    Args:
        mirror: as for `deal_scores`.
        book: all that is in the mirror.
        known: the same as known on the day.
        as_of, settings: see `scoring.score_health`.
        lessons: of the day.
        anew: score every account, whatever is kept.
    """
    rests_on = dependence(replace(known, usage=book.usage))
    hashes, common = inputs.of_accounts(rests_on)
    about = inputs.digest(lessons.name, as_of, settings, common)

    def make(accounts: pd.Index | None) -> scoring.HealthScores:
        return scoring.score_health(book, as_of, settings, accounts, lessons.model)

    return _rescored(_file(mirror, "health-scores"), about, hashes, make, anew=anew)


@dataclass(frozen=True)
class _Kept(Generic[Scores]):
    """What is in a file.

    Attributes:
        about: the product, and all that the rows of every record follow from.
        hashes: of each record, indexed by its id.
        scores: of all records.
    """

    about: tuple[str, str]
    hashes: "pd.Series[int]"
    scores: Scores


def _file(mirror: Mirror, name: str) -> Path:
    return mirror.path.with_name(f"{name}.pickle")


def _rescored(file: Path, about: str, hashes: "pd.Series[int]", make: "Make[Scores]", *, anew: bool) -> Scores:
    """The scores of all records, made of those that are not kept; and keep them."""
    key = (version("salesforce-sidecar"), about)
    found = None if anew else read_pickle(file)
    kept: _Kept[Scores] | None = found if isinstance(found, _Kept) and found.about == key else None
    if kept is None:
        scores = make(None)
    elif kept.hashes.equals(hashes):
        return kept.scores
    else:
        place = places(hashes.index, kept.hashes.index)
        same = (place >= 0) & (kept.hashes.to_numpy()[place] == hashes.to_numpy())
        scores = _joined(kept.scores, make(hashes.index[~same]), hashes.index, same)
    write_pickle(file, _Kept(key, hashes, scores))
    return scores


def _joined(kept: Scores, made: Scores, records: pd.Index, same: "np.typing.NDArray[np.bool_]") -> Scores:
    """The kept rows of records that are the same and the made ones of the others, in the records' order."""
    tables = {}
    for item in fields(made):
        old, new = getattr(kept, item.name), getattr(made, item.name)
        if not (isinstance(new, pd.DataFrame) and records.name in new.columns):
            continue
        place = places(old[records.name], records)
        stays = (place >= 0) & same[place]
        rows = pd.concat([old[stays], new], ignore_index=True)
        order = np.argsort(np.concatenate([place[stays], places(new[records.name], records)]), kind="stable")
        tables[item.name] = rows.take(order).reset_index(drop=True)
    return replace(made, **tables)
