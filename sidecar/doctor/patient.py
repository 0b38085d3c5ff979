"""What the checks look at: the configuration, the state directory, and the org as its describes show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sidecar.catalogue import catalogue
from sidecar.configuration import Configuration
from sidecar.state import State
from sidecar.targets import REQUEST, RUN, SCORED, OwnFields
from sync import Catalogue, ObjectSchema, Org

WRITTEN: tuple[OwnFields, ...] = (*SCORED, RUN, REQUEST)
"""All that the sidecar ever writes."""


@dataclass(frozen=True)
class Patient:
    """An org that let us in.

    Attributes:
        configuration, state: what the command was given.
        org: logged in.
        catalogue: the objects to be read.
        schemas: of these and of those to be written, by name; None for what this user is not shown.
        org_time: the org's clock (naive UTC) when it answered, None if it did not say.
        own_time: this machine's clock at that moment (naive UTC).
    """

    configuration: Configuration
    state: State
    org: Org
    catalogue: Catalogue
    schemas: Mapping[str, ObjectSchema | None]
    org_time: datetime | None
    own_time: datetime

    @classmethod
    def of(cls, configuration: Configuration, state: State, org: Org) -> "Patient":
        """Describe everything that is read or written: one API call for 25 objects."""
        wanted = catalogue(configuration)
        names = dict.fromkeys([*(item.name for item in wanted), *(own.object for own in WRITTEN)])
        described = org.describe_all(list(names))
        now = datetime.now(UTC).replace(tzinfo=None)
        return cls(configuration, state, org, wanted, described.schemas, described.asked_at, now)

    def shows(self, sobject: str, *fields: str) -> bool:
        """Whether the org shows an object, and all of these fields."""
        schema = self.schemas.get(sobject)
        return schema is not None and all(schema.field(name) is not None for name in fields)
