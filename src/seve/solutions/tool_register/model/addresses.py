"""Addresses of sites: only those that a page may link to."""

from __future__ import annotations

import re
from urllib.parse import urlsplit


def is_address(written: str) -> bool:
    """Whether it is an https address of a named host, with nobody's name and password in it."""
    try:
        parts = urlsplit(written)
    except ValueError:
        return False
    return parts.scheme == "https" and "." in parts.netloc and "@" not in parts.netloc and not re.search(r"\s", written)
