"""Exception reports, from the first draft to the approval: an author's use cases. ``Services.reports`` is one of these.

Every change is a new version; none is ever overwritten. A change is answered for only once it is in the database and,
on a line of its own, in the file of the kept folder (``journal``), from which the database can be made again. Who may do
what is ``access``, what a form must have is ``exception_form``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from ..access import Actor, allow, may_approve, may_review, may_write, name_of, same_name
from ..completeness import overdue_first
from ..errors import NotSaved, UnknownIndicator
from ..exception_form import (
    LINE_MOST,
    ChangedMeanwhile,
    NotComplete,
    checked,
    first_draft,
    from_last,
    is_overdue,
    lacks,
    numbered,
    required,
    tidied,
    unchanged,
)
from ..model import (
    REASON_LINE_MOST,
    ActionClosed,
    Concern,
    ExceptionReport,
    Indicator,
    ReportEvent,
    ReportState,
)
from ..periods import Quarter, day_in_words
from ..periods import quarter as read_quarter
from ..scorecard import Row, row_of
from ..views import ReportView
from .in_step import Recording
from .kept import Kept
from .reading import Reading
from .reading_reports import as_written
from .store import Store, Writing


@dataclass(frozen=True, slots=True)
class _Place:
    """Which report is spoken of, with its row of the scorecard and every version it has, oldest first."""

    row: Row
    area: str
    versions: tuple[ExceptionReport, ...]

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
    """The use cases over one store and the folder of what is kept beside it.

    A report is named by its indicator's code, its quarter as text and its area (``None``: the council's own). Each raises
    ``PeriodError``, ``UnknownChoice`` and ``UnknownIndicator`` where that names nothing, ``NotAllowed`` where the role or
    the name may not do it, and ``NotSaved`` with what to do where nothing was written for another reason.
    """

    def __init__(
        self,
        store: Store,
        kept: Kept | None,
        home: str,
        clock: Callable[[], datetime],
        at: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._home = home
        self._clock = clock
        self._recording = Recording(store, kept, clock, at)

    # --- reading ---

    def one(self, code: str, quarter: str, area: str | None = None) -> ReportView:
        """A report where it is written: the figures beside it, its versions, what it lacks, and what came before."""
        today = self._clock().date()
        with self._store.read() as reading:
            at = self._place(reading, code, quarter, area)
            last = reading.last_report(at.area, at.quarter, code)
            earlier = overdue_first(reading.open_actions(at.area, at.quarter, code), today)
            marked = reading.concerns_of(at.area, at.quarter, code)[-1:]
        report = at.versions[-1] if at.versions else None
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

    def _place(self, reading: Reading, code: str, quarter: str, area: str | None) -> _Place:
        chosen = read_quarter(quarter)
        area, _ = reading.area(area or self._home)
        held = reading.held(area, chosen, code=code)
        if not held:
            raise UnknownIndicator(code, tuple(one.code for one in reading.indicators(area)))
        return _Place(row_of(held[0], chosen), area, reading.versions(area, chosen, code))

    # --- writing a report ---

    def start(
        self, code: str, quarter: str, actor: Actor, from_last: bool = False, area: str | None = None
    ) -> ExceptionReport:
        """Begin a draft with the figures that are held, empty or with the text of the indicator's last report.

        ``NotSaved`` where there is a report already in which something is written, or none to begin from.
        """
        allow(may_write(actor))

        def begin(writing: Writing, at: _Place) -> ExceptionReport | None:
            if at.versions and not at.latest.blank:
                raise NotSaved(
                    f"Nothing was begun: there is a report on “{at.indicator.name}” for {at.quarter.label} already. Open it."
                )
            return self._version(at, self._draft(writing, at, from_last), actor, ReportEvent.SAVED)

        return self._change(code, quarter, area, begin)

    def _draft(self, reading: Reading, at: _Place, from_last_one: bool) -> ExceptionReport:
        row = at.row
        if not from_last_one:
            return first_draft(row.indicator, at.area, row.quarter, row.observation, row.target)
        last = reading.last_report(at.area, at.quarter, at.indicator.code)
        if last is None:
            raise NotSaved(
                f"Nothing was begun: there is no earlier report on “{at.indicator.name}” to begin from. Begin an empty one."
            )
        return from_last(last, row.quarter, row.observation, row.target)

    def save(self, report: ExceptionReport, base_version: int | None, actor: Actor) -> ExceptionReport:
        """Save the text of ``report`` as a new version, written upon version ``base_version`` (``None``: there was none).

        The version that stands then comes back; where the text is the same nothing is written. An action whose number the
        report never had is given one. Raises ``ChangedMeanwhile`` where somebody else wrote since; ``NotSaved`` where the
        report is submitted or approved, or a text cannot be kept.
        """
        allow(may_write(actor))
        given = tidied(report)

        def write(_: Writing, at: _Place) -> ExceptionReport | None:
            text = replace(given, actions=numbered(given.actions, at.versions))
            if at.versions and at.latest.text == text.text:
                return None
            if at.versions:
                _must_be_draft(at.latest, "Nothing was saved")
                _unless_meanwhile(at.versions, base_version, actor)
            return self._version(at, text, actor, ReportEvent.SAVED)

        return self._change(report.indicator, report.quarter.text, report.area, write)

    def take_in(self, report: ExceptionReport, file_name: str, actor: Actor) -> ExceptionReport:
        """Make the text of a form that was read from a file a draft, to be checked; what was written before stays a version.

        Raises ``NotSaved`` where the report is submitted or approved: reopen it, or give it back, first.
        """
        allow(may_write(actor))
        given = tidied(report)

        def write(_: Writing, at: _Place) -> ExceptionReport | None:
            if at.versions:
                _must_be_draft(at.latest, "Nothing was read in")
            text = replace(given, actions=numbered(given.actions, at.versions))
            return self._version(at, text, actor, ReportEvent.READ_IN, checked("the file’s name", file_name, LINE_MOST))

        return self._change(report.indicator, report.quarter.text, report.area, write)

    def restore(self, code: str, quarter: str, version: int, actor: Actor, area: str | None = None) -> ExceptionReport:
        """Make the text of a former version the text of a new one. What stands now stays among the versions."""
        allow(may_write(actor))

        def undo(_: Writing, at: _Place) -> ExceptionReport | None:
            _must_be_draft(at.latest, "Nothing was restored")
            former = next((one for one in at.versions if one.version == version), None)
            if former is None:
                raise NotSaved(f"Nothing was restored: the report has no version {version}.")
            if former.text == at.latest.text:
                return None
            return self._version(at, former, actor, ReportEvent.RESTORED, f"version {version}")

        return self._change(code, quarter, area, undo)

    # --- from draft to approved, and back ---

    def submit(
        self, code: str, quarter: str, base_version: int, actor: Actor, area: str | None = None
    ) -> ExceptionReport:
        """Submit a draft for approval. Raises ``NotComplete`` with all that the form lacks, ``ChangedMeanwhile``."""
        allow(may_write(actor))

        def hand_in(_: Writing, at: _Place) -> ExceptionReport | None:
            _must_be_draft(at.latest, "The report was not submitted")
            _unless_meanwhile(at.versions, base_version, actor, "The report was not submitted")
            if lacking := lacks(at.latest, at.row):
                raise NotComplete(lacking)
            return self._version(at, at.latest, actor, ReportEvent.SUBMITTED, state=ReportState.SUBMITTED)

        return self._change(code, quarter, area, hand_in)

    def give_back(self, code: str, quarter: str, reason: str, actor: Actor, area: str | None = None) -> ExceptionReport:
        """Make a submitted report a draft again, with the reason: by who should approve it, or by an author."""
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

        def sign(_: Writing, at: _Place) -> ExceptionReport | None:
            if at.latest.state is not ReportState.SUBMITTED:
                what = "submit it first" if at.latest.state is ReportState.DRAFT else "there is nothing to approve"
                raise NotSaved(f"The report was not approved: it is {_is(at.latest)}, so {what}.")
            allow(may_approve(actor, at.versions))
            if at.latest.version != base_version:
                raise ChangedMeanwhile(at.latest, "The report was not approved")
            return self._version(
                at,
                at.latest,
                actor,
                ReportEvent.APPROVED,
                state=ReportState.APPROVED,
                role=actor.role,
                approved_on=today,
            )

        return self._change(code, quarter, area, sign)

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
        allow(may_review(actor))
        why = required("the reason", reason, f"{refusal}: give the reason.")

        def back(_: Writing, at: _Place) -> ExceptionReport | None:
            if at.latest.state is not state:
                raise NotSaved(f"{refusal}: the report is {_is(at.latest)}, and not {state.value}.")
            return self._version(at, at.latest, actor, event, why)

        return self._change(*of, back)

    # --- actions and concerns ---

    def close_action(
        self, code: str, quarter: str, number: int, how: str, actor: Actor, area: str | None = None
    ) -> tuple[ActionClosed, ...]:
        """Close an action of a report, saying what was done; with it the same action where other quarters carry it."""
        allow(may_write(actor))
        done = required("what was done", how, "Nothing was closed: say what was done.")

        def close(writing: Writing) -> tuple[ActionClosed, ...]:
            at = self._place(writing, code, quarter, area)
            action = next((one for one in at.latest.actions if one.number == number), None)
            if action is None:
                raise NotSaved(f"Nothing was closed: the report has no action {number}.")
            if action.closed_on is not None:
                raise NotSaved(f"Nothing was closed: action {number} was closed on {day_in_words(action.closed_on)}.")
            now = self._clock()
            return tuple(
                ActionClosed(
                    code, at.area, one.quarter, one.action.number, now.date(), done, now, name_of(actor), actor.role
                )
                for one in writing.same_actions(at.area, code, action.text)
            )

        return self._recording.do(close)

    def mark_concern(self, code: str, quarter: str, reason: str, actor: Actor, area: str | None = None) -> Concern:
        """Mark an indicator as an emerging concern, with the reason in one line, whatever its rating; it changes none.

        A mark with another reason takes the place of the one that stands.
        """
        allow(may_write(actor))
        why = " ".join(required("the reason", reason, "Nothing was marked: give the reason.", REASON_LINE_MOST).split())

        def mark(at: _Place, before: Sequence[Concern]) -> Concern | None:
            if before and not before[-1].lifted and before[-1].reason == why:
                return None
            return self._concern(at, before, why, actor)

        return self._marked(code, quarter, area, mark)

    def lift_concern(self, code: str, quarter: str, actor: Actor, reason: str = "", area: str | None = None) -> Concern:
        """Take the mark of an emerging concern away; that it was marked is kept."""
        allow(may_write(actor))
        why = checked("the reason", reason.strip(), REASON_LINE_MOST)

        def lift(at: _Place, before: Sequence[Concern]) -> Concern | None:
            if not before or before[-1].lifted:
                raise NotSaved(f"Nothing was lifted: “{at.indicator.name}” is not marked as an emerging concern.")
            return self._concern(at, before, why, actor, lifted=True)

        return self._marked(code, quarter, area, lift)

    def _concern(self, at: _Place, before: Sequence[Concern], why: str, actor: Actor, lifted: bool = False) -> Concern:
        number = before[-1].number + 1 if before else 1
        return Concern(
            at.indicator.code, at.area, at.quarter, why, self._clock(), name_of(actor), actor.role, number, lifted
        )

    def _marked(
        self,
        code: str,
        quarter: str,
        area: str | None,
        decide: Callable[[_Place, Sequence[Concern]], Concern | None],
    ) -> Concern:
        stands: list[Concern] = []

        def events(writing: Writing) -> tuple[Concern, ...]:
            at = self._place(writing, code, quarter, area)
            stands.extend(writing.concerns_of(at.area, at.quarter, code))
            new = decide(at, stands)
            return () if new is None else (new,)

        return (self._recording.do(events) or stands)[-1]

    # --- how it is written ---

    def _version(
        self,
        at: _Place,
        text: ExceptionReport,
        actor: Actor,
        event: ReportEvent,
        said: str = "",
        state: ReportState = ReportState.DRAFT,
        role: str = "",
        approved_on: date | None = None,
    ) -> ExceptionReport:
        """The version that follows, with this text. ``role`` and ``approved_on`` are those of an approval."""
        return replace(
            as_written(text),
            indicator=at.indicator.code,
            area=at.area,
            quarter=at.quarter,
            state=state,
            approved_by=role,
            approved_on=approved_on,
            version=(at.versions[-1].version if at.versions else 0) + 1,
            saved_at=self._clock(),
            saved_by=name_of(actor),
            saved_as=actor.role,
            event=event,
            said=said,
        )

    def _change(
        self,
        code: str,
        quarter: str,
        area: str | None,
        decide: Callable[[Writing, _Place], ExceptionReport | None],
    ) -> ExceptionReport:
        """Add the version that ``decide`` gives, and return what stands then. ``None``: nothing is to be written."""
        stands: list[ExceptionReport] = []

        def events(writing: Writing) -> tuple[ExceptionReport, ...]:
            at = self._place(writing, code, quarter, area)
            stands.extend(at.versions)
            new = decide(writing, at)
            return () if new is None else (new,)

        return (self._recording.do(events) or stands)[-1]


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


def _unless_meanwhile(
    versions: Sequence[ExceptionReport], base: int | None, actor: Actor, nothing: str = "Nothing was saved"
) -> None:
    """Refuse where somebody of another name added a version after ``base``."""
    seen = -1 if base is None else base
    if any(one.version > seen and not same_name(one.saved_by, actor.name) for one in versions):
        raise ChangedMeanwhile(versions[-1], nothing)
