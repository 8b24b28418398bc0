"""Runs HL7's FHIRPath test suite for R4 (`tests-fhir-r4.xml` of FHIR/fhir-test-cases) against this engine.

`PYTHONPATH=src python -m tools.fhirpath_suite tests-fhir-r4.xml folder-of-inputs [another folder …]`

A case names its input as `patient-example.xml`; the file may lie there under that name or as `.json`. A case passes when its
expression gives what it says, both as it stands and compiled for the type of its input; one that is invalid, when it is refused,
compiled strictly for that type. Prints each case that doesn't, then the count; exits 1 when there is any.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any

from lxml import etree

from seve.fhir import path
from seve.fhir.codec import decode_xml
from seve.fhir.path.model import SYSTEM_STRING
from seve.fhir.path.types import type_info
from seve.fhir.path.values import Node, boolean, plain, system

CONTEXT = path.Context(now=datetime.now(UTC))
_NO_FILES = etree.XMLParser(resolve_entities=False, no_network=True)


@dataclass(frozen=True, slots=True)
class Output:
    """One item that a case expects: its text, and its type where the case states one."""

    text: str
    type: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """A test of the suite. `invalid` is `syntax`, `semantic` or `execution` where a refusal is expected."""

    group: str
    name: str
    expression: str
    input: str | None
    outputs: tuple[Output, ...]
    invalid: str | None
    is_predicate: bool
    is_ordered: bool


def main(arguments: Sequence[str]) -> int:
    """Runs the suite."""
    if len(arguments) < 2:
        print(__doc__)
        return 2
    file, folders = Path(arguments[0]), tuple(Path(folder) for folder in arguments[1:])
    judged = [(case, run(case, folders)) for case in cases(file)]
    failed = [(case, complaints) for case, complaints in judged if complaints]
    for case, complaints in failed:
        print(f"{case.group}/{case.name}: {case.expression}", *complaints, sep="\n    ")
    print(f"{len(judged) - len(failed)} of {len(judged)} cases pass")
    return 1 if failed else 0


def cases(file: Path) -> Iterator[Case]:
    """The tests of the suite's file, in order."""
    for group in etree.parse(file, _NO_FILES).iter("group"):
        for test in group.iter("test"):
            expression = test.find("expression")
            assert expression is not None
            yield Case(
                group=group.get("name", ""),
                name=test.get("name", ""),
                expression=expression.text or "",
                input=test.get("inputfile"),
                outputs=tuple(Output((found.text or "").strip(), found.get("type")) for found in test.iter("output")),
                invalid=expression.get("invalid"),
                is_predicate=test.get("predicate") == "true",
                is_ordered=test.get("ordered") != "false",
            )


def run(case: Case, folders: tuple[Path, ...]) -> list[str]:
    """What is wrong with the engine's answers to a case, one sentence a way."""
    resource: dict[str, Any] = {} if case.input is None else read(case.input, folders)
    typed = partial(path.compile, case.expression, root_type=resource.get("resourceType"))
    if case.invalid:
        return _refusal(case, partial(typed, is_strict=True), resource)
    ways = {"plain": partial(path.compile, case.expression), "typed": typed}
    complaints = {way: _answer(case, compiled, resource) for way, compiled in ways.items()}
    return [f"{way}: {complaint}" for way, complaint in complaints.items() if complaint]


@cache
def read(name: str, folders: tuple[Path, ...]) -> dict[str, Any]:
    """An input of the suite, from XML or JSON."""
    for folder in folders:
        for file in (folder / name, folder / f"{Path(name).stem}.json", folder / f"{Path(name).stem}.xml"):
            if file.exists() and file.suffix == ".json":
                return json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
            if file.exists():
                return decode_xml(file.read_bytes())
    sys.exit(f"{name} is in none of {', '.join(map(str, folders))}, neither as XML nor as JSON")


def _refusal(case: Case, compile_: Callable[[], path.Compiled], resource: dict[str, Any]) -> list[str]:
    try:
        found = compile_().nodes(resource, context=CONTEXT)
    except path.FHIRPathError as error:
        is_expected = case.invalid != "syntax" or isinstance(error, path.FHIRPathSyntaxError)
        return [] if is_expected else [f"refused, but not for its syntax: {error}"]
    return [f"not refused: gave {_shown(found)}"]


def _answer(case: Case, compile_: Callable[[], path.Compiled], resource: dict[str, Any]) -> str | None:
    try:
        compiled = compile_()
        found = compiled.nodes(resource, context=CONTEXT)
        values = compiled.evaluate(resource, context=CONTEXT)
    except path.FHIRPathError as error:
        return f"refused: {error}"
    if case.is_predicate:
        found = [boolean(found) is True]
    elif values != plain(found):
        return f"evaluate() gave {values}, nodes() {_shown(found)}"
    wanted = list(case.outputs)
    if not case.is_ordered:
        found, wanted = sorted(found, key=text), sorted(wanted, key=lambda output: output.text)
    if len(found) == len(wanted) and all(map(is_same, found, wanted)):
        return None
    return f"gave {_shown(found)}, not {[output.text for output in wanted]}"


def is_same(item: Any, output: Output) -> bool:
    """Whether an item is what a case expects, its type included where the case states it."""
    return text(item) == output.text.removeprefix("@T").removeprefix("@") and (
        output.type in {None, type_name(item)} or (output.type == "id" and is_an_id(item))
    )


def is_an_id(item: Any) -> bool:
    """Whether an item is an `id` element, which is a System.String by R4's definitions."""
    return isinstance(item, Node) and item.type == SYSTEM_STRING


def text(item: Any) -> str:
    """An item as the suite writes it, without the `@` of dates and times."""
    value = system(item)
    return str(value).lower() if isinstance(value, bool) else str(value)


def type_name(item: Any) -> str:
    """The type of an item as the suite names it: FHIR's, or System's with a small letter."""
    name = type_info(item).name
    return name if isinstance(item, Node) or name == "Quantity" else name[0].lower() + name[1:]


def _shown(found: list[Any]) -> list[str]:
    return [f"{text(item)} ({type_name(item)})" for item in found]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
