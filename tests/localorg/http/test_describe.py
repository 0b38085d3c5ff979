"""The roots, the list of objects, describe."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from tests.localorg.http.conftest import Served, error_of

# Recorded from a real org: reference/salesforce.md, section 2.2.
OBJECT_KEYS = (
    "actionOverrides activateable associateEntityType associateParentEntity childRelationships compactLayoutable "
    "createable custom customSetting deepCloneable defaultImplementation deletable deprecatedAndHidden extendedBy "
    "extendsInterfaces feedEnabled fields hasSubtypes implementedBy implementsInterfaces isInterface isSubtype "
    "keyPrefix label labelPlural layoutable listviewable lookupLayoutable mergeable mruEnabled name namedLayoutInfos "
    "networkScopeFieldName queryable recordTypeInfos replicateable retrieveable searchLayoutable searchable "
    "sobjectDescribeOption supportedScopes triggerable undeletable updateable urls"
)
GLOBAL_KEYS = (
    "activateable associateEntityType associateParentEntity createable custom customSetting deepCloneable deletable "
    "deprecatedAndHidden feedEnabled hasSubtypes isInterface isSubtype keyPrefix label labelPlural layoutable "
    "mergeable mruEnabled name queryable replicateable retrieveable searchable triggerable undeletable updateable urls"
)
CHILD_KEYS = (
    "cascadeDelete childSObject deprecatedAndHidden field junctionIdListNames junctionReferenceTo relationshipName "
    "restrictedDelete"
)
RECORD_TYPE_KEYS = "active available defaultRecordTypeMapping developerName master name recordTypeId urls"
TYPES = (
    "id string textarea picklist multipicklist combobox reference boolean int double long currency percent date "
    "datetime time phone email url address location base64 encryptedstring anyType complexvalue json"
)
FIELD_KEYS = (
    "aggregatable aiPredictionField autoNumber byteLength calculated calculatedFormula cascadeDelete caseSensitive "
    "compoundFieldName controllerName createable custom defaultValue defaultValueFormula defaultedOnCreate "
    "dependentPicklist deprecatedAndHidden digits displayLocationInDecimal encrypted externalId extraTypeInfo "
    "filterable filteredLookupInfo formulaTreatNullNumberAsZero groupable highScaleNumber htmlFormatted idLookup "
    "inlineHelpText label length mask maskType name nameField namePointing nillable permissionable picklistValues "
    "polymorphicForeignKey precision queryByDistance referenceTargetField referenceTo relationshipName "
    "relationshipOrder restrictedDelete restrictedPicklist scale searchPrefilterable soapType sortable type unique "
    "updateable writeRequiresMasterRead"
)


@pytest.mark.shows("rest.roots")
def test_versions_need_no_session(shared: Served) -> None:
    versions = shared.nobody.get("/services/data").json
    assert versions is not None
    assert versions[-1] == {"label": "Spring '26", "url": "/services/data/v66.0", "version": "66.0"}
    assert {"label": "Winter '25", "url": "/services/data/v62.0", "version": "62.0"} in versions
    assert "Sforce-Limit-Info" not in shared.nobody.get("/services/data").headers


@pytest.mark.shows("rest.roots")
@pytest.mark.parametrize("path", ["/services/data/v99.0/sobjects", "/services/data/latest", "nowhere", "sobjects/Foo"])
def test_what_is_not_there_is_not_found(shared: Served, path: str) -> None:
    assert error_of(shared.admin.get(path), 404) == ("NOT_FOUND", "The requested resource does not exist")


def test_the_version_lists_its_resources(shared: Served) -> None:
    resources = shared.admin.get("/services/data/v62.0/").json
    assert resources is not None
    assert resources["sobjects"] == "/services/data/v62.0/sobjects"


@pytest.mark.shows("rest.describe_global")
def test_all_objects_are_listed_with_their_addresses(shared: Served) -> None:
    listed = shared.admin.get("sobjects/").json
    assert listed is not None
    by_name = {each["name"]: each for each in listed["sobjects"]}
    assert by_name["Account"]["keyPrefix"] == "001"
    assert by_name["Account"]["urls"]["rowTemplate"] == "/services/data/v66.0/sobjects/Account/{ID}"
    assert by_name["Sidecar_Plan__c"]["custom"] is True
    assert (listed["encoding"], listed["maxBatchSize"]) == ("UTF-8", 200)
    basic = shared.admin.get("sobjects/account").json
    assert basic is not None and basic["objectDescribe"] == by_name["Account"]


@pytest.mark.shows("rest.describe")
def test_describe_has_exactly_the_recorded_keys(shared: Served) -> None:
    answer = shared.admin.get("sobjects/Opportunity/describe").json
    assert answer is not None
    assert set(answer) == set(OBJECT_KEYS.split())
    assert all(set(field) == set(FIELD_KEYS.split()) for field in answer["fields"])


@pytest.mark.shows("rest.describe")
def test_describe_tells_types_and_relationships(shared: Served) -> None:
    answer = shared.admin.get("sobjects/Opportunity/describe/").json
    assert answer is not None
    fields = {each["name"]: each for each in answer["fields"]}
    assert (fields["Amount"]["type"], fields["Amount"]["soapType"]) == ("currency", "xsd:double")
    assert (fields["AccountId"]["referenceTo"], fields["AccountId"]["relationshipName"]) == (["Account"], "Account")
    assert fields["Name"]["byteLength"] == 3 * fields["Name"]["length"]
    age = fields["Sidecar_Stage_Age__c"]
    assert (age["calculated"], age["createable"], age["updateable"]) == (True, False, False)
    assert "TODAY()" in age["calculatedFormula"]
    detail = fields["Sidecar_Score_Detail__c"]
    assert (detail["filterable"], detail["sortable"], detail["groupable"]) == (False, False, False)
    children = {each["relationshipName"]: each["childSObject"] for each in answer["childRelationships"]}
    assert children["OpportunityHistories"] == "OpportunityHistory"
    assert answer["recordTypeInfos"][0]["recordTypeId"] == "012000000000000AAA"


@pytest.mark.shows("rest.field_security")
def test_describe_leaves_out_what_the_user_may_not_read(shared: Served) -> None:
    answers = [who.get("sobjects/Account/describe").json for who in (shared.admin, shared.integration)]
    everything, granted = ({each["name"]: each for each in answer["fields"]} for answer in answers if answer)
    assert set(granted) < set(everything)
    assert granted["Sidecar_Health__c"]["updateable"] is True
    assert granted["Industry"]["updateable"] is False and everything["Industry"]["updateable"] is True


@pytest.mark.shows("rest.describe_global", "rest.describe")
def test_every_object_is_described_with_exactly_the_keys(shared: Served) -> None:
    listed = shared.admin.get("sobjects").json
    assert listed is not None
    for summary in listed["sobjects"]:
        assert set(summary) == set(GLOBAL_KEYS.split())
        assert set(summary["urls"]) == {"sobject", "describe", "rowTemplate"}
        whole = shared.admin.get(f"sobjects/{summary['name']}/describe").json
        assert whole is not None and set(whole) == set(OBJECT_KEYS.split())
        assert {key: whole[key] for key in summary if key != "urls"} == {
            k: v for k, v in summary.items() if k != "urls"
        }
        assert all(set(each) == set(CHILD_KEYS.split()) for each in whole["childRelationships"])
        assert all(set(each) == set(RECORD_TYPE_KEYS.split()) for each in whole["recordTypeInfos"])
        for field in whole["fields"]:
            assert set(field) == set(FIELD_KEYS.split())
            assert field["type"] in TYPES.split()
            _check_numbers(field)


def _check_numbers(field: dict[str, object]) -> None:
    if field["type"] in ("string", "textarea", "picklist", "phone", "url", "email"):
        assert field["byteLength"] == 3 * int(str(field["length"])) and field["precision"] == field["digits"] == 0
    if field["type"] in ("double", "currency", "percent", "date", "datetime", "boolean", "int"):
        assert field["length"] == 0
    if field["type"] == "int":
        assert field["digits"] in range(1, 10) and field["precision"] == 0
    if field["type"] in ("double", "currency", "percent"):
        assert field["soapType"] == "xsd:double" and field["groupable"] is False and field["precision"]
    recorded = field["name"] == "Comments"  # of Case: a real org sorts by it
    if field["type"] == "textarea" and int(str(field["length"])) > 255 and not recorded:
        assert not (field["filterable"] or field["groupable"] or field["sortable"])


@pytest.mark.shows("rest.describe_fresh")
def test_a_description_that_was_read_is_answered_by_304_until_something_changes(served: Served) -> None:
    for path in ("sobjects", "sobjects/Account/describe"):
        first = served.admin.get(path)
        since = {"If-Modified-Since": first.headers["Last-Modified"]}
        same = served.admin.get(path, headers=since)
        assert (same.status_code, same.data) == (304, b"")
        assert served.admin.get(path, headers={"If-Modified-Since": "Thu, 01 Jan 2026 00:00:00 GMT"}).status_code == 200
        early = {"If-Unmodified-Since": "Thu, 01 Jan 2026 00:00:00 GMT"}
        assert error_of(served.admin.get(path, headers=early), 412)[0] == "PRECONDITION_FAILED"
        assert served.admin.get(path, headers={"If-Unmodified-Since": since["If-Modified-Since"]}).status_code == 200
        assert served.admin.get(path, headers={"If-Modified-Since": "soon"}).status_code == 400


@pytest.mark.shows("rest.describe_fresh")
def test_a_changed_right_makes_a_description_new_even_within_the_second(served: Served) -> None:
    served.org.clock.set(dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
    path = "sobjects/Account/describe"
    first = served.integration.get(path)
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    with served.org.database.writer() as connection:
        connection.execute('DELETE FROM "PermissionSetAssignment"')
    lost = served.integration.get(path, headers=since)
    assert lost.status_code == 404
    admin = served.admin.get(path).headers["Last-Modified"]
    account = served.org.schema.objects["Account"]
    served.org.schema.put([dataclasses.replace(account, label="Customer")])
    changed = served.admin.get(path, headers={"If-Modified-Since": admin})
    assert changed.status_code == 200 and changed.headers["Last-Modified"] > admin


@pytest.mark.shows("rest.layouts")
@pytest.mark.parametrize(
    "path", ["describe/layouts", "describe/compactLayouts", "describe/approvalLayouts", "listviews"]
)
def test_layouts_are_not_there(shared: Served, path: str) -> None:
    assert error_of(shared.admin.get(f"sobjects/Account/{path}"), 404)[0] == "NOT_FOUND"


@pytest.mark.shows("rest.tooling")
def test_the_tooling_api_tells_about_the_schema(shared: Served) -> None:
    def asked(text: str) -> list[dict[str, object]]:
        answer = shared.admin.get("tooling/query", query_string={"q": text}).json
        assert answer is not None and answer["done"] is True
        return [{key: value for key, value in each.items() if key != "attributes"} for each in answer["records"]]

    entity = "SELECT QualifiedApiName, KeyPrefix FROM EntityDefinition WHERE QualifiedApiName = 'Account'"
    assert asked(entity) == [{"QualifiedApiName": "Account", "KeyPrefix": "001"}]
    field = (
        "SELECT DataType, IsCalculated FROM FieldDefinition "
        "WHERE EntityDefinition.QualifiedApiName = 'Account' AND QualifiedApiName = 'Name'"
    )
    assert asked(field) == [{"DataType": "Text(255)", "IsCalculated": False}]
    custom = "SELECT DeveloperName FROM CustomField WHERE TableEnumOrId = 'Account' AND DeveloperName LIKE '%Health'"
    assert asked(custom) == [{"DeveloperName": "Sidecar_Health"}]
    assert asked("SELECT Id FROM ApexClass") == []
    known = shared.admin.get("tooling/sobjects").json
    assert known is not None
    names = [each["name"] for each in known["sobjects"]]
    assert names == ["EntityDefinition", "FieldDefinition", "CustomField", "ApexClass"]
    whole = shared.admin.get("tooling/sobjects/FieldDefinition/describe").json
    assert whole is not None and {"QualifiedApiName", "DataType"} <= {each["name"] for each in whole["fields"]}


@pytest.mark.shows("rest.tooling")
def test_the_tooling_api_follows_the_schema(served: Served) -> None:
    query = {"q": "SELECT Label FROM EntityDefinition WHERE QualifiedApiName = 'Account'"}
    before = served.admin.get("tooling/query", query_string=query).json
    account = served.org.schema.objects["Account"]
    served.org.schema.put([dataclasses.replace(account, label="Customer")])
    after = served.admin.get("tooling/query", query_string=query).json
    assert before is not None and after is not None
    assert (before["records"][0]["Label"], after["records"][0]["Label"]) == ("Account", "Customer")


@pytest.mark.shows("rest.tooling")
@pytest.mark.parametrize("name", ["SandboxProcess", "ScratchOrgInfo", "Account"])
def test_the_tooling_api_does_not_know_other_objects(shared: Served, name: str) -> None:
    code, message = error_of(shared.admin.get("tooling/query", query_string={"q": f"SELECT Id FROM {name}"}))
    assert code == "INVALID_TYPE" and f"sObject type '{name}' is not supported" in message
    assert error_of(shared.admin.get("tooling/query"))[0] == "MALFORMED_QUERY"
    hidden = shared.integration.get("tooling/query", query_string={"q": "SELECT Id FROM EntityDefinition"})
    assert error_of(hidden)[0] == "INVALID_TYPE"


@pytest.mark.shows("rest.search")
@pytest.mark.parametrize("path", ["search?q=FIND+%7BAcme%7D", "parameterizedSearch?q=Acme"])
def test_search_is_refused(shared: Served, path: str) -> None:
    assert error_of(shared.admin.get(path))[0] == "FUNCTIONALITY_NOT_ENABLED"


@pytest.mark.shows("rest.http")
def test_a_wrong_method_names_the_right_ones(shared: Served) -> None:
    for method, path, allowed in (
        ("DELETE", "sobjects/Account/describe", "HEAD,GET"),
        ("PUT", "sobjects/Account", "HEAD,GET,POST"),
        ("POST", "query", "HEAD,GET"),
        ("GET", "composite", "POST"),
    ):
        answer = shared.admin.call(method, path)
        message = f"HTTP Method '{method}' not allowed. Allowed are {allowed}"
        assert error_of(answer, 405) == ("METHOD_NOT_ALLOWED", message)


@pytest.mark.shows("rest.http")
def test_every_answer_reports_the_limit_and_stays_json(shared: Served) -> None:
    for path in ("sobjects", "sobjects/Foo", "query?q=x", "nowhere"):
        answer = shared.admin.get(path, headers={"Accept": "application/xml"})
        assert answer.headers["Sforce-Limit-Info"].startswith("api-usage=")
        assert answer.content_type == "application/json;charset=UTF-8"


@pytest.mark.shows("rest.http")
def test_a_request_with_too_long_an_address_or_headers_is_refused(shared: Served) -> None:
    assert shared.admin.get("query?q=" + "x" * 17_000).status_code == 414
    long = shared.admin.get("query?q=" + "x" * 9_000, headers={"X-Long": "y" * 9_000})
    assert error_of(long, 431)[0] == "REQUEST_HEADER_FIELDS_TOO_LARGE"
