"""Sentences by key, in French and English, from `strings/<language>.toml` of each package.

A key is `<package>.<section>.<name>`; the file is `seve/<package>/strings/<language>.toml`, the entry `[section] name`.
A package outside Sève is named with a leading slash: `/acme/dental.pages.title`.
Texts carry `{named}` places; a place that is not given stays visible rather than failing a refusal on its way out.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")


class _Places(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def module_of(package: str) -> str:
    """The module that a package of keys names: `web/signin` is `seve.web.signin`, `/acme/dental` is `acme.dental`."""
    name = package.replace("/", ".")
    return name[1:] if name.startswith(".") else f"seve.{name}"


def package_of(module: str) -> str:
    """The other way round."""
    inside = module.removeprefix("seve.")
    return inside.replace(".", "/") if inside != module else "/" + module.replace(".", "/")


@cache
def catalogue(package: str, language: Language) -> Mapping[str, str]:
    """All sentences of one package in one language, by the key without its package."""
    file = resources.files(module_of(package)).joinpath("strings", f"{language}.toml")
    sections = tomllib.loads(file.read_text(encoding="utf-8"))
    return {f"{section}.{name}": text for section, entries in sections.items() for name, text in entries.items()}


def text(key: str, fields: Mapping[str, object], language: Language = "en") -> str:
    """The sentence for `key` with its places filled.

    Raises KeyError when the catalogue has no such key: a missing sentence is a bug that a test finds.
    """
    package, _, name = key.partition(".")
    return catalogue(package, language)[name].format_map(_Places(fields))
