"""A unit with its beds, through time; and the form by which its staff keep the figures up to date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from seve.fhir import Resource
from seve.france.capacity import Figure, figures
from seve.kernel.refusals import Refusal
from seve.sdk import Again, Changed, To, View, Visit
from seve.solutions.directory_search import actions
from seve.solutions.directory_search.actions import MoreThanThereAre, NotACount
from seve.solutions.directory_search.model.cards import STALE_HOURS, Card, managed_by
from seve.solutions.directory_search.queries import details
from seve.solutions.directory_search.queries.details import Moment

_COUNTS = ("total", "free", "closed")


@dataclass(frozen=True)
class Unit(View):
    """A unit, with its figures through time; `is_own`: the visitor may tell new ones."""

    template: ClassVar[str] = "unit.html"
    card: Card
    history: tuple[Moment, ...]
    is_own: bool
    names_are_shown: bool
    now: object
    stale_hours: int
    done: str


@dataclass(frozen=True)
class Mine(View):
    """The units that the visitor's organisation keeps."""

    template: ClassVar[str] = "mine.html"
    units: tuple[Card, ...]
    now: object
    stale_hours: int


@dataclass(frozen=True)
class Told(View):
    """The form for one nature of a unit. When somebody was quicker, `theirs` is what they told and `typed` what was typed here."""

    template: ClassVar[str] = "tell.html"
    card: Card
    nature: str
    natures: tuple[str, ...]
    version: str
    typed: dict[str, str]
    wrong: str
    theirs: Figure | None


async def show(visit: Visit) -> Unit:
    """The unit, for anyone."""
    location, card, history = await details.unit(visit.records, visit.path["id"])
    return Unit(
        card=card,
        history=history,
        is_own=visit.visitor.role == "professional" and managed_by(location) == visit.visitor.organization,
        names_are_shown=visit.visitor.role == "professional",
        now=visit.now,
        stale_hours=int(STALE_HOURS),
        done=visit.query.get("done", ""),
    )


async def mine(visit: Visit) -> Mine:
    """Which units there are to tell of."""
    return Mine(await details.units_of(visit.records, visit.visitor.organization), visit.now, int(STALE_HOURS))


async def form(visit: Visit) -> Told:
    """The form, with the present figures. Raises NotYourUnit."""
    location, card, _ = await details.unit(visit.records, visit.path["id"])
    actions.check_staff(location, visit.visitor.organization)
    figure = _figure(location, visit.query.get("nature", ""))
    typed = {name: "" if (count := getattr(figure, name)) is None else str(count) for name in _COUNTS}
    return _told(card, location, figure, typed=typed)


async def tell(visit: Visit) -> To | Again:
    """New figures; what somebody else told meanwhile is shown beside them, and nothing is overwritten. Raises NotYourUnit."""
    location, card, _ = await details.unit(visit.records, visit.path["id"])
    actions.check_staff(location, visit.visitor.organization)
    figure = _figure(location, visit.form["nature"])
    typed = {name: visit.form[name] for name in _COUNTS}
    try:
        await actions.tell(
            visit.records,
            location,
            version=visit.form["version"],
            nature=figure.nature,
            typed=typed,
            by=visit.visitor.acts_as,
            now=visit.now,
        )
    except (NotACount, MoreThanThereAre, Changed) as problem:
        return Again(_told(card, location, figure, typed=typed, shown=visit.form["version"], problem=problem), problem)
    return To(f"/beds/{location['id']}", {"done": "told"})


def _figure(location: Resource, nature: str) -> Figure:
    """The figure of a nature; the first when that is not there."""
    found = figures(location)
    return next((one for one in found if one.nature == nature), found[0])


def _told(
    card: Card,
    location: Resource,
    figure: Figure,
    *,
    typed: dict[str, str],
    shown: str = "",
    problem: Refusal | None = None,
) -> Told:
    is_late = isinstance(problem, Changed)
    return Told(
        card=card,
        nature=figure.nature,
        natures=tuple(one.nature for one in card.figures),
        version=shown if shown and not is_late else location["meta"]["versionId"],
        typed=typed,
        wrong=problem.issues[0].expression if problem is not None and not is_late else "",
        theirs=figure if is_late else None,
    )
