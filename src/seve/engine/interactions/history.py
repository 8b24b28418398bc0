"""history: of a resource, of a type, of the whole system (R4, 3.1.0.12), with `_since`, `_at`, `_count`."""

from __future__ import annotations

from urllib.parse import urlencode

from seve.engine.access.telling import tell_versions
from seve.engine.bundles import bundle, history_entry
from seve.engine.engine import Engine
from seve.engine.pages import PARAMETER, searched
from seve.engine.refusals import InvalidParameter, NotFound
from seve.engine.requests import Answer, Request
from seve.fhir.search.dates import moment
from seve.kernel.identifiers import first_vid_of
from seve.store import reading
from seve.store.grant import Grant
from seve.store.reading import END_OF_TIME, Span
from seve.store.search.running import Place

_PRESENTATION = frozenset({"_format", "_pretty", "_summary", "_elements"})


async def history(engine: Engine, grant: Grant, request: Request, *, type_: str = "", id_: str = "") -> Answer:
    """200 with a history Bundle, newest first; 404 when a resource never existed."""
    span, count = _asked(engine, request)
    text = searched(request.path, request.query)
    if token := dict(request.query).get(PARAMETER):
        before = engine.pages.open_token(token, search=text).before
        span = Span(span.since, before or span.before, span.in_force_at)
    rows = await reading.history(engine.database.pool, grant, span, type_=type_, id_=id_, count=count + 1)
    if id_ and not rows and await reading.read(engine.database.pool, grant, type_, id_) is None:
        raise NotFound(type=type_, id=id_)
    shown = rows[:count]
    await tell_versions(engine, grant, "history", request.path, shown=shown)
    url = f"{engine.base_url}/{request.path}"
    asked = [pair for pair in request.query if pair[0] != PARAMETER]
    links = {"self": f"{url}?{urlencode(asked)}" if asked else url}
    if len(rows) > count:
        token = engine.pages.seal(Place("", before=shown[-1].vid), search=text)
        links["next"] = f"{url}?{urlencode([*asked, (PARAMETER, token)])}"
    total = len(shown) if PARAMETER not in dict(request.query) and len(rows) <= count else None
    return Answer(200, bundle("history", [history_entry(engine.base_url, s) for s in shown], links=links, total=total))


def _asked(engine: Engine, request: Request) -> tuple[Span, int]:
    since, before, in_force_at, count = 0, END_OF_TIME, 0, engine.limits.page
    for name, value in request.query:
        if name == "_since":
            since = max(since, first_vid_of(_range(name, value)[0]))
        elif name == "_at":
            lo, hi = _range(name, value)
            is_instant = hi - lo <= 1  # then what was replaced within this millisecond is not meant
            in_force_at, before = first_vid_of(hi if is_instant else lo), min(before, first_vid_of(hi))
        elif name == "_count":
            count = _count(engine, value)
        elif name not in _PRESENTATION and name != PARAMETER:
            raise InvalidParameter(name=name, value=value, expression=f"http.{name}")
    return Span(since, before, in_force_at), count


def _count(engine: Engine, value: str) -> int:
    if not (value.isascii() and value.isdigit() and 0 < len(value) < 10 and int(value)):
        raise InvalidParameter(name="_count", value=value, expression="http._count")
    return min(int(value), engine.limits.page_most)


def _range(name: str, value: str) -> tuple[int, int]:
    """A date's range in milliseconds, the end rounded up so that the last instant is inside."""
    try:
        lo, hi = moment(value.replace(" ", "+"))
    except ValueError as error:
        raise InvalidParameter(name=name, value=value, expression=f"http.{name}") from error
    return lo // 1_000, -(-hi // 1_000)
