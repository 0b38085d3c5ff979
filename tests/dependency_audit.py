"""`make audit`: known weaknesses of every pinned package, asked of the registries in use; so it is no test.

Exit code 1 where a weakness is known, or where no registry can tell: that nobody knows is not that there is none. With
`--warn` the latter is a warning line and no failure, for machines whose registries answer no such questions.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[1]
ENVIRONMENT = REPOSITORY / ".setup/audit"
LOCKS = (".", "tests/clients")
PATIENCE = 60.0  # seconds


@dataclass(frozen=True)
class Told:
    """What a registry told of one list of packages.

    Attributes:
        asked: how many packages it knew.
        weaknesses: a line each.
        unknown: why some or all of them could not be audited; empty where all were.
    """

    asked: int
    weaknesses: tuple[str, ...] = ()
    unknown: str = ""


def of_python(output: str, error: str) -> Told:
    """What `pip-audit --format json` told."""
    try:
        packages: list[dict[str, Any]] = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Told(0, unknown=_last(error))
    known = [package for package in packages if "vulns" in package]
    lines = tuple(
        f"{package['name']} {package['version']}: {found['id']}, mended in {', '.join(found['fix_versions']) or 'none'}"
        for package in known
        for found in package["vulns"]
    )
    skipped = [package for package in packages if "vulns" not in package]
    reason = f"{len(skipped)} of {len(packages)} packages, {skipped[0].get('skip_reason')}" if skipped else ""
    return Told(len(known), lines, reason or ("" if packages else "no package was looked at"))


def of_node(output: str, error: str) -> Told:
    """What `npm audit --json` told."""
    try:
        told = json.loads(output)
        found: dict[str, dict[str, Any]] = told["vulnerabilities"]
        asked = int(told["metadata"]["dependencies"]["total"])
    except (ValueError, KeyError, TypeError):
        return Told(0, unknown=_last(error))
    lines = tuple(f"{name} {package['range']}: {package['severity']}" for name, package in found.items())
    return Told(asked, lines, "" if asked else "no package was looked at")


def verdict(told: Told, name: str, *, warn: bool) -> tuple[list[str], bool]:
    """The lines to print about one list, and whether it is well.

    Args:
        name: of the list.
        warn: a list that could not be audited is none that fails.
    """
    lines = [f"WEAKNESS {name}: {line}" for line in told.weaknesses]
    if told.unknown:
        lines.append(
            f"WARNING: {name} could NOT be audited ({told.unknown}). Whether it has known weaknesses is open. Remedy:"
            " `make audit` where the registry in use answers such questions."
        )
    elif not told.weaknesses:
        lines.append(f"{name}: no known weakness of {told.asked} packages")
    return lines, not told.weaknesses and (warn or not told.unknown)


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask, and print what was told."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--warn", action="store_true", help="what cannot be audited is a warning")
    warn = parser.parse_args(arguments).warn
    npm = ["npm", "audit", "--json", "--package-lock-only", "--fetch-retries=0"]
    told = {"requirements.txt": _python()}
    told |= {str(Path(folder) / "package-lock.json"): _asked(npm, of_node, folder) for folder in LOCKS}
    verdicts = [verdict(found, name, warn=warn) for name, found in told.items()]
    print("\n".join(line for lines, _ in verdicts for line in lines))
    return 0 if all(well for _, well in verdicts) else 1


def _python() -> Told:
    """Ask with pip-audit, which has an environment of its own: it is no dependency of ours."""
    audit, pip = ENVIRONMENT / "bin/pip-audit", ENVIRONMENT / "bin/pip"
    if not audit.exists():
        _asked([sys.executable, "-m", "venv", str(ENVIRONMENT)], of_python)
        installed = _asked([str(pip), "install", "--quiet", "--retries", "0", "pip-audit"], of_python)
        if not audit.exists():
            return Told(0, unknown=f"pip-audit cannot be installed: {installed.unknown}")
    command = [str(audit), "--no-deps", "--disable-pip", "--format", "json", "--requirement", "requirements.txt"]
    return _asked(command, of_python)


def _asked(command: list[str], told: Callable[[str, str], Told], folder: str = ".") -> Told:
    try:
        done = subprocess.run(command, cwd=REPOSITORY / folder, capture_output=True, text=True, timeout=PATIENCE)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Told(0, unknown=str(error))
    return told(done.stdout, done.stderr)


def _last(error: str) -> str:
    """What a tool said last, before it points to its log."""
    lines = [line for line in error.splitlines() if line.strip() and "log of this run" not in line]
    return lines[-1].strip() if lines else "no answer"


if __name__ == "__main__":
    sys.exit(main())
