"""Every address of the org, asked in every wrong way: a refusal as Salesforce makes it, and nothing changed."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.localorg.http.conftest import BASE, Served

WRITES = ("POST", "PATCH", "PUT", "DELETE")
METHODS = ("GET", *WRITES)
NOWHERE = "001Lo0zzzzzzzzzAAA"
# What stands in the place of a part of an address.
PARTS = (
    "Foo",
    NOWHERE,
    "001Lo0zzzzzzzzzAAB",
    "003Lo0zzzzzzzzz",
    "001",
    "-1",
    "%00",
    "%FF%FE",
    "ä€😀",
    "x" * 300,
    "..",
    "'\"<b>;--",
    "%5B%7B",
    "%0D%0AX-Y:%20z",
)
JSON = "application/json"
BODIES: tuple[tuple[bytes, str], ...] = (
    (b"", JSON),
    (b"   ", JSON),
    (b"{", JSON),
    (b"[]", JSON),
    (b"null", JSON),
    (b'"text"', JSON),
    (b"1e999", JSON),
    (b'{"a": NaN}', JSON),
    (b'{"a": 1' + b"0" * 5000 + b"}", JSON),
    (b'{"Name": "\\ud800"}', JSON),
    (b'{"Name": "\\u0000"}', JSON),
    (b"\xff\xfe\x00", JSON),
    (b"\xef\xbb\xbf{}", JSON),
    (b"[" * 100_000, JSON),
    (b'{"a":' * 500 + b"1" + b"}" * 500, JSON),
    (b'{"records": ' + b"[" * 400 + b"]" * 400 + b"}", JSON),
    (json.dumps({"x" * 40_000: "y" * 200_000}).encode(), JSON),
    (b"<a><b></a>", "application/xml"),
    (b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "text/xml"),
    (b'Id,Name\n"', "text/csv"),
    (b"a=b&grant_type=%FF&token=%00", "application/x-www-form-urlencoded"),
    (b'--x\r\nContent-Disposition: form-data; name="json"\r\n\r\n{\r\n', "multipart/form-data; boundary=x"),
    (b"--x", "multipart/form-data"),
    (b"\x00\x01", "application/zip"),
    (b"{}", "application/json; charset=nonsense"),
    (b"{}", "\xff/\xfe"),
)
QUERIES = (
    "q=%00",
    "q=SELECT",
    "q=" + "(" * 900,
    "q=SELECT+Id+FROM+Account+WHERE+Name%3D'%FF%ED%A0%80'",
    "ids=%00,,,&fields=%FF",
    "fields=..,Id.,.Id,%00,Owner.Owner.Owner.Owner.Owner.Owner.Id",
    "start=0001-01-01T00:00:00%2B23:59&end=9999-12-31T23:59:59-23:59",
    "_HttpMethod=BREW",
    "_HttpMethod=PATCH",
    "limit=99999999999999999999&pageSize=-1&maxRecords=%EF%BC%91&locator=%00&sObjects=%00,Foo&version=%7Bx%7D",
    "&&==&%",
)
HEADERS: tuple[dict[str, str], ...] = (
    {"Authorization": ""},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer \xff\xfe"},
    {"Authorization": "Basic \xff"},
    {"Authorization": "Bearer 00D!" + "x" * 5000},
    {"Content-Encoding": "gzip"},
    {"Content-Encoding": "br"},
    {"If-Modified-Since": "soon", "If-Unmodified-Since": "Mon, 99 Foo 2026 99:99:99 GMT"},
    {"If-Unmodified-Since": "Mon, 01 Jan 0001 00:00:00 -0000", "If-Match": '"'},
    {"If-Modified-Since": "Fri, 31 Dec 9999 23:59:59 -9959"},
    {"Sforce-Query-Options": "batchSize=\xb2", "Sforce-Mru": "\xff", "Sforce-Call-Options": "client=,=,"},
    {"Range": "bytes=-", "Accept": "\xff", "Accept-Encoding": "*;q=x"},
    {"Content-Length": "0"},
    {"Cookie": "sid=\xff; sid"},
    {"Host": "["},
)


VARIABLE = re.compile(r"<(?:[^<>]*:)?(\w+)>")


def problem(answer: TestResponse, method: str) -> str | None:
    """What is wrong with an answer, None for a good one."""
    text = answer.get_data(as_text=True)
    if "Traceback" in text or 'File "/' in text:
        return "a stack trace"
    if answer.status_code < 400:
        return None
    if answer.status_code >= 500:
        return None if "Fault>" in text and answer.mimetype == "text/xml" else "not a refusal"
    if method == "HEAD" or answer.mimetype in ("text/html", "text/xml") or text == "Bad_OAuth_Token":
        return None
    return None if _is_error(answer.get_json(silent=True)) else "no Salesforce error"


def _is_error(found: Any) -> bool:
    if isinstance(found, list):  # the data API's array
        return bool(found) and all(isinstance(each.get("errorCode"), str) and each["message"] for each in found)
    if not isinstance(found, dict):
        return False
    oauth = {"error", "error_description"} <= found.keys()
    rows = found.get("hasErrors") is True
    return oauth or rows or "errors" in found or ("output" in found and "message" in found)


def rows(served: Served) -> object:
    """Everything a refused request must not change."""
    with served.org.database.reader() as connection:
        return [
            connection.execute(f'SELECT * FROM "{name}"').fetchall()
            for name in ("Account", "Contact", "Opportunity", "Task", "Sidecar_Plan__c", "User", "Organization")
        ]


def addresses(rule: Rule, good: Mapping[str, str]) -> list[str]:
    """The rule's address as it should be, then with each of the parts in the place of each variable."""
    names = VARIABLE.findall(rule.rule.replace("<version>", "v66.0"))
    values = {name: good.get(name, "Account") for name in names}
    wrong = ({**values, name: part} for name in names for part in PARTS)
    return [
        VARIABLE.sub(lambda match: each[match[1]], rule.rule.replace("<version>", "v66.0"))  # noqa: B023 - used at once
        for each in (values, *wrong)
    ]


def requests_of(rule: Rule, good: Mapping[str, str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(method, path, options) of every wrong way to ask one address."""
    own = sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})
    paths = addresses(rule, good)
    for method in own:
        yield from ((method, path, {}) for path in paths)
        yield from ((method, f"{paths[0]}?{query}", {}) for query in QUERIES if method == own[0])
        yield from ((method, paths[0], {"headers": headers}) for headers in HEADERS)
        yield from (
            (method, paths[0], {"data": data, "content_type": kind}) for data, kind in BODIES if method != "GET"
        )
    yield from ((method, paths[0], {}) for method in METHODS if method not in own)


def right_parts(served: Served) -> dict[str, str]:
    """Parts of addresses that lead to something."""
    account = served.admin.insert("Account", {"Name": "untouched"})[0]
    spec = {"object": "Account", "operation": "insert"}
    job = served.admin.post("jobs/ingest", json=spec).json
    assert job is not None
    ids = dict.fromkeys(("record_id", "parent_id", "ids", "value"), account)
    texts = {
        "key": "Id",
        "list_id": "Contacts",
        "list_ids": "Contacts",
        "field": "Industry",
        "view_name": "AllAccounts",
    }
    return ids | texts | {"job_id": job["id"], "kind": "results", "record_type": "012000000000000AAA", "filename": "x"}


def restore(served: Served) -> None:
    """Let there be again what a request in order has deleted."""
    with served.org.database.writer() as connection:
        connection.execute('UPDATE "Account" SET "IsDeleted" = 0')


@pytest.mark.shows("rest.malformed", "login.malformed")
def test_no_address_breaks_or_changes_anything_when_it_is_asked_wrongly(served: Served) -> None:
    good = right_parts(served)
    found: list[str] = []
    before = rows(served)
    for rule in served.app.url_map.iter_rules():
        if rule.rule.endswith("/"):  # the same resource again
            continue
        for method, path, options in requests_of(rule, good):
            answer = served.admin.call(method, path, **options)
            served.services.faults.clear()
            wrong = problem(answer, method)
            if method in WRITES:
                after = rows(served)
                if after != before and answer.status_code >= 400:
                    wrong = "refused, but something was written"
                if after != before:
                    restore(served)
                    before = rows(served)
            if wrong:
                shown = {key: value if key == "headers" else value[:30] for key, value in options.items()}
                found.append(f"{method} {path[:90]} {shown}: {answer.status_code} {wrong}: {answer.text[:120]}")
    assert not found, f"{len(found)}\n" + "\n".join(found[:40])


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from((NOWHERE, "Account")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
KEYS = st.sampled_from(
    (
        *("records", "allOrNone", "attributes", "type", "referenceId", "Id", "id", "Name", "OwnerId", "Owner"),
        *(
            "compositeRequest",
            "method",
            "url",
            "body",
            "batchRequests",
            "richInput",
            "graphs",
            "graphId",
            "ids",
            "fields",
        ),
        *("object", "operation", "query", "apiName", "variables", "Contacts", "AnnualRevenue", "CreatedDate"),
    )
)
WORDS = st.sampled_from(
    (
        "Account",
        "insert",
        "GET",
        "POST",
        f"{BASE}/sobjects/Account",
        f"{BASE}/limits",
        "@{a.id}",
        "@{a[0].b}",
        "a",
        NOWHERE,
    )
)
DOCUMENTS = st.dictionaries(
    KEYS,
    VALUES
    | WORDS
    | st.lists(
        st.dictionaries(KEYS, WORDS | VALUES | st.dictionaries(KEYS, WORDS, max_size=3), max_size=5), max_size=3
    ),
    max_size=4,
)
TAKERS = (
    *(("POST", "sobjects/Account"), ("PATCH", f"sobjects/Account/{NOWHERE}"), ("POST", "composite/sobjects")),
    *(("PATCH", "composite/sobjects"), ("PATCH", "composite/sobjects/Account/Id"), ("POST", "composite")),
    *(("POST", "composite/batch"), ("POST", "composite/graph"), ("POST", "composite/tree/Account")),
    *(("POST", "composite/sobjects/Account"), ("POST", "graphql"), ("POST", "ui-api/records")),
    *(("POST", "jobs/query"), ("POST", "jobs/ingest"), ("PATCH", f"ui-api/records/{NOWHERE}")),
)


@pytest.mark.shows("rest.malformed")
@settings(max_examples=150)
@given(taker=st.sampled_from(TAKERS), document=DOCUMENTS, packed=st.booleans())
def test_any_json_is_answered_and_a_refused_one_changes_nothing(
    shared: Served, taker: tuple[str, str], document: dict[str, object], packed: bool
) -> None:
    method, path = taker
    text = json.dumps(document).encode()
    headers = {"Content-Encoding": "gzip"} if packed else {}
    before = rows(shared)
    data = gzip.compress(text) if packed else text
    answer = shared.admin.call(method, path, data=data, content_type=JSON, headers=headers)
    assert problem(answer, method) is None, answer.text
    assert answer.status_code < 400 or rows(shared) == before
