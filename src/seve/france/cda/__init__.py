"""Clinical documents in CDA R2 as the CI-SIS profiles it (HL7 France header, level 1 a file, level 3 sections): read and written.

Pure. What is shown of a document is made here from its narrative; a stylesheet, inside or outside of it, is never run.
"""

from seve.france.cda.document import (
    Attachment,
    Author,
    Cda,
    Code,
    Encounter,
    Id,
    Organization,
    Patient,
    PersonName,
    Section,
    Service,
    Unstructured,
)
from seve.france.cda.narrative import image_type, narrative_html
from seve.france.cda.reading import read_cda
from seve.france.cda.refusals import CdaWrong

__all__ = [
    "Attachment",
    "Author",
    "Cda",
    "CdaWrong",
    "Code",
    "Encounter",
    "Id",
    "Organization",
    "Patient",
    "PersonName",
    "Section",
    "Service",
    "Unstructured",
    "image_type",
    "narrative_html",
    "read_cda",
]
