"""Errors of the local org.

`OrgError` is what Salesforce itself would answer: a client of the org meets it.
The others are for the person who sets the org up.
"""

from __future__ import annotations


class LocalOrgError(Exception):
    """Root of every error of this package."""


class OrgError(LocalOrgError):
    """An error as Salesforce answers it.

    code: Salesforce's error code, such as `REQUIRED_FIELD_MISSING`.
    message: Salesforce's text.
    fields: API names of the fields concerned.
    status: HTTP status when a single-row resource answers with it.
    """

    def __init__(self, code: str, message: str, fields: tuple[str, ...] = (), status: int = 400) -> None:
        super().__init__(code, message, fields, status)
        self.code = code
        self.message = message
        self.fields = fields
        self.status = status

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class StoreError(LocalOrgError):
    """The file is no local org, or one that this version cannot open: give another path or another version."""


class PackageError(LocalOrgError):
    """The package folder cannot be read as SFDX source: mend the named file."""


class FormulaError(LocalOrgError):
    """A formula is malformed or uses what the local org does not know: change the formula."""


class LoadError(LocalOrgError):
    """A folder or table cannot be loaded at all: give another folder or mend the named file."""


class ExportError(LocalOrgError):
    """The org cannot be written to this folder: give another one."""
