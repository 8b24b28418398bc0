"""The pages."""

from __future__ import annotations

from seve.sdk import Page, Role
from seve.solutions.booking.pages import (
    agendas,
    answers,
    day,
    desk,
    feeds,
    figures,
    finding,
    public,
    questions,
    stranded,
    taking,
    visits,
)

_PATIENTS: frozenset[Role] = frozenset({"patient"})
_PROFESSIONALS: frozenset[Role] = frozenset({"professional"})
_BOTH: frozenset[Role] = frozenset({"patient", "professional"})
_OFFICERS: frozenset[Role] = frozenset({"officer"})
_ALL: frozenset[Role] = frozenset({"patient", "professional", "officer"})
_ANYONE: frozenset[Role] = frozenset({"anyone"})

PAGES = (
    Page("/", visits.home, _ALL),
    Page("/search", finding.search, _PATIENTS),
    Page("/take/{schedule}", taking.show, _PATIENTS),
    Page("/take/{schedule}", taking.take, _PATIENTS, method="POST"),
    Page("/take/{schedule}/wait", taking.wait, _PATIENTS, method="POST"),
    Page("/visits/{id}", visits.show, _BOTH),
    Page("/visits/{id}/confirm", visits.doing("confirm"), _PATIENTS, method="POST"),
    Page("/visits/{id}/cancel", visits.doing("cancel"), _BOTH, method="POST"),
    Page("/visits/{id}/move", visits.other_times, _BOTH),
    Page("/visits/{id}/move", visits.move, _BOTH, method="POST"),
    Page("/visits/{id}/questions", questions.show, _PATIENTS),
    Page("/visits/{id}/questions", questions.answer, _PATIENTS, method="POST"),
    Page("/visits/{id}/calendar", visits.calendar_file, _BOTH),
    Page("/calendar", feeds.show, _BOTH),
    Page("/calendar", feeds.make, _BOTH, method="POST"),
    Page("/calendar/{id}/withdraw", feeds.withdraw, _BOTH, method="POST"),
    Page("/day", day.show, _PROFESSIONALS),
    Page("/day/new", desk.form, _PROFESSIONALS),
    Page("/day/new", desk.book, _PROFESSIONALS, method="POST"),
    Page("/day/{id}/{deed}", day.do, _PROFESSIONALS, method="POST"),
    Page("/agendas", agendas.listed, _PROFESSIONALS),
    Page("/agendas", agendas.create, _PROFESSIONALS, method="POST"),
    Page("/agendas/{agenda}", agendas.edit, _PROFESSIONALS),
    Page("/agendas/{agenda}/reasons", agendas.add_reason, _PROFESSIONALS, method="POST"),
    Page("/agendas/{agenda}/rules", agendas.add_rule, _PROFESSIONALS, method="POST"),
    Page("/agendas/{agenda}/closings", agendas.add_closing, _PROFESSIONALS, method="POST"),
    Page("/agendas/{agenda}/absences", agendas.absences, _PROFESSIONALS, method="POST"),
    Page("/agendas/{agenda}/open", agendas.switch, _PROFESSIONALS, method="POST"),
    Page("/agendas/{agenda}/told", agendas.tell, _PROFESSIONALS, method="POST"),
    Page("/agendas/{agenda}/home", agendas.go_home, _PROFESSIONALS, method="POST"),
    Page("/agendas/{agenda}/{what}/remove", agendas.remove, _PROFESSIONALS, method="POST"),
    Page("/figures", figures.show, _PROFESSIONALS),
    Page("/stranded", stranded.show, _OFFICERS),
    Page("/$bulk-publish", public.manifest, _ANYONE),
    Page("/data/{file}", public.lines, _ANYONE),
    Page("/fhir/Slot", public.slots, _ANYONE),
    Page("/fhir/Schedule/{id}", public.schedule, _ANYONE),
    Page("/answer/{link}", answers.show, _ANYONE, link=answers.PURPOSE),
    Page("/answer/{link}", answers.answer, _ANYONE, method="POST", link=answers.PURPOSE),
    Page("/feed/{link}", feeds.calendar, _ANYONE, link="feed"),
)
