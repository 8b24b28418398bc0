"""Codes of professions (TRE_G15) and of the directory's other systems, where code needs them; labels are in the NOS itself."""

from __future__ import annotations

from typing import Final

_NOS = "https://mos.esante.gouv.fr/NOS"


def nos_system(name: str) -> str:
    """The url of a system of the NOS by its name (`TRE_G15-ProfessionSante`)."""
    return f"{_NOS}/{name}/FHIR/{name.replace('_', '-')}"


PROFESSION_SYSTEM: Final = nos_system("TRE_G15-ProfessionSante")
CATEGORY_SYSTEM: Final = nos_system("TRE_R09-CategorieProfessionnelle")
KNOW_HOW_TYPE_SYSTEM: Final = nos_system("TRE_R04-TypeSavoirFaire")
MODE_SYSTEM: Final = nos_system("TRE_R23-ModeExercice")
SECTOR_SYSTEM: Final = nos_system("TRE_R02-SecteurActivite")
KIND_SYSTEM: Final = nos_system("TRE_R22-GenreActivite")
ROLE_SYSTEM: Final = nos_system("TRE_R21-Fonction")
SECTION_SYSTEM: Final = nos_system("TRE_G13-SectionTableauPharmacien")
CARE_ROLE_SYSTEM: Final = nos_system("TRE_R85-RolePriseCharge")
ESTABLISHMENT_SYSTEM: Final = nos_system("TRE_R66-CategorieEtablissement")
MUNICIPALITY_SYSTEM: Final = nos_system("TRE_R13-CommuneOM")
DEGREE_TYPE_SYSTEM: Final = nos_system("TRE_R14-TypeDiplome")
STATE_DEGREE_SYSTEM: Final = nos_system("TRE_R48-DiplomeEtatFrancais")

KNOW_HOW_SYSTEMS: Final = {
    "S": nos_system("TRE_R38-SpecialiteOrdinale"),
    "C": nos_system("TRE_R39-Competence"),
    "CEX": nos_system("TRE_R40-CompetenceExclusive"),
    "DSM": nos_system("TRE_R42-DESCnonQualifiant"),
    "CAP": nos_system("TRE_R43-CapaciteSavoirFaire"),
    "QAR": nos_system("TRE_R44-QualificationPAC"),
    "OP": nos_system("TRE_R45-OrientationParticuliere"),
}
"""The code system of a know-how (« savoir-faire ») by the code of its type."""

PHYSICIAN: Final = "10"
PHARMACIST: Final = "21"
DENTIST: Final = "40"
MIDWIFE: Final = "50"
NURSE: Final = "60"
PHYSIOTHERAPIST: Final = "70"
PODIATRIST: Final = "80"

ADMISSIONS: Final = "365"
"""TRE_R85: who keeps admissions, costs of stays and outpatient care."""

CIVIL: Final = "C"
MILITARY: Final = "M"
STUDENT: Final = "E"

SELF_EMPLOYED: Final = "L"
SALARIED: Final = "S"
