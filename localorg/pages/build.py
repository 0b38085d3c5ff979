"""Builds the pages with rollup, only when a source has changed since the last build."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from localorg.errors import LocalOrgError

CONFIGURATION = "localorg/pages/rollup.config.mjs"
MARKER = "build.sha256"
_SOURCES = ("localorg/pages/main.js", "localorg/pages/page.css", CONFIGURATION, "package-lock.json")
_SOURCE_FOLDERS = ("localorg/pages/bundler", "localorg/pages/modules")
_PACKAGE = "lwc_components/main/default"
_PACKAGE_FOLDERS = ("lwc", "labels")
_SUFFIXES = frozenset({".js", ".mjs", ".html", ".css", ".xml"})
_LONGEST_SECONDS = 600
_LAST_LINES = 15


class PageBuildError(LocalOrgError):
    """The pages cannot be built: install node_modules, or mend the file that the message names."""


@dataclass(frozen=True)
class BuildReport:
    """What a build did. built: False when nothing had changed. seconds: its time. out: where the pages are."""

    built: bool
    seconds: float
    out: Path


def ensure_built(
    repo_root: Path,
    out_dir: Path | None = None,
    progress: Callable[[str], None] | None = None,
    *,
    package: Path | None = None,
) -> BuildReport:
    """The pages, built if any of their sources has changed.

    repo_root: the repository, with node_modules. out_dir: where to (default build/pages). progress: told what is done.
    package: another package's `main/default` (for tests). Raises PageBuildError.
    """
    start = time.monotonic()
    out = (out_dir or repo_root / "build/pages").resolve()
    source = package or repo_root / _PACKAGE
    with _alone(out):
        digest = digest_of(repo_root, source)
        if _marker_of(out) == digest:
            return BuildReport(False, time.monotonic() - start, out)
        rollup = repo_root / "node_modules/rollup/dist/bin/rollup"
        if not rollup.is_file():
            raise PageBuildError(f"{repo_root / 'node_modules'} has no rollup: run `npm ci` (or `make setup`) first")
        if progress is not None:
            progress("building the pages")
        draft = out.with_name(f"{out.name}.part")
        shutil.rmtree(draft, ignore_errors=True)
        _run_rollup(repo_root, rollup, draft, source)
        (draft / MARKER).write_text(digest)
        shutil.rmtree(out, ignore_errors=True)
        draft.rename(out)
    return BuildReport(True, time.monotonic() - start, out)


def version_of(out: Path) -> str | None:
    """Text that changes with every build of a folder of pages, None when nothing is built there."""
    main = out / "main.js"
    if not main.is_file():
        return None
    marker = _marker_of(out)
    return marker[:16] if marker else str(main.stat().st_mtime_ns)


def _marker_of(out: Path) -> str | None:
    marker = out / MARKER
    return marker.read_text() if marker.is_file() else None


def digest_of(repo_root: Path, package: Path) -> str:
    """SHA-256 over names and contents of everything that goes into a build."""
    total = hashlib.sha256()
    for file in _source_files(repo_root, package):
        total.update(f"{file.name}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\0".encode())
    return total.hexdigest()


def _source_files(repo_root: Path, package: Path) -> Iterator[Path]:
    yield from (repo_root / name for name in _SOURCES if (repo_root / name).is_file())
    folders = [repo_root / name for name in _SOURCE_FOLDERS] + [package / name for name in _PACKAGE_FOLDERS]
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if file.suffix in _SUFFIXES and "__tests__" not in file.parts:
                yield file


def _run_rollup(repo_root: Path, rollup: Path, out: Path, package: Path) -> None:
    node = shutil.which("node")
    if node is None:
        raise PageBuildError("node is not installed: the pages need Node 20 or newer")
    command = [node, str(rollup), "--silent", "-c", CONFIGURATION]
    environment = {**os.environ, "PAGES_OUT": str(out), "PAGES_PACKAGE": str(package), "NO_COLOR": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - node and our own configuration
            command,
            cwd=repo_root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PageBuildError(f"rollup did not end within {_LONGEST_SECONDS} s") from error
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip() and not line.lstrip().startswith("at ")]
        raise PageBuildError("the pages could not be built:\n" + "\n".join(lines[:_LAST_LINES]))


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """One build of a folder at a time, whichever process asks for it."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with (out.parent / f".{out.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
