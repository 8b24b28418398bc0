"""Signing in and out stands in the audit trail (OWASP ASVS 5.0, 16.3.1)."""

from __future__ import annotations

import asyncpg
import pytest
from tests.spec.signin.place import Place
from tests.spec.signin.test_proofs import SECRET, with_generator


async def test_signing_in_failing_to_and_signing_out_are_told_with_the_role_and_the_address(place: Place) -> None:
    await place.professional("karim")
    generator = await with_generator(place, "karim")
    browser = place.browser()
    await browser.get("/signin")
    await browser.post("/signin/password", login="karim", password=SECRET)
    await browser.post("/signin/code", token=browser.hidden("token"), code="000000")
    await browser.get("/signin")
    await browser.post("/signin/password", login="karim", password=SECRET)
    await browser.post("/signin/code", token=browser.hidden("token"), code=generator.now())
    await browser.get("/security")
    await browser.post("/signout")
    failed, entered, left = await place.trail()
    assert (failed.interaction, failed.outcome, failed.agent) == ("sign-in", 4, "")
    assert "karim" in failed.detail  # the first of two factors was right
    assert (entered.interaction, entered.outcome, entered.agent) == ("sign-in", 0, "PractitionerRole/karim-cabinet")
    assert (entered.role, entered.organization) == ("10", "Organization/cabinet")
    assert failed.source
    assert entered.source == failed.source
    assert (left.interaction, left.agent) == ("sign-out", "PractitionerRole/karim-cabinet")


async def test_a_name_that_nobody_has_is_kept_nowhere_but_the_failure_is(place: Place) -> None:
    browser = place.browser()
    await browser.get("/signin")
    await browser.post("/signin/password", login="my-very-secret-password", password="karim")
    await browser.post("/signin/code", token=browser.hidden("token"), code="000000")
    (failed,) = await place.trail()
    assert failed.outcome == 4
    assert "secret" not in repr(failed)


async def test_without_a_trail_nobody_gets_in(place: Place) -> None:
    await place.professional("karim")
    generator = await with_generator(place, "karim")
    browser = place.browser()
    await browser.get("/signin")
    await browser.post("/signin/password", login="karim", password=SECRET)
    token = browser.hidden("token")
    await place.database.pool.execute("ALTER TABLE audit ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
    try:
        with pytest.raises(asyncpg.CheckViolationError):  # a server shows an incident; the test's transport hands it on
            await browser.post("/signin/code", token=token, code=generator.now())
    finally:
        await place.database.pool.execute("ALTER TABLE audit DROP CONSTRAINT full_disk")
    assert not browser.cookie
