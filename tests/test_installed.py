"""The product installed with pip, outside of its checkout: a wheel in an environment of its own, an empty directory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
SOURCES = ("sidecar", "sync", "scoring", "localorg", "lwc_components", "pyproject.toml")
BUILDING = {".mjs", ".pyc"}  # what only the making of the pages needs, and leavings


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel; what it depends on is taken from that of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    for name in SOURCES:  # a build leaves files beside the sources
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, folder / "source" / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / "source" / name)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-deps", "--no-index"]
    run([*pip, "wheel", *offline, "--no-build-isolation", "--wheel-dir", folder, folder / "source"], folder)
    shutil.rmtree(folder / "source")
    run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], folder)
    [wheel] = folder.glob("*.whl")
    run([*pip, "--python", folder / "venv/bin/python", "install", *offline, wheel], folder)
    [packages] = (folder / "venv/lib").glob("python*/site-packages")
    # these are no site directories of it, so that the editable installation there is left out
    (packages / "shared.pth").write_text("\n".join(path for path in sys.path if path.endswith("site-packages")))
    return folder / "venv"


def run(command: list[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command that has to end well."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SIDECAR"))}
    done = subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done


def test_an_installed_copy_works_in_an_empty_directory(environment: Path, tmp_path: Path) -> None:
    sidecar = environment / "bin" / "sidecar"
    where = run([environment / "bin/python", "-c", "import sidecar, localorg; print(sidecar.__file__)"], tmp_path)
    assert where.stdout.startswith(str(environment)), "not the checkout's code"
    run([sidecar, "init", "--username", "integration@acme.example"], tmp_path)
    assert {file.name for file in tmp_path.iterdir()} >= {"sidecar.toml"}
    (tmp_path / "sidecar.toml").unlink()
    run([sidecar, "org", "book", "--accounts", "3", "--deals", "40", "--quarters", "3", "--reps", "1"], tmp_path)
    found = run([sidecar, "doctor", "--json"], tmp_path)
    assert '"problem"' not in found.stdout


def test_an_installed_copy_has_every_file_that_the_code_reads(environment: Path) -> None:
    [packages] = (environment / "lib").glob("python*/site-packages")
    files = [file for name in SOURCES for file in (REPOSITORY / name).rglob("*") if file.suffix not in BUILDING]
    needed = {str(file.relative_to(REPOSITORY)) for file in files if file.is_file() and "__tests__" not in file.parts}
    assert len(needed) > 500
    assert {name for name in needed if not (packages / name).is_file()} == set()
