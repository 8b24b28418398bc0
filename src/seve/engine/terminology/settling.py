"""The codes that validation could not decide in memory."""

from __future__ import annotations

from collections.abc import Sequence

from seve.fhir.terminology.concepts import Sources
from seve.fhir.terminology.definitions import member
from seve.fhir.terminology.refusals import TerminologyRefusal
from seve.fhir.validation.seams import PendingCode
from seve.kernel.refusals import Issue


async def settle(sources: Sources, pending: Sequence[PendingCode]) -> list[Issue]:
    """An issue for each coded element outside its value set, and one for each that nothing here can decide."""
    found = list[Issue]()
    for one in pending:
        answer = await _answer(sources, one)
        if answer is None:
            found.append(_unchecked(one))
        elif not answer:
            found.append(one.issue)
    return found


async def _answer(sources: Sources, pending: PendingCode) -> bool | None:
    answers = list[bool | None]()
    for system, code in pending.codings:
        try:
            answer = await member(sources, pending.value_set, system, code=code)
        except TerminologyRefusal:
            answer = None  # a value set that can't be used decides nothing
        if answer:
            return True
        answers.append(answer)
    return None if None in answers else False


def _unchecked(pending: PendingCode) -> Issue:
    severity = "warning" if pending.strength == "required" else "information"
    fields = {**pending.issue.fields}
    return Issue(severity, "not-supported", "fhir.terminology.unchecked", fields, pending.expression)
