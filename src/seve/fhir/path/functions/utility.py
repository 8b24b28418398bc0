"""Utility functions (FHIRPath N1, 5.9): `trace`, the clock, `iif`, variables, `type`."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from seve.fhir.path.errors import NoClockError, NotSingleError, WrongArgumentsError
from seve.fhir.path.evaluation import Call
from seve.fhir.path.functions.registry import function
from seve.fhir.path.temporal import Date, DateTime, Time
from seve.fhir.path.types import type_info
from seve.fhir.path.values import Items, plain, single_value

_MOST_CHOICES = 64


@function("trace", (1, 2))
def _trace(call: Call) -> Items:
    name = call.text_argument(0) or ""
    shown = call.items
    if len(call.arguments) > 1:
        shown = [found for _, items in call.each(1) for found in items]
    call.scope.environment.context.trace(name, plain(shown))
    return call.items


@function("iif", (2, 3))
def _iif(call: Call) -> Items:
    if len(call.items) > 1:
        raise NotSingleError(count=len(call.items))
    scope = call.scope.inner(call.items, index=call.scope.index) if call.items else call.scope.inner([])
    condition = single_value(call.arguments[0](scope))
    if condition is not None and type(condition) is not bool:
        raise call.wrong(condition)
    if condition:
        return call.arguments[1](scope)
    return call.arguments[2](scope) if len(call.arguments) > 2 else []


@function("coalesce", (1, _MOST_CHOICES))
def _coalesce(call: Call) -> Items:
    for position in range(len(call.arguments)):
        found = call.argument(position)
        if found:
            return found
    return []


@function("defineVariable", (1, 2))
def _define_variable(call: Call) -> Items:
    name = call.text_argument(0)
    if name is None:
        raise WrongArgumentsError(name="defineVariable()")
    value = call.items
    if len(call.arguments) > 1:
        value = call.arguments[1](call.scope.inner(call.items).fork())
    call.scope.define(name, value)
    return call.items


@function("type")
def _type(call: Call) -> Items:
    return [type_info(item) for item in call.items]


@function("now")
def _now(call: Call) -> Items:
    now = _instant(call)
    return [DateTime((*_day(now), now.hour, now.minute, _seconds(now)), _offset(now))]


@function("today")
def _today(call: Call) -> Items:
    return [Date(_day(_instant(call)))]


@function("timeOfDay")
def _time_of_day(call: Call) -> Items:
    now = _instant(call)
    return [Time((now.hour, now.minute, _seconds(now)))]


def _instant(call: Call) -> datetime:
    now = call.scope.environment.context.now
    if now is None:
        raise NoClockError(name=f"{call.name}()")
    return now


def _day(now: datetime) -> tuple[int, int, int]:
    return now.year, now.month, now.day


def _seconds(now: datetime) -> Decimal:
    return Decimal(f"{now.second:02d}.{now.microsecond // 1000:03d}")


def _offset(now: datetime) -> int | None:
    offset = now.utcoffset()
    return None if offset is None else int(offset.total_seconds() // 60)
