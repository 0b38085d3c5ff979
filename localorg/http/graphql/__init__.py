"""GraphQL over the org's records (`uiapi.query`), as Lightning components ask for them."""

from localorg.http.graphql.routes import blueprint

__all__ = ["blueprint"]
