"""The files of a document, as they are copied."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seve.engine.agendas.stored import read
from seve.engine.refusals import NotFound
from seve.fhir import Resource
from seve.fhir.search.references import target

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant


@dataclass(frozen=True, slots=True)
class File:
    """A content of a document: its bytes and media type, None for one that is kept elsewhere or in the document itself."""

    data: bytes | None
    content_type: str


async def files_of(engine: Engine, grant: Grant, document: Resource) -> list[File]:
    """One for each content, in order. Raises NotFound for a Binary of this server that is not there, or may not be seen."""
    return [await _file(engine, grant, one["attachment"]) for one in document["content"]]


async def _file(engine: Engine, grant: Grant, attachment: dict[str, str]) -> File:
    url = attachment.get("url", "")
    pointed = target(url, engine.base_url) if url else None
    if pointed is None or pointed.type != "Binary" or not pointed.id:
        return File(None, attachment.get("contentType", ""))
    found = await read(engine, grant, "Binary", pointed.id)
    if found is None:
        raise NotFound(type="Binary", id=pointed.id)
    return File(b64decode(found.get("data", "")), found["contentType"])
