"""Deployments by REST: what is answered, and what then is in the org."""

from __future__ import annotations

import shutil
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from localorg.http.settings import Settings
from tests.localorg.metadata.sent import field, manifest, object_file, zipped

from .conftest import Served, close, error_of, serve
from .deploying import BROKEN, GOOD, deploy, ended, failures, post


@pytest.fixture
def idle(tmp_path: Path, org_file: Path) -> Any:
    """A served org that does no deployment until it is told to."""
    shutil.copy(org_file, tmp_path / "org.sqlite")
    made = serve(tmp_path, Settings(worker=False))
    yield made
    close(made)


@pytest.mark.shows("deploy.rest", "deploy.live")
@pytest.mark.parametrize("part", ["json", "entity_content"])
def test_a_deployment_is_live_at_once(served: Served, part: str) -> None:
    answer = post(served.admin, part=part)
    assert answer.status_code == 201
    assert answer.json is not None
    assert answer.json["id"].startswith("0Af")
    assert answer.json["deployResult"]["status"] == "Pending"
    assert answer.json["deployOptions"]["singlePackage"] is True
    result = ended(served.admin, answer.json["id"])
    assert (result["status"], result["success"], result["numberComponentErrors"]) == ("Succeeded", True, 0)
    assert (result["numberComponentsDeployed"], result["numberComponentsTotal"]) == (3, 3)
    described = served.admin.get("sobjects/Account/describe").json
    assert described is not None
    assert "Fresh__c" in [each["name"] for each in described["fields"]]
    (account,) = served.admin.insert("Account", {"Name": "A", "Fresh__c": "2026-01-02"})
    assert served.admin.records("SELECT Fresh__c FROM Account") == [{"Fresh__c": "2026-01-02"}]
    refused = served.admin.patch(f"sobjects/Account/{account}", json={"Fresh__c": "1999-01-01"})
    assert error_of(refused) == ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Too old")


@pytest.mark.shows("deploy.live")
def test_a_deployed_permission_set_opens_its_field_to_those_who_have_it(served: Served) -> None:
    deploy(served.admin)
    query = "SELECT Fresh__c FROM Account"
    assert served.integration.refused(query)[0] == "INVALID_FIELD"
    (permission_set,) = served.admin.records("SELECT Id FROM PermissionSet WHERE Name = 'Fresh'")
    user = served.org.user("integration@local.example").id
    served.admin.insert("PermissionSetAssignment", {"AssigneeId": user, "PermissionSetId": permission_set["Id"]})
    assert served.integration.records(query) == []


@pytest.mark.shows("deploy.results")
def test_messages_tell_what_was_created_and_what_changed(served: Served) -> None:
    first, again = deploy(served.admin), deploy(served.admin)
    for result, made in ((first, True), (again, False)):
        messages = {each["fullName"]: each for each in result["details"]["componentSuccesses"]}
        assert messages.keys() == {"package.xml", "Account.Fresh__c", "Account.Not_Old", "Fresh"}
        message = messages["Account.Fresh__c"]
        assert (message["created"], message["changed"], message["success"]) == (made, made, True)
        assert (message["componentType"], message["fileName"]) == ("CustomField", "objects/Account.object")
        assert message["id"].startswith("00N")


@pytest.mark.shows("deploy.rollback", "deploy.results")
def test_one_mistake_keeps_everything_out(served: Served) -> None:
    result = deploy(served.admin, BROKEN)
    assert (result["status"], result["success"], result["done"]) == ("Failed", False, True)
    assert failures(result) == [("Account.Bad__c", "Must specify 'length' for a CustomField of type Text")]
    (failure,) = result["details"]["componentFailures"]
    assert (failure["problemType"], failure["lineNumber"], failure["columnNumber"]) == ("Error", 4, 9)
    assert "Good__c" not in served.org.schema.objects["Account"].fields


@pytest.mark.shows("deploy.rollback")
def test_without_rollback_what_is_sound_goes_in(served: Served) -> None:
    result = deploy(served.admin, BROKEN, rollbackOnError=False)
    assert result["status"] == "SucceededPartial"
    assert [name for name, _ in failures(result)] == ["Account.Bad__c"]
    fields = served.org.schema.objects["Account"].fields
    assert "Good__c" in fields
    assert "Bad__c" not in fields


@pytest.mark.shows("deploy.manifest", "deploy.results")
@pytest.mark.parametrize("ignored", [True, False])
def test_a_missing_file_is_a_warning_where_files_may_be_missing(served: Served, ignored: bool) -> None:
    files = {
        "package.xml": manifest({"CustomField": ["Account.Here__c", "Account.Gone__c"]}),
        "objects/Account.object": object_file(field("Here__c", "Date")),
    }
    result = deploy(served.admin, zipped(files), allowMissingFiles=True, ignoreWarnings=ignored)
    told = "componentSuccesses" if ignored else "componentFailures"
    (warning,) = [each for each in result["details"][told] if each["problemType"] == "Warning"]
    assert (warning["fullName"], warning["fileName"], warning["success"]) == ("Account.Gone__c", "package.xml", ignored)
    assert (result["status"], result["success"]) == (("Succeeded", True) if ignored else ("Failed", False))
    assert ("Here__c" in served.org.schema.objects["Account"].fields) is ignored


@pytest.mark.shows("deploy.check_only")
def test_a_validation_changes_nothing_and_can_be_deployed_later(served: Served) -> None:
    before = served.org.schema.objects["Account"]
    checked = deploy(served.admin, checkOnly=True)
    assert (checked["status"], checked["checkOnly"], checked["numberComponentsDeployed"]) == ("Succeeded", True, 3)
    assert served.org.schema.objects["Account"] == before
    body = {"validatedDeployRequestId": checked["id"]}
    answer = served.admin.post("metadata/deployRequest", json=body)
    assert answer.status_code == 201
    assert answer.json is not None
    assert answer.json["validatedDeployRequestId"] == checked["id"]
    assert ended(served.admin, answer.json["id"])["status"] == "Succeeded"
    assert "Fresh__c" in served.org.schema.objects["Account"].fields


@pytest.mark.shows("deploy.check_only")
def test_only_a_fresh_and_successful_validation_can_be_deployed(served: Served) -> None:
    def again(validated: str) -> Any:
        return served.admin.post("metadata/deployRequest", json={"validatedDeployRequestId": validated})

    assert error_of(again("0Af000000000001AAA"), 404)[0] == "NOT_FOUND"
    failed, done = deploy(served.admin, BROKEN, checkOnly=True), deploy(served.admin)
    for result in (failed, done):
        assert "is not the id of a successful validation" in error_of(again(result["id"]))[1]
    checked = deploy(served.admin, checkOnly=True)
    served.org.clock.advance(timedelta(days=11))
    assert "older than 10 days" in error_of(again(checked["id"]))[1]


@pytest.mark.shows("deploy.cancel")
def test_a_waiting_deployment_can_be_canceled(idle: Served) -> None:
    answer = post(idle.admin).json
    assert answer is not None
    path = f"metadata/deployRequest/{answer['id']}"
    canceled = idle.admin.patch(path, json={"deployResult": {"status": "Canceling"}})
    assert canceled.status_code == 202
    assert canceled.json is not None
    result = canceled.json["deployResult"]
    assert (result["status"], result["done"], result["success"]) == ("Canceled", True, False)
    assert result["canceledBy"] == idle.org.user("admin@local.example").id
    assert idle.services.deployments.waiting() == []
    again = idle.admin.patch(path, json={"deployResult": {"status": "Canceling"}})
    assert error_of(again) == ("INVALID_ID_FIELD", "Deployment already completed")
    assert error_of(idle.admin.patch(path, json={"deployResult": {}}))[0] == "JSON_PARSER_ERROR"


@pytest.mark.shows("deploy.crash")
@pytest.mark.parametrize("begun", [False, True])
def test_a_restart_goes_on_with_what_had_not_ended(idle: Served, begun: bool) -> None:
    answer = post(idle.admin).json
    assert answer is not None
    if begun:
        idle.services.deployments.start(idle.services.deployments.get(answer["id"]))
    folder = idle.org.database.path.parent
    again = serve(folder)
    assert ended(again.admin, answer["id"])["status"] == "Succeeded"
    assert "Fresh__c" in again.org.schema.objects["Account"].fields
    close(again)


@pytest.mark.shows("deploy.crash")
def test_a_deployment_that_breaks_in_the_middle_leaves_nothing(idle: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = post(idle.admin).json
    assert answer is not None

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(idle.services.deployments, "finish", broken)
    deployment = idle.services.deployments.get(answer["id"])
    with pytest.raises(KeyboardInterrupt):  # as if the process ended here: everything is written, nothing committed
        idle.services.deploy_worker.execute(deployment)
    monkeypatch.undo()
    assert "Fresh__c" not in idle.org.schema.objects["Account"].fields
    with idle.org.database.reader() as connection:
        columns = [row[1] for row in connection.execute('PRAGMA table_info("Account")')]
        sets = connection.execute('SELECT count(*) FROM "PermissionSet" WHERE "Name" = \'Fresh\'').fetchone()
    assert "Fresh__c" not in columns
    assert sets == (0,)
    idle.services.deploy_worker.execute(idle.services.deployments.waiting()[0])
    assert ended(idle.admin, answer["id"])["status"] == "Succeeded"


@pytest.mark.shows("deploy.archive")
@pytest.mark.parametrize(
    ("archive", "code"), [(b"no archive", "INVALID_OPERATION"), (zipped({"../a": b""}), "INVALID_OPERATION")]
)
def test_what_is_no_good_archive_fails_as_a_whole(served: Served, archive: bytes, code: str) -> None:
    result = deploy(served.admin, archive)
    assert (result["status"], result["errorStatusCode"]) == ("Failed", code)
    assert result["errorMessage"].startswith("Zip file")


def test_an_empty_package_succeeds(served: Served) -> None:
    result = deploy(served.admin, zipped({"package.xml": manifest({})}))
    assert (result["status"], result["numberComponentsTotal"]) == ("Succeeded", 0)


@pytest.mark.shows("deploy.permission")
def test_only_an_administrator_may_deploy(served: Served) -> None:
    text = "use of the Metadata API requires a user with the ModifyAllData or ModifyMetadata permissions"
    assert error_of(post(served.integration), 403) == ("INSUFFICIENT_ACCESS", text)
    assert (
        error_of(served.integration.get("metadata/deployRequest/0Af000000000001AAA"), 403)[0] == "INSUFFICIENT_ACCESS"
    )
    assert error_of(post(served.nobody), 401)[0] == "INVALID_SESSION_ID"


@pytest.mark.shows("deploy.rest")
@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"json": "{}"}, "MISSING_ARGUMENT"),
        ({"json": "{", "file": (BytesIO(GOOD), "a.zip")}, "JSON_PARSER_ERROR"),
        ({"json": "[]", "file": (BytesIO(GOOD), "a.zip")}, "JSON_PARSER_ERROR"),
        ({"json": '{"deployOptions":[]}', "file": (BytesIO(GOOD), "a.zip")}, "JSON_PARSER_ERROR"),
        ({"json": '{"deployOptions":{"chekOnly":true}}', "file": (BytesIO(GOOD), "a.zip")}, "JSON_PARSER_ERROR"),
        ({"json": '{"deployOptions":{"checkOnly":"yes"}}', "file": (BytesIO(GOOD), "a.zip")}, "JSON_PARSER_ERROR"),
        ({"json": '{"deployOptions":{"testLevel":"Some"}}', "file": (BytesIO(GOOD), "a.zip")}, "JSON_PARSER_ERROR"),
    ],
)
def test_a_malformed_order_is_refused(shared: Served, data: dict[str, Any], code: str) -> None:
    fresh = {name: (BytesIO(GOOD), "a.zip") if name == "file" else value for name, value in data.items()}
    answer = shared.admin.post("metadata/deployRequest", data=fresh, content_type="multipart/form-data")
    assert error_of(answer)[0] == code


@pytest.mark.shows("deploy.rest")
def test_unknown_deployments_and_other_bodies_are_refused(shared: Served) -> None:
    assert error_of(shared.admin.get("metadata/deployRequest/0Af000000000001AAA"), 404)[0] == "NOT_FOUND"
    assert error_of(shared.admin.get("metadata/deployRequest/nonsense"), 404)[0] == "NOT_FOUND"
    assert error_of(shared.admin.post("metadata/deployRequest", json={}))[0] == "MISSING_ARGUMENT"
    text = shared.admin.post("metadata/deployRequest", data="x", content_type="text/plain")
    assert error_of(text, 415)[0] == "UNSUPPORTED_MEDIA_TYPE"
