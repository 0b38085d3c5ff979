"""The mirror for a command: where the service is at work on it, the command waits for its turn."""

import time
from collections.abc import Callable

from sidecar.service.presence import running_service
from sidecar.state import State
from sidecar.terminal import say
from sync import Mirror, MirrorBusy

PATIENCE_SECONDS = 600.0
_PAUSE_SECONDS = 0.5


def open_mirror(
    state: State, *, patience: float = PATIENCE_SECONDS, pause: Callable[[float], None] = time.sleep
) -> Mirror:
    """Open the mirror of a state directory.

    The service holds it for as long as a job takes; between jobs everybody may. Another command is not waited for.

    Args:
        patience: seconds to wait for the service's job to end.

    Raises:
        sync.MirrorBusy: another command has it, or the service's job takes too long.
    """
    waited = 0.0
    while True:
        try:
            return Mirror.open(state.mirror_file)
        except MirrorBusy:
            service = running_service(state)
            if service is None or waited >= patience:
                raise
            if not waited:
                say(f"The service (process {service.pid}) is at work on the mirror; waiting until its job is done.")
        pause(_PAUSE_SECONDS)
        waited += _PAUSE_SECONDS
