"""As what a person may act: one of their practices, a practice delegated to them, their own record, the officer's desk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from seve.engine.identity.principal import IDENTITY_DESK, MAKER, SECRETARY, STEERING, Kind
from seve.fhir import Resource
from seve.store.identity import accounts, sessions
from seve.store.identity.accounts import Account
from seve.store.identity.sessions import Delegation

if TYPE_CHECKING:
    from seve.store.database import Pool

_PROFESSIONS = ("TRE_G15", "TRE-G15", "TRE_R94", "1.2.250.1.213.1.1.5.5", "1.2.250.1.71.1.2.7")
OFFICES_SYSTEM = "https://seve.example/offices"
_OFFICES = {"identity-desk": IDENTITY_DESK, "steering": STEERING, "maker": MAKER}
_OFFICE_PURPOSES = {IDENTITY_DESK: "PATADMIN", STEERING: "HOPERAT", MAKER: "HOPERAT"}
_ROLES = ("TRE_R85", "TRE-R85", "1.2.250.1.213.1.6.1.107")
"""Roles in care that are no profession of health: an admissions office. They count where no profession is told."""
PURPOSES: dict[Kind, str] = {"professional": "TREAT", "patient": "PATRQT", "officer": "HOPERAT", "machine": "HOPERAT"}


@dataclass(frozen=True, slots=True)
class Activity:
    """One choice at sign-in, in the terms of a principal. `title` and `place` are for the person; `until` ends a delegation."""

    kind: Kind
    role: str
    person: str = ""
    organization: str = ""
    profession: str = ""
    related: tuple[str, ...] = ()
    delegated_by: str = ""
    delegation: int | None = None
    title: str = ""
    place: str = ""
    until: datetime | None = field(default=None, compare=False)

    @property
    def purpose(self) -> str:
        """What for: by the office of who works for an organisation, else by the kind."""
        return _OFFICE_PURPOSES.get(self.profession, PURPOSES[self.kind])

    @property
    def key(self) -> str:
        """What the form sends."""
        return f"{self.kind}.{self.role or '-'}.{self.delegation or 0}"


async def activities_of(pool: Pool, account: Account) -> list[Activity]:
    """What an account may act as now, read from the record: ended roles and delegations are not there."""
    if account.is_blocked:
        return []
    links = await accounts.links(pool, account.id)
    own = [a for link in links if link.startswith("Practitioner/") for a in await _practices(pool, link)]
    found = [*own, *await _delegated(pool, account, own), *_own_record(links)]
    if account.is_officer:
        found.append(Activity("officer", ""))
    return found


async def _practices(pool: Pool, practitioner: str) -> list[Activity]:
    documents = await accounts.documents(pool, [practitioner])
    if not documents or documents[0].get("active") is False:
        return []
    roles = [r for r in await accounts.practices(pool, practitioner) if _is_current(r)]
    names = await _names(pool, (_reference(role.get("organization")) for role in roles))
    return [_practice(role, documents[0], names) for role in roles]


def _practice(role: Resource, practitioner: Resource, names: dict[str, str]) -> Activity:
    organization = _reference(role.get("organization"))
    return Activity(
        "professional",
        f"PractitionerRole/{role['id']}",
        person=f"Practitioner/{practitioner['id']}",
        organization=organization,
        profession=_office(role.get("code", ()))
        or _profession(role.get("code", ()))
        or _profession(_qualifications(practitioner))
        or _profession(role.get("code", ()), systems=_ROLES),
        title=_title(role),
        place=names.get(organization, ""),
    )


async def _delegated(pool: Pool, account: Account, own: list[Activity]) -> list[Activity]:
    given = [d for d in await sessions.delegations(pool, account.id) if d.is_in_force and d.delegate == account.id]
    roles = {f"PractitionerRole/{r['id']}": r for r in await accounts.documents(pool, [d.role for d in given])}
    current = [d for d in given if d.role in roles and _is_current(roles[d.role])]
    names = await _names(pool, (_reference(roles[d.role].get("organization")) for d in current))
    return [_as_delegate(d, roles[d.role], own, names) for d in current]


def _as_delegate(delegation: Delegation, role: Resource, own: list[Activity], names: dict[str, str]) -> Activity:
    """A secretary acts for the delegator; a replacement does so with the profession that is their own."""
    mine = own[0] if own else None
    organization = _reference(role.get("organization"))
    is_secretary = delegation.kind == "secretary"
    return Activity(
        "professional",
        mine.role if mine else delegation.role,
        person=mine.person if mine else "",
        organization=organization,
        profession=SECRETARY if is_secretary or not mine else mine.profession,
        related=(delegation.role,),
        delegated_by=delegation.role,
        delegation=delegation.key,
        title=delegation.delegator_name,
        place=names.get(organization, ""),
        until=delegation.until,
    )


def _own_record(links: list[str]) -> list[Activity]:
    patients = [link for link in links if link.startswith("Patient/")]
    related = tuple(link for link in links if link.startswith("RelatedPerson/"))
    if patients:
        return [Activity("patient", patient, person=patient, related=related) for patient in patients]
    return [Activity("patient", related[0], person="", related=related)] if related else []


async def patients_of(pool: Pool, activity_related: Iterable[str], *, own: str) -> list[tuple[str, str]]:
    """(reference, name) of the patients whose record a patient session is about: one's own, and those one helps."""
    people = await accounts.documents(pool, list(activity_related))
    theirs = [_reference(p.get("patient")) for p in people if _is_current(p)]
    wanted = list(dict.fromkeys(filter(None, [own if own.startswith("Patient/") else "", *theirs])))
    found = {f"Patient/{p['id']}": _person_name(p) for p in await accounts.documents(pool, wanted)}
    return [(reference, found[reference]) for reference in wanted if reference in found]


async def name_of(pool: Pool, reference: str) -> str:
    """The name of a person, an organisation or a patient, "" when it has none."""
    return (await _names(pool, [reference])).get(reference, "")


async def title_of(pool: Pool, role: str) -> str:
    """What a PractitionerRole is, in words: the specialty or the profession; "" when it doesn't say."""
    return next(map(_title, await accounts.documents(pool, [role])), "") if role else ""


async def _names(pool: Pool, references: Iterable[str]) -> dict[str, str]:
    wanted = sorted(set(filter(None, references)))
    found = await accounts.documents(pool, wanted) if wanted else []
    return {
        f"{r['resourceType']}/{r['id']}": r["name"] if isinstance(r.get("name"), str) else _person_name(r)
        for r in found
    }


def _person_name(resource: Resource) -> str:
    names: list[Any] = resource.get("name") or [{}]
    name: dict[str, Any] = names[0]
    if text := name.get("text"):
        return str(text)
    return " ".join((*name.get("prefix", ())[:1], *name.get("given", ())[:1], name.get("family", ""))).strip()


def _is_current(role: Resource) -> bool:
    """Active, within its period (R4, PractitionerRole.active, .period)."""
    period = role.get("period") or {}
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    start, end = str(period.get("start", "")), str(period.get("end", ""))
    is_over = bool(end) and end[: len(now)] < now[: len(end)]
    return role.get("active") is not False and not is_over and start[: len(now)] <= now[: len(start) or None]


def _office(concepts: Iterable[Any]) -> str:
    """The office that a role is, "" for none: a physician who settles identities does so without the rights of a physician."""
    codings = (coding for concept in concepts for coding in concept.get("coding", ()))
    return next((_OFFICES.get(c.get("code", ""), "") for c in codings if c.get("system") == OFFICES_SYSTEM), "")


def _profession(concepts: Iterable[Any], *, systems: tuple[str, ...] = _PROFESSIONS) -> str:
    codings = (coding for concept in concepts for coding in concept.get("coding", ()))
    return next((c.get("code", "") for c in codings if any(p in c.get("system", "") for p in systems)), "")


def _qualifications(practitioner: Resource) -> Iterator[Any]:
    for qualification in practitioner.get("qualification", ()):
        yield qualification.get("code", {})


def _title(role: Resource) -> str:
    """The specialty or the profession, in words."""
    for concept in (*role.get("specialty", ()), *role.get("code", ())):
        words = concept.get("text") or next((c["display"] for c in concept.get("coding", ()) if c.get("display")), "")
        if words:
            return str(words)
    return ""


def _reference(value: Any) -> str:
    return str((value or {}).get("reference", ""))
