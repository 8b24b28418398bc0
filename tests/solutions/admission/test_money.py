"""What is left to pay: its sum, and that it is paid once, by a provider that says it is simulated."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal

import pytest
from tests.solutions.admission.conftest import begun, complete, do, field

from seve.solutions.admission.model import costs
from seve.solutions.admission.model.costs import Cover
from seve.testing.site import Browser, Site


@pytest.mark.parametrize(
    ("cover", "left"),
    [
        (Cover(), Decimal("600.00")),
        (Cover(is_exempt=True), Decimal("60.00")),
        (Cover(is_whole=True), Decimal(0)),
    ],
)
def test_three_days_cost_the_daily_charge_and_a_share_unless_others_pay(cover: Cover, left: Decimal) -> None:
    found = costs.lines(is_stay=True, first=date(2026, 11, 22), last=date(2026, 11, 24), cover=cover)
    assert costs.total(found) == left


def test_an_outpatient_visit_has_no_daily_charge() -> None:
    found = costs.lines(is_stay=False, first=date(2026, 11, 22), last=date(2026, 11, 22), cover=Cover())
    assert [(one.what, one.left) for one in found] == [("visit", Decimal("9.00"))]


async def billed(room: Site) -> tuple[Browser, Browser, str]:
    """Ana's stay with its sum."""
    ana, clerk = await room.browser("ana"), await room.browser("clerk")
    path = await begun(ana)
    await complete(ana, path)
    page = await do(clerk, path, "bill")
    assert "Forfait journalier" in page
    return ana, clerk, path


async def provider(ana: Browser, path: str) -> str:
    await ana.get(path)
    page = await ana.post(f"{path}/pay")
    assert "SIMULÉ" in page and "Durand" not in page.partition("<main")[2]
    return str(ana.answer.url.path)


async def test_the_sum_is_shown_line_by_line_and_paid_with_a_receipt(room: Site) -> None:
    ana, clerk, path = await billed(room)
    page = await ana.get(path)
    assert "3 jour(s) × 20,00 €" in page and "Reste à payer : 600,00 €" in page
    await ana.get(f"{path}/receipt")
    assert ana.status == 404
    at = await provider(ana, path)
    page = await ana.post(at, version=field(ana.page, "version"), outcome="paid")
    assert "SIM-" in page
    await ana.get(f"{path}/receipt")
    assert ana.answer.content.startswith(b"%PDF") or ana.status == 501
    [bill] = await room.stored("Invoice")
    [payment], [notice] = await room.stored("PaymentReconciliation"), await room.stored("PaymentNotice")
    assert bill["status"] == "balanced" and payment["paymentAmount"]["value"] == Decimal("600.00")
    assert notice["payment"]["reference"] == f"PaymentReconciliation/{payment['id']}"
    await do(clerk, path, "bill")
    assert clerk.status == 409
    await ana.get(path)
    await ana.post(f"{path}/pay")
    assert ana.status == 409


async def test_a_double_click_pays_once(room: Site) -> None:
    ana, _, path = await billed(room)
    at = await provider(ana, path)
    version = field(ana.page, "version")
    others = [Browser(ana.client, ana.page) for _ in range(4)]
    pages = await asyncio.gather(*(one.post(at, version=version, outcome="paid") for one in others))
    assert all(one.status == 200 for one in others) and all("Payé" in page for page in pages)
    assert len(await room.stored("PaymentReconciliation")) == 1
    [bill] = await room.stored("Invoice")
    assert len([one for one in bill["extension"] if one["url"].endswith("payment-attempt")]) == 1


@pytest.mark.parametrize(("outcome", "said"), [("refused", "a été refusé"), ("abandoned", "a été abandonné")])
async def test_a_refused_or_given_up_payment_takes_nothing_and_may_be_tried_again(
    room: Site, outcome: str, said: str
) -> None:
    ana, _, path = await billed(room)
    at = await provider(ana, path)
    await ana.post(at, version=field(ana.page, "version"), outcome=outcome)
    assert "Rien n'a été débité" in ana.page
    assert said in await ana.get(path)
    assert await room.stored("PaymentReconciliation") == []
    at = await provider(ana, path)
    page = await ana.post(at, version=field(ana.page, "version"), outcome="paid")
    assert "SIM-" in page


async def test_a_forged_link_and_an_unknown_answer_pay_nothing(room: Site) -> None:
    ana, _, path = await billed(room)
    at = await provider(ana, path)
    version = field(ana.page, "version")
    await ana.post(at, version=version, outcome="twice")
    assert ana.status == 409
    await ana.get(at[:-1] + ("0" if at[-1] != "0" else "1"))
    assert ana.status == 404
    bob = await room.browser("bob")
    await bob.get("/admission")
    await bob.post(f"{path}/pay")
    assert bob.status == 404
    assert await room.stored("PaymentReconciliation") == []
