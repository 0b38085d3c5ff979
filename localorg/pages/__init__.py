"""Lightning pages of the local org: the package's pages with its real components in a browser."""

from localorg.pages.build import BuildReport, PageBuildError, ensure_built
from localorg.pages.settings import PageSettings
from localorg.pages.views import blueprint

__all__ = ["BuildReport", "PageBuildError", "PageSettings", "blueprint", "ensure_built"]
