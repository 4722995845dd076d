"""How much of a paper is checked, and for how long; and a paper in pieces between which one can stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from .prose import Passage, sentences

MOST_STATEMENTS = 20_000
MOST_SECONDS = 10
_LONGEST = 20_000
"""How many characters a piece of a passage has at the most, or a little more: what looks at a whole piece cannot be stopped."""


class Pace:
    """One check of a paper, sentence by sentence, until it has gone on for long enough.

    The core reads no clock: ``clock`` gives the seconds.
    """

    def __init__(
        self, clock: Callable[[], float], statements: int = MOST_STATEMENTS, seconds: float = MOST_SECONDS
    ) -> None:
        self._clock = clock
        self._left = statements
        self._until = clock() + seconds
        self.ended_at = 0
        """The line of the first sentence that was not read; 0: every one was."""

    def goes_on(self, line: int) -> bool:
        """Whether the next sentence, which stands on a line, is to be read."""
        if not self.ended_at and (self._left <= 0 or self._clock() >= self._until):
            self.ended_at = line
        self._left -= 1
        return not self.ended_at


def cut_short(ended_at: int) -> str:
    """What is said of a paper whose check ended before its end; empty: it did not."""
    if not ended_at:
        return ""
    return (
        f"Nothing from line {ended_at:,} on was checked, as a check ends after {MOST_STATEMENTS:,} statements or {MOST_SECONDS} seconds: "
        "check the rest as a document of its own."
    )


def in_pieces(parts: Sequence[Passage]) -> Iterator[Passage]:
    """The passages, those of unreasonable length cut between sentences, or anywhere where one has no end."""
    for one in parts:
        if len(one.text) <= _LONGEST:
            yield one
            continue
        start = 0
        for at, sentence in [*sentences(one.text), (len(one.text), "")]:
            if at + len(sentence) - start > _LONGEST or not sentence:
                yield from (_piece(one, begin, min(begin + _LONGEST, at)) for begin in range(start, at, _LONGEST))
                start = at


def _piece(passage: Passage, start: int, end: int) -> Passage:
    breaks = tuple((max(0, at - start), line) for at, line in passage.breaks if start < at < end)
    return Passage(passage.text[start:end], ((0, passage.line(start)), *breaks), passage.heading)
