"""OperationOutcome: the one rendering of issues for the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from seve.fhir import Resource
from seve.kernel.refusals import Issue
from seve.kernel.texts import Language


def outcome(issues: Sequence[Issue], language: Language = "en") -> Resource:
    """The OperationOutcome of issues, each with its code, sentence and place."""
    return {"resourceType": "OperationOutcome", "issue": [_issue(issue, language) for issue in issues]}


def all_well(language: Language = "en") -> Resource:
    """The OperationOutcome of something that went well."""
    return outcome([Issue("information", "informational", "engine.outcomes.all_well")], language)


def _issue(issue: Issue, language: Language) -> dict[str, Any]:
    rendered: dict[str, Any] = {
        "severity": issue.severity,
        "code": issue.code,
        "details": {"text": issue.text(language)},
        "diagnostics": issue.key,
    }
    if issue.expression:
        rendered["expression"] = [issue.expression]
    return rendered
