"""A small document to bend, and the national samples beside the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[4] / ".." / "shared" / "france" / "cda"

HEADER = """<realmCode code="FR"/>
<typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
<templateId root="2.16.840.1.113883.2.8.2.1"/>
<id root="1.2.250.1.999.1"/>
<code code="11488-4" codeSystem="2.16.840.1.113883.6.1" displayName="CR de consultation"/>
<title>Compte rendu</title>
<effectiveTime value="20240301093000+0100"/>
<confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
<languageCode code="fr-FR"/>
<recordTarget><patientRole><id root="1.2.250.1.213.1.4.10" extension="279035121518989"/><patient>
<name><family qualifier="BR">PAT-TROIS</family><given>DOMINIQUE</given></name>
<administrativeGenderCode code="F"/><birthTime value="19790328"/></patient></patientRole></recordTarget>
"""


def document(
    body: str = "", *, header: str = HEADER, before: str = "", declaration: str = '<?xml version="1.0"?>'
) -> bytes:
    return f'{declaration}{before}<ClinicalDocument xmlns="urn:hl7-org:v3">{header}{body}</ClinicalDocument>'.encode()


def structured(text: str, *, entry: str = "") -> bytes:
    section = f"<section><title>Examen</title><text>{text}</text>{entry}</section>"
    return document(f"<component><structuredBody><component>{section}</component></structuredBody></component>")


def image(id_: str, media_type: str, base64: str) -> str:
    value = f'<value mediaType="{media_type}" representation="B64">{base64}</value>'
    return f'<entry><observationMedia ID="{id_}">{value}</observationMedia></entry>'


def national() -> list[Path]:
    """The national samples; empty without them."""
    return sorted((SAMPLES / "exemples").glob("*.xml"))


def needed(name: str) -> bytes:
    file = SAMPLES / "exemples" / name
    if not file.exists():
        pytest.skip("../shared/france/cda is not here")
    return file.read_bytes()
