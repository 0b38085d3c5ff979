"""`/metadata/deployRequest`: deployments by REST."""

from __future__ import annotations

import json
from typing import Final

from flask import Blueprint, Response, request

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.body import json_body, json_response, unexpected_json
from localorg.http.metadata.deployments import Deployment, Deployments
from localorg.http.metadata.result import checked_options, deploy_result
from localorg.http.metadata.worker import DeployWorker
from localorg.http.session import current_user
from localorg.metadata.archive import LARGEST_ZIP
from localorg.org import LocalOrg

NO_ACCESS: Final = OrgError(
    "INSUFFICIENT_ACCESS",
    "use of the Metadata API requires a user with the ModifyAllData or ModifyMetadata permissions",
    status=403,
)
_OPTIONS_PARTS: Final = ("json", "entity_content")  # as documented; as Salesforce's own clients call it


def require_modify_metadata(user: User) -> None:
    """Raises OrgError INSUFFICIENT_ACCESS for anybody but an administrator."""
    if not user.is_admin:
        raise NO_ACCESS


def blueprint(org: LocalOrg, deployments: Deployments, worker: DeployWorker) -> Blueprint:
    """The resource and its single deployments."""
    pages = Blueprint("metadata", __name__)

    @pages.before_request
    def only_with_the_right() -> None:
        require_modify_metadata(current_user())

    @pages.post("/metadata/deployRequest")
    def deploy() -> Response:
        if request.mimetype == "multipart/form-data":
            archive = request.files.get("file")
            if archive is None:
                raise OrgError("MISSING_ARGUMENT", "The request has no part named file")
            options, content = _options(), archive.read(LARGEST_ZIP + 1)
            if len(content) > LARGEST_ZIP:
                raise OrgError("LIMIT_EXCEEDED", f"Maximum size of zip file is {LARGEST_ZIP} bytes")
            made = deployments.create(current_user().id, options, content)
        else:
            made = _repeated(deployments)
        worker.wake()
        return json_response(_answer(org, made, details=False), 201)

    @pages.get("/metadata/deployRequest/<deployment_id>")
    def status(deployment_id: str) -> Response:
        details = request.args.get("includeDetails", "").lower() == "true"
        return json_response(_answer(org, deployments.get(deployment_id), details=details))

    @pages.patch("/metadata/deployRequest/<deployment_id>")
    def cancel(deployment_id: str) -> Response:
        wanted = json_body().get("deployResult")
        if not isinstance(wanted, dict) or wanted.get("status") != "Canceling":
            raise OrgError("JSON_PARSER_ERROR", 'expected {"deployResult":{"status":"Canceling"}}')
        canceled = deployments.cancel(deployment_id, current_user().id)
        return json_response(_answer(org, canceled, details=False), 202)

    return pages


def _options() -> dict[str, object]:
    texts = [request.form[name] for name in _OPTIONS_PARTS if name in request.form]
    texts += [request.files[name].read().decode(errors="replace") for name in _OPTIONS_PARTS if name in request.files]
    if not texts:
        return checked_options({})
    try:
        body = json.loads(texts[0])
    except (ValueError, RecursionError) as error:
        raise OrgError("JSON_PARSER_ERROR", f"{error} at [line:1, column:1]") from error
    if not isinstance(body, dict):
        raise unexpected_json("an object", body)
    given = body.get("deployOptions", {})
    if not isinstance(given, dict):
        raise unexpected_json("deployOptions", given)
    return checked_options(given)


def _repeated(deployments: Deployments) -> Deployment:
    """The deployment of what a check-only one has found sound."""
    validated = json_body().get("validatedDeployRequestId")
    if not isinstance(validated, str):
        raise OrgError("MISSING_ARGUMENT", "expected validatedDeployRequestId, or a multipart body with a zip file")
    return deployments.repeat(validated, current_user().id)


def _answer(org: LocalOrg, deployment: Deployment, *, details: bool) -> dict[str, object]:
    options = {name: value for name, value in deployment.options.items() if value is not None}
    name = org.user(deployment.user_id).name
    return {
        "id": deployment.id,
        "validatedDeployRequestId": deployment.validated,
        "deployOptions": options,
        "deployResult": deploy_result(deployment, name, details=details),
    }
