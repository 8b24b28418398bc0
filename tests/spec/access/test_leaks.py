"""The leak matrix: whatever is asked about what a reader may not see is answered as if it did not exist.

For each kind of reader × each resource type × each way in, a question about the secret and the same question about something
that never was are compared: status, headers, body, counts. A sample of the matrix runs each time (another one every day); the
whole of it by `make test-leaks`.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.whole import IS_WHOLE

from seve.fhir import Resource
from seve.fhir.access.veils import PRIVATE, veil
from seve.fhir.definitions import core
from seve.fhir.search.parameters import SearchParameters
from seve.fhir.validation.validator import Validator

from .world import World, care_team

ARCHIVE = Path(__file__).parents[3] / ".cache" / "npm" / "hl7.fhir.r4.examples-4.0.1.tgz"
SHARE = 0.04

SECRET = {"{id}": "secret", "{tag}": "canary", "{pat}": "bob"}
ABSENT = {"{id}": "absent", "{tag}": "absent", "{pat}": "eve"}

READERS = ("ana", "mother", "doc", "nurse", "other", "former", "expired", "officer", "app", "machine")

READS = (
    "{T}/{id}",
    "{T}/{id}/_history",
    "{T}/{id}/_history/1",
    "{T}/{id}?_summary=true",
    "{T}?_id={id}",
    "{T}?_id={id}&_summary=count",
    "{T}?_tag={tag}",
    "{T}?_tag={tag}&_total=accurate&_count=1",
    "{T}?_tag={tag}&_sort=_lastUpdated",
    "{T}?_tag:not=nothing&_id={id}",
    "{T}?_text={tag}",
    "{T}?_content={tag}",
    "{T}?_filter=_id eq {id}",
    "{T}?_list={id}",
    "{T}?_source={tag}",
    "{T}?_id={id}&_include=*",
    "{T}?_id={id}&_revinclude=*",
    "?_type={T}&_tag={tag}",
    "?_type={T},Patient&_id={id}",
    "Patient/{pat}/{T}",
    "Patient/{pat}/$everything?_type={T}",
    "{T}/{id}/$meta",
    "{T}/{id}/$validate",
)
BY_PATIENT = (
    "{T}?{ref}=Patient/{pat}",
    "{T}?{ref}=Patient/{pat}&_summary=count",
    "{T}?{ref}:Patient._id={pat}",
    "{T}?{ref}:Patient._tag={tag}",
    "{T}?{ref}:Patient.family=Secretan",
    "Patient?_has:{T}:{ref}:_tag={tag}",
    "Patient?_has:{T}:{ref}:_id={id}&_summary=count",
    "Patient?_id={pat}&_revinclude={T}:{ref}",
)
WRITES = (
    ("PUT", "{T}/{id}"),
    ("DELETE", "{T}/{id}"),
    ("PATCH", "{T}/{id}"),
    ("DELETE", "{T}?_tag={tag}"),
    ("PUT", "{T}?_tag={tag}"),
    ("PATCH", "{T}?_tag={tag}"),
)


@cache
def examples() -> dict[str, Resource]:
    """The smallest valid example of each type that has private data."""
    found: dict[str, list[bytes]] = {}
    with tarfile.open(ARCHIVE) as archive:
        for member in archive:
            stream = archive.extractfile(member)
            if stream and member.name.endswith(".json") and not member.name.endswith("package.json"):
                text = stream.read()
                if type_ := re.search(rb'"resourceType"\s*:\s*"(\w+)"', text):
                    found.setdefault(type_[1].decode(), []).append(text)
    validator = Validator(core())
    chosen = {type_: _smallest(validator, texts) for type_, texts in sorted(found.items()) if _is_private(type_)}
    return {type_: example for type_, example in chosen.items() if example}


def _is_private(type_: str) -> bool:
    return bool(veil({"resourceType": type_}, patients=0) & PRIVATE)


def _smallest(validator: Validator, texts: list[bytes]) -> Resource | None:
    parsed = (json.loads(text) for text in sorted(texts, key=len)[:6])
    return next((one for one in parsed if validator.validate(secret(one)).is_valid), None)


def secret(example: Resource, id_: str = "secret", tag: str = "canary") -> Resource:
    """The example as a record of Bob's, with the canary in its tag, its source and its narrative."""
    text = re.sub(r'"reference"\s*:\s*"(?:[^"]*/)?Patient/[^"]*"', '"reference":"Patient/bob"', json.dumps(example))
    resource = json.loads(text)
    resource["id"] = id_
    resource["meta"] = {"tag": [{"system": "urn:test", "code": tag}], "source": tag}
    if resource["resourceType"] not in ("Binary", "Bundle"):
        div = f'<div xmlns="http://www.w3.org/1999/xhtml">{tag} {"Secretan" if id_ == "secret" else ""}</div>'
        resource["text"] = {"status": "generated", "div": div}
    return resource


@cache
def patient_parameter(type_: str) -> str:
    for code in ("patient", "subject", "individual", "beneficiary"):
        parameter = SearchParameters(core()).get(type_, code)
        if parameter is not None and parameter.type == "reference":
            return code
    return ""


@dataclass(frozen=True)
class Question:
    method: str
    path: str
    body: Any = None

    def about(self, words: dict[str, str]) -> tuple[str, Any]:
        path, body = self.path, json.dumps(self.body) if self.body is not None else None
        for place, word in words.items():
            path = path.replace(place, word)
            body = body.replace(place, word) if body else body
        return path, body


def questions(type_: str, example: Resource) -> Iterator[Question]:
    ref = patient_parameter(type_)
    for template in READS + (BY_PATIENT if ref else ()):
        path = template.replace("{T}", type_).replace("{ref}", ref)
        yield Question("GET", path)
        entry = {"request": {"method": "GET", "url": path}}
        yield Question("POST", "", {"resourceType": "Bundle", "type": "batch", "entry": [entry]})
    yield Question("POST", f"{type_}/_search", "_tag={tag}")
    for method, template in WRITES:
        path = template.replace("{T}", type_)
        body: Any = secret(example, "{id}", "{tag}")
        if "?" in path:
            del body["id"]
        if method == "PATCH":
            body = [{"op": "replace", "path": "/meta/source", "value": "urn:x"}]
        yield Question(method, path, None if method == "DELETE" else body)
        if method in ("PUT", "DELETE"):
            entry = {"request": {"method": method, "url": path}} | ({"resource": body} if method == "PUT" else {})
            yield Question("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": [entry]})


async def asked(api: httpx.AsyncClient, reader: str, question: Question, words: dict[str, str]) -> httpx.Response:
    path, body = question.about(words)
    headers = {"x-reader": reader, "content-type": "application/fhir+json"}
    if question.method == "PATCH":
        headers["content-type"] = "application/json-patch+json"
    if path.endswith("_search"):
        headers["content-type"], body = "application/x-www-form-urlencoded", json.loads(body or '""')
    return await api.request(question.method, path, content=body, headers=headers)


_VOLATILE = re.compile(
    r'"(?:lastUpdated|timestamp|lastModified)":"[^"]*"|_page=[^"&]*|incident [0-9a-f]{8}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
)


def told(answer: httpx.Response) -> tuple[int, dict[str, str], str]:
    """All that an answer says, with the secret's names replaced by those of what is absent."""
    text = answer.text
    for place, word in SECRET.items():
        text = text.replace(word, ABSENT[place])
    passing = ("date", "content-length", "last-modified", "x-request-id")
    headers = {k: _VOLATILE.sub("", v) for k, v in answer.headers.items() if k not in passing}
    return answer.status_code, headers, _VOLATILE.sub("", text)


def sampled(reader: str) -> list[Question]:
    all_ = [question for type_, example in examples().items() for question in questions(type_, example)]
    if IS_WHOLE:
        return all_
    chosen = random.Random(f"{reader} {dt.date.today()}")  # noqa: DTZ011 - any day will do
    return chosen.sample(all_, int(len(all_) * SHARE))


@pytest.mark.skipif(
    not ARCHIVE.exists(), reason="the R4 examples were not fetched: run `make setup` where the registry is reached"
)
@pytest.mark.parametrize("reader", READERS)
async def test_the_forbidden_cannot_be_told_from_the_absent(api: httpx.AsyncClient, world: World, reader: str) -> None:
    secrets = [secret(example) for example in examples().values()]
    await world.put({"resourceType": "Patient", "id": "bob", "name": [{"family": "Secretan"}]})
    await world.put(*(one for one in secrets if one["resourceType"] not in ("CareTeam", "Consent", "RelatedPerson")))
    items = [{"item": {"reference": f"{one['resourceType']}/secret"}} for one in secrets]
    await world.put(
        {
            "resourceType": "List", "id": "anas", "status": "current", "mode": "working", "entry": items,
            "subject": {"reference": "Patient/ana"},
        },
        care_team("team-bob", "bob", "PractitionerRole/nobody-role"),
    )  # fmt: skip
    leaks: list[str] = []
    for question in sampled(reader):
        known = await asked(api, reader, question, SECRET)
        unknown = await asked(api, reader, question, ABSENT)
        path, _ = question.about(SECRET)
        if known.status_code >= 500 or told(known) != told(unknown):
            leaks.append(
                f"{question.method} {path}: {known.status_code} {known.text[:200]} / {unknown.status_code} {unknown.text[:200]}"
            )
    for path in (
        "List?_id=anas&_include=List:item",
        "List?_id=anas&_include=*&_include:iterate=*",
        "_history",
        "Patient",
    ):
        answer = await api.get(path, headers={"x-reader": reader})
        if answer.status_code >= 500 or "Secretan" in answer.text:
            leaks.append(f"GET {path}: {answer.status_code} {answer.text[:300]}")
    assert leaks == [], f"{len(leaks)} leaks, the first: {leaks[0]}"
    after = await world.engine.database.pool.fetchval(
        "SELECT count(*) FROM version WHERE ended IS NULL AND version = 1 AND id = 'secret'"
    )
    assert after == len(secrets) - 3, "nothing forbidden was written"
