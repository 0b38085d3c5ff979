"""The demo's pages open as a rep who has deals and leads others."""

from datetime import date
from pathlib import Path

from localorg.book import BookSettings, fill, make_world
from localorg.org import LocalOrg
from sidecar.org.lead import PERMISSION_SET, TEAM, appoint


def test_the_rep_with_most_deals_leads_some_of_the_team_and_looks_at_the_pages(tmp_path: Path) -> None:
    org = LocalOrg.open(tmp_path / "org.sqlite", Path(__file__).parents[2] / "lwc_components")
    assert appoint(org) is None
    fill(org, make_world(BookSettings(accounts=6, deals=80, quarters=3, reps=5, end=date(2026, 11, 22))))
    lead = appoint(org)
    assert lead is not None
    with org.database.reader() as connection:
        deals = dict(
            connection.execute(
                'SELECT "OwnerId", count(*) FROM "Opportunity" WHERE "IsClosed" = 0 GROUP BY 1'
            ).fetchall()
        )
        below = connection.execute('SELECT "Id" FROM "User" WHERE "ManagerId" = ?', (lead.id,)).fetchall()
    assert deals[lead.id] == max(deals.values())
    assert len(below) == min(TEAM, len(deals) - 1)
    assert (lead.id,) not in below
    viewer = org.page_viewer()
    assert (viewer.id, viewer.permission_sets) == (lead.id, (PERMISSION_SET,))
    org.close()
