"""A process that is killed in the middle of a write, and processes that write at once."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from localorg.org import LocalOrg
from tests.localorg.behaviour.conftest import ADMIN, DEAL

ROOT = Path(__file__).parents[3]
START = """
import os, signal, sys
from pathlib import Path
from localorg.org import LocalOrg
from localorg.store import opportunities, saving, tracking
from localorg.store.database import Database

org = LocalOrg.open(Path(sys.argv[1]))
records = org.records(org.user("admin@local.example"))

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def after(module, name):
    real = getattr(module, name)
    setattr(module, name, lambda *given: (real(*given), die()))
"""


def script(point: str) -> str:
    """A process that changes all deals and dies at a point."""
    ids = 'with org.database.reader() as c: ids = c.execute(\'SELECT "Id" FROM "Opportunity"\').fetchall()\n'
    rows = 'rows = [{"Id": row[0], "Amount": 7, "StageName": "Closed Won"} for row in ids]\n'
    hooks = {
        "history": "opportunities.insert_tuples = die\n",
        "after history": 'after(opportunities, "insert_tuples")\n',
        "field history": 'after(tracking, "insert_tuples")\n',
        "rows": "saving.update_statement = die\n",
        "after rows": 'after(saving, "_after_save")\n',
        "commit": "records = org.records(org.user('admin@local.example'), also=die)\n",
    }
    return START + ids + rows + hooks.get(point, "") + 'records.update("Opportunity", rows)\ndie()\n'


def state(path: Path) -> tuple[object, ...]:
    """Sums over all that one update writes."""
    org = LocalOrg.open(path)
    with org.database.reader() as connection:
        found = connection.execute(
            'SELECT (SELECT sum("Amount") FROM "Opportunity"), (SELECT sum("IsWon") FROM "Opportunity"), '
            '(SELECT count(*) FROM "OpportunityHistory"), (SELECT count(*) FROM "OpportunityFieldHistory")'
        ).fetchone()
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    org.close()
    return tuple(found)


@pytest.mark.shows("behaviour.transactions")
@pytest.mark.parametrize(
    "point", ["history", "after history", "field history", "rows", "after rows", "commit", "after the commit"]
)
def test_a_killed_process_leaves_whole_transactions_only(tmp_path: Path, point: str) -> None:
    path = tmp_path / "org.sqlite"
    org = LocalOrg.open(path)
    results = org.records(org.user(ADMIN)).insert("Opportunity", [DEAL] * 30)
    assert all(result.success for result in results)
    org.close()
    before = state(path)
    done = subprocess.run(
        [sys.executable, "-c", script(point), str(path)], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    written = (210.0, 30, 60, 90)
    assert state(path) == (written if point == "after the commit" else before)


@pytest.mark.shows("behaviour.writers")
def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "org.sqlite"
    org = LocalOrg.open(path)
    account = org.records(org.user(ADMIN)).insert("Account", [{"Name": "0"}])[0].id
    write = (
        'for number in range(25):\n    records.insert("Opportunity", [{**'
        + repr(DEAL)
        + ', "AccountId": sys.argv[2]}] * 4)\n'
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", START + write, str(path), str(account)], cwd=ROOT) for _ in range(2)
    ]
    records = org.records(org.user(ADMIN))
    for _ in range(25):
        assert all(result.success for result in records.insert("Opportunity", [{**DEAL, "AccountId": account}] * 4))
    assert [process.wait(60) for process in processes] == [0, 0]
    with org.database.reader() as connection:
        counts = connection.execute('SELECT count(*), count(DISTINCT "Id") FROM "Opportunity"').fetchone()
        histories = connection.execute('SELECT count(DISTINCT "OpportunityId") FROM "OpportunityHistory"').fetchone()
    org.close()
    assert (counts, histories) == ((300, 300), (300,))
