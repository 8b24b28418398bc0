"""What stands in a record beside events: allergies, the care team, care plans, choices on sharing, the summary, directives."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from seve.territory.marks import day, hl7, moment, to
from seve.territory.papers.filing import file
from seve.territory.papers.notes import summary
from seve.territory.streams import weighted
from seve.territory.traces.procedures import appointment
from seve.territory.traces.record import Record

_SNOMED: Final = "http://snomed.info/sct"
_ALLERGIES: Final = (
    (("Pénicilline", "medication", "91936005", "Urticaire"), 6.0),
    (("Pollens de graminées", "environment", "", "Rhinite"), 9.0),
    (("Acariens", "environment", "", "Rhinite"), 6.0),
    (("Arachide", "food", "91935009", "Œdème des lèvres"), 1.0),
    (("Anti-inflammatoires non stéroïdiens", "medication", "", "Urticaire"), 1.5),
    (("Produit de contraste iodé", "medication", "", "Éruption"), 0.7),
)
_SHARE_ALLERGIC: Final = 0.21
_PLANS: Final = {
    "diabetes2": "Plan de soins du diabète", "heart_failure": "Plan de soins de l'insuffisance cardiaque",
    "kidney_stage4": "Plan de soins de la maladie rénale", "respiratory_failure": "Plan de soins de l'insuffisance respiratoire",
    "breast_cancer": "Programme personnalisé de soins", "colon_cancer": "Programme personnalisé de soins", "lung_cancer": "Programme personnalisé de soins",
    "dementia": "Plan d'aide et de soins",
}  # fmt: skip
_MONITORED: Final = frozenset({"heart_failure", "respiratory_failure", "defibrillator", "dialysis"})
_TEAM_DAYS: Final = 800
_REFUSING: Final = 0.02
_SCOPE: Final = {"coding": [hl7("consentscope", "patient-privacy")]}
_KIND: Final = [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}]
_RULE: Final = {"coding": [hl7("v3-ActCode", "INFA")]}


def allergies(record: Record) -> None:
    """For one person in five."""
    random = record.random
    if random.random() > _SHARE_ALLERGIC or record.age(record.end) < 1:
        return
    allergy(record, weighted(random, _ALLERGIES))


def allergy(record: Record, about: tuple[str, str, str, str]) -> None:
    """One of them (words, category, SNOMED code, reaction); a medicine that is not borne is not prescribed."""
    words, category, code, reaction = about
    coded: dict[str, Any] = {"coding": [{"system": _SNOMED, "code": code}]} if code else {}
    if words == "Pénicilline":
        record.avoided |= {"amoxicillin", "amoxicillin_child"}
    if words.startswith("Anti-inflammatoires"):
        record.avoided.add("ibuprofen")
    doctor = record.carers.doctor
    found: dict[str, Any] = {
        "clinicalStatus": {"coding": [hl7("allergyintolerance-clinical", "active", display="Active")]},
        "verificationStatus": {"coding": [hl7("allergyintolerance-verification", "confirmed", display="Confirmed")]},
        "type": "allergy",
        "category": [category],
        "criticality": "high" if category == "food" else "low",
        "code": {**coded, "text": f"Allergie : {words.lower()}"},
        "patient": record.subject,
        "recordedDate": day(record.begin),
        "recorder": to(doctor.reference, doctor.name),
        "reaction": [{"manifestation": [{"text": reaction}]}],
    }
    record.add("AllergyIntolerance", "al", body=found)


def plans(record: Record) -> None:
    """One for each disease that has such plans."""
    doctor = record.carers.doctor
    for disease, title in _PLANS.items():
        onset = record.life.onsets.get(disease)
        if onset is None:
            continue
        activities = [
            "Visites du médecin traitant tous les trois mois",
            "Bilan biologique avant chaque visite",
            "Éducation thérapeutique",
        ]
        if disease in _MONITORED:
            activities.append("Télésurveillance médicale proposée")
        found: dict[str, Any] = {
            "status": "completed" if record.life.death else "active",
            "intent": "plan",
            "title": title,
            "subject": record.subject,
            "period": {"start": day(max(onset, record.begin))},
            "author": to(doctor.reference, doctor.name),
            "addresses": [to(record.conditions[disease])],
            "activity": [{"detail": {"status": "in-progress", "description": words}} for words in activities],
        }
        if record.life.death:
            found["period"]["end"] = day(record.life.death)
        record.add("CarePlan", "cp", body=found)


def team(record: Record, *, has_pharmacy: bool, extra: tuple[str, ...] = ()) -> None:
    """The doctor, those seen in the last two years, and for people with several treatments the pharmacy and a home nurse."""
    carers = record.carers
    members = [carers.doctor.reference, *extra]
    since = record.end - timedelta(days=_TEAM_DAYS)
    members += [reference for reference, at in carers.seen.items() if at >= since]
    if has_pharmacy and record.life.onsets:
        members.append(carers.pharmacy.reference)
    if record.age(record.end) >= 80 or "dementia" in record.life.onsets:
        members.append(carers.nurse.reference)
    found: dict[str, Any] = {
        "status": "inactive" if record.life.death else "active",
        "name": "Équipe de soins",
        "subject": record.subject,
        "participant": [{"member": to(member)} for member in dict.fromkeys(members)],
    }
    record.add("CareTeam", "ct", body=found)


def choices(record: Record) -> None:
    """A few people refuse that their record is opened in an emergency, or shut it to somebody."""
    random = record.random
    if record.age(record.end) < 18 or random.random() > _REFUSING:
        return
    provision: dict[str, Any] = {"type": "deny", "purpose": [hl7("v3-ActReason", "ETREAT")]}
    if random.random() < 0.4:
        shut = random.choice(
            [role for role in record.carers.specialists.values() if role.reference not in record.carers.seen]
        )
        role = {"coding": [hl7("v3-ParticipationType", "IRCP")]}
        provision = {
            "type": "deny",
            "purpose": [hl7("v3-ActReason", "TREAT")],
            "actor": [{"role": role, "reference": to(shut.reference, shut.name)}],
        }
    at = datetime(record.end.year, record.end.month, 1, 10, 30) - timedelta(days=random.randrange(30, 400))  # noqa: DTZ001 - French time
    if at.date() >= record.begin:
        _consent(record, at, provision=provision)


def lets_help(record: Record) -> None:
    """Lets the relative who helps read the record, for as long as nothing else is chosen."""
    helper = next(r for r in record.resources if r["resourceType"] == "RelatedPerson" and r["id"].endswith("-aidant"))
    role = {"coding": [hl7("v3-ParticipationType", "IRCP")]}
    provision: dict[str, Any] = {
        "type": "permit",
        "purpose": [hl7("v3-ActReason", "PATRQT")],
        "actor": [{"role": role, "reference": to(f"RelatedPerson/{helper['id']}")}],
    }
    _consent(record, datetime(record.end.year - 1, 3, 4, 15, 0), provision=provision)  # noqa: DTZ001 - French time


def _consent(record: Record, at: datetime, *, provision: dict[str, Any]) -> None:
    found: dict[str, Any] = {
        "status": "inactive" if record.life.death else "active",
        "scope": _SCOPE,
        "category": _KIND,
        "patient": record.subject,
        "dateTime": moment(at),
        "performer": [record.subject],
        "policyRule": _RULE,
        "provision": provision,
    }
    record.add("Consent", "k", body=found)


def closing(record: Record) -> None:
    """What is written last: the summary of those with long diseases, directives of some, and the next appointments."""
    random, end, doctor = record.random, record.end, record.carers.doctor
    _opened(record)
    at = datetime(end.year, end.month, end.day, 11, 0) - timedelta(days=random.randrange(5, 120))  # noqa: DTZ001 - French time
    if len(record.life.onsets) >= 2 and at.date() > record.begin and record.carers.is_chosen:
        summary(record, at, role=doctor)
    if record.age(end) >= 70 and random.random() < 0.15 and at.date() > record.begin:
        lines = ["Moi, " + record.person.name + ", né(e) le " + record.person.birth.strftime("%d/%m/%Y") + ",",
                 random.choice(_WISHES)]  # fmt: skip
        file(record, at, author=doctor, code="42348-3", form="text", lines=lines, title="Directives anticipées")
    if record.life.death is None and record.life.onsets:
        _next(record, end)


def _opened(record: Record) -> None:
    """The record is open: since the automatic openings of January 2022, or since it begins; if the identity is qualified."""
    if not record.is_indexed:
        return
    at = moment(datetime.combine(max(date(2022, 1, 31), record.begin), time(9)))
    found: dict[str, Any] = {
        "status": "active",
        "scope": {"coding": [hl7("consentscope", "treatment")]},
        "category": [{"coding": [{"system": "https://seve.example/record-opening", "code": "automatic"}]}],
        "patient": record.subject,
        "dateTime": at,
        "policyRule": {"coding": [hl7("v3-ActCode", "OPTIN")]},
        "provision": {"period": {"start": at}},
    }
    record.add("Consent", "k", body=found)


_WISHES: Final = (
    "je ne souhaite pas de réanimation ni d'alimentation artificielle si je ne peux plus communiquer avec mes proches.",
    "je souhaite être soulagé même si cela abrège ma vie, et rester chez moi autant que possible.",
    "je désigne la personne de confiance inscrite à mon dossier pour dire mes volontés.",
)


def _next(record: Record, end: date) -> None:
    random = record.random
    when = end + timedelta(days=random.randrange(7, 100))
    when += timedelta(days=1) if when.weekday() == 6 else timedelta()
    at = datetime(when.year, when.month, when.day, 9 + random.randrange(8), 20)  # noqa: DTZ001 - French time
    appointment(record, at, role=record.carers.doctor, words="Consultation de suivi", status="booked")
