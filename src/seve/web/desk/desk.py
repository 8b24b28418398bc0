"""The officer's desk: what waits, policies, proofs and the register. It shows references of patients, and no health data."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from seve.engine.access.policies import InvalidPolicy
from seve.engine.audit import officer
from seve.engine.audit.refusals import AlertNoteMissing
from seve.engine.rights import policing, proving, register, requests, reviewing
from seve.engine.rights.people import people
from seve.kernel.refusals import Refusal
from seve.web.desk import uploads
from seve.web.record.room import PRIVATE, Room, back
from seve.web.signin.devices import address_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seve.engine.rights.policing import Change, Right
    from seve.web.signin.forms import Form


class DeskPages:
    """For officers."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def overview(self, request: Request) -> Response:
        """How much of each waits."""
        held = await self._room.enter(request, "officer")
        engine, grant = self._room.engine, self._room.grant(request, held)
        asked = await requests.queue(engine, held.principal)
        return self._render(
            request,
            "overview.html",
            held=held,
            emergencies=len(await reviewing.waiting(engine, held.principal)),
            alerts=len(await officer.alerts(engine, grant)),
            requests=len(asked),
            late=sum(one.is_late for one in asked),
        )

    async def emergencies(self, request: Request, *, refusal: Refusal | None = None) -> Response:
        """Glass that was broken: what waits, then what was abusive."""
        held = await self._room.enter(request, "officer")
        engine = self._room.engine
        cases = await reviewing.waiting(engine, held.principal)
        abusive = await reviewing.waiting(engine, held.principal, state="abusive")
        who = await people(engine, self._room.grant(request, held), (case.role for case in (*cases, *abusive)))
        return self._render(request, "emergencies.html", refusal, held=held, cases=cases, abusive=abusive, who=who)

    async def review(self, request: Request) -> Response:
        """One of them."""
        await self._room.enter(request, "officer")
        held, form = await self._room.pages.sent(request)
        state: Literal["justified", "abusive"] = "abusive" if form["state"] == "abusive" else "justified"
        vid, source = _number(form["emergency"]), address_of(request)
        try:
            await reviewing.review(
                self._room.engine, held.principal, vid, state=state, note=form["note"], source=source
            )
        except requests.WordsMissing as refusal:
            return await self.emergencies(request, refusal=refusal)
        return back("/desk/emergencies", done="reviewed")

    async def alerts(self, request: Request, *, refusal: Refusal | None = None) -> Response:
        """Alerts that wait."""
        held = await self._room.enter(request, "officer")
        found = await officer.alerts(self._room.engine, self._room.grant(request, held))
        language = self._room.pages.language(request)
        told = [(alert, officer.told(alert, language)) for alert in found]
        return self._render(request, "alerts.html", refusal, held=held, alerts=told)

    async def settle(self, request: Request) -> Response:
        """Explains or confirms one."""
        await self._room.enter(request, "officer")
        held, form = await self._room.pages.sent(request)
        state = "confirmed" if form["state"] == "confirmed" else "explained"
        grant, id_ = self._room.grant(request, held), _number(form["alert"])
        try:
            await officer.settle(self._room.engine, grant, id_, state=state, note=form["note"])
        except AlertNoteMissing as refusal:
            return await self.alerts(request, refusal=refusal)
        return back("/desk/alerts", done="settled")

    async def requests(self, request: Request, *, refusal: Refusal | None = None, kept: Form | None = None) -> Response:
        """What people asked for, the most urgent first."""
        held = await self._room.enter(request, "officer")
        engine = self._room.engine
        asked = await requests.queue(engine, held.principal)
        answered = (await requests.queue(engine, held.principal, is_open=False))[:20]
        return self._render(request, "requests.html", refusal, held=held, asked=asked, answered=answered, kept=kept)

    async def answer(self, request: Request) -> Response:
        """Grants or refuses one."""
        await self._room.enter(request, "officer")
        held, form = await self._room.pages.sent(request)
        try:
            await requests.answer(
                self._room.engine,
                held.principal,
                form["request"],
                is_granted=form["decision"] == "grant",
                words=form["words"],
                ground=form["ground"],
                source=address_of(request),
            )
        except (requests.WordsMissing, requests.GroundMissing) as refusal:
            return await self.requests(request, refusal=refusal, kept=form)
        return back("/desk/requests", done="answered")

    async def policies(
        self,
        request: Request,
        *,
        refusal: Refusal | None = None,
        changes: list[Change] | None = None,
        text: str = "",
        title: str = "",
    ) -> Response:
        """What is in force by profession, and what a new file would change."""
        held = await self._room.enter(request, "officer")
        in_force, rights = await policing.rights_in_force(self._room.engine)
        table = [
            (profession, _by_rights(group)) for profession, group in groupby(rights, key=lambda one: one.profession)
        ]
        return self._render(
            request,
            "policies.html",
            refusal,
            held=held,
            in_force=in_force,
            table=table,
            changes=changes,
            text=text,
            title=title,
        )

    async def preview(self, request: Request) -> Response:
        """A file that was sent, or its second sending to put it in force."""
        held = await self._room.enter(request, "officer")
        form = await uploads.read(self._room.pages.identity, request, held)
        text, title = form["text"] or form["file"], form["title"] or form["file.name"] or "policies.csv"
        try:
            if form["confirmed"]:
                source = address_of(request)
                await policing.put_in_force(self._room.engine, held.principal, text, title=title, source=source)
                return back("/desk/policies", done="in_force")
            changes = await policing.preview(self._room.engine, text)
        except InvalidPolicy as refusal:
            return await self.policies(request, refusal=refusal)
        return await self.policies(request, changes=changes, text=text, title=title)

    async def proofs(self, request: Request) -> Response:
        """The last seal, and the verification."""
        held = await self._room.enter(request, "officer")
        engine, principal = self._room.engine, held.principal
        task = await proving.verification(engine, principal, self._room.grant(request, held))
        is_running = task is not None and task.state in ("queued", "running")
        head = await proving.head(engine, principal)
        return self._render(request, "proofs.html", held=held, head=head, task=task, is_running=is_running)

    async def verify(self, request: Request) -> Response:
        """Begins one."""
        await self._room.enter(request, "officer")
        held, _ = await self._room.pages.sent(request)
        await proving.ask_verification(self._room.engine, held.principal, self._room.grant(request, held))
        return back("/desk/proofs")

    async def head(self, request: Request) -> Response:
        """The newest head, to publish outside."""
        held = await self._room.enter(request, "officer")
        head = await proving.head(self._room.engine, held.principal)
        return _file(f"{head.line()}\n" if head else "", "seve-heads.txt", "text/plain")

    async def proof(self, request: Request) -> Response:
        """The proof of one entry."""
        held = await self._room.enter(request, "officer")
        vid = _number(request.query_params.get("entry", "").partition(".")[0])
        found = await proving.prove(self._room.engine, held.principal, vid)
        content = msgspec.json.format(msgspec.json.encode(found), indent=1).decode()
        return _file(content, f"proof-{vid}.json", "application/json")

    async def register(self, request: Request) -> Response:
        """The register of processing."""
        held = await self._room.enter(request, "officer")
        return self._render(request, "register.html", held=held, register=register.register())

    async def register_file(self, request: Request) -> Response:
        """The same as JSON."""
        await self._room.enter(request, "officer")
        content = msgspec.json.format(msgspec.json.encode(register.as_json()), indent=1).decode()
        return _file(content, "register.json", "application/json")

    def _render(self, request: Request, template: str, refusal: Refusal | None = None, /, **context: Any) -> Response:
        status = refusal.status if refusal else 200
        problem = self._room.told(request, refusal)
        return self._room.render(request, template, status, problem=problem, now=datetime.now(UTC), **context)


def _by_rights(rights: Iterable[Right]) -> list[tuple[str, list[str]]]:
    """The kinds of each set of rights of one profession."""
    found = dict[str, list[str]]()
    for one in rights:
        found.setdefault(one.rights, []).append(one.kind)
    return sorted(found.items())


def _number(written: str) -> int:
    return int(written) if written.isascii() and written.isdigit() and len(written) < 19 else 0


def _file(content: str, name: str, type_: str) -> Response:
    headers = {**PRIVATE, "content-disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, media_type=type_)
