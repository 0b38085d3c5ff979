"""The wire: login, session, retries, one org."""

from sync.client.org import Org
from sync.client.session import Usage
from sync.client.settings import OrgSettings

__all__ = ["Org", "OrgSettings", "Usage"]
