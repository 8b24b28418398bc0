"""Rights of an insured person, as an online service tells them (ADRi): the port, and a simulated service.

The real one (CNAM, SESAM-Vitale) needs its certificates and contract; its answers are not public, so what stands here is what an admissions
office needs of them, and no copy of its messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, Protocol

from seve.france.identity.ins import Matricule
from seve.kernel.refusals import Refusal

_TEST: Final = ("nir-test", "nir-demo")


class RightsUnknown(Refusal):
    """The service knows nobody of this number."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "france.rights.unknown"


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Rights on the day that was asked for. Dates as FHIR has them; `number` is the one that rights hang on."""

    number: str
    scheme: str
    fund: str
    since: str
    until: str
    is_open: bool
    is_exempt: bool


class Rights(Protocol):
    """Whoever tells rights."""

    def of(self, matricule: Matricule, *, on: date) -> Entitlement:
        """The rights on a day. Raises RightsUnknown."""
        ...


@dataclass(frozen=True, slots=True)
class SimulatedRights:
    """Answers for test numbers alone, always the same: numbers whose 13 characters end with 7 have closed rights, those that end with an
    even digit are exempt from their share.
    """

    def of(self, matricule: Matricule, *, on: date) -> Entitlement:
        """Raises RightsUnknown for a real number, or one with a wrong key."""
        if matricule.kind not in _TEST or matricule.issues(source="entry"):
            raise RightsUnknown
        last = matricule.number[-1]
        return Entitlement(
            number=matricule.value,
            scheme="01",
            fund="000 (simulé)",
            since=f"{on.year}-01-01",
            until=f"{on.year}-12-31",
            is_open=last != "7",
            is_exempt=last in "02468",
        )
