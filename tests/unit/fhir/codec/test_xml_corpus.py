from __future__ import annotations

from typing import Any

import pytest
from lxml import etree
from tests.unit.fhir.codec.corpus import REFUSED, examples
from tests.whole import of

from seve.fhir.codec import decode_xml, encode_xml
from seve.fhir.codec.json import parse
from seve.fhir.narrative import parse_narrative


def canonical(value: Any, key: str = "") -> Any:
    """Narratives in canonical XML: how a `<br />` is written is lost between JSON and XML, nothing else."""
    if isinstance(value, dict):
        return {name: canonical(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [canonical(item) for item in value]
    tree = parse_narrative(value) if key == "div" else None
    return value if tree is None else etree.tostring(tree, method="c14n")


@pytest.mark.slow
def test_examples_go_from_json_to_xml_and_back_without_loss() -> None:
    for name, raw in examples(stride=of(5, whole=1), largest=60_000):
        if name not in REFUSED["structure"]:
            resource = parse(raw)
            back = decode_xml(encode_xml(resource))
            assert back == resource or canonical(back) == canonical(resource), name
