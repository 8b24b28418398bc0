"""My rights: an archive of everything, requests to the officer and their answers, and why data are used."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from seve.engine.rights import archive, register, requests
from seve.kernel.refusals import Refusal
from seve.web.record.room import PRIVATE, Room, back
from seve.web.signin.devices import address_of

if TYPE_CHECKING:
    from seve.engine.rights.requests import Kind
    from seve.web.signin.forms import Form

_KINDS: dict[str, Kind] = {"rectification": "rectification", "opposition": "opposition", "erasure": "erasure"}


class RightsPages:
    """For patients and who represents them."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def overview(self, request: Request, *, refusal: Refusal | None = None, kept: Form | None = None) -> Response:
        """Everything, each with its form."""
        held = await self._room.enter(request, "patient")
        asked = kept["for"] if kept else request.query_params.get("for", "")
        whose = await self._room.whose(request, held, asked)
        engine, grant = self._room.engine, self._room.grant(request, held)
        task = await archive.latest(engine, grant)
        is_for_them = task is not None and task.request.get("patient") == whose.patient
        return self._room.render(
            request,
            "rights.html",
            refusal.status if refusal else 200,
            held=held,
            whose=whose,
            task=task if is_for_them else None,
            task_made=datetime.fromtimestamp(task.created, UTC) if task else None,
            is_running=task is not None and is_for_them and task.state in ("queued", "running"),
            kinds=list(_KINDS),
            requests=await requests.of_patient(engine, grant, whose.patient),
            register=register.register(),
            problem=self._room.told(request, refusal),
            kept=kept,
        )

    async def prepare(self, request: Request) -> Response:
        """Has the archive made."""
        await self._room.enter(request, "patient")
        held, form = await self._room.pages.sent(request)
        whose = await self._room.whose(request, held, form["for"])
        language = self._room.pages.language(request)
        grant = self._room.grant(request, held)
        await archive.ask_archive(self._room.engine, held.principal, grant, whose.patient, language=language)
        return back("/rights", **{"for": whose.id})

    async def download(self, request: Request) -> Response:
        """The ZIP."""
        held = await self._room.enter(request, "patient")
        found = await archive.content(self._room.engine, self._room.grant(request, held), request.path_params["id"])
        headers = {**PRIVATE, "content-disposition": 'attachment; filename="dossier.zip"'}
        return Response(found, headers=headers, media_type="application/zip")

    async def ask(self, request: Request) -> Response:
        """Sends a request to the officer."""
        await self._room.enter(request, "patient")
        held, form = await self._room.pages.sent(request)
        whose = await self._room.whose(request, held, form["for"])
        kind = _KINDS.get(form["kind"], "rectification")
        try:
            await requests.ask(
                self._room.engine,
                held.principal,
                whose.patient,
                kind=kind,
                words=form["words"],
                source=address_of(request),
            )
        except requests.WordsMissing as refusal:
            return await self.overview(request, refusal=refusal, kept=form)
        return back("/rights", **{"for": whose.id}, done="asked")
