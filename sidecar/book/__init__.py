"""The book: the mirror seen through the configuration's field mapping, as the product's own tables."""

from sidecar.book.notices import notices
from sidecar.book.read import read_book

__all__ = ["notices", "read_book"]
