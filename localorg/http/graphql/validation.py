"""A document against the schema: what the user may not see and may leave out is dropped, the rest must be valid."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from graphql import (
    REMOVE,
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    specified_rules,
    validate,
    visit,
)
from graphql.language.visitor import VisitorAction
from graphql.validation import ASTValidationContext

from localorg.http.graphql.errors import GraphqlError, invalid

# What the server's own validator calls the rules.
_NAMES = {
    "FieldsOnCorrectType": "FieldUndefined",
    "FragmentsOnCompositeTypes": "InlineFragmentTypeConditionInvalid",
    "KnownArgumentNames": "UnknownArgument",
    "KnownDirectives": "UnknownDirective",
    "KnownFragmentNames": "UndefinedFragment",
    "KnownTypeNames": "UnknownType",
    "LoneAnonymousOperation": "LoneAnonymousOperationViolation",
    "NoFragmentCycles": "FragmentCycle",
    "NoUndefinedVariables": "UndefinedVariable",
    "NoUnusedFragments": "UnusedFragment",
    "NoUnusedVariables": "UnusedVariable",
    "OverlappingFieldsCanBeMerged": "FieldsConflict",
    "PossibleFragmentSpreads": "InvalidFragmentType",
    "ProvidedRequiredArguments": "MissingFieldArgument",
    "ScalarLeafs": "SubselectionRequired",
    "UniqueArgumentNames": "DuplicateArgumentNames",
    "UniqueDirectivesPerLocation": "DuplicateDirectiveName",
    "UniqueFragmentNames": "DuplicateFragmentName",
    "UniqueOperationNames": "DuplicateOperationName",
    "UniqueVariableNames": "DuplicateVariableName",
    "ValuesOfCorrectType": "WrongType",
    "VariablesAreInputTypes": "NonInputTypeOnVariable",
    "VariablesInAllowedPosition": "VariableTypeMismatch",
}
_RULE = "rule"
_MOST_ERRORS = 100
_GROUPS = ("query", "aggregate")  # below uiapi, these hold root fields; everything else there is one itself


@dataclass(frozen=True)
class Problem:
    """Something wrong with a document; `root` is the id of the root field's node in which it stands."""

    error: GraphqlError
    root: int | None


def checked(schema: GraphQLSchema, document: DocumentNode) -> tuple[DocumentNode, list[Problem]]:
    """The document without its @optional fields that do not exist, and everything that is wrong with it."""
    # a variable or fragment that only such a field uses is used all the same
    found = validate(schema, document, _USE_RULES, max_errors=_MOST_ERRORS, hide_suggestions=True)
    types = TypeInfo(schema)
    pruned = visit(document, TypeInfoVisitor(types, _Pruner(types)))
    found += validate(schema, pruned, _RULES, max_errors=_MOST_ERRORS, hide_suggestions=True)
    if not found:
        return pruned, []
    places = _Places(pruned)
    return pruned, [places.problem(error) for error in found]


class _Pruner(Visitor):
    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types

    def enter_field(self, node: FieldNode, *_: object) -> VisitorAction:
        optional = any(directive.name.value == "optional" for directive in node.directives or ())
        missing = self._types.get_parent_type() is not None and self._types.get_field_def() is None
        return REMOVE if optional and missing else None


class _Places:
    """Where the nodes of a document stand: the path of fields to each, and its root field."""

    def __init__(self, document: DocumentNode) -> None:
        self._paths: dict[int, tuple[str, ...]] = {}
        self._roots: dict[int, int] = {}
        for definition in document.definitions:
            name = (definition.name.value,) if isinstance(definition, FragmentDefinitionNode) else ()
            is_operation = isinstance(definition, OperationDefinitionNode)
            self._walk(definition, name, None, is_operation)

    def problem(self, error: GraphQLError) -> Problem:
        nodes = error.nodes or []
        path = self._paths.get(id(nodes[0]), ()) if nodes else ()
        rule = str((error.extensions or {}).get(_RULE, ""))
        problem = invalid(_NAMES.get(rule, rule), _reason(rule, error), nodes[0] if nodes else None, path)
        return Problem(problem, self._roots.get(id(nodes[0])) if nodes else None)

    def _walk(self, node: Node, path: tuple[str, ...], root: int | None, in_operation: bool) -> None:
        if isinstance(node, FieldNode):
            path = (*path, node.name.value)
            if in_operation and root is None and _is_root(path):
                root = id(node)
        self._paths[id(node)] = path
        if root is not None:
            self._roots[id(node)] = root
        for key in node.keys:
            below = getattr(node, key, None)
            for child in below if isinstance(below, list | tuple) else (below,):
                if isinstance(child, Node):
                    self._walk(child, path, root, in_operation)


def _is_root(path: tuple[str, ...]) -> bool:
    if path[0] != "uiapi":
        return False
    return len(path) == 3 if len(path) > 1 and path[1] in _GROUPS else len(path) == 2


def _reason(rule: str, error: GraphQLError) -> str:
    if rule == "FieldsOnCorrectType" and error.nodes and isinstance(error.nodes[0], FieldNode):
        type_name = error.message.rpartition(" on type ")[2].strip("'.")
        return f"Field '{error.nodes[0].name.value}' in type '{type_name}' is undefined"
    return error.message


class _Tagging:
    """A rule's context, which puts the rule's name into the errors it reports."""

    def __init__(self, context: ASTValidationContext, rule: str) -> None:
        self._context = context
        self._rule = rule

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def report_error(self, error: GraphQLError) -> None:
        """Report the error with the name of the rule."""
        error.extensions = {_RULE: self._rule}
        self._context.report_error(error)


def _tagged(rule: type[ASTValidationRule]) -> type[ASTValidationRule]:
    """The rule, naming itself in the errors it reports."""

    def begin(self: ASTValidationRule, context: ASTValidationContext) -> None:
        rule.__init__(self, _Tagging(context, rule.__name__.removesuffix("Rule")))  # type: ignore[arg-type]  # a proxy

    return type(rule.__name__, (rule,), {"__init__": begin})


_OF_USE = ("NoUnusedVariablesRule", "NoUnusedFragmentsRule")
_USE_RULES: Collection[type[ASTValidationRule]] = tuple(
    _tagged(rule) for rule in specified_rules if rule.__name__ in _OF_USE
)
_RULES: Collection[type[ASTValidationRule]] = tuple(
    _tagged(rule) for rule in specified_rules if rule.__name__ not in _OF_USE
)
