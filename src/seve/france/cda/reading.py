"""A CDA document read: its header, its sections as safe HTML or its file, and what it carries."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from seve.france.cda import header
from seve.france.cda.document import Attachment, Cda, Code, Section, Unstructured
from seve.france.cda.elements import child, children, code_of, id_of, needed, text_of, time_of
from seve.france.cda.narrative import Shower
from seve.france.cda.parsing import IN, document_element
from seve.france.cda.refusals import wrong

_NOT_SAID = "UNK"


def read_cda(data: bytes, *, prefix: str = "cda", images: str = "") -> Cda:
    """The document. `prefix` stands before the ids of its HTML, for a page that shows several; `images` is the address that the number
    of an attachment is put behind, for a page whose policy takes no `data:`.

    Raises CdaWrong with the place: no XML, over the limits, a part that a header must have is missing, a file that can't be read.
    """
    document = document_element(data)
    attachments = _attachments(document)
    shower = Shower(document, attachments, prefix=prefix, images=images)
    return Cda(
        id=_needed(id_of(needed(document, "id")), document, "id/@root"),
        title=text_of(child(document, "title")),
        code=_needed(code_of(needed(document, "code")), document, "code/@code"),
        language=_attribute(document, "languageCode", "code"),
        confidentiality=code_of(child(document, "confidentialityCode")) or Code("", _NOT_SAID),
        at=_needed(time_of(needed(document, "effectiveTime")), document, "effectiveTime/@value"),
        patient=header.patient(document),
        authors=header.authors(document),
        custodian=header.custodian(document),
        encounter=header.encounter(document),
        services=header.services(document),
        templates=tuple(found.get("root", "") for found in children(document, "templateId")),
        set_id=id_of(child(document, "setId")),
        version=_version(document),
        replaces=header.replaced(document),
        sections=_sections(child(document, "component/structuredBody"), shower),
        attachments=attachments,
        body=_body(child(document, "component/nonXMLBody/text")),
    )


def _needed(value: Any, document: Any, name: str) -> Any:
    if not value:
        raise wrong("missing", document, name=name)
    return value


def _attribute(document: Any, name: str, attribute: str) -> str:
    found = child(document, name)
    return found.get(attribute, "") if found is not None else ""


def _version(document: Any) -> int:
    value = _attribute(document, "versionNumber", "value") or "1"
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise wrong("number", needed(document, "versionNumber"), value=value[:40])
    return int(value)


def _sections(parent: Any | None, shower: Shower) -> tuple[Section, ...]:
    found = children(parent, "component/section") if parent is not None else []
    return tuple(
        Section(
            code=code_of(child(section, "code")),
            title=text_of(child(section, "title")),
            narrative=shower.html(child(section, "text")),
            entries=tuple(children(section, "entry")),
            sections=_sections(section, shower),
        )
        for section in found
    )


def _attachments(document: Any) -> tuple[Attachment, ...]:
    """The files in it; one without bytes, or named by an address only, is none."""
    found = list[Attachment]()
    for media in document.iter(f"{IN}observationMedia"):
        value = child(media, "value")
        if value is not None and value.get("representation") == "B64" and text_of(value):
            found.append(Attachment(media.get("ID", ""), value.get("mediaType", ""), _decoded(value)))
    return tuple(found)


def _body(element: Any | None) -> Unstructured | None:
    if element is None:
        return None
    media_type = element.get("mediaType", "text/plain").partition(";")[0].strip().lower()
    if element.get("compression"):
        raise wrong("body_encoding", element, found=element.get("compression", "")[:40])
    if child(element, "reference") is not None:
        raise wrong("body_outside", element)
    representation = element.get("representation", "TXT")
    if representation == "TXT":
        return Unstructured(media_type, (element.text or "").encode())
    if representation != "B64":
        raise wrong("body_encoding", element, found=representation[:40])
    return Unstructured(media_type, _decoded(element))


def _decoded(element: Any) -> bytes:
    try:
        return base64.b64decode("".join((element.text or "").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise wrong("body_base64", element) from error
