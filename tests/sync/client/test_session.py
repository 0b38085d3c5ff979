"""Retries, renewal and counting at the wire."""

import threading

import pytest
import requests
import responses
from urllib3.exceptions import MaxRetryError, NewConnectionError

from sync import (
    ConfigurationError,
    Org,
    OrgUnavailable,
    OutcomeUnknown,
    RequestLimitReached,
    RequestRefused,
    UnexpectedAnswer,
    Usage,
)
from sync.client.retry import BackOff

ROOT = "https://org.example/services/data/v66.0"
ENDED = [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
LOCKED = [{"message": "unable to obtain exclusive access", "errorCode": "UNABLE_TO_LOCK_ROW"}]


def limit(text: str) -> list[dict[str, str]]:
    return [{"message": text, "errorCode": "REQUEST_LIMIT_EXCEEDED"}]


def renewals(wire: responses.RequestsMock) -> int:
    return sum("oauth2/token" in call.request.url for call in wire.calls) - 1


def test_every_call_is_counted_and_the_orgs_own_count_is_read(org: Org, wire: responses.RequestsMock) -> None:
    wire.get(f"{ROOT}/limits", json={}, headers={"Sforce-Limit-Info": "api-usage=14/15000"})
    assert org.usage is None
    org.json("GET", "/limits")
    assert (org.calls, org.usage) == (1, Usage(14, 15000))


def test_simple_salesforce_works_on_the_same_session(org: Org, script) -> None:
    script.on_query(lambda soql: script.page({"Id": "001"}))
    assert org.salesforce.query("SELECT Id FROM Account")["records"][0]["Id"] == "001"
    assert org.calls == 1


def test_an_ended_session_is_renewed_once_and_the_call_repeated(org: Org, wire: responses.RequestsMock) -> None:
    wire.get(f"{ROOT}/limits", status=401, json=ENDED)
    wire.get(f"{ROOT}/limits", json={"ok": 1})
    fresh = {"access_token": "00D000000000001!second", "instance_url": "https://org.example"}
    wire.upsert(responses.POST, "https://login.example/services/oauth2/token", json=fresh)
    assert org.json("GET", "/limits") == {"ok": 1}
    assert wire.calls[-1].request.headers["Authorization"] == "Bearer 00D000000000001!second"
    assert renewals(wire) == 1


def test_a_session_refused_twice_is_a_matter_of_settings(org: Org, wire: responses.RequestsMock) -> None:
    wire.get(f"{ROOT}/limits", status=401, json=ENDED)
    with pytest.raises(ConfigurationError, match="just given"):
        org.json("GET", "/limits")
    assert renewals(wire) == 1


def test_a_session_without_the_api_scope_is_not_renewed(org: Org, wire: responses.RequestsMock) -> None:
    message = "This session is not valid for use with the REST API"
    wire.get(f"{ROOT}/limits", status=401, json=[{"message": message, "errorCode": "INVALID_SESSION_ID"}])
    with pytest.raises(ConfigurationError, match=r"not valid for use.*Remedy: check that the app's scopes"):
        org.json("GET", "/limits")
    assert renewals(wire) == 0


def test_threads_that_see_the_same_session_end_renew_it_once(local) -> None:
    with Org.connect(local.settings()) as org:
        first = org.session.token
        local.faults.order("session_end")
        results: list[object] = []
        threads = [threading.Thread(target=lambda: results.append(org.json("GET", "/limits"))) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(results) == 6
        assert org.session.token is not first


@pytest.mark.parametrize(
    ("status", "body"),
    [(503, "[]"), (502, "<html>Bad Gateway</html>"), (500, "oops"), (504, ""), (429, "")],
)
def test_a_passing_failure_is_waited_out(
    org: Org, wire: responses.RequestsMock, waits: list[float], status: int, body: str
) -> None:
    wire.get(f"{ROOT}/limits", status=status, body=body)
    wire.get(f"{ROOT}/limits", json={"ok": 1})
    assert org.json("GET", "/limits") == {"ok": 1}
    assert len(waits) == 1


def test_a_failure_that_does_not_pass_ends_with_its_last_answer(
    org: Org, wire: responses.RequestsMock, waits: list[float]
) -> None:
    wire.get(f"{ROOT}/limits", status=502, body="<html>Bad   Gateway</html>")
    with pytest.raises(OrgUnavailable, match=r"502 .*Bad Gateway"):
        org.json("GET", "/limits")
    assert org.calls == org.session.back_off.attempts
    assert len(waits) == org.session.back_off.attempts - 1


def test_waits_double_up_to_a_cap_and_are_spread() -> None:
    waits = list(BackOff(first_seconds=1.0, cap_seconds=5.0, attempts=6).waits())
    for wait, full in zip(waits, [1.0, 2.0, 4.0, 5.0, 5.0], strict=True):
        assert full / 2 <= wait <= full


@pytest.mark.parametrize(
    "error", [requests.exceptions.ReadTimeout("slow"), requests.exceptions.ConnectionError("reset")]
)
def test_a_post_without_an_answer_is_not_repeated(org: Org, wire: responses.RequestsMock, error: Exception) -> None:
    wire.post(f"{ROOT}/sobjects/Account", body=error)
    with pytest.raises(OutcomeUnknown):
        org.json("POST", "/sobjects/Account", json={"Name": "A"})
    assert org.calls == 1


def test_a_post_is_repeated_when_it_never_left_or_when_that_is_harmless(org: Org, wire: responses.RequestsMock) -> None:
    refused = requests.exceptions.ConnectionError(MaxRetryError(None, "/", NewConnectionError(None, "refused")))
    wire.post(f"{ROOT}/sobjects/Account", body=refused)
    wire.post(f"{ROOT}/sobjects/Account", json={"id": "001"})
    assert org.json("POST", "/sobjects/Account", json={"Name": "A"}) == {"id": "001"}
    wire.post(f"{ROOT}/jobs/query", status=503)
    wire.post(f"{ROOT}/jobs/query", json={"id": "750"})
    assert org.json("POST", "/jobs/query", json={}, repeatable=True) == {"id": "750"}


def test_a_lock_is_waited_for_even_by_a_post(org: Org, wire: responses.RequestsMock, waits: list[float]) -> None:
    wire.post(f"{ROOT}/sobjects/Account", status=400, json=LOCKED)
    wire.post(f"{ROOT}/sobjects/Account", json={"id": "001"})
    assert org.json("POST", "/sobjects/Account", json={}) == {"id": "001"}
    assert len(waits) == 1


def test_the_days_limit_stops_at_once_and_the_concurrency_limit_waits(
    org: Org, wire: responses.RequestsMock, waits: list[float]
) -> None:
    wire.get(f"{ROOT}/limits", status=403, json=limit("ConcurrentPerOrgLongTxn Limit exceeded."))
    wire.get(f"{ROOT}/limits", status=403, json=limit("TotalRequests Limit exceeded."))
    with pytest.raises(RequestLimitReached):
        org.json("GET", "/limits")
    assert (org.calls, len(waits)) == (2, 1)


def test_a_refusal_keeps_status_code_fields_and_message(org: Org, wire: responses.RequestsMock) -> None:
    error = {"message": "No such column", "errorCode": "INVALID_FIELD", "fields": ["Foo__c"]}
    wire.get(f"{ROOT}/query", status=400, json=[error])
    with pytest.raises(RequestRefused) as caught:
        org.json("GET", "/query?q=SELECT+secret")
    assert (caught.value.status, caught.value.code, caught.value.fields) == (400, "INVALID_FIELD", ("Foo__c",))
    assert "secret" not in str(caught.value)


def test_an_answer_that_is_no_json_is_unexpected(org: Org, wire: responses.RequestsMock) -> None:
    wire.get(f"{ROOT}/limits", body="<html>maintenance</html>")
    with pytest.raises(UnexpectedAnswer):
        org.json("GET", "/limits")


def test_the_token_goes_to_the_org_only(org: Org, wire: responses.RequestsMock) -> None:
    wire.get("https://elsewhere.example/x", json={})
    org.session.get("https://elsewhere.example/x")
    assert "Authorization" not in wire.calls[-1].request.headers


def test_plain_http_to_another_machine_is_refused_even_below_the_settings(org: Org) -> None:
    with pytest.raises(ConfigurationError, match="plain http"):
        org.session.get("http://org.example/services/data")


def test_an_unknown_version_is_told_with_those_that_the_org_serves(org: Org, wire: responses.RequestsMock) -> None:
    wire.get("https://org.example/services/data", json=[{"version": "62.0"}, {"version": "63.0"}])
    with pytest.raises(ConfigurationError, match=r"66\.0.*62\.0, 63\.0"):
        org.check_version()


@pytest.mark.parametrize("kind", ["bytes_short", "not_packed"])
def test_an_answer_that_breaks_off_is_asked_for_again(
    org: Org, wire: responses.RequestsMock, waits: list[float], kind: str
) -> None:
    broken = {
        "bytes_short": requests.exceptions.ChunkedEncodingError("Connection broken"),
        "not_packed": requests.exceptions.ContentDecodingError("no gzip"),
    }
    wire.get(f"{ROOT}/limits", body=broken[kind])
    wire.get(f"{ROOT}/limits", json={"ok": 1})
    assert org.json("GET", "/limits") == {"ok": 1}
    assert len(waits) == 1
