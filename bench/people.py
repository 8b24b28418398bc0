"""A generated French population with known truth: persons, and second records of them with the mistakes that people make.

Invented throughout: names are drawn from lists, frequent ones more often; numbers are under the system of test identities.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from seve.france.identity.ins import Matricule
from seve.france.identity.traits import StrictTraits, with_traits
from seve.france.identity.trust import Reliability

_FAMILIES = [
    "MARTIN",
    "BERNARD",
    "THOMAS",
    "PETIT",
    "ROBERT",
    "RICHARD",
    "DURAND",
    "DUBOIS",
    "MOREAU",
    "LAURENT",
    "SIMON",
    "MICHEL",
    "LEFEBVRE",
    "LEROY",
    "ROUX",
    "DAVID",
    "BERTRAND",
    "MOREL",
    "FOURNIER",
    "GIRARD",
    "BONNET",
    "DUPONT",
    "LAMBERT",
    "FONTAINE",
    "ROUSSEAU",
    "VINCENT",
    "MULLER",
    "LEFEVRE",
    "FAURE",
    "ANDRE",
    "MERCIER",
    "BLANC",
    "GUERIN",
    "BOYER",
    "GARNIER",
    "CHEVALIER",
    "FRANCOIS",
    "LEGRAND",
    "GAUTHIER",
    "GARCIA",
    "PERRIN",
    "ROBIN",
    "CLEMENT",
    "MORIN",
    "NICOLAS",
    "HENRY",
    "ROUSSEL",
    "MATHIEU",
    "GAUTIER",
    "MASSON",
    "NGUYEN",
    "DIALLO",
    "BENALI",
    "TRAORE",
    "LOPEZ",
    "FERREIRA",
    "DA-SILVA",
    "COHEN",
    "HAMIDI",
    "KOWALSKI",
]
_STEMS = [
    "BEL",
    "CHAR",
    "DU",
    "FON",
    "GAR",
    "HAU",
    "JO",
    "KER",
    "LAN",
    "MAR",
    "NOI",
    "PEL",
    "QUE",
    "RI",
    "SAU",
    "TER",
    "VAL",
    "VIL",
    "BOUR",
    "CAS",
]
_ENDS = ["ARD", "EAU", "IER", "ET", "IN", "ON", "OT", "AUD", "ERT", "AC", "EC", "Y", "ELLE", "ANT"]
_MEN = [
    "JEAN",
    "PIERRE",
    "MICHEL",
    "PHILIPPE",
    "ALAIN",
    "NICOLAS",
    "CHRISTOPHE",
    "LAURENT",
    "THOMAS",
    "JULIEN",
    "LUCAS",
    "HUGO",
    "LOUIS",
    "GABRIEL",
    "RAPHAËL",
    "ARTHUR",
    "ADAM",
    "MOHAMED",
    "YANIS",
    "ÉTIENNE",
    "FRANÇOIS",
    "JEAN-PIERRE",
    "JEAN-LUC",
    "PAUL",
    "ANTOINE",
]
_WOMEN = [
    "MARIE",
    "NATHALIE",
    "ISABELLE",
    "CATHERINE",
    "SYLVIE",
    "SOPHIE",
    "CÉLINE",
    "AURÉLIE",
    "ÉMILIE",
    "CAMILLE",
    "EMMA",
    "LÉA",
    "CHLOÉ",
    "MANON",
    "INÈS",
    "JADE",
    "LOUISE",
    "ALICE",
    "FATIMA",
    "AÏCHA",
    "HÉLÈNE",
    "FRANÇOISE",
    "MARIE-CLAIRE",
    "ANNE-LAURE",
    "ZOÉ",
]
_PLACES = [
    f"{department:02d}{commune:03d}" for department in range(1, 95) if department != 20 for commune in (1, 4, 17)
] + [
    "2A004",
    "2B033",
    "97411",
    "99352",
    "99351",
]
_PARTICLES = ("DE ", "DU ", "LE ", "D'")
_KEYBOARD = {
    "A": "ZQ",
    "E": "ZR",
    "I": "UO",
    "O": "IP",
    "N": "BM",
    "R": "ET",
    "S": "QD",
    "L": "KM",
    "T": "RY",
    "U": "YI",
}


@dataclass(frozen=True, slots=True)
class Being:
    """A person as the register knows them; `usual` is the name that they bear, "" for that of birth."""

    number: int
    family: str
    usual: str
    given: str
    sex: str
    birth_date: str
    birth_place: str
    postcode: str
    phone: str

    def patient(self, id_: str, *, is_qualified: bool = False) -> dict[str, Any]:
        """A Patient of theirs."""
        traits = StrictTraits(self.family, self.given, self.birth_date, self.sex, self.birth_place)
        found = with_traits({"resourceType": "Patient", "id": id_, "active": True}, traits)
        if self.usual:
            found["name"].append({"use": "usual", "family": self.usual, "given": self.given.split(" ")[:1]})
        if self.postcode:
            found["address"] = [{"postalCode": self.postcode}]
        if self.phone:
            found["telecom"] = [{"system": "phone", "value": self.phone}]
        if is_qualified:
            found["identifier"] = [self.matricule.identifier()]
            found["extension"].append(Reliability("VALI", "INSI", "2026-01-01").extension())
        return found

    @property
    def matricule(self) -> Matricule:
        """A test number that their traits and their rank give."""
        sex = "1" if self.sex == "male" else "2"
        year, month, _ = self.birth_date.split("-")
        return Matricule.of(f"{sex}{year[2:]}{month}{self.birth_place}{self.number % 1000:03d}", "nir-test")


def beings(count: int, random: Random) -> Iterator[Being]:
    """Persons; three in a hundred have a twin of their own household, and some are homonyms by chance."""
    number = 0
    while number < count:
        being = _being(number, random)
        yield being
        number += 1
        if random.random() < 0.03:
            given, sex = _given(random)
            while given.split(" ")[0] == being.given.split(" ")[0]:
                given, sex = _given(random)
            yield replace(being, number=number, given=given, sex=sex, usual="" if sex == "male" else being.usual)
            number += 1


def _being(number: int, random: Random) -> Being:
    given, sex = _given(random)
    is_married = sex == "female" and random.random() < 0.35
    return Being(
        number=number,
        family=_family(random),
        usual=_family(random) if is_married else "",
        given=given,
        sex=sex,
        birth_date=f"{random.randint(1930, 2024)}-{random.randint(1, 12):02d}-{random.randint(1, 28):02d}",
        birth_place=random.choice(_PLACES),
        postcode=f"{random.randint(1, 95):02d}{random.randint(0, 60) * 10:03d}",
        phone=f"06{random.randint(0, 99_999_999):08d}",
    )


def _family(random: Random) -> str:
    kind = random.random()
    if kind < 0.4:
        return _FAMILIES[min(int(random.expovariate(0.06)), len(_FAMILIES) - 1)]
    made = random.choice(_STEMS) + random.choice(_STEMS[::-1]) + random.choice(_ENDS)
    if kind < 0.45:
        return random.choice(_PARTICLES) + made
    return f"{made}-{random.choice(_FAMILIES)}" if kind < 0.5 else made


def _given(random: Random) -> tuple[str, str]:
    sex, names = random.choice((("male", _MEN), ("female", _WOMEN)))
    return " ".join(dict.fromkeys(random.choice(names) for _ in range(random.choice((1, 2, 2, 3))))), sex


def again(being: Being, random: Random) -> Being:
    """The same person at another desk: moved, married, mistyped, one or several of these, or nothing."""
    found = replace(
        being,
        postcode=_some(
            being.postcode, random, kept=0.6, other=f"{random.randint(1, 95):02d}{random.randint(0, 60) * 10:03d}"
        ),
        phone=_some(being.phone, random, kept=0.5, other=f"06{random.randint(0, 99_999_999):08d}"),
        birth_place=being.birth_place if random.random() < 0.7 else "",
        given=being.given if random.random() < 0.6 else being.given.split(" ")[0],
    )
    for _ in range(random.choice((0, 0, 0, 0, 1, 1, 1, 2))):
        found = random.choice(_MISTAKES)(found, random)
    return found


def _some(value: str, random: Random, *, kept: float, other: str) -> str:
    return value if random.random() < kept else random.choice(("", other))


def _mistyped(text: str, random: Random) -> str:
    at = random.randrange(len(text))
    letter = text[at]
    kind = random.random()
    if kind < 0.35:
        return text[:at] + text[at + 1 :] if len(text) > 3 else text
    if kind < 0.6:
        return text[:at] + letter * 2 + text[at + 1 :]
    if kind < 0.8 and at + 1 < len(text):
        return text[:at] + text[at + 1] + letter + text[at + 2 :]
    return text[:at] + random.choice(_KEYBOARD.get(letter, "E")) + text[at + 1 :]


def _married(being: Being, random: Random) -> Being:
    """The name that is borne, written where the name of birth belongs."""
    return replace(being, family=being.usual, usual="") if being.usual else _misspelt(being, random)


def _misspelt(being: Being, random: Random) -> Being:
    return replace(being, family=_mistyped(being.family, random))


def _misnamed(being: Being, random: Random) -> Being:
    return replace(being, given=_mistyped(being.given, random).strip() or being.given)


def _reordered(being: Being, random: Random) -> Being:
    """Called by another of their names, or a compound one cut in two or in half."""
    if " " in being.given:
        names = being.given.split(" ")
        return replace(being, given=" ".join(random.sample(names, len(names))))
    return replace(being, given=being.given.replace("-", " ") if random.random() < 0.5 else being.given.split("-")[0])


def _exchanged(being: Being, random: Random) -> Being:
    year, month, day = being.birth_date.split("-")
    return replace(being, birth_date=f"{year}-{day}-{month}") if int(day) <= 12 else _misdated(being, random)


def _misdated(being: Being, random: Random) -> Being:
    year, month, day = being.birth_date.split("-")
    if random.random() < 0.5:
        return replace(being, birth_date=f"{year}-{month}-{random.randint(1, 28):02d}")
    return replace(being, birth_date=f"{int(year) + random.choice((-10, -1, 1, 10))}-{month}-{day}")


def _shortened(being: Being, random: Random) -> Being:
    """A particle or half of a double name left out."""
    words = being.family.replace("'", " ").replace("-", " ").split(" ")
    return replace(being, family=random.choice(words) if len(words) > 1 else being.family)


def _misplaced(being: Being, random: Random) -> Being:
    """Another municipality, half of the time of the same department."""
    own = [place for place in _PLACES if place[:2] == being.birth_place[:2]] or _PLACES
    return replace(being, birth_place=random.choice(own if random.random() < 0.5 else _PLACES))


def _mis_sexed(being: Being, random: Random) -> Being:
    del random
    return replace(being, sex="male" if being.sex == "female" else "female")


_MISTAKES = (
    _married,
    _married,
    _misspelt,
    _misspelt,
    _misnamed,
    _reordered,
    _exchanged,
    _misdated,
    _misplaced,
    _shortened,
    _mis_sexed,
)
