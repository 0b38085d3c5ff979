"""What a client gets where the local org lacks something that acts on writes."""

from __future__ import annotations

import pytest

from tests.localorg.http.conftest import Served


@pytest.mark.shows("behaviour.sharing")
def test_who_may_read_an_object_reads_everybodys_rows(served: Served) -> None:
    served.admin.patch("sobjects/Organization/" + served.org.org_id, json={"DefaultAccountAccess": "None"})
    served.admin.insert("Account", {"Name": "the admin's"})
    assert served.integration.records("SELECT Name FROM Account") == [{"Name": "the admin's"}]


@pytest.mark.shows("behaviour.assignment")
@pytest.mark.parametrize("header", ["TRUE", "FALSE", "01Q000000000001AAA"])
def test_nothing_assigns_a_case_to_anybody(served: Served, header: str) -> None:
    made = served.admin.post("sobjects/Case", json={"Subject": "S"}, headers={"Sforce-Auto-Assign": header})
    assert made.status_code == 201
    admin = served.org.user("admin@local.example").id
    assert served.admin.records("SELECT OwnerId FROM Case") == [{"OwnerId": admin}]


@pytest.mark.shows("behaviour.duplicates")
def test_the_same_person_twice_is_two_contacts_unless_a_refusal_is_ordered(served: Served) -> None:
    person = {"LastName": "Same", "Email": "same@example.com"}
    headers = {"Sforce-Duplicate-Rule-Header": "allowSave=false"}
    answers = [served.admin.post("sobjects/Contact", json=person, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    message = "Use one of these records?"
    served.org.faults.order("refuse", object="Contact", code="DUPLICATES_DETECTED", message=message)
    assert served.admin.post("sobjects/Contact", json=person).json == [
        {"message": message, "errorCode": "DUPLICATES_DETECTED", "fields": []}
    ]
