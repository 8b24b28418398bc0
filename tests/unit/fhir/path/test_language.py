"""The language by group, as the official R4 suite groups it. Each line: an expression on the patient, and its result."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from seve.fhir import path

TRUE: list[Any] = [True]
FALSE: list[Any] = [False]
NOTHING: list[Any] = []

ACCESS = [
    ("birthDate", ["1974-12-25"]),
    ("Patient.birthDate", ["1974-12-25"]),
    ("Resource.id", ["example"]),
    ("Encounter.status", NOTHING),
    ("name.given", ["Peter", "James", "Jim"]),
    ("name.`given`", ["Peter", "James", "Jim"]),
    ("Patient.name[0].given[1]", ["James"]),
    ("Patient.name[7]", NOTHING),
    ("Patient.deceased", [False]),
    ("Patient.deceased.is(boolean)", TRUE),
    ("name.given.count()", [4]),
    ("name.given.where($this = 'Jim')", ["Jim"]),
    ("name.where($index = 1).use", ["usual"]),
    ("%resource.id = %context.id and %rootResource.id = id", TRUE),
]
LITERALS = [
    ("'a\\'b\\u00e9\\n'", ["a'bé\n"]),
    ("'\\p'", ["p"]),
    ("1.50", [Decimal("1.50")]),
    ("5L + 1", [6]),
    ("@2015-02-04.toString()", ["2015-02-04"]),
    ("@2015-02-04T14:34:28.123+09:00.toString()", ["2015-02-04T14:34:28.123+09:00"]),
    ("@T14:34.toString()", ["14:34"]),
    ("@2015T.is(DateTime)", TRUE),
    ("@2015.is(Date)", TRUE),
    ("(4 days).toString()", ["4 days"]),
    ("10 'mg'.toString()", ["10 'mg'"]),
    ("{}", NOTHING),
    ("true and /* not */ true // at all", TRUE),
]
EXISTENCE = [
    ("name.exists()", TRUE),
    ("name.exists(use = 'usual')", TRUE),
    ("photo.empty()", TRUE),
    ("photo.all(url.exists())", TRUE),
    ("name.all(given.exists())", TRUE),
    ("(true | false).allTrue()", FALSE),
    ("(true | false).anyFalse()", TRUE),
    ("{}.allFalse()", TRUE),
    ("name.first().subsetOf(name)", TRUE),
    ("name.supersetOf(name.first())", TRUE),
    ("(1 | 2 | 1).count()", [2]),
    ("telecom.system.combine(telecom.system).distinct().count()", [2]),
    ("telecom.system.combine(telecom.system).isDistinct()", FALSE),
    ("{}.not()", NOTHING),
]
FILTERING = [
    ("telecom.where(system = 'email').value", ["p@example.org"]),
    ("name.select(given.first())", ["Peter", "Jim"]),
    ("name.select($index)", [0, 1]),
    ("Patient.ofType(Patient).id", ["example"]),
    ("Patient.deceased.ofType(dateTime)", NOTHING),
    ("Patient.repeat(contained).name", ["Hôpital"]),
    ("name.first().use", ["official"]),
    ("name.last().use", ["usual"]),
    ("name.tail().use", ["usual"]),
    ("name.skip(1).use", ["usual"]),
    ("name.take(1).use", ["official"]),
    ("(1 | 2 | 3).intersect(2 | 4)", [2]),
    ("(1 | 2 | 3).exclude(2)", [1, 3]),
    ("(1 | 2).union(2 | 3)", [1, 2, 3]),
    ("(1 | 2).combine(2)", [1, 2, 2]),
    ("name.given.sort()", ["James", "Jim", "Peter"]),
    ("telecom.sort(-rank).system", ["email", "phone"]),
    ("telecom.sort(-system).system", ["phone", "email"]),
    ("name.sort(family).use", ["usual", "official"]),
    ("name.sort(-family).use", ["usual", "official"]),
    ("(1 | 2 | 3).aggregate($this + $total, 0)", [6]),
    ("(2 | 3).aggregate(iif($total.empty(), $this, $total * $this))", [6]),
    ("(1 | 2 | 6).avg()", [3]),
]
CONVERSION = [
    ("'1'.toInteger()", [1]),
    ("'1.5'.toInteger()", NOTHING),
    ("'1.5'.toDecimal()", [Decimal("1.5")]),
    ("'yes'.toBoolean()", TRUE),
    ("true.toInteger()", [1]),
    ("1.0.toString()", ["1.0"]),
    ("'2015-02-04'.toDate() = @2015-02-04", TRUE),
    ("'2015-13-04'.convertsToDate()", FALSE),
    ("'14:30'.toTime() = @T14:30", TRUE),
    ("'1 day'.toQuantity() = 1 day", TRUE),
    ("'1 \\'wk\\''.toQuantity() = 7 'd'", TRUE),
    ("'1 wk'.convertsToQuantity()", FALSE),
    ("1 'kg'.toQuantity('g') = 1000 'g'", TRUE),
    ("2.convertsToBoolean()", FALSE),
    ("iif(name.exists(), 'yes', 'no')", ["yes"]),
    ("iif({}, 'yes', 'no')", ["no"]),
    ("name.last().iif(family.exists(), family, use)", ["usual"]),
    ("name.trace('names', given.first()).use", ["official", "usual"]),
    ("name.trace(birthDate.toString()).use", ["official", "usual"]),
    ("iif(true, 1, 1 / 0)", [1]),
    ("coalesce({}, 'second')", ["second"]),
]
STRINGS = [
    ("'abcdef'.indexOf('cd')", [2]),
    ("'abcabc'.lastIndexOf('bc')", [4]),
    ("'abcdef'.substring(1, 2)", ["bc"]),
    ("'abc'.substring(9)", NOTHING),
    ("'abc'.startsWith('')", TRUE),
    ("'abc'.endsWith('bc')", TRUE),
    ("'abc'.contains('b')", TRUE),
    ("'aBc'.upper() & 'aBc'.lower()", ["ABCabc"]),
    ("'abc'.replace('b', '')", ["ac"]),
    ("'a\\nb'.matches('a.b')", TRUE),
    ("'abc'.matches('b')", TRUE),
    ("'abc'.matchesFull('b')", FALSE),
    ("'11/30/1972'.replaceMatches('(\\\\d+)/(\\\\d+)/(\\\\d+)', '$2-$1-$3')", ["30-11-1972"]),
    ("'abc'.length()", [3]),
    ("'ab'.toChars()", ["a", "b"]),
    ("'a,b'.split(',')", ["a", "b"]),
    ("('a' | 'b').join('-')", ["a-b"]),
    ("'  a '.trim()", ["a"]),
    ("'test'.encode('base64').decode('base64')", ["test"]),
    ("'test'.encode('hex')", ["74657374"]),
    ("'<a>'.escape('html').unescape('html')", ["<a>"]),
    ("'\"'.escape('json')", ['\\"']),
    ("'a' & {} & 'b'", ["ab"]),
    ("'a' + {}", NOTHING),
]
MATHEMATICS = [
    ("(-5).abs()", [5]),
    ("1.1.ceiling()", [2]),
    ("(-1.1).floor()", [-2]),
    ("(-1.9).truncate()", [-1]),
    ("3.14159.round(3)", [Decimal("3.142")]),
    ("0.exp()", [1]),
    ("1.ln()", [0]),
    ("100.0.log(10)", [2]),
    ("2.power(3)", [8]),
    ("(-1).power(0.5)", NOTHING),
    ("81.sqrt()", [9]),
    ("(-1).sqrt()", NOTHING),
    ("7 div 2", [3]),
    ("-7 mod 2", [-1]),
    ("1 / 0", NOTHING),
    ("5 div 0", NOTHING),
    ("1 + 2 * 3 - 4 / 2", [5]),
    ("0.1 + 0.2 = 0.3", TRUE),
    ("2147483647 + 1", NOTHING),
    ("2.0 'cm' * 2.0 'm' = 0.040 'm2'", TRUE),
    ("4.0 'g' / 2.0 'm' = 2 'g/m'", TRUE),
    ("1 'Cel' + 1 'Cel'", NOTHING),
]
MOMENTS = [
    ("@2012-04-15 = @2012-04-15T10:00:00", NOTHING),
    ("@2012-04-15T15:00:00Z = @2012-04-15T10:00:00-05:00", TRUE),
    ("@2012-04-15T15:00:00Z = @2012-04-15T15:00:00", NOTHING),
    ("@2012-04-15 ~ @2012-04", FALSE),
    ("@2012-04 < @2012-05-01", TRUE),
    ("@2012-04 < @2012-04-02", NOTHING),
    ("birthDate < today()", TRUE),
    ("birthDate != @T10:30", TRUE),
    ("birthDate = @T10:30", FALSE),
    ("now() = @T10:30:00.000", FALSE),
    ("now() > @2026-11-22T14:00:00Z", TRUE),
    ("today().toString() & 'T' & timeOfDay().toString() & 'Z' = now().toString()", TRUE),
    ("@2024-01-31 + 1 month", ["2024-02-29"]),
    ("@2014 + 24 months", ["2016"]),
    ("@2019-03-01 - 1 day", ["2019-02-28"]),
    ("@2019-03-31 - 1 'month'", ["2019-02-28"]),
    ("@2019-03-31 + 2 'weeks'", ["2019-04-14"]),
    ("@2019-03-31 + 1 'fortnight'", "WrongTypeError"),
    ("@2024-05-06T10:00:00.000Z + 0.25 's'", ["2024-05-06T10:00:00.250Z"]),
    ("@2024-05-06T10:00:00.000Z + 1.9 minutes", ["2024-05-06T10:01:00.000Z"]),
    ("@T23:59:30 + 1 minute", ["00:00:30"]),
    ("@1973-12-25T00:00:00.000+10:00 + 10 milliseconds", ["1973-12-25T00:00:00.010+10:00"]),
    ("birthDate.yearOf()", [1974]),
    ("1.587.lowBoundary()", [Decimal("1.58650000")]),
    ("1.587.highBoundary(2)", [Decimal("1.59")]),
    ("0.7.highBoundary(0)", [Decimal(1)]),
    ("(-0.02).lowBoundary(1) = 0.0 and 0.02.highBoundary(1) = 0.0", TRUE),
    ("0.lowBoundary(0)", [Decimal(-1)]),
    ("0.000000001.highBoundary() > 0.000000001", TRUE),
    ("@2024-05-06T19.highBoundary()", ["2024-05-06T19:00:59.999-12:00"]),
    ("@2024-05-06T19:15.highBoundary()", ["2024-05-06T19:15:59.999-12:00"]),
    ("@2014.highBoundary(6)", ["2014-12"]),
    ("@2014-01-01T08.lowBoundary(17)", ["2014-01-01T08:00:00.000+14:00"]),
    ("@T10:30.highBoundary(9)", ["10:30:59.999"]),
    ("1.58700.precision()", [5]),
    ("@2014-01-05T10:30:00.000.precision()", [17]),
]
EQUALITY = [
    ("1 = 1.0", TRUE),
    ("'a' = 'A'", FALSE),
    ("'A b' ~ 'a\tb'", TRUE),
    ("(1 | 2) = (2 | 1)", FALSE),
    ("(1 | 2) ~ (2 | 1)", TRUE),
    ("1 = {}", NOTHING),
    ("{} ~ {}", TRUE),
    ("1.2 ~ 1.24", TRUE),
    ("1 != 2", TRUE),
    ("'a' !~ 'b'", TRUE),
    ("4 'g' = 4000 'mg'", TRUE),
    ("4 'g' ~ 4040 'mg'", TRUE),
    ("1 'g' = 1 'm'", NOTHING),
    ("7 days = 1 'wk'", TRUE),
    ("1 year = 1 'a'", NOTHING),
    ("1 year ~ 1 'a'", TRUE),
    ("6 days < 1 week", TRUE),
    ("37 'Cel' = 98.6 '[degF]'", TRUE),
    ("name = name", TRUE),
    ("name.first() ~ name.last()", FALSE),
    ("1 in (1 | 2)", TRUE),
    ("(1 | 2) contains 3", FALSE),
    ("{} in (1 | 2)", NOTHING),
    ("'b' > 'a'", TRUE),
]
LOGIC = [
    ("true and {}", NOTHING),
    ("false and {}", FALSE),
    ("true or {}", TRUE),
    ("false or {}", NOTHING),
    ("true xor {}", NOTHING),
    ("true xor false", TRUE),
    ("false implies {}", TRUE),
    ("{} implies true", TRUE),
    ("true implies {}", NOTHING),
    ("1 and true", TRUE),
    ("1 > 2 or 3 in (3 | 4) and true", TRUE),
]
TYPES = [
    ("active.type().name", ["boolean"]),
    ("active.type().namespace", ["FHIR"]),
    ("1.type().name", ["Integer"]),
    ("Patient.type().name", ["Patient"]),
    ("active is Boolean", FALSE),
    ("active is FHIR.boolean", TRUE),
    ("gender is string", TRUE),
    ("gender is id", FALSE),
    ("gender.as(string)", NOTHING),
    ("gender.ofType(string)", NOTHING),
    ("gender.as(code) | gender.ofType(FHIR.code)", ["male"]),
    ("id.ofType(string)", ["example"]),
    ("ofType(DomainResource).id", ["example"]),
    ("Patient is DomainResource", TRUE),
    ("Patient is System.Patient", FALSE),
    ("Patient.as(System.Patient)", NOTHING),
    ("Patient is System.Nothing or true", "UnknownNameError"),
    ("birthDate is date", TRUE),
    ("name.first() is HumanName", TRUE),
    ("id is System.String", TRUE),
    ("id is string and id is id", TRUE),
    ("1 'g' is Quantity", TRUE),
]
FHIR = [
    ("birthDate.extension('http://hl7.org/fhir/StructureDefinition/patient-birthTime').value.exists()", TRUE),
    ("birthDate.extension(%`ext-patient-birthTime`).exists()", TRUE),
    ("birthDate.hasExtension('nothing')", FALSE),
    ("birthDate.id", ["b"]),
    ("birthDate.hasValue()", TRUE),
    ("name[1].given[1].hasValue()", FALSE),
    ("name[1].given[1].extension('u').value", ["x"]),
    ("birthDate.getValue() = @1974-12-25", TRUE),
    ("managingOrganization.resolve().name", ["Hôpital"]),
    ("generalPractitioner.where(resolve() is Practitioner).count()", [1]),
    ("Patient.conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')", TRUE),
    ("Patient.conformsTo('http://hl7.org/fhir/StructureDefinition/Person')", FALSE),
    ("{}.conformsTo('http://hl7.org/fhir/StructureDefinition/Person')", NOTHING),
    ("%`vs-administrative-gender`", ["http://hl7.org/fhir/ValueSet/administrative-gender"]),
    ("%sct | %loinc | %ucum", ["http://snomed.info/sct", "http://loinc.org", "http://unitsofmeasure.org"]),
    ("gender.elementDefinition().path", ["code"]),
    ("Patient.elementDefinition().path", ["Patient"]),
    ("Patient.checkModifiers().id", ["example"]),
    ("defineVariable('n', name.first()).select(%n.use)", ["official"]),
    ("children().count() > 8 and descendants().count() > children().count()", TRUE),
    ("descendants().where($this is HumanName).count()", [2]),
]
ALL = [
    *ACCESS, *LITERALS, *EXISTENCE, *FILTERING, *CONVERSION, *STRINGS, *MATHEMATICS, *MOMENTS, *EQUALITY, *LOGIC, *TYPES, *FHIR,
]  # fmt: skip


@pytest.mark.parametrize(("expression", "wanted"), ALL, ids=[expression for expression, _ in ALL])
def test_an_expression_gives_what_the_standard_says(
    expression: str, wanted: Any, patient: dict[str, Any], context: path.Context
) -> None:
    if isinstance(wanted, str):
        with pytest.raises(path.FHIRPathError) as caught:
            path.evaluate(patient, expression, context=context)
        assert type(caught.value).__name__ == wanted
        return
    found = path.evaluate(patient, expression, context=context)
    shown = [found if isinstance(found, bool | int | Decimal) else str(found) for found in found]
    assert shown == wanted


@pytest.mark.parametrize(("expression", "wanted"), ALL, ids=[expression for expression, _ in ALL])
def test_an_expression_compiled_for_patients_gives_the_same(
    expression: str, wanted: Any, patient: dict[str, Any], context: path.Context
) -> None:
    if isinstance(wanted, str):
        pytest.skip("an error")
    compiled = path.compile(expression, root_type="Patient")
    assert compiled.evaluate(patient, context=context) == path.evaluate(patient, expression, context=context)


def test_a_choice_is_navigated_by_its_name(observation: dict[str, Any]) -> None:
    assert path.evaluate(observation, "Observation.value.unit") == ["lbs"]
    assert path.evaluate(observation, "(Observation.value as Quantity).value") == [Decimal("185.0")]
    assert path.evaluate(observation, "Observation.value.ofType(string)") == []
    assert path.evaluate(observation, "Observation.value > 180 '[lb_av]'") == [True]
    assert path.evaluate(observation, "Observation.component.value.code") == ["mm[Hg]"]


def test_variables_stand_for_values_and_collections(patient: dict[str, Any]) -> None:
    assert path.evaluate(patient, "%a + %b.sum()", variables={"a": 1, "b": [2, 3]}) == [6]
    assert path.evaluate(patient, "%r.id", variables={"r": {"resourceType": "Basic", "id": "x"}}) == ["x"]
    assert path.evaluate(patient, "%none", variables={"none": None}) == []


def test_a_trace_reaches_the_context_and_changes_nothing(patient: dict[str, Any]) -> None:
    heard: list[tuple[str, list[Any]]] = []

    class Listening(path.Context):
        def trace(self, name: str, values: Any) -> None:
            heard.append((name, list(values)))

    compiled = path.compile("name.use.trace('uses')", root_type="Patient")
    assert compiled.evaluate(patient, context=Listening()) == ["official", "usual"]
    assert heard == [("uses", ["official", "usual"])]


def test_references_terminology_and_profiles_are_asked_of_the_context(patient: dict[str, Any]) -> None:
    class Knowing(path.Context):
        def resolve(self, reference: str) -> dict[str, Any] | None:
            return (
                {"resourceType": "Practitioner", "id": "1", "active": True} if reference == "Practitioner/1" else None
            )

        def member_of(self, value_set: str, value: Any) -> bool | None:
            return value == "male" and value_set.endswith("gender")

        def subsumes(self, parent: Any, child: Any) -> bool | None:
            return (parent, child) == ("a", "b")

        def conforms_to(self, resource: Any, url: str) -> bool | None:
            return url == "http://a"

    context = Knowing()
    assert path.evaluate(patient, "generalPractitioner.resolve().active", context=context) == [True]
    assert path.evaluate(patient, "gender.memberOf('http://gender')", context=context) == [True]
    assert path.evaluate(patient, "'a'.subsumes('b') and 'b'.subsumedBy('a')", context=context) == [True]
    assert path.evaluate(patient, "'b'.subsumes('a')", context=context) == [False]
    assert path.evaluate(patient, "conformsTo('http://a')", context=context) == [True]
    assert path.evaluate(patient, "gender.memberOf('http://gender')") == []


def test_entries_of_a_bundle_resolve_by_their_full_url(patient: dict[str, Any], observation: dict[str, Any]) -> None:
    bundle = {
        "resourceType": "Bundle",
        "entry": [
            {"fullUrl": "http://here/Patient/example", "resource": patient},
            {"fullUrl": "urn:uuid:1", "resource": observation},
        ],
    }
    found = path.evaluate(bundle, "entry.resource.ofType(Observation).subject.resolve().birthDate")
    assert found == ["1974-12-25"]
    assert path.evaluate(bundle, "entry.resource.managingOrganization.resolve().name") == ["Hôpital"]
