"""Small reads from the elements of a document."""

from __future__ import annotations

from typing import Any

from seve.france.cda.document import Code, Id
from seve.france.cda.parsing import IN
from seve.france.cda.refusals import wrong
from seve.france.cda.times import date_time


def child(element: Any, path: str) -> Any | None:
    """The first element at a path of local names, `patientRole/patient`."""
    return element.find("/".join(IN + name for name in path.split("/")))


def children(element: Any, path: str) -> list[Any]:
    """All elements at a path."""
    return element.findall("/".join(IN + name for name in path.split("/")))


def needed(element: Any, path: str) -> Any:
    """The first element at a path. Raises CdaWrong when there is none."""
    found = child(element, path)
    if found is None:
        raise wrong("missing", element, name=path)
    return found


def text_of(element: Any | None) -> str:
    """All text inside, its white space made single; empty for None."""
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def code_of(element: Any | None) -> Code | None:
    """A coded value, None when it has no code."""
    if element is None or not element.get("code"):
        return None
    return Code(element.get("codeSystem", ""), element.get("code", ""), element.get("displayName", ""))


def id_of(element: Any | None) -> Id | None:
    """An identifier, None when it has no root."""
    if element is None or not element.get("root"):
        return None
    return Id(element.get("root", ""), element.get("extension", ""))


def time_of(element: Any | None) -> str:
    """A timestamp as FHIR dateTime, empty without value. Raises CdaWrong when there is a value that is none."""
    value = element.get("value", "") if element is not None else ""
    if not value:
        return ""
    found = date_time(value)
    if found is None:
        raise wrong("time", element, value=value[:40])
    return found


def period_of(element: Any | None) -> tuple[str, str]:
    """Start and end of an interval; a moment is both."""
    if element is None:
        return "", ""
    moment = time_of(element)
    return (moment, moment) if moment else (time_of(child(element, "low")), time_of(child(element, "high")))
