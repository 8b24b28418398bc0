"""SMS through a provider's HTTP interface, against a provider that the test runs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tests.spec.notifications.test_notifications import told, wanted
from tests.spec.rights.site import Site
from tests.spec.subscriptions.receiving import Endpoint, listening

from seve.engine.notifications.gateways import Outbox
from seve.engine.notifications.refusals import CannotSend
from seve.engine.notifications.sms import HttpSms
from seve.engine.subscriptions.refusals import EndpointRefused
from seve.jobs.shipped import JOBS
from seve.jobs.working import work_off
from seve.main.settings import Settings
from seve.store import jobs, notifications
from seve.testing.serving import free_port

_HERE = frozenset({"127.0.0.1"})


@pytest_asyncio.fixture(loop_scope="session")
async def provider(site: Site) -> AsyncIterator[Endpoint]:
    """A provider by which the site sends."""
    with listening() as made:
        site.world.engine.gateways["sms"] = HttpSms(made.url, token="s3cret", trusted=_HERE)
        yield made
        site.world.engine.gateways["sms"] = Outbox()


async def test_an_sms_is_posted_with_its_token_and_recorded(site: Site, provider: Endpoint, postgres_url: str) -> None:
    await wanted(site, phone="+33612345678")
    await told(site)
    await work_off(site.world.engine, postgres_url, JOBS)
    [(headers, body)] = provider.calls
    sent = json.loads(body)
    assert sent["to"] == "+33612345678"
    assert "Clinique, le 15 janvier 2026" in sent["text"]
    assert (headers["authorization"], headers["content-type"]) == ("Bearer s3cret", "application/json")
    [message] = await notifications.latest(site.world.engine.database.pool, limit=5)
    assert message.state == "sent"


async def test_a_provider_that_refuses_is_told_and_asked_again(
    site: Site, provider: Endpoint, postgres_url: str
) -> None:
    pool = site.world.engine.database.pool
    provider.status = 503
    await wanted(site, phone="+33612345678")
    await told(site)
    await work_off(site.world.engine, postgres_url, JOBS)
    [message] = await notifications.latest(pool, limit=5)
    assert (message.state, "HTTP 503" in message.reason) == ("failed", True)
    assert await jobs.counts(pool) == {"todo": 1}
    provider.status = 202
    await pool.execute("UPDATE jobs.procrastinate_jobs SET scheduled_at = now()")
    await work_off(site.world.engine, postgres_url, JOBS)
    [message] = await notifications.latest(pool, limit=5)
    assert message.state == "sent"


async def test_a_provider_names_its_own_fields_and_header() -> None:
    body = '{"messages": [{"recipient": "{to}", "body": "Sève : {text}", "flash": false}]}'
    with listening() as made:
        await HttpSms(made.url, token="Basic abc", body=body, trusted=_HERE).send(
            "+33612345678", subject="x", body="À {to}"
        )
        [(headers, content)] = made.calls
    assert json.loads(content) == {"messages": [{"recipient": "+33612345678", "body": "Sève : À {to}", "flash": False}]}
    assert headers["authorization"] == "Basic abc"


async def test_a_provider_that_is_silent_is_a_failure() -> None:
    silent = HttpSms(f"http://127.0.0.1:{free_port()}/", token="", trusted=_HERE)
    with pytest.raises(CannotSend, match="CannotCall"):
        await silent.send("+33612345678", subject="", body="x")


@pytest.mark.parametrize(
    "url", ["http://sms.example/send", "https://10.0.0.1/send", "ftp://sms.example", "http://127.0.0.1/", "no address"]
)
def test_an_address_that_may_not_be_called_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(EndpointRefused):
        HttpSms(url, token="", trusted=frozenset())


async def test_a_name_that_leads_into_a_private_network_is_not_called() -> None:
    with pytest.raises(CannotSend, match="EndpointRefused"):
        await HttpSms("https://localhost/send", token="", trusted=frozenset()).send(
            "+33612345678", subject="", body="x"
        )


@pytest.mark.parametrize("body", ["", "{", '{"to": "{to}"}', '{"text": "{text}"}'])
def test_a_body_without_its_places_is_refused_at_the_start(body: str) -> None:
    with pytest.raises(ValueError, match="SEVE_SMS_BODY"):
        HttpSms("https://sms.example", token="", body=body, trusted=frozenset())


def test_the_token_is_not_shown_with_the_settings() -> None:
    settings = Settings.read({"SEVE_SMS_URL": "https://sms.example", "SEVE_SMS_TOKEN": "s3cret"})
    assert settings.sms_token == "s3cret"
    assert "s3cret" not in repr(settings)
