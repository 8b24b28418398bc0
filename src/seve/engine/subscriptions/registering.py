"""Writing a Subscription: what is asked for is checked, and kept with the resource in one commit.

The status is the server's to say: a client asks for `requested` (again, to resume one that is in error) or for `off`.
"""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING, Any

from seve.engine.interactions import create as creating
from seve.engine.interactions import delete as deleting
from seve.engine.interactions import update as updating
from seve.engine.interactions.naming import body_of, check_id
from seve.engine.requests import Answer
from seve.engine.subscriptions.calling import check_endpoint
from seve.engine.subscriptions.hooks import about
from seve.engine.subscriptions.knowing import filters_of
from seve.engine.subscriptions.refusals import OneByOne
from seve.engine.subscriptions.standing import told
from seve.fhir import Resource
from seve.fhir.search.keys import value_key
from seve.fhir.subscriptions.backport import Wanted, wanted_of
from seve.kernel.identifiers import new_id
from seve.store.subscriptions import registrations

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.engine.requests import Request
    from seve.store.deeds import Written
    from seve.store.grant import Grant
    from seve.store.subscriptions.registrations import State

SECRET = "https://seve.example/StructureDefinition/subscription-secret"  # noqa: S105 - an address, no secret
"""The extension of `channel` in the answer to a create: what calls are signed with. It is shown this once."""

_SECRET_BYTES = 32


async def write(engine: Engine, grant: Grant, request: Request, segments: list[str]) -> Answer:
    """A create, update or delete of a Subscription. Raises OneByOne for any other way of writing."""
    match request.method, segments[1:]:
        case "POST", [] if request.if_none_exist is None:
            return await _put(engine, grant, request, new_id(), is_new=True)
        case "PUT", [id_]:
            return await _put(engine, grant, request, check_id(id_), is_new=False)
        case "DELETE", [id_]:
            return await _delete(engine, grant, request, check_id(id_))
        case _:
            raise OneByOne(method=request.method)


def is_mine(grant: Grant, request: Request) -> bool:
    """Whether a write is of a subscription that is served. Who is not bound at all may keep those of R4 proper, whose criteria is
    a search, as a record of another system; nothing is sent for them.
    """
    criteria = (request.resource or {}).get("criteria", "")
    return (
        grant.sight is not None
        or request.resource is None
        or request.method == "PATCH"
        or "://" in criteria.partition("?")[0]
    )


async def check(engine: Engine, wanted: Wanted) -> None:
    """Raises UnknownTopic, InvalidFilter, EndpointRefused."""
    topic = engine.events.topic(wanted.topic)
    filters_of(wanted.filters, topic, engine.parameters, base_url=engine.base_url)
    if wanted.channel == "rest-hook":
        check_endpoint(wanted.endpoint, engine.events.hook_hosts)


async def _put(engine: Engine, grant: Grant, request: Request, id_: str, *, is_new: bool) -> Answer:
    resource = _without_secret(body_of(request, "Subscription", id_=None if is_new else id_))
    await engine.check(resource)
    wanted = wanted_of(resource)
    await check(engine, wanted)
    status = _status(resource, wanted)
    named = told({**resource, "id": id_}, status)
    deed = creating.deed(engine, named, id_) if is_new else updating.deed(engine, request, named, id_)
    secret = secrets.token_bytes(_SECRET_BYTES)
    sealed = engine.events.secrets.seal(secret, about=about(id_))
    is_fresh = False
    async with engine.writing(locks=[value_key(f"Subscription/{id_}")]) as writing:
        [outcome] = await writing.write([(grant, [deed])])
        if not isinstance(outcome, Exception):
            connection = writing.connection
            is_fresh = await registrations.put(connection, id_, wanted, grant=grant, status=status, secret=sealed)
    answer = _answered(outcome)
    return _with_secret(answer, secret) if is_fresh and wanted.channel == "rest-hook" else answer


async def _delete(engine: Engine, grant: Grant, request: Request, id_: str) -> Answer:
    async with engine.writing(locks=[value_key(f"Subscription/{id_}")]) as writing:
        [outcome] = await writing.write([(grant, [deleting.deed(request, "Subscription", id_)])])
        if not isinstance(outcome, Exception):
            await registrations.remove(writing.connection, id_)
    return _answered(outcome)


def _answered(outcome: list[Written] | Exception) -> Answer:
    """Raises what was refused, once its entry in the trail is committed."""
    if isinstance(outcome, Exception):
        raise outcome
    return creating.answered(outcome[0])


def _status(resource: Resource, wanted: Wanted) -> State:
    """A hook is active once it shook hands; a websocket has nobody to shake hands with before it is bound."""
    if resource["status"] == "off":
        return "off"
    return "requested" if wanted.channel == "rest-hook" else "active"


def _without_secret(resource: Resource) -> Resource:
    channel: dict[str, Any] = resource.get("channel", {})
    kept = [one for one in channel.get("extension", ()) if one.get("url") != SECRET]
    bare = {key: value for key, value in channel.items() if key != "extension"}
    return {**resource, "channel": bare | ({"extension": kept} if kept else {})}


def _with_secret(answer: Answer, secret: bytes) -> Answer:
    resource = answer.resource
    shown = {"url": SECRET, "valueString": base64.b64encode(secret).decode()}
    channel = resource["channel"]
    channel = {"extension": [*channel.get("extension", ()), shown]} | {
        key: value for key, value in channel.items() if key != "extension"
    }
    return Answer(
        answer.status, {**resource, "channel": channel}, answer.version, vid=answer.vid, location=answer.location
    )
