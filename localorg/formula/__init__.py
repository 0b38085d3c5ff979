"""Formula fields: a subset of Salesforce's formula language as SQL expressions."""

from localorg.formula.compiler import formula_sql

__all__ = ["formula_sql"]
