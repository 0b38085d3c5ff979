"""State directories to test on: each is made once and copied for tests that write."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from localorg.pages import ensure_built
from tests.browsing import Open, Visits, node_modules_needed
from tests.end_to_end.driving import sidecar
from tests.end_to_end.forks import served

REPOSITORY = Path(__file__).parents[2]
DEMO = ("demo", "--once")
BOOK = ("org", "book", "--accounts", "12", "--deals", "200", "--end", "2026-11-22")


def made_once(factory: pytest.TempPathFactory, name: str, *arguments: str) -> Path:
    """A state directory as a command leaves it: the first worker that wants it makes it, the others wait."""
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    folder = root / name
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            result = sidecar(*arguments, state=folder / "state")
            assert result.code == 0, result.messages
            (folder / "made").touch()
    return folder / "state"


@pytest.fixture(scope="session")
def demo_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory as `sidecar demo --once` leaves it. Never worked on, so that each copy begins alike."""
    return made_once(tmp_path_factory, "demo_made", *DEMO)


@pytest.fixture(scope="session")
def demo_state(demo_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state directory after `sidecar demo --once`, served. Shared: tests must leave the org as they find it."""
    state = tmp_path_factory.mktemp("demo") / "state"
    shutil.copytree(demo_made, state)
    with served(state):
        yield state


@pytest.fixture
def demo_copy(demo_made: Path, tmp_path: Path) -> Iterator[Path]:
    """A state directory of a test's own, as `sidecar demo --once` leaves it, served."""
    state = tmp_path / "state"
    shutil.copytree(demo_made, state)
    with served(state):
        yield state


@pytest.fixture(scope="session")
def unscored_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory with a generated book that was never refreshed. Shared: copy it before writing."""
    return made_once(tmp_path_factory, "unscored_made", *BOOK)


@pytest.fixture
def unscored_files(unscored_state: Path, tmp_path: Path) -> Path:
    """A never refreshed state directory of a test's own, which nothing serves."""
    state = tmp_path / "state"
    shutil.copytree(unscored_state, state)
    return state


@pytest.fixture
def unscored_copy(unscored_files: Path) -> Iterator[Path]:
    """A never refreshed state directory of a test's own, served."""
    with served(unscored_files):
        yield unscored_files


@pytest.fixture(scope="session")
def pages() -> None:
    """The pages, built where `sidecar demo` builds them; a lock lets one worker build and the other wait."""
    node_modules_needed()
    ensure_built(REPOSITORY)


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Opens an address. At the end no script, request or answer may have failed."""
    visits = Visits(browser)
    yield visits.open
    assert visits.close() == []


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real exports; tests that need it are skipped where it is absent."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("../shared/data is not here")
    return folder
