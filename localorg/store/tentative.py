"""The rows of a call as they are about to be saved, in a temporary table: conditions are asked for all at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from localorg.formula import condition, running_as
from localorg.store.draft import Draft, Work
from localorg.store.sql import IDS_AT_ONCE, Value, insert_statement, quoted, update_statement

_TABLE = "saving"
_NEW = "new "  # in place of the id of a row which has none yet


def true_for(work: Work, drafts: Sequence[Draft], formula: str) -> bool:
    """Whether a boolean formula holds for any of the drafts. Raises FormulaError for one that cannot be evaluated."""
    (found,) = holding(work, drafts, [condition(work.schema, work.sobject, formula)])
    return bool(found)


def holding(work: Work, drafts: Sequence[Draft], conditions: Sequence[str]) -> list[list[Draft]]:
    """For each condition (SQL of `formula.condition`) the drafts for which it holds."""
    if not drafts or not conditions:
        return [[] for _ in conditions]
    columns = ", ".join(f"({each}) AS c{place}" for place, each in enumerate(conditions))
    sql = f'SELECT n."Id", {columns} FROM temp.{_TABLE} n LEFT JOIN {quoted(work.sobject.name)} o ON o."Id" = n."Id"'
    with _table(work, drafts), running_as(work.user.id):
        rows = {row[0]: row[1:] for row in work.connection.execute(sql)}
    results = [(draft, rows[_key(place, draft)]) for place, draft in enumerate(drafts)]
    return [[draft for draft, flags in results if flags[place]] for place in range(len(conditions))]


@contextmanager
def _table(work: Work, drafts: Sequence[Draft]) -> Iterator[None]:
    """`temp.saving` with a row for each draft."""
    source = quoted(work.sobject.name)
    work.connection.execute(f"CREATE TEMP TABLE {_TABLE} AS SELECT * FROM main.{source} WHERE 0")
    try:
        work.connection.execute(f'CREATE UNIQUE INDEX temp.{_TABLE}_id ON {_TABLE} ("Id")')
        _copy_present(work, [draft.id for draft in drafts if draft.id])
        _put_drafts(work, drafts)
        yield
    finally:
        work.connection.execute(f"DROP TABLE temp.{_TABLE}")


def _copy_present(work: Work, ids: Sequence[str]) -> None:
    source = quoted(work.sobject.name)
    for start in range(0, len(ids), IDS_AT_ONCE):
        part = ids[start : start + IDS_AT_ONCE]
        marks = ", ".join("?" * len(part))
        work.connection.execute(
            f'INSERT INTO temp.{_TABLE} SELECT * FROM main.{source} WHERE "Id" IN ({marks})', tuple(part)
        )


def _put_drafts(work: Work, drafts: Sequence[Draft]) -> None:
    unchecked: dict[str, Value] = {field.name: 0 for field in work.sobject.stored_fields if field.type == "boolean"}
    groups: dict[tuple[bool, tuple[str, ...]], list[tuple[Value, ...]]] = {}
    for place, draft in enumerate(drafts):
        if draft.id:
            if draft.values:
                group = groups.setdefault((False, tuple(draft.values)), [])
                group.append((*draft.values.values(), draft.id))
        else:
            values = {"Id": _key(place, draft), **unchecked, **draft.values}
            groups.setdefault((True, tuple(values)), []).append(tuple(values.values()))
    for (new, columns), rows in groups.items():
        statement = insert_statement(_TABLE, columns) if new else update_statement(_TABLE, columns)
        work.connection.executemany(statement, rows)


def _key(place: int, draft: Draft) -> str:
    return draft.id or f"{_NEW}{place}"
