"""Operators between two values."""

from __future__ import annotations

from localorg.errors import FormulaError
from localorg.formula.expression import PICKLISTS, Expression, chained, expect, filled, kind_name


def compare(sign: str, left: Expression, right: Expression) -> Expression:
    """`left sign right`; unequal kinds and picklists cannot be compared. A blank is smaller than nothing."""
    for one in (left, right):
        if one.kind in PICKLISTS:
            raise FormulaError("A picklist field cannot be compared: use ISPICKVAL() or TEXT() around it")
    if "null" not in (left.kind, right.kind) and left.kind != right.kind:
        received = f"{kind_name(left.kind)} and {kind_name(right.kind)}"
        raise FormulaError(f"Incorrect parameter type for operator '{sign}'. {received} cannot be compared")
    if sign not in ("=", "<>"):
        return Expression(f"coalesce({left.sql} {sign} {right.sql}, 0)", "boolean")
    equal = "IS" if sign == "=" else "IS NOT"
    if "text" in (left.kind, right.kind):  # an empty text and none are the same
        return Expression(f"({filled(left)} {equal} {filled(right)})", "boolean")
    return Expression(f"({left.sql} {equal} {right.sql})", "boolean")


def join(left: Expression, right: Expression) -> Expression:
    """`&`."""
    for part in (left, right):
        expect(part, "text", what="operator '&'")
    start = left if left.chain is not None and left.chain[0] == "||" else Expression(filled(left), "text")
    return chained("||", start, "||", filled(right), "text")


def add(left: Expression, right: Expression) -> Expression:
    """`+` of numbers, of texts, or of a date or moment and days."""
    if "text" in (left.kind, right.kind):
        for part in (left, right):
            expect(part, "text", what="operator '+'")
        return join(left, right)
    if left.kind == "number" and right.kind in ("date", "datetime"):
        left, right = right, left
    if left.kind in ("date", "datetime"):
        return _shifted(left, expect(right, "number", what="operator '+'"), "")
    return _arithmetic("+", left, right)


def subtract(left: Expression, right: Expression) -> Expression:
    """`-` of numbers, of days from a date or moment, or of two dates or moments (in days)."""
    if left.kind in ("date", "datetime") and right.kind in ("date", "datetime"):
        if left.kind != right.kind:
            raise FormulaError(
                "Incorrect parameter type for operator '-'. A date and a date/time cannot be subtracted: "
                "use DATEVALUE() around the date/time"
            )
        return Expression(f"(julianday({left.sql}) - julianday({right.sql}))", "number")
    if left.kind in ("date", "datetime"):
        return _shifted(left, expect(right, "number", what="operator '-'"), "-")
    return _arithmetic("-", left, right)


def multiply(left: Expression, right: Expression) -> Expression:
    """`*`."""
    return _arithmetic("*", left, right)


def divide(left: Expression, right: Expression) -> Expression:
    """`/`; a division by zero is #Error! in the page and null through the API."""
    expect(left, "number", what="operator '/'")
    expect(right, "number", what="operator '/'")
    return Expression(f"(CAST({left.sql} AS REAL) / nullif({right.sql}, 0))", "number")


def power(base: Expression, exponent: Expression) -> Expression:
    """`^`."""
    for part in (base, exponent):
        expect(part, "number", what="operator '^'")
    return Expression(f"power({base.sql}, {exponent.sql})", "number")


def signed(sign: str, value: Expression) -> Expression:
    """`+value` or `-value`."""
    expect(value, "number", what=f"operator '{sign}'")
    return Expression(f"(-{value.sql})", "number") if sign == "-" else value


def _arithmetic(sign: str, left: Expression, right: Expression) -> Expression:
    for part in (left, right):
        expect(part, "number", what=f"operator '{sign}'")
    return chained("*" if sign == "*" else "+", left, sign, right.sql, "number")


def _shifted(moment: Expression, days: Expression, sign: str) -> Expression:
    if moment.kind == "date":
        return Expression(f"sf_add_days({moment.sql}, {sign}{days.sql})", "date")
    return Expression(f"sf_add_seconds({moment.sql}, {sign}{days.sql} * 86400)", "datetime")
