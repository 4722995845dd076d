"""The files of ``data/``: read the first time, and loaded anew, as an event, where they have changed since."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ...access import Act, Actor, allow
from ...codec import differing
from ...errors import NotSaved
from ...events import Event, Kind, sha256
from ...judging import target_in_force
from ...model import (
    Area,
    ChangeKind,
    GivenFigure,
    Indicator,
    Listing,
    LoadedFile,
    Setting,
    Target,
    Withdrawn,
    start_of_entry,
)
from ...periods import Quarter
from . import disk
from .ledger import Made

if TYPE_CHECKING:
    from ...intake import Bundle
    from .records import Records

LOAD = "python -m kpi_core load"
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time of day, in UTC and without a zone, as the database keeps it."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def data_files(folder: Path) -> dict[str, bytes]:
    """The files of a data folder by name; one that is missing is left out, for the reader to say so.

    Raises ``StoreError`` where one may not be read.
    """
    from ...intake import CSV_FILES, REPORT_FOLDER

    reports = folder / REPORT_FOLDER
    try:
        # A pattern would pass over a folder that may not be looked into, as if it were empty.
        texts = sorted(path for path in reports.iterdir() if path.suffix == ".md") if reports.is_dir() else []
        paths = [folder / name for name in CSV_FILES] + texts
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths if path.is_file()}
    except OSError as error:
        raise disk.reason(error, "folder with KPI_DATA") from error


def fingerprints(files: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 of each file."""
    return {name: sha256(content) for name, content in files.items()}


def loading(files: Mapping[str, bytes]) -> Made:
    """What loading the files of a data folder makes. Raises ``BundleError``."""
    from ...intake import read_data_folder

    return Made(tuple(_records_of(read_data_folder(files), fingerprints(files))))


def _records_of(bundle: Bundle, loaded: Mapping[str, str]) -> Iterator[object]:
    yield Setting("council", bundle.council)
    yield Setting("home_area", bundle.home_area)
    yield Setting("made_up", "yes" if bundle.made_up else "no")
    yield from (LoadedFile(name, loaded[name]) for name in sorted(loaded))
    yield from (Area(code, name) for code, name in bundle.areas)
    yield from bundle.indicators
    yield from (Listing(area, indicator) for indicator, area in bundle.assigned)
    yield from bundle.targets
    yield from (
        GivenFigure.of(one, ChangeKind.REVISED if one.revised else ChangeKind.NEW) for one in bundle.observations
    )
    yield from bundle.benchmarks
    yield from bundle.conflicts
    yield from bundle.reports


# --- loading them anew --------------------------------------------------------------------------------------------


def load_anew(records: Records, folder: Path, actor: Actor) -> Event | None:
    """Load the files anew: what they gave before is withdrawn, uploads stay on top of them. ``None``: nothing has changed.

    An indicator that is told in other words holds so from the quarter after its last figure, and a recorded target changes
    only where its row explains it. Raises ``BundleError`` where a file is wrong, ``NotAllowed`` and ``NotSaved``.
    """
    who = allow(actor, Act.LOAD)
    files = data_files(folder)

    def decide() -> Made:
        council = records.council()
        if dict(council.loaded_files) == fingerprints(files):
            return Made()
        made = loading(files)
        _refuse_unexplained(made.records, records)
        before = [one.number for one in records.ledger.events() if one.kind == Kind.LOADED]
        gone = [
            Withdrawn(number, 0, records.clock(), who.name, who.role, "data/ was loaded anew")
            for number in before
            if number not in council.withdrawn
        ]
        return Made((*gone, *_with_former_entries(made.records, records)))

    return records.ledger.act(who, Kind.LOADED, decide, "Nothing was loaded")


def _refuse_unexplained(given: Iterable[object], records: Records) -> None:
    """Refuse a recorded target that changes and does not say who decided it, when or in which paper, and why."""
    recorded = {(area, code): of for area in records.areas() for code, of in records.area(area).targets.items()}
    for one in given:
        if not isinstance(one, Target):
            continue
        held = target_in_force(recorded.get((one.area, one.indicator), ()), one.start)
        explained = one.decided_by and (one.decided_on or one.source) and one.reason
        if held is not None and held.terms != one.terms and not explained:
            raise NotSaved(
                f"Nothing was loaded: data/targets.csv changes the target of {one.indicator} from {one.start} on. Say in its row who "
                "decided it, on what date or in which paper, and why."
            )


def _with_former_entries(given: Iterable[object], records: Records) -> Iterator[object]:
    """The records, each indicator that is told in other words with the entries that earlier quarters keep."""
    loaded = records.council().loaded_entries
    for one in given:
        former = loaded.get(one.code, ()) if isinstance(one, Indicator) else ()
        if not isinstance(one, Indicator) or not former or one.start is not None or one.corrects:
            yield one
            continue
        yield from former
        if differing(former[-1], one, leaving=("start", "reason", "corrects")):
            start = start_of_entry(one, former, _last_figure(records, one.code))
            yield replace(one, start=start, reason=one.reason or "data/ was loaded anew")


def _last_figure(records: Records, code: str) -> Quarter | None:
    quarters = (one.quarter for area in records.areas() for one in records.area(area).series(code)[-1:])
    return max(quarters, default=None)
