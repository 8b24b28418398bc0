"""The parameters of `AuditEvent` searches (R4, and IHE ITI-81), as tests of rendered events, and as the keys that lead to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from seve.engine.audit.refusals import InvalidTrailValue, UnsupportedTrailParameter
from seve.fhir import Resource
from seve.fhir.search.dates import moment
from seve.kernel.identifiers import first_vid_of
from seve.store.audit.reading import Wanted

Test: TypeAlias = Callable[[Resource], bool]

_PREFIXES = ("eq", "ge", "le", "gt", "lt")
_COUNT_MOST = 1_000
PRESENTATION = frozenset({"_format", "_pretty", "_page"})


@dataclass(slots=True)
class Asked:
    """A search: where to look, what to test, how much to show."""

    wanted: Wanted = field(default_factory=Wanted)
    tests: list[Test] = field(default_factory=list[Test])
    count: int = 20
    id: str = ""
    is_for_patients: bool = False


def asked(pairs: Sequence[tuple[str, str]], *, base_url: str) -> Asked:
    """The search that parameters tell. Raises UnsupportedTrailParameter, InvalidTrailValue."""
    found = Asked()
    for name, value in pairs:
        if name in PRESENTATION:
            continue
        if name == "_count":
            found.count = _count(value)
        elif name in ("date", "_lastUpdated"):
            found.wanted = _dated(found.wanted, name, value)
        elif name == "_id":
            found.id = value
            found.tests.append(_id_test(value.split(",")))
        elif name in _REFERENCES:
            _add_reference(found, name, value, base_url=base_url)
        elif name in _VALUES:
            found.tests.append(_value_test(_VALUES[name], value))
        else:
            raise UnsupportedTrailParameter(name=name, names=", ".join(SUPPORTED), expression=f"http.{name}")
    return found


def _id_test(ids: Sequence[str]) -> Test:
    return lambda event: event["id"] in ids


def _count(value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise InvalidTrailValue(name="_count", value=value, expected="0 … 1000", expression="http._count")
    return min(int(value), _COUNT_MOST)


def _dated(wanted: Wanted, name: str, value: str) -> Wanted:
    """A narrower span. The trail is dated to the millisecond."""
    prefix, text = (value[:2], value[2:]) if value[:2] in _PREFIXES else ("eq", value)
    try:
        lo, hi = (first_vid_of(-(-edge // 1_000)) for edge in moment(text.replace(" ", "+")))
    except ValueError as error:
        expected = "[eq|ge|le|gt|lt]2026-01-31T08:00:00Z"
        raise InvalidTrailValue(name=name, value=value, expected=expected, expression=f"http.{name}") from error
    since = {"eq": lo, "ge": lo, "gt": hi}.get(prefix, wanted.since)
    until = {"eq": hi, "le": hi, "lt": lo}.get(prefix, wanted.until)
    return replace(wanted, since=max(wanted.since, since), until=min(wanted.until, until))


def _add_reference(found: Asked, name: str, value: str, *, base_url: str) -> None:
    references = tuple(_reference(name, one, base_url=base_url) for one in value.split(","))
    wanted = {"patient": "patients", "entity": "entities", "agent": "agents"}.get(name)
    if wanted == "patients":
        found.wanted = replace(found.wanted, patients=found.wanted.patients or references)
    elif wanted == "entities":
        found.wanted = replace(found.wanted, entities=found.wanted.entities or references)
    elif wanted == "agents":
        found.wanted = replace(found.wanted, agents=found.wanted.agents or references)
    paths = _REFERENCES[name]
    found.tests.append(lambda event: any(_bare(one) in references for one in paths(event)))


def _reference(name: str, value: str, *, base_url: str) -> str:
    text = value.removeprefix(f"{base_url}/") if base_url else value
    if name == "patient" and "/" not in text:
        text = f"Patient/{text}"
    if "/" not in text and name != "source":
        raise InvalidTrailValue(name=name, value=value, expected="Type/id", expression=f"http.{name}")
    return _bare(text)


def _bare(reference: str) -> str:
    return reference.partition("/_history/")[0]


def _value_test(paths: Callable[[Resource], Iterator[tuple[str, str]]], value: str) -> Test:
    wanted = [tuple(one.rpartition("|")) for one in value.split(",")]
    return lambda event: any(_is_token(found, one) for found in paths(event) for one in wanted)


def _is_token(found: tuple[str, str], wanted: tuple[str, ...]) -> bool:
    """`code`, `system|code`, `|code` (no system), `system|`."""
    system, bar, code = wanted
    return (not bar or found[0] == system) and (found[1] == code or (bool(bar) and not code))


def _codings(*found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for one in found:
        yield one.get("system", ""), one.get("code", "")


def _concepts(concepts: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for concept in concepts:
        yield from _codings(*concept.get("coding", ()))
        if "text" in concept:
            yield "", concept["text"]


def _purposes(event: Resource) -> Iterator[tuple[str, str]]:
    yield from _concepts(event.get("purposeOfEvent", ()))
    for agent in event["agent"]:
        yield from _concepts(agent.get("purposeOfUse", ()))


def _of_agents(name: str) -> Callable[[Resource], Iterator[tuple[str, str]]]:
    return lambda event: (pair for agent in event["agent"] for pair in _concepts(agent.get(name, ())))


def _whos(event: Resource) -> Iterator[str]:
    return (agent.get("who", {}).get("reference", "") for agent in event["agent"])


def _whats(event: Resource) -> Iterator[str]:
    return (entity.get("what", {}).get("reference", "") for entity in event.get("entity", ()))


def _patients(event: Resource) -> Iterator[str]:
    return (one for one in (*_whats(event), *_whos(event)) if one.startswith("Patient/"))


def _sources(event: Resource) -> Iterator[str]:
    observer = event["source"].get("observer", {})
    yield from (observer.get("reference", ""), observer.get("identifier", {}).get("value", ""))


_REFERENCES: Mapping[str, Callable[[Resource], Iterator[str]]] = {
    "patient": _patients,
    "agent": _whos,
    "entity": _whats,
    "source": _sources,
}
_VALUES: Mapping[str, Callable[[Resource], Iterator[tuple[str, str]]]] = {
    "type": lambda event: _codings(event["type"]),
    "subtype": lambda event: _codings(*event.get("subtype", ())),
    "action": lambda event: iter([("", event.get("action", ""))]),
    "outcome": lambda event: iter([("", event.get("outcome", ""))]),
    "purpose": _purposes,
    "agent-role": _of_agents("role"),
    "address": lambda event: iter([("", a.get("network", {}).get("address", "")) for a in event["agent"]]),
    "entity-type": lambda event: _codings(*(e["type"] for e in event.get("entity", ()) if "type" in e)),
    "entity-role": lambda event: _codings(*(e["role"] for e in event.get("entity", ()) if "role" in e)),
}
SUPPORTED = sorted(["_id", "_count", "_lastUpdated", "date", *_REFERENCES, *_VALUES])
"""The parameters that the trail is searched by."""
