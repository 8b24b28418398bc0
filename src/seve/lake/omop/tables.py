"""The columns of the CDM 5.4 tables, in its order: `!` marks those that may not be empty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

_TYPES: Final[Mapping[str, pa.DataType]] = {
    "integer": pa.int64(),  # the CDM says integer; ids that follow from FHIR's need 63 bits
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
    "float": pa.float64(),
    "varchar": pa.string(),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the CDM with its type there."""

    name: str
    type: str
    is_required: bool


def _columns(text: str) -> tuple[Column, ...]:
    """From `name type` in lines, a type with `!` where required."""
    parts = (entry.split() for entry in text.strip().splitlines())
    return tuple(Column(name, type_.rstrip("!"), type_.endswith("!")) for name, type_ in parts)


TABLES: Final[Mapping[str, tuple[Column, ...]]] = {
    "person": _columns("""
        person_id integer!
        gender_concept_id integer!
        year_of_birth integer!
        month_of_birth integer
        day_of_birth integer
        birth_datetime datetime
        race_concept_id integer!
        ethnicity_concept_id integer!
        location_id integer
        provider_id integer
        care_site_id integer
        person_source_value varchar
        gender_source_value varchar
        gender_source_concept_id integer
        race_source_value varchar
        race_source_concept_id integer
        ethnicity_source_value varchar
        ethnicity_source_concept_id integer
    """),
    "visit_occurrence": _columns("""
        visit_occurrence_id integer!
        person_id integer!
        visit_concept_id integer!
        visit_start_date date!
        visit_start_datetime datetime
        visit_end_date date!
        visit_end_datetime datetime
        visit_type_concept_id integer!
        provider_id integer
        care_site_id integer
        visit_source_value varchar
        visit_source_concept_id integer
        admitted_from_concept_id integer
        admitted_from_source_value varchar
        discharged_to_concept_id integer
        discharged_to_source_value varchar
        preceding_visit_occurrence_id integer
    """),
    "condition_occurrence": _columns("""
        condition_occurrence_id integer!
        person_id integer!
        condition_concept_id integer!
        condition_start_date date!
        condition_start_datetime datetime
        condition_end_date date
        condition_end_datetime datetime
        condition_type_concept_id integer!
        condition_status_concept_id integer
        stop_reason varchar
        provider_id integer
        visit_occurrence_id integer
        visit_detail_id integer
        condition_source_value varchar
        condition_source_concept_id integer
        condition_status_source_value varchar
    """),
    "drug_exposure": _columns("""
        drug_exposure_id integer!
        person_id integer!
        drug_concept_id integer!
        drug_exposure_start_date date!
        drug_exposure_start_datetime datetime
        drug_exposure_end_date date!
        drug_exposure_end_datetime datetime
        verbatim_end_date date
        drug_type_concept_id integer!
        stop_reason varchar
        refills integer
        quantity float
        days_supply integer
        sig varchar
        route_concept_id integer
        lot_number varchar
        provider_id integer
        visit_occurrence_id integer
        visit_detail_id integer
        drug_source_value varchar
        drug_source_concept_id integer
        route_source_value varchar
        dose_unit_source_value varchar
    """),
    "procedure_occurrence": _columns("""
        procedure_occurrence_id integer!
        person_id integer!
        procedure_concept_id integer!
        procedure_date date!
        procedure_datetime datetime
        procedure_end_date date
        procedure_end_datetime datetime
        procedure_type_concept_id integer!
        modifier_concept_id integer
        quantity integer
        provider_id integer
        visit_occurrence_id integer
        visit_detail_id integer
        procedure_source_value varchar
        procedure_source_concept_id integer
        modifier_source_value varchar
    """),
    "measurement": _columns("""
        measurement_id integer!
        person_id integer!
        measurement_concept_id integer!
        measurement_date date!
        measurement_datetime datetime
        measurement_time varchar
        measurement_type_concept_id integer!
        operator_concept_id integer
        value_as_number float
        value_as_concept_id integer
        unit_concept_id integer
        range_low float
        range_high float
        provider_id integer
        visit_occurrence_id integer
        visit_detail_id integer
        measurement_source_value varchar
        measurement_source_concept_id integer
        unit_source_value varchar
        unit_source_concept_id integer
        value_source_value varchar
        measurement_event_id integer
        meas_event_field_concept_id integer
    """),
    "observation": _columns("""
        observation_id integer!
        person_id integer!
        observation_concept_id integer!
        observation_date date!
        observation_datetime datetime
        observation_type_concept_id integer!
        value_as_number float
        value_as_string varchar
        value_as_concept_id integer
        qualifier_concept_id integer
        unit_concept_id integer
        provider_id integer
        visit_occurrence_id integer
        visit_detail_id integer
        observation_source_value varchar
        observation_source_concept_id integer
        unit_source_value varchar
        qualifier_source_value varchar
        value_source_value varchar
        observation_event_id integer
        obs_event_field_concept_id integer
    """),
    "death": _columns("""
        person_id integer!
        death_date date!
        death_datetime datetime
        death_type_concept_id integer
        cause_concept_id integer
        cause_source_value varchar
        cause_source_concept_id integer
    """),
}


def schema(table: str) -> pa.Schema:
    """A table's columns as Arrow has them."""
    return pa.schema(
        [pa.field(column.name, _TYPES[column.type], nullable=not column.is_required) for column in TABLES[table]]
    )
