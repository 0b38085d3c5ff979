"""What a person confirms in the console is what is written: a plan and an undo, with the org changing meanwhile."""

from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from simple_salesforce.api import Salesforce

from sidecar.configuration import Configuration, ServiceSection
from sidecar.service.app import create_app
from sidecar.service.operations import slot
from sidecar.service.operations.slot import Operation
from sidecar.service.operations.work import perform
from sidecar.service.process import make_runner
from sidecar.service.tasks import Tasks
from sidecar.service.token import Token
from sidecar.state import State
from tests.end_to_end.driving import plain_client
from tests.end_to_end.written import own_values

PROBABILITY = "Sidecar_Win_Probability__c"
SCORED_DEALS = f"SELECT Id FROM Opportunity WHERE IsClosed = FALSE AND {PROBABILITY} > 5 ORDER BY Id LIMIT 2"


class Desk:
    """The service's operations on a state directory, without its clock and its web server."""

    def __init__(self, state: Path) -> None:
        self.tasks = Tasks(Configuration(), State.open(state), Event())
        self.runner = make_runner(self.tasks)

    def page(self, place: str) -> str:
        """A page of the console, in the eyes of somebody who is logged in."""
        client = create_app(self.runner, self.tasks, Token("right")).test_client()
        client.post("/login", data={"token": "right"})
        return client.get(place).text

    def does(self, kind: str, run: str = "", fingerprint: str = "") -> Operation:
        """Have an operation done; returns how it ended."""
        assert self.tasks.operations.ask(Operation(kind, "a test", datetime.now(UTC), run, fingerprint))
        perform(self.tasks, self.runner)
        last = self.tasks.operations.last
        assert last is not None
        return last


def spoil(client: Salesforce, deal: str) -> None:
    """Put another value in place of one of ours."""
    client.Opportunity.update(deal, {PROBABILITY: 1.5})


def test_what_is_written_or_undone_is_what_was_shown_or_nothing(demo_copy: Path) -> None:
    desk = Desk(demo_copy)
    previews = desk.tasks.previews
    with plain_client(demo_copy, "admin@local.example") as client:
        first, second = (row["Id"] for row in client.query(SCORED_DEALS)["records"])
        spoil(client, first)
        before = own_values(client)
        assert desk.does(slot.PLAN).state == slot.DONE
        shown = previews.plan()
        assert shown is not None and own_values(client) == before
        assert {row["record_id"] for row in shown.changes.to_pylist()} == {first}

        spoil(client, second)
        before = own_values(client)
        changed = desk.does(slot.WRITE, fingerprint=shown.fingerprint)
        assert changed.state == slot.CHANGED and "Nothing was written" in changed.message
        assert own_values(client) == before
        now = previews.plan()
        assert now is not None and now.fingerprint != shown.fingerprint

        done = desk.does(slot.WRITE, fingerprint=now.fingerprint)
        assert done.state == slot.DONE, done.message
        assert previews.plan() is None and desk.runner.memory["refresh"].wanted
        written = own_values(client)
        assert {key for key in before if before[key] != written[key]} >= {
            ("Opportunity", deal, PROBABILITY) for deal in (first, second)
        }

        run = done.message.removeprefix("run ").split(":")[0]
        assert desk.does(slot.PREVIEW_UNDO, run).state == slot.DONE
        undo = previews.undo(run)
        assert undo is not None and undo.run_id == run and undo.summary["kept"] == [] and own_values(client) == written

        client.Opportunity.update(first, {PROBABILITY: 2.5})
        changed = desk.does(slot.UNDO, run, undo.fingerprint)
        assert changed.state == slot.CHANGED
        touched = {**written, ("Opportunity", first, PROBABILITY): 2.5}
        assert own_values(client) == touched
        undo = previews.undo(run)
        assert undo is not None
        assert [(row["record_id"], row["field"], row["now"]) for row in undo.summary["kept"]] == [
            (first, PROBABILITY, "2.5")
        ]

        done = desk.does(slot.UNDO, run, undo.fingerprint)
        assert done.state == slot.DONE, done.message
        undone = {**before, ("Opportunity", first, PROBABILITY): 2.5}
        assert own_values(client) == undone

        desk.tasks.configuration = Configuration(service=ServiceSection(confirm_writes=True))
        assert "wait to be confirmed" in desk.tasks.refresh()
        held = previews.plan()
        assert held is not None and held.reason and {first, second} <= set(held.changes["record_id"].to_pylist())
        assert own_values(client) == undone
    card = desk.page("/model")
    for words in (
        "Learned from",
        "Proof on deals held out",
        "Past quarters, each projected",
        '<span class="badge good">',
    ):
        assert words in card
