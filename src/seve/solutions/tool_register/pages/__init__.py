"""The pages: the register is for anyone, declaring for makers, checking for the officer's desk."""

from __future__ import annotations

from seve.sdk import Page, Role
from seve.solutions.tool_register.pages import checking, declaring, importing, searching

_ANYONE: frozenset[Role] = frozenset({"anyone", "patient", "professional", "officer"})
_MAKERS: frozenset[Role] = frozenset({"professional"})
_DESK: frozenset[Role] = frozenset({"officer"})

PAGES = (
    Page("/", searching.listed, _ANYONE),
    Page("/tools.csv", searching.table, _ANYONE),
    Page("/tools/{id}", searching.show, _ANYONE),
    Page("/mine", declaring.mine, _MAKERS),
    Page("/mine/{id}", declaring.form, _MAKERS),
    Page("/mine/{id}", declaring.save, _MAKERS, method="POST"),
    Page("/check", checking.queue, _DESK),
    Page("/check/{id}", checking.form, _DESK),
    Page("/check/{id}", checking.decide, _DESK, method="POST"),
    Page("/withdraw/{id}", checking.withdrawing, _DESK),
    Page("/withdraw/{id}", checking.withdraw, _DESK, method="POST"),
    Page("/import", importing.form, _DESK),
    Page("/import", importing.take_in, _DESK, method="POST"),
)
