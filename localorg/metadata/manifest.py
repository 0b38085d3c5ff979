"""package.xml: which components of an archive are meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass

from localorg.metadata.component import Component, Failure, Key
from localorg.metadata.document import Document, child_text, children, texts
from localorg.metadata.registry import PARENTS
from localorg.metadata.structure import problems
from localorg.metadata.wsdl import metadata_types

FILE = "package.xml"
_OLDEST, _NEWEST = 7, 66


@dataclass(frozen=True)
class Manifest:
    """file: its path in the archive. members: (type, member) in order; a member may be `*`."""

    file: str
    members: tuple[Key, ...]


def read_manifest(content: bytes, file: str) -> tuple[Manifest | None, list[Failure]]:
    """The manifest, None with the reasons when it cannot be used."""
    found = problems(content, "Package")
    if found:
        first = found[0]
        return None, [_failure(file, FILE, first.message, first.line, first.column)]
    document = Document(content)
    version = child_text(document.root, "version") or ""
    if not re.fullmatch(r"\d{1,3}\.0", version) or not _OLDEST <= float(version) <= _NEWEST:
        return None, [_failure(file, FILE, f"Invalid version specified: {version or 'none'}")]
    members: list[Key] = []
    failures = []
    for types in children(document.root, "types"):
        name = child_text(types, "name") or ""
        if name not in metadata_types().types:
            line, column = document.position(types)
            failures.append(_failure(file, name, f"Unknown type name '{name}' specified in package.xml", line, column))
            continue
        members += [(name, member) for member in texts(types, "members")]
    return Manifest(file, tuple(dict.fromkeys(members))), failures


def select(
    manifest: Manifest, components: Iterable[Component], unread: Set[Key], *, allow_missing: bool
) -> tuple[list[Component], list[Failure]]:
    """The components that the manifest names; failures for members and files without their counterpart.

    unread: what is there but could not be read. allow_missing: a member without a file is a warning only.
    """
    present = {component.key: component for component in components}
    failures = [
        _failure(
            manifest.file,
            member,
            f"An object '{member}' of type {name} was named in package.xml, but was not found in zipped directory",
            kind="Warning" if allow_missing else "Error",
        )
        for name, member in manifest.members
        if member != "*" and (name, member) not in present and not _is_unread((name, member), unread)
    ]
    wanted = frozenset(manifest.members)
    chosen = [component for component in present.values() if _is_named(component, wanted)]
    files = {component.file for component in chosen}
    reported: set[str] = set()
    for component in present.values():
        if component.file not in files and component.file not in reported:
            reported.add(component.file)
            failures.append(Failure(component.type, component.name, component.file, "Not in package.xml"))
    return chosen, failures


def _is_named(component: Component, wanted: Set[Key]) -> bool:
    keys = [key for key in (component.key, _parent(component)) if key is not None]
    return any(key in wanted or _starred(key, wanted) for key in keys)


def _starred(key: Key, wanted: Set[Key]) -> bool:
    """Whether `*` names a component: it does for every type but fields, and not for standard objects."""
    type_name, name = key
    if (type_name, "*") not in wanted or type_name == "CustomField":
        return False
    return type_name != "CustomObject" or name.endswith("__c")


def _is_unread(key: Key, unread: Set[Key]) -> bool:
    """Whether a member, or the file that it would be in, is there but could not be read."""
    if key in unread or ("", key[1]) in unread:
        return True
    parent = PARENTS.get(key[0])
    return parent is not None and any(
        name == parent and (parent != "CustomObject" or file == key[1].partition(".")[0]) for name, file in unread
    )


def _parent(component: Component) -> Key | None:
    """The component in whose file this one is: naming that one names everything in it."""
    parent = PARENTS.get(component.type)
    if parent is None:
        return None
    return (parent, component.sobject if parent == "CustomObject" else parent)


def _failure(
    file: str, name: str, problem: str, line: int | None = None, column: int | None = None, *, kind: str = "Error"
) -> Failure:
    return Failure("", name, file, problem, "Warning" if kind == "Warning" else "Error", line, column)
