"""Access and portability (GDPR, articles 15 and 20): one ZIP of everything that the person sees, made in the background.

It holds a page to read, the same as PDF, FHIR as NDJSON, the sharing choices and the accesses as CSV, and a manifest with the
SHA-256 of each file.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import msgspec

from seve.engine.access.sharing import NotTheirs
from seve.engine.requests import Pairs, Request
from seve.engine.rights.choices import Choice, sharing_of
from seve.engine.rights.pages import page
from seve.engine.rights.people import name_of
from seve.engine.rights.printing import NoPrinterError, as_pdf
from seve.engine.rights.telling import csv_of, row
from seve.engine.rights.wording import PACKAGE, both
from seve.engine.tasks.granting import background
from seve.fhir import Resource
from seve.fhir.codec import encode_json
from seve.fhir.search.keys import value_key
from seve.kernel.identifiers import new_id
from seve.kernel.refusals import Refusal
from seve.kernel.texts import Language, text
from seve.store import reading, tasks
from seve.store.rights import archives, working

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.engine.identity.principal import Principal
    from seve.store.grant import Grant
    from seve.store.tasks import Hold, Task

ARCHIVE = "archive"
_PAGE = "200"
_COLUMNS = ("choice", "who", "since", "until", "sensitive")


class ArchiveGone(Refusal):
    """There is no such archive of this person's, or no more."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "engine/rights.refusals.archive_gone"


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    content: bytes
    count: int


async def ask_archive(engine: Engine, principal: Principal, grant: Grant, patient: str, *, language: Language) -> None:
    """Has it made, unless one is being made. For patients and who represents them. Raises NotTheirs."""
    found = await reading.read(engine.database.pool, grant, *patient.split("/", 1))
    if principal.kind != "patient" or principal.client or found is None or found.body is None:
        raise NotTheirs
    known = await latest(engine, grant)
    if known is not None and known.state in ("queued", "running"):
        return
    assert grant.trace is not None
    await engine.ledger.record([grant.trace.act("archive", "R", patient_keys=(value_key(patient),))])
    request = {"patient": patient, "language": language}
    await tasks.add(engine.database.pool, grant, id_=new_id(), kind=ARCHIVE, request=request)


async def latest(engine: Engine, grant: Grant) -> Task | None:
    """The archive that this caller asked for last, with `found`, how many resources it has so far."""
    return await working.latest(engine.database.pool, grant, ARCHIVE)


async def content(engine: Engine, grant: Grant, id_: str) -> bytes:
    """The ZIP. Raises ArchiveGone, also for one that somebody else asked for."""
    found = await archives.fetch(engine.database.pool, grant, id_)
    if found is None:
        raise ArchiveGone
    return found


async def run_archive(engine: Engine, hold: Hold) -> dict[str, Any]:
    """The work of the task, in the name of who asked."""
    patient, asked = hold.task.request["patient"], hold.task.request["language"]
    language: Language = "en" if asked == "en" else "fr"
    grant = background(engine, hold.task)
    by_type, found = dict[str, list[Resource]](), 0
    async for resource in _everything(engine, grant, patient):
        by_type.setdefault(resource["resourceType"], []).append(resource)
        found += 1
        if found % int(_PAGE) == 0:
            await hold.advance({"found": found, "patient": patient})
    files = [file async for file in _files(engine, grant, patient, by_type, language)]
    await archives.keep(hold, _zipped(files, patient, language))
    return {"found": found, "patient": patient}


async def _everything(engine: Engine, grant: Grant, patient: str) -> AsyncIterator[Resource]:
    """All that the grant sees of the patient, with what it refers to, each once; and their tasks, which R4's compartment of a
    patient leaves out.
    """
    told = set[str]()
    for path, query in ((f"{patient}/$everything", ()), ("Task", (("patient", patient),))):
        async for resource in _pages(engine, grant, path, query):
            reference = f"{resource['resourceType']}/{resource['id']}"
            if reference not in told:
                told.add(reference)
                yield resource


async def _pages(engine: Engine, grant: Grant, path: str, query: Pairs) -> AsyncIterator[Resource]:
    from seve.engine.dispatch import perform  # which knows the tasks, and so this module

    token = ""
    while True:
        asked = (*query, ("_count", _PAGE), *((("_page", token),) if token else ()))
        bundle = (await perform(engine, grant, Request("GET", path, query=asked))).resource
        for entry in bundle.get("entry", ()):
            yield entry["resource"]
        following = next((link["url"] for link in bundle.get("link", ()) if link["relation"] == "next"), "")
        if not following:
            return
        token = parse_qs(urlsplit(following).query)["_page"][0]


async def _files(
    engine: Engine, grant: Grant, patient: str, by_type: dict[str, list[Resource]], language: Language
) -> AsyncIterator[_File]:
    for type_, resources in sorted(by_type.items()):
        lines = b"".join(encode_json(resource) + b"\n" for resource in resources)
        yield _File(f"fhir/{type_}.ndjson", lines, len(resources))
    person = next((one for one in by_type.get("Patient", ()) if f"Patient/{one['id']}" == patient), {})
    html = page(name_of(person), by_type, language=language)
    yield _File("dossier.html", html.encode(), 1)
    try:
        yield _File("dossier.pdf", await as_pdf(html), 1)
    except NoPrinterError:
        yield _File("dossier.pdf.txt", text(f"{PACKAGE}.archive.no_pdf", {}, language).encode(), 1)
    choices = (await sharing_of(engine, grant, patient)).choices
    header = row([text(f"{PACKAGE}.archive.{name}", {}, language) for name in _COLUMNS])
    rows = [_choice(choice, language) for choice in choices]
    yield _File("partages.csv", ("\ufeff" + header + "".join(rows)).encode(), len(rows))
    accesses = "".join([part async for part in csv_of(engine, grant, patient, language=language)])
    yield _File("acces.csv", accesses.encode(), accesses.count("\r\n") - 1)


def _choice(choice: Choice, language: Language) -> str:
    kind = text(f"{PACKAGE}.archive.{choice.kind}", {}, language)
    who = choice.person.name or choice.person.reference if choice.person else ""
    until = both(choice.until, language) if choice.until else ""
    sensitive = text(f"{PACKAGE}.archive.{'yes' if choice.sees_sensitive else 'no'}", {}, language)
    return row([kind, who, both(choice.since, language), until, sensitive])


def _zipped(files: list[_File], patient: str, language: Language) -> bytes:
    """The ZIP, the manifest first."""
    described = [
        {"name": one.name, "bytes": len(one.content), "count": one.count, "sha256": sha256(one.content).hexdigest()}
        for one in files
    ]
    made = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = {"made": made, "patient": patient, "language": language, "fhirVersion": "4.0.1", "files": described}
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        for file in files:
            archive.writestr(file.name, file.content)
    return written.getvalue()
