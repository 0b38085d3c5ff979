"""What users may ask for: each kind's words, the records it is about, and why a request cannot be done at all."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sidecar.delivery.compose import STOP_KIND
from sidecar.service.requests.mailbox import Request
from sync import Mirror

PREVIEW, STOP, START = "Preview digest", STOP_KIND, "Start digest"


@dataclass(frozen=True)
class Recalculation:
    """A kind of request that takes a refresh.

    Attributes:
        about: what is recalculated, as the answer says it.
        named: what the request's record has to be; None where it names none and is about the user.
        prefix: how Ids of such records begin.
        records: SQL for the Ids of the records whose values the answer counts; takes `$about`, the first 15
            characters of the record's Id or the user's Id.
    """

    about: str
    named: str | None
    prefix: str
    records: str

    @property
    def id_pattern(self) -> str:
        """What an Id of its record looks like."""
        return rf"{self.prefix}[A-Za-z0-9]{{12}}([A-Za-z0-9]{{3}})?"


RECALCULATIONS: Mapping[str, Recalculation] = {
    "Recalculate account": Recalculation(
        "the account and its deals",
        "account",
        "001",
        """SELECT "Id" FROM "Account" WHERE "Id"[:15] = $about
        UNION ALL SELECT "Id" FROM "Opportunity" WHERE "AccountId"[:15] = $about""",
    ),
    "Recalculate opportunity": Recalculation(
        "the deal",
        "opportunity",
        "006",
        """SELECT "Id" FROM "Opportunity" WHERE "Id"[:15] = $about""",
    ),
    "Recalculate all of mine": Recalculation(
        "your accounts and deals",
        None,
        "",
        """SELECT "Id" FROM "Account" WHERE "OwnerId" = $about
        UNION ALL SELECT "Id" FROM "Opportunity" WHERE "OwnerId" = $about""",
    ),
}
KINDS = (*RECALCULATIONS, PREVIEW, STOP, START)


def problem(request: Request) -> str | None:
    """Why a request cannot be done by anybody; None when it can."""
    if request.kind not in KINDS:
        return f"This version of the sidecar cannot do this. It can: {', '.join(KINDS)}."
    kind = RECALCULATIONS.get(request.kind)
    if kind is not None and kind.named is not None and not re.fullmatch(kind.id_pattern, request.record_id):
        return f"This is no {kind.named}. Record Id takes the 15 or 18 characters of the Id of one."
    return None


def records(mirror: Mirror, request: Request) -> set[str]:
    """Ids of the records that a sound request for a recalculation is about; empty where the mirror knows none."""
    kind = RECALCULATIONS[request.kind]
    about = request.user_id if kind.named is None else request.record_id[:15]
    rows = mirror.connection.execute(kind.records, {"about": about}).fetchall()
    return {str(record) for (record,) in rows}
