"""What a caller may see and change, in the form that SQL can apply.

Only `seve.engine.access` makes grants. Every store function that touches a person's data takes one, so that code which
forgets the access check does not pass the type checker.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True)
class Grant:
    """`holder` names who asks, for the audit trail. Until identities exist, a grant covers everything."""

    holder: str
