"""`Sidecar_Integration` is enough for the whole flow, and nothing that the flow uses can be taken away unnoticed.

Each permission is taken away in turn and the step that rests on it is run: the settling of what is read, the check of
what is written. It has to name the object or field and a remedy.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace

import pytest

from localorg.access import INTEGRATION_PROFILE, FieldRights, ObjectRights, PermissionSet
from sidecar.catalogue import catalogue
from sidecar.left_out import left_out
from sidecar.refresh import Refresh, make_plan
from sidecar.targets import ACTION, PROJECTION, RUN, SCORED, OwnFields
from sidecar.undo import PARENTS, Undone, undo
from sync import Mirror, ObjectPull, Org, PullReport, SyncError, plan_undo, write_back
from sync.plan.targets import check
from sync.progress import SILENT
from sync.pull.scope import settle
from sync.schema import ObjectSchema
from tests.end_to_end.small_org import CONFIGURATION, make_org, refreshed, served
from tests.package.package_source import field_permissions, object_permissions, permission_set
from tests.served import INTEGRATION, Served

NAME = "Sidecar_Integration"
SOURCE = permission_set(NAME)

# The package shows the integration user every field of ours; these the flow does not use yet.
# They are listed so that the list cannot grow unseen.
UNUSED_OBJECTS = {"Sidecar_Request__c"}
UNUSED_FIELDS = {
    "Opportunity.Sidecar_Stage_Age__c",
    *(f"Sidecar_Action__c.Sidecar_{name}__c" for name in ("Is_Open", "Mine", "Status_Reason")),
    *(f"Sidecar_{name}__c.Sidecar_Key__c" for name in ("Deployment", "Plan", "Usage")),
    *(f"Sidecar_Projection__c.Sidecar_{name}__c" for name in ("Account", "Pillar")),
}
FIELDS = {
    name: editable
    for name, editable in field_permissions(SOURCE).items()
    if name not in UNUSED_FIELDS and name.partition(".")[0] not in UNUSED_OBJECTS
}
OBJECTS = {name: rights for name, rights in object_permissions(SOURCE).items() if name not in UNUSED_OBJECTS}
CATALOGUE = catalogue(CONFIGURATION)
WRITTEN = {own.object: own for own in (*SCORED, RUN)}

# What the local org cannot show to be needed, and why the platform needs it.
_SHARING = "the local org has no sharing; on the platform rows that nobody shared would silently be absent"
NEEDED_BY_THE_PLATFORM = {
    **{(name, "viewAllRecords"): _SHARING for name, rights in OBJECTS.items() if "viewAllRecords" in rights},
    ("Contact", "allowRead"): "contact roles of deals are only shown to those who may read contacts",
    ("user", "ApiEnabled"): "without it every API request is refused; it holds where the profile does not grant it",
    ("user", "ActivitiesAccess"): "tasks and events have no object permissions of their own; this opens them",
    ("user", "ViewSetup"): "organization, fiscal periods, stages and currencies are setup data",
    ("user", "ViewRoles"): "View Setup cannot be granted without it",
}


@dataclass(frozen=True)
class Flow:
    """An org with what was done in it: a refresh, its undo, and the same values once more, which stand."""

    inside: Served
    org: Org
    mirror: Mirror
    first: Refresh
    undone: Undone
    empty_after_undo: bool
    last_run: str

    @contextmanager
    def granted(self, changed: PermissionSet) -> Iterator[None]:
        """The org with another permission set in place of ours; nothing is deployed."""
        held = self.inside.inside._permission_sets
        before = held[NAME]
        held[NAME] = changed
        try:
            yield
        finally:
            held[NAME] = before

    @property
    def whole(self) -> PermissionSet:
        """Our permission set as deployed."""
        return self.inside.inside._permission_sets[NAME]

    def told_of_reading(self, *names: str) -> str:
        """What a pull of these objects says of what the org does not show; empty when it shows everything."""
        try:
            settled = settle(self.org, [item for item in CATALOGUE if item.name in names])
        except SyncError as error:
            return str(error)
        pulled = [
            ObjectPull(each.name, "rest" if each.schema else "none", missing_fields=each.missing, usual=each.item.usual)
            for each in settled.scopes
        ]
        return " ".join(left_out(PullReport(tuple(pulled), 0)))

    def told_of_writing(self, own: OwnFields) -> str:
        """What the plan says of an object's fields, and the undo of the records made of it; empty when all is well."""
        known = self.mirror.schema(own.object)
        assert known is not None
        described = self.org.describe(own.object, fresh=True)
        try:
            self._remember(described)
            columns = [own.key, *own.field_names, *([own.parent] if own.parent else [])]
            check(self.mirror, own.target(CONFIGURATION.write), columns)
            if own.key != "Id":
                plan_undo(self.mirror, self.last_run, parents=PARENTS)
        except SyncError as error:
            return str(error)
        finally:
            self._remember(known)
        return ""

    def _remember(self, schema: ObjectSchema) -> None:
        with self.mirror.transaction("schema") as connection:
            connection.execute(
                "UPDATE _sync.objects SET described = ? WHERE object = ?", [schema.to_json(), schema.name]
            )


@pytest.fixture(scope="module")
def flow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flow]:
    """Refreshed, undone and refreshed again by the integration user."""
    folder = tmp_path_factory.mktemp("least")
    key = make_org(folder)
    with (
        served(folder, key) as inside,
        Org.connect(inside.settings()) as org,
        Mirror.open(folder / "mirror.duckdb") as mirror,
    ):
        first = refreshed(org, mirror)
        undone = undo(org, mirror, CONFIGURATION, first.run_id, SILENT)
        empty = inside.rows('SELECT count(*) FROM "Opportunity" WHERE "Sidecar_Scored_At__c" IS NOT NULL') == [(0,)]
        for own in (PROJECTION, ACTION):
            empty &= inside.rows(f'SELECT count(*) FROM "{own.object}" WHERE "IsDeleted" = 0') == [(0,)]
        again = write_back(org, mirror, make_plan(mirror, CONFIGURATION, first.scored), run_id="again")
        assert again.complete
        yield Flow(inside, org, mirror, first, undone, empty, "again")


def test_the_flow_works_with_the_permission_set_alone(flow: Flow) -> None:
    user = flow.inside.inside.user(INTEGRATION)
    assert (user.profile, user.permission_sets, user.is_admin) == (INTEGRATION_PROFILE, (NAME,), False)
    done = flow.first
    assert done.complete
    assert left_out(done.pulled) == []
    assert done.written.rows_written == done.plan.rows > 20
    assert {row["object"] for row in done.plan.summary()["objects"]} == {own.object for own in SCORED}
    assert flow.undone.written.complete
    assert flow.undone.planned.kept.num_rows == 0
    assert flow.empty_after_undo
    logged = {key for (key,) in flow.inside.rows('SELECT "Sidecar_Key__c" FROM "Sidecar_Run__c"')}
    assert logged == {flow.first.run_id, flow.undone.run_id}


def test_nothing_is_said_while_nothing_is_taken_away(flow: Flow) -> None:
    assert flow.told_of_reading(*OBJECTS, "Task", "Event", "OpportunityLineItem") == ""
    assert {own.object: flow.told_of_writing(own) for own in WRITTEN.values()} == dict.fromkeys(WRITTEN, "")


def without_field(whole: PermissionSet, field: str, *, readable: bool = False) -> PermissionSet:
    rest = {name: rights for name, rights in whole.fields.items() if name != field}
    return replace(whole, fields={**rest, field: FieldRights(read=True)} if readable else rest)


@pytest.mark.parametrize("sobject", sorted({field.partition(".")[0] for field in FIELDS}))
def test_a_field_that_may_not_be_read_is_missed_and_named(flow: Flow, sobject: str) -> None:
    unnoticed = []
    for field in (name for name in FIELDS if name.startswith(f"{sobject}.")):
        with flow.granted(without_field(flow.whole, field)):
            told = flow.told_of_reading(sobject)
        # an address is granted as a whole and read in parts
        named = field in told or field.replace("BillingAddress", "BillingCountry") in told
        if not (named and "Remedy: " in told):
            unnoticed.append((field, told))
    assert unnoticed == []


@pytest.mark.parametrize("sobject", sorted({field.partition(".")[0] for field, editable in FIELDS.items() if editable}))
def test_a_field_that_may_not_be_edited_is_missed_and_named(flow: Flow, sobject: str) -> None:
    unnoticed = []
    for field in (name for name, editable in FIELDS.items() if editable and name.startswith(f"{sobject}.")):
        with flow.granted(without_field(flow.whole, field, readable=True)):
            told = flow.told_of_writing(WRITTEN[sobject])
        if not (field in told and "Remedy: " in told):
            unnoticed.append((field, told))
    assert unnoticed == []


RIGHTS = [(name, right) for name in sorted(OBJECTS) for right in sorted(OBJECTS[name])]
SHOWN_HERE = [each for each in RIGHTS if each not in NEEDED_BY_THE_PLATFORM]
ATTRIBUTES = {f"allow{field.name.title()}": field.name for field in fields(ObjectRights)}


@pytest.mark.parametrize(("sobject", "right"), SHOWN_HERE)
def test_a_right_on_an_object_is_missed_and_named(flow: Flow, sobject: str, right: str) -> None:
    rights = replace(flow.whole.objects[sobject], **{ATTRIBUTES[right]: False})
    rights = ObjectRights() if right == "allowRead" else rights  # the others rest on it
    with flow.granted(replace(flow.whole, objects={**flow.whole.objects, sobject: rights})):
        if right == "allowRead":
            told = flow.told_of_reading(sobject, "Account")
        else:
            told = flow.told_of_writing(WRITTEN[sobject])
    assert sobject in told
    assert "Remedy: " in told


def test_what_the_flow_does_not_use_is_granted_and_truly_unused() -> None:
    assert set(field_permissions(SOURCE)) >= UNUSED_FIELDS
    assert set(object_permissions(SOURCE)) >= UNUSED_OBJECTS
    used = {f"{item.name}.{name}" for item in CATALOGUE for name in (*item.required, *item.optional)}
    assert not used & UNUSED_FIELDS
    assert not {item.name for item in CATALOGUE} & UNUSED_OBJECTS


def test_what_only_the_platform_needs_is_declared_and_granted() -> None:
    users = [("user", name) for name in SOURCE.texts("userPermissions/name")]
    assert set(NEEDED_BY_THE_PLATFORM) <= {*RIGHTS, *users}
    assert set(users) <= set(NEEDED_BY_THE_PLATFORM)
