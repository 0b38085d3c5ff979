"""Who gets a digest and what they may see: asked of the org itself, at the time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sidecar.digest.content import Digest
from sidecar.questions import ask
from sidecar.record_access import readable
from sync import Org, soql

SHOWN = 5
"""Lines of a kind in a digest."""

_USERS_PER_QUERY = 200


@dataclass(frozen=True)
class Addressed:
    """A digest and where it goes."""

    digest: Digest
    username: str
    address: str


def addressed(org: Org, digests: Sequence[Digest], without: Sequence[str]) -> Iterator[Addressed]:
    """The digests of those who want one and have an address, with what each of them may see.

    One API call for the addresses of 200 people, and one for each person's access.

    Args:
        without: usernames of those who want none.
    """
    unwanted = {name.casefold() for name in without}
    users: dict[str, tuple[str, str | None]] = {}
    for start in range(0, len(digests), _USERS_PER_QUERY):
        ids = [digest.user_id for digest in digests[start : start + _USERS_PER_QUERY]]
        where = soql.one_of("Id", ids) & soql.compare("IsActive", "=", True)
        rows = ask(org, "User", ["Id", "Username", "Email"], where, limit=_USERS_PER_QUERY)
        users |= {row["Id"]: (row["Username"], row["Email"]) for row in rows}
    for digest in digests:
        username, address = users.get(digest.user_id, ("", None))
        if not address or username.casefold() in unwanted:
            continue
        seen = readable(org, digest.user_id, digest.records())
        yield Addressed(digest.limited_to(seen, SHOWN), username, address)
