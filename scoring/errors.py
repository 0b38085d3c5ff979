"""What can go wrong in scoring, by what the caller should do next."""


class ScoringError(Exception):
    """Root of every error raised by `scoring`."""


class ScoringInputError(ScoringError):
    """A table does not have the documented form: mend the table named in the message.

    Attributes:
        table: name of the table.
        column: name of the column, or None when the whole table is meant.
        rows: how many rows are wrong (0 when the column itself is missing or of the wrong type).
    """

    def __init__(self, table: str, column: str | None, rows: int, problem: str) -> None:
        self.table = table
        self.column = column
        self.rows = rows
        place = table if column is None else f"{table}.{column}"
        super().__init__(f"{place}: {problem}")


class ScoringSettingsError(ScoringError):
    """A setting is out of its documented range: change the setting named in the message."""
