"""Conditions and choices between values."""

from __future__ import annotations

from localorg.errors import FormulaError
from localorg.formula.expression import (
    PICKLISTS,
    Expression,
    chained,
    common_kind,
    expect,
    filled,
)

Arguments = list[Expression]


def all_of(arguments: Arguments) -> Expression:
    """AND, and `&&`."""
    return _joined("AND", arguments)


def any_of(arguments: Arguments) -> Expression:
    """OR, and `||`."""
    return _joined("OR", arguments)


def not_(arguments: Arguments) -> Expression:
    """NOT, and `!`: what is unknown for blanks counts as false."""
    value = expect(arguments[0], "boolean", what="function 'NOT()'")
    return Expression(f"(NOT coalesce({value.sql}, 0))", "boolean")


def if_(arguments: Arguments) -> Expression:
    """IF."""
    condition, yes, no = arguments
    expect(condition, "boolean", what="function 'IF()'")
    start = f"CASE WHEN {condition.sql} THEN {yes.sql}"
    return _choice(start, no, common_kind([yes, no], "function 'IF()'"))


def case(arguments: Arguments) -> Expression:
    """CASE: a value, pairs of value and result, and the result for all others."""
    if len(arguments) % 2:
        reason = (
            "Incorrect number of parameters for function 'CASE()'. Expected an even number, with a last else_result"
        )
        raise FormulaError(f"{reason}; received {len(arguments)}")
    subject, pairs, otherwise = arguments[0], arguments[1:-1], arguments[-1]
    kind = common_kind([*pairs[1::2], otherwise], "function 'CASE()'")
    compared = "text" if subject.kind in PICKLISTS else subject.kind
    for value in pairs[::2]:
        expect(value, compared, what="function 'CASE()'")
    as_text = compared == "text"
    whens = " ".join(
        f"WHEN {filled(value) if as_text else value.sql} THEN {result.sql}"
        for value, result in zip(pairs[::2], pairs[1::2], strict=True)
    )
    if not as_text and any(value.kind == "null" for value in pairs[::2]):  # a blank equals a blank
        whens = " ".join(
            f"WHEN {subject.sql} IS {value.sql} THEN {result.sql}"
            for value, result in zip(pairs[::2], pairs[1::2], strict=True)
        )
        return Expression(f"(CASE {whens} ELSE {otherwise.sql} END)", kind)
    return Expression(f"(CASE {filled(subject) if as_text else subject.sql} {whens} ELSE {otherwise.sql} END)", kind)


def blank_value(arguments: Arguments) -> Expression:
    """BLANKVALUE."""
    value, instead = arguments
    kind = common_kind([value, instead], "function 'BLANKVALUE()'")
    given = f"nullif({value.sql}, '')" if kind == "text" else value.sql
    return Expression(f"coalesce({given}, {instead.sql})", kind)


def null_value(arguments: Arguments) -> Expression:
    """NULLVALUE: as BLANKVALUE, but a text is never null."""
    kind = common_kind(arguments, "function 'NULLVALUE()'")
    return arguments[0] if kind == "text" else blank_value(arguments)


def is_blank(arguments: Arguments) -> Expression:
    """ISBLANK."""
    value = arguments[0]
    blank = f"({filled(value)} = '')" if value.kind in ("text", *PICKLISTS) else f"({value.sql} IS NULL)"
    return Expression(blank, "boolean")


def is_null(arguments: Arguments) -> Expression:
    """ISNULL: as ISBLANK, but a text is never null."""
    return Expression("0", "boolean") if arguments[0].kind == "text" else is_blank(arguments)


def is_picklist_value(arguments: Arguments) -> Expression:
    """ISPICKVAL."""
    field, value = arguments
    if field.kind != "picklist":
        raise FormulaError("Incorrect parameter type for function 'ISPICKVAL()'. Expected a picklist field first")
    wanted = expect(value, "text", what="function 'ISPICKVAL()'")
    return Expression(f"({filled(field)} = {filled(wanted)})", "boolean")


def includes(arguments: Arguments) -> Expression:
    """INCLUDES: whether a multi-select picklist holds a value."""
    field, value = arguments
    if field.kind != "multipicklist":
        raise FormulaError("Incorrect parameter type for function 'INCLUDES()'. Expected a multi-select picklist first")
    wanted = expect(value, "text", what="function 'INCLUDES()'")
    return Expression(f"(instr(';' || {filled(field)} || ';', ';' || {filled(wanted)} || ';') > 0)", "boolean")


def _joined(operator: str, arguments: Arguments) -> Expression:
    for argument in arguments:
        expect(argument, "boolean", what=f"function '{operator}()'")
    joined = arguments[0]
    for argument in arguments[1:]:
        joined = chained(operator, joined, operator, argument.sql, "boolean")
    return joined


def _choice(start: str, otherwise: Expression, kind: str) -> Expression:
    """`CASE WHEN ... THEN ...` with its ELSE; an ELSE that is such a choice itself goes on with its WHENs."""
    if otherwise.chain is not None and otherwise.chain[0] == "CASE":
        inner = f"{start}{otherwise.chain[1].removeprefix('CASE')}"
    else:
        inner = f"{start} ELSE {otherwise.sql} END"
    return Expression(f"({inner})", kind, ("CASE", inner))
