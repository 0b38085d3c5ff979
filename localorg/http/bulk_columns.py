"""What the columns of an uploaded CSV stand for."""

from __future__ import annotations

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.bulk_upload import Line, Upload
from localorg.http.jobs import Job
from localorg.schema.model import SObject

NULL = "#N/A"


def check_columns(upload: Upload, job: Job, sobject: SObject, user: User) -> None:
    """Raise OrgError for another line end than the job's, an unknown column, or one that is there twice."""
    header = upload.header()
    with upload.file.open("rb") as file:
        ends_with_crlf = file.readline().endswith(b"\r\n")
    setting = job.text("lineEnding")
    if header and ends_with_crlf != (setting == "CRLF"):
        message = f"LineEnding is invalid on user data. Current LineEnding setting is {setting}"
        raise OrgError("ClientInputError", message)
    seen: set[str] = set()
    for name in header:
        if not _is_column(name, sobject, user):
            raise OrgError("InvalidBatch", f"Field name not found : {name}")
        if name.lower() in seen:
            raise OrgError("InvalidBatch", f"Field name is there twice : {name}")
        seen.add(name.lower())


def _is_column(name: str, sobject: SObject, user: User) -> bool:
    path, dot, key = name.rpartition(".")
    if not dot:
        field = sobject.field(name)
        return field is not None and user.may_read(sobject.name, field.name)
    kind, _, relationship = path.rpartition(":")
    reference = sobject.relationship(relationship)
    if reference is None or not user.may_read(sobject.name, reference.name):
        return False
    # Account.Key__c, or Lead:Owner.Key__c where the parent may be of several objects
    targets = [each for each in reference.reference_to if not kind or each.lower() == kind.lower()]
    return any(user.may_read(target, key) for target in targets)


class RowMaker:
    """Makes records of a CSV's lines: an empty value says nothing, #N/A clears, a dotted column names a parent."""

    def __init__(self, header: list[str]) -> None:
        self._header = header
        self._parents = {name: _parent(name) for name in header if "." in name}

    def row(self, line: Line) -> dict[str, object]:
        """The record of one line."""
        row: dict[str, object] = {name: value for name, value in zip(self._header, line, strict=True) if value}
        if NULL in line:
            row = {name: None if value == NULL else value for name, value in row.items()}
        for name, (relationship, key, attributes) in self._parents.items():
            if name in row:
                value = row.pop(name)
                row[relationship] = None if value is None else {**attributes, key: value}
        return row


def _parent(name: str) -> tuple[str, str, dict[str, object]]:
    """The relationship of a dotted column, the parent's key field, and which object the parent is of if it is told."""
    path, _, key = name.rpartition(".")
    kind, _, relationship = path.rpartition(":")
    return relationship, key, {"attributes": {"type": kind}} if kind else {}
