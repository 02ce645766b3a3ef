"""How people come in: an OpenID Connect provider such as Auth0, local accounts, and the limits of a session."""
