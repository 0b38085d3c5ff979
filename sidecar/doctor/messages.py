"""Whether digests and alerts can be sent, and whether those who are named exist."""

from collections.abc import Iterator

from sidecar.configuration import Configuration
from sidecar.delivery.errors import NotTaken, OutcomeUnknown
from sidecar.delivery.mail import mailer
from sidecar.delivery.slack import probe
from sidecar.doctor.finding import Finding, of_error, ok, warning
from sidecar.doctor.patient import Patient
from sidecar.errors import SidecarError
from sidecar.questions import ask
from sidecar.state import State
from sync import soql


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


def slack(configuration: Configuration, state: State) -> Iterator[Finding]:
    """See whether the webhooks are alive, where there are any. Posts nothing."""
    hooks = {f"the Slack webhook of {name}": hook for name, hook in configuration.slack.webhooks.items()}
    if configuration.service.alert_webhook is not None:
        hooks["alert_webhook under [service]"] = configuration.service.alert_webhook
    failed = 0
    for whose, hook in hooks.items():
        try:
            probe(hook, whose)
        except (NotTaken, OutcomeUnknown) as error:
            failed += 1
            yield of_error("Slack", error)
    if hooks and not failed:
        yield ok("Slack", f"{len(hooks)} webhooks take messages")


def named_users(patient: Patient) -> Iterator[Finding]:
    """Whether the usernames of the configuration are users of the org; one API call, where there are any."""
    configuration = patient.configuration
    named = sorted({*configuration.slack.webhooks, *configuration.digest.without})
    if not named:
        return
    rows = ask(patient.org, "User", ["Username"], soql.one_of("Username", named), limit=len(named))
    known = {row["Username"].casefold() for row in rows}
    unknown = [name for name in named if name.casefold() not in known]
    if unknown:
        text = f"[slack] or [digest] names users that the org has not: {', '.join(unknown)}"
        yield warning(
            "named users", text, "use the username, as it stands on the user's page; it need not be the address"
        )
    else:
        yield ok("named users", f"all {len(named)} of [slack] and [digest] are users of the org")
