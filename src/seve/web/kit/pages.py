"""`/kit`: every component in all its states. It holds no data of anybody, so that everybody may see it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from seve.kernel.texts import text
from seve.web.assets import assets
from seve.web.kit import specimens
from seve.web.kit.calendars import asked
from seve.web.kit.charts import drawing
from seve.web.kit.fields import Field, filled, to_change
from seve.web.kit.files import document_policy
from seve.web.kit.paging import Paging
from seve.web.kit.people import Person
from seve.web.kit.specimens import Tell
from seve.web.kit.steps import Tab, steps
from seve.web.kit.timelines import by_month
from seve.web.navigation import PEOPLE, Audience

if TYPE_CHECKING:
    from seve.web.shell import Shell

_PARTS = (
    "modes", "colours", "type", "icons", "buttons", "marks", "notices", "tiles", "fields", "tables", "timelines", "calendars", "charts",
    "people", "advice", "ways", "dialogs", "files", "waiting",
)  # fmt: skip
_AUDIENCES: dict[str, Audience] = {one: one for one in PEOPLE}
_TOLD = frozenset({"a_reached", "a_overruled"})
_MOST_SUGGESTIONS = 6
_PAGES = 9
_NUMBERS = frozenset(map(str, range(1, _PAGES + 1)))


def kit_routes(shell: Shell) -> list[Route]:
    """`/kit`, what its search field asks, and the document it previews."""
    page = _KitPage(shell)
    return [
        Route("/kit", page.all),
        Route("/kit/suggestions", page.suggestions),
        Route("/kit/document", page.document),
    ]


class _KitPage:
    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    async def all(self, request: Request) -> Response:
        """The page; what its forms and links ask for stands in its address."""
        tell, query = self._tell(request), request.query_params
        view, around = asked(query.get("view", ""), query.get("day", ""), today=specimens.TODAY)
        fields = self._fields(request, tell)
        return await self._shell.page(
            request,
            "kit/page.html",
            audience=_AUDIENCES.get(query.get("for", "")),
            tell=tell,
            parts=_PARTS,
            people=PEOPLE,
            fields=fields,
            wrong=to_change(fields),
            is_sent="sent" in query,
            table=specimens.table(tell, query.get("sort", "")),
            empty_table=specimens.Table(tell("t_caption"), (), ()),
            paging=Paging(_number(query.get("page", "")), _PAGES, "/kit"),
            months=by_month(specimens.moments(tell)),
            calendar=specimens.calendar(tell, view, around),
            charts=[(chart, drawing(chart)) for chart in specimens.charts(tell)],
            persons=[Person(name) for name in ("Dr Yasmine Karim", "Lucie Bernard", "Marc Petit", "Zoé Durand")],
            banners=specimens.banners(tell),
            advice=specimens.advice(tell),
            told=query.get("told") if query.get("told") in _TOLD else "",
            tabs=[
                Tab(tell("w_first"), "#ways", is_current=True),
                Tab(tell("w_second"), "#ways", count=12),
                Tab(tell("w_third"), "#ways"),
            ],
            steps=steps(tuple(tell(f"s_{name}") for name in ("who", "what", "when", "check")), 2),
            files=specimens.files(tell, image=assets().url("seve.svg")),
            glyphs=_glyphs(),
        )

    async def suggestions(self, request: Request) -> Response:
        """Communes that begin with `q`: a JSON list of value, label and hint."""
        begun = request.query_params.get("q", "").strip().casefold()
        found = [
            {"value": name, "label": name, "hint": code}
            for code, name in specimens.TOWNS
            if begun and name.casefold().startswith(begun)
        ]
        return JSONResponse(found[:_MOST_SUGGESTIONS])

    async def document(self, request: Request) -> Response:
        """A document as a preview frames it."""
        words = escape(self._tell(request)("x_document"))
        headers = {"content-security-policy": document_policy()}
        return HTMLResponse(f"<!doctype html><meta charset=utf-8><title>.</title><p>{words}", headers=headers)

    def _tell(self, request: Request) -> Tell:
        language = self._shell.language(request)
        return lambda key: text(f"web/kit.page.{key}", {}, language)

    @staticmethod
    def _fields(request: Request, tell: Tell) -> tuple[Field, ...]:
        fields, query = specimens.fields(tell), request.query_params
        if "sent" not in query:
            return fields
        problems = {name: tell(f"f_{name}_problem") for name in ("name", "birth", "how") if not query.get(name)}
        if query.get("birth", "") > specimens.TODAY.isoformat():
            problems["birth"] = tell("f_birth_problem")
        return filled(fields, typed=query.multi_items(), problems=problems)


def _number(written: str) -> int:
    return int(written) if written in _NUMBERS else 3


def _glyphs() -> list[str]:
    return [part.partition('"')[0] for part in assets().text("icons.svg").split('<symbol id="')[1:]]
