"""Tables that a reader takes away: the same rows as the pages, with what they are said beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from ..codec import csv_text
from ..columns import TABLES, headings
from ..judging import (
    Row,
    Scorecard,
    display,
    former_words,
    headline,
    target_words,
)
from ..model import Absence, Conflict, Indicator, Observation, ReportAction, Target, Unit
from ..periods import day_in_words
from .scorecard_columns import On, columns_on
from .signs import COLOURS_NOTE, MADE_UP

if TYPE_CHECKING:
    from ..effects import Figure
    from ..intake import AnyPreview, FigureChange, Finding, Preview
    from ..narrative import CheckedPaper
    from ..what_if import WhatIf
    from .answers import ExceptionsView, IndicatorView, Withdrawal
    from .answers import RecordedAct as Record

Cell = str | int | Decimal | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its title and, above it, what it is: (what, said)."""

    title: str
    about: tuple[tuple[str, str], ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What every download says of itself besides its rows."""

    council: str
    made_up: bool
    made_at: datetime
    moment: str = ""
    """As of when the figures are seen, in words; empty: as they stood when it was made."""
    record: str = ""
    """The last record of the ledger and its head, by which a rewrite can be shown later; empty: not said."""

    @property
    def when(self) -> str:
        """The moment it was made, in words."""
        return f"{day_in_words(self.made_at)}, {self.made_at:%H:%M} UTC"

    def about(self, quarter: str, filters: Sequence[tuple[str, str]], source: str) -> tuple[tuple[str, str], ...]:
        """The lines above a table: what it is of, how it was filtered, when it was made and where it is from."""
        lines = [("Council", self.council), ("Quarter", quarter)]
        if self.made_up:
            lines.insert(0, ("Note", MADE_UP))
        if self.moment:
            lines.append(("Figures", self.moment))
        lines += list(filters) or [("Filters", "none")]
        lines += [
            ("Downloaded", self.when),
            ("Source", source),
            ("Ratings", COLOURS_NOTE),
        ]
        return tuple(lines)


def confidential_words(count: int) -> str:
    """What a view of the past says of figures that are confidential now."""
    these = "One figure that stood then is" if count == 1 else f"{count} figures that stood then are"
    return f"{these} confidential now, and shown as [c]."


def said_of(conflict: Conflict) -> str:
    """What a conflict says, with how it was resolved."""
    return conflict.sentence + (f" Resolved: {conflict.resolution}" if conflict.resolution else "")


def scorecard_table(scorecard: Scorecard, made: Circumstances) -> Table:
    """The rows of a scorecard as filtered. Changes are given as amounts, with their words beside them."""
    columns = columns_on(On.FILE)
    sources = sorted({row.observation.source for row in scorecard.rows if row.observation is not None})
    about = made.about(scorecard.quarter.label, scorecard.filters, "; ".join(sources) or "no figures held")
    if scorecard.now_confidential:
        about = (*about, ("Confidential", confidential_words(scorecard.now_confidential)))
    return Table(
        f"Scorecard, {scorecard.area_name}, {scorecard.quarter.label}",
        (*about, *(("Headline", line) for line in (headline(scorecard) if not scorecard.filters else ()))),
        tuple(column.heading for column in columns),
        tuple(tuple(column.in_file(row) for column in columns) for row in scorecard.rows),
    )


def series_table(view: IndicatorView, made: Circumstances) -> Table:
    """Every quarter held of one indicator."""
    indicator = view.indicator
    sources = "; ".join(sorted({judged.observation.source for judged in view.series})) or "no figures held"
    return Table(
        f"{indicator.name} ({indicator.code})",
        made.about(f"every quarter held; rated as of {view.row.quarter.label}", (("Indicator", indicator.name),), sources)
        + ((("Two figures or targets", view.row.conflict),) if view.row.conflict else ())
        + tuple((f"Note on {c.quarter}", said_of(c)) for c in view.conflicts),
        ("Quarter", "Months", "Value", "Shown as", "Numerator", "Denominator", "Target", "Rating", "Reason", "Revised from", "Reason for the revision", "Source", "Note"),
        tuple(
            (
                j.observation.quarter.text, j.observation.quarter.months, j.rated.shown, display(j.observation, indicator),
                j.observation.numerator, j.observation.denominator, target_words(j.target, indicator),
                j.rated.rating.words, j.rated.reason, _former(j.observation, indicator), j.observation.revision_reason,
                j.observation.source, j.observation.note,
            )
            for j in view.series
        ),
    )  # fmt: skip


def _former(observation: Observation, indicator: Indicator) -> str:
    return former_words(observation, indicator) if observation.revised else ""


def benchmarks_table(view: IndicatorView, made: Circumstances) -> Table:
    """The published annual comparators of one indicator, all the years held."""
    unit = view.indicator.unit.value.replace("_", " ")
    return Table(
        f"Published comparators of {view.indicator.name} ({view.indicator.code})",
        made.about(
            "annual figures", (("Indicator", view.indicator.name), ("Unit", unit)), "published annual statistics"
        ),
        ("Comparator", "Period", "Year ending", "Value", "Published on", "Source"),
        tuple(
            (
                b.series,
                b.period,
                b.year_end.isoformat(),
                b.value,
                b.published_on.isoformat() if b.published_on else "",
                b.source,
            )
            for b in view.benchmarks_all
        ),
    )


def exceptions_table(view: ExceptionsView, made: Circumstances) -> Table:
    """The exception reports a quarter requires, and those present that it does not."""
    quarter, found = view.scorecard.quarter.label, view.completeness
    return Table(
        f"Exception reports, {quarter}",
        made.about(quarter, (), "exception reports held for the quarter"),
        ("Code", "Indicator", "Required", "State", "Rating", "Reason for the rating", "Two figures or targets",
         "Why the target was missed", "Actions without an owner or a due date", "Overdue actions of earlier quarters",
         "Emerging concern"),
        tuple(
            (
                row.indicator.code, row.indicator.name, "yes" if row.exception.required else "no",
                row.exception.state.value, row.rated.rating.words, row.rated.reason, row.conflict,
                row.exception.reason_line, _of(row, found.unassigned), _of(row, found.overdue),
                next((one.reason for one in found.concerns if one.indicator == row.indicator.code), ""),
            )
            for row in (*view.required, *view.not_required)
        ),
    )  # fmt: skip


def _of(row: Row, actions: Iterable[ReportAction]) -> int:
    return sum(one.indicator == row.indicator.code for one in actions)


def what_if_table(found: WhatIf, made: Circumstances) -> Table:
    """A scenario before and after: the rows it changes. Nothing in it is published."""
    names = {one.indicator.code: one.indicator.name for one in found.rows}
    about = made.about(
        found.quarter.label,
        (("Scenario", "; ".join(one.words(names) for one in found.changes) or "nothing is changed"),),
        "",
    )
    return Table(
        f"What if, {found.area_name}, {found.quarter.label}",
        (*about, ("Note", "A what-if: nothing in it is published."), ("In short", found.words)),
        (
            "Code", "Indicator", "Figure", "Target held", "Target tried", "Rating held", "Rating tried", "Met in quarters held",
            "Of quarters held", "Needed", "Direction", "Counts are assumed", "In words",
        ),
        tuple(
            (
                one.indicator.code, one.indicator.name, one.row.display, target_words(one.row.target, one.indicator),
                target_words(one.target, one.indicator), one.row.rated.rating.words, one.rated.rating.words,
                sum(past.met for past in one.past), len(one.past), one.needed.extra if one.needed else None,
                one.needed.direction if one.needed else None, ("yes" if one.needed.assumed else "no") if one.needed else None,
                one.text,
            )
            for one in found.changed
        ),
    )  # fmt: skip


def conflicts_table(conflicts: Iterable[Conflict], made: Circumstances) -> Table:
    """What is known to disagree in the papers."""
    return Table(
        "Known conflicts in the papers",
        made.about("all held", (), "the papers named in each row"),
        ("Indicator", "Quarter", "About", "Other figure", "What disagrees", "Source", "Resolved"),
        tuple((c.indicator, c.quarter.text, c.subject, c.value, c.sentence, c.source, c.resolution) for c in conflicts),
    )


def template_table(card: Scorecard, earlier: Scorecard) -> Table:
    """The upload's template: a row for each indicator due in ``card``'s quarter, with what is held for reference."""
    from ..intake import TEMPLATE_COLUMNS, UNIT_WORDS

    # In words that an upload of it is read by.
    units = UNIT_WORDS | {Unit.DAYS: "days", Unit.WEEKS: "weeks", Unit.POUNDS: "pounds"}
    before = {row.indicator.code: row.display for row in earlier.rows if row.absence is None}
    return Table(
        "",
        (),
        TEMPLATE_COLUMNS,
        tuple(
            (
                row.indicator.code, row.indicator.name, units[row.indicator.unit], row.quarter.text, "", "", "", "", "",
                target_words(row.target, row.indicator), before.get(row.indicator.code, ""),
            )
            for row in card.rows
            if row.quarter.number in row.indicator.due
        ),
    )  # fmt: skip


def findings_table(findings: Iterable[Finding], file_name: str, made: Circumstances) -> Table:
    """Every problem found in a file, for the officer to work through."""
    return Table(
        f"Problems in {file_name}",
        made.about("the file's own", (), file_name),
        ("Row", "Column", "Found", "Severity", "Problem", "Class"),
        tuple((one.row, one.column, one.found, one.severity.value, one.message, one.code) for one in findings),
    )


def narrative_table(paper: CheckedPaper, made: Circumstances) -> Table:
    """Everything that was found in a paper beside the figures."""
    return Table(
        f"{paper.file} beside the figures",
        (*made.about(paper.quarter.label, (), paper.file), *([("Note", paper.cut_short)] if paper.cut_short else [])),
        ("Line", "Indicator", "About", "Verdict", "The text says", "The data say", "How it was worked out", "Sentence"),
        tuple(
            (one.line, one.indicator, one.kind, one.verdict.value, one.stated, one.held, one.message, one.text)
            for one in paper.findings
        ),
    )


def changes_table(preview: AnyPreview, made: Circumstances) -> Table:
    """Everything that publishing a file would change."""
    from ..intake import EntriesPreview

    about = made.about(preview.quarters or "none", (), preview.file.file_name)
    title = f"What {preview.file.file_name} would change"
    if isinstance(preview, EntriesPreview):
        headings: tuple[str, ...] = (
            "Row",
            "Code",
            "Indicator",
            "Area",
            "From quarter",
            "Kind",
            "Held",
            "In the file",
            "Past ratings turned",
        )
        return Table(
            title,
            about,
            headings,
            tuple(
                (
                    c.row, c.indicator.code, c.indicator.name, c.area, c.start.text if c.start else "", c.kind.value, c.before,
                    c.after, "; ".join(f"{area} {quarter}: {before} to {after}" for area, quarter, before, after in c.turned),
                )
                for c in preview.changes
            ),
        )  # fmt: skip
    headings = (
        "Row",
        "Code",
        "Indicator",
        "Area",
        "Quarter",
        "Kind",
        "Held",
        "In the file",
        "Rating held",
        "Rating then",
        "Exception report",
        "Comment",
    )
    return Table(title, about, headings, tuple(_change_row(change, preview) for change in preview.changes))


def _change_row(change: FigureChange, preview: Preview) -> tuple[Cell, ...]:
    one, indicator = change.observation, preview.indicators[change.observation.indicator]
    before, after = preview.ratings(change)
    return (
        change.row, one.indicator, indicator.name, one.area, one.quarter.text, change.kind.value,
        display(change.held, indicator), display(one, indicator), before.rating.words if before else "",
        after.rating.words, "required" if after.exception_required else "not required",
        change.comment_words and f"changes {change.comment_words}",
    )  # fmt: skip


def reconciliation_table(preview: Preview, made: Circumstances) -> Table:
    """Each figure whose rating as it was reported is not the one worked out, and why."""
    from ..intake import rating_words

    return Table(
        f"Ratings in {preview.file.file_name} beside those worked out",
        made.about(preview.quarters, (), preview.file.file_name),
        ("Row", "Code", "Indicator", "Area", "Quarter", "Value", "Reported", "Worked out", "Reason"),
        tuple(
            (
                one.change.row, one.change.observation.indicator,
                preview.indicators[one.change.observation.indicator].name, one.change.observation.area,
                one.change.observation.quarter.text, one.change.observation.value, rating_words(one.reported),
                one.rated.rating.words, one.rated.reason,
            )
            for one in preview.reconciliation
        ),
    )  # fmt: skip


def effects_table(withdrawal: Withdrawal, names: Mapping[str, str], made: Circumstances) -> Table:
    """What one upload did to each figure, and what stands now."""
    upload = withdrawal.upload
    return Table(
        f"Upload {upload.id}, {upload.file_name}",
        made.about(upload.quarters, (), upload.file_name),
        ("Code", "Indicator", "Area", "Quarter", "Kind", "Stood before", "Given", "Later"),
        tuple(
            (
                one.given.indicator, names.get(one.given.indicator, ""), one.given.area, one.given.quarter.text,
                one.given.kind.value, "" if one.before is None else figure_mark(one.before.figure), figure_mark(one.given.figure),
                one.left_standing,
            )
            for one in (*withdrawal.taken_back, *withdrawal.left_standing)
        ),
    )  # fmt: skip


def figure_mark(figure: Figure) -> Cell:
    """A figure as a number, or the mark that stands for it."""
    return figure.mark if isinstance(figure, Absence) else figure


def register_tables(
    indicators: Iterable[Indicator], targets: Iterable[Target], areas: Mapping[str, Sequence[str]]
) -> tuple[Table, Table]:
    """The register and the targets as they stand, in the form that an upload of them takes."""
    register, aims = TABLES["indicators.csv"], TABLES["targets.csv"]
    return (
        Table(
            "", (), tuple(register), tuple(tuple(_entry_cell(i, name, areas) for name in register) for i in indicators)
        ),
        Table("", (), tuple(aims), tuple(tuple(_entry_cell(t, name, areas) for name in aims) for t in targets)),
    )


def _entry_cell(entry: Indicator | Target, heading: str, areas: Mapping[str, Sequence[str]]) -> Cell:
    if isinstance(entry, Indicator) and heading == "areas":
        listed = areas.get(entry.code, ())
        return ("; " if any(" " in code for code in listed) else " ").join(listed)
    if isinstance(entry, Target) and heading == "kind":
        return "profiled" if entry.profiled else "standing"
    value = getattr(entry, headings(type(entry))[heading])
    return (
        value
        if isinstance(value, Decimal) or (isinstance(value, int) and not isinstance(value, bool))
        else csv_text(value)
    )


def record_table(changes: Sequence[Record], made: Circumstances) -> Table:
    """Records of the ledger, as the page Record of changes lists them."""
    return Table(
        "Record of changes",
        made.about("every quarter", (), "the record of changes; names are as typed"),
        ("Record", "When (UTC)", "Who (name as typed)", "Role", "Kind", "What", "Indicators", "Hash"),
        tuple(
            (
                one.number, one.at.isoformat(sep=" "), one.by, one.role, one.kind, one.what, "; ".join(one.indicators),
                one.hash,
            )
            for one in changes
        ),
    )  # fmt: skip
