"""The formula functions, each as SQL."""

from __future__ import annotations

from collections.abc import Callable

from localorg.errors import FormulaError
from localorg.formula.expression import Expression, common_kind, expect

Arguments = list[Expression]


def call(name: str, arguments: Arguments) -> Expression:
    """A function applied to its arguments. Raises FormulaError for an unknown function or wrong arguments."""
    found = _FUNCTIONS.get(name.upper())
    if found is None:
        known = ", ".join(sorted(_FUNCTIONS))
        raise FormulaError(f"the function {name.upper()} is not supported by the local org; supported are {known}")
    least, most, build = found
    if len(arguments) < least or (most is not None and len(arguments) > most):
        wanted = str(least) if least == most else f"{least} to {most}" if most else f"at least {least}"
        raise FormulaError(f"{name.upper()} takes {wanted} arguments, but got {len(arguments)}")
    return build(arguments)


def blank(value: Expression) -> str:
    """SQL which tells whether a value is blank."""
    return f"({value.sql} IS NULL)" if value.kind not in ("text", "picklist") else f"(coalesce({value.sql}, '') = '')"


def _if(arguments: Arguments) -> Expression:
    condition, yes, no = arguments
    expect(condition, "boolean", what="the condition of IF")
    return Expression(f"(CASE WHEN {condition.sql} THEN {yes.sql} ELSE {no.sql} END)", common_kind([yes, no], "IF"))


def _case(arguments: Arguments) -> Expression:
    if len(arguments) % 2:
        raise FormulaError("CASE takes an expression, pairs of value and result, and a last result for all others")
    subject, pairs, otherwise = arguments[0], arguments[1:-1], arguments[-1]
    kind = common_kind([*pairs[1::2], otherwise], "CASE")
    whens = " ".join(
        f"WHEN {subject.sql} IS {value.sql} THEN {result.sql}"
        for value, result in zip(pairs[::2], pairs[1::2], strict=True)
    )
    return Expression(f"(CASE {whens} ELSE {otherwise.sql} END)", kind)


def _blank_value(arguments: Arguments) -> Expression:
    value, instead = arguments
    kind = common_kind([value, instead], "BLANKVALUE")
    return Expression(f"(CASE WHEN {blank(value)} THEN {instead.sql} ELSE {value.sql} END)", kind)


def _logic(word: str) -> Callable[[Arguments], Expression]:
    def build(arguments: Arguments) -> Expression:
        for argument in arguments:
            expect(argument, "boolean", what=word)
        return Expression("(" + f" {word} ".join(argument.sql for argument in arguments) + ")", "boolean")

    return build


def _not(arguments: Arguments) -> Expression:
    return Expression(f"(NOT coalesce({expect(arguments[0], 'boolean', what='NOT').sql}, 0))", "boolean")


def _is_blank(arguments: Arguments) -> Expression:
    return Expression(blank(arguments[0]), "boolean")


def _is_picklist_value(arguments: Arguments) -> Expression:
    field, value = arguments
    expect(field, "picklist", what="the first argument of ISPICKVAL")
    return Expression(f"(coalesce({field.sql}, '') = {expect(value, 'text', what='ISPICKVAL').sql})", "boolean")


def _numbers(sql: str) -> Callable[[Arguments], Expression]:
    def build(arguments: Arguments) -> Expression:
        values = [expect(argument, "number", what="a numeric function").sql for argument in arguments]
        return Expression(sql.format(*values, all=", ".join(values)), "number")

    return build


def _texts(sql: str, kind: str = "text") -> Callable[[Arguments], Expression]:
    def build(arguments: Arguments) -> Expression:
        values = [expect(argument, "text", "number", what="a text function").sql for argument in arguments]
        return Expression(sql.format(*values), kind)

    return build


def _dates(sql: str, kind: str, *accepted: str) -> Callable[[Arguments], Expression]:
    def build(arguments: Arguments) -> Expression:
        values = [expect(argument, *accepted, what="a date function").sql for argument in arguments]
        return Expression(sql.format(*values), kind)

    return build


def _text(arguments: Arguments) -> Expression:
    value = arguments[0]
    if value.kind == "boolean":
        raise FormulaError("TEXT does not take a checkbox: use IF around it")
    if value.kind == "number":
        # A whole number reads 5, not 5.0, as Salesforce writes it.
        whole = f"CAST(CAST({value.sql} AS INTEGER) AS TEXT)"
        sql = f"(CASE WHEN {value.sql} = CAST({value.sql} AS INTEGER) THEN {whole} ELSE CAST({value.sql} AS TEXT) END)"
        return Expression(sql, "text")
    if value.kind == "datetime":
        return Expression(f"(replace(substr({value.sql}, 1, 19), 'T', ' ') || 'Z')", "text")
    return Expression(value.sql, "text")


def _date(arguments: Arguments) -> Expression:
    year, month, day = (expect(argument, "number", what="DATE").sql for argument in arguments)
    return Expression(f"date(printf('%04d-%02d-%02d', {year}, {month}, {day}))", "date")


# name -> (fewest arguments, most or None, builder)
_FUNCTIONS: dict[str, tuple[int, int | None, Callable[[Arguments], Expression]]] = {
    "ABS": (1, 1, _numbers("abs({0})")),
    "AND": (1, None, _logic("AND")),
    "BEGINS": (2, 2, _texts("(substr({0}, 1, length({1})) = {1})", "boolean")),
    "BLANKVALUE": (2, 2, _blank_value),
    "CASE": (4, None, _case),
    "CEILING": (1, 1, _numbers("(CAST({0} AS INTEGER) + ({0} > CAST({0} AS INTEGER)))")),
    "CONTAINS": (2, 2, _texts("(instr({0}, {1}) > 0)", "boolean")),
    "DATE": (3, 3, _date),
    "DATEVALUE": (1, 1, _dates("substr({0}, 1, 10)", "date", "datetime", "date", "text")),
    "DAY": (1, 1, _dates("CAST(substr({0}, 9, 2) AS INTEGER)", "number", "date")),
    "FLOOR": (1, 1, _numbers("(CAST({0} AS INTEGER) - ({0} < CAST({0} AS INTEGER)))")),
    "IF": (3, 3, _if),
    "ISBLANK": (1, 1, _is_blank),
    "ISNULL": (1, 1, _is_blank),
    "ISPICKVAL": (2, 2, _is_picklist_value),
    "LEFT": (2, 2, _texts("substr({0}, 1, {1})")),
    "LEN": (1, 1, _texts("length(coalesce({0}, ''))", "number")),
    "LOWER": (1, 1, _texts("lower({0})")),
    "MAX": (2, None, _numbers("max({all})")),
    "MID": (3, 3, _texts("substr({0}, {1}, {2})")),
    "MIN": (2, None, _numbers("min({all})")),
    "MOD": (2, 2, _numbers("({0} - {1} * CAST({0} / nullif({1}, 0) AS INTEGER))")),
    "MONTH": (1, 1, _dates("CAST(substr({0}, 6, 2) AS INTEGER)", "number", "date")),
    "NOT": (1, 1, _not),
    "NOW": (0, 0, lambda _: Expression("sf_now()", "datetime")),
    "NULLVALUE": (2, 2, _blank_value),
    "OR": (1, None, _logic("OR")),
    "RIGHT": (2, 2, _texts("(CASE WHEN {1} > 0 THEN substr({0}, -({1})) ELSE '' END)")),
    "ROUND": (2, 2, _numbers("round({0}, {1})")),
    "SUBSTITUTE": (3, 3, _texts("replace({0}, {1}, {2})")),
    "TEXT": (1, 1, _text),
    "TODAY": (0, 0, lambda _: Expression("sf_today()", "date")),
    "TRIM": (1, 1, _texts("trim({0})")),
    "UPPER": (1, 1, _texts("upper({0})")),
    "VALUE": (1, 1, _dates("CAST({0} AS REAL)", "number", "text")),
    "YEAR": (1, 1, _dates("CAST(substr({0}, 1, 4) AS INTEGER)", "number", "date")),
}
