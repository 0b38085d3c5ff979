"""What processes of `benchmarks.crash` are forked from: imported once, with the parser that every server needs built.

Nothing here may start a thread or open a mirror: neither survives a fork.
"""

from __future__ import annotations

import localorg.serve
from benchmarks import crash_run
from localorg.soql.parse import parse

parse("SELECT Id FROM Account")

__all__ = ["crash_run", "localorg"]
