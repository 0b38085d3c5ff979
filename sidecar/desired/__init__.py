"""From score tables to the records the org should hold: the package's fields, in the org's units."""

from sidecar.desired.build import Desired, desired_records
from sidecar.desired.past import Past

__all__ = ["Desired", "Past", "desired_records"]
