"""Where the pages' files are, and how long a browser stays signed in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DESIGN_SYSTEM = "node_modules/@salesforce-ux/design-system"
BUILT = "build/pages"


@dataclass(frozen=True)
class PageSettings:
    """built: what rollup wrote. design_system: npm package of the Lightning Design System."""

    built: Path
    design_system: Path
    session_seconds: int = 2 * 3600

    @classmethod
    def of_repository(cls, root: Path) -> PageSettings:
        """The usual places below the repository's root."""
        return cls(root / BUILT, root / DESIGN_SYSTEM)
