"""The rule by which an organisation shares some types of documents as soon as it keeps them.

It is set by a physician who acts for the organisation. The platform carries it out for what comes by pages and by the API alike: at
least once, and once is enough, since the copy of a document as it stands has one id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from seve.engine.access.granting import open_grant
from seve.engine.agendas.stored import elevated, read
from seve.engine.dispatch import perform
from seve.engine.houses.refusals import AlreadyShared, NotCurrent, NotTheirRule
from seve.engine.houses.sharing import shared
from seve.engine.houses.standing import Hindrance, copies, hindrance, house_of, patient_of
from seve.engine.refusals import NotFound, VersionMismatch
from seve.engine.requests import Request
from seve.fhir import Resource
from seve.fhir.access.openings import OWN, TAGS, keeper
from seve.fhir.codec.json import parse
from seve.fhir.house_documents import Rule, Sharing, rule_id, rule_of, rule_resource
from seve.fhir.search.keys import value_key
from seve.france.documents.standing import is_archived
from seve.kernel.refusals import InvalidContent
from seve.store.access.admission import Forbidden, Proposal, check
from seve.store.access.indexing import NotQualified
from seve.store.access.openings import RecordNotOpen
from seve.store.deeds import Current, Deed, Draft

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant

_PHYSICIAN: Final = "10"
_MOST: Final = "1000"


async def rule(engine: Engine, organization: str) -> Rule:
    """The rule of an organisation; one without types where none was set."""
    found = await read(engine, open_grant(), "PlanDefinition", rule_id(organization))
    return rule_of(found) if found else Rule(organization)


def may_rule(grant: Grant) -> bool:
    """Whether the caller is one of those who set the rule: the physicians of the organisation."""
    return grant.sight is not None and grant.sight.profession == _PHYSICIAN


async def keep_rule(engine: Engine, grant: Grant, wanted: Rule) -> Rule:
    """Sets the rule from now on, in place of the one whose version it carries ("" for the first); as kept.

    Raises NoHouse, NotTheirRule, VersionMismatch.
    """
    organization = house_of(grant)
    if not may_rule(grant) or wanted.organization != organization:
        raise NotTheirRule(types="")
    await _check_types(engine, grant, wanted.types)
    made = rule_resource(replace(wanted, since=datetime.now(UTC).isoformat(timespec="milliseconds")))
    await engine.check(made)
    [stored] = await engine.lane.commit(elevated(grant), [_put(engine, made, wanted.version)])
    assert stored.body is not None
    return rule_of(parse(stored.body.encode()))


async def share_by_rule(engine: Engine, id_: str) -> Resource | Hindrance | None:
    """The copy when the rule shares a document, what hinders it, or None when the rule says nothing of it, or it is shared already."""
    document = await read(engine, open_grant(), "DocumentReference", id_)
    if document is None or document["status"] != "current" or not keeper(document):
        return None
    found = await rule(engine, keeper(document))
    if not found.covers(document) or not patient_of(engine, document) or await _is_withdrawn(engine, document):
        return None
    if needs := await hindrance(engine, open_grant(), document):
        return needs
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    try:
        return await shared(engine, open_grant(), document, Sharing("rule", found.by, found.name, now))
    except (AlreadyShared, NotCurrent):
        return None
    except (RecordNotOpen, NotQualified):  # it was so only a moment ago: the reason as it is now
        return await hindrance(engine, open_grant(), document)
    except (NotFound, InvalidContent) as refusal:  # who would be told of it again and again can't mend it
        return Hindrance("refused", reason=refusal.issues[0])


async def waiting_of(engine: Engine, patient: str) -> tuple[str, ...]:
    """The ids of documents about a patient (`Patient/1`) that organisations keep for themselves: to be looked at when a record opens."""
    query = (("patient", patient), ("_tag", f"{TAGS}|{OWN}"), ("status", "current"), ("_count", _MOST))
    answer = await perform(engine, open_grant(), Request("GET", "DocumentReference", query=query))
    return tuple(str(entry["resource"]["id"]) for entry in answer.resource.get("entry", ()))


def _put(engine: Engine, made: Resource, version: str) -> Deed:
    """In the place of the version that was read, and of no other."""

    def decide(current: Current | None) -> Draft:
        stands = str(current.version) if current else ""
        if stands != version:
            raise VersionMismatch(type="PlanDefinition", id=made["id"], expected=version or "-", current=stands or "-")
        return Draft("PUT", made, engine.entries(made))

    return Deed("PlanDefinition", made["id"], decide)


async def _is_withdrawn(engine: Engine, document: Resource) -> bool:
    """What somebody took out of the record stays out of it until a person shares it again."""
    return any(is_archived(one) for one in await copies(engine, open_grant(), document))


async def _check_types(engine: Engine, grant: Grant, types: Sequence[tuple[str, str]]) -> None:
    """Nobody rules more than they may do themselves. Raises NotTheirRule."""
    assert grant.sight is not None
    proposals = [Proposal("DocumentReference", (), value_key(f"DocumentReference|{code}")) for _, code in types]
    async with engine.database.pool.acquire() as connection:
        try:
            await check(connection, grant, grant.sight, proposals, registered=())
        except Forbidden as error:
            raise NotTheirRule(types=", ".join(code for _, code in types)) from error
