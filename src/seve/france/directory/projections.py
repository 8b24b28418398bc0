"""From the map projections of FINESS to latitude and longitude: Lambert-93 for the mainland, UTM for the overseas territories.

Formulas of J. Snyder, Map Projections: A Working Manual (USGS 1395), sections 8 and 15, on the GRS 80 ellipsoid.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import atan, atan2, cos, degrees, exp, log, pi, radians, sin, sqrt, tan
from typing import TypeAlias

Position: TypeAlias = tuple[float, float]
"""Latitude and longitude in degrees."""

_AXIS_METRES = 6_378_137.0
_FLATTENING = 1 / 298.257222101
_ECCENTRICITY_SQUARED = _FLATTENING * (2 - _FLATTENING)
_ECCENTRICITY = sqrt(_ECCENTRICITY_SQUARED)
_SCALE = 0.9996
_ROUNDS = 8
_DIGITS = 6
_EPSG = re.compile(r"EPSG:(\d+)")


def position(x: float, y: float, projection: str) -> Position | None:
    """The place of coordinates in metres, rounded to 0.1 m; None for a projection that FINESS doesn't use.

    `projection` is the text of the file, which names the EPSG code: `1,ATLASANTE,96,BAN,EPSG:2154 RGF93 / Lambert-93`.
    """
    found = _EPSG.search(projection)
    inverse = _INVERSES.get(found[1]) if found else None
    if inverse is None:
        return None
    latitude, longitude = inverse(x, y)
    return round(latitude, _DIGITS), round(longitude, _DIGITS)


def _lambert_93(x: float, y: float) -> Position:
    first, second, origin = radians(44), radians(49), radians(46.5)
    cone = log(_m(first) / _m(second)) / log(_t(first) / _t(second))
    factor = _m(first) / (cone * _t(first) ** cone)
    radius_of_origin = _AXIS_METRES * factor * _t(origin) ** cone
    east, north = x - 700_000, radius_of_origin - (y - 6_600_000)
    t = (sqrt(east * east + north * north) / (_AXIS_METRES * factor)) ** (1 / cone)
    return degrees(_latitude(t)), 3 + degrees(atan2(east, north) / cone)


def _m(latitude: float) -> float:
    return cos(latitude) / sqrt(1 - _ECCENTRICITY_SQUARED * sin(latitude) ** 2)


def _t(latitude: float) -> float:
    swell = _ECCENTRICITY * sin(latitude)
    return tan(pi / 4 - latitude / 2) / ((1 - swell) / (1 + swell)) ** (_ECCENTRICITY / 2)


def _latitude(t: float) -> float:
    found = pi / 2 - 2 * atan(t)
    for _ in range(_ROUNDS):
        swell = _ECCENTRICITY * sin(found)
        found = pi / 2 - 2 * atan(t * ((1 - swell) / (1 + swell)) ** (_ECCENTRICITY / 2))
    return found


def _utm(zone: int, *, is_south: bool = False) -> Callable[[float, float], Position]:
    """The inverse of a zone, by its central meridian: the Krüger series to the third order, good to a millimetre."""
    third = _FLATTENING / (2 - _FLATTENING)
    radius = _AXIS_METRES / (1 + third) * (1 + third**2 / 4 + third**4 / 64)
    betas = (
        third / 2 - 2 * third**2 / 3 + 37 * third**3 / 96,
        third**2 / 48 + third**3 / 15,
        17 * third**3 / 480,
    )
    meridian = zone * 6 - 183

    def inverse(x: float, y: float) -> Position:
        xi = (y - (10_000_000 if is_south else 0)) / (_SCALE * radius)
        eta = (x - 500_000) / (_SCALE * radius)
        xi_, eta_ = xi, eta
        for order, beta in enumerate(betas, start=1):
            xi_ -= beta * sin(2 * order * xi) * _cosh(2 * order * eta)
            eta_ -= beta * cos(2 * order * xi) * _sinh(2 * order * eta)
        conformal = atan2(sin(xi_), sqrt(_sinh(eta_) ** 2 + cos(xi_) ** 2))
        return degrees(_latitude(tan(pi / 4 - conformal / 2))), meridian + degrees(atan2(_sinh(eta_), cos(xi_)))

    return inverse


def _sinh(value: float) -> float:
    return (exp(value) - exp(-value)) / 2


def _cosh(value: float) -> float:
    return (exp(value) + exp(-value)) / 2


_INVERSES: dict[str, Callable[[float, float], Position]] = {
    "2154": _lambert_93,
    "5490": _utm(20),  # Guadeloupe, Martinique, Saint-Barthélemy, Saint-Martin
    "4559": _utm(20),
    "32620": _utm(20),
    "2972": _utm(22),  # Guyane
    "4467": _utm(21),  # Saint-Pierre-et-Miquelon
    "2975": _utm(40, is_south=True),  # La Réunion
    "4471": _utm(38, is_south=True),  # Mayotte
}
