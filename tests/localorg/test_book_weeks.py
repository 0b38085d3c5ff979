"""The truth of every week: files beside the org, complete, right at the book's end, and what walks count."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from localorg.book import BookSettings, TruthError, World, fill, make_world, read_truth, write_truth
from localorg.book.accounts import HEALTH_STEP
from localorg.book.replay import replay_deals, replay_unopened, z_scores
from localorg.book.truth import truth_of
from localorg.org import LocalOrg

SETTINGS = BookSettings(accounts=20, deals=400, quarters=8, reps=4, end=date(2026, 11, 22))
QUARTERS = ["won_this_quarter", "won_next_quarter", "won_third_quarter", "won_fourth_quarter"]
RUNS = 10_000


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(SETTINGS)


@pytest.fixture(scope="module")
def folder(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("truth")
    rows = write_truth(world, path)
    assert rows == {name: pq.read_metadata(path / f"{name}.parquet").num_rows for name in rows}
    return path


@pytest.fixture(scope="module")
def deals(folder: Path) -> pd.DataFrame:
    return read_truth(folder, "deals").to_pandas()


@pytest.fixture(scope="module")
def accounts(folder: Path) -> pd.DataFrame:
    return read_truth(folder, "accounts").to_pandas()


@pytest.fixture(scope="module")
def mornings(world: World) -> list[date]:
    days = np.concatenate([world.steps.first, [world.today]]).astype("datetime64[D]")
    return [day.astype(object) for day in days]


def number(ids: list[str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(ids)}


@pytest.mark.shows("book.truth")
def test_every_deal_has_a_row_for_every_week_in_which_it_was_open(
    world: World, deals: pd.DataFrame, mornings: list[date]
) -> None:
    walk, place = world.deals.walk, number(world.deal_ids.to_pylist())
    seen = set(zip(deals["opportunity_id"].map(place), deals["as_of"], strict=True))
    assert len(seen) == len(deals)
    wanted = set()
    for deal, (born, ended) in enumerate(zip(world.deals.births.step, walk.ended, strict=True)):
        wanted |= {
            (deal, day)
            for day in mornings[born + 1 :]
            if ended < 0 or day <= date(1970, 1, 1) + pd.Timedelta(days=ended)
        }
    assert seen == wanted


@pytest.mark.shows("book.truth")
def test_the_last_morning_is_the_truth_at_the_books_end(world: World, folder: Path) -> None:
    last = read_truth(folder, "deals", as_of=SETTINGS.end).to_pandas().set_index("opportunity_id")
    truth = truth_of(world)
    last = last.loc[world.deal_ids.take(truth.deal).to_pylist()]
    assert last["won"].to_numpy() == pytest.approx(truth.won, abs=1e-6)
    assert last["won_this_quarter"].to_numpy() == pytest.approx(truth.this_quarter, abs=1e-6)
    assert last["won_next_quarter"].to_numpy() == pytest.approx(truth.next_quarter, abs=1e-6)


def test_more_quarters_never_lower_the_chance_and_all_time_is_the_most(deals: pd.DataFrame) -> None:
    ladder = deals[[*QUARTERS, "won"]].to_numpy()
    assert (np.diff(ladder, axis=1) >= -1e-6).all()
    assert ladder.min() >= 0
    assert ladder.max() <= 1
    assert deals["lost_this_week"].between(0, 1).all()
    # What is undecided after four quarters matters little: they are enough.
    assert (deals["won"] - deals["won_fourth_quarter"]).mean() < 0.03


@pytest.mark.shows("book.truth")
def test_the_truth_averages_to_what_happened(world: World, deals: pd.DataFrame) -> None:
    closed = world.deals.walk.ended >= 0
    place = deals["opportunity_id"].map(number(world.deal_ids.to_pylist())).to_numpy()
    first = deals[np.diff(place, prepend=-1) != 0]
    own = first["opportunity_id"].map(number(world.deal_ids.to_pylist())).to_numpy()
    won = world.deals.walk.stage[own] == 6
    early = closed[own] & (world.deals.births.step[own] < 60)
    spread = np.sqrt((first["won"] * (1 - first["won"]))[early].sum())
    assert abs(won[early].sum() - first["won"][early].sum()) < 4 * spread


@pytest.mark.shows("book.simulation")
@pytest.mark.parametrize("weeks_before_the_end", [0, 45])
def test_ten_thousand_walks_of_open_deals_agree_with_their_truth(
    world: World, deals: pd.DataFrame, mornings: list[date], weeks_before_the_end: int
) -> None:
    rng, step = np.random.default_rng(weeks_before_the_end), len(world.steps) - weeks_before_the_end
    rows = deals[deals["as_of"] == mornings[step]].sample(12, random_state=3)
    place = number(world.deal_ids.to_pylist())
    counted = replay_deals(world, np.array([place[name] for name in rows["opportunity_id"]]), step, RUNS, rng)
    z = np.concatenate(
        [
            z_scores(counted.won, rows["won"].to_numpy(float), RUNS),
            z_scores(counted.quarters.ravel(), rows[QUARTERS].to_numpy(float).ravel(), RUNS),
        ]
    )
    z = z[~np.isnan(z)]
    assert len(z) > 30
    assert np.abs(z).max() < 4.2  # chance passes this once in 500 such tests of 60 values
    assert 0.6 < z.std() < 1.4


def test_walks_of_a_chain_that_is_not_the_truths_are_found_out(
    world: World, deals: pd.DataFrame, mornings: list[date]
) -> None:
    rng, step = np.random.default_rng(5), len(world.steps)
    rows = deals[deals["as_of"] == mornings[step]].sample(5, random_state=3)
    place = number(world.deal_ids.to_pylist())
    counted = replay_deals(world, np.array([place[name] for name in rows["opportunity_id"]]), step, RUNS, rng)
    wrong = np.clip(rows["won"].to_numpy(float) + 0.03, 0, 1)
    assert np.nanmax(np.abs(z_scores(counted.won, wrong, RUNS))) > 4.2


@pytest.mark.shows("book.churn_truth")
def test_ten_thousand_futures_of_renewals_not_opened_agree_with_the_risk(
    world: World, accounts: pd.DataFrame, mornings: list[date]
) -> None:
    rng, terms = np.random.default_rng(11), world.terms
    place = number(world.account_ids.to_pylist())
    owner = world.contracts.account[terms.contract]
    born = np.where(terms.deal >= 0, world.deals.births.step[terms.deal], len(mornings))
    counted, exact = [], []
    for _, row in accounts.sample(200, random_state=4).iterrows():
        step, day = mornings.index(row["as_of"]), (row["as_of"] - date(1970, 1, 1)).days
        ends = (row["next_renewal"] - date(1970, 1, 1)).days
        fits = (owner == place[row["account_id"]]) & (terms.ends == ends) & (terms.began <= day) & (born >= step)
        if fits.sum() != 1 or len(counted) == 8:
            continue
        counted.append(replay_unopened(world, int(np.flatnonzero(fits)[0]), step, RUNS, rng))
        exact.append(row["next_renewal_lost"])
    z = z_scores(np.array(counted), np.array(exact, float), RUNS)
    assert len(z) == 8
    assert np.nanmax(np.abs(z)) < 4.0


@pytest.mark.shows("book.churn_truth")
def test_an_open_renewals_risk_is_that_of_its_deal(world: World, deals: pd.DataFrame, accounts: pd.DataFrame) -> None:
    terms, place = world.terms, world.account_ids.to_pylist()
    chance = deals.set_index(["opportunity_id", "as_of"])
    seen = 0
    for term in np.flatnonzero(terms.deal >= 0)[:80]:
        account = place[world.contracts.account[terms.contract[term]]]
        ends = date(1970, 1, 1) + pd.Timedelta(days=int(terms.ends[term]))
        own = accounts[(accounts["account_id"] == account) & (accounts["next_renewal"] == ends)]
        deal = world.deal_ids[int(terms.deal[term])].as_py()
        for _, row in own.iterrows():
            if (deal, row["as_of"]) in chance.index:
                known = chance.loc[(deal, row["as_of"])]
                if row["next_renewal_lost"] == pytest.approx(1 - known["won"], abs=1e-6):
                    seen += 1
                    assert row["churn_this_week"] >= known["lost_this_week"] - 1e-6
    assert seen > 100


def test_poor_health_and_time_raise_the_risk(accounts: pd.DataFrame) -> None:
    risk = accounts.groupby("health")["next_renewal_lost"].mean()
    assert risk[2] > 1.5 * risk[1] > 1.5 * risk[0]
    assert accounts["next_renewal_lost"].between(0, 1).all()
    assert accounts["churn_this_week"].between(0, 1).all()
    assert np.allclose(HEALTH_STEP.sum(axis=1), 1)


def test_the_files_say_what_they_hold(folder: Path) -> None:
    for name in ("deals", "accounts"):
        schema = pq.read_schema(folder / f"{name}.parquet")
        assert schema.metadata is not None
        assert "One row per" in schema.metadata[b"rows"].decode()
        assert json.loads(schema.metadata[b"book"])["deals"] == SETTINGS.deals
        for field in schema:
            assert field.metadata is not None
            assert len(field.metadata[b"description"]) > 10


def test_the_same_settings_give_the_same_truth(tmp_path: Path) -> None:
    small = make_world(BookSettings(accounts=2, deals=15, quarters=2, reps=1, end=date(2026, 11, 22)))
    for name in ("one", "other"):
        write_truth(small, tmp_path / name)
    for file in ("deals.parquet", "accounts.parquet"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()


def test_truth_that_was_never_written_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(TruthError, match="sidecar org book"):
        read_truth(tmp_path, "deals")


@pytest.fixture
def org(tmp_path: Path) -> Iterator[LocalOrg]:
    opened = LocalOrg.open(tmp_path / "org.sqlite")
    yield opened
    opened.close()


@pytest.mark.shows("book.truth_hidden")
def test_the_org_knows_no_truth(org: LocalOrg, world: World) -> None:
    fill(org, world)
    exact = {f"{value:.6f}" for value in truth_of(world).won}
    with org.database.reader() as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
            assert not {"won", "health", *QUARTERS} & {column.lower() for column in columns}, name
            for row in connection.execute(f'SELECT * FROM "{name}" LIMIT 500'):
                assert not exact & {f"{value:.6f}" for value in row if isinstance(value, float)}, name
