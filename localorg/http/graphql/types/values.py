"""Types that are the same for every object: field values, operators of filters, clauses of orders and groups."""

from __future__ import annotations

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLString,
)

from localorg.http.graphql.types.scalars import MOMENTS, NUMBERS, SCALARS

_LABELLED = ("Picklist", "MultiPicklist", "Combobox")
_COMPARED = ("eq", "ne", "lt", "gt", "lte", "gte")
_OF_MOMENTS = ("dayOnly", "hourInDay")
_DAYS = ("YESTERDAY", "TODAY", "TOMORROW", "LAST_90_DAYS", "NEXT_90_DAYS")
_UNITS = ("WEEK", "MONTH", "QUARTER", "YEAR", "FISCAL_QUARTER", "FISCAL_YEAR")
_COUNTED = ("days", "weeks", "months", "quarters", "years", "fiscal_quarters", "fiscal_years")
LITERALS = (*_DAYS, *(f"{side}_{unit}" for side in ("LAST", "THIS", "NEXT") for unit in _UNITS))
RANGES = (
    *(f"{side}_n_{unit}" for side in ("last", "next") for unit in _COUNTED),
    *(f"n_{unit}_ago" for unit in _COUNTED),
)
DATE_FUNCTIONS = {
    "CALENDAR_MONTH": "calendarMonth",
    "CALENDAR_QUARTER": "calendarQuarter",
    "CALENDAR_YEAR": "calendarYear",
    "DAY_IN_MONTH": "dayInMonth",
    "DAY_IN_WEEK": "dayInWeek",
    "DAY_IN_YEAR": "dayInYear",
    "DAY_ONLY": "dayOnly",
    "FISCAL_MONTH": "fiscalMonth",
    "FISCAL_QUARTER": "fiscalQuarter",
    "FISCAL_YEAR": "fiscalYear",
    "HOUR_IN_DAY": "hourInDay",
    "WEEK_IN_MONTH": "weekInMonth",
    "WEEK_IN_YEAR": "weekInYear",
}


def _enum(name: str, *values: str) -> GraphQLEnumType:
    return GraphQLEnumType(name, {value: value for value in values})


def _input(name: str, fields: dict[str, GraphQLInputType]) -> GraphQLInputObjectType:
    return GraphQLInputObjectType(name, {key: GraphQLInputField(kind) for key, kind in fields.items()})


FIELD_VALUE = GraphQLInterfaceType("FieldValue", {"displayValue": GraphQLField(GraphQLString)})


def _value(name: str) -> GraphQLObjectType:
    fields = {"value": GraphQLField(SCALARS[name]), "displayValue": GraphQLField(GraphQLString)}
    if name in _LABELLED:
        fields["label"] = GraphQLField(GraphQLString)
    if name in NUMBERS + MOMENTS:
        fields["format"] = GraphQLField(GraphQLString)
    return GraphQLObjectType(f"{name}Value", fields, interfaces=[FIELD_VALUE])


VALUES = {name: _value(name) for name in SCALARS if name != "IdOrRef"}
RESULT_ORDER = _enum("ResultOrder", "ASC", "DESC")
NULL_ORDER = _enum("NullOrder", "FIRST", "LAST")
ORDER_BY = _input("OrderByClause", {"order": RESULT_ORDER, "nulls": NULL_ORDER})
PAGE_INFO = GraphQLObjectType(
    "PageInfo",
    {
        "hasNextPage": GraphQLField(GraphQLNonNull(GraphQLBoolean)),
        "hasPreviousPage": GraphQLField(GraphQLNonNull(GraphQLBoolean)),
        "startCursor": GraphQLField(GraphQLString),
        "endCursor": GraphQLField(GraphQLString),
    },
)
GROUP_TYPE = _enum("GroupByType", "GROUP_BY", "ROLLUP", "CUBE")
GROUP_FUNCTION = _enum("GroupByFunction", *DATE_FUNCTIONS)
GROUP_BY = _input("GroupByClause", {"group": GraphQLBoolean})
GROUP_BY_DATE = _input("GroupByDateFunction", {"group": GraphQLBoolean, "function": GROUP_FUNCTION})
_ORDER_FUNCTIONS = {
    "Number": ("AVG", "COUNT", "COUNT_DISTINCT", "MAX", "MIN", "SUM"),
    "String": ("COUNT", "COUNT_DISTINCT", "MAX", "MIN"),
}
_UNAGGREGATED = ("Boolean", "MultiPicklist", "LongTextArea", "Address")


def _aggregate_order(kind: str) -> GraphQLInputObjectType:
    function = _enum(f"AggregateOrderBy{kind}Function", *_ORDER_FUNCTIONS[kind])
    name = f"AggregateOrderBy{kind}Clause"
    return _input(name, {"function": function, "order": RESULT_ORDER, "nulls": NULL_ORDER})


_ORDER_NUMBERS, _ORDER_STRINGS = _aggregate_order("Number"), _aggregate_order("String")
_ORDER_PLAIN = _input("NoFunctionAggregateOrderByClause", {"order": RESULT_ORDER, "nulls": NULL_ORDER})


def aggregate_order(name: str) -> GraphQLInputObjectType:
    """How an aggregate query is ordered by a field of this type."""
    if name in NUMBERS:
        return _ORDER_NUMBERS
    return _ORDER_PLAIN if name in _UNAGGREGATED else _ORDER_STRINGS


def _aggregate(name: str) -> GraphQLObjectType:
    own = VALUES[name]
    fields = dict(own.fields)
    if name not in _UNAGGREGATED:
        fields |= {key: GraphQLField(VALUES["Long"]) for key in ("count", "countDistinct")}
        fields |= {key: GraphQLField(own) for key in ("max", "min")}
    if name in NUMBERS:
        fields["avg"] = GraphQLField(VALUES["Double"])
        fields["sum"] = GraphQLField(VALUES["Long"] if name == "Int" else own)
    if name in MOMENTS:
        parts = (part for part in DATE_FUNCTIONS.values() if name == "DateTime" or part not in _OF_MOMENTS)
        fields |= {part: GraphQLField(VALUES["Date" if part == "dayOnly" else "Int"]) for part in parts}
    return GraphQLObjectType(f"{name}Aggregate", fields)


AGGREGATES = {name: _aggregate(name) for name in VALUES}


def _operators(name: str) -> GraphQLInputObjectType:
    scalar: GraphQLInputType = _MOMENT_INPUTS.get(name) or SCALARS[name]
    singles: tuple[str, ...] = _COMPARED
    several: tuple[str, ...] = ("in", "nin")
    if name == "Boolean":
        singles, several = ("eq", "ne"), ()
    elif name == "MultiPicklist":
        singles, several = ("eq", "ne"), ("includes", "excludes")
    elif name not in NUMBERS + MOMENTS:
        singles = (*_COMPARED, "like")
    fields: dict[str, GraphQLInputType] = dict.fromkeys(singles, scalar)
    return _input(f"{name}Operators", fields | dict.fromkeys(several, GraphQLList(scalar)))


def _moment_input(name: str) -> GraphQLInputObjectType:
    literal, span = DATE_LITERAL, DATE_RANGE
    return _input(f"{name}Input", {"value": SCALARS[name], "literal": literal, "range": span})


DATE_LITERAL = _enum("DateLiteral", *LITERALS)
DATE_RANGE = _input("DateRange", dict.fromkeys(RANGES, GraphQLInt))
_MOMENT_INPUTS = {name: _moment_input(name) for name in MOMENTS}
OPERATORS = {name: _operators(name) for name in VALUES if name not in ("ID", "Address")}


def id_operators(join: GraphQLInputType) -> GraphQLInputObjectType:
    """Operators of ids; `join` says which records of another object they are looked up in (inq, ninq)."""
    compared: dict[str, GraphQLInputType] = dict.fromkeys(_COMPARED, GraphQLID)
    several: dict[str, GraphQLInputType] = dict.fromkeys(("in", "nin"), GraphQLList(GraphQLID))
    return _input("IdOperators", compared | several | {"inq": join, "ninq": join})
