"""What can be wrong with an upload: every class of problem with its severity and its sentence, as data.

The checks that find them are in ``sheet`` (the file), ``checks`` (figures) and ``register`` (register and targets).
``docs/upload-problems.md`` lists the same classes for officers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ..errors import shorten


class Severity(StrEnum):
    """``block``: not published until mended. ``warn``: published once confirmed. ``note``: mended, and said."""

    BLOCK = "block"
    WARN = "warn"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class ProblemClass:
    """One class. ``message`` is filled with the facts of the case, and ``{place}`` with its row and column."""

    code: str
    severity: Severity
    message: str
    singly: bool = False
    """A warning that is confirmed row by row, not as a class."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem found. ``row`` counts as Excel does (the headings are row 1); ``None``: the file as a whole."""

    code: str
    severity: Severity
    row: int | None
    column: str | None
    found: str | None
    message: str

    @property
    def blocks(self) -> bool:
        """Whether nothing can be published while it stands."""
        return self.severity is Severity.BLOCK

    @property
    def confirmation(self) -> str:
        """What an officer ticks to confirm this warning: its class, or, for one confirmed singly, its row and column too."""
        return f"{self.code}:{self.row}:{self.column}" if CLASSES[self.code].singly else self.code


_B, _W, _N = Severity.BLOCK, Severity.WARN, Severity.NOTE
_SAVE = "in Excel choose Save As, then CSV UTF-8"

_TABLE = (
    # --- the file ---
    ProblemClass("no-file", _B, "Select a CSV file."),
    ProblemClass("not-a-csv", _B, "The selected file must be a CSV. {what}"),
    ProblemClass("excel-workbook", _B, f"The selected file must be a CSV. This looks like an Excel workbook: {_SAVE}."),
    ProblemClass("old-or-protected-excel", _B, f"The selected file is password protected or an old Excel file: {_SAVE}."),
    ProblemClass("web-page-or-json", _B, "The selected file must be a CSV. This file is {what}. Download the CSV itself, or save it again."),
    ProblemClass("empty-file", _B, "The selected file is empty."),
    ProblemClass("no-rows", _B, "The selected file has column headings but no rows."),
    ProblemClass("file-too-large", _B, "The selected file must be smaller than {most}. It is {found}."),
    ProblemClass("too-many-rows", _B, "The file has {found} rows. A quarter has no more than {most}."),
    ProblemClass("cell-too-long", _B, "{place} must be {most} characters or less. It has {found}."),
    ProblemClass("unreadable-character", _B, "{place} has a character that cannot be read. Save the file again as CSV UTF-8."),
    ProblemClass("unicode-text", _B, "Save the file as CSV UTF-8. This file is saved as Unicode text (UTF-16)."),
    ProblemClass("windows-text", _W, "Some characters were read as Windows text: check row {row} “{found}”."),
    ProblemClass("wrong-separator", _B, "Columns must be separated by commas. This file uses {found}."),
    ProblemClass("quote-not-closed", _B, "Row {row} has an opening quote mark with no closing quote mark."),
    ProblemClass("stray-quote", _B, "{place}: use two quote marks (\"\") inside quoted text."),
    ProblemClass("already-published", _B, "This file was already published on {when} (upload {upload}). No figures have changed."),
    ProblemClass("not-the-template", _B, "The selected file must use the template, or be read through a column mapping. Its headings are {found}."),
    ProblemClass("title-row", _B, "Row 1 must be the column headings. Delete the title row “{found}”."),
    ProblemClass("blank-first-row", _B, "Row 1 must be the column headings. It is empty: delete it."),
    ProblemClass("missing-column", _B, "Add the column “{found}”."),
    ProblemClass("extra-column", _W, "Column “{found}” is not in the template and will be left out."),
    ProblemClass("column-twice", _B, "The column “{found}” appears twice. Keep one."),
    ProblemClass("column-without-heading", _B, "Column {number} has no heading. Give it one, or delete the column."),
    ProblemClass("heading-mended", _N, "Column “{found}” read as “{to}”."),
    ProblemClass("too-few-cells", _B, "Row {row} has {found} cells. It must have {must}."),
    ProblemClass("too-many-cells", _B, "Row {row} has {found} cells. It must have {must}. Put quote marks round text that contains a comma."),
    ProblemClass("blank-rows", _N, "{found} blank {rows} ignored."),
    ProblemClass("notes-below-figures", _B, "Row {row} has no indicator. Delete notes and totals below the figures."),
    # --- the rows among themselves, and the register ---
    ProblemClass("repeated-row", _N, "Row {row} repeats row {first} and was ignored."),
    ProblemClass("two-figures-for-one-quarter", _B, "“{name}” has two figures for {period}: {one} (row {first}) and {other} (row {row}). Keep one."),
    ProblemClass("unknown-indicator", _B, "Row {row}: “{found}” is not an indicator. {nearest}"),
    ProblemClass("indicator-ended", _B, "Row {row}: “{found}” ended in {ended}. Delete the row."),
    ProblemClass("indicator-not-begun", _B, "Row {row}: “{found}” begins with {begins}. Delete the row, or change its first quarter in the register."),
    ProblemClass("unknown-area", _B, "Row {row}: “{found}” is not an area. The areas are {known}."),
    ProblemClass("indicators-missing", _W, "{count} {indicators} missing: {names}. Publish without {them}?"),
    ProblemClass("name-differs", _W, "Row {row}: the name “{found}” differs from the register, which has “{held}” for {indicator}. Check that the row is the right indicator’s."),
    ProblemClass("not-due", _W, "Row {row}: “{name}” is not due in {quarter}. Check the quarter."),
    # --- the quarter ---
    ProblemClass("quarter-missing", _B, "{place}: enter the quarter, like {like}."),
    ProblemClass("no-such-quarter", _B, "{place}: the quarter must be Q1, Q2, Q3 or Q4. It is “{found}”."),
    ProblemClass("years-not-in-a-row", _B, "{place}: a financial year must be two years in a row, like 2022-23. It is “{found}”."),
    ProblemClass("quarter-not-readable", _B, "{place}: enter the quarter like {like}. It is “{found}”."),
    ProblemClass("quarter-is-a-date", _B, "{place}: Excel has changed the quarter to a date, “{found}”. Enter it like {like}."),
    ProblemClass("calendar-or-financial-year", _B, "{place}: enter the financial year too, like Q3 2022-23 (October to December 2022). It is “{found}”."),
    ProblemClass("whole-year", _B, "{place}: “{found}” is a whole year. Enter one quarter, like {like}."),
    ProblemClass("annual-figures", _B, "The file holds annual figures (“{found}”), one for each whole year. They are comparators and cannot be published as quarterly figures: no quarter is worked out from a year."),
    ProblemClass("several-quarters", _B, "{place}: “{found}” covers several quarters. Enter one, like {like}."),
    ProblemClass("several-quarters-left-out", _W, "Row {row}: “{found}” covers several quarters, so the row will be left out."),
    ProblemClass("quarter-not-ended", _B, "Row {row}: {period} ends on {ends}. Publish it after that date."),
    ProblemClass("earlier-quarter", _W, "The file holds {latest}, and {rows} for {period}, {what} ({where})."),
    ProblemClass("not-the-chosen-quarter", _B, "You chose {chosen}. The file holds {found}."),
    ProblemClass("published-figure-changes", _W, "Row {row} changes {period} of “{name}” from {held} to {found}. Give the reason.", singly=True),
    ProblemClass("previous-quarter-missing", _W, "There are no figures for {found}. Change since last quarter will not show."),
    # --- the value ---
    ProblemClass("percent-sign-removed", _N, "{place}: the % sign was removed."),
    ProblemClass("pound-sign-removed", _N, "{place}: the £ sign was removed."),
    ProblemClass("comma-removed", _N, "{place}: the comma in the number was removed."),
    ProblemClass("decimal-comma", _B, "{place} must use a full stop: {right}. It is “{found}”."),
    ProblemClass("scale-in-doubt", _W, "Row {row} is {found}. {compared} was {held}. Is it {likely}?", singly=True),
    ProblemClass("percentage-out-of-range", _B, "{place}: a percentage must be between 0 and 100. It is {found}."),
    ProblemClass("figure-below-zero", _B, "{place}: the figure must be 0 or more. It is {found}."),
    ProblemClass("not-a-number", _B, "{place} must be a number, like 83.5. It is “{found}”."),
    ProblemClass("digits-not-0-to-9", _B, "{place} must use only the digits 0 to 9, a full stop and a plain minus. It is “{found}”."),
    ProblemClass("scientific-number", _B, "{place}: Excel has changed the number to “{found}”. Enter {right}."),
    ProblemClass("excel-error", _B, "{place} holds an Excel error ({found}). Enter a number, or z if it does not apply."),
    ProblemClass("formula", _B, "{place} holds a formula. Paste the result as a value."),
    ProblemClass("value-missing", _B, "{place}: enter a number, or use z (does not apply), x (not available) or c (confidential). {found_too}"),
    ProblemClass("symbol-read", _N, "{place}: “{found}” read as {mark}."),
    ProblemClass("symbol-with-number", _B, "{place} must hold a number or a symbol, not both. It is “{found}”."),
    ProblemClass("counts-beside-a-symbol", _B, "Row {row} gives counts beside the symbol {found}: leave both counts empty, or they would say what the symbol hides."),
    ProblemClass("count-not-whole", _B, "{place} must be a whole number. It is “{found}”."),
    ProblemClass("one-count-alone", _B, "Row {row}: enter both the numerator and the denominator, or neither."),
    ProblemClass("numerator-more-than-denominator", _B, "Row {row}: the numerator ({found}) must not be more than the denominator ({denominator})."),
    ProblemClass("denominator-zero", _B, "Row {row}: the denominator is 0. Use z for the value and leave both counts empty."),
    ProblemClass("value-beside-nothing", _B, "Row {row}: {found} stands beside a denominator of 0, so the value and its counts contradict. Correct whichever is wrong; where there was nothing to count, enter z and leave both counts empty."),
    ProblemClass("nothing-of-nothing", _W, "Row {row}: {numerator} of {denominator} is read as z (does not apply), not as {found}."),
    ProblemClass("value-differs-from-counts", _B, "Row {row}: {part} of {whole} is {right}. The file says {found}."),
    ProblemClass("no-counts", _N, "{count} {percentages} no numerator or denominator, so how sure {they} cannot be shown."),
    ProblemClass("large-change", _W, "Row {row} moved from {held} ({compared}) to {found}. Confirm it is right.", singly=True),
    ProblemClass("unit-differs", _B, "Row {row} has the unit “{found}”. “{name}” is a {held}. Enter the figure in that unit."),
    ProblemClass("target-differs", _W, "Row {row}: the target is {found}. The agreed target is {held}. The target in the file is not loaded."),
    ProblemClass("target-out-of-range", _B, "{place} must be {between}. It is {found}."),
    ProblemClass("status-not-known", _B, "{place} must be provisional or final. It is “{found}”."),
    ProblemClass("still-provisional", _W, "{quarter} is still provisional for {names}. Publish the final figure when there is one."),
    ProblemClass("fewer-decimals", _W, "Row {row} has {has}. “{name}” is published with {usual}. Excel may have rounded the figure: check it."),
    # --- disclosure and narrative ---
    ProblemClass("small-count", _W, "Row {row} counts fewer than 5 children ({found}). Outside the service it is to be shown as [c]."),
    ProblemClass("percentage-gives-count-back", _W, "Row {row}: {found} of about {whole} is {count}. Outside the service the percentage is to be shown as [c] too."),
    ProblemClass("total-reveals-hidden-figure", _W, "One more figure is hidden so that the total does not reveal it."),
    ProblemClass("comment-changes", _N, "Row {row}: the comment on “{name}” for {period} changes from {held} to {given}."),
    ProblemClass("comment-removed", _W, "Row {row} removes the comment on “{name}” for {period}: {held}. Enter it to keep it, or confirm."),
    ProblemClass("comment-left-out", _W, "Row {row} repeats row {first} with another comment, which will be left out: {held}."),
    ProblemClass("identifies-a-child", _B, "Row {row}: the comment holds {what}. Remove it: no child may be identified."),
    ProblemClass("may-identify-a-child", _W, "Row {row}: the comment may identify a child (“{found}”). Change it or confirm."),
    ProblemClass("parts-do-not-sum", _W, "Row {row}: the parts in the comment add up to {found}. The total it gives is {total}. Change it or confirm."),
    ProblemClass("narrative-disagrees", _W, "Row {row}: the comment says “{found}”, and the figures do not. {right} Change it or confirm."),
    ProblemClass("no-exception-narrative", _W, "“{name}” {what} in {quarter}. Add an exception narrative."),
    ProblemClass("formatting-as-plain-text", _N, "{place}: formatting (HTML, a link or an image) is kept as plain text."),
    ProblemClass("hidden-characters", _B, "{place} has hidden characters. Retype it."),
    # --- column mappings ---
    ProblemClass("indicators-added", _W, "{who} adds the indicator “{name}” ({found}). Confirm that it belongs in the register."),
    ProblemClass("areas-added", _W, "The file brings {count} {areas} not held yet: {names}. Confirm that they belong there."),
    ProblemClass("heading-not-mapped", _W, "Column “{found}” holds a quarter and a measure that the mapping does not name, and will be left out."),
    # --- register and targets ---
    ProblemClass("entry-not-readable", _B, "{place}: {what}"),
    ProblemClass("not-a-code", _B, "{place}: “{found}” is not a code. A code is a letter A to Z or a digit, then up to 19 more of them, full stops, hyphens, underscores and single spaces; ALL is reserved."),
    ProblemClass("indicator-twin", _B, "{place}: the {what} “{found}” is taken by “{name}” ({whose}{where}). Give it another, or enter the code of that one to change it."),
    ProblemClass("entry-twice", _B, "Row {row}: {found} stands in row {first} too. Keep one."),
    ProblemClass("target-cannot-be-used", _B, "Row {row}: {what}"),
    ProblemClass("past-rating-would-change", _B, "Row {row} would change the rating of “{name}” for {quarter} from {before} to {after}{more}. Start it from a later quarter, or enter yes under “corrects” if it puts right what was wrong then."),
    ProblemClass("past-rating-corrected", _W, "Row {row} corrects the rating of “{name}” for {quarter} from {before} to {after}{more}.", singly=True),
    ProblemClass("past-entry-would-change", _B, "Row {row} would change what is said of “{name}” in quarters that have figures, up to {latest}. Start it from {following} or later, or enter yes under “corrects” if what was said then was wrong."),
    ProblemClass("ends-before-figures", _B, "Row {row}: “{name}” would end in {ended}, but has a figure for {latest}. Enter a later final quarter."),
    ProblemClass("held-entry-changes", _W, "Row {row} changes “{name}”: {what}. Confirm it is right."),
)  # fmt: skip

CLASSES: dict[str, ProblemClass] = {one.code: one for one in _TABLE}
"""Every class by its code, in the order of the page that lists them."""

SILENT = ("a byte order mark", "carriage returns or mixed line breaks")
"""What is mended without a word, because nobody could do anything about it."""

_MOST_OF_ONE = 5_000
_WORST_FIRST = {severity: place for place, severity in enumerate(Severity)}


def finding(
    code: str, row: int | None = None, column: str | None = None, found: object = None, **facts: object
) -> Finding:
    """A problem of class ``code``. ``found`` and ``facts`` fill its sentence; ``found`` is kept, on one short line."""
    kind = CLASSES[code]
    seen = None if found is None else shorten(str(found), 80)
    place = f"Row {row}" if column is None else f"Row {row}, {shorten(column)}"
    told = {name: shorten(one, 600) if isinstance(one, str) else one for name, one in facts.items()}
    return Finding(
        code,
        kind.severity,
        row,
        column,
        seen,
        kind.message.format(**{"place": place, "row": row, "found": seen, **told}).rstrip(),
    )


class Findings:
    """The findings of one file as they gather. Of one class no more than 5,000 are kept; the others are counted."""

    def __init__(self) -> None:
        self._kept: list[Finding] = []
        self._counts: Counter[str] = Counter()

    def add(self, code: str, row: int | None, column: str | None, found: object = None, **facts: object) -> None:
        """Add a problem; its sentence is made only if it is kept."""
        self._counts[code] += 1
        if self._counts[code] <= _MOST_OF_ONE:
            self._kept.append(finding(code, row, column, found, **facts))

    def extend(self, findings: Iterable[Finding]) -> None:
        """Add problems that are found already."""
        for one in findings:
            self._counts[one.code] += 1
            if self._counts[one.code] <= _MOST_OF_ONE:
                self._kept.append(one)

    def worst_first(self) -> tuple[Finding, ...]:
        """Blocks, then warnings, then notes; each in the order of the file."""
        more = [
            Finding(
                code,
                CLASSES[code].severity,
                None,
                None,
                None,
                f"{count - _MOST_OF_ONE:,} more rows have the problem “{code}”.",
            )
            for code, count in self._counts.items()
            if count > _MOST_OF_ONE
        ]
        kept = sorted(self._kept, key=lambda one: one.row or 0)
        return tuple(sorted([*kept, *more], key=lambda one: _WORST_FIRST[one.severity]))
