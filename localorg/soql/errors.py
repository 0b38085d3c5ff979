"""Salesforce's wording of what is wrong with a query."""

from __future__ import annotations

from localorg.errors import OrgError

_AROUND = 60  # characters of the line shown on either side of the place

_CUSTOM_OBJECT = (
    "If you are attempting to use a custom object, be sure to append the '__c' after the entity name. "
    "Please reference your WSDL or the describe call for the appropriate names."
)
_CUSTOM_FIELD = (
    "If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. "
    "Please reference your WSDL or the describe call for the appropriate names."
)
_CUSTOM_RELATIONSHIP = (
    "If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship "
    "name. Please reference your WSDL or the describe call for the appropriate names."
)


class QueryError(OrgError):
    """A query the org refuses; `position` is the offset in its text that the message points at."""

    def __init__(self, code: str, message: str, position: int | None = None, *, status: int = 400) -> None:
        super().__init__(code, message, status=status)
        self.reason = message
        self.position = position

    def located(self, text: str) -> OrgError:
        """The same error with the part of `text` and the caret that Salesforce puts before the reason."""
        if self.position is None:
            return self
        return OrgError(self.code, place(text, self.position) + self.reason, status=self.status)


TOO_COMPLICATED = OrgError(
    "QUERY_TOO_COMPLICATED",
    "Query is either selecting too many fields or the filter conditions are too complicated.",
)


def place(text: str, position: int) -> str:
    """The line of `text` around `position`, a caret under it, and `ERROR at Row:r:Column:c` (both from 1)."""
    position = min(position, len(text))
    start_of_line = text.rfind("\n", 0, position) + 1
    end_of_line = text.find("\n", position)
    line = text[start_of_line : len(text) if end_of_line < 0 else end_of_line]
    column = position - start_of_line
    first = max(0, column - _AROUND)
    shown = line[first : column + _AROUND]
    row = text.count("\n", 0, position) + 1
    return f"\n{shown}\n{' ' * (column - first)}^\nERROR at Row:{row}:Column:{column + 1}\n"


def malformed(reason: str, position: int | None = None) -> QueryError:
    return QueryError("MALFORMED_QUERY", reason, position)


def unexpected(token: str, position: int | None = None) -> QueryError:
    return malformed(f"unexpected token: '{token}'", position)


def unknown_object(name: str, position: int) -> QueryError:
    return QueryError("INVALID_TYPE", f"sObject type '{name}' is not supported. {_CUSTOM_OBJECT}", position)


def unknown_field(field: str, sobject: str, position: int) -> QueryError:
    return QueryError("INVALID_FIELD", f"No such column '{field}' on entity '{sobject}'. {_CUSTOM_FIELD}", position)


def unknown_relationship(name: str, position: int) -> QueryError:
    reason = f"Didn't understand relationship '{name}' in field path. {_CUSTOM_RELATIONSHIP}"
    return QueryError("INVALID_FIELD", reason, position)


def unknown_child_relationship(name: str, position: int) -> QueryError:
    reason = f"Didn't understand relationship '{name}' in FROM part of query call. {_CUSTOM_RELATIONSHIP}"
    return QueryError("INVALID_TYPE", reason, position)


def not_possible(field: str, verb: str, position: int) -> QueryError:
    """`verb` is filtered, sorted or grouped."""
    return QueryError("INVALID_FIELD", f"field '{field}' can not be {verb} in a query call", position)


def wrong_criterion(field: str, type_name: str, quoted: bool, position: int) -> QueryError:
    """The value beside `field` is not of the field's type; `quoted`: whether it should have been in quotes."""
    quotes = "should be enclosed in quotes" if quoted else "should not be enclosed in quotes"
    reason = f"value of filter criterion for field '{field}' must be of type {type_name} and {quotes}"
    return QueryError("INVALID_FIELD", reason, position)


def invalid_id(value: str, position: int) -> QueryError:
    return QueryError("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {value}", position)
