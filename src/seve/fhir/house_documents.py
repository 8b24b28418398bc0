"""Documents of an organisation's own file, the copies by which they are shared, and the rule that shares some of them (N05).

A copy is a document of its own, so that masking or archiving one leaves the other as it is: it has its own files, and says by
`relatesTo` (`transforms`) what it was made of. The rule is a PlanDefinition: a trigger on new documents of some types.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from seve.fhir import Resource
from seve.fhir.access.openings import is_shared, keeper
from seve.fhir.access.veils import FROM_PROFESSIONALS, PERSONAL, VISIBILITY, veil
from seve.fhir.extensions import complex_, own, part, replaced

Way: TypeAlias = Literal["person", "rule"]
COPY: Final = "transforms"
PREFIX: Final = "shared-"
"""Ids of copies: made by the platform alone, so that a document that only claims to be a copy is none."""
SYSTEM: Final = "https://seve.example/house-rules"
_SHARED: Final = "house-document-shared"
_TAKEN: Final = (
    "type",
    "category",
    "subject",
    "author",
    "authenticator",
    "custodian",
    "description",
    "securityLabel",
    "context",
)


@dataclass(frozen=True, slots=True)
class Sharing:
    """How a document is shared: by a person, or by the rule that `by` set; `by` a reference, with a name; `at` a FHIR instant."""

    way: Way
    by: str
    name: str
    at: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Documents of these types (system and code) that `organization` keeps are shared, from `since` (FHIR instant) on."""

    organization: str
    types: tuple[tuple[str, str], ...] = ()
    since: str = ""
    by: str = ""
    name: str = ""
    version: str = ""

    def covers(self, document: Resource) -> bool:
        """Whether a document is of these types, and was filed since."""
        codings: list[dict[str, Any]] = document.get("type", {}).get("coding", [])
        told = {(one.get("system", ""), one.get("code", "")) for one in codings}
        return bool(self.since) and not told.isdisjoint(self.types) and instant(filed(document)) >= instant(self.since)


def filed(document: Resource) -> str:
    """When a document was filed: by what it says, or by its last version."""
    return document.get("date") or document.get("meta", {}).get("lastUpdated", "")


def instant(text: str) -> float:
    """A FHIR instant in seconds since 1970; 0 for none."""
    return datetime.fromisoformat(text).timestamp() if text else 0.0


def is_in_house(document: Resource, organization: str) -> bool:
    """Whether an organisation keeps it in its own file."""
    return bool(organization) and keeper(document) == organization


def is_copy(document: Resource, *, of: Iterable[str], organization: str) -> bool:
    """Whether it is a copy, in the shared record, of one of these documents (references) of an organisation."""
    targets = {one["target"].get("reference", "") for one in document.get("relatesTo", ()) if one["code"] == COPY}
    is_theirs = document.get("custodian", {}).get("reference") == organization
    return document["id"].startswith(PREFIX) and is_shared(document) and is_theirs and not targets.isdisjoint(of)


def needs_a_person(document: Resource) -> bool:
    """Whether labels hide it from somebody: no rule shares it."""
    return bool(veil(document, patients=1) & PERSONAL)


def copy_id(document: Resource, files: Sequence[bytes | None]) -> str:
    """The id of the copy of a document as it stands now: the same for the same. `files` are the bytes of its contents, in order, None
    for those that are copied by their address or stand in the document.
    """
    said = [document["id"], *(_written(document.get(name)) for name in _TAKEN)]
    for content, data in zip(document["content"], files, strict=True):
        attachment = content["attachment"]
        told = attachment if data is None else {name: one for name, one in attachment.items() if name != "url"}
        said += [_written({**content, "attachment": told}), hashlib.sha256(data or b"").hexdigest()]
    return PREFIX + hashlib.sha256("\n".join(said).encode()).hexdigest()[:40]


def copied(document: Resource, id_: str, sharing: Sharing, *, urls: Sequence[str], old: Sequence[Resource]) -> Resource:
    """The copy. `urls` are the addresses of its contents, in order; `old` the copies whose place it takes, and whose masks it keeps."""
    relations = [{"code": COPY, "target": {"reference": f"DocumentReference/{document['id']}"}}]
    relations += [{"code": "replaces", "target": {"reference": f"DocumentReference/{one['id']}"}} for one in old]
    contents = [
        {**one, "attachment": {**one["attachment"], **({"url": url} if url else {})}}
        for one, url in zip(document["content"], urls, strict=True)
    ]
    made: Resource = {
        "resourceType": "DocumentReference",
        "id": id_,
        "status": "current",
        **{name: document[name] for name in ("docStatus", *_TAKEN) if name in document},
        "date": sharing.at,
        "relatesTo": relations,
        "content": contents,
    }
    if masks := _masks(document, *old):
        made["meta"] = {"security": masks}
    return with_sharing(made, sharing)


def with_sharing(copy: Resource, sharing: Sharing) -> Resource:
    """The copy that says by whom, how and when it is shared."""
    by = {"reference": sharing.by, "display": sharing.name} if sharing.by else {}
    said = (("way", "Code", sharing.way), ("by", "Reference", by), ("at", "Instant", sharing.at))
    return replaced(copy, (_SHARED,), [complex_(_SHARED, said)])


def sharing_of(copy: Resource) -> Sharing:
    """What a copy says of itself."""
    found = next(iter(own(copy, _SHARED)), {})
    by: dict[str, str] = part(found, "by", {})
    way: Way = "rule" if part(found, "way", "") == "rule" else "person"
    return Sharing(way, by.get("reference", ""), by.get("display", ""), part(found, "at", copy.get("date", "")))


def rule_id(organization: str) -> str:
    """The id of an organisation's rule: it has one."""
    return f"house-rule-{hashlib.sha256(organization.encode()).hexdigest()[:40]}"


def rule_resource(rule: Rule) -> Resource:
    """The rule as it is kept; one without types is retired."""
    coding = [{"system": system, "code": code} for system, code in rule.types]
    context = {"system": "http://terminology.hl7.org/CodeSystem/usage-context-type", "code": "venue"}
    data: dict[str, Any] = {"type": "DocumentReference", "codeFilter": [{"path": "type", "code": coding}]}
    made: Resource = {
        "resourceType": "PlanDefinition",
        "id": rule_id(rule.organization),
        "identifier": [{"system": SYSTEM, "value": rule.organization}],
        "status": "active" if rule.types else "retired",
        "date": rule.since,
        "author": [{"name": rule.name}],
        "useContext": [{"code": context, "valueReference": {"reference": rule.organization}}],
        "effectivePeriod": {"start": rule.since},
    }
    if rule.types:
        made["action"] = [{"trigger": [{"type": "data-added", "data": [data]}]}]
    return replaced(made, ("set-by",), [complex_("set-by", [("by", "Reference", {"reference": rule.by})])])


def rule_of(plan: Resource) -> Rule:
    """The rule that a resource keeps; one that is retired has no types."""
    data = [one for act in plan.get("action", ()) for hook in act.get("trigger", ()) for one in hook.get("data", ())]
    codings = [code for one in data for kind in one.get("codeFilter", ()) for code in kind.get("code", ())]
    by: dict[str, str] = part(next(iter(own(plan, "set-by")), {}), "by", {})
    return Rule(
        organization=plan["identifier"][0]["value"],
        types=tuple((one.get("system", ""), one["code"]) for one in codings) if plan["status"] == "active" else (),
        since=plan.get("effectivePeriod", {}).get("start", ""),
        by=by.get("reference", ""),
        name=next((str(one.get("name", "")) for one in plan.get("author", ())), ""),
        version=plan["meta"]["versionId"],
    )


def _written(value: Any) -> str:
    """The same for the same, in whichever order it came."""
    return json.dumps(value, sort_keys=True, default=str)


def _masks(document: Resource, *old: Resource) -> list[dict[str, Any]]:
    """Labels of the copy beside those of the registry: what masks the document, and from professionals what masked the copies before it."""
    labels = list[dict[str, Any]](document.get("meta", {}).get("security", ()))
    was_masked = any(veil(one, patients=1) & FROM_PROFESSIONALS for one in old)
    if was_masked and not veil(document, patients=1) & FROM_PROFESSIONALS:
        labels.append({"system": VISIBILITY, "code": "MASQUE_PS"})
    return labels
