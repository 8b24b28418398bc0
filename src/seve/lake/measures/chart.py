"""A result as a picture: bars of the share in each stratum (SVG), with the numbers as its words for those who don't see it.

A drawing of its own beside the pages' charts (`web/kit/charts.py`, which the lake may not import): those place series on axes in a
fixed frame for script to enliven, this is a file that stands alone, a lying bar a stratum, hatched where hidden, as tall as it
needs. They have the escaping of a text in common and no line more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Final

from seve.fhir.measures import Count, Measure, Result, Stratum
from seve.kernel.texts import Language, text

_MOST: Final = 40
_MOST_HIDDEN: Final = 5
_ROW: Final = 26
_HEAD: Final = 78
_LABEL: Final = 250
_BAR: Final = 420
_WIDTH: Final = 860
_SHARE: Final = "#1b5e8c"
_REST: Final = "#d5dde3"
_INK: Final = "#1d2328"


@dataclass(frozen=True, slots=True)
class _Line:
    label: str
    count: Count


def svg(measure: Measure, result: Result, *, language: Language = "fr") -> str:
    """One SVG: the whole, then the strata of the first stratifier, the largest first, at most forty. Hidden counts are hatched and
    named as hidden, and a few of them suffice; the bars carry no meaning by colour alone.
    """
    lines = list(_lines(result, language))
    shown = _shown(lines)
    others = len(lines) - len(shown)
    height = _HEAD + _ROW * (len(shown) + (1 if others else 0)) + 16
    period = _said("period", language, start=result.start, end=result.end)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="title words" '
            f'font-family="system-ui, sans-serif" font-size="13" fill="{_INK}">'
        ),
        f'<title id="title">{escape(measure.title)}</title>',
        f'<desc id="words">{escape(words(measure, result, language=language))}</desc>',
        (
            f'<defs><pattern id="hidden" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            f'<rect width="6" height="6" fill="#fff"/><line x1="0" y1="0" x2="0" y2="6" stroke="{_INK}" stroke-width="1.5"/></pattern></defs>'
        ),
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="16" y="28" font-size="17" font-weight="600">{escape(measure.title)}</text>',
        f'<text x="16" y="50">{escape(period)}</text>',
    ]
    for at, line in enumerate(shown):
        parts += _bar(line, _HEAD + _ROW * at, language)
    if others:
        parts.append(f'<text x="16" y="{height - 16}">{escape(_said("others", language, number=others))}</text>')
    return "\n".join([*parts, "</svg>\n"])


def words(measure: Measure, result: Result, *, language: Language = "fr") -> str:
    """The numbers in words, all strata of them: a line each."""
    head = f"{measure.title}. {_said('period', language, start=result.start, end=result.end)}."
    return "\n".join(
        [head, *(f"{line.label} : {_numbers(line.count, language)}." for line in _lines(result, language))]
    )


def _lines(result: Result, language: Language) -> Iterator[_Line]:
    yield _Line(_said("whole", language), result.whole)
    for strata in result.strata[:1]:
        ordered = sorted(strata, key=lambda s: (s.count.shown_denominator is None, -(s.count.shown_denominator or 0)))
        yield from (_Line(_label(stratum, language), stratum.count) for stratum in ordered)


def _shown(lines: list[_Line]) -> list[_Line]:
    """What is drawn: who looks for numbers learns nothing from a column of hatched bars."""
    told = [line for line in lines if line.count.share is not None][: _MOST + 1]
    hidden = [line for line in lines if line.count.share is None][: min(_MOST_HIDDEN, _MOST + 1 - len(told))]
    kept = {id(line) for line in (*told, *hidden)}
    return [line for line in lines if id(line) in kept]


def _bar(line: _Line, y: int, language: Language) -> Iterator[str]:
    middle, share = y + 15, line.count.share
    yield f'<text x="{_LABEL - 8}" y="{middle}" text-anchor="end">{escape(line.label)}</text>'
    fill = "url(#hidden)" if share is None else _REST
    yield f'<rect x="{_LABEL}" y="{y + 3}" width="{_BAR}" height="16" fill="{fill}" stroke="{_INK}" stroke-width="0.5"/>'
    if share is not None:
        yield f'<rect x="{_LABEL}" y="{y + 3}" width="{_BAR * share:.1f}" height="16" fill="{_SHARE}"/>'
    yield f'<text x="{_LABEL + _BAR + 8}" y="{middle}">{escape(_short(line.count, language))}</text>'


def _label(stratum: Stratum, language: Language) -> str:
    return " · ".join(_said("unknown", language) if value is None else value for value in stratum.values)


def _numbers(count: Count, language: Language) -> str:
    hidden = _said("masked", language)
    shown = [
        (_said("denominator", language), count.shown_denominator),
        (_said("numerator", language), count.shown_numerator),
    ]
    told = [f"{name} {hidden if number is None else number}" for name, number in shown]
    return ", ".join(
        [*told, *([f"{_said('share', language)} {_percent(count.share, language)}"] if count.share else [])]
    )


def _short(count: Count, language: Language) -> str:
    if count.share is None:
        return _said("masked", language)
    return f"{_percent(count.share, language)} ({count.numerator} / {count.denominator})"


def _percent(share: float, language: Language) -> str:
    told = f"{share * 100:.1f}"
    return f"{told.replace('.', ',')}\u202f%" if language == "fr" else f"{told} %"


def _said(name: str, language: Language, **fields: object) -> str:
    return text(f"lake.measures.{name}", fields, language)
