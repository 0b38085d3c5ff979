"""`sidecar doctor`: what would keep the sidecar from working here, each finding with its remedy."""

from sidecar.doctor.examine import examine
from sidecar.doctor.finding import Finding

__all__ = ["Finding", "examine"]
