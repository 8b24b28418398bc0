"""Limited retention: rules as data, and a purge that says in the trail what it took, by which rule, and how much."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from typing import TYPE_CHECKING, Any, get_args

import msgspec

from seve.store.audit.acts import Act
from seve.store.rights import retention as stored
from seve.store.rights.retention import Past, What

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.fhir.definitions import Definitions
    from seve.kernel.texts import Language

_BATCH = 1_000
_COUNTED = 1_000_000


@dataclass(frozen=True, slots=True)
class Rule:
    """`types` are resource types, or "*" for all of patients' records; what they mean is said in `retention.toml`."""

    name: str
    what: What
    types: tuple[str, ...]
    days: int
    ground_fr: str
    ground_en: str

    def ground(self, language: Language) -> str:
        """The legal ground, in words."""
        return self.ground_en if language == "en" else self.ground_fr


@dataclass(frozen=True, slots=True)
class Due:
    """What a rule takes: versions, of so many patients."""

    rule: Rule
    versions: int
    patients: int


def shipped() -> str:
    """The rules that Sève comes with."""
    return resources.files("seve.engine.rights.rules").joinpath("retention.toml").read_text(encoding="utf-8")


def read(text: str, definitions: Definitions) -> list[Rule]:
    """The rules of a file. Raises ValueError that names the rule which can't be applied."""
    return [_rule(entry, definitions) for entry in tomllib.loads(text).get("rule", ())]


async def due(engine: Engine, rules: list[Rule], *, at: datetime) -> list[Due]:
    """What each rule would take at a date, one rule after the other; nothing is removed. A million is the most that is counted."""
    async with engine.database.pool.acquire() as connection:
        found = [
            (rule, await stored.past(connection, rule.what, list(rule.types), before=_bound(rule, at), most=_COUNTED))
            for rule in rules
        ]
    taken, told = set[int](), list[Due]()
    for rule, past in found:
        told.append(Due(rule, len(set(past.vids) - taken), len(past.patients)))
        taken |= set(past.vids)
    return told


async def purge(engine: Engine, rules: list[Rule], *, at: datetime, by: str) -> list[Due]:
    """Removes what is due at a date, a thousand versions a transaction, each with the entry that tells it."""
    return [await _purge(engine, rule, at=at, by=by) for rule in rules]


async def _purge(engine: Engine, rule: Rule, *, at: datetime, by: str) -> Due:
    versions, patients = 0, set[int]()
    while True:
        async with engine.writing(locks=[]) as writing:
            before = _bound(rule, at)
            past = await stored.past(writing.connection, rule.what, list(rule.types), before=before, most=_BATCH)
            if past.vids:
                counts = await stored.remove(writing.connection, past.vids)
                await writing.write([], acts=[_act(rule, past, counts, before=before, by=by)])
        versions, patients = versions + len(past.vids), patients | set(past.patients)
        if len(past.vids) < _BATCH:
            return Due(rule, versions, len(patients))


def _bound(rule: Rule, at: datetime) -> datetime:
    return at - timedelta(days=rule.days)


def _act(rule: Rule, past: Past, counts: Counter[str], *, before: datetime, by: str) -> Act:
    told = {"rule": rule.name, "before": before.isoformat(timespec="seconds"), "versions": dict(sorted(counts.items()))}
    return Act(
        interaction="retention",
        action="D",
        agent="Device/seve",
        display=by,
        patient_keys=past.patients,
        basis=rule.ground_fr,
        detail=msgspec.json.encode(told).decode(),
    )


def _rule(entry: dict[str, Any], definitions: Definitions) -> Rule:
    try:
        given: dict[str, Any] = {**entry, "types": tuple(entry["types"])}
        rule = Rule(**given)
    except (KeyError, TypeError) as error:
        raise ValueError(f"retention: the rule {entry.get('name', '?')} lacks something: {error}") from error
    unknown = [type_ for type_ in rule.types if type_ != "*" and type_ not in definitions.resource_types]
    if unknown or rule.what not in get_args(What) or rule.days < 1 or not (rule.ground_fr and rule.ground_en):
        raise ValueError(f"retention: the rule {rule.name} can't be applied: types, what, days or ground")
    return rule
