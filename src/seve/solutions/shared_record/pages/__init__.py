"""The pages."""

from __future__ import annotations

from seve.sdk import Page, Role
from seve.solutions.shared_record.model.sheets import SHEETS, SheetName
from seve.solutions.shared_record.pages import (
    alerts,
    answers,
    directives,
    documents,
    entry,
    feeding,
    home,
    notes,
    opening,
    printing,
    reimbursements,
    sheets,
    timeline,
    treatments,
    trends,
)

_BOTH: frozenset[Role] = frozenset({"patient", "professional"})
_PATIENTS: frozenset[Role] = frozenset({"patient"})
_PROFESSIONALS: frozenset[Role] = frozenset({"professional"})
_OFFICERS: frozenset[Role] = frozenset({"officer"})
_ANYONE: frozenset[Role] = frozenset({"anyone"})
_ALL: frozenset[Role] = frozenset({"patient", "professional", "officer"})


def _sheet(name: SheetName) -> tuple[Page, ...]:
    """The pages of one list."""
    path = f"/{{patient}}/{name}"
    return (
        Page(path, sheets.of(name, sheets.show), _BOTH),
        Page(path, sheets.of(name, sheets.add), _PROFESSIONALS, method="POST"),
        Page(f"{path}/{{id}}", sheets.of(name, sheets.edit), _PROFESSIONALS),
        Page(f"{path}/{{id}}", sheets.of(name, sheets.correct), _PROFESSIONALS, method="POST"),
        Page(f"{path}/{{id}}/end", sheets.of(name, sheets.end), _PROFESSIONALS, method="POST"),
    )


PAGES = (
    Page("/", home.door, _ALL),
    Page("/feeding", feeding.show, _OFFICERS),
    Page("/openings", opening.lists, _OFFICERS),
    Page("/openings", opening.give, _OFFICERS, method="POST"),
    Page("/openings/letters", answers.letters, _OFFICERS),
    Page("/answer", answers.ask, _ANYONE),
    Page("/answer", answers.typed, _ANYONE, method="POST", is_slowed=True),
    Page("/answer/{link}", answers.show, _ANYONE, link=answers.PURPOSE),
    Page("/answer/{link}", answers.answer, _ANYONE, method="POST", link=answers.PURPOSE),
    Page("/{patient}", home.home, _BOTH),
    Page("/{patient}/alerts/{type}/{id}", alerts.show, _BOTH),
    Page("/{patient}/alerts/{type}/{id}", alerts.say, _BOTH, method="POST"),
    Page("/{patient}/opening", opening.show, _BOTH),
    Page("/{patient}/opening", opening.decide, _BOTH, method="POST"),
    Page("/{patient}/print", printing.show, _BOTH),
    Page("/{patient}/print/pdf", printing.pdf, _BOTH),
    Page("/{patient}/print/emergency", printing.emergency, _BOTH),
    Page("/{patient}/print/emergency/pdf", printing.emergency_pdf, _BOTH),
    Page("/{patient}/treatments", treatments.show, _BOTH),
    Page("/{patient}/treatments", treatments.confirm, _PROFESSIONALS, method="POST"),
    Page("/{patient}/prescriptions/{id}/stop", treatments.stop, _PROFESSIONALS, method="POST"),
    Page("/{patient}/directives", directives.show, _BOTH),
    Page("/{patient}/directives", directives.name, _PATIENTS, method="POST"),
    Page("/{patient}/directives/{id}/withdraw", directives.withdraw, _PATIENTS, method="POST"),
    Page("/{patient}/reimbursements", reimbursements.show, _BOTH),
    Page("/{patient}/timeline", timeline.show, _BOTH),
    Page("/{patient}/entry/{type}/{id}", entry.show, _BOTH),
    Page("/{patient}/trends", trends.show, _BOTH),
    Page("/{patient}/trends", trends.measure, _PATIENTS, method="POST"),
    Page("/{patient}/smoking", trends.note_smoking, _BOTH, method="POST"),
    Page("/{patient}/documents", documents.show, _BOTH),
    Page("/{patient}/documents", documents.add, _BOTH, method="POST"),
    Page("/{patient}/documents/add", documents.form, _BOTH),
    Page("/{patient}/documents/{id}", documents.opened, _BOTH),
    Page("/{patient}/documents/{id}/file", documents.download, _BOTH),
    Page("/{patient}/documents/{id}/archive", documents.archive, _BOTH, method="POST"),
    Page("/{patient}/documents/{id}/announce", documents.announce, _PROFESSIONALS, method="POST"),
    Page("/{patient}/note", notes.form, _PROFESSIONALS),
    Page("/{patient}/note", notes.write, _PROFESSIONALS, method="POST"),
    Page("/{patient}/vsm", notes.summarise, _PROFESSIONALS, method="POST"),
    *(page for name in SHEETS for page in _sheet(name)),
)
