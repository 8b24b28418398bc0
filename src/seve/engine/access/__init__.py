"""Who may see what. The only place that makes a `Grant`."""

from seve.store.grant import Grant


def open_grant() -> Grant:
    """Everything, for `seve serve --open` on loopback; the only mode until identities exist."""
    return Grant(holder="open")


def background_grant(owner: str) -> Grant:
    """For work that goes on after the request of `owner` was answered: what they asked for, in their name."""
    return Grant(holder=owner)
