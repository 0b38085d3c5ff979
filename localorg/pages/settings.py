"""Where the pages' files are, and who looks at them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from localorg.store.birth import ADMIN_USERNAME

DESIGN_SYSTEM = "node_modules/@salesforce-ux/design-system"
BUILT = "build/pages"


@dataclass(frozen=True)
class PageSettings:
    """built: what rollup wrote. design_system: npm package of the Lightning Design System. user: who opens pages."""

    built: Path
    design_system: Path
    user: str = ADMIN_USERNAME
    session_seconds: int = 2 * 3600

    @classmethod
    def of_repository(cls, root: Path, user: str = ADMIN_USERNAME) -> PageSettings:
        """The usual places below the repository's root."""
        return cls(root / BUILT, root / DESIGN_SYSTEM, user)
