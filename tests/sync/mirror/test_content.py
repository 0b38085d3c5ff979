"""The mirror's fingerprint: another one once any value is another one, and not before."""

from hypothesis import given
from hypothesis import strategies as st

from sync import Mirror

ROWS = st.lists(st.tuples(st.sampled_from("abcdef"), st.none() | st.integers(0, 2)), max_size=6)


def filled(mirror: Mirror, rows: list[tuple[str, int | None]]) -> str:
    mirror.connection.execute("CREATE OR REPLACE TABLE Account (Id VARCHAR, Amount INTEGER)")
    if rows:
        mirror.connection.executemany("INSERT INTO Account VALUES (?, ?)", rows)
    return mirror.fingerprint()


@given(one=ROWS, other=ROWS)
def test_it_is_the_same_for_the_same_rows_in_any_order_and_no_others(mirror: Mirror, one, other) -> None:
    same = sorted(one, key=repr) == sorted(other, key=repr)
    assert (filled(mirror, one) == filled(mirror, other)) == same


def test_columns_and_tables_count_as_well(mirror: Mirror) -> None:
    first = filled(mirror, [("a", 1)])
    mirror.connection.execute("ALTER TABLE Account RENAME Amount TO Total")
    second = mirror.fingerprint()
    mirror.connection.execute("CREATE TABLE Contact (Id VARCHAR)")
    assert len({first, second, mirror.fingerprint()}) == 3


def test_a_note_is_kept_in_place_of_the_one_before(mirror: Mirror) -> None:
    assert mirror.note("settled") is None
    mirror.keep_note("settled", "a")
    mirror.keep_note("settled", "b")
    assert mirror.note("settled") == "b"
