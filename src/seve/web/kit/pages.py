"""`/kit`, which tells what there is, and the pages below: every component in all its states. They hold no data of anybody, so that everybody
may see them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from seve.kernel.texts import text
from seve.web.assets import assets
from seve.web.icons import icons
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

_PAGES: dict[str, tuple[str, ...]] = {
    "look": ("type", "colours"),
    "modes": ("modes",),
    "icons": ("icons",),
    "marks": ("buttons", "marks", "notices", "tiles", "waiting"),
    "forms": ("fields",),
    "helped": ("helped", "dialogs"),
    "ways": ("ways",),
    "files": ("files",),
    "figures": ("tables", "charts"),
    "time": ("timelines", "calendars"),
    "care": ("people", "advice"),
}
"""The parts of each page: all on one would be slow to use on a phone."""
_AUDIENCES: dict[str, Audience] = {one: one for one in PEOPLE}
_TOLD = frozenset({"a_reached", "a_overruled"})
_MOST_SUGGESTIONS = 6
_LAST = 9
_NUMBERS = frozenset(map(str, range(1, _LAST + 1)))


def kit_routes(shell: Shell) -> list[Route]:
    """The pages, what their search field asks, and the document they preview."""
    kit = _Kit(shell)
    return [
        Route("/kit", kit.contents),
        *(Route(_path(name), partial(kit.page, name=name)) for name in _PAGES),
        Route("/kit/suggestions", kit.suggestions),
        Route("/kit/document", kit.document),
    ]


class _Kit:
    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    async def contents(self, request: Request) -> Response:
        """What there is, and for whom the frame is to be shown."""
        contents = [(name, _path(name), parts) for name, parts in _PAGES.items()]
        return await self._shown(request, "kit/contents.html", people=PEOPLE, contents=contents)

    async def page(self, request: Request, *, name: str) -> Response:
        """One page; what its forms and links ask for stands in its address."""
        filling = _SPECIMENS[name](request.query_params, self._tell(request))
        names = ("", *_PAGES, "")
        place = names.index(name)
        beside = {"before": names[place - 1], "after": names[place + 1]}
        return await self._shown(request, f"kit/pages/{name}.html", name=name, **beside, **filling)

    async def _shown(self, request: Request, template: str, **filling: Any) -> Response:
        audience = _AUDIENCES.get(request.query_params.get("for", ""))
        kept = f"?for={audience}" if audience else ""
        return await self._shell.page(
            request, template, audience=audience, tell=self._tell(request), kept=kept, **filling
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


def _path(name: str) -> str:
    return f"/kit/{name}"


def _nothing(query: QueryParams, tell: Tell) -> dict[str, Any]:
    """What is all in the template."""
    del query, tell
    return {}


def _icons(query: QueryParams, tell: Tell) -> dict[str, Any]:
    del query, tell
    return {"glyphs": list(icons())}


def _marks(query: QueryParams, tell: Tell) -> dict[str, Any]:
    del query
    return {
        "persons": [Person(name) for name in ("Dr Yasmine Karim", "Lucie Bernard", "Marc Petit", "Zoé Durand")],
        "empty_table": specimens.Table(tell("t_caption"), (), ()),
    }


def _forms(query: QueryParams, tell: Tell) -> dict[str, Any]:
    fields = _fields(query, tell)
    return {
        "fields": fields,
        "wrong": to_change(fields),
        "is_sent": "sent" in query,
    }


def _helped(query: QueryParams, tell: Tell) -> dict[str, Any]:
    del query
    return {"fields": specimens.helped(tell)}


def _ways(query: QueryParams, tell: Tell) -> dict[str, Any]:
    return {
        "paging": Paging(_number(query.get("page", "")), _LAST, _path("ways")),
        "tabs": [
            Tab(tell("w_first"), "#ways", is_current=True),
            Tab(tell("w_second"), "#ways", count=12),
            Tab(tell("w_third"), "#ways"),
        ],
        "steps": steps(tuple(tell(f"s_{name}") for name in ("who", "what", "when", "check")), 2),
    }


def _fields(query: QueryParams, tell: Tell) -> tuple[Field, ...]:
    fields = specimens.fields(tell)
    if "sent" not in query:
        return fields
    problems = {name: tell(f"f_{name}_problem") for name in ("name", "birth", "how") if not query.get(name)}
    if query.get("birth", "") > specimens.TODAY.isoformat():
        problems["birth"] = tell("f_birth_problem")
    return filled(fields, typed=query.multi_items(), problems=problems)


def _files(query: QueryParams, tell: Tell) -> dict[str, Any]:
    del query
    return {"files": specimens.files(tell, image=assets().url("seve.svg"))}


def _figures(query: QueryParams, tell: Tell) -> dict[str, Any]:
    return {
        "table": specimens.table(tell, query.get("sort", "")),
        "charts": [(chart, drawing(chart)) for chart in specimens.charts(tell)],
    }


def _number(written: str) -> int:
    return int(written) if written in _NUMBERS else 3


def _time(query: QueryParams, tell: Tell) -> dict[str, Any]:
    view, around = asked(query.get("view", ""), query.get("day", ""), today=specimens.TODAY)
    return {"months": by_month(specimens.moments(tell)), "calendar": specimens.calendar(tell, view, around)}


def _care(query: QueryParams, tell: Tell) -> dict[str, Any]:
    return {
        "banners": specimens.banners(tell),
        "advice": specimens.advice(tell),
        "told": query.get("told") if query.get("told") in _TOLD else "",
    }


_SPECIMENS: dict[str, Callable[[QueryParams, Tell], dict[str, Any]]] = {
    "look": _nothing,
    "modes": _nothing,
    "icons": _icons,
    "marks": _marks,
    "forms": _forms,
    "helped": _helped,
    "ways": _ways,
    "files": _files,
    "figures": _figures,
    "time": _time,
    "care": _care,
}
