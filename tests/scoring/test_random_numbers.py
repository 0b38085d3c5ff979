"""Random numbers that belong to a record."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.random_numbers import id_keys, permutations, splitmix64

IDS = pd.Series([f"006{number:012d}AAA" for number in range(3000)], dtype="str")


def test_splitmix64_gives_the_published_numbers() -> None:
    state = np.array([1234567], dtype=np.uint64)
    outputs = [int(splitmix64(state, step)[0]) for step in (1, 2, 3)]
    assert outputs == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_the_key_of_an_id_does_not_depend_on_other_ids() -> None:
    assert (id_keys(IDS)[1000:1010] == id_keys(IDS[1000:1010])).all()
    assert len(set(id_keys(IDS))) == len(IDS)


@given(key=st.integers(0, 2**64 - 1), bits=st.integers(1, 16))
def test_every_key_gives_a_permutation(key: int, bits: int) -> None:
    found = permutations(np.array([key], dtype=np.uint64), 2**bits)[0]
    assert (np.sort(found) == np.arange(2**bits)).all()


@pytest.mark.parametrize("chance", [0.05, 0.3, 0.5, 0.9])
def test_different_records_are_independent_but_for_chance(chance: float) -> None:
    draws = 1024
    won = (permutations(id_keys(IDS), draws) + 0.5) / draws < chance
    assert won.mean(axis=1) == pytest.approx(chance, abs=1 / draws)
    pairs = np.corrcoef(won[:300].astype("float64"))[np.triu_indices(300, 1)]
    assert pairs.mean() == pytest.approx(0.0, abs=0.002)
    assert pairs.std() == pytest.approx(1 / np.sqrt(draws - 1), rel=0.05)
    totals = won.reshape(30, 100, draws).sum(axis=1)
    assert totals.var(axis=1).mean() == pytest.approx(100 * chance * (1 - chance), rel=0.05)
