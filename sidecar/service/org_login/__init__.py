"""Login to the console with a user of the org: OpenID Connect, authorization code with PKCE."""
