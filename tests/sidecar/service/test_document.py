"""The API keeps to its OpenAPI document, for whatever may be sent to it."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from sidecar.service.operations import slot
from tests.sidecar.service.conftest import KEY, Desk

ROW = {"name": "Acme", "field": "Sidecar_Health__c", "old": "50.0", "new": "62.0"}
EXAMPLES = settings(
    max_examples=3,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def operations(desk: Desk) -> list[APIOperation]:
    """Every operation of the document, on a service that has something to tell."""
    load_all_checks()
    desk.wrote("r1", "Sidecar_Health__c", "50", "62")
    desk.shows(ROW)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", desk.app, headers=dict(KEY))
    return [found.ok() for found in schema.get_all_operations()]


def checked(desk: Desk, case: Case) -> None:
    """Send it, and hold the answer against the document; who is let in is tested elsewhere."""
    if desk.tasks.operations.last is not None:
        desk.tasks.operations.end(slot.DONE, "")
    case.call_and_validate(headers=dict(KEY), excluded_checks=[CHECKS.get_one("ignored_auth")])


def test_answers_to_sound_requests_are_as_documented(desk: Desk, operations: list[APIOperation]) -> None:
    seen = set()
    for operation in operations:

        @EXAMPLES
        @given(case=operation.as_strategy())
        def check(case: Case) -> None:
            seen.add(case.operation.label)
            checked(desk, case)

        check()
    assert len(seen) == len(operations) > 0


def test_answers_to_unsound_requests_are_as_documented(desk: Desk, operations: list[APIOperation]) -> None:
    with_body = [operation for operation in operations if operation.body]
    for operation in with_body:

        @EXAMPLES
        @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
        def check(case: Case) -> None:
            checked(desk, case)

        check()
    assert len(with_body) == 2
