"""UI API's errors: reads answer with an array, writes with an object whose `output` names the fields."""

from __future__ import annotations

from collections.abc import Sequence

from localorg.errors import OrgError
from localorg.schema.model import SObject

_TROUBLE = "An error occurred while trying to {verb} the record. Please try again."


def bad_record_id(value: str) -> OrgError:
    """What was given is no record id of an object that the user has."""
    return OrgError("ILLEGAL_QUERY_PARAMETER_VALUE", f"recordId should be a valid record ID: {value}")


def no_record() -> OrgError:
    """The record does not exist, or not for this user."""
    return OrgError("NOT_FOUND", "The requested resource does not exist", status=404)


def no_object(name: str) -> OrgError:
    """The object does not exist, or not for this user."""
    return OrgError("INVALID_TYPE", f"object type {name} is not supported in UI API", status=404)


class WriteError(Exception):
    """A write that the org refused: the errors, what was tried (`create`, `update`, `delete`) and at which object."""

    def __init__(self, errors: Sequence[OrgError], verb: str, sobject: SObject) -> None:
        super().__init__(verb, sobject.name)
        self.errors = tuple(errors)
        self.verb = verb
        self.sobject = sobject

    @property
    def status(self) -> int:
        """HTTP status of the answer."""
        return self.errors[0].status if self.errors else 400

    def body(self) -> dict[str, object]:
        """The answer's body: errors of the record, and errors of its fields by field."""
        whole = [error for error in self.errors if not error.fields]
        by_field: dict[str, list[dict[str, object]]] = {}
        for error in self.errors:
            for name in error.fields:
                by_field.setdefault(name, []).append(self._entry(error, name))
        return {
            "message": _TROUBLE.format(verb=self.verb),
            "statusCode": self.status,
            "enhancedErrorType": "RecordError",
            "output": {"errors": [self._entry(error, None) for error in whole], "fieldErrors": by_field},
        }

    def _entry(self, error: OrgError, name: str | None) -> dict[str, object]:
        field = self.sobject.field(name) if name else None
        return {
            "constituentField": None,
            "duplicateRecordError": None,
            "errorCode": error.code,
            "field": name,
            "fieldLabel": field.label if field else None,
            "message": error.message,
        }
