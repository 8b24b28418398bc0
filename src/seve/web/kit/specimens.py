"""What the kit's pages show: each component with data made up for it, in the visitor's language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from seve.engine.rights.wording import ZONE
from seve.web.kit.advice import Advice, Source
from seve.web.kit.calendars import Calendar, Event, View
from seve.web.kit.charts import Chart, Series
from seve.web.kit.fields import Field, Option
from seve.web.kit.files import Preview
from seve.web.kit.people import Banner, Person
from seve.web.kit.tables import Column, Row, Table
from seve.web.kit.timelines import Moment

Tell = Callable[[str], str]
TODAY = date(2026, 11, 22)
"""The pages are the same every day, so that their pictures can be compared."""
TOWNS = (
    ("59350", "Lille"), ("59512", "Roubaix"), ("59599", "Tourcoing"), ("59183", "Dunkerque"), ("59606", "Valenciennes"),
    ("59178", "Douai"), ("62041", "Arras"), ("62193", "Calais"), ("62498", "Lens"), ("80021", "Amiens"),
)  # fmt: skip
"""Communes with their INSEE codes."""
_TESTS = (
    ("hba1c", "7.1", "%", "2026-11-12", "Biologie des Flandres"),
    ("creatinine", "88", "µmol/L", "2026-11-12", "Biologie des Flandres"),
    ("ldl", "1.02", "g/L", "2026-09-03", "Laboratoire du Beffroi"),
    ("potassium", "4.3", "mmol/L", "2026-05-20", "Laboratoire du Beffroi"),
)
_MONTHS = ("01", "02", "03", "04", "05", "06")


def fields(tell: Tell) -> tuple[Field, ...]:
    """One field of each plain kind."""
    reasons = tuple(Option(value, tell(f"f_reason_{value}")) for value in ("pain", "renewal", "other"))
    ways = (Option("phone", tell("f_phone")), Option("mail", tell("f_mail"), tell("f_mail_hint")))
    needs = (Option("chair", tell("f_chair")), Option("signs", tell("f_signs")))
    return (
        Field("name", tell("f_name"), hint=tell("f_name_hint"), is_required=True, autocomplete="family-name"),
        Field("birth", tell("f_birth"), "date", is_required=True, most=TODAY.isoformat(), autocomplete="bday"),
        Field("reason", tell("f_reason"), "select", options=reasons),
        Field("how", tell("f_how"), "radio", options=ways, is_required=True),
        Field("needs", tell("f_needs"), "checkbox", options=needs),
        Field("words", tell("f_words"), "textarea", most="500"),
        Field("number", tell("f_locked"), typed=("2026-00042",), is_disabled=True),
    )


def helped(tell: Tell) -> tuple[Field, ...]:
    """Fields that script helps with."""
    return (
        Field("town", tell("f_town"), "search", hint=tell("f_town_hint"), suggestions="/kit/suggestions"),
        Field("file", tell("f_file"), "file", hint=tell("f_file_hint"), accept="application/pdf,image/*"),
    )


def table(tell: Tell, sort: str) -> Table:
    """Four tests, sorted as asked; by date from the newest otherwise."""
    columns = (
        Column("what", tell("t_what"), is_sortable=True, is_head=True),
        Column("value", tell("t_value"), is_numeric=True),
        Column("when", tell("t_when"), is_sortable=True),
        Column("by", tell("t_by"), is_sortable=True),
    )
    rows = [
        Row({"what": tell(f"t_{name}"), "value": f"{value} {unit}", "when": when, "by": by})
        for name, value, unit, when, by in _TESTS
    ]
    asked = sort if sort.removeprefix("-") in {"what", "when", "by"} else "-when"
    rows.sort(key=lambda row: row.cells[asked.removeprefix("-")], reverse=asked.startswith("-"))
    return Table(tell("t_caption"), columns, tuple(rows), path="/kit/figures", sort=asked)


def moments(tell: Tell) -> tuple[Moment, ...]:
    """A few weeks of a record."""
    return (
        Moment(datetime(2026, 11, 20, 9, 30, tzinfo=ZONE), tell("m_visit"), tell("m_visit_about"), link="#timelines"),
        Moment(datetime(2026, 11, 3, 17, 5, tzinfo=ZONE), tell("m_vaccine"), tone="still"),
        Moment(datetime(2026, 10, 28, 23, 40, tzinfo=ZONE), tell("m_emergency"), tag=tell("badge_alarm"), tone="alarm"),
        Moment(datetime(2026, 10, 28, 8, 12, tzinfo=ZONE), tell("m_letter"), tag=tell("m_document")),
    )


def calendar(tell: Tell, view: View, around: date) -> Calendar:
    """Appointments of November 2026."""
    days = (
        (3, 9, "visit", ""),
        (12, 8, "blood", "sap"),
        (20, 9, "visit", ""),
        (24, 14, "video", "calm"),
        (24, 16, "visit", ""),
    )
    events = tuple(
        Event(
            datetime(2026, 11, day, hour, 0, tzinfo=ZONE),
            datetime(2026, 11, day, hour, 30, tzinfo=ZONE),
            tell(f"e_{name}"),
            link="#calendar",
            tone=tone,
        )
        for day, hour, name, tone in days
    )
    return Calendar(view, around, TODAY, events, "/kit/time")


def charts(tell: Tell) -> tuple[Chart, ...]:
    """One of each kind."""
    return (
        Chart(
            "line", tell("c_weight"), tell("c_weight_about"), _MONTHS,
            (Series(tell("c_weight"), _numbers("84 83.2 82 - 80.1 79")),), unit="kg", label_name=tell("c_months"),
        ),
        Chart(
            "bar", tell("c_visits"), tell("c_visits_about"), _MONTHS,
            (
                Series(tell("c_day"), _numbers("310 268 251 240 246 233")),
                Series(tell("c_night"), _numbers("122 101 96 88 91 84")),
            ),
            label_name=tell("c_months"),
        ),
        Chart(
            "stacked", tell("c_beds"), tell("c_beds_about"), _MONTHS,
            (
                Series(tell("c_medicine"), _numbers("61 58 55 54 52 50")),
                Series(tell("c_surgery"), _numbers("32 34 35 30 33 31")),
            ),
            label_name=tell("c_months"),
        ),
        Chart(
            "scatter", tell("c_scatter"), tell("c_scatter_about"), (),
            (
                Series(
                    tell("c_scatter"), _numbers("1.72 1.58 1.61 1.34 1.2 1.22 1.05 0.98"),
                    tuple(Decimal(n) for n in ["0.5", "1", "1.2", "2", "2.4", "3", "3.5", "4"]),
                ),
            ),
            unit="g/L", across_unit="h", label_name=tell("c_after"),
        ),
    )  # fmt: skip


def advice(tell: Tell) -> Advice:
    """A piece of advice with its guarantee."""
    return Advice(
        what=tell("a_what"),
        why=tell("a_why"),
        sources=(Source(tell("a_from_1"), "/kit/figures#charts"), Source(tell("a_from_2"))),
        version=tell("a_version"),
        made=tell("a_made"),
        reach="/kit/care?told=a_reached#advice",
        overrule="/kit/care?told=a_overruled#advice",
    )


def banners(tell: Tell) -> tuple[Banner, ...]:
    """With allergies, without, and when nobody knows."""
    facts = (tell("p_facts"), tell("p_age"), tell("p_sex"))
    known = ((tell("p_penicillin"),), (), None)
    return tuple(Banner(Person("Jeanne Moreau-Lefèvre"), facts, found) for found in known)


def files(tell: Tell, *, image: str) -> tuple[Preview, ...]:
    """An image, a document, and what can't be shown."""
    return (
        Preview(tell("x_image"), "image/svg+xml", 431, image, tell("x_image_about")),
        Preview(tell("x_letter"), "text/html", 1_204, "/kit/document"),
        Preview(tell("x_archive"), "application/dicom", 52_400_000, "/kit/document"),
    )


def _numbers(written: str) -> tuple[Decimal | None, ...]:
    return tuple(None if one == "-" else Decimal(one) for one in written.split())
