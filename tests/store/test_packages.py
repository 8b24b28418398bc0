"""Packages in the store, and the definitions that come of them."""

import io
import json
import tarfile
from pathlib import Path

import pytest
from tests.store.test_reindex import EYES

from seve.engine.engine import Engine
from seve.fhir.definitions.packages import BrokenPackage, read_identity, read_package
from seve.main.wiring import definitions_of
from seve.store import packages


def _package(folder: Path, manifest: object) -> Path:
    file = folder / "package.tgz"
    with tarfile.open(file, "w:gz") as archive:
        for name, content in (("package/package.json", manifest), ("package/SearchParameter-eyes.json", EYES)):
            data = json.dumps(content).encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return file


async def test_an_added_package_is_in_force_and_a_removed_one_is_not(engine: Engine, tmp_path: Path) -> None:
    file = _package(tmp_path, {"name": "x.example", "version": "1.0.0"})
    name, version = read_identity(file)
    pool = engine.database.pool
    await packages.put(pool, name, version, resources=read_package(file))
    assert [(p.name, p.version) for p in await packages.packages(pool)] == [("x.example", "1.0.0")]
    assert (await definitions_of(pool)).resource("SearchParameter", EYES["url"])
    assert await packages.remove(pool, "x.example", "2.0.0") == []
    assert await packages.remove(pool, "x.example") == ["1.0.0"]
    assert not (await definitions_of(pool)).resource("SearchParameter", EYES["url"])


async def test_the_same_version_again_replaces_it(engine: Engine) -> None:
    pool = engine.database.pool
    await packages.put(pool, "x.example", "1.0.0", resources=[EYES])
    await packages.put(pool, "x.example", "1.0.0", resources=[])
    assert await packages.resources(pool) == []
    await packages.remove(pool, "x.example")


@pytest.mark.parametrize("manifest", [{}, {"name": "x"}, {"name": 1, "version": "1"}, []])
def test_a_package_without_name_or_version_is_refused(tmp_path: Path, manifest: object) -> None:
    with pytest.raises(BrokenPackage):
        read_identity(_package(tmp_path, manifest))
