"""What a user of the org may do in the console."""

from dataclasses import dataclass

from sidecar.configuration import ConsoleSection
from sidecar.questions import ask
from sidecar.service.org_login.provider import Identity, LoginRefusedError
from sidecar.service.sessions import ADMIN, READER
from sync import Org, soql


@dataclass(frozen=True)
class Access:
    """A user of the org, and the role in the console."""

    username: str
    role: str


def access_of(org: Org, identity: Identity, section: ConsoleSection) -> Access:
    """The role of a user, as the org has it now; two API calls.

    Args:
        org: logged in as the integration user.
        identity: who came back from the org's login.
        section: who may.

    Raises:
        LoginRefusedError: a user of another org, an inactive one, or one who is not to use the console.
        sync.RequestRefused: the integration user may not ask.
    """
    if identity.org_id[:15] != org.org_id[:15]:
        raise LoginRefusedError("this is a user of another org: log in with one of the org that the sidecar works for")
    active = soql.compare("Id", "=", identity.user_id) & soql.compare("IsActive", "=", True)
    users = ask(org, "User", ["Username"], active, limit=1)
    if not users:
        raise LoginRefusedError(
            "this user is not active, or not shown to the integration user. Remedy: an administrator lets the"
            " integration user see it, or log in with the token"
        )
    username = str(users[0]["Username"])
    roles = _roles(org, identity.user_id, section)
    if ADMIN in roles or username.casefold() in {name.casefold() for name in section.users}:
        return Access(username, ADMIN)
    if READER in roles:
        return Access(username, READER)
    raise LoginRefusedError(
        f"the user {username} may not use this console. Remedy: an administrator assigns the permission set"
        f" {section.permission_set}, or adds the username to users under [console]"
    )


def _roles(org: Org, user_id: str, section: ConsoleSection) -> set[str]:
    """The roles that the user's permission sets give."""
    roles = {section.permission_set: ADMIN}
    if section.read_permission_set is not None:
        roles.setdefault(section.read_permission_set, READER)
    where = soql.compare("AssigneeId", "=", user_id) & soql.one_of("PermissionSet.Name", sorted(roles))
    rows = ask(org, "PermissionSetAssignment", ["PermissionSet.Name"], where)
    return {roles[row["PermissionSet"]["Name"]] for row in rows if row["PermissionSet"]["Name"] in roles}
