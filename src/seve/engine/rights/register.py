"""The register of processing: the legal base of each purpose (I13). A purpose without a base gets no grant."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from typing import Any, ClassVar

from seve.kernel.refusals import Refusal
from seve.kernel.texts import Language


class WithoutBase(Refusal):
    """The purpose is not in the register of processing: nothing may be done with data for it."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = "engine/rights.refusals.without_base"


@dataclass(frozen=True, slots=True)
class Processing:
    """One purpose (a code of v3 ActReason): base of article 6 and exception of article 9 of the GDPR, and the rest of article 30."""

    purpose: str
    name_fr: str
    name_en: str
    base_fr: str
    base_en: str
    exception_fr: str
    exception_en: str
    about_fr: str
    about_en: str
    recipients_fr: str
    recipients_en: str
    duration_fr: str
    duration_en: str

    def told(self, name: str, language: Language) -> str:
        """One of its texts (`name`, `base`, `exception`, `about`, `recipients`, `duration`) in a language."""
        found: str = getattr(self, f"{name}_{language}")
        return found


@cache
def register() -> tuple[Processing, ...]:
    """The register in force. Raises ValueError when an entry lacks its base."""
    text = resources.files("seve.engine.rights.rules").joinpath("register.toml").read_text(encoding="utf-8")
    found = tuple(Processing(**entry) for entry in tomllib.loads(text)["processing"])
    if any(not (one.base_en and one.exception_en) for one in found):
        raise ValueError("a processing of the register has no legal base")
    return found


def is_lawful(purpose: str) -> bool:
    """Whether the register has a base for a purpose."""
    return any(one.purpose == purpose for one in register())


def as_json() -> list[dict[str, Any]]:
    """The register, for download."""
    return [asdict(one) for one in register()]
