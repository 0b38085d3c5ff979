"""What scores do without, where the org does not show all that they could rest on."""

from sync import ObjectPull, PullReport

WITHOUT = {
    "Asset": "no current ARR, and renewals only from contracts and deals",
    "Case": "technical health is unknown",
    "Contract": "renewals and true-ups only from assets and deals",
    "Event": "meetings do not count as activity",
    "OpportunityContactRole": "no deal is called single-threaded",
    "OpportunityLineItem": "no pillars, and ARR is the deal's own amount",
    "Product2": "no pillars and no names of products",
    "Task": "calls and tasks do not count as activity",
}
"""What is switched off while an optional object cannot be read."""
_REMEDY = "Remedy: grant read access in a permission set of the integration user, if the org has them."


def left_out(report: PullReport) -> list[str]:
    """What scores do without, and why: a line each, with the remedy."""
    absent = [_missed(item) for item in report.objects if item.way == "none" and item.usual and not item.problem]
    fields = [f"{item.name}.{field}" for item in report.objects for field in item.missing_fields if item.way != "none"]
    told = []
    if absent:
        told.append(f"Not in this org, or not shown to this user; scores do without: {', '.join(absent)}. {_REMEDY}")
    if fields:
        told.append(f"Optional fields that are not there; scores do without: {', '.join(fields)}. {_REMEDY}")
    told += [f"{item.name}: {item.note}." for item in report.objects if item.note]
    return [*told, *(f"{item.name}: {item.problem}" for item in report.problems)]


def _missed(item: ObjectPull) -> str:
    """An object that is not read, with what is switched off without it."""
    without = WITHOUT.get(item.name)
    return f"{item.name} ({without})" if without else item.name
