"""Whose records a professional may see, and who wrote in them."""

from __future__ import annotations

from collections.abc import Iterable

from seve.sdk import Records, wording
from seve.solutions.shared_record.model.entries import Entry

_SHOWN = 12


async def authors(records: Records, entries: Iterable[Entry]) -> dict[str, str]:
    """Names by reference, with the organisation, of those who wrote entries, as far as the visitor may know."""
    known = await records.people(one.author for one in entries if one.author)
    return {reference: ", ".join(filter(None, (p.name, p.organization))) for reference, p in known.items() if p.name}


async def known_patients(records: Records) -> tuple[tuple[str, str, str], ...]:
    """Those whom a professional may see, by family name: id, name, birth date."""
    found = await records.search("Patient", ("_sort", "family"), ("_count", str(_SHOWN)))
    return tuple((one["id"], wording.name_of(one), one.get("birthDate", "")) for one in found.matches)
