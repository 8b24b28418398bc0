"""What a solution says of itself in `manifest.toml`: whom it is for, what it reads and writes, which requirements it answers."""

from __future__ import annotations

from importlib import resources
from typing import Annotated, Literal, TypeAlias

import msgspec

Axis: TypeAlias = Literal[
    "patient", "paperless", "telemedicine", "logistics", "decision", "base", "data", "sector"
]  # the five axes of the reports, and what they stand on
Role: TypeAlias = Literal["patient", "professional", "officer", "anyone"]
"""Whom a page is for. `anyone` is everybody, signed in or not; who is signed in comes as who they are."""
Answered: TypeAlias = Literal["whole", "part"]
FhirType: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Za-z]+$")]
Requirement: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]\d{2,3}$")]
Said: TypeAlias = Annotated[str, msgspec.Meta(min_length=1)]


class ManifestWrong(ValueError):  # noqa: N818 - it says what is wrong with a manifest
    """A manifest that can't be taken: whose, and why."""

    def __init__(self, package: str, why: str) -> None:
        super().__init__(f"{package}/manifest.toml: {why}")


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages."""

    fr: Said
    en: Said


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`reads` and `writes` are FHIR types, `requirements` ids of the inventory and whether the solution answers them whole or
    in part; `external` are services outside that it speaks to. With an `icon` of the web kit it is a place in the navigation,
    named by `pages.nav`; what is `near` stands at the thumb of a patient's phone too, as `pages.nav_short`. With `care`, only those
    professionals are offered it who take care of patients: no clerk of admissions, no maker of tools.
    """

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$")]
    axis: Axis
    owner: Said
    title: Words
    summary: Words
    roles: Annotated[frozenset[Role], msgspec.Meta(min_length=1)]
    reads: frozenset[FhirType]
    requirements: dict[Requirement, Answered]
    writes: frozenset[FhirType] = frozenset()
    external: tuple[Said, ...] = ()
    icon: str = ""
    near: bool = False
    care: bool = False

    @property
    def path(self) -> str:
        """Where its pages are: `/shared-record`."""
        return "/" + self.id.replace("_", "-")


def read_manifest(package: str) -> Manifest:
    """The manifest of a package. Raises ManifestWrong."""
    try:
        text = resources.files(package).joinpath("manifest.toml").read_bytes()
        manifest = msgspec.toml.decode(text, type=Manifest)
    except (FileNotFoundError, msgspec.DecodeError) as error:
        raise ManifestWrong(package, str(error)) from error
    if manifest.id != package.rpartition(".")[2]:
        raise ManifestWrong(package, f"the id {manifest.id} is not the name of the package")
    return manifest
