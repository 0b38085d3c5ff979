"""Mutations: creates, updates and deletes, in one transaction or each on its own, and references between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from graphql import FieldNode

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.graphql.connections import Connection, Json
from localorg.http.graphql.document import Request
from localorg.http.graphql.errors import ABORTED, FETCHING, GraphqlError
from localorg.http.graphql.paging import Window
from localorg.http.graphql.planner import Planner
from localorg.http.uiapi.fetch import Fetcher, by_ids
from localorg.http.uiapi.selection import Selection
from localorg.http.writes import Operation, Writer
from localorg.org import LocalOrg
from localorg.schema.model import SObject

_VERBS: dict[str, Operation] = {"Create": "insert", "Update": "update", "Delete": "delete"}
_REFERENCE = re.compile(r"@\{(\w+)\}")
_ROLLED_BACK = "The transaction was rolled back since another operation in the same transaction failed."


@dataclass
class Step:
    """One operation of a mutation. `needs` are the response keys of the operations it refers to."""

    key: str
    nodes: list[FieldNode]
    sobject: SObject
    verb: str
    row: dict[str, object]
    needs: frozenset[str]
    record_id: str | None = None
    errors: list[GraphqlError] = field(default_factory=list)

    @property
    def paths(self) -> tuple[str, ...]:
        return ("uiapi", self.nodes[0].name.value)

    def fail(self, message: str, kind: str = FETCHING) -> None:
        """Note what went wrong."""
        self.errors.append(GraphqlError(message, kind, self.nodes[0], self.paths))


class _UndoneError(Exception):
    """Undoes a transaction of which one step failed."""


@dataclass(frozen=True)
class Mutation:
    """Runs the operations below one `uiapi` of a mutation."""

    org: LocalOrg
    user: User
    writer: Writer
    planner: Planner

    @property
    def request(self) -> Request:
        return self.planner.request

    def run(self, nodes: list[FieldNode], spoilt: frozenset[int]) -> tuple[Json, list[GraphqlError]]:
        """The answer and what went wrong; an operation in `spoilt` is malformed, which counts as failed."""
        options = self.request.arguments(nodes[0], "Mutation").get("input")
        together = not isinstance(options, Mapping) or options.get("allOrNone") is not False
        below = self.request.below(nodes)
        answers: Json = dict.fromkeys(below)
        malformed = [key for key, found in below.items() if any(id(node) in spoilt for node in found)]
        if malformed and together:
            return answers, []
        steps = [self._step(key, found) for key, found in below.items() if key not in malformed and _is_write(found)]
        for group in [steps] if together else _chains(steps):
            self._transaction(group)
        for step in steps:
            if not step.errors:
                answers[step.key] = self._payload(step)
        answers |= {key: "UIAPIMutations" for key, found in below.items() if not _is_write(found)}
        return answers, [error for step in steps for error in step.errors]

    def _step(self, key: str, nodes: list[FieldNode]) -> Step:
        name = nodes[0].name.value
        verb = next(each for each in _VERBS if name.endswith(each))
        sobject = self.org.schema.objects[name.removesuffix(verb)]
        given = self.request.arguments(nodes[0], "UIAPIMutations")["input"]
        assert isinstance(given, dict)  # the schema says so
        row = dict(given.get(sobject.name) or {})
        if "Id" in given:
            row["Id"] = given["Id"]
        needs = frozenset(match[1] for value in row.values() if (match := _reference(value)))
        return Step(key, nodes, sobject, verb, row, needs)

    def _transaction(self, steps: list[Step]) -> None:
        done: dict[str, Step] = {}
        try:
            with self.org.database.writer():
                for step in steps:
                    self._write(step, done)
                    if step.errors:
                        raise _UndoneError
                    done[step.key] = step
        except _UndoneError:
            for step in steps:
                step.record_id = None
                if not step.errors:
                    step.fail(_ROLLED_BACK, ABORTED)

    def _write(self, step: Step, done: Mapping[str, Step]) -> None:
        row = dict(step.row)
        for name, value in row.items():
            match = _reference(value)
            if match is None:
                continue
            source = done.get(match[1])
            if source is None or source.verb == "Update":
                step.fail(f"No earlier create or delete operation is called '{match[1]}'")
                return
            row[name] = source.record_id
        try:
            (result,) = self.writer.write(self.user, _VERBS[step.verb], step.sobject, [row])
        except OrgError as error:
            step.fail(error.message)
            return
        step.record_id = result.id
        for refused in result.errors:
            step.fail(refused.message)

    def _payload(self, step: Step) -> Json:
        answer: Json = {}
        for key, found in self.request.below(step.nodes).items():
            match found[0].name.value:
                case "Record":
                    answer[key] = self._record(step, found)
                case "Id":
                    answer[key] = step.record_id
                case "success":
                    answer[key] = True
                case _:
                    verb = "RecordDelete" if step.verb == "Delete" else f"{step.sobject.name}{step.verb}"
                    answer[key] = f"{verb}Payload"
        return answer

    def _record(self, step: Step, nodes: list[FieldNode]) -> Json | None:
        """The written record as it then is: its own fields only."""
        selection = Selection(self.org.schema, self.user, step.sobject)
        connection = Connection(selection, by_ids([step.record_id or ""]), (), Window(1))
        answer: Json = {}
        own: dict[str, list[FieldNode]] = {}
        for key, found in self.request.below(nodes).items():
            name = found[0].name.value
            if step.sobject.field(name) is None and not name.startswith("__") and name not in _OF_EVERY_RECORD:
                step.fail(f"{name} is not currently available in mutation results")
                answer[key] = None
            else:
                own[key] = found
        connection.slots = self.planner.slots(connection, own, selection, step.paths)
        fetched = connection.rows(Fetcher(self.org, self.user))
        return {**connection.record(fetched[0]), **answer} if fetched else None


_OF_EVERY_RECORD = ("ApiName", "DisplayValue", "WeakEtag")


def _is_write(nodes: list[FieldNode]) -> bool:
    return not nodes[0].name.value.startswith("__")


def _reference(value: object) -> re.Match[str] | None:
    return _REFERENCE.fullmatch(value) if isinstance(value, str) else None


def _chains(steps: list[Step]) -> Iterator[list[Step]]:
    """Steps that hang together by references, each chain in the order given."""
    order = {step.key: place for place, step in enumerate(steps)}
    chains: list[list[Step]] = []
    for step in steps:
        joined = [chain for chain in chains if any(each.key in step.needs for each in chain)]
        chains = [chain for chain in chains if chain not in joined]
        chains.append([each for chain in joined for each in chain] + [step])
    for chain in chains:
        yield sorted(chain, key=lambda each: order[each.key])
