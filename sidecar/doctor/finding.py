"""One line of the doctor's report."""

from dataclasses import dataclass

OK, WARNING, PROBLEM = "ok", "warning", "problem"


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes:
        check: what was looked at, in a word or two.
        state: `ok`, `warning` (it works, with less) or `problem` (it will not work).
        text: what was found.
        remedy: what to do about it; empty when all is well.
    """

    check: str
    state: str
    text: str
    remedy: str = ""


def ok(check: str, text: str) -> Finding:
    """All is well."""
    return Finding(check, OK, text)


def warning(check: str, text: str, remedy: str) -> Finding:
    """It works, with less than it could."""
    return Finding(check, WARNING, text, remedy)


def problem(check: str, text: str, remedy: str) -> Finding:
    """It will not work like this."""
    return Finding(check, PROBLEM, text, remedy)


def of_error(check: str, error: Exception) -> Finding:
    """The problem that an error tells of; our errors end with their remedy."""
    text, _, remedy = str(error).partition(". Remedy: ")
    return Finding(check, PROBLEM, text, remedy)
