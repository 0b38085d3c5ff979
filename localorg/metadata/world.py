"""What components may refer to: what the org has, and what comes with the same deployment."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass

from localorg.metadata.component import Key
from localorg.schema.model import Field, Schema, SObject

NAME = re.compile(r"(?!.*__)[A-Za-z]\w*(?<!_)", re.ASCII)
LONGEST_NAME = 40


@dataclass(frozen=True)
class World:
    """schema: objects with their fields as they will be. components: the other components that will be there."""

    schema: Schema
    components: Set[Key]

    def sobject(self, name: str) -> SObject | None:
        """The object of this name."""
        return self.schema.get(name)

    def field(self, sobject: str, path: str) -> Field | None:
        """The field at a path such as `Amount` or `Owner.Alias`."""
        found = self.schema.get(sobject)
        *relationships, last = path.split(".")
        for name in relationships:
            reference = found.relationship(name) if found else None
            # Owner points to users and queues; what is asked of it is always the user's.
            targets = reference.reference_to if reference else ()
            found = next((self.schema.objects[each] for each in reversed(targets) if each in self.schema.objects), None)
        return found.field(last) if found else None

    def has(self, type_name: str, name: str) -> bool:
        """Whether there is, or will be, a component."""
        return (type_name, name) in self.components


def no_such(field: str, type_name: str, name: str) -> str:
    """Salesforce's words for a reference to nothing."""
    return f"In field: {field} - no {type_name} named {name} found"


def wrong_name(kind: str, name: str, place: str) -> str | None:
    """What is wrong with a developer name (without suffix), in Salesforce's words."""
    if not NAME.fullmatch(name):
        where, among = (f" on object {place}", f"{place} fields") if place else ("", f"{kind}s")
        return (
            f"The {kind} name you provided {name}{where} can only contain alphanumeric characters, must begin with a "
            "letter, cannot end with an underscore or contain two consecutive underscore characters, and must be "
            f"unique across all {among}"
        )
    return too_long("fullName", name, LONGEST_NAME)


def too_long(field: str, value: str | None, longest: int) -> str | None:
    """Salesforce's words for a value that does not fit its place."""
    if value is None or len(value) <= longest:
        return None
    return f"{field}: data value too large: {value} (max length={longest})"
