"""All checks, in the order in which a person would mend what they find."""

from collections.abc import Callable, Iterator

from sidecar.configuration import Configuration
from sidecar.connection import logged_in
from sidecar.doctor import access, data, limits, machine
from sidecar.doctor.finding import PROBLEM, Finding, of_error, ok
from sidecar.doctor.messages import mail, named_users, slack
from sidecar.doctor.patient import Patient
from sidecar.state import State
from sync import Org, SyncError

Check = Callable[[Patient], Iterator[Finding]]

OF_MACHINE = (machine.secrets, machine.disk, machine.waiting_plan, mail, slack)
OF_ORG: tuple[Check, ...] = (
    *(machine.mirror, machine.clock),
    *(access.package, access.reading, access.writing, access.users, named_users),
    *(data.calendar, data.plan, data.currencies, data.usage_files),
    *(limits.api_calls, limits.storage),
)


def examine(configuration: Configuration, state: State) -> Iterator[Finding]:
    """Look at this machine, log in, and look at the org. Writes nothing to either; about fifteen API calls.

    Yields:
        Findings as they are made. What the org refuses or fails to answer is a finding too.
    """
    for look in OF_MACHINE:
        yield from look(configuration, state)
    try:
        with logged_in(configuration, state) as org:
            yield ok("login", f"{org.session.settings.username} at {org.instance_url} (org {org.org_id})")
            yield from _of_org(configuration, state, org)
    except SyncError as error:
        yield of_error("login", error)


def _of_org(configuration: Configuration, state: State, org: Org) -> Iterator[Finding]:
    speaks = access.api_version(org)
    yield speaks
    if speaks.state == PROBLEM:
        return  # nothing else would be answered
    patient = Patient.of(configuration, state, org)
    for check in OF_ORG:
        try:
            yield from check(patient)
        except SyncError as error:
            yield of_error(check.__name__.replace("_", " "), error)
