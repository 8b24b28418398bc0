"""Who reaches whose data, as resources say it: rows of the table `reach`.

- Patient: the person reaches their own data. RelatedPerson: a guardian or legal representative reaches the patient's.
- CareTeam, Encounter under way: the members are presumed to take care of the patient (article L. 1110-4 of the public health code).
- Consent: `permit` lets actors in, `deny` shuts them out; a `deny` always wins. Without actors, `deny` is opposition to all.
  A `permit` for a share of the data (`class`, `code`, `data`, `dataPeriod`) opens nothing; a `deny` for a share shuts out from all.
- Patient: the identity desk of the organisation that manages the record (`managingOrganization`) reaches it, for administration.
- Organization, OrganizationAffiliation: what belongs to what (`partOf`, affiliations), and which organisations are territories.
- Practitioner, PractitionerRole, Patient, RelatedPerson: *standing*, a row with patient 0: who is struck off has none, and sees nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from seve.fhir import Resource
from seve.fhir.access.veils import FROM_GUARDIANS, FROM_PATIENT, FROM_PROFESSIONALS, PERSONAL, of_codes
from seve.fhir.search.dates import moment
from seve.fhir.search.keys import value_key
from seve.fhir.search.references import target

STANDING: Final = 0
PURPOSES: Final = {
    "TREAT": 1,
    "ETREAT": 2,
    "PATRQT": 3,
    "HPAYMT": 4,
    "HRESCH": 5,
    "PUBHLTH": 6,
    "HOPERAT": 7,
    "PATADMIN": 8,
}
"""The purposes that grants are given for, by code of v3 ActReason."""
BELONGS: Final = 100
"""No purpose: `patient` is an organisation that belongs to the organisation `reader`. One that belongs to itself is a territory."""
DESK: Final = value_key("identity desk")
"""The identity desk of an organisation is the reader `key of the organisation ^ DESK`."""
TERRITORIES: Final = "https://seve.example/territories"
"""The system of `Organization.type` that makes an organisation a territory: a region, a hospital group (GHT), a community (CPTS)."""
EVERYONE: Final = value_key("*")
"""The reader of an opposition to all professionals."""

ALWAYS = (-(2**62), 2**62)
CARE_LIFTS = FROM_PATIENT | FROM_GUARDIANS
"""What is hidden from the patient and their representatives is not from those who care."""
_HELPER_LIFTS = FROM_PROFESSIONALS | FROM_GUARDIANS

_REPRESENTATIVES = frozenset({"GUARD", "POWATT", "DPOWATT", "HPOWATT", "SPOWATT"})
_NARROWING = frozenset({"class", "code", "data", "dataPeriod"})
_IN_CARE = frozenset({"arrived", "triaged", "in-progress", "onleave"})


@dataclass(frozen=True, slots=True)
class Reach:
    """`reader` reaches `patient` (keys of references) for `purpose`, or is shut out; from `since` to `until`, microseconds
    since 1970, half open. `lifts` are the bits of a veil that it sees through.
    """

    patient: int
    reader: int
    purpose: int
    opens: bool
    lifts: int
    since: int
    until: int


def reaches(resource: Resource, *, patients: list[str], base_url: str = "") -> list[Reach]:
    """The rows that a resource gives; `patients` are whose data it is."""
    made = _MAKERS.get(resource["resourceType"])
    if made is None:
        return []
    keys = [value_key(f"Patient/{id_}") for id_ in patients]
    return list(dict.fromkeys(made(resource, keys, base_url)))


def _patient(resource: Resource, keys: list[int], base_url: str) -> Iterator[Reach]:
    manager = _reader(resource.get("managingOrganization"), base_url)
    for key in keys:
        if manager:
            yield Reach(key, manager ^ DESK, PURPOSES["PATADMIN"], True, 0, *ALWAYS)
        yield Reach(STANDING, key, STANDING, True, 0, *ALWAYS)
        yield Reach(key, key, PURPOSES["PATRQT"], True, PERSONAL & ~FROM_PATIENT, *ALWAYS)


def _related_person(resource: Resource, keys: list[int], base_url: str) -> Iterator[Reach]:
    del base_url
    if not resource.get("active", True):
        return
    reader, span = value_key(f"RelatedPerson/{resource.get('id', '')}"), _span(resource.get("period"))
    yield Reach(STANDING, reader, STANDING, True, 0, *span)
    codes = {coding.get("code") for concept in resource.get("relationship", []) for coding in concept.get("coding", [])}
    if codes & _REPRESENTATIVES:
        for key in keys:
            yield Reach(key, reader, PURPOSES["PATRQT"], True, PERSONAL & ~(FROM_PATIENT | FROM_GUARDIANS), *span)


def _standing(resource: Resource, keys: list[int], base_url: str) -> Iterator[Reach]:
    del keys, base_url
    if resource.get("active", True):
        reader = value_key(f"{resource['resourceType']}/{resource.get('id', '')}")
        yield Reach(STANDING, reader, STANDING, True, 0, *_span(resource.get("period")))


def _organization(resource: Resource, keys: list[int], base_url: str) -> Iterator[Reach]:
    del keys
    if not resource.get("active", True):
        return
    own = value_key(f"Organization/{resource.get('id', '')}")
    kinds = {coding.get("system") for concept in resource.get("type", []) for coding in concept.get("coding", [])}
    if TERRITORIES in kinds:
        yield Reach(own, own, BELONGS, True, 0, *ALWAYS)
    if (whole := _reader(resource.get("partOf"), base_url)) and whole != own:
        yield Reach(own, whole, BELONGS, True, 0, *ALWAYS)


def _affiliation(resource: Resource, keys: list[int], base_url: str) -> Iterator[Reach]:
    del keys
    whole = _reader(resource.get("organization"), base_url)
    part = _reader(resource.get("participatingOrganization"), base_url)
    if resource.get("active", True) and whole and part and whole != part:
        yield Reach(part, whole, BELONGS, True, 0, *_span(resource.get("period")))


def _care_team(resource: Resource, keys: list[int], base_url: str) -> Iterator[Reach]:
    if resource.get("status", "active") != "active":
        return
    whole = _span(resource.get("period"))
    for participant in resource.get("participant", []):
        span = _both(whole, _span(participant.get("period")))
        for name in ("member", "onBehalfOf"):
            yield from _care(keys, participant.get(name), base_url, span)


def _encounter(resource: Resource, keys: list[int], base_url: str) -> Iterator[Reach]:
    if resource.get("status") not in _IN_CARE:
        return
    span = _span(resource.get("period"))
    yield from _care(keys, resource.get("serviceProvider"), base_url, span)
    for participant in resource.get("participant", []):
        yield from _care(keys, participant.get("individual"), base_url, _both(span, _span(participant.get("period"))))


def _care(keys: list[int], reference: Any, base_url: str, span: tuple[int, int]) -> Iterator[Reach]:
    if reader := _reader(reference, base_url):
        for key in keys:
            yield Reach(key, reader, PURPOSES["TREAT"], True, CARE_LIFTS, *span)


def _consent(resource: Resource, keys: list[int], base_url: str) -> Iterator[Reach]:
    scope = {coding.get("code") for coding in resource.get("scope", {}).get("coding", [])}
    provision = resource.get("provision")
    if resource.get("status") == "active" and "patient-privacy" in scope and provision:
        yield from _provision(provision, keys, base_url, _Inherited())


@dataclass(frozen=True, slots=True)
class _Inherited:
    """What a nested provision takes from the one around it. `purposes` None: none was named, which means care."""

    span: tuple[int, int] = ALWAYS
    purposes: tuple[int, ...] | None = None
    readers: tuple[int, ...] = ()


def _provision(provision: dict[str, Any], keys: list[int], base_url: str, outer: _Inherited) -> Iterator[Reach]:
    opens = provision.get("type") == "permit"
    if opens and not _NARROWING.isdisjoint(provision):
        return  # a share of the data can't be opened by patient: it opens nothing, rather than everything
    inherited = _Inherited(
        _both(outer.span, _span(provision.get("period"))),
        _named_purposes(provision) if "purpose" in provision else outer.purposes,
        _named_readers(provision, base_url) if "actor" in provision else outer.readers,
    )
    if "type" in provision:
        yield from _rows(provision, keys, inherited, opens=opens)
    for nested in provision.get("provision", []):
        yield from _provision(nested, keys, base_url, inherited)


def _rows(provision: dict[str, Any], keys: list[int], inherited: _Inherited, *, opens: bool) -> Iterator[Reach]:
    """What names nobody or no purpose that is known here opens nothing, and shuts out all."""
    readers, purposes = inherited.readers, inherited.purposes
    if not opens:
        readers, purposes = readers or (EVERYONE,), purposes or (PURPOSES["TREAT"],)
    elif purposes is None:
        purposes = (PURPOSES["TREAT"],)
    named_lifts = of_codes(provision.get("securityLabel", []))
    for key in keys:
        for reader in readers:
            for purpose in purposes:
                lifts = named_lifts | (_HELPER_LIFTS if purpose == PURPOSES["PATRQT"] else CARE_LIFTS)
                yield Reach(key, reader, purpose, opens, lifts if opens else 0, *inherited.span)


def _named_purposes(provision: dict[str, Any]) -> tuple[int, ...]:
    return tuple(PURPOSES[c["code"]] for c in provision["purpose"] if c.get("code") in PURPOSES)


def _named_readers(provision: dict[str, Any], base_url: str) -> tuple[int, ...]:
    return tuple(filter(None, (_reader(actor.get("reference"), base_url) for actor in provision["actor"])))


def _reader(reference: Any, base_url: str) -> int:
    """The key of whom a reference names; 0 when it names nobody on this server."""
    text = reference.get("reference") if isinstance(reference, dict) else None
    pointed = target(text, base_url) if text else None
    return value_key(pointed.text) if pointed and pointed.id else 0


def _span(period: dict[str, str] | None) -> tuple[int, int]:
    """A Period's bounds; a date counts to the end of its day."""
    if not period:
        return ALWAYS
    since = moment(period["start"])[0] if "start" in period else ALWAYS[0]
    until = moment(period["end"])[1] if "end" in period else ALWAYS[1]
    return since, until


def _both(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return max(one[0], other[0]), min(one[1], other[1])


_MAKERS: dict[str, Callable[[Resource, list[int], str], Iterator[Reach]]] = {
    "Patient": _patient,
    "RelatedPerson": _related_person,
    "Practitioner": _standing,
    "PractitionerRole": _standing,
    "Organization": _organization,
    "OrganizationAffiliation": _affiliation,
    "CareTeam": _care_team,
    "Encounter": _encounter,
    "Consent": _consent,
}
