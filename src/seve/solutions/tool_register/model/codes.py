"""The register's own code list; French and English names stand in `strings/` under `functions.` and `proofs.`."""

from __future__ import annotations

from typing import Any, Final

from seve.fhir.access.kinds import DECLARATION  # the code of the Task: the policies know it
from seve.kernel.texts import text

_PACKAGE: Final = "solutions/tool_register"
TYPE: Final = {"system": "urn:seve:tools:type", "code": "telehealth-tool"}
TYPE_TOKEN: Final = f"{TYPE['system']}|{TYPE['code']}"
DECLARATION_TOKEN: Final = f"{DECLARATION['system']}|{DECLARATION['code']}"
FUNCTION: Final = "urn:seve:tools:function"
PROOF: Final = "urn:seve:tools:proof"
STATE: Final = "urn:seve:tools:state"
PRICE: Final = {"system": "urn:seve:tools:property", "code": "price"}
DECLARED_AS: Final = "urn:seve:tools:declaration"
"""The identifier system by which an entry names the Task that it was checked from."""
FUNCTIONS: Final = ("video", "expertise", "monitoring", "messaging", "booking", "prescribing", "documents", "payment")
PROOFS: Final = ("hds", "iso-27001", "identification", "dmn", "ce", "segur", "ins", "psc", "mss")
SECURITY: Final = ("hds", "iso-27001", "identification", "ce")
"""Of the proofs, those of security; the others are of interoperability."""


def coding(system: str, code: str) -> dict[str, Any]:
    """A Coding of the list, with its French name."""
    words = {FUNCTION: "functions", PROOF: "proofs"}[system]
    return {"system": system, "code": code, "display": text(f"{_PACKAGE}.{words}.{code}", {}, "fr")}
