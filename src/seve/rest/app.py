"""The ASGI application of the FHIR API. Plain ASGI: a read passes through few frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seve.engine.access import nobody_grant
from seve.engine.dispatch import perform
from seve.engine.refusals import MethodNotAllowed
from seve.kernel.refusals import Refusal
from seve.rest import answering, asking
from seve.rest.incidents import told
from seve.rest.negotiation import Format, language, representation

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.engine.requests import Answer
    from seve.rest.answering import Send
    from seve.rest.asking import Receive, Scope
    from seve.rest.gate import Gate

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})


class FhirApp:
    """FHIR under `mount` (`/fhir`)."""

    def __init__(self, engine: Engine, gate: Gate, *, mount: str = "/fhir") -> None:
        self._engine = engine
        self._gate = gate
        self._mount = mount

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request; whatever goes wrong becomes an OperationOutcome."""
        headers = asking.headers_of(scope)
        tongue = language(headers.get("accept-language", ""))
        format_: Format = "json"
        is_pretty = False
        streamed: Answer | None = None
        try:
            query = asking.query_of(scope)
            options = dict(query)
            format_ = _format(scope, options.get("_format"), headers)
            is_pretty = options.get("_pretty") == "true"
            streamed = await self._answer(
                scope, receive, send, headers=headers, query=query, format_=format_, is_pretty=is_pretty
            )
        except Refusal as refusal:
            await _refuse(scope, send, refusal, (format_, is_pretty, tongue))
        except Exception as error:  # noqa: BLE001 - a bug or a lost database must not take the server down; it is logged and told
            refusal = told(error)
            await _refuse(scope, send, refusal, (format_, is_pretty, tongue))
        if streamed is not None:  # what goes wrong from here on can only break the connection off
            await answering.pour(send, streamed, is_head=scope["method"] == "HEAD")

    async def _answer(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        headers: dict[str, str],
        query: tuple[tuple[str, str], ...],
        format_: Format,
        is_pretty: bool,
    ) -> Answer | None:
        """Sends the answer, but for one that is a stream: that is returned."""
        method: str = scope["method"]
        path = asking.path_of(scope, self._mount)
        if method not in _METHODS:
            raise MethodNotAllowed(method=method[:20], path=path[:200])
        grant = nobody_grant() if path == "metadata" else await self._gate(headers, source=asking.source_of(scope))
        body = await asking.read_body(receive, headers) if method in ("POST", "PUT", "PATCH") else b""
        request = asking.request_of(scope, path, headers, query=query, body=body, base_url=self._engine.base_url)
        answer = await perform(self._engine, grant, request)
        if answer.stream is not None:
            return answer
        content, content_type = answer.binary, answer.content_type
        own_headers = answering.headers_of(answer, request)
        if (
            content is None
            and path.startswith("Binary/")
            and (raw := answering.raw_binary(answer, headers.get("accept", "")))
        ):
            content, content_type = raw
            own_headers = [*own_headers, *answering.named(path, content_type)]
        if content is None:
            tongue = language(headers.get("accept-language", ""))
            content = answering.body_of(answer, request, format_=format_, is_pretty=is_pretty, language=tongue)
            content_type = answering.content_type_of(format_)
        await answering.send(
            send,
            answer.status,
            content,
            content_type=content_type,
            headers=own_headers,
            is_head=method == "HEAD",
        )
        return None


def _format(scope: Scope, asked: str | None, headers: dict[str, str]) -> Format:
    accept = headers.get("accept", "")
    if "$viewdefinition-" in scope["path"]:
        return "json"  # the operation itself reads which format its table has
    if asked is None and ("/Binary/" in scope["path"] or "/_task/" in scope["path"]):
        accept += ",*/*;q=0.1"  # a Binary is given in any type it may have, a task's file in the one it has
    return representation(asked, accept)


async def _refuse(scope: Scope, send: Send, refusal: Refusal, form: tuple[Format, bool, str]) -> None:
    format_, is_pretty, tongue = form
    body = answering.refused(refusal, format_=format_, is_pretty=is_pretty, language="fr" if tongue == "fr" else "en")
    await answering.send(
        send,
        refusal.status,
        body,
        content_type=answering.content_type_of(format_),
        headers=answering.refused_headers(refusal),
        is_head=scope["method"] == "HEAD",
    )
