"""Documents and their files."""

from __future__ import annotations

from dataclasses import dataclass

from seve.fhir import Resource
from seve.fhir.access.openings import is_shared
from seve.france.cda import Cda, read_cda
from seve.france.documents import standing
from seve.sdk import NotFound, Records
from seve.solutions.shared_record.model import documents
from seve.solutions.shared_record.model.contents import CLASSES, IN_FORCE, ContentClass, class_of

_MOST = "200"
_CDA = frozenset({"text/xml", "application/xml"})


@dataclass(frozen=True, slots=True)
class File:
    """The bytes of a document, its media type without parameters, and the CDA in it when it is one."""

    data: bytes
    media_type: str
    content_type: str
    cda: Cda | None

    @property
    def text(self) -> str:
        """A plain text as it reads; "" for others."""
        if self.media_type != "text/plain":
            return ""
        charset = self.content_type.partition("charset=")[2].strip() or "utf-8"
        return self.data.decode(charset if charset in ("utf-8", "windows-1252") else "utf-8", errors="replace")


async def by_class(
    records: Records, patient_id: str, *, is_archived: bool
) -> tuple[tuple[ContentClass, tuple[Resource, ...]], ...]:
    """Documents that are in force, by class, newest first; those in the archive, or those that are not."""
    found = await records.search(
        "DocumentReference",
        ("patient", f"Patient/{patient_id}"),
        *IN_FORCE,
        ("_sort", "-date"),
        ("_count", _MOST),
    )
    shown = [one for one in found.matches if standing.is_archived(one) == is_archived]
    found_of: dict[ContentClass, tuple[Resource, ...]] = {
        class_: tuple(one for one in shown if class_of(one) == class_) for class_ in CLASSES
    }
    return tuple((class_, those) for class_, those in found_of.items() if those)


async def document(records: Records, patient_id: str, id_: str) -> Resource:
    """One of this patient's record. Raises NotFound."""
    found = await records.read("DocumentReference", id_)
    if found.get("subject", {}).get("reference") != f"Patient/{patient_id}" or not is_shared(found):
        raise NotFound
    return found


async def file(records: Records, document: Resource, *, images: str = "") -> File | None:
    """The file of a document; None for one that is kept elsewhere. Raises NotFound when it may not be seen.

    `images` is the address that the images of a CDA document are asked for by their number.
    """
    found = await records.attached(documents.attachment_of(document))
    if found is None:
        return None
    data, content_type = found
    media_type = content_type.partition(";")[0].strip().lower()
    return File(data, media_type, content_type, read_cda(data, images=images) if media_type in _CDA else None)


async def replacements(records: Records, document: Resource) -> tuple[Resource, ...]:
    """The documents that replace this one."""
    found = await records.search(
        "DocumentReference", ("relatesto", f"DocumentReference/{document['id']}"), ("relation", "replaces")
    )
    return found.matches
