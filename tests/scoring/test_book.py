"""What a book must look like, and what is said when it does not."""

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from scoring import Book, NoQuarterError, ScoringInputError, quarter_at, validate
from scoring.book import TABLES


def deals(**columns: object) -> pd.DataFrame:
    rows: dict[str, object] = {
        "opportunity_id": ["1", "2"],
        "created_date": pd.to_datetime(["2026-01-01", "2026-01-02"]),
        "is_closed": [False, True],
        "is_won": [False, True],
    }
    return pd.DataFrame(rows | columns)


def test_every_table_of_the_book_is_described() -> None:
    assert [table.name for table in TABLES] == [item.name for item in fields(Book)]


def test_an_empty_book_gets_the_documented_dtypes() -> None:
    book = validate(Book())
    for table in TABLES:
        frame = getattr(book, table.name)
        assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == {
            column.name: column.dtype for column in table.columns
        }


def test_absent_nullable_columns_count_as_empty() -> None:
    checked = validate(Book(opportunities=deals())).opportunities
    assert checked["segment"].isna().all()
    assert checked["arr"].dtype == "float64"


def test_numbers_and_moments_of_other_precision_are_taken() -> None:
    table = deals(amount=[1, 2], close_date=pd.to_datetime(["2026-03-01T23:59", None]).astype("datetime64[ns]"))
    checked = validate(Book(opportunities=table)).opportunities
    assert checked["amount"].tolist() == [1.0, 2.0]
    assert checked["close_date"].iloc[0] == pd.Timestamp("2026-03-01")
    assert table["amount"].dtype == "int64", "the input is not changed"


@pytest.mark.parametrize(
    ("changes", "column", "rows", "words"),
    [
        ({"created_date": [None, None]}, "created_date", 2, "empty"),
        ({"opportunity_id": ["1", "1"]}, "opportunity_id", 1, "repeat"),
        ({"segment": ["Renew", "New Logo"]}, "segment", 1, "Renew, Upsell, Net New"),
        ({"amount": ["1", "2"]}, "amount", 2, "float64"),
        ({"amount": [1.0, np.inf]}, "amount", 1, "finite"),
        ({"is_closed": ["yes", "no"]}, "is_closed", 2, "bool"),
        ({"close_date": ["2026-01-01", "2026-01-01"]}, "close_date", 2, "datetime64"),
        ({"created_date": pd.to_datetime(["2026-01-01", "2026-01-02"], utc=True)}, "created_date", 2, "datetime64"),
    ],
)
def test_a_wrong_column_is_named_with_its_rows(changes: dict[str, object], column: str, rows: int, words: str) -> None:
    with pytest.raises(ScoringInputError, match=words) as caught:
        validate(Book(opportunities=deals(**changes)))
    assert (caught.value.table, caught.value.column, caught.value.rows) == ("opportunities", column, rows)


def test_a_missing_required_column_is_named() -> None:
    with pytest.raises(ScoringInputError, match=r"opportunities\.is_won: the column is missing"):
        validate(Book(opportunities=deals().drop(columns="is_won")))


def test_percentages_as_default_probabilities_are_refused() -> None:
    stages = pd.DataFrame(
        {"stage": ["A"], "is_closed": [False], "is_won": [False], "is_active": [True], "default_probability": [50.0]}
    )
    with pytest.raises(ScoringInputError, match="divide percentages by 100"):
        validate(Book(stages=stages))


QUARTERS = pd.DataFrame(
    {
        "label": ["Q3", "Q4"],
        "start": pd.to_datetime(["2026-07-01", "2026-10-01"]),
        "end": pd.to_datetime(["2026-09-30", "2026-12-31"]),
    }
)


@pytest.mark.parametrize(("day", "label"), [("2026-07-01", "Q3"), ("2026-09-30 18:00", "Q3"), ("2026-10-01", "Q4")])
def test_a_quarter_holds_its_first_and_last_day(day: str, label: str) -> None:
    assert quarter_at(QUARTERS, pd.Timestamp(day)).label == label


def test_a_day_without_a_quarter_is_said() -> None:
    with pytest.raises(NoQuarterError, match="2027-01-01"):
        quarter_at(QUARTERS, pd.Timestamp("2027-01-01"))
