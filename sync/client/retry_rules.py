"""The retry table: what every status and error code of the org means for the run.

Source: REST API Developer Guide, "Status Codes and Error Responses"; Bulk API 2.0 guide, "Errors"; Salesforce help,
"OAuth Authorization Flow Errors". Statuses of one code differ between the sources, so a code decides before a status.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Action(Enum):
    """What is done next."""

    ACCEPT = "hand the answer on"
    RETRY_NOW = "wait a little, then repeat in this run"
    RETRY_LATER = "leave it; the next run tries again"
    RENEW_SESSION = "renew the session, then repeat once"
    REFUSE_ROW = "report the record; a repeat changes nothing"
    STOP_OBJECT = "end the work on this object, go on with the others"
    STOP_RUN = "end the run"


@dataclass(frozen=True)
class Rule:
    """Matches when every part that is given fits.

    Parameters
    ----------
    status, code, text : HTTP status, errorCode (as `plain` writes it), a part of the message.
    uncertain : the org may have done what was asked, so only harmless requests are repeated.
    attempts : the most attempts, None for as many as usual.
    then : what is done when repeats are used up.
    remedy : what a person does about it; empty where the message says it better.
    """

    action: Action
    status: int | None = None
    code: str | None = None
    text: str | None = None
    uncertain: bool = False
    attempts: int | None = None
    then: Action = Action.RETRY_LATER
    remedy: str = ""

    def fits(self, status: int | None, code: str, text: str) -> bool:
        """Whether this rule speaks about such an answer; `code` as `plain` writes it."""
        return (
            (self.status is None or self.status == status)
            and (self.code is None or self.code == code)
            and (self.text is None or self.text in text)
        )


def plain(code: str) -> str:
    """A code without case and underscores: REST has INVALID_SESSION_ID where Bulk has InvalidSessionId."""
    return code.replace("_", "").upper()


def _codes(action: Action, names: str, remedy: str = "") -> Iterator[Rule]:
    return (Rule(action, code=plain(name), remedy=remedy) for name in names.split())


def _statuses(action: Action, *statuses: int, uncertain: bool = False, remedy: str = "") -> Iterator[Rule]:
    return (Rule(action, status=status, uncertain=uncertain, remedy=remedy) for status in statuses)


_SCOPES = "check that the app's scopes include api and that the user may use the API"
_GRANT = "grant read access to it in a permission set of the integration user, such as Sidecar_Integration"
_SCHEMA = "the org's schema differs from what was asked for: run again, and check the mapping in sidecar.toml"
_AGAIN = "run again"
_OURS = "report it with this message: the request is not as this org expects it"

RULES: tuple[Rule, ...] = (
    # what the message decides
    Rule(Action.RETRY_NOW, code=plain("REQUEST_LIMIT_EXCEEDED"), text="ConcurrentPerOrgLongTxn", then=Action.STOP_RUN),
    Rule(Action.STOP_RUN, text="Connected app is not attached to Agent", remedy=_SCOPES),
    Rule(Action.STOP_RUN, text="This session is not valid for use with the REST API", remedy=_SCOPES),
    Rule(Action.RENEW_SESSION, status=403, text="Bad_OAuth_Token"),
    Rule(Action.STOP_OBJECT, code=plain("InvalidBatch"), text="Field name not found", remedy=_SCHEMA),
    # the session
    *_codes(Action.RENEW_SESSION, "INVALID_SESSION_ID"),
    # what passes by itself
    Rule(Action.RETRY_NOW, code=plain("UNABLE_TO_LOCK_ROW")),
    Rule(Action.RETRY_NOW, code=plain("SERVER_UNAVAILABLE"), uncertain=True, then=Action.STOP_RUN),
    Rule(Action.RETRY_NOW, code=plain("UNKNOWN_EXCEPTION"), uncertain=True, then=Action.STOP_RUN),
    Rule(Action.RETRY_NOW, code=plain("QUERY_TIMEOUT"), uncertain=True, attempts=2, then=Action.STOP_OBJECT),
    *_codes(Action.RETRY_LATER, "TooManyLockFailure Timeout ExceededQuota Unknown", _AGAIN),
    *_codes(
        Action.RETRY_LATER,
        "PROCESSING_HALTED BATCH_PROCESSING_HALTED ALL_OR_NONE_OPERATION_ROLLED_BACK PRECONDITION_FAILED",
    ),
    *_codes(Action.RETRY_LATER, "rate_limit_exceeded", _AGAIN),
    # what concerns one record
    *_codes(
        Action.REFUSE_ROW,
        "MALFORMED_ID ENTITY_IS_DELETED INVALID_CROSS_REFERENCE_KEY REQUIRED_FIELD_MISSING STRING_TOO_LONG"
        " INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST FIELD_CUSTOM_VALIDATION_EXCEPTION FIELD_INTEGRITY_EXCEPTION"
        " FIELD_FILTER_VALIDATION_EXCEPTION CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY CANNOT_EXECUTE_FLOW_TRIGGER"
        " ENTITY_IS_LOCKED INSUFFICIENT_ACCESS_OR_READONLY INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"
        " NUMBER_OUTSIDE_VALID_RANGE INVALID_TYPE_ON_FIELD_IN_RECORD INVALID_EMAIL_ADDRESS DUPLICATE_VALUE"
        " DUPLICATES_DETECTED DELETE_FAILED",
    ),
    # what concerns a whole object, or a whole request about it
    *_codes(Action.STOP_OBJECT, "INVALID_FIELD INVALID_TYPE", _SCHEMA),
    *_codes(Action.STOP_OBJECT, "INVALID_FIELD_FOR_INSERT_UPDATE INSUFFICIENT_ACCESS InvalidUser", _GRANT),
    *_codes(Action.STOP_OBJECT, "INVALID_QUERY_LOCATOR NOT_FOUND InvalidJobState InvalidJob", _AGAIN),
    *_codes(
        Action.STOP_OBJECT,
        "OPERATION_TOO_LARGE QUERY_TOO_COMPLICATED EXCEEDED_ID_LIMIT",
        "read fewer fields of the object, or let Bulk read it (pull.bulk_threshold = 0)",
    ),
    *_codes(Action.STOP_OBJECT, "STORAGE_LIMIT_EXCEEDED", "free data storage in the org (Setup > Storage Usage)"),
    *_codes(
        Action.STOP_OBJECT,
        "InvalidEntity FeatureNotEnabled FUNCTIONALITY_NOT_ENABLED",
        "the org's edition does not serve this: take the object out, or ask Salesforce to enable it",
    ),
    *_codes(
        Action.STOP_OBJECT,
        "MALFORMED_QUERY INVALID_QUERY_FILTER_OPERATOR JSON_PARSER_ERROR METHOD_NOT_ALLOWED UNSUPPORTED_MEDIA_TYPE"
        " INVALID_REPLICATION_DATE API_ERROR ClientInputError InvalidBatch InvalidOperation InvalidUrl InvalidXML",
        _OURS,
    ),
    # what concerns everything
    *_codes(Action.STOP_RUN, "REQUEST_LIMIT_EXCEEDED", "the day's API requests are used up: run again later"),
    *_codes(Action.STOP_RUN, "API_DISABLED_FOR_ORG", "the org's edition has no API: ask Salesforce to enable it"),
    *_codes(Action.STOP_RUN, "API_CURRENTLY_DISABLED", "give the integration user the permission API Enabled"),
    *_codes(
        Action.STOP_RUN,
        "invalid_grant invalid_app_access invalid_client_id invalid_client unsupported_grant_type invalid_request"
        " inactive_user inactive_org",
    ),
    # where no code decides
    *_statuses(Action.ACCEPT, 200, 201, 204, 304),
    *_statuses(Action.RENEW_SESSION, 401),
    *_statuses(Action.REFUSE_ROW, 300),
    *_statuses(Action.STOP_OBJECT, 404, 409, remedy=_AGAIN),
    *_statuses(Action.STOP_OBJECT, 403, remedy=_GRANT),
    *_statuses(Action.STOP_OBJECT, 400, 405, 414, 415, 428, 431, remedy=_OURS),
    *_statuses(Action.STOP_RUN, 410, remedy="the org serves this API version no more: set api_version to a newer one"),
    *_statuses(Action.RETRY_LATER, 412),
    *_statuses(Action.RETRY_NOW, 420, 429),
    *_statuses(Action.RETRY_NOW, 500, 502, 503, 504, uncertain=True),
)
"""The first rule that fits decides."""

OTHERWISE = Rule(Action.STOP_OBJECT, remedy=_OURS)
"""For a request that was refused in a way that no rule knows: nothing is repeated, the others go on."""

ROW_OTHERWISE = Rule(Action.REFUSE_ROW)
"""For a record that was refused with a code that no rule knows."""
