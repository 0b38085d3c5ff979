"""The UI API: records, layouts, object infos, picklists and lists as Lightning components ask for them."""

from localorg.http.uiapi.routes import blueprint

__all__ = ["blueprint"]
