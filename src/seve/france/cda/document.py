"""What a CDA document says, as data. Empty text and empty tuples stand for what it leaves out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from seve.france.identity.ins import Matricule
from seve.france.identity.professionals import NationalId
from seve.france.identity.structures import StructureId

_URI = "urn:ietf:rfc:3986"


@dataclass(frozen=True, slots=True)
class Id:
    """An instance identifier: `root` is an object identifier or a UUID, unique by itself without an `extension`."""

    root: str
    extension: str = ""

    @property
    def text(self) -> str:
        """As the registries of XDS have it: `root^extension`."""
        return f"{self.root}^{self.extension}" if self.extension else self.root

    def identifier(self) -> dict[str, str]:
        """As FHIR."""
        scheme = "urn:uuid:" if "-" in self.root else "urn:oid:"
        uri = scheme + (self.root.lower() if "-" in self.root else self.root)
        return {"system": uri, "value": self.extension} if self.extension else {"system": _URI, "value": uri}


@dataclass(frozen=True, slots=True)
class Code:
    """A code with the object identifier of its system."""

    system: str
    code: str
    display: str = ""


@dataclass(frozen=True, slots=True)
class PersonName:
    """A patient's name: `family` and `first_given` as born, `given` the whole list of given names, and those in use."""

    family: str = ""
    given: str = ""
    first_given: str = ""
    used_family: str = ""
    used_given: str = ""

    @property
    def text(self) -> str:
        """Given name and family name in use; those of birth without them."""
        return " ".join(
            filter(None, (self.used_given or self.first_given or self.given, self.used_family or self.family))
        )


@dataclass(frozen=True, slots=True)
class Patient:
    """Whom the document is about. `birth_date` is a FHIR date, `sex` male, female, other or unknown.

    `ins` is the matricule in force with its kind; `ids` are the identifiers that are none.
    """

    ins: Matricule | None
    names: tuple[PersonName, ...]
    birth_date: str = ""
    sex: str = "unknown"
    ids: tuple[Id, ...] = ()
    birth_place: str = ""
    """The COG code."""


@dataclass(frozen=True, slots=True)
class Organization:
    """A structure, with its national identifier when it tells one."""

    name: str
    id: StructureId | None = None


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote it, a person or a device. `specialty` is profession and specialty, as `G15_10/SM26`; `at` a FHIR dateTime."""

    name: str
    id: NationalId | None = None
    specialty: Code | None = None
    organisation: Organization | None = None
    at: str = ""
    family: str = ""
    """The family name, which ends `name`; empty for a device."""

    @property
    def rpps(self) -> str:
        """The RPPS number, empty without one."""
        return self.id.number if self.id and self.id.kind == "rpps" else ""


@dataclass(frozen=True, slots=True)
class Encounter:
    """The care it comes from. `start` and `end` are FHIR dateTimes, `facility` the sector (TRE_R02)."""

    code: Code | None = None
    start: str = ""
    end: str = ""
    facility: Code | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """An act that it reports. `setting` is the practice setting (TRE_A01); `start` and `end` are FHIR dateTimes."""

    code: Code | None = None
    start: str = ""
    end: str = ""
    setting: Code | None = None


@dataclass(frozen=True, slots=True)
class Unstructured:
    """The body of a level 1 document: a file."""

    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside a level 3 document (ObservationMedia): `id` is what the narrative names it by."""

    id: str
    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Section:
    """One section. `narrative` is safe HTML; `entries` are the elements of its machine-readable part, as they came."""

    code: Code | None
    title: str
    narrative: str
    entries: tuple[Any, ...] = field(default=(), compare=False, repr=False)
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class Cda:
    """A document: header, then `sections` (level 3) or `body` (level 1). `at` is a FHIR dateTime.

    `templates` are the object identifiers of the models that it follows; `replaces` is what it takes the place of.
    """

    id: Id
    title: str
    code: Code
    language: str
    confidentiality: Code
    at: str
    patient: Patient
    authors: tuple[Author, ...]
    custodian: Organization | None
    encounter: Encounter | None = None
    services: tuple[Service, ...] = ()
    templates: tuple[str, ...] = ()
    set_id: Id | None = None
    version: int = 1
    replaces: Id | None = None
    sections: tuple[Section, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    body: Unstructured | None = None
