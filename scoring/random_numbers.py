"""Random numbers that belong to a record: the same for the same id, whatever else is in the table.

So a change of one deal moves no other deal's draws, and two projections that differ in one deal differ by that deal
only (common random numbers).
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

Words = npt.NDArray[np.uint64]


def id_keys(ids: "pd.Series[str]") -> Words:
    """A 64-bit number for each id that does not depend on the other ids or on the process."""
    # The hash key is fixed; pandas hashes strings with SipHash.
    return np.asarray(pd.util.hash_array(ids.to_numpy(dtype=object), categorize=False), dtype=np.uint64)


def splitmix64(state: Words, step: int) -> Words:
    """The `step`-th output of a SplitMix64 generator started at each `state` (Steele, Lea, Flood, OOPSLA 2014)."""
    golden = 0x9E3779B97F4A7C15
    z = state + np.uint64((golden * step) & 0xFFFFFFFFFFFFFFFF)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def permutations(keys: Words, size: int) -> npt.NDArray[np.uint16]:
    """A permutation of 0..size-1 for each key, shape (keys, size).

    With (permutation + 0.5) / size as the uniform numbers of a record over the scenarios, each record meets its own
    probability almost exactly (stratified draws), while different records are independent but for chance. Each of four
    rounds is a bijection: an affine map modulo `size` with an odd factor, then a shift of the high bits into the low
    ones.

    Args:
        keys: shape (n,).
        size: a power of two up to 65,536.
    """
    bits = size.bit_length() - 1
    mask = np.uint16(size - 1)
    shift = np.uint16((bits + 1) // 2)
    x = np.broadcast_to(np.arange(size, dtype=np.uint16), (len(keys), size)).copy()
    for step in range(1, 5):
        word = splitmix64(keys, step)
        factor = (word & np.uint64(0xFFFF)).astype(np.uint16) | np.uint16(1)
        offset = ((word >> np.uint64(16)) & np.uint64(0xFFFF)).astype(np.uint16)
        x *= factor[:, None]
        x += offset[:, None]
        x &= mask
        x ^= x >> shift
    return x
