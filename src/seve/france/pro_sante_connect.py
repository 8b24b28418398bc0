"""Pro Santé Connect: what its userinfo endpoint says of a professional, in typed form.

Claims pack a value and the OID of its code system as `value^OID`. One person has several practices (« exercices »), each with
several activities; a session stands for one of them. Not every user has an RPPS number, nor every structure a FINESS number:
both may be absent, and are then "".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, ClassVar

from seve.france.directory.ids import practitioner_id, role_id
from seve.france.identity.professionals import NationalId
from seve.kernel.refusals import Refusal


class UnreadableClaims(Refusal):
    """The userinfo claims lack what makes them an identity, or have it in another form. Field: `claim`."""

    status: ClassVar[int] = 502
    code: ClassVar[str] = "structure"
    key: ClassVar[str] = "france.pro_sante_connect.unreadable_claims"


@dataclass(frozen=True, slots=True)
class Packed:
    """A code and the OID of its system, from `value^OID`; `oid` is "" where the claim has the value alone."""

    value: str
    oid: str = ""

    @classmethod
    def read(cls, text: str) -> Packed:
        """`SA07^1.2.250.1.71.4.2.4` is the value SA07 of that system."""
        value, _, oid = text.strip().partition("^")
        return cls(value.strip(), oid.strip())

    @property
    def system(self) -> str:
        """The OID as FHIR writes it, "" without one."""
        return f"urn:oid:{self.oid}" if self.oid else ""


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity of one practice, which a session may stand for; codes of the NOS, "" for what the claims leave out.

    `profession` is of TRE_G15, `category` of TRE_R09 (C civil, M military, E student), `know_how` of the system that
    `know_how_type` tells (S: specialty, TRE_R38), `mode` of TRE_R23, `sector` of TRE_R02, `role` of TRE_R21.
    """

    profession: str
    category: str = ""
    family: str = ""
    given: str = ""
    know_how_type: str = ""
    know_how: str = ""
    mode: str = ""
    sector: str = ""
    section: str = ""
    role: str = ""
    kind: str = ""
    finess_site: str = ""
    finess_entity: str = ""
    siret: str = ""
    siren: str = ""
    structure_id: str = ""
    structure_name: str = ""

    @property
    def structure(self) -> str:
        """What names the structure best: the FINESS number of the site, its SIRET, or the technical number; "" for none."""
        return self.finess_site or self.siret or self.structure_id

    @property
    def key(self) -> str:
        """A short steady name, for the form in which a person chooses among activities."""
        parts = (self.profession, self.category, self.know_how, self.mode, self.sector, self.role, self.structure)
        return blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class OtherId:
    """A further identifier of the person: where it comes from, and the quality that its source states (0 to 1 or more)."""

    value: str
    origin: str
    quality: int


@dataclass(frozen=True, slots=True)
class UserInfo:
    """A professional who signed in. `subject` is the provider's own name for the account (`sub`), `login` the user's."""

    subject: str
    login: str
    identity: NationalId
    family: str
    given: str
    civility: str
    activities: tuple[Activity, ...]
    roles: tuple[Packed, ...] = ()
    sector: Packed = Packed("")
    assurance: Packed = Packed("")
    organization: str = ""
    organization_id: str = ""
    may_regulate: bool = False
    other_ids: tuple[OtherId, ...] = ()

    @property
    def rpps(self) -> str:
        """The RPPS number, "" for a user whose identifier is another."""
        return self.identity.number if self.identity.kind == "rpps" else ""

    @property
    def practitioner_id(self) -> str:
        """The id of the Practitioner that an import of the directory gives this person."""
        return practitioner_id(self.identity)

    def role_id(self, activity: Activity) -> str:
        """The id of the PractitionerRole that an import of the directory gives this activity."""
        return role_id(
            self.identity,
            profession=activity.profession,
            category=activity.category,
            mode=activity.mode,
            section=activity.section,
            role=activity.role,
            structure=activity.structure,
        )

    def activity(self, key: str) -> Activity | None:
        """The activity that a person chose, by its key."""
        return next((activity for activity in self.activities if activity.key == key), None)


_ACTIVITY_CLAIMS = {
    "mode": "codeModeExercice",
    "sector": "codeSecteurDactivite",
    "section": "codeSectionPharmacien",
    "role": "codeRole",
    "kind": "codeGenreActivite",
    "finess_site": "numeroFinessSite",
    "finess_entity": "numeroFinessetablissementJuridique",
    "siret": "numeroSiretSite",
    "siren": "numeroSirenSite",
    "structure_id": "identifiantTechniqueDeLaStructure",
}
_PRACTICE_CLAIMS = {
    "profession": "codeProfession",
    "category": "codeCategorieProfessionnelle",
    "family": "nomDexercice",
    "given": "prenomDexercice",
    "know_how_type": "codeTypeSavoirFaire",
    "know_how": "codeSavoirFaire",
}


def read_userinfo(claims: Mapping[str, Any]) -> UserInfo:
    """The userinfo answer as parsed JSON. Raises UnreadableClaims without `sub` or `SubjectNameID`, or for another form."""
    return UserInfo(
        subject=_required(claims, "sub"),
        login=_text(claims, "preferred_username"),
        identity=NationalId.read(_required(claims, "SubjectNameID")),
        family=_text(claims, "family_name"),
        given=_text(claims, "given_name"),
        civility=_text(claims, "codeCivilite"),
        activities=tuple(dict.fromkeys(_activities(claims))),
        roles=tuple(Packed.read(_string(role, "SubjectRole")) for role in _list(claims, "SubjectRole")),
        sector=Packed.read(_text(claims, "Secteur_Activite")),
        assurance=Packed.read(_text(claims, "Palier_Authentification")),
        organization=_text(claims, "SubjectOrganization"),
        organization_id=_text(claims, "SubjectOrganizationID"),
        may_regulate=_text(claims, "Acces_Regulation_Medicale").upper() == "VRAI",
        other_ids=tuple(_other_ids(claims)),
    )


def _activities(claims: Mapping[str, Any]) -> Iterator[Activity]:
    """One an activity; a practice without activities gives one that has no structure."""
    reference = claims.get("SubjectRefPro") or {}
    for practice in _objects(_object(reference, "SubjectRefPro"), "exercices"):
        own = {name: _text(practice, claim) for name, claim in _PRACTICE_CLAIMS.items()}
        for activity in _objects(practice, "activities") or [{}]:
            found = {name: _text(activity, claim) for name, claim in _ACTIVITY_CLAIMS.items()}
            name = _text(activity, "raisonSocialeSite") or _text(activity, "enseigneCommercialeSite")
            yield Activity(**own, **found, structure_name=name)


def _other_ids(claims: Mapping[str, Any]) -> Iterator[OtherId]:
    for entry in _objects(claims, "otherIds"):
        quality = entry.get("qualite")
        number = quality if isinstance(quality, int) else 0
        yield OtherId(_text(entry, "identifiant"), _text(entry, "origine"), number)


def _required(claims: Mapping[str, Any], name: str) -> str:
    if not (found := _text(claims, name)):
        raise UnreadableClaims(claim=name)
    return found


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return "" if value is None else _string(value, name).strip()


def _string(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise UnreadableClaims(claim=name)
    return value


def _list(claims: Mapping[str, Any], name: str) -> list[Any]:
    """A claim that may repeat; a provider may give a single one bare."""
    value = claims.get(name)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _objects(claims: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [_object(entry, name) for entry in _list(claims, name)]


def _object(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UnreadableClaims(claim=name)
    return value
