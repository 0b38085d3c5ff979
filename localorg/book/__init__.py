"""A believable book of a security vendor's *Majors* team, for a local org: made up, but with a truth that is known.

    book = generate(BookSettings(accounts=60, deals=1500, quarters=12, reps=8, seed=7, end=date(2026, 11, 22)))
    fill(org, book)            # into a LocalOrg
    write_csv(book, folder)    # or as CSV files
    showcase(book)             # the account and the deal to show first

How it hangs together:
- Deals walk through a weekly Markov chain (`chain`), whose probabilities are an explicit function of what can be
  observed: segment, pillar, first amount, rep, executive sponsor, demo within seven days, competitor (in the
  description), the account's health, stage, weeks in it, pushes, due quarter, weeks left in the quarter, month.
  `truth` computes from the same functions the exact probability of every open deal to be won at all and by the end of
  a quarter.
- `Amount` is yearly (ARR) and the exact sum of the lines, where there are any. Segment is `Type`, pillar the product's
  `Family`.
- Contracts and renewals line up: an asset's `UsageEndDate` is the close date its Renewal deal was opened with; won
  renewals move it on, lost ones end it. `Price x Quantity` is an asset's yearly value.
- `Sidecar_Plan__c` has two kinds of rows, never to be added to each other: rep rows (Rep set, Account empty) per rep x
  quarter x segment x pillar, whose sum is the team's plan; account rows (Account set, Rep empty, Pillar empty) of the
  running quarter, which split the plan of the account's owner.
- Everything that happened lies before `end`; `end` lies in the running quarter. Quarters are calendar quarters.
- Dirt, as in any org: early and lost deals without amount, open deals past their close date, contacts entered twice,
  deals without account, open deals without next step, tasks overdue, products without telemetry.
"""

from localorg.book.deliver import BookPlaceError, fill, write_csv
from localorg.book.generate import Book, generate
from localorg.book.settings import BookSettings, BookSettingsError
from localorg.book.showcase import Showcase, showcase

__all__ = [
    "Book",
    "BookPlaceError",
    "BookSettings",
    "BookSettingsError",
    "Showcase",
    "fill",
    "generate",
    "showcase",
    "write_csv",
]
