"""Which medicines are taken for long diseases on a day: usual French practice in few lines, as HAS and the societies advise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from seve.territory.model.courses import Body
from seve.territory.model.life import Life

_GLIFLOZIN_SINCE = date(2021, 6, 1)  # on the French market, diabetes and heart failure
_SEMAGLUTIDE_SINCE = date(2019, 5, 1)


def regimen(life: Life, body: Body, *, at: date) -> list[tuple[str, str]]:
    """(medicine, disease) of everything that is taken for long; each medicine once."""
    found = dict[str, str]()
    for part in (_sugar, _failing, _vessels, _breath, _mind, _organs):
        for medicine, disease in part(life, body, at=at):
            found.setdefault(medicine, disease)
    return list(found.items())


def _sugar(life: Life, body: Body, *, at: date) -> Iterator[tuple[str, str]]:
    if life.has("diabetes1", at):
        yield from (("glargine", "diabetes1"), ("aspart", "diabetes1"))
    if not life.has("diabetes2", at):
        return
    years, is_weak = life.years_with("diabetes2", at), life.has("kidney_stage4", at)
    if not is_weak:
        yield "metformin", "diabetes2"
    if years > 4:
        is_injected = body.adherence < 0.5 and at >= _SEMAGLUTIDE_SINCE
        yield ("semaglutide" if is_injected else "gliclazide"), "diabetes2"
    if years > 9 and at >= _GLIFLOZIN_SINCE and not is_weak:
        yield "empagliflozin", "diabetes2"
    if years > 13:
        yield "glargine", "diabetes2"


def _failing(life: Life, body: Body, *, at: date) -> Iterator[tuple[str, str]]:
    if not life.has("heart_failure", at):
        return
    is_reduced = body.adherence <= 0.55
    is_late = is_reduced and life.years_with("heart_failure", at) > 2
    yield ("sacubitril" if is_late else "ramipril"), "heart_failure"
    yield from (("bisoprolol", "heart_failure"), ("furosemide", "heart_failure"))
    if is_reduced and not life.has("kidney_stage4", at):
        yield "spironolactone", "heart_failure"
    if at >= _GLIFLOZIN_SINCE and not life.has("kidney_stage5", at):
        yield "empagliflozin", "heart_failure"


def _vessels(life: Life, body: Body, *, at: date) -> Iterator[tuple[str, str]]:
    if life.has("hypertension", at):
        if not life.has("heart_failure", at):
            yield ("irbesartan" if body.adherence > 0.5 else "ramipril"), "hypertension"
        if life.years_with("hypertension", at) > 3:
            yield "amlodipine", "hypertension"
    narrowed = [disease for disease in ("coronary", "stroke") if life.has(disease, at)]
    if life.has("fibrillation", at):
        yield from (("apixaban", "fibrillation"), ("bisoprolol", "fibrillation"))
    elif narrowed:
        yield "aspirin", narrowed[0]
    if "coronary" in narrowed:
        yield "bisoprolol", "coronary"
    for disease in (*narrowed, *(["dyslipidemia"] if life.has("dyslipidemia", at) else [])):
        yield "atorvastatin", disease


def _breath(life: Life, body: Body, *, at: date) -> Iterator[tuple[str, str]]:
    if life.has("copd", at):
        yield from (("tiotropium", "copd"), ("salbutamol", "copd"))
    if life.has("asthma", at):
        yield "salbutamol", "asthma"
        if body.adherence < 0.6:
            yield ("fluticasone" if life.age(at) < 12 else "budesonide_formoterol"), "asthma"


def _mind(life: Life, body: Body, *, at: date) -> Iterator[tuple[str, str]]:
    del body
    if life.has("depression", at):
        yield ("mirtazapine" if life.age(at) >= 75 else "sertraline"), "depression"
    if life.has("dementia", at) and life.years_with("dementia", at) < 3:
        yield "donepezil", "dementia"


def _organs(life: Life, body: Body, *, at: date) -> Iterator[tuple[str, str]]:
    if life.has("hypothyroidism", at):
        yield "levothyroxine", "hypothyroidism"
    if 0.7 < life.years_with("breast_cancer", at) < 5.5:
        yield ("tamoxifen" if life.age(at) < 52 else "anastrozole"), "breast_cancer"
    if life.has("transplant", at):
        yield from (("tacrolimus", "transplant"), ("mycophenolate", "transplant"))
    elif life.has("dialysis", at):
        yield from (("darbepoetin", "dialysis"), ("sevelamer", "dialysis"))
    if life.has("osteoarthritis", at) and body.adherence < 0.6:
        yield "paracetamol", "osteoarthritis"
    if life.age(at) >= 50 and body.lipid > 0.12:
        yield "omeprazole", ""
    if life.age(at) >= 65 and body.sugar > 0:
        yield "vitamin_d", ""
