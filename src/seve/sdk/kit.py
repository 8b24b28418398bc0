"""The data of the web kit's components (`/kit` shows them), for the fields of a View; the macros are in `kit/*.html`."""

from seve.web.kit.advice import Advice, Source
from seve.web.kit.charts import Chart, Drawing, Series, drawing
from seve.web.kit.fields import Field, FieldKind, Option, filled, to_change
from seve.web.kit.files import Preview
from seve.web.kit.people import Banner, Person
from seve.web.kit.steps import Step, Tab, steps
from seve.web.kit.tables import Column, Row, Table
from seve.web.kit.timelines import Moment, by_month

__all__ = [
    "Advice",
    "Banner",
    "Chart",
    "Column",
    "Drawing",
    "Field",
    "FieldKind",
    "Moment",
    "Option",
    "Person",
    "Preview",
    "Row",
    "Series",
    "Source",
    "Step",
    "Tab",
    "Table",
    "by_month",
    "drawing",
    "filled",
    "steps",
    "to_change",
]
