"""What jobs and deployments have in common: rows of a table, each with files in a folder."""

from __future__ import annotations

from pathlib import Path

from localorg.clock import Clock
from localorg.store.database import Database


class KeptWithFiles:
    """Rows of one table of the org; what belongs to them lies in a folder."""

    def __init__(self, database: Database, clock: Clock, folder: Path, table: str) -> None:
        """Make the table (by its SQL) and the folder where they are not there yet."""
        self._database = database
        self._clock = clock
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        with database.writer() as connection:
            connection.execute(table)
