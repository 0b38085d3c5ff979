"""Proves the mirror's integrity: compares every row with the org's.

The org computes no hashes, so every row is read, as by a full pull; nothing is written unless a repair is asked for.
"""

from __future__ import annotations

from datetime import datetime

from sync import soql
from sync.catalogue import Catalogue
from sync.check.compare import ORG_ROWS, compare, forget, repair
from sync.check.report import CheckReport, ObjectCheck, Rows
from sync.client.org import Org
from sync.errors import ConfigurationError, Incomplete, JobFailed, RequestRefused, UnexpectedAnswer
from sync.mirror import Mirror
from sync.mirror.bookkeeping import claim, forget_query_jobs, read_state
from sync.mirror.sql import quoted
from sync.mirror.tables import append, compare_columns, count, create_scratch, drop_duplicates
from sync.progress import SILENT, Progress
from sync.pull import rest
from sync.pull.budget import Allowance, Budget, OutOfBudget
from sync.pull.deletions import marker, not_deleted
from sync.pull.report import hidden_rows
from sync.pull.scope import Scope, settle
from sync.pull.source import Wanted, open_source
from sync.schema import ObjectSchema

__all__ = ["CheckReport", "ObjectCheck", "Rows", "check"]


def check(
    org: Org,
    mirror: Mirror,
    catalogue: Catalogue,
    *,
    progress: Progress = SILENT,
    bulk_threshold: int = 2000,
    mend: bool = False,
    accept_missing: bool = False,
    budget: Budget | None = None,
) -> CheckReport:
    """Compare the mirror's rows of the catalogue's objects with the org's.

    What changed in the org after the last pull is no difference; it is counted apart.

    Parameters
    ----------
    mend : bring the rows that differ into the mirror as the org has them; each object in one transaction.
    accept_missing : let a repair remove rows that the org shows no more, however many they are.
    bulk_threshold, budget : as for `pull`.

    Raises MissingPackage, MissingField, ConfigurationError for a mirror of another org or an empty one, RetryLater.
    """
    calls, allowance = org.calls, Allowance(org, budget or Budget())
    scopes = settle(org, catalogue).scopes
    claim(mirror.connection, org.org_id)
    if not mirror.table_names():
        raise ConfigurationError("the mirror is empty: there is nothing to check. Remedy: run `sidecar pull` first")
    objects = []
    for scope in scopes:
        held = mirror.count(scope.name) if scope.schema is None else 0
        if held:
            objects.append(ObjectCheck(scope.name, rows_here=held, problem=hidden_rows(scope.name, held)))
        elif scope.schema is not None:
            one = _OneCheck(org, mirror, scope, scope.schema, bulk_threshold, allowance, progress)
            objects.append(one.done(mend=mend, accept_missing=accept_missing))
    progress.end()
    return CheckReport(tuple(objects), org.calls - calls)


class _OneCheck:
    """The check of one object."""

    def __init__(
        self,
        org: Org,
        mirror: Mirror,
        scope: Scope,
        schema: ObjectSchema,
        threshold: int,
        allowance: Allowance,
        progress: Progress,
    ) -> None:
        self._org = org
        self._mirror = mirror
        self._scope = scope
        self._schema = schema
        self._threshold = threshold
        self._allowance = allowance
        self._progress = progress
        state = read_state(mirror.connection, schema.name)
        self._pulled = state.watermark if state else None

    def done(self, *, mend: bool, accept_missing: bool) -> ObjectCheck:
        """What was found, and mended if asked."""
        name, fields, connection = self._schema.name, self._scope.fields, self._mirror.connection
        alteration = compare_columns(self._mirror.columns(name), fields)
        if alteration.created or alteration.to_backfill:
            return ObjectCheck(name, problem="never pulled with these fields. Remedy: run `sidecar pull`, then check")
        try:
            self._read()
            found = compare(connection, name, fields, self._schema.stamp(), self._pulled, self._deleted_since())
            if mend and found.differences:
                with self._mirror.transaction(f"repair of {name}"):
                    found = repair(connection, found, fields, accept_missing=accept_missing)
            return found
        except (RequestRefused, JobFailed, UnexpectedAnswer, OutOfBudget) as error:
            return ObjectCheck(name, problem=str(error))
        finally:
            forget(connection)

    def _read(self) -> None:
        """The org's rows into a temporary table."""
        name, fields, connection = self._schema.name, self._scope.fields, self._mirror.connection
        where, stamp = not_deleted(self._schema), self._schema.stamp()
        order = (stamp, "Id") if stamp else ("Id",)
        rows = count(connection, f"SELECT count(*) FROM {quoted(name)}")
        small = 0 < rows <= self._threshold
        wanted = Wanted(name, fields, where, order, where is not None, small)
        forget_query_jobs(connection, name)  # of an interrupted pull: its rows may be older than the mirror's
        source = open_source(self._org, self._mirror, wanted, self._threshold, self._allowance)
        self._progress.stage(f"check {name}", source.total)
        create_scratch(connection, ORG_ROWS, fields)
        append(connection, ORG_ROWS, fields, source.batches)
        drop_duplicates(connection, ORG_ROWS, stamp)
        forget_query_jobs(connection, name)
        came = count(connection, f"SELECT count(*) FROM {ORG_ROWS}")
        self._progress.advance(came)
        if came < source.total:
            raise Incomplete(f"the org spoke of {source.total:,} rows of {name}, {came:,} came. Remedy: check again")

    def _deleted_since(self) -> list[str]:
        """Ids that went to the recycle bin after the last pull."""
        stamp, since = self._schema.stamp(), self._pulled
        if stamp is None or since is None or marker(self._schema) is None:
            return []
        missing = f"SELECT count(*) FROM {quoted(self._schema.name)} WHERE Id NOT IN (SELECT Id FROM {ORG_ROWS})"
        if not count(self._mirror.connection, missing):
            return []
        return _deleted(self._org, self._schema.name, stamp, since)


def _deleted(org: Org, sobject: str, stamp: str, since: datetime) -> list[str]:
    where = soql.compare("IsDeleted", "=", True) & soql.compare(stamp, ">=", since)
    first = rest.first_page(org, soql.select(sobject, ["Id"], where=where), deleted_too=True)
    return [str(record["Id"]) for page in rest.pages(org, first) for record in page.records]
