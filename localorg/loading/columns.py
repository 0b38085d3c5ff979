"""Whole columns of text turned into stored values.

What is plainly right is converted by vector operations; everything else goes value by value through the same
converters as a write through the API, so that both accept the same and say the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from localorg.errors import OrgError
from localorg.ids import CHECKSUM_LETTERS
from localorg.loading.arrow import Column, array, compute
from localorg.schema.model import NUMBER_TYPES, Field, Schema, SObject
from localorg.store.sql import Value
from localorg.store.values import Converter, allowed_prefixes, converter, moment_text

Mask = npt.NDArray[np.bool_]
Fast = Callable[[Column], tuple[Column, Mask]]

_PLAIN_NUMBER = r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$"
_PLAIN_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_PLAIN_MOMENT = r"^(1[89]|20)[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{3})?(Z|\+00:?00)$"
_LETTERS = np.frombuffer(CHECKSUM_LETTERS.encode(), dtype=np.uint8)
_WEIGHTS = np.array([1, 2, 4, 8, 16])


@dataclass(frozen=True, slots=True)
class Converted:
    """A column's stored values, and why single rows (by position) cannot be taken."""

    values: Column
    faults: dict[int, str]


class ColumnReader:
    """Converts the texts of one field."""

    def __init__(self, schema: Schema, sobject: SObject, field: Field) -> None:
        self._slow = _lenient(field, converter(schema, sobject, field))
        self._fast = _fast_for(schema, sobject, field)
        self._trimmed = field.type != "textarea"  # as in a write through the API
        self._required = field.required or field.type == "id"
        self._blank = 0 if field.type == "boolean" else None
        self._reason_if_blank = f"{field.name} is missing"
        self.type = arrow_type(field)

    def read(self, texts: Column) -> Converted:
        """Convert a column."""
        if self._trimmed:
            texts = compute.utf8_trim_whitespace(texts)
        values, sure = self._fast(texts)
        present = np.asarray(texts.is_valid()) & np.asarray(compute.fill_null(compute.not_equal(texts, ""), False))
        faults: dict[int, str] = {}
        if self._required:
            faults.update((int(row), self._reason_if_blank) for row in np.flatnonzero(~present))
        doubtful = np.flatnonzero(present & ~sure)
        if len(doubtful):
            values = self._resolve(texts, values, doubtful, faults)
        if self._blank is not None:
            values = compute.fill_null(values, self._blank)
        return Converted(values, faults)

    def _resolve(
        self, texts: Column, values: Column, doubtful: npt.NDArray[np.int64], faults: dict[int, str]
    ) -> Column:
        encoded = texts.take(array(doubtful)).dictionary_encode()
        outcomes: list[Value] = []
        reasons: dict[int, str] = {}
        for code, text in enumerate(encoded.dictionary.to_pylist()):
            try:
                outcomes.append(self._slow(text))
            except OrgError as error:
                outcomes.append(None)
                reasons[code] = error.message
        codes = encoded.indices.to_pylist()
        if reasons:
            faults.update(
                (int(row), reasons[code]) for row, code in zip(doubtful, codes, strict=True) if code in reasons
            )
        mask = np.zeros(len(texts), dtype=bool)
        mask[doubtful] = True
        return compute.replace_with_mask(values, array(mask), array(outcomes, self.type).take(encoded.indices))


def arrow_type(field: Field) -> pa.DataType:
    """The Arrow type of a field's stored values."""
    if field.type in ("boolean", "int"):
        return pa.int64()
    return pa.float64() if field.type in NUMBER_TYPES else pa.string()


def _lenient(field: Field, convert: Converter) -> Converter:
    """Exports write some datetimes in ways the API does not take: without a zone (it is UTC), or as a date."""
    if field.type != "datetime":
        return convert

    def read(value: object) -> Value:
        text = str(value)
        return moment_text(text + "Z") or moment_text(text + "T00:00:00Z") or convert(value)

    return read


def _fast_for(schema: Schema, sobject: SObject, field: Field) -> Fast:
    if field.type in NUMBER_TYPES:
        return _numbers(field)
    if field.type == "int":
        return _integers(field)
    if field.type == "boolean":
        return _booleans
    if field.type == "datetime":
        return _moments
    if field.type in ("id", "reference"):
        return _ids(_prefixes(schema, sobject, field))
    if field.type in ("date", "multipicklist", "email") or field.restricted_picklist:
        return _unsure  # few different values: each is converted once
    return _texts(field)


def _prefixes(schema: Schema, sobject: SObject, field: Field) -> frozenset[str]:
    if field.type == "id":
        return frozenset({sobject.key_prefix})
    # An export may hold polymorphic references to objects which this org does not have.
    return allowed_prefixes(schema, field) if len(field.reference_to) == 1 else frozenset()


def _unsure(texts: Column) -> tuple[Column, Mask]:
    return pa.nulls(len(texts), pa.string()), np.zeros(len(texts), dtype=bool)


def _mask(condition: Column) -> Mask:
    return np.asarray(compute.fill_null(condition, False))


def _texts(field: Field) -> Fast:
    def convert(texts: Column) -> tuple[Column, Mask]:
        blank = compute.equal(texts, "")
        values = compute.if_else(blank, None, texts) if compute.any(blank).as_py() else texts
        longest = field.length or len(texts)
        return values, _mask(compute.less_equal(compute.utf8_length(texts), longest))

    return convert


def _numbers(field: Field) -> Fast:
    limit = 10.0 ** (field.precision - field.scale)

    def convert(texts: Column) -> tuple[Column, Mask]:
        plain = compute.match_substring_regex(texts, _PLAIN_NUMBER)
        numbers = compute.cast(compute.if_else(plain, texts, None), pa.float64())
        fits = compute.and_(
            compute.less(compute.abs(numbers), limit), compute.equal(compute.round(numbers, field.scale), numbers)
        )
        return numbers, _mask(fits)

    return convert


def _integers(field: Field) -> Fast:
    def convert(texts: Column) -> tuple[Column, Mask]:
        plain = compute.match_substring_regex(texts, r"^-?[0-9]{1,9}$")
        numbers = compute.cast(compute.if_else(plain, texts, None), pa.int64())
        return numbers, _mask(compute.less(compute.abs(numbers), 10**field.digits))

    return convert


def _booleans(texts: Column) -> tuple[Column, Mask]:
    lower = compute.utf8_lower(texts)
    true = compute.is_in(lower, array(["true", "1"]))
    known = compute.or_(true, compute.is_in(lower, array(["false", "0"])))
    return compute.cast(true, pa.int64()), _mask(known)


def _moments(texts: Column) -> tuple[Column, Mask]:
    plain = compute.match_substring_regex(texts, _PLAIN_MOMENT)
    seconds = compute.utf8_slice_codeunits(compute.if_else(plain, texts, None), 0, 19)
    try:
        compute.cast(seconds, pa.timestamp("s"))
    except pa.ArrowInvalid:
        return _unsure(texts)  # one of them is no day of the calendar
    return compute.binary_join_element_wise(seconds, pa.scalar(".000Z"), ""), _mask(plain)


def _ids(prefixes: frozenset[str]) -> Fast:
    allowed = array(sorted(prefixes), pa.string())

    def convert(texts: Column) -> tuple[Column, Mask]:
        sure = _mask(compute.match_substring_regex(texts, r"^[0-9A-Za-z]{15}[A-Z0-5]{3}$"))
        if prefixes:
            sure &= _mask(compute.is_in(compute.utf8_slice_codeunits(texts, 0, 3), allowed))
        rows = np.flatnonzero(sure)
        if len(rows):
            sure[rows] = _checksums_hold(texts.take(array(rows)))
        return compute.if_else(array(sure), texts, None), sure

    return convert


def _checksums_hold(ids: Column) -> Mask:
    """For ids of 18 ASCII characters, whether the last three belong to the first fifteen."""
    joined = "".join(ids.to_pylist()).encode()
    letters = np.frombuffer(joined, dtype=np.uint8).reshape(len(ids), 18)
    upper = (letters[:, :15] >= ord("A")) & (letters[:, :15] <= ord("Z"))
    codes = upper.reshape(len(ids), 3, 5) @ _WEIGHTS
    return np.asarray((_LETTERS[codes] == letters[:, 15:]).all(axis=1))
