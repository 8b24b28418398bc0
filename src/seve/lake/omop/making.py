"""Rows of the CDM from rows of the views in `lake/views/omop`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final

from seve.lake.omop.moments import Moment, last_day, moment
from seve.lake.omop.tables import TABLES
from seve.lake.omop.vocabulary import UNMAPPED, Vocabulary

Source = Mapping[str, Any]
Row = dict[str, Any]

_EHR: Final = 32817
_PRESCRIBED: Final = 32838
_DISPENSED: Final = 32825
_ADMINISTERED: Final = 32818
_SAID: Final = 32865
_OPERATORS: Final = {"<": 4171756, "<=": 4171754, ">": 4172704, ">=": 4171755}
_VISITS: Final = {"IMP": "IP", "ACUTE": "IP", "NONAC": "IP", "AMB": "OP", "SS": "OP", "EMER": "ER"}
_GENDERS: Final = {"male": "M", "female": "F"}
_LONGEST: Final = 60
_BITS: Final = (1 << 63) - 1


def number(key: str | None) -> int | None:
    """The integer that stands for `Type/id` (and the part of an Observation after `#`) in every table and every run."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big") & _BITS if key else None


@dataclass(slots=True)
class Report:
    """What did not come whole: rows left out by table and the column that is empty, resources that don't fit the view by table,
    days that stand for a month or a year by table.
    """

    left_out: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    refused: Counter[str] = field(default_factory=Counter[str])
    rounded: Counter[str] = field(default_factory=Counter[str])


@dataclass(frozen=True, slots=True)
class Making:
    """How one table comes from one view."""

    table: str
    view: str
    make: Callable[[Maker, Source], Row]


@dataclass(slots=True)
class Maker:
    """Makes rows; its vocabulary counts what has no concept, its report what is left out."""

    vocabulary: Vocabulary
    report: Report = field(default_factory=Report)

    def row(self, making: Making, source: Source) -> Row | None:
        """A row of the CDM with all its columns; None when a required one stays empty, which is counted."""
        found = making.make(self, source)
        columns = TABLES[making.table]
        missing = next((c.name for c in columns if c.is_required and found.get(c.name) is None), None)
        if missing:
            self.report.left_out[making.table, missing] += 1
            return None
        return {column.name: found.get(column.name) for column in columns}

    def concepts(self, prefix: str, source: Source, *, named: str = "code") -> Row:
        """The standard concept, the source concept and the source value of a code."""
        system, code = source[f"{named}_system"], source[f"{named}_code"]
        return {
            f"{prefix}_concept_id": self.vocabulary.standard(system, code, column=f"{prefix}_concept_id"),
            f"{prefix}_source_concept_id": self.vocabulary.source(system, code),
            f"{prefix}_source_value": code,
        }

    def standard(self, source: Source, named: str, *, column: str) -> int:
        """The standard concept of a code alone."""
        return self.vocabulary.standard(source[f"{named}_system"], source[f"{named}_code"], column=column)

    def day(self, text: str | None, table: str) -> Moment | None:
        """A date, counted where its day is not known."""
        found = moment(text)
        if found and not found.is_whole:
            self.report.rounded[table] += 1
        return found


def _span(prefix: str, start: Moment | None, end: Moment | None = None) -> Row:
    found: Row = {}
    for name, at in (("start", start), ("end", end)):
        found |= {f"{prefix}_{name}_date": at.day, f"{prefix}_{name}_datetime": at.time} if at else {}
    return found


def _shared(source: Source) -> Row:
    return {
        "person_id": number(source["person"]),
        "visit_occurrence_id": number(source.get("visit")),
        "provider_id": number(source.get("provider")),
    }


def _person(maker: Maker, source: Source) -> Row:
    born, gender = moment(source["birth"]), source["gender"]
    known = len(source["birth"] or "")
    return {
        "person_id": number(source["key"]),
        "gender_concept_id": maker.vocabulary.standard(
            "Gender", _GENDERS.get(gender or ""), column="gender_concept_id"
        ),
        "year_of_birth": born.day.year if born else None,
        "month_of_birth": born.day.month if born and known > len("2026") else None,
        "day_of_birth": born.day.day if born and born.is_whole else None,
        "race_concept_id": UNMAPPED,
        "ethnicity_concept_id": UNMAPPED,
        "provider_id": number(source["provider"]),
        "care_site_id": number(source["care_site"]),
        "person_source_value": source["source_value"],
        "gender_source_value": gender,
        "gender_source_concept_id": UNMAPPED,
    }


def _visit(maker: Maker, source: Source) -> Row:
    start = maker.day(source["start"], "visit_occurrence")
    end = maker.day(source["end"], "visit_occurrence") or start
    concept = maker.vocabulary.standard("Visit", _VISITS.get(source["class_code"] or ""), column="visit_concept_id")
    return {
        **_shared(source),
        **_span("visit", start, end),
        "visit_occurrence_id": number(source["key"]),
        "visit_concept_id": concept,
        "visit_type_concept_id": _EHR,
        "visit_source_value": source["class_code"],
        "visit_source_concept_id": UNMAPPED,
        "care_site_id": number(source["care_site"]),
        "admitted_from_concept_id": maker.standard(source, "admitted", column="admitted_from_concept_id"),
        "admitted_from_source_value": source["admitted_code"],
        "discharged_to_concept_id": maker.standard(source, "discharged", column="discharged_to_concept_id"),
        "discharged_to_source_value": source["discharged_code"],
    }


def _condition(maker: Maker, source: Source) -> Row:
    table = "condition_occurrence"
    return {
        **_shared(source),
        **maker.concepts("condition", source),
        **_span("condition", maker.day(source["start"], table), maker.day(source["end"], table)),
        "condition_occurrence_id": number(source["key"]),
        "condition_type_concept_id": _EHR,
        "condition_status_concept_id": UNMAPPED,
        "condition_status_source_value": source["status"],
    }


def _drug(kind: int) -> Callable[[Maker, Source], Row]:
    def make(maker: Maker, source: Source) -> Row:
        start = maker.day(source["start"], "drug_exposure")
        end = maker.day(source["end"], "drug_exposure")
        days = None if source["days"] is None else int(source["days"])
        if start and not end:
            end = Moment(last_day(start.day, days), None, is_whole=True)
        return {
            **_shared(source),
            **maker.concepts("drug", source),
            **_span("drug_exposure", start, end),
            "drug_exposure_id": number(source["key"]),
            "verbatim_end_date": end.day if end and source["end"] else None,
            "drug_type_concept_id": kind,
            "quantity": _float(source["quantity"]),
            "days_supply": days,
            "sig": source["sig"],
            "route_concept_id": maker.standard(source, "route", column="route_concept_id"),
            "route_source_value": source["route_code"],
            "dose_unit_source_value": source["dose_unit"],
        }

    return make


def _procedure(maker: Maker, source: Source) -> Row:
    start, end = (maker.day(source[name], "procedure_occurrence") for name in ("start", "end"))
    return {
        **_shared(source),
        **maker.concepts("procedure", source),
        "procedure_occurrence_id": number(source["key"]),
        "procedure_date": start.day if start else None,
        "procedure_datetime": start.time if start else None,
        "procedure_end_date": end.day if end else None,
        "procedure_end_datetime": end.time if end else None,
        "procedure_type_concept_id": _EHR,
    }


def _measurement(maker: Maker, source: Source) -> Row:
    at = maker.day(source["start"], "measurement")
    value = maker.standard(source, "value", column="value_as_concept_id") if source["value_code"] else None
    return {
        **_shared(source),
        **maker.concepts("measurement", source),
        **maker.concepts("unit", source, named="unit"),
        "measurement_id": number(_part(source)),
        "measurement_date": at.day if at else None,
        "measurement_datetime": at.time if at else None,
        "measurement_time": at.time.strftime("%H:%M:%S") if at and at.time else None,
        "measurement_type_concept_id": _EHR,
        "operator_concept_id": _OPERATORS.get(source["comparator"] or ""),
        "value_as_number": _float(source["number"]),
        "value_as_concept_id": value,
        "range_low": _float(source["low"]),
        "range_high": _float(source["high"]),
        "unit_source_value": source["unit_code"] or source["unit_text"],
        "value_source_value": source["value_code"] or _text(source["number"]),
    }


def _observation(maker: Maker, source: Source) -> Row:
    at = maker.day(source["start"], "observation")
    words = source["text"] if source["yes"] is None else str(source["yes"]).lower()
    value = maker.standard(source, "value", column="value_as_concept_id") if source["value_code"] else None
    return {
        **_shared(source),
        **maker.concepts("observation", source),
        "observation_id": number(_part(source)),
        "observation_date": at.day if at else None,
        "observation_datetime": at.time if at else None,
        "observation_type_concept_id": _EHR,
        "value_as_string": words[:_LONGEST] if words else None,
        "value_as_concept_id": value,
        "value_source_value": source["value_code"],
    }


def _death(maker: Maker, source: Source) -> Row:
    at = maker.day(source["start"], "death")
    return {
        "person_id": number(source["person"]),
        "death_date": at.day if at else None,
        "death_datetime": at.time if at else None,
        "death_type_concept_id": _EHR,
    }


def _part(source: Source) -> str:
    return f"{source['resource']}#{source['part']}" if source["part"] else source["resource"]


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


MAKINGS: Final = (
    Making("person", "person", _person),
    Making("visit_occurrence", "visit_occurrence", _visit),
    Making("condition_occurrence", "condition_occurrence", _condition),
    Making("drug_exposure", "drug_exposure_request", _drug(_PRESCRIBED)),
    Making("drug_exposure", "drug_exposure_dispense", _drug(_DISPENSED)),
    Making("drug_exposure", "drug_exposure_administration", _drug(_ADMINISTERED)),
    Making("drug_exposure", "drug_exposure_statement", _drug(_SAID)),
    Making("measurement", "measurement", _measurement),
    Making("procedure_occurrence", "procedure_occurrence", _procedure),
    Making("observation", "observation", _observation),
    Making("death", "death", _death),
)
"""Every view and the table it goes into."""
