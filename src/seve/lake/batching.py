"""From rows to Arrow batches, and from documents to rows with every resource that doesn't fit told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import pyarrow as pa

from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.fhir.views import Column, CompiledView, RowRefused
from seve.kernel.refusals import Refusal
from seve.lake.problems import Problem
from seve.lake.schema import json_text, rounded, schema

ROWS = 16_384
"""How many rows a batch holds, more or less."""

_UNFIT = (Refusal, pa.ArrowException, ArithmeticError, AttributeError, TypeError, KeyError, ValueError)
_PYTHON = {"text": (str,), "complex": (dict, list), "integer": (int,), "decimal": (object,), "boolean": (bool,)}


@dataclass(slots=True)
class Batch:
    """Rows of some documents, with the resources that gave none because they don't fit."""

    rows: pa.RecordBatch
    problems: list[Problem] = field(default_factory=list[Problem])


def batches(compiled: CompiledView, documents: Iterable[bytes], *, most_problems: int | None = None) -> Iterator[Batch]:
    """The rows of documents (JSON of resources), in batches. What can't be read or doesn't fit is a problem.

    A batch with `most_problems` goes no further: for who refuses the whole anyway.
    """
    documents = iter(documents)
    while chunk := list(islice(documents, ROWS)):
        yield _of_documents(compiled, chunk, most_problems)


def _of_documents(compiled: CompiledView, documents: Sequence[bytes], most_problems: int | None) -> Batch:
    fast, type_ = compiled.fast, compiled.view.resource
    rows: list[tuple[object, ...]] = []
    try:
        for document in documents:
            resource = _read(document)
            if resource.get("resourceType") == type_:
                rows += fast(resource)
        return Batch(record_batch(rows, compiled.columns))
    except _UNFIT:
        return _document_by_document(compiled, documents, most_problems)


def _document_by_document(compiled: CompiledView, documents: Sequence[bytes], most_problems: int | None) -> Batch:
    resources: list[Resource] = []
    problems: list[Problem] = []
    for document in documents:
        try:
            resources.append(_read(document))
        except Refusal as refusal:
            problems.append(Problem(document[:80].decode(errors="replace"), "", str(refusal)))
    return _carefully(compiled, resources, problems, most_problems)


def of_resources(compiled: CompiledView, resources: Sequence[Resource]) -> Batch:
    """The rows of resources."""
    try:
        rows = [row for resource in resources for row in compiled.rows(resource)]
        return Batch(record_batch(rows, compiled.columns))
    except _UNFIT:
        return _carefully(compiled, resources, [], None)


def _read(document: bytes) -> Resource:
    """A resource without what FHIR's JSON doesn't have but exports do: nulls, empty arrays and empty objects."""
    resource = parse(document)
    if b"null" in document or b"[]" in document or b"{}" in document or b"[ ]" in document or b"{ }" in document:
        return cleaned(resource)
    return resource if type(resource) is dict else {}


def sliced(batch: pa.RecordBatch, most: int) -> pa.RecordBatch:
    """The first rows of a batch."""
    return batch.slice(0, max(most, 0))


def cleaned(resource: Any) -> Resource:
    """A resource without nulls, empty arrays and empty objects; nulls that hold a place in an array stay."""
    found = _cleaned(resource)
    return found if type(found) is dict else {}


def _cleaned(value: Any) -> Any:
    if type(value) is dict:
        kept = {name: found for name, held in value.items() if (found := _cleaned(held)) is not None}
        return kept or None
    if type(value) is list:
        items = [_cleaned(item) for item in value]
        return items if any(item is not None for item in items) else None
    return value


def _carefully(
    compiled: CompiledView, resources: Sequence[Resource], problems: list[Problem], most_problems: int | None
) -> Batch:
    """The same resource by resource, each value looked at."""
    rows: list[tuple[object, ...]] = []
    for resource in resources:
        if most_problems is not None and len(problems) >= most_problems:
            break
        try:
            found = compiled.rows(resource)
            for row in found:
                _check(row, compiled.columns)
        except RowRefused as refusal:
            problems.append(_problem(refusal))
        except _UnfitError as error:
            name = f"{resource.get('resourceType')}/{resource.get('id', '?')}"
            problems.append(Problem(name, error.column, error.reason))
        else:
            rows += found
    return Batch(record_batch(rows, compiled.columns), problems)


def _problem(refusal: RowRefused) -> Problem:
    fields = refusal.fields
    return Problem(str(fields["resource"]), str(fields["column"]), str(fields["reason"]))


class _UnfitError(Exception):
    def __init__(self, column: str, reason: str) -> None:
        super().__init__(column)
        self.column = column
        self.reason = reason


def _check(row: tuple[object, ...], columns: tuple[Column, ...]) -> None:
    """Raises _UnfitError for a value that the column's Arrow type can't hold."""
    for value, column in zip(row, columns, strict=True):
        values = value if isinstance(value, list) and column.is_collection else [value]
        for item in values:
            if item is None:
                continue
            if not isinstance(item, _PYTHON[column.kind]) or (isinstance(item, bool) and column.kind != "boolean"):
                raise _UnfitError(column.name, f"{type(item).__name__} is no {column.type}")
            _array([item], column.kind, column.name)


def record_batch(rows: Sequence[tuple[object, ...]], columns: tuple[Column, ...]) -> pa.RecordBatch:
    """Rows as an Arrow batch. Raises ArrowException or ArithmeticError for values that a column can't hold."""
    found = schema(columns)
    by_column: Iterable[Sequence[Any]] = zip(*rows, strict=True) if rows else ([] for _ in columns)
    arrays = [_column(values, column) for values, column in zip(by_column, columns, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=found)


def _column(values: Sequence[Any], column: Column) -> pa.Array[Any]:
    if column.kind == "complex":
        values = [_as_json(value, is_list=column.is_collection) for value in values]
    try:
        return pa.array(values, type=schema((column,)).field(0).type)
    except pa.ArrowInvalid:
        if column.kind != "decimal":
            raise
        fitted = [_fitted(value, is_list=column.is_collection) for value in values]
        return pa.array(fitted, type=schema((column,)).field(0).type)


def _as_json(value: Any, *, is_list: bool) -> Any:
    if value is None:
        return None
    return [json_text(item) for item in value] if is_list else json_text(value)


def _fitted(value: Any, *, is_list: bool) -> Any:
    if value is None:
        return None
    return [rounded(item) for item in value] if is_list else rounded(value)


def _array(values: list[Any], kind: str, name: str) -> None:
    if kind != "decimal":
        return
    try:
        rounded(values[0])
    except (ArithmeticError, AttributeError) as error:
        raise _UnfitError(name, f"{values[0]} doesn't fit a decimal of 38 digits with 9 places") from error
