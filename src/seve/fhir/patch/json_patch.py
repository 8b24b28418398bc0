"""JSON Patch (RFC 6902), by the `jsonpatch` library."""

from __future__ import annotations

from typing import Any

import jsonpatch
import jsonpointer

from seve.fhir import Json, Resource
from seve.fhir.patch.refusals import PatchRefused

_MOST_OPERATIONS = 10_000


def apply_json_patch(resource: Resource, document: Json) -> Resource:
    """The patched resource. Raises PatchRefused that names the operation (`[2]`)."""
    if not isinstance(document, list) or len(document) > _MOST_OPERATIONS:
        raise PatchRefused("not_a_json_patch", limit=_MOST_OPERATIONS)
    result: Any = resource
    for index, operation in enumerate(document):
        place = f"[{index}]"
        try:
            result = jsonpatch.JsonPatch([operation]).apply(result)
        except jsonpatch.JsonPatchTestFailed as error:
            raise PatchRefused("test_failed", place=place, path=operation["path"]) from error
        except jsonpatch.InvalidJsonPatch as error:
            raise PatchRefused("invalid_operation", place=place) from error
        except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException, TypeError, KeyError) as error:
            path = operation.get("path", "") if isinstance(operation, dict) else ""
            raise PatchRefused("does_not_apply", place=place, path=str(path)[:200]) from error
    if not isinstance(result, dict):
        raise PatchRefused("no_resource_left")
    return result
