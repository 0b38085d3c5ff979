"""The results of a finished query job: several pages at once, pieces that were cut once more."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from math import ceil
from typing import Any

import pyarrow as pa
import requests
import urllib3

from sync.client.org import Org
from sync.convert import read_csv
from sync.errors import OrgUnavailable, RequestRefused, UnexpectedAnswer
from sync.pull.ahead import together
from sync.pull.bulk import QueryJob
from sync.schema import FieldSchema

CHUNK_ROWS = 50_000
"""Rows asked for at once; a download that is cut is repeated from the start of its chunk."""

PAGES_AT_ONCE = 5
"""As many pages as the org hands out together."""

_ATTEMPTS = 4
_CUT = (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, pa.ArrowInvalid)


def calls_of_results(job: QueryJob) -> int:
    """Calls for the results of a job, with those for their addresses."""
    pages = ceil(job.rows / CHUNK_ROWS)
    return max(1, pages + ceil(pages / PAGES_AT_ONCE))


def batches(org: Org, job: QueryJob, fields: Sequence[FieldSchema]) -> Iterator[pa.RecordBatch]:
    """The rows of a finished job, in any order. What was cut comes again from its start: drop duplicates by Id.

    At most a few batches are held at a time, however many rows there are.
    """
    pages = _pages(org, job) if job.rows > CHUNK_ROWS else None
    if pages is None:
        yield from together([_chunks(org, job, fields)], 1)
        return
    yield from together((_repeated(org, job, _Piece(org, path, {}), fields) for path in pages), PAGES_AT_ONCE)


def _pages(org: Org, job: QueryJob) -> Iterator[str] | None:
    """Addresses of the result pages, None when the org does not hand them out."""
    path = f"/jobs/query/{job.job_id}/resultPages"
    try:
        first = org.json("GET", path)
    except RequestRefused:
        return None
    return _addresses(org, path, first)


def _addresses(org: Org, path: str, answer: dict[str, Any]) -> Iterator[str]:
    seen = {path}
    while True:
        try:
            yield from [str(page["resultUrl"]) for page in answer["resultPages"]]
            following = None if answer["done"] else str(answer["nextRecordsUrl"])
        except (KeyError, TypeError) as error:
            raise UnexpectedAnswer(f"GET {path} was answered with no list of result pages: {error}") from None
        if following is None:
            return
        if following in seen:
            raise UnexpectedAnswer(f"the org gave the same result pages twice ({following}): they go in a circle")
        seen.add(following)
        answer = org.json("GET", following)


def _chunks(org: Org, job: QueryJob, fields: Sequence[FieldSchema]) -> Iterator[pa.RecordBatch]:
    """The rows chunk by chunk, each known by the locator that the former gave."""
    locator: str | None = None
    while True:
        params = {"maxRecords": str(CHUNK_ROWS), **({"locator": locator} if locator else {})}
        piece = _Piece(org, f"/jobs/query/{job.job_id}/results", params)
        yield from _repeated(org, job, piece, fields)
        if piece.next_locator is None:
            return
        if piece.next_locator == locator:
            raise UnexpectedAnswer(f"job {job.job_id} gave locator {locator} twice: its chunks go in a circle")
        locator = piece.next_locator


def _repeated(org: Org, job: QueryJob, piece: _Piece, fields: Sequence[FieldSchema]) -> Iterator[pa.RecordBatch]:
    """The rows of one piece, as often as it takes to get it whole."""
    for attempt in range(_ATTEMPTS):
        try:
            yield from piece.batches(fields)
            return
        except _CUT as error:
            last = error
        if attempt < _ATTEMPTS - 1:
            org.session.pause(2.0**attempt * org.session.back_off.first_seconds)
    told = f"the results of job {job.job_id} could not be read in {_ATTEMPTS} attempts ({type(last).__name__}: {last})"
    if isinstance(last, pa.ArrowInvalid):  # not cut: the values are none of the described types
        raise UnexpectedAnswer(told) from last
    raise OrgUnavailable(f"{told}: run again, the next run goes on with this job") from last


class _Piece:
    """One piece of a job's results. `next_locator` names the following one, None after the last."""

    def __init__(self, org: Org, path: str, params: dict[str, str]) -> None:
        self.next_locator: str | None = None
        self._org = org
        self._path = path
        self._params = params

    def batches(self, fields: Sequence[FieldSchema]) -> Iterator[pa.RecordBatch]:
        """Its rows. Raises one of the errors of a cut download when they are not as many as the org says."""
        response = self._org.call("GET", self._path, params=self._params, headers={"Accept": "text/csv"}, stream=True)
        with response:
            locator = response.headers.get("Sforce-Locator")
            if locator is None:
                raise UnexpectedAnswer(f"GET {self._path}: no Sforce-Locator header, which says where the results end")
            self.next_locator = None if locator in ("null", "") else locator
            promised = response.headers.get("Sforce-NumberOfRecords")
            rows = 0
            if promised != "0":
                for batch in read_csv(_Body(response), fields):
                    rows += batch.num_rows
                    yield batch
            if promised is not None and rows != int(promised):
                raise requests.exceptions.ChunkedEncodingError(f"{promised} rows were promised, {rows} came")


class _Body(io.RawIOBase):
    """A response's body as a file: unpacked, in blocks as large as the reader asks for."""

    def __init__(self, response: requests.Response) -> None:
        super().__init__()
        self._raw = response.raw

    def readable(self) -> bool:
        """True: this is what it is for."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, none at the end."""
        block: bytes = self._raw.read(size if size >= 0 else None, decode_content=True)
        return block
