"""The formula functions, each as SQL: the table of those with fixed parameters, and the way to all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from localorg.errors import FormulaError
from localorg.formula import logic, texts
from localorg.formula.expression import Expression, expect, filled

Arguments = list[Expression]

_PARAMETERS = {
    "n": ("number",),
    "t": ("text",),
    "d": ("date",),
    "D": ("date", "datetime"),
    "m": ("datetime",),
    "v": ("text", "date", "datetime"),
}
_YEAR_DAY = "CAST(strftime('%j', {0}) AS INTEGER)"


@dataclass(frozen=True)
class _Fixed:
    """A function with a template of SQL; `parameters` has a letter each, `defaults` the SQL of those that may lack."""

    sql: str
    kind: str
    parameters: str = ""
    defaults: tuple[str, ...] = ()


_FIXED = {
    "ABS": _Fixed("abs({0})", "number", "n"),
    "CEILING": _Fixed("sf_ceiling({0})", "number", "n"),
    "EXP": _Fixed("exp({0})", "number", "n"),
    "FLOOR": _Fixed("trunc({0})", "number", "n"),
    "LN": _Fixed("ln({0})", "number", "n"),
    "LOG": _Fixed("log10({0})", "number", "n"),
    "MCEILING": _Fixed("ceil({0})", "number", "n"),
    "MFLOOR": _Fixed("floor({0})", "number", "n"),
    "MOD": _Fixed("mod({0}, {1})", "number", "nn"),
    "PI": _Fixed("pi()", "number"),
    "SQRT": _Fixed("sqrt({0})", "number", "n"),
    "TRUNC": _Fixed("(trunc({0} * power(10, {1})) / power(10, {1}))", "number", "nn", ("0",)),
    "BEGINS": _Fixed("(instr({0}, {1}) = 1)", "boolean", "tt"),
    "CASESAFEID": _Fixed("sf_id18({0})", "text", "t"),
    "CHR": _Fixed("char({0})", "text", "n"),
    "CONTAINS": _Fixed("(instr({0}, {1}) > 0)", "boolean", "tt"),
    "FIND": _Fixed("sf_find({0}, {1}, {2})", "number", "ttn", ("1",)),
    "ISNUMBER": _Fixed("(sf_number({0}) IS NOT NULL)", "boolean", "t"),
    "LEFT": _Fixed("substr({0}, 1, max({1}, 0))", "text", "tn"),
    "LEN": _Fixed("length({0})", "number", "t"),
    "LOWER": _Fixed("sf_fold({0})", "text", "t"),
    "LPAD": _Fixed("sf_pad({0}, {1}, {2}, 1)", "text", "tnt", ("' '",)),
    "MID": _Fixed("substr({0}, max({1}, 1), max({2}, 0))", "text", "tnn"),
    "RIGHT": _Fixed("substr({0}, max(length({0}) - max({1}, 0), 0) + 1)", "text", "tn"),
    "RPAD": _Fixed("sf_pad({0}, {1}, {2}, 0)", "text", "tnt", ("' '",)),
    "SUBSTITUTE": _Fixed("sf_replace({0}, {1}, {2})", "text", "ttt"),
    "TRIM": _Fixed("trim({0})", "text", "t"),
    "UPPER": _Fixed("sf_upper({0})", "text", "t"),
    "VALUE": _Fixed("sf_number({0})", "number", "t"),
    "ADDMONTHS": _Fixed("sf_add_months({0}, {1})", "date", "Dn"),
    "DATE": _Fixed("sf_date({0}, {1}, {2})", "date", "nnn"),
    "DATEVALUE": _Fixed("sf_date_value({0})", "date", "v"),
    "DATETIMEVALUE": _Fixed("sf_moment_value({0})", "datetime", "v"),
    "DAY": _Fixed("CAST(substr({0}, 9, 2) AS INTEGER)", "number", "d"),
    "DAYOFYEAR": _Fixed(_YEAR_DAY, "number", "d"),
    "MONTH": _Fixed("CAST(substr({0}, 6, 2) AS INTEGER)", "number", "d"),
    "NOW": _Fixed("sf_now()", "datetime"),
    "TODAY": _Fixed("sf_today()", "date"),
    "WEEKDAY": _Fixed("(CAST(strftime('%w', {0}) AS INTEGER) + 1)", "number", "d"),
    "YEAR": _Fixed("CAST(substr({0}, 1, 4) AS INTEGER)", "number", "d"),
    "REGEX": _Fixed("sf_regex({0}, {1})", "boolean", "tt"),
}
# name -> (fewest arguments, most or None, builder)
_BUILT: dict[str, tuple[int, int | None, Callable[[Arguments], Expression]]] = {
    "AND": (1, None, logic.all_of),
    "BLANKVALUE": (2, 2, logic.blank_value),
    "CASE": (4, None, logic.case),
    "HYPERLINK": (2, 3, texts.hyperlink),
    "IF": (3, 3, logic.if_),
    "IMAGE": (2, 4, texts.image),
    "INCLUDES": (2, 2, logic.includes),
    "ISBLANK": (1, 1, logic.is_blank),
    "ISNULL": (1, 1, logic.is_null),
    "ISPICKVAL": (2, 2, logic.is_picklist_value),
    "MAX": (1, None, lambda arguments: _extreme("max", arguments)),
    "MIN": (1, None, lambda arguments: _extreme("min", arguments)),
    "NOT": (1, 1, logic.not_),
    "NULLVALUE": (2, 2, logic.null_value),
    "OR": (1, None, logic.any_of),
    "ROUND": (2, 2, lambda arguments: _round(arguments)),
    "TEXT": (1, 1, texts.text),
    "BR": (0, 0, lambda _: Expression("'<br>'", "text")),
}
ONLY_IN_RULES = ("ISCHANGED", "ISNEW", "PRIORVALUE", "REGEX")
NAMES = frozenset(_FIXED) | frozenset(_BUILT) | frozenset(ONLY_IN_RULES)


def call(name: str, arguments: Arguments) -> Expression:
    """A function applied to its arguments. Raises FormulaError for an unknown function or wrong arguments."""
    name = name.upper()
    fixed = _FIXED.get(name)
    if fixed is not None:
        most = len(fixed.parameters)
        check_count(name, arguments, most - len(fixed.defaults), most)
        return _from_template(name, fixed, arguments)
    built = _BUILT.get(name)
    if built is None:
        raise FormulaError(f"Unknown function {name}. Check spelling.")
    fewest, limit, build = built
    check_count(name, arguments, fewest, limit)
    return build(arguments)


def check_count(name: str, arguments: Arguments, fewest: int, most: int | None) -> None:
    """Raises FormulaError for another number of arguments than a function takes."""
    if fewest <= len(arguments) and (most is None or len(arguments) <= most):
        return
    wanted = str(fewest) if fewest == most else f"{fewest}-{most}" if most else f"at least {fewest}"
    reason = f"Incorrect number of parameters for function '{name}()'. Expected {wanted}, received {len(arguments)}"
    raise FormulaError(reason)


def _from_template(name: str, fixed: _Fixed, arguments: Arguments) -> Expression:
    values: list[str] = []
    for letter, argument in zip(fixed.parameters, arguments, strict=False):
        given = expect(argument, *_PARAMETERS[letter], what=f"function '{name}()'")
        if name == "DATETIMEVALUE" and given.kind == "datetime":
            return given
        values.append(filled(given) if letter == "t" else given.sql)
    missing = len(fixed.parameters) - len(values)
    values += fixed.defaults[len(fixed.defaults) - missing :] if missing else ()
    return Expression(fixed.sql.format(*values), _kind(name, fixed, arguments))


def _kind(name: str, fixed: _Fixed, arguments: Arguments) -> str:
    """The kind of the value: ADDMONTHS gives what it was given."""
    return arguments[0].kind if name == "ADDMONTHS" and arguments[0].kind == "datetime" else fixed.kind


def _extreme(function: str, arguments: Arguments) -> Expression:
    values = [expect(argument, "number", what=f"function '{function.upper()}()'").sql for argument in arguments]
    return Expression(f"{function}({', '.join(values)})" if len(values) > 1 else values[0], "number")


def _round(arguments: Arguments) -> Expression:
    number, digits = (expect(argument, "number", what="function 'ROUND()'").sql for argument in arguments)
    if digits.isdigit():
        return Expression(f"round({number}, {digits})", "number")
    # SQLite takes no negative digits.
    sql = f"(round({number} * power(10, min({digits}, 0)), max({digits}, 0)) / power(10, min({digits}, 0)))"
    return Expression(sql, "number")
