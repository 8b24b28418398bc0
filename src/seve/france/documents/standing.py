"""How a document stands in a record: replaced, in the archive or out of it. It is never lost (PDSm)."""

from __future__ import annotations

from seve.fhir import Resource

IS_ARCHIVED = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-ext-is-archived"


def replacing(new: Resource, old: Resource) -> tuple[Resource, Resource]:
    """The new document, which says what it replaces, and the old one, superseded."""
    relation = {"code": "replaces", "target": {"reference": f"DocumentReference/{old['id']}"}}
    return {**new, "relatesTo": [*new.get("relatesTo", ()), relation]}, {**old, "status": "superseded"}


def replaced_by(document: Resource) -> tuple[str, ...]:
    """The ids of the documents that it replaces."""
    return related(document, "replaces")


def related(document: Resource, code: str) -> tuple[str, ...]:
    """The ids of the documents of this server that it relates to by a code: `replaces`, `transforms`."""
    targets = (one["target"].get("reference", "") for one in document.get("relatesTo", ()) if one["code"] == code)
    return tuple(target.split("/")[1] for target in targets if target.startswith("DocumentReference/"))


def archived(document: Resource, *, is_archived: bool) -> Resource:
    """In the archive, or out of it (PDSm, isArchived): it stays, and lists leave it out."""
    others = [one for one in document.get("extension", ()) if one.get("url") != IS_ARCHIVED]
    kept = {name: value for name, value in document.items() if name != "extension"}
    mark = [{"url": IS_ARCHIVED, "valueBoolean": True}] if is_archived else []
    return {**kept, "extension": [*others, *mark]} if others or mark else kept


def is_archived(document: Resource) -> bool:
    """Whether it is in the archive."""
    return any(one.get("url") == IS_ARCHIVED and one.get("valueBoolean") for one in document.get("extension", ()))
