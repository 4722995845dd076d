"""Whose figures a sentence speaks of, by the places it names: the council's own name is the whole of it, any other is another place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain

from .vocabulary import any_of, listed, word_set

_WORD = re.compile(r"[A-Za-z0-9]+")
_CAPITAL = re.compile(r"\b[A-Z][A-Za-z0-9]*")
_OF = r"(?:[’'](?:s\b)?)?"
_COUNCIL = re.compile(rf"\b[A-Z][\w’'-]+(?:,?\s+(?:(?:and|upon|under)\s+)?[A-Z][\w’'-]+){{0,5}}?\s+Council\b{_OF}")
_AND = re.compile(r"\s*(?:,|&|\band\b)\s*")


@dataclass(frozen=True, slots=True)
class Places:
    """The names by which a text means the whole of what is held, and those by which it means somewhere else.

    With no name of its own nothing is known of whose text it is, and no name is taken for another place.
    """

    own: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()

    @classmethod
    def of(cls, council: str, areas: Mapping[str, str], home: str, area: str | None = None) -> Places:
        """Those of the texts of an area (``None``: the council's own), by the council's name and the names of its areas by code."""
        area = home if area is None else area
        theirs = {code: (name, code) for code, name in areas.items()}
        theirs[home] = (council, *theirs.get(home, ()))
        own = theirs.pop(area, ())
        others = (name for code, names in theirs.items() for name in names if name != code)
        return cls(_names(own), _names(others))

    def found_in(self, text: str) -> Iterator[tuple[int, int, bool]]:
        """Each place that a text names: where it stands, and whether it is the council's own name."""
        if not self.own:
            return
        names, end, before = _beginning(self), 0, None
        for word in _CAPITAL.finditer(text):
            for pattern, own in names.get(word[0], ()) if word.start() >= end else ():
                if found := pattern.match(text, word.start()):
                    of_part = before is not None and _makes_a_part(before, text, word)
                    start, end = (before or word).start() if of_part else word.start(), found.end()
                    yield start, end, own and not of_part
                    break
            before = word
        if "Council" in text:
            yield from ((one.start(), one.end(), False) for one in _COUNCIL.finditer(text) if _is_of_a_place(one[0]))


def _makes_a_part(before: re.Match[str], text: str, word: re.Match[str]) -> bool:
    """Whether the word before a name makes it another one: “North Sandmouth”."""
    return before[0] in word_set("places.parts") and not text[before.end() : word.start()].strip(" -")


@lru_cache(maxsize=64)
def _beginning(places: Places) -> dict[str, list[tuple[re.Pattern[str], bool]]]:
    """The names by their first word, the longest first; what is a name of the council's own is no other place's."""
    elsewhere = dict.fromkeys(chain(places.elsewhere, _parts(places.own), listed("places.authorities")), False)
    names = elsewhere | dict.fromkeys(places.own, True)
    found: dict[str, list[tuple[re.Pattern[str], bool]]] = {}
    for name in sorted(names, key=len, reverse=True):
        found.setdefault(_WORD.findall(name)[0], []).append((_pattern(name), names[name]))
    return found


def _pattern(name: str) -> re.Pattern[str]:
    """A name as people write it: with or without its commas, and with what kind of council it is behind it."""
    words = (r"(?:and|&)" if word == "and" else re.escape(word) for word in re.findall(r"[^\s,&-]+|&", name))
    kinds = any_of("places.kinds_of_council")
    return re.compile(r"[\s,-]+".join(words) + rf"(?:\s+(?:{kinds})\b)*{_OF}(?![\w-])")


def _names(given: Iterable[str]) -> tuple[str, ...]:
    """Names, each also without what kind of council it is."""
    found = [name.strip() for name in given if _WORD.search(name)]
    return tuple(dict.fromkeys((*found, *filter(None, map(_short, found)))))


def _short(name: str) -> str:
    """The place alone: “Sandmouth” of “Sandmouth Borough Council”; empty where it would be what councils are compared with."""
    kinds = any_of("places.kinds_of_council")
    place = re.sub(
        rf"^(?:the\s+)?(?:(?:London|Royal|{kinds})\s+)*of\s+|^the\s+|(?:\s+(?:{kinds}))+$", "", name, flags=re.I
    ).strip()
    return "" if _compared_with().fullmatch(place) or place.lower() in word_set("sentence.plain") else place


@cache
def _compared_with() -> re.Pattern[str]:
    return re.compile(any_of("places.compared_with"), re.I)


def _parts(own: Iterable[str]) -> Iterator[str]:
    """The towns that a council is named after, each a part of it only: “Poole”."""
    for name in own:
        parts = _AND.split(_short(name) or name)
        if len(parts) > 1:
            yield from (part for part in parts if part[:1].isupper())


def _is_of_a_place(name: str) -> bool:
    """Whether “... Council” is that of some place, and not “The Council” or “the Children in Care Council”."""
    words = [word for word in _WORD.findall(name) if word != "s"]
    said = [
        w for w in words if w.lower() not in word_set("sentence.plain") and w not in word_set("places.kinds_of_council")
    ]
    return bool(said) and not any(word in word_set("places.no_place") for word in words)


NOWHERE = Places()
