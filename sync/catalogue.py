"""Which objects and fields a pull reads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CatalogueObject:
    """One object of the catalogue.

    Parameters
    ----------
    name : API name of the object.
    required : fields without which the run stops (`Id` is always read and need not be listed).
    optional : fields which are left out and reported when they are absent.
    needed : False for an object that is reported and skipped when the org has none of that name.
    extras : fields which are read where they are, and whose absence is nothing to report (a currency code, say).
    usual : False for an object that only some orgs have, so that its absence is nothing to report either.
    """

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    needed: bool = True
    extras: tuple[str, ...] = ()
    usual: bool = True

    def fields(self) -> tuple[str, ...]:
        """All fields, `Id` first, each once (names differing only in case count as one)."""
        seen: dict[str, str] = {}
        for field in ("Id", *self.required, *self.optional, *self.extras):
            seen.setdefault(field.lower(), field)
        return tuple(seen.values())


Catalogue = tuple[CatalogueObject, ...]
