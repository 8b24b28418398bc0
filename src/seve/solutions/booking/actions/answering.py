"""Answering the questionnaire before a visit."""

from __future__ import annotations

from dataclasses import dataclass

from seve.fhir import Resource
from seve.sdk import Form, Visit
from seve.solutions.booking.model import questions


@dataclass(frozen=True, slots=True)
class _Links:
    """A form by the links of its questions (`q-<link>`)."""

    form: Form

    def __getitem__(self, name: str) -> str:
        return self.form[f"q-{name}"]

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a question."""
        return self.form.all(f"q-{name}")


async def answer(visit: Visit, appointment: Resource, questionnaire: Resource) -> dict[str, str]:
    """Keeps the answers within the appointment, unless some are missing or wrong: those, by link. Raises Changed."""
    now = visit.now.isoformat(timespec="seconds")
    response, problems = questions.answered(questionnaire, _Links(visit.form), patient=_patient(appointment), now=now)
    if not problems:
        await visit.agendas.change(questions.kept(appointment, response))
    return problems


def _patient(appointment: Resource) -> Resource:
    actors = (one.get("actor", {}) for one in appointment["participant"])
    return next(
        {"reference": a["reference"]} for a in actors if str(a.get("reference", "")).startswith(("Patient/", "#"))
    )
