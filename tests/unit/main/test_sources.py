"""Files, folders and archives as documents."""

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from seve.main.loading import sources
from seve.main.loading.chunks import Chunk, Document, chunks
from seve.main.loading.references import settled
from seve.main.loading.sources import SourceError, documents, files


def _tar(file: Path, members: dict[str, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(file, mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        link = tarfile.TarInfo("package/link.json")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return file


MEMBERS = {"package/a.json": b"{}", "package/package.json": b"{}", "../b.ndjson": b"{}\n{}\n", "read.me": b"x"}


def test_a_folder_is_read_to_the_bottom_in_order_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b.json", "a/c.ndjson", ".hidden.json", "note.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")
    assert [name for name, _ in files([tmp_path])] == [f"{tmp_path.name}/a/c.ndjson", f"{tmp_path.name}/b.json"]


def test_what_cannot_be_loaded_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("")
    for path in (tmp_path / "x.txt", tmp_path / "absent.json"):
        with pytest.raises(SourceError, match=path.name):
            files([path])
    with pytest.raises(SourceError, match="nothing to load"):
        files([tmp_path])


@pytest.mark.parametrize(("name", "mode"), [("x.tgz", "w:gz"), ("x.tar.xz", "w:xz"), ("x.tar.gz", "w:gz")])
def test_an_archive_gives_its_documents_and_neither_links_nor_manifests(tmp_path: Path, name: str, mode: str) -> None:
    found = list(documents(files([_tar(tmp_path / name, MEMBERS, mode)])))
    assert [(d.name, d.form, d.data) for d in found] == [
        (f"{name}/package/a.json", "json", b"{}"),
        (f"{name}/../b.ndjson", "ndjson", b"{}\n{}\n"),
    ]


def test_a_zip_gives_its_documents(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name, data in MEMBERS.items():
            archive.writestr(name, data)
    assert [d.data for d in documents(files([tmp_path / "x.zip"]))] == [b"{}", b"{}\n{}\n"]


@pytest.mark.parametrize("name", ["x.tgz", "x.zip", "x.tar.xz"])
def test_a_broken_archive_is_refused_by_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"no archive")
    with pytest.raises(SourceError, match=name):
        list(documents(files([tmp_path / name])))


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "ARCHIVE_BYTES", 5)
    with pytest.raises(SourceError, match="unpacks to more"):
        list(documents(files([_tar(tmp_path / "x.tgz", MEMBERS)])))


def test_a_document_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "DOCUMENT_BYTES", 5)
    (tmp_path / "x.json").write_text("{      }")
    with pytest.raises(SourceError, match="larger"):
        list(documents(files([tmp_path / "x.json"])))


def test_ndjson_is_cut_at_line_ends_and_every_part_knows_its_first_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "_SLICE_BYTES", 10)
    lines = [b"%d" % number * 4 for number in range(10)]
    (tmp_path / "x.ndjson").write_bytes(b"\n".join(lines))
    found = list(documents(files([tmp_path / "x.ndjson"])))
    assert len(found) > 3
    assert b"".join(d.data for d in found).split(b"\n") == lines
    assert all(d.data.startswith(lines[d.line - 1]) for d in found)
    assert sum(d.weight for d in found) == (tmp_path / "x.ndjson").stat().st_size


def test_a_chunk_key_depends_on_content_and_position() -> None:
    document = Document("a", "ndjson", b"x", 1)
    key = Chunk.of([document]).key
    assert Chunk.of([Document("a", "ndjson", b"x", 7)]).key == key
    others = [Document("b", "ndjson", b"x", 1), Document("a", "ndjson", b"y", 1), Document("a", "ndjson", b"x", 1, 2)]
    assert key not in {Chunk.of([other]).key for other in others}
    assert [len(chunk.documents) for chunk in chunks([document] * 501)] == [500, 1]


BUNDLE = (
    b'{"resourceType":"Bundle","entry":[{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Patient","id":"p"}},'
    b'{"fullUrl" : "urn:uuid:2", "resource":{"resourceType":"Basic","id":"b","subject":{"reference":"urn:uuid:1#x"}}}]}'
)


def test_references_are_settled_in_the_text_of_a_bundle() -> None:
    assert b'"reference":"Patient/p#x"' in settled(BUNDLE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"reference":"urn:uuid:1#x"', b'"reference":"urn:uuid:9"'),
        (b'"reference":"urn:uuid:1#x"', b'"uri":"urn:uuid:1"'),
        (b'"id":"p"', b'"active":true,"id":"p"'),
        (b'"Basic"', b'"Bundle"'),
    ],
)
def test_a_bundle_that_takes_its_tree_is_left_as_it_is(before: bytes, after: bytes) -> None:
    changed = BUNDLE.replace(before, after)
    assert changed != BUNDLE
    assert settled(changed) is changed


def test_compressed_ndjson_gives_its_lines_and_a_broken_one_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(b"{}\n{}\n")
    (tmp_path / "x.ndjson.gz").write_bytes(whole)
    found = list(documents(files([tmp_path])))
    assert [(d.name, d.form, d.data) for d in found] == [(f"{tmp_path.name}/x.ndjson", "ndjson", b"{}\n{}\n")]
    for broken in (whole[:-9], b"no gzip at all"):
        (tmp_path / "x.ndjson.gz").write_bytes(broken)
        with pytest.raises(SourceError, match="broken"):
            list(documents(files([tmp_path])))
