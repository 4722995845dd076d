"""What people are typing: kept safe as they type, no event until their sitting ends, and seen by nobody else until then."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import RLock

from ...codec import from_json, json_of
from ...errors import KpiError
from ...events import sha256
from ...model import ExceptionReport
from ...periods import Quarter
from . import disk

IDLE = timedelta(minutes=10)
"""After how long without a word a sitting has ended."""
_log = logging.getLogger("kpi_explorer")


@dataclass(frozen=True, slots=True)
class Sitting:
    """The text of one report as one person has it. Who typed it and when is on the report; ``base``: the version it is upon."""

    report: ExceptionReport
    base: int

    @property
    def place(self) -> tuple[str, str, Quarter]:
        """Which report it is of: area, indicator, quarter."""
        return self.report.area, self.report.indicator, self.report.quarter


class Typed:
    """The sittings of one database, in a folder of its second copy; ``folder`` ``None``: in memory alone."""

    def __init__(self, folder: Path | None, clock: Callable[[], datetime]) -> None:
        self._folder = None if folder is None else folder / "typed"
        self._clock = clock
        self._lock = RLock()
        self._sittings: dict[str, Sitting] = {}
        for path in sorted(self._folder.glob("*.json")) if self._folder and self._folder.is_dir() else ():
            try:
                said = json.loads(path.read_bytes())
                self._sittings[path.stem] = Sitting(from_json(ExceptionReport, said["report"]), said["base"])
            except (ValueError, LookupError, TypeError, KpiError):
                _log.warning("The typed text %s cannot be read, and is left as it is", path.name)

    def keep(self, sitting: Sitting) -> None:
        """Keep a text in the place of what its writer had typed before. Raises ``OSError`` with that left as it was."""
        name = _name(sitting)
        with self._lock:
            if self._folder is not None:
                disk.make_folder(self._folder)
                said = {"base": sitting.base, "report": json_of(sitting.report)}
                disk.write_whole(self._folder / f"{name}.json", json.dumps(said, ensure_ascii=False).encode())
            self._sittings[name] = sitting

    def end(self, sitting: Sitting) -> None:
        """A sitting has ended: its text is an event, or is given up."""
        with self._lock:
            self._sittings.pop(_name(sitting), None)
            if self._folder is not None:
                (self._folder / f"{_name(sitting)}.json").unlink(missing_ok=True)

    def of(self, area: str, indicator: str, quarter: Quarter) -> tuple[Sitting, ...]:
        """The sittings over one report."""
        with self._lock:
            return tuple(one for one in self._sittings.values() if one.place == (area, indicator, quarter))

    def ended(self) -> tuple[Sitting, ...]:
        """The sittings in which nothing has been typed for a while."""
        until = self._clock() - IDLE
        with self._lock:
            return tuple(
                one for one in self._sittings.values() if one.report.saved_at is None or one.report.saved_at <= until
            )

    def every(self) -> tuple[Sitting, ...]:
        """All of them."""
        with self._lock:
            return tuple(self._sittings.values())


def _name(sitting: Sitting) -> str:
    area, indicator, quarter = sitting.place
    return sha256(json.dumps([area, indicator, quarter.text, sitting.report.saved_by]).encode())[:40]
