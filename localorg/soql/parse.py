"""Text of a query to its syntax tree."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken, v_args
from lark.exceptions import VisitError

from localorg.soql import tree
from localorg.soql.errors import TOO_COMPLICATED, QueryError, malformed, unexpected

LONGEST_QUERY = 100_000  # characters
RESERVED = frozenset(
    [
        "AND",
        "ASC",
        "DESC",
        "EXCLUDES",
        "FIRST",
        "FROM",
        "GROUP",
        "HAVING",
        "IN",
        "INCLUDES",
        "LAST",
        "LIKE",
        "LIMIT",
        "NOT",
        "NULL",
        "NULLS",
        "OR",
        "SELECT",
        "USING",
        "WHERE",
        "WITH",
    ]
)  # words that are no aliases
_LARGEST_WHOLE = 2**63
_MOST_DIGITS = 9  # of a LIMIT or OFFSET
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # NUL, and halves of a pair


def parse(text: str) -> tree.Query:
    """The tree of a query.

    Raises QueryError (MALFORMED_QUERY) whose position is the token that does not fit; `located(text)` makes
    Salesforce's full message of it. Raises OrgError QUERY_TOO_COMPLICATED for one nested without end.
    """
    if len(text) > LONGEST_QUERY:
        raise malformed(f"SOQL statements cannot be longer than {LONGEST_QUERY:,} characters.")
    strange = _UNSTORABLE.search(text)
    if strange is not None:
        raise malformed("the query holds a character that no text may have", strange.start())
    return _parse(text)


@lru_cache(maxsize=256)
def _parse(text: str) -> tree.Query:
    try:
        built = _BuildTree().transform(_parser().parse(text))
    except UnexpectedInput as error:
        raise _refusal(text, error) from error
    except VisitError as error:
        if isinstance(error.orig_exc, RecursionError):
            raise TOO_COMPLICATED from error
        if isinstance(error.orig_exc, QueryError):
            raise error.orig_exc from error
        raise
    except RecursionError as error:
        raise TOO_COMPLICATED from error
    if not isinstance(built, tree.Query):
        raise TypeError(f"the grammar's start rule gave {type(built).__name__}, expected a query")
    return built


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = FilePath(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", start="query", maybe_placeholders=False)


def _refusal(text: str, error: UnexpectedInput) -> QueryError:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return unexpected("<EOF>", len(text))
    position = error.pos_in_stream or 0
    if isinstance(error, UnexpectedToken) and set(error.expected) == {"FROM", "COMMA"} and error.token_history:
        position = error.token_history[-1].start_pos or 0  # a name after a field, as FRM: not FROM, and no alias either
    word = re.match(r"\w+|.", text[position:], re.DOTALL)
    return unexpected(word.group() if word else "<EOF>", position)


def _number(token: Token) -> int | float:
    number = float(token)
    # What a whole number of 64 bits cannot hold is near enough as a fraction.
    return number if re.search(r"[.eE]", token) or abs(number) >= _LARGEST_WHOLE else int(token)


@v_args(inline=True)
class _BuildTree(Transformer[Token, tree.Query]):
    """One method per rule of the grammar; keyword tokens that carry nothing arrive too and are dropped."""

    def query(self, *parts: Any) -> tree.Query:
        found: dict[str, Any] = {"usage": tuple(part for part in parts if type(part) is str)}
        for part in parts:
            if isinstance(part, dict):
                found.update(part)
        return tree.Query(**found)

    def select_list(self, *items: Any) -> dict[str, Any]:
        return {"select": items}

    def selected(self, expression: tree.Expression, alias: str | None = None) -> tree.Selected:
        return tree.Selected(expression, alias)

    def child_query(self, query: tree.Query) -> tree.ChildQuery:
        return tree.ChildQuery(query)

    def alias(self, name: Token) -> str:
        return str(name)

    def path(self, *names: Token) -> tree.Path:
        return tree.Path(tuple(str(name) for name in names), names[0].start_pos or 0)

    def call(self, function: Token, *arguments: tree.Expression) -> tree.Call:
        return tree.Call(function.upper(), arguments, function.start_pos or 0)

    def type_of(self, _typeof: Token, path: tree.Path, *parts: Any) -> tree.TypeOf:
        cases = tuple(part for part in parts if isinstance(part, tuple) and isinstance(part[0], str))
        otherwise = next((part for part in parts if isinstance(part, tuple) and isinstance(part[0], tree.Path)), ())
        return tree.TypeOf(path, cases, otherwise)

    def type_case(
        self, _when: Token, name: Token, _then: Token, fields: tuple[tree.Path, ...]
    ) -> tuple[str, tuple[tree.Path, ...]]:
        return str(name), fields

    def field_list(self, *paths: tree.Path) -> tuple[tree.Path, ...]:
        return paths

    def source(self, first: tuple[tree.Path, str | None], *others: tuple[tree.Path, str | None]) -> dict[str, Any]:
        return {"source": first[0], "alias": first[1], "parents": others}

    def from_item(self, path: tree.Path, alias: str | None = None) -> tuple[tree.Path, str | None]:
        return path, alias

    def source_alias(self, *tokens: Token) -> str:
        name = tokens[-1]
        if name.upper() in RESERVED:
            raise unexpected(str(name), name.start_pos)
        return str(name)

    def with_(self, _with: Token, name: Token) -> dict[str, Any]:
        return {"filter": name.upper()}

    def scope(self, _using: Token, _scope: Token, name: Token) -> dict[str, Any]:
        return {"scope": name.lower()}

    def where(self, _where: Token, condition: tree.Condition) -> dict[str, Any]:
        return {"where": condition}

    def group(self, _group: Token, _by: Token, *expressions: tree.Expression) -> dict[str, Any]:
        return {"group": expressions}

    def having(self, _having: Token, condition: tree.Condition) -> dict[str, Any]:
        return {"having": condition}

    def conjunction(self, *parts: Any) -> tree.Junction:
        return tree.Junction("AND", tuple(part for part in parts if not isinstance(part, Token)))

    def disjunction(self, *parts: Any) -> tree.Junction:
        return tree.Junction("OR", tuple(part for part in parts if not isinstance(part, Token)))

    def negation(self, _not: Token, condition: tree.Condition) -> tree.Not:
        return tree.Not(condition)

    def compare(self, operand: tree.Expression, operator: Token, value: tree.Literal) -> tree.Comparison:
        return tree.Comparison(operand, "!=" if operator == "<>" else str(operator), (value,))

    def like(self, operand: tree.Expression, _like: Token, value: tree.Literal) -> tree.Comparison:
        return tree.Comparison(operand, "LIKE", (value,))

    def in_list(self, operand: tree.Expression, _in: Token, values: tuple[tree.Literal, ...]) -> tree.Comparison:
        return tree.Comparison(operand, "IN", values)

    def not_in_list(
        self, operand: tree.Expression, _not: Token, _in: Token, values: tuple[tree.Literal, ...]
    ) -> tree.Comparison:
        return tree.Comparison(operand, "NOT IN", values)

    def in_query(self, operand: tree.Expression, _in: Token, query: tree.Query) -> tree.SemiJoin:
        return tree.SemiJoin(operand, query, negated=False)

    def not_in_query(self, operand: tree.Expression, _not: Token, _in: Token, query: tree.Query) -> tree.SemiJoin:
        return tree.SemiJoin(operand, query, negated=True)

    def includes(self, operand: tree.Expression, _word: Token, values: tuple[tree.Literal, ...]) -> tree.Comparison:
        return tree.Comparison(operand, "INCLUDES", values)

    def excludes(self, operand: tree.Expression, _word: Token, values: tuple[tree.Literal, ...]) -> tree.Comparison:
        return tree.Comparison(operand, "EXCLUDES", values)

    def values(self, *values: tree.Literal) -> tuple[tree.Literal, ...]:
        return values

    def literal(self, token: Token) -> tree.Literal:
        position = token.start_pos or 0
        match token.type:
            case "STRING":
                return tree.Literal("string", str(token)[1:-1], position)
            case "NUMBER":
                return tree.Literal("number", _number(token), position)
            case "DATE":
                return tree.Literal("date", str(token), position)
            case "DATETIME":
                return tree.Literal("datetime", str(token), position)
            case "TRUE" | "FALSE":
                return tree.Literal("boolean", token.type == "TRUE", position)
            case "NULL":
                return tree.Literal("null", None, position)
            case "CURRENCY":
                return tree.Literal("currency", token.upper(), position)
        return tree.Literal("date_literal", token.upper(), position)

    def order(self, _order: Token, _by: Token, *items: tree.OrderItem) -> dict[str, Any]:
        return {"order": items}

    def order_item(self, expression: tree.Expression, *options: str) -> tree.OrderItem:
        return tree.OrderItem(expression, "DESC" in options, nulls_last="LAST" in options, everywhere=False)

    def direction(self, token: Token) -> str:
        return token.upper()

    def nulls_first(self, *_tokens: Token) -> str:
        return "FIRST"

    def nulls_last(self, *_tokens: Token) -> str:
        return "LAST"

    def limit(self, _limit: Token, number: Token) -> dict[str, Any]:
        return {"limit": _whole(number)}

    def offset(self, _offset: Token, number: Token) -> dict[str, Any]:
        return {"offset": _whole(number)}

    def lock(self, _for: Token, what: Token) -> str:
        return f"FOR {what.upper()}"

    def statistics(self, _update: Token, what: Token) -> str:
        return f"UPDATE {what.upper()}"

    def all_rows(self, *_tokens: Token) -> str:
        return "ALL ROWS"


def _whole(token: Token) -> int:
    if not token.isdecimal() or len(token) > _MOST_DIGITS:
        raise unexpected(str(token), token.start_pos)
    return int(token)
