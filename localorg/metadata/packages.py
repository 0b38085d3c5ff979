"""The packages of an archive: one at its root, or one in each of its folders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from localorg.metadata.component import Component, Content, Failure
from localorg.metadata.manifest import FILE, read_manifest, select
from localorg.metadata.reader import read_archive

_DESTRUCTIVE: Final = ("destructiveChanges.xml", "destructiveChangesPre.xml", "destructiveChangesPost.xml")
NO_DELETION: Final = "Deleting components is not available in the local org"


def read_packages(files: Mapping[str, bytes], *, single: bool, allow_missing: bool) -> tuple[Content, list[str]]:
    """What an archive's files mean to deploy, and the paths of its manifests.

    single: whether the archive's root is the package. allow_missing: whether a manifest may name what is not there.
    """
    prefixes = [""] if single else sorted({f"{path.partition('/')[0]}/" for path in files if "/" in path})
    components: list[Component] = []
    failures: list[Failure] = []
    manifests: list[str] = []
    for prefix in prefixes or [""]:
        path = prefix + FILE
        if path not in files:
            failures.append(Failure("", FILE, path, "No package.xml found"))
            continue
        manifests.append(path)
        inner = {each: content for each, content in files.items() if each.startswith(prefix)}
        _read_package(inner, prefix, allow_missing, components, failures)
    return Content(tuple(components), tuple(failures)), manifests


def _read_package(
    files: Mapping[str, bytes],
    prefix: str,
    allow_missing: bool,
    components: list[Component],
    failures: list[Failure],
) -> None:
    for name in _DESTRUCTIVE:
        if prefix + name in files and b"<members>" in files[prefix + name]:
            failures.append(Failure("", name, prefix + name, NO_DELETION))
    manifest, wrong = read_manifest(files[prefix + FILE], prefix + FILE)
    failures += wrong
    if manifest is None:
        return
    content = read_archive(files, prefix)
    failures += content.failures
    # What could not be read is reported as such, not as missing.
    unread = {(each.type, each.name) for each in content.failures}
    chosen, unmatched = select(manifest, content.components, unread, allow_missing=allow_missing)
    components += chosen
    failures += unmatched
