"""Who a user is: userinfo and the identity URL."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from localorg.access import INTEGRATION_PROFILE, User
from localorg.http.oauth_assertion import instance_url
from localorg.http.versions import NEWEST_VERSION
from localorg.org import LocalOrg

Row = dict[str, str | None]

_COLUMNS = (
    *("FirstName", "LastName", "Email", "Alias", "TimeZoneSidKey", "LanguageLocaleKey", "LocaleSidKey"),
    *("Street", "City", "State", "PostalCode", "Country", "MobilePhone", "LastModifiedDate"),
)
_SOAP = {"enterprise": "c", "metadata": "m", "partner": "u"}
_REST = {
    "rest": "",
    "sobjects": "sobjects/",
    "search": "search/",
    "query": "query/",
    "recent": "recent/",
    "tooling_rest": "tooling/",
}


def identity_url(org: LocalOrg, user: User) -> str:
    """The address that stands for the user; the `id` of token answers and the `sub` of OpenID Connect."""
    return f"{instance_url()}/id/{org.org_id}/{user.id}"


def userinfo(org: LocalOrg, user: User) -> dict[str, object]:
    """The answer of `/services/oauth2/userinfo`."""
    base, row = instance_url(), _row(org, user)
    zone = _zone(row)
    return {
        "sub": identity_url(org, user),
        "user_id": user.id,
        "organization_id": org.org_id,
        "preferred_username": user.username,
        "nickname": row["Alias"],
        "name": user.name,
        "email": row["Email"],
        "email_verified": True,
        "given_name": row["FirstName"],
        "family_name": row["LastName"],
        "zoneinfo": zone,
        "photos": _photos(base),
        "profile": f"{base}/{user.id}",
        "picture": _photos(base)["picture"],
        "address": {"country": row["Country"]} if row["Country"] else {},
        "is_salesforce_integration_user": user.profile == INTEGRATION_PROFILE,
        "urls": _urls(org),
        "active": user.is_active,
        "user_type": "STANDARD",
        "language": row["LanguageLocaleKey"] or "en_US",
        "locale": row["LocaleSidKey"] or "en_US",
        "utcOffset": _offset(org, zone),
        "updated_at": (row["LastModifiedDate"] or "").replace(".000Z", "Z"),
        "is_app_installed": True,
    }


def identity(org: LocalOrg, user: User, version: str | None) -> dict[str, object]:
    """The answer of the identity URL; `version` (`latest`, or a number) fills the placeholder of its URLs."""
    info, row = userinfo(org, user), _row(org, user)
    filled = {"latest": f"{NEWEST_VERSION}.0", None: "{version}"}.get(version, version)
    return {
        "id": info["sub"],
        "asserted_user": True,
        "user_id": user.id,
        "organization_id": org.org_id,
        "username": user.username,
        "nick_name": row["Alias"],
        "display_name": user.name,
        "email": row["Email"],
        "email_verified": True,
        "first_name": row["FirstName"],
        "last_name": row["LastName"],
        "timezone": info["zoneinfo"],
        "photos": info["photos"],
        "addr_street": row["Street"],
        "addr_city": row["City"],
        "addr_state": row["State"],
        "addr_country": row["Country"],
        "addr_zip": row["PostalCode"],
        "mobile_phone": row["MobilePhone"],
        "mobile_phone_verified": False,
        "is_lightning_login_user": False,
        "status": {"created_date": None, "body": None},
        "urls": {name: url.replace("{version}", str(filled)) for name, url in _urls(org).items()},
        "active": user.is_active,
        "user_type": "STANDARD",
        "language": info["language"],
        "locale": info["locale"],
        "utcOffset": info["utcOffset"],
        "last_modified_date": row["LastModifiedDate"],
        "is_app_installed": True,
    }


def _row(org: LocalOrg, user: User) -> Row:
    """The columns of the user's row which identity answers show; None for those the org does not have."""
    sobject = org.schema.objects["User"]
    present = [name for name in _COLUMNS if sobject.field(name) is not None]
    columns = ", ".join(f'"{name}"' for name in present)
    with org.database.reader() as connection:
        row = connection.execute(f'SELECT {columns} FROM "User" WHERE "Id" = ?', (user.id,)).fetchone()
    return dict.fromkeys(_COLUMNS) | dict(zip(present, row, strict=True))


def _photos(base: str) -> dict[str, str]:
    return {"picture": f"{base}/profilephoto/005/F", "thumbnail": f"{base}/profilephoto/005/T"}


def _urls(org: LocalOrg) -> dict[str, str]:
    base, organization = instance_url(), org.org_id
    soap = {kind: f"{base}/services/Soap/{letter}/{{version}}/{organization}" for kind, letter in _SOAP.items()}
    rest = {name: f"{base}/services/data/v{{version}}/{path}" for name, path in _REST.items()}
    return soap | rest


def _zone(row: Row) -> str:
    """The user's time zone, UTC when the machine does not know it."""
    zone = row["TimeZoneSidKey"] or "UTC"
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC"
    return zone


def _offset(org: LocalOrg, zone: str) -> int:
    offset = org.clock.now().astimezone(ZoneInfo(zone)).utcoffset() or dt.timedelta()
    return int(offset.total_seconds() * 1000)
