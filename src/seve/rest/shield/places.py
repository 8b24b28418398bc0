"""Where a request comes from and which host it is for. What a client can write itself is believed only from a trusted proxy."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_MOST_HOPS = 20
_HELD = 10_000
_SITE_BITS = 64
"""Of an IPv6 address: what one household or server has for itself."""


class Proxies:
    """The networks of proxies whose X-Forwarded-For is believed."""

    def __init__(self, networks: Sequence[Network]) -> None:
        self._networks = tuple(networks)
        self.trusts = lru_cache(_HELD)(self._trusts)

    def client_of(self, peer: str, forwarded: str) -> str:
        """The caller's address: the last one that no trusted proxy wrote about itself; `peer` when it is no trusted proxy."""
        if not self.trusts(peer):
            return peer
        client = peer
        for hop in reversed(forwarded.split(",")[-_MOST_HOPS:]):
            try:
                client = str(ipaddress.ip_address(hop.strip()))
            except ValueError:
                return client
            if not self.trusts(client):
                return client
        return client

    def _trusts(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._networks)


@lru_cache(_HELD)
def neighbourhood(address: str) -> str:
    """What requests are counted by: an IPv4 address, or the first 64 bits of an IPv6 one."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    return str(ipaddress.ip_network((int(found) >> _SITE_BITS << _SITE_BITS, _SITE_BITS)))


def is_address(host: str) -> bool:
    """Whether a Host names an address or this machine: no name that somebody else could let point here (DNS rebinding)."""
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    if name.lower() == "localhost":
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
