"""What values must be beyond their form: days that exist, sizes that agree."""

from __future__ import annotations

import binascii
from calendar import monthrange
from collections.abc import Iterator
from typing import Any

from seve.fhir.validation.primitives import CALENDAR
from seve.fhir.validation.run import Place, Rule, Run


def of_type(type_name: str) -> Iterator[Rule]:
    """The rules that a type has by its prose."""
    if type_name == "Attachment":
        yield Rule(_attachment, when="'data' in V")


def of_element(type_name: str) -> Iterator[Rule]:
    """The rules that an element has by the prose of its type."""
    if type_name in CALENDAR:
        yield Rule(_calendar, when="V[8:10] > '28'")


def _calendar(run: Run, value: Any, place: Place) -> None:
    """The day of a date, dateTime or instant must exist."""
    day = value[8:10]
    if day > "28" and int(day) > monthrange(int(value[:4]), int(value[5:7]))[1]:
        run.tell("no_such_day", place, code="value", value=value)


def _attachment(run: Run, node: Any, place: Place) -> None:
    """`size` counts the bytes of `data` before base64 (FHIR R4, Attachment)."""
    if "size" not in node or "data" not in node:
        return
    try:
        size = len(binascii.a2b_base64(node["data"]))
    except binascii.Error:
        run.tell("base64", place, code="value")
        return
    if size != node["size"]:
        run.tell("attachment_size", place, code="value", severity="warning", stated=node["size"], found=size)
