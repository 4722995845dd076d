"""What is written on the pages goes into the database and the kept file alike; each is given what only the other has."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from ..errors import KpiError, NotSaved, shorten
from .journal import Journal, Key, Written, key_of
from .kept import Kept
from .reading import Reading
from .store import Store, Writing, cannot_write

STEPS = ("text written", "text committed", "text recorded")
"""The steps of a change, in order. After the last it is answered for."""

_log = logging.getLogger("kpi_explorer")
_Event = TypeVar("_Event", bound=Written)
_MOST = 5
"""How many differences of one kind are named."""


class Recording:
    """How a change is written: whole or not at all, and answered for only once it is in the kept file too."""

    def __init__(
        self, store: Store, kept: Kept | None, clock: Callable[[], datetime], at: Callable[[str], None]
    ) -> None:
        self._store = store
        self._kept = kept
        self._clock = clock
        self._at = at
        self._behind = False

    def do(
        self, decide: Callable[[Writing], tuple[_Event, ...]], nothing: str = "Nothing was saved"
    ) -> tuple[_Event, ...]:
        """Decide and write within one transaction, and put what was written into the kept file as well.

        ``nothing`` begins the sentence for what cannot be written.
        """
        with self._store.alone():
            self._catch_up(nothing)
            try:
                with self._store.write() as writing:
                    events = decide(writing)
                    writing.written_given(events)
                    self._at(STEPS[0])
            except KpiError:
                raise
            except Exception as error:
                raise NotSaved(cannot_write(nothing, error)) from error
            if events:
                self._secure(events)
        return events

    def _secure(self, events: Sequence[Written]) -> None:
        """Put what is committed into the kept file. Where that is broken off, the next change or the next start does it.

        No checkpoint is waited for: a log that is lost is made up for from this file at the next start.
        """
        try:
            self._at(STEPS[1])
            if (journal := self._journal()) is not None:
                journal.append(events, self._clock())
            self._at(STEPS[2])
        except Exception as error:
            self._behind = True
            _log.exception("%s was written but could not be secured", words_of(key_of(events[0])))
            raise NotSaved(
                f"It was written, but could not be secured on the disk ({shorten(str(error), 80)}). Make room on the disk, "
                "and save it again."
            ) from error

    def _journal(self) -> Journal | None:
        return Journal(self._kept.folder) if self._kept is not None and self._kept.there else None

    def _catch_up(self, nothing: str) -> None:
        """Put into the kept file what was committed before and could not be secured."""
        journal = self._journal()
        if not self._behind or journal is None:
            return
        try:
            bring_together(self._store, journal, self._clock())
        except OSError as error:
            raise NotSaved(cannot_write(nothing, error)) from error
        self._behind = False


def bring_together(store: Store, journal: Journal, at: datetime) -> tuple[Written, ...]:
    """Write into the kept file what the database has and it lacks, and the other way round. The latter comes back.

    Doing it again changes nothing. Raises ``OSError``.
    """
    with store.alone():
        journal.mend(at)
        # Of a key that is there twice the first is as it was written.
        told = {key_of(event): event for event in reversed(journal.read().events)}
        with store.write() as writing:
            held = writing.written_keys()
            lacked = tuple(event for key, event in reversed(told.items()) if key not in held)
            writing.written_given(lacked)
            untold = [event for event in writing.written() if key_of(event) not in told] if held - told.keys() else []
        journal.append(untold, at)
    for event in lacked:
        _log.warning("%s was in %s alone and is in the database again", words_of(key_of(event)), journal.name)
    return lacked


def differences(reading: Reading, journal: Journal) -> tuple[str, ...]:
    """One sentence for each way in which the kept file and the database are not the same, and for each line it cannot read."""
    read = journal.read()
    told = {key_of(event): event for event in reversed(read.events)}
    held = {key_of(event): event for event in reading.written()}
    said = [
        f"Line {number} of {journal.name} cannot be read and is passed over. What the database holds stands in the other lines; "
        "put the file back from a backup to have that line too."
        for number in read.broken
    ]
    for keys, sentence in (
        (held.keys() - told.keys(), f"{{}} is not in {journal.name}. Start the explorer again, which adds it."),
        (told.keys() - held.keys(), f"{{}} is in {journal.name} and not in the database. Start the explorer again, which adds it."),
        ({key for key in held.keys() & told.keys() if held[key] != told[key]},
         f"{{}} is not the same in the database and in {journal.name}. Run: python -m kpi_core rebuild"),
    ):  # fmt: skip
        said += [sentence.format(words_of(key)) for key in sorted(keys, key=str)[:_MOST]]
        if len(keys) > _MOST:
            said.append(f"The same is so of {len(keys) - _MOST} more.")
    return tuple(said)


def words_of(key: Key) -> str:
    """What a key names, beginning a sentence: ``Version 3 of the report on FD02 for Q2 2022-23``."""
    what, area, code, quarter, number = key
    of = f"for {quarter.text} ({area})"
    return f"{_WORDS[what].format(number=number, code=code)} {of}"


_WORDS = {
    "report": "Version {number} of the report on {code}",
    "action_closed": "The closing of action {number} on {code}",
    "concern": "Mark {number} of concern on {code}",
    "scenario": "Scenario {number}",
    "proposal": "Proposal {number} on {code}",
    "proposal_decision": "The decision on proposal {number} on {code}",
}
