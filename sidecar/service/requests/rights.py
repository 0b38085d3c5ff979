"""Whether the user who asks may see what the request is about."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from sidecar.questions import ask
from sidecar.service.requests.mailbox import Request
from sync import Org, soql
from sync.client.transport import is_loopback

_ACCESS = "UserRecordAccess"


def may_read(org: Org, requests: Iterable[Request]) -> set[str]:
    """The ids of those requests whose users may read their records.

    The org itself is asked (`UserRecordAccess`, which takes one user in a query): one API call per user. The local org
    has no sharing: there whoever can make a request can read all accounts.

    Raises:
        sync.RequestRefused: the integration user may not ask. Nothing is allowed then.
    """
    requests = list(requests)
    if is_loopback(urlsplit(org.instance_url).hostname):
        return {request.id for request in requests}
    allowed: set[str] = set()
    for user in sorted({request.user_id for request in requests}):
        own = [request for request in requests if request.user_id == user]
        records = sorted({request.record_id for request in own})
        where = soql.compare("UserId", "=", user) & soql.one_of("RecordId", records)
        rows = ask(org, _ACCESS, ["RecordId", "HasReadAccess"], where)
        readable = {row["RecordId"][:15] for row in rows if row["HasReadAccess"]}
        allowed |= {request.id for request in own if request.record_id[:15] in readable}
    return allowed
