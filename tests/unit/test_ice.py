"""STUN and TURN servers with passwords that end."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from seve.engine.ice import IceServers
from seve.main.settings import Settings

_NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_a_password_is_what_the_turn_server_computes_from_the_name_and_ends_in_twelve_hours() -> None:
    servers = IceServers(("stun:stun.example:3478", "turn:turn.example:3478?transport=udp"), "shared")
    stun, turn = servers.at(_NOW)
    assert stun == {"urls": ["stun:stun.example:3478"]}
    until, _, _ = turn["username"].partition(":")
    assert int(until) == int(_NOW.timestamp()) + 12 * 3_600
    expected = base64.b64encode(hmac.new(b"shared", turn["username"].encode(), hashlib.sha1).digest()).decode()
    assert turn["credential"] == expected
    assert servers.at(_NOW)[1]["username"] != turn["username"]


def test_without_servers_browsers_find_their_way_alone() -> None:
    assert IceServers().at(_NOW) == []


@pytest.mark.parametrize("servers", ["https://turn.example", "turn:", "turn:turn.example"])
def test_a_wrong_address_or_a_turn_server_without_secret_is_refused_at_start_by_name(servers: str) -> None:
    with pytest.raises(ValueError, match="SEVE_ICE_SERVERS"):
        Settings.read({"SEVE_ICE_SERVERS": servers})
