"""What is read of the database for exception reports: their versions, actions and concerns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from ..model import (
    Action,
    ActionClosed,
    Concern,
    ExceptionReport,
    ReportAction,
    ReportEvent,
    ReportState,
)
from ..periods import Quarter
from .journal import Key, Written
from .rows import Rows, decimal, quarter_of

_WHOSE = "indicator, area, quarter"
_VERSION = f"{_WHOSE}, version"


def _latest(where: str) -> str:
    """The latest version of each report for which ``where`` holds, as a table of their keys."""
    return f"(select {_WHOSE}, max(version) as version from report where {where} group by {_WHOSE})"


class ReportReading(Rows):
    """What one use case about exception reports reads."""

    def reports(self, area: str, quarter: Quarter) -> tuple[ExceptionReport, ...]:
        """The latest version of each exception report of a quarter."""
        return self._reports(_latest("area = ? and quarter = ?"), [area, quarter.start])

    def versions(self, area: str, quarter: Quarter, indicator: str) -> tuple[ExceptionReport, ...]:
        """Every version of one report, oldest first; empty where there is none."""
        every = f"(select {_VERSION} from report where area = ? and quarter = ? and indicator = ?)"
        return self._reports(every, [area, quarter.start, indicator])

    def last_report(self, area: str, before: Quarter, indicator: str) -> ExceptionReport | None:
        """The latest version of an indicator's last report before a quarter in which something is written."""
        earlier = self._reports(_latest("area = ? and indicator = ? and quarter < ?"), [area, indicator, before.start])
        return next((one for one in reversed(earlier) if not one.blank), None)

    def _reports(self, chosen: str, values: Sequence[object]) -> tuple[ExceptionReport, ...]:
        """The versions that ``chosen``, a table of keys, names; in the order of their area, indicator, quarter and number."""
        rows = self._rows(
            f"""
            select {_VERSION}, state, reason_line, description, outturn, target, completed_by,
                   approved_by, approved_on, source, unplaced, saved_at, saved_by, saved_as, event, said
            from report join {chosen} as chosen using ({_VERSION}) order by area, indicator, quarter, version
            """,
            values,
        )
        if not rows:
            return ()
        sections = self._parts("place, heading, body", "report_section", rows)
        actions = self._parts("place, number, said, owner, due", "report_action", rows)
        closed = self._closings(rows) if actions else {}
        return tuple(
            ExceptionReport(
                code, area, quarter_of(start), ReportState(state), reason_line, description, decimal(outturn), decimal(target),
                tuple((heading, body) for _, heading, body in sections.get((code, area, start, version), ())), completed_by,
                approved_by, approved_on, source,
                tuple(
                    Action(number, text, owner, due, *closed.get((code, area, start, number), ()))
                    for _, number, text, owner, due in actions.get((code, area, start, version), ())
                ),
                unplaced, version, saved_at, saved_by, saved_as, ReportEvent(event), said,
            )
            for (code, area, start, version, state, reason_line, description, outturn, target, completed_by, approved_by,
                 approved_on, source, unplaced, saved_at, saved_by, saved_as, event, said) in rows
        )  # fmt: skip

    def _parts(
        self, cells: str, table: str, of: Sequence[tuple[Any, ...]]
    ) -> dict[tuple[Any, ...], list[tuple[Any, ...]]]:
        """The rows of a table by the version they belong to, in their order. ``of``: rows that begin with their version's key."""
        keys = [[row[place] for row in of] for place in range(4)]
        found: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
        for row in self._rows(
            f"""
            select {_VERSION}, {cells} from {table} where ({_VERSION}) in (
                select unnest(?::varchar[]), unnest(?::varchar[]), unnest(?::date[]), unnest(?::integer[]))
            order by place
            """,
            keys,
        ):
            found.setdefault(row[:4], []).append(row[4:])
        return found

    def _closings(self, of: Sequence[tuple[Any, ...]]) -> dict[tuple[Any, ...], tuple[date, str]]:
        """When, and with what done, each closed action of these reports was closed, by its report and number."""
        areas, codes = {row[1] for row in of}, {row[0] for row in of}
        rows = self._rows(
            f"""
            select {_WHOSE}, number, closed_on, closing from action_closed
            where area in (select unnest(?::varchar[])) and indicator in (select unnest(?::varchar[]))
            """,
            [sorted(areas), sorted(codes)],
        )
        return {row[:4]: (row[4], row[5]) for row in rows}

    # --- actions ---

    def open_actions(
        self, area: str, before: Quarter, indicator: str | None = None, due_before: date | None = None
    ) -> tuple[ReportAction, ...]:
        """The actions of earlier quarters' reports that nobody closed, oldest quarter first.

        Where reports of several quarters carry an action in the same words, the last one speaks for all of them: it has
        the due date that holds. ``due_before`` leaves out those that are due later, or on no day.
        """
        where = f"area = ? and quarter < ? {'and indicator = ?' if indicator else ''}"
        bound: list[object] = [area, before.start, *([indicator] if indicator else [])]
        return self._open_actions(
            where, bound, f"same = 1 {'and due < ?' if due_before else ''}", [due_before] if due_before else []
        )

    def same_actions(self, area: str, indicator: str, text: str) -> tuple[ReportAction, ...]:
        """The open actions of one indicator's reports, of any quarter, that are in these words."""
        return self._open_actions("area = ? and indicator = ?", [area, indicator], "said = ?", [text])

    def _open_actions(
        self, of: str, bound: Sequence[object], which: str, values: Sequence[object]
    ) -> tuple[ReportAction, ...]:
        """Open actions of the reports for which ``of`` holds; ``same`` counts those in the same words from the last back."""
        rows = self._rows(
            f"""
            select {_WHOSE}, number, said, owner, due from (
                select {_WHOSE}, a.number, a.said, a.owner, a.due, a.place,
                       row_number() over (partition by indicator, area, a.said order by quarter desc, a.place) as same
                from report_action a join {_latest(of)} as latest using ({_VERSION})
                left join action_closed c using ({_WHOSE}, number)
                where c.closed_on is null
            ) as open where {which} order by quarter, indicator, place
            """,
            [*bound, *values],
        )
        return tuple(ReportAction(code, area, quarter_of(start), Action(*cells)) for code, area, start, *cells in rows)

    # --- concerns ---

    def concerns(self, area: str, quarter: Quarter) -> tuple[Concern, ...]:
        """The marks of a quarter that stand."""
        last = {one.indicator: one for one in self._concerns("area = ? and quarter = ?", [area, quarter.start])}
        return tuple(one for one in last.values() if not one.lifted)

    def concerns_of(self, area: str, quarter: Quarter, indicator: str) -> tuple[Concern, ...]:
        """Every mark and every lifting of one indicator in a quarter, oldest first."""
        return self._concerns("area = ? and quarter = ? and indicator = ?", [area, quarter.start, indicator])

    def _concerns(self, where: str, values: Sequence[object] = ()) -> tuple[Concern, ...]:
        rows = self._rows(
            f"""
            select indicator, area, quarter, reason, done_at, done_by, done_as, number, lifted
            from concern where {where} order by indicator, area, quarter, number
            """,
            values,
        )
        return tuple(Concern(code, area, quarter_of(start), *cells) for code, area, start, *cells in rows)

    # --- all that was written of them ---

    def explained(self) -> frozenset[tuple[str, str, Quarter]]:
        """(area, indicator, quarter) of every report in which something is explained."""
        rows = self._rows(
            f"""
            select area, indicator, quarter from report join {_latest("true")} as latest using ({_VERSION})
            where reason_line <> '' or unplaced <> ''
               or ({_VERSION}) in (select {_VERSION} from report_action)
               or ({_VERSION}) in (select {_VERSION} from report_section where body <> '')
            """
        )
        return frozenset((area, code, quarter_of(start)) for area, code, start in rows)

    def report_count(self) -> int:
        """How many exception reports are held, whatever their versions."""
        return int(
            self._rows("select count(*) from (select distinct indicator, area, quarter from report) as one")[0][0]
        )

    def report_keys(self) -> frozenset[Key]:
        """What names each version, closing and mark that was written on the pages; the bundled reports were not."""
        rows = self._rows(
            """
            select 'report', area, indicator, quarter, version from report where version > 0
            union all select 'action_closed', area, indicator, quarter, number from action_closed
            union all select 'concern', area, indicator, quarter, number from concern
            """
        )
        return frozenset((what, area, code, quarter_of(start), number) for what, area, code, start, number in rows)

    def reports_written(self) -> tuple[Written, ...]:
        """Every version, closing and mark written on the pages: each version with its actions as that version has them."""
        closed = tuple(
            ActionClosed(code, area, quarter_of(start), *cells)
            for code, area, start, *cells in self._rows(
                """
                select indicator, area, quarter, number, closed_on, closing, done_at, done_by, done_as
                from action_closed order by done_at, indicator, area, quarter, number
                """
            )
        )
        return (
            *map(as_written, self._reports(f"(select {_VERSION} from report where version > 0)", [])),
            *closed,
            *self._concerns("true"),
        )


def as_written(report: ExceptionReport) -> ExceptionReport:
    """A version without what was said of its actions beside it."""
    return replace(report, actions=tuple(Action(*action.undertaken) for action in report.actions))
