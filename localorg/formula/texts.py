"""Texts made of other values."""

from __future__ import annotations

from localorg.errors import FormulaError
from localorg.formula.expression import Expression, expect, filled

Arguments = list[Expression]


def text(arguments: Arguments) -> Expression:
    """TEXT of a number, date, moment or picklist value."""
    value = arguments[0]
    if value.kind in ("boolean", "multipicklist", "text"):
        expect(value, "number", "date", "datetime", what="function 'TEXT()'")
        raise FormulaError("Incorrect parameter type for function 'TEXT()'")
    if value.kind == "number":
        return Expression(f"sf_text({value.sql})", "text")
    if value.kind == "datetime":
        return Expression(f"(replace(substr({value.sql}, 1, 19), 'T', ' ') || 'Z')", "text")
    return Expression(value.sql, "text")


def hyperlink(arguments: Arguments) -> Expression:
    """HYPERLINK as the API gives it: the HTML of a link."""
    url, label, *target = (filled(expect(each, "text", what="function 'HYPERLINK()'")) for each in arguments)
    where = target[0] if target else "'_blank'"
    inner = f"""'<a href="' || {url} || '" target="' || {where} || '">' || {label} || '</a>'"""
    return Expression(f"({inner})", "text", ("||", inner))


def image(arguments: Arguments) -> Expression:
    """IMAGE as the API gives it: the HTML of a picture, with its height and width if they are given."""
    url, alternative = (filled(expect(each, "text", what="function 'IMAGE()'")) for each in arguments[:2])
    sizes = [expect(each, "number", what="function 'IMAGE()'").sql for each in arguments[2:]]
    style = " ".join(
        f"{name}:' || sf_text({size}) || 'px;" for name, size in zip(("height", "width"), sizes, strict=False)
    )
    shown = f""" style="{style}\"""" if style else ""
    inner = f"""'<img src="' || {url} || '" alt="' || {alternative} || '"{shown} border="0"/>'"""
    return Expression(f"({inner})", "text", ("||", inner))
