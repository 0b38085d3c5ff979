"""The model behind the scores of open deals: fitted once, asked for any later day and any part of the deals."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from scoring.as_of import known_at
from scoring.book import Book, validate
from scoring.closed_deals import closed_deals, stage_visits
from scoring.days import Floats
from scoring.deals.benchmarks import deal_benchmarks, stage_benchmarks
from scoring.deals.chances import Chances, fit_chances
from scoring.deals.explanation import factor_table
from scoring.deals.learning import Lessons, lessons
from scoring.deals.open_deals import open_deals
from scoring.deals.outlook import Outlook, by_model, by_rates
from scoring.deals.proof import BASE_RATE, MODEL, UNPROVED, Verdict, enough, judge
from scoring.deals.risk_tags import InUse, in_use, risk_flags
from scoring.deals.timing import WEEKS, Hazards, fit_hazards
from scoring.deals.win_rates import WinRates, fit_win_rates
from scoring.deals.win_time import WinTimes, fit_win_times
from scoring.lookup import places
from scoring.quarter import Quarter
from scoring.results import SCORES, DealScores
from scoring.settings import DealSettings
from scoring.stage_history import stage_spells
from scoring.words import joined


@dataclass(frozen=True)
class DealModel:
    """What was learned of deals until a day. `fit_deals` makes it; it holds plain arrays and tables and can be pickled.

    Attributes:
        as_of: the day until which history was known to it.
        settings: thresholds.
        rates, times: win rates by stage, and times to win: what counts where the model has not proved itself.
        chances, hazards: the win model and its timing; missing where the verdict is not for them.
        verdict: the method used, and what says so.
        stages: `STAGE_BENCHMARKS`.
        benchmarks: `BENCHMARKS`.
    """

    as_of: pd.Timestamp
    settings: DealSettings
    rates: WinRates
    times: WinTimes
    chances: Chances | None
    hazards: Hazards | None
    verdict: Verdict
    stages: pd.DataFrame
    benchmarks: pd.DataFrame

    def score(
        self,
        book: Book,
        as_of: pd.Timestamp,
        quarter: Quarter,
        only: Collection[str] | None = None,
        used: InUse | None = None,
    ) -> DealScores:
        """Score the deals that are open at the end of the day `as_of`, with what was known then.

        A deal's scores depend on its own records and its account's usage alone, save for the risk tags of fields that
        nobody uses.

        Args:
            book: the tables of deals, their histories, people and activities, and usage are read.
            as_of: a day, that of the fit or later.
            quarter: the quarter whose end `quarter_probability` refers to.
            only: ids of the deals to score; all open ones when not given. Ids of other deals are passed over.
            used: what the org uses; judged by the deals to score when not given.

        Returns:
            See `DealScores`. Closed deals get no row; a deal without stage, segment, account, amount or close date
            is scored with what is known and tagged Missing data.

        Raises:
            ScoringInputError: a table does not have the documented form.
        """
        today = as_of.normalize()
        known = known_at(part_of(validate(book), only), as_of)
        used = used or in_use(known, self.settings)
        deals, outlook = self._outlook(known, as_of, used)
        deals["win_probability"] = outlook.probability
        flags = risk_flags(deals, used, as_of, self.rates.base_rate, self.settings)
        days_left: Floats = np.array([(quarter.end.normalize() - today).days], dtype=np.float64)
        scores = deals.assign(
            win_probability_low=outlook.low,
            win_probability_high=outlook.high,
            quarter_probability=outlook.won_within(days_left)[:, 0],
            forecast_arr=outlook.probability * deals["arr"],
            confidence=outlook.trust["level"],
            confidence_reason=outlook.trust["reason"],
            typical_stage_days=deals["typical_days"],
            slow_stage_days=deals["slow_days"],
            stage_won_deals=deals["won_deals"],
            risk_tags=joined(flags),
            **{name: outlook.dates[name] for name in outlook.dates.columns},
        )
        return DealScores(
            scores=SCORES.conform(scores),
            factors=factor_table(deals, outlook, self.rates),
            stages=self.stages,
            benchmarks=self.benchmarks,
            base_rate=self.rates.base_rate,
            base_deals=self.rates.base_deals,
            method=self.verdict.method,
            proof=self.verdict.proof,
            reliability=self.verdict.reliability,
            proved_since=self.verdict.since,
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
        known, today = known_at(part_of(validate(book), only), as_of), as_of.normalize()
        deals, outlook = self._outlook(known, as_of, in_use(known, self.settings))
        ahead: Floats = np.array([(date.normalize() - today).days for date in dates], dtype=np.float64)
        chance = outlook.won_within(ahead)
        return pd.DataFrame(chance, index=pd.Index(deals["opportunity_id"]), columns=pd.DatetimeIndex(list(dates)))

    def _outlook(self, known: Book, as_of: pd.Timestamp, used: InUse) -> tuple[pd.DataFrame, Outlook]:
        deals = open_deals(known, stage_spells(known.stage_history), self.stages, as_of, used)
        outlook = by_rates(self.rates, self.times, deals, self.settings, flat=self.verdict.method == BASE_RATE)
        if self.chances is not None and self.hazards is not None:
            outlook = by_model(
                (self.chances, self.hazards, self.verdict.calibration), outlook, known, deals, as_of, self.settings
            )
        return deals, outlook


def part_of(book: Book, only: Collection[str] | None) -> Book:
    """The book with only some deals: nothing else is looked at when a part of them is scored."""
    if only is None:
        return book
    ids = pd.Index(list(only), dtype="str").unique()
    return replace(
        book,
        **{
            name: (table := getattr(book, name))[places(table["opportunity_id"], ids) >= 0].reset_index(drop=True)
            for name in ("opportunities", "stage_history", "roles", "lines", "activities", "predictors")
        },
    )


def fit_deals(book: Book, as_of: pd.Timestamp, settings: DealSettings | None = None) -> DealModel:
    """Learn from the deals' history until the end of the day `as_of`.

    Args:
        book: the tables of deals, their histories, people and activities, and usage are read.
        as_of: a day.
        settings: thresholds; the defaults when not given.

    Raises:
        ScoringInputError: a table does not have the documented form.
    """
    settings, today = settings or DealSettings(), as_of.normalize()
    known = known_at(validate(book), as_of)
    spells = stage_spells(known.stage_history)
    closed = closed_deals(known, spells, as_of)
    visits = stage_visits(closed, spells, known.stages)
    by_stage = stage_benchmarks(visits, settings)
    rates = fit_win_rates(closed, visits, known.stages, by_stage, settings)
    verdict, chances, hazards = UNPROVED, None, None
    if enough(closed):
        learned = lessons(known, as_of, settings)
        verdict = judge(learned, closed, visits, known.stages, today, settings)
        if verdict.method == MODEL:
            chances = fit_chances(learned, today)
            hazards = _hazards(learned, chances, verdict, today)
    times = fit_win_times(visits, settings)
    return DealModel(today, settings, rates, times, chances, hazards, verdict, by_stage, deal_benchmarks(closed))


def _hazards(learned: Lessons, chances: Chances, verdict: Verdict, today: pd.Timestamp) -> Hazards:
    """Timing is learned from every second snapshot, with the chances the model gives them."""
    rows = learned.rows
    every = ((today - rows["as_of"]).dt.days // 28 % 2 == 0) & (rows["as_of"] < today)
    part = learned.part(every)
    until = part.rows["ended"].fillna(today + pd.Timedelta(days=1)).dt.normalize()
    days = (until - part.rows["as_of"]).dt.days.to_numpy(dtype=np.float64)
    weeks = np.clip(np.ceil(days / 7.0), 1.0, WEEKS)
    odds = verdict.calibration(chances.log_odds(part.features))
    closed = part.rows["ended"].notna().to_numpy(dtype=np.float64) * (days <= 7.0 * WEEKS)
    won = part.rows["is_won"].to_numpy(dtype=np.float64)
    return fit_hazards(part.features, 1.0 / (1.0 + np.exp(-odds)), weeks, won, closed)


def score_deals(book: Book, as_of: pd.Timestamp, quarter: Quarter, settings: DealSettings | None = None) -> DealScores:
    """Fit on what was known at the end of the day `as_of` and score every deal that is open then.

    Args, returns and raises as `fit_deals` and `DealModel.score`.
    """
    return fit_deals(book, as_of, settings).score(book, as_of, quarter)
