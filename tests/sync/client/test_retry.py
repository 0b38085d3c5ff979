"""The retry table, line by line against the list of statuses and codes that Salesforce documents."""

import pytest
import responses

from sync import Org, OrgUnavailable, RequestRefused
from sync.client.retry import decide, decide_job, decide_row
from sync.client.retry_rules import OTHERWISE, ROW_OTHERWISE, RULES, Action

NOW, LATER, RENEW = Action.RETRY_NOW, Action.RETRY_LATER, Action.RENEW_SESSION
ROW, OBJECT, RUN = Action.REFUSE_ROW, Action.STOP_OBJECT, Action.STOP_RUN

STATUSES = {
    200: Action.ACCEPT, 201: Action.ACCEPT, 204: Action.ACCEPT, 304: Action.ACCEPT, 300: ROW,
    400: OBJECT, 401: RENEW, 403: OBJECT, 404: OBJECT, 405: OBJECT, 409: OBJECT, 410: RUN, 412: LATER, 414: OBJECT,
    415: OBJECT, 420: NOW, 428: OBJECT, 429: NOW, 431: OBJECT, 500: NOW, 502: NOW, 503: NOW, 504: NOW,
}  # fmt: skip

REST_CODES = {
    "INVALID_SESSION_ID": (401, RENEW),
    "MALFORMED_QUERY": (400, OBJECT),
    "INVALID_FIELD": (400, OBJECT),
    "INVALID_TYPE": (400, OBJECT),
    "INVALID_QUERY_FILTER_OPERATOR": (400, OBJECT),
    "INVALID_QUERY_LOCATOR": (400, OBJECT),
    "NOT_FOUND": (404, OBJECT),
    "MALFORMED_ID": (400, ROW),
    "ENTITY_IS_DELETED": (404, ROW),
    "INVALID_CROSS_REFERENCE_KEY": (404, ROW),
    "REQUIRED_FIELD_MISSING": (400, ROW),
    "STRING_TOO_LONG": (400, ROW),
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": (400, ROW),
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": (400, ROW),
    "FIELD_INTEGRITY_EXCEPTION": (400, ROW),
    "FIELD_FILTER_VALIDATION_EXCEPTION": (400, ROW),
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": (400, ROW),
    "CANNOT_EXECUTE_FLOW_TRIGGER": (400, ROW),
    "ENTITY_IS_LOCKED": (400, ROW),
    "INSUFFICIENT_ACCESS_OR_READONLY": (403, ROW),
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": (400, ROW),
    "INVALID_FIELD_FOR_INSERT_UPDATE": (400, OBJECT),
    "NUMBER_OUTSIDE_VALID_RANGE": (400, ROW),
    "INVALID_TYPE_ON_FIELD_IN_RECORD": (400, ROW),
    "INVALID_EMAIL_ADDRESS": (400, ROW),
    "DUPLICATE_VALUE": (400, ROW),
    "DUPLICATES_DETECTED": (400, ROW),
    "DELETE_FAILED": (400, ROW),
    "UNABLE_TO_LOCK_ROW": (400, NOW),
    "STORAGE_LIMIT_EXCEEDED": (403, OBJECT),
    "ALL_OR_NONE_OPERATION_ROLLED_BACK": (400, LATER),
    "PROCESSING_HALTED": (400, LATER),
    "BATCH_PROCESSING_HALTED": (412, LATER),
    "PRECONDITION_FAILED": (412, LATER),
    "EXCEEDED_ID_LIMIT": (400, OBJECT),
    "REQUEST_LIMIT_EXCEEDED": (403, RUN),
    "API_DISABLED_FOR_ORG": (403, RUN),
    "API_CURRENTLY_DISABLED": (403, RUN),
    "JSON_PARSER_ERROR": (400, OBJECT),
    "METHOD_NOT_ALLOWED": (405, OBJECT),
    "UNSUPPORTED_MEDIA_TYPE": (415, OBJECT),
    "INVALID_REPLICATION_DATE": (400, OBJECT),
    "UNKNOWN_EXCEPTION": (500, NOW),
    "SERVER_UNAVAILABLE": (503, NOW),
    "QUERY_TIMEOUT": (400, NOW),
    "QUERY_TOO_COMPLICATED": (400, OBJECT),
    "OPERATION_TOO_LARGE": (400, OBJECT),
    "FUNCTIONALITY_NOT_ENABLED": (400, OBJECT),
}
JOB_CODES = {
    "ClientInputError": OBJECT,
    "ExceededQuota": LATER,
    "FeatureNotEnabled": OBJECT,
    "InvalidBatch": OBJECT,
    "InvalidEntity": OBJECT,
    "InvalidJob": OBJECT,
    "InvalidJobState": OBJECT,
    "InvalidOperation": OBJECT,
    "InvalidSessionId": RENEW,
    "InvalidUrl": OBJECT,
    "InvalidUser": OBJECT,
    "InvalidXML": OBJECT,
    "MethodNotAllowed": OBJECT,
    "NotFound": OBJECT,
    "Timeout": LATER,
    "TooManyLockFailure": LATER,
    "Unknown": LATER,
    "API_ERROR": OBJECT,
}
LOGIN_CODES = {
    "invalid_grant": RUN,
    "invalid_app_access": RUN,
    "invalid_client_id": RUN,
    "invalid_client": RUN,
    "unsupported_grant_type": RUN,
    "invalid_request": RUN,
    "inactive_user": RUN,
    "inactive_org": RUN,
    "rate_limit_exceeded": LATER,
}


@pytest.mark.parametrize(("status", "action"), STATUSES.items())
def test_every_documented_status_has_its_line(status: int, action: Action) -> None:
    assert decide(status).action is action
    assert status < 300 or any(rule.status == status for rule in RULES)


@pytest.mark.parametrize("code", REST_CODES)
def test_every_documented_code_has_its_line(code: str) -> None:
    status, action = REST_CODES[code]
    assert decide(status, code, "some words").action is action
    assert decide_row(code) is not ROW_OTHERWISE, "the default is no line"


@pytest.mark.parametrize("code", JOB_CODES)
def test_every_error_of_a_job_has_its_line_in_both_spellings(code: str) -> None:
    assert decide_job(f"{code} : Field name not found : foo").action is JOB_CODES[code]
    assert decide(400, code.upper()).action is JOB_CODES[code]
    assert decide_job(f"{code} : x") is not OTHERWISE


@pytest.mark.parametrize("code", LOGIN_CODES)
def test_every_refusal_of_a_login_has_its_line(code: str) -> None:
    assert decide(400, code).action is LOGIN_CODES[code]


@pytest.mark.parametrize(
    ("status", "code", "text", "action"),
    [
        (403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded.", NOW),
        (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", RUN),
        (401, "INVALID_SESSION_ID", "This session is not valid for use with the REST API", RUN),
        (401, "INVALID_SESSION_ID", "Connected app is not attached to Agent", RUN),
        (403, "", "Bad_OAuth_Token", RENEW),
    ],
)
def test_the_message_decides_where_a_code_means_two_things(status: int, code: str, text: str, action: Action) -> None:
    assert decide(status, code, text).action is action


def test_what_no_line_knows_has_a_stated_default() -> None:
    assert decide(418, "TEAPOT").action is OBJECT
    assert decide_row("BRAND_NEW_CODE").action is ROW
    assert decide_row(None).action is ROW
    assert decide_job("something went wrong").action is OBJECT


def test_only_what_the_org_surely_did_not_do_is_repeated_blindly() -> None:
    uncertain = {rule.code or rule.status for rule in RULES if rule.uncertain}
    assert uncertain == {"SERVERUNAVAILABLE", "UNKNOWNEXCEPTION", "QUERYTIMEOUT", 500, 502, 503, 504}


def test_every_stop_says_what_a_person_does() -> None:
    silent = [rule for rule in RULES if rule.action in (OBJECT, RUN) and not rule.remedy]
    assert {rule.code for rule in silent} == {name.replace("_", "").upper() for name in LOGIN_CODES} - {
        "RATELIMITEXCEEDED"
    }, "logins have remedies of their own"


def test_a_query_that_timed_out_is_tried_once_more_and_then_handed_on(
    org: Org, wire: responses.RequestsMock, waits: list[float]
) -> None:
    body = [{"errorCode": "QUERY_TIMEOUT", "message": "Your query request was running for too long."}]
    wire.get("https://org.example/services/data/v66.0/query", status=400, json=body)
    with pytest.raises(RequestRefused, match="QUERY_TIMEOUT"):
        org.json("GET", "/query?q=x")
    assert (org.calls, len(waits)) == (2, 1)


def test_an_exception_of_the_org_that_lasts_puts_the_run_off(org: Org, wire: responses.RequestsMock) -> None:
    body = [{"errorCode": "UNKNOWN_EXCEPTION", "message": "ErrorId 1-2 (-3)"}]
    wire.get("https://org.example/services/data/v66.0/limits", status=500, json=body)
    with pytest.raises(OrgUnavailable, match="UNKNOWN_EXCEPTION"):
        org.json("GET", "/limits")
