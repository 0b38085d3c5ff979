"""The build of the pages."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from localorg.pages import PageBuildError, ensure_built
from localorg.pages.build import digest_of, version_of

ROOT = Path(__file__).parents[3]


@pytest.mark.browser
def test_unchanged_sources_are_not_built_again(built_pages: Path, probed_package: Path) -> None:
    said: list[str] = []
    report = ensure_built(ROOT, built_pages, said.append, package=probed_package / "main/default")
    assert (report.built, report.out, said) == (False, built_pages.resolve(), [])


@pytest.mark.browser
def test_each_component_is_a_script_of_its_own(built_pages: Path) -> None:
    names = {file.name.split("-")[1] for file in built_pages.glob("chunk-*.js")}
    assert {"sidecarHealthPanel", "sidecarQuarterSnapshot", "sidecarDealScore", "probeWires"} <= names
    assert (built_pages / "page.css").is_file()


def test_every_source_counts_and_tests_do_not(tmp_path: Path) -> None:
    package = tmp_path / "default"
    bundle = package / "lwc/one"
    (bundle / "__tests__").mkdir(parents=True)
    script = bundle / "one.js"
    script.write_text("1")
    before = digest_of(ROOT, package)
    (bundle / "__tests__/one.test.js").write_text("2")
    assert digest_of(ROOT, package) == before
    script.write_text("3")
    changed = digest_of(ROOT, package)
    assert changed != before
    (bundle / "one.html").write_text("")
    assert digest_of(ROOT, package) not in (before, changed)


def test_without_node_modules_the_remedy_is_named(tmp_path: Path) -> None:
    with pytest.raises(PageBuildError, match="npm ci"):
        ensure_built(tmp_path, tmp_path / "out")
    assert version_of(tmp_path / "out") is None


@pytest.mark.browser
@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("import { x } from 'lightning/nowhere';\nexport { x };", '"lightning/nowhere" is imported by'),
        ("export { default } from '@salesforce/label/c.Nope';", 'Unknown custom label "Nope"'),
    ],
)
def test_an_import_that_nobody_answers_fails_the_build(tmp_path: Path, statement: str, message: str) -> None:
    if shutil.which("node") is None or not (ROOT / "node_modules/rollup").is_dir():
        assert os.environ.get("CI") != "true"
        pytest.skip("node_modules is missing")
    bundle = tmp_path / "default/lwc/broken"
    bundle.mkdir(parents=True)
    (bundle / "broken.js").write_text(statement)
    (bundle / "broken.js-meta.xml").write_text("<x><isExposed>true</isExposed></x>")
    with pytest.raises(PageBuildError) as caught:
        ensure_built(ROOT, tmp_path / "out", package=tmp_path / "default")
    assert message in str(caught.value)
    assert version_of(tmp_path / "out") is None
