"""The version parameters of `$expand` and `$validate-code`: which version of a code system stands in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from seve.fhir.terminology.composition import Composition
from seve.fhir.terminology.concepts import Concepts, Sources
from seve.fhir.terminology.refusals import WrongVersion


def by_url(canonicals: Iterable[str]) -> dict[str, str]:
    """Versions by url, from canonicals with a version."""
    return {url: version for url, _, version in (canonical.partition("|") for canonical in canonicals)}


@dataclass(slots=True)
class PinnedSources:
    """Sources with versions pinned by url: `default` where none is named, `forced` always, `checked` or a refusal."""

    sources: Sources
    default: Mapping[str, str] = field(default_factory=dict[str, str])
    forced: Mapping[str, str] = field(default_factory=dict[str, str])
    checked: Mapping[str, str] = field(default_factory=dict[str, str])

    async def code_system(self, url: str, version: str = "") -> Concepts | None:
        """A code system in the version that is pinned. Raises WrongVersion."""
        found = await self.sources.code_system(url, self.forced.get(url) or version or self.default.get(url, ""))
        expected = self.checked.get(url, "")
        if found and expected and found.header.version != expected:
            raise WrongVersion(url=url, version=found.header.version, expected=expected)
        return found

    async def value_set(self, canonical: str) -> Composition | None:
        """A value set, as it is."""
        return await self.sources.value_set(canonical)
