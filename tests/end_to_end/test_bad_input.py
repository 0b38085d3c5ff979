"""What a person may get wrong: exit code 2, one message with the remedy, nothing written."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from localorg import server
from sync import Mirror
from tests.end_to_end.driving import SIDECAR, Result, plain_client, sidecar
from tests.end_to_end.written import own_values

NAMING_THE_BAND = re.compile(
    r" *<(fieldPermissions|filters)>(?:(?!</\1>).)*?Sidecar_Health_Band__c.*?</\1>\n"
    r"| *<columns>Sidecar_Health_Band__c</columns>\n",
    re.DOTALL,
)


def refused(result: Result, *words: str) -> None:
    """One message that holds these words, exit code 2, and no traceback."""
    assert result.code == 2, (result.output, result.messages)
    assert "Traceback" not in result.messages
    assert result.messages.count("Error:") == 1
    for word in words:
        assert word in result.messages, result.messages


def write_config(folder: Path, **org: str) -> Path:
    lines = [f'{key} = "{value}"' for key, value in org.items()]
    file = folder / "sidecar.toml"
    file.write_text("[org]\n" + "\n".join(lines))
    return file


def wrong_key(folder: Path) -> Path:
    key = rsa.generate_private_key(65537, 2048)
    file = folder / "wrong.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


def test_each_wrong_credential_is_named(unscored_copy: Path, tmp_path: Path) -> None:
    info = server.start(unscored_copy, package=None)
    try:
        known = server.credentials(unscored_copy)
        right = {
            "login_url": known.login_url,
            "username": known.username,
            "consumer_key": known.consumer_key,
            "private_key_file": str(known.private_key_file),
        }
        cases = [
            ({"private_key_file": str(wrong_key(tmp_path))}, "key"),
            ({"username": "nobody@local.example"}, "nobody@local.example"),
            ({"consumer_key": "unknown"}, "consumer_key"),
            ({"private_key_file": str(tmp_path / "missing.pem")}, "missing.pem"),
            ({"api_version": "12.0"}, "12.0"),
        ]
        for change, word in cases:
            file = write_config(tmp_path, **{**right, **change})
            refused(sidecar("--config", file, "refresh", state=tmp_path / "elsewhere"), word)
    finally:
        server.stop(info)
    with plain_client(unscored_copy) as client:
        assert own_values(client) == {}


def test_an_unreachable_org_is_named(tmp_path: Path) -> None:
    file = write_config(
        tmp_path,
        login_url="http://127.0.0.1:9",
        username="a@b.example",
        consumer_key="k",
        private_key_file=str(wrong_key(tmp_path)),
    )
    refused(sidecar("--config", file, "pull", state=tmp_path / "state"), "127.0.0.1:9")


def test_a_full_disk_is_told_and_the_next_pull_goes_on(unscored_copy: Path) -> None:
    blocks = 700  # of a kilobyte: room for some of the objects
    command = f'ulimit -f {blocks}; exec "$0" --state "$1" pull'
    done = subprocess.run(
        ["bash", "-c", command, SIDECAR, unscored_copy], capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    assert "There is no room to write" in done.stderr and "Remedy: free some space" in done.stderr
    assert sidecar("pull", state=unscored_copy).code == 0
    with Mirror.open(unscored_copy / "mirror.duckdb") as mirror, plain_client(unscored_copy) as client:
        for name in ("Account", "Opportunity", "OpportunityHistory"):
            assert mirror.count(name) == client.query(f"SELECT count() FROM {name}")["totalSize"] > 0


def test_plain_http_to_another_host_is_refused(tmp_path: Path) -> None:
    file = write_config(
        tmp_path,
        login_url="http://org.example",
        username="a@b.example",
        consumer_key="k",
        private_key_file=str(wrong_key(tmp_path)),
    )
    refused(sidecar("--config", file, "pull", state=tmp_path / "state"), "https")


def test_an_org_without_the_package_is_never_half_written(tmp_path: Path) -> None:
    folder, state = tmp_path / "export", tmp_path / "state"
    folder.mkdir()
    (folder / "Account.csv").write_text("Id,Name\n001000000000001AAA,Acme\n")
    assert sidecar("org", "load", folder, "--plain", state=state).code == 0
    with plain_client(state, "admin@local.example") as client:
        before = client.query_all("SELECT Id, Name, SystemModstamp FROM Account")["records"]
        assert len(before) == 1
    refused(sidecar("refresh", state=state), "lwc_components", "Sidecar_Integration")
    with plain_client(state, "admin@local.example") as client:
        assert client.query_all("SELECT Id, Name, SystemModstamp FROM Account")["records"] == before
    assert sidecar("org", "deploy", state=state).code == 0
    assert sidecar("refresh", state=state).code == 0


def test_a_package_that_lacks_a_field_stops_the_run_before_anything_is_written(tmp_path: Path) -> None:
    package, state = tmp_path / "package", tmp_path / "state"
    shutil.copytree(Path(__file__).parents[2] / "lwc_components", package)
    source = package / "main" / "default"
    (source / "objects/Account/fields/Sidecar_Health_Band__c.field-meta.xml").unlink()
    # A deployment that still names the field would be refused as a whole.
    for file in [*source.rglob("*.permissionset-meta.xml"), *source.rglob("*.listView-meta.xml")]:
        file.write_text(NAMING_THE_BAND.sub("", file.read_text()))
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "Account.csv").write_text("Id,Name\n001000000000001AAA,Acme\n")
    assert sidecar("org", "load", folder, "--plain", state=state).code == 0
    assert sidecar("org", "deploy", package, state=state).code == 0
    # A start brings the whole package of the checkout; the org as it is must be reached without one.
    info = server.start(state, package=None)
    try:
        refused(sidecar("refresh", state=state), "Account.Sidecar_Health_Band__c", "Sidecar_Integration")
    finally:
        server.stop(info)


def test_a_configured_field_that_the_org_lacks_is_named(unscored_copy: Path, tmp_path: Path) -> None:
    file = tmp_path / "sidecar.toml"
    file.write_text('[mapping.opportunity]\narr = "ARR_Total__c"\n')
    refused(sidecar("--config", file, "refresh", state=unscored_copy), "Opportunity.ARR_Total__c")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--config", "nowhere.toml", "pull"), ("nowhere.toml",)),
        (("refresh", "--as-of", "yesterday"), ("yesterday",)),
        (("pull", "--accept-missing"), ("--full",)),
        (("mirror", "check", "--accept-missing"), ("--repair",)),
        (("org", "load", "nowhere"), ("nowhere",)),
        (("fly",), ("fly",)),
    ],
)
def test_wrong_usage_is_refused(tmp_path: Path, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    refused(sidecar(*arguments, state=tmp_path / "state"), *words)


def test_broken_rows_of_an_export_are_reported_and_the_rest_is_loaded(tmp_path: Path) -> None:
    folder, state = tmp_path / "export", tmp_path / "state"
    folder.mkdir()
    (folder / "Account.csv").write_text(
        "Id,Name,AnnualRevenue,Colour\n"
        "001000000000001AAA,Fine,100,red\n"
        "001000000000002AAA,Bad number,much,red\n"
        "nonsense,Bad id,1,red\n"
    )
    result = sidecar("org", "load", folder, "--json", state=state)
    assert result.code == 3
    assert (result.json["inserted"], result.json["refused"]) == (1, 2)
    places = {(item["file"], item["row"], item["column"]) for item in result.json["problems"]}
    assert {("Account.csv", 3, "AnnualRevenue"), ("Account.csv", 4, "Id")} <= places
    assert any(item["column"] == "Colour" for item in result.json["problems"])
