"""Users say themselves that they want no digest, or want it again: the platform knows who made the request."""

from sidecar.delivery.unsubscribed import Unsubscribed
from sidecar.service.requests.kinds import START, STOP
from sidecar.service.requests.mailbox import DONE, Answer, Request


def subscription(unsubscribed: Unsubscribed, request: Request) -> Answer:
    """Keep what the user wants, from the next digest on. Raises OSError when it cannot be kept."""
    if request.kind == STOP:
        unsubscribed.add(request.user_id)
        text = f"You get neither digests nor alerts. A request of the kind {START} takes it back."
        return Answer(request, DONE, text)
    unsubscribed.remove(request.user_id)
    return Answer(request, DONE, "You get digests and alerts again.")
