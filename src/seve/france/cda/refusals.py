"""What is wrong with a document, and where."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from seve.kernel.refusals import InvalidContent, Issue

Reason: TypeAlias = Literal[
    "empty",
    "too_large",
    "too_deep",
    "too_many_elements",
    "encoding",
    "not_xml",
    "doctype",
    "no_document",
    "several_documents",
    "missing",
    "time",
    "number",
    "body_outside",
    "body_encoding",
    "body_base64",
]


class CdaWrong(InvalidContent):
    """A document that can't be taken: why (`reason`), and where, as the XPath of an element or the line."""

    def __init__(self, reason: Reason, *, where: str = "", line: int = 0, **fields: object) -> None:
        key = f"france.cda.{reason}"
        super().__init__([Issue("error", "structure", key, {**fields, "where": where or line, "line": line}, where)])
        self.reason: Reason = reason
        self.where = where
        self.line = line


def wrong(reason: Reason, element: Any, **fields: object) -> CdaWrong:
    """The refusal for an element, with its XPath (names without prefix) and its line."""
    return CdaWrong(reason, where=path_of(element), line=element.sourceline or 0, **fields)


def path_of(element: Any) -> str:
    """`/ClinicalDocument/author[2]/time`: local names, with a number where several of the name stand together."""
    steps = list[str]()
    while element is not None:
        name = _local(element)
        before = sum(1 for other in element.itersiblings(preceding=True) if _local(other) == name)
        after = any(_local(other) == name for other in element.itersiblings())
        steps.append(f"{name}[{before + 1}]" if before or after else name)
        element = element.getparent()
    return "/" + "/".join(reversed(steps))


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
