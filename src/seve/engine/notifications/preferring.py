"""How somebody wants to be told, from what they typed."""

from __future__ import annotations

import re

from seve.engine.notifications.refusals import WrongAddress
from seve.store.notifications import Preference

_EMAIL = re.compile(r"[^\s@<>,;:\"]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_QUIET = (21, 8)


def wish(account: str, *, language: str, email: str, phone: str, quiet_from: str, quiet_until: str) -> Preference:
    """A preference. Spaces and points in a number don't matter; hours that are none are the usual ones. Raises WrongAddress."""
    mail, number = email.strip(), re.sub(r"[\s.()-]", "", phone)
    if mail and (len(mail) > 254 or not _EMAIL.fullmatch(mail)):
        raise WrongAddress(found=mail[:100], wanted="nom@exemple.fr", expression="email")
    if number and not _PHONE.fullmatch(number):
        raise WrongAddress(found=phone[:100], wanted="+33 6 12 34 56 78", expression="phone")
    first, last = _hour(quiet_from, _QUIET[0]), _hour(quiet_until, _QUIET[1])
    return Preference(account, "en" if language == "en" else "fr", mail, number, first, last)


def _hour(written: str, default: int) -> int:
    is_hour = written.isascii() and written.isdigit() and len(written) < 3 and int(written) < 24
    return int(written) if is_hour else default
