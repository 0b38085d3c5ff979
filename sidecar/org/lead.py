"""Whom the demo's pages are opened as: a rep with deals, actions and a plan, who leads a team."""

from localorg.access import User
from localorg.org import LocalOrg
from localorg.store.birth import ADMIN_USERNAME

PERMISSION_SET = "Sidecar_User"
TEAM = 3

# The reps by their number of open deals: who has most sees most.
REPS = """
    SELECT u."Id", u."ManagerId" FROM "User" u JOIN "Opportunity" o ON o."OwnerId" = u."Id" AND o."IsClosed" = 0
    WHERE o."IsDeleted" = 0 AND u."ManagerId" IS NOT NULL
    GROUP BY u."Id" ORDER BY count(*) DESC, u."Id"
"""


def appoint(org: LocalOrg) -> User | None:
    """Make the rep with most open deals the manager of a few others of the same team, and open pages as that rep.

    Args:
        org: filled with a book, and with the package deployed.

    Returns:
        The rep; None where nobody has open deals and a manager.
    """
    with org.database.reader() as connection:
        reps: list[tuple[str, str]] = connection.execute(REPS).fetchall()
        (time_zone,) = connection.execute('SELECT "TimeZoneSidKey" FROM "Organization"').fetchone()
    if not reps:
        return None
    (lead_id, manager), others = reps[0], reps[1:]
    lead = org.user(lead_id)
    admin = org.records(org.user(ADMIN_USERNAME))
    team = [rep for rep, above in others if above == manager][:TEAM]
    admin.update("User", [{"Id": rep, "ManagerId": lead_id} for rep in team])
    # The days that components count and those of the org's formulas are then the same at every hour.
    admin.update("User", [{"Id": lead_id, "TimeZoneSidKey": time_zone}])
    org.assign(PERMISSION_SET, lead.username)
    org.open_pages_as(lead)
    return lead
