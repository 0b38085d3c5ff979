"""Formulas: Salesforce's formula language as SQL expressions.

`formula_sql` is for formula fields, `condition` for validation rules. The SQL calls functions that `register` gives a
connection; `running_as` says who `$User` is.
"""

from localorg.formula.compiler import condition, formula_sql
from localorg.formula.sqlite import register, running_as

__all__ = ["condition", "formula_sql", "register", "running_as"]
