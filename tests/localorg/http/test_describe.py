"""The roots, the list of objects, describe."""

from __future__ import annotations

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


def test_versions_need_no_session(shared: Served) -> None:
    versions = shared.nobody.get("/services/data").json
    assert versions is not None
    assert versions[-1] == {"label": "Spring '26", "url": "/services/data/v66.0", "version": "66.0"}
    assert {"label": "Winter '25", "url": "/services/data/v62.0", "version": "62.0"} in versions
    assert "Sforce-Limit-Info" not in shared.nobody.get("/services/data").headers


@pytest.mark.parametrize("path", ["/services/data/v99.0/sobjects", "/services/data/latest", "nowhere", "sobjects/Foo"])
def test_what_is_not_there_is_not_found(shared: Served, path: str) -> None:
    assert error_of(shared.admin.get(path), 404) == ("NOT_FOUND", "The requested resource does not exist")


def test_the_version_lists_its_resources(shared: Served) -> None:
    resources = shared.admin.get("/services/data/v62.0/").json
    assert resources is not None
    assert resources["sobjects"] == "/services/data/v62.0/sobjects"


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


def test_describe_has_exactly_the_recorded_keys(shared: Served) -> None:
    answer = shared.admin.get("sobjects/Opportunity/describe").json
    assert answer is not None
    assert set(answer) == set(OBJECT_KEYS.split())
    assert all(set(field) == set(FIELD_KEYS.split()) for field in answer["fields"])


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


def test_describe_leaves_out_what_the_user_may_not_read(shared: Served) -> None:
    answers = [who.get("sobjects/Account/describe").json for who in (shared.admin, shared.integration)]
    everything, granted = ({each["name"]: each for each in answer["fields"]} for answer in answers if answer)
    assert set(granted) < set(everything)
    assert granted["Sidecar_Health__c"]["updateable"] is True
    assert granted["Industry"]["updateable"] is False and everything["Industry"]["updateable"] is True
