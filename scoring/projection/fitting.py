"""Learning the projection from past quarters: each is projected from what the others teach, then compared."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from scoring.book import Book
from scoring.days import Floats
from scoring.projection.calendar import Span
from scoring.projection.deals import ADDED, BOOKED, EXPOSURE, NEW, VARIANCE, distribution
from scoring.projection.features import DealCodes, categories, deal_codes
from scoring.projection.layout import Layout, layout
from scoring.projection.learning import Week, assumed_odds, growth, lessons, past_weeks
from scoring.projection.model import ProjectionModel, band, by_owner, outlook_of
from scoring.projection.new_business import entered, new_business, owner_wins, pillar_shares, won_in
from scoring.projection.ranges import Levels, calibrated
from scoring.projection.scopes import ACCOUNT, with_total
from scoring.projection.timeline import Timeline

# The shock of so many quarters is taken to be this, before any has been seen.
USUAL_SHOCK, SHOCK_QUARTERS = 0.2, 2.0
# Nominal levels weigh as much as so many independent outcomes; units of one quarter count as few.
DOUBT, UNITS = 20.0, 10
# Two weeks in a row say nearly the same: the ranges are tried on every second one.
EVERY = 2


@dataclass(frozen=True)
class Replay:
    """One past week as it would have been projected: sums by unit and by account, and what came after."""

    weeks_left: int
    units: Floats
    units_came: Floats
    accounts: Floats
    accounts_came: Floats


def learn(line: Timeline, book: Book, spans: list[Span]) -> ProjectionModel:
    """Fit everything.

    Args:
        line: the deals, as known on the day of the projection.
        book: stages, users and lines are read.
        spans: past quarters, whole ones only.
    """
    found = categories(line)
    code = deal_codes(line, found)
    assumed = assumed_odds(book.stages, found)
    weeks = past_weeks(line, code, spans, found, assumed)
    rows = lessons(weeks, spans, line, found)
    group = layout(line, book)
    past = entered(line, group.segment, spans)
    every = np.arange(len(spans))
    wins = pd.DataFrame([owner_wins(line, group, span) for span in spans], columns=group.people.owners)
    model = ProjectionModel(
        found=found,
        odds=rows.fit(found.levels),
        assumed=assumed,
        growth=growth(weeks, spans, line, code),
        new=new_business(past, every),
        owners_new=wins.sum(),
        pillars_new=pillar_shares(line, group, spans),
        shock=USUAL_SHOCK,
        levels={},
        quarters=len(spans),
    )
    if len(spans) < 2:
        return model
    replays = []
    for number, span in enumerate(spans):
        others = np.flatnonzero(every != number)
        without = replace(
            model,
            odds=rows.fit(found.levels, without=number, start=model.odds),
            new=new_business(past, others),
            owners_new=wins.iloc[others].sum(),
        )
        replays += _replayed(without, line, code, span, weeks[number][::EVERY], group)
    shock = _shock(replays, len(spans))
    return replace(model, shock=shock, levels=_levels(replays, group, shock, len(spans)))


def _replayed(
    model: ProjectionModel, line: Timeline, code: DealCodes, span: Span, weeks: list[Week], group: Layout
) -> list[Replay]:
    final, final_account = finals(line, group, span)
    found = []
    for week in weeks:
        view = outlook_of(model, week, code, span)
        units = with_total(group.people.rolled_up(by_owner(model, line, group, view, span)), 1)
        accounts = group.by_account(view.deal, view.contributions()).sum(axis=1)
        busy = accounts[:, ADDED] > 0
        came = (final_account - accounts[:, BOOKED])[busy]
        found.append(Replay(span.weeks_left(week.day), units, final - units[..., BOOKED], accounts[busy], came))
    return found


def finals(line: Timeline, group: Layout, span: Span) -> tuple[Floats, Floats]:
    """What a quarter came to: by unit and segment (All first), and by account."""
    deal = np.flatnonzero(won_in(line, span))
    value = np.nan_to_num(line.present.value[deal])[:, None]
    units = with_total(group.people.rolled_up(group.by_owner(deal, value)), 1)[..., 0]
    return units, group.by_account(deal, value)[..., 0].sum(axis=1)


def _shock(replays: list[Replay], quarters: int) -> float:
    """The shared shock: what the org's totals were off by beyond the chance of independent deals (by moments)."""
    org = np.array([each.units[0, 0] for each in replays])
    off = np.array([each.units_came[0, 0] for each in replays]) - org[:, ADDED] - org[:, NEW]
    exposed = float((org[:, EXPOSURE] ** 2).sum())
    excess = float((off**2 - org[:, VARIANCE]).sum())
    found = max(excess / exposed, 0.0) if exposed > 0 else USUAL_SHOCK**2
    return float(np.sqrt((quarters * found + SHOCK_QUARTERS * USUAL_SHOCK**2) / (quarters + SHOCK_QUARTERS)))


def _levels(
    replays: list[Replay], group: Layout, shock: float, quarters: int
) -> Mapping[tuple[str, bool, int], Levels]:
    """Calibrated levels for each scope, All or segment, and band of weeks."""
    scope = group.people.units["scope"].to_numpy(dtype=object)
    found = {}
    for number in range(3):
        chosen = [each for each in replays if band(each.weeks_left) == number]
        if not chosen:
            continue
        for name in dict.fromkeys(scope):
            mine = scope == name
            for whole in (True, False):
                part = (mine, slice(0, 1)) if whole else (mine, slice(1, None))
                table = np.concatenate([each.units[part].reshape(-1, each.units.shape[-1]) for each in chosen])
                came = np.concatenate([each.units_came[part].ravel() for each in chosen])
                found[(str(name), whole, number)] = _level(table, came, shock, quarters * min(int(mine.sum()), UNITS))
        table = np.concatenate([each.accounts for each in chosen])
        came = np.concatenate([each.accounts_came for each in chosen])
        levels = _level(table, came, shock, quarters * UNITS)
        found[(ACCOUNT, True, number)] = found[(ACCOUNT, False, number)] = levels
    return found


def _level(table: Floats, came: Floats, shock: float, independent: int) -> Levels:
    table, came = table[table[:, ADDED] + table[:, NEW] > 0], came[table[:, ADDED] + table[:, NEW] > 0]
    computed = distribution(table, shock)
    return calibrated(computed.chance(came), computed.chance_below(came), independent, DOUBT)
