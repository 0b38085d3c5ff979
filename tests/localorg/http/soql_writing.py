"""Syntax trees of queries by hypothesis, and their SOQL text."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from localorg.soql.tree import (
    Call,
    ChildQuery,
    Comparison,
    Condition,
    Expression,
    Junction,
    Literal,
    Not,
    OrderItem,
    Path,
    Query,
    Selected,
    SelectItem,
    SemiJoin,
    TypeOf,
)

WORDS = ("Name", "Account", "Amount", "Order__c", "Owner", "Type", "x1", "Closed_Date__c", "Limits", "Andes")


def words() -> st.SearchStrategy[str]:
    return st.sampled_from(WORDS)


def paths(most: int = 3) -> st.SearchStrategy[Path]:
    return st.lists(words(), min_size=1, max_size=most).map(lambda names: Path(tuple(names), 0))


def calls() -> st.SearchStrategy[Call]:
    functions = st.sampled_from(["COUNT", "SUM", "CALENDAR_YEAR", "TOLABEL", "FORMAT"])
    return st.builds(lambda name, path: Call(name, (path,), 0), functions, paths())


def expressions() -> st.SearchStrategy[Expression]:
    return st.one_of(paths(), calls())


def literals() -> st.SearchStrategy[Literal]:
    text = st.text(st.characters(exclude_characters="\\'\0", exclude_categories=["Cs"]), max_size=8)
    seconds = st.integers(-8_000_000_000, 60_000_000_000)
    moments = seconds.map(
        lambda each: (dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=each)).isoformat()
    )
    return st.one_of(
        text.map(lambda value: Literal("string", value, 0)),
        st.integers(-(2**62), 2**62).map(lambda value: Literal("number", value, 0)),
        st.floats(-1e9, 1e9).map(lambda value: Literal("number", value, 0)),
        st.dates().map(lambda day: Literal("date", day.isoformat(), 0)),
        moments.map(lambda moment: Literal("datetime", moment, 0)),
        st.booleans().map(lambda value: Literal("boolean", value, 0)),
        st.just(Literal("null", None, 0)),
        st.sampled_from(["TODAY", "LAST_N_DAYS:30", "THIS_FISCAL_YEAR"]).map(
            lambda text: Literal("date_literal", text, 0)
        ),
        st.sampled_from(["USD5000", "EUR12.5"]).map(lambda text: Literal("currency", text, 0)),
    )


def comparisons() -> st.SearchStrategy[Condition]:
    single = st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "LIKE"])
    several = st.sampled_from(["IN", "NOT IN", "INCLUDES", "EXCLUDES"])
    return st.one_of(
        st.builds(lambda operand, sign, value: Comparison(operand, sign, (value,)), expressions(), single, literals()),
        st.builds(
            lambda operand, sign, values: Comparison(operand, sign, tuple(values)),
            expressions(),
            several,
            st.lists(literals(), min_size=1, max_size=3),
        ),
        st.builds(
            SemiJoin,
            paths(),
            st.builds(lambda item, source: Query((Selected(item),), source), paths(), paths(1)),
            st.booleans(),
        ),
    )


def conditions() -> st.SearchStrategy[Condition]:
    return st.recursive(
        comparisons(),
        lambda inner: st.one_of(
            inner.map(Not),
            st.builds(
                lambda operator, parts: Junction(operator, tuple(parts)),
                st.sampled_from(["AND", "OR"]),
                st.lists(inner, min_size=2, max_size=3),
            ),
        ),
        max_leaves=6,
    )


def order_items() -> st.SearchStrategy[OrderItem]:
    return st.builds(OrderItem, expressions(), st.booleans(), st.booleans(), st.just(False))


def queries(depth: int = 1) -> st.SearchStrategy[Query]:
    items: list[st.SearchStrategy[SelectItem]] = [
        st.builds(Selected, expressions(), st.none() | st.sampled_from(["a", "b1", "total"])),
        st.builds(
            TypeOf,
            paths(1),
            st.lists(
                st.tuples(words(), st.lists(paths(1), min_size=1, max_size=2).map(tuple)), min_size=1, max_size=2
            ).map(tuple),
            st.lists(paths(1), max_size=2).map(tuple),
        ),
    ]
    if depth:
        items.append(st.builds(ChildQuery, queries(depth - 1)))
    return st.builds(
        Query,
        select=st.lists(st.one_of(items), min_size=1, max_size=3).map(tuple),
        source=paths(2),
        alias=st.none() | st.sampled_from(["a", "o"]),
        scope=st.none() | st.sampled_from(["mine", "everything"]),
        where=st.none() | conditions(),
        group=st.lists(expressions(), max_size=2).map(tuple),
        having=st.none() | conditions(),
        order=st.lists(order_items(), max_size=2).map(tuple),
        limit=st.none() | st.integers(0, 10**9 - 1),
        offset=st.none() | st.integers(0, 5_000),
        parents=st.lists(st.tuples(paths(2), st.none() | st.sampled_from(["p", "q"])), max_size=2).map(tuple),
        filter=st.none() | st.sampled_from(["SECURITY_ENFORCED", "USER_MODE"]),
        usage=st.lists(st.sampled_from(["FOR VIEW", "FOR UPDATE", "UPDATE TRACKING", "ALL ROWS"]), max_size=2).map(
            tuple
        ),
    )


def written(query: Query) -> str:
    """The SOQL text of a tree."""
    parts = [f"SELECT {', '.join(map(_item, query.select))} FROM {query.source.text}{_alias(query.alias)}"]
    parts[0] += "".join(f", {path.text}{_alias(alias)}" for path, alias in query.parents)
    parts += [f"USING SCOPE {query.scope}"] if query.scope else []
    parts += [f"WHERE {_condition(query.where)}"] if query.where else []
    parts += [f"WITH {query.filter}"] if query.filter else []
    parts += [f"GROUP BY {', '.join(map(_expression, query.group))}"] if query.group else []
    parts += [f"HAVING {_condition(query.having)}"] if query.having else []
    parts += [f"ORDER BY {', '.join(map(_order, query.order))}"] if query.order else []
    parts += [f"LIMIT {query.limit}"] if query.limit is not None else []
    parts += [f"OFFSET {query.offset}"] if query.offset is not None else []
    return " ".join([*parts, *query.usage])


def _alias(alias: str | None) -> str:
    return f" {alias}" if alias else ""


def _item(item: SelectItem) -> str:
    if isinstance(item, ChildQuery):
        return f"({written(item.query)})"
    if isinstance(item, Selected):
        return _expression(item.expression) + _alias(item.alias)
    cases = " ".join(f"WHEN {name} THEN {_fields(fields)}" for name, fields in item.cases)
    otherwise = f" ELSE {_fields(item.otherwise)}" if item.otherwise else ""
    return f"TYPEOF {item.path.text} {cases}{otherwise} END"


def _fields(paths: tuple[Path, ...]) -> str:
    return ", ".join(path.text for path in paths)


def _expression(expression: Expression) -> str:
    if isinstance(expression, Path):
        return expression.text
    return f"{expression.function}({', '.join(map(_expression, expression.arguments))})"


def _order(item: OrderItem) -> str:
    return (
        f"{_expression(item.expression)}{' DESC' if item.descending else ''}{' NULLS LAST' if item.nulls_last else ''}"
    )


def _condition(condition: Condition) -> str:
    match condition:
        case Junction():
            return f" {condition.operator} ".join(_unit(part) for part in condition.parts)
        case Not():
            return f"NOT {_unit(condition.condition)}"
        case SemiJoin():
            word = "NOT IN" if condition.negated else "IN"
            return f"{_expression(condition.operand)} {word} ({written(condition.query)})"
    values = ", ".join(map(_literal, condition.values))
    if condition.operator in ("IN", "NOT IN", "INCLUDES", "EXCLUDES"):
        values = f"({values})"
    return f"{_expression(condition.operand)} {condition.operator} {values}"


def _unit(condition: Condition) -> str:
    text = _condition(condition)
    return f"({text})" if isinstance(condition, Junction) else text


def _literal(literal: Literal) -> str:
    match literal.kind:
        case "string":
            return f"'{literal.value}'"
        case "boolean" | "null":
            return {True: "TRUE", False: "false", None: "null"}[literal.value]  # type: ignore[index]  # by kind
    return repr(literal.value) if literal.kind == "number" else str(literal.value)
