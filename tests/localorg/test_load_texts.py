"""Any text in any way of writing CSV is loaded as it is."""

from __future__ import annotations

import csv
import io
import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localorg.ids import id18
from localorg.org import LocalOrg

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
AWKWARD = st.text(st.sampled_from(list('ab,;"\n\r🦊 ')), max_size=8)
QUICK = settings(max_examples=15)
NUMBERS = itertools.count()


@pytest.mark.shows("load.texts")
@QUICK
@given(
    st.lists(TEXTS | AWKWARD, min_size=1, max_size=30),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.sampled_from(["", "\ufeff"]),
)
def test_long_texts_are_kept_to_the_last_blank(
    plain_org: LocalOrg, tmp_path: Path, texts: list[str], line_end: str, quoted: bool, mark: str
) -> None:
    # Python's writer leaves a lone carriage return bare, which ends a line
    quoting = csv.QUOTE_ALL if quoted or any("\r" in text for text in texts) else csv.QUOTE_MINIMAL
    wanted = {id18(f"0018d0{next(NUMBERS):09d}"): text for text in texts}
    content = io.StringIO(newline="")
    writer = csv.writer(content, lineterminator=line_end, quoting=quoting)
    writer.writerows([("Id", "Name", "Description"), *((key, "x", text) for key, text in wanted.items())])
    folder = tmp_path / "csv"
    folder.mkdir(exist_ok=True)
    (folder / "Account.csv").write_bytes((mark + content.getvalue()).encode())
    report = plain_org.load(folder)
    assert (report.inserted, report.problems) == (len(wanted), [])
    with plain_org.database.reader() as connection:
        found = dict(connection.execute('SELECT "Id", "Description" FROM "Account"'))
    assert {key: found[key] or "" for key in wanted} == wanted
