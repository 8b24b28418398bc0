"""What is around every page, the same whichever part of the site makes it: the environment of templates and what they are given."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.requests import Request

from seve.engine.rights import wording
from seve.kernel.texts import Language, text
from seve.web.assets import assets
from seve.web.icons import icons
from seve.web.languages import language_of
from seve.web.look import Look, look_of
from seve.web.navigation import Audience, audience_of, navigation_of
from seve.web.styles import sheets_of

if TYPE_CHECKING:
    from seve.web.signin.badges import Badge

_DENSE = frozenset({"professional", "hospital", "steering", "research", "maker"})


def environment(packages: Iterable[str]) -> Environment:
    """Templates of these packages, the first that has one."""
    return Environment(
        loader=ChoiceLoader([PackageLoader(name) for name in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def frame(
    request: Request, visitor: Badge | None, *, is_open: bool, fhir_url: str, audience: Audience | None = None
) -> dict[str, Any]:
    """What `layout.html` and the kit's macros need; `audience` shows the frame of other people, as the kit's page does."""
    is_desk = visitor is not None and visitor.is_desk
    own: Audience = "hospital" if is_desk else audience_of(visitor.kind if visitor else None, is_open=is_open)
    language, whose, cares = language_of(request), audience or own, visitor is None or visitor.cares
    navigation, look = navigation_of(request), look_of(request)
    return {
        "language": language,
        "say": _sayer("web.pages.", language),
        "word": _sayer("web/kit.words.", language),
        "full": _sayer("", language),
        "day": partial(wording.day, language=language),
        "time_of": partial(wording.time_of, language=language),
        "asset": assets().url,
        "style": partial(sheets_of(request).html, request),
        "icon_paths": icons(),
        "has_asset": assets().__contains__,
        "visitor": visitor,
        "is_open": is_open,
        "fhir_url": fhir_url,
        "here": request.url.path,
        "audience": whose,
        "look": look,
        "density": _density(look, whose),
        "places": tuple(one for one in navigation.of(whose, "place") if cares or not one.is_care),
        "tools": navigation.of(whose, "tool"),
        "near": [one for one in navigation.of(whose, "place") if one.near] if whose == "patient" else [],
        "hidden_ways": navigation.of(whose, "hidden"),
        "here_section": navigation.here(whose, request.url.path),
        "has_keys": whose in _DENSE,
    }


def _density(look: Look, audience: Audience) -> str:
    return look.density or ("dense" if audience in _DENSE else "roomy")


def _sayer(prefix: str, language: Language) -> Callable[..., str]:
    def say(key: str, **fields: object) -> str:
        return text(f"{prefix}{key}", fields, language)

    return say
