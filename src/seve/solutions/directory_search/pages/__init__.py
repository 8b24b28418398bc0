"""The pages. All but those that write are for anyone."""

from __future__ import annotations

from seve.sdk import Page, Role
from seve.solutions.directory_search.pages import details, searching, units

_ANYONE: frozenset[Role] = frozenset({"anyone", "patient", "professional", "officer"})
_PROFESSIONALS: frozenset[Role] = frozenset({"professional"})

PAGES = (
    Page("/", searching.people, _ANYONE),
    Page("/services", searching.services, _ANYONE),
    Page("/beds", searching.beds, _ANYONE),
    Page("/communes", searching.communes, _ANYONE),
    Page("/mine", units.mine, _PROFESSIONALS),
    Page("/role/{id}", details.role, _ANYONE),
    Page("/service/{id}", details.service, _ANYONE),
    Page("/place/{id}", details.place, _ANYONE),
    Page("/beds/{id}", units.show, _ANYONE),
    Page("/beds/{id}/tell", units.form, _PROFESSIONALS),
    Page("/beds/{id}/tell", units.tell, _PROFESSIONALS, method="POST"),
)
