"""Settings of customer health from the configuration."""

import scoring
from sidecar.configuration import HealthSection


def health_settings(section: HealthSection) -> scoring.HealthSettings:
    """What `scoring.score_health` takes.

    Raises:
        scoring.ScoringSettingsError: a definition or a bound is wrong; the message names its place in the file.
    """
    values = section.model_dump(exclude={"measures"})
    return scoring.HealthSettings(measures=scoring.read_measures(section.measures), **values)
