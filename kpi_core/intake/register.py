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
from typing import Any, Self

from ..codec import csv_text, differing
from ..columns import NEEDED, TABLES, Column, headings
from ..errors import KpiError, PeriodError
from ..judging import Rated, judge, level_words, rate, target_in_force, target_words, tolerance_words
from ..model import Absence, ChangeKind, Indicator, Observation, Target, Unit, entry_in_force, start_of_entry
from ..periods import Quarter
from ..spreadsheet import unguarded
from .checks import already_published, nearest_indicator
from .decision import TargetDecision
from .entries import Known
from .names import Names, code_of
from .preview import CheckedFile, GivenFile, Preview
from .problems import Finding, Findings, finding
from .sheet import Sheet, read_sheet

_ALIASES = {"paper": "source", "date": "decided_on", "from": "from_quarter", "start": "from_quarter"}
_TABLES: dict[str, dict[str, Column]] = {
    # Areas are told apart once it is known which there are: a code may hold a space.
    "register": {**TABLES["indicators.csv"], "areas": (str, "")},
    # The paper may be left out: then the file itself is the source.
    "targets": {**TABLES["targets.csv"], "source": (TABLES["targets.csv"]["source"][0], "")},
}

_REGISTER_ONLY = {"category", "decimals", "polarity"}
"""What a register needs and a file of figures has no column for."""
_MOST_DECIMALS = 6


def kind_of_file(file: GivenFile) -> str:
    """``figures``, ``register`` or ``targets``, by the headings."""
    if file.profile is not None:
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


@dataclass(frozen=True, slots=True)
class EntriesDraft:
    """A register or targets file read by itself: (row, cells read_sheet) by row. None where a column is missing or twice there."""

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
    """What stands, in words: of a target, the one recorded that is in force in the quarter; empty: nothing does."""
    after: str
    row: int
    turned: tuple[tuple[str, Quarter, str, str], ...] = ()
    """Each past rating that it turns: area, quarter, from and to."""


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
    checker: _Register | _Targets = (_Register if drafted.kind == "register" else _Targets)(drafted, known)
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


class _Entries:
    """What the checks of both kinds of file share."""

    def __init__(self, drafted: EntriesDraft, known: Known) -> None:
        self.findings: list[Finding] = []
        self.assigned: list[tuple[str, str]] = []
        self.targets: list[tuple[int, Target]] = []
        self.stated: set[int] = set()
        """The rows of targets that name their paper."""
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
    before: tuple[tuple[Indicator, ...], tuple[Target, ...]],
    after: tuple[tuple[Indicator, ...], tuple[Target, ...]],
) -> Iterator[tuple[str, Quarter, str, str]]:
    """Each quarter whose rating is not the same by the one's register entries and targets as by the other's."""
    for quarter, observation in sorted(series.items()):
        old, new = (
            judge(observation, targets, entry_in_force(entries, quarter), quarter)
            for entries, targets in (before, after)
        )
        if (old.rating, old.intervention_passed, old.shown) != (new.rating, new.intervention_passed, new.shown):
            yield area, quarter, _told_from(old, new), _told_from(new, old)


def _told_from(rated: Rated, other: Rated) -> str:
    """A rating in words that say how it is not ``other``."""
    words = [rated.rating.words]
    if rated.rating is other.rating:
        if rated.shown != other.shown and rated.shown is not None:
            words.append(f"shown as {rated.shown:f}")
        if rated.intervention_passed != other.intervention_passed:
            words.append(f"intervention level {'passed' if rated.intervention_passed else 'not passed'}")
    return ", ".join(words)


def _unusable(target: Target, indicator: Indicator) -> str:
    """Why an indicator cannot be rated by a target; empty where it can."""
    try:
        rate(Decimal(0), target, indicator)
    except KpiError as error:
        return str(error)
    return ""


class _Targets(_Entries):
    def changes(self) -> Iterator[EntryChange]:
        """Each row as a change."""
        read = [one for row, cells in self._drafted.rows if (one := self._target(row, cells)) is not None]
        by_pair: dict[tuple[str, str], list[tuple[int, Target]]] = {}
        for row, target in read:
            by_pair.setdefault((target.area, target.indicator), []).append((row, target))
        for pair, rows in by_pair.items():
            yield from self._of_indicator(pair, rows)

    def _target(self, row: int, cells: dict[str, Any]) -> tuple[int, Target] | None:
        code = next((one for one in self._known.indicators if one.casefold() == cells["indicator"].casefold()), None)
        if code is None:
            given = cells["indicator"]
            nearest = nearest_indicator(given, self._known)
            self.findings.append(finding("unknown-indicator", row, "indicator", given, nearest=nearest))
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
        if target.source:
            self.stated.add(row)
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
        if why := _unusable(target, indicator):
            self._wrong(row, why)
        if indicator.unit is Unit.PERCENT:
            for column in ("value", "low", "high", "intervention_level"):
                self._in_range(row, column, target, indicator)
        return len(self.findings) == before

    def _in_range(self, row: int, column: str, target: Target, indicator: Indicator) -> None:
        value = getattr(target, column)
        if value is None:
            return
        scaled = 0 < value < 1 and not (column == "low" and (target.high or 0) >= 1) and not self._below_one(target)
        if value >= 0 and (value <= 100 or indicator.may_pass_100) and not scaled:
            return
        like = f", like {(value * 100).normalize() + 0:f}" if scaled else ""
        self.findings.append(
            finding("target-out-of-range", row, column, f"{value:f}", between=f"between 0 and 100{like}")
        )

    def _below_one(self, target: Target) -> bool:
        """Whether the indicator runs below 1%, so that a target such as 0.05% is no fraction: by what is held of it."""
        pair = (target.area, target.indicator)
        figures = [one.value for one in self._known.series.get(pair, {}).values() if one.value is not None]
        agreed = [one.value for one in self._known.targets.get(pair, ()) if one.value is not None]
        return any(0 < value < 1 for value in agreed) or (bool(figures) and max(figures) < 1)

    def _wrong(self, row: int, what: str) -> None:
        self.findings.append(finding("target-cannot-be-used", row, None, None, what=what))

    def _of_indicator(self, pair: tuple[str, str], rows: list[tuple[int, Target]]) -> Iterator[EntryChange]:
        area, code = pair
        indicator = self._known.indicators[code]
        entries = self._known.entries.get(code) or (indicator,)
        recorded = self._known.targets.get(pair, ())
        held = {target.start: target for target in recorded}
        after = {**held, **{target.start: target for _, target in rows}}
        targets = tuple(after[start] for start in sorted(after))
        turned = list(
            _turned(area, self._known.series.get(pair, {}), (entries, tuple(held.values())), (entries, targets))
        )
        for row, target in rows:
            # A past rating is the doing of the row whose target then holds; where none does, of the file's first.
            mine = [one for one in turned if self._holder(targets, one[1], rows) is target]
            self._say_turned(mine, row, indicator.name, target.corrects)
            before = held.get(target.start)
            # What turns no past rating corrects none, whatever the file says; what once did, still does.
            corrects = (target.corrects and bool(mine)) or (before is not None and before.corrects)
            given = replace(target, corrects=corrects)
            self.targets.append((row, given))
            kind = ChangeKind.NEW if before is None else ChangeKind.SAME if before == given else ChangeKind.REVISED
            replaced = target_in_force(recorded, target.start)
            said = "" if replaced is None else target_in_words(replaced, indicator)
            told = target_in_words(given, indicator, replaced and replace(replaced, start=target.start))
            yield EntryChange(indicator, area, target.start, kind, said, told, row, tuple(mine))

    @staticmethod
    def _holder(targets: tuple[Target, ...], quarter: Quarter, rows: list[tuple[int, Target]]) -> Target:
        given = [target for _, target in rows]
        holds = target_in_force(targets, quarter)
        if holds is not None and any(holds is one for one in given):
            return holds
        return max((one for one in given if one.start <= quarter), key=lambda one: one.start, default=given[0])


def target_in_words(target: Target, indicator: Indicator, before: Target | None = None) -> str:
    """A target in words; where they are those of ``before``, with what else of it changes."""
    words = [
        target_words(target, indicator) or "no target",
        f"tolerance {said}" if (said := tolerance_words(target, indicator)) else "",
        f"intervention level {said}" if (said := level_words(target, indicator)) else "",
        "profiled" if target.profiled else "",
    ]
    said = ", ".join(word for word in words if word)
    if before is None or target_in_words(before, indicator) != said:
        return said
    what = [
        one.name.replace("_", " ") for one in fields(Target) if getattr(before, one.name) != getattr(target, one.name)
    ]
    return f"{said} (changed: {', '.join(what)})" if what else said


class _Register(_Entries):
    def changes(self) -> Iterator[EntryChange]:
        """Each row as a change."""
        recorded = {code_of(code): one for code, one in self._known.indicators.items()}
        names = Names(recorded.values())
        for row, cells in self._drafted.rows:
            code = code_of(cells["code"])
            held = recorded.get(code)
            # One that was recorded before codes were guarded keeps the code that it has.
            given = cells | {"code": code if held is None else held.code}
            indicator = Indicator(**{name: given[heading] for heading, name in headings(Indicator).items()})
            if not self._once(code, row, f"the indicator {code}"):
                continue
            self.findings += names.added(indicator, row) if held is None else names.renamed(held, indicator, row)
            areas = self._listed(cells["areas"], row, held)
            self.assigned += [(area, indicator.code) for area in areas]
            self._sound(row, indicator)
            yield self._change(row, indicator, held, areas)

    def _listed(self, text: str, row: int, held: Indicator | None) -> list[str]:
        """The areas of an entry, by code or name: between semicolons, or between spaces where no area is named so.

        None named: the home area lists a new indicator, and a held one stays where it is.
        """
        if not text:
            return [] if held is not None else [self._known.home]
        known = {*self._known.areas, *self._known.areas.values()}
        parts = [part.strip() for part in text.split(";") if part.strip()]
        named = parts if ";" in text or text in known else text.split()
        found = [area for part in named if (area := self._area(part, row, "areas")) is not None]
        return list(dict.fromkeys(found))

    def _sound(self, row: int, indicator: Indicator) -> None:
        """Say what no indicator can be, whatever is held of it."""
        if indicator.decimals > _MOST_DECIMALS:
            told = f"“{indicator.decimals}” must be {_MOST_DECIMALS} or less."
            self.findings.append(finding("entry-not-readable", row, "decimals", indicator.decimals, what=told))
        first, final = indicator.first_quarter, indicator.final_quarter
        if first is not None and final is not None and first > final:
            told = f"It would end in {final}, before it begins in {first}."
            self.findings.append(finding("entry-not-readable", row, "final_quarter", final.text, what=told))
        if indicator.smallest_change is not None and indicator.smallest_change < 0:
            told = "It must be 0 or more."
            self.findings.append(
                finding("entry-not-readable", row, "smallest_change", f"{indicator.smallest_change:f}", what=told)
            )

    def _change(self, row: int, indicator: Indicator, held: Indicator | None, areas: list[str]) -> EntryChange:
        if held is None:
            begins = indicator.start or indicator.first_quarter
            return EntryChange(indicator, "", begins, ChangeKind.NEW, "", indicator.name, row)
        entries = self._known.entries.get(held.code) or (held,)
        given = replace(indicator, start=start_of_entry(indicator, entries, self._last_figure(indicator.code)))
        before = entry_in_force(entries, given.start) if given.start is not None else entries[0]
        what = differing(before, given, leaving=_NOT_OF_ITSELF)
        added = [area for area in areas if (area, held.code) not in self._known.assigned]
        after = _with_entry(entries, given) if what else entries
        turned = self._turned_by(row, held, entries, after, given)
        self._say_turned(turned, row, indicator.name, indicator.corrects)
        if what and not indicator.corrects and not turned:
            self._say_renamed(row, given, before, entries)
        if what or added:
            self._say_changes(row, before, given, what, added)
        kind = ChangeKind.REVISED if what or added else ChangeKind.SAME
        changed = ", ".join([*(name.replace("_", " ") for name in what), *(["areas"] if added else [])])
        return EntryChange(
            given if what else before, "", given.start, kind, before.name, changed or before.name, row, tuple(turned)
        )

    def _last_figure(self, code: str) -> Quarter | None:
        quarters = (max(of) for (_, one), of in self._known.series.items() if one == code and of)
        return max(quarters, default=None)

    def _say_renamed(self, row: int, given: Indicator, before: Indicator, entries: tuple[Indicator, ...]) -> None:
        """Say that quarters which have figures would be told in other words than were true of them."""
        last = self._last_figure(given.code)
        following = next((one.start for one in entries if one.start and given.start and one.start > given.start), None)
        until = last if following is None or last is None else min(last, following - 1)
        if until is not None and (given.start is None or given.start <= until):
            self.findings.append(
                finding(
                    "past-entry-would-change", row, "from_quarter", given.start.text if given.start else "",
                    name=before.name, latest=until.text, following=(until + 1).text,
                )
            )  # fmt: skip

    def _say_changes(self, row: int, before: Indicator, given: Indicator, what: list[str], added: list[str]) -> None:
        said = [
            f"{name.replace('_', ' ')} from “{csv_text(getattr(before, name))}” to “{csv_text(getattr(given, name))}”"
            for name in what
        ]
        said += [f"listed on the scorecard of {self._known.areas.get(area, area)} too" for area in added]
        since = f", from {given.start.text} on" if what and given.start is not None else ""
        told = "; ".join(said) + since
        self.findings.append(finding("held-entry-changes", row, "code", given.code, name=before.name, what=told))

    def _turned_by(
        self,
        row: int,
        held: Indicator,
        before: tuple[Indicator, ...],
        after: tuple[Indicator, ...],
        given: Indicator,
    ) -> list[tuple[str, Quarter, str, str]]:
        """The past ratings that the entry would turn; none where its targets could not be used with it, which is said."""
        turned = []
        for pair in sorted(pair for pair in {*self._known.series, *self._known.targets} if pair[1] == held.code):
            targets, series = self._known.targets.get(pair, ()), self._known.series.get(pair, {})
            faults = [(one, why) for one in _in_use_from(targets, given.start) if (why := _unusable(one, given))]
            if faults:
                target, why = faults[0]
                told = f"the target of “{held.name}” from {target.start} could not be used with this entry. {why}"
                told += " Add a new indicator and end this one."
                self.findings.append(finding("target-cannot-be-used", row, None, None, what=told))
                continue
            turned += list(_turned(pair[0], series, (before, targets), (after, targets)))
            self._out_of_force(row, given, series)
        return turned

    def _out_of_force(self, row: int, indicator: Indicator, series: Mapping[Quarter, Observation]) -> None:
        """Say where the entry would end before its figures do, or begin after they do: they would be gone from scorecards."""
        held = sorted(quarter for quarter, one in series.items() if one.absence is not Absence.NOT_AVAILABLE)
        if not held:
            return
        earliest, latest = held[0], held[-1]
        first, final = indicator.first_quarter, indicator.final_quarter
        if first is not None and earliest < first:
            told = f"“{indicator.name}” has a figure for {earliest.text}. Enter that quarter or an earlier one, or leave it empty."
            self.findings.append(finding("entry-not-readable", row, "first_quarter", first.text, what=told))
        if final is not None and latest > final:
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


_NOT_OF_ITSELF = ("start", "reason", "corrects")
"""What an entry says of its change, and not of its indicator."""


def _with_entry(entries: tuple[Indicator, ...], given: Indicator) -> tuple[Indicator, ...]:
    """An indicator's entries with one more, which takes the place of one of the same start."""
    before = Quarter(1, 1)
    others = (one for one in entries if one.start != given.start)
    return tuple(sorted((*others, given), key=lambda one: one.start or before))


def _in_use_from(targets: tuple[Target, ...], start: Quarter | None) -> tuple[Target, ...]:
    """The targets that are in force in a quarter or later; ``None``: in any."""
    if start is None:
        return targets
    now = target_in_force(targets, start)
    return tuple(one for one in targets if one.start > start or one is now)
