"""UCUM codes: canonical values for search, conversion for FHIRPath.

`ucumvert` gives the grammar and UCUM's own table of units (`ucum-essence.xml`); the arithmetic is done here on exact fractions,
so that a milligram is exactly 0.001 g, arbitrary units (`[iU]`) are commensurable with themselves only, and special units
(`Cel`, `[degF]`, `[pH]`, `B`) go through their functions (UCUM, sections 21 to 25). The package is imported at first use; what
a code means is kept, so that a known code costs one dictionary look-up and one multiplication.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation, Overflow
from fractions import Fraction
from functools import cache, lru_cache
from importlib import resources
from typing import Any, TypeAlias

Dimensions: TypeAlias = tuple[tuple[str, int], ...]
_BASES = ("m", "s", "g", "rad", "K", "C", "cd")
_PRECISION = Context(prec=28)
_LONGEST_CODE = 200
_LARGEST_EXPONENT = 64
_KNOWN_CODES = 4096


@dataclass(frozen=True, slots=True)
class _Function:
    """A special scale: from its value to the ratio scale of its proper unit, and back."""

    to_ratio: Callable[[Decimal], Decimal]
    from_ratio: Callable[[Decimal], Decimal]


@dataclass(frozen=True, slots=True)
class _Unit:
    factor: Fraction
    dimensions: Dimensions
    function: _Function | None = None
    scale: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class _Known:
    """A unit ready for use: `factor` as a Decimal, the dimension as text."""

    factor: Decimal
    base: str
    function: _Function | None
    scale: Decimal


@dataclass(frozen=True, slots=True)
class _Atom:
    """A line of UCUM's table, not yet resolved: `value` times `unit`, on the scale of `function` when there is one."""

    value: Fraction
    unit: str
    is_arbitrary: bool
    function: str


def canonical(value: Decimal, code: str) -> tuple[Decimal, str] | None:
    """A quantity in base units with the canonical unit (`m-3.g`), None when `code` isn't UCUM or the value is out of range."""
    unit = _known(code)
    if unit is None:
        return None
    if unit.function is None:
        return value * unit.factor, unit.base
    try:
        return _to_base(value, unit), unit.base
    except (InvalidOperation, Overflow, ValueError):
        return None


def convert(value: Decimal, from_code: str, to_code: str) -> Decimal | None:
    """`value` of `from_code` in `to_code`; None when either isn't UCUM or they measure different things."""
    source, goal = _known(from_code), _known(to_code)
    if source is None or goal is None or source.base != goal.base:
        return None
    try:
        found = _from_base(_to_base(value, source), goal)
        return found if found.is_finite() else None
    except (InvalidOperation, Overflow, ValueError, ZeroDivisionError):
        return None


def comparable(code: str, other: str) -> bool:
    """Whether both codes are UCUM and measure the same thing."""
    one, two = _known(code), _known(other)
    return one is not None and two is not None and one.base == two.base


def is_special(code: str) -> bool:
    """Whether the code is on a scale of its own (`Cel`, `[pH]`, `B`), where multiplication has no meaning."""
    unit = _known(code)
    return unit is not None and unit.function is not None


def is_valid(code: str) -> bool:
    """Whether the code is UCUM."""
    return _known(code) is not None


def product(code: str, other: str) -> str:
    """The code of a product of units, in base units: `g.m` for `g` and `m`, `1` when they cancel out."""
    return _merged(code, other, sign=1)


def quotient(code: str, other: str) -> str:
    """The code of a quotient of units, in base units."""
    return _merged(code, other, sign=-1)


def _merged(code: str, other: str, *, sign: int) -> str:
    one, two = _unit(code), _unit(other)
    assert one is not None
    assert two is not None
    return _text(_times(one.dimensions, tuple((name, sign * power) for name, power in two.dimensions)))


def _to_base(value: Decimal, unit: _Known) -> Decimal:
    if unit.function is None:
        return value * unit.factor
    return unit.function.to_ratio(value * unit.scale) * unit.factor


def _from_base(value: Decimal, unit: _Known) -> Decimal:
    if unit.function is None:
        return value / unit.factor
    return unit.function.from_ratio(value / unit.factor) / unit.scale


@lru_cache(maxsize=_KNOWN_CODES)
def _known(code: str) -> _Known | None:
    unit = _unit(code)
    if unit is None:
        return None
    return _Known(_decimal(unit.factor), _text(unit.dimensions), unit.function, _decimal(unit.scale))


@lru_cache(maxsize=_KNOWN_CODES)
def _unit(code: str) -> _Unit | None:
    from lark.exceptions import LarkError
    from ucumvert.parser import InvalidUcumError

    if not 0 < len(code) <= _LONGEST_CODE:
        return None
    try:
        return _evaluated(_parser().parse(code))
    except (InvalidUcumError, LarkError, _NotAProductError, RecursionError):
        return None


class _NotAProductError(Exception):
    """A special unit stands inside a term, or an exponent is out of all proportion."""


def _evaluated(tree: Any) -> _Unit:
    if isinstance(tree, str):
        return _Unit(Fraction(1), ())
    children = tree.children
    match tree.data:
        case "simple_unit":
            return _simple([str(child) for child in children])
        case "annotatable":
            return _power(_evaluated(children[0]), int(children[1]))
        case "component":
            return _evaluated(children[0])
        case "term" if len(children) == 3:
            return _product(_evaluated(children[0]), _evaluated(children[2]), sign=1 if children[1] == "." else -1)
        case _ if len(children) == 2:
            return _power(_evaluated(children[1]), -1)
        case _:
            return _evaluated(children[0])


def _simple(texts: list[str]) -> _Unit:
    if texts[-1].isdigit():
        return _Unit(Fraction(int(texts[-1])), ())
    unit = _atom_unit(texts[-1])
    if len(texts) == 1:
        return unit
    prefix = _prefixes()[texts[0]]
    if unit.function is not None:
        return _Unit(unit.factor, unit.dimensions, unit.function, unit.scale * prefix)
    return _Unit(unit.factor * prefix, unit.dimensions)


@cache
def _atom_unit(code: str) -> _Unit:
    if code in _BASES:
        return _Unit(Fraction(1), ((code, 1),))
    atom = _atoms()[code]
    if atom.is_arbitrary:
        return _arbitrary(code, atom)
    unit = _evaluated(_parser().parse(atom.unit))
    return _Unit(unit.factor * atom.value, unit.dimensions, _FUNCTIONS[atom.function] if atom.function else None)


def _arbitrary(code: str, atom: _Atom) -> _Unit:
    if atom.unit in _atoms():
        return _atom_unit(atom.unit)
    return _Unit(Fraction(1), ((code, 1),))


def _product(left: _Unit, right: _Unit, *, sign: int) -> _Unit:
    if left.function or right.function:
        raise _NotAProductError
    right = _power(right, sign)
    return _Unit(left.factor * right.factor, _times(left.dimensions, right.dimensions))


def _power(unit: _Unit, exponent: int) -> _Unit:
    if exponent == 1:
        return unit
    if unit.function or abs(exponent) > _LARGEST_EXPONENT:
        raise _NotAProductError
    return _Unit(unit.factor**exponent, tuple((name, power * exponent) for name, power in unit.dimensions))


def _times(left: Dimensions, right: Dimensions) -> Dimensions:
    powers = dict(left)
    for name, power in right:
        powers[name] = powers.get(name, 0) + power
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def _text(dimensions: Dimensions) -> str:
    return ".".join(name if power == 1 else f"{name}{power}" for name, power in dimensions) or "1"


def _decimal(fraction: Fraction) -> Decimal:
    return _PRECISION.divide(Decimal(fraction.numerator), Decimal(fraction.denominator)).normalize()


@cache
def _parser() -> Any:
    from ucumvert.parser import get_ucum_parser

    return get_ucum_parser()


@cache
def _essence() -> Any:
    from lxml import etree

    return etree.fromstring(resources.files("ucumvert").joinpath("vendor", "ucum-essence.xml").read_bytes())


@cache
def _prefixes() -> Mapping[str, Fraction]:
    found = _essence().iterfind("{*}prefix")
    return {prefix.get("Code"): Fraction(prefix.find("{*}value").get("value")) for prefix in found}


@cache
def _atoms() -> Mapping[str, _Atom]:
    return dict(_read_atoms())


def _read_atoms() -> Iterator[tuple[str, _Atom]]:
    for unit in _essence().iterfind("{*}unit"):
        value = unit.find("{*}value")
        function = value.find("{*}function")
        source = value if function is None else function
        yield (
            unit.get("Code"),
            _Atom(
                value=Fraction(source.get("value")),
                unit=source.get("Unit"),
                is_arbitrary=unit.get("isArbitrary") == "yes",
                function="" if function is None else function.get("name"),
            ),
        )


def _shifted(offset: str) -> _Function:
    zero = Decimal(offset)
    return _Function(lambda x: x + zero, lambda y: y - zero)


def _logarithmic(base: int, *, times: int = 1, sign: int = 1) -> _Function:
    number = Decimal(base)
    return _Function(
        lambda x: _PRECISION.power(number, sign * x / times),
        lambda y: sign * times * _PRECISION.ln(y) / _PRECISION.ln(number),
    )


def _tangent() -> _Function:
    return _Function(lambda x: Decimal(repr(math.atan(x / 100))), lambda y: Decimal(repr(math.tan(y))) * 100)


_FUNCTIONS: Mapping[str, _Function] = {
    "Cel": _shifted("273.15"),
    "degF": _shifted("459.67"),
    "degRe": _shifted("218.52"),
    "pH": _logarithmic(10, sign=-1),
    "hpX": _logarithmic(10, sign=-1),
    "hpC": _logarithmic(100, sign=-1),
    "hpM": _logarithmic(1000, sign=-1),
    "hpQ": _logarithmic(50000, sign=-1),
    "ln": _Function(_PRECISION.exp, _PRECISION.ln),
    "lg": _logarithmic(10),
    "lgTimes2": _logarithmic(10, times=2),
    "ld": _logarithmic(2),
    "tanTimes100": _tangent(),
    "100tan": _tangent(),
    "sqrt": _Function(lambda x: x * x, _PRECISION.sqrt),
}
