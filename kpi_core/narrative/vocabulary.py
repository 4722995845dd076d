"""The lists of words that the reading of text goes by: the files of ``words/``, each read when a text first needs it.

A list is asked for by its file and its name, like ``sentence.fill``. Some of its items are patterns: ``increas(?:e|es|ed|ing)``.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def _file(name: str) -> dict[str, Any]:
    place = resources.files(__package__).joinpath("words", f"{name}.toml")
    return tomllib.loads(place.read_text(encoding="utf-8"))


@cache
def listed(name: str) -> tuple[str, ...]:
    """The items of a list in its order. A list written as one text is parted at its spaces."""
    file, _, key = name.partition(".")
    given = _file(file)[key]
    return tuple(given.split()) if isinstance(given, str) else tuple(given)


@cache
def word_set(name: str) -> frozenset[str]:
    """The items of a list, to look a word up among them."""
    return frozenset(listed(name))


def groups(file: str) -> list[dict[str, Any]]:
    """The groups of a file that has several alike, in its order."""
    found: list[dict[str, Any]] = _file(file)["group"]
    return found


def any_of(*names: str) -> str:
    """The part of a pattern that is any one item of these lists, the first that fits."""
    return "|".join(item for name in names for item in listed(name))
