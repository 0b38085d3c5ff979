"""One GraphQL request, from its text to its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from graphql import DocumentNode, FieldNode, OperationType, SelectionSetNode, execute_sync

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.graphql.aggregates import aggregate
from localorg.http.graphql.connections import Connection, Json
from localorg.http.graphql.document import Request, request_of
from localorg.http.graphql.errors import ABORTED, FETCHING, NOT_SUPPORTED, GraphqlError
from localorg.http.graphql.metadata import Metadata
from localorg.http.graphql.mutations import Mutation
from localorg.http.graphql.paging import Window
from localorg.http.graphql.planner import Planner
from localorg.http.graphql.types import VisibleSchemas
from localorg.http.uiapi.fetch import Fetcher, by_ids
from localorg.http.uiapi.selection import Selection
from localorg.http.uiapi.viewer import viewer_of
from localorg.http.writes import Writer
from localorg.org import LocalOrg
from localorg.pages.metadata import PagePackage

MOST_ROOT_QUERIES = 10
Root = Callable[[list[FieldNode], tuple[str, ...]], object]


@dataclass(frozen=True)
class Engine:
    """Answers the requests of one org's users. `count` takes a number of further API calls into account."""

    org: LocalOrg
    package: PagePackage
    writer: Writer
    count: Callable[[int], None]
    schemas: VisibleSchemas

    def execute(self, user: User, text: str, variables: Mapping[str, object], operation_name: str | None) -> Json:
        """The answer {data, errors}; what cannot be answered is null and has an entry in `errors`.

        Raises OrgError when no API call is left for the queries of the request.
        """
        try:
            visible = self.schemas.of(self.org.schema, user)
            request = request_of(visible, text, variables, operation_name)
            return _Execution(self, user, request).run()
        except GraphqlError as error:
            return {"data": None, "errors": [error.json()]}
        except RecursionError:
            too_deep = GraphqlError("maximum query depth exceeded", ABORTED)
            return {"data": None, "errors": [too_deep.json()]}


class _Execution:
    def __init__(self, engine: Engine, user: User, request: Request) -> None:
        self._engine = engine
        self._user = user
        self._request = request
        self._fetcher = Fetcher(engine.org, user)
        self._errors = list(request.problems)

    @cached_property
    def _planner(self) -> Planner:
        return Planner(self._engine.org, viewer_of(self._engine.org, self._user), self._request)

    def run(self) -> Json:
        is_query = self._request.operation.operation is OperationType.QUERY
        fields = self._request.fields(self._request.operation.selection_set)
        asked = self._asked(fields) if is_query else 1
        if asked > MOST_ROOT_QUERIES:
            reason = f"A request may hold at most {MOST_ROOT_QUERIES} queries, got {asked}"
            raise GraphqlError(reason, NOT_SUPPORTED, self._request.operation)
        self._engine.count(max(0, asked - 1))
        data: Json = {}
        for key, nodes in fields.items():
            if nodes[0].name.value == "uiapi":
                data[key] = self._uiapi(nodes) if is_query else self._mutation(nodes)
            else:
                data[key] = self._introspection(nodes, key)
        return {"data": data, "errors": [error.json() for error in self._errors]}

    def _asked(self, fields: Mapping[str, list[FieldNode]]) -> int:
        """How many queries of records the request holds; each counts as an API call."""
        groups = [
            found
            for nodes in fields.values()
            for found in self._request.below(nodes).values()
            if found[0].name.value in ("query", "aggregate")
        ]
        return sum(len(self._request.below(found)) for found in groups)

    def _uiapi(self, nodes: list[FieldNode]) -> Json:
        made: Json = {}
        for key, found in self._request.below(nodes).items():
            match found[0].name.value:
                case "query":
                    made[key] = self._group(found, "RecordQuery", self._records)
                case "aggregate":
                    made[key] = self._group(found, "RecordQueryAggregate", self._aggregates)
                case "objectInfos":
                    made[key] = self._root(found, ("uiapi", "objectInfos"), self._infos)
                case "relatedListByName":
                    made[key] = self._root(found, ("uiapi", "relatedListByName"), self._related_list)
                case "currentUser":
                    made[key] = self._root(found, ("uiapi", "currentUser"), self._current_user)
                case _:
                    made[key] = "UIAPI"
        return made

    def _group(self, nodes: list[FieldNode], type_name: str, root: Root) -> Json:
        made: Json = {}
        for key, found in self._request.below(nodes).items():
            name = found[0].name.value
            paths = ("uiapi", nodes[0].name.value, name)
            made[key] = type_name if name == "__typename" else self._root(found, paths, root)
        return made

    def _root(self, nodes: list[FieldNode], paths: tuple[str, ...], root: Root) -> object:
        """The answer of one root field; its errors leave the others alone."""
        if any(id(node) in self._request.spoilt for node in nodes):
            return None
        try:
            return root(nodes, paths)
        except GraphqlError as error:
            self._errors.append(error)
        except OrgError as error:
            self._errors.append(GraphqlError(error.message, FETCHING, nodes[0], paths))
        return None

    def _records(self, nodes: list[FieldNode], paths: tuple[str, ...]) -> object:
        sobject = self._engine.org.schema.objects[nodes[0].name.value]
        return self._planner.connection(nodes, sobject, paths).fetch(self._fetcher)

    def _aggregates(self, nodes: list[FieldNode], paths: tuple[str, ...]) -> object:
        sobject = self._engine.org.schema.objects[nodes[0].name.value]
        return aggregate(self._planner, self._fetcher, nodes, sobject, paths)

    @cached_property
    def _metadata(self) -> Metadata:
        return Metadata(self._engine.org, self._user, self._engine.package, self._request)

    def _infos(self, nodes: list[FieldNode], paths: tuple[str, ...]) -> object:
        infos, errors = self._metadata.object_infos(nodes, paths)
        self._errors += errors
        return infos

    def _related_list(self, nodes: list[FieldNode], _paths: tuple[str, ...]) -> object:
        return self._metadata.related_list(nodes)

    def _current_user(self, nodes: list[FieldNode], paths: tuple[str, ...]) -> object:
        selection = Selection(self._engine.org.schema, self._user, self._engine.org.schema.objects["User"])
        connection = Connection(selection, by_ids([self._user.id]), (), Window(1))
        connection.slots = self._planner.record(connection, nodes, selection, (), paths)
        (row,) = connection.rows(self._fetcher)
        return connection.record(row)

    def _mutation(self, nodes: list[FieldNode]) -> Json:
        engine = self._engine
        mutation = Mutation(engine.org, self._user, engine.writer, self._planner)
        made, errors = mutation.run(nodes, self._request.spoilt)
        self._errors += errors
        return made

    def _introspection(self, nodes: list[FieldNode], key: str) -> object:
        """`__schema`, `__type` and `__typename` of the schema that the user sees."""
        operation = self._request.operation
        chosen = SelectionSetNode(selections=tuple(nodes))
        only = type(operation)(
            operation=operation.operation,
            name=None,
            variable_definitions=operation.variable_definitions,
            directives=(),
            selection_set=chosen,
        )
        document = DocumentNode(definitions=(only, *self._request.fragments.values()))
        answer = execute_sync(self._request.schema, document, variable_values=dict(self._request.given))
        return (answer.data or {}).get(key)
