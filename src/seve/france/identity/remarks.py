"""What is wrong with a number, as issues: an error where a person types it, a warning where a file brings it.

Official samples break the rules of their own numbers (an FR Core example has a wrong NIR key): an import that refused them
would refuse real files, while a person at a keyboard can look again.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from seve.kernel.refusals import Issue, Severity

Source: TypeAlias = Literal["entry", "import"]
"""Where a number comes from: `entry` by a person, `import` from a file or another system."""


def remark(rule: str, *, source: Source, expression: str = "", **fields: object) -> Issue:
    """The issue of a broken rule (a key of `[identity]` in the strings), as severe as its source makes it."""
    severity: Severity = "error" if source == "entry" else "warning"
    return Issue(severity, "value", f"france.identity.{rule}", fields, expression)


def doubt(rule: str, *, expression: str = "", **fields: object) -> Issue:
    """A warning wherever the number comes from: real numbers break the rule too."""
    return Issue("warning", "value", f"france.identity.{rule}", fields, expression)
