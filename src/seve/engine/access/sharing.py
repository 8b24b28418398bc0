"""What patients decide about their record, and what professionals declare in their presence. FHIR Consent is the record of it.

Everything here is a Consent resource that the platform writes once it has made sure who decides; the rows of `reach` follow in
the same transaction, so each decision holds from the moment that it is answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from seve.engine.access.finding import NobodyToOpen, Traits, found
from seve.engine.access.granting import grant_of, open_grant
from seve.engine.identity.principal import WITHOUT_CARE
from seve.engine.interactions import create as creating
from seve.engine.rights.age import check_age
from seve.fhir import Resource
from seve.fhir.access.veils import FROM_PROFESSIONALS, VISIBILITY, veil
from seve.fhir.codec.json import parse
from seve.fhir.search.keys import value_key
from seve.kernel.identifiers import new_id
from seve.kernel.refusals import Refusal
from seve.store import reading
from seve.store.deeds import Current, Deed, Draft

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from seve.engine.engine import Engine
    from seve.engine.identity.principal import Principal
    from seve.store.audit.acts import Act

_SCOPE = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}]}
_CATEGORY = [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}]
_RULE = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "INFA"}]}
_RECIPIENT = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "IRCP"}]}
_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
_SENSITIVITY = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_MASK = {"system": VISIBILITY, "code": "MASQUE_PS"}
DECLARED_HOURS = 24
"""How long a consent holds that a professional declares in the patient's presence."""


class NotTheirs(Refusal):
    """Only the patient, or who represents them, decides on sharing their record."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = "engine.refusals.not_theirs"


class NoSuchChoice(Refusal):
    """The consent or document is not one of this patient's."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "engine.refusals.no_such_choice"


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides, about whose record (`Patient/id`), from where."""

    engine: Engine
    principal: Principal
    patient: str
    source: str = ""

    def act(self, what: str) -> list[Act]:
        """The entry of the trail."""
        grant = grant_of(self.principal, self.engine.parameters, base_url=self.engine.base_url, source=self.source)
        keys = (value_key(self.patient),)
        return [grant.trace.act("consent", "E", patient_keys=keys, basis=what)] if grant.trace else []


async def permit(decider: Decider, reader: str, *, until: datetime | None = None, sensitive: Sequence[str] = ()) -> str:
    """Lets a professional, an organisation or a helper in; `sensitive` are v3-ActCode categories that they may see, too."""
    provision: dict[str, Any] = {"type": "permit", "actor": [_actor(reader)]}
    if until is not None:
        provision["period"] = {"end": until.isoformat(timespec="seconds")}
    if sensitive:
        provision["securityLabel"] = [{"system": _SENSITIVITY, "code": code} for code in sensitive]
    if reader.startswith("RelatedPerson/"):
        provision["purpose"] = [{"system": _REASON, "code": "PATRQT"}]
    return await _decide(decider, provision, f"permit {reader}")


async def block(decider: Decider, reader: str) -> str:
    """Shuts a professional or an organisation out, whatever else lets them in."""
    return await _decide(decider, {"type": "deny", "actor": [_actor(reader)]}, f"block {reader}")


async def oppose(decider: Decider) -> str:
    """Shuts out every professional who did not write what they look for: opposition (R12)."""
    return await _decide(decider, {"type": "deny"}, "oppose")


async def refuse_emergencies(decider: Decider) -> str:
    """Nobody may break the glass."""
    return await _decide(
        decider, {"type": "deny", "purpose": [{"system": _REASON, "code": "ETREAT"}]}, "refuse-emergencies"
    )


async def declare(engine: Engine, principal: Principal, traits: Traits, *, source: str = "") -> tuple[str, str]:
    """A professional declares that the patient, present, agrees to them seeing the record (DMP: consent at each consultation).

    It holds for a day; the patient sees it among their choices and can withdraw it. The patient and the id of the Consent.
    Raises NobodyToOpen.
    """
    if principal.kind != "professional" or not principal.role or principal.profession in WITHOUT_CARE:
        raise NotTheirs
    async with engine.database.pool.acquire() as connection:
        patient = await found(engine, connection, traits)
    if patient is None:
        raise NobodyToOpen
    end = datetime.now(UTC) + timedelta(hours=DECLARED_HOURS)
    provision = {
        "type": "permit",
        "actor": [_actor(principal.role)],
        "period": {"end": end.isoformat(timespec="seconds")},
    }
    decider = Decider(engine, principal, patient, source)
    return patient, await _written(decider, provision, f"declared {principal.role}", performer=principal.role)


async def withdraw(decider: Decider, consent_id: str) -> None:
    """Ends a consent or an opposition at once."""
    await _check(decider)
    await _change(
        decider, "Consent", consent_id, lambda found: {**found, "status": "inactive"}, f"withdraw {consent_id}"
    )


async def mask(decider: Decider, type_: str, id_: str) -> None:
    """Hides a record from professionals but its author."""
    await _check(decider)
    await _change(decider, type_, id_, _masked, f"mask {type_}/{id_}")


async def unmask(decider: Decider, type_: str, id_: str) -> None:
    """Shows it to professionals again."""
    await _check(decider)
    await _change(decider, type_, id_, _unmasked, f"unmask {type_}/{id_}")


def is_masked(resource: Resource) -> bool:
    """Whether a record is hidden from professionals."""
    return bool(veil(resource, patients=1) & FROM_PROFESSIONALS)


async def _decide(decider: Decider, provision: dict[str, Any], what: str) -> str:
    await _check(decider)
    return await _written(decider, provision, what, performer=decider.principal.role)


async def _check(decider: Decider) -> None:
    """The patient decides, or who represents them: whoever the rule lets see the record for the patient's own purpose, and
    has the age for it (R08).
    """
    principal = decider.principal
    if principal.kind != "patient" or principal.client:
        raise NotTheirs
    type_, _, id_ = decider.patient.partition("/")
    grant = grant_of(principal, decider.engine.parameters, base_url=decider.engine.base_url)
    found = await reading.read(decider.engine.database.pool, grant, type_, id_)
    if found is None or found.body is None:
        raise NotTheirs
    check_age(parse(found.body.encode()), is_own=principal.role == decider.patient)


async def _written(decider: Decider, provision: dict[str, Any], what: str, *, performer: str) -> str:
    engine = decider.engine
    consent: Resource = {
        "resourceType": "Consent",
        "status": "active",
        "scope": _SCOPE,
        "category": _CATEGORY,
        "patient": {"reference": decider.patient},
        "dateTime": datetime.now(UTC).isoformat(timespec="seconds"),
        "performer": [{"reference": performer}],
        "policyRule": _RULE,
        "provision": provision,
    }
    await engine.check(consent)
    id_ = new_id()
    await _commit(decider, creating.deed(engine, consent, id_), what)
    return id_


async def _change(decider: Decider, type_: str, id_: str, change: Callable[[Resource], Resource], what: str) -> None:
    engine = decider.engine

    def decide(current: Current | None) -> Draft | None:
        if current is None or current.body is None or current.traits.patient != value_key(decider.patient):
            raise NoSuchChoice(type=type_, id=id_)
        found = parse(current.body.encode())
        changed = change(found)
        return None if changed == found else Draft("PUT", changed, engine.entries(changed))

    await _commit(decider, Deed(type_, id_, decide), what)


async def _commit(decider: Decider, deed: Deed, what: str) -> None:
    async with decider.engine.writing(locks=[value_key(f"sharing {decider.patient}")]) as writing:
        [outcome] = await writing.write([(open_grant(), [deed])], acts=decider.act(what))
        if isinstance(outcome, Exception):
            raise outcome


def _actor(reference: str) -> dict[str, Any]:
    return {"role": _RECIPIENT, "reference": {"reference": reference}}


def _masked(resource: Resource) -> Resource:
    if is_masked(resource):
        return resource
    meta = resource.get("meta", {})
    return {**resource, "meta": {**meta, "security": [*meta.get("security", []), _MASK]}}


def _unmasked(resource: Resource) -> Resource:
    meta: dict[str, Any] = dict(resource.get("meta", {}))
    kept = [label for label in meta.pop("security", []) if label.get("code") != _MASK["code"]]
    changed: Resource = {**resource, "meta": {**meta, **({"security": kept} if kept else {})}}
    concepts: list[dict[str, Any]] = [
        concept
        for concept in changed.pop("securityLabel", [])
        if all(coding.get("code") != _MASK["code"] for coding in concept.get("coding", []))
    ]
    return {**changed, **({"securityLabel": concepts} if concepts else {})}
