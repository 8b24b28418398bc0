"""Control digits: the key of the NIR, and Luhn's of RPPS, FINESS, SIREN and SIRET."""

from __future__ import annotations

_CORSICA = (("2A", "19"), ("2B", "18"))
_DEPARTMENT = slice(5, 7)
_MODULUS = 97
LA_POSTE_SIREN = "356000000"


def nir_key(number: str) -> str:
    """The two digits of 97 - (number mod 97); `number` is 13 characters, digits but for Corsica's 2A and 2B."""
    department = number[_DEPARTMENT]
    for letters, digits in _CORSICA:
        if department == letters:
            number = number[: _DEPARTMENT.start] + digits + number[_DEPARTMENT.stop :]
    return f"{_MODULUS - int(number) % _MODULUS:02d}"


def is_luhn(number: str) -> bool:
    """Whether digits end with the right control digit (ISO/IEC 7812-1, annex B)."""
    doubled = (int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(number)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def is_siret_key(number: str) -> bool:
    """Luhn's; the sites of La Poste have a sum of digits that 5 divides instead."""
    if number.startswith(LA_POSTE_SIREN) and sum(map(int, number)) % 5 == 0:
        return True
    return is_luhn(number)
