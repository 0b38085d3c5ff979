"""SQL fragments over a mirror in which optional columns, or whole objects, may be missing."""

from collections.abc import Callable
from dataclasses import dataclass

from sidecar.book.currencies import Currencies
from sync import Mirror


def quoted(name: str) -> str:
    """A DuckDB identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A DuckDB string literal."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class Source:
    """One object of the mirror, which may be absent.

    Attributes:
        name: API name of the object.
        columns: the columns the mirror has for it; empty when the org has no such object.
        currencies: the org's.
    """

    name: str
    columns: frozenset[str]
    currencies: Currencies

    def get(self, column: str | None, sql_type: str) -> str:
        """The column as SQL of that type; a typed null when the org lacks it or the configuration names none."""
        if column is None or column not in self.columns:
            return f"CAST(NULL AS {sql_type})"
        return f"CAST({quoted(column)} AS {sql_type})"

    def money(self, column: str | None) -> str:
        """The column as SQL of an amount in the corporate currency."""
        amount = self.get(column, "DOUBLE")
        return f"({amount} / _rate)" if self._converted and column in self.columns else amount

    @property
    def relation(self) -> str:
        """What to put after FROM: the table (with the rate of its money), or a relation without rows."""
        if self._converted:
            return self.currencies.with_rate(self.name, self.columns)
        return quoted(self.name) if self.columns else "(SELECT 1 WHERE FALSE)"

    @property
    def _converted(self) -> bool:
        return self.currencies.several and bool(self.columns)


def sources(mirror: Mirror) -> Callable[[str], Source]:
    """A function from an object's API name to its source in this mirror."""
    present, currencies = mirror.columns_of_all(), Currencies.of(mirror)

    def source(name: str) -> Source:
        return Source(name, frozenset(present.get(name, ())), currencies)

    return source
