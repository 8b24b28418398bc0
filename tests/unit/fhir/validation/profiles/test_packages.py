"""French packages as they are published: their examples obey their profiles, and mutated ones are refused for the right reason."""

from __future__ import annotations

import copy
import io
import tarfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.unit.fhir.codec.corpus import SHARED

from seve.fhir.codec.json import parse
from seve.fhir.definitions import core, packages
from seve.fhir.definitions.packages import BrokenPackage, PackageTooLarge, UnsafePackage, read_package
from seve.fhir.profiles.snapshot import snapshot
from seve.fhir.validation.validator import Validator

FR_CORE = SHARED / "france/fhir-fr-core/fr-core-2.2.0-package.tgz"
COMBINED = SHARED / "france/fhir-fr-core/fr-core-2.2.0-package-combined.tgz"
ANS = SHARED / "france/fhir-ans-igs"


@cache
def validator(*files: Path) -> Validator:
    return Validator(core().with_resources(resource for file in files for resource in read_package(there(file))))


def there(file: Path) -> Path:
    if not file.exists():
        pytest.skip(f"{file} is not there: the shared documents are absent")
    return file


def package_examples(file: Path) -> dict[str, Any]:
    with tarfile.open(there(file)) as archive:
        members = [m for m in archive if m.name.startswith("package/example/") and m.name.endswith(".json")]
        streams = {
            m.name.removeprefix("package/example/").removesuffix(".json"): archive.extractfile(m) for m in members
        }
        return {name: parse(stream.read()) for name, stream in streams.items() if stream}


def errors(resource: dict[str, Any], validated_by: Validator) -> list[tuple[str, str]]:
    found = validated_by.validate(resource).issues
    return [(i.key.rpartition(".")[2], i.expression) for i in found if i.severity == "error"]


def test_the_examples_of_fr_core_obey_its_profiles() -> None:
    by = validator(COMBINED, FR_CORE)
    refused = {name: found for name, resource in package_examples(FR_CORE).items() if (found := errors(resource, by))}
    assert refused == {}


@pytest.mark.parametrize(("package", "count"), [("sas", 42), ("mss", 6), ("agendas-gap", 3)])
def test_the_examples_of_ans_guides_are_judged_as_their_publisher_judged_them(package: str, count: int) -> None:
    """`count` is the number of examples that the IG publisher's own validation finds without error."""
    file = ANS / f"{package}-package.tgz"
    by = validator(there(COMBINED), there(ANS / "annuaire-package.tgz"), there(file))
    right = [name for name, resource in package_examples(file).items() if not errors(resource, by)]
    assert len(right) == count


def strip(path: str) -> Callable[[dict[str, Any]], None]:
    def change(resource: dict[str, Any]) -> None:
        del resource[path]

    return change


@pytest.mark.parametrize(
    ("example", "change", "expected"),
    [
        ("Patient-FRCorePatientExample", strip("name"), "profile_min"),
        ("Patient-FRCorePatientExample", strip("birthDate"), "profile_min"),
        ("Observation-FRCoreObservationBPExample", strip("component"), "profile_min"),
        ("Observation-FRCoreObservationBPExample", strip("category"), "profile_min"),
        ("Encounter-FRCoreEncounterExample", lambda r: r.update(status="zzz"), "code_required"),
    ],
)
def test_mutated_examples_are_refused(example: str, change: Callable[[dict[str, Any]], None], expected: str) -> None:
    resource = copy.deepcopy(package_examples(FR_CORE)[example])
    by = validator(COMBINED, FR_CORE)
    assert errors(resource, by) == []
    change(resource)
    assert expected in {key for key, _ in errors(resource, by)}


@cache
def published() -> dict[str, Any]:
    with tarfile.open(there(COMBINED)) as archive:
        members = [m for m in archive if m.name.startswith("package/StructureDefinition-")]
        streams = [archive.extractfile(m) for m in members]
        found = [parse(stream.read()) for stream in streams if stream]
    return {definition["url"]: definition for definition in found}


def test_snapshots_made_from_differentials_say_what_the_published_ones_say() -> None:
    bare = [
        {key: value for key, value in definition.items() if key != "snapshot"} for definition in published().values()
    ]
    definitions = core().with_resources(bare)
    same = different = 0
    for definition in bare:
        made = {e["id"]: e for e in snapshot(definition, definitions)}
        for stated in published()[definition["url"]]["snapshot"]["element"]:
            assert stated["id"] in made, (definition["url"], stated["id"])
            is_same = said(stated) == said(made[stated["id"]])
            same, different = same + is_same, different + (not is_same)
    assert different / same < 0.01, (
        "the publisher's tools differ in a few bindings and cardinalities of slices that aren't stated"
    )


def said(element: dict[str, Any]) -> Any:
    kept = {
        key: value for key, value in element.items() if key in ("min", "max") or key.startswith(("fixed", "pattern"))
    }
    binding = element.get("binding", {})
    return kept, binding.get("strength"), binding.get("valueSet", "").partition("|")[0]


def test_examples_are_judged_alike_by_snapshots_made_from_differentials() -> None:
    bare = [
        {key: value for key, value in definition.items() if key != "snapshot"} for definition in published().values()
    ]
    others = [r for r in read_package(there(COMBINED)) if r["resourceType"] != "StructureDefinition"]
    by = Validator(core().with_resources([*others, *bare]))
    refused = {name: found for name, resource in package_examples(FR_CORE).items() if (found := errors(resource, by))}
    assert refused == {}


def archive_of(*entries: tuple[tarfile.TarInfo, bytes]) -> io.BytesIO:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for info, content in entries:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    file.seek(0)
    return file


def entry(name: str, content: bytes = b"{}", kind: bytes = tarfile.REGTYPE) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type = kind
    return info, content


VALUE_SET = b'{"resourceType":"ValueSet","url":"urn:x","status":"draft","text":{"status":"empty","div":"<div>x</div>"}}'


def test_only_conformance_resources_at_the_top_are_read_and_trimmed() -> None:
    file = archive_of(
        entry("package/package.json"), entry("package/.index.json", b"x"), entry("package/example/ValueSet-y.json", b"x"),
        entry("package/Patient-p.json", b'{"resourceType":"Patient"}'), entry("package/ValueSet-x.json", VALUE_SET),
    )  # fmt: skip
    assert read_package(file) == [{"resourceType": "ValueSet", "url": "urn:x", "status": "draft"}]


@pytest.mark.parametrize("name", ["../x.json", "/etc/x.json", "package/../../x.json", "C:\\x.json"])
def test_names_that_lead_outside_are_refused(name: str) -> None:
    with pytest.raises(UnsafePackage) as refused:
        read_package(archive_of(entry(name)))
    assert refused.value.issues[0].text("fr") != refused.value.issues[0].text("en")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(kind: bytes) -> None:
    with pytest.raises(UnsafePackage):
        read_package(archive_of(entry("package/x.json", b"", kind)))


def test_archives_that_unpack_to_too_much_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MAXIMUM_BYTES", 100_000)
    monkeypatch.setattr(packages, "MAXIMUM_ENTRIES", 10)
    with pytest.raises(PackageTooLarge):
        read_package(archive_of(entry("package/x.bin", b"0" * 200_000)))
    with pytest.raises(PackageTooLarge):
        read_package(archive_of(*(entry(f"package/{n}.bin", b"") for n in range(11))))


@pytest.mark.parametrize("content", [b"{", b'{"resourceType":"ValueSet","url":"urn:x"}'])
def test_broken_resources_are_refused_by_name(content: bytes) -> None:
    with pytest.raises(BrokenPackage) as refused:
        read_package(archive_of(entry("package/ValueSet-x.json", content)))
    assert refused.value.fields == {"name": "package/ValueSet-x.json"}


@pytest.mark.parametrize("raw", [b"", b"not an archive", b"\x1f\x8b\x08\x00"])
def test_what_is_no_archive_is_refused(raw: bytes) -> None:
    with pytest.raises(BrokenPackage):
        read_package(io.BytesIO(raw))
