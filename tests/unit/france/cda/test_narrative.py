"""Narratives shown safely."""

from __future__ import annotations

import base64

import pytest
from tests.unit.france.cda.samples import image, structured

from seve.france.cda import read_cda

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
PNG_64 = base64.b64encode(PNG).decode()


def shown(text: str, *, entry: str = "") -> str:
    return read_cda(structured(text, entry=entry)).sections[0].narrative


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<paragraph>a<br/>b</paragraph>", "<p>a<br/>b</p>"),
        ("<list><item>a</item></list>", "<ul><li>a</li></ul>"),
        (
            '<list listType="ordered"><caption>T</caption><item>a</item></list>',
            "<ol><li><strong>T</strong></li><li>a</li></ol>",
        ),
        ('<content styleCode="Bold">a</content>', "<strong>a</strong>"),
        ('<content styleCode="BoldItalics">a</content>', "<strong><em>a</em></strong>"),
        ('<content styleCode="xColor">a</content>', "a"),
        ("H<sub>2</sub>O m<sup>2</sup>", "H<sub>2</sub>O m<sup>2</sup>"),
        (
            '<table border="1"><caption>T</caption><thead><tr><th>a</th></tr></thead><tbody><tr><td colspan="2">b</td></tr></tbody></table>',
            '<table><caption>T</caption><thead><tr><th scope="col">a</th></tr></thead><tbody><tr><td colspan="2">b</td></tr></tbody></table>',
        ),
        ("a &lt; b &amp; c", "a &lt; b &amp; c"),
        ("a<!-- b -->c<?d e?>", "ac"),
    ],
)
def test_what_the_standard_has_becomes_its_html(text: str, html: str) -> None:
    assert shown(text) == html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<script xmlns='http://www.w3.org/1999/xhtml'>alert(1)</script>",
        "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>x</svg>",
        "<iframe src='https://elsewhere'/>",
        "<a href='javascript:alert(1)'>x</a>",
        "<style>p { background: url(https://elsewhere) }</style>",
    ],
)
def test_what_it_has_not_is_shown_as_text(text: str) -> None:
    html = shown(text)
    assert "<" not in html
    assert html.startswith("&lt;")


@pytest.mark.parametrize(
    "text",
    [
        "<content onclick='alert(1)' style='x' class='y'>a</content>",
        "<paragraph onmouseover='alert(1)'>a</paragraph>",
        "<table onload='alert(1)' width='100%'><tr><td style='x' colspan='2\" onload=\"x'>a</td></tr></table>",
        "<content ID='a\" onload=\"x'>a</content>",
    ],
)
def test_no_attribute_of_the_document_gets_through(text: str) -> None:
    html = shown(text)
    assert "onload" not in html and "alert" not in html and "style" not in html and "class" not in html


@pytest.mark.parametrize(("span", "kept"), [("2", True), ("999999", False), ("-1", False), ("²", False), ("x", False)])
def test_a_cell_spans_a_bounded_number(span: str, kept: bool) -> None:
    assert ("colspan" in shown(f'<table><tr><td colspan="{span}">a</td></tr></table>')) is kept


def test_a_link_leads_inside_the_document_only() -> None:
    text = '<linkHtml href="#n1">note</linkHtml> <content ID="n1">là</content> <content ID="n2">seul</content>'
    assert shown(text) == '<a href="#cda-n1">note</a> <span id="cda-n1">là</span> seul'


def test_an_address_outside_is_shown_and_leads_nowhere() -> None:
    assert shown('<linkHtml href="https://e.fr/a?b&amp;c">le site</linkHtml>') == "le site (https://e.fr/a?b&amp;c)"
    assert shown('<linkHtml href="javascript:alert(1)">le site</linkHtml>') == "le site"
    assert shown('<linkHtml href="https://e.fr"/>') == "https://e.fr"


def test_ids_have_the_prefix_that_the_page_gives_and_stand_once() -> None:
    text = '<linkHtml href="#a b">x</linkHtml><content ID="a b">1</content><content ID="a b">2</content>'
    html = read_cda(structured(text), prefix="d2").sections[0].narrative
    assert html == '<a href="#d2-a_b">x</a><span id="d2-a_b">1</span>2'


def test_an_image_of_the_document_is_shown_with_its_text() -> None:
    text = '<renderMultiMedia referencedObject="i1"><caption>Rétine &lt;gauche&gt;</caption></renderMultiMedia>'
    html = shown(text, entry=image("i1", "image/png", PNG_64))
    assert html.startswith(f'<img src="data:image/png;base64,{PNG_64}" alt="Rétine &lt;gauche&gt;"/>')


def test_an_image_is_shown_as_what_its_bytes_are() -> None:
    html = shown('<renderMultiMedia referencedObject="i1"/>', entry=image("i1", "image/jpeg", PNG_64))
    assert html.startswith('<img src="data:image/png;base64,')


def test_an_image_named_many_times_is_shown_once() -> None:
    html = shown('<renderMultiMedia referencedObject="i1"/>' * 1_000, entry=image("i1", "image/png", PNG_64))
    assert html.count("data:") == 1
    assert html.count("[i1: image/png]") == 999


@pytest.mark.parametrize(
    ("media_type", "data"),
    [
        ("image/svg+xml", b"<svg/>"),
        ("image/png", b"<svg/>"),
        ("application/pdf", b"%PDF-1.4"),
        ("application/pdf", PNG),
    ],
)
def test_what_is_no_image_that_a_browser_shows_is_named_alone(media_type: str, data: bytes) -> None:
    html = shown(
        '<renderMultiMedia referencedObject="i1"/>', entry=image("i1", media_type, base64.b64encode(data).decode())
    )
    assert html == f"[i1: {media_type}]"


def test_an_image_that_is_not_in_the_document_is_named_alone() -> None:
    assert shown('<renderMultiMedia referencedObject="i9"/>') == "[i9]"
