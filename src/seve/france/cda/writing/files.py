"""A file (PDF, text, image) in a document of level 1 (IHE XDS-SD)."""

from __future__ import annotations

import base64
from dataclasses import replace

from seve.france.cda.document import Cda, Unstructured
from seve.france.cda.writing.headers import TEMPLATES, document
from seve.france.cda.writing.making import made

SCANNED = "1.3.6.1.4.1.19376.1.2.20"


def write_file(header: Cda, body: Unstructured) -> bytes:
    """The document that holds the file. Raises CdaWrong (`missing`)."""
    text = made("text", base64.b64encode(body.data).decode(), mediaType=body.media_type, representation="B64")
    written = replace(header, templates=header.templates or (*TEMPLATES, SCANNED))
    return document(written, made("nonXMLBody", text))
