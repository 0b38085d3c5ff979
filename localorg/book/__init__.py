"""A believable book of a security vendor's *Majors* team, for a local org: made up, but with a truth that is known.

    book = generate(BookSettings(accounts=60, deals=1500, quarters=12, reps=8, seed=7, end=date(2026, 11, 22)))
    fill(org, book)            # into a LocalOrg
    write_csv(book, folder)    # or as CSV files
    showcase(book)             # the account and the deal to show first

    world = make_world(BookSettings(accounts=200_000, deals=1_000_000, reps=2_000))  # decided, not written out
    write_truth(world, folder) # what is true of every deal and account in every week, as Parquet
    fill(org, world)           # table after table, none held longer than it takes
    read_truth(folder, "deals", as_of=date(2026, 8, 3))

How it hangs together:
- Deals walk through a weekly Markov chain (`chain`), whose probabilities are an explicit function of what can be
  observed: segment, pillar, first amount, rep, executive sponsor, demo within seven days, competitor (in the
  description), the account's health, stage, weeks in it, pushes, due quarter, weeks left in the quarter, month.
  `truth` computes from the same functions, for every deal and week, the exact probability to be won at all and by the
  end of this and the next three quarters; `churn` for every account and week the probability that its next renewal
  is lost; `replay` checks both by walking the generator's own steps. An org never holds any of it.
- `Amount` is yearly (ARR) and the exact sum of the lines, where there are any. Segment is `Type`, pillar the product's
  `Family`.
- Contracts and renewals line up: an asset's `UsageEndDate` is the close date its Renewal deal was opened with; won
  renewals move it on, lost ones end it. `Price x Quantity` is an asset's yearly value.
- `Sidecar_Plan__c` has two kinds of rows, never to be added to each other: rep rows (Rep set, Account empty) per rep x
  quarter x segment x pillar, whose sum is the team's plan; account rows (Account set, Rep empty, Pillar empty) of the
  running quarter, which split the plan of the account's owner.
- Everything that happened lies before `end`; `end` lies in the running quarter. Quarters are calendar quarters.
- Dirt, as in any org: early and lost deals without amount, open deals past their close date, contacts entered twice,
  deals without account, open deals without next step, tasks overdue, products without telemetry, picklist values in
  the wrong case.
"""

from localorg.book.deliver import BookPlaceError, fill, refuse_unless_empty, write_csv
from localorg.book.generate import Book, generate
from localorg.book.settings import BookSettings, BookSettingsError
from localorg.book.showcase import Showcase, showcase
from localorg.book.truth_files import TruthError, read_truth, write_truth
from localorg.book.world import World, make_world

__all__ = [
    "Book",
    "BookPlaceError",
    "BookSettings",
    "BookSettingsError",
    "Showcase",
    "TruthError",
    "World",
    "fill",
    "generate",
    "make_world",
    "read_truth",
    "refuse_unless_empty",
    "showcase",
    "write_csv",
    "write_truth",
]
