"""The human guarantee: advice of a machine says why, from which data and by which version, and a person can be reached or overrule it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """A piece of data that the advice rests on, and where to read it."""

    label: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """`what` is to be done, `why` in a sentence. `version` names the program and its version, `made` the time as shown. `reach` and
    `overrule` are the addresses of the two buttons: to ask a person, and to decide otherwise, with a reason. None may be empty.
    """

    what: str
    why: str
    sources: tuple[Source, ...]
    version: str
    made: str
    reach: str
    overrule: str

    def __post_init__(self) -> None:
        """Raises ValueError when something is missing: advice without its guarantee is not shown."""
        empty = [name for name in self.__slots__ if not getattr(self, name)]
        if empty:
            raise ValueError(f"advice lacks {', '.join(empty)}")
