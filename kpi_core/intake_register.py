"""A file of register entries or of targets, in the same steps as figures: rows, checks, comparison, preview.

The cells are read as those of ``data/indicators.csv`` and ``data/targets.csv`` are, by ``columns``. A past quarter's
rating changes only where the file says, under ``corrects``, that it puts it right.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

from .assess import judge, rate, target_in_force
from .columns import NEEDED, TABLES, Column
from .errors import KpiError, PeriodError
from .intake import Checked, GivenFile
from .intake_checks import Known, unknown_indicator
from .model import ChangeKind, Indicator, Observation, Target, Unit
from .periods import Quarter
from .problems import Finding, Findings, finding
from .scorecard import level_words, target_words, tolerance_words
from .sheet import Sheet, read

_ALIASES = {"paper": "source", "date": "decided_on", "from": "from_quarter", "start": "from_quarter"}
_TABLES: dict[str, dict[str, Column]] = {
    "register": {**TABLES["indicators.csv"], "corrects": TABLES["targets.csv"]["corrects"]},
    # The paper may be left out: then the file itself is the source.
    "targets": {**TABLES["targets.csv"], "source": (TABLES["targets.csv"]["source"][0], "")},
}


def kind_of_file(file: GivenFile) -> str:
    """``figures``, ``register`` or ``targets``, by the headings."""
    if file.profile is not None:
        return "figures"
    first = file.content[:8192].decode("utf-8-sig", errors="replace").split("\n", 1)[0].replace("\r", "")
    try:
        headings = {_field(heading) for row in csv.reader([first]) for heading in row}
    except csv.Error:
        return "figures"
    if {"indicator", "from_quarter"} <= headings:
        return "targets"
    return "register" if {"code", "polarity"} <= headings else "figures"


def _field(heading: str) -> str:
    plain = re.sub(r"[\s_-]+", "_", heading.strip().casefold())
    return _ALIASES.get(plain, plain)


@dataclass(frozen=True, slots=True)
class EntriesDraft:
    """A register or targets file read by itself: (row, cells read) by row."""

    file: GivenFile
    kind: str
    rows: tuple[tuple[int, dict[str, Any]], ...]
    findings: tuple[Finding, ...]
    unreadable: bool = False

    @property
    def codes(self) -> frozenset[str]:
        """The indicators named."""
        return frozenset(row["code" if self.kind == "register" else "indicator"] for _, row in self.rows)

    @property
    def areas(self) -> frozenset[str] | None:
        """The areas whose figures could change their rating; ``None``: every area."""
        return None if self.kind == "register" else frozenset(row["area"] or "" for _, row in self.rows)


@dataclass(frozen=True, slots=True)
class EntryChange:
    """What one entry would do: an indicator of the register, or a target from a quarter on."""

    indicator: Indicator
    area: str
    start: Quarter | None
    kind: ChangeKind
    before: str
    """What stands, in words; empty: nothing does."""
    after: str
    row: int
    turned: tuple[tuple[str, Quarter, str, str], ...] = ()
    """Each past rating that it turns: area, quarter, from and to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesPreview(Checked):
    """All that is wrong with a register or targets file, and all that publishing it would change."""

    kind: str
    changes: tuple[EntryChange, ...]
    indicators: tuple[Indicator, ...] = ()
    """New entries of the register, and changed ones."""
    assigned: tuple[tuple[str, str], ...] = ()
    targets: tuple[Target, ...] = ()

    quarter = None
    missing: tuple[str, ...] = ()

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """How many entries are new, confirmed (none), revised and the same."""
        kinds = Counter(change.kind for change in self.changes)
        return kinds[ChangeKind.NEW], 0, kinds[ChangeKind.REVISED], kinds[ChangeKind.SAME]

    @property
    def needs_reason(self) -> bool:
        """Whether an entry that is held would change."""
        return any(change.kind is ChangeKind.REVISED for change in self.changes)

    @property
    def likely_revision(self) -> str:
        """``correction`` where a past rating turns; else ``scheduled``."""
        return "correction" if any(change.turned for change in self.changes) else "scheduled"

    @property
    def quarters(self) -> str:
        """From which quarter on, in words."""
        starts = sorted({change.start for change in self.changes if change.start is not None})
        return f"from {starts[0].text}" if starts else ""


# --- rows ---------------------------------------------------------------------------------------------------------


def draft_entries(file: GivenFile, kind: str) -> EntriesDraft:
    """Read a register or targets file by itself. Whatever the bytes, it gives rows or findings, and never raises."""
    sheet = read(file.content, file.file_name, file.caps)
    if sheet.unreadable:
        return EntriesDraft(file, kind, (), sheet.findings, unreadable=True)
    table = _TABLES[kind]
    places, findings = _headings(sheet, table)
    rows = []
    for row, cells in sheet.records:
        before = len(findings)
        read_row = _row(row, {name: cells[place].strip() for name, place in places.items()}, table, findings)
        if len(findings) == before:
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
        text = cells.get(name, "")
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
    checker: _Register | _Targets = (_Register if drafted.kind == "register" else _Targets)(drafted, known)
    changes = tuple(checker.changes())
    findings = [*drafted.findings, *checker.findings]
    if not findings and not changes:
        findings.append(finding("no-rows"))
    if published := known.published.get(drafted.file.sha256):
        when = f"{published[1].day} {published[1]:%B %Y}"
        findings = [finding("already-published", None, None, None, when=when, upload=published[0])]
    gathered = Findings()
    gathered.extend(findings)
    kept = [change for change in changes if change.kind is not ChangeKind.SAME]
    rows = {change.row for change in kept}
    return EntriesPreview(
        file=drafted.file,
        findings=gathered.worst_first(),
        not_run=(("past-rating-would-change", "No row could be read."),) if not changes else (),
        against=_fingerprint(known, changes),
        kind=drafted.kind,
        changes=changes,
        indicators=tuple(change.indicator for change in kept) if drafted.kind == "register" else (),
        assigned=tuple(pair for pair in checker.assigned if pair not in known.assigned),
        targets=tuple(target for row, target in checker.targets if row in rows),
    )


def _fingerprint(known: Known, changes: tuple[EntryChange, ...]) -> str:
    said = hashlib.sha256()
    for code in sorted({change.indicator.code for change in changes}):
        said.update(repr((code, known.indicators.get(code))).encode())
        for pair in sorted(pair for pair in {*known.targets, *known.series} if pair[1] == code):
            said.update(repr((pair, known.targets.get(pair), sorted(known.series.get(pair, {}).items()))).encode())
    return said.hexdigest()


class _Entries:
    """What the checks of both kinds of file share."""

    def __init__(self, drafted: EntriesDraft, known: Known) -> None:
        self.findings: list[Finding] = []
        self.assigned: list[tuple[str, str]] = []
        self.targets: list[tuple[int, Target]] = []
        self._drafted = drafted
        self._known = known
        self._first_row: dict[object, int] = {}

    def _once(self, key: object, row: int, words: str) -> bool:
        if key in self._first_row:
            self.findings.append(finding("entry-twice", row, None, words, first=self._first_row[key]))
            return False
        self._first_row[key] = row
        return True

    def _area(self, text: str, row: int, column: str) -> str | None:
        by_name = {name: code for code, name in self._known.areas.items()}
        area = text if text in self._known.areas else by_name.get(text)
        if area is None:
            self.findings.append(finding("unknown-area", row, column, text, known=", ".join(self._known.areas)))
        return area

    def _say_turned(self, turned: list[tuple[str, Quarter, str, str]], row: int, name: str, corrects: bool) -> None:
        if not turned:
            return
        _, quarter, before, after = turned[0]
        more = f", and {len(turned) - 1} more" if len(turned) > 1 else ""
        code = "past-rating-corrected" if corrects else "past-rating-would-change"
        self.findings.append(
            finding(
                code,
                row,
                "corrects",
                quarter.text,
                name=name,
                quarter=quarter.text,
                before=before,
                after=after,
                more=more,
            )
        )


def _turned(
    area: str,
    series: Mapping[Quarter, Observation],
    before: tuple[Indicator, tuple[Target, ...]],
    after: tuple[Indicator, tuple[Target, ...]],
) -> Iterator[tuple[str, Quarter, str, str]]:
    """Each quarter whose rating is not the same by the one register entry and targets as by the other."""
    for quarter, observation in sorted(series.items()):
        old, new = (judge(observation, targets, one, quarter) for one, targets in (before, after))
        if (old.rating, old.intervention_passed, old.shown) != (new.rating, new.intervention_passed, new.shown):
            yield area, quarter, old.rating.words, new.rating.words


class _Targets(_Entries):
    def changes(self) -> Iterator[EntryChange]:
        """Each row as a change."""
        read = [one for row, cells in self._drafted.rows if (one := self._target(row, cells)) is not None]
        self.targets = read
        by_pair: dict[tuple[str, str], list[tuple[int, Target]]] = {}
        for row, target in read:
            by_pair.setdefault((target.area, target.indicator), []).append((row, target))
        for pair, rows in by_pair.items():
            yield from self._of_indicator(pair, rows)

    def _target(self, row: int, cells: dict[str, Any]) -> tuple[int, Target] | None:
        code = next((one for one in self._known.indicators if one.casefold() == cells["indicator"].casefold()), None)
        if code is None:
            self.findings.append(unknown_indicator(cells["indicator"], row, "indicator", self._known))
        area = self._area(cells["area"], row, "area") if cells["area"] else self._known.home
        if code is None or area is None:
            return None
        given = {
            **cells,
            "indicator": code,
            "area": area,
            "start": cells["from_quarter"],
            "profiled": cells["kind"] == "profiled",
        }
        target = Target(**{one.name: given[one.name] for one in fields(Target)})
        target = replace(target, source=target.source or self._drafted.file.file_name)
        words = f"the target of {code} from {target.start}"
        return (
            (row, target) if self._once((code, area, target.start), row, words) and self._usable(row, target) else None
        )

    def _usable(self, row: int, target: Target) -> bool:
        indicator = self._known.indicators[target.indicator]
        before = len(self.findings)
        if not target.has_target and target.intervention_level is None:
            self._wrong(row, "Enter a target, a band or an intervention level.")
        try:
            rate(Decimal(0), target, indicator)
        except KpiError as error:
            self._wrong(row, str(error))
        if indicator.unit is Unit.PERCENT:
            for column in ("value", "low", "high", "intervention_level"):
                self._in_range(row, column, getattr(target, column), indicator)
        return len(self.findings) == before

    def _in_range(self, row: int, column: str, value: Decimal | None, indicator: Indicator) -> None:
        if value is None or ((value == 0 or value >= 1) and (value <= 100 or indicator.may_pass_100)):
            return
        like = f", like {(value * 100).normalize() + 0:f}" if 0 < value < 1 else ""
        self.findings.append(
            finding("target-out-of-range", row, column, f"{value:f}", between=f"between 0 and 100{like}")
        )

    def _wrong(self, row: int, what: str) -> None:
        self.findings.append(finding("target-cannot-be-used", row, None, None, what=what))

    def _of_indicator(self, pair: tuple[str, str], rows: list[tuple[int, Target]]) -> Iterator[EntryChange]:
        area, code = pair
        indicator = self._known.indicators[code]
        held = {target.start: target for target in self._known.targets.get(pair, ())}
        after = {**held, **{target.start: target for _, target in rows}}
        targets = tuple(after[start] for start in sorted(after))
        turned = list(
            _turned(area, self._known.series.get(pair, {}), (indicator, tuple(held.values())), (indicator, targets))
        )
        for row, target in rows:
            # A past rating is the doing of the row whose target then holds; where none does, of the file's first.
            mine = [one for one in turned if self._holder(targets, one[1], rows) is target]
            self._say_turned(mine, row, indicator.name, target.corrects)
            before = held.get(target.start)
            kind = ChangeKind.NEW if before is None else ChangeKind.SAME if before == target else ChangeKind.REVISED
            said = "" if before is None else _target_words(before, indicator)
            yield EntryChange(
                indicator, area, target.start, kind, said, _target_words(target, indicator), row, tuple(mine)
            )

    @staticmethod
    def _holder(targets: tuple[Target, ...], quarter: Quarter, rows: list[tuple[int, Target]]) -> Target:
        given = [target for _, target in rows]
        holds = target_in_force(targets, quarter)
        if holds is not None and any(holds is one for one in given):
            return holds
        return max((one for one in given if one.start <= quarter), key=lambda one: one.start, default=given[0])


def _target_words(target: Target, indicator: Indicator) -> str:
    words = [
        target_words(target, indicator) or "no target",
        f"tolerance {said}" if (said := tolerance_words(target, indicator)) else "",
        f"intervention level {said}" if (said := level_words(target, indicator)) else "",
        "profiled" if target.profiled else "",
    ]
    return ", ".join(word for word in words if word)


class _Register(_Entries):
    def changes(self) -> Iterator[EntryChange]:
        """Each row as a change."""
        for row, cells in self._drafted.rows:
            areas, corrects = cells["areas"] or (self._known.home,), cells["corrects"]
            indicator = Indicator(**{one.name: cells[one.name] for one in fields(Indicator)})
            if not self._once(indicator.code.casefold(), row, f"the indicator {indicator.code}"):
                continue
            listed = [area for text in areas if (area := self._area(text, row, "areas")) is not None]
            self.assigned += [(area, indicator.code) for area in listed]
            yield self._change(row, indicator, corrects)

    def _change(self, row: int, indicator: Indicator, corrects: bool) -> EntryChange:
        held = next(
            (one for code, one in self._known.indicators.items() if code.casefold() == indicator.code.casefold()), None
        )
        if held is None:
            return EntryChange(indicator, "", indicator.first_quarter, ChangeKind.NEW, "", indicator.name, row)
        if held.code != indicator.code:
            self.findings.append(
                finding(
                    "entry-not-readable", row, "code", indicator.code, what=f"It is held as “{held.code}”. Write it so."
                )
            )
        what = [one.name for one in fields(Indicator) if getattr(held, one.name) != getattr(indicator, one.name)]
        turned = []
        for pair, series in self._known.series.items():
            if pair[1] == held.code:
                targets = self._known.targets.get(pair, ())
                turned += list(_turned(pair[0], series, (held, targets), (indicator, targets)))
                self._ended_early(row, indicator, series)
        self._say_turned(turned, row, indicator.name, corrects)
        if what:
            said = "; ".join(
                f"{name.replace('_', ' ')} from “{_words(getattr(held, name))}” to “{_words(getattr(indicator, name))}”"
                for name in what
            )
            self.findings.append(finding("held-entry-changes", row, "code", indicator.code, name=held.name, what=said))
        kind = ChangeKind.REVISED if what else ChangeKind.SAME
        changed = ", ".join(name.replace("_", " ") for name in what)
        return EntryChange(
            indicator, "", indicator.first_quarter, kind, held.name, changed or held.name, row, tuple(turned)
        )

    def _ended_early(self, row: int, indicator: Indicator, series: Mapping[Quarter, Observation]) -> None:
        latest = max((quarter for quarter, one in series.items() if one.value is not None), default=None)
        final = indicator.final_quarter
        if final is not None and latest is not None and latest > final:
            self.findings.append(
                finding(
                    "ends-before-figures",
                    row,
                    "final_quarter",
                    final.text,
                    name=indicator.name,
                    ended=final.text,
                    latest=latest.text,
                )
            )


def _words(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(f"Q{one}" for one in value)
    return "yes" if value is True else "no" if value is False else "" if value is None else str(value)
