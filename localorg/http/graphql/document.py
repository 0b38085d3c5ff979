"""The request's text: its operation, variables, fragments and arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NonNullTypeNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    parse,
)

from localorg.http.graphql.errors import SYNTAX, VALIDATION, GraphqlError

MOST_TOKENS = 20_000
DEEPEST_FRAGMENT = 20


class Missing:
    """The value of a variable that was not given: what holds it is left out."""


MISSING = Missing()


@dataclass(frozen=True)
class Request:
    """One operation with its fragments and the values of its variables."""

    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, object]

    def fields(self, *sets: SelectionSetNode | None, depth: int = 0) -> dict[str, list[FieldNode]]:
        """Fields of selection sets by response key, fragments and @skip/@include applied; equal keys are merged."""
        found: dict[str, list[FieldNode]] = {}
        if depth > DEEPEST_FRAGMENT:
            raise GraphqlError("Fragments are nested too deeply or in a circle", VALIDATION)
        for chosen in sets:
            for node in chosen.selections if chosen else ():
                if not self._included(node):
                    continue
                if isinstance(node, FieldNode):
                    key = node.alias.value if node.alias else node.name.value
                    found.setdefault(key, []).append(node)
                    continue
                for key, nodes in self.fields(self._inside(node), depth=depth + 1).items():
                    found.setdefault(key, []).extend(nodes)
        return found

    def arguments(self, node: FieldNode) -> dict[str, object]:
        """The field's arguments with variables put in; those given by a missing variable are left out."""
        values = {argument.name.value: self.value(argument.value) for argument in node.arguments or ()}
        return {name: value for name, value in values.items() if value is not MISSING}

    def value(self, node: ValueNode) -> object:
        """A literal or variable as Python data."""
        match node:
            case VariableNode():
                return self.variables.get(node.name.value, MISSING)
            case NullValueNode():
                return None
            case IntValueNode():
                return int(node.value)
            case FloatValueNode():
                return float(node.value)
            case StringValueNode() | EnumValueNode() | BooleanValueNode():
                return node.value
            case ListValueNode():
                return [value for item in node.values if (value := self.value(item)) is not MISSING]
            case ObjectValueNode():
                entries = {entry.name.value: self.value(entry.value) for entry in node.fields}
                return {name: value for name, value in entries.items() if value is not MISSING}
        raise GraphqlError(f"unexpected value {node.kind}", VALIDATION, node)

    def _inside(self, node: object) -> SelectionSetNode | None:
        if isinstance(node, InlineFragmentNode):
            return node.selection_set
        if isinstance(node, FragmentSpreadNode):
            fragment = self.fragments.get(node.name.value)
            if fragment is None:
                raise GraphqlError(f"Undefined fragment '{node.name.value}'", VALIDATION, node)
            return fragment.selection_set
        return None

    def _included(self, node: object) -> bool:
        for directive in getattr(node, "directives", None) or ():
            if directive.name.value in ("skip", "include"):
                condition = self._condition(directive.arguments or ())
                if condition == (directive.name.value == "skip"):
                    return False
        return True

    def _condition(self, arguments: tuple[ArgumentNode, ...]) -> bool:
        return any(argument.name.value == "if" and self.value(argument.value) is True for argument in arguments)


def is_optional(node: FieldNode) -> bool:
    """Whether the field may be left out when it does not exist for the user."""
    return any(directive.name.value == "optional" for directive in node.directives or ())


def request_of(text: str, variables: Mapping[str, object], operation_name: str | None) -> Request:
    """The operation of a request. Raises GraphqlError for broken syntax, no such operation, a missing variable."""
    try:
        document = parse(text, max_tokens=MOST_TOKENS)
    except GraphQLSyntaxError as error:
        problem = GraphqlError(f"Invalid Syntax : {error.message}", SYNTAX)
        raise problem from error
    operation = _operation(document, operation_name)
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    request = Request(operation, fragments, {})
    return Request(operation, fragments, _variables(request, operation, variables))


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is None and len(operations) == 1:
        return operations[0]
    for operation in operations:
        if operation.name and operation.name.value == name:
            return operation
    known = ", ".join(node.name.value for node in operations if node.name) or "none has a name"
    raise GraphqlError(f"Unknown operation named '{name}'; operations: {known}", VALIDATION)


def _variables(request: Request, operation: OperationDefinitionNode, given: Mapping[str, object]) -> dict[str, object]:
    values: dict[str, object] = {}
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        if name in given:
            values[name] = given[name]
        elif definition.default_value is not None:
            values[name] = request.value(definition.default_value)
        if values.get(name) is None and isinstance(definition.type, NonNullTypeNode):
            raise GraphqlError(f"Variable '{name}' has an invalid value: it must not be null", VALIDATION, definition)
    return values
