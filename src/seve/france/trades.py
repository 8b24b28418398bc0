"""Trades of care as people call them: from the words that somebody types to codes of TRE_G15 (professions) and TRE_R38 (specialties)."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from itertools import combinations
from typing import Final

from seve.fhir.search.keys import fold
from seve.france.identity.professions import KNOW_HOW_SYSTEMS, PROFESSION_SYSTEM

_ALIKE = 0.84
"""How alike two words must be (difflib's ratio) to be taken for the same: one slip in six letters passes, a dentist is no assistant."""
_FEWEST_LETTERS = 5
_TITLES = frozenset({"dr", "docteur", "docteure", "pr", "professeur", "mme", "m", "mr", "madame", "monsieur", "doctor"})
_SMALL = frozenset({"de", "des", "du", "la", "le", "les", "l", "d", "un", "une", "a", "en", "pour", "et", "the", "of"})


@dataclass(frozen=True, slots=True)
class Trade:
    """`professions` are codes of TRE_G15, `specialties` of TRE_R38: one of the two is named. `fr` and `en` are what people read,
    `words` what they type besides.
    """

    id: str
    fr: str
    en: str
    professions: tuple[str, ...] = ()
    specialties: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def pair(self) -> tuple[str, str]:
        """The search parameter of PractitionerRole that finds it."""
        if self.specialties:
            return "specialty", ",".join(f"{KNOW_HOW_SYSTEMS['S']}|{code}" for code in self.specialties)
        return "role", ",".join(f"{PROFESSION_SYSTEM}|{code}" for code in self.professions)


def _of(id_: str, fr: str, en: str, codes: str, words: str) -> Trade:
    found = tuple(codes.split())
    is_specialty = found[0].startswith("S")
    spoken = tuple(word.strip() for word in words.split(",") if word.strip())
    return Trade(id_, fr, en, () if is_specialty else found, found if is_specialty else (), spoken)


TRADES: Final = (
    _of("general", "Médecin généraliste", "General practitioner", "SM26 SM53 SM54", "généraliste, médecin de famille, médecin traitant, médecine générale, gp, family doctor"),
    _of("cardiology", "Cardiologue", "Cardiologist", "SM04 SM73 SM79 SM80 SM81", "cardiologie, docteur du cœur, médecin du cœur, heart doctor"),
    _of("ophthalmology", "Ophtalmologue", "Ophthalmologist", "SM38 SM85", "ophtalmologie, ophtalmo, docteur des yeux, médecin des yeux, oculiste, eye doctor"),
    _of("dermatology", "Dermatologue", "Dermatologist", "SM15", "dermatologie, dermato, docteur de la peau, médecin de la peau, skin doctor"),
    _of("gynaecology", "Gynécologue", "Gynaecologist", "SM19 SM20 SM51 SM52", "gynécologie, gynéco, obstétricien, obstétrique"),
    _of("paediatrics", "Pédiatre", "Paediatrician", "SM40 SM87 SM88 SM89 SM90", "pédiatrie, docteur des enfants, médecin des enfants, médecin pour enfant, children doctor"),
    _of("psychiatry", "Psychiatre", "Psychiatrist", "SM33 SM42 SM43 SM92 SM93", "psychiatrie, pédopsychiatre"),
    _of("pneumology", "Pneumologue", "Lung specialist", "SM41 SM91", "pneumologie, docteur des poumons, médecin des poumons, lung doctor"),
    _of("nephrology", "Néphrologue", "Kidney specialist", "SM30 SM83", "néphrologie, docteur des reins, médecin des reins, dialyse, kidney doctor"),
    _of("endocrinology", "Endocrinologue", "Endocrinologist", "SM16 SM62", "endocrinologie, diabétologue, docteur du diabète, diabète, nutritionniste"),
    _of("neurology", "Neurologue", "Neurologist", "SM32 SM84", "neurologie, docteur des nerfs, médecin du cerveau, brain doctor"),
    _of("rheumatology", "Rhumatologue", "Rheumatologist", "SM48", "rhumatologie, docteur du dos, médecin des articulations"),
    _of("gastro", "Gastro-entérologue", "Gastroenterologist", "SM24", "gastro-entérologie, gastro, hépatologue, docteur du ventre"),
    _of("ent", "ORL", "Ear, nose and throat specialist", "SM34 SM39 SM86", "oto-rhino-laryngologiste, oto-rhino, docteur des oreilles, nez gorge oreilles, ent"),
    _of("urology", "Urologue", "Urologist", "SM12", "urologie, chirurgien urologue, prostate"),
    _of("orthopaedics", "Chirurgien orthopédiste", "Orthopaedic surgeon", "SM08", "orthopédiste, orthopédie, chirurgie orthopédique, docteur des os, traumatologie"),
    _of("surgery", "Chirurgien viscéral", "General surgeon", "SM05 SM14 SM78", "chirurgie viscérale, chirurgie digestive, chirurgien"),
    _of("oncology", "Oncologue", "Oncologist", "SM35 SM36 SM37 SM45", "oncologie, cancérologue, cancer, radiothérapeute"),
    _of("haematology", "Hématologue", "Haematologist", "SM21 SM22 SM23 SM71", "hématologie, docteur du sang"),
    _of("radiology", "Radiologue", "Radiologist", "SM44 SM55 SM74 SM94", "radiologie, radio, imagerie, échographie, irm, scanner, x-ray"),
    _of("allergology", "Allergologue", "Allergist", "SM57", "allergologie, allergie, allergies"),
    _of("geriatrics", "Gériatre", "Geriatrician", "SM18", "gériatrie, médecin des personnes âgées"),
    _of("internal", "Interniste", "Internist", "SM27 SM72", "médecine interne"),
    _of("emergency", "Médecin urgentiste", "Emergency physician", "SM59", "urgentiste, urgences, médecine d'urgence"),
    _of("intensive", "Réanimateur", "Intensive care physician", "SM02 SM46 SM76 SM82", "réanimation, anesthésiste, anesthésie, soins intensifs"),
    _of("vascular", "Médecin vasculaire", "Vascular physician", "SM61", "angiologue, phlébologue, médecine vasculaire, varices"),
    _of("rehabilitation", "Médecin de rééducation", "Rehabilitation physician", "SM29", "médecine physique, réadaptation, rééducation, mpr"),
    _of("biologist", "Biologiste médical", "Medical biologist", "SM03 SM63 SM64 SM65 SM66 SM67", "biologiste, laboratoire, prise de sang, analyses"),
    _of("dentist", "Chirurgien-dentiste", "Dentist", "40", "dentiste, docteur des dents, dents"),
    _of("midwife", "Sage-femme", "Midwife", "50", "maïeuticien, sages-femmes, grossesse"),
    _of("nurse", "Infirmier", "Nurse", "60", "infirmière, infirmiers, ide, idel, piqûre, pansement"),
    _of("physiotherapist", "Masseur-kinésithérapeute", "Physiotherapist", "70", "kiné, kinésithérapeute, masseur, physio, docteur du dos"),
    _of("podiatrist", "Pédicure-podologue", "Podiatrist", "80", "podologue, pédicure, docteur des pieds"),
    _of("speech", "Orthophoniste", "Speech therapist", "91", "orthophonie, bégaiement, dyslexie"),
    _of("orthoptist", "Orthoptiste", "Orthoptist", "92", "orthoptie"),
    _of("psychologist", "Psychologue", "Psychologist", "93", "psychologie, psy"),
    _of("occupational", "Ergothérapeute", "Occupational therapist", "94", "ergothérapie, ergo"),
    _of("dietician", "Diététicien", "Dietician", "95", "diététicienne, diététique, régime"),
    _of("psychomotor", "Psychomotricien", "Psychomotor therapist", "96", "psychomotricienne, psychomotricité"),
    _of("pharmacist", "Pharmacien", "Pharmacist", "21", "pharmacienne, pharmacie, apothicaire, chemist"),
    _of("audiologist", "Audioprothésiste", "Hearing-aid specialist", "26", "appareil auditif, prothèse auditive, audition"),
    _of("optician", "Opticien-lunetier", "Optician", "28", "opticien, lunettes"),
    _of("physician", "Médecin", "Physician", "10", "médecins, toubib"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Understood:
    """What a text asks for: a trade (None: none), the words besides, and whether the trade was spelt otherwise."""

    trade: Trade | None
    words: tuple[str, ...]
    is_corrected: bool = False


def by_id(id_: str) -> Trade | None:
    """A trade by its id."""
    return next((one for one in TRADES if one.id == id_), None)


def understood(text: str) -> Understood:
    """A trade and the other words of a text: “cardiologue Chevalier”, “docteur des yeux”. Case, accents and one slip are forgiven."""
    words = _words(text)
    spans = sorted(combinations(range(len(words) + 1), 2), key=lambda span: span[0] - span[1])
    for start, end in spans:
        asked = _key(words[start:end])
        if trade := _phrases().get(asked):
            return Understood(trade, _names((*words[:start], *words[end:])))
        if len(asked) >= _FEWEST_LETTERS and (near := get_close_matches(asked, _phrases(), n=1, cutoff=_ALIKE)):
            return Understood(_phrases()[near[0]], _names((*words[:start], *words[end:])), is_corrected=True)
    return Understood(None, _names(words))


def _words(text: str) -> tuple[str, ...]:
    plain = "".join(
        character if character.isalnum() or character == "-" else " " for character in text.replace("œ", "oe")
    )
    return tuple(plain.split())


def _key(words: tuple[str, ...]) -> str:
    return " ".join(fold(word) for word in words if fold(word) not in _SMALL)


def _names(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if fold(word) not in _TITLES | _SMALL)


@cache
def _phrases() -> dict[str, Trade]:
    """Each way to say a trade, folded; of two trades that share one, the first."""
    found = dict[str, Trade]()
    for trade in TRADES:
        for phrase in (trade.fr, trade.en, *trade.words):
            key = _key(_words(phrase))
            if key:
                found.setdefault(key, trade)
    return found
