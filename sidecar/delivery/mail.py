"""Mails through an SMTP server, with TLS and login."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from sidecar.configuration import MailSection
from sidecar.delivery.errors import NotTaken, OutcomeUnknown, WayClosed
from sidecar.errors import ConfigurationError


class Mailer:
    """An open connection to a mail server."""

    def __init__(self, server: smtplib.SMTP) -> None:
        self._server = server

    def send(self, mail: EmailMessage) -> None:
        """Hand a mail over.

        Raises:
            NotTaken: the server did not take it; WayClosed where it takes no further one either.
            OutcomeUnknown: the server was lost while it had it.
        """
        if self._server.sock is None:
            raise WayClosed("the mail server has closed the connection")
        try:
            self._server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            [(address, (code, told))] = error.recipients.items()
            raise NotTaken(
                f"{address} was refused: {code} {told.decode(errors='replace')}. Remedy: if the address is wrong,"
                " correct it on the user in Salesforce; it is tried again"
            ) from error
        except smtplib.SMTPResponseException as error:
            raise NotTaken(
                f"the mail server refused a mail: {_said(error)}. Remedy: see that it lets the login under [mail] send"
                " from its sender; it is tried again"
            ) from error
        except smtplib.SMTPNotSupportedError as error:
            raise NotTaken(
                f"the mail server cannot take this address: {error}. Remedy: give the user one in plain letters"
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            raise OutcomeUnknown(f"the mail server was lost during a mail ({type(error).__name__})") from error


@contextmanager
def mailer(section: MailSection) -> Iterator[Mailer]:
    """Connect, encrypt and log in, and leave at the end of the block.

    Raises:
        ConfigurationError: no server configured, TLS or login refused: a person has to change a setting.
        NotTaken: the server cannot be reached or does not answer in time.
    """
    if section.host is None:
        raise ConfigurationError(
            "No mail server is configured. Remedy: set host and sender under [mail], or webhooks under [slack]."
        )
    place = f"{section.host}:{section.port}"
    try:
        server = _connected(section, section.host)
    except smtplib.SMTPAuthenticationError as error:
        raise ConfigurationError(
            f"{place} refused the login of {section.username}: {_said(error)}. Remedy: check username and password"
            " under [mail]."
        ) from None
    except ssl.SSLError as error:
        raise ConfigurationError(
            f"{place} could not be spoken to with TLS ({error.reason or type(error).__name__}). Remedy: security ="
            " 'starttls' is for port 587, 'tls' for 465; the certificate must be one that this machine trusts."
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        raise ConfigurationError(
            f"{place} does not offer what is configured ({error}). Remedy: check port, security and username under"
            " [mail]."
        ) from error
    except (smtplib.SMTPException, OSError) as error:
        silent = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
        told = f"did not answer in {section.timeout_seconds:g} s" if silent else str(error)
        raise NotTaken(f"{place}: {told}. Remedy: check host and port under [mail], and the network.") from error
    try:
        yield Mailer(server)
    finally:
        server.close()


def _connected(section: MailSection, host: str) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if section.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, section.port, timeout=section.timeout_seconds, context=context)
    else:
        server = smtplib.SMTP(host, section.port, timeout=section.timeout_seconds)
    try:
        if section.security == "starttls":
            server.starttls(context=context)
        if section.username is not None and section.password is not None:
            server.login(section.username, section.password.get_secret_value())
    except BaseException:
        server.close()
        raise
    return server


def _said(error: smtplib.SMTPResponseException) -> str:
    said = error.smtp_error
    return f"{error.smtp_code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
