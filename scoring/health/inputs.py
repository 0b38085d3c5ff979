"""What health is computed from: the book's tables cleaned, with accounts and products as codes."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from scoring.book import Book
from scoring.health.case_records import CaseRecords, case_records
from scoring.health.counting import Ints, rows_of, some_rows
from scoring.health.definitions import Measure
from scoring.health.deployment_records import DeploymentRecords, deployment_records
from scoring.health.holdings import AssetRecords, Holdings, asset_records, holdings
from scoring.health.peers import Peers, usual_ratios
from scoring.health.problems import Problems
from scoring.health.settings import HealthSettings
from scoring.health.telemetry import Telemetry, telemetry


@dataclass(frozen=True)
class Inputs:
    """Records of a book by the codes of their account and product.

    Attributes:
        accounts: ids, sorted; an account's code is its place.
        products: names as the records spell them, by code.
        measures: the definitions that they are read for.
        segments: customer segment of each account, '' where unknown.
        cases, assets, deployments, usage: the records.
        holdings: the products of each account.
        peers: what is usual among all customers.
        has_cases: whether the org keeps cases at all.
        problems: what was wrong with the records, counted.
    """

    accounts: pd.Index
    products: pd.Index
    measures: tuple[Measure, ...]
    segments: "pd.Series[str]"
    cases: CaseRecords
    assets: AssetRecords
    deployments: DeploymentRecords
    usage: Telemetry
    holdings: Holdings
    peers: Peers
    has_cases: bool
    problems: pd.DataFrame

    def only(self, wanted: Ints) -> "Inputs":
        """The records of some accounts, by rising codes; codes and what is usual stay those of all accounts."""
        products = self.holdings.products
        by_pair = {name: getattr(self, name) for name in ("assets", "deployments", "usage")}
        own = {name: some_rows(each, rows_of(each.pair, wanted, products)) for name, each in by_pair.items()}
        return replace(self, cases=some_rows(self.cases, rows_of(self.cases.account, wanted)), **own)


def read_inputs(book: Book, as_of: pd.Timestamp, settings: HealthSettings) -> Inputs:
    """Clean and code the records of a validated book.

    Args:
        book: result of `validate`.
        as_of: a day; telemetry of later weeks is left out.
        settings: which column tells the segment.
    """
    problems = Problems()
    keys = {measure.key for measure in settings.measures}
    accounts = pd.Index(book.accounts["account_id"].sort_values(), name="account_id")
    names, pair_of = _coder(book, accounts)
    assets = asset_records(book.assets, pair_of(book.assets), len(names), as_of)
    deployments = deployment_records(book.deployments, pair_of(book.deployments), as_of, problems)
    usage = telemetry(book.usage, pair_of(book.usage), as_of, problems)
    owned = holdings(assets, usage.first_days(), deployments.first_days(), len(accounts), len(names))
    problems.count(
        *("not_bought", "usage", usage.rows_outside(owned)),
        "Usage of products that the account has not bought: left out of its scores",
    )
    problems.count(
        *("without_account", "targets", int((account_codes(accounts, book.targets) < 0).sum())),
        "Customers' targets without an account, or of one that is not in the book: left out",
    )
    problems.count(
        *("unknown_measure", "targets", int((~book.targets["measure"].isin(list(keys))).sum())),
        f"Customers' targets of a measure that is none of {', '.join(sorted(keys))}: left out",
    )
    segments = book.accounts.set_index("account_id")[settings.segment].reindex(accounts).fillna("")
    return Inputs(
        accounts=accounts,
        products=names,
        measures=settings.measures,
        segments=segments,
        cases=case_records(book.cases, account_codes(accounts, book.cases), problems),
        assets=assets,
        deployments=deployments,
        usage=usage,
        holdings=owned,
        peers=Peers(
            deployments,
            {
                measure.key: usual_ratios(usage, measure.fields, len(names))
                for measure in settings.measures
                if measure.formula == "ratio_to_peers"
            },
        ),
        has_cases=len(book.cases) > 0,
        problems=problems.table(),
    )


def account_codes(accounts: pd.Index, table: pd.DataFrame) -> Ints:
    """The code of each row's account, -1 where it is missing or not among them."""
    codes, distinct = pd.factorize(table["account_id"])
    # Code -1 stands for a missing account and picks the appended -1.
    return np.append(accounts.get_indexer(distinct), -1)[codes].astype(np.int64)


def _coder(book: Book, accounts: pd.Index) -> tuple[pd.Index, Callable[[pd.DataFrame], Ints]]:
    """Products by code, and a function to account code x products + product code of a table's rows.

    A product is the same however its case and outer blanks are written; '' is that of records that name none.
    """
    tables = (book.assets, book.usage, book.deployments)
    words = pd.concat(
        [pd.Series([""], dtype="str"), *(table["product"].drop_duplicates().dropna() for table in tables)]
    )
    spelled = words.drop_duplicates().sort_values()
    names = spelled.groupby(product_key(spelled)).first()

    def pair_of(table: pd.DataFrame) -> Ints:
        codes, distinct = pd.factorize(table["product"].fillna(""))
        product = names.index.get_indexer(product_key(pd.Series(distinct, dtype="str")))[codes]
        account = account_codes(accounts, table)
        return np.where(account < 0, -1, account * len(names) + product)

    return pd.Index(names.to_numpy()), pair_of


def product_key(words: "pd.Series[str]") -> "pd.Series[str]":
    """What is compared of a product's name."""
    return words.str.strip().str.casefold()
