"""How much is looked at of what there are thousands of, or two of each: a sample in `make test`, all of it in `make test-whole`."""

from __future__ import annotations

import os

IS_WHOLE = os.environ.get("SEVE_TESTS") == "whole"


def of(sample: int, *, whole: int) -> int:
    """How many, or one in how many."""
    return whole if IS_WHOLE else sample
