"""Composite, batch and graph: several requests in one call."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from flask import Blueprint, Response

from localorg.errors import OrgError
from localorg.http.body import json_body, json_response, unexpected_json
from localorg.http.subrequests import Answer, Part, call, names_of, parts_of, references_in, refusal, run_all
from localorg.org import LocalOrg

MOST_REQUESTS = 25
MOST_COLLECTIONS = 5  # of a composite's requests: collections and queries
MOST_GRAPHS = 75
MOST_NODES = 500  # of all graphs
MOST_DEPTH = 15
MOST_KINDS = 15
_COLLECTION = re.compile(r"/services/data/v\d+\.0/(composite/sobjects|query|queryAll)\b")
_NODE = re.compile(r"/services/data/v\d+\.0/sobjects/(\w+)(?=[/?]|$)", re.ASCII)
_BATCH_HALTED = OrgError("BATCH_PROCESSING_HALTED", "Batch processing halted per request", status=412)


def blueprint(org: LocalOrg) -> Blueprint:
    """`/composite`, `/composite/batch` and `/composite/graph`."""
    pages = Blueprint("composite", __name__)

    @pages.post("/composite")
    def composite() -> Response:
        body = json_body()
        parts = parts_of(body, "compositeRequest")
        _flag(body, "collateSubrequests")  # they are never collated, which their answers do not show
        _check_count(len(parts), MOST_REQUESTS)
        if sum(1 for part in parts if _COLLECTION.match(str(part.get("url")))) > MOST_COLLECTIONS:
            message = f"The maximum number of collections and queries among the subrequests is {MOST_COLLECTIONS}"
            raise OrgError("LIMIT_EXCEEDED", message)
        return json_response(_composite_json(run_all(org, parts, all_or_none=_flag(body, "allOrNone"))))

    @pages.post("/composite/batch")
    def batch() -> Response:
        body = json_body()
        parts, halt = parts_of(body, "batchRequests"), _flag(body, "haltOnError")
        _check_count(len(parts), MOST_REQUESTS)
        answers: list[Answer] = []
        for part in parts:
            halted = halt and any(each.failed for each in answers)
            answers.append(refusal(_BATCH_HALTED) if halted else _of_batch(part, counted=bool(answers)))
        results = [{"statusCode": each.status, "result": each.body} for each in answers]
        return json_response({"hasErrors": any(each.failed for each in answers), "results": results})

    @pages.post("/composite/graph")
    def graph() -> Response:
        graphs = parts_of(json_body(), "graphs")
        nodes = {_graph_id(each): parts_of(each, "compositeRequest") for each in graphs}
        if len(nodes) < len(graphs):
            raise OrgError("INVALID_INPUT", "every graph needs a graphId of its own")
        if len(nodes) > MOST_GRAPHS or sum(map(len, nodes.values())) > MOST_NODES:
            raise OrgError(
                "LIMIT_EXCEEDED", f"at most {MOST_GRAPHS} graphs with {MOST_NODES} nodes in all are possible"
            )
        for parts in nodes.values():
            _check_graph(parts)
        answers = {name: run_all(org, parts, all_or_none=True) for name, parts in nodes.items()}
        return json_response({"graphs": [_graph_json(name, each) for name, each in answers.items()]})

    return pages


def _of_batch(part: Part, *, counted: bool) -> Answer:
    """Each subrequest is a call of the day's budget; the first is counted with the batch itself."""
    url = "/services/data/" + str(part.get("url")).removeprefix("/").removeprefix("services/data/")
    return call(part.get("method"), url, part.get("richInput"), counted=counted)


def _composite_json(answers: Mapping[str, Answer]) -> dict[str, object]:
    return {"compositeResponse": [answer.as_json(name) for name, answer in answers.items()]}


def _graph_json(name: str, answers: Mapping[str, Answer]) -> dict[str, object]:
    good = not any(answer.failed for answer in answers.values())
    return {"graphId": name, "graphResponse": _composite_json(answers), "isSuccessful": good}


def _flag(body: Part, name: str) -> bool:
    value = body.get(name)
    if value not in (None, True, False):
        raise unexpected_json("instance of boolean", value)
    return value is True


def _check_count(count: int, most: int) -> None:
    if count > most:
        raise OrgError("LIMIT_EXCEEDED", f"The maximum number of subrequests is {most}")


def _graph_id(graph: Part) -> str:
    name = graph.get("graphId")
    if not isinstance(name, str) or not name:
        raise OrgError("INVALID_INPUT", "every graph needs a graphId of its own")
    return name


def _check_graph(parts: Sequence[Part]) -> None:
    """Raise OrgError for nodes that are no rows, too many kinds of nodes, or too long a chain of references."""
    kinds: set[tuple[str, str]] = set()
    depth: dict[str, int] = {}
    for name, part in zip(names_of(parts), parts, strict=True):
        node = _NODE.match(str(part.get("url")))
        if node is None:
            raise OrgError("INVALID_INPUT", f"a graph takes sObject rows only, not {str(part.get('url'))[:200]}")
        kinds.add((str(part.get("method")).upper(), node[1]))
        before = [depth.get(each, 0) for each in references_in([part.get("url"), part.get("body")])]
        depth[name] = 1 + max(before, default=0)
    if len(kinds) > MOST_KINDS or max(depth.values(), default=0) > MOST_DEPTH:
        message = f"a graph has at most {MOST_KINDS} kinds of nodes and is at most {MOST_DEPTH} nodes deep"
        raise OrgError("LIMIT_EXCEEDED", message)
