"""The state directory: where it may be."""

from pathlib import Path

import pytest

from sidecar.errors import ConfigurationError
from sidecar.state import State
from sync import Mirror


@pytest.mark.parametrize("name", ['it\'s a "state"', "100 % #1;--", "Übung", "a&b=c"])
def test_a_mirror_lives_in_a_folder_of_any_usual_name(tmp_path: Path, name: str) -> None:
    state = State.open(tmp_path / name)
    with Mirror.open(state.mirror_file) as mirror:
        mirror.keep_note("kept", "yes")
    with Mirror.open(state.mirror_file) as mirror:
        assert mirror.note("kept") == "yes"
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


def test_a_name_that_the_database_cannot_bear_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"what\?: a question mark .* Name another folder"):
        State.open(tmp_path / "what?")
    assert not list(tmp_path.iterdir())
