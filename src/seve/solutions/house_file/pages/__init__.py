"""The pages: all for professionals, who act for the organisation that keeps the file."""

from __future__ import annotations

from seve.sdk import Page, Role
from seve.solutions.house_file.pages import documents, rule

_PROFESSIONALS: frozenset[Role] = frozenset({"professional"})

PAGES = (
    Page("/", documents.door, _PROFESSIONALS),
    Page("/rule", rule.show, _PROFESSIONALS),
    Page("/rule", rule.save, _PROFESSIONALS, method="POST"),
    Page("/not-shared", rule.not_shared, _PROFESSIONALS),
    Page("/not-shared", rule.again, _PROFESSIONALS, method="POST"),
    Page("/{patient}", documents.show, _PROFESSIONALS),
    Page("/{patient}", documents.add, _PROFESSIONALS, method="POST"),
    Page("/{patient}/add", documents.form, _PROFESSIONALS),
    Page("/{patient}/documents/{id}", documents.opened, _PROFESSIONALS),
    Page("/{patient}/documents/{id}/file", documents.download, _PROFESSIONALS),
    Page("/{patient}/documents/{id}/share", documents.share, _PROFESSIONALS, method="POST"),
    Page("/{patient}/documents/{id}/withdraw", documents.withdraw, _PROFESSIONALS, method="POST"),
)
