"""Indicators as FHIR Measures: parsed, their small numbers hidden, their results as MeasureReports. Pure: others ask the data."""

from seve.fhir.measures.counts import Count, Result, Stratum
from seve.fhir.measures.model import Measure, Stratifier
from seve.fhir.measures.parsing import MeasureRefused, parse_measure
from seve.fhir.measures.reporting import report
from seve.fhir.measures.suppressing import LEAST, suppressed

__all__ = [
    "LEAST",
    "Count",
    "Measure",
    "MeasureRefused",
    "Result",
    "Stratifier",
    "Stratum",
    "parse_measure",
    "report",
    "suppressed",
]
