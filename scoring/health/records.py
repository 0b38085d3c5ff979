"""Short lists of the records behind a measure."""

import numpy as np
import pandas as pd

from scoring.book import Book
from scoring.health.counting import Bools, Ints, day_number
from scoring.health.definitions import Measure
from scoring.health.inputs import Inputs

# Records listed behind a measure.
LISTED = 5


def few_ids(owners: "pd.Series[str]", ids: "pd.Series[str]") -> "pd.Series[str]":
    """The first few ids of each owner joined by `;`, indexed by owner."""
    codes, distinct = pd.factorize(owners, sort=True)
    rows = pd.DataFrame({"owner": codes, "id": ids.array}).sort_values(["owner", "id"], kind="stable")
    words, owner = rows["id"].reset_index(drop=True), rows["owner"].to_numpy()
    first, end = (np.searchsorted(owner, np.arange(len(distinct)), side=side) for side in ("left", "right"))
    listed = words.take(first).set_axis(pd.Index(distinct, name="owner")).astype("str")
    for rank in range(1, LISTED):
        there = np.flatnonzero(first + rank < end)
        if not len(there):
            break
        more = np.full(len(first), "", dtype=object)
        more[there] = ";" + words.take(first[there] + rank).to_numpy(dtype=object)
        listed = listed + pd.Series(more, index=listed.index, dtype="str")
    return listed


def records_behind(measure: Measure, book: Book, inputs: Inputs, as_of: pd.Timestamp) -> "pd.Series[str]":
    """Ids of the cases, assets or deployments that cost points, joined by `;`, indexed by account id.

    Telemetry has no ids of its own in the book: its records are the last weeks of the product.
    """
    today, source = day_number(as_of), measure.form.source
    if source == "cases":
        return _listed(
            book.cases["case_id"], inputs.cases.row, inputs.cases.account, _cases(measure, inputs, today), inputs
        )
    products = inputs.holdings.products
    if source == "assets":
        assets = inputs.assets
        lapsed = (assets.force_end <= today) & (assets.use_end > today) & (assets.start <= today)
        return _listed(book.assets["asset_id"], assets.row, assets.pair // products, lapsed, inputs)
    if source == "deployments":
        found = inputs.deployments
        behind = _deployments(measure, inputs, today)
        return _listed(book.deployments["deployment_id"], found.row, found.pair // products, behind, inputs)
    return pd.Series([], index=pd.Index([], dtype="str"), dtype="str")


def _listed(ids: "pd.Series[str]", row: Ints, account: Ints, chosen: Bools, inputs: Inputs) -> "pd.Series[str]":
    owners = pd.Series(inputs.accounts.to_numpy()[account[chosen]], dtype="str")
    return few_ids(owners, ids.iloc[row[chosen]].reset_index(drop=True))


def _cases(measure: Measure, inputs: Inputs, today: int) -> Bools:
    cases = inputs.cases
    if measure.formula == "resolved_in_time":
        limits = np.array([measure.parameters[name] for name in ("critical", "high", "other")])[cases.severity]
        _, (start, end) = cases.resolution_spans(limits.astype(np.int64), int(measure.parameters["days"]))
    else:
        start, end = cases.span(measure.formula, measure.fields[0], int(measure.parameters.get("days", 0)))
    return (start <= today) & (today < end)


def _deployments(measure: Measure, inputs: Inputs, today: int) -> Bools:
    found = inputs.deployments
    if measure.formula == "late_share":
        return found.stalled | ((found.target < today) & (found.completed > today))
    if measure.formula == "share_of_due":
        done, whole = (found.amounts[name] for name in measure.fields)
        return np.asarray(done < found.due * whole)
    return found.completed > today
