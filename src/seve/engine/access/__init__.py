"""Who may see what: from a principal to a `Grant`. The only place that makes grants."""

from seve.engine.access.granting import background_grant, grant_of, nobody_grant, open_grant, public_grant

__all__ = ["background_grant", "grant_of", "nobody_grant", "open_grant", "public_grant"]
