"""Websockets pass the same frame as requests: hosts, origins and rates, of subscriptions and of calls alike."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest

from seve.rest.answering import Send
from seve.rest.asking import Receive, Scope
from seve.rest.shield.shield import App, Rules, Shield
from seve.rest.websockets import PATH

from .conftest import SITE, Whole

CALL = "/teleconsultation/call/visit/socket"
APP = "https://app.example"


async def well(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that takes every socket, and says whom it saw."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": str(scope["client"][0])})


async def handshake(
    app: App, path: str, *headers: tuple[str, str], host: str = "sante.example", peer: str = "203.0.113.9"
) -> list[dict[str, Any]]:
    """What a client is told until it goes away."""
    told = list[dict[str, Any]]()
    waiting: list[dict[str, Any]] = [{"type": "websocket.connect"}]

    async def receive() -> dict[str, Any]:
        return waiting.pop() if waiting else {"type": "websocket.disconnect", "code": 1001}

    async def send(message: Any) -> None:
        told.append(dict(message))

    named = [(b"host", host.encode()), *((name.encode(), value.encode()) for name, value in headers)]
    scope = {"type": "websocket", "path": path, "headers": named, "client": (peer, 4711), "query_string": b""}
    await app(scope, receive, send)
    return told


def is_accepted(told: list[dict[str, Any]]) -> bool:
    return told[0]["type"] == "websocket.accept"


def is_refused(told: list[dict[str, Any]]) -> bool:
    return told == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize("path", [PATH, CALL])
@pytest.mark.parametrize("host", ["evil.example", "sante.example.evil.example", "", "sante.example@evil.example"])
async def test_a_socket_by_a_name_that_is_not_ours_is_refused(whole: Whole, path: str, host: str) -> None:
    assert is_refused(await handshake(whole.app, path, ("origin", SITE), host=host))


@pytest.mark.parametrize("host", ["sante.example", "SANTE.example:8080", "localhost:8080", "[::1]:8080"])
async def test_a_socket_by_our_own_name_or_an_address_is_opened(whole: Whole, host: str) -> None:
    assert is_accepted(await handshake(whole.app, PATH, host=host))


async def test_a_trusted_proxy_calls_us_as_it_likes(whole: Whole) -> None:
    assert is_accepted(await handshake(whole.app, PATH, host="inside.example", peer="10.0.0.1"))


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{SITE}.evil.example", f"{SITE}:81", ""])
@pytest.mark.parametrize("path", [PATH, CALL])
async def test_a_page_of_another_site_opens_no_socket(path: str, origin: str) -> None:
    shield = Shield(well, Rules(SITE, origins=frozenset({APP})))
    assert is_refused(await handshake(shield, path, ("origin", origin)))
    assert is_refused(await handshake(shield, path, ("origin", SITE), ("origin", origin)))


async def test_a_listed_origin_hears_of_subscriptions_and_joins_no_call() -> None:
    shield = Shield(well, Rules(SITE, origins=frozenset({APP})))
    assert is_accepted(await handshake(shield, PATH, ("origin", APP)))
    assert is_refused(await handshake(shield, CALL, ("origin", APP)))
    for path in (PATH, CALL):
        assert is_accepted(await handshake(shield, path, ("origin", SITE)))


async def test_too_many_handshakes_of_one_address_are_refused() -> None:
    shield = Shield(well, Rules(SITE, session_rate=1_000, address_rate=1))
    told = [await handshake(shield, path) for path in (PATH, CALL) * 6]
    assert [is_accepted(one) for one in told] == [True] * 10 + [False] * 2
    assert is_refused(told[-1])
    assert is_accepted(await handshake(shield, PATH, peer="203.0.113.10"))


async def test_too_many_handshakes_of_one_session_are_refused_wherever_they_come_from() -> None:
    shield = Shield(well, Rules(SITE, session_rate=1, address_rate=1_000))
    mine = ("cookie", f"seve={'x' * 43}")
    told = [await handshake(shield, CALL, mine, peer=f"203.0.113.{number}") for number in range(12)]
    assert [is_accepted(one) for one in told].count(True) == 10
    assert is_accepted(await handshake(shield, CALL, ("cookie", f"seve={'y' * 43}")))


async def test_a_socket_by_a_trusted_proxy_is_named_by_whom_it_speaks_for() -> None:
    seen = Shield(well, Rules(SITE, proxies=(ip_network("10.0.0.0/8"),)))
    told = await handshake(seen, PATH, ("x-forwarded-for", "198.51.100.1"), peer="10.0.0.1")
    assert told[1]["text"] == "198.51.100.1"
    assert (await handshake(seen, PATH, ("x-forwarded-for", "198.51.100.1")))[1]["text"] == "203.0.113.9"


async def test_a_bug_behind_a_socket_ends_it_and_the_log_quotes_nobody(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        await receive()
        await send({"type": "websocket.accept"})
        raise ValueError("Ana Durand")

    told = await handshake(Shield(broken, Rules(SITE)), PATH)
    assert told[-1] == {"type": "websocket.close", "code": 1011}
    assert "incident" in caplog.text
    assert "Durand" not in caplog.text
