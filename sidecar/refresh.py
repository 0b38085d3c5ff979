"""One run of the flow: pull -> mirror -> book -> scores -> plan -> write back -> ledger."""

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pandas as pd

import scoring
import sync
from scoring.actions import ActionSettings, actions, follow_up
from scoring.health.proposals import health_proposals
from sidecar.book import notices, read_book
from sidecar.book.calendar import day_to_score, fiscal_quarters, today
from sidecar.book.currencies import corporate_currency, record_rates
from sidecar.catalogue import catalogue
from sidecar.configuration import Configuration
from sidecar.desired import Desired, Past, desired_records
from sidecar.desired.actions import present_actions
from sidecar.desired.plans_before import plans_before
from sidecar.desired.removals import removals
from sidecar.feeds import read_feeds
from sidecar.fitted import deal_model, health_lessons, projection
from sidecar.guard import Confirm, Review, check_size, unseen
from sidecar.health.settings import health_settings
from sidecar.left_out import left_out
from sidecar.rescored import deal_scores, health_scores
from sidecar.run_log import write_run_log
from sidecar.settled import is_settled, present_state, settle, unsettle
from sidecar.targets import ACTION, CURRENCY, PROJECTION, SCORED
from sidecar.unmoved import Unmoved
from sync import Mirror, Org, Plan, Progress, PullReport, WriteReport

# The projection is learned from past quarters; older ones say little about the next.
YEARS_TO_LEARN_FROM = timedelta(days=3 * 366)
# The note of the latest day that was scored and written.
LATEST_DAY = "latest day"


@dataclass(frozen=True)
class Scored:
    """What scoring made of the mirror.

    Attributes:
        as_of: the day of the scores.
        quarter: the fiscal quarter projected.
        desired: the records the org should hold.
        expired: keys of actions that were closed long ago and may go.
        notices: what was left open or decided while the book was read.
        problems: kinds of records that are not as they should be, each with its rows and what was done with them.
        settled: nothing has changed since a run that found nothing to write: no scores were computed.
    """

    as_of: date
    quarter: scoring.Quarter
    desired: Desired
    expired: "pd.Series[str]"
    notices: tuple[str, ...] = ()
    problems: Sequence[Mapping[str, object]] = ()
    settled: bool = False


@dataclass(frozen=True)
class Refresh:
    """What one refresh did.

    Attributes:
        run_id: its name in the ledger.
        pulled, scored, plan, written: the reports of its steps.
        calls: API calls of the whole run.
        seconds: wall time.
    """

    run_id: str
    pulled: PullReport
    scored: Scored
    plan: Plan
    written: WriteReport
    calls: int
    seconds: float

    @property
    def complete(self) -> bool:
        """Whether all that the org shows was read, and the org holds all that was desired."""
        return self.pulled.complete and self.written.complete and not self.plan.set_aside.num_rows

    def as_dict(self) -> Mapping[str, object]:
        """The same for machines."""
        return {
            "run": self.run_id,
            "as_of": self.scored.as_of.isoformat(),
            "quarter": self.scored.quarter.label,
            "read": {item.name: item.rows_read for item in self.pulled.objects},
            "rows_read": self.pulled.rows_read,
            "scored": {name: len(table) for name, table in self.scored.desired.tables.items()},
            "left_out": left_out(self.pulled),
            "notices": list(self.scored.notices),
            "records_scored": self.scored.desired.scored,
            "input_problems": list(self.scored.problems),
            "settled": self.scored.settled,
            "values_changed": len(self.plan.changes),
            "rows_changed": self.plan.rows,
            "removals": self.plan.removals.to_pylist(),
            "rows_written": self.written.rows_written,
            "rows_refused": self.written.rows_refused,
            "refused": [asdict(row) for row in self.written.refused],
            "set_aside": self.plan.set_aside.to_pylist(),
            "calls": self.calls,
            "seconds": round(self.seconds, 2),
        }


def new_run_id(now: datetime | None = None) -> str:
    """A name for a run that sorts by time and is not made twice: `20260105T101112-9f3a`."""
    return f"{now or datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"


def pull(
    org: Org,
    mirror: Mirror,
    configuration: Configuration,
    progress: Progress,
    *,
    full: bool = False,
    accept_missing: bool = False,
) -> PullReport:
    """Bring what changed into the mirror.

    Args:
        full: compare every row, not only those that changed since the last pull.
        accept_missing: let rows go that the org shows no more, however many they are.
    """
    section = configuration.pull
    report = sync.pull(
        org,
        mirror,
        catalogue(configuration),
        progress=progress,
        bulk_threshold=section.bulk_threshold,
        full=full,
        accept_missing=accept_missing,
        budget=sync.Budget(section.budget_run, section.budget_day),
    )
    files = read_feeds(mirror, configuration, progress)
    progress.end()
    return replace(report, objects=(*report.objects, *files))


def score(
    mirror: Mirror,
    configuration: Configuration,
    as_of: date | None,
    progress: Progress,
    unmoved: Unmoved | None = None,
    *,
    anew: bool = False,
) -> Scored:
    """Score the book as it stands in the mirror: the records that are not as they were when their scores were kept.

    Args:
        as_of: the day to score for; default the org's today. Later records of the mirror are not looked at.
        unmoved: see `desired_records`.
        anew: score every record, whatever is kept.
    """
    progress.stage("Score")
    day = day_to_score(mirror, as_of)
    moment = pd.Timestamp(day)
    book = scoring.validate(read_book(mirror, configuration))
    calendar = fiscal_quarters(mirror, configuration, day - YEARS_TO_LEARN_FROM, day)
    quarter = scoring.quarter_at(calendar, moment)
    settings = scoring.DealSettings(quarter_month=quarter.start.month)
    projected = projection(mirror, configuration, book, moment, quarter, calendar)
    model = deal_model(mirror, configuration, book, moment, settings)
    of_health = health_settings(configuration.health)
    lessons = health_lessons(mirror, configuration, book, moment, of_health)
    past = Past(model.model, book, moment, model.name)
    scored = deal_scores(mirror, past, projected.book, quarter, anew=anew)
    health = health_scores(mirror, book, projected.book, moment, of_health, lessons, anew=anew)
    deals = projected.timed(scored)
    tables = scoring.projection.projection_tables(projected, deals)
    playbooks = health_proposals(health, book.accounts)
    rules = ActionSettings(**configuration.actions.model_dump())
    proposed = actions(book, deals, tables.rows, moment, quarter, rules, extra=[playbooks])
    followed = follow_up(proposed, present_actions(mirror), book.opportunities, deals.scores, moment, rules)
    needed = scoring.projection.deals_in_need(projected, followed.shown["opportunity_id"])
    scored_at = pd.Timestamp.now("UTC").tz_localize(None).floor("s")
    rates = record_rates(mirror)
    plans = plans_before(mirror, tables.since)
    corporate = corporate_currency(mirror, [PROJECTION.object, ACTION.object])
    desired = desired_records(
        past,
        deals,
        health,
        tables,
        followed,
        needed,
        quarter,
        scored_at,
        rates,
        corporate,
        unmoved=unmoved,
        plans=plans,
    )
    return Scored(day, quarter, desired, followed.expired, notices(mirror, book), _records(health.problems))


def _records(table: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _as_before(mirror: Mirror, configuration: Configuration, day: date) -> Scored:
    """Nothing to desire beyond what the org holds already."""
    quarter = scoring.quarter_at(fiscal_quarters(mirror, configuration, day, day), pd.Timestamp(day))
    return Scored(day, quarter, Desired({}), pd.Series([], dtype="str"), settled=True)


def make_plan(mirror: Mirror, configuration: Configuration, scored: Scored, *, retry_refused: bool = False) -> Plan:
    """The difference between desired and present values. Nothing is written.

    Args:
        retry_refused: plan also for records that the org has refused so often that they are set aside.
    """
    tables = scored.desired.tables
    with_currency = {name for name, table in tables.items() if CURRENCY in table.column_names}
    fields = [own.with_currency if own.object in with_currency else own for own in SCORED]
    targets = [own.target(configuration.write) for own in fields]
    plan = sync.make_plan(mirror, targets, tables, retry_refused=retry_refused)
    gone = removals(
        mirror,
        scored.expired,
        scored.desired,
        scored.quarter.start.date(),
        is_latest=scored.as_of >= _latest_day(mirror),
    )
    return replace(plan, removals=gone)


def planned(
    mirror: Mirror, configuration: Configuration, as_of: date | None, progress: Progress
) -> tuple[Scored, Plan]:
    """What a refresh would write of the book as it stands in the mirror; see `score` for the arguments.

    What it finds is kept for the next run, as a refresh's is.
    """
    unmoved = Unmoved(mirror, configuration)
    scored = score(mirror, configuration, as_of, progress, unmoved)
    plan = make_plan(mirror, configuration, scored)
    unmoved.keep(plan)
    return scored, plan


def _latest_day(mirror: Mirror) -> date:
    """The latest day that was scored and written, though not one to come: a slip of `--as-of` is not to last."""
    noted = mirror.note(LATEST_DAY)
    return min(date.fromisoformat(noted), today(mirror)) if noted else date.min


def refresh(
    org: Org,
    mirror: Mirror,
    configuration: Configuration,
    as_of: date | None,
    progress: Progress,
    *,
    max_changes: int | None = None,
    confirm: Confirm = lambda _: False,
    review: Review = unseen,
    retry_refused: bool = False,
    always: bool = False,
    full: bool = False,
) -> Refresh:
    """The whole flow, once.

    Where nothing has changed since a run that found nothing to write, it ends after the pull (see `sidecar.settled`).

    Args:
        org: logged in as the integration user.
        mirror: opened.
        as_of: the day to score for; default the org's today.
        max_changes, confirm: see `guard.check_size`.
        review: is shown the plan before.
        retry_refused: see `make_plan`.
        always: compute scores and plan in any case, of every record.
        full: see `pull`.

    Raises:
        sync.MissingPackage, sync.MissingField, MassChangeError: before anything is written.
        sync.ObjectStopped: an object that scores rest on could not be read.
    """
    started, clock, run_id, calls = datetime.now(UTC), time.monotonic(), new_run_id(), org.calls
    pulled = pull(org, mirror, configuration, progress, full=full)
    pulled.check_needed()
    day = day_to_score(mirror, as_of)
    of_all = always or retry_refused
    unmoved = None if of_all else Unmoved(mirror, configuration)
    news = pulled.rows_changed or pulled.rows_deleted  # then the pass over all rows that tells it is spared
    if not (of_all or news) and is_settled(mirror, present_state(mirror, configuration, day)):
        scored = _as_before(mirror, configuration, day)
    else:
        scored = score(mirror, configuration, day, progress, unmoved, anew=always)
    plan = make_plan(mirror, configuration, scored, retry_refused=retry_refused)
    review(plan)
    check_size(plan, mirror, configuration.write, max_changes, confirm)
    unsettle(mirror)
    written = sync.write_back(
        org, mirror, plan, run_id=run_id, progress=progress, bulk_threshold=configuration.write.bulk_threshold
    )
    done = Refresh(run_id, pulled, scored, plan, written, org.calls - calls, time.monotonic() - clock)
    if day > _latest_day(mirror):
        mirror.keep_note(LATEST_DAY, day.isoformat())
    if plan.rows:
        done = replace(done, calls=done.calls + write_run_log(org, mirror, configuration, done.as_dict(), started))
    elif done.complete:
        settle(mirror, present_state(mirror, configuration, day))
    if unmoved is not None and not scored.settled:
        unmoved.keep(plan)
    progress.end()
    return done
