"""How a large write is cut into jobs."""

from __future__ import annotations

import random
from collections import Counter, defaultdict

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.plan import parts
from sync.plan.estimate import bulk_calls, collection_calls
from sync.plan.parts import Limits, cut, job_parts

ROWS = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 40)), max_size=120).map(sorted)
LIMITS = st.builds(Limits, rows=st.integers(1, 15), bytes=st.integers(40, 400))


@given(ROWS, LIMITS)
def test_limits_are_kept_and_a_parent_that_fits_one_job_is_in_one(rows: list[tuple[int, int]], limits: Limits) -> None:
    placed = cut(rows, limits)
    assert len(placed) == len(rows), "each row once"
    assert sorted(set(placed)) == list(range(len(set(placed)))), "jobs are numbered without a gap"
    jobs, homes = defaultdict(list), defaultdict(set)
    for (parent, size), job in zip(rows, placed, strict=True):
        jobs[job].append((parent, size))
        homes[parent].add(job)
    for carried in jobs.values():
        assert len(carried) <= limits.rows
        assert sum(size for _, size in carried) <= limits.bytes
    counts, sizes = Counter(parent for parent, _ in rows), Counter[int]()
    for parent, size in rows:
        sizes[parent] += size
    for parent, held in homes.items():
        if counts[parent] <= limits.rows and sizes[parent] <= limits.bytes:
            assert len(held) == 1, "a parent stays together"
        else:
            assert all({other for other, _ in jobs[job]} == {parent} for job in held), "a large one shares no job"


@given(ROWS, st.integers(1, 15))
def test_no_two_jobs_could_have_been_one(rows: list[tuple[int, int]], most: int) -> None:
    counts = Counter(parent for parent, _ in rows)
    small = [row for row in rows if counts[row[0]] <= most]
    filled = sorted(Counter(cut(small, Limits(rows=most, bytes=10**6))).values())
    assert len(filled) < 2 or filled[0] + filled[1] > most


def test_accounts_of_usual_size_fill_their_jobs() -> None:
    chance = random.Random(7)
    rows = [(parent, 100) for parent in range(3000) for _ in range(chance.randint(1, 60))]
    assert len(set(cut(rows, Limits()))) == -(-len(rows) // 10_000)


def test_ten_thousand_changed_rows_cost_at_most_ten_calls_in_bulk_and_fifty_in_collections() -> None:
    rows = sorted((parent, 400) for parent in range(1200) for _ in range(1 + parent % 16))[:10_000]
    jobs = len(set(cut(rows, Limits())))
    assert len(rows) == 10_000
    assert bulk_calls(jobs, inserts=False) <= bulk_calls(jobs, inserts=True) <= 10
    assert collection_calls(10_000) == 50


def test_each_record_is_placed_once_and_one_without_a_parent_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "LIMITS", Limits(rows=2))
    lines = [
        {"key": key, "parent": parent, "field": field, "new": "x"}
        for key, parent in KEYS.items()
        for field in ("A__c", "B__c")
    ]
    connection = duckdb.connect()
    connection.register("lines", pa.Table.from_pylist(lines))
    placed = job_parts(connection, "lines").to_pylist()
    jobs = {row["key"]: row["part"] for row in placed}
    assert sorted(row["key"] for row in placed) == sorted(KEYS)
    assert jobs["d1"] == jobs["d3"]
    assert jobs["d2"] == jobs["d4"]
    assert len(set(jobs.values())) == 3


KEYS = {"d1": "a", "d2": "b", "d3": "a", "d4": "b", "d5": None, "d6": None}


def test_bytes_of_a_record_count_all_its_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "LIMITS", Limits(bytes=1500))
    table = {"key": ["d1", "d1", "d2"], "parent": ["a", "a", "b"], "field": ["A", "B", "A"], "new": ["x" * 700] * 3}
    connection = duckdb.connect()
    connection.register("lines", pa.table(table))
    assert set(job_parts(connection, "lines").column("part").to_pylist()) == {0, 1}
