"""The ways through the site, as data: who sees which, in which order. A solution adds its own when the site is put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from starlette.requests import Request

from seve.kernel.texts import Language

Audience: TypeAlias = Literal["visitor", "patient", "professional", "hospital", "steering", "research", "maker"]
"""For whom a page is made: nobody signed in, or one of six kinds of people."""
Kind: TypeAlias = Literal["place", "tool", "hidden"]
"""A place to work in, a tool that stands apart from them, or a page that only the command palette leads to."""
PEOPLE: tuple[Audience, ...] = ("patient", "professional", "hospital", "steering", "research", "maker")
_OF_KIND: dict[str, Audience] = {
    "patient": "patient",
    "professional": "professional",
    "officer": "steering",
    "machine": "maker",
    "anyone": "visitor",
}


@dataclass(frozen=True, slots=True)
class Section:
    """`key` is that of its name, in full (`web.pages.nav_sharing`). `path` with `{fhir}` begins at the FHIR base. `letter` is what
    opens it after `g` on a keyboard. What is `near` stands at the thumb of a patient's phone, named by `<key>_short`; there is
    room for four. What `is_care` is for who takes care of patients. `about` says in each language what one does there, on the page that people begin at.
    """

    kind: Kind
    key: str
    path: str
    icon: str
    audiences: frozenset[Audience]
    letter: str = ""
    near: bool = False
    about: Mapping[Language, str] = field(default_factory=dict[Language, str], compare=False)
    is_care: bool = False

    def is_here(self, path: str) -> bool:
        """Whether a page belongs to it."""
        return path == self.path or (self.path != "/" and path.startswith(f"{self.path}/"))


def section(
    kind: Kind,
    name: str,
    path: str,
    *audiences: Audience,
    icon: str,
    letter: str = "",
    near: bool = False,
    is_care: bool = False,
) -> Section:
    """A section of our own, whose name is below `web.pages.nav_`."""
    return Section(kind, f"web.pages.nav_{name}", path, icon, frozenset(audiences), letter, near, is_care=is_care)


FIRST: tuple[Section, ...] = (
    section("place", "home", "/", *PEOPLE, icon="home", letter="a", near=True),
    section("place", "sign_in", "/signin", "visitor", icon="sign-in"),
)
"""Before what solutions add."""
SECTIONS: tuple[Section, ...] = (
    section("place", "sharing", "/sharing", "patient", icon="share"),
    section("place", "accesses", "/accesses", "patient", icon="eye"),
    section("place", "rights", "/rights", "patient", icon="rights"),
    section("place", "open_record", "/open-record", "professional", icon="folder", letter="o", is_care=True),
    section("place", "emergency", "/emergency", "professional", icon="urgent", letter="u", is_care=True),
    section("place", "identities", "/desk/identities", "hospital", icon="accounts", letter="i"),
    section("place", "desk", "/desk", "steering", icon="desk", letter="b"),
    section("hidden", "accounts", "/desk/accounts", "steering", icon="accounts", letter="c"),
    section("place", "api", "{fhir}/metadata?_pretty=true", "maker", icon="code"),
    section("tool", "kit", "/kit", "maker", icon="kit", letter="k"),
    section(
        "tool", "notifications", "/notifications", "patient", "professional", "hospital", "steering", icon="message"
    ),
    section(
        "tool", "security", "/security", "patient", "professional", "hospital", "steering", icon="shield", letter="s"
    ),
)


class Navigation:
    """All sections of a site."""

    def __init__(self, added: Iterable[Section] = ()) -> None:
        self.sections = (*FIRST, *added, *SECTIONS)

    def of(self, audience: Audience, *kinds: Kind) -> tuple[Section, ...]:
        """What one audience sees, in order."""
        return tuple(one for one in self.sections if one.kind in kinds and audience in one.audiences)

    def here(self, audience: Audience, path: str) -> Section | None:
        """The section that a page belongs to: the one with the longest path."""
        found = (one for one in self.of(audience, "place", "tool", "hidden") if one.is_here(path))
        return max(found, key=lambda one: len(one.path), default=None)


_OWN = Navigation()


def navigation_of(request: Request) -> Navigation:
    """That of the site a request came to."""
    found = getattr(getattr(request.scope.get("app"), "state", None), "navigation", None)
    return found if isinstance(found, Navigation) else _OWN


def audience_of(kind: str | None, *, is_open: bool) -> Audience:
    """Of a kind of principal or a role of a solution, None for nobody. A store without access control is a maker's."""
    if is_open:
        return "maker"
    return _OF_KIND[kind] if kind else "visitor"
