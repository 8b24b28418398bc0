"""Who may see what. The only place that makes a `Grant`."""

from seve.store.grant import Grant


def open_grant() -> Grant:
    """Everything, for `seve serve --open` on loopback; the only mode until identities exist."""
    return Grant(holder="open")
