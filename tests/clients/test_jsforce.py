"""jsforce against a served org: rows, collections, composite, Bulk, describe, deploy."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tests.localorg.metadata.sent import field, manifest, object_file, zipped

from .driving import Target, run_script

pytestmark = pytest.mark.usefixtures("clients_needed")


@pytest.mark.shows("clients.jsforce_rows")
def test_rows_are_created_read_changed_upserted_and_deleted(target: Target, home: Path) -> None:
    found = run_script(
        target,
        """
        const made = await connection.sobject('Account').create({ Name: 'Ärmel <&>', Industry: 'Energy' });
        const read = await connection.sobject('Account').retrieve(made.id);
        const changed = await connection.sobject('Account').update({ Id: made.id, Industry: 'Media' });
        const upserted = [];
        for (const amount of [1, 2]) {
            upserted.push(await connection.sobject('Sidecar_Plan__c').upsert(
                { Sidecar_Key__c: 'js-1', Sidecar_Amount__c: amount }, 'Sidecar_Key__c'));
        }
        const asked = await connection.query(
            "SELECT Sidecar_Amount__c FROM Sidecar_Plan__c WHERE Sidecar_Key__c = 'js-1'");
        const wrong = await connection.sobject('Account').create({ Industry: 'Energy' }).catch((error) => error);
        const gone = await connection.sobject('Account').destroy(made.id);
        return { made, name: read.Name, changed, upserted, amount: asked.records[0].Sidecar_Amount__c,
            wrong: [wrong.errorCode, wrong.message], gone };
        """,
        home,
    )
    assert found["made"]["success"] is True
    assert found["name"] == "Ärmel <&>"
    assert found["changed"]["success"] is True
    assert [each["created"] for each in found["upserted"]] == [True, False]
    assert found["amount"] == 2
    assert found["wrong"] == ["REQUIRED_FIELD_MISSING", "Required fields are missing: [Name]"]
    assert found["gone"]["success"] is True
    assert target.query(f"SELECT Id FROM Account WHERE Id = '{found['made']['id']}'") == []


@pytest.mark.shows("clients.jsforce_composite")
def test_collections_and_composite_write_several_rows(target: Target, home: Path) -> None:
    found = run_script(
        target,
        """
        const many = [...Array(250).keys()].map((number) => ({ Name: `Many ${number}` }));
        const made = await connection.sobject('Account').create(many, { allowRecursive: true });
        const mixed = await connection.sobject('Account').update(
            [{ Id: made[0].id, Industry: 'Media' }, { Id: made[1].id, Industry: 'x'.repeat(300) }]);
        const composite = await connection.requestPost('/services/data/v66.0/composite', { allOrNone: true,
            compositeRequest: [
                { method: 'POST', url: '/services/data/v66.0/sobjects/Account', referenceId: 'account',
                  body: { Name: 'Composite' } },
                { method: 'POST', url: '/services/data/v66.0/sobjects/Contact', referenceId: 'contact',
                  body: { LastName: 'Person', AccountId: '@{account.id}' } },
            ] });
        return { made: made.filter((each) => each.success).length, mixed, composite };
        """,
        home,
    )
    assert found["made"] == 250
    assert [each["success"] for each in found["mixed"]] == [True, False]
    assert [each["httpStatusCode"] for each in found["composite"]["compositeResponse"]] == [201, 201]
    assert (
        target.query("SELECT Account.Name FROM Contact WHERE LastName = 'Person'")[0]["Account"]["Name"] == "Composite"
    )
    assert len(target.query("SELECT Id FROM Account WHERE Name LIKE 'Many %'")) == 250


@pytest.mark.shows("clients.jsforce_bulk")
def test_bulk_loads_and_queries(target: Target, home: Path) -> None:
    found = run_script(
        target,
        """
        const rows = [...Array(3000).keys()].map((number) => ({ Name: `Bulk ${number}`, Website: 'a,"b"' }));
        rows[7] = { Name: '', Website: 'nameless' };
        const loaded = await connection.bulk2.loadAndWaitForResults(
            { object: 'Account', operation: 'insert', input: rows, pollTimeout: 60000, pollInterval: 100 });
        const stream = await connection.bulk2.query("SELECT Id, Name, Website FROM Account WHERE Name LIKE 'Bulk %'",
            { pollTimeout: 60000, pollInterval: 100 });
        const records = await stream.toArray();
        return { good: loaded.successfulResults.length, bad: loaded.failedResults.map((each) => each.sf__Error),
            records: records.length, website: records[0].Website };
        """,
        home,
    )
    assert found["good"] == 2999
    assert len(found["bad"]) == 1
    assert found["bad"][0].startswith("REQUIRED_FIELD_MISSING:")
    assert (found["records"], found["website"]) == (2999, 'a,"b"')


@pytest.mark.shows("clients.jsforce_describe")
def test_describes_and_identity_are_read(target: Target, home: Path) -> None:
    found = run_script(
        target,
        """
        const described = await connection.sobject('Sidecar_Plan__c').describe();
        const all = await connection.describeGlobal();
        const identity = await connection.identity();
        const types = await connection.metadata.describe('65.0');
        return { fields: described.fields.map((each) => each.name), all: all.sobjects.map((each) => each.name),
            user: identity.username, types: types.metadataObjects.map((each) => each.xmlName) };
        """,
        home,
    )
    assert "Sidecar_Key__c" in found["fields"]
    assert {"Account", "Sidecar_Plan__c"} <= set(found["all"])
    assert found["user"] == "admin@local.example"
    assert {"CustomObject", "PermissionSet"} <= set(found["types"])


@pytest.mark.shows("clients.jsforce_deploy")
@pytest.mark.parametrize("way", ["deploy", "deployRest"])
def test_metadata_is_deployed(target: Target, home: Path, way: str) -> None:
    name = f"By_{way}__c"
    archives = [
        zipped({"package.xml": manifest({"CustomField": [f"Account.{name}"]}), "objects/Account.object": file})
        for file in (object_file(field(name, "Date")), object_file(field(name, "Text")))
    ]
    texts = json.dumps([base64.b64encode(archive).decode() for archive in archives])
    found = run_script(
        target,
        f"""
        const results = [];
        for (const text of {texts}) {{
            const deploy = connection.metadata.{way}(Buffer.from(text, 'base64'), {{ singlePackage: true,
                rollbackOnError: true }});
            const ordered = await deploy;
            let result;
            do {{
                await new Promise((resolve) => setTimeout(resolve, 50));
                result = await connection.metadata.checkDeployStatus(ordered.id, true, {json.dumps(way != "deploy")});
            }} while (!result.done);
            results.push(result);
        }}
        return results;
        """,
        home,
    )
    good, bad = found
    assert (good["status"], good["numberComponentsDeployed"]) == ("Succeeded", 1)
    assert bad["status"] == "Failed"
    (failure,) = bad["details"]["componentFailures"]
    assert failure["problem"] == "Must specify 'length' for a CustomField of type Text"
    assert target.query(f"SELECT {name} FROM Account LIMIT 1") is not None
