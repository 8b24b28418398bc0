"""What the hospital keeps for itself about one of the known people: a document that is its own, one that its rule shared, and one that
the rule may not share.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from seve.fhir import Resource
from seve.fhir.access.openings import kept
from seve.fhir.access.veils import VISIBILITY
from seve.fhir.house_documents import Sharing, copied, copy_id
from seve.territory.marks import META
from seve.territory.papers.filing import file
from seve.territory.places.house_rule import DOCTOR
from seve.territory.places.world import World
from seve.territory.traces.record import Record

_WHO: Final = "demo-henri"


@dataclass(frozen=True, slots=True)
class _Paper:
    days_before: int
    code: str
    title: str
    lines: tuple[str, ...]


_MEETING: Final = _Paper(
    6, "11488-4", "Réunion de l'équipe", ("Retour à domicile possible avec oxygène.", "Revoir le fils.")
)
_REPORT: Final = _Paper(
    4,
    "34112-3",
    "Compte rendu d'hospitalisation provisoire",
    ("Décompensation respiratoire traitée.", "Oxygène à 1 litre par minute.", "Sortie à organiser."),
)
_SCAN: Final = _Paper(
    3,
    "34112-3",
    "Scanner thoracique : résultat à annoncer",
    ("Nodule du lobe supérieur droit, à explorer.",),
)


def keep(record: Record, made: World, *, until: date) -> None:
    """Adds the documents to a record, if it is that of whom they are about."""
    if record.person.id != _WHO:
        return
    _filed(record, made, _MEETING, until=until)
    report = _filed(record, made, _REPORT, until=until)
    record.resources += _copy(record, report, made)
    scan = _filed(record, made, _SCAN, until=until)
    scan["securityLabel"] = [{"coding": [{"system": VISIBILITY, "code": "INVISIBLE_PATIENT"}]}]


def _filed(record: Record, made: World, paper: _Paper, *, until: date) -> Resource:
    """A document of the file, as it stands among the resources."""
    at = datetime.combine(until - timedelta(days=paper.days_before), time(17, 30))
    file(record, at, author=made.role(DOCTOR), code=paper.code, form="text", lines=list(paper.lines), title=paper.title)
    record.resources[-1] = kept(record.resources[-1])
    return record.resources[-1]


def _copy(record: Record, document: Resource, made: World) -> Iterator[Resource]:
    """What the rule made of it within the minute: a document and a file of its own."""
    address = document["content"][0]["attachment"]["url"]
    own: dict[str, Any] = next(one for one in record.resources if f"Binary/{one['id']}" == address)
    id_, role = copy_id(document, [b64decode(own["data"])]), made.role(DOCTOR)
    sharing = Sharing("rule", role.reference, role.name, document["date"])
    copy = copied(document, id_, sharing, urls=[f"Binary/{id_}-0"], old=())
    yield {**copy, "meta": {**META, **copy.get("meta", {})}}
    yield {**own, "id": f"{id_}-0", "securityContext": {"reference": f"DocumentReference/{id_}"}}
