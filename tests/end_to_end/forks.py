"""Processes forked from one that has imported everything: starting Python again for each command takes seconds."""

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

from localorg import server

START_SECONDS = 60
COMMAND_SECONDS = 600


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.end_to_end.warm"])
    return context


def command(arguments: Sequence[str], folder: Path, output: Path, messages: Path) -> int:
    """Run `sidecar ARGUMENTS` in a process of its own, in a folder, and return its exit code.

    Args:
        output: file for what it prints.
        messages: file for what it says on standard error.

    Raises:
        TimeoutError: it did not end.
    """
    process = _start(_command, (arguments, folder, dict(os.environ)), output, messages)
    process.join(COMMAND_SECONDS)
    if process.exitcode is None:
        process.kill()
        raise TimeoutError(f"sidecar {' '.join(arguments)} did not end within {COMMAND_SECONDS} s")
    return process.exitcode


@contextmanager
def served(state: Path) -> Iterator[server.ServerInfo]:
    """Serve the local org of a state folder while the block runs; commands take the server that they find."""
    log = state / "org" / "server.log"
    process = _start(_serve, (state,), log, log)
    try:
        deadline = time.monotonic() + START_SECONDS
        while (info := server.running(state)) is None:
            assert process.is_alive() and time.monotonic() < deadline, log.read_text()
            time.sleep(0.02)
        yield info
    finally:
        process.terminate()
        process.join()


def _start(target: Callable[..., None], given: tuple[object, ...], output: Path, messages: Path) -> ForkServerProcess:
    process = _context().Process(target=_within, args=(target, given, output, messages))
    process.start()
    return process


def _within(target: Callable[..., None], given: tuple[object, ...], output: Path, messages: Path) -> None:
    for file, descriptor in ((os.devnull, 0), (output, 1), (messages, 2)):
        opened = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        os.dup2(opened, descriptor)
        os.close(opened)
    sys.stdout, sys.stderr = (os.fdopen(each, "w", encoding="utf-8") for each in (1, 2))
    target(*given)


def _command(arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
    from sidecar import command_line  # in the fork, where it is loaded already

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["sidecar", *arguments]
    command_line.main()


def _serve(state: Path) -> None:
    from localorg import serve  # in the fork, where it is loaded already

    sys.exit(serve.main(["--state", str(state), "--parent", str(os.getppid())]))
