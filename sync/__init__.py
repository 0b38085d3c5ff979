"""Moves records between a Salesforce org and a mirror on this machine, and back. Knows Salesforce, knows no scores."""

from sync import failures, ledger
from sync.catalogue import Catalogue, CatalogueObject
from sync.check import CheckReport, ObjectCheck, check
from sync.client import Org, OrgSettings, Usage
from sync.errors import (
    ConfigurationError,
    Incomplete,
    JobFailed,
    MirrorBusy,
    MissingField,
    MissingPackage,
    ObjectStopped,
    OrgUnavailable,
    OutcomeUnknown,
    RequestLimitReached,
    RequestRefused,
    RetryLater,
    SyncError,
    UnexpectedAnswer,
)
from sync.feed import Feed, FeedColumn, FeedReport, read_feed
from sync.mirror import Mirror, in_memory
from sync.plan import Plan, Target, TargetField, make_plan
from sync.plan.explain import ExplainedRecord, ExplainedValue, explain
from sync.progress import SILENT, Progress
from sync.pull import Budget, ObjectPull, PullReport, pull
from sync.schema import FieldSchema, ObjectSchema
from sync.undo import Undo, plan_undo
from sync.write_back import RefusedRow, WriteReport, resume, write_back

__all__ = [
    "SILENT",
    "Budget",
    "Catalogue",
    "CatalogueObject",
    "CheckReport",
    "ConfigurationError",
    "ExplainedRecord",
    "ExplainedValue",
    "Feed",
    "FeedColumn",
    "FeedReport",
    "FieldSchema",
    "Incomplete",
    "JobFailed",
    "Mirror",
    "MirrorBusy",
    "MissingField",
    "MissingPackage",
    "ObjectCheck",
    "ObjectPull",
    "ObjectSchema",
    "ObjectStopped",
    "Org",
    "OrgSettings",
    "OrgUnavailable",
    "OutcomeUnknown",
    "Plan",
    "Progress",
    "PullReport",
    "RefusedRow",
    "RequestLimitReached",
    "RequestRefused",
    "RetryLater",
    "SyncError",
    "Target",
    "TargetField",
    "Undo",
    "UnexpectedAnswer",
    "Usage",
    "WriteReport",
    "check",
    "explain",
    "failures",
    "in_memory",
    "ledger",
    "make_plan",
    "plan_undo",
    "pull",
    "read_feed",
    "resume",
    "write_back",
]
