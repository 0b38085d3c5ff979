"""The package's source as the tests look at it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lxml import etree

from localorg.metadata.registry import SOURCE_SUFFIXES

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCE = REPOSITORY / "lwc_components" / "main" / "default"

# Salesforce gives these to every custom object; none of them can be in a permission set.
SYSTEM_FIELDS = frozenset(
    {"Id", "Name", "OwnerId", "IsDeleted", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById"}
    | {"SystemModstamp"}
)


@dataclass(frozen=True, slots=True)
class MetadataFile:
    """A `*-meta.xml` file; paths of elements are written without namespace, such as `layoutItems/field`."""

    path: Path
    root: etree._Element

    @property
    def name(self) -> str:
        """The component's name as in the file's name."""
        return self.path.name.removesuffix("-meta.xml").rpartition(".")[0]

    def all(self, path: str) -> list["MetadataFile"]:
        """The elements at a path, each as if it were a file of its own."""
        steps = "/".join(step if step in (".", "..", "") else f"{{*}}{step}" for step in path.split("/"))
        return [MetadataFile(self.path, element) for element in self.root.findall(steps)]

    def texts(self, path: str) -> list[str]:
        """The texts of the elements at a path."""
        return [found.root.text or "" for found in self.all(path)]

    def text(self, path: str) -> str | None:
        """The text of the first element at a path, None where there is none."""
        return next(iter(self.texts(path)), None)


def files(pattern: str) -> list[MetadataFile]:
    """The package's files that match a pattern below `main/default`, in order."""
    return [MetadataFile(path, etree.parse(path).getroot()) for path in sorted(SOURCE.glob(pattern))]


@lru_cache(maxsize=1)
def own_fields() -> dict[str, dict[str, MetadataFile]]:
    """Object -> our field -> its file; standard objects are keys as well where we add fields to them."""
    found: dict[str, dict[str, MetadataFile]] = {}
    for file in files("objects/*/fields/*.field-meta.xml"):
        found.setdefault(file.path.parents[1].name, {})[file.name] = file
    return found


@lru_cache(maxsize=1)
def own_objects() -> dict[str, MetadataFile]:
    """Our custom objects."""
    return {file.name: file for file in files("objects/*/*.object-meta.xml")}


def permission_set(name: str) -> MetadataFile:
    """A permission set by name."""
    (found,) = files(f"permissionsets/{name}.permissionset-meta.xml")
    return found


def permission_set_names() -> list[str]:
    """The names of the permission sets."""
    return [file.name for file in files("permissionsets/*.permissionset-meta.xml")]


def field_permissions(permissions: MetadataFile) -> dict[str, bool]:
    """`Object.Field` -> whether it may be edited, of the fields that may be read."""
    return {
        str(entry.text("field")): entry.text("editable") == "true"
        for entry in permissions.all("fieldPermissions")
        if entry.text("readable") == "true"
    }


def object_permissions(permissions: MetadataFile) -> dict[str, frozenset[str]]:
    """Object -> what is allowed, such as `allowRead`."""
    return {
        str(entry.text("object")): frozenset(
            etree.QName(right).localname for right in entry.root if isinstance(right.tag, str) and right.text == "true"
        )
        for entry in permissions.all("objectPermissions")
    }


def own_field_names() -> Iterator[str]:
    """Every field of ours as `Object.Field`."""
    for sobject, fields in own_fields().items():
        for name in fields:
            yield f"{sobject}.{name}"


def metadata_type(file: Path) -> str:
    """The type that a file `NAME.SUFFIX-meta.xml` holds. Raises KeyError for a suffix that is not known here."""
    return SOURCE_SUFFIXES[file.name.removesuffix("-meta.xml").rpartition(".")[2]]
