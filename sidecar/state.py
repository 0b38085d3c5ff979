"""The state directory: mirror, embedded org and keys, all in one place."""

from dataclasses import dataclass
from pathlib import Path

from sidecar.errors import ConfigurationError


@dataclass(frozen=True)
class State:
    """Paths inside one state directory (`--state`, default `.sidecar`)."""

    folder: Path

    @property
    def mirror_file(self) -> Path:
        """The DuckDB file with the mirror and the ledger."""
        return self.folder / "mirror.duckdb"

    @property
    def org_file(self) -> Path:
        """The local org's SQLite file, kept where `localorg.server` looks for it."""
        return self.folder / "org" / "org.sqlite"

    @property
    def truth_folder(self) -> Path:
        """What is true of a generated book, for those who judge models by it; the org itself never reads it."""
        return self.folder / "org" / "truth"

    @property
    def service_folder(self) -> Path:
        """What the service keeps for itself: its lock, its token, the states of its jobs, its log."""
        folder = self.folder / "service"
        folder.mkdir(exist_ok=True, mode=0o700)
        return folder

    @property
    def digests_file(self) -> Path:
        """Whose digest went out."""
        return self.service_folder / "digests.json"

    @property
    def unsubscribed_file(self) -> Path:
        """Who wants neither digests nor alerts."""
        return self.service_folder / "unsubscribed.json"

    @classmethod
    def open(cls, folder: Path) -> "State":
        """Make the directory if it is missing, readable by its owner only.

        Raises:
            ConfigurationError: the path is taken by a file, cannot be made, or holds a sign that DuckDB cannot bear.
        """
        folder = folder.expanduser().resolve()
        if "?" in str(folder):  # DuckDB would put its log into the folder whose name ends there
            raise ConfigurationError(
                f"--state {folder}: a question mark in its path is more than the mirror's database can bear. Name"
                " another folder, or rename this one."
            )
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise ConfigurationError(
                f"--state {folder}: cannot be used as a folder ({error.strerror}). Name a folder you may write to."
            ) from error
        return cls(folder)
