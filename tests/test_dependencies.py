"""What is installed: every package is pinned, and declared with a reason or needed by one that is.

Whether a pinned version has known weaknesses only the registries know: `make audit` asks them.
"""

from __future__ import annotations

import json
import re
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[1]
PROJECT = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
LOCK_FILES = ("package-lock.json", "tests/clients/package-lock.json")
REGISTRY = re.compile(r"\b(?:pypi|pythonhosted|npmjs)\.(?:org|com)\b")


def declared() -> list[Requirement]:
    """What the product and its development ask for."""
    read = tomllib.loads(PROJECT)
    return [Requirement(text) for text in (*read["project"]["dependencies"], *read["dependency-groups"]["dev"])]


def pinned() -> dict[str, str]:
    """Version by name of every package of `requirements.txt`."""
    lines = (REPOSITORY / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pins}


def with_all_that_they_need(requirements: list[Requirement]) -> set[str]:
    """Names of packages, and of those that they need on this machine, as their own metadata says."""
    extras: dict[str, set[str]] = {}
    waiting = [(canonicalize_name(found.name), found.extras) for found in requirements]
    while waiting:
        name, wanted = waiting.pop()
        if name in extras and wanted <= extras[name]:
            continue
        extras.setdefault(name, set()).update(wanted)
        for text in metadata.requires(name) or []:
            need = Requirement(text)
            if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in {"", *extras[name]}):
                waiting.append((canonicalize_name(need.name), need.extras))
    return set(extras)


def test_every_pinned_package_is_declared_or_needed_by_one_that_is() -> None:
    needed = with_all_that_they_need(declared())
    assert set(pinned()) - needed == set(), "stray packages: take them out of requirements.txt"
    assert needed - set(pinned()) == set(), "not pinned: add them to requirements.txt"


def test_what_is_installed_is_what_is_pinned() -> None:
    assert {name: metadata.version(name) for name in pinned()} == pinned()


def test_every_declared_package_has_its_reason_beside_it() -> None:
    lists = re.findall(r"^(?:dependencies|dev) = \[\n(.*?)^\]", PROJECT, re.MULTILINE | re.DOTALL)
    lines = [line for found in lists for line in found.splitlines()]
    assert len(lists) == 2 and len(lines) > 15
    assert [line for line in lines if not re.search(r"\".*# \w", line)] == []


def test_a_lock_file_holds_no_address_to_download_from() -> None:
    for name in LOCK_FILES:
        packages: dict[str, dict[str, Any]] = json.loads((REPOSITORY / name).read_text("utf-8"))["packages"]
        assert len(packages) > 50
        assert [place for place, package in packages.items() if "resolved" in package] == []
    assert "://" not in (REPOSITORY / "requirements.txt").read_text(encoding="utf-8")


def test_no_registry_is_named_where_things_are_installed_or_explained() -> None:
    files = [file for where in (".", ".ci", "packaging", "tests/clients") for file in (REPOSITORY / where).glob("*")]
    told = {str(file.relative_to(REPOSITORY)): file for file in [*files, *REPOSITORY.glob("docs/**/*.md")]}
    texts = {name: file.read_text("utf-8", "replace") for name, file in told.items() if file.is_file()}
    assert {"Makefile", "pyproject.toml", ".ci/run", "docs/service.md", *LOCK_FILES} <= set(texts)
    assert {name: found.group() for name, text in texts.items() if (found := REGISTRY.search(text))} == {}


def test_what_npm_installs_is_exact_and_locked_by_a_hash() -> None:
    for name in LOCK_FILES:
        lock = json.loads((REPOSITORY / name).read_text("utf-8"))["packages"]
        manifest = json.loads((REPOSITORY / name).with_name("package.json").read_text("utf-8"))
        asked = {**manifest.get("dependencies", {}), **manifest.get("devDependencies", {})}
        assert asked and all(re.fullmatch(r"\d+\.\d+\.\d+[\w.-]*", version) for version in asked.values())
        assert {place.rpartition("node_modules/")[2] for place in lock} >= set(asked)
        bundled = [package for place, package in lock.items() if place and not package.get("inBundle")]
        assert all(package.get("integrity", "").startswith("sha512-") for package in bundled)
