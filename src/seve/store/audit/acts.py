"""An act: one access or decision, as the ledger keeps it."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import msgspec

from seve.fhir.search.keys import value_key

Action: TypeAlias = Literal["C", "R", "U", "D", "E"]
Outcome: TypeAlias = Literal[0, 4, 8]

ENTITY = value_key("\x00audit.entity")
"""Marks the keys of entities (`value_key("Observation/1") ^ ENTITY`) among those of patients."""

OTHER_AGENT = value_key("\x00audit.agent")
"""Marks the keys of those in whose name somebody acted, and of client applications."""

KIND = value_key("\x00audit.interaction")
"""Marks interactions that are looked for by name: all but the daily ones."""

_DAILY = frozenset({"read", "vread", "search", "history"})


class Act(msgspec.Struct, frozen=True, array_like=True, kw_only=True, gc=False):
    """Who did what to whom, why, and how it ended.

    A struct rather than a dataclass: making and encoding one takes 2 µs. It is stored as a JSON array in this order, so fields
    are only ever added, at the end, with a default.
    """

    interaction: str
    """As FHIR calls it (`read`, `search`, …), an operation's name with `$`, or `sign-in`, `break-glass`, `policy`, `export`, …"""
    action: Action
    outcome: Outcome = 0
    """0 success, 4 refused, 8 failed (AuditEvent.outcome)."""
    agent: str = ""
    """Who acted, as a reference: `Practitioner/1`, `Patient/2`, `Device/3`."""
    display: str = ""
    role: str = ""
    """The profession or role they acted in, as a code (`10` physician, `patient`, `officer`, …)."""
    client: str = ""
    """The client application: `Device/…`, or its client id."""
    session: int = 0
    """The session's key."""
    purpose: str = ""
    """v3-ActReason: TREAT, ETREAT, PATRQT, HRESCH, …"""
    delegated_by: str = ""
    """On whose behalf, as a reference."""
    entities: tuple[str, ...] = ()
    """What was touched, with its version: `Observation/1/_history/2`."""
    patients: tuple[str, ...] = ()
    """Whose data, as references."""
    patient_keys: tuple[int, ...] = ()
    """Whose data, as `value_key("Patient/id")`, where only the compartment's key is at hand."""
    query: str = ""
    """Of searches: the request as it came."""
    source: str = ""
    """The caller's network address."""
    request: str = ""
    """X-Request-Id."""
    basis: str = ""
    """What allowed it, when something special did: the consent, or the reason given for breaking the glass."""
    detail: str = ""
    """More, by interaction; JSON of its own."""
    body: str = ""
    """The AuditEvent that another system sent, as it came."""
    organization: str = ""
    """For whom they acted, as a reference: `Organization/1`."""


class Prepared(NamedTuple):
    """An act in the form of its columns."""

    agent: int
    keys: str
    content: str


_encode = msgspec.json.Encoder().encode
_DECODER = msgspec.json.Decoder(Act)


def prepared(act: Act) -> Prepared:
    """The columns of an act. Raises UnicodeEncodeError when a text holds half a surrogate pair."""
    keys = {*act.patient_keys, *(value_key(patient) for patient in act.patients)}
    for entity in act.entities:
        reference = entity.partition("/_history/")[0]
        keys.add(value_key(reference) ^ ENTITY)
        if reference.startswith("Patient/"):
            keys.add(value_key(reference))
    if act.delegated_by:
        keys.add(value_key(act.delegated_by) ^ OTHER_AGENT)
    if act.client:
        keys.add(value_key(act.client) ^ OTHER_AGENT)
    if act.interaction not in _DAILY:
        keys.add(value_key(act.interaction) ^ KIND)
    agent = value_key(act.agent) if act.agent else 0
    return Prepared(agent, array(sorted(keys)), _encode(act).decode())


def act_of(content: str) -> Act:
    """The act that a content tells. Raises msgspec.DecodeError when it is none."""
    return _DECODER.decode(content)


def array(keys: list[int]) -> str:
    """Keys as the array literal that PostgreSQL reads, and that the MAC covers."""
    return "{" + ",".join(map(str, keys)) + "}"
