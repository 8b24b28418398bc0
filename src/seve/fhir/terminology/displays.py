"""The names of a concept by language, and whether a display is one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from seve.fhir.search.keys import fold
from seve.fhir.terminology.concepts import Concept


def display(concept: Concept, language: str = "", *, own: str = "") -> str:
    """The name in a language where there is one, else the display; `own` is the language of the code system."""
    if not language or (own and speaks(own, language)):
        return concept.display
    found = (d["value"] for d in concept.designations if speaks(d.get("language", ""), language))
    return next(found, concept.display)


def speaks(language: str, wanted: str) -> bool:
    """Whether a language is the wanted one, regions aside on either side (`fr-CA` for `fr`, `fr` for `fr-CA`)."""
    one, other = language.casefold(), wanted.casefold()
    return bool(one) and (one == other or one.startswith(f"{other}-") or other.startswith(f"{one}-"))


def is_name(concept: Concept, text: str) -> bool:
    """Whether a text is the display or a designation; case, accents and white space aside."""
    wanted = fold(text)
    return any(fold(name) == wanted for name in names(concept))


def names(concept: Concept) -> Iterable[str]:
    """Display and designations."""
    if concept.display:
        yield concept.display
    yield from (d["value"] for d in concept.designations)


def chosen(
    designations: Sequence[Mapping[str, Any]], asked: Sequence[str], *, language: str
) -> list[Mapping[str, Any]]:
    """The designations to show, those in `language` first.

    `asked` are the tokens of `$expand?designation`: `urn:ietf:bcp:47|fr` for a language, else `system|code` of a use.
    """
    shown = [d for d in designations if not asked or any(_meets(d, token) for token in asked)]
    return sorted(shown, key=lambda d: not speaks(d.get("language", ""), language)) if language else shown


def _meets(designation: Mapping[str, Any], token: str) -> bool:
    system, bar, code = token.rpartition("|")
    if system == "urn:ietf:bcp:47" or not bar:
        return speaks(designation.get("language", ""), code)
    use = designation.get("use", {})
    return use.get("system") == system and use.get("code") == code
