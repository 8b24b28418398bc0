"""A simulated INSi: answers from a list of test identities, by the same XML that the real one sends. For tests and the demo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from seve.france.identity.ins import OIDS, Matricule
from seve.france.identity.insi.answers import NAMESPACE, Certified, InsiAnswer, read_answer
from seve.france.identity.insi.asking import Search
from seve.france.identity.traits import StrictTraits, folded

_SEXES = {"male": "M", "female": "F"}


def _identity(number: str, traits: str, *, history: tuple[str, ...] = ()) -> Certified:
    family, given, sex, day, place = traits.split("|")
    earlier = tuple(Matricule.of(value, "nir-test") for value in history)
    return Certified(Matricule.of(number, "nir-test"), StrictTraits(family, given, day, sex, place), earlier)


TEST_IDENTITIES = (
    _identity("279035121518989", "PAT-TROIS|DOMINIQUE|female|1979-03-28|51215"),
    _identity("297022A02077878", "ADRTROIS|DOMINIQUE|female|1997-02-26|2A020"),
    _identity("236066322083656", "TCHITCHI|CATARINA BELLA|female|1936-06-21|63220"),
    _identity(
        "109076322083489",
        "ECETINSI|PIERRE-ALAIN MURIEL FLORIANT|male|2009-07-14|63220",
        history=("209076322083439", "209066322012355"),
    ),
    _identity("1850575056001", "D'ARC DU LAC|JEAN|male|1985-05-01|75056"),
    _identity("1850575056002", "D'ARC DU LAC|JEAN|male|1985-05-01|75056"),
)
"""The national test identities, with their numbers as test numbers, and two invented homonyms born on one day at one place."""


@dataclass(frozen=True, slots=True)
class SimulatedInsi:
    """Knows some identities; matches as INSi does: birth name, first given name, sex, date, and place when it is given."""

    identities: Sequence[Certified] = TEST_IDENTITIES

    async def by_traits(self, search: Search) -> InsiAnswer:
        """One, none or several."""
        return read_answer(self.answer(search))

    def answer(self, search: Search) -> bytes:
        """The XML of the answer."""
        found = [identity for identity in self.identities if _matches(identity.traits, search)]
        code = {0: "01", 1: "00"}.get(len(found), "02")
        result = etree.Element(f"{{{NAMESPACE}}}RESULTAT")
        _append(_append(result, "CR"), "CodeCR", code)
        if code == "00":
            _write(_append(result, "INDIVIDU"), found[0])
        return etree.tostring(result)


def _matches(traits: StrictTraits, search: Search) -> bool:
    first = traits.given.split(" ")[0]
    return (
        folded(traits.family) == folded(search.family)
        and folded(first) == folded(search.given)
        and (_SEXES[traits.sex], traits.birth_date) == (search.sex, search.birth_date)
        and search.birth_place in ("", traits.birth_place)
    )


def _write(person: Any, identity: Certified) -> None:
    for name, matricule in [("INSACTIF", identity.matricule), *(("INSHISTO", old) for old in identity.history)]:
        entry = _append(person, name)
        number = _append(entry, "IdIndividu")
        _append(number, "NumIdentifiant", matricule.number)
        _append(number, "Cle", matricule.key)
        _append(entry, "OID", OIDS[matricule.kind])
    traits = _append(person, "TIQ")
    _append(traits, "NomNaissance", identity.traits.family)
    _append(traits, "ListePrenom", identity.traits.given)
    _append(traits, "Sexe", _SEXES[identity.traits.sex])
    _append(traits, "DateNaissance", identity.traits.birth_date)
    _append(traits, "LieuNaissance", identity.traits.birth_place)


def _append(parent: Any, name: str, text: str | None = None) -> Any:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    child.text = text
    return child
