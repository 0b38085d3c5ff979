"""What a data scientist would use instead, with the usual preparation and the defaults of its makers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from benchmarks.accuracy_exports import WON, Deals
from benchmarks.accuracy_rows import Floats


def logistic(deals: Deals) -> Pipeline:
    """Logistic regression on one-hot categories and standardised numbers."""
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    categories = OneHotEncoder(handle_unknown="ignore")
    ready = make_column_transformer((categories, deals.categories), (numbers, deals.numbers))
    return make_pipeline(ready, LogisticRegression(max_iter=2000))


def boosting(deals: Deals) -> Pipeline:
    """Histogram gradient boosting, categories taken as such."""
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, max_categories=250)
    ready = make_column_transformer((codes, deals.categories), ("passthrough", deals.numbers))
    named = list(range(len(deals.categories)))
    return make_pipeline(ready, HistGradientBoostingClassifier(categorical_features=named, random_state=0))


PEERS: dict[str, Callable[[Deals], Pipeline]] = {"logistic": logistic, "boosting": boosting}


def predicted(peer: Callable[[Deals], Pipeline], known: Deals, asked: Deals) -> Floats:
    """The peer's probabilities of the asked deals, learned from the known ones."""
    fitted = peer(known).fit(known.table[known.predictors], known.table[WON])
    return np.asarray(fitted.predict_proba(asked.table[known.predictors])[:, 1])
