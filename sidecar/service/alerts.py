"""How a person is told that something needs them: the log, and a Slack channel where one is configured."""

import logging

from sidecar.configuration import ServiceSection
from sidecar.delivery.block_kit import plain
from sidecar.delivery.errors import NotTaken, OutcomeUnknown
from sidecar.delivery.slack import Post, post

_log = logging.getLogger(__name__)


class Alerts:
    """Tells of failures. What cannot be delivered is logged and never holds a job up for more than seconds."""

    def __init__(self, section: ServiceSection) -> None:
        self._webhook = section.alert_webhook

    def __call__(self, subject: str, text: str) -> None:
        """Tell a person: a line of subject, then the text."""
        _log.warning("alert: %s: %s", subject, text)
        if self._webhook is None:
            return
        message = {"text": f"Sidecar: {plain(subject)}\n{plain(text)}"}
        try:
            post(Post(self._webhook, message, "the alert webhook"))
        except (NotTaken, OutcomeUnknown) as error:
            _log.error("%s: check alert_webhook under [service]", error)
