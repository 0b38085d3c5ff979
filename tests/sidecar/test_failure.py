"""From an exception to an exit code and one message."""

import duckdb
import pytest

from sidecar.errors import ConfigurationError, MassChangeError
from sidecar.failure import INTERRUPTED, exit_code_of
from sync import MirrorBusy, MissingField


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (KeyboardInterrupt(), INTERRUPTED),
        (RuntimeError("Query interrupted"), INTERRUPTED),  # what DuckDB made of a Ctrl-C during an insertion
        (duckdb.InterruptException("INTERRUPT Error: Interrupted!"), INTERRUPTED),
        (ConfigurationError("x"), 2),
        (MissingField("x"), 2),
        (MassChangeError("x"), 1),
        (MirrorBusy("x"), 1),
        (OSError(28, "No space left on device"), 1),
        (duckdb.IOException('Could not write file "mirror.duckdb": No space left on device'), 1),
        (duckdb.IOException("Could not read enough bytes from file"), 1),
        (duckdb.FatalException("database has been invalidated"), 1),
        (duckdb.BinderException("a bug"), None),
        (FileNotFoundError(2, "No such file"), None),
        (RuntimeError("a bug"), None),
        (KeyError("x"), None),
    ],
    ids=lambda value: repr(value),
)
def test_each_kind_of_error_has_its_code(error: BaseException, code: int | None) -> None:
    assert exit_code_of(error) == code
