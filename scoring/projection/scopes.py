"""Who the projection is for: the org, each team (a manager's tree of users), each rep and each account."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from scoring.days import Floats
from scoring.lookup import codes
from scoring.projection.odds import Codes

ORG, TEAM, REP, ACCOUNT = "Org", "Team", "Rep", "Account"
# Managers of managers up to this many levels; a longer chain is a circle.
DEPTH = 30


@dataclass(frozen=True)
class People:
    """The org, its teams and reps as sums over owners.

    Attributes:
        owners: user ids; one more code stands for deals without owner.
        units: scope and scope_id, Org first, then teams, then reps.
        teams: pairs of owner and team.
        members: units x (owners + 1), 1 where an owner's deals count in a unit.
    """

    owners: pd.Index
    units: pd.DataFrame
    teams: pd.DataFrame
    members: csr_matrix

    def rolled_up(self, by_owner: Floats) -> Floats:
        """Sums by unit from sums by owner, whatever the other axes: (owners + 1, ...) -> (units, ...)."""
        flat = self.members @ by_owner.reshape(len(self.owners) + 1, -1)
        return np.asarray(flat, dtype=np.float64).reshape(len(self.units), *by_owner.shape[1:])


def people(owners: pd.Index, users: pd.DataFrame) -> People:
    """The units for these owners. A team is a manager with everybody below, and is there when somebody below owns.

    Args:
        owners: user ids that own deals or have a plan, sorted.
        users: USERS; a circle of managers is cut.
    """
    pairs = _above(owners, users)
    teams = pd.Index(sorted(pairs["team"].unique()))
    # A manager's own deals count in the team.
    own = pd.DataFrame({"owner": owners[owners.isin(teams)], "team": owners[owners.isin(teams)]})
    pairs = pd.concat([pairs, own], ignore_index=True).drop_duplicates()
    unit = np.concatenate(
        [
            np.zeros(len(owners) + 1, dtype=np.int64),
            1 + codes(pairs["team"], teams),
            1 + len(teams) + np.arange(len(owners)),
        ]
    )
    member = np.concatenate([np.arange(len(owners) + 1), codes(pairs["owner"], owners), np.arange(len(owners))])
    units = pd.DataFrame(
        {
            "scope": [ORG] + [TEAM] * len(teams) + [REP] * len(owners),
            "scope_id": pd.Series(["", *teams, *owners], dtype="str"),
        }
    )
    members = csr_matrix((np.ones(len(unit)), (unit, member)), shape=(len(units), len(owners) + 1))
    return People(owners, units, pairs, members)


def _above(owners: pd.Index, users: pd.DataFrame) -> pd.DataFrame:
    """Pairs of an owner and each manager above."""
    manager = users.dropna(subset=["manager_id"]).set_index("user_id")["manager_id"]
    boss, found = pd.Series(owners, index=owners, dtype="str"), []
    for _ in range(DEPTH):
        boss = pd.Series(manager.reindex(pd.Index(boss)).to_numpy(), index=boss.index, dtype="str").dropna()
        boss = boss[boss != boss.index]
        if boss.empty:
            break
        found.append(pd.DataFrame({"owner": boss.index, "team": boss.to_numpy()}))
    if not found:
        return pd.DataFrame({"owner": pd.Series(dtype="str"), "team": pd.Series(dtype="str")})
    return pd.concat(found, ignore_index=True).drop_duplicates()


def summed(code: Codes, stats: Floats, shape: tuple[int, ...]) -> Floats:
    """Sums of each column of `stats` by the cell `code` of a grid: (rows, columns) -> (*shape, columns)."""
    cells = int(np.prod(shape))
    columns = [np.bincount(code, stats[:, column], cells) for column in range(stats.shape[1])]
    return np.stack(columns, axis=-1).astype(np.float64).reshape(*shape, stats.shape[1])


def with_total(grid: Floats, axis: int) -> Floats:
    """The grid with the sum over an axis before its first place."""
    return np.concatenate([grid.sum(axis=axis, keepdims=True), grid], axis=axis)
