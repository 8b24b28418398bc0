"""Resources from the wire and back: JSON and XML, without loss."""

from seve.fhir.codec.json import decode as decode_json
from seve.fhir.codec.json import encode as encode_json
from seve.fhir.codec.json import encode_pretty as encode_json_pretty
from seve.fhir.codec.xml import decode as decode_xml
from seve.fhir.codec.xml import encode as encode_xml

__all__ = ["decode_json", "decode_xml", "encode_json", "encode_json_pretty", "encode_xml"]
