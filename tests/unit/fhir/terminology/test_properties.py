"""What must hold whatever the code system: expansion and question agree, subsumption is a partial order."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.fhir.terminology.bodies import URL, concept, sources, system, value_set

from seve.fhir.terminology.composition import composition
from seve.fhir.terminology.expansion import Wanted, expand
from seve.fhir.terminology.hierarchy import closure
from seve.fhir.terminology.membership import among
from seve.fhir.terminology.memory import MemoryConcepts
from seve.fhir.terminology.subsumption import relations, subsumes
from seve.fhir.terminology.waiting import immediate

CODES = "abcdef"
OPERATORS = ("is-a", "descendent-of", "is-not-a", "generalizes", "=", "in", "not-in")


@st.composite
def systems(draw: st.DrawFn) -> dict[str, Any]:
    """Any hierarchy without a circle: parents come before their children."""
    made = []
    for place, code in enumerate(CODES):
        parents = draw(st.sets(st.sampled_from(CODES[:place]))) if place else set()
        made.append(concept(code, parent=sorted(parents), inactive=draw(st.booleans())))
    return system(*made)


@st.composite
def parts(draw: st.DrawFn) -> dict[str, Any]:
    part: dict[str, Any] = {"system": URL}
    kind = draw(st.sampled_from(("whole", "list", "filter", "nested")))
    if kind == "list":
        part["concept"] = [{"code": code} for code in draw(st.sets(st.sampled_from(CODES + "xyz"), min_size=1))]
    if kind == "filter":
        value = draw(st.sampled_from(CODES))
        part["filter"] = [{"property": "concept", "op": draw(st.sampled_from(OPERATORS)), "value": value}]
    if kind == "nested":
        part["valueSet"] = ["urn:nested"]
    return part


@settings(max_examples=200, deadline=None)
@given(systems(), st.lists(parts(), min_size=1, max_size=3), st.lists(parts(), max_size=2), st.booleans())
def test_a_code_is_a_member_just_when_the_expansion_has_it(
    code_system: dict[str, Any], includes: list[Any], excludes: list[Any], has_inactive: bool
) -> None:
    nested = value_set(url="urn:nested", system=URL, concept=[{"code": "b"}, {"code": "d"}])
    resource = value_set()
    resource["compose"] = {"include": includes, "exclude": excludes, "inactive": has_inactive}
    found, composed = sources(code_system, nested), composition(resource)
    members = {m.coding for m in immediate(expand(found, composed, Wanted())).members}
    verdicts = immediate(among(found, composed, {(URL, code) for code in CODES + "xyz"}))
    assert verdicts.members == members
    assert not verdicts.undecided


@settings(max_examples=100, deadline=None)
@given(systems(), st.integers(1, 4))
def test_pages_put_together_are_the_whole(code_system: dict[str, Any], size: int) -> None:
    found, composed = (
        sources(code_system),
        composition(value_set(exclude=[{"system": URL, "concept": [{"code": "c"}]}])),
    )
    whole = immediate(expand(found, composed, Wanted())).members
    paged = []
    for offset in range(0, len(CODES), size):
        paged += immediate(expand(found, composed, Wanted(offset=offset, count=size))).members
    assert paged == whole


@settings(max_examples=100, deadline=None)
@given(systems())
def test_subsumption_is_a_partial_order(code_system: dict[str, Any]) -> None:
    concepts = MemoryConcepts(code_system)
    outcome = {(a, b): immediate(subsumes(concepts, a, b)) for a in CODES for b in CODES}
    opposite = {
        "equivalent": "equivalent",
        "not-subsumed": "not-subsumed",
        "subsumes": "subsumed-by",
        "subsumed-by": "subsumes",
    }
    for (a, b), said in outcome.items():
        assert (said == "equivalent") == (a == b)
        assert outcome[b, a] == opposite[said]
        for c in CODES:
            if said == "subsumes" and outcome[b, c] == "subsumes":
                assert outcome[a, c] == "subsumes"


@given(systems(), st.permutations(CODES), st.integers(0, 6))
def test_a_closure_table_holds_the_same_whatever_the_order_of_its_concepts(
    code_system: dict[str, Any], order: list[str], cut: int
) -> None:
    found = sources(code_system)
    told = [(URL, code) for code in order]
    whole = immediate(relations(found, (), told))
    first = immediate(relations(found, (), told[:cut]))
    second = immediate(relations(found, told[:cut], told[cut:]))
    assert sorted(first + second) == sorted(whole)


def test_a_circle_in_a_hierarchy_ends() -> None:
    above = closure({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]})
    assert above["d"] == {"a", "b", "c"}
    assert "a" not in above["a"]
