"""describeMetadata and listMetadata: which types the org takes, and which components it has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from localorg.metadata.kept import Kept, kept_components
from localorg.metadata.registry import KNOWN_TYPES, TYPES
from localorg.org import LocalOrg


def describe_metadata() -> dict[str, object]:
    """DescribeMetadataResult."""
    return {
        "metadataObjects": [
            {
                "childXmlNames": sorted(each.children.values()),
                "directoryName": each.folder,
                "inFolder": False,
                "metaFile": False,
                "suffix": each.suffix,
                "xmlName": each.name,
            }
            for each in TYPES
        ],
        "organizationNamespace": "",
        "partialSaveAllowed": True,
        "testRequired": False,
    }


def list_metadata(org: LocalOrg, types: Iterable[str]) -> list[dict[str, object]]:
    """FileProperties of the deployed components of some types; unknown types have none."""
    wanted = {each for each in types if each in KNOWN_TYPES}
    with org.database.reader() as connection:
        kept = [each for each in kept_components(connection).values() if each.type in wanted]
    names = {user.id: user.name for user in org.users()}
    return list(_properties(kept, names))


def _properties(kept: Iterable[Kept], names: dict[str, str]) -> Iterator[dict[str, object]]:
    for each in kept:
        yield {
            "createdById": each.created_by,
            "createdByName": names.get(each.created_by, ""),
            "createdDate": each.created,
            "fileName": each.file,
            "fullName": each.name,
            "id": each.id,
            "lastModifiedById": each.modified_by,
            "lastModifiedByName": names.get(each.modified_by, ""),
            "lastModifiedDate": each.modified,
            "manageableState": "unmanaged",
            "type": each.type,
        }
