"""The org's objects and fields: what is standard, and what a package adds."""

from localorg.schema.model import AUDIT_FIELDS, ChildRelationship, Field, Schema, SObject

__all__ = ["AUDIT_FIELDS", "ChildRelationship", "Field", "SObject", "Schema"]
