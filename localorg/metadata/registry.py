"""The metadata types that the local org takes, and where their files are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class MetadataType:
    """A type whose components have files of their own.

    folder, suffix: where, as in a deployment's archive (`objects/X.object`); a bundle has a folder for each component.
    children: element in the file -> type of the component that it is. source: folder -> that type's suffix, for
    the children that have files of their own in a source folder (`fields/X.field-meta.xml`).
    """

    name: str
    folder: str
    suffix: str | None
    children: dict[str, str] = field(default_factory=dict)
    source: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def is_bundle(self) -> bool:
        """Whether a component is a folder of files."""
        return self.suffix is None


BUNDLE: Final = "LightningComponentBundle"
TYPES: Final = (
    MetadataType(
        "CustomObject",
        "objects",
        "object",
        children={
            "fields": "CustomField",
            "listViews": "ListView",
            "compactLayouts": "CompactLayout",
            "validationRules": "ValidationRule",
        },
        source={
            "fields": ("field", "CustomField"),
            "listViews": ("listView", "ListView"),
            "compactLayouts": ("compactLayout", "CompactLayout"),
            "validationRules": ("validationRule", "ValidationRule"),
        },
    ),
    MetadataType("CustomLabels", "labels", "labels", children={"labels": "CustomLabel"}),
    MetadataType("CustomApplication", "applications", "app"),
    MetadataType("CustomTab", "tabs", "tab"),
    MetadataType("FlexiPage", "flexipages", "flexipage"),
    MetadataType("Layout", "layouts", "layout"),
    MetadataType(BUNDLE, "lwc", None),
    MetadataType("PermissionSet", "permissionsets", "permissionset"),
)
BY_FOLDER: Final = {each.folder: each for each in TYPES}
BY_NAME: Final = {each.name: each for each in TYPES}
PARENTS: Final = {child: each.name for each in TYPES for child in each.children.values()}
KNOWN_TYPES: Final = frozenset(BY_NAME) | frozenset(PARENTS)
# Suffix of a file in a source folder -> its type: `NAME.SUFFIX-meta.xml`.
SOURCE_SUFFIXES: Final = (
    {each.suffix: each.name for each in TYPES if each.suffix is not None}
    | {suffix: name for each in TYPES for suffix, name in each.source.values()}
    | {"js": BUNDLE}
)
