"""Parts and their total within one text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .grammar import any_word
from .mentions import stems

# As many digits as a figure can have (``figures``).
_N = r"(?<![\w.,/£-])(?P<n>[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,15})(?![\w%]|[.,/-][0-9]|\s?(?:%|per\s?cent|points?|pp\b))"
_TOTALS = (
    re.compile(rf"\b(?:a\s+)?total\s+(?:number\s+)?(?:of|was|is|:)\s*(?:was\s+|is\s+)?{_N}\s*(?P<what>[a-z][a-z-]*(?:\s+[a-z][a-z-]*)?)?", re.I),
    re.compile(rf"{_N}\s+(?P<what>[a-z][a-z-]*(?:\s+[a-z][a-z-]*)?)\s+in\s+(?:total|all)\b", re.I),
    re.compile(rf"\btotal\s+(?P<what>[a-z]+(?:\s+[a-z]+)?)\s*(?:[-–—:]|was|is|of)\s*{_N}", re.I),
    re.compile(rf"\bof\s+the\s+{_N}\s+(?P<what>[a-z][a-z-]*)[^,.;:]{{0,40}}[,:]", re.I),
)  # fmt: skip
_PART = re.compile(rf"{_N}(?P<what>\s+[A-Za-z][\w’'-]*(?:\s+[A-Za-z][\w’'-]*){{0,3}})?")
_TOO_LONG = re.compile(r"[0-9]{16}|[0-9]{1,3}(?:,[0-9]{3}){5}")
_DIGIT = re.compile("[0-9]")
_MANY_TIMES = re.compile(
    r"\b(?:counted (?:more than once|twice|in (?:more|both))|more than one (?:reason|factor|category|group))\b", re.I
)


@dataclass(frozen=True, slots=True)
class Total:
    """A total that a text states, and what its parts come to."""

    start: int
    end: int
    stated: str
    worked_out: str
    agrees: bool
    message: str


def sums(text: str) -> Iterator[Total]:
    """Each total in ``text`` whose parts it lists, with what they come to.

    The parts are three numbers or more (two after “of which”) that follow the total, or stand before it, one behind the other, and are
    counted in the same way. Nothing is said where the text does not claim to list all the parts.
    """
    if not _DIGIT.search(text) or _MANY_TIMES.search(text):
        return
    done: set[int] = set()
    for pattern in _TOTALS:
        for found in pattern.finditer(text):
            if found.start("n") in done:
                continue
            if (total := _total(text, found)) is not None:
                done.add(found.start("n"))
                yield total


def _total(text: str, found: re.Match[str]) -> Total | None:
    whole = int(found["n"].replace(",", ""))
    end, far = _outside_a_number(text, found.end() + _FAR, -1), _outside_a_number(text, found.start() - _FAR, 1)
    behind = [[(found.end() + at, n) for at, n in parts] for parts in _columns(_reach(text[found.end() : end]))]
    begin = max(0, far, text.rfind(":", 0, found.start()), text.rfind(". ", 0, found.start()))
    before = [[(begin + at, n) for at, n in parts if n != whole] for parts in _columns(text[begin : found.start()])]
    for parts in (*behind, *before):
        if len(parts) > 1 and sum(n for _, n in parts) == whole:
            return _of_parts(found, parts, whole)
    closes = (
        re.search(r"[,;:–-]\s*(?:a|in|giving a|making a)?\s*$", text[max(0, found.start() - 40) : found.start()])
        is not None
    )
    parts = behind[0] if behind else before[0] if before and closes else []
    numbers = [n for _, n in parts]
    likely = len(numbers) > 1 and max(numbers) < whole <= sum(numbers) * 2 <= whole * 4
    if not likely or not (closes or _is_of(found["what"] or "", text[found.start() : parts[-1][0]])):
        return None
    return _of_parts(found, parts, whole)


def _outside_a_number(text: str, at: int, step: int) -> int:
    """The next place from ``at`` that cuts no number in two: half of one would be another number."""
    while 0 < at < len(text) and text[at - 1] in _OF_A_NUMBER and text[at] in _OF_A_NUMBER:
        at += step
    return at


def _of_parts(found: re.Match[str], parts: list[tuple[int, int]], whole: int) -> Total:
    start, end = min(found.start(), parts[0][0]), max(found.end(), parts[-1][0] + len(str(parts[-1][1])))
    come_to = sum(n for _, n in parts)
    listed = " + ".join(f"{n:,}" for _, n in parts)
    message = f"{listed} = {come_to:,}, the total stated."
    if come_to != whole:
        message = f"The parts {listed} add up to {come_to:,}; the total stated is {whole:,}."
    return Total(start, end, f"{whole:,}", f"{come_to:,}", come_to == whole, message)


_OF_A_NUMBER = frozenset("0123456789.,")
_MOST_PARTS = 30
_FAR = 600
"""How many characters before its total a list of parts may begin."""


def _reach(text: str) -> str:
    """As far as a list of parts goes: to the end of the sentence that lists them, which may be the next, and of the list below it."""
    lead = _LISTS_NEXT.match(text)
    stop = _STOP.search(text, lead.end() if lead else 0)
    return text[: stop.start()] if stop else text


# The sentence of the total ends, and one follows that begins to list its parts.
_LISTS_NEXT = re.compile(
    r"[^.0-9]{0,80}\.\s+(?:By|The number|These|This|They|Of (?:these|which|whom|the))\b[^.:0-9]{0,90}:?"
)
_STOP = re.compile(r"\.(?=\s+[A-Z]|\s*$)|\b(?:a )?total\b", re.I)


def _columns(text: str) -> list[list[tuple[int, int]]]:
    """The numbers of a list with their places: one column, or two where every item of the list has two numbers.

    None where the text does not claim to list all the parts.
    """
    if any_word("no_claim.not_all").search(text) or _TOO_LONG.search(text):
        return []
    found = list(_PART.finditer(text))
    if len(found) > _MOST_PARTS:
        return []
    if len(found) < 3 and not (len(found) == 2 and re.search(r"\b(?:of which|of whom|and)\b|:", text)):
        return []
    seconds = [p for p in found if re.search(r"[-–—(,]\s*$", text[max(0, p.start() - 3) : p.start()])]
    firsts = [p for p in found if p not in seconds]
    paired = len(seconds) == len(firsts) > 2 and all(
        s.start() > f.start() for f, s in zip(firsts, seconds, strict=True)
    )
    columns = [firsts, seconds] if paired else [found]
    return [[(one.start("n"), int(one["n"].replace(",", ""))) for one in column] for column in columns]


def _is_of(what: str, text: str) -> bool:
    """Whether a list can be of the parts of a total: what is counted is named in its introduction, or it says what it parts by."""
    words = stems(what)
    said = stems(text)
    shared = {w for w in words for s in said if w[:4] == s[:4]}
    introduced = re.search(
        r"\b(?:by|made up of|comprising|consisting of|broken down|split|of which|of whom|namely|as follows)\b|:",
        text,
        re.I,
    )
    return bool(introduced) and (not words or bool(shared))
