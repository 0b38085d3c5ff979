"""The archive of a deployment, unpacked in memory within Salesforce's limits."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib

from localorg.errors import OrgError

MEGABYTE = 2**20
LARGEST_ZIP = 39 * MEGABYTE
LARGEST_UNPACKED = 400 * MEGABYTE
MOST_FILES = 10_000
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, RuntimeError)


def unpack(content: bytes) -> dict[str, bytes]:
    """The archive's files by path, which is relative and has no `..`.

    Raises OrgError: LIMIT_EXCEEDED for too many files or bytes (a zip bomb is left as soon as it passes the limit),
    INVALID_OPERATION for what is no archive, is encrypted, or names paths outside itself.
    """
    if len(content) > LARGEST_ZIP:
        raise OrgError(
            "LIMIT_EXCEEDED", f"Maximum size of zip file is {LARGEST_ZIP} bytes, this one has {len(content)}"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _files(archive)
    except _BROKEN as error:
        raise OrgError("INVALID_OPERATION", f"Zip file cannot be read: {error}") from error


def _files(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MOST_FILES:
        raise OrgError("LIMIT_EXCEEDED", f"Maximum number of files in zip is {MOST_FILES}, this one has {len(entries)}")
    files: dict[str, bytes] = {}
    left = LARGEST_UNPACKED
    for entry in entries:
        path = _checked_path(entry)
        if path in files:
            raise OrgError("INVALID_OPERATION", f"Zip file holds {path} twice")
        with archive.open(entry) as opened:
            files[path] = opened.read(left + 1)
        left -= len(files[path])
        if left < 0:
            raise OrgError("LIMIT_EXCEEDED", f"Maximum size of the files in a zip is {LARGEST_UNPACKED} bytes")
    return files


def _checked_path(entry: zipfile.ZipInfo) -> str:
    path = entry.filename
    steps = path.split("/")
    outside = path.startswith("/") or "\\" in path or ":" in steps[0] or ".." in steps or "\0" in path
    if outside or stat.S_ISLNK(entry.external_attr >> 16):
        raise OrgError("INVALID_OPERATION", f"Zip file names a path outside itself: {path}")
    return path
