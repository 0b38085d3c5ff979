"""Writes `docs/data-dictionary.md` from the package's metadata; `--check` only says whether it is up to date."""

import difflib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from lxml import etree

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "lwc_components" / "main" / "default"
DICTIONARY = REPOSITORY / "docs" / "data-dictionary.md"
STANDARD_OBJECTS = ("Account", "Opportunity")
PERMISSION_SETS = {"Sidecar_Integration": "Integration", "Sidecar_User": "User", "Sidecar_Admin": "Admin"}
RIGHTS = {"allowCreate": "create", "allowRead": "read", "allowEdit": "edit", "allowDelete": "delete"}
ALL_RECORDS = {"viewAllRecords": "sees all records", "modifyAllRecords": "edits all records"}

INTRODUCTION = """\
# Data dictionary

Made by `docs/data_dictionary.py` from the metadata in `lwc_components/`; change it there and run the script.

Every field and object that the package adds to an org. *Rights* says who may do what: **I** the integration user
(`Sidecar_Integration`), **U** people who work with the numbers (`Sidecar_User`), **A** administrators
(`Sidecar_Admin`); small letters mean that the field can only be read. Percentages are stored as 0 to 100.
"""


def dictionary(package: Path) -> str:
    """The dictionary as Markdown.

    Args:
        package: the folder that holds `objects/` and `permissionsets/`.
    """
    rights = {name: _read(package / "permissionsets" / f"{name}.permissionset-meta.xml") for name in PERMISSION_SETS}
    custom = sorted(file.parent.name for file in package.glob("objects/*/*.object-meta.xml"))
    parts = [INTRODUCTION]
    for sobject in (*STANDARD_OBJECTS, *custom):
        parts.append("\n".join(_of_object(package / "objects" / sobject, rights)) + "\n")
    parts.append("\n".join(_of_permission_sets(rights)) + "\n")
    return "\n".join(parts)


def _of_object(folder: Path, rights: dict[str, etree._Element]) -> Iterator[str]:
    name = folder.name
    file = folder / f"{name}.object-meta.xml"
    if file.exists():
        sobject = _read(file)
        yield f"## {_text(sobject, 'label')} (`{name}`)"
        yield ""
        yield f"{_text(sobject, 'description')} Its records are named {_text(sobject, 'nameField/displayFormat')}."
    else:
        yield f"## {name}"
        yield ""
        yield "Fields that the package adds to the standard object."
    yield ""
    yield "| Label | API name | Type | What it means | Where it comes from | Rights |"
    yield "|---|---|---|---|---|---|"
    for path in sorted((folder / "fields").glob("*.field-meta.xml")):
        field = _read(path)
        api_name = _text(field, "fullName")
        cells = (
            _text(field, "label"),
            f"`{api_name}`",
            _type(field),
            _text(field, "inlineHelpText"),
            _text(field, "description"),
            _rights(f"{name}.{api_name}", rights),
        )
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _type(field: etree._Element) -> str:
    kind = _text(field, "type")
    values = [value.text or "" for value in field.findall("{*}valueSet/{*}valueSetDefinition/{*}value/{*}fullName")]
    if kind in ("Number", "Currency", "Percent"):
        kind = f"{kind}({_text(field, 'precision')}, {_text(field, 'scale')})"
    elif kind in ("Text", "LongTextArea"):
        kind = f"{kind}({_text(field, 'length')})"
    elif kind == "Lookup":
        kind = f"Lookup({_text(field, 'referenceTo')}), `{_text(field, 'relationshipName')}__r` from there"
    elif values:
        kind = f"{kind}: {', '.join(values)}"
    if formula := _text(field, "formula"):
        kind = f"Formula, {kind}: `{formula}`"
    return f"{kind}, external id, unique" if _text(field, "externalId") == "true" else kind


def _rights(field: str, rights: dict[str, etree._Element]) -> str:
    found = []
    for name, title in PERMISSION_SETS.items():
        for entry in rights[name].findall("{*}fieldPermissions"):
            if _text(entry, "field") == field:
                found.append(title[0] if _text(entry, "editable") == "true" else title[0].lower())
    return " ".join(found)


def _of_permission_sets(rights: dict[str, etree._Element]) -> Iterator[str]:
    yield "## Permission sets"
    for name, found in rights.items():
        yield ""
        yield f"### `{name}`"
        yield ""
        yield _text(found, "description")
        yield ""
        yield "| Object | Rights |"
        yield "|---|---|"
        for entry in found.findall("{*}objectPermissions"):
            held = [word for right, word in (RIGHTS | ALL_RECORDS).items() if _text(entry, right) == "true"]
            yield f"| `{_text(entry, 'object')}` | {', '.join(held)} |"
        standard = [f"`{field}`" for field in _fields(found) if not field.endswith("__c")]
        if standard:
            yield ""
            yield f"Standard fields it reads: {', '.join(standard)}."
        user = [f"`{entry.text}`" for entry in found.findall("{*}userPermissions/{*}name")]
        if user:
            yield ""
            yield f"User permissions: {', '.join(user)}."


def _fields(permissions: etree._Element) -> Sequence[str]:
    return [entry.text or "" for entry in permissions.findall("{*}fieldPermissions/{*}field")]


def _read(path: Path) -> etree._Element:
    return etree.parse(path).getroot()


def _text(element: etree._Element, path: str) -> str:
    found = element.findtext("/".join(f"{{*}}{step}" for step in path.split("/")))
    return found or ""


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 when the file is out of date.")
@click.option("--package", type=click.Path(path_type=Path, exists=True, file_okay=False), default=PACKAGE)
@click.option("--file", type=click.Path(path_type=Path, dir_okay=False), default=DICTIONARY)
def main(check: bool, package: Path, file: Path) -> None:
    """Write the data dictionary from the package's metadata."""
    wanted = dictionary(package)
    present = file.read_text(encoding="utf-8") if file.exists() else ""
    if not check:
        file.write_text(wanted, encoding="utf-8")
    elif wanted != present:
        changes = difflib.unified_diff(present.splitlines(), wanted.splitlines(), "present", "wanted", lineterm="", n=0)
        click.echo("\n".join(changes))
        click.echo(f"{file.name} is out of date; run docs/data_dictionary.py", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
