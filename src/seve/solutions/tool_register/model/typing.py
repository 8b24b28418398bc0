"""A tool from what somebody typed in the form, or wrote in a row of a list: fields by name, and what to change of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from seve.solutions.tool_register.model.addresses import is_address
from seve.solutions.tool_register.model.codes import FUNCTIONS, PROOFS
from seve.solutions.tool_register.model.tools import Proof, Tool

_MOST: Final = {"name": 120, "terms": 200, "site": 300, "contact": 200, "about": 1_000, "number": 80, "issuer": 120}
PARTS: Final = ("number", "issuer", "until")
FIELDS: Final = ("name", "about", "functions", "price", "terms", "site", "contact")
PROOF_FIELDS: Final = tuple(f"{code}_{part}" for code in PROOFS for part in PARTS)
_MAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_PRICE: Final = re.compile(r"[0-9]{1,5}(?:[.,][0-9]{1,2})?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HIGHEST_YEAR: Final = 2100


def typed(all_: Callable[[str], Sequence[str]]) -> tuple[Tool, dict[str, str]]:
    """The tool as far as it could be read, and what is wrong by field: keys of `problems.`. `all_` gives all values of a field."""
    problems = dict[str, str]()
    said = {name: _line(all_, name) for name in FIELDS if name != "functions"}
    tool = Tool(
        name=said["name"],
        functions=tuple(one for one in FUNCTIONS if one in all_("functions")),
        price=price_of(said["price"]),
        terms=said["terms"],
        site=said["site"],
        contact=said["contact"],
        about=said["about"],
        proofs=tuple(filter(None, (_proof(all_, code, problems) for code in PROOFS))),
    )
    return tool, {**_wrong(tool, said), **problems}


def values(tool: Tool) -> tuple[tuple[str, str], ...]:
    """A tool as the fields of the form: what `typed` reads."""
    price = "" if tool.price is None else f"{tool.price:f}".replace(".", ",")
    plain = (
        ("name", tool.name), ("about", tool.about), ("price", price), ("terms", tool.terms), ("site", tool.site),
        ("contact", tool.contact),
    )  # fmt: skip
    functions = tuple(("functions", one) for one in tool.functions)
    proofs = ((f"{one.code}_{part}", str(getattr(one, part))) for one in tool.proofs for part in PARTS)
    return (*plain, *functions, *proofs)


def lacking(tool: Tool) -> tuple[str, ...]:
    """The fields that are missing or wrong in what was declared, which need not have come through the form."""
    pairs = values(tool)
    return tuple(typed(lambda name: [value for key, value in pairs if key == name])[1])


def price_of(written: str) -> Decimal | None:
    """“29,90” or “29.90” as euros; None for anything else."""
    bare = written.removesuffix("€").strip()
    try:
        return Decimal(bare.replace(",", ".")) if _PRICE.fullmatch(bare) else None
    except InvalidOperation:
        return None


def day_of(written: str) -> date | None:
    """A whole day (2027-03-01); None for anything else."""
    try:
        found = date.fromisoformat(written) if _DAY.fullmatch(written) else None
    except ValueError:
        return None
    return found if found and found.year <= _HIGHEST_YEAR else None


def _wrong(tool: Tool, said: Mapping[str, str]) -> dict[str, str]:
    checks = (
        ("name", not tool.name, "name"),
        ("functions", not tool.functions, "functions"),
        ("price", tool.price is None, "price"),
        ("site", not is_address(tool.site), "site"),
        ("contact", bool(tool.contact) and not _MAIL.fullmatch(tool.contact), "contact"),
    )
    found = {field: problem for field, is_wrong, problem in checks if is_wrong}
    return found | {name: "long" for name, text in said.items() if len(text) > _MOST.get(name, 20)}


def _proof(all_: Callable[[str], Sequence[str]], code: str, problems: dict[str, str]) -> Proof | None:
    number, issuer, until = (_line(all_, f"{code}_{part}") for part in PARTS)
    if not (number or issuer or until):
        return None
    if not number:
        problems[f"{code}_number"] = "number"
    if until and day_of(until) is None:
        problems[f"{code}_until"] = "day"
    for part, text in (("number", number), ("issuer", issuer)):
        if len(text) > _MOST[part]:
            problems[f"{code}_{part}"] = "long"
    return Proof(code, number, issuer, until)


def _line(all_: Callable[[str], Sequence[str]], name: str) -> str:
    """What was typed on one line, without characters that nobody sees."""
    bare = "".join(one if one.isprintable() else " " for one in next(iter(all_(name)), ""))
    return " ".join(bare.split())
