"""The routes of sign-in, to be mounted among the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import BaseRoute, Route

from seve.web.signin.consent import ConsentPages
from seve.web.signin.desk import DeskPages
from seve.web.signin.entering import EnteringPages
from seve.web.signin.pages import Pages
from seve.web.signin.passkeys import PasskeyPages
from seve.web.signin.security import SecurityPages

if TYPE_CHECKING:
    from seve.engine.identity.service import Identity


def signin_routes(identity: Identity) -> list[BaseRoute]:
    """`/signin…`, `/signout`, `/security…` and `/desk/accounts…`."""
    pages = Pages(identity)
    entering, consent = EnteringPages(pages), ConsentPages(pages)
    security, desk, passkeys = SecurityPages(pages), DeskPages(pages), PasskeyPages(pages)
    asked = {
        "/signin": entering.first,
        "/signin/recover": entering.lost,
        "/signin/provider": entering.returned,
        "/signin/provider/{provider}": entering.depart,
        "/signin/activity": entering.activities,
        "/signin/consent": consent.question,
        "/security": security.overview,
        "/desk/accounts": desk.overview,
    }
    sent = {
        "/signin/password": entering.password,
        "/signin/code": entering.code,
        "/signin/persona": entering.persona,
        "/signin/recover": entering.recover,
        "/signin/activity": entering.choose,
        "/signout": entering.leave,
        "/signin/consent": consent.decide,
        "/signin/launch": consent.launch,
        "/signin/passkey/begin": passkeys.begin_sign_in,
        "/signin/passkey": passkeys.sign_in,
        "/security/passkey/begin": passkeys.begin_registration,
        "/security/passkey": passkeys.register,
        "/security/session": security.end_session,
        "/security/everywhere": security.end_everywhere,
        "/security/generator/begin": security.begin_generator,
        "/security/generator": security.confirm_generator,
        "/security/credential": security.remove_credential,
        "/security/password": security.set_password,
        "/security/recovery": security.recovery_codes,
        "/security/identity": security.link_identity,
        "/security/application": security.withdraw,
        "/security/delegation": security.delegate,
        "/security/delegation/end": security.end_delegation,
        "/desk/accounts/application": desk.decide,
        "/desk/accounts/help": desk.help_out,
        "/desk/accounts/block": desk.block,
    }
    return [
        *(Route(path, pages.guarded(endpoint), methods=["GET"]) for path, endpoint in asked.items()),
        *(Route(path, pages.guarded(endpoint), methods=["POST"]) for path, endpoint in sent.items()),
    ]
