"""What the org shows this user, and lets it write: API version, package, permissions by field."""

from collections.abc import Iterator, Sequence
from importlib.metadata import version

from sidecar.doctor.finding import Finding, of_error, ok, problem, warning
from sidecar.doctor.patient import WRITTEN, Patient
from sidecar.left_out import WITHOUT
from sidecar.questions import ask
from sidecar.targets import OwnFields
from sync import ConfigurationError, ObjectSchema, Org, RequestRefused, soql

_OURS = "Sidecar_"
_ASSIGN = "assign the permission set Sidecar_Integration to the integration user"
_GRANT = "grant read access in a permission set of the integration user"
_MOST_NAMED = 12


def api_version(org: Org) -> Finding:
    """Whether the org serves the version that we speak."""
    try:
        org.check_version()
    except ConfigurationError as error:
        return problem("API version", str(error), "set api_version under [org] to one of these")
    return ok("API version", org.session.settings.api_version)


def package(patient: Patient) -> Iterator[Finding]:
    """Whether all that this version reads and writes of the package is in the org."""
    wanted = _wanted_of_package(patient)
    missing = [name for name in wanted if not _shown(patient, name)]
    program = version("salesforce-sidecar")
    if not missing:
        yield ok("package", f"complete for version {program} of this program: {len(wanted)} fields")
    elif len(missing) == len(wanted):
        yield problem(
            "package", "nothing of the Sidecar package is shown to this user", f"deploy lwc_components, then {_ASSIGN}"
        )
    else:
        yield problem(
            "package",
            f"older than version {program} of this program, or not shown as a whole: no {_some(missing)}",
            f"deploy lwc_components of this version again, then {_ASSIGN}",
        )


def reading(patient: Patient) -> Iterator[Finding]:
    """Fields and objects of the org itself that are not shown: those we need, and those that only better the scores."""
    needed: list[str] = []
    better: list[str] = []
    for item in patient.catalogue:
        if item.name.startswith(_OURS):
            continue
        if patient.schemas[item.name] is None:
            without = WITHOUT.get(item.name)
            told = f"{item.name} ({without})" if without else item.name
            (needed if item.needed else better if item.usual else []).append(told)
            continue
        required = [name for name in item.required if not name.startswith(_OURS)]
        needed += [f"{item.name}.{name}" for name in required if not patient.shows(item.name, name)]
        better += [f"{item.name}.{name}" for name in item.optional if not patient.shows(item.name, name)]
    if needed:
        yield problem("reading", f"needed and not shown: {_some(needed)}", f"{_GRANT}, or map another field")
    if better:
        yield warning("reading", f"scores do without {_some(better)}", f"{_GRANT}, if the org has them")
    if not needed and not better:
        yield ok("reading", f"{sum(schema is not None for schema in patient.schemas.values())} objects, all fields")


def writing(patient: Patient) -> Iterator[Finding]:
    """Fields of the package that are shown and cannot be written."""
    refused = [told for own in WRITTEN if (schema := patient.schemas[own.object]) for told in _unwritable(schema, own)]
    if refused:
        yield problem("writing", f"cannot be written: {_some(refused)}", f"{_ASSIGN}, as this version brings it")
    else:
        yield ok("writing", "only fields of the package, all of them allowed")


def users(patient: Patient) -> Iterator[Finding]:
    """Whether anybody sees what is written."""
    named = soql.one_of("PermissionSet.Name", ["Sidecar_User", "Sidecar_Admin"])
    try:
        found = ask(patient.org, "PermissionSetAssignment", ["Id"], named, limit=1)
    except RequestRefused as error:
        yield of_error("users", error)
        return
    if found:
        yield ok("users", "Sidecar_User or Sidecar_Admin is assigned")
    else:
        yield warning(
            "users",
            "nobody has the permission set Sidecar_User or Sidecar_Admin: the panels stay empty for everybody",
            "assign Sidecar_User to those who sell and care for customers, Sidecar_Admin to administrators",
        )


def _wanted_of_package(patient: Patient) -> list[str]:
    read = [f"{item.name}.{name}" for item in patient.catalogue for name in item.required if _is_ours(item.name, name)]
    written = [f"{own.object}.{name}" for own in WRITTEN for name in own.field_names]
    return list(dict.fromkeys([*read, *written]))


def _is_ours(sobject: str, field: str) -> bool:
    return sobject.startswith(_OURS) or field.startswith(_OURS)


def _shown(patient: Patient, name: str) -> bool:
    sobject, _, field = name.partition(".")
    return patient.shows(sobject, field)


def _unwritable(schema: ObjectSchema, own: OwnFields) -> Iterator[str]:
    if not schema.updateable or (own.key != "Id" and not schema.createable):
        yield f"records of {schema.name}"
        return
    for name in own.field_names:
        field = schema.field(name)
        if field is not None and not field.updateable:
            yield f"{schema.name}.{name}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
