"""Web push: what a push service gets, which can't be read but by the browser; devices, and what becomes of those that are gone."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from os import urandom
from typing import Any

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey
from tests.spec.notifications.test_notifications import told, wanted
from tests.spec.rights.site import Site, text
from tests.spec.subscriptions.receiving import Endpoint, listening

from seve.engine.notifications.push_messages import CURVE, Receiver, base64, encrypted, unbase64
from seve.engine.notifications.pushing import MOST_DEVICES, WebPush
from seve.jobs.shipped import JOBS
from seve.jobs.working import work_off
from seve.store import devices, jobs, notifications


@dataclass
class Phone:
    """A browser's side: its keys, and how it reads what it gets (RFC 8291, written anew from the reader's end)."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(CURVE))
    auth: bytes = field(default_factory=lambda: urandom(16))

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def fields(self, endpoint: str) -> dict[str, str]:
        return {"endpoint": endpoint, "key": base64(self.public), "auth": base64(self.auth)}

    def read(self, message: bytes) -> bytes:
        salt, length = message[:16], message[20]
        sender, sealed = message[21 : 21 + length], message[21 + length :]
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender))

        def derived(secret: bytes, salt: bytes, info: bytes, size: int) -> bytes:
            return HKDF(algorithm=SHA256(), length=size, salt=salt, info=info).derive(secret)

        secret = derived(shared, self.auth, b"WebPush: info\0" + self.public + sender, 32)
        opened = AESGCM(derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)).decrypt(
            derived(secret, salt, b"Content-Encoding: nonce\0", 12), sealed, None
        )
        return opened.rstrip(b"\0").removesuffix(b"\x02")


@pytest_asyncio.fixture(loop_scope="session")
async def service(site: Site) -> AsyncIterator[Endpoint]:
    """A push service on loopback, which the operator trusts."""
    engine = site.world.engine
    before = engine.gateways["push"]
    assert isinstance(before, WebPush)
    trusted = frozenset({"127.0.0.1"})
    engine.gateways["push"] = WebPush(before.pool, before.key, "https://sante.example", trusted)
    kept, engine.events.hook_hosts = engine.events.hook_hosts, trusted
    with listening() as made:
        made.status = 201
        yield made
    engine.gateways["push"], engine.events.hook_hosts = before, kept


async def _subscribed(site: Site, service: Endpoint, phone: Phone, *, path: str = "") -> None:
    browser = await site.browser("ana")
    await browser.get("/notifications")
    await browser.post("/notifications/devices", **phone.fields(service.url + path))
    assert "Cet appareil sera prévenu." in text(browser)


def test_the_example_of_rfc_8291_comes_out_byte_by_byte() -> None:
    number = int.from_bytes(unbase64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
    receiver = Receiver.of(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
    )
    made = encrypted(
        b"When I grow up, I want to be a watermelon",
        receiver,
        sender=ec.derive_private_key(number, CURVE),
        salt=unbase64("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert base64(made) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6"
        "cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


async def test_a_device_is_told_the_subject_and_nothing_that_its_service_could_read(
    site: Site, service: Endpoint, postgres_url: str
) -> None:
    phone = Phone()
    await wanted(site)
    await _subscribed(site, service, phone)
    await told(site)
    await work_off(site.world.engine, postgres_url, JOBS)
    [(headers, body)] = service.calls
    assert json.loads(phone.read(body)) == {
        "title": "Nouveau document dans votre espace santé",
        "path": "/notifications",
    }
    assert b"document" not in body
    assert (headers["content-encoding"], headers["ttl"]) == ("aes128gcm", "86400")
    [message] = await notifications.latest(site.world.engine.database.pool, limit=5)
    assert (message.channel, message.state) == ("push", "sent")
    assert service.url not in message.address


async def test_two_messages_are_of_one_length_and_share_no_key(
    site: Site, service: Endpoint, postgres_url: str
) -> None:
    phone = Phone()
    await wanted(site)
    await _subscribed(site, service, phone)
    await told(site)
    await told(site, "waiting", number=12)
    await work_off(site.world.engine, postgres_url, JOBS)
    first, second = (body for _, body in service.calls)
    assert len(first) == len(second)
    assert first[:16] != second[:16]
    assert first[21:86] != second[21:86]


async def test_the_service_learns_by_a_signature_who_sends(site: Site, service: Endpoint, postgres_url: str) -> None:
    await wanted(site)
    await _subscribed(site, service, Phone())
    await told(site)
    await work_off(site.world.engine, postgres_url, JOBS)
    scheme, _, rest = service.calls[0][0]["authorization"].partition(" ")
    parts = dict(one.strip().split("=", 1) for one in rest.split(","))
    point = unbase64(parts["k"])
    key = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": base64(point[1:33]), "y": base64(point[33:])})
    token = jwt.decode(parts["t"], key, algorithms=["ES256"])
    assert scheme == "vapid"
    assert token.claims["aud"] == f"http://127.0.0.1:{service.port}"
    assert token.claims["sub"] == "https://sante.example"
    browser = await site.browser("ana")
    await browser.get("/notifications")
    assert f'data-push="{parts["k"]}"' in browser.page


@pytest.mark.parametrize("status", [404, 410])
async def test_a_device_whose_browser_forgot_it_is_forgotten_and_not_tried_again(
    site: Site, service: Endpoint, postgres_url: str, status: int
) -> None:
    pool = site.world.engine.database.pool
    await wanted(site)
    await _subscribed(site, service, Phone())
    service.status = status
    await told(site)
    await work_off(site.world.engine, postgres_url, JOBS)
    assert await devices.of_account(pool, "account-ana") == []
    [message] = await notifications.latest(pool, limit=5)
    assert message.state == "failed"
    assert await jobs.counts(pool) == {}


async def test_a_service_that_is_busy_is_asked_again(site: Site, service: Endpoint, postgres_url: str) -> None:
    pool = site.world.engine.database.pool
    await wanted(site)
    await _subscribed(site, service, Phone())
    service.status = 503
    await told(site)
    await work_off(site.world.engine, postgres_url, JOBS)
    assert await jobs.counts(pool) == {"todo": 1}
    service.status = 201
    await pool.execute("UPDATE jobs.procrastinate_jobs SET scheduled_at = now()")
    await work_off(site.world.engine, postgres_url, JOBS)
    [message] = await notifications.latest(pool, limit=5)
    assert message.state == "sent"


def _too_long(fields: dict[str, str]) -> dict[str, str]:
    return {**fields, "endpoint": "https://push.example/" + "x" * 1_000}


@pytest.mark.parametrize(
    "change",
    [
        lambda fields: {**fields, "endpoint": "http://push.example/1"},
        lambda fields: {**fields, "endpoint": "https://10.0.0.1/1"},
        lambda fields: {**fields, "endpoint": ""},
        _too_long,
        lambda fields: {**fields, "key": base64(b"\x04" + bytes(64))},
        lambda fields: {**fields, "key": "é"},
        lambda fields: {**fields, "auth": base64(bytes(8))},
    ],
    ids=["not encrypted", "private network", "none", "long", "not on the curve", "no base64", "short secret"],
)
async def test_a_subscription_that_can_be_none_is_refused(
    site: Site, change: Callable[[dict[str, str]], dict[str, Any]]
) -> None:
    browser = await site.browser("ana")
    await browser.get("/notifications")
    answer = await browser.post("/notifications/devices", **change(Phone().fields("https://push.example/1")))
    assert answer.status_code == 422
    assert "n'a pas donné de quoi prévenir" in text(browser)
    assert await devices.of_account(site.world.engine.database.pool, "account-ana") == []


async def test_an_endpoint_that_leads_into_a_private_network_is_not_called(site: Site, postgres_url: str) -> None:
    pool, phone = site.world.engine.database.pool, Phone()
    await wanted(site)
    await devices.keep(pool, "account-ana", "https://localhost:1/x", phone.public, phone.auth, most=MOST_DEVICES)
    await told(site)
    await work_off(site.world.engine, postgres_url, JOBS)
    [message] = await notifications.latest(pool, limit=5)
    assert "EndpointRefused" in message.reason


async def test_a_device_is_stopped_by_its_own_holder_alone(site: Site, service: Endpoint) -> None:
    pool = site.world.engine.database.pool
    await _subscribed(site, service, Phone())
    [device] = await devices.of_account(pool, "account-ana")
    other = await site.browser("doc")
    await other.get("/notifications")
    await other.post("/notifications/devices/forget", device=str(device.id))
    assert await devices.of_account(pool, "account-ana") == [device]
    ana = await site.browser("ana")
    await ana.get("/notifications")
    await ana.post("/notifications/devices/forget", device=str(device.id))
    assert "L'appareil n'est plus prévenu." in text(ana)
    assert await devices.of_account(pool, "account-ana") == []


async def test_a_browser_tells_who_asked_last_and_an_account_has_ten_at_most(site: Site, service: Endpoint) -> None:
    pool, phone = site.world.engine.database.pool, Phone()
    for account in ("account-ana", "account-doc"):
        await devices.keep(pool, account, service.url, phone.public, phone.auth, most=MOST_DEVICES)
    assert await devices.of_account(pool, "account-ana") == []
    for number in range(MOST_DEVICES + 2):
        await devices.keep(
            pool, "account-ana", f"https://p.example/{number}", phone.public, phone.auth, most=MOST_DEVICES
        )
    assert [one.endpoint.rpartition("/")[2] for one in await devices.of_account(pool, "account-ana")] == [
        str(number) for number in range(2, MOST_DEVICES + 2)
    ]


def test_base64_of_the_web_is_read_with_and_without_its_end() -> None:
    assert unbase64(base64(b"abcd")) == b"abcd" == urlsafe_b64decode("YWJjZA==")
