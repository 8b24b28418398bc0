"""Who asks: the outcome of sign-in, and what access is decided from (`seve.engine.access`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from seve.fhir.smart.scopes import Scopes
from seve.france.identity.professions import ADMISSIONS

Kind: TypeAlias = Literal["patient", "professional", "machine", "officer"]
SECRETARY = "SEC"
"""Stands for a profession where TRE_G15 has none: the secretary of a professional."""
IDENTITY_DESK = "IDENTITY"
"""Stands for a profession, too: who settles identities for an organisation, and sees no health data (*cellule d'identitovigilance*)."""
STEERING = "STEERING"
"""Who steers care for an organisation or a territory: places and their capacity."""
MAKER = "MAKER"
"""Who makes digital tools, and declares them: of patients and of care it sees nothing."""
OFFICES = (IDENTITY_DESK, STEERING)
"""Those who work for organisations and take care of nobody. Where they work for a territory, they do so for all that belongs to it."""
WITHOUT_CARE = (SECRETARY, ADMISSIONS, MAKER, *OFFICES)
"""Those who open no record for themselves, and break no glass."""


@dataclass(frozen=True, slots=True)
class Principal:
    """One session in force, and whom it stands for.

    `session` is the key of its row in the table `session`: every SQL statement checks that it is still in force.
    `kind` is `officer` for the data-protection officer's and the administrator's desk.
    `role` is the reference acted as: "Patient/1", "RelatedPerson/2", "PractitionerRole/3", "Device/4"; "" for an officer.
    `person` is "Practitioner/9" or "Patient/1", "" for machines; `organization` is "Organization/8" or "".
    `profession` is a code of TRE_G15 ("10" physician, "60" nurse, …), `SECRETARY`, `MAKER`, one of `OFFICES`, or "".
    `related` are other references that give reach: RelatedPerson of a guardian or helper, the PractitionerRole of a delegator.
    `delegated_by` is the delegator's PractitionerRole, or "".
    `purpose` is a code of v3-ActReason: TREAT, ETREAT, PATRQT, HPAYMT, HRESCH, PUBHLTH, HOPERAT, PATADMIN.
    `client` is the id of an application, "" for Sève's own pages; `scopes` None means no narrowing (own pages).
    `patient` is the one patient that scopes of the form `patient/…` are about (SMART launch context), or "".
    `reaches_all` is for machines that an officer approved for the data of all patients; their scopes still bound them.
    """

    session: int
    account: str
    kind: Kind
    role: str
    person: str
    organization: str
    profession: str
    related: tuple[str, ...]
    delegated_by: str
    purpose: str
    client: str
    scopes: Scopes | None
    patient: str = ""
    reaches_all: bool = False
