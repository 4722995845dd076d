"""Exception reports, from the first draft to the approval: an author's use cases. ``Services.reports`` is one of these.

Every change is a new version and an event; none is ever overwritten. What is saved as one types (``type_``) is kept safe
and is neither: the last text of a sitting is. Who may do what is ``access``, what a form must have is ``reports.form``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ...access import Act, Actor, allow, authors, same_name
from ...errors import KpiError, NotSaved, UnknownIndicator
from ...events import Kind
from ...judging import Row, row_of
from ...model import REASON_LINE_MOST, ActionClosed, Concern, ExceptionReport, Indicator, ReportEvent, ReportState
from ...periods import Quarter, day_in_words
from ...periods import quarter as read_quarter
from ...reports import (
    ChangedMeanwhile,
    NotComplete,
    ObjectedTo,
    first_draft,
    from_last,
    is_overdue,
    lacks,
    merged,
    numbered,
    overdue_first,
    tidied,
    unchanged,
)
from ...showing import ReportView
from ...words import LINE_MOST, checked, given_text
from ..storage import Made, Records, Sitting, Standing, Typed, cannot_write

_log = logging.getLogger("kpi_explorer")
_KINDS: Mapping[ReportEvent, Kind] = {
    ReportEvent.SAVED: Kind.REPORT_SAVED,
    ReportEvent.READ_IN: Kind.REPORT_READ_IN,
    ReportEvent.RESTORED: Kind.REPORT_RESTORED,
    ReportEvent.SUBMITTED: Kind.REPORT_SUBMITTED,
    ReportEvent.RETURNED: Kind.REPORT_RETURNED,
    ReportEvent.APPROVED: Kind.REPORT_APPROVED,
    ReportEvent.REOPENED: Kind.REPORT_REOPENED,
}


@dataclass(frozen=True, slots=True)
class _Place:
    """Which report is spoken of, with its row of the scorecard and every version it has, oldest first."""

    row: Row
    area: str
    versions: tuple[ExceptionReport, ...]
    standing: Standing

    @property
    def indicator(self) -> Indicator:
        return self.row.indicator

    @property
    def quarter(self) -> Quarter:
        return self.row.quarter

    @property
    def latest(self) -> ExceptionReport:
        if not self.versions:
            raise NotSaved(
                f"There is no exception report on “{self.indicator.name}” for {self.quarter.label} yet. Begin one first."
            )
        return self.versions[-1]


class Reports:
    """The use cases over one council's records. ``objections``: what the checks of its text have against a report.

    A report is named by its indicator's code, its quarter as text and its area (``None``: the council's own). Each raises
    ``PeriodError``, ``UnknownChoice`` and ``UnknownIndicator`` where that names nothing, ``NotAllowed`` where the role or
    the name may not do it, and ``NotSaved`` with what to do where nothing was written for another reason.
    """

    def __init__(self, records: Records, typed: Typed, objections: Callable[[ExceptionReport], Sequence[str]]) -> None:
        self._records = records
        self._ledger = records.ledger
        self._clock = records.clock
        self._typed = typed
        self._objections = objections

    # --- reading ---

    def one(self, code: str, quarter: str, area: str | None = None, actor: Actor | None = None) -> ReportView:
        """A report where it is written: the figures beside it, its versions, what it lacks, and what came before.

        With ``actor`` the text is as that person has it, what they have typed in this sitting too.
        """
        today = self._clock().date()
        at = self._place(code, quarter, area)
        last = at.standing.last_report(code, at.quarter)
        earlier = overdue_first(at.standing.open_actions(at.quarter, code), today)
        marked = at.standing.concerns_of(code, at.quarter)[-1:]
        report = at.versions[-1] if at.versions else None
        sitting = None if actor is None or report is None else self._sitting(at, actor)
        if report is not None and report.state is ReportState.DRAFT and sitting is not None:
            report = replace(sitting.report, version=sitting.base)
        return ReportView(
            row=at.row,
            report=report,
            former=tuple(reversed(at.versions[:-1])),
            last=last,
            lacks=() if report is None else lacks(report, at.row),
            unchanged=frozenset() if report is None else unchanged(report, last),
            earlier=earlier,
            overdue=tuple(one for one in earlier if is_overdue(one.action, today)),
            concern=next((one for one in marked if not one.lifted), None),
        )

    def _place(self, code: str, quarter: str, area: str | None) -> _Place:
        chosen = read_quarter(quarter)
        standing = self._records.area(area)
        held = standing.held(chosen, code=code)
        if not held:
            raise UnknownIndicator(code, tuple(one.code for one in standing.indicators()))
        return _Place(row_of(held[0], chosen), standing.area, standing.versions(code, chosen), standing)

    # --- what is typed ---

    def type_(self, report: ExceptionReport, upon: ExceptionReport, actor: Actor) -> ExceptionReport:
        """Keep a draft's text safe as it is typed, upon the text it was shown with; it is seen by its writer alone.

        What the same person typed meanwhile in another window, and versions made since, are kept where they changed other
        fields; else ``ChangedMeanwhile`` is raised. What others typed whose sitting has ended is an event first. Raises as
        ``save`` does.
        """
        who = allow(actor, Act.WRITE)
        given = tidied(report)
        with self._ledger.store.alone():
            self._ledger.ready()
            self.settle_ended(but=who.name)
            at = self._place(report.indicator, report.quarter.text, report.area)
            _must_be_draft(at.latest, "Nothing was saved")
            before = self._sitting(at, actor)
            now = at.latest if before is None else before.report
            given = replace(given, actions=numbered(given.actions, at.versions))
            text = given if now.text == upon.text else merged(upon, given, now)
            if text is None:
                raise ChangedMeanwhile(at.latest if before is None else replace(now, version=at.latest.version))
            base = at.latest.version if before is None else before.base
            sitting = Sitting(
                replace(text, version=base, saved_at=self._clock(), saved_by=who.name, saved_as=who.role), base
            )
            try:
                self._typed.keep(sitting)
                if before is not None and before.report.saved_by != who.name:
                    self._typed.end(before)
            except OSError as error:
                raise NotSaved(cannot_write("Nothing was saved", error)) from error
        return sitting.report

    def give_up(self, code: str, quarter: str, actor: Actor, area: str | None = None) -> None:
        """End a person's sitting over a report without a version: they go on from what stands."""
        sitting = self._sitting(self._place(code, quarter, area), allow(actor, Act.WRITE))
        if sitting is not None:
            self._typed.end(sitting)

    def _sitting(self, at: _Place, actor: Actor) -> Sitting | None:
        """What a person has typed of a report in this sitting."""
        over = self._typed.of(at.area, at.indicator.code, at.quarter)
        return next((one for one in over if same_name(one.report.saved_by, actor.name)), None)

    def settle(self, code: str, quarter: str, actor: Actor, area: str | None = None) -> ExceptionReport | None:
        """End a person's sitting over a report: its last text becomes a version. ``None``: nothing was typed."""
        sitting = self._sitting(self._place(code, quarter, area), actor)
        return None if sitting is None else self._settled(sitting)

    def _settle_others(self, code: str, quarter: str, actor: Actor, area: str | None) -> int:
        """End the sittings of everybody else over a report: what they typed is not submitted unseen, and not lost either."""
        at = self._place(code, quarter, area)
        over = self._typed.of(at.area, at.indicator.code, at.quarter)
        others = [one for one in over if not same_name(one.report.saved_by, actor.name)]
        for one in others:
            self._settled(one)
        return len(others)

    def settle_ended(self, every: bool = False, but: str = "") -> None:
        """Make the last text of each sitting in which nobody types any more a version; ``every``: of all, as at a start.

        ``but``: the name of who goes on typing. A text that can be no version, as another wrote the same field meanwhile, is kept as it was typed.
        """
        for sitting in self._typed.every() if every else self._typed.ended():
            if same_name(sitting.report.saved_by, but):
                continue
            try:
                self._settled(sitting)
            except KpiError as error:
                _log.warning("What was typed on %s is kept, and is no version yet: %s", sitting.report.indicator, error)

    def _settled(self, sitting: Sitting) -> ExceptionReport:
        one = sitting.report
        saved = self.save(one, sitting.base, Actor(one.saved_by, one.saved_as))
        self._typed.end(sitting)
        return saved

    # --- writing a report ---

    def start(
        self, code: str, quarter: str, actor: Actor, from_last: bool = False, area: str | None = None
    ) -> ExceptionReport:
        """Begin a draft with the figures that are held, empty or with the text of the indicator's last report.

        ``NotSaved`` where there is a report already in which something is written, or none to begin from.
        """
        who = allow(actor, Act.WRITE)

        def begin(at: _Place) -> ExceptionReport | None:
            if at.versions and not at.latest.blank:
                raise NotSaved(
                    f"Nothing was begun: there is a report on “{at.indicator.name}” for {at.quarter.label} already. Open it."
                )
            return self._version(at, self._draft(at, from_last), who, ReportEvent.SAVED)

        return self._change(code, quarter, area, who, begin)

    def _draft(self, at: _Place, from_last_one: bool) -> ExceptionReport:
        row = at.row
        if not from_last_one:
            return first_draft(row.indicator, at.area, row.quarter, row.observation, row.target)
        last = at.standing.last_report(at.indicator.code, at.quarter)
        if last is None:
            raise NotSaved(
                f"Nothing was begun: there is no earlier report on “{at.indicator.name}” to begin from. Begin an empty one."
            )
        return from_last(last, row.quarter, row.observation, row.target)

    def save(self, report: ExceptionReport, base_version: int | None, actor: Actor) -> ExceptionReport:
        """Save the text of ``report`` as a new version, written upon version ``base_version`` (``None``: there was none).

        The version that stands then comes back; where the text is the same nothing is written. An action whose number the
        report never had is given one. Where versions were made since, whoever made them, what they changed is kept if it is
        in other fields; else ``ChangedMeanwhile`` is raised. ``NotSaved`` where the report is submitted or approved, or a
        text cannot be kept.
        """
        who = allow(actor, Act.WRITE)
        given = tidied(report)

        def write(at: _Place) -> ExceptionReport | None:
            text = replace(given, actions=numbered(given.actions, at.versions))
            if at.versions and at.latest.text == text.text:
                return None
            if at.versions:
                _must_be_draft(at.latest, "Nothing was saved")
                text = self._upon(at, text, base_version)
            return self._version(at, text, who, ReportEvent.SAVED)

        return self._change(report.indicator, report.quarter.text, report.area, who, write)

    @staticmethod
    def _upon(at: _Place, text: ExceptionReport, base_version: int | None) -> ExceptionReport:
        """A text that was written upon a version, upon the latest. Raises ``ChangedMeanwhile`` where both changed one field."""
        if base_version == at.latest.version:
            return text
        base = next((one for one in at.versions if one.version == base_version), None)
        both = None if base is None else merged(base, text, at.latest)
        if both is None:
            raise ChangedMeanwhile(at.latest)
        return both

    def take_in(self, report: ExceptionReport, file_name: str, actor: Actor) -> ExceptionReport:
        """Make the text of a form that was read from a file a draft, to be checked; what was written before stays a version.

        Raises ``NotSaved`` where the report is submitted or approved: reopen it, or give it back, first.
        """
        who = allow(actor, Act.WRITE)
        given = tidied(report)
        self.settle(report.indicator, report.quarter.text, actor, report.area)

        def write(at: _Place) -> ExceptionReport | None:
            if at.versions:
                _must_be_draft(at.latest, "Nothing was read in")
            text = replace(given, actions=numbered(given.actions, at.versions))
            return self._version(at, text, who, ReportEvent.READ_IN, checked("the file’s name", file_name, LINE_MOST))

        return self._change(report.indicator, report.quarter.text, report.area, who, write)

    def restore(self, code: str, quarter: str, version: int, actor: Actor, area: str | None = None) -> ExceptionReport:
        """Make the text of a former version the text of a new one. What stands now stays among the versions."""
        who = allow(actor, Act.WRITE)
        self.settle(code, quarter, actor, area)

        def undo(at: _Place) -> ExceptionReport | None:
            _must_be_draft(at.latest, "Nothing was restored")
            former = next((one for one in at.versions if one.version == version), None)
            if former is None:
                raise NotSaved(f"Nothing was restored: the report has no version {version}.")
            if former.text == at.latest.text:
                return None
            return self._version(at, former, who, ReportEvent.RESTORED, f"version {version}")

        return self._change(code, quarter, area, who, undo)

    # --- from draft to approved, and back ---

    def submit(
        self,
        code: str,
        quarter: str,
        base_version: int,
        actor: Actor,
        area: str | None = None,
        despite: Sequence[str] = (),
    ) -> ExceptionReport:
        """Submit a draft for approval, with what its author typed last.

        ``despite``: the objections of the checks that its author has looked at, in the words of ``objections``; that it was
        submitted all the same is recorded. Raises ``NotComplete`` with all that the form lacks, ``ObjectedTo`` with what the
        checks have against it and was not looked at, and ``ChangedMeanwhile``.
        """
        who = allow(actor, Act.WRITE)
        refusal = "The report was not submitted"
        others = self._settle_others(code, quarter, actor, area)
        if (settled := self.settle(code, quarter, actor, area)) is not None and not others:
            base_version = settled.version

        def hand_in(at: _Place) -> ExceptionReport | None:
            _must_be_draft(at.latest, refusal)
            if at.latest.version != base_version:
                raise ChangedMeanwhile(at.latest, refusal)
            if lacking := lacks(at.latest, at.row):
                raise NotComplete(lacking)
            objections = self._objections(at.latest)
            if left := [one for one in objections if one not in despite]:
                raise ObjectedTo(left)
            said = _despite(len(objections)) if objections else ""
            return self._version(at, at.latest, who, ReportEvent.SUBMITTED, said, state=ReportState.SUBMITTED)

        return self._change(code, quarter, area, who, hand_in)

    def objections(self, report: ExceptionReport) -> tuple[str, ...]:
        """What the checks of its text have against a report, one sentence each."""
        return tuple(self._objections(report))

    def give_back(self, code: str, quarter: str, reason: str, actor: Actor, area: str | None = None) -> ExceptionReport:
        """Make a submitted report a draft again, with the reason."""
        return self._draft_again(
            (code, quarter, area), actor, reason, ReportState.SUBMITTED, "Nothing was given back", ReportEvent.RETURNED
        )

    def approve(
        self, code: str, quarter: str, base_version: int, actor: Actor, area: str | None = None
    ) -> ExceptionReport:
        """Approve a submitted report as it stood in version ``base_version``, in the actor's role and on this day.

        Raises ``NotAllowed`` where the role may not, or the name is that of an author; ``ChangedMeanwhile``.
        """
        today = self._clock().date()

        def sign(at: _Place) -> ExceptionReport | None:
            if at.latest.state is not ReportState.SUBMITTED:
                what = "submit it first" if at.latest.state is ReportState.DRAFT else "there is nothing to approve"
                raise NotSaved(f"The report was not approved: it is {_is(at.latest)}, so {what}.")
            who = allow(actor, Act.APPROVE, authors(at.versions))
            if at.latest.version != base_version:
                raise ChangedMeanwhile(at.latest, "The report was not approved")
            return self._version(
                at,
                at.latest,
                who,
                ReportEvent.APPROVED,
                state=ReportState.APPROVED,
                role=actor.role,
                approved_on=today,
            )

        return self._change(code, quarter, area, allow(actor, Act.APPROVE), sign)

    def reopen(self, code: str, quarter: str, reason: str, actor: Actor, area: str | None = None) -> ExceptionReport:
        """Make an approved report a draft again, with the reason; the approved version stays among the versions."""
        return self._draft_again(
            (code, quarter, area), actor, reason, ReportState.APPROVED, "Nothing was reopened", ReportEvent.REOPENED
        )

    def _draft_again(
        self,
        of: tuple[str, str, str | None],
        actor: Actor,
        reason: str,
        state: ReportState,
        refusal: str,
        event: ReportEvent,
    ) -> ExceptionReport:
        who = allow(actor, Act.REOPEN)
        why = given_text("the reason", reason, f"{refusal}: give the reason.")

        def back(at: _Place) -> ExceptionReport | None:
            if at.latest.state is not state:
                raise NotSaved(f"{refusal}: the report is {_is(at.latest)}, and not {state.value}.")
            return self._version(at, at.latest, who, event, why)

        return self._change(*of, who, back)

    # --- actions and concerns ---

    def close_action(
        self, code: str, quarter: str, number: int, how: str, actor: Actor, area: str | None = None
    ) -> tuple[ActionClosed, ...]:
        """Close an action of a report, saying what was done; with it the same action where other quarters carry it."""
        who = allow(actor, Act.WRITE)
        done = given_text("what was done", how, "Nothing was closed: say what was done.")
        closed: list[ActionClosed] = []

        def close() -> Made:
            at = self._place(code, quarter, area)
            action = next((one for one in at.latest.actions if one.number == number), None)
            if action is None:
                raise NotSaved(f"Nothing was closed: the report has no action {number}.")
            if action.closed_on is not None:
                raise NotSaved(f"Nothing was closed: action {number} was closed on {day_in_words(action.closed_on)}.")
            now = self._clock()
            closed[:] = [
                ActionClosed(code, at.area, one.quarter, one.action.number, now.date(), done, now, who.name, who.role)
                for one in at.standing.same_actions(code, action.text)
            ]
            return Made(tuple(closed))

        self._ledger.act(who, Kind.ACTION_CLOSED, close)
        return tuple(closed)

    def mark_concern(self, code: str, quarter: str, reason: str, actor: Actor, area: str | None = None) -> Concern:
        """Mark an indicator as an emerging concern, with the reason in one line, whatever its rating; it changes none.

        A mark with another reason takes the place of the one that stands.
        """
        who = allow(actor, Act.WRITE)
        why = " ".join(
            given_text("the reason", reason, "Nothing was marked: give the reason.", REASON_LINE_MOST).split()
        )

        def mark(at: _Place, before: Sequence[Concern]) -> Concern | None:
            if before and not before[-1].lifted and before[-1].reason == why:
                return None
            return self._concern(at, before, why, who)

        return self._marked(code, quarter, area, who, Kind.CONCERN_MARKED, mark)

    def lift_concern(self, code: str, quarter: str, actor: Actor, reason: str = "", area: str | None = None) -> Concern:
        """Take the mark of an emerging concern away; that it was marked is kept."""
        who = allow(actor, Act.WRITE)
        why = checked("the reason", reason.strip(), REASON_LINE_MOST)

        def lift(at: _Place, before: Sequence[Concern]) -> Concern | None:
            if not before or before[-1].lifted:
                raise NotSaved(f"Nothing was lifted: “{at.indicator.name}” is not marked as an emerging concern.")
            return self._concern(at, before, why, who, lifted=True)

        return self._marked(code, quarter, area, who, Kind.CONCERN_LIFTED, lift)

    def _concern(self, at: _Place, before: Sequence[Concern], why: str, who: Actor, lifted: bool = False) -> Concern:
        number = before[-1].number + 1 if before else 1
        return Concern(at.indicator.code, at.area, at.quarter, why, self._clock(), who.name, who.role, number, lifted)

    def _marked(
        self,
        code: str,
        quarter: str,
        area: str | None,
        who: Actor,
        kind: Kind,
        decide: Callable[[_Place, Sequence[Concern]], Concern | None],
    ) -> Concern:
        stands: list[Concern] = []

        def made() -> Made:
            at = self._place(code, quarter, area)
            stands[:] = at.standing.concerns_of(code, at.quarter)
            new = decide(at, stands)
            stands.extend([] if new is None else [new])
            return Made(() if new is None else (new,))

        self._ledger.act(who, kind, made)
        return stands[-1]

    # --- how it is written ---

    def _version(
        self,
        at: _Place,
        text: ExceptionReport,
        who: Actor,
        event: ReportEvent,
        said: str = "",
        state: ReportState = ReportState.DRAFT,
        role: str = "",
        approved_on: date | None = None,
    ) -> ExceptionReport:
        """The version that follows, with this text. ``role`` and ``approved_on`` are those of an approval."""
        return replace(
            text,
            indicator=at.indicator.code,
            area=at.area,
            quarter=at.quarter,
            state=state,
            approved_by=role,
            approved_on=approved_on,
            version=(at.versions[-1].version if at.versions else 0) + 1,
            saved_at=self._clock(),
            saved_by=who.name,
            saved_as=who.role,
            event=event,
            said=said,
        )

    def _change(
        self,
        code: str,
        quarter: str,
        area: str | None,
        who: Actor,
        decide: Callable[[_Place], ExceptionReport | None],
    ) -> ExceptionReport:
        """Add the version that ``decide`` gives, and return what stands then. ``None``: nothing is to be written."""
        stands: list[ExceptionReport] = []

        def made() -> Made:
            at = self._place(code, quarter, area)
            stands[:] = at.versions
            new = decide(at)
            if new is None:
                return Made()
            stands.append(new)
            return Made((new,), kind=_KINDS[new.event])

        self._ledger.act(who, Kind.REPORT_SAVED, made)
        return stands[-1]


# --- what is refused ----------------------------------------------------------------------------------------------


def _is(report: ExceptionReport) -> str:
    on = f" since {day_in_words(report.saved_at)}" if report.saved_at else ""
    return f"a draft{on}" if report.state is ReportState.DRAFT else f"{report.state.value}{on}"


def _must_be_draft(latest: ExceptionReport, nothing: str) -> None:
    if latest.state is ReportState.SUBMITTED:
        raise NotSaved(
            f"{nothing}: the report is {_is(latest)} and waits for approval. Give it back to draft first, with the reason."
        )
    if latest.state is ReportState.APPROVED:
        raise NotSaved(f"{nothing}: the report is {_is(latest)}. Reopen it first, with the reason.")


def _despite(count: int) -> str:
    these = "one statement" if count == 1 else f"{count} statements"
    return f"submitted although the checks object to {these}, which its author has looked at"
