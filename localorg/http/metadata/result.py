"""What a deployment says about itself, by REST and by SOAP alike."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

from localorg.deploy import Outcome
from localorg.errors import OrgError
from localorg.http.metadata.deployments import Deployment
from localorg.metadata.component import Failure, Success
from localorg.metadata.manifest import FILE

OPTIONS: Final[Mapping[str, object]] = {
    "allowMissingFiles": False,
    "autoUpdatePackage": False,
    "checkOnly": False,
    "ignoreWarnings": False,
    "performRetrieve": False,
    "purgeOnDelete": False,
    "rollbackOnError": False,
    "runTests": None,
    "singlePackage": False,
    "testLevel": None,
}
TEST_LEVELS: Final = ("NoTestRun", "RunSpecifiedTests", "RunRelevantTests", "RunLocalTests", "RunAllTestsInOrg")
_NO_TESTS: Final = {
    "numFailures": 0,
    "numTestsRun": 0,
    "totalTime": 0.0,
    "successes": [],
    "failures": [],
    "codeCoverage": [],
    "codeCoverageWarnings": [],
}


def checked_options(given: Mapping[str, object]) -> dict[str, object]:
    """Deploy options with the usual values for those that are not given.

    Raises OrgError JSON_PARSER_ERROR for an unknown option or test level, or a value of the wrong kind.
    """
    for name, value in given.items():
        if name not in OPTIONS:
            raise OrgError("JSON_PARSER_ERROR", f'Unrecognized field "{name}" in deployOptions')
        if name == "testLevel" and value is not None and value not in TEST_LEVELS:
            raise OrgError("JSON_PARSER_ERROR", f"'{value}' is not a valid value for the enum 'TestLevel'")
        if isinstance(OPTIONS[name], bool) and not isinstance(value, bool):
            raise OrgError("JSON_PARSER_ERROR", f"'{value}' is not a valid value for the type xsd:boolean: {name}")
    return {**OPTIONS, **given}


def ended(outcome: Outcome, check_only: bool, manifests: list[str], now: str) -> tuple[str, dict[str, object]]:
    """The status with which an outcome ends a deployment, and what is kept of it."""
    done = outcome.applied or (check_only and bool(outcome.successes))
    if not outcome.failures or (done and not outcome.errors):
        status = "Succeeded"
    elif outcome.applied:
        status = "SucceededPartial"
    else:
        status = "Failed"
    successes = [_manifest(file, now) for file in manifests] + [_success(each, now) for each in outcome.successes]
    failures = outcome.failures
    if status == "Succeeded":  # a warning that was to be ignored is told among what went well
        successes += [_failure(each, now) | {"success": True} for each in failures]
        failures = ()
    return status, {
        "deployed": len(outcome.successes),
        "errors": len(outcome.errors),
        "successes": successes,
        "failures": [_failure(each, now) for each in failures],
    }


def failed(error: OrgError) -> dict[str, object]:
    """What is kept of a deployment that could not even begin."""
    return {"deployed": 0, "errors": 0, "errorMessage": error.message, "errorStatusCode": error.code}


def deploy_result(deployment: Deployment, user_name: str, *, details: bool) -> dict[str, object]:
    """DeployResult. details: with the messages about components."""
    kept = deployment.outcome
    deployed, errors = _number(kept, "deployed"), _number(kept, "errors")
    canceled = deployment.canceled_by is not None
    result: dict[str, object] = {
        "canceledBy": deployment.canceled_by,
        "canceledByName": user_name if canceled else None,
        "checkOnly": deployment.option("checkOnly"),
        "completedDate": deployment.completed,
        "createdBy": deployment.user_id,
        "createdByName": user_name,
        "createdDate": deployment.created,
        "done": deployment.ended,
        "errorMessage": kept.get("errorMessage"),
        "errorStatusCode": kept.get("errorStatusCode"),
        "id": deployment.id,
        "ignoreWarnings": deployment.option("ignoreWarnings"),
        "lastModifiedDate": deployment.modified,
        "numberComponentErrors": errors,
        "numberComponentsDeployed": deployed,
        "numberComponentsTotal": deployed + errors,
        "numberTestErrors": 0,
        "numberTestsCompleted": 0,
        "numberTestsTotal": 0,
        "rollbackOnError": deployment.option("rollbackOnError"),
        "runTestsEnabled": deployment.options.get("testLevel") not in (None, "NoTestRun"),
        "startDate": deployment.started,
        "stateDetail": None,
        "status": deployment.status,
        "success": deployment.status in ("Succeeded", "SucceededPartial"),
    }
    if details:
        result["details"] = {
            "componentFailures": kept.get("failures", []),
            "componentSuccesses": kept.get("successes", []),
            "retrieveResult": None,
            "runTestResult": _NO_TESTS,
        }
    return result


def _success(success: Success, now: str) -> dict[str, object]:
    return _message(success.type, success.name, success.file, now) | {
        "changed": success.changed,
        "created": success.created,
        "id": success.id,
    }


def _failure(failure: Failure, now: str) -> dict[str, object]:
    return _message(failure.type, failure.name, failure.file, now) | {
        "columnNumber": failure.column,
        "lineNumber": failure.line,
        "problem": failure.problem,
        "problemType": failure.kind,
        "success": False,
    }


def _manifest(file: str, now: str) -> dict[str, object]:
    return _message("", PurePosixPath(file).name or FILE, file, now)


def _message(type_name: str, name: str, file: str, now: str) -> dict[str, object]:
    return {
        "changed": False,
        "columnNumber": None,
        "componentType": type_name,
        "created": False,
        "createdDate": now,
        "deleted": False,
        "fileName": file,
        "fullName": name,
        "id": None,
        "lineNumber": None,
        "problem": None,
        "problemType": None,
        "success": True,
        "warning": False,
    }


def _number(kept: Mapping[str, object], name: str) -> int:
    value = kept.get(name, 0)
    return value if isinstance(value, int) else 0
