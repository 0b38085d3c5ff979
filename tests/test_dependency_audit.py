"""What the audit says of a registry's answer: a weakness, none, or that nobody knows, which is not none."""

from __future__ import annotations

import json

import pytest

from tests.dependency_audit import Told, of_node, of_python, verdict


def python(*packages: dict[str, object]) -> Told:
    return of_python(json.dumps({"dependencies": packages}), "")


SOUND = {"name": "a", "version": "1", "vulns": []}
WEAK = {"name": "b", "version": "2", "vulns": [{"id": "CVE-1", "fix_versions": ["3"]}]}
SKIPPED = {"name": "c", "skip_reason": "Dependency not found"}


def test_a_known_weakness_fails_in_any_case() -> None:
    for warn in (True, False):
        assert verdict(python(SOUND, WEAK), "pins", warn=warn) == (["WEAKNESS pins: b 2: CVE-1, mended in 3"], False)
    found = {"vulnerabilities": {"d": {"range": "<4", "severity": "high"}}, "metadata": {"dependencies": {"total": 9}}}
    assert verdict(of_node(json.dumps(found), ""), "lock", warn=True) == (["WEAKNESS lock: d <4: high"], False)


def test_no_weakness_is_said_only_where_every_package_was_looked_at() -> None:
    assert verdict(python(SOUND), "pins", warn=False) == (["pins: no known weakness of 1 packages"], True)
    told = of_node(json.dumps({"vulnerabilities": {}, "metadata": {"dependencies": {"total": 9}}}), "")
    assert verdict(told, "lock", warn=False) == (["lock: no known weakness of 9 packages"], True)


@pytest.mark.parametrize(
    "told",
    [
        python(SOUND, SKIPPED),
        python(),
        of_python("", "WARNING: x\nERROR: cannot reach it\n"),
        of_node('{"message": "405 Method Not Allowed"}', "npm error audit endpoint returned an error\n"),
        of_node('{"vulnerabilities": {}, "metadata": {"dependencies": {"total": 0}}}', ""),
        of_node("", ""),
    ],
)
def test_what_could_not_be_audited_is_a_warning_and_never_no_weakness(told: Told) -> None:
    [line], well = verdict(told, "pins", warn=True)
    assert well and line.startswith("WARNING: pins could NOT be audited (") and "no known weakness" not in line
    assert not verdict(told, "pins", warn=False)[1]


def test_a_weakness_beside_packages_that_nobody_knows_is_told_with_the_warning() -> None:
    lines, well = verdict(python(WEAK, SKIPPED), "pins", warn=True)
    assert [line.partition(" ")[0] for line in lines] == ["WEAKNESS", "WARNING:"] and not well
    assert "1 of 2 packages, Dependency not found" in lines[1]
