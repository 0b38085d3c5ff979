"""What `forks` forks from: a process that has imported what commands and the local org's server need.

Nothing here may start a thread or open a mirror: neither survives a fork.
"""

import importlib
import os
import sys
from pathlib import Path

from localorg import serve
from localorg.soql.parse import parse
from sidecar import command_line

# Where nobody looks on: what prints decides at import how wide a terminal is.
sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for as long as the process lives
for _module, _ in command_line.COMMANDS.values():
    importlib.import_module(_module)
parse("SELECT Id FROM Account")

__all__ = ["command_line", "serve"]
