"""Reads components: from an archive in metadata format (`objects/X.object`), and from a folder of SFDX source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from localorg.errors import PackageError
from localorg.metadata.component import NOT_AVAILABLE, Component, Content, Failure, Key
from localorg.metadata.document import Document, XmlError, child_text, local_name
from localorg.metadata.registry import BUNDLE, BY_FOLDER, BY_NAME, SOURCE_SUFFIXES, MetadataType

_META = "-meta.xml"
_PARSING = "Error parsing file: "
NO_BUNDLE = "Cannot find Lightning Component Bundle {name}"


def read_archive(files: Mapping[str, bytes], prefix: str = "") -> Content:
    """The components of an archive's files; prefix: the folder of the package within it, with its slash."""
    components: list[Component] = []
    failures: list[Failure] = []
    bundles: dict[str, dict[str, bytes]] = {}
    for path in sorted(files):
        inner = path.removeprefix(prefix)
        folder, _, rest = inner.partition("/")
        kind = BY_FOLDER.get(folder)
        if not path.startswith(prefix) or "/" not in inner:
            continue  # package.xml and its like
        if kind is not None and kind.is_bundle and "/" in rest:
            name, _, part = rest.partition("/")
            bundles.setdefault(name, {})[part] = files[path]
        elif kind is None or kind.suffix is None or not rest.endswith(f".{kind.suffix}"):
            if not path.endswith(_META):  # which only accompanies a file
                failures.append(Failure("", PurePosixPath(rest).stem, path, NOT_AVAILABLE))
        else:
            name = unquote(rest.removesuffix(f".{kind.suffix}"))
            _read_file(kind, name, path, files[path], components, failures)
    for name, parts in bundles.items():
        _read_bundle(name, f"{prefix}lwc/{name}", parts, components, failures)
    return Content(tuple(components), tuple(failures))


def read_source(folder: Path) -> Content:
    """The components of a folder of SFDX source. Raises PackageError when there is no such folder."""
    if not folder.is_dir():
        raise PackageError(f"{folder} is not a folder; give the folder of the package's SFDX source")
    components: list[Component] = []
    failures: list[Failure] = []
    for file in sorted(folder.rglob(f"*{_META}")):
        suffix = file.name.removesuffix(_META).rpartition(".")[2]
        type_name = SOURCE_SUFFIXES.get(suffix)
        shown = file.relative_to(folder).as_posix()
        name = unquote(file.name.removesuffix(f".{suffix}{_META}"))
        if type_name is None:
            failures.append(Failure("", name, shown, NOT_AVAILABLE))
        elif type_name == BUNDLE:
            _read_bundle(name, str(PurePosixPath(shown).parent), _parts(file.parent), components, failures)
        elif type_name in BY_NAME:
            _read_file(BY_NAME[type_name], name, shown, file.read_bytes(), components, failures)
        else:
            full_name = f"{file.parent.parent.name}.{name}"
            document = _document(type_name, full_name, shown, file.read_bytes(), failures)
            if document is not None:
                components.append(Component(type_name, full_name, shown, document, document.root, is_root=True))
    for bundle in sorted(path for path in folder.rglob("lwc/*") if path.is_dir()):
        if not (bundle / f"{bundle.name}.js{_META}").is_file():
            problem = NO_BUNDLE.format(name=bundle.name)
            failures.append(Failure(BUNDLE, bundle.name, bundle.relative_to(folder).as_posix(), problem))
    return Content(tuple(components), tuple(failures))


def _read_file(
    kind: MetadataType,
    name: str,
    path: str,
    content: bytes,
    components: list[Component],
    failures: list[Failure],
) -> None:
    document = _document(kind.name, name, path, content, failures)
    if document is None:
        return
    components.append(Component(kind.name, name, path, document, document.root, is_root=True))
    seen: set[Key] = set()
    for element in document.root.iterchildren("*"):
        child_type = kind.children.get(local_name(element))
        if child_type is None:
            continue
        child_name = child_text(element, "fullName")
        full_name = f"{name}.{child_name or ''}" if kind.name == "CustomObject" else child_name or ""
        problem = "Required field is missing: fullName" if child_name is None else None
        if (child_type, full_name) in seen:
            problem = f"Field:fullName, value:{child_name} appears more than once"
        seen.add((child_type, full_name))
        if problem is None:
            components.append(Component(child_type, full_name, path, document, element, is_root=False))
        else:
            line, column = document.position(element)
            failures.append(Failure(child_type, full_name, path, problem, "Error", line, column))


def _read_bundle(
    name: str, path: str, parts: Mapping[str, bytes], components: list[Component], failures: list[Failure]
) -> None:
    meta = f"{name}.js{_META}"
    if meta not in parts:
        failures.append(Failure(BUNDLE, name, path, NO_BUNDLE.format(name=name)))
        return
    document = _document(BUNDLE, name, f"{path}/{meta}", parts[meta], failures)
    if document is not None:
        file = f"{path}/{meta}"
        components.append(Component(BUNDLE, name, file, document, document.root, is_root=True, parts=dict(parts)))


def _document(type_name: str, name: str, path: str, content: bytes, failures: list[Failure]) -> Document | None:
    try:
        return Document(content)
    except XmlError as error:
        failures.append(Failure(type_name, name, path, _PARSING + error.message, "Error", error.line, error.column))
        return None


def _parts(folder: Path) -> dict[str, bytes]:
    return dict(_bundle_files(folder))


def _bundle_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted(folder.rglob("*")):
        inner = file.relative_to(folder)
        if file.is_file() and "__tests__" not in inner.parts:  # tests stay on the developer's machine
            yield inner.as_posix(), file.read_bytes()
