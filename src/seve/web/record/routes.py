"""The routes of the record, to be mounted among the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import BaseRoute, Route

from seve.web.record.accesses import AccessPages
from seve.web.record.notifications import NotificationPages
from seve.web.record.opening import OpeningPages
from seve.web.record.rights import RightsPages
from seve.web.record.room import Room
from seve.web.record.sharing import SharingPages

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.engine.identity.service import Identity


def record_routes(engine: Engine, identity: Identity) -> list[BaseRoute]:
    """`/sharing…`, `/accesses…`, `/emergency`, `/open-record`, `/summary/…`, `/rights…` and `/notifications…`."""
    room = Room(engine, identity)
    sharing, accesses = SharingPages(room), AccessPages(room)
    opening, rights, notifications = OpeningPages(room), RightsPages(room), NotificationPages(room)
    asked = {
        "/sharing": sharing.overview,
        "/sharing/people": sharing.search,
        "/sharing/records": sharing.records,
        "/accesses": accesses.overview,
        "/accesses/table": accesses.table,
        "/accesses/contest": accesses.contest,
        "/open-record": opening.consented,
        "/emergency": opening.emergency,
        "/summary/{id}": opening.summary,
        "/rights": rights.overview,
        "/rights/archive/{id}": rights.download,
        "/notifications": notifications.overview,
    }
    sent = {
        "/sharing/permit": sharing.permit,
        "/sharing/block": sharing.block,
        "/sharing/oppose": sharing.oppose,
        "/sharing/emergency": sharing.refuse_emergency,
        "/sharing/withdraw": sharing.withdraw,
        "/sharing/mask": sharing.mask,
        "/accesses/contest": accesses.send,
        "/open-record": opening.declare,
        "/emergency": opening.break_glass,
        "/rights/archive": rights.prepare,
        "/rights/ask": rights.ask,
        "/notifications": notifications.keep,
        "/notifications/seen": notifications.see,
        "/notifications/devices": notifications.subscribe,
        "/notifications/devices/forget": notifications.forget,
    }
    guarded = room.pages.guarded
    return [
        *(Route(path, guarded(endpoint), methods=["GET"]) for path, endpoint in asked.items()),
        *(Route(path, guarded(endpoint), methods=["POST"]) for path, endpoint in sent.items()),
    ]
