"""One door to tell people something: what messages may hold, who is told how and when, and what is recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from tests.spec.rights.site import Site, text

from seve.engine.notifications.gateways import Outbox, Smtp
from seve.engine.notifications.notifying import notify, quiet_seconds
from seve.engine.notifications.preferring import wish
from seve.engine.notifications.refusals import UnknownTemplate, UnsafeTemplate, WrongAddress, WrongField
from seve.engine.notifications.templates import TEMPLATES, Template, checked, rendered
from seve.jobs.shipped import JOBS
from seve.jobs.working import work_off
from seve.store import jobs, notifications
from seve.store.notifications import Preference
from seve.testing.serving import free_port

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
NIGHT = datetime(2026, 1, 15, 22, 30, tzinfo=UTC)


class Letters(MessageHandler):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.found.append(message)


@contextmanager
def post_office() -> Iterator[tuple[Letters, int]]:
    """A mail server on loopback."""
    letters, port = Letters(), free_port()
    controller = Controller(letters, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield letters, port
    finally:
        controller.stop()


async def wanted(site: Site, **more: Any) -> None:
    """Ana has an account that stands for her, and wishes."""
    pool = site.world.engine.database.pool
    await pool.execute("INSERT INTO account_link (account, reference) VALUES ('account-ana', 'Patient/ana')")
    if more:
        await notifications.prefer(pool, Preference("account-ana", **more))


async def told(site: Site, template: str = "new_document", *, now: datetime = NOON, **fields: object) -> int:
    fields = fields or {"place": "Organization/clinic", "day": date(2026, 1, 15)}
    async with site.world.engine.database.transaction() as connection:
        return await notify(connection, "Patient/ana", template, now=now, **fields)


@pytest.mark.parametrize("kind", ["text", "diagnosis", "Observation", "name", ""])
def test_a_template_with_a_field_that_is_not_declared_harmless_is_refused(kind: str) -> None:
    with pytest.raises(UnsafeTemplate):
        checked(Template("appointment", {"place": "place", "at": "moment", "result": kind}))


def test_a_template_whose_text_holds_what_it_does_not_declare_is_refused() -> None:
    with pytest.raises(UnsafeTemplate, match="at"):
        checked(Template("appointment", {"place": "place"}))
    with pytest.raises(UnsafeTemplate):
        checked(Template("nowhere", {}))


@pytest.mark.parametrize(
    "fields",
    [
        {"place": "Sérologie VIH positive", "day": date(2026, 1, 1)},
        {"place": "Observation/1", "day": date(2026, 1, 1)},
        {"place": "Organization/nowhere", "day": date(2026, 1, 1)},
        {"place": "Organization/clinic", "day": "sérologie"},
        {"place": "Organization/clinic"},
        {"place": "Organization/clinic", "day": date(2026, 1, 1), "more": 1},
    ],
)
async def test_no_free_text_gets_into_a_message(site: Site, fields: dict[str, object]) -> None:
    await wanted(site)
    with pytest.raises(WrongField):
        await told(site, **fields)


async def test_a_template_that_there_is_not_is_refused(site: Site) -> None:
    with pytest.raises(UnknownTemplate):
        await told(site, "nothing", a=1)


def test_every_template_is_told_in_both_languages() -> None:
    sample = {"place": "Clinique", "day": "2026-01-15", "moment": NOON.isoformat(), "number": "3"}
    sample["link"] = f"https://sante.example/booking/answer/{'x' * 32}"
    for template in TEMPLATES.values():
        fields = {name: sample[kind] for name, kind in template.fields.items()}
        french, english = (rendered(template, fields, language) for language in ("fr", "en"))
        assert french != english
        assert "{" not in "".join(french + english)


async def test_without_wishes_a_person_is_told_in_the_application_alone(site: Site, postgres_url: str) -> None:
    await wanted(site)
    assert await told(site) == 1
    browser = await site.browser("ana")
    await browser.get("/notifications")
    assert "Un document a été ajouté à votre dossier par Clinique, le 15 janvier 2026." in text(browser)
    assert "nouveau" in text(browser)
    assert await jobs.counts(site.world.engine.database.pool) == {}
    await browser.post("/notifications/seen")
    assert "nouveau</span>" not in text(browser)
    del postgres_url


async def test_mail_is_sent_to_a_real_server_and_recorded(site: Site, postgres_url: str) -> None:
    engine = site.world.engine
    await wanted(site, email="ana@example.org", language="en")
    await told(site)
    with post_office() as (letters, port):
        engine.gateways["email"] = Smtp.of(f"smtp://127.0.0.1:{port}", sender="seve@example.org")
        try:
            await work_off(engine, postgres_url, JOBS)
        finally:
            engine.gateways["email"] = Outbox()
    [letter] = letters.found
    assert (letter["To"], letter["From"]) == ("ana@example.org", "seve@example.org")
    assert letter["Subject"] == "A new document in your health space"
    assert "Clinique" in str(letter.get_payload(decode=True))
    [message] = await notifications.latest(engine.database.pool, limit=5)
    assert message.state == "sent"


async def test_a_mail_server_that_is_down_is_recorded_and_tried_again(site: Site, postgres_url: str) -> None:
    engine = site.world.engine
    await wanted(site, email="ana@example.org")
    await told(site)
    engine.gateways["email"] = Smtp.of(f"smtp://127.0.0.1:{free_port()}", sender="seve@example.org")
    try:
        await work_off(engine, postgres_url, JOBS)
    finally:
        engine.gateways["email"] = Outbox()
    [message] = await notifications.latest(engine.database.pool, limit=5)
    assert message.state == "failed"
    assert "ConnectionRefusedError" in message.reason
    assert await jobs.counts(engine.database.pool) == {"todo": 1}


async def test_messages_wait_for_the_end_of_quiet_hours_and_the_application_does_not(site: Site) -> None:
    pool = site.world.engine.database.pool
    await wanted(site, phone="+33612345678")
    await told(site, now=NIGHT)
    assert len(await notifications.of_account(pool, "account-ana", limit=5)) == 1
    [waiting] = await jobs.of_state(pool, "todo", limit=5)
    assert waiting.due is not None
    wait = (waiting.due - datetime.now(UTC)).total_seconds()
    assert abs(wait - 8.5 * 3_600) < 60


@pytest.mark.parametrize(
    ("now", "first", "last", "hours"),
    [
        (NOON, 21, 8, 0.0),
        (NIGHT, 21, 8, 8.5),
        (datetime(2026, 1, 15, 6, tzinfo=UTC), 21, 8, 1.0),
        (NOON, 12, 14, 1.0),
        (NIGHT, 9, 9, 0.0),
    ],
)
def test_quiet_hours_are_those_of_the_reader(now: datetime, first: int, last: int, hours: float) -> None:
    assert quiet_seconds(now, first=first, last=last) == hours * 3_600


async def test_wishes_are_kept_and_a_wrong_address_is_told_with_what_was_typed(site: Site) -> None:
    browser = await site.browser("doc")
    await browser.get("/notifications")
    fields = {"language": "en", "phone": "06 12", "email": "doc@example.org", "quiet_from": "22", "quiet_until": "7"}
    await browser.post("/notifications", **fields)
    assert "« 06 12 » n'est pas une adresse" in text(browser)
    assert 'value="doc@example.org"' in text(browser)
    await browser.post("/notifications", **{**fields, "phone": "+33 6 12 34 56 78"})
    assert "C'est enregistré." in text(browser)
    kept = await notifications.preference(site.world.engine.database.pool, "account-doc")
    assert kept == Preference("account-doc", "en", "doc@example.org", "+33612345678", 22, 7)


@pytest.mark.parametrize("email", ["a", "a@b", "a@b.fr\nBcc: c@d.fr", "<a@b.fr>", "a@b.fr,c@d.fr"])
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(WrongAddress):
        wish("a", language="fr", email=email, phone="", quiet_from="", quiet_until="")


@pytest.mark.parametrize("who", ["ana", "doc"])
async def test_the_outbox_is_for_officers_alone(site: Site, who: str) -> None:
    assert (await (await site.browser(who)).get("/desk/outbox")).status_code == 403


async def test_the_outbox_shows_what_the_plain_gateway_took(site: Site, postgres_url: str) -> None:
    await wanted(site, phone="+33612345678")
    await told(site, "waiting", number=3)
    await work_off(site.world.engine, postgres_url, JOBS)
    await asyncio.sleep(0)
    officer = await site.browser("officer")
    await officer.get("/desk/outbox")
    assert "3 demandes attendent votre réponse" in text(officer)
    assert "+33612345678" in text(officer)
    assert "parti" in text(officer)


async def test_the_outbox_keeps_back_links_of_messages_that_really_leave(site: Site) -> None:
    link = f"https://sante.example/booking/answer/{'x' * 32}"
    await wanted(site, email="ana@example.org")
    at = datetime(2026, 1, 17, 9, tzinfo=UTC)
    await told(site, "reminder_days", place="Organization/clinic", at=at, link=link)
    officer = await site.browser("officer")
    await officer.get("/desk/outbox")
    assert link in text(officer)
    engine = site.world.engine
    engine.gateways["email"] = Smtp.of("smtp://127.0.0.1:25", sender="seve@example.org")
    try:
        await officer.get("/desk/outbox")
    finally:
        engine.gateways["email"] = Outbox()
    assert "Pour confirmer ou annuler" in text(officer)
    assert "booking/answer" not in text(officer)
