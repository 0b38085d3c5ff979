"""State directories to test on: each is made once per worker and copied for tests that write."""

import shutil
from pathlib import Path

import pytest

from tests.end_to_end.driving import sidecar

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def demo_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory as `sidecar demo --once` leaves it. Never worked on, so that each copy begins alike."""
    state = tmp_path_factory.mktemp("demo_made") / "state"
    result = sidecar("demo", "--once", state=state)
    assert result.code == 0, result.messages
    return state


@pytest.fixture(scope="session")
def demo_state(demo_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory after `sidecar demo --once`. Shared: tests must leave the org as they find it."""
    state = tmp_path_factory.mktemp("demo") / "state"
    shutil.copytree(demo_made, state)
    return state


@pytest.fixture
def demo_copy(demo_made: Path, tmp_path: Path) -> Path:
    """A state directory of a test's own, as `sidecar demo --once` leaves it."""
    state = tmp_path / "state"
    shutil.copytree(demo_made, state)
    return state


@pytest.fixture(scope="session")
def unscored_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory with a generated book that was never refreshed. Shared: copy it before writing."""
    state = tmp_path_factory.mktemp("unscored") / "state"
    result = sidecar("org", "book", "--accounts", "12", "--deals", "200", "--end", "2026-11-22", state=state)
    assert result.code == 0, result.messages
    return state


@pytest.fixture
def unscored_copy(unscored_state: Path, tmp_path: Path) -> Path:
    """A never refreshed state directory of a test's own."""
    state = tmp_path / "state"
    shutil.copytree(unscored_state, state)
    return state


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real exports; tests that need it are skipped where it is absent."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("../shared/data is not here")
    return folder
