"""Small files that only their owner may read, and that are there as a whole or not at all."""

import os
from pathlib import Path


def write_private(file: Path, content: str | bytes) -> None:
    """Put a text (as UTF-8) or bytes in place of a file's content, with mode 600; a crash leaves the former content.

    Raises:
        OSError: no room, or no right to write there. The former content stays.
    """
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(content.encode() if isinstance(content, str) else content)
        opened.flush()
        os.fsync(opened.fileno())
    part.replace(file)
