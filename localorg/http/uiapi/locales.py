"""How numbers and dates are written in the locales that the local org knows; any other is shown as en_US."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CAD": "CA$", "AUD": "A$", "INR": "₹"}
_NO_BREAK = "\u00a0"
_NARROW = "\u202f"


@dataclass(frozen=True)
class Locale:
    """Forms of one locale. `day` has {d}, {m} and {y}; amounts and percentages have {number} and {symbol}."""

    name: str
    day: str = "{m}/{d}/{y}"
    moment: str = "{day}, {time}"
    twelve_hours: bool = True
    group: str = ","
    decimal: str = "."
    amount: str = "{symbol}{number}"
    percentage: str = "{number}%"
    symbols: Mapping[str, str] = field(default_factory=dict)

    def date(self, day: dt.date) -> str:
        """`3/31/2026`."""
        return self.day.format(d=day.day, m=day.month, y=day.year)

    def date_time(self, moment: dt.datetime) -> str:
        """`1/2/2026, 3:04 AM`, as the moment's own clock shows it."""
        time = f"{moment.hour:02d}:{moment.minute:02d}"
        if self.twelve_hours:
            time = f"{moment.hour % 12 or 12}:{moment.minute:02d} {'AM' if moment.hour < 12 else 'PM'}"
        return self.moment.format(day=self.date(moment.date()), time=time)

    def number(self, value: float, scale: int) -> str:
        """`1,234.50`."""
        plain = f"{value:,.{scale}f}"
        return "".join({",": self.group, ".": self.decimal}.get(each, each) for each in plain)

    def percent(self, value: float, scale: int) -> str:
        """`75%`."""
        return self.percentage.format(number=self.number(value, scale))

    def currency(self, value: float, scale: int, currency: str) -> str:
        """`$1,234.50`, a minus before everything else; a currency without a symbol is written as its code."""
        number = self.number(abs(value), scale)
        symbol = self.symbols.get(currency) or _SYMBOLS.get(currency)
        if symbol is None:
            symbol = currency if self.amount.endswith("{symbol}") else f"{currency} "
        sign = "-" if value < 0 and number.strip(f"0{self.decimal}{self.group}") else ""
        return sign + self.amount.format(symbol=symbol, number=number)


EN_US = Locale("en_US")
_KNOWN = (
    EN_US,
    Locale("en_GB", day="{d:02d}/{m:02d}/{y}", twelve_hours=False, symbols={"USD": "US$"}),
    Locale(
        "de_DE",
        day="{d:02d}.{m:02d}.{y}",
        twelve_hours=False,
        group=".",
        decimal=",",
        amount=f"{{number}}{_NO_BREAK}{{symbol}}",
        percentage=f"{{number}}{_NO_BREAK}%",
    ),
    Locale(
        "fr_FR",
        day="{d:02d}/{m:02d}/{y}",
        moment="{day} {time}",
        twelve_hours=False,
        group=_NARROW,
        decimal=",",
        amount=f"{{number}}{_NO_BREAK}{{symbol}}",
        percentage=f"{{number}}{_NARROW}%",
        symbols={"USD": "$US", "GBP": "£GB"},
    ),
)
LOCALES = {locale.name: locale for locale in _KNOWN}
