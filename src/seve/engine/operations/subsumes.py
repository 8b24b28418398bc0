"""CodeSystem/$subsumes: whether one code is above another (R4, CodeSystem-subsumes)."""

from __future__ import annotations

from seve.engine.operations.registry import Call, Operation
from seve.engine.terminology import asking
from seve.engine.terminology.asking import AskedCode
from seve.fhir import Resource
from seve.fhir.terminology.subsumption import subsumes


async def run(call: Call) -> Resource:
    """`equivalent`, `subsumes`, `subsumed-by` or `not-subsumed`. Raises UnknownCode, UnknownCodeSystem, NoSubsumption."""
    a, b = _asked(call, "A"), _asked(call, "B")
    sources = call.engine.terminology.sources()
    system, version = a.system or call.one("system", ""), a.version or call.one("version", "")
    if b.system and b.system != system:
        return _answered("not-subsumed")
    concepts = await asking.code_system(call, sources, system, version=version)
    return _answered(await subsumes(concepts, a.code, b.code))


def _asked(call: Call, side: str) -> AskedCode:
    if coding := call.one(f"coding{side}"):
        return asking.of_coding(coding)
    code = call.one(f"code{side}")
    if not code:
        raise asking.ParametersMissing(names=f"code{side}, coding{side}")
    return AskedCode(call.one("system", ""), code, call.one("version", ""))


def _answered(outcome: str) -> Resource:
    return asking.parameters(asking.part("outcome", valueCode=outcome))


OPERATIONS = (Operation("http://hl7.org/fhir/OperationDefinition/CodeSystem-subsumes", run),)
