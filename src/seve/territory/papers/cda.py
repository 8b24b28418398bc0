"""CDA R2 documents: a header with who, where and when, and a body of text (level 1) or of sections with coded entries (level 3).

Written after CDA R2 and the header of French documents (CI-SIS, structuration minimale). Conformance to the content models
of the CI-SIS is not claimed: no template of theirs is named in the body.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import date, datetime
from uuid import NAMESPACE_OID, uuid5
from xml.sax.saxutils import escape, quoteattr

from seve.territory.marks import ZONE
from seve.territory.people.person import Person
from seve.territory.people.records import matricule
from seve.territory.places.world import Role

_LOINC = 'codeSystem="2.16.840.1.113883.6.1" codeSystemName="LOINC"'
_CIM10 = 'codeSystem="2.16.840.1.113883.6.3" codeSystemName="CIM-10"'
_ATC = 'codeSystem="2.16.840.1.113883.6.73" codeSystemName="ATC"'


@dataclass(frozen=True, slots=True)
class Coded:
    """One line of a section: the words, and a code for its entry, "" without one."""

    words: str
    code: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """`code` is LOINC's; `kind` says which entry its lines are."""

    code: str
    title: str
    lines: tuple[Coded, ...]
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Heading:
    """What the header says: `id` makes the document's identifier, `code` is the LOINC code of its type."""

    id: str
    code: str
    title: str
    at: datetime
    person: Person
    author: Role


def level1(heading: Heading, text: str, *, is_pdf: bool = False, content: bytes = b"") -> bytes:
    """A document whose body is a text, or a PDF inside."""
    data = b64encode(content or text.encode()).decode()
    media = "application/pdf" if is_pdf else "text/plain"
    body = f'<nonXMLBody><text mediaType="{media}" representation="B64">{data}</text></nonXMLBody>'
    return _document(heading, body)


def level3(heading: Heading, sections: list[Section]) -> bytes:
    """A document of sections; each line of diagnoses and treatments has its entry."""
    parts = "".join(f"<component>{_section(section)}</component>" for section in sections)
    return _document(heading, f"<structuredBody>{parts}</structuredBody>")


def oid(name: str) -> str:
    """The object identifier of a document, made of its name (2.25 and a UUID, ITU-T X.667)."""
    return f"2.25.{uuid5(NAMESPACE_OID, name).int}"


def _document(heading: Heading, body: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        '<realmCode code="FR"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>'
        '<templateId root="2.16.840.1.113883.2.8.2.1"/>'
        f'<id root="{oid(heading.id)}"/><code code={quoteattr(heading.code)} {_LOINC}/>'
        f"<title>{escape(heading.title)}</title>{_time(heading.at)}"
        '<confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25" displayName="Normal"/><languageCode code="fr-FR"/>'
        f"{_patient(heading.person)}{_author(heading)}{_custodian(heading.author)}{_authenticator(heading)}"
        f"{_event(heading)}"
        f"<component>{body}</component></ClinicalDocument>"
    ).encode()


def _time(at: datetime, tag: str = "effectiveTime") -> str:
    return f'<{tag} value="{at.replace(tzinfo=ZONE):%Y%m%d%H%M%S%z}"/>'


def _patient(person: Person) -> str:
    number, home = matricule(person), person.home
    usual = f'<family qualifier="SP">{escape(person.usual)}</family>' if person.usual else ""
    gender = "M" if person.sex == "male" else "F"
    return (
        f'<recordTarget><patientRole><id root="{number.system.removeprefix("urn:oid:")}" extension="{number.value}"/>'
        f"<addr><streetAddressLine>{escape(home.line)}</streetAddressLine><postalCode>{home.postcode}</postalCode>"
        f"<city>{escape(home.city)}</city></addr><telecom value={quoteattr('tel:' + person.phone.replace(' ', ''))}/>"
        f'<patient><name><family qualifier="BR">{escape(person.family)}</family>{usual}'
        f"<given>{escape(person.given[0])}</given></name>"
        f'<administrativeGenderCode code="{gender}" codeSystem="2.16.840.1.113883.5.1"/>'
        f'<birthTime value="{person.birth:%Y%m%d}"/></patient></patientRole></recordTarget>'
    )


def _assigned(role: Role, tag: str, *, inner: str) -> str:
    return (
        f'<{tag}><id root="1.2.250.1.71.4.2.1" extension="8{role.rpps}"/><{inner}><name><family>{escape(role.family)}</family>'
        f"<given>{escape(role.given)}</given></name></{inner}>{_house(role)}</{tag}>"
    )


def _house(role: Role) -> str:
    house = role.house
    return (
        f'<representedOrganization><id root="1.2.250.1.71.4.2.2" extension="1{house.finess}"/>'
        f"<name>{escape(house.name)}</name></representedOrganization>"
    )


def _author(heading: Heading) -> str:
    return f"<author>{_time(heading.at, 'time')}{_assigned(heading.author, 'assignedAuthor', inner='assignedPerson')}</author>"


def _custodian(role: Role) -> str:
    return (
        '<custodian><assignedCustodian><representedCustodianOrganization><id root="1.2.250.1.71.4.2.2" '
        f'extension="1{role.house.finess}"/><name>{escape(role.house.name)}</name></representedCustodianOrganization>'
        "</assignedCustodian></custodian>"
    )


def _authenticator(heading: Heading) -> str:
    who = _assigned(heading.author, "assignedEntity", inner="assignedPerson")
    return f'<legalAuthenticator>{_time(heading.at, "time")}<signatureCode code="S"/>{who}</legalAuthenticator>'


def _event(heading: Heading) -> str:
    low = f'<low value="{heading.at:%Y%m%d}"/>'
    return f"<documentationOf><serviceEvent><effectiveTime>{low}</effectiveTime></serviceEvent></documentationOf>"


def _section(section: Section) -> str:
    items = "".join(
        f'<item ID="{section.kind}-{section.code}-{at}">{escape(line.words)}</item>'
        for at, line in enumerate(section.lines)
    )
    entries = "".join(_entry(section, at, line=line) for at, line in enumerate(section.lines) if line.code)
    text = f"<list>{items}</list>" if items else "<paragraph>Néant.</paragraph>"
    return (
        f"<section><code code={quoteattr(section.code)} {_LOINC}/><title>{escape(section.title)}</title>"
        f"<text>{text}</text>{entries}</section>"
    )


def _entry(section: Section, at: int, *, line: Coded) -> str:
    reference = f'<originalText><reference value="#{section.kind}-{section.code}-{at}"/></originalText>'
    since = f'<effectiveTime><low value="{line.since}"/></effectiveTime>' if line.since else ""
    if section.kind == "treatment":
        material = f"<code code={quoteattr(line.code)} {_ATC}>{reference}</code>"
        return (
            '<entry><substanceAdministration classCode="SBADM" moodCode="INT"><statusCode code="active"/><consumable>'
            f"<manufacturedProduct><manufacturedMaterial>{material}</manufacturedMaterial></manufacturedProduct></consumable>"
            "</substanceAdministration></entry>"
        )
    return (
        '<entry><observation classCode="OBS" moodCode="EVN"><code code="55607006" codeSystem="2.16.840.1.113883.6.96" '
        f'displayName="Problem"/><statusCode code="completed"/>{since}'
        f'<value xsi:type="CD" code={quoteattr(line.code)} {_CIM10} displayName={quoteattr(line.words)}>{reference}</value>'
        "</observation></entry>"
    )


def day(at: date) -> str:
    """A date as CDA writes it."""
    return at.strftime("%Y%m%d")
