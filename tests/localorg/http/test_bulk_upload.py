"""The CSV of Bulk ingests: what is one, what is none."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from hypothesis import example, given, settings
from hypothesis import strategies as st

from localorg.errors import OrgError
from localorg.http import bulk_upload
from localorg.http.bulk_upload import Upload
from tests.localorg.http.bulk_jobs import CSV, create_ingest, ingested, table
from tests.localorg.http.conftest import Served, error_of
from tests.served import listening

SIGNS = ["`", "^", ",", "|", ";", "\t"]
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
AWKWARD = st.text(st.sampled_from(list('ab,;"\n\r🦊 ')), max_size=8)
MANY = settings(max_examples=60)


def upload(folder: Path, content: str | bytes, delimiter: str = ",") -> Upload:
    file = folder / "upload.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Upload(file, delimiter)


def lines_of(found: Upload, first: int = 0, count: int = 3) -> list[tuple[str, ...]]:
    return [line for lines in found.lines(first, count) for line in lines]


@pytest.mark.shows("bulk.ingest_csv")
@MANY
@given(
    st.lists(st.tuples(TEXTS | AWKWARD, TEXTS | AWKWARD), max_size=12),
    st.sampled_from(SIGNS),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.integers(0, 12),
)
def test_any_rows_are_read_as_they_were_written(
    tmp_path: Path, rows: list[tuple[str, str]], delimiter: str, line_end: str, quoting: int, first: int
) -> None:
    text = io.StringIO(newline="")
    if any("\r" in value for row in rows for value in row):
        quoting = csv.QUOTE_ALL  # Python's writer leaves a lone carriage return bare
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writerows([("A", "B"), *rows])
    found = upload(tmp_path, text.getvalue(), delimiter)
    assert (found.header(), found.check()) == (["A", "B"], len(rows))
    assert lines_of(found) == rows
    assert lines_of(found, first) == rows[first:]
    assert all(len(lines) <= 3 for lines in found.lines(first, 3))


@MANY
@given(st.binary(max_size=60) | st.text(st.sampled_from(list('aé,"\n\r\x00')), max_size=30).map(str.encode))
@example(b'A\n"\n"\n')
@example(b'"A\n"\nx\n')
@example(b"A\n\n\n")
@example(b"\n\n")
def test_whatever_comes_is_rows_or_no_csv(tmp_path: Path, content: bytes) -> None:
    found = upload(tmp_path, content)
    try:
        count = found.check()
        assert len(lines_of(found)) == count
    except OrgError as error:
        assert (error.code, error.message[:21]) == ("InvalidBatch", "Failed to parse CSV. ")


@pytest.mark.shows("bulk.ingest_bad_csv")
@pytest.mark.parametrize("block", [4, 2**20])
@pytest.mark.parametrize(
    "content",
    ['A,B\na"b,c\n', 'A,B\n"a"b,c\n', 'A,B\n"a" ,c\n', 'A,B\n "a",c\n', 'A,B\na,""b\n', 'A,B\na,b"\n"c,d\n'],
)
def test_quotes_are_doubled_within_quotes_or_the_upload_is_refused(
    tmp_path: Path, content: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_upload, "_QUOTES_WITHIN", block)
    with pytest.raises(OrgError, match="Found unescaped quote"):
        upload(tmp_path, content).check()
    assert upload(tmp_path, 'A,B\n"a""b","""c"\n"","x\n"\n').check() == 2


@pytest.mark.shows("bulk.ingest_limits")
def test_values_rows_and_headers_have_their_longest(tmp_path: Path) -> None:
    most = bulk_upload.LONGEST_FIELD
    assert upload(tmp_path, f"A\n{'é' * most}\n").check() == 1
    with pytest.raises(OrgError, match="A value is longer than 131072"):
        upload(tmp_path, f"A\n{'é' * (most + 1)}\n").check()
    with pytest.raises(OrgError, match="A row is longer than 400000"):
        upload(tmp_path, f"A,B,C,D\n{','.join(['x' * 100_001] * 4)}\n").check()
    assert upload(tmp_path, ",".join(["A"] * 5_000) + "\n").check() == 0
    with pytest.raises(OrgError, match="has 5001 fields"):
        upload(tmp_path, ",".join(["A"] * 5_001) + "\n").check()
    assert upload(tmp_path, "é" * 32_000 + "\n").header() == ["é" * 32_000]
    with pytest.raises(OrgError, match="header row is longer than 32000"):
        upload(tmp_path, "é" * 32_001 + "\n").header()


def test_a_column_that_is_there_twice_fails_the_job(served: Served) -> None:
    _, job = ingested(served.admin, "Name,NAME\na,b\n")
    assert (job["state"], job["errorMessage"]) == (
        "Failed",
        "InvalidBatch : Field is there twice : NAME".replace("Field is", "Field name is"),
    )


@pytest.mark.shows("bulk.ingest_csv")
def test_awkward_texts_arrive_and_come_back_in_the_results(served: Served) -> None:
    awkward = 'say "hi",\nthen go; 🦊\r\nend'
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([("Name", "Description"), ("a", awkward), ("", awkward)])
    path, job = ingested(served.admin, text.getvalue())
    assert job["numberRecordsFailed"] == 1
    assert served.admin.records("SELECT Description FROM Account") == [{"Description": awkward}]
    for kind in ("successfulResults", "failedResults"):
        assert [row["Description"] for row in table(served.admin.get(f"{path}/{kind}").text)] == [awkward]


@pytest.mark.shows("bulk.ingest_limits")
def test_an_upload_that_is_too_large_is_refused_and_may_be_made_again(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("localorg.http.bulk_ingest.MOST_UPLOAD_BYTES", 40)
    job = create_ingest(served.admin)
    url = f"/{job['contentUrl']}"
    assert error_of(served.admin.put(url, data="Name\n" + "x" * 30, headers=CSV), 413)[0] == "EXCEEDEDQUOTA"
    assert served.admin.put(url, data="Name\nx\n", headers=CSV).status_code == 201


@pytest.fixture
def address(served: Served) -> Iterator[str]:
    """The org behind the web server that serves it outside of tests."""
    with listening(served.app) as url:
        yield url


@pytest.mark.shows("bulk.ingest_upload")
def test_an_upload_may_come_in_pieces(served: Served, address: str) -> None:
    job = create_ingest(served.admin)
    pieces = (f"row {number}\n".encode() for number in range(3))
    sent = requests.put(
        f"{address}/{job['contentUrl']}",
        data=(piece for each in ([b"Name\n"], pieces) for piece in each),
        headers=served.admin.headers | CSV,
        timeout=30,
    )
    assert (sent.status_code, sent.content) == (201, b"")
    served.admin.patch(f"jobs/ingest/{job['id']}", json={"state": "UploadComplete"})
    assert served.admin.finished(f"jobs/ingest/{job['id']}")["numberRecordsProcessed"] == 3
