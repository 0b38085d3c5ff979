"""Whether the digests can be sent."""

from collections.abc import Iterator

from sidecar.configuration import Configuration
from sidecar.delivery.mail import mailer
from sidecar.doctor.finding import Finding, of_error, ok
from sidecar.errors import SidecarError
from sidecar.state import State


def mail(configuration: Configuration, state: State) -> Iterator[Finding]:
    """Connect to the mail server and log in, where one is configured. Sends nothing."""
    section = configuration.mail
    if section.host is None:
        return
    try:
        with mailer(section):
            yield ok("mail", f"{section.host}:{section.port} ({section.security}), digests come from {section.sender}")
    except SidecarError as error:
        yield of_error("mail", error)
