"""The API versions which the org answers."""

from __future__ import annotations

OLDEST_VERSION, NEWEST_VERSION = 50, 66
_SEASONS = ("Spring", "Summer", "Winter")
_SPRING_24 = 60


def versions() -> list[dict[str, str]]:
    """The API versions the org answers, oldest first."""
    found = []
    for number in range(OLDEST_VERSION, NEWEST_VERSION + 1):
        year, season = divmod(number - _SPRING_24, len(_SEASONS))
        name = _SEASONS[season]
        label = f"{name} '{24 + year + (name == 'Winter')}"
        found.append({"label": label, "url": f"/services/data/v{number}.0", "version": f"{number}.0"})
    return found
