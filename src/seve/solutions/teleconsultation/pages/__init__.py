"""The pages."""

from __future__ import annotations

from seve.sdk import Device, Page, Role
from seve.solutions.teleconsultation.actions.guests import PURPOSE
from seve.solutions.teleconsultation.pages import call, door, guests, notes, opinions, room, tariffs, trying

_BOTH: frozenset[Role] = frozenset({"patient", "professional"})
_PATIENTS: frozenset[Role] = frozenset({"patient"})
_PROFESSIONALS: frozenset[Role] = frozenset({"professional"})
_ANYONE: frozenset[Role] = frozenset({"anyone"})
_SEES_AND_HEARS: frozenset[Device] = frozenset({"camera", "microphone"})
_CALL = "/call/{call}"

PAGES = (
    Page("/", door.show, _BOTH),
    Page("/now", door.call_now, _PROFESSIONALS, method="POST"),
    Page("/trying", trying.show, _BOTH, uses=_SEES_AND_HEARS),
    Page("/opinions", opinions.show, _PROFESSIONALS),
    Page("/tariffs", tariffs.show, _PROFESSIONALS),
    Page(_CALL, room.show, _BOTH, uses=_SEES_AND_HEARS),
    Page(f"{_CALL}/arrive", room.arrive, _PATIENTS, method="POST"),
    Page(f"{_CALL}/go", room.go, _PATIENTS, method="POST"),
    Page(f"{_CALL}/begin", room.begin, _PROFESSIONALS, method="POST"),
    Page(f"{_CALL}/messages", call.say, _BOTH, method="POST"),
    Page(f"{_CALL}/measures", call.measure, _BOTH, method="POST"),
    Page(f"{_CALL}/show", call.present, _BOTH, method="POST"),
    Page(f"{_CALL}/bring", call.bring, _PATIENTS, method="POST"),
    Page(f"{_CALL}/documents/{{id}}", call.document, _BOTH),
    Page(f"{_CALL}/invite", call.invite, _PROFESSIONALS, method="POST"),
    Page(f"{_CALL}/guests", guests.invite, _PROFESSIONALS, method="POST"),
    Page(f"{_CALL}/guests/{{id}}/agree", guests.answering(is_yes=True), _PATIENTS, method="POST"),
    Page(f"{_CALL}/guests/{{id}}/refuse", guests.answering(is_yes=False), _PATIENTS, method="POST"),
    Page(f"{_CALL}/guests/{{id}}/withdraw", guests.withdraw, _PROFESSIONALS, method="POST"),
    Page("/guest/{link}", guests.show, _ANYONE, uses=_SEES_AND_HEARS, link=PURPOSE),
    Page(f"{_CALL}/way", call.change_way, _PROFESSIONALS, method="POST"),
    Page(f"{_CALL}/stop", call.stop, _PROFESSIONALS, method="POST"),
    Page(f"{_CALL}/note", notes.form, _PROFESSIONALS),
    Page(f"{_CALL}/note", notes.finish, _PROFESSIONALS, method="POST"),
    Page(f"{_CALL}/opinion", opinions.give, _PATIENTS, method="POST"),
)
