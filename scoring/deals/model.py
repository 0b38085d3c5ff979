"""The model behind the scores of open deals: fitted once, asked for any later day and any part of the deals."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.as_of import known_at
from scoring.book import Book, validate
from scoring.closed_deals import closed_deals, stage_visits
from scoring.days import Floats, plus_days
from scoring.deals.benchmarks import deal_benchmarks, stage_benchmarks
from scoring.deals.explanation import factor_table
from scoring.deals.open_deals import open_deals
from scoring.deals.risk_tags import risk_flags
from scoring.deals.win_prediction import confidence, predict_wins
from scoring.deals.win_rates import WinRates, fit_win_rates
from scoring.deals.win_time import WinTimes, fit_win_times, predict_win_times, won_within
from scoring.quarter import Quarter
from scoring.results import SCORES, DealScores
from scoring.settings import DealSettings
from scoring.stage_history import stage_spells
from scoring.words import joined

# Weeks ahead for which `DealScores.win_curve` holds a probability.
CURVE_WEEKS = 26


@dataclass(frozen=True)
class DealModel:
    """What was learned of deals until a day. `fit_deals` makes it.

    Attributes:
        as_of: the day until which history was known to it.
        settings: thresholds.
        rates, times: win rates, and times to win.
        stages: `STAGE_BENCHMARKS`.
        benchmarks: `BENCHMARKS`.
    """

    as_of: pd.Timestamp
    settings: DealSettings
    rates: WinRates
    times: WinTimes
    stages: pd.DataFrame
    benchmarks: pd.DataFrame

    def score(
        self, book: Book, as_of: pd.Timestamp, quarter: Quarter, only: Collection[str] | None = None
    ) -> DealScores:
        """Score the deals that are open at the end of the day `as_of`, with what was known then.

        A deal's scores depend on its own records alone, save for the risk tags of fields that nobody uses.

        Args:
            book: opportunities, stage_history, stages and roles are read.
            as_of: a day, that of the fit or later.
            quarter: the quarter whose end `quarter_probability` refers to.
            only: ids of the deals to score; all open ones when not given. Ids of other deals are passed over.

        Returns:
            See `DealScores`. Closed deals get no row; a deal without stage, segment, account, amount or close date
            is scored with what is known and tagged Missing data.

        Raises:
            ScoringInputError: a table does not have the documented form.
        """
        deals = self._open(book, as_of, only)
        today = as_of.normalize()
        timing = _timing(self.times, deals, (quarter.end.normalize() - today).days)
        wins = predict_wins(self.rates, deals, timing["beyond"], self.settings)
        trust = confidence(deals, wins, timing["beyond"], self.settings)
        deals["win_probability"] = wins["probability"]
        flags = risk_flags(deals, as_of, self.rates.base_rate, self.settings)
        scores = deals.assign(
            win_probability_low=wins["low"],
            win_probability_high=wins["high"],
            quarter_probability=wins["probability"] * timing["in_time"],
            forecast_arr=wins["probability"] * deals["arr"],
            confidence=trust["level"],
            confidence_reason=trust["reason"],
            typical_stage_days=deals["typical_days"],
            slow_stage_days=deals["slow_days"],
            stage_won_deals=deals["won_deals"],
            risk_tags=joined(flags),
            **{name: timing[name] for name in ("expected_close", "expected_close_early", "expected_close_late")},
        )
        weeks = [today + pd.Timedelta(weeks=week) for week in range(1, CURVE_WEEKS + 1)]
        return DealScores(
            scores=SCORES.conform(scores),
            factors=factor_table(deals, wins, self.rates),
            stages=self.stages,
            benchmarks=self.benchmarks,
            base_rate=self.rates.base_rate,
            base_deals=self.rates.base_deals,
            win_curve=self._won_by(deals, today, weeks),
        )

    def won_by(
        self, book: Book, as_of: pd.Timestamp, dates: Sequence[pd.Timestamp], only: Collection[str] | None = None
    ) -> pd.DataFrame:
        """The probability of each open deal to be won by the end of each of some days.

        Args:
            book: as for `score`.
            as_of: a day, that of the fit or later.
            dates: days after `as_of`; on an earlier one the probability is 0.
            only: as for `score`.

        Returns:
            Indexed by opportunity_id in their order, one column (0..1) per date; never falling from a day to a later
            one, never above `win_probability`.

        Raises:
            ScoringInputError: a table does not have the documented form.
        """
        return self._won_by(self._open(book, as_of, only), as_of.normalize(), dates)

    def _open(self, book: Book, as_of: pd.Timestamp, only: Collection[str] | None) -> pd.DataFrame:
        known = known_at(validate(book), as_of)
        deals = open_deals(known, stage_spells(known.stage_history), self.stages, as_of, self.settings)
        return deals if only is None else deals[deals["opportunity_id"].isin(list(only))].reset_index(drop=True)

    def _won_by(self, deals: pd.DataFrame, today: pd.Timestamp, dates: Sequence[pd.Timestamp]) -> pd.DataFrame:
        ahead: Floats = np.array([(date.normalize() - today).days for date in dates], dtype=np.float64)
        timing = predict_win_times(self.times, deals, 0)
        wins = predict_wins(self.rates, deals, timing["beyond"], self.settings)
        chance = won_within(self.times, deals, ahead) * wins["probability"].to_numpy()[:, None]
        return pd.DataFrame(chance, index=pd.Index(deals["opportunity_id"]), columns=pd.DatetimeIndex(list(dates)))


def fit_deals(book: Book, as_of: pd.Timestamp, settings: DealSettings | None = None) -> DealModel:
    """Learn from the deals' history until the end of the day `as_of`.

    Args:
        book: opportunities, stage_history, stages and roles are read.
        as_of: a day.
        settings: thresholds; the defaults when not given.

    Raises:
        ScoringInputError: a table does not have the documented form.
    """
    settings = settings or DealSettings()
    known = known_at(validate(book), as_of)
    closed = closed_deals(known, stage_spells(known.stage_history), as_of)
    visits = stage_visits(closed, stage_spells(known.stage_history), known.stages)
    by_stage = stage_benchmarks(visits, settings)
    rates = fit_win_rates(closed, visits, known.stages, by_stage, settings)
    return DealModel(
        as_of.normalize(), settings, rates, fit_win_times(visits, settings), by_stage, deal_benchmarks(closed)
    )


def score_deals(book: Book, as_of: pd.Timestamp, quarter: Quarter, settings: DealSettings | None = None) -> DealScores:
    """Fit on what was known at the end of the day `as_of` and score every deal that is open then.

    Args, returns and raises as `fit_deals` and `DealModel.score`.
    """
    return fit_deals(book, as_of, settings).score(book, as_of, quarter)


def _timing(times: WinTimes, deals: pd.DataFrame, days_left: int) -> pd.DataFrame:
    """in_time, beyond and the expected dates, which are missing where no won deal took as long."""
    found = predict_win_times(times, deals, days_left)
    unknown = found["beyond"] | (found["all_won_deals"] == 0)
    dates = {
        name: plus_days(deals["stage_entered"], found[days].mask(unknown))
        for name, days in (
            ("expected_close", "median_days"),
            ("expected_close_early", "early_days"),
            ("expected_close_late", "late_days"),
        )
    }
    return pd.DataFrame({"in_time": found["in_time"], "beyond": found["beyond"], **dates})
