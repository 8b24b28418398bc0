"""The file of a stay, and its papers."""

from __future__ import annotations

from seve.fhir import Resource
from seve.sdk import NotFound, Records
from seve.solutions.admission.model import files
from seve.solutions.admission.model.files import QUESTIONNAIRE, File, Held


async def response(records: Records, stay: str) -> Resource | None:
    """The QuestionnaireResponse of a stay (its id), None before somebody began. Of two that began at once, the older."""
    found = await records.every(
        "QuestionnaireResponse",
        ("encounter", f"Encounter/{stay}"),
        ("questionnaire", QUESTIONNAIRE),
        ("_sort", "authored"),
    )
    return found[0] if found else None


async def of_stay(records: Records, stay: str) -> File:
    """The file of a stay; an empty one before somebody began."""
    found = await response(records, stay)
    return files.read(found) if found else File()


async def by_stay(records: Records, stays: list[str]) -> dict[str, File]:
    """The files of several stays, by id; those without are left out."""
    if not stays:
        return {}
    found = await records.every(
        "QuestionnaireResponse",
        ("encounter", ",".join(f"Encounter/{one}" for one in stays)),
        ("questionnaire", QUESTIONNAIRE),
        ("_sort", "-authored"),
    )
    return {str(one["encounter"]["reference"]).rpartition("/")[2]: files.read(one) for one in found}


async def paper(records: Records, file: File, kind: str) -> tuple[Held, bytes, str]:
    """A paper with its bytes and media type. Raises NotFound."""
    held = next((one for one in file.papers if one.kind == kind), None)
    if held is None:
        raise NotFound
    data, media_type = await records.binary(held.binary)
    return held, data, media_type
