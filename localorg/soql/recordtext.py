"""SQL rows straight to the JSON text of the REST API: a page of 2,000 records costs a few milliseconds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from json.encoder import encode_basestring
from types import NoneType

from localorg.schema.model import Schema
from localorg.soql.plan import AggregatePlan, Shape, TypedShape

Row = Sequence[object]
Write = Callable[[Row], str]


def _float(value: float) -> str:
    return float.__repr__(value) if math.isfinite(value) else "null"


_JSON: dict[type, Callable[..., str]] = {
    str: encode_basestring,
    float: _float,
    int: int.__repr__,
    NoneType: lambda _: "null",
}
_AGGREGATE = '"attributes":{"type":"AggregateResult"}'


def json_text(value: object) -> str:
    """One value of an SQL row as JSON."""
    return _JSON[type(value)](value)


def record_writer(base: str, schema: Schema, shape: Shape, children: Mapping[str, Mapping[str, str]]) -> Write:
    """What makes the JSON text of a record of a row.

    base: begins the URLs (`/services/data/v66.0`). children: JSON text of each subquery's answer, by its key and the
    record's Id; records without one have null.
    """
    start, keys = shape.start, shape.keys[1:]
    template = _template(base, schema, shape)
    booleans = [keys.index(key) for key in shape.booleans]
    addresses = [keys.index(key) for key in shape.addresses]
    parents = [(keys.index(key), _parent_writer(base, schema, parent)) for key, parent in shape.parents]
    parents += [(keys.index(typed.key), _typed_writer(base, schema, typed)) for typed in shape.typed]
    below = [(keys.index(key), answers) for key, answers in children.items()]
    first, last = start + 1, start + 1 + len(keys)

    def write(row: Row) -> str:
        values = [_JSON[type(value)](value) for value in row[first:last]]
        for place in booleans:
            values[place] = "true" if row[first + place] == 1 else "false"
        for place in addresses:  # JSON already
            values[place] = str(row[first + place] or "null")
        for place, parent in parents:
            values[place] = parent(row)
        record_id = str(row[start])
        for place, answers in below:
            values[place] = answers.get(record_id, "null")
        return template % (record_id, *values)

    return write


def _template(base: str, schema: Schema, shape: Shape) -> str:
    name = shape.type if shape.type in schema.objects else "Name"
    attributes = f'"type":{encode_basestring(shape.type)},"url":"{base}/sobjects/{name}/'
    fields = "".join(f",{encode_basestring(key)}:".replace("%", "%%") + "%s" for key in shape.keys[1:])
    return '{"attributes":{' + attributes.replace("%", "%%") + '%s"}' + fields + "}"


def _parent_writer(base: str, schema: Schema, shape: Shape) -> Write:
    if shape.type == "Name":  # one of several objects, known by its Id only
        return _typed_writer(base, schema, TypedShape("", shape.start, (), shape), as_name=True)
    write = record_writer(base, schema, shape, {})
    start = shape.start
    return lambda row: "null" if row[start] is None else write(row)


def _typed_writer(base: str, schema: Schema, typed: TypedShape, *, as_name: bool = False) -> Write:
    """A parent of one of several objects. `as_name`: shown as the object Name, with the URL of its own."""
    shapes = dict(typed.cases)
    writers: dict[str, Write] = {}

    def write(row: Row) -> str:
        link = row[typed.link]
        if link is None:
            return "null"
        prefix = str(link)[:3]
        if prefix not in writers:
            actual = schema.by_prefix(prefix)
            name = actual.name if actual else typed.otherwise.type
            made = record_writer(base, schema, replace(shapes.get(name, typed.otherwise), type=name), {})
            kind = f'"type":{encode_basestring(name)},"url"'
            writers[prefix] = _renamed(made, kind, '"type":"Name","url"') if as_name else made
        return writers[prefix](row)

    return write


def _renamed(write: Write, kind: str, shown: str) -> Write:
    return lambda row: write(row).replace(kind, shown, 1)


def aggregate_text(plan: AggregatePlan, row: Row) -> str:
    """The JSON text of one row of an aggregate query."""
    values = [_AGGREGATE]
    for column, value in zip(plan.columns, row, strict=True):
        text = json_text(value) if column.type != "boolean" or value is None else "true" if value == 1 else "false"
        values.append(f"{encode_basestring(column.name)}:{text}")
    return "{" + ",".join(values) + "}"


def answer_text(total: int, records: Sequence[str], following: str | None = None) -> str:
    """The JSON text of a page; `following` is the URL of the next."""
    rest = "true" if following is None else f'false,"nextRecordsUrl":{encode_basestring(following)}'
    return f'{{"totalSize":{total},"done":{rest},"records":[{",".join(records)}]}}'
