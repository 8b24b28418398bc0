"""What pages of the house file share: words, whose file of whom, and how a document stands in the record."""

from __future__ import annotations

from dataclasses import dataclass

from seve.fhir import Resource
from seve.fhir.house_documents import filed
from seve.sdk import Standing, Visit, wording
from seve.sdk.banners import banner, subject
from seve.sdk.kit import Banner
from seve.solutions.house_file import model, queries

PACKAGE = "solutions/house_file"
BASE = "/house-file"
_DONE = frozenset({"added", "replaced", "shared", "withdrawn", "ruled"})
_TINTS = {"none": "still", "shared": "calm", "newer": "sap", "masked": "still", "archived": "still"}
_ICONS = {"none": "", "shared": "check", "newer": "clock", "masked": "lock", "archived": "folder"}


@dataclass(frozen=True)
class Frame:
    """Of one patient's file at one organisation: `house` its name; what was just `done`, for a word of success."""

    id: str
    name: str
    house: str
    banner: Banner
    done: str


@dataclass(frozen=True, slots=True)
class Line:
    """A document as it is listed: `state` in a word with its `tint` and `icon`, and `how` it came to it, in a sentence."""

    id: str
    title: str
    type: str
    day: str
    author: str
    state: str
    tint: str
    icon: str
    how: str
    is_current: bool


async def framed(visit: Visit) -> Frame:
    """Raises NotFound, NoHouse."""
    id_ = visit.path["patient"]
    house, found = await queries.organization(visit), await subject(visit.records, id_)
    return Frame(id_, wording.name_of(found.patient), house, banner(visit, found, f"{BASE}/{id_}"), done(visit))


def line(visit: Visit, document: Resource, standing: Standing, author: str) -> Line:
    """One document."""
    kind = model.kind_of(document)
    return Line(
        id=document["id"],
        title=document.get("description") or wording.coded(document.get("type")) or say(visit, "document.untitled"),
        type=say(visit, f"kinds.{kind}") if kind else wording.coded(document.get("type")),
        day=wording.day(filed(document)[:10], visit.language),
        author=author,
        state=say(visit, f"states.{standing.state}"),
        tint=_TINTS[standing.state],
        icon=_ICONS[standing.state],
        how=_how(visit, standing),
        is_current=document["status"] == "current",
    )


def done(visit: Visit) -> str:
    """A word of success after what was done."""
    said = visit.query.get("done", "")
    return say(visit, f"done.{said}") if said in _DONE else ""


def say(visit: Visit, key: str, **fields: object) -> str:
    """A sentence of this package."""
    return visit.say(f"{PACKAGE}.{key}", **fields)


def _how(visit: Visit, standing: Standing) -> str:
    sharing = standing.sharing
    if sharing is None:
        return ""
    name = sharing.name or say(visit, "document.somebody")
    return say(visit, f"document.by_{sharing.way}", day=wording.day(sharing.at[:10], visit.language), name=name)
