"""Win probability, timing, risk and next step of open deals.

    model = fit_deals(book, quarter.start)            # learned from what was known on that day
    scores = model.score(book, as_of, quarter)        # the deals open on the same or a later day
    past = deal_history(model, book, as_of)           # the same in past weeks, and what moved it
    chance = model.won_by(book, as_of, dates)         # to be won by the end of each of some days

`score_deals` fits and scores on the same day.
"""

from scoring.deals.history import DealHistory, deal_history
from scoring.deals.model import DealModel, fit_deals, score_deals

__all__ = ["DealHistory", "DealModel", "deal_history", "fit_deals", "score_deals"]
