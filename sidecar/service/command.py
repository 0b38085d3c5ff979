"""`sidecar serve`: the command."""

import click

from sidecar.options import Setting, common
from sidecar.service.logs import logging_to


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on, 0 for any free one (default: 8484).")
@click.option("--debug", is_flag=True, help="Log more; no secrets even then.")
@common
def serve(setting: Setting, port: int | None, debug: bool) -> None:
    """Refresh every few minutes and compare every night, until stopped; status, metrics and triggers over HTTP.

    Times are those of the org. What was missed while the service was off is made up once. SIGTERM stops it within
    seconds, and the next start goes on from there.
    """
    from sidecar.service.process import serve as run  # the log comes first: imports take their time

    configuration, state = setting.configuration, setting.state
    if port is not None:
        section = configuration.service.model_copy(update={"port": port})
        configuration = configuration.model_copy(update={"service": section})
    with logging_to(state.service_folder / "service.log", debug=debug):
        run(configuration, state)
