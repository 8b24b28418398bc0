"""What the operations of a terminology share: which resource and which codes a call means, and the parameters it answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from seve.engine.refusals import Gone, NotFound
from seve.engine.terminology.sources import StoreSources
from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.fhir.terminology.composition import Composition, composition
from seve.fhir.terminology.concepts import Concepts
from seve.fhir.terminology.refusals import UnknownCodeSystem, UnknownValueSet
from seve.kernel.refusals import Refusal
from seve.kernel.texts import text

if TYPE_CHECKING:
    from seve.engine.operations.registry import Call


class ParameterNotSupported(Refusal):
    """The parameter asks for something that this server doesn't do. Field: `name`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "engine.terminology.parameter_not_supported"


class ParametersMissing(Refusal):
    """None of the parameters that would say what is meant was given. Field: `names`."""

    code: ClassVar[str] = "required"
    key: ClassVar[str] = "engine.terminology.parameters_missing"


@dataclass(frozen=True, slots=True)
class AskedCode:
    """A code that is asked about; `system` is "" where the coding names none."""

    system: str
    code: str
    version: str = ""
    display: str = ""


def refuse(call: Call, *names: str) -> None:
    """Raises ParameterNotSupported when one of the parameters was given."""
    for name in names:
        if call.parameters.get(name):
            raise ParameterNotSupported(name=name)


async def instance(call: Call) -> Resource:
    """The resource that the operation was called on. Raises NotFound, Gone."""
    stored = await call.engine.reads.read(call.grant, call.type, call.id)
    if stored is None:
        raise NotFound(type=call.type, id=call.id)
    if stored.body is None:
        raise Gone(type=call.type, id=call.id)
    return parse(stored.body.encode())


async def code_system(call: Call, sources: StoreSources, url: str, *, version: str = "") -> Concepts:
    """The code system that a call means: of the instance, of a resource in it, or by url. Raises UnknownCodeSystem."""
    if call.id:
        resource = await instance(call)
        url, version = resource.get("url", ""), resource.get("version", "")
    elif given := call.one("codeSystem"):
        url, version = given.get("url", ""), given.get("version", "")
    if not url:
        raise ParametersMissing(names="url, codeSystem, system")
    found = await sources.code_system(url, version)
    if found is None:
        raise UnknownCodeSystem(url=url, version=version)
    return found


async def value_set(call: Call, sources: StoreSources) -> Composition:
    """The value set that a call means: the instance, a resource in it, or by url. Raises UnknownValueSet."""
    if call.id:
        return composition(await instance(call))
    if given := call.one("valueSet"):
        return composition(given)
    url, version = call.one("url"), call.one("valueSetVersion")
    if not url:
        raise ParametersMissing(names="url, valueSet")
    canonical = f"{url}|{version}" if version else url
    found = await sources.value_set(canonical)
    if found is None:
        raise UnknownValueSet(canonical=canonical)
    return found


def given_resources(call: Call) -> list[Resource]:
    """The resources that came with a call."""
    return [call.one(name) for name in ("codeSystem", "valueSet") if call.one(name)]


def asked_codes(call: Call) -> list[AskedCode]:
    """The codes of `code`, `coding` or `codeableConcept`. Raises ParametersMissing when there is none."""
    found = list(_codes(call))
    if not found:
        raise ParametersMissing(names="code, coding, codeableConcept")
    return found


def _codes(call: Call) -> Iterator[AskedCode]:
    if code := call.one("code"):
        system = call.one("system") or call.one("url" if call.type == "CodeSystem" else "system", "")
        yield AskedCode(system, code, call.one("systemVersion", ""), call.one("display", ""))
    codings = [*call.parameters.get("coding", ())]
    for concept in call.parameters.get("codeableConcept", ()):
        codings += concept.get("coding", ())
    for coding in codings:
        if "code" in coding:
            yield of_coding(coding)


def of_coding(coding: Mapping[str, Any]) -> AskedCode:
    """A Coding as a code that is asked about."""
    return AskedCode(coding.get("system", ""), coding["code"], coding.get("version", ""), coding.get("display", ""))


def parameters(*given: dict[str, Any] | None) -> Resource:
    """A Parameters resource of those that are there."""
    return {"resourceType": "Parameters", "parameter": [parameter for parameter in given if parameter is not None]}


def part(name: str, **value: Any) -> dict[str, Any] | None:
    """A parameter with one value (`valueString="…"`); None when the value is empty."""
    [(key, content)] = value.items()
    return None if content in (None, "") else {"name": name, key: content}


def parts(name: str, inner: Iterable[dict[str, Any] | None]) -> dict[str, Any]:
    """A parameter with parts."""
    return {"name": name, "part": [one for one in inner if one is not None]}


def sentence(call: Call, key: str, **fields: object) -> str:
    """A message in the language that displays were asked in."""
    language = "fr" if str(call.one("displayLanguage", "")).casefold().startswith("fr") else "en"
    return text(f"engine.terminology.{key}", fields, language)
