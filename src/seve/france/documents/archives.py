"""Whether an archive is safe to unpack: nothing outside its folder, no link, no bomb, nothing that runs."""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib

from seve.fhir.signatures import signature_of
from seve.france.documents.harmful import check_harmless
from seve.france.documents.refusals import DocumentRefused, Reason

MOST_MEMBERS = 1_000
MOST_BYTES = 64 * 2**20
MOST_TIMES = 200
"""How many times its size a member may unpack to; text of a document stays well below."""
_SMALL_BYTES = 2**20
_OUTSIDE = re.compile(r"(?:^|[/\\])\.\.(?:[/\\]|$)|^[/\\]|^[A-Za-z]:|\x00")
_MACROS = "vbaproject.bin"


def check_archive(data: bytes) -> None:
    """Raises DocumentRefused. Every member is unpacked within the bounds, and none is kept."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _check_members(members)
            for member in members:
                _check_content(archive, member)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise DocumentRefused("broken", found="application/zip") from error


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_BYTES:
        raise DocumentRefused("zip_bomb")
    for member in members:
        _check_member(member)


def _check_member(member: zipfile.ZipInfo) -> None:
    name = member.filename
    reason: Reason | None = None
    if _OUTSIDE.search(member.orig_filename):
        reason = "zip_traversal"
    elif stat.S_ISLNK(member.external_attr >> 16):
        reason = "zip_link"
    elif member.flag_bits & 1:
        reason = "zip_encrypted"
    elif name.lower().rpartition("/")[2] == _MACROS:
        reason = "macros"
    elif member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        reason = "broken"
    elif member.file_size > max(_SMALL_BYTES, MOST_TIMES * member.compress_size):
        reason = "zip_bomb"
    if reason:
        raise DocumentRefused(reason, name=name[:80], found="application/zip")


def _check_content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    if member.is_dir():
        return
    with archive.open(member) as stream:
        content = stream.read(member.file_size + 1)
    check_harmless(content)
    if signature_of(content) == "zip":
        raise DocumentRefused("zip_archive", name=member.filename[:80])
