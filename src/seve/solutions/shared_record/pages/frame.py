"""What all pages of one record have in common: whose it is, and the ways between its parts."""

from __future__ import annotations

from dataclasses import dataclass

from seve.fhir import Resource
from seve.sdk import Visit, wording
from seve.sdk.banners import banner, subject
from seve.sdk.kit import Banner, Tab
from seve.solutions.shared_record.model.entries import Entry, entry

PACKAGE = "solutions/shared_record"
BASE = "/shared-record"
_PARTS = (
    "overview",
    "timeline",
    "documents",
    "trends",
    "treatments",
    "problems",
    "allergies",
    "vaccines",
    "directives",
    "reimbursements",
)


@dataclass(frozen=True)
class Frame:
    """Of one record: `id` of the patient, the banner, the tabs; what was just `done`, for a word of success."""

    id: str
    name: str
    banner: Banner
    tabs: tuple[Tab, ...]
    is_own: bool
    may_care: bool
    done: str


async def framed(visit: Visit, part: str) -> Frame:
    """The frame of a page about the patient of the path. Raises NotFound."""
    id_ = visit.path["patient"]
    found = await subject(visit.records, id_)
    name = wording.name_of(found.patient)
    said = visit.query.get("done", "")
    return Frame(
        id=id_,
        name=name,
        banner=banner(visit, found, f"{BASE}/{id_}"),
        tabs=tuple(Tab(_say(visit, f"parts.{one}"), _link(id_, one), one == part) for one in _PARTS),
        is_own=visit.visitor.role == "patient",
        may_care=visit.visitor.role == "professional",
        done=_say(visit, f"done.{said}") if said in _DONE else "",
    )


def entries_of(visit: Visit, resources: tuple[Resource, ...]) -> tuple[Entry, ...]:
    """What to say of resources, in the visitor's language."""
    return tuple(entry(one, visit.language) for one in resources)


def _link(id_: str, part: str) -> str:
    return f"{BASE}/{id_}" if part == "overview" else f"{BASE}/{id_}/{part}"


def _say(visit: Visit, key: str, **fields: object) -> str:
    return visit.say(f"{PACKAGE}.{key}", **fields)


_DONE = frozenset(
    {
        "added",
        "replaced",
        "archived",
        "noted",
        "measured",
        "corrected",
        "ended",
        "confirmed",
        "opened",
        "closed",
        "restored",
        "announced",
        "stopped",
    }
)
