"""Tables of actions: what is proposed, what is ranked, and what an org holds of it."""

from scoring.columns import Column, Table

PRIORITIES = ("Critical", "High", "Medium")
OPEN, COMPLETED, SNOOZED, DISMISSED = STATUSES = ("Open", "Completed", "Snoozed", "Dismissed")
HANDLED = (COMPLETED, DISMISSED)

_PROPOSED = (
    Column("key", "text", about="from the action's meaning: kind, record and, for a quarter's actions, the quarter"),
    Column("kind", "text", about="name of the kind, at most 40 characters; of a risk tag's action the tag itself"),
    Column("account_id", "text", True),
    Column("opportunity_id", "text", True, "missing where it is not about one deal"),
    Column("owner_id", "text", True, "user who should act"),
    Column("title", "text", about="what to do, at most 255 characters"),
    Column("why", "text", about="why now, with the record's numbers"),
    Column("cause", "text", about="what must change before a handled action is proposed again; at most 255 characters"),
    Column("impact", "number", True, "corporate currency toward the quarter's plan, never negative; missing: unknown"),
)
PROPOSALS = Table(
    "proposals",
    (
        *_PROPOSED,
        Column("due", "day", True, "missing: some days from now, by its priority"),
        Column("priority", "text", True, "Critical, High or Medium; missing: by its impact"),
    ),
    key="key",
    choices=(("priority", PRIORITIES),),
)
ACTIONS = Table(
    "actions",
    (
        *_PROPOSED,
        Column("due", "day", about="by when"),
        Column("priority", "text", about="Critical, High or Medium"),
        Column("order", "count", about="place among all actions: smaller comes first"),
        Column("rank", "count", about="1 for the first of the owner's actions"),
    ),
    key="key",
    choices=(("priority", PRIORITIES),),
)
RECORDS = Table(
    "records",
    (
        *ACTIONS.columns[:-1],
        Column("status", "text", True, "Open, Completed, Snoozed or Dismissed: the people's"),
        Column("snoozed_until", "day", True, "the people's"),
        Column("proposed_on", "day", True, "day on which it was first proposed"),
        Column("handled_on", "day", True, "day on which it was first seen completed or dismissed"),
        Column("resolved_on", "day", True, "day on which it was not proposed any more; missing while it is"),
        Column("outcome", "text", True, "one of OUTCOMES; missing while nothing is known"),
        Column("probability_before", "number", True, "0..1, win probability of the deal when it was proposed"),
        Column("probability_after", "number", True, "0..1, the same when the outcome was known"),
    ),
    key="key",
)
WON, LOST, CAUSE_GONE, NO_CHANGE, OUTRANKED = OUTCOMES = ("Won", "Lost", "Cause gone", "No change", "Outranked")
