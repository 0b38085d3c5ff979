"""Metadata as clients send it: files of the metadata format, manifests, archives."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping

from localorg.deploy import Order, Outcome
from localorg.metadata.packages import read_packages
from localorg.metadata.reader import read_archive
from localorg.org import LocalOrg

NS = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
ADMIN = "005000000000001AAA"


def component(root: str, body: str) -> bytes:
    """A file of metadata."""
    return f"{HEAD}<{root} {NS}>\n{body}\n</{root}>\n".encode()


def field(name: str, kind: str, body: str = "", label: str | None = "A label") -> str:
    """A field inside an object's file."""
    shown = f"<label>{label}</label>" if label else ""
    return f"<fields><fullName>{name}</fullName>{shown}{body}<type>{kind}</type></fields>"


def object_file(*parts: str) -> bytes:
    """The file of an object with these parts."""
    return component("CustomObject", "\n".join(parts))


CUSTOM_OBJECT = (
    "<label>Thing</label><pluralLabel>Things</pluralLabel><nameField><label>Name</label><type>Text</type></nameField>"
    "<deploymentStatus>Deployed</deploymentStatus><sharingModel>ReadWrite</sharingModel>"
)


def manifest(members: Mapping[str, Iterable[str]], version: str = "65.0") -> bytes:
    """package.xml."""
    types = "".join(
        f"<types>{''.join(f'<members>{name}</members>' for name in names)}<name>{kind}</name></types>"
        for kind, names in members.items()
    )
    return component("Package", f"{types}<version>{version}</version>")


def with_manifest(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files with a manifest that names all their components."""
    content = read_archive(files)
    named: dict[str, list[str]] = {}
    for each in [*content.components, *content.failures]:
        if each.type and (each.type != "CustomObject" or each.name.endswith("__c")):
            named.setdefault(each.type, []).append(each.name)
    return {"package.xml": manifest(named), **files}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """An archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return buffer.getvalue()


def deployed(org: LocalOrg, files: Mapping[str, bytes], order: Order | None = None, **how: bool) -> Outcome:
    """Deploy files; a manifest is made for them if they bring none."""
    whole = files if "package.xml" in files else with_manifest(files)
    single, missing = how.get("single", True), how.get("allow_missing", False)
    content, _ = read_packages(whole, single=single, allow_missing=missing)
    return org.deploy_content(content, order or Order(), ADMIN)


def problems(outcome: Outcome) -> list[tuple[str, str]]:
    """(full name, problem) of each failure."""
    return [(failure.name, failure.problem) for failure in outcome.failures]
