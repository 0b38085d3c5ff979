"""The request's text: its operation, fragments, variables and arguments, valid for the schema the user sees."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLIncludeDirective,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    GraphQLSyntaxError,
    InlineFragmentNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    parse,
)
from graphql.execution.values import VariableValues, get_argument_values, get_directive_values, get_variable_values

from localorg.http.graphql.errors import NOT_SUPPORTED, SYNTAX, VALIDATION, GraphqlError
from localorg.http.graphql.types import VisibleSchema
from localorg.http.graphql.validation import Problem, checked

MOST_TOKENS = 20_000


@dataclass(frozen=True)
class Request:
    """One operation with its fragments and the values of its variables.

    given: the variables as they came. problems: all that is wrong.
    spoilt: ids of the root fields that something is wrong in.
    """

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: VariableValues
    given: Mapping[str, object]
    problems: tuple[GraphqlError, ...] = ()
    spoilt: frozenset[int] = field(default_factory=frozenset)

    def fields(self, *sets: SelectionSetNode | None, types: Collection[str] = ()) -> dict[str, list[FieldNode]]:
        """Fields of selection sets by response key, fragments and @skip/@include applied; equal keys are merged.

        types: what the object is, when fragments on other types do not apply to it.
        """
        found: dict[str, list[FieldNode]] = {}
        for node in self._chosen(sets, types):
            found.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
        return found

    def below(self, nodes: list[FieldNode], types: Collection[str] = ()) -> dict[str, list[FieldNode]]:
        """The fields below merged fields, by response key; `types` as in `fields`."""
        return self.fields(*(node.selection_set for node in nodes), types=types)

    def arguments(self, node: FieldNode, type_name: str) -> dict[str, object]:
        """The arguments of a field of the type as plain data, variables put in. Raises GraphqlError."""
        owner = self.schema.type_map[type_name]
        assert isinstance(owner, GraphQLObjectType | GraphQLInterfaceType)  # only these have fields with arguments
        try:
            return get_argument_values(owner.fields[node.name.value], node, self.variables, None, hide_suggestions=True)
        except GraphQLError as error:
            raise GraphqlError(error.message, VALIDATION, node) from error

    def in_order(self, value: object, node: FieldNode, argument: str) -> object:
        """An argument's value with the keys of its objects in the order they were written in."""
        written = next((each.value for each in node.arguments or () if each.name.value == argument), None)
        return self._sorted(value, written)

    def _sorted(self, value: object, written: object) -> object:
        if not isinstance(value, Mapping):
            return value
        if isinstance(written, VariableNode):
            written = self.given.get(written.name.value)
        if isinstance(written, ObjectValueNode):
            written = {entry.name.value: entry.value for entry in written.fields}
        order: Mapping[str, object] = written if isinstance(written, Mapping) else {}
        keys = [*(key for key in order if key in value), *(key for key in value if key not in order)]
        return {key: self._sorted(value[key], order.get(key)) for key in keys}

    def _chosen(self, sets: Iterable[SelectionSetNode | None], types: Collection[str]) -> Iterator[FieldNode]:
        for chosen in sets:
            for node in chosen.selections if chosen else ():
                if not self._included(node):
                    continue
                if isinstance(node, FieldNode):
                    yield node
                    continue
                fragment = self.fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
                if isinstance(fragment, InlineFragmentNode | FragmentDefinitionNode):
                    condition = fragment.type_condition
                    if not types or condition is None or condition.name.value in types:
                        yield from self._chosen((fragment.selection_set,), types)

    def _included(self, node: SelectionNode) -> bool:
        skip = get_directive_values(GraphQLSkipDirective, node, self.variables)
        include = get_directive_values(GraphQLIncludeDirective, node, self.variables)
        return not (skip and skip["if"]) and not (include and not include["if"])


def request_of(
    visible: VisibleSchema, text: str, variables: Mapping[str, object], operation_name: str | None
) -> Request:
    """The operation of a request; what is wrong inside one root field leaves the others alone.

    Raises GraphqlError for broken syntax, no such operation, variables that do not fit, an error outside root fields.
    """
    document, problems = _document(visible, text)
    fatal = next((problem for problem in problems if problem.root is None), None)
    if fatal is not None:
        raise fatal.error
    operation = _operation(document, operation_name)
    definitions = operation.variable_definitions or ()
    values = get_variable_values(visible.graphql, definitions, dict(variables), max_errors=5, hide_suggestions=True)
    if isinstance(values, list):
        raise GraphqlError(values[0].message, VALIDATION, (values[0].nodes or [operation])[0])
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    spoilt = frozenset(problem.root for problem in problems if problem.root is not None)
    errors = tuple(problem.error for problem in problems)
    return Request(visible.graphql, operation, fragments, values, variables, errors, spoilt)


def _document(visible: VisibleSchema, text: str) -> tuple[DocumentNode, list[Problem]]:
    known = visible.valid.get(text)
    if known is not None:
        return known, []
    try:
        document = parse(text, max_tokens=MOST_TOKENS)
    except GraphQLSyntaxError as error:
        problem = GraphqlError(f"Invalid Syntax : {error.message}", SYNTAX)
        problem.places = [(place.line, place.column) for place in error.locations or ()]
        raise problem from error
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode) and node.operation is OperationType.SUBSCRIPTION:
            raise GraphqlError("Operations of kind subscription are not supported here", NOT_SUPPORTED, node)
    document, problems = checked(visible.graphql, document)
    if not problems:
        visible.remember(text, document)
    return document, problems


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if not name and len(operations) == 1:
        return operations[0]
    for operation in operations:
        if operation.name and operation.name.value == name:
            return operation
    known = ", ".join(node.name.value for node in operations if node.name) or "none has a name"
    raise GraphqlError(f"Unknown operation named '{name or ''}'; operations: {known}", NOT_SUPPORTED)
