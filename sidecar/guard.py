"""Stops a run before a mass write that nobody expects: a mapping gone wrong, a model that has flipped."""

from collections.abc import Callable

from sidecar.configuration import WriteSection
from sidecar.errors import MassChangeError
from sidecar.targets import ACCOUNT, OPPORTUNITY
from sync import Mirror, Plan

NEVER_TOO_MANY = 500
"""Records. In a small org most scores move over a few days, which is no mass write."""

Confirm = Callable[[str], bool]

Review = Callable[[Plan], None]
"""Is shown a plan before anything of it is written; what it raises ends the run."""


def unseen(_plan: Plan) -> None:
    """The review of a run that nobody looks at."""


def check_size(plan: Plan, mirror: Mirror, write: WriteSection, max_changes: int | None, confirm: Confirm) -> None:
    """Let a plan pass if it replaces values of no more records than expected, or if a person confirms it.

    What is empty may always be filled, so the first run passes.

    Args:
        max_changes: records whose values may be replaced; None for the configured share of the org's accounts and
            opportunities.
        confirm: asked with the sentence that says what would happen.

    Raises:
        MassChangeError: it was not confirmed. Nothing is written.
    """
    found = plan.overwritten
    in_org = sum(mirror.count(own.object) for own in (ACCOUNT, OPPORTUNITY))
    allowed = max(NEVER_TOO_MANY, int(write.max_changes_share * in_org)) if max_changes is None else max_changes
    if found <= allowed:
        return
    whence = f"{write.max_changes_share:.0%} of {in_org:,} records" if max_changes is None else "--max-changes"
    what = (
        f"This run would replace values of {found:,} records, more than the {allowed:,} that are expected ({whence})."
    )
    if not confirm(what):
        raise MassChangeError(
            f"{what} Nothing was written. Look at `sidecar plan`; if it is right, run"
            f" `sidecar refresh --max-changes {found}`, or confirm it in the console of `sidecar serve`."
        )
