"""What is written on the pages, kept beside the database: a file with one whole event a line, only ever added to.

An event is a version of an exception report, the closing of an action, a mark of concern, a saved scenario, a proposed
target or what was decided of it. A line is a JSON document with a digest of its own, so that a line broken off or spoilt
is known and the rest is still read.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..errors import KpiError
from ..model import (
    Action,
    ActionClosed,
    Concern,
    ExceptionReport,
    Proposal,
    ProposalDecision,
    ReportEvent,
    ReportState,
    Scenario,
    as_text,
)
from ..periods import Quarter, quarter
from .kept import free_name, settle, write_whole

Written = ExceptionReport | ActionClosed | Concern | Scenario | Proposal | ProposalDecision
"""Something written on the pages, as it was written: never changed afterwards."""
Key = tuple[str, str, str, Quarter, int]
"""What names it: its kind, as ``_NAMED`` has it; area; indicator (empty: of none); quarter; its number there."""

_log = logging.getLogger("kpi_explorer")


def key_of(event: Written) -> Key:
    """What an event is known by: the same key is the same event."""
    kind, number = _NAMED[type(event)]
    return kind, event.area, event.indicator, event.quarter, getattr(event, number)


_NAMED = {
    ExceptionReport: ("report", "version"),
    ActionClosed: ("action_closed", "number"),
    Concern: ("concern", "number"),
    Scenario: ("scenario", "number"),
    Proposal: ("proposal", "number"),
    ProposalDecision: ("proposal_decision", "number"),
}


@dataclass(frozen=True, slots=True)
class Read:
    """What the file says. ``broken`` has the numbers of the lines that cannot be read; a torn end is not among them."""

    events: tuple[Written, ...] = ()
    broken: tuple[int, ...] = ()
    torn: bytes = b""
    """What stands after the last whole line, where writing was broken off."""


class Journal:
    """The file of one database's kept folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "reports.jsonl"

    @property
    def name(self) -> str:
        """The file with its folder, as a sentence names it."""
        return f"{self.path.parent.name}/{self.path.name}"

    def append(self, events: Iterable[Written], at: datetime) -> None:
        """Add events at the end; when this returns they are on the disk. Raises ``OSError`` with nothing added."""
        lines = b"".join(map(_line, events))
        if not lines:
            return
        self.mend(at)
        new = not self.path.exists()
        # Unbuffered, so that closing it writes nothing more where writing failed.
        with self.path.open("ab", buffering=0) as file:
            before = file.tell()
            try:
                rest = memoryview(lines)
                while rest:
                    rest = rest[file.write(rest) :]
                os.fsync(file.fileno())
            except BaseException:
                file.truncate(before)
                raise
        if new:
            settle(self.path.parent)

    def read(self) -> Read:
        """Everything the file says; nothing where there is no file."""
        if not self.path.is_file():
            return Read()
        *lines, torn = self.path.read_bytes().split(b"\n")
        events = [(number, _event(line)) for number, line in enumerate(lines, 1)]
        return Read(
            tuple(event for _, event in events if event is not None),
            tuple(number for number, event in events if event is None),
            torn,
        )

    def mend(self, at: datetime) -> None:
        """Set the torn end of the file aside, so that what is added next stands on a line of its own.

        A torn end is what was being written when the program was killed: it was never announced.
        """
        if not self.path.is_file() or not self._torn():
            return
        content = self.path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        aside = free_name(self.path, at)
        write_whole(aside, content[len(whole) :])
        write_whole(self.path, whole)
        _log.warning(
            "%s ended in the middle of a line of %s bytes, which is kept as %s and passed over",
            self.name,
            len(content) - len(whole),
            aside.name,
        )

    def _torn(self) -> bool:
        with self.path.open("rb") as file:
            return file.seek(0, os.SEEK_END) > 0 and file.seek(-1, os.SEEK_END) >= 0 and file.read(1) != b"\n"


# --- a line -------------------------------------------------------------------------------------------------------


def _line(event: Written) -> bytes:
    said = {"what": key_of(event)[0], **_FORMS[type(event)](event)}
    return (_dumped(said | {"digest": _digest(said)}) + "\n").encode()


def _event(line: bytes) -> Written | None:
    """The event of a line; ``None`` where it cannot be read."""
    try:
        said = json.loads(line)
        if said.pop("digest") != _digest(said):
            return None
        return _READERS[said["what"]](said)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, KpiError):
        return None


def _dumped(said: Mapping[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _digest(said: Mapping[str, Any]) -> str:
    return hashlib.sha256(_dumped(said).encode()).hexdigest()[:16]


def _place(event: Written) -> dict[str, Any]:
    return {"area": event.area, "indicator": event.indicator, "quarter": event.quarter.text}


def _placed(said: Mapping[str, Any]) -> dict[str, Any]:
    return {"area": said["area"], "indicator": said["indicator"], "quarter": quarter(said["quarter"])}


def _report(one: ExceptionReport) -> dict[str, Any]:
    return _place(one) | {
        "version": one.version,
        "event": one.event.value,
        "said": one.said,
        "at": None if one.saved_at is None else one.saved_at.isoformat(),
        "by": one.saved_by,
        "role": one.saved_as,
        "state": one.state.value,
        "reason_line": one.reason_line,
        "description": one.description,
        "outturn": as_text(one.outturn),
        "target": as_text(one.target),
        "sections": [list(section) for section in one.sections],
        "actions": [[a.number, a.text, a.owner, a.due and a.due.isoformat()] for a in one.actions],
        "completed_by": one.completed_by,
        "approved_by": one.approved_by,
        "approved_on": one.approved_on and one.approved_on.isoformat(),
        "source": one.source,
        "unplaced": one.unplaced,
    }


def _read_report(said: Mapping[str, Any]) -> ExceptionReport:
    return ExceptionReport(
        **_placed(said),
        state=ReportState(said["state"]),
        reason_line=said["reason_line"],
        description=said["description"],
        outturn=_figure(said["outturn"]),
        target=_figure(said["target"]),
        sections=tuple((heading, body) for heading, body in said["sections"]),
        completed_by=said["completed_by"],
        approved_by=said["approved_by"],
        approved_on=_day(said["approved_on"]),
        source=said["source"],
        actions=tuple(Action(number, text, owner, _day(due)) for number, text, owner, due in said["actions"]),
        unplaced=said["unplaced"],
        version=int(said["version"]),
        saved_at=None if said["at"] is None else datetime.fromisoformat(said["at"]),
        saved_by=said["by"],
        saved_as=said["role"],
        event=ReportEvent(said["event"]),
        said=said["said"],
    )


def _closed(one: ActionClosed) -> dict[str, Any]:
    return _place(one) | {
        "number": one.number,
        "closed_on": one.closed_on.isoformat(),
        "closing": one.closing,
        **_deed(one),
    }


def _read_closed(said: Mapping[str, Any]) -> ActionClosed:
    return ActionClosed(
        **_placed(said),
        number=int(said["number"]),
        closed_on=date.fromisoformat(said["closed_on"]),
        closing=said["closing"],
        **_doing(said),
    )


def _concern(one: Concern) -> dict[str, Any]:
    return _place(one) | {
        "number": one.number,
        "lifted": one.lifted,
        "reason": one.reason,
        **_deed(one),
    }


def _read_concern(said: Mapping[str, Any]) -> Concern:
    return Concern(
        **_placed(said),
        number=int(said["number"]),
        lifted=bool(said["lifted"]),
        reason=said["reason"],
        **_doing(said),
    )


def _scenario(one: Scenario) -> dict[str, Any]:
    return _place(one) | {
        "number": one.number,
        "name": one.name,
        "reason": one.reason,
        "changes": list(one.changes),
        "figures": [list(figure) for figure in one.figures],
        **_deed(one),
    }


def _read_scenario(said: Mapping[str, Any]) -> Scenario:
    return Scenario(
        number=int(said["number"]),
        area=said["area"],
        quarter=quarter(said["quarter"]),
        name=said["name"],
        reason=said["reason"],
        changes=tuple(said["changes"]),
        figures=tuple((code, value, target) for code, value, target in said["figures"]),
        **_doing(said),
    )


def _proposal(one: Proposal) -> dict[str, Any]:
    return _place(one) | {
        "number": one.number,
        "scenario": one.scenario,
        "value": as_text(one.value),
        "low": as_text(one.low),
        "high": as_text(one.high),
        "tolerance": as_text(one.tolerance),
        "tolerance_kind": one.tolerance_kind,
        "intervention_level": as_text(one.intervention_level),
        "decided_by": one.decided_by,
        "decided_on": one.decided_on and one.decided_on.isoformat(),
        "paper": one.paper,
        "reason": one.reason,
        **_deed(one),
    }


def _read_proposal(said: Mapping[str, Any]) -> Proposal:
    return Proposal(
        **_placed(said),
        number=int(said["number"]),
        scenario=said["scenario"],
        value=_figure(said["value"]),
        low=_figure(said["low"]),
        high=_figure(said["high"]),
        tolerance=_figure(said["tolerance"]),
        tolerance_kind=said["tolerance_kind"],
        intervention_level=_figure(said["intervention_level"]),
        decided_by=said["decided_by"],
        decided_on=_day(said["decided_on"]),
        paper=said["paper"],
        reason=said["reason"],
        **_doing(said),
    )


def _decision(one: ProposalDecision) -> dict[str, Any]:
    return _place(one) | {
        "number": one.number,
        "accepted": one.accepted,
        "reason": one.reason,
        "upload": one.upload,
        **_deed(one),
    }


def _read_decision(said: Mapping[str, Any]) -> ProposalDecision:
    return ProposalDecision(
        **_placed(said),
        number=int(said["number"]),
        accepted=bool(said["accepted"]),
        reason=said["reason"],
        upload=said["upload"],
        **_doing(said),
    )


def _deed(one: ActionClosed | Concern | Scenario | Proposal | ProposalDecision) -> dict[str, Any]:
    """When it was done, by whom and in which role."""
    return {"at": one.done_at.isoformat(), "by": one.done_by, "role": one.done_as}


def _doing(said: Mapping[str, Any]) -> dict[str, Any]:
    return {"done_at": datetime.fromisoformat(said["at"]), "done_by": said["by"], "done_as": said["role"]}


_FORMS: dict[type, Callable[[Any], dict[str, Any]]] = {
    ExceptionReport: _report,
    ActionClosed: _closed,
    Concern: _concern,
    Scenario: _scenario,
    Proposal: _proposal,
    ProposalDecision: _decision,
}
_READERS: dict[str, Callable[[Mapping[str, Any]], Written]] = {
    "report": _read_report,
    "action_closed": _read_closed,
    "concern": _read_concern,
    "scenario": _read_scenario,
    "proposal": _read_proposal,
    "proposal_decision": _read_decision,
}


def _figure(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
