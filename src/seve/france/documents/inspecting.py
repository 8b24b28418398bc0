"""A file looked at before it is kept: what it is, or why it is refused."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from lxml import etree

from seve.fhir.signatures import media_type_of
from seve.france.cda import read_cda
from seve.france.documents.archives import check_archive
from seve.france.documents.harmful import check_harmless, check_rtf
from seve.france.documents.images import WHOLE
from seve.france.documents.kinds import (
    ACCEPTED,
    MEDIA_TYPE_OF,
    Format,
    Harmful,
    Kind,
    charset_of,
    formats_named,
    formats_of,
    is_format,
    recognised,
)
from seve.france.documents.pdf import check_pdf
from seve.france.documents.refusals import DocumentRefused

LARGEST_BYTES = 20 * 2**20
_UNSAID = frozenset(("", "application/octet-stream"))
_INSIDE: frozenset[Format] = frozenset(("pdf", "png", "jpeg", "gif", "tiff", "dicom", "rtf", "text"))


def inspect(
    data: bytes,
    *,
    declared_type: str = "",
    name: str = "",
    limit_bytes: int = LARGEST_BYTES,
    accepted: AbstractSet[Format] = ACCEPTED,
) -> Kind:
    """What a file is. `declared_type` is the media type that came with it, `name` its file name; either may be unsaid.

    Raises DocumentRefused with its reason, and CdaWrong for a CDA document that can't be read. What is in a document (the body of
    a CDA, its files, the members of an archive) is looked at too.
    """
    if not data:
        raise DocumentRefused("empty")
    if len(data) > limit_bytes:
        raise DocumentRefused("too_large", limit_mb=limit_bytes / 2**20)
    check_harmless(data)
    format_ = _taken(recognised(data), accepted, declared_type=media_type_of(declared_type), name=name)
    _check_content(data, format_)
    return Kind(format_, MEDIA_TYPE_OF[format_], charset_of(data) if format_ in ("text", "json") else "")


def _taken(found: Format | Harmful | None, accepted: AbstractSet[Format], *, declared_type: str, name: str) -> Format:
    """The format, when it is accepted and is what it was said to be."""
    if found is None:
        raise DocumentRefused("unknown")
    if not is_format(found):  # of an office: programs are refused before
        raise DocumentRefused("not_accepted", found="application/msword")
    if found == "html" or found == "svg":  # noqa: PLR1714 - the comparison narrows the type
        raise DocumentRefused(found)
    told = None if declared_type in _UNSAID else formats_of(declared_type)
    if told is None and declared_type not in _UNSAID:
        raise DocumentRefused("not_accepted", found=declared_type[:80])
    if told is not None and found not in told:
        raise DocumentRefused("mislabelled", declared=declared_type, found=MEDIA_TYPE_OF[found])
    named = formats_named(name)
    if named is not None and found not in named:
        raise DocumentRefused("misnamed", name=name[-80:], found=MEDIA_TYPE_OF[found])
    if found not in accepted:
        raise DocumentRefused("not_accepted", found=MEDIA_TYPE_OF[found])
    return found


def _check_content(data: bytes, format_: Format) -> None:
    if format_ in WHOLE and not WHOLE[format_](data):
        raise DocumentRefused("broken", found=MEDIA_TYPE_OF[format_])
    if format_ == "pdf":
        check_pdf(data)
    elif format_ == "rtf":
        check_rtf(data)
    elif format_ == "zip":
        check_archive(data)
    elif format_ == "xml":
        _check_xml(data)
    elif format_ == "cda":
        _check_cda(data)


def _check_xml(data: bytes) -> None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise DocumentRefused("broken_xml", line=line, column=column) from error
    except (ValueError, LookupError) as error:
        raise DocumentRefused("broken_xml", line=1, column=1) from error


def _check_cda(data: bytes) -> None:
    """The body must be what it says; the files beside sections need not: national samples have a PNG called JPEG."""
    found = read_cda(data)
    if found.body is not None:
        inspect(found.body.data, declared_type=found.body.media_type, limit_bytes=len(data), accepted=_INSIDE)
    for attachment in found.attachments:
        inspect(attachment.data, limit_bytes=len(data), accepted=_INSIDE)
