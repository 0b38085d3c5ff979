"""Types of the objects a user sees: records, connections, filters, orders, groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLString,
    GraphQLUnionType,
)

from localorg.access import User
from localorg.http.graphql.types import values
from localorg.http.graphql.types.connections import chosen_page, edge_fields, page_fields
from localorg.http.graphql.types.scalars import SCALARS, type_name
from localorg.schema.model import Field, Schema, SObject

InputFields = dict[str, GraphQLInputField]
OutputFields = dict[str, GraphQLField]

RECORD = GraphQLInterfaceType(
    "Record",
    {
        "Id": GraphQLField(GraphQLNonNull(GraphQLID)),
        "ApiName": GraphQLField(GraphQLNonNull(GraphQLString)),
        "DisplayValue": GraphQLField(GraphQLString),
        "WeakEtag": GraphQLField(GraphQLNonNull(SCALARS["Long"])),
    },
)


class ObjectTypes:
    """Makes the types of one user's objects, each once."""

    def __init__(self, schema: Schema, user: User) -> None:
        self._schema = schema
        self._user = user
        self.objects = {
            name: sobject
            for name, sobject in schema.objects.items()
            if user.may_read_object(name) and sobject.field("Id") is not None
        }
        self._outputs: dict[str, GraphQLObjectType] = {}
        self._inputs: dict[str, GraphQLInputObjectType] = {}
        self._scopes: dict[str, GraphQLEnumType] = {}

    def fields_of(self, sobject: SObject) -> tuple[Field, ...]:
        """The object's fields that the user may read."""
        return self._user.readable_fields(sobject.name)

    def references(self, sobject: SObject) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Relationship names to parents, with the objects that the parent may be of."""
        for field in self.fields_of(sobject):
            targets = tuple(name for name in field.reference_to if name in self.objects)
            if field.relationship_name and targets:
                yield field.relationship_name, targets

    def parents(self, sobject: SObject) -> Iterator[tuple[str, str]]:
        """Relationship names to parents of one object, with that object."""
        return ((name, targets[0]) for name, targets in self.references(sobject) if len(targets) == 1)

    def record(self, name: str) -> GraphQLObjectType:
        """The type of an object's records."""
        return self._object(name, lambda: self._record_fields(name), [RECORD])

    def connection(self, name: str) -> GraphQLField:
        """A page of an object's records, with the arguments that choose it."""
        edge = self._object(f"{name}Edge", lambda: edge_fields(self.record(name)))
        count = {"pageResultCount": GraphQLField(GraphQLNonNull(GraphQLInt))}
        connection = self._object(f"{name}Connection", lambda: page_fields(edge) | count)
        chosen: dict[str, GraphQLInputType] = {
            "where": self.filter(name),
            "orderBy": self.order(name),
            "scope": self.scope(name),
            "upperBound": GraphQLInt,
        }
        return chosen_page(connection, chosen)

    def filter(self, name: str) -> GraphQLInputObjectType:
        """`Account_Filter`: operators by field, filters of parents, and, or, not."""
        return self._input(f"{name}_Filter", lambda: self._filter_fields(name))

    def order(self, name: str) -> GraphQLInputObjectType:
        """`Account_OrderBy`."""
        return self._clauses(f"{name}_OrderBy", name, lambda _field: values.ORDER_BY, lambda field: field.sortable)

    def aggregate_order(self, name: str) -> GraphQLInputObjectType:
        """`Account_AggregateOrderBy`."""

        def clause(field: Field) -> GraphQLInputObjectType:
            return values.aggregate_order("Boolean" if field.type == "reference" else type_name(field))

        return self._clauses(f"{name}_AggregateOrderBy", name, clause, lambda field: field.sortable)

    def group(self, name: str) -> GraphQLInputObjectType:
        """`Account_GroupBy`."""

        def clause(field: Field) -> GraphQLInputObjectType:
            return values.GROUP_BY_DATE if field.type in ("date", "datetime") else values.GROUP_BY

        extra = {"type": GraphQLInputField(values.GROUP_TYPE)}
        return self._clauses(
            f"{name}_GroupBy", name, clause, lambda field: field.groupable or field.type == "datetime", extra
        )

    def aggregate(self, name: str) -> GraphQLObjectType:
        """`AccountAggregate`: what can be computed over records."""
        return self._object(f"{name}Aggregate", lambda: self._aggregate_fields(name))

    def scope(self, name: str) -> GraphQLEnumType:
        """The scopes of an object's records."""
        if name not in self._scopes:
            owned = self.objects[name].field("OwnerId") is not None
            scopes = ("EVERYTHING", "MINE") if owned else ("EVERYTHING",)
            self._scopes[name] = GraphQLEnumType(f"{name.upper()}_SCOPE", {scope: scope for scope in scopes})
        return self._scopes[name]

    @cached_property
    def id_operators(self) -> GraphQLInputObjectType:
        """Operators of ids, the semi-joins over all objects included."""
        join = GraphQLInputObjectType(
            "JoinInput",
            lambda: (
                {"ApiName": GraphQLInputField(GraphQLNonNull(GraphQLString))}
                | {name: GraphQLInputField(self.filter(name)) for name in self.objects}
            ),
        )
        return values.id_operators(join)

    def _record_fields(self, name: str) -> OutputFields:
        sobject = self.objects[name]
        fields: OutputFields = dict(RECORD.fields)
        for field in self.fields_of(sobject):
            # a field called ApiName (OpportunityStage has one) stands behind what every record has under that name
            if field.name not in fields:
                fields[field.name] = GraphQLField(values.VALUES[type_name(field)])
        for relationship, targets in self.references(sobject):
            records = [self.record(target) for target in targets]
            name_of_any = f"{name}_{relationship}"
            parent = records[0] if len(records) == 1 else GraphQLUnionType(name_of_any, records)
            fields.setdefault(relationship, GraphQLField(parent))
        for child in sobject.child_relationships:
            if (
                child.name
                and child.child_object in self.objects
                and self._user.may_read(child.child_object, child.field)
            ):
                fields.setdefault(child.name, self.connection(child.child_object))
        return fields

    def _filter_fields(self, name: str) -> InputFields:
        same = self.filter(name)
        found = {"and": GraphQLInputField(GraphQLList(same)), "or": GraphQLInputField(GraphQLList(same))}
        found["not"] = GraphQLInputField(same)
        sobject = self.objects[name]
        for field in self.fields_of(sobject):
            if field.filterable and field.type != "address":
                kind = type_name(field)
                operators = self.id_operators if kind == "ID" else values.OPERATORS[kind]
                found[field.name] = GraphQLInputField(operators)
        for relationship, targets in self.references(sobject):
            filters = {target: self.filter(target) for target in targets}
            parent = filters[targets[0]] if len(targets) == 1 else _one_of(f"{name}_{relationship}_Filter", filters)
            found.setdefault(relationship, GraphQLInputField(parent))
        return found

    def _clauses(
        self,
        key: str,
        name: str,
        clause: Callable[[Field], GraphQLInputObjectType],
        wanted: Callable[[Field], bool],
        extra: InputFields | None = None,
    ) -> GraphQLInputObjectType:
        suffix = key.rpartition("_")[2]
        below = {"OrderBy": self.order, "AggregateOrderBy": self.aggregate_order, "GroupBy": self.group}[suffix]

        def fields() -> InputFields:
            sobject = self.objects[name]
            usable = (field for field in self.fields_of(sobject) if wanted(field) and field.type != "address")
            found = {field.name: GraphQLInputField(clause(field)) for field in usable}
            for relationship, target in self.parents(sobject):
                found.setdefault(relationship, GraphQLInputField(below(target)))
            return found | (extra or {})

        return self._input(key, fields)

    def _aggregate_fields(self, name: str) -> OutputFields:
        sobject = self.objects[name]
        fields = {field.name: GraphQLField(values.AGGREGATES[type_name(field)]) for field in self.fields_of(sobject)}
        for relationship, target in self.parents(sobject):
            fields.setdefault(relationship, GraphQLField(self.aggregate(target)))
        return fields

    def _object(
        self, name: str, fields: Callable[[], OutputFields], interfaces: list[GraphQLInterfaceType] | None = None
    ) -> GraphQLObjectType:
        if name not in self._outputs:
            self._outputs[name] = GraphQLObjectType(name, fields, interfaces=interfaces)
        return self._outputs[name]

    def _input(self, name: str, fields: Callable[[], InputFields]) -> GraphQLInputObjectType:
        if name not in self._inputs:
            self._inputs[name] = GraphQLInputObjectType(name, fields)
        return self._inputs[name]


def _one_of(name: str, filters: Mapping[str, GraphQLInputObjectType]) -> GraphQLInputObjectType:
    """The filter of a parent that may be of several objects, by object."""
    return GraphQLInputObjectType(name, {target: GraphQLInputField(kind) for target, kind in filters.items()})
