"""A file of figures, in steps: bytes, rows, checks, comparison with what is held, preview. Nothing is written here.

``draft`` reads the file by itself; ``check`` holds it against what is ``Known`` and says, for every figure, what it is
beside the one that stands. The checks are data, in ``checks``; their sentences are in ``problems``.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Self

from ..errors import shorten
from ..judging import Rated, Rating, judge
from ..model import ChangeKind, Indicator, Observation
from ..periods import Quarter
from .checks import (
    NOT_BUILT,
    ON_A_QUARTERS_FILE,
    ON_CHANGED_COMMENTS,
    ON_CHANGED_FIGURES,
    ON_EVERY_ENTRY,
    ON_THE_FILE,
    Check,
    already_published,
    missing,
)
from .decision import TargetDecision
from .entries import Checking, Key, Known, Placed, observation_of, quoted, same_words
from .placing import Placing
from .problems import Finding, Findings, Severity
from .reading import RATING_NAMES, GivenFile, ReadUpload, Tick, quiet, ticking

MOST_SINGLY = 20
"""How many warnings of one class are confirmed one by one."""


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


# --- entries against what is held ---------------------------------------------------------------------------------


def check(drafted: ReadUpload, known: Known, tick: Tick = quiet) -> Preview:
    """Every problem with a drafted file, and what publishing it would change."""
    placed = Placing(drafted, known)
    entries, by_key = placed.figures()
    checking = Checking(
        known=placed.known,
        entries=entries,
        by_key=by_key,
        named=drafted.named,
        mapping=drafted.file.mapping,
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
    lacking = [] if drafted.file.mapping or drafted.unreadable else missing(checking)
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
    for entry in ticking(checking.entries, tick):
        _run(on_every, entry, checking, findings)
        if entry.changed:
            _run(on_changed, entry, checking, findings)
        if entry.changed or entry.comment_changes:
            _run(on_comments, entry, checking, findings)
    for _, check_file in (*ON_THE_FILE, *(ON_A_QUARTERS_FILE if checking.mapping is None else ())):
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
    """Checks that could not run: those not built, and, where the file cannot be read, all that look at its rows."""
    not_run = dict(NOT_BUILT)
    if drafted.unreadable or not drafted.entries:
        why = "The file could not be read as rows." if drafted.unreadable else "No row could be read as a figure."
        codes = [one.code for one in (*ON_EVERY_ENTRY, *ON_CHANGED_FIGURES, *ON_CHANGED_COMMENTS)]
        not_run |= dict.fromkeys((*codes, *(code for code, _ in (*ON_THE_FILE, *ON_A_QUARTERS_FILE))), why)
    elif drafted.file.mapping is not None:
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
    return Rating(reported).words if reported in RATING_NAMES else f"“{shorten(reported)}”, which is no rating"
