"""Measures in words: the value in a sentence, and how it moved."""

import numpy as np
import pandas as pd

from scoring.health.case_records import CaseRecords
from scoring.health.counting import NEVER, SPAN, Ints, place, running
from scoring.health.definitions import Measure
from scoring.words import counted, whole


def value_words(measure: Measure, value: "pd.Series[float]") -> "pd.Series[str]":
    """A value with its unit as short as it can be said: `48 %`, `3`."""
    return whole(value) + " %" if measure.unit.startswith("%") else whole(value)


def sentence(measure: Measure, value: "pd.Series[float]") -> "pd.Series[str]":
    """The measure's own sentence with the value in it."""
    before, _, after = measure.words.partition("{value}")
    return before + whole(value) + after


def moved_words(
    measure: Measure, product: "pd.Series[str]", then: "pd.Series[float]", now: "pd.Series[float]"
) -> "pd.Series[str]":
    """How a measure moved: `licence utilisation of XSIAM fell from 71 % to 48 %`.

    Args:
        product: '' for a measure of the whole account.
        then, now: values, NaN where there was no data.
    """
    subject = measure.label[0].lower() + measure.label[1:] + (" of " + product).where(product != "", "")
    old, new = value_words(measure, then), value_words(measure, now)
    came, gone = then.isna() & now.notna(), then.notna() & now.isna()
    kept = then.round() == now.round()
    verbs = (" is known now: ", " is not known any more, it was ", " stayed at ", " fell from ")
    verb = pd.Series(np.select([came, gone, kept, now < then], verbs, " rose from "), index=then.index, dtype="str")
    values = new.where(came | kept, old.where(gone, old + " to " + new))
    return (subject + verb + values).mask(then.isna() & now.isna(), subject)


def opened_since(cases: CaseRecords, account: Ints, today: Ints, days: "pd.Series[int]") -> "pd.Series[str]":
    """`3 critical or high cases opened since 3 May`, '' where none did that is still open; else of all severities.

    Args:
        cases: the records.
        account: codes, shape (n,). today: days, shape (n,).
        days: how far back, shape (n,), whose index the result has.
    """
    since = today - days.to_numpy(dtype="int64")
    words = pd.Series("", index=days.index, dtype="str")
    for severities, noun in ((3, "case"), (2, "critical or high case")):
        chosen = np.flatnonzero(cases.severity < severities)
        owner, created, closed = cases.account[chosen], cases.created[chosen], cases.closed[chosen]
        still = closed > today[0] if len(today) else np.zeros(len(chosen), dtype=bool)
        owner, created = owner[still], created[still]
        forever = np.full(len(owner), NEVER)
        now, then = (running(owner, created, forever, place(account, day)) for day in (today, since))
        places = np.append(np.sort(place(owner, created)), 0)
        first = places[np.searchsorted(places[:-1], place(account, since), side="right")]
        count = pd.Series(now - then, index=days.index)
        dates = pd.Series(pd.to_datetime(np.where(now > then, first % SPAN, 0), unit="D"), index=days.index)
        text = counted(count, noun) + " opened since " + dates.dt.day.astype("str") + " " + dates.dt.month_name()
        words = words.mask(count > 0, text)
    return words
