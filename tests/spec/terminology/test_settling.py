"""The codes that validation leaves open are settled by the store."""

import httpx
from tests.spec.terminology.conftest import BODY

from seve.engine.engine import Engine
from seve.fhir.validation.seams import PendingCode


def pending(value_set: str, *codings: tuple[str | None, str], required: bool = True) -> PendingCode:
    return PendingCode(value_set, codings, "required" if required else "extensible", "Observation.code")


async def test_members_pass_and_others_are_told(body: httpx.AsyncClient, engine: Engine) -> None:
    limbs = "http://seve.example/vs/limbs"
    settle = engine.terminology.settle
    assert await settle([]) == []
    assert (
        await settle(
            [
                pending(limbs, (BODY, "arm")),
                pending(limbs, (BODY, "head"), (BODY, "leg")),
                pending(limbs, (None, "arm")),
            ]
        )
        == []
    )
    [wrong] = await settle([pending(limbs, (BODY, "head"))])
    assert (wrong.severity, wrong.code, wrong.expression) == ("error", "code-invalid", "Observation.code")
    [warned] = await settle([pending(limbs, (BODY, "head"), required=False)])
    assert warned.severity == "warning"


async def test_what_nobody_here_can_decide_is_told_as_such(body: httpx.AsyncClient, engine: Engine) -> None:
    unknown = [
        pending("http://seve.example/none", (BODY, "arm")),
        pending("http://seve.example/vs/circular", (BODY, "arm")),
    ]
    issues = await engine.terminology.settle(unknown)
    assert [(i.severity, i.code) for i in issues] == [("warning", "not-supported")] * 2
    assert "http://seve.example/none" in issues[0].text("fr")
    [open_] = await engine.terminology.settle(
        [pending("http://seve.example/vs/foreign", ("http://nowhere.example/codes", "x"), required=False)]
    )
    assert open_.severity == "information"
