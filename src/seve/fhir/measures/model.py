"""A measure as data (R4, Measure): one proportion, its populations and stratifiers as SQL over views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Stratifier:
    """How a population is divided: by the values of its components together. `sql` gives `subject` and a column a component."""

    components: tuple[str, ...]
    sql: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure, checked. `views` are the urls of the ViewDefinitions that its SQL reads, by their names as tables.

    The SQL of a population gives a column `subject`, which is counted, and may give `person`, whose it is, where that is not the
    subject itself. `definition` is the resource.
    """

    url: str
    name: str
    title: str
    views: tuple[str, ...]
    denominator: str
    numerator: str
    stratifiers: tuple[Stratifier, ...]
    definition: Mapping[str, Any]
