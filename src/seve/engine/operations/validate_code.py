"""CodeSystem/$validate-code and ValueSet/$validate-code: whether a code exists, or belongs (R4, …-validate-code)."""

from __future__ import annotations

from dataclasses import dataclass

from seve.engine.operations.registry import Call, Operation
from seve.engine.terminology import asking
from seve.engine.terminology.asking import AskedCode, part
from seve.fhir import Resource
from seve.fhir.terminology.composition import Composition
from seve.fhir.terminology.concepts import Concept, Concepts, Sources, find
from seve.fhir.terminology.describing import described
from seve.fhir.terminology.displays import display, is_name
from seve.fhir.terminology.membership import among
from seve.fhir.terminology.pinning import PinnedSources
from seve.fhir.terminology.refusals import UnknownCodeSystem


@dataclass(frozen=True, slots=True)
class _Verdict:
    """`message` says what is wrong, "" when nothing is; `concept` is what is known of the code."""

    message: str
    concept: Concept | None = None
    language: str = ""


async def of_code_system(call: Call) -> Resource:
    """Whether one of the codes is in the code system, and has the display that came with it. Raises UnknownCodeSystem."""
    asking.refuse(call, "date")
    asked = asking.asked_codes(call)
    sources = call.engine.terminology.sources(given=asking.given_resources(call))
    url = call.one("url") or asked[0].system
    version = call.one("version") or asked[0].version
    concepts = await asking.code_system(call, sources, url, version=version)
    return _best(call, [await _in_system(call, concepts, code) for code in asked])


async def of_value_set(call: Call) -> Resource:
    """Whether one of the codes is in the value set, and has the display that came with it.

    Raises UnknownValueSet, and UnknownCodeSystem when the answer depends on a code system that isn't here.
    """
    asking.refuse(call, "date", "context")
    asked = asking.asked_codes(call)
    if not all(code.system for code in asked):
        raise asking.ParametersMissing(names="system")
    sources = call.engine.terminology.sources(given=asking.given_resources(call))
    value_set = await asking.value_set(call, sources)
    return _best(call, [await _in_value_set(call, sources, value_set, code) for code in asked])


async def _in_system(call: Call, concepts: Concepts, asked: AskedCode) -> _Verdict:
    url = concepts.header.url
    if asked.system not in ("", url):
        return _Verdict(asking.sentence(call, "other_system", code=asked.code, system=asked.system, url=url))
    concept = await find(concepts, asked.code)
    if concept is None:
        return _Verdict(asking.sentence(call, "no_such_code", code=asked.code, url=concepts.header.canonical))
    return _checked(call, asked, concept, language=concepts.header.resource.get("language", ""))


async def _in_value_set(call: Call, plain: Sources, value_set: Composition, asked: AskedCode) -> _Verdict:
    sources = PinnedSources(plain, default={asked.system: asked.version} if asked.version else {})
    coding = (asked.system, asked.code)
    verdicts = await among(sources, value_set, {coding})
    if coding in verdicts.undecided:
        raise UnknownCodeSystem(url=", ".join(sorted(verdicts.missing)), version="")
    if coding not in verdicts.members:
        shown = f"{asked.system}|{asked.code}"
        return _Verdict(asking.sentence(call, "not_a_member", coding=shown, canonical=value_set.canonical))
    concept = await described(sources, value_set, coding) or Concept(asked.code)
    concepts = await sources.code_system(asked.system)
    return _checked(call, asked, concept, language=concepts.header.resource.get("language", "") if concepts else "")


def _checked(call: Call, asked: AskedCode, concept: Concept, *, language: str) -> _Verdict:
    if concept.is_abstract and call.one("abstract") is False:
        return _Verdict(asking.sentence(call, "abstract", code=asked.code), concept, language)
    if asked.display and concept.display and not is_name(concept, asked.display):
        fields = {"code": asked.code, "given": asked.display, "display": concept.display}
        return _Verdict(asking.sentence(call, "wrong_display", **fields), concept, language)
    return _Verdict("", concept, language)


def _best(call: Call, verdicts: list[_Verdict]) -> Resource:
    best = next((v for v in verdicts if not v.message), verdicts[0])
    name = display(best.concept, call.one("displayLanguage", ""), own=best.language) if best.concept else ""
    return asking.parameters(
        part("result", valueBoolean=not best.message),
        part("message", valueString=best.message),
        part("display", valueString=name),
    )


OPERATIONS = (
    Operation("http://hl7.org/fhir/OperationDefinition/CodeSystem-validate-code", of_code_system),
    Operation("http://hl7.org/fhir/OperationDefinition/ValueSet-validate-code", of_value_set),
)
