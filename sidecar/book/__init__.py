"""The book: the mirror seen through the configuration's field mapping, as the product's own tables."""

from sidecar.book.read import read_book

__all__ = ["read_book"]
