"""How people are shown: by initials, and for a patient by the banner that keeps one from being taken for another."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

_TITLES = frozenset({"dr", "pr", "m.", "mme", "me"})
_TINTS = 4


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody by name."""

    name: str

    @property
    def initials(self) -> str:
        """Of the first and the last word of the name, without a title: “YK” for Dr Yasmine Karim."""
        words = [word for word in self.name.replace("-", " ").split() if word.lower() not in _TITLES]
        return "".join(word[0] for word in dict.fromkeys((words[0], words[-1]))).upper() if words else "?"

    @property
    def tint(self) -> int:
        """0 to 3, always the same for a name."""
        return zlib.crc32(self.name.encode()) % _TINTS


@dataclass(frozen=True, slots=True)
class Banner:
    """Who the page is about. `facts` are birth date, age, sex, INS as shown; `allergies` None when nobody knows."""

    person: Person
    facts: tuple[str, ...]
    allergies: tuple[str, ...] | None
    link: str = ""
