"""What had to be left open or decided while the book was read: each with its number of records and the remedy."""

from collections.abc import Iterator

import pandas as pd

from scoring import Book
from scoring.lookup import among, looked_up
from sidecar.book.columns import sources
from sidecar.book.customer import SAME_WEEK
from sync import Mirror

LATE = pd.Timedelta(days=1)


def notices(mirror: Mirror, book: Book) -> tuple[str, ...]:
    """Sentences for the run's report; none when there is nothing to tell.

    Args:
        mirror: from which the book was read.
        book: result of `read_book`.
    """
    return (*_currencies(mirror), *_histories(book), *_usage(mirror, book))


def _currencies(mirror: Mirror) -> Iterator[str]:
    source = sources(mirror)
    for name, words in (("Opportunity", "deals"), ("Sidecar_Plan__c", "plans"), ("Asset", "assets")):
        table = source(name)
        if not table.currencies.several or not table.columns:
            continue
        rows = mirror.connection.execute(
            f"SELECT _code, count(*) FROM {table.relation} WHERE _rate IS NULL GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        for code, records in rows:
            yield (
                f"{records:,} {words} in {code}, a currency without a rate: their money counts as missing. "
                f"Remedy: give {code} a rate under Manage Currencies, or let the integration user read CurrencyType."
            )


def _histories(book: Book) -> Iterator[str]:
    deals, history = book.opportunities, book.stage_history
    first = history.groupby("opportunity_id")["changed_at"].min()
    begins = looked_up(deals["opportunity_id"], first)
    without, late = int(begins.isna().sum()), int((begins > deals["created_date"] + LATE).sum())
    unknown = int((~among(history["opportunity_id"], deals["opportunity_id"])).sum())
    if without:
        yield f"{without:,} deals without OpportunityHistory: their past is taken as unknown."
    if late:
        yield f"{late:,} deals whose OpportunityHistory begins after their creation: what was before is unknown."
    if unknown:
        yield f"{unknown:,} rows of OpportunityHistory of deals that are not there: left out."


def _usage(mirror: Mirror, book: Book) -> Iterator[str]:
    usage = book.usage
    numbers = usage.select_dtypes("number")
    negative = int((numbers < 0).any(axis=1).sum())
    repeated = int(usage.duplicated(["account_id", "product", "week_start"]).sum())
    unknown = int((~among(usage["account_id"], book.accounts["account_id"])).sum())
    if negative:
        yield f"{negative:,} rows of usage hold a negative number. Remedy: mend them where they come from."
    if repeated:
        yield f"{repeated:,} rows of usage repeat an account, product and week. Remedy: keep one row of each."
    if unknown:
        yield f"{unknown:,} rows of usage are of accounts that are not there: no score takes them in."
    names = mirror.table_names()
    if "usage_feed" in names and "Sidecar_Usage__c" in names:
        own = (
            'SELECT "Sidecar_Account__c" AS account_id, "Sidecar_Product__c" AS product,'
            ' CAST("Sidecar_Week_Start__c" AS DATE) AS week_start FROM "Sidecar_Usage__c"'
        )
        query = f"SELECT count(*) FROM ({own}) own WHERE EXISTS (SELECT 1 FROM usage_feed fed WHERE {SAME_WEEK})"
        found = mirror.connection.execute(query).fetchone()
        if found and found[0]:
            yield f"{found[0]:,} records of Sidecar_Usage__c stand back behind rows of files for the same week."
