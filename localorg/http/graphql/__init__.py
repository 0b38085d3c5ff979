"""GraphQL over the org's records (`uiapi`): queries, aggregates, metadata and mutations."""

from localorg.http.graphql.filter_text import FilterTexts
from localorg.http.graphql.routes import blueprint
from localorg.http.graphql.types import VisibleSchemas

__all__ = ["FilterTexts", "VisibleSchemas", "blueprint"]
