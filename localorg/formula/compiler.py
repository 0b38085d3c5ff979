"""Formula text to SQL over the columns of one row."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import resources

from lark import Lark, Token, Tree
from lark.exceptions import LarkError, UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from localorg.errors import FormulaError
from localorg.formula import operators
from localorg.formula.expression import Expression, expect, kind_name, kind_of, text_literal
from localorg.formula.functions import ONLY_IN_RULES, call, check_count
from localorg.formula.references import Row
from localorg.schema.model import NUMBER_TYPES, Field, Schema, SObject

LONGEST_FORMULA = 3_900  # characters
LARGEST_COMPILED = 100_000  # characters of SQL
CONSTANTS = {"TRUE": ("1", "boolean"), "FALSE": ("0", "boolean"), "NULL": ("NULL", "null")}
_SPARE_BRACKETS = 12  # that a query may put around a formula
_BINARY: dict[str, Callable[[Expression, Expression], Expression]] = {
    "join": operators.join,
    "add": operators.add,
    "subtract": operators.subtract,
    "multiply": operators.multiply,
    "divide": operators.divide,
    "power": operators.power,
}
_COMPARISONS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_LOGIC = {"or_": "OR", "and_": "AND", "not_": "NOT"}
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # NUL, and halves of a pair
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def formula_sql(
    sobject: SObject, field: Field, alias: str | None = None, objects: Mapping[str, SObject] | None = None
) -> str:
    """SQL for a formula field's value over the row's columns.

    sobject, field: the formula field and its object. alias: the row's table or alias in the query. objects: the org's
    objects by name (`Schema.objects`), without which a formula cannot reach the row's parents.
    Returns an expression whose value is stored as the field's type would be (numbers rounded to the field's scale).
    Raises FormulaError for a malformed or unsupported formula, or one whose value does not fit the field's type.
    """
    return _sound(_field_expression(sobject, field, alias, objects, ()).sql)


def condition(schema: Schema, sobject: SObject, text: str, *, row: str = "n", prior: str = "o") -> str:
    """SQL that tells whether a boolean formula, such as a validation rule's, holds for a row about to be saved.

    row: alias of the values about to be saved (every stored column of the object; parents are found by its references).
    prior: alias of the row as it was, left-joined by Id: its `"Id"` is null for a new row. Example:
    `SELECT n."Id" FROM temp.saving n LEFT JOIN "Opportunity" o ON o."Id" = n."Id" WHERE <condition>`.
    ISNEW, ISCHANGED, PRIORVALUE and REGEX work here; blank numbers stay blank. The connection needs
    `sqlite.register`, and `sqlite.running_as` tells who `$User` is.
    Raises FormulaError for a malformed or unsupported formula, or one that is not boolean.
    """
    compiler = _Compiler(sobject, row, schema.objects, False, (), prior)
    value = _result(compiler.compile(text), "boolean")
    return _sound(f"coalesce({value.sql}, 0)")


def _field_expression(
    sobject: SObject,
    field: Field,
    alias: str | None,
    objects: Mapping[str, SObject] | None,
    path: tuple[str, ...],
) -> Expression:
    own = f"{sobject.name}.{field.name}"
    if own in path:
        raise FormulaError(f"The formulas {' -> '.join((*path, own))} refer to one another")
    compiler = _Compiler(sobject, alias, objects, field.formula_blank_as_zero, (*path, own))
    kind = kind_of(field.type)
    value = _result(compiler.compile(field.formula or ""), "text" if kind == "picklist" else kind)
    if field.type in NUMBER_TYPES or kind == "number":
        sql = f"{value.sql} * 100" if field.type == "percent" else value.sql
        # A number beyond all bounds is #Error! in the page and null through the API.
        return Expression(f"nullif(nullif(round({sql}, {field.scale}), 9e999), -9e999)", kind)
    if field.type == "boolean":
        return Expression(f"coalesce({value.sql}, 0)", kind)
    if kind == "text":
        return Expression(f"nullif({value.sql}, '')", kind)
    return value


def _result(value: Expression, kind: str) -> Expression:
    """The value if it is of the wanted kind. Raises FormulaError otherwise."""
    if value.kind in ("null", kind):
        return value
    if value.kind in ("picklist", "multipicklist"):
        expect(value, kind, what="the formula's result")
    reason = f"Formula result is data type ({kind_name(value.kind)}), incompatible with expected data type"
    raise FormulaError(f"{reason} ({kind_name(kind)}).")


def _short_enough(value: Expression) -> Expression:
    """Raises FormulaError for SQL that grew too long, as where a function writes its argument twice, time and again."""
    if len(value.sql) > LARGEST_COMPILED:
        reason = f"Compiled formula is too big to execute ({len(value.sql):,} characters)."
        raise FormulaError(f"{reason} Maximum size is {LARGEST_COMPILED:,} characters")
    return value


@lru_cache(maxsize=1_000)
def _sound(sql: str) -> str:
    """The SQL if SQLite can parse it. Raises FormulaError when it is nested too deeply."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute(f"EXPLAIN SELECT {'(' * _SPARE_BRACKETS}{sql}{')' * _SPARE_BRACKETS}")
    except sqlite3.Error as error:  # names are unknown here; only the depth is of interest
        if "overflow" in str(error) or "too large" in str(error) or "too many" in str(error):
            raise FormulaError(f"Compiled formula is nested too deeply ({error})") from error
    finally:
        connection.close()
    return sql


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = (resources.files("localorg.formula") / "grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", maybe_placeholders=False)


@lru_cache(maxsize=500)
def _tree(text: str) -> Tree[Token] | Token:
    if len(text) > LONGEST_FORMULA:
        reason = f"Formula is too long ({len(text):,} characters). Maximum length is {LONGEST_FORMULA:,} characters"
        raise FormulaError(reason)
    if _UNSTORABLE.search(text):
        raise FormulaError("Syntax error. The formula holds a character that no text may have")
    try:
        return _parser().parse(text)
    except UnexpectedInput as error:
        raise FormulaError(_syntax_error(text, error)) from error
    except LarkError as error:
        raise FormulaError(f"Syntax error: {error}") from error


def _syntax_error(text: str, error: UnexpectedInput) -> str:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        missing = "Missing ')'. " if text.count("(") > text.count(")") else ""
        return f"Syntax error. {missing}The formula ends too early"
    found = f"Found '{error.token}'. " if isinstance(error, UnexpectedToken) else ""
    if isinstance(error, UnexpectedCharacters):
        found = f"Found '{error.char}'. "
    return f"Syntax error. {found}(line {error.line}, column {error.column})"


class _PlacedError(FormulaError):
    """An error which says where in the formula it is."""


class _Compiler:
    """Compiles the formulas of one row."""

    def __init__(
        self,
        sobject: SObject,
        alias: str | None,
        objects: Mapping[str, SObject] | None,
        blank_as_zero: bool,
        path: tuple[str, ...],
        prior: str | None = None,
    ) -> None:
        def formula_of(owner: SObject, field: Field, inner_alias: str) -> Expression:
            return _field_expression(owner, field, inner_alias or None, objects, path)

        self._row = Row(sobject, alias, objects, formula_of, blank_as_zero)
        self._before = None if prior is None else Row(sobject, prior, objects, formula_of, blank_as_zero)
        self._prior = prior

    def compile(self, text: str) -> Expression:
        """The formula as SQL."""
        try:
            return self._value(_tree(text))
        except RecursionError as error:
            raise FormulaError("The formula is nested too deeply") from error

    def _value(self, node: Tree[Token] | Token) -> Expression:
        if isinstance(node, Token):
            raise FormulaError(f"Syntax error. Found '{node}'")
        token = next((child for child in node.children if isinstance(child, Token)), None)
        try:
            return _short_enough(self._compiled(node, token))
        except FormulaError as error:
            if token is None or isinstance(error, _PlacedError):
                raise
            raise _PlacedError(f"{error} (line {token.line}, column {token.column})") from error

    def _compiled(self, node: Tree[Token], token: Token | None) -> Expression:
        kind = str(node.data)
        if token is not None and kind in ("number", "string", "name", "path"):
            return self._atom(kind, str(token))
        if token is not None:
            return self._call(token.upper(), node.children[1:])
        values = [self._value(child) for child in node.children]
        if kind in _COMPARISONS:
            return operators.compare(_COMPARISONS[kind], *values)
        if kind in _LOGIC:
            return call(_LOGIC[kind], values)
        if kind in _BINARY:
            return _BINARY[kind](*values)
        return operators.signed("-" if kind == "negative" else "+", values[0])

    def _atom(self, kind: str, token: str) -> Expression:
        if kind == "number":
            return Expression(str(float(token)) if "." in token else str(int(token)), "number")
        if kind == "string":
            return Expression(text_literal(_unescaped(token[1:-1])), "text")
        constant = CONSTANTS.get(token.upper())
        return Expression(*constant) if constant is not None and kind == "name" else self._row.value(token)

    def _call(self, name: str, children: list[Tree[Token] | Token]) -> Expression:
        if name in ONLY_IN_RULES:
            if self._before is None:
                raise FormulaError(f"The function {name} can be used in validation rules only")
            if name != "REGEX":
                return self._about_before(name, children, self._before)
        values = [self._value(child) for child in children]
        if name == "REGEX" and len(values) == 2:
            _check_pattern(values[1])
        return call(name, values)

    def _about_before(self, name: str, children: list[Tree[Token] | Token], before: Row) -> Expression:
        """ISNEW, ISCHANGED and PRIORVALUE."""
        new = f'{self._prior}."Id" IS NULL'
        values = [self._value(child) for child in children]
        check_count(name, values, *((0, 0) if name == "ISNEW" else (1, 1)))
        if name == "ISNEW":
            return Expression(f"({new})", "boolean")
        node = children[0]
        if not isinstance(node, Tree) or node.data not in ("name", "path"):
            raise FormulaError(f"Incorrect parameter for function '{name}()'. Expected a field")
        after, was = values[0], before.value(str(node.children[0]))
        if name == "ISCHANGED":
            return Expression(f"(NOT {new} AND {was.sql} IS NOT {after.sql})", "boolean")
        return Expression(f"(CASE WHEN {new} THEN {after.sql} ELSE {was.sql} END)", after.kind)


def _check_pattern(pattern: Expression) -> None:
    if pattern.sql.startswith("'"):
        try:
            re.compile(pattern.sql[1:-1].replace("''", "'"))
        except (re.error, OverflowError) as error:
            raise FormulaError(f"Invalid regular expression: {error}") from error


def _unescaped(raw: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match.group(1), match.group(1)), raw, flags=re.DOTALL)
