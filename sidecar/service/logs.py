"""Where the service writes what it does: standard error, and files of its own that only their owner may read."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_FILE_BYTES, _FILES = 2_000_000, 5
# These write addresses at DEBUG, and a webhook's address is a secret; the third says each second that it looked, the
# fourth of each request that had to wait for another one.
_QUIET = ("urllib3", "requests", "apscheduler", "waitress.queue")


class PrivateLog(RotatingFileHandler):
    """Log files with mode 600."""

    def _open(self) -> io.TextIOWrapper:
        Path(self.baseFilename).touch(mode=0o600)
        return super()._open()


@contextmanager
def logging_to(file: Path, *, debug: bool) -> Iterator[None]:
    """Log to standard error and to a file for as long as the block runs."""
    root = logging.getLogger()
    handlers: list[logging.Handler] = [logging.StreamHandler(), _file_handler(file)]
    before = root.level
    for handler in handlers:
        handler.setFormatter(logging.Formatter(_FORMAT))
        root.addHandler(handler)
    root.setLevel(logging.DEBUG if debug else logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.setLevel(before)
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()


def _file_handler(file: Path) -> logging.Handler:
    return PrivateLog(file, maxBytes=_FILE_BYTES, backupCount=_FILES, encoding="utf-8")
