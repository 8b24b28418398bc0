"""The map that results are drawn on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

from seve.fhir.distances import Position

_KM_A_DEGREE = 111.2
_LEAST_KM = 2.0
_MARGIN = 1.25
_WIDTH, _HEIGHT = 720, 480
_STEPS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
_FURTHEST = 10


@dataclass(frozen=True, slots=True)
class Point:
    """A mark on the map, in its units; `label` is the number of the first result that stands there, `anchor` its id; `town` is written
    once for each town.
    """

    x: float
    y: float
    label: str
    name: str
    anchor: str
    town: str = ""


@dataclass(frozen=True, slots=True)
class Map:
    """A drawing of `width` × `height` units. `scale_km` is what the bar of `scale_width` units stands for; `x`, `y` and `zoom` where
    the view stands, in half views from the first one and in doublings.
    """

    points: tuple[Point, ...]
    scale_km: str
    scale_width: float
    x: int
    y: int
    zoom: int
    width: int = _WIDTH
    height: int = _HEIGHT

    def moved(self, x: int = 0, y: int = 0, zoom: int = 0) -> str:
        """The parameter `map` of the next view; a doubling keeps the middle where it is."""
        if zoom:
            factor = 2.0**zoom
            return f"{_held(round(self.x * factor))}.{_held(round(self.y * factor))}.{self.zoom + zoom}"
        return f"{_held(self.x + x)}.{_held(self.y + y)}.{self.zoom}"


def read_view(text: str) -> tuple[int, int, int]:
    """The parameter `map`; what it does not say right is the first view."""
    parts = text.split(".")
    try:
        x, y, zoom = (int(part) for part in parts)
    except ValueError:
        return 0, 0, 0
    return _held(x), _held(y), max(-3, min(3, zoom))


@dataclass(frozen=True, slots=True)
class Place:
    """A result to be drawn: the id it has on the page, its name and town, and where it is."""

    anchor: str
    name: str
    town: str
    position: Position | None


def drawn(found: Sequence[Place], *, view: tuple[int, int, int]) -> Map | None:
    """The map of results, in their order; None when none has a position. Results of one place share a mark."""
    at = dict[Position, list[tuple[int, Place]]]()
    for number, place in enumerate(found, 1):
        if place.position is not None:
            at.setdefault(place.position, []).append((number, place))
    centre = _centre(tuple(at))
    if centre is None:
        return None
    width_km = _width_km(tuple(at), centre) / 2.0 ** view[2]
    unit = _WIDTH / width_km
    left = view[0] * _WIDTH / 2
    top = view[1] * _HEIGHT / 2
    points, towns = list[Point](), set[str]()
    for position, ones in at.items():
        x = (position.longitude - centre.longitude) * _KM_A_DEGREE * cos(radians(centre.latitude)) * unit + _WIDTH / 2
        y = (centre.latitude - position.latitude) * _KM_A_DEGREE * unit + _HEIGHT / 2
        if 0 <= x - left <= _WIDTH and 0 <= y - top <= _HEIGHT:
            number, first = ones[0]
            label = str(number) if len(ones) == 1 else f"{number}+"
            town = "" if first.town in towns else first.town
            towns.add(first.town)
            named = ", ".join(place.name for _, place in ones)
            points.append(Point(round(x - left, 1), round(y - top, 1), label, named, first.anchor, town))
    step = max((one for one in _STEPS if one <= width_km / 4), default=_STEPS[0])
    return Map(tuple(points), f"{step:g}", round(step * unit, 1), *view)


def _centre(positions: Sequence[Position]) -> Position | None:
    if not positions:
        return None
    latitudes, longitudes = [p.latitude for p in positions], [p.longitude for p in positions]
    return Position((min(latitudes) + max(latitudes)) / 2, (min(longitudes) + max(longitudes)) / 2)


def _width_km(positions: Sequence[Position], centre: Position) -> float:
    east = max(abs(p.longitude - centre.longitude) for p in positions) * _KM_A_DEGREE * cos(radians(centre.latitude))
    north = max(abs(p.latitude - centre.latitude) for p in positions) * _KM_A_DEGREE
    return max(_LEAST_KM, 2 * _MARGIN * max(east, north * _WIDTH / _HEIGHT))


def _held(number: int) -> int:
    return max(-_FURTHEST, min(_FURTHEST, number))
