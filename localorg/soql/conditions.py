"""WHERE and HAVING to SQL. Conditions are true or false, never unknown: a null matches `!=` and NOT IN."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from localorg.ids import id18, is_id
from localorg.schema.model import NUMBER_TYPES
from localorg.soql import errors
from localorg.soql.dates import Days, range_of
from localorg.soql.expressions import column_of, corporate_sql, is_aggregate
from localorg.soql.literals import day_of, moment_of, pattern_of, text_of
from localorg.soql.scope import Column, Scope
from localorg.soql.tree import Comparison, Condition, Expression, Junction, Literal, Not, Query, SemiJoin

NUMBERS = NUMBER_TYPES | {"int", "long"}
MOST_SEMI_JOINS = 2
_FEW = 50  # values of an IN list that are bound one by one; more go as one JSON array
_TYPE_NAMES = {"int": "int", "datetime": "dateTime", "date": "date", "boolean": "boolean"}

CompileInner = Callable[[Query, Scope], tuple[set[str], str, list[object]]]
Resolve = Callable[[Expression], Column]


@dataclass
class Conditions:
    """Compiles the conditions of one scope; `parameters` collects what the SQL binds, in its order.

    `inner` compiles the query of a semi-join to (objects its column points to, SQL, parameters). `grouped` finds the
    columns of a HAVING, which are grouped or aggregated.
    """

    scope: Scope
    parameters: list[object]
    inner: CompileInner
    grouped: Resolve | None = None
    semi_joins: int = 0

    def sql(self, condition: Condition, *, under: str | None = None) -> str:
        """SQL of a condition. `under` names the OR or NOT that it stands in."""
        match condition:
            case Junction():
                below = "OR" if condition.operator == "OR" else under
                return _balanced(condition.operator, [self.sql(part, under=below) for part in condition.parts])
            case Not():
                return f"NOT coalesce({self.sql(condition.condition, under='NOT')}, 0)"
            case SemiJoin():
                return self._semi_join(condition, under)
        return self._comparison(condition)

    def _comparison(self, comparison: Comparison) -> str:
        if is_aggregate(comparison.operand) and self.grouped is None:
            raise errors.malformed("Aggregate expressions are not supported in WHERE", comparison.operand.position)
        column = self._column(comparison.operand)
        if column.type == "address" or (column.field is not None and not column.field.filterable):
            raise errors.not_possible(column.name, "filtered", column.position)
        match comparison.operator:
            case "IN":
                return self._any_of(column, comparison.values)
            case "NOT IN":
                return f"NOT coalesce({self._any_of(column, comparison.values)}, 0)"
            case "!=":
                return f"NOT coalesce({self._any_of(column, comparison.values)}, 0)"
            case "=":
                return self._any_of(column, comparison.values)
            case "LIKE":
                return self._like(column, comparison.values[0])
            case "INCLUDES" | "EXCLUDES":
                return self._includes(column, comparison)
        return self._ordered(column, comparison.operator, comparison.values[0])

    def _column(self, operand: Expression) -> Column:
        return column_of(operand, self.scope) if self.grouped is None else self.grouped(operand)

    def _any_of(self, column: Column, literals: tuple[Literal, ...]) -> str:
        """The column equals one of the literals."""
        column = self._converted(column, literals)
        parts: list[str] = []
        values: list[object] = []
        for literal in literals:
            if literal.kind == "date_literal":
                parts.append(self._range(column, "=", literal))
                continue
            value = self._value(column, literal)
            if value is None:
                parts.append(f"{column.sql} IS NULL")
            else:
                values.append(value)
        if values:
            parts.append(self._equal(column, values))
        return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"

    def _equal(self, column: Column, values: list[object]) -> str:
        sql, collation = column.sql, ""
        if column.type == "boolean":
            sql = f"coalesce({sql}, 0)"
        elif _ignores_case(column):
            if all(isinstance(value, str) and value.isascii() for value in values):
                collation = " COLLATE NOCASE"
            else:
                sql, values = f"sf_fold({sql})", [str(value).lower() for value in values]
        if len(values) == 1:
            self.parameters.append(values[0])
            return f"{sql} = ?{collation}"
        if len(values) > _FEW:
            self.parameters.append(json.dumps(values))
            return f"{sql}{collation} IN (SELECT value FROM json_each(?))"
        self.parameters.extend(values)
        return f"{sql}{collation} IN ({', '.join('?' * len(values))})"

    def _ordered(self, column: Column, operator: str, literal: Literal) -> str:
        if column.type in ("boolean", "multipicklist"):
            raise errors.QueryError(
                "INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {column.type} field", column.position
            )
        if literal.kind == "date_literal":
            return self._range(column, operator, literal)
        column = self._converted(column, (literal,))
        value = self._value(column, literal)
        if value is None:
            return "0"
        if _ignores_case(column) and not str(value).isascii():
            self.parameters.append(str(value).lower())
            return f"sf_fold({column.sql}) {operator} ?"
        self.parameters.append(value)
        return f"{column.sql} {operator} ?{' COLLATE NOCASE' if _ignores_case(column) else ''}"

    def _like(self, column: Column, literal: Literal) -> str:
        if column.type in ("id", "reference"):
            raise errors.QueryError("INVALID_QUERY_FILTER_OPERATOR", "invalid operator on id field", column.position)
        if not _compares_as_text(column) or column.type == "multipicklist":
            raise errors.QueryError(
                "INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {column.type} field", column.position
            )
        if literal.kind == "null":
            return f"{column.sql} IS NULL"
        if literal.kind != "string":
            raise errors.wrong_criterion(column.name, "string", True, literal.position)
        pattern = pattern_of(literal)
        sql = column.sql
        if not pattern.isascii():
            sql, pattern = f"sf_fold({sql})", pattern.lower()
        self.parameters.append(pattern)
        return f"{sql} LIKE ? ESCAPE '\\'"

    def _includes(self, column: Column, comparison: Comparison) -> str:
        if column.type != "multipicklist":
            reason = f"{comparison.operator.lower()} operator only valid on multi picklist fields"
            raise errors.QueryError("INVALID_QUERY_FILTER_OPERATOR", reason, column.position)
        choices = []
        for literal in comparison.values:
            if literal.kind != "string":
                raise errors.wrong_criterion(column.name, "string", True, literal.position)
            wanted = [part.strip().lower() for part in text_of(literal).split(";")]
            self.parameters.extend(f";{part};" for part in wanted)
            choices.append(" AND ".join([f"instr(';' || sf_fold({column.sql}) || ';', ?) > 0"] * len(wanted)))
        included = f"({' OR '.join(f'({choice})' for choice in choices)})"
        return included if comparison.operator == "INCLUDES" else f"NOT coalesce({included}, 0)"

    def _range(self, column: Column, operator: str, literal: Literal) -> str:
        """A comparison with a date literal: `=` inside its days, `<` before them, `>` after them."""
        days = self._days(column, literal)
        start, end = days.start.isoformat(), days.end.isoformat()
        if column.type == "datetime":
            start, end = days.moments(self.scope.setting.calendar.zone)
        if operator == "=":
            self.parameters.extend((start, end))
            return f"({column.sql} >= ? AND {column.sql} < ?)"
        before, bound = {"<": ("<", start), ">=": (">=", start), ">": (">=", end), "<=": ("<", end)}[operator]
        self.parameters.append(bound)
        return f"{column.sql} {before} ?"

    def _converted(self, column: Column, literals: tuple[Literal, ...]) -> Column:
        """The column in the org's own currency if it is compared with amounts of a named one (`USD5000`)."""
        if not any(literal.kind == "currency" for literal in literals):
            return column
        return replace(column, sql=corporate_sql(column, self.scope))

    def _days(self, column: Column, literal: Literal) -> Days:
        days = range_of(str(literal.value), self.scope.setting.calendar)
        if days is None:
            raise errors.unexpected(str(literal.value), literal.position)
        if column.type not in ("date", "datetime"):
            raise self._wrong(column, literal)
        return days

    def _value(self, column: Column, literal: Literal) -> object:
        """The literal as the store holds it, None for null. Raises QueryError when it is not of the column's type."""
        kind, expected = literal.kind, column.type
        if kind == "null" or (kind == "string" and literal.value == "" and expected not in NUMBERS):
            return None
        if expected in ("id", "reference") and kind == "string":
            return _id_value(literal)
        if expected in NUMBERS and kind == "number":
            return literal.value
        if expected == "currency" and kind == "currency":
            return self._amount(literal)
        if expected == "boolean" and kind == "boolean":
            return int(bool(literal.value))
        if expected == "date" and kind == "date":
            return day_of(literal)
        if expected == "datetime" and kind == "datetime":
            return moment_of(literal)
        if _compares_as_text(column) and kind == "string":
            return text_of(literal)
        raise self._wrong(column, literal)

    def _amount(self, literal: Literal) -> float:
        """`USD5000` in the org's own currency."""
        code, amount = str(literal.value)[:3], float(str(literal.value)[3:])
        rate = self.scope.setting.currencies.get(code)
        if rate is None:
            raise errors.unexpected(str(literal.value), literal.position)
        return amount / rate

    def _wrong(self, column: Column, literal: Literal) -> errors.QueryError:
        if column.type in NUMBERS - {"int"}:
            return errors.wrong_criterion(column.name, "double", False, literal.position)
        if column.type in _TYPE_NAMES:
            return errors.wrong_criterion(column.name, _TYPE_NAMES[column.type], False, literal.position)
        name = "id" if column.type in ("id", "reference") else "string"
        return errors.wrong_criterion(column.name, name, True, literal.position)

    def _semi_join(self, join: SemiJoin, under: str | None) -> str:
        position = join.operand.position
        if under is not None:
            raise errors.malformed(f"Semi join sub-selects are not supported with the '{under}' operator", position)
        self.semi_joins += 1
        if self.semi_joins > MOST_SEMI_JOINS:
            reason = f"Maximum {MOST_SEMI_JOINS} semi join sub-selects are allowed"
            raise errors.QueryError("EXCEEDED_MAX_SEMIJOIN_SUBSELECTS", reason, position)
        column = column_of(join.operand, self.scope)
        if column.field is None or column.parents or column.type not in ("id", "reference"):
            reason = f"The left operand '{column.name}' in the where expression must be an Id or reference field"
            raise errors.malformed(reason, position)
        targets, sql, parameters = self.inner(join.query, self.scope)
        own = {self.scope.sobject.name} if column.type == "id" else set(column.field.reference_to)
        if not targets & own:
            reason = (
                "The selected field in the subquery and the left operand field in the where expression in the outer "
                f"query '{column.name}' should point to the same object type"
            )
            raise errors.malformed(reason, position)
        self.parameters.extend(parameters)
        inside = f"{column.sql} IN ({sql})"
        return f"NOT coalesce({inside}, 0)" if join.negated else inside


def _balanced(operator: str, parts: list[str]) -> str:
    """The parts joined, many of them in brackets by halves: SQLite takes an expression of limited depth only."""
    if len(parts) <= _FEW:
        return f"({f' {operator} '.join(parts)})"
    half = len(parts) // 2
    return f"({_balanced(operator, parts[:half])} {operator} {_balanced(operator, parts[half:])})"


def _compares_as_text(column: Column) -> bool:
    return column.type not in NUMBERS | {"id", "reference", "boolean", "date", "datetime", "address", "time", "base64"}


def _ignores_case(column: Column) -> bool:
    return _compares_as_text(column) and not (column.field is not None and column.field.case_sensitive)


def _id_value(literal: Literal) -> str:
    value = text_of(literal)
    if not is_id(value):
        raise errors.invalid_id(value, literal.position)
    return id18(value)
