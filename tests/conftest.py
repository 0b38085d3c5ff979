"""What tests of more than one folder share."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser

from tests.browsing import chromium

# No test asserts a time, and machines are slow at times. Examples may share what a fixture made: every test that
# does so starts each example from what it needs.
settings.register_profile(
    "any_machine", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.load_profile("any_machine")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; one for all tests of a worker."""
    with chromium() as running:
        yield running
