"""The grammar of scopes: SMART App Launch 2.2, “Scopes and launch context”."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seve.fhir.smart.scopes import LETTERS, ResourceScope, Scopes


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("patient/Observation.rs", "patient/Observation.rs"),
        ("user/*.cruds", "user/*.cruds"),
        ("system/Patient.r", "system/Patient.r"),
        ("patient/*.read", "patient/*.rs"),
        ("patient/Observation.write", "patient/Observation.cud"),
        ("user/Patient.*", "user/Patient.cruds"),
        ("openid  fhirUser openid", "openid fhirUser"),
        ("patient/Observation.rs?b=2&a=1", "patient/Observation.rs?a=1&b=2"),
        ("offline_access launch/patient launch", "launch launch/patient offline_access"),
    ],
)
def test_a_scope_is_read_and_written_in_one_form(written: str, meant: str) -> None:
    assert str(Scopes.parse(written)) == meant
    assert Scopes.parse(meant) == Scopes.parse(written)
    assert hash(Scopes.parse(meant)) == hash(Scopes.parse(written))


@pytest.mark.parametrize(
    "written",
    [
        "patient/Observation.sr",
        "patient/Observation.",
        "patient/observation.r",
        "patient/Observation.rx",
        "patient/Observation",
        "practitioner/Patient.r",
        "patient/*.*.r",
        "patient/Observation.r?",
        "*/*.*",
        "PATIENT/Observation.r",
        "patient/Observation.rs\x00",
        'patient/Observation.rs?a="',
        "unknown",
        "",
    ],
)
def test_what_is_malformed_or_unknown_is_never_granted(written: str) -> None:
    assert not Scopes.parse(written)


def test_an_interaction_is_allowed_by_letter_and_type_in_its_context() -> None:
    scopes = Scopes.parse("patient/Observation.rs user/*.r")
    assert scopes.allows("s", "Observation")
    assert not scopes.allows("u", "Observation")
    assert scopes.allows("r", "Patient")
    assert not scopes.allows("s", "Patient")
    assert not scopes.allows("s", "Observation", context="user")


def test_granular_queries_bind_unless_a_wider_scope_stands_beside_them() -> None:
    scopes = Scopes.parse("patient/Observation.rs?category=laboratory patient/Observation.rs?category=vital-signs")
    assert scopes.queries("Observation", "r") == ("category=laboratory", "category=vital-signs")
    assert scopes.queries("Condition", "r") == ()
    assert Scopes.parse(f"{scopes} patient/*.r").queries("Observation", "r") is None
    assert Scopes.parse(f"{scopes} patient/*.r").queries("Observation", "s") == scopes.queries("Observation", "s")


def test_narrowing_keeps_what_both_allow() -> None:
    asked = Scopes.parse("openid offline_access patient/*.cruds user/Patient.rs")
    most = Scopes.parse("openid patient/Observation.rs?category=x patient/Condition.cud")
    assert str(asked.narrow(most)) == "openid patient/Condition.cud patient/Observation.rs?category=x"
    assert not asked.intersects(Scopes.parse("system/*.cruds fhirUser"))


def test_queries_of_both_sides_bind_after_narrowing() -> None:
    one, other = Scopes.parse("patient/Observation.rs?a=1"), Scopes.parse("patient/Observation.r?b=2")
    assert str(one.narrow(other)) == "patient/Observation.r?a=1&b=2"


def test_within_tells_a_rise_from_a_fall() -> None:
    granted = Scopes.parse("openid patient/Observation.rs patient/Condition.rs?code=x")
    for lower in ("openid", "patient/Observation.r", "patient/Observation.s?a=1", "patient/Condition.r?code=x&a=1"):
        assert Scopes.parse(lower).within(granted)
    for higher in ("patient/Observation.c", "patient/*.r", "user/Observation.r", "patient/Condition.r", "fhirUser"):
        assert not Scopes.parse(higher).within(granted)


_CONTEXTS = st.sampled_from(["patient", "user", "system"])
_SCOPES = st.builds(
    lambda context, type_, letters, query: ResourceScope(
        context, type_, "".join(letter for letter in LETTERS if letter in letters), query
    ),
    _CONTEXTS,
    st.sampled_from(["*", "Patient", "Observation"]),
    st.sets(st.sampled_from(LETTERS), min_size=1),
    st.sampled_from(["", "a=1", "b=2", "a=1&b=2"]),
)
_SETS = st.lists(_SCOPES, max_size=5).map(lambda found: Scopes.of(["openid"], found))


@given(_SETS, _SETS)
def test_what_is_narrowed_is_within_both_and_reads_back(one: Scopes, other: Scopes) -> None:
    both = one.narrow(other)
    assert both.within(one)
    assert both.within(other)
    assert Scopes.parse(str(both)) == both
    for type_ in ("Patient", "Observation", "Condition"):
        for letter in LETTERS:
            for context in ("patient", "user", "system"):
                expected = one.allows(letter, type_, context=context) and other.allows(letter, type_, context=context)
                assert both.allows(letter, type_, context=context) == expected


@given(_SETS)
def test_a_set_is_within_itself_and_narrowing_by_itself_changes_no_permission(one: Scopes) -> None:
    assert one.within(one)
    assert one.within(one.narrow(one))
