"""Lightning pages of the local org: the package's pages with its real components in a browser.

What answers the browser is `localorg.pages.views`; who only builds the pages need not load it.
"""

from localorg.pages.build import BuildReport, PageBuildError, ensure_built
from localorg.pages.settings import PageSettings

__all__ = ["BuildReport", "PageBuildError", "PageSettings", "ensure_built"]
