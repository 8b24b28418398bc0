from __future__ import annotations

import pytest

from seve.fhir.narrative import is_narrative, parse_narrative

XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'
GOOD = [
    f"<div {XHTML}>text</div>",
    f'<div {XHTML}><p style="color: red">a &amp; b&nbsp;&eacute;</p><!-- a comment --></div>',
    f'<div {XHTML}><img src="#pic" alt="a picture"/></div>',
    f'<div {XHTML}><table><tr><td colspan="2">x</td></tr></table></div>',
    f'<div {XHTML} xml:lang="fr" lang="fr"><a href="http://x">lien</a></div>',
]
BAD = [
    "text",
    "<div>no namespace</div>",
    f"<p {XHTML}>not a div</p>",
    f"<div {XHTML}>   </div>",
    f"<div {XHTML}><b>open</div>",
    f"<div {XHTML}><script>alert(1)</script>x</div>",
    f'<div {XHTML}><p onclick="x()">x</p></div>',
    f'<div {XHTML}><a href="javascript:x()">x</a></div>',
    f"<div {XHTML}><form>x</form></div>",
    f"<div {XHTML}><iframe/>x</div>",
    f"<div {XHTML}><?php x ?>x</div>",
    f'<div {XHTML}><svg xmlns="http://www.w3.org/2000/svg"/>x</div>',
    f'<!DOCTYPE div [<!ENTITY x "y">]><div {XHTML}>&x;</div>',
    f"<div {XHTML}>&unknown;</div>",
]


@pytest.mark.parametrize("text", GOOD)
def test_narrative_of_allowed_xhtml_is_accepted(text: str) -> None:
    assert is_narrative(text)


@pytest.mark.parametrize("text", BAD)
def test_anything_else_is_refused(text: str) -> None:
    assert not is_narrative(text)


def test_what_is_no_text_is_no_narrative() -> None:
    assert not is_narrative(None)
    assert parse_narrative("<div") is None


def test_an_entity_that_names_a_file_is_not_read() -> None:
    text = f'<!DOCTYPE div [<!ENTITY x SYSTEM "file:///etc/passwd">]><div {XHTML}>&x;</div>'
    assert parse_narrative(text) is None
