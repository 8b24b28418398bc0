"""The pages."""

from __future__ import annotations

from seve.sdk import Page, Role
from seve.solutions.home_care.pages import asked, home, requests, writing

_PROFESSIONALS: frozenset[Role] = frozenset({"professional"})
_BOTH: frozenset[Role] = frozenset({"patient", "professional"})

PAGES = (
    Page("/", home.show, _BOTH),
    Page("/for/{patient}", writing.form, _BOTH),
    Page("/for/{patient}", writing.send, _BOTH, method="POST"),
    Page("/requests/{id}", requests.show, _BOTH),
    Page("/requests/{id}/ask", requests.ask, _BOTH, method="POST"),
    Page("/requests/{id}/withdraw", requests.withdraw, _BOTH, method="POST"),
    Page("/requests/{id}/prescription", requests.prescription, _BOTH),
    Page("/asks/{id}", asked.show, _PROFESSIONALS),
    Page("/asks/{id}/take", asked.take, _PROFESSIONALS, method="POST"),
    Page("/asks/{id}/decline", asked.decline, _PROFESSIONALS, method="POST"),
    Page("/asks/{id}/done", asked.finish, _PROFESSIONALS, method="POST"),
)
