"""One GraphQL request, from its text to its answer."""

from __future__ import annotations

from collections.abc import Mapping

from graphql import FieldNode

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.graphql.connections import Json
from localorg.http.graphql.document import Request, request_of
from localorg.http.graphql.errors import FETCHING, NOT_SUPPORTED, GraphqlError, field_undefined
from localorg.http.graphql.planner import Planner
from localorg.http.uiapi.fetch import Fetcher
from localorg.http.uiapi.viewer import viewer_of
from localorg.org import LocalOrg

MOST_ROOT_QUERIES = 10


def execute(
    org: LocalOrg, user: User, text: str, variables: Mapping[str, object], operation_name: str | None = None
) -> Json:
    """The answer {data, errors} of a query; what cannot be answered is null and has an entry in `errors`."""
    try:
        request = request_of(text, variables, operation_name)
        kind = request.operation.operation.value
        if kind != "query":
            raise GraphqlError(f"Operations of kind {kind} are not supported here", NOT_SUPPORTED, request.operation)
        return _Execution(org, user, request).run()
    except GraphqlError as error:
        return {"data": None, "errors": [error.json()]}


class _Execution:
    def __init__(self, org: LocalOrg, user: User, request: Request) -> None:
        self._request = request
        self._org = org
        self._user = user
        self._planner = Planner(org, viewer_of(org, user), request)
        self._fetcher = Fetcher(org, user)
        self._errors: list[Json] = []
        self._asked = 0

    def run(self) -> Json:
        data: Json = {}
        for key, nodes in self._request.fields(self._request.operation.selection_set).items():
            self._expect(nodes[0], "uiapi", "Query", ())
            data[key] = self._uiapi(nodes)
        return {"data": data, "errors": self._errors}

    def _uiapi(self, nodes: list[FieldNode]) -> Json:
        made: Json = {}
        for key, found in self._below(nodes).items():
            self._expect(found[0], "query", "UIAPI", ("uiapi",))
            made[key] = {name: self._root(each) for name, each in self._below(found).items()}
        return made

    def _root(self, nodes: list[FieldNode]) -> Json | None:
        """The connection of one object; its errors leave the others alone."""
        name = nodes[0].name.value
        paths = ("uiapi", "query", name)
        try:
            self._asked += 1
            if self._asked > MOST_ROOT_QUERIES:
                raise GraphqlError(f"A request may hold at most {MOST_ROOT_QUERIES} queries", NOT_SUPPORTED, nodes[0])
            sobject = self._org.schema.get(name)
            if sobject is None or sobject.name != name or not self._user.may_read_object(name):
                raise field_undefined(name, "RecordQuery", nodes[0], paths)
            return self._planner.connection(nodes, sobject, paths).fetch(self._fetcher)
        except GraphqlError as error:
            self._errors.append(error.json())
        except OrgError as error:
            self._errors.append(GraphqlError(error.message, FETCHING, nodes[0], paths).json())
        return None

    def _below(self, nodes: list[FieldNode]) -> dict[str, list[FieldNode]]:
        return self._request.fields(*(node.selection_set for node in nodes))

    @staticmethod
    def _expect(node: FieldNode, name: str, type_name: str, paths: tuple[str, ...]) -> None:
        if node.name.value != name:
            raise field_undefined(node.name.value, type_name, node, (*paths, node.name.value))
