"""Computes scores: tables in, tables out.

Input is a `Book` (tables of `scoring.book`), an as-of day and, for deals, a fiscal quarter. Output tables are described
in `scoring.results`. Nothing here reads files, the clock or Salesforce; the same input gives the same output.
"""

from scoring import projection
from scoring.book import SEGMENTS, Book, validate
from scoring.deals import DealHistory, DealModel, deal_history, fit_deals, score_deals
from scoring.errors import ScoringError, ScoringInputError, ScoringSettingsError
from scoring.health.churn import renewal_risk
from scoring.health.next_band import next_band
from scoring.health.reading import read_measures
from scoring.health.results import HealthScores
from scoring.health.score import HealthLessons, learn_health, score_health
from scoring.health.settings import HealthSettings
from scoring.projection import project_quarter
from scoring.quarter import NoQuarterError, Quarter, quarter_at
from scoring.results import DealScores
from scoring.settings import RISK_TAGS, DealSettings

__all__ = [
    "RISK_TAGS",
    "SEGMENTS",
    "Book",
    "DealHistory",
    "DealModel",
    "DealScores",
    "DealSettings",
    "HealthLessons",
    "HealthScores",
    "HealthSettings",
    "NoQuarterError",
    "Quarter",
    "ScoringError",
    "ScoringInputError",
    "ScoringSettingsError",
    "deal_history",
    "fit_deals",
    "learn_health",
    "next_band",
    "project_quarter",
    "projection",
    "quarter_at",
    "read_measures",
    "renewal_risk",
    "score_deals",
    "score_health",
    "validate",
]
