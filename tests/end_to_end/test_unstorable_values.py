"""Values that the org cannot hold, and a mirror of another org, from the command line."""

import re
import shutil
from pathlib import Path

from tests.end_to_end.driving import plain_client, sidecar
from tests.end_to_end.forks import served
from tests.end_to_end.written import own_values

OBJECTS = Path("main", "default", "objects")
BAND = OBJECTS / "Account" / "fields" / "Sidecar_Health_Band__c.field-meta.xml"
ACTION = OBJECTS / "Opportunity" / "fields" / "Sidecar_Suggested_Action__c.field-meta.xml"
ARR = OBJECTS / "Opportunity" / "fields" / "Sidecar_Forecast_ARR__c.field-meta.xml"


def narrow_package(folder: Path) -> Path:
    """The package as a customer may have narrowed it: short texts, small numbers, one band."""
    package = folder / "package"
    shutil.copytree(Path(__file__).parents[2] / "lwc_components", package)
    for place, old, new in (
        (ACTION, "<length>255</length>", "<length>12</length>"),
        (ARR, "<precision>18</precision>", "<precision>5</precision>"),
    ):
        text = (package / place).read_text()
        assert old in text
        (package / place).write_text(text.replace(old, new))
    text = (package / BAND).read_text()
    values = re.compile(
        r" *<value>(?:(?!</value>).)*?<fullName>(?:Yellow|Red|Unknown)</fullName>.*?</value>\n", re.DOTALL
    )
    (package / BAND).write_text(values.sub("", text))
    return package


def test_what_the_org_cannot_hold_is_told_with_record_and_field_and_the_rest_is_written(
    unscored_files: Path, tmp_path: Path
) -> None:
    state = unscored_files
    assert sidecar("org", "deploy", narrow_package(tmp_path), state=state).code == 0
    with served(state):  # a command would start it with the package of the checkout
        planned = sidecar("plan", "--json", state=state)
        done = sidecar("refresh", "--json", state=state)
        with plain_client(state) as client:
            held = own_values(client)
    assert planned.code == 0, planned.messages
    reasons = {value["field"]: value["reason"] for value in planned.json["refused_values"]}
    assert "characters, the field holds 12" in reasons["Sidecar_Suggested_Action__c"]
    assert done.code == 3, done.messages
    refused = {(row["object"], row["key"], row["field"]): row["message"] for row in done.json["refused"]}
    told = {field: message for (_, _, field), message in refused.items()}
    assert "is outside the range of 3 digits before" in told["Sidecar_Forecast_ARR__c"]
    assert "is not one of Green" in told["Sidecar_Health_Band__c"]
    assert not refused.keys() & held.keys()
    scored = {(name, key) for name, key, _ in held}
    assert {(name, key) for name, key, _ in refused} <= scored, "the other values of the same records are written"


def test_a_mirror_of_another_org_is_refused(demo_state: Path, unscored_copy: Path) -> None:
    shutil.copy(demo_state / "mirror.duckdb", unscored_copy / "mirror.duckdb")
    done = sidecar("refresh", state=unscored_copy)
    assert done.code == 2
    assert "this mirror holds the records of org" in done.messages and "Remedy: " in done.messages
    with plain_client(unscored_copy) as client:
        assert own_values(client) == {}
