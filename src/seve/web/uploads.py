"""Forms with or without files: parsed within limits, from our own page only."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from seve.kernel.refusals import Refusal
from seve.web.signin import forms
from seve.web.signin.forms import Form

if TYPE_CHECKING:
    from starlette.requests import Request

    from seve.engine.identity.holding import Held
    from seve.engine.identity.service import Identity

LIMIT_MB = 32
_MOST_FIELDS = 200
_MOST_FILES = 10
_MOST_FIELD_BYTES = 256 * 1_024
_LONGEST_NAME = 120


class TooLarge(Refusal):
    """A form with its files is over the limit. Field: `limit_mb`."""

    status: ClassVar[int] = 413
    code: ClassVar[str] = "too-long"
    key: ClassVar[str] = "web.refusals.too_large"


class FormBroken(Refusal):
    """A multipart body that can't be read."""

    key: ClassVar[str] = "web.refusals.form_broken"


class Sent(NamedTuple):
    """A file that came with a form: its name without folders, the media type that the browser told, and the bytes."""

    name: str
    content_type: str
    data: bytes


async def read_sent(identity: Identity, request: Request, held: Held) -> tuple[Form, dict[str, Sent]]:
    """The fields and the files of a POST; a file field that was left empty is not there. Raises ForgedRequest, TooLarge,
    FormBroken.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await forms.read(identity, request, held), {}
    forms.check_origin(identity, request)  # before anything large is read
    parser = MultiPartParser(
        request.headers,
        _limited(request),
        max_files=_MOST_FILES,
        max_fields=_MOST_FIELDS,
        max_part_size=_MOST_FIELD_BYTES,
    )
    try:
        parsed = await parser.parse()
    except MultiPartException as error:
        raise FormBroken from error
    pairs, files = list[tuple[str, str]](), dict[str, Sent]()
    for name, value in parsed.multi_items():
        if not isinstance(value, UploadFile):
            pairs.append((name, value))
        elif value.filename:
            files[name] = Sent(_name(value.filename), value.content_type or "", await value.read())
    await parsed.close()
    form = Form(tuple(pairs))
    forms.check(identity, request, held, form)
    return form, files


async def _limited(request: Request) -> AsyncGenerator[bytes]:
    number = 0
    async for chunk in request.stream():
        number += len(chunk)
        if number > LIMIT_MB * 2**20:
            raise TooLarge(limit_mb=LIMIT_MB)
        yield chunk


def _name(told: str) -> str:
    """The last part of what the browser told, without what a file system or a page could trip over."""
    name = PurePosixPath(told.replace("\\", "/")).name
    return "".join(character for character in name if character.isprintable())[:_LONGEST_NAME] or "document"
