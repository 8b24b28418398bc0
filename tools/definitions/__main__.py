"""`python -m tools.definitions PACKAGE.tgz`: writes `src/seve/fhir/definitions/r4.zip` from the R4 example package.

Only resources of the specification itself enter (their canonical starts with a FHIR or HL7 terminology address), not the
examples of conformance resources. The archive is the same for the same input: sorted entries, fixed dates.
"""

from __future__ import annotations

import sys
import tarfile
import zipfile
from pathlib import Path

import msgspec

from seve.fhir import Resource
from seve.fhir.definitions.registry import ARTEFACT
from seve.fhir.definitions.trimming import KINDS, trim

TARGET = Path(__file__).parents[2] / "src" / "seve" / "fhir" / "definitions" / ARTEFACT
_EPOCH = (2019, 10, 30, 0, 0, 0)


def entries(package: Path) -> dict[str, bytes]:
    """The archive's entries by name: one msgpack list of resources for each type, sorted by URL."""
    found: dict[str, list[Resource]] = {kind: [] for kind in KINDS}
    with tarfile.open(package) as archive:
        for member in archive:
            if member.name.rpartition("/")[2].partition("-")[0] not in found:
                continue
            stream = archive.extractfile(member)
            if stream is None:
                continue
            resource: Resource = msgspec.json.decode(stream.read())
            if resource["resourceType"] in found and _is_official(resource):
                found[resource["resourceType"]].append(trim(resource))
    encode = msgspec.msgpack.Encoder().encode
    return {f"{kind}.msgpack": encode(sorted(rows, key=lambda r: r["url"])) for kind, rows in found.items() if rows}


def write(package: Path, target: Path) -> None:
    """Compiles `package` into `target`."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in sorted(entries(package).items()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED, 9)


def _is_official(resource: Resource) -> bool:
    url = resource.get("url", "")
    return (
        url.startswith(("http://hl7.org/fhir/", "http://terminology.hl7.org/", "urn:"))
        and "example" not in resource["id"]
    )


if __name__ == "__main__":
    write(Path(sys.argv[1]), TARGET)
    print(f"{TARGET.name}: {TARGET.stat().st_size / 1e6:.1f} MB")
