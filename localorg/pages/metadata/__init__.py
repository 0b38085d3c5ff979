"""What a package's metadata says about pages: Lightning pages, app, layouts and list views."""

from localorg.pages.metadata.package import PagePackage, read_package

__all__ = ["PagePackage", "read_package"]
