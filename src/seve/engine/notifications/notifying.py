"""`notify`: the one door. The person is told in the application at once, elsewhere as they wish, and not in their quiet hours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from seve.engine.access import open_grant
from seve.engine.notifications.refusals import WrongField
from seve.engine.notifications.templates import Template, template_of, written
from seve.engine.rights.wording import ZONE
from seve.fhir.codec.json import parse
from seve.store import devices, jobs, notifications, reading

if TYPE_CHECKING:
    from seve.store.database import Connection
    from seve.store.notifications import Channel, Preference

SEND = "notifications.send"
"""The name of the job that sends one message (`seve.jobs.shipped`)."""

_LONGEST_NAME = 120


async def notify(connection: Connection, person: str, template: str, *, now: datetime, **fields: object) -> int:
    """Tells a person (a reference: `Patient/1`, `Practitioner/2`) something, in the connection's transaction; how many accounts of
    theirs were told. Fields are of the kinds that the template declares: a `date`, a `datetime` with its zone, an `int`, or for
    a place the reference of an Organization, Location or HealthcareService. `now` is with its zone.

    Raises UnknownTemplate, WrongField.
    """
    found = template_of(template)
    kept = await _named(connection, found, written(found, fields))
    known = await notifications.accounts_of(connection, person)
    for preference in known:
        number = await notifications.add(connection, preference.account, template, kept)
        for channel, address in [*_ways(preference), *await _devices(connection, preference.account)]:
            await _send(connection, number, channel, address, preference=preference, now=now)
    return len(known)


async def _send(
    connection: Connection, number: int, channel: Channel, address: str, *, preference: Preference, now: datetime
) -> None:
    id_ = await notifications.add_message(connection, number, channel, address, language=preference.language)
    wait = quiet_seconds(now, first=preference.quiet_from, last=preference.quiet_until)
    payload = json.dumps({"id": id_}).encode()
    await jobs.enqueue(connection, SEND, payload, queue="notifications", wait_seconds=wait)


async def _named(connection: Connection, template: Template, fields: Mapping[str, str]) -> dict[str, str]:
    """Fields with the names of places in place of their references. Raises WrongField for a place that there is not."""
    named = dict(fields)
    for name, kind in template.fields.items():
        if kind == "place":
            type_, _, id_ = fields[name].partition("/")
            found = await reading.read(connection, open_grant(), type_, id_)
            label = parse(found.body.encode()).get("name", "") if found and found.body else ""
            if not label:
                raise WrongField(template=template.key, field=name)
            named[name] = label[:_LONGEST_NAME]
    return named


def quiet_seconds(now: datetime, *, first: int, last: int) -> float:
    """How long to wait for the end of the quiet hours [first, last) in French time; 0 outside them, or when both are the same."""
    local = now.astimezone(ZONE)
    is_quiet = first <= local.hour < last if first <= last else local.hour >= first or local.hour < last
    if first == last or not is_quiet:
        return 0.0
    end = local.replace(hour=last, minute=0, second=0, microsecond=0)
    if end <= local:
        end += timedelta(days=1)
    return (end - local).total_seconds()


def _ways(preference: Preference) -> list[tuple[Channel, str]]:
    ways: list[tuple[Channel, str]] = [("email", preference.email), ("sms", preference.phone)]
    return [(channel, address) for channel, address in ways if address]


async def _devices(connection: Connection, account: str) -> list[tuple[Channel, str]]:
    return [("push", str(one.id)) for one in await devices.of_account(connection, account)]
