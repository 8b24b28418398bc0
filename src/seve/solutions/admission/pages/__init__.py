"""The pages."""

from __future__ import annotations

from seve.sdk import Page, Role
from seve.solutions.admission.actions.paying import PURPOSE
from seve.solutions.admission.pages import arriving, deciding, desk, file, mine, money

_PATIENTS: frozenset[Role] = frozenset({"patient"})
_OFFICE: frozenset[Role] = frozenset({"professional"})
_BOTH: frozenset[Role] = frozenset({"patient", "professional"})
_ANYONE: frozenset[Role] = frozenset({"anyone"})

PAGES = (
    Page("/", mine.home, _BOTH),
    Page("/begin", mine.begin, _PATIENTS, method="POST"),
    Page("/stays/{stay}", mine.show, _PATIENTS),
    Page("/stays/{stay}/file", file.show, _BOTH),
    Page("/stays/{stay}/file", file.keep, _BOTH, method="POST"),
    Page("/stays/{stay}/send", mine.send, _PATIENTS, method="POST"),
    Page("/stays/{stay}/papers/{kind}", mine.paper, _BOTH),
    Page("/stays/{stay}/papers/{kind}", mine.add_paper, _PATIENTS, method="POST"),
    Page("/stays/{stay}/papers/{kind}/remove", mine.remove_paper, _PATIENTS, method="POST"),
    Page("/stays/{stay}/pay", money.pay, _PATIENTS, method="POST"),
    Page("/stays/{stay}/receipt", money.receipt, _PATIENTS),
    Page("/payment/{link}", money.provider, _ANYONE, link=PURPOSE),
    Page("/payment/{link}", money.answer, _ANYONE, method="POST", link=PURPOSE),
    Page("/arrival", arriving.desk, _OFFICE),
    Page("/arrival", arriving.find, _OFFICE, method="POST"),
    Page("/emergency", arriving.emergency, _OFFICE),
    Page("/emergency", arriving.arrive, _OFFICE, method="POST"),
    Page("/checks", deciding.listed, _OFFICE),
    Page("/checks/{check}", deciding.show, _OFFICE),
    Page("/checks/{check}", deciding.decide, _OFFICE, method="POST"),
    Page("/network/{office}", desk.network, _OFFICE),
    Page("/desk/{stay}", desk.show, _OFFICE),
    Page("/desk/{stay}/sheet", desk.sheet, _OFFICE),
    Page("/desk/{stay}/name", arriving.name_form, _OFFICE),
    Page("/desk/{stay}/name", arriving.name, _OFFICE, method="POST"),
    Page("/desk/{stay}/photo", desk.photograph, _OFFICE, method="POST"),
    Page("/desk/{stay}/papers/{kind}/keep", desk.keep_paper, _OFFICE, method="POST"),
    Page("/desk/{stay}/{deed}", desk.do, _OFFICE, method="POST"),
)
