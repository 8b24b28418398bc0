"""The XML door: read or write, and check what was read as JSON is checked."""

from __future__ import annotations

from seve.fhir import Resource
from seve.fhir.codec import json
from seve.fhir.codec.xml_reading import read
from seve.fhir.codec.xml_writing import write


def decode(raw: bytes) -> Resource:
    """The resource that XML holds, its structure checked. Raises Malformed with every issue and its line or element."""
    return json.decode(json.encode(read(raw)))


def encode(resource: Resource) -> bytes:
    """The XML of a resource, UTF-8. Raises Malformed when a narrative isn't well-formed XHTML."""
    return write(resource)
