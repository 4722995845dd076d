"""A file of figures, in steps: bytes, rows, checks, comparison with what is held, preview. Nothing is written here.

``draft`` reads the file by itself; ``check`` holds it against what is ``Known`` and says, for every figure, what it is
beside the one that stands. The checks are data, in ``checks``; their sentences are in ``problems``.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Self, TypeVar

from ..errors import shorten
from ..figures import as_percentage, is_number, number, shown
from ..judging import Rated, Rating, judge
from ..model import Absence, ChangeKind, Indicator, Observation, Unit
from ..periods import Quarter
from ..spreadsheet import unguarded
from .cells import QuarterReader, read_count, read_status, read_value
from .checks import (
    NOT_BUILT,
    ON_A_QUARTERS_FILE,
    ON_CHANGED_COMMENTS,
    ON_CHANGED_FIGURES,
    ON_EVERY_ENTRY,
    ON_THE_FILE,
    Check,
    already_published,
    entry_words,
    missing,
    nearest_indicator,
    share_of,
)
from .decision import TargetDecision
from .entries import Checking, Entry, Key, Known, Placed, observation_of, placed, quoted, same_words
from .fields import Mapped, Raw, as_template, through
from .names import Names, code_of
from .problems import Finding, Findings, Severity, finding
from .saved_mapping import Profile
from .sheet import Caps, read_sheet

_Item = TypeVar("_Item")

MOST_SINGLY = 20
"""How many warnings of one class are confirmed one by one."""


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file as it was given."""

    content: bytes
    file_name: str
    profile: Profile | None = None
    """The column mapping to read it through; ``None``: the template."""
    chosen: Quarter | None = None
    """The quarter it is meant for; ``None``: whichever it holds."""
    caps: Caps = field(default_factory=Caps)

    @property
    def sha256(self) -> str:
        """What tells the same bytes again."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class ReadUpload:
    """A file read by itself, before anything held is looked at."""

    file: GivenFile
    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]
    area_names: Mapping[str, str]
    """Names of the areas by code, as a mapped file gives them."""
    named: frozenset[str] = frozenset()
    """Every indicator the file names, also where its row has a problem."""
    unreadable: bool = False

    @property
    def areas(self) -> frozenset[str]:
        """The areas named; empty text is the home area."""
        return frozenset(entry.area for entry in self.entries)

    @property
    def codes(self) -> frozenset[str]:
        """The indicators named."""
        return frozenset(entry.code for entry in self.entries)

    @property
    def quarters(self) -> frozenset[Quarter]:
        """The quarters named."""
        return frozenset(entry.quarter for entry in self.entries)


@dataclass(frozen=True, slots=True)
class FigureChange:
    """What one figure of the file would do."""

    observation: Observation
    kind: ChangeKind
    held: Observation | None
    row: int

    @property
    def comments(self) -> tuple[str, str] | None:
        """The comment that stands and the one that would, where another or none would take its place."""
        if self.held is None or same_words(self.held.comment, self.observation.comment):
            return None
        return self.held.comment, self.observation.comment

    @property
    def comment_words(self) -> str:
        """How the comment changes, like “from “a” to “b””; empty where it does not."""
        return "" if self.comments is None else "from {} to {}".format(*map(quoted, self.comments))


@dataclass(frozen=True, slots=True)
class Differing:
    """A rating as it was reported beside the one worked out."""

    change: FigureChange
    reported: str
    rated: Rated


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFile:
    """A file after all its checks: what every preview has."""

    file: GivenFile
    findings: tuple[Finding, ...]
    not_run: tuple[tuple[str, str], ...]
    """Checks that could not run, and why."""
    against: str
    """A fingerprint of what it was compared with: publishing refuses once it differs."""

    @property
    def blocked(self) -> bool:
        """Whether a problem must be mended first."""
        return any(one.blocks for one in self.findings)

    @property
    def to_confirm(self) -> tuple[str, ...]:
        """The warnings to confirm: by class, or row by row where a class is confirmed singly."""
        return tuple(self.warnings)

    @property
    def warnings(self) -> dict[str, list[Finding]]:
        """The warnings by what confirms them: their class, or each by itself where a class is confirmed singly.

        Nobody looks at a thousand one by one: of a class with more than ``MOST_SINGLY`` warnings one tick confirms all.
        """
        counts = Counter(one.code for one in self.findings)
        found: dict[str, list[Finding]] = {}
        for one in self.findings:
            if one.severity is Severity.WARN:
                found.setdefault(one.code if counts[one.code] > MOST_SINGLY else one.confirmation, []).append(one)
        return found

    @property
    def undecided(self) -> tuple[bool, bool, bool]:
        """Whether a recorded target changes without who decided it, when or in which paper, and why: figures change none."""
        return False, False, False

    @property
    def needs_decision(self) -> bool:
        """Whether any of these is still to be said."""
        return any(self.undecided)

    def with_decision(self, decision: TargetDecision) -> Self:  # noqa: ARG002
        """The same, with what was decided of recorded targets."""
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview(CheckedFile):
    """All that is wrong with a file of figures, and all that publishing it would change."""

    changes: tuple[FigureChange, ...]
    """In the file's order."""
    missing: tuple[str, ...]
    quarter: Quarter | None
    """The file's quarter: the latest it holds."""
    known: Known = field(repr=False)
    """What it was compared with, and the register entries that it adds."""
    new_indicators: tuple[Indicator, ...] = ()
    new_areas: Mapping[str, str] = field(default_factory=dict)
    assigned: tuple[tuple[str, str], ...] = ()
    """(area, indicator) that the file's mapping adds."""
    reconciliation: tuple[Differing, ...] = ()
    reported_ratings: int = 0
    """How many figures came with the rating as it was reported."""

    @property
    def kind(self) -> str:
        """What the file holds."""
        return "figures"

    @property
    def indicators(self) -> Mapping[str, Indicator]:
        """The register by code, with the entries that it adds."""
        return self.known.indicators

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """How many figures are new, confirmed, revised and the same. ``comments`` are counted apart."""
        kinds = Counter(change.kind for change in self.changes)
        return kinds[ChangeKind.NEW], kinds[ChangeKind.CONFIRMED], kinds[ChangeKind.REVISED], kinds[ChangeKind.SAME]

    @property
    def comments(self) -> int:
        """How many figures stay as they are and have another comment."""
        return sum(change.kind is ChangeKind.COMMENT for change in self.changes)

    @property
    def needs_reason(self) -> bool:
        """Whether a published figure would change."""
        return any(change.kind is ChangeKind.REVISED for change in self.changes)

    @property
    def likely_revision(self) -> str:
        """``scheduled`` where only provisional figures change, as they were announced to; else ``correction``."""
        revised = [change.held for change in self.changes if change.kind is ChangeKind.REVISED]
        return "scheduled" if all(held is not None and held.provisional for held in revised) else "correction"

    @property
    def quarters(self) -> str:
        """The quarters it holds, in words."""
        held = sorted({change.observation.quarter for change in self.changes})
        if len(held) < 3:
            return " and ".join(quarter.text for quarter in held)
        return f"{len(held)} quarters, {held[0]} to {held[-1]}"

    def ratings(self, change: FigureChange) -> tuple[Rated | None, Rated]:
        """The rating as it stands (``None``: no figure stands) and as it would be."""
        observation = change.observation
        judged = partial(
            judge,
            targets=self.known.targets.get((observation.area, observation.indicator), ()),
            indicator=self.known.entry(observation.indicator, observation.quarter),
            quarter=observation.quarter,
        )
        return None if change.held is None else judged(change.held), judged(observation)


# --- bytes to entries ---------------------------------------------------------------------------------------------


Tick = Callable[[float], None]
"""Told, from 0 to 1, how far a piece of work is."""


def _quiet(_: float) -> None:
    """For who does not ask how far it is."""


def _ticking(items: Sequence[_Item], tick: Tick) -> Iterator[_Item]:
    """The items, with a word now and then on how far they have been gone through."""
    for place, item in enumerate(items):
        if place % 10_000 == 0:
            tick(place / len(items))
        yield item


def draft(file: GivenFile, tick: Tick = _quiet) -> ReadUpload:
    """Read a file by itself. Whatever the bytes, it gives entries or findings, and never raises."""
    if not file.content and not file.file_name:
        return ReadUpload(file, (), (finding("no-file"),), {}, unreadable=True)
    profile = file.profile
    sheet = read_sheet(file.content, file.file_name, file.caps, profile.headings_row if profile else None)
    if sheet.unreadable:
        return ReadUpload(file, (), sheet.findings, {}, unreadable=True)
    mapped = through(sheet, profile) if profile else as_template(sheet)
    reader = _EntryReader(mapped, profile)
    entries = [entry for entry in map(reader.entry, _ticking(mapped.rows, tick)) if entry is not None]
    found = (*sheet.findings, *mapped.findings, *reader.findings)
    named = frozenset(raw.indicator for raw in mapped.rows)
    return ReadUpload(
        file,
        tuple(entries),
        _as_annual(mapped, found, profile.headings_row if profile else 1),
        reader.area_names,
        named,
    )


def _as_annual(mapped: Mapped, findings: Sequence[Finding], headings_row: int) -> tuple[Finding, ...]:
    """Where every row speaks of a whole year the file is annual: that is said once, and nothing else of its rows."""
    whole = [one for one in findings if one.code == "whole-year"]
    if len(whole) < 2 or len(whole) < len(mapped.rows):
        return tuple(findings)
    others = [one for one in findings if (one.row or 0) <= headings_row]
    return (*others, finding("annual-figures", whole[0].row, whole[0].column, whole[0].found))


class _EntryReader:
    """Reads the texts of mapped rows; problems gather in ``findings``."""

    def __init__(self, mapped: Mapped, profile: Profile | None) -> None:
        self.findings: list[Finding] = []
        self.area_names: dict[str, str] = {}
        self._columns = mapped.columns
        self._profile = profile
        self._quarter = QuarterReader("Q2 2022-23")
        self._rounded = profile is not None and profile.counts_rounded_to is not None
        self._comments = "comment" in mapped.columns
        self._leave_out = profile is not None and profile.leave_out_several_quarters
        self._no_values = "value" not in mapped.columns and not {"numerator", "denominator"} <= mapped.columns.keys()

    def entry(self, raw: Raw) -> Entry | None:
        """The entry of one row; ``None`` where its indicator, quarter or figure cannot be told."""
        row = raw.row
        quarter, fault = self._quarter(raw.quarter, row, self._columns.get("quarter", "quarter"))
        if fault is not None and self._leave_out and fault.code == "several-quarters":
            self.findings.append(finding("several-quarters-left-out", row, fault.column, raw.quarter))
            return None
        # What a missing column would have held is not asked for row by row: the column is.
        if not raw.indicator:
            if "indicator" in self._columns:
                self.findings.append(finding("notes-below-figures", row, self._columns["indicator"]))
            return None
        if fault is not None and (raw.quarter or "quarter" in self._columns):
            self.findings.append(fault)
        if self._no_values and not raw.value:
            return None
        before = len(self.findings)
        # Without a quarter the row's other cells are read all the same, so that every problem is told at once.
        entry = self._figure(raw, quarter or Quarter(2000, 1))
        return None if quarter is None or (len(self.findings) > before and self._blocked(before)) else entry

    def _blocked(self, since: int) -> bool:
        return any(one.blocks for one in self.findings[since:])

    def _figure(self, raw: Raw, quarter: Quarter) -> Entry:
        row = raw.row
        cell = read_value(raw.value, row, raw.column)
        part = whole = None
        if raw.numerator or raw.denominator:
            part = self._count(raw.numerator, row, "numerator")
            whole = self._count(raw.denominator, row, "denominator")
        provisional = False
        if raw.status:
            provisional, wrong = read_status(raw.status, row, self._columns.get("status", "status"))
            self.findings += wrong
        worked_out = cell.empty and part is not None and whole is not None
        if not worked_out:
            self.findings += cell.findings
            if cell.empty and not cell.findings:
                self.findings.append(finding("value-missing", row, raw.column, None, found_too=""))
        value, absence = cell.value, cell.absence
        # A count of 0 may stand for a few where counts are rounded; then a value of 0 contradicts nothing, and says nothing.
        nothing = part == 0 and whole == 0
        if nothing and (worked_out or (self._rounded and value == 0)):
            said = "a value" if value is None else raw.value
            self.findings.append(finding("nothing-of-nothing", row, raw.column, said, numerator=0, denominator=0))
            value, absence, part, whole, worked_out = None, Absence.NOT_APPLICABLE, None, None, False
        area = raw.area or raw.area_name
        if absence is not None and (part, whole) != (None, None):
            mark = absence.value
            self.findings.append(
                finding("counts-beside-a-symbol", row, self._columns.get("numerator", "numerator"), mark)
            )
        if raw.area_name:
            self.area_names.setdefault(area, raw.area_name)
        return Entry(
            row, raw.column, unguarded(raw.indicator), area, quarter, value, absence, provisional, part, whole, raw.comment,
            unguarded(raw.name), raw.unit, raw.target, raw.rating and _as_rating(raw.rating), cell.percent_sign, worked_out,
            comments=self._comments,
        )  # fmt: skip

    def _count(self, text: str, row: int, field_name: str) -> int | None:
        count, wrong = read_count(text, row, self._columns.get(field_name, field_name))
        self.findings += wrong
        return count


_RATINGS = frozenset(one.value for one in Rating)


def _as_rating(reported: str) -> str:
    """A rating as it was reported: one of ours by its own name, in any case; other text as it stands."""
    plain = "_".join(reported.casefold().replace("_", " ").split())
    return plain if plain in _RATINGS else reported


# --- entries against what is held ---------------------------------------------------------------------------------


def check(drafted: ReadUpload, known: Known, tick: Tick = _quiet) -> Preview:
    """Every problem with a drafted file, and what publishing it would change."""
    placed = _Placing(drafted, known)
    entries, by_key = placed.figures()
    checking = Checking(
        known=placed.known,
        entries=entries,
        by_key=by_key,
        named=drafted.named,
        profile=drafted.file.profile,
        chosen=drafted.file.chosen,
        latest=max((entry.quarter for entry in entries), default=None),
        areas=tuple(dict.fromkeys(entry.area for entry in entries)),
    )
    findings = Findings()
    findings.extend(drafted.findings)
    findings.extend(placed.findings)
    _run_all(checking, findings, tick)
    if published := already_published(known, drafted.file.sha256):
        findings = Findings()
        findings.extend([published])
    changes = tuple(FigureChange(_to_hold(entry), entry.kind, entry.held, entry.row) for entry in entries)
    lacking = [] if drafted.file.profile or drafted.unreadable else missing(checking)
    several = len({area for area, _ in lacking}) > 1
    preview = Preview(
        file=drafted.file,
        findings=findings.worst_first(),
        not_run=_not_run(drafted),
        changes=changes,
        missing=tuple(f"{area}/{code}" if several else code for area, code in lacking),
        quarter=checking.latest,
        against=fingerprint(placed.known, by_key),
        known=placed.known,
        new_indicators=placed.new_indicators,
        new_areas=placed.new_areas,
        assigned=placed.newly_assigned(entries),
    )
    reported, differing = _reconciled(preview, entries)
    return replace(preview, reconciliation=differing, reported_ratings=reported)


def fingerprint(known: Known, keys: Iterable[Key]) -> str:
    """A fingerprint of what is held for these figures, and of their targets and register entries."""
    said = hashlib.sha256()
    by_pair: dict[tuple[str, str], list[Quarter]] = {}
    for area, code, quarter in keys:
        by_pair.setdefault((area, code), []).append(quarter)
    for pair in sorted(by_pair):
        series = known.series.get(pair, {})
        held = [series.get(quarter) for quarter in sorted(by_pair[pair])] if series else []
        said.update(
            repr(
                (pair, held, known.entries.get(pair[1]) or known.indicators.get(pair[1]), known.targets.get(pair, ()))
            ).encode()
        )
    return said.hexdigest()


_MOST_SUGGESTED = 100
"""For how many unknown codes the nearest known one is looked for: it is slow, and a file with more is another file."""


class _Placing:
    """Finds the indicator and area of each entry, and puts repeats and contradictions aside."""

    def __init__(self, drafted: ReadUpload, known: Known) -> None:
        self._drafted = drafted
        profile = drafted.file.profile
        self.findings: list[Finding] = []
        self.new_indicators = _brought(profile.register, drafted.codes, known) if profile else ()
        self._fractions = profile is not None and profile.fractions
        self._recorded = tuple(known.indicators.values())
        added = {one.code: one for one in self.new_indicators}
        self.known = replace(known, indicators={**known.indicators, **added})
        self.new_areas: dict[str, str] = {}
        self._by_name = {name: code for code, name in known.areas.items()}
        self._areas: dict[str, str | None] = {}
        self._unknown: dict[str, str] = {}
        self._in_other_words = {one.code.casefold(): one for one in self.known.indicators.values()}
        if profile is not None:
            self._in_other_words = {
                one.name.casefold(): one for one in self.known.indicators.values()
            } | self._in_other_words

    def figures(self) -> tuple[list[Placed], dict[Key, Placed]]:
        """The entries that can be placed, each figure once, with what it is beside the one that stands."""
        by_key: dict[Key, Placed] = {}
        indicators = self.known.indicators
        for given in self._drafted.entries:
            indicator, area = indicators.get(given.code) or self._indicator(given), self._area(given)
            if indicator is None or area is None:
                continue
            entry = placed(given, self.known.entry(indicator.code, given.quarter), area)
            if self._fractions and entry.indicator.unit is Unit.PERCENT:
                _as_percentage(entry)
            if entry.worked_out and not self._work_out(entry):
                continue
            key = entry.key
            if key in by_key:
                self._again(by_key[key], entry)
                continue
            by_key[key] = entry
            entry.held = self.known.held(key)
            entry.kind = kind_of(entry)
        self._said_of_new()
        return list(by_key.values()), by_key

    def _indicator(self, entry: Entry) -> Indicator | None:
        """An indicator by its code in another case, or by its name in a mapped file."""
        plain = entry.code.casefold()
        if found := self._in_other_words.get(plain):
            return found
        if plain not in self._unknown:
            sought = len(self._unknown) < _MOST_SUGGESTED
            self._unknown[plain] = nearest_indicator(entry.code, self.known) if sought else ""
        nearest = self._unknown[plain]
        self.findings.append(finding("unknown-indicator", entry.row, "indicator", entry.code, nearest=nearest))
        return None

    def _area(self, entry: Entry) -> str | None:
        text = entry.area
        if text not in self._areas:
            self._areas[text] = self._area_of(text)
        found = self._areas[text]
        if found is None:
            known = ", ".join(self.known.areas)
            self.findings.append(finding("unknown-area", entry.row, "area", text, known=known))
        return found

    def _area_of(self, text: str) -> str | None:
        if not text:
            return self.known.home
        if text in self.known.areas:
            return text
        if text in self._by_name:
            return self._by_name[text]
        profile = self._drafted.file.profile
        if profile is None or not profile.areas_from_file:
            return None
        self.new_areas[text] = self._drafted.area_names.get(text, text)
        return text

    def _work_out(self, entry: Placed) -> bool:
        """The value of an entry that gives only its counts."""
        assert entry.numerator is not None
        if not entry.denominator:
            self.findings.append(finding("denominator-zero", entry.row, "denominator", 0))
            return False
        entry.value = share_of(entry.numerator, entry.denominator, entry.indicator.unit)
        if entry.value is None:
            self.findings.append(finding("value-missing", entry.row, entry.column, None, found_too=""))
        return entry.value is not None

    def _again(self, first: Placed, entry: Placed) -> None:
        same = (
            (first.value, first.absence, first.provisional, first.numerator, first.denominator)
            == (entry.value, entry.absence, entry.provisional, entry.numerator, entry.denominator)
        )  # fmt: skip
        if same and entry.comment and not same_words(first.comment, entry.comment):
            said = quoted(entry.comment)
            self.findings.append(
                finding("comment-left-out", entry.row, "comment", entry.comment, first=first.row, held=said)
            )
            return
        if same:
            self.findings.append(finding("repeated-row", entry.row, None, None, first=first.row))
            return
        name = entry.indicator.name if len(self._areas) < 2 else f"{entry.indicator.name}, {entry.area}"
        self.findings.append(
            finding("two-figures-for-one-quarter", entry.row, entry.column, entry_words(entry), name=name,
                    period=entry.quarter.label, one=entry_words(first), other=entry_words(entry), first=first.row)
        )  # fmt: skip

    def _said_of_new(self) -> None:
        if self.new_indicators:
            taken = Names(self._recorded)
            self.findings += [said for one in self.new_indicators for said in taken.added(one, None)]
        if self.new_areas:
            names = ", ".join(list(self.new_areas.values())[:8]) + (" and others" if len(self.new_areas) > 8 else "")
            areas = "area" if len(self.new_areas) == 1 else "areas"
            self.findings.append(
                finding("areas-added", None, "area", None, count=len(self.new_areas), areas=areas, names=names)
            )

    def newly_assigned(self, entries: Iterable[Placed]) -> tuple[tuple[str, str], ...]:
        """(area, indicator) pairs of the file that no scorecard lists yet, where a mapping may add them."""
        profile = self._drafted.file.profile
        if profile is None:
            return ()
        pairs = dict.fromkeys((entry.area, entry.code) for entry in entries)
        return tuple(pair for pair in pairs if pair not in self.known.assigned)


def _brought(entries: Iterable[Indicator], codes: Iterable[str], known: Known) -> tuple[Indicator, ...]:
    """The entries of a mapping that its file names, by code or name, and that are not held."""
    named = {code.casefold() for code in codes}
    held = {code_of(code) for code in known.indicators}
    read = (replace(one, code=code_of(one.code)) for one in entries)
    return tuple(
        one for one in read if one.code not in held and not named.isdisjoint((one.code.casefold(), one.name.casefold()))
    )


def _as_percentage(entry: Placed) -> None:
    """Make a fraction the percentage it stands for, and its target too. What has a % sign is one already."""
    if entry.value is not None and not (entry.percent_sign or entry.worked_out):
        entry.value = as_percentage(entry.value)
    if is_number(entry.target):
        entry.target = f"{as_percentage(number(entry.target)):f}"


def kind_of(entry: Placed) -> ChangeKind:
    """What an entry is beside the figure that stands. Figures are compared as they are shown, comments by their words."""
    kind = _figure_kind(entry)
    return ChangeKind.COMMENT if kind is ChangeKind.SAME and entry.comment_changes else kind


def _figure_kind(entry: Placed) -> ChangeKind:
    held = entry.held
    if held is None:
        return ChangeKind.NEW
    if not _same_figure(entry, held, entry.indicator.decimals):
        # Nothing was published under [x]: the figure is the first.
        return ChangeKind.NEW if held.absence is Absence.NOT_AVAILABLE else ChangeKind.REVISED
    counts_differ = None not in (held.denominator, entry.denominator) and (
        (held.numerator, held.denominator) != (entry.numerator, entry.denominator)
    )
    if counts_differ or (entry.provisional and not held.provisional):
        return ChangeKind.REVISED
    return ChangeKind.CONFIRMED if held.provisional and not entry.provisional else ChangeKind.SAME


def _same_figure(entry: Placed, held: Observation, decimals: int) -> bool:
    if entry.value is None or held.value is None:
        return entry.absence is held.absence and entry.value is held.value
    return shown(entry.value, decimals) == shown(held.value, decimals)


def _to_hold(entry: Placed) -> Observation:
    """An entry as it would be held. What describes the quarter rather than the figure is carried over from what stands."""
    observation = observation_of(entry)
    held = entry.held
    if held is None:
        return observation
    keeps_counts = not entry.changed and entry.denominator is None
    return replace(
        observation,
        numerator=held.numerator if keeps_counts else entry.numerator,
        denominator=held.denominator if keeps_counts else entry.denominator,
        series_break=held.series_break,
        not_comparable=held.not_comparable,
        note=held.note if entry.kind is not ChangeKind.REVISED else "",
        comment=entry.comment_then,
    )


def _run_all(checking: Checking, findings: Findings, tick: Tick) -> None:
    """All the checks, each on what it looks at."""
    on_every, on_changed, on_comments = (
        _asked(checks, checking.entries) for checks in (ON_EVERY_ENTRY, ON_CHANGED_FIGURES, ON_CHANGED_COMMENTS)
    )
    for entry in _ticking(checking.entries, tick):
        _run(on_every, entry, checking, findings)
        if entry.changed:
            _run(on_changed, entry, checking, findings)
        if entry.changed or entry.comment_changes:
            _run(on_comments, entry, checking, findings)
    for _, check_file in (*ON_THE_FILE, *(ON_A_QUARTERS_FILE if checking.profile is None else ())):
        findings.extend(check_file(checking))


def _asked(checks: Sequence[Check], entries: Sequence[Placed]) -> list[Check]:
    """The checks that have something to look at."""
    return [one for one in checks if not one.reads or any(getattr(entry, one.reads) for entry in entries)]


def _run(checks: Sequence[Check], entry: Placed, checking: Checking, findings: Findings) -> None:
    for one in checks:
        facts = one.find(entry, checking)
        if facts is not None:
            column = facts.pop("column", None)
            findings.add(
                one.code, entry.row, None if column is None else str(column), facts.pop("found", None), **facts
            )


def _not_run(drafted: ReadUpload) -> tuple[tuple[str, str], ...]:
    """Checks that could not run: those not built, and, where the file cannot be read_sheet, all that look at its rows."""
    not_run = dict(NOT_BUILT)
    if drafted.unreadable or not drafted.entries:
        why = "The file could not be read as rows." if drafted.unreadable else "No row could be read as a figure."
        codes = [one.code for one in (*ON_EVERY_ENTRY, *ON_CHANGED_FIGURES, *ON_CHANGED_COMMENTS)]
        not_run |= dict.fromkeys((*codes, *(code for code, _ in (*ON_THE_FILE, *ON_A_QUARTERS_FILE))), why)
    elif drafted.file.profile is not None:
        why = "A file read through a mapping may hold any quarters."
        not_run |= {code: why for code, _ in ON_A_QUARTERS_FILE}
    return tuple(not_run.items())


# --- ratings as they were reported --------------------------------------------------------------------------------


def _reconciled(preview: Preview, entries: Sequence[Placed]) -> tuple[int, tuple[Differing, ...]]:
    """How many ratings the file gives as reported, and each figure whose worked-out rating is another."""
    reported = [
        (change, entry.reported) for change, entry in zip(preview.changes, entries, strict=True) if entry.reported
    ]
    differing = []
    for change, said in reported:
        rated = preview.ratings(change)[1]
        if said != rated.rating.value:
            differing.append(Differing(change, said, rated))
    return len(reported), tuple(differing)


def rating_words(reported: str) -> str:
    """A reported rating as a reader is told it; text that is no rating is quoted as it stands, and said to be none."""
    return Rating(reported).words if reported in _RATINGS else f"“{shorten(reported)}”, which is no rating"
