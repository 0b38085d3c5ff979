"""Salesforce record ids: 15 characters, a 3-character checksum, and a counter that makes new ones."""

from __future__ import annotations

import re
import sqlite3

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CHECKSUM_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
INSTANCE = "Lo0"  # the three characters after the key prefix: ids made here never meet those of a real instance
MASTER_RECORD_TYPE_ID = "012000000000000AAA"

_ID = re.compile(r"[0-9A-Za-z]{15}(?:[A-Z0-5]{3})?")
# An upper-case character is a 1; five of them, the first the lowest bit, are the number of a checksum letter.
_CASE = str.maketrans({character: "1" if character.isupper() else "0" for character in ALPHABET})
_LETTER = {f"{number:05b}"[::-1]: letter for number, letter in enumerate(CHECKSUM_LETTERS)}
# The last two digits of an id's number, with what they add to the number of the last checksum letter.
_ENDS = [
    (first + second, (first.isupper() << 3) + (second.isupper() << 4)) for first in ALPHABET for second in ALPHABET
]


def checksum(id15: str) -> str:
    """The three letters which make a 15-character id safe for case-insensitive comparison."""
    bits = id15.translate(_CASE)
    return _LETTER[bits[:5]] + _LETTER[bits[5:10]] + _LETTER[bits[10:]]


def id18(value: str) -> str:
    """The 18-character form of a 15- or 18-character id.

    Raises ValueError when the text is no id, or when its checksum does not belong to it.
    """
    if not _ID.fullmatch(value):
        raise ValueError(f"not a record id: {value!r} (expected 15 or 18 letters and digits)")
    whole = value[:15] + checksum(value[:15])
    if len(value) == 18 and whole != value:
        raise ValueError(f"record id with a wrong checksum: {value!r} (expected {whole!r})")
    return whole


def is_id(value: str) -> bool:
    """Whether the text is a well-formed id, with its right checksum if it has one."""
    try:
        id18(value)
    except ValueError:
        return False
    return True


def number_to_base62(number: int, width: int) -> str:
    """A number in base 62, filled with zeros; the alphabet is in ASCII order, so texts sort as the numbers do."""
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = ALPHABET[rest] + digits
    return digits.rjust(width, "0")


def base62_to_number(text: str) -> int:
    """The number that a base-62 text stands for."""
    number = 0
    for character in text:
        number = number * 62 + ALPHABET.index(character)
    return number


def make_id(prefix: str, number: int) -> str:
    """The 18-character id number `number` of the objects with this key prefix."""
    id15 = prefix + INSTANCE + number_to_base62(number, 9)
    return id15 + checksum(id15)


def make_ids(prefix: str, first: int, count: int) -> list[str]:
    """The ids of `make_id` for the numbers from `first` on: what they share is computed once."""
    made: list[str] = []
    number, last = first, first + count
    while number < last:
        begin, place = divmod(number, len(_ENDS))
        start = prefix + INSTANCE + number_to_base62(begin, 7)
        whole = checksum(start + "00")
        bits = CHECKSUM_LETTERS.index(whole[2])
        part = _ENDS[place : place + last - number]
        made += [f"{start}{end}{whole[:2]}{CHECKSUM_LETTERS[bits + more]}" for end, more in part]
        number += len(part)
    return made


class IdAllocator:
    """Gives out new record ids; the counters live in the org's file, so that no id comes twice."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def take(self, prefix: str, count: int = 1) -> list[str]:
        """`count` new 18-character ids with the key prefix, in rising order."""
        first = self._reserve("id:" + prefix, count)
        return make_ids(prefix, first, count)

    def take_numbers(self, counter: str, count: int) -> range:
        """`count` new numbers of an auto-number field, named by `Object.Field`."""
        first = self._reserve("number:" + counter, count)
        return range(first, first + count)

    def skip_beyond(self, prefix: str, highest_id: str) -> None:
        """Never give out an id up to `highest_id`, which came from outside."""
        self._advance("id:" + prefix, base62_to_number(highest_id[6:15]) + 1)

    def skip_number(self, counter: str, highest: int) -> None:
        """Never give out a number up to `highest` for the auto-number field."""
        self._advance("number:" + counter, highest + 1)

    def _reserve(self, key: str, count: int) -> int:
        row = self._connection.execute('SELECT next FROM "_counter" WHERE key = ?', (key,)).fetchone()
        first = int(row[0]) if row else 1
        self._connection.execute('INSERT OR REPLACE INTO "_counter"(key, next) VALUES (?, ?)', (key, first + count))
        return first

    def _advance(self, key: str, at_least: int) -> None:
        self._connection.execute(
            'INSERT INTO "_counter"(key, next) VALUES (?, ?) '
            "ON CONFLICT(key) DO UPDATE SET next = max(next, excluded.next)",
            (key, at_least),
        )
