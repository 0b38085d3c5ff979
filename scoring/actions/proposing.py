"""Making rows of proposals: keys, and columns that most kinds share."""

import pandas as pd

from scoring.actions.tables import PROPOSALS
from scoring.words import shortened

LONGEST_TEXT = 255


def key_of(kind: str, *parts: "pd.Series[str] | str") -> "pd.Series[str] | str":
    """`past-close-date:006...`: the kind and what the action is about."""
    key: pd.Series[str] | str = kind.lower().replace(" ", "-")
    for part in parts:
        key = key + ":" + part
    return key


def proposed(kind: "pd.Series[str] | str", rows: pd.DataFrame, **columns: "pd.Series | str") -> pd.DataFrame:
    """`PROPOSALS` of one or of several kinds.

    Args:
        kind: name of their kind, or of each one's.
        rows: what the actions are about; its columns of the same names are taken over.
        columns: the others, aligned with `rows`.
    """
    given = {name: rows[name] for name in PROPOSALS.names if name in rows} | {"kind": kind} | columns
    frame = pd.DataFrame(given, index=rows.index)
    for name in ("title", "cause"):
        frame[name] = shortened(frame[name].astype("str"), LONGEST_TEXT)
    return PROPOSALS.conform(frame)
