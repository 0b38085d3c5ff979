"""docs/local-org.md says of the local org what tests prove, no more."""

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = "Intro\n<!-- conformance: made by docs/local_org.py -->\nold\n<!-- end of conformance -->\nOutro\n"
FEATURE = '[[feature]]\nid = "{id}"\nname = "{id} works"\nstatus = "{status}"\nnote = "{note}"\n'
TEST = "import pytest\n\n\n@pytest.mark.shows({names})\ndef test_it() -> None:\n    assert True\n"


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    script = REPOSITORY / "docs" / "local_org.py"
    return subprocess.run(
        [sys.executable, script, *arguments], capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "conformance").mkdir()
    (tmp_path / "page.md").write_text(PAGE)
    return tmp_path


def made(project: Path, features: str, tests: str, *more: str) -> subprocess.CompletedProcess[str]:
    (project / "conformance" / "area.toml").write_text(f'area = "An area"\n{features}')
    (project / "tests" / "test_area.py").write_text(tests)
    options = ("--conformance", project / "conformance", "--tests", project / "tests", "--file", project / "page.md")
    return run(*options, *more)


def test_the_page_in_the_repository_is_up_to_date_and_every_feature_has_a_test() -> None:
    found = run("--check")
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def test_a_proved_feature_gets_its_line_and_the_rest_of_the_page_stays(project: Path) -> None:
    done = made(
        project, FEATURE.format(id="a.one", status="simplified", note="one | user"), TEST.format(names='"a.one"')
    )
    text = (project / "page.md").read_text()
    assert done.returncode == 0, done.stderr
    assert "| a.one works | simplified | one \\| user |" in text
    assert text.startswith("Intro\n") and text.endswith("Outro\n") and "old" not in text


@pytest.mark.parametrize(
    ("features", "tests", "said"),
    [
        (
            FEATURE.format(id="a.one", status="faithful", note=""),
            TEST.format(names='"a.two"'),
            "a.one: no test carries",
        ),
        (
            FEATURE.format(id="a.one", status="faithful", note=""),
            TEST.format(names='"a.one", "a.two"'),
            "a.two: a test shows it, but docs/conformance does not list it",
        ),
        (FEATURE.format(id="a.one", status="missing", note=""), TEST.format(names='"a.one"'), "its note has to say"),
        (FEATURE.format(id="a.one", status="fine", note="x"), TEST.format(names='"a.one"'), "a.one is 'fine'"),
        (
            2 * FEATURE.format(id="a.one", status="faithful", note=""),
            TEST.format(names='"a.one"'),
            "more than once: a.one",
        ),
        ('[[feature]]\nid = "a.one"\n', TEST.format(names='"a.one"'), "expected area and features of id, name"),
    ],
    ids=["no test", "no feature", "no note", "unknown status", "twice", "half a feature"],
)
def test_what_is_not_proved_or_not_listed_is_refused(project: Path, features: str, tests: str, said: str) -> None:
    done = made(project, features, tests)
    assert done.returncode == 2
    assert said in done.stderr
    assert (project / "page.md").read_text() == PAGE


def test_markers_of_a_class_and_of_a_module_count(project: Path) -> None:
    tests = (
        'import pytest\n\npytestmark = [pytest.mark.shows("a.module")]\n\n\n@pytest.mark.shows("a.class")\n'
        "class TestArea:\n    def test_it(self) -> None:\n        assert True\n"
    )
    features = "".join(FEATURE.format(id=name, status="faithful", note="") for name in ("a.module", "a.class"))
    assert made(project, features, tests).returncode == 0


def test_an_old_page_is_told_by_check_and_left_alone(project: Path) -> None:
    feature = FEATURE.format(id="a.one", status="faithful", note="")
    done = made(project, feature, TEST.format(names='"a.one"'), "--check")
    assert (done.returncode, (project / "page.md").read_text()) == (1, PAGE)
    assert "out of date" in done.stderr
