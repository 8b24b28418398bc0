"""The functions of the language, a family a module. `FUNCTIONS` is the register; `function` adds to it."""

from seve.fhir.path.functions import (
    aggregates,
    boundaries,
    components,
    conversion,
    existence,
    fhir,
    filtering,
    keys,
    mathematics,
    navigation,
    sets,
    strings,
    subsetting,
    utility,
)
from seve.fhir.path.functions.registry import FUNCTIONS, Function, Implementation, function

STANDARD_FAMILIES = (
    aggregates,
    boundaries,
    components,
    conversion,
    existence,
    fhir,
    filtering,
    keys,
    mathematics,
    navigation,
    sets,
    strings,
    subsetting,
    utility,
)

__all__ = ["FUNCTIONS", "STANDARD_FAMILIES", "Function", "Implementation", "function"]
