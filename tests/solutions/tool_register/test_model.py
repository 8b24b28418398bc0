"""A tool as FHIR, what is typed of it, how it is found, and lists: pure."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from seve.fhir.codec import encode_json
from seve.fhir.codec.json import parse
from seve.fhir.definitions import core
from seve.fhir.validation.validator import Validator
from seve.kernel.texts import catalogue
from seve.solutions.tool_register import solution
from seve.solutions.tool_register.model import codes, finding, listing
from seve.solutions.tool_register.model.finding import Asked
from seve.solutions.tool_register.model.tools import Proof, Tool, declared, entry, tool_of
from seve.solutions.tool_register.model.typing import lacking, typed, values

TODAY = date(2026, 11, 22)
SEEN = Proof("hds", "HDS-1", "Certificateur", "2026-12-01", "seen", "2026-10-01")
ENTRY = Tool(
    "Visio Santé", ("video", "booking"), Decimal("29.90"), "sans engagement", "https://visio.example.org", "c@visio.example.org",
    "Pour les cabinets.", (SEEN, Proof("ins", "INS-1", verdict="seen", checked="2026-10-01")), "Atelier", "atelier", "published",
    "2026-10-01", "Bureau", "2027-09-30", told=("2026-12-01",), declaration="task", id="visio", version="3",
)  # fmt: skip


def said(**fields: Any) -> tuple[Tool, dict[str, str]]:
    usual = {"name": "Visio", "functions": ["video"], "price": "0", "site": "https://visio.example.org"}
    all_ = {**usual, **fields}

    def get(name: str) -> list[str]:
        value = all_.get(name, "")
        return value if isinstance(value, list) else [value]

    return typed(get)


def words(code: str) -> str:
    return catalogue("solutions/tool_register", "fr")[f"functions.{code}"]


def ids(asked: Asked, *tools: Tool) -> list[str]:
    return [one.name for one in finding.found(tools, asked, today=TODAY, words=words)]


def test_an_entry_is_read_as_it_was_written() -> None:
    assert tool_of(entry(ENTRY)) == ENTRY
    gone = replace(ENTRY, state="withdrawn", withdrawn="2026-11-01", reason="Certificat retiré", maker_id="")
    assert tool_of(entry(gone)) == gone


def test_what_a_declaration_holds_is_read_as_it_was_written() -> None:
    plain = Tool("Visio", ("video",), Decimal(0), site="https://visio.example.org", proofs=(Proof("ins", "1"),))
    assert tool_of(declared(plain)) == replace(plain, id="tool")


def test_the_register_shows_only_proofs_that_were_seen() -> None:
    refused = Proof("ce", "Classe I", verdict="refused", checked="2026-10-01", reason="mauvaise classe")
    made = entry(replace(ENTRY, proofs=(SEEN, refused, Proof("mss", "1"))))
    assert [one.code for one in tool_of(made).proofs] == ["hds"]
    assert {"system": codes.PROOF, "code": "ce"} not in made["meta"]["tag"]


def test_the_demonstration_obeys_r4_and_has_all_states() -> None:
    validator = Validator(core())
    for resource in solution.demo:
        issues = [
            one for one in validator.validate(parse(encode_json(resource))).issues if one.severity in ("error", "fatal")
        ]
        assert issues == [], resource["id"]
    tasks = {one["status"] for one in solution.demo if one["resourceType"] == "Task"}
    entries = [tool_of(one) for one in solution.demo if one["resourceType"] == "DeviceDefinition"]
    assert tasks == {"draft", "requested", "completed", "rejected"}
    assert {one.state for one in entries} == {"published", "withdrawn"}
    assert len(entries) + 3 == 12
    assert all("(démonstration)" in one.maker for one in entries)


def test_every_code_has_a_name_in_both_languages() -> None:
    for language in ("fr", "en"):
        known = catalogue("solutions/tool_register", language)
        for code in codes.FUNCTIONS:
            assert known[f"functions.{code}"]
        for code in codes.PROOFS:
            assert known[f"proofs.{code}"]
            assert known[f"proofs_short.{code}"]


def test_what_is_typed_well_is_taken_and_can_be_typed_again() -> None:
    tool, problems = said(price="29,9 €", hds_number=" HDS 1 ", hds_until="2027-03-01", functions=["video", "else"])
    assert problems == {}
    assert (tool.price, tool.functions) == (Decimal("29.9"), ("video",))
    assert tool.proofs == (Proof("hds", "HDS 1", "", "2027-03-01"),)
    again = dict(values(tool))
    assert said(**again)[0] == tool
    assert lacking(tool) == ()


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("name", " ", "name"),
        ("name", "x" * 121, "long"),
        ("functions", ["else"], "functions"),
        ("price", "", "price"),
        ("price", "-3", "price"),
        ("price", "1e3", "price"),
        ("price", "٣", "price"),
        ("site", "http://visio.example.org", "site"),
        ("site", "javascript:alert(1)", "site"),
        ("site", "https://user@visio.example.org", "site"),
        ("site", "https://[visio", "site"),
        ("contact", "nobody", "contact"),
        ("hds_issuer", "Certificateur", "number"),
        ("hds_until", "31/03/2027", "day"),
        ("hds_until", "2027-W10-1", "day"),
        ("hds_until", "9999-01-01", "day"),
        ("hds_number", "x" * 81, "long"),
    ],
)
def test_what_can_not_be_kept_is_told_at_its_field(field: str, value: Any, problem: str) -> None:
    _, problems = said(**{field: value})
    assert problem in problems.values()
    assert set(problems) <= {field, "hds_number", "hds_until"}


def test_an_address_that_no_page_may_link_to_is_not_read_from_an_entry() -> None:
    assert tool_of({**entry(ENTRY), "onlineInformation": "javascript:alert(1)"}).site == ""


def test_words_are_found_without_accents_with_a_slip_and_not_at_random() -> None:
    for text in ("visio", "VISIO sante", "visoi", "atelier", "teleconsultation", "cabinet", ""):
        assert ids(Asked(text), ENTRY) == ["Visio Santé"], text
    for text in ("visio dentiste", "xyz", "vi zz"):
        assert ids(Asked(text), ENTRY) == [], text


def test_a_proof_that_is_over_does_not_hold() -> None:
    wanted = Asked(proofs=("hds",))
    over = replace(ENTRY, proofs=(replace(SEEN, until="2026-11-21"),))
    last = replace(ENTRY, proofs=(replace(SEEN, until="2026-11-22"),))
    endless = replace(ENTRY, proofs=(replace(SEEN, until=""),))
    unseen = replace(ENTRY, proofs=(replace(SEEN, verdict="declared"),))
    assert [bool(ids(wanted, one)) for one in (over, last, endless, unseen)] == [False, True, True, False]
    assert ids(Asked(proofs=("hds", "ce")), ENTRY) == []


def test_price_function_and_the_last_check_filter() -> None:
    free, untold = replace(ENTRY, name="Libre", price=Decimal(0)), replace(ENTRY, name="Muet", price=None)
    assert ids(Asked(price="0"), ENTRY, free, untold) == ["Libre"]
    assert ids(Asked(price="30"), ENTRY, free, untold) == ["Libre", "Visio Santé"]
    assert ids(Asked(function="monitoring"), ENTRY) == []
    old, overdue = replace(ENTRY, checked="2025-11-21"), replace(ENTRY, due="2026-11-21")
    assert [bool(ids(Asked(is_recent=True), one)) for one in (ENTRY, old, overdue)] == [True, False, False]


def test_what_is_withdrawn_is_listed_only_when_asked_for() -> None:
    gone = replace(ENTRY, state="withdrawn")
    assert ids(Asked(), gone, replace(ENTRY, state="declared")) == []
    assert ids(Asked(has_withdrawn=True), gone) == ["Visio Santé"]


def test_tools_are_sorted_by_name_price_and_check() -> None:
    a, b = replace(ENTRY, name="Écran", price=Decimal(50)), replace(ENTRY, name="Zoé", price=None, checked="2026-11-01")
    c = replace(ENTRY, name="fil", price=Decimal(5), checked="2026-01-01")
    assert ids(Asked(), b, c, a) == ["Écran", "fil", "Zoé"]
    assert ids(Asked(sort="price"), b, a, c) == ["fil", "Écran", "Zoé"]
    assert ids(Asked(sort="checked"), a, c, b) == ["Zoé", "Écran", "fil"]


def test_unknown_filters_are_left_out() -> None:
    query = {"function": "magic", "price": "7", "sort": "luck", "proof-none": "1", "q": "  visio  "}
    assert finding.asked(query) == Asked("visio")
    assert finding.asked(dict(Asked("a", "video", "30", ("hds",), True, True, "price").query)) == Asked(
        "a", "video", "30", ("hds",), True, True, "price"
    )


def test_the_table_has_each_tool_and_begins_no_formula() -> None:
    evil = replace(ENTRY, name='=HYPERLINK("x")', terms="+1;2", reason="@x")
    data = listing.written([evil], today=TODAY)
    assert data.startswith("\ufeff".encode())
    head, row = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    assert tuple(head) == listing.COLUMNS
    cells = dict(zip(head, row, strict=True))
    assert cells["name"] == '\'=HYPERLINK("x")'
    assert cells["terms"] == "'+1;2"
    assert cells["price_eur_month"] == "29.90"
    assert cells["proofs_held"] == "hds ins"


def test_a_list_is_read_line_by_line_with_each_problem() -> None:
    text = (
        "maker;name;functions;price;site;hds_number\n"
        "Éditeur;Bon;video booking;0;https://bon.example.org;HDS-1\n"
        ";Sans;magic;cher;ftp://x;\n"
        "Éditeur;Court;video\n"
    )
    good, bad, short = listing.read(text)
    assert (good.number, good.problems, good.tool.maker) == (2, {}, "Éditeur")
    assert good.tool.functions == ("video", "booking")
    assert good.tool.proofs == (Proof("hds", "HDS-1"),)
    assert bad.number == 3
    assert bad.problems == {"functions": "functions", "price": "price", "site": "site", "maker": "maker"}
    assert short.problems["maker"] == "cells"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "missing"),
        ("name;maker", "missing"),
        ("maker;name;functions;price;site;colour\na;b;video;0;https://x.example.org;red", "column"),
        ("maker;name;functions;price;site", "rows"),
        ("maker;name;functions;price;site\n" + "a;b;video;0;https://x.example.org\n" * 501, "rows"),
    ],
)
def test_what_is_no_list_is_refused_as_a_whole(text: str, key: str) -> None:
    with pytest.raises(ValueError, match=key) as refusal:
        listing.read(text)
    assert refusal.value.args[0] == key
