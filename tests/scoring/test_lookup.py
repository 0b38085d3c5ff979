"""Values by key: as pandas finds them."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from scoring.lookup import looked_up, places

TEXTS = st.lists(st.sampled_from(["", "a", "b", "ä", "a" * 40, None]), max_size=8)


@given(TEXTS, TEXTS.map(lambda texts: sorted(set(texts) - {None})))
def test_keys_are_found_where_pandas_finds_them(keys: list[str | None], known: list[str]) -> None:
    asked, there = pd.Series(keys, dtype="str"), pd.Index(known, dtype="str")
    assert places(asked, there).tolist() == there.get_indexer(pd.Index(asked)).tolist()
    for values in (range(len(known)), [True] * len(known), pd.date_range("2026-01-01", periods=len(known)), known):
        held = pd.Series(values, index=there)
        found = held.reindex(pd.Index(asked)).set_axis(asked.index)
        pd.testing.assert_series_equal(looked_up(asked, held), found)
