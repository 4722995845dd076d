"""Databases of the versions before the ledger, read as the acts that made them.

What a former database holds says of itself which upload gave it, when and by whom it was done; what was written on the
pages also stands in the journal of the kept folder, and what either of the two lacks, the other has. A private copy is
read, brought to the last of the former steps: the former files stay as they are.

A column is read by its name into the field of that name; what is written otherwise than ``codec`` has it is made so here.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, Protocol, TypeVar

from ...access import OFFICER, Actor
from ...codec import Cell, from_json, records
from ...errors import KpiError, StoreError, shorten
from ...events import Kind, sha256
from ...model import (
    ActionClosed,
    Area,
    Benchmark,
    Concern,
    Conflict,
    ExceptionReport,
    GivenFigure,
    Indicator,
    Listing,
    LoadedFile,
    Proposal,
    ProposalDecision,
    Scenario,
    Setting,
    Target,
    Upload,
    Withdrawn,
)
from ...periods import Quarter, containing
from .ledger import THE_EXPLORER, Made
from .store import log_of, open_former

_Record = TypeVar("_Record")
Written = ExceptionReport | ActionClosed | Concern | Scenario | Proposal | ProposalDecision
"""Something written on the pages."""
_Cells = dict[str, Sequence[Cell]]
_log = logging.getLogger("kpi_explorer")

_BUNDLED = 0
"""The upload that the bundled data counted as."""


class Cursor(Protocol):
    """What is used of a database cursor."""

    def execute(self, query: str, parameters: object = ..., /) -> Any:
        """Run one statement with its values bound."""


@dataclass(frozen=True, slots=True)
class FormerAct:
    """One thing that was done, and what it made."""

    at: datetime
    actor: Actor
    kind: Kind
    made: Made


class _Order(NamedTuple):
    """Where an act stands among the others: by its time, then by what it is, then by its place among its like."""

    at: datetime
    rank: int
    place: float = 0


_Turn = tuple[_Order, FormerAct]
_UPLOADED, _WRITTEN, _UPLOADED_BY_DECIDING = range(3)
"""In this order stands what was done within the same second: an upload that accepting a proposal made comes after that."""


def acts_of(database: Path, kept: Path, now: datetime) -> tuple[FormerAct, ...]:
    """Everything a former database holds, as the acts that made it, in the order in which they were done.

    ``kept`` is the folder of its kept uploads, which may be missing. Neither is changed. Raises ``StoreError`` where they
    cannot be read, or where the folder tells of uploads that the database does not hold.
    """
    try:
        with TemporaryDirectory(prefix="kpi-former-") as folder:
            copy = Path(folder) / database.name
            for source, private in ((database, copy), (log_of(database), log_of(copy))):
                if source.exists():
                    copyfile(source, private)
            with open_former(copy) as cursor:
                return acts_in(cursor, kept, now)
    except OSError as error:
        raise StoreError(
            f"{database.name} could not be carried over ({shorten(str(error), 80)}). Nothing was changed: see that there is room on "
            "the disk and that its files can be read, and start again."
        ) from error


def acts_in(cursor: Cursor, kept: Path, now: datetime) -> tuple[FormerAct, ...]:
    """The same from an open database that has had all the former steps."""
    manifest = _manifest(kept)
    given, uploads, reports = _given(cursor), _of(cursor, Upload, _UPLOADS, _upload_cells), _reports(cursor)
    _refuse_what_is_lacking(cursor, manifest, uploads, given, kept)
    written, places = _all_written(cursor, (one for one in reports if one.version), kept)
    made_by_deciding = {one.upload for one in written if isinstance(one, ProposalDecision) and one.upload}
    history = list(_history(cursor, manifest, uploads, given, kept, made_by_deciding))
    loaded = _loaded_at(cursor) or now
    turns = sorted([*history, *_written_turns(written, places, _orders(history), loaded)], key=lambda turn: turn[0])
    acts = [act for _, act in turns]
    # A database that was made again has its figures from later than what was published in it.
    at = min([loaded, *(one.at for one in acts)])
    bundled = tuple(_bundled(cursor, manifest, given.get(_BUNDLED, ()), reports))
    if not bundled:
        raise StoreError(
            "Nothing was carried over: the database holds nothing. Move it away and start again to make a new one."
        )
    return _numbered((FormerAct(at, THE_EXPLORER, Kind.LOADED, Made(bundled)), *acts))


def _numbered(acts: tuple[FormerAct, ...]) -> tuple[FormerAct, ...]:
    """The acts with the number of the event that each withdrawal withdraws: it is known once they stand in order."""
    firsts = [one.made.records[0] for one in acts]
    events = {one.id: number for number, one in enumerate(firsts, 1) if isinstance(one, Upload)}
    return tuple(
        replace(act, made=Made((replace(first, event=events[first.upload]),))) if isinstance(first, Withdrawn) else act
        for act, first in zip(acts, firsts, strict=True)
    )


# --- what was loaded ----------------------------------------------------------------------------------------------


def _bundled(
    cursor: Cursor, manifest: _Manifest, given: Sequence[object], reports: Iterable[ExceptionReport]
) -> Iterator[object]:
    yield from _of(cursor, Setting, "select * from setting order by name")
    if manifest.made_from:
        yield Setting("made_from", manifest.made_from)
    yield from _of(cursor, LoadedFile, "select * from loaded_file order by id")
    yield from given
    yield from _of(cursor, Benchmark, "select * from benchmark order by indicator, series, year_end")
    yield from _of(cursor, Conflict, "select * from conflict order by id")
    yield from (one for one in reports if not one.version)


def _loaded_at(cursor: Cursor) -> datetime | None:
    found: datetime | None = cursor.execute("select max(loaded_at) from loaded_file").fetchall()[0][0]
    return found


# --- what was published and withdrawn -----------------------------------------------------------------------------

_UPLOADS = "select * from upload order by id"


def _history(
    cursor: Cursor,
    manifest: _Manifest,
    uploads: Sequence[Upload],
    given: Mapping[int, Sequence[object]],
    kept: Path,
    made_by_deciding: set[int],
) -> Iterator[_Turn]:
    """Each publication and withdrawal in the order in which they were done, which is the order of the chains of figures.

    Where a clock ran back the order goes before the time.
    """
    by_id = {one.id: one for one in uploads}
    withdrawals = _withdrawals(cursor, manifest)
    entered = {one.code: {_BUNDLED} for one in given.get(_BUNDLED, ()) if isinstance(one, Indicator)}
    last = _Order(datetime.min, _UPLOADED)
    for place, (what, number) in enumerate(_happened(cursor, by_id, withdrawals)):
        if what == "published":
            act = _publication(by_id[number], _entries_of(number, given.get(number, ()), entered), kept)
        else:
            act = _withdrawal(withdrawals[number])
            for by in entered.values():
                by.discard(number)
        rank = _UPLOADED_BY_DECIDING if what == "published" and number in made_by_deciding else _UPLOADED
        last = max(last, _Order(act.at, rank, place))
        yield last, act


def _happened(cursor: Cursor, published: Iterable[int], withdrawn: Iterable[int]) -> list[tuple[str, int]]:
    """What was done to which upload, in the order of the record of who did what."""
    rows = cursor.execute("select what, upload, id from audit").fetchall()
    places: dict[tuple[str, int], float] = {(what, upload): place for what, upload, place in rows}
    done = [
        *((places.get(("published", number), 0), ("published", number)) for number in published),
        # A withdrawal that the manifest alone tells of comes after all that is known.
        *((places.get(("withdrawn", number), math.inf), ("withdrawn", number)) for number in withdrawn),
    ]
    return [one for _, one in sorted(done, key=lambda one: one[0])]


def _publication(upload: Upload, records_given: Iterable[object], kept: Path) -> FormerAct:
    files = _kept_files(upload, kept)
    mapping = sha256(files["mapping"]) if "mapping" in files else ""
    made = Made((replace(upload, mapping=mapping), *records_given), files)
    return FormerAct(upload.published_at, Actor(upload.published_by, OFFICER), Kind.PUBLISHED, made)


def _kept_files(upload: Upload, kept: Path) -> dict[str, bytes]:
    """The bytes that were uploaded, where they are as they were, and the mapping they were read through."""
    begin = f"{upload.id:04d}-{upload.sha256[:12]}"
    found = {}
    for what, path in (("upload", kept / f"{begin}.csv"), ("mapping", kept / f"{begin}.mapping.toml")):
        content = path.read_bytes() if path.is_file() else None
        if content is not None and (what == "mapping" or sha256(content) == upload.sha256):
            found[what] = content
        elif what == "upload" or upload.profile:
            _log.warning("The %s of upload %s is not kept as it was, so it is not carried over", what, upload.id)
    return found


def _withdrawals(cursor: Cursor, manifest: _Manifest) -> dict[int, Withdrawn]:
    """By upload. The manifest tells of one that the database lost with the end of its log."""
    rows = cursor.execute(
        "select id, withdrawn_at, withdrawn_by, withdrawn_reason from upload where withdrawn_at is not null order by withdrawn_at, id"
    ).fetchall()
    held = {number: Withdrawn(0, number, at, by, OFFICER, reason) for number, at, by, reason in rows}
    return {**manifest.withdrawn, **held}


def _withdrawal(one: Withdrawn) -> FormerAct:
    return FormerAct(one.done_at, Actor(one.done_by, OFFICER), Kind.WITHDRAWN, Made((one,)))


def _orders(history: Iterable[_Turn]) -> dict[int, _Order]:
    """Where each upload stands."""
    firsts = ((order, act.made.records[0]) for order, act in history)
    return {first.id: order for order, first in firsts if isinstance(first, Upload)}


# --- what they gave -----------------------------------------------------------------------------------------------


def _given(cursor: Cursor) -> dict[int, list[object]]:
    """What each upload gave, its rows in the order of the register and of their chains."""
    found: dict[int, list[object]] = {}
    for record, sql in _GIVEN.items():
        cells = _table(cursor, sql)
        if record is Indicator:
            cells |= _indicator_cells(cells)
        of_kind: list[object] = _records(record, cells)
        for upload, one in zip(cells["upload"], of_kind, strict=True):
            found.setdefault(upload, []).append(one)
    return found


_GIVEN: Mapping[type, str] = {
    Area: "select * from area order by code",
    Indicator: "select * from indicator order by place, code, revision",
    Listing: "select * from indicator_area order by area, indicator",
    Target: "select * from target order by area, indicator, start, revision",
    GivenFigure: "select * from observation order by area, indicator, quarter, revision",
}


def _indicator_cells(cells: _Cells) -> _Cells:
    return {
        "due": [[int(quarter) for quarter in due] for due in cells["due"]],
        "aliases": [aliases.split(";") if aliases else [] for aliases in cells["aliases"]],
    }


def _upload_cells(cells: _Cells) -> _Cells:
    counts = (cells[f"{kind}_count"] for kind in ("new", "confirmed", "revised", "same"))
    return {"counts": [list(four) for four in zip(*counts, strict=True)]}


def _entries_of(upload: int, given: Iterable[object], entered: dict[str, set[int]]) -> Iterator[object]:
    """What an upload gave. An entry of the register replaced the one that stood, for all quarters: it corrects it.

    ``entered``: of each code the uploads whose entry stands.
    """
    for one in given:
        if isinstance(one, Indicator):
            stands = entered.setdefault(one.code, set())
            yield replace(one, corrects=bool(stands))
            stands.add(upload)
        else:
            yield one


# --- what the kept folder tells -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Announced:
    """That an upload was published: its file, and how many figures, register entries and targets it gave."""

    sha256: str
    file_name: str
    given: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Manifest:
    """What the manifest says; nothing where there is none. ``made_from`` empty: it does not say."""

    made_from: str = ""
    published: Mapping[int, _Announced] = field(default_factory=dict)
    withdrawn: Mapping[int, Withdrawn] = field(default_factory=dict)


_EXAMPLE = r"example [0-9]{1,18}"


def _manifest(kept: Path) -> _Manifest:
    path = kept / "manifest.json"
    if not path.is_file():
        return _Manifest()
    content = path.read_bytes()
    try:
        said = json.loads(content)
        made_from = re.fullmatch(f"data|{_EXAMPLE}", said["made_from"])
        return _Manifest(
            made_from[0] if made_from else "",
            {
                one["published"]: _Announced(one["sha256"], one["file_name"], tuple(one["given"]))
                for one in said["events"]
                if "published" in one
            },
            {one["withdrawn"]: _told_withdrawal(one) for one in said["events"] if "withdrawn" in one},
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        _log.warning("The manifest of %s cannot be read: what the database holds is carried over", kept.name)
        example = re.search(_EXAMPLE, content.decode(errors="replace"))
        return _Manifest(example[0] if example else "")


def _told_withdrawal(said: Mapping[str, Any]) -> Withdrawn:
    return Withdrawn(0, said["withdrawn"], datetime.fromisoformat(said["at"]), said["by"], OFFICER, said["reason"])


def _refuse_what_is_lacking(
    cursor: Cursor,
    manifest: _Manifest,
    uploads: Iterable[Upload],
    given: Mapping[int, Sequence[object]],
    kept: Path,
) -> None:
    """Refuse a database that does not hold what was published: carried over, it would be lost without a word."""
    held = {one.id: one for one in uploads}
    rows = cursor.execute("select value from setting where name = 'gaps'").fetchall()
    gaps = rows[0][0].split() if rows else ()
    for number, told in manifest.published.items():
        one = held.get(number)
        counts = tuple(
            sum(isinstance(each, kind) for each in given.get(number, ())) for kind in (GivenFigure, Indicator, Target)
        )
        if one is not None and one.sha256 == told.sha256 and (counts == told.given or str(number) in gaps):
            continue
        what = f"upload {number}" if one is None or one.sha256 != told.sha256 else f"part of upload {number}"
        raise StoreError(
            f"Nothing was carried over: the database lacks {what} ({shorten(told.file_name)}), which {kept.name} says was published. "
            "Put both back from one backup, or start the version of the explorer that made them once more, which makes the database again."
        )
    if unknown := manifest.withdrawn.keys() - held.keys():
        raise StoreError(
            f"Nothing was carried over: the database lacks upload {min(unknown)}, which {kept.name} says was withdrawn. Put both back "
            "from one backup."
        )


# --- what was written on the pages --------------------------------------------------------------------------------

_Key = tuple[type, str, str, Quarter, int]
_LINES: Mapping[str, type[Written]] = {
    "report": ExceptionReport,
    "action_closed": ActionClosed,
    "concern": Concern,
    "scenario": Scenario,
    "proposal": Proposal,
    "proposal_decision": ProposalDecision,
}
"""The records by what a line, or a table, calls them."""


def _all_written(
    cursor: Cursor, versions: Iterable[ExceptionReport], kept: Path
) -> tuple[list[Written], Mapping[_Key, int]]:
    """All that was written, in the order of their numbers, and the places of those that the journal tells of.

    Where the two do not say the same of one thing, what the database says is what was shown.
    """
    told = _journal(kept / "reports.jsonl")
    held: list[Written] = [*versions]
    for name, record in _LINES.items():
        if record is not ExceptionReport:
            held += _of(cursor, record, f"select * from {name} order by number, done_at", _written_cells)
    every = told | {_key_of(one): one for one in held}
    return sorted(every.values(), key=_number_of), {key: place for place, key in enumerate(told)}


def _key_of(one: Written) -> _Key:
    return type(one), one.area, one.indicator, one.quarter, _number_of(one)


def _number_of(one: Written) -> int:
    return one.version if isinstance(one, ExceptionReport) else one.number


def _journal(path: Path) -> dict[_Key, Written]:
    """What the journal tells, each thing as it was first told; a line that is spoilt or torn is passed over."""
    *lines, torn = (path.read_bytes() if path.is_file() else b"").split(b"\n")
    found: dict[_Key, Written] = {}
    for number, line in enumerate(lines, 1):
        if (one := _told_in(line)) is None:
            _log.warning("Line %s of %s cannot be read and is passed over", number, path.name)
        else:
            found.setdefault(_key_of(one), one)
    if torn:
        _log.warning("%s ended in the middle of a line, which was never announced and is passed over", path.name)
    return found


def _told_in(line: bytes) -> Written | None:
    """What a line tells; ``None`` where it is not as it was written."""
    try:
        said = json.loads(line)
        digest = said.pop("digest")
        if (
            digest
            != hashlib.sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()[:16]
        ):
            return None
        record = _LINES[said["what"]]
        deed = "saved" if record is ExceptionReport else "done"
        said |= {f"{deed}_at": said["at"], f"{deed}_by": said["by"], f"{deed}_as": said["role"]}
        if record is ExceptionReport:
            said["actions"] = [_action_cell(*action) for action in said["actions"]]
        return from_json(record, said)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, KpiError):
        return None


def _action_cell(number: int, text: str, owner: str, due: str | None) -> Cell:
    return {"number": number, "text": text, "owner": owner, "due": due}


def _reports(cursor: Cursor) -> list[ExceptionReport]:
    """Every version of every report, the bundled ones too."""
    sections, actions = _parts(cursor, "report_section"), _parts(cursor, "report_action")

    def cells_of(cells: _Cells) -> _Cells:
        keys = list(_versions(cells))
        return {
            "sections": [[[one["heading"], one["body"]] for one in sections.get(key, ())] for key in keys],
            "actions": [
                [_action_cell(one["number"], one["said"], one["owner"], one["due"]) for one in actions.get(key, ())]
                for key in keys
            ],
        }

    return _of(cursor, ExceptionReport, "select * from report order by area, indicator, quarter, version", cells_of)


def _parts(cursor: Cursor, table: str) -> dict[tuple[Cell, ...], list[dict[str, Cell]]]:
    """The rows of a table by the version of a report that they belong to, in their order."""
    cells = _table(cursor, f"select * from {table} order by place")
    found: dict[tuple[Cell, ...], list[dict[str, Cell]]] = {}
    for key, *row in zip(_versions(cells), *cells.values(), strict=True):
        found.setdefault(key, []).append(dict(zip(cells, row, strict=True)))
    return found


def _versions(cells: _Cells) -> Iterable[tuple[Cell, ...]]:
    return zip(*(cells[name] for name in ("indicator", "area", "quarter", "version")), strict=True)


def _written_cells(cells: _Cells) -> _Cells:
    """The lists of a scenario are held as JSON."""
    return {name: [json.loads(text) for text in cells[name]] for name in ("changes", "figures") if name in cells}


def _written_turns(
    written: Iterable[Written], places: Mapping[_Key, int], uploads: Mapping[int, _Order], loaded: datetime
) -> Iterator[_Turn]:
    """What was written as acts. ``written`` is in the order of numbers, which goes before the time within a chain."""
    last: dict[object, _Order] = {}
    for one in sorted(written, key=lambda one: isinstance(one, ProposalDecision)):
        act = _act(one, loaded)
        order = _Order(act.at, _WRITTEN, places.get(_key_of(one), math.inf))
        after = [last.get(_chain(one))]
        if isinstance(one, ProposalDecision):
            after = [last.get((Proposal, one.number)), uploads.get(one.upload or _BUNDLED)]
        known = [each for each in after if each is not None]
        order = max([order._replace(at=max([order.at, *(each.at for each in known)])), *known])
        last[_chain(one)] = order
        if isinstance(one, Proposal):
            last[Proposal, one.number] = order
        yield order, act


def _chain(one: Written) -> object:
    """What the numbers of a thing count within: a report's versions, an indicator's marks, all scenarios, all proposals."""
    if isinstance(one, ExceptionReport | Concern):
        return _key_of(one)[:4]
    return type(one) if isinstance(one, Scenario | Proposal) else _key_of(one)


def _act(one: Written, loaded: datetime) -> FormerAct:
    if isinstance(one, ExceptionReport):
        return FormerAct(one.saved_at or loaded, Actor(one.saved_by, one.saved_as), _kind(one), Made((one,)))
    return FormerAct(one.done_at, Actor(one.done_by, one.done_as), _kind(one), Made((one,)))


def _kind(one: Written) -> Kind:
    match one:
        case ExceptionReport():
            return Kind(f"report {one.event.value}")
        case ActionClosed():
            return Kind.ACTION_CLOSED
        case Concern():
            return Kind.CONCERN_LIFTED if one.lifted else Kind.CONCERN_MARKED
        case Scenario():
            return Kind.SCENARIO_SAVED
        case Proposal():
            return Kind.TARGET_PROPOSED
        case ProposalDecision():
            return Kind.PROPOSAL_ACCEPTED if one.accepted else Kind.PROPOSAL_DECLINED


# --- a table ------------------------------------------------------------------------------------------------------


def _of(
    cursor: Cursor,
    record: type[_Record],
    sql: str,
    otherwise: Callable[[_Cells], _Cells] = lambda _: {},
) -> list[_Record]:
    """The records of one statement. ``otherwise``: the cells that are held in another way than ``codec`` has them."""
    cells = _table(cursor, sql)
    return _records(record, cells | otherwise(cells))


def _records(record: type[_Record], cells: _Cells) -> list[_Record]:
    return records(record, cells, len(next(iter(cells.values()))))


_QUARTERS = ("quarter", "start", "first_quarter", "final_quarter")
"""The columns that hold a quarter, as its first day."""


def _table(cursor: Cursor, sql: str) -> _Cells:
    """The rows of one statement as the cells that ``codec`` reads, by the names of their columns."""
    found = cursor.execute(sql)
    names = [name for name, *_ in found.description]
    columns = list(zip(*found.fetchall(), strict=True)) or [()] * len(names)
    return {name: _plain(name, column) for name, column in zip(names, columns, strict=True)}


def _plain(name: str, column: Sequence[Any]) -> Sequence[Cell]:
    first = next((one for one in column if one is not None), None)
    if not isinstance(first, date):  # a time of day is a date too
        return column
    write: Callable[[Any], str] = _quarter_text if name in _QUARTERS else type(first).isoformat
    return [None if one is None else write(one) for one in column]


@lru_cache(maxsize=4_096)
def _quarter_text(first_day: date) -> str:
    return containing(first_day).text
