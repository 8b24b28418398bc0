"""One request of one visitor to a page of a solution, and what a page answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from seve.kernel.refusals import Refusal
from seve.kernel.texts import Language, text
from seve.sdk.refusals import NotForYou

if TYPE_CHECKING:
    from datetime import datetime

    from seve.sdk.admissions import Admissions
    from seve.sdk.agendas import Agendas
    from seve.sdk.asks import Asks
    from seve.sdk.chores import Doors
    from seve.sdk.houses import Houses
    from seve.sdk.manifest import Role
    from seve.sdk.records import Records
    from seve.sdk.sockets import Rooms
    from seve.web.signin.forms import Form
    from seve.web.uploads import Sent

Method: TypeAlias = Literal["GET", "POST"]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks; role `anyone` and all else "" for who did not sign in. `acts_as` is the reference they act as ("Patient/1", "PractitionerRole/3"; "" for an officer), `person` and
    `organization` references or "", `profession` a code of TRE_G15 or "". `related` are the RelatedPersons through whom they
    act for somebody else.
    """

    role: Role
    name: str
    acts_as: str
    person: str
    organization: str
    profession: str
    related: tuple[str, ...]


NOBODY = Visitor(role="anyone", name="", acts_as="", person="", organization="", profession="", related=())
"""A visitor who did not sign in."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A request: `path` holds the places of the page's path, `query` the last value of each parameter, `form` the fields of a
    POST (empty otherwise; they came from our own page) and `files` by field. `doors` also tell people and
    ask for work. `now` is the time of the request, `rooms` are those in which visitors of the solution meet at once, `asked` all
    parameters of its address in order, and `linked` the reference that a signed link is for ("" on other pages).
    """

    visitor: Visitor
    language: Language
    doors: Doors
    now: datetime
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Form
    files: Mapping[str, Sent]
    rooms: Rooms
    asked: tuple[tuple[str, str], ...] = ()
    linked: str = ""
    desk_doors: Doors | None = None

    @property
    def desk(self) -> Doors:
        """The doors under the platform's own grant, for what an officer administers: lists, states, never what a record says. Within
        the types of the manifest. Raises NotForYou for anybody else.
        """
        if self.desk_doors is None:
            raise NotForYou
        return self.desk_doors

    @property
    def site(self) -> str:
        """The address of the site, for links that are read elsewhere."""
        return self.doors.links.site

    @property
    def records(self) -> Records:
        """The records, under the visitor's grant."""
        return self.doors.records

    @property
    def agendas(self) -> Agendas:
        """Free times, and the deeds on appointments."""
        return self.doors.agendas

    @property
    def asks(self) -> Asks:
        """Requests that several may take over."""
        return self.doors.asks

    @property
    def houses(self) -> Houses:
        """The own file of the organisation that the visitor acts for."""
        return self.doors.houses

    @property
    def admissions(self) -> Admissions:
        """The admissions office of a hospital."""
        return self.doors.admissions

    def told(self, refusal: Refusal) -> str:
        """What a refusal says, in the visitor's language."""
        return " ".join(issue.text(self.language) for issue in refusal.issues)

    def say(self, key: str, **fields: object) -> str:
        """A sentence of the package that the key names (`solutions/shared_record.pages.title`)."""
        return text(key, fields, self.language)


class View:
    """What a page shows. Subclasses are frozen dataclasses, whose fields the template finds by name."""

    template: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


@dataclass(frozen=True, slots=True)
class Again:
    """A form once more, with what was typed and what is wrong with it; the template finds `problem` (text) and `issues`."""

    view: View
    problem: Refusal


@dataclass(frozen=True, slots=True)
class To:
    """Onward to a page of the same solution, after a form (303). `path` begins with a slash; `query` holds no personal data."""

    path: str
    query: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A file to be shown or kept by the browser. `is_inline` only for what can't run: images, PDF, plain text."""

    data: bytes
    content_type: str
    name: str
    is_inline: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A view as PDF, for keeping. Its template is a page of its own that needs nothing from elsewhere: its style stands in it."""

    view: View
    name: str


Shown: TypeAlias = View | Again | To | Document | Paper
