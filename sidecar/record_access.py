"""What a user may see, as the org itself says."""

from collections.abc import Collection
from urllib.parse import urlsplit

from sidecar.questions import ask
from sync import Org, soql
from sync.client.transport import is_loopback

_MOST = 200  # records of one query of UserRecordAccess (Object Reference)


def readable(org: Org, user_id: str, records: Collection[str]) -> set[str]:
    """Those of the records that the user may read, as they were given (15 or 18 characters).

    One API call for 200 records. The local org has no sharing: there everybody may read all of them.

    Raises:
        sync.RequestRefused: the integration user may not ask.
    """
    if is_loopback(urlsplit(org.instance_url).hostname):
        return set(records)
    ordered = sorted(records)
    found: set[str] = set()
    for start in range(0, len(ordered), _MOST):
        some = ordered[start : start + _MOST]
        where = soql.compare("UserId", "=", user_id) & soql.one_of("RecordId", some)
        rows = ask(org, "UserRecordAccess", ["RecordId", "HasReadAccess"], where)
        seen = {row["RecordId"][:15] for row in rows if row["HasReadAccess"]}
        found |= {record for record in some if record[:15] in seen}
    return found
