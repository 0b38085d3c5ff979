"""A local org with the package, in reach of what is tested and of the test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from localorg.access import FieldRights, ObjectRights, PermissionSet
from localorg.http.connected_app import make_app
from localorg.org import LocalOrg
from sidecar.configuration import Configuration, OrgSection
from sidecar.doctor.finding import Finding
from sidecar.doctor.patient import Patient
from sidecar.state import State
from sync import Org
from tests.served import INTEGRATION, PACKAGE, Served, serving

SET = "Sidecar_Integration"


@dataclass(frozen=True)
class Clinic:
    """A served org, a state directory, and the configuration that leads to the org."""

    served: Served
    state: State
    configuration: Configuration

    def findings(self, check: Callable[[Patient], Iterator[Finding]], **sections: object) -> list[Finding]:
        """What one check finds with these sections of the configuration."""
        with self.patient(**sections) as found:
            return list(check(found))

    @contextmanager
    def patient(self, **sections: object) -> Iterator[Patient]:
        """The org as the doctor sees it."""
        configuration = self.configuration.model_copy(update=sections)
        with Org.connect(self.served.settings()) as org:
            yield Patient.of(configuration, self.state, org)

    @contextmanager
    def without(self, objects: tuple[str, ...] = (), fields: Mapping[str, FieldRights] | None = None) -> Iterator[None]:
        """The org with a permission set that lacks these objects, and has other rights on these fields."""
        held = self.served.inside._permission_sets
        before = held[SET]
        rights = {name: ObjectRights() if name in objects else right for name, right in before.objects.items()}
        held[SET] = replace(before, objects=rights, fields={**before.fields, **(fields or {})})
        try:
            yield
        finally:
            held[SET] = before

    @contextmanager
    def with_nothing(self) -> Iterator[None]:
        """The org with an empty permission set."""
        held = self.served.inside._permission_sets
        before = held[SET]
        held[SET] = PermissionSet(SET, SET, user_permissions=before.user_permissions)
        try:
            yield
        finally:
            held[SET] = before


@pytest.fixture(scope="session")
def clinic_template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with an org and the key of its connected app; and the consumer key."""
    folder = tmp_path_factory.mktemp("clinic")
    made = LocalOrg.open(folder / "org.sqlite", PACKAGE)
    app, keys = make_app(made)
    (folder / "key.pem").write_text(keys.private_key)
    (folder / "key.pem").chmod(0o600)
    made.close()
    return folder, app.consumer_key


@contextmanager
def opened(folder: Path, template: tuple[Path, str]) -> Iterator[Clinic]:
    """A copy of the template, served until the end of the block."""
    source, consumer_key = template
    shutil.copytree(source, folder)
    with serving(folder / "org.sqlite", folder / "key.pem", consumer_key) as served:
        section = OrgSection(
            login_url=served.url, username=INTEGRATION, consumer_key=consumer_key, private_key_file=served.key_file
        )
        yield Clinic(served, State.open(folder / "state"), Configuration(org=section))


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory, clinic_template: tuple[Path, str]) -> Iterator[Clinic]:
    """Shared by the tests of a module, which leave the org as they find it."""
    with opened(tmp_path_factory.mktemp("shared") / "org", clinic_template) as found:
        yield found


@pytest.fixture
def own_clinic(tmp_path: Path, clinic_template: tuple[Path, str]) -> Iterator[Clinic]:
    """A clinic of a test's own, for what cannot be put back."""
    with opened(tmp_path / "org", clinic_template) as found:
        yield found
