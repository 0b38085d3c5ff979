"""How a person is told that something needs them: the log, and a Slack channel where one is configured."""

import logging

import requests

from sidecar.configuration import ServiceSection

_log = logging.getLogger(__name__)
_TIMEOUT_SECONDS = (5.0, 10.0)


class Alerts:
    """Tells of failures. What cannot be delivered is logged and never holds a job up for more than seconds."""

    def __init__(self, section: ServiceSection) -> None:
        self._webhook = section.alert_webhook

    def __call__(self, subject: str, text: str) -> None:
        """Tell a person: a line of subject, then the text."""
        _log.warning("alert: %s: %s", subject, text)
        if self._webhook is None:
            return
        try:
            answer = requests.post(
                self._webhook.get_secret_value(),
                json={"text": f"Sidecar: {subject}\n{plain(text)}"},
                timeout=_TIMEOUT_SECONDS,
                allow_redirects=False,
            )
            if answer.status_code != requests.codes.ok:
                _log.error("the alert webhook answered %s: check alert_webhook under [service]", answer.status_code)
        except requests.RequestException as error:
            _log.error("the alert webhook cannot be reached (%s)", type(error).__name__)  # its address is a secret


def plain(text: str) -> str:
    """A text that Slack shows as it is: no links, mentions or formats come from records' names.

    Source: Slack, "Formatting text for app surfaces", escaping.
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
