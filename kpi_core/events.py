"""Events: everything that changes what is held, each one a link of a chain.

An event holds the records that resulted, column by column. What people wrote stands apart from them, in a file under its
SHA-256, and so do large results and the bytes of a file that came in: the chain is over the hash of each body, which names
those files, so that words can be erased and the chain still holds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from .codec import ERASED, Cell, cells, columns, records
from .model import (
    ActionClosed,
    Area,
    Benchmark,
    Concern,
    Conflict,
    Erased,
    ExceptionReport,
    GivenFigure,
    Indicator,
    Listing,
    LoadedFile,
    Proposal,
    ProposalDecision,
    SavedMapping,
    Scenario,
    Setting,
    Target,
    Upload,
    Withdrawn,
)

RECORDS: Mapping[str, type] = {
    "setting": Setting,
    "loaded_file": LoadedFile,
    "area": Area,
    "indicator": Indicator,
    "listing": Listing,
    "target": Target,
    "figure": GivenFigure,
    "benchmark": Benchmark,
    "conflict": Conflict,
    "upload": Upload,
    "withdrawn": Withdrawn,
    "mapping": SavedMapping,
    "report": ExceptionReport,
    "action_closed": ActionClosed,
    "concern": Concern,
    "scenario": Scenario,
    "proposal": Proposal,
    "proposal_decision": ProposalDecision,
    "erased": Erased,
}
"""What an event can hold, by the name of its table."""

TABLE_OF: Mapping[type, str] = {record: table for table, record in RECORDS.items()}
LARGE = 100_000
"""From how many characters on the records of one kind are kept as a file of their own."""
BEGINNING = "0" * 64
"""What the first event follows."""


class Kind(StrEnum):
    """What an event did."""

    LOADED = "figures loaded"
    PUBLISHED = "upload published"
    WITHDRAWN = "upload withdrawn"
    MAPPING = "mapping saved"
    REPORT_SAVED = "report saved"
    REPORT_READ_IN = "report read in"
    REPORT_RESTORED = "report restored"
    REPORT_SUBMITTED = "report submitted"
    REPORT_RETURNED = "report returned"
    REPORT_APPROVED = "report approved"
    REPORT_REOPENED = "report reopened"
    ACTION_CLOSED = "action closed"
    CONCERN_MARKED = "concern marked"
    CONCERN_LIFTED = "concern lifted"
    SCENARIO_SAVED = "scenario saved"
    TARGET_PROPOSED = "target proposed"
    PROPOSAL_ACCEPTED = "proposal accepted"
    PROPOSAL_DECLINED = "proposal declined"
    MIRROR_CONFIRMED = "second copy confirmed"
    ERASED = "words erased"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was done. ``happened_at`` is UTC; ``actor`` a name as it was given, ``role`` the role acted in."""

    number: int
    happened_at: datetime
    actor: str
    role: str
    kind: str
    body: str
    """JSON: the records, or the files that hold them."""
    previous: str
    """The hash of the event before."""
    hash: str

    @property
    def proper_hash(self) -> str:
        """The hash that its other parts give."""
        body = hashlib.sha256(self.body.encode()).hexdigest()
        parts = [self.number, self.happened_at.isoformat(), self.actor, self.role, self.kind, body, self.previous]
        return hashlib.sha256(_dumped(parts).encode()).hexdigest()

    @property
    def sealed(self) -> Event:
        """The same with its hash."""
        return replace(self, hash=self.proper_hash)


def broken_link(events: Sequence[Event], before: str = BEGINNING) -> int:
    """The place in ``events`` of the first that is not as it was written or does not follow the one before; -1: none."""
    number = events[0].number if events else 1
    for place, event in enumerate(events):
        if event.number != number + place or event.previous != before or event.hash != event.proper_hash:
            return place
        before = event.hash
    return -1


# --- a line -------------------------------------------------------------------------------------------------------


def line_of(event: Event) -> bytes:
    """An event as one line of the mirror."""
    said = {
        "number": event.number,
        "at": event.happened_at.isoformat(),
        "by": event.actor,
        "role": event.role,
        "kind": event.kind,
        "body": json.loads(event.body),
        "previous": event.previous,
        "hash": event.hash,
    }
    return f"{_dumped(said)}\n".encode()


def event_of(line: bytes) -> Event | None:
    """The event of a line; ``None`` where it is not a line as ``line_of`` writes it, to the letter."""
    try:
        said = json.loads(line)
        event = Event(
            said["number"], datetime.fromisoformat(said["at"]), said["by"], said["role"], said["kind"], _dumped(said["body"]),
            said["previous"], said["hash"],
        )  # fmt: skip
        texts = (event.actor, event.role, event.kind, event.previous, event.hash)
        sound = type(event.number) is int and all(isinstance(one, str) for one in texts)
        return event if sound and line_of(event) == line else None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _dumped(said: object) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


# --- a body -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RecordColumns:
    """Records of one kind as cells, column by column. ``cells`` has every column."""

    name: str
    count: int
    cells: Mapping[str, Sequence[Cell]]

    @property
    def records(self) -> list[Any]:
        """As records."""
        return records(RECORDS[self.name], self.cells, self.count)


def tables_of(given: Iterable[object]) -> list[RecordColumns]:
    """Records of any kinds as tables, in the order in which their kinds come first."""
    by_kind: dict[str, list[object]] = {}
    for one in given:
        by_kind.setdefault(TABLE_OF[type(one)], []).append(one)
    return [RecordColumns(name, len(of), cells(RECORDS[name], of)) for name, of in by_kind.items()]


def written(tables: Sequence[RecordColumns], files: Mapping[str, bytes]) -> tuple[str, dict[str, bytes]]:
    """A body, and the files it names by their SHA-256. ``files``: what came in, by what it is."""
    kept = {sha256(content): content for content in files.values()}
    words = _Words()
    said: dict[str, Any] = {}
    for table in tables:
        text = _dumped({"count": table.count, "cells": _cells_said(table, words)})
        if len(text) < LARGE:
            said[table.name] = json.loads(text)
        else:
            content = text.encode()
            said[table.name] = sha256(content)
            kept[sha256(content)] = content
    body: dict[str, Any] = {"records": said}
    if words.said:
        content = _dumped(words.said).encode()
        kept[sha256(content)] = content
        body["words"] = sha256(content)
    if files:
        body["files"] = {what: sha256(content) for what, content in files.items()}
    return _dumped(body), kept


def files_named(body: str) -> dict[str, str]:
    """What each file that a body names holds, by its SHA-256: ``words``, ``records`` or what came in."""
    said = json.loads(body)
    named = {value: "records" for value in said.get("records", {}).values() if isinstance(value, str)}
    named |= {value: what for what, value in said.get("files", {}).items()}
    return named | ({said["words"]: "words"} if "words" in said else {})


def tables_in(
    body: str, fetch: Callable[[str], bytes | None], only: Iterable[str] | None = None
) -> list[RecordColumns]:
    """The records of a body. Words whose file is gone are said to be erased. ``only``: these kinds.

    Raises ``KeyError`` where a file with records is not there.
    """
    said = json.loads(body)
    words = None
    if "words" in said and (content := fetch(said["words"])) is not None:
        words = json.loads(content)
    found = []
    for name, value in said["records"].items():
        if only is not None and name not in only:
            continue
        records_said = value
        if isinstance(value, str):
            content = fetch(value)
            if content is None:
                raise KeyError(value)
            records_said = json.loads(content)
        found.append(_read(name, records_said["count"], records_said["cells"], words))
    return found


def sha256(content: bytes) -> str:
    """What tells the same bytes again."""
    return hashlib.sha256(content).hexdigest()


class _Words:
    """What people wrote, each text once."""

    def __init__(self) -> None:
        self.said: list[Cell] = []
        self._places: dict[str, int] = {}

    def place(self, text: Cell) -> int | None:
        if not text:
            return None
        key = text if isinstance(text, str) else _dumped(text)
        if key not in self._places:
            self._places[key] = len(self.said)
            self.said.append(text)
        return self._places[key]


def _cells_said(table: RecordColumns, words: _Words) -> dict[str, Any]:
    """The cells of a body: a column of one value is that value, and one in which nothing stands is left out."""
    said: dict[str, Any] = {}
    for column in columns(RECORDS[table.name]):
        of = table.cells[column.name]
        plain = [words.place(cell) for cell in of] if column.words else of
        first = plain[0] if plain else None
        if any(cell != first for cell in plain):
            said[column.name] = plain
        elif first is not None:
            said[column.name] = {"=": first}
    return said


def _read(name: str, count: int, said: Mapping[str, Any], words: list[Cell] | None) -> RecordColumns:
    found: dict[str, Sequence[Cell]] = {}
    for column in columns(RECORDS[name]):
        if column.name not in said:
            # Nothing stood there when it was written, or the field came later.
            cell = ([] if column.composite else "") if column.words else _default_cell(column.default, column.write)
            found[column.name] = [cell] * count
            continue
        of = said[column.name]
        plain = [of["="]] * count if isinstance(of, dict) else of
        if column.words:
            nothing: Cell = [] if column.composite else ""
            erased: Cell = [] if column.composite else ERASED
            plain = [nothing if at is None else erased if words is None else words[at] for at in plain]
        found[column.name] = plain
    return RecordColumns(name, count, found)


def _default_cell(default: Any, write: Callable[[Any], Cell] | None) -> Cell:
    if default is MISSING or default is None:
        return None
    return default if write is None else write(default)
