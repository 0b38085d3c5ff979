"""Plans that wait for a person: too large for a run that nobody looks at, or each one, where it is configured so."""

from collections.abc import Iterator
from contextlib import contextmanager

from sidecar.configuration import Configuration
from sidecar.errors import AwaitsConfirmationError, MassChangeError
from sidecar.guard import Review
from sidecar.service.alerts import Alerts
from sidecar.service.operations.preview import Previews, of_plan
from sync import Mirror, Plan


def reason_to_wait(plan: Plan, configuration: Configuration) -> str:
    """Why a plan is not written before a person has confirmed it; empty where it may be. Its size is no matter here."""
    if not configuration.service.confirm_writes or not plan.rows:
        return ""
    return (
        f"{plan.changes.num_rows:,} values of {plan.rows:,} records wait to be confirmed (confirm_writes under"
        " [service]). Nothing was written: look at the console's page Plan, and confirm it there."
    )


@contextmanager
def watched(mirror: Mirror, configuration: Configuration, previews: Previews) -> Iterator[Review]:
    """The review of a run that nobody looks at: a plan that stops it is kept, to be looked at and confirmed.

    A person is told of the first plan that waits by configuration, and again after none has waited.

    Raises:
        AwaitsConfirmationError: from the review, where each write waits for a person.
    """
    plans: list[Plan] = []

    def review(plan: Plan) -> None:
        plans.append(plan)
        if reason := reason_to_wait(plan, configuration):
            raise AwaitsConfirmationError(reason)

    before = previews.waiting()
    try:
        yield review
    except (MassChangeError, AwaitsConfirmationError) as error:
        plan = plans[-1]
        if before is None or before.fingerprint != plan.fingerprint:
            previews.keep(of_plan(mirror, plan, configuration.write.bulk_threshold, reason=str(error)))
        if before is None and isinstance(error, AwaitsConfirmationError):
            Alerts(configuration.service)("a plan waits", str(error))
        raise
    if before is not None:
        previews.drop(before)  # what it would have written is written, or is wanted no more
