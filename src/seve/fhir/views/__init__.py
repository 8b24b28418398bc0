"""SQL on FHIR v2: view definitions, parsed with every fault named, checked against R4, compiled to rows."""

from seve.fhir.views.compiling import CompiledView, compile_view
from seve.fhir.views.model import Column, Select, View
from seve.fhir.views.parsing import parse_view
from seve.fhir.views.refusals import RowRefused, ViewRefused

__all__ = ["Column", "CompiledView", "RowRefused", "Select", "View", "ViewRefused", "compile_view", "parse_view"]
