"""Formula text to SQL over the columns of one row."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib import resources

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import LarkError, UnexpectedInput, VisitError

from localorg.errors import FormulaError
from localorg.formula.expression import Expression, expect, kind_of, text_literal
from localorg.formula.functions import call
from localorg.schema.model import NUMBER_TYPES, Field, SObject
from localorg.store.sql import quoted

CONSTANTS = {"TRUE": ("1", "boolean"), "FALSE": ("0", "boolean"), "NULL": ("NULL", "null")}


def formula_sql(sobject: SObject, field: Field, alias: str | None = None) -> str:
    """SQL for a formula field's value over the row's columns.

    sobject, field: the formula field and its object. alias: the row's table or alias in the query.
    Returns an expression whose value is stored as the field's type would be (numbers rounded to the field's scale).
    Raises FormulaError for a malformed or unsupported formula, or one whose value does not fit the field's type.
    """
    return _field_expression(sobject, field, alias, ()).sql


def _field_expression(sobject: SObject, field: Field, alias: str | None, path: tuple[str, ...]) -> Expression:
    if field.name in path:
        raise FormulaError(f"the formulas {' -> '.join((*path, field.name))} refer to one another")
    compiler = _Compiler(sobject, alias, field.formula_blank_as_zero, (*path, field.name))
    expression = compiler.compile(field.formula or "")
    kind = kind_of(field.type)
    wanted = ("text",) if kind == "picklist" else (kind,)
    expect(expression, *wanted, what=f"the formula of {sobject.name}.{field.name} ({field.type})")
    if field.type in NUMBER_TYPES or field.type == "int":
        return Expression(f"round({expression.sql}, {field.scale})", kind)
    if field.type == "boolean":
        return Expression(f"coalesce({expression.sql}, 0)", kind)
    if kind == "text":
        return Expression(f"nullif({expression.sql}, '')", kind)
    return expression


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = (resources.files("localorg.formula") / "grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", maybe_placeholders=False)


def _comparison(sign: str) -> Callable[[object, Expression, Expression], Expression]:
    def compare(_: object, left: Expression, right: Expression) -> Expression:
        if "picklist" in (left.kind, right.kind):
            raise FormulaError("a picklist field cannot be compared: use ISPICKVAL() or TEXT() around it")
        if "null" not in (left.kind, right.kind) and left.kind != right.kind:
            raise FormulaError(f"{left.kind} and {right.kind} cannot be compared")
        if sign in ("IS", "IS NOT"):
            return Expression(f"({left.sql} {sign} {right.sql})", "boolean")
        return Expression(f"coalesce({left.sql} {sign} {right.sql}, 0)", "boolean")

    return compare


@v_args(inline=True)
class _Compiler(Transformer[Token, Expression]):
    def __init__(self, sobject: SObject, alias: str | None, blank_as_zero: bool, path: tuple[str, ...]) -> None:
        super().__init__()
        self._sobject = sobject
        self._alias = alias
        self._blank_as_zero = blank_as_zero
        self._path = path

    def compile(self, text: str) -> Expression:
        """The formula as SQL."""
        try:
            return self.transform(_parser().parse(text))
        except VisitError as error:
            if isinstance(error.orig_exc, FormulaError):
                raise error.orig_exc from error
            raise
        except UnexpectedInput as error:
            place = f"line {error.line}, column {error.column}"
            raise FormulaError(f"syntax error at {place}: {error.get_context(text).rstrip()}") from error
        except LarkError as error:
            raise FormulaError(f"syntax error: {error}") from error

    def number(self, token: Token) -> Expression:
        return Expression(str(float(token)) if "." in token else str(token), "number")

    def string(self, token: Token) -> Expression:
        text = token[1:-1].replace("\\\\", "\0").replace("\\n", "\n").replace("\\", "").replace("\0", "\\")
        return Expression(text_literal(text), "text")

    def path(self, token: Token) -> Expression:
        raise FormulaError(f"{token}: the local org computes formulas from fields of the same record only")

    def name(self, token: Token) -> Expression:
        constant = CONSTANTS.get(token.upper())
        if constant is not None:
            return Expression(*constant)
        field = self._sobject.field(token)
        if field is None or field.type == "address":
            raise FormulaError(f"field {token} does not exist on {self._sobject.name}")
        if field.formula is not None:
            return _field_expression(self._sobject, field, self._alias, self._path)
        column = (quoted(self._alias) + "." if self._alias else "") + quoted(field.name)
        kind = kind_of(field.type)
        if kind == "number" and self._blank_as_zero:
            column = f"coalesce({column}, 0)"
        return Expression(column, kind)

    def call(self, name: Token, *arguments: Expression) -> Expression:
        return call(name, list(arguments))

    def or_(self, *parts: Expression) -> Expression:
        return call("OR", list(parts))

    def and_(self, *parts: Expression) -> Expression:
        return call("AND", list(parts))

    def not_(self, value: Expression) -> Expression:
        return call("NOT", [value])

    eq = _comparison("IS")
    ne = _comparison("IS NOT")
    lt = _comparison("<")
    le = _comparison("<=")
    gt = _comparison(">")
    ge = _comparison(">=")

    def positive(self, value: Expression) -> Expression:
        return expect(value, "number", what="+")

    def negative(self, value: Expression) -> Expression:
        return Expression(f"(-{expect(value, 'number', what='-').sql})", "number")

    def join(self, left: Expression, right: Expression) -> Expression:
        texts = [expect(part, "text", what="&").sql for part in (left, right)]
        return Expression(f"(coalesce({texts[0]}, '') || coalesce({texts[1]}, ''))", "text")

    def add(self, left: Expression, right: Expression) -> Expression:
        if left.kind == "text" and right.kind in ("text", "null"):
            return self.join(left, right)
        if left.kind == "number" and right.kind in ("date", "datetime"):
            left, right = right, left
        if left.kind in ("date", "datetime"):
            return _shifted(left, expect(right, "number", what="date + number"), 1)
        return _arithmetic("+", left, right)

    def subtract(self, left: Expression, right: Expression) -> Expression:
        if left.kind in ("date", "datetime") and right.kind in ("date", "datetime"):
            if left.kind != right.kind:
                raise FormulaError("a date and a datetime cannot be subtracted: use DATEVALUE() around the datetime")
            return Expression(f"(julianday({left.sql}) - julianday({right.sql}))", "number")
        if left.kind in ("date", "datetime"):
            return _shifted(left, expect(right, "number", what="date - number"), -1)
        return _arithmetic("-", left, right)

    def multiply(self, left: Expression, right: Expression) -> Expression:
        return _arithmetic("*", left, right)

    def divide(self, left: Expression, right: Expression) -> Expression:
        # A division by zero is #Error! in the page and null through the API.
        expect(left, "number", what="/")
        expect(right, "number", what="/")
        return Expression(f"(CAST({left.sql} AS REAL) / nullif({right.sql}, 0))", "number")

    def power(self, base: Expression, exponent: Expression) -> Expression:
        expect(base, "number", what="^")
        return Expression(f"power({base.sql}, {expect(exponent, 'number', what='^').sql})", "number")


def _arithmetic(sign: str, left: Expression, right: Expression) -> Expression:
    parts = [expect(part, "number", what=sign).sql for part in (left, right)]
    return Expression(f"({parts[0]} {sign} {parts[1]})", "number")


def _shifted(moment: Expression, days: Expression, sign: int) -> Expression:
    if moment.kind == "date":
        # Only whole days move a date.
        sql = f"date({moment.sql}, (CAST({days.sql} AS INTEGER) * {sign}) || ' days')"
        return Expression(sql, "date")
    seconds = f"(CAST(round({days.sql} * 86400) AS INTEGER) * {sign})"
    return Expression(f"strftime('%Y-%m-%dT%H:%M:%S.000Z', {moment.sql}, {seconds} || ' seconds')", "datetime")
