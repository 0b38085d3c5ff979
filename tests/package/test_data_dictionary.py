"""The data dictionary says what the metadata says."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .package_source import REPOSITORY, SOURCE, own_fields, own_objects, permission_set_names

DICTIONARY = REPOSITORY / "docs" / "data-dictionary.md"


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    script = REPOSITORY / "docs" / "data_dictionary.py"
    return subprocess.run(
        [sys.executable, script, *arguments], capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for folder in ("objects", "permissionsets"):
        shutil.copytree(SOURCE / folder, tmp_path / "package" / folder)
    return tmp_path / "package"


def test_the_dictionary_in_the_repository_is_up_to_date() -> None:
    found = run("--check")
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def test_every_field_and_object_has_its_place() -> None:
    text = DICTIONARY.read_text(encoding="utf-8")
    for sobject, fields in own_fields().items():
        section = text.partition(f"`{sobject}`)" if sobject in own_objects() else f"## {sobject}\n")[2]
        section = section.partition("\n## ")[0]
        assert section, sobject
        assert [name for name, file in fields.items() if f"| {file.text('label')} | `{name}` |" not in section] == []
    assert all(f"### `{name}`" in text for name in permission_set_names())


def test_a_changed_help_text_is_drift_and_a_run_mends_it(package: Path, tmp_path: Path) -> None:
    copy = tmp_path / "dictionary.md"
    assert run("--package", package, "--file", copy).returncode == 0
    assert run("--check", "--package", package, "--file", copy).returncode == 0

    field = package / "objects" / "Account" / "fields" / "Sidecar_Health__c.field-meta.xml"
    text = field.read_text(encoding="utf-8")
    field.write_text(text.replace("<inlineHelpText>", "<inlineHelpText>Now told anew. "), encoding="utf-8")

    before = copy.read_bytes()
    found = run("--check", "--package", package, "--file", copy)
    assert found.returncode == 1
    assert "Now told anew." in found.stdout
    assert "dictionary.md is out of date" in found.stderr
    assert copy.read_bytes() == before

    assert run("--package", package, "--file", copy).returncode == 0
    assert run("--check", "--package", package, "--file", copy).returncode == 0


def test_a_missing_dictionary_is_out_of_date(package: Path, tmp_path: Path) -> None:
    assert run("--check", "--package", package, "--file", tmp_path / "none.md").returncode == 1
    assert not (tmp_path / "none.md").exists()


def test_a_pipe_in_a_text_does_not_break_the_table(package: Path, tmp_path: Path) -> None:
    field = package / "objects" / "Account" / "fields" / "Sidecar_Health__c.field-meta.xml"
    text = field.read_text(encoding="utf-8")
    field.write_text(text.replace("<description>", "<description>a | b "), encoding="utf-8")
    copy = tmp_path / "dictionary.md"
    assert run("--package", package, "--file", copy).returncode == 0
    assert r"a \| b " in copy.read_text(encoding="utf-8")
