"""How customer health is measured, as this service does it."""

from collections.abc import Sequence

import scoring
from scoring.health.definitions import DIMENSION_LABELS, Measure
from sidecar.configuration import HealthSection
from sidecar.health.settings import health_settings


def measures_in_force(section: HealthSection) -> list[tuple[str, float, Sequence[Measure]]]:
    """Each dimension with its share of the total (0 to 1) and its measures."""
    settings: scoring.HealthSettings = health_settings(section)
    total = sum(section.dimension_weights.values()) or 1.0
    return [
        (
            label,
            section.dimension_weights.get(key, 0.0) / total,
            [measure for measure in settings.measures if measure.dimension == key],
        )
        for key, label in DIMENSION_LABELS.items()
    ]
