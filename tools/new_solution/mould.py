"""The files of a new solution: small, whole and true, so that what is not wanted can be deleted."""

from __future__ import annotations

_MANIFEST = """\
id = "{id}"
axis = "paperless" # patient, paperless, telemedicine, logistics, decision, base, data, sector
owner = "to be named"
icon = "record" # of the web kit: with one, the solution is a place in the navigation
title = {{ fr = "{title}", en = "{title}" }}
summary = {{ fr = "À écrire : pour qui, pour quoi.", en = "To be written: for whom, for what." }}
roles = ["professional"]
reads = ["Patient", "Observation"]
writes = ["Observation"]

[requirements] # ids of the inventory, "whole" or "part"
"""

_INIT = '''\
"""{title}: to be written: its purpose in a paragraph."""

from seve.sdk import Solution

solution = Solution(__name__)
'''

_MODEL = '''\
"""Decisions on FHIR data, pure."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from seve.fhir import Resource

LEAST_KG, MOST_KG = Decimal("0.3"), Decimal(500)


def weight(text: str) -> Decimal | None:
    """A weight in kilograms as people type it (`72,5`); None for what can't be one."""
    try:
        found = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() and LEAST_KG <= found <= MOST_KG else None


def observation(patient_id: str, kilograms: Decimal, *, at: str) -> Resource:
    """A body weight (LOINC 29463-7) measured at an instant."""
    return {{
        "resourceType": "Observation",
        "status": "final",
        "category": [
            {{
                "coding": [
                    {{
                        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                        "code": "vital-signs",
                    }}
                ]
            }}
        ],
        "code": {{"coding": [{{"system": "http://loinc.org", "code": "29463-7", "display": "Body weight"}}]}},
        "subject": {{"reference": f"Patient/{{patient_id}}"}},
        "effectiveDateTime": at,
        "valueQuantity": {{
            "value": kilograms,
            "unit": "kg",
            "system": "http://unitsofmeasure.org",
            "code": "kg",
        }},
    }}
'''

_QUERIES = '''\
"""Reads, one function a question."""

from __future__ import annotations

from seve.fhir import Resource
from seve.sdk import Records


async def patient(records: Records, patient_id: str) -> Resource:
    """Raises NotFound."""
    return await records.read("Patient", patient_id)


async def weights(records: Records, patient_id: str) -> tuple[Resource, ...]:
    """The last twenty, newest first."""
    found = await records.search(
        "Observation",
        ("patient", f"Patient/{{patient_id}}"),
        ("code", "http://loinc.org|29463-7"),
        ("_sort", "-date"),
        ("_count", "20"),
    )
    return found.matches
'''

_ACTIONS = '''\
"""Writes, one function a deed."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from seve.fhir import Resource
from seve.kernel.refusals import Refusal
from seve.sdk import Records

from {package} import model


class NoWeight(Refusal):
    """What was typed is no weight of a person."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "{strings}.refusals.no_weight"


async def weigh(records: Records, patient_id: str, *, typed: str, now: datetime) -> Resource:
    """Notes a weight. Raises NoWeight."""
    kilograms = model.weight(typed)
    if kilograms is None:
        raise NoWeight(expression="kilograms", least=model.LEAST_KG, most=model.MOST_KG)
    return await records.create(model.observation(patient_id, kilograms, at=now.isoformat(timespec="seconds")))
'''

_PAGES = '''\
"""The pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from seve.fhir import Resource
from seve.sdk import Again, Page, To, View, Visit

from {package} import actions, queries


@dataclass(frozen=True)
class Home(View):
    """Where to begin."""

    template: ClassVar[str] = "home.html"


@dataclass(frozen=True)
class Weights(View):
    """The weights of a patient, and a form for the next; `typed` is what the form holds."""

    template: ClassVar[str] = "weights.html"
    patient: Resource
    weights: tuple[Resource, ...]
    typed: str


async def home(visit: Visit) -> Home:
    """Asks which patient; leads there once it is told."""
    del visit
    return Home()


async def choose(visit: Visit) -> To:
    """Leads to a patient whose id was typed; back when it was none."""
    typed = visit.query.get("patient", "").strip()
    is_id = typed.replace("-", "").replace(".", "").isalnum()
    return To(f"/{{typed}}" if is_id else "/")


async def weights(visit: Visit) -> Weights:
    """What there is."""
    return await _weights(visit, typed="")


async def weigh(visit: Visit) -> To | Again:
    """One more; what can't be is shown again as it was typed."""
    typed, patient_id = visit.form["kilograms"], visit.path["patient"]
    try:
        await actions.weigh(visit.records, patient_id, typed=typed, now=visit.now)
    except actions.NoWeight as problem:
        return Again(await _weights(visit, typed=typed), problem)
    return To(f"/{{patient_id}}")


async def _weights(visit: Visit, *, typed: str) -> Weights:
    patient = await queries.patient(visit.records, visit.path["patient"])
    return Weights(patient, await queries.weights(visit.records, visit.path["patient"]), typed)


_PROFESSIONALS = frozenset({{"professional"}})
PAGES = (
    Page("/", home, _PROFESSIONALS),
    Page("/choose", choose, _PROFESSIONALS),
    Page("/{{patient}}", weights, _PROFESSIONALS),
    Page("/{{patient}}", weigh, _PROFESSIONALS, method="POST"),
)
'''

_HOME = """\
{{% extends "layout.html" %}}
{{% block title %}}{{{{ tell("pages.title") }}}} · Sève{{% endblock %}}
{{% block main %}}
<h1>{{{{ tell("pages.title") }}}}</h1>
<form class="panel" method="get" action="{{{{ base }}}}/choose">
  <label>{{{{ tell("pages.patient") }}}}<input name="patient" required></label>
  <button>{{{{ tell("pages.open") }}}}</button>
</form>
{{% endblock %}}
"""

_WEIGHTS = """\
{{% extends "layout.html" %}}
{{% block title %}}{{{{ tell("pages.title") }}}} · Sève{{% endblock %}}
{{% block main %}}
<h1>{{{{ tell("pages.title") }}}}</h1>
{{% if problem %}}<p class="problem" role="alert" id="problem">{{{{ problem }}}}</p>{{% endif %}}
<form class="panel" method="post">
  <input type="hidden" name="csrf" value="{{{{ csrf_of(held) }}}}">
  <label>{{{{ tell("pages.kilograms") }}}}
    <input name="kilograms" inputmode="decimal" required value="{{{{ typed }}}}"{{% if problem %}} aria-invalid="true" aria-describedby="problem"{{% endif %}}></label>
  <button>{{{{ tell("pages.note") }}}}</button>
</form>
{{% if weights %}}
<ul>
  {{% for weight in weights %}}<li>{{{{ weight.effectiveDateTime[:10] }}}} : {{{{ weight.valueQuantity.value }}}} kg</li>
  {{% endfor %}}
</ul>
{{% else %}}<p>{{{{ tell("pages.nothing") }}}}</p>{{% endif %}}
{{% endblock %}}
"""

_FRENCH = """\
[pages]
title = "{title}"
nav = "{title}"
patient = "Identifiant du patient"
open = "Ouvrir"
kilograms = "Poids, en kilogrammes"
note = "Noter"
nothing = "Aucun poids n'est noté."

[refusals]
no_weight = "Donnez un poids entre {{least}} et {{most}} kilogrammes, par exemple 72,5."
"""

_ENGLISH = """\
[pages]
title = "{title}"
nav = "{title}"
patient = "The patient's id"
open = "Open"
kilograms = "Weight, in kilograms"
note = "Note it"
nothing = "No weight is noted."

[refusals]
no_weight = "Give a weight between {{least}} and {{most}} kilograms, such as 72.5."
"""

_DEMO = """\
{{
  "resourceType": "Bundle",
  "type": "collection",
  "entry": [
    {{
      "resource": {{
        "resourceType": "Observation",
        "id": "{dashed}-weight",
        "status": "final",
        "code": {{ "coding": [{{ "system": "http://loinc.org", "code": "29463-7", "display": "Body weight" }}] }},
        "subject": {{ "reference": "Patient/ana" }},
        "effectiveDateTime": "2026-01-05T08:00:00Z",
        "valueQuantity": {{ "value": 71.0, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg" }}
      }}
    }}
  ]
}}
"""

_README = """\
# {title}

For whom: to be written. What it does: notes a patient's weight. What it does not: anything else yet.

A worked example, which the conformance suite runs:

```python
async def example(site):
    doctor = await site.browser("doc")
    assert "71" in await doctor.get("/{dashed}/ana")
    assert "72.5" in await doctor.post("/{dashed}/ana", kilograms="72,5")
    assert "kilogrammes" in await doctor.post("/{dashed}/ana", kilograms="lourd")
    assert doctor.status == 422
```
"""

_TESTS = '''\
"""Decisions of {title}."""

from __future__ import annotations

from decimal import Decimal

import pytest

from {package} import model


def test_a_weight_is_read_as_people_type_it() -> None:
    assert model.weight(" 72,5 ") == Decimal("72.5")


@pytest.mark.parametrize("typed", ["", "lourd", "-3", "0", "501", "NaN", "1e9"])
def test_what_is_no_weight_is_none(typed: str) -> None:
    assert model.weight(typed) is None
'''

_PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "{dashed}"
description = "{title}: a solution on Sève"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["seve"]

[project.entry-points."seve.solutions"]
{id} = "{id}:solution"

[tool.hatch.build.targets.wheel]
packages = ["{id}"]

[tool.pytest.ini_options]
addopts = "-p seve.testing.plugin --import-mode=importlib"
asyncio_mode = "auto"
asyncio_default_fixture_loop_scope = "session"
asyncio_default_test_loop_scope = "session"
"""

_CONFORMANCE = '''\
"""The suite that every solution passes."""

from seve.testing.conformance import *  # noqa: F403 - tests, to be found here
'''


def files(id_: str, title: str) -> dict[str, str]:
    """Those of a solution of this repository, by path."""
    package = f"seve.solutions.{id_}"
    made = _package(id_, title, package=package, strings=f"solutions/{id_}")
    return {
        **{f"src/seve/solutions/{id_}/{path}": content for path, content in made.items()},
        f"tests/solutions/{id_}/test_model.py": _TESTS.format(title=title, package=package),
    }


def outside(id_: str, title: str) -> dict[str, str]:
    """Those of a distribution of its own, by path."""
    made = _package(id_, title, package=id_, strings=f"/{id_}")
    return {
        **{f"{id_}/{path}": content for path, content in made.items()},
        f"{id_}/py.typed": "",
        "tests/test_model.py": _TESTS.format(title=title, package=id_),
        "tests/test_conformance.py": _CONFORMANCE,
        "pyproject.toml": _PROJECT.format(id=id_, dashed=id_.replace("_", "-"), title=title),
    }


def _package(id_: str, title: str, *, package: str, strings: str) -> dict[str, str]:
    parts = {
        "manifest.toml": _MANIFEST,
        "__init__.py": _INIT,
        "model.py": _MODEL,
        "queries.py": _QUERIES,
        "actions.py": _ACTIONS,
        "pages.py": _PAGES,
        "templates/home.html": _HOME,
        "templates/weights.html": _WEIGHTS,
        "strings/fr.toml": _FRENCH,
        "strings/en.toml": _ENGLISH,
        "demo.json": _DEMO,
        "README.md": _README,
    }
    words = {"id": id_, "title": title, "package": package, "strings": strings, "dashed": id_.replace("_", "-")}
    return {path: content.format(**words) for path, content in parts.items()}
