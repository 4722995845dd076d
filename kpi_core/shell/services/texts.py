"""Texts beside the figures: an exception report's own, a whole paper's, and forms that are read in. ``Services.texts`` is one of these."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from time import monotonic

from ...access import Actor
from ...errors import NotSaved, StoreError, shorten
from ...forms import Form, Paragraph, read_forms
from ...judging import opening_quarter
from ...model import ACTIONS_HEADING, Action, ExceptionReport, ReportState
from ...narrative import (
    CheckedPaper,
    Checker,
    NarrativeFinding,
    Pace,
    Places,
    Recorded,
    Verdict,
    passages,
    quarter_named,
)
from ...periods import Quarter, day_in_words
from ...periods import quarter as read_quarter
from ...reports import REASON_LINE, first_draft
from ...showing import GivenForm
from ..storage import Records, Standing
from .documents import read_document
from .reports import Reports

_log = logging.getLogger("kpi_explorer")
_MOST_CHECKERS = 4
"""How many checkers are kept in memory at the most."""
OUTTURN, TARGET = "Outturn", "Quarterly target"
"""The parts of a report's header, as ``Texts.of_report`` names them."""


class Texts:
    """The use cases over one council's records. Quarters and areas come as text; ``None``: the default."""

    def __init__(self, records: Records, reports: Reports) -> None:
        self._records = records
        self._reports = reports
        self._checkers: OrderedDict[tuple[object, ...], Checker] = OrderedDict()

    def of_report(self, report: ExceptionReport) -> Mapping[str, tuple[NarrativeFinding, ...]]:
        """The findings of each part of a report: its header, the reason in one line, each section, its actions."""
        checker = self._checker(self._records.area(report.area), report.quarter)
        code = report.indicator
        texts = {
            REASON_LINE: report.reason_line,
            **dict(report.sections),
            ACTIONS_HEADING: "\n".join(action.text for action in report.actions),
        }
        return {
            OUTTURN: tuple(checker.stated(code, report.outturn, None)),
            TARGET: tuple(checker.stated(code, None, report.target)),
            **{part: _checked(checker, text, code) for part, text in texts.items()},
        }

    def objections(self, report: ExceptionReport) -> tuple[str, ...]:
        """What the checks have against a report and must be mended or looked at, one sentence each."""
        return tuple(f"{one.text} {one.message}" for of in self.of_report(report).values() for one in of if one.to_mend)

    def check(
        self, content: bytes, name: str, quarter: str | None = None, area: str | None = None, when: str = ""
    ) -> CheckedPaper:
        """A covering report, or a set of exception reports, beside the figures as they stood at a moment.

        ``quarter`` ``None``: the first that the paper names in full and figures are held for, else the latest held. A paper that
        takes too long is checked as far as it goes, and says so. Raises ``UnreadableDocument``, ``PeriodError`` and
        ``UnknownChoice``.
        """
        pace = Pace(monotonic)
        parts = passages(_lines(read_document(content, name)), wrapped=not _is_word(content))
        standing = self._records.area(area, self._records.moment(when) if when else None)
        chosen = _chosen(standing, quarter, quarter_named(parts))
        found = tuple(self._checker(standing, chosen).document(parts, pace))
        return CheckedPaper(name, chosen, found, pace.ended_at)

    def forms(
        self, content: bytes, name: str, quarter: str | None = None, area: str | None = None
    ) -> tuple[GivenForm, ...]:
        """The exception reports in a file, each as the draft it would become. Nothing is written.

        ``quarter`` is for forms that name none. Raises ``UnreadableDocument``, and ``NoForm`` where none is found.
        """
        found = read_forms(read_document(content, name))
        standing = self._records.area(area)
        default = _chosen(standing, quarter, None)
        return tuple(self._given(one, name, default, standing) for one in found)

    def _given(self, form: Form, name: str, default: Quarter, standing: Standing) -> GivenForm:
        if form.quarter is None and form.quarter_said:
            told = (
                f"Its quarter is written “{shorten(form.quarter_said)}”, which cannot be read. Correct it in the file."
            )
            return GivenForm(form, name, None, told)
        quarter = form.quarter or default
        checker = self._checker(standing, quarter)
        code = checker.described(form.indicator)
        if code is None:
            said = (
                f"“{shorten(form.indicator, 80)}” is none"
                if form.indicator.strip()
                else "It does not say which indicator it is on"
            )
            told = f"{said} of the indicators held. Name one as the scorecard does, or add the words to its aliases in the register."
            return GivenForm(form, name, None, told)
        row = checker.known.row(code)
        draft = first_draft(row.indicator, standing.area, quarter, None, None)
        return GivenForm(form, name, _filled(draft, form, name))

    def read_in(self, given: GivenForm, actor: Actor, with_roles: bool = True) -> ExceptionReport:
        """Make a form that was found a draft. ``with_roles``: personal names are replaced by the roles offered for them.

        Raises ``NotSaved`` where the form names no indicator or quarter that is held, or its report is no draft;
        ``NotAllowed``.
        """
        if given.draft is None:
            raise NotSaved(f"Nothing was read in. {given.why_not}")
        draft = _filled(given.draft, given.form.with_roles(), given.file) if with_roles else given.draft
        return self._reports.take_in(draft, given.file, actor)

    def _checker(self, standing: Standing, quarter: Quarter) -> Checker:
        """The checker of a quarter's texts; its patterns are compiled once for as long as the same stands."""
        key = (standing.area, standing.key, quarter)
        found = self._checkers.get(key)
        if found is None:
            settings = standing.settings
            council, home = settings.get("council", ""), settings.get("home_area", "")
            places = Places.of(council, standing.area_names, home, standing.area)
            found = Checker(Recorded(quarter, {one.indicator.code: one for one in standing.held(quarter)}, places))
            self._checkers[key] = found
            while len(self._checkers) > _MOST_CHECKERS:
                self._checkers.popitem(last=False)
        return found


def _checked(checker: Checker, text: str, code: str) -> tuple[NarrativeFinding, ...]:
    """The findings of one part. A fault of the checks is said as such, and keeps nobody from writing."""
    try:
        return tuple(checker.text(text, code))
    except Exception:
        _log.exception("The checks failed on a text of %s", code)
        told = "This text could not be checked: the checks failed on it. It is kept all the same; tell whoever looks after the explorer."
        return (NarrativeFinding(1, shorten(text, 200), 0, 0, code, "fault", Verdict.UNCHECKED, "", "", told),)


def _filled(draft: ExceptionReport, form: Form, name: str) -> ExceptionReport:
    """A draft with all that a form says. Its approval is not taken over: it is kept with what has no place."""
    signed = ", ".join(
        one for one in (form.approved_by, day_in_words(form.approved_on) if form.approved_on else "") if one
    )
    unplaced = [one.text for one in form.unplaced] + ([f"Approval on the form: {signed}"] if signed else [])
    return replace(
        draft,
        state=ReportState.DRAFT,
        description=form.indicator,
        outturn=form.outturn,
        target=form.target,
        sections=form.sections,
        actions=tuple(Action(n, one.text, one.owner, one.due) for n, one in enumerate(form.actions, 1)),
        completed_by=form.completed_by,
        source=name,
        unplaced="\n\n".join(unplaced),
    )


def _chosen(standing: Standing, text: str | None, named: Quarter | None) -> Quarter:
    if text is not None:
        return read_quarter(text)
    held = [one.quarter for one in standing.collected]
    if named is not None and named in held:
        return named
    opens = opening_quarter(standing.collected)
    if opens is None:
        raise StoreError("No figures are held yet, so that nothing can be checked. Upload a quarter first.")
    return opens


def _is_word(content: bytes) -> bool:
    return content.startswith(b"PK\x03\x04")


def _lines(paragraphs: tuple[Paragraph, ...]) -> list[tuple[int, str]]:
    """The lines of a document with their numbers, a blank one after each paragraph."""
    return [line for one in paragraphs for line in (*one.lines, (one.lines[-1][0] + 1, ""))]
