"""Whether an act at a distance is paid, how, and why: rules by date, each with its source (rows T02 to T04 of the inventory).

The sources end in June 2020: a decision after that says so (`is_dated` False) instead of passing an old rule off as today's.
A rule's amounts are those that its source states; where it says “as a visit”, no amount is made up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from seve.france.remote.acts import Act

Paid: TypeAlias = Literal["yes", "no", "pending", "unknown"]
Cover: TypeAlias = Literal["none", "as_visit", "whole", "fixed"]
RuleSet: TypeAlias = Literal["in_force", "proposition_7"]
SOURCES_END: Final = date(2020, 7, 1)
DECREE: Final = date(2020, 3, 10)
"""Decree 2020-227: signed on the 9th, published on the 10th, by the inventory's hypothesis (C06): it holds from the 10th."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a rule asks. None: nobody said. `number` counts such acts of this year between the same two, this one included."""

    knows_patient: bool | None = None
    is_in_pathway: bool | None = None
    has_report: bool | None = None
    level: int = 1
    number: int = 1


@dataclass(frozen=True, slots=True)
class Decision:
    """`reason` is a key of the sentences that tell it; `rule` and `source` say by what. `amount` in euros where the source states one."""

    paid: Paid
    cover: Cover
    reason: str
    rule: str
    source: str
    amount: Decimal | None = None
    is_dated: bool = True


Judge: TypeAlias = Callable[[Circumstances], tuple[Paid, Cover, str]]


@dataclass(frozen=True, slots=True)
class Rule:
    """It holds from `since` until `until` (the day after the last)."""

    id: str
    act: Act
    since: date
    until: date | None
    source: str
    judge: Judge
    amounts: Mapping[int, Decimal] = field(default_factory=dict)


def _not_yet(_: Circumstances) -> tuple[Paid, Cover, str]:
    return "no", "none", "before_common_tariff"


def _conditions(circumstances: Circumstances) -> tuple[Paid, Cover, str]:
    """In the pathway, and seen within twelve months."""
    asked = (circumstances.is_in_pathway, circumstances.knows_patient)
    if False in asked:
        return "no", "none", "not_in_pathway" if circumstances.is_in_pathway is False else "not_known"
    if None in asked:
        return "unknown", "none", "conditions_unknown"
    return "yes", "as_visit", "conditions_met"


def _waived(_: Circumstances) -> tuple[Paid, Cover, str]:
    return "yes", "as_visit", "conditions_waived"


def _whole(_: Circumstances) -> tuple[Paid, Cover, str]:
    return "yes", "whole", "whole_cover"


def _linked_to_report(circumstances: Circumstances) -> tuple[Paid, Cover, str]:
    """Proposition 7: no prior knowledge asked, paid as a visit, once the record has the report."""
    if not circumstances.has_report:
        return "pending", "as_visit", "report_awaited"
    return "yes", "as_visit", "report_filed"


_MOST_A_YEAR: Final = {1: 4, 2: 2}


def _expertise(circumstances: Circumstances) -> tuple[Paid, Cover, str]:
    """Four a year at the first level, two at the second, between a physician and a patient."""
    most = _MOST_A_YEAR.get(circumstances.level)
    if most is None:
        return "unknown", "none", "no_such_level"
    if circumstances.number > most:
        return "no", "none", "over_the_year"
    return "yes", "fixed", "expertise"


_EXPERTISE: Final = MappingProxyType({1: Decimal(12), 2: Decimal(20)})
RULES: Final[Mapping[RuleSet, tuple[Rule, ...]]] = MappingProxyType(
    {
        "in_force": (
            Rule("TLC-0", "teleconsultation", date.min, date(2018, 9, 15), "T02", _not_yet),
            Rule("TLC-1", "teleconsultation", date(2018, 9, 15), DECREE, "T02", _conditions),
            Rule("TLC-2", "teleconsultation", DECREE, date(2020, 3, 18), "T02, row 19, C06", _waived),
            Rule("TLC-3", "teleconsultation", date(2020, 3, 18), None, "T02, row 19", _whole),
            Rule("TLE-1", "teleexpertise", date.min, None, "T04", _expertise, _EXPERTISE),
        ),
        "proposition_7": (
            Rule("P7", "teleconsultation", date.min, None, "T03", _linked_to_report),
            Rule("TLE-1", "teleexpertise", date.min, None, "T04", _expertise, _EXPERTISE),
        ),
    }
)
"""`proposition_7` is what a report proposes, not what is in force."""


def tariff(act: Act, day: date, circumstances: Circumstances, *, rules: RuleSet = "in_force") -> Decision:
    """Whether and how an act of a day is paid. An act that no rule knows is `unknown`, with that as the reason."""
    found = next((one for one in RULES[rules] if one.act == act and _holds(one, day)), None)
    if found is None:
        return Decision("unknown", "none", "no_rule", "", "")
    paid, cover, reason = found.judge(circumstances)
    amount = found.amounts.get(circumstances.level) if paid == "yes" else None
    return Decision(paid, cover, reason, found.id, found.source, amount, is_dated=day < SOURCES_END)


def _holds(rule: Rule, day: date) -> bool:
    return rule.since <= day and (rule.until is None or day < rule.until)
