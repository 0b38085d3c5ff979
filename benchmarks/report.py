"""What all benchmarks share: their command line, the machine's description, the table, the JSON file."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def arguments(name: str, description: str) -> argparse.ArgumentParser:
    """The parser of `python -m benchmarks.NAME [--quick] [--json FILE]`; a benchmark may add arguments of its own."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=description)
    parser.add_argument("--quick", action="store_true", help="smaller, done in under a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    return parser


def machine() -> dict[str, Any]:
    """Processor, cores, memory and Python of this machine; nothing that names it."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(pages / 1e9, 1),
        "python": platform.python_version(),
    }


def peak_mb() -> float:
    """The most memory that this process has had so far, in megabytes.

    (getrusage will not do: its maximum is inherited from the process that started this one.)
    """
    status = Path("/proc/self/status").read_text()
    return round(int(status.partition("VmHWM:")[2].split()[0]) / 1024, 1)


def measure(module: str, *options: str) -> dict[str, Any]:
    """Run one measurement in a process of its own, so that its peak memory is its own; it prints one line of JSON."""
    done = subprocess.run([sys.executable, "-m", module, *options], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{module} {' '.join(options)} failed:\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows as text in columns."""
    cells = [
        list(header),
        *([f"{value:,.2f}" if isinstance(value, float) else str(value) for value in row] for row in rows),
    ]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def publish(name: str, *, quick: bool, figures: Mapping[str, object], path: Path | None) -> None:
    """Print the figures, and write them to `path` if there is one."""
    print(table(("figure", "value"), list(figures.items())))
    if path is not None:
        body = {"name": name, "quick": quick, "machine": machine(), "figures": dict(figures)}
        path.write_text(json.dumps(body, indent=2) + "\n")
