"""Small directory files, invented: no person or structure in them exists. Headers and layouts are those that are published."""

from __future__ import annotations

ACTIVITY_COLUMNS = [
    "Type d'identifiant PP",
    "Identifiant PP",
    "Identification nationale PP",
    "Code civilité d'exercice",
    "Libellé civilité d'exercice",
    "Code civilité",
    "Libellé civilité",
    "Nom d'exercice",
    "Prénom d'exercice",
    "Code profession",
    "Libellé profession",
    "Code catégorie professionnelle",
    "Libellé catégorie professionnelle",
    "Code type savoir-faire",
    "Libellé type savoir-faire",
    "Code savoir-faire",
    "Libellé savoir-faire",
    "Code mode exercice",
    "Libellé mode exercice",
    "Numéro SIRET site",
    "Numéro SIREN site",
    "Numéro FINESS site",
    "Numéro FINESS établissement juridique",
    "Identifiant technique de la structure",
    "Raison sociale site",
    "Enseigne commerciale site",
    "Complément destinataire (coord. structure)",
    "Complément point géographique (coord. structure)",
    "Numéro Voie (coord. structure)",
    "Indice répétition voie (coord. structure)",
    "Code type de voie (coord. structure)",
    "Libellé type de voie (coord. structure)",
    "Libellé Voie (coord. structure)",
    "Mention distribution (coord. structure)",
    "Bureau cedex (coord. structure)",
    "Code postal (coord. structure)",
    "Code commune (coord. structure)",
    "Libellé commune (coord. structure)",
    "Code pays (coord. structure)",
    "Libellé pays (coord. structure)",
    "Téléphone (coord. structure)",
    "Téléphone 2 (coord. structure)",
    "Télécopie (coord. structure)",
    "Adresse e-mail (coord. structure)",
    "Code Département (structure)",
    "Libellé Département (structure)",
    "Ancien identifiant de la structure",
    "Autorité d'enregistrement",
    "Code secteur d'activité",
    "Libellé secteur d'activité",
    "Code section tableau pharmaciens",
    "Libellé section tableau pharmaciens",
    "Code rôle",
    "Libellé rôle",
    "Code genre activité",
    "Libellé genre activité",
]
KNOW_HOW_COLUMNS = [
    "Type d'identifiant PP",
    "Identifiant PP",
    "Identification nationale PP",
    "Nom d'exercice",
    "Prénom d'exercice",
    "Code profession",
    "Libellé profession",
    "Code catégorie professionnelle",
    "Libellé catégorie professionnelle",
    "Code type savoir-faire",
    "Libellé type savoir-faire",
    "Code savoir-faire",
    "Libellé savoir-faire",
]
DEGREE_COLUMNS = [
    "Type d'identifiant PP",
    "Identifiant PP",
    "Identification nationale PP",
    "Nom d'exercice",
    "Prénom d'exercice",
    "Code type diplôme obtenu",
    "Libellé type diplôme obtenu",
    "Code diplôme obtenu",
    "Libellé diplôme obtenu",
    "Code type autorisation",
    "Libellé type autorisation",
    "Code discipline autorisation",
    "Libellé discipline autorisation",
]

ANNE = {
    "Type d'identifiant PP": "8",
    "Identifiant PP": "99700000012",
    "Identification nationale PP": "899700000012",
    "Code civilité": "MME",
    "Code civilité d'exercice": "DR",
    "Nom d'exercice": "D'ARMOR-LE BRAS",
    "Prénom d'exercice": "ANNE",
    "Code profession": "10",
    "Libellé profession": "Médecin",
    "Code catégorie professionnelle": "C",
    "Libellé catégorie professionnelle": "Civil",
}
OFFICE = {
    "Code mode exercice": "L",
    "Libellé mode exercice": "Libéral",
    "Numéro SIRET site": "99900000100012",
    "Identifiant technique de la structure": "R99900000000001",
    "Raison sociale site": "CABINET DU DR D'ARMOR",
    "Numéro Voie (coord. structure)": "12",
    "Libellé type de voie (coord. structure)": "Rue",
    "Libellé Voie (coord. structure)": "DES ESSAIS",
    "Code postal (coord. structure)": "20000",
    "Code commune (coord. structure)": "2A004",
    "Libellé commune (coord. structure)": "AJACCIO",
    "Téléphone (coord. structure)": "0499990001",
    "Code secteur d'activité": "SA07",
    "Libellé secteur d'activité": "Cabinet individuel",
    "Code genre activité": "GENR01",
}
HOSPITAL = {
    "Code mode exercice": "S",
    "Libellé mode exercice": "Salarié",
    "Numéro FINESS site": "2A0000154",
    "Identifiant technique de la structure": "F2A0000154",
    "Raison sociale site": "HOPITAL INVENTE",
    "Code secteur d'activité": "SA01",
    "Code rôle": "FON-05",
}
PAUL = {
    "Identification nationale PP": "0999912345",
    "Nom d'exercice": "ESSAI",
    "Prénom d'exercice": "PAUL",
    "Code profession": "93",
    "Libellé profession": "Psychologue",
    "Code catégorie professionnelle": "C",
}


def table(columns: list[str], *rows: dict[str, str]) -> bytes:
    """A file as the agency writes them: separators at line ends too."""
    lines = ["|".join(columns) + "|", *("|".join(row.get(name, "") for name in columns) + "|" for row in rows)]
    return ("\n".join(lines) + "\n").encode()


ACTIVITIES = table(ACTIVITY_COLUMNS, ANNE | OFFICE, PAUL, ANNE | HOSPITAL)
KNOW_HOWS = table(
    KNOW_HOW_COLUMNS,
    ANNE | {"Code type savoir-faire": "S", "Code savoir-faire": "SM54", "Libellé savoir-faire": "Médecine générale"},
)
DEGREES = table(
    DEGREE_COLUMNS,
    ANNE | {"Code type diplôme obtenu": "DE", "Code diplôme obtenu": "DE28", "Libellé diplôme obtenu": "DE de médecin"},
    ANNE | {"Code type diplôme obtenu": "DU", "Code diplôme obtenu": "DU1", "Libellé diplôme obtenu": "DU d'essai"},
)

FINESS = """finess;etalab;111;2026-05-12
structureet;999000011;999000003;CH DES ESSAIS;CENTRE HOSPITALIER DES ESSAIS;;;12;AV;DES TESTS;BIS;;004;2A;CORSE DU SUD;20000 AJACCIO CEDEX 1;0499990002;;355;Centre Hospitalier (C.H.);1102;Centres Hospitaliers;99900000100020;8610Z;03;ARS;1;Etablissement public de santé;13/02/1979;1979-02-13;2020-02-04;
structureet;979000010;979000002;DISPENSAIRE D'ÉTÉ;;;;;;;;;123;9A;GUADELOUPE;97133 ST BARTHELEMY;;;223;PMI;2202;PMI;2,601E+13;;;;;;;;2020-02-04;
structureet;999000029
geolocalisation;999000011;880459.31;6552608.95;1,ATLASANTE,96,BAN,EPSG:2154 RGF93 / Lambert-93 (Métropole);2026-05-04
"""

FINESS_PLUS = {
    "schemaVersion": "v1.0.0",
    "generatedAt": "2026-08-01T02:06:22Z",
    "gcc": [{"pmejDuGcc": []}],
    "pmej": [
        {
            "informationsGeneralesPMEJ": {
                "numFinessPm": "999000003",
                "denominationPm": "ASSO ESSAI",
                "denominationLonguePmSmsse": "ASSOCIATION D'ESSAI [1]",
                "siren": "999000001",
            },
            "adresse": [],
            "contact": [{"telecom": {"telephone": "0499990003"}}],
            "etatObjet": "A",
            "ege": [
                {
                    "informationsGeneralesEGE": {
                        "numFinessEge": "999000011",
                        "nomEgeCourt": "IME",
                        "nomEgeLong": "IME DES ESSAIS",
                        "siret": "99900000100020",
                        "dateOuverture": "1990-01-01T00:00:00",
                    },
                    "categorieentiteGeographiqueExercice": "183",
                    "adresse": [
                        {
                            "numeroVoie": "16",
                            "typeVoie": "R",
                            "libelleVoie": "DU 1ER SEPTEMBRE",
                            "cogCommune": "01304",
                            "ligneAcheminement": "PONT D AIN",
                            "codePostal": "01160",
                            "coordonneesGeographique": {
                                "coordonneeX": "6552608.95",
                                "coordonneeY": "880459.31",
                                "directionLatitude": "46.049236",
                                "directionLongitude": "5.334156",
                            },
                        }
                    ],
                    "contact": [],
                    "etatObjet": "A",
                },
                {
                    "informationsGeneralesEGE": {"numFinessEge": "999000029", "nomEgeCourt": "FERME"},
                    "adresse": [{"coordonneesGeographique": {"coordonneeX": "5.2", "coordonneeY": "46.2"}}],
                    "etatObjet": "I",
                },
                {"informationsGeneralesEGE": None},
            ],
        },
        {"informationsGeneralesPMEJ": {}},
    ],
    "gco": [],
}
