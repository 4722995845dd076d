"""Running text as a reader takes it in: passages put together from lines, sentences, and where each of them stands.

Text that comes out of a PDF is cut into lines, with blank ones where a page ends in the middle of a sentence.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_ENDS = re.compile(r"[.:;?!…][)\]”’\"']*$")
_ITEM = re.compile(r"(?:\(?(?:[0-9]{1,2}\.)+[0-9]{0,2}\.?\)?(?=\s|[A-Z])|\(?[a-z0-9]{1,2}\)\s|[•●▪◦‣*]\s?|[-–—]\s)")
_LEFT_OPEN = re.compile(
    r"(?:\b(?:a|an|and|are|as|at|be|been|both|by|either|for|from|had|has|have|in|into|is|its|of|on|or|our|than|that|the|their|this|to"
    r"|was|were|which|with)|[,(–—-])$",
    re.I,
)
# “Quarterly target: 88%”, a line of a form; and the label before a sentence, which is none of it.
_LABEL = re.compile(r"[A-Z][^.:;!?]{2,70}:(?=\s|$)")
_LABEL_BEFORE = re.compile(r"(?![^:]*(?:[Oo]utturn|[Tt]arget))[A-Z][^.:;!?0-9]{3,70}:\s+(?=[A-Z“‘\"(])")
_SHORTEST = 20
"""How far before a full stop it shows whether it ends an abbreviation."""
# A sentence ends at a full stop that is no decimal point, no abbreviation and no part of a paragraph's number.
_STOP = re.compile(r"(?<=[.?!])[)\]”’\"']*(?=\s+[A-Z0-9“‘(\"'£])|(?<=[.?!])(?=\s*\n)|\n")
_SHORT = re.compile(r"(?:\b(?:e\.g|i\.e|approx|no|nos|vs|etc|cf|fig|para|dr|mr|mrs|ms|st|inc|ref|dept|min|max|jan|feb|mar|apr|aug"
                    r"|sept?|oct|nov|dec|[A-Z]|yr|yrs|qtr))\.$|^\s*(?:[0-9]{1,2}\.)+$", re.I)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, a heading or an item of a list. ``breaks`` are (offset in ``text``, line of the file) pairs."""

    text: str
    breaks: tuple[tuple[int, int], ...]
    heading: bool = False
    """Whether whoever wrote it made it a heading (a style of the word processor)."""

    def line(self, offset: int = 0) -> int:
        """The line of the file (of a Word file: the paragraph) in which ``offset`` stands."""
        return self.breaks[max(0, bisect_right(self.breaks, (offset, 10**9)) - 1)][1]


def passages(lines: Iterable[tuple[int, str]], wrapped: bool = True) -> tuple[Passage, ...]:
    """The passages of numbered lines. ``wrapped``: a passage may run on over several lines; otherwise each is one.

    A blank line ends a passage, unless the sentence before it is plainly unfinished. A numbered or bulleted item begins one.
    """
    found: list[Passage] = []
    gathered: list[tuple[int, str]] = []
    blank = False
    for number, raw in lines:
        text = " ".join(raw.split())
        if not text:
            blank = True
            continue
        if gathered and not (wrapped and _runs_on(gathered[-1][1], text, blank)):
            found.append(_together(gathered))
            gathered = []
        gathered.append((number, text))
        blank = False
    if gathered:
        found.append(_together(gathered))
    return tuple(found)


def _runs_on(before: str, text: str, blank: bool) -> bool:
    """Whether ``text`` goes on with the passage whose last line is ``before``."""
    if _ITEM.match(text) and not re.match(r"[-–—] ", text):
        return False
    if re.match(r"[-–—] ", text):
        return not blank and not _ENDS.search(before) and text[2:3].islower()
    if not blank:
        return not (_LABEL.match(text) and (_LABEL.match(before) or _ENDS.search(before)))
    return not _ENDS.search(before) and (text[0].islower() or bool(_LEFT_OPEN.search(before)))


def _together(lines: list[tuple[int, str]]) -> Passage:
    breaks, parts, at = [], [], 0
    for number, text in lines:
        breaks.append((at, number))
        parts.append(text)
        at += len(text) + 1
    return Passage(" ".join(parts), tuple(breaks))


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """Each sentence of ``text`` with its offset."""
    label = _LABEL_BEFORE.match(text)
    start = label.end() if label else 0
    if label:
        yield from _trimmed(text, 0, start)
    for stop in _STOP.finditer(text):
        if stop.end() <= start or _SHORT.search(text[max(start, stop.start() - _SHORTEST) : stop.start()]):
            continue
        yield from _trimmed(text, start, stop.end())
        start = stop.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    said = text[start:end]
    if said.strip():
        yield start + len(said) - len(said.lstrip()), said.strip()
