"""Whether the users who ask may see what their requests are about."""

from collections.abc import Collection

from sidecar.record_access import readable
from sidecar.service.requests.kinds import RECALCULATIONS
from sidecar.service.requests.mailbox import Request
from sync import Org


def may_read(org: Org, requests: Collection[Request]) -> set[str]:
    """The ids of those recalculations whose users may read their records; one API call per user who names one.

    What is about the user's own records needs no question: owners see them.

    Raises:
        sync.RequestRefused: the integration user may not ask. Nothing is allowed then.
    """
    named = [request for request in requests if RECALCULATIONS[request.kind].named is not None]
    allowed = {request.id for request in requests if request not in named}
    for user in sorted({request.user_id for request in named}):
        own = [request for request in named if request.user_id == user]
        seen = readable(org, user, {request.record_id for request in own})
        allowed |= {request.id for request in own if request.record_id in seen}
    return allowed
