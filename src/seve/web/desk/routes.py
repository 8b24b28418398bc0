"""The routes of the desk, to be mounted among the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import BaseRoute, Route

from seve.web.desk.desk import DeskPages
from seve.web.desk.identities import IdentityPages
from seve.web.desk.jobs import JobPages
from seve.web.desk.outbox import outbox
from seve.web.record.room import Room

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.engine.identity.service import Identity


def desk_routes(engine: Engine, identity: Identity) -> list[BaseRoute]:
    """`/desk…`, but for `/desk/accounts`, which sign-in has."""
    room = Room(engine, identity, package="web/desk")
    desk, jobs, guarded = DeskPages(room), JobPages(room), room.pages.guarded
    identities = IdentityPages(room)
    asked = {
        "/desk": desk.overview,
        "/desk/emergencies": desk.emergencies,
        "/desk/alerts": desk.alerts,
        "/desk/requests": desk.requests,
        "/desk/policies": desk.policies,
        "/desk/proofs": desk.proofs,
        "/desk/proofs/head": desk.head,
        "/desk/proofs/entry": desk.proof,
        "/desk/register": desk.register,
        "/desk/jobs": jobs.overview,
        "/desk/outbox": outbox(room),
        "/desk/register.json": desk.register_file,
        "/desk/identities": identities.queue,
        "/desk/identities/{id}": identities.pair,
    }
    sent = {
        "/desk/emergencies": desk.review,
        "/desk/alerts": desk.settle,
        "/desk/requests": desk.answer,
        "/desk/policies": desk.preview,
        "/desk/proofs": desk.verify,
        "/desk/jobs": jobs.change,
        "/desk/identities/undo": identities.undo,
        "/desk/identities/{id}": identities.decide,
    }
    return [
        *(Route(path, guarded(endpoint), methods=["GET"]) for path, endpoint in asked.items()),
        *(Route(path, guarded(endpoint), methods=["POST"]) for path, endpoint in sent.items()),
    ]
