"""A telehealth tool as a DeviceDefinition: what its maker declares, what was checked of it, and how it stands in the register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

from seve.fhir import Resource
from seve.solutions.tool_register.model import codes
from seve.solutions.tool_register.model.addresses import is_address

Verdict: TypeAlias = Literal["declared", "seen", "refused"]
State: TypeAlias = Literal["declared", "published", "withdrawn"]
YEAR: Final = timedelta(days=365)
_EXTENSION: Final = "urn:seve:tools:"
_CURRENCY: Final = {"unit": "€", "system": "urn:iso:std:iso:4217", "code": "EUR"}
_VERDICTS: Final[Mapping[str, Verdict]] = {"seen": "seen", "refused": "refused"}
_STATES: Final[Mapping[str, State]] = {"published": "published", "withdrawn": "withdrawn"}


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof: its code of `codes.PROOFS`, its number, who issued it, until when it holds ("" without end), and what the check said
    of it when. `reason` is why it was refused. Days are ISO dates.
    """

    code: str
    number: str
    issuer: str = ""
    until: str = ""
    verdict: Verdict = "declared"
    checked: str = ""
    reason: str = ""

    def is_over(self, today: date) -> bool:
        """Whether its last day is past."""
        return bool(self.until) and self.until < today.isoformat()

    def holds(self, today: date) -> bool:
        """Whether it was seen, and holds still."""
        return self.verdict == "seen" and not self.is_over(today)


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool. `price` is what one professional pays a month, all taxes, in euros; None when nobody told. `maker` is a name, `maker_id` the id of its
    Organization or "". `declaration` is the id of the Task it comes from. Of the check: the day, for which body it was made, and when
    the next is due. `reason` is why it was withdrawn; `told` are the days of whose coming the maker was told.
    """

    name: str
    functions: tuple[str, ...] = ()
    price: Decimal | None = None
    terms: str = ""
    site: str = ""
    contact: str = ""
    about: str = ""
    proofs: tuple[Proof, ...] = ()
    maker: str = ""
    maker_id: str = ""
    state: State = "declared"
    checked: str = ""
    by: str = ""
    due: str = ""
    reason: str = ""
    withdrawn: str = ""
    told: tuple[str, ...] = ()
    declaration: str = ""
    id: str = ""
    version: str = ""

    def held(self, today: date) -> tuple[Proof, ...]:
        """The proofs that hold."""
        return tuple(one for one in self.proofs if one.holds(today))

    def is_recent(self, today: date) -> bool:
        """Whether it was checked within the last year, and its next check is not overdue."""
        return bool(self.checked) and self.checked >= (today - YEAR).isoformat() and self.due >= today.isoformat()

    def ends(self) -> tuple[str, ...]:
        """The days on which something of it runs out: its proofs, and the yearly check."""
        return tuple(
            sorted({*(one.until for one in self.proofs if one.until and one.verdict == "seen"), self.due} - {""})
        )


def tool_of(found: Resource) -> Tool:
    """From a DeviceDefinition, contained or of its own."""
    check, withdrawal = _parts(found, "check"), _parts(found, "withdrawal")
    price = _property(found, codes.PRICE["system"])
    manufacturer = found.get("manufacturerReference", {})
    return Tool(
        name=next((str(one["name"]) for one in found.get("deviceName", ())), ""),
        functions=tuple(filter(None, (_code(one["type"], codes.FUNCTION) for one in found.get("capability", ())))),
        price=next((Decimal(one["value"]) for one in price.get("valueQuantity", ()) if "value" in one), None),
        terms=next((str(one.get("text", "")) for one in price.get("valueCode", ())), ""),
        site=site if is_address(site := str(found.get("onlineInformation", ""))) else "",
        contact=next((str(one.get("value", "")) for one in found.get("contact", ())), ""),
        about=next((str(one.get("text", "")) for one in found.get("note", ())), ""),
        proofs=tuple(filter(None, map(_proof_of, found.get("property", ())))),
        maker=str(manufacturer.get("display", "") or found.get("manufacturerString", "")),
        maker_id=str(manufacturer.get("reference", "")).removeprefix("Organization/"),
        state=_state(found),
        checked=check.get("on", ""),
        by=check.get("by", ""),
        due=check.get("due", ""),
        reason=withdrawal.get("reason", ""),
        withdrawn=withdrawal.get("on", ""),
        told=tuple(str(one["valueDate"]) for one in found.get("extension", ()) if one["url"] == f"{_EXTENSION}told"),
        declaration=next(
            (str(one["value"]) for one in found.get("identifier", ()) if one.get("system") == codes.DECLARED_AS), ""
        ),
        id=str(found.get("id", "")),
        version=str(found.get("meta", {}).get("versionId", "")),
    )  # fmt: skip


def declared(tool: Tool) -> Resource:
    """What a Task holds of a tool: what was declared, and what the check said of its proofs."""
    made = _content(tool)
    made["id"] = "tool"
    if tool.maker and not tool.maker_id:
        made["manufacturerString"] = tool.maker
    return made


def entry(tool: Tool) -> Resource:
    """The entry of the register, with tags by which it is searched; of the proofs those that were seen."""
    seen = replace(tool, proofs=tuple(one for one in tool.proofs if one.verdict == "seen"))
    made = _content(seen)
    tags = [(codes.STATE, tool.state), *((codes.FUNCTION, one) for one in tool.functions)]
    tags += [(codes.PROOF, one.code) for one in seen.proofs]
    meta: dict[str, Any] = {"tag": [{"system": system, "code": code} for system, code in tags]}
    made["meta"] = meta
    made["identifier"] = [{"system": codes.DECLARED_AS, "value": tool.declaration}]
    made["extension"] = [*_standing(tool), *({"url": f"{_EXTENSION}told", "valueDate": one} for one in tool.told)]
    if tool.maker_id:
        made["manufacturerReference"] = {"reference": f"Organization/{tool.maker_id}", "display": tool.maker}
    elif tool.maker:
        made["manufacturerString"] = tool.maker
    if tool.id:
        made["id"] = tool.id
        meta["versionId"] = tool.version
    return made


def _standing(tool: Tool) -> list[dict[str, Any]]:
    check = (("on", "valueDate", tool.checked), ("by", "valueString", tool.by), ("due", "valueDate", tool.due))
    found = [_extension("check", check)]
    if tool.state == "withdrawn":
        found.append(
            _extension("withdrawal", (("on", "valueDate", tool.withdrawn), ("reason", "valueString", tool.reason)))
        )
    return found


def _content(tool: Tool) -> Resource:
    made: Resource = {
        "resourceType": "DeviceDefinition",
        "deviceName": [{"name": tool.name, "type": "user-friendly-name"}] if tool.name else [],
        "type": {"coding": [codes.TYPE]},
        "capability": [{"type": {"coding": [codes.coding(codes.FUNCTION, one)]}} for one in tool.functions],
        "property": [*_price(tool), *map(_property_of, tool.proofs)],
        "contact": [{"system": "email", "value": tool.contact, "use": "work"}] if tool.contact else [],
        "onlineInformation": tool.site,
        "note": [{"text": tool.about}] if tool.about else [],
    }
    return {name: value for name, value in made.items() if value}


def _price(tool: Tool) -> list[dict[str, Any]]:
    found: dict[str, Any] = {"type": {"coding": [codes.PRICE]}}
    if tool.price is not None:
        found["valueQuantity"] = [{"value": tool.price, **_CURRENCY}]
    if tool.terms:
        found["valueCode"] = [{"text": tool.terms}]
    return [found] if len(found) > 1 else []


def _property_of(proof: Proof) -> dict[str, Any]:
    parts = (
        ("number", "valueString", proof.number), ("issuer", "valueString", proof.issuer), ("until", "valueDate", proof.until),
        ("verdict", "valueCode", proof.verdict), ("checked", "valueDate", proof.checked), ("reason", "valueString", proof.reason),
    )  # fmt: skip
    return {"extension": [_extension("proof", parts)], "type": {"coding": [codes.coding(codes.PROOF, proof.code)]}}


def _proof_of(found: Mapping[str, Any]) -> Proof | None:
    code = _code(found["type"], codes.PROOF)
    if code not in codes.PROOFS:
        return None
    parts = _parts(found, "proof")
    return Proof(
        code,
        number=parts.get("number", ""),
        issuer=parts.get("issuer", ""),
        until=parts.get("until", ""),
        verdict=_VERDICTS.get(parts.get("verdict", ""), "declared"),
        checked=parts.get("checked", ""),
        reason=parts.get("reason", ""),
    )


def _extension(name: str, parts: Iterable[tuple[str, str, str]]) -> dict[str, Any]:
    return {
        "url": f"{_EXTENSION}{name}",
        "extension": [{"url": url, value: said} for url, value, said in parts if said],
    }


def _parts(found: Mapping[str, Any], name: str) -> dict[str, str]:
    """The parts of an extension by name; none when it is not there."""
    ours = (one for one in found.get("extension", ()) if one.get("url") == f"{_EXTENSION}{name}")
    return {
        part["url"]: str(value)
        for one in ours
        for part in one.get("extension", ())
        for key, value in part.items()
        if key.startswith("value")
    }


def _property(found: Resource, system: str) -> Mapping[str, Any]:
    return next((one for one in found.get("property", ()) if _code(one["type"], system)), {})


def _code(concept: Mapping[str, Any], system: str) -> str:
    return next((str(one.get("code", "")) for one in concept.get("coding", ()) if one.get("system") == system), "")


def _state(found: Resource) -> State:
    for one in found.get("meta", {}).get("tag", ()):
        if one.get("system") == codes.STATE and one.get("code") in _STATES:
            return _STATES[one["code"]]
    return "declared"
