"""The icons, drawn into the page: a file of them beside it would be one more request, and each icon would be laid out twice."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("icons.svg")
_SYMBOL = re.compile(r'<symbol id="([a-z-]+)" viewBox="0 0 24 24">(.*)</symbol>')


@cache
def icons() -> dict[str, str]:
    """What each icon draws, as SVG, by name, on a ground of 24 by 24."""
    return dict(_SYMBOL.findall(_FILE.read_text(encoding="utf-8")))
