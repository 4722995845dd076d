"""A file of register entries or of targets, in the same steps as figures: rows, checks, comparison, preview.

The cells are read as those of ``data/indicators.csv`` and ``data/targets.csv`` are, by ``columns``. A past quarter's
rating changes only where the file says, under ``corrects``, that it puts it right.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from ..columns import NEEDED, TABLES, Column
from ..errors import KpiError, PeriodError
from ..judging import target_in_force
from ..model import ChangeKind, Indicator, Target
from ..spreadsheet import unguarded
from .checks import already_published
from .decision import TargetDecision
from .entries import Known
from .entry_checks import EntriesDraft, EntryChange
from .indicator_checks import IndicatorEntries
from .preview import CheckedFile, Preview
from .problems import Finding, Findings, finding
from .reading import GivenFile
from .sheet import Sheet, read_sheet
from .target_checks import TargetEntries

_ALIASES = {"paper": "source", "date": "decided_on", "from": "from_quarter", "start": "from_quarter"}
_TABLES: dict[str, dict[str, Column]] = {
    # Areas are told apart once it is known which there are: a code may hold a space.
    "register": {**TABLES["indicators.csv"], "areas": (str, "")},
    # The paper may be left out: then the file itself is the source.
    "targets": {**TABLES["targets.csv"], "source": (TABLES["targets.csv"]["source"][0], "")},
}

_REGISTER_ONLY = {"category", "decimals", "polarity"}
"""What a register needs and a file of figures has no column for."""


def kind_of_file(file: GivenFile) -> str:
    """``figures``, ``register`` or ``targets``, by the headings."""
    if file.mapping is not None:
        return "figures"
    first = re.split("[\r\n]", file.content[:8192].decode("utf-8-sig", errors="replace"), maxsplit=1)[0]
    try:
        headings = {_field(heading) for row in csv.reader([first]) for heading in row}
    except csv.Error:
        return "figures"
    if {"indicator", "from_quarter"} <= headings:
        return "targets"
    # One of its columns may be missing, which is then said.
    return "register" if "code" in headings and len(_REGISTER_ONLY & headings) > 1 else "figures"


def _field(heading: str) -> str:
    plain = re.sub(r"[\s_-]+", "_", heading.strip().casefold())
    return _ALIASES.get(plain, plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesPreview(CheckedFile):
    """All that is wrong with a register or targets file, and all that publishing it would change."""

    kind: str
    changes: tuple[EntryChange, ...]
    indicators: tuple[Indicator, ...] = ()
    """New entries of the register, and changed ones."""
    assigned: tuple[tuple[str, str], ...] = ()
    targets: tuple[Target, ...] = ()
    changing: frozenset[int] = frozenset()
    """The places among ``targets`` of those that change the terms of a recorded target."""
    stated: frozenset[int] = frozenset()
    """The places among ``targets`` of those whose paper is given: another's source is the file itself."""

    quarter = None
    missing: tuple[str, ...] = ()

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """How many entries are new, confirmed (none), revised and the same."""
        kinds = Counter(change.kind for change in self.changes)
        return kinds[ChangeKind.NEW], 0, kinds[ChangeKind.REVISED], kinds[ChangeKind.SAME]

    comments = 0
    """Register entries and targets have none."""

    @property
    def needs_reason(self) -> bool:
        """Whether an entry that is held would change."""
        return any(change.kind is ChangeKind.REVISED for change in self.changes)

    @property
    def undecided(self) -> tuple[bool, bool, bool]:
        """Of the targets that change a recorded one, whether any lacks who decided it, when or in which paper, and why."""
        changing = [(self.targets[place], place in self.stated) for place in sorted(self.changing)]
        return (
            any(not target.decided_by for target, _ in changing),
            any(target.decided_on is None and not stated for target, stated in changing),
            any(not target.reason for target, _ in changing),
        )

    def with_decision(self, decision: TargetDecision) -> Self:
        """The same, with the empty cells of the targets that change a recorded one filled by ``decision``."""
        targets = tuple(
            _decided(target, decision, place in self.stated) if place in self.changing else target
            for place, target in enumerate(self.targets)
        )
        stated = self.stated | self.changing if decision.paper.strip() else self.stated
        return replace(self, targets=targets, stated=stated)

    @property
    def likely_revision(self) -> str:
        """``correction`` where a past rating turns; else ``scheduled``."""
        return "correction" if any(change.turned for change in self.changes) else "scheduled"

    @property
    def quarters(self) -> str:
        """From which quarter on, in words."""
        starts = sorted({change.start for change in self.changes if change.start is not None})
        return f"from {starts[0].text}" if starts else ""


def _decided(target: Target, decision: TargetDecision, stated: bool) -> Target:
    """A target with what its own row leaves open. ``stated``: its row names its paper."""
    paper = decision.paper.strip()
    return replace(
        target,
        decided_by=target.decided_by or decision.decided_by.strip(),
        decided_on=target.decided_on or decision.decided_on,
        source=paper if paper and not stated else target.source,
        reason=target.reason or decision.reason.strip(),
    )


AnyPreview = Preview | EntriesPreview
"""What a file comes to, whichever kind it is of."""


# --- rows ---------------------------------------------------------------------------------------------------------


def draft_entries(file: GivenFile, kind: str) -> EntriesDraft:
    """Read a register or targets file by itself. Whatever the bytes, it gives rows or findings, and never raises."""
    sheet = read_sheet(file.content, file.file_name, file.caps)
    if sheet.unreadable:
        return EntriesDraft(file, kind, (), sheet.findings, unreadable=True)
    table = _TABLES[kind]
    places, findings = _headings(sheet, table)
    whole = not any(one.blocks for one in findings)
    rows = []
    for row, cells in sheet.records:
        before = len(findings)
        read_row = _row(row, {name: cells[place].strip() for name, place in places.items()}, table, findings)
        if whole and len(findings) == before:
            rows.append((row, read_row))
    return EntriesDraft(file, kind, tuple(rows), (*sheet.findings, *findings))


def _headings(sheet: Sheet, table: Mapping[str, Column]) -> tuple[dict[str, int], list[Finding]]:
    places: dict[str, int] = {}
    findings = []
    for place, heading in enumerate(sheet.headings):
        name = _field(heading)
        if not heading.strip():
            continue
        if name not in table:
            findings.append(finding("extra-column", 1, heading, heading))
        elif name in places:
            findings.append(finding("column-twice", 1, heading, name))
        else:
            places[name] = place
    needed = [name for name, (_, default) in table.items() if default is NEEDED]
    return places, findings + [finding("missing-column", 1, name, name) for name in needed if name not in places]


def _row(row: int, cells: Mapping[str, str], table: Mapping[str, Column], findings: list[Finding]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, (convert, default) in table.items():
        text = unguarded(cells.get(name, ""))
        if not text:
            found[name] = default
            if default is NEEDED and name in cells:
                findings.append(finding("entry-not-readable", row, name, None, what="It is empty. Enter it."))
            continue
        try:
            found[name] = convert(text)
        except KpiError as error:
            told = error.reason if isinstance(error, PeriodError) else str(error)
            findings.append(finding("entry-not-readable", row, name, text, what=told))
    return found


# --- entries against what is held ---------------------------------------------------------------------------------


def check_entries(drafted: EntriesDraft, known: Known) -> EntriesPreview:
    """Every problem with a drafted file, and what publishing it would change."""
    checker: IndicatorEntries | TargetEntries = (IndicatorEntries if drafted.kind == "register" else TargetEntries)(
        drafted, known
    )
    changes = tuple(checker.changes())
    findings = [*drafted.findings, *checker.findings]
    if not findings and not changes:
        findings.append(finding("no-rows"))
    if published := already_published(known, drafted.file.sha256):
        findings = [published]
    gathered = Findings()
    gathered.extend(findings)
    kept = [change for change in changes if change.kind is not ChangeKind.SAME]
    rows = {change.row for change in kept}
    written = [(row, target) for row, target in checker.targets if row in rows]
    return EntriesPreview(
        file=drafted.file,
        findings=gathered.worst_first(),
        not_run=(("past-rating-would-change", "No row could be read."),) if not changes else (),
        against=_fingerprint(known, changes),
        kind=drafted.kind,
        changes=changes,
        indicators=tuple(change.indicator for change in kept) if drafted.kind == "register" else (),
        assigned=tuple(dict.fromkeys(pair for pair in checker.assigned if pair not in known.assigned)),
        targets=tuple(target for _, target in written),
        changing=frozenset(place for place, (_, target) in enumerate(written) if _changes_recorded(target, known)),
        stated=frozenset(place for place, (row, _) in enumerate(written) if row in checker.stated),
    )


def _changes_recorded(target: Target, known: Known) -> bool:
    """Whether a target has other terms than the recorded one in force at its start; a first one changes none."""
    recorded = target_in_force(known.targets.get((target.area, target.indicator), ()), target.start)
    return recorded is not None and _terms(recorded) != _terms(target)


def _terms(target: Target) -> tuple[object, ...]:
    """What a figure is judged by."""
    kind = target.tolerance_kind if target.tolerance is not None else ""
    return target.value, target.low, target.high, target.tolerance, kind, target.intervention_level


def _fingerprint(known: Known, changes: tuple[EntryChange, ...]) -> str:
    said = hashlib.sha256()
    for code in sorted({change.indicator.code for change in changes}):
        said.update(repr((code, known.entries.get(code) or known.indicators.get(code))).encode())
        for pair in sorted(pair for pair in {*known.targets, *known.series} if pair[1] == code):
            said.update(repr((pair, known.targets.get(pair), sorted(known.series.get(pair, {}).items()))).encode())
    return said.hexdigest()
