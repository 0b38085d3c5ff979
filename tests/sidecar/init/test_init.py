"""`sidecar init`: what it writes, what it leaves alone, and what it proposes."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from cryptography import x509

from sidecar.command_line import run
from sidecar.configuration import Configuration, SegmentsSection
from sidecar.configuration_file import load
from sidecar.errors import ConfigurationError
from sidecar.init.keys import key_pair
from sidecar.init.propose import proposals, unknown_types
from sidecar.init.template import template
from sync import FieldSchema, ObjectSchema
from sync.client.login import read_private_key
from tests.sidecar.conftest import Clinic

USER = "integration@acme.example"


def started(folder: Path, *more: str) -> int:
    return run(["--config", str(folder / "sidecar.toml"), "init", "--username", USER, *more])


def schema(name: str, *fields: FieldSchema) -> ObjectSchema:
    return ObjectSchema(name, name, None, {field.name: field for field in fields})


def test_every_default_that_is_shown_is_the_default() -> None:
    text = re.sub(r"^# (\w+ = (?!\.\.\.))", r"\1", template({}), flags=re.MULTILINE)
    shown = tomllib.loads(text)
    assert Configuration(**shown) == Configuration()
    assert shown["service"]["refresh_minutes"] == 10 and shown["mapping"]["product"]["pillar"] == "Family"


def test_every_key_is_shown_with_its_meaning() -> None:
    lines = template({}).splitlines()
    keys = [line for line in lines if re.match(r"# \w+ = ", line)]
    assert len(keys) > 40 and not any(line.endswith("# None") for line in keys)


def test_what_is_written_loads_as_soon_as_the_consumer_key_is_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert started(tmp_path) == 0
    out = capsys.readouterr().out
    assert "External Client App Manager" in out and USER in out
    with pytest.raises(ConfigurationError, match="no consumer_key"):
        load(tmp_path / "sidecar.toml")
    (tmp_path / "sidecar.toml").unlink()
    assert started(tmp_path, "--consumer-key", 'with "quotes"') == 0
    org = load(tmp_path / "sidecar.toml").org
    assert (org.username, org.consumer_key) == (USER, 'with "quotes"')
    assert org.private_key_file == tmp_path / "server.key"


def test_nothing_that_is_there_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert started(tmp_path) == 0
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert started(tmp_path) == 2
    assert "is there already" in capsys.readouterr().err
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_without_a_user_and_without_a_terminal_it_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--config", str(tmp_path / "sidecar.toml"), "init"]) == 2
    assert "--username" in capsys.readouterr().err and list(tmp_path.iterdir()) == []


def test_the_key_is_private_and_the_certificate_is_its_own(tmp_path: Path) -> None:
    pair = key_pair(tmp_path)
    assert pair.key.stat().st_mode & 0o777 == 0o600
    certificate = x509.load_pem_x509_certificate(pair.certificate.read_bytes())
    assert certificate.public_key() == read_private_key(pair.key).public_key()
    pair.certificate.unlink()
    key = pair.key.read_bytes()
    again = x509.load_pem_x509_certificate(key_pair(tmp_path).certificate.read_bytes())
    assert pair.key.read_bytes() == key and again.public_key() == certificate.public_key()


def test_a_certificate_without_its_key_is_half_a_pair(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "server.crt").write_text("")
    assert started(tmp_path) == 2
    told = capsys.readouterr().err
    assert "server.crt is there without its key server.key: half a key pair. Remedy: put the key beside it" in told
    assert not (tmp_path / "sidecar.toml").exists()


def test_fields_are_proposed_by_label_type_and_name_and_only_the_org_s_own() -> None:
    schemas = {
        "Opportunity": schema(
            "Opportunity",
            FieldSchema("Amount", "Amount ARR", "currency"),
            FieldSchema("ACV__c", "ACV", "currency"),
            FieldSchema("Yearly__c", "Annual Recurring Revenue", "currency"),
            FieldSchema("Arr_Note__c", "ARR note", "string"),
            FieldSchema("Sidecar_Forecast_ARR__c", "Forecast ARR", "currency"),
        ),
        "OpportunityLineItem": schema("OpportunityLineItem", FieldSchema("Term_Months__c", "Term", "double")),
        "Contract": schema("Contract", FieldSchema("Next_True_Up__c", "Next true-up", "date")),
        "Case": schema("Case", FieldSchema("Times_Reopened__c", "Times reopened", "double")),
        "Asset": None,
    }
    found = {(item.section, item.key): item.field for item in proposals(schemas, SegmentsSection())}
    assert found == {
        ("mapping.opportunity", "arr"): "Yearly__c",
        ("mapping.line", "term_months"): "Term_Months__c",
        ("mapping.contract", "true_up_date"): "Next_True_Up__c",
        ("mapping.case", "reopened"): "Times_Reopened__c",
    }


def test_a_word_within_a_word_is_no_reason_to_propose() -> None:
    opportunity = schema("Opportunity", FieldSchema("Carrier_Fee__c", "Carrier fee", "currency"))
    assert list(proposals({"Opportunity": opportunity}, SegmentsSection())) == []


def test_the_picklist_that_knows_the_segments_is_proposed_where_type_does_not() -> None:
    kind = FieldSchema("Deal_Kind__c", "Deal kind", "picklist", values=("Renewal", "New Logo", "Pilot"))
    plain = FieldSchema("Type", "Type", "picklist", values=("A", "B"))
    schemas = {"Opportunity": schema("Opportunity", plain, kind)}
    [found] = proposals(schemas, SegmentsSection())
    assert (found.key, found.field) == ("type", "Deal_Kind__c")
    assert unknown_types(schemas, "Deal_Kind__c", SegmentsSection()) == ["Pilot"]
    told = FieldSchema("Type", "Type", "picklist", values=("Renewal", "Upsell", "New Business"))
    assert list(proposals({"Opportunity": schema("Opportunity", told, kind)}, SegmentsSection())) == []


def test_the_mapping_is_proposed_from_a_real_describe(
    own_clinic: Clinic, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = {"label": "ARR", "precision": 18, "scale": 2, "grant": "Sidecar_Integration"}
    own_clinic.served.faults.order("field_add", object="Opportunity", field="Deal_ARR__c", type="currency", **facts)
    org = own_clinic.configuration.org
    values = {name: str(getattr(org, name)) for name in ("login_url", "username", "consumer_key", "private_key_file")}
    file = tmp_path / "sidecar.toml"
    file.write_text("\n".join(["[org]", *(f"{name} = {json.dumps(value)}" for name, value in values.items())]))
    assert run(["--config", str(file), "--state", str(tmp_path / "state"), "init", "--map"]) == 0
    out = capsys.readouterr().out
    assert tomllib.loads(out)["mapping"]["opportunity"]["arr"] == "Deal_ARR__c"
