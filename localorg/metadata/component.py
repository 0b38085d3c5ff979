"""One component of a deployment, whichever format it came in, and what a deployment says about it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from localorg.metadata.document import Document, XmlElement, fingerprint
from localorg.metadata.registry import BY_NAME

NOT_AVAILABLE = "Not available for deploy for this organization"
Key = tuple[str, str]  # type, full name


@dataclass(frozen=True, eq=False)
class Component:
    """A component as it was sent.

    name: full name (`Account.Health__c`). file: where it is in the archive or folder. element: what describes it;
    is_root: as a file's root, else inside its parent's file. parts: a bundle's files by their path within it.
    """

    type: str
    name: str
    file: str
    document: Document
    element: XmlElement
    is_root: bool
    parts: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """Type and full name, which together name one component."""
        return (self.type, self.name)

    @property
    def sobject(self) -> str:
        """The object that a part of an object belongs to."""
        return self.name.partition(".")[0]

    @property
    def short_name(self) -> str:
        """The name without its object's."""
        return self.name.rpartition(".")[2]

    def digest(self) -> str:
        """A hash of what the component says, the same in both formats."""
        own = fingerprint(self.element, BY_NAME[self.type].children if self.type in BY_NAME else ("fullName",))
        if not self.parts:
            return own
        whole = hashlib.sha256(own.encode())
        for path, content in sorted(self.parts.items()):
            whole.update(path.encode() + b"\0" + content + b"\0")
        return whole.hexdigest()


@dataclass(frozen=True, slots=True)
class Failure:
    """A component that cannot be deployed, or a warning about it; line and column are those in its file."""

    type: str
    name: str
    file: str
    problem: str
    kind: Literal["Error", "Warning"] = "Error"
    line: int | None = None
    column: int | None = None

    @property
    def key(self) -> Key:
        """Type and full name of the component."""
        return (self.type, self.name)


@dataclass(frozen=True, slots=True)
class Success:
    """A component that is deployed, or would be."""

    type: str
    name: str
    file: str
    id: str | None
    created: bool
    changed: bool


@dataclass(frozen=True)
class Content:
    """What was sent: components, what could not be read, and how many files there are."""

    components: tuple[Component, ...]
    failures: tuple[Failure, ...]
