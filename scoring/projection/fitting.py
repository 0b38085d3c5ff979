"""Learning the projection from past quarters: each is projected from what the others teach, then compared."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from scoring.book import Book
from scoring.days import Floats
from scoring.projection.calendar import Span
from scoring.projection.deals import ADDED, BOOKED
from scoring.projection.features import DealCodes, categories, deal_codes
from scoring.projection.layout import Layout, layout
from scoring.projection.learning import Week, assumed_odds, growth, lessons, past_weeks
from scoring.projection.model import PILLAR, SEGMENT, WHOLE, ProjectionModel, by_owner, by_pillar, outlook_of
from scoring.projection.new_business import entered, new_business, owner_wins, pillar_shares, won_in
from scoring.projection.pace import moves, paced
from scoring.projection.pipeline import StageWeights, due_pipeline, stage_weights
from scoring.projection.scopes import with_total
from scoring.projection.timeline import Timeline
from scoring.projection.trial import USUAL_SHOCK, Past, Replay, past_levels, past_proof, shared_shock
from scoring.results import PROJECTION_PROOF
from scoring.settings import DealSettings

# Two weeks in a row say nearly the same: the ranges are tried on every second one.
EVERY = 2


def learn(line: Timeline, book: Book, spans: list[Span], settings: DealSettings) -> ProjectionModel:
    """Fit everything.

    Args:
        line: the deals, as known on the day of the projection.
        book: stages, users and lines are read.
        spans: past quarters, whole ones only.
        settings: `demo_words`.
    """
    found = categories(line, book)
    code = deal_codes(line, book, found, settings)
    weeks = past_weeks(line, code, spans, found)
    moved = moves(weeks, spans, line, code, book.stages)
    plain = assumed_odds(book.stages, found)
    assumed = paced(plain, moved.pace())
    rows = lessons(weeks, spans, line, found)
    group = layout(line, book)
    past = entered(line, group.segment, spans)
    every = np.arange(len(spans))
    wins = pd.DataFrame([owner_wins(line, group, span) for span in spans], columns=group.people.owners)
    model = ProjectionModel(
        found=found,
        odds=rows.fit(found, assumed),
        assumed=assumed,
        growth=growth(weeks, spans, line, code),
        new=new_business(past, every),
        owners_new=wins.sum(),
        pillars_new=pillar_shares(line, group, spans),
        shock=USUAL_SHOCK,
        levels={},
        proof=PROJECTION_PROOF.empty(),
        quarters=len(spans),
    )
    if len(spans) < 2:
        return model
    replays, weights = [], stage_weights(line, book.stages)
    for number, span in enumerate(spans):
        others = np.flatnonzero(every != number)
        assumed = paced(plain, moved.pace(without=number))
        without = replace(
            model,
            odds=rows.fit(found, assumed, without=number, start=model.odds),
            assumed=assumed,
            new=new_business(past, others),
            owners_new=wins.iloc[others].sum(),
        )
        past_quarter = PastQuarter(number, span, weeks[number][::EVERY])
        replays += _replayed(without, line, code, past_quarter, group, weights)
    shock, scope = shared_shock(replays), group.people.units["scope"].to_numpy(dtype=object)
    levels = past_levels(replays, scope, shock, len(spans))
    return replace(model, shock=shock, levels=levels, proof=past_proof(replays, scope, spans))


@dataclass(frozen=True)
class PastQuarter:
    """A past quarter, its number and some of its weeks."""

    number: int
    span: Span
    weeks: list[Week]


def _replayed(
    model: ProjectionModel, line: Timeline, code: DealCodes, past: PastQuarter, group: Layout, weights: StageWeights
) -> list[Replay]:
    span = past.span
    final, final_pillar, final_account = finals(line, group, span)
    found = []
    for week in past.weeks:
        view = outlook_of(model, week, code, span)
        units = with_total(group.people.rolled_up(by_owner(model, line, group, view, span)), 1)
        pillars = group.people.rolled_up(by_pillar(model, line, group, view, span).sum(axis=1))
        accounts = group.by_account(view.deal, view.contributions()).sum(axis=1)
        busy = accounts[:, ADDED] > 0
        amount = due_pipeline(weights, week.standing, span)[:, :1]
        due = with_total(group.people.rolled_up(group.by_owner(view.deal, amount)), 1)[..., 0]
        rows = {
            WHOLE: _past(units[:, :1], final[:, :1], due[:, :1]),
            SEGMENT: _past(units[:, 1:], final[:, 1:], due[:, 1:]),
            PILLAR: _past(pillars, final_pillar),
        }
        each_account = _past(accounts[busy, None], final_account[busy, None])
        found.append(Replay(past.number, span.weeks_left(week.day), rows, each_account))
    return found


def _past(sums: Floats, final: Floats, due: Floats | None = None) -> Past:
    came = final - sums[..., BOOKED]
    return Past(sums, came, np.zeros_like(came) if due is None else due)


def finals(line: Timeline, group: Layout, span: Span) -> tuple[Floats, Floats, Floats]:
    """What a quarter came to: by unit and segment (All first), by unit and pillar, and by account."""
    won, value = won_in(line, span), np.nan_to_num(line.present.value)
    deal, part = np.flatnonzero(won), np.flatnonzero(won[group.parts.deal])
    units = with_total(group.people.rolled_up(group.by_owner(deal, value[deal, None])), 1)[..., 0]
    shares = (value[group.parts.deal[part]] * group.parts.share[part])[:, None]
    pillars = group.people.rolled_up(group.by_pillar(part, shares).sum(axis=1))[..., 0]
    return units, pillars, group.by_account(deal, value[deal, None])[..., 0].sum(axis=1)
