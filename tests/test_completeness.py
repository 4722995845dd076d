"""What a quarter still needs: reports by their state, actions without owner or date, what earlier quarters left, concerns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

import pytest

from kpi_core.judging import Held, Scorecard, build, headline
from kpi_core.model import Action, Concern, ExceptionReport, ReportAction, ReportState
from kpi_core.reports import Completeness, completeness

from .conftest import Q2, indicator, observed, report, target

TODAY = date(2022, 11, 22)
MISSED, MET = "80", "90"
WHOLE = Action(1, "Fill the posts.", "Head of Service", date(2022, 12, 31))


def held(code: str, value: str, state: ReportState | None = None, **given: object) -> Held:
    one = None if state is None else report(state, indicator=code, **given)
    return Held(indicator(code=code, name=f"Measure {code}"), (observed(value),), (target("88"),), (), one)


def card(*of: Held, **given: object) -> Scorecard:
    return replace(build(Q2, "X", "Exampleshire", of), **given)  # type: ignore[arg-type]


def found(of: Iterable[Held], earlier: Iterable[ReportAction] = (), concerns: Iterable[Concern] = ()) -> Completeness:
    rows = list(of)
    reports: list[ExceptionReport] = [one.report for one in rows if one.report is not None]
    return completeness(card(*rows), reports, earlier, concerns, TODAY)


def earlier(due: str | None, text: str = "Ask.", code: str = "A1") -> ReportAction:
    return ReportAction(code, "X", Q2 - 1, Action(1, text, "", date.fromisoformat(due) if due else None))


def concern(code: str = "A1", reason: str = "It falls.") -> Concern:
    return Concern(code, "X", Q2, reason, datetime(2022, 11, 1), "Ann Author", "Report author")


def codes(rows: Iterable[object]) -> list[str]:
    return [row.indicator.code for row in rows]  # type: ignore[attr-defined]


STATES = (
    held("A1", MISSED),
    held("A2", MISSED, ReportState.DRAFT, actions=(WHOLE,)),
    held("A3", MISSED, ReportState.SUBMITTED, actions=(WHOLE,)),
    held("A4", MISSED, ReportState.APPROVED, actions=(WHOLE,)),
    held("A5", MET, ReportState.DRAFT, actions=(WHOLE,)),
    held("A6", MET),
)


def test_each_required_report_is_in_one_state_and_those_not_required_stand_apart() -> None:
    told = found(STATES)
    assert codes(told.required) == ["A1", "A2", "A3", "A4"]
    by_state = {state: codes(told.in_state(state)) for state in ReportState}
    assert by_state == {
        ReportState.MISSING: ["A1"],
        ReportState.DRAFT: ["A2"],
        ReportState.SUBMITTED: ["A3"],
        ReportState.APPROVED: ["A4"],
        ReportState.NONE: [],
    }
    assert codes(told.not_required) == ["A5"]


def test_a_form_that_was_only_begun_is_missing_and_is_not_present_where_none_is_required() -> None:
    empty: dict[str, object] = {"reason_line": "", "sections": ()}
    told = found([held("A1", MISSED, ReportState.DRAFT, **empty), held("A2", MET, ReportState.DRAFT, **empty)])
    assert codes(told.in_state(ReportState.MISSING)) == ["A1"]
    assert told.not_required == ()


@pytest.mark.parametrize(
    ("action", "listed"),
    [
        (WHOLE, False),
        (replace(WHOLE, owner=" "), True),
        (replace(WHOLE, due=None), True),
        (replace(WHOLE, owner="", closed_on=TODAY, closing="Done."), False),
    ],
)
def test_an_open_action_without_an_owner_or_a_date_is_listed(action: Action, listed: bool) -> None:
    told = found([held("A1", MISSED, ReportState.DRAFT, actions=(action,))])
    assert [one.action for one in told.unassigned] == ([action] if listed else [])


def test_overdue_actions_of_earlier_quarters_come_first_then_by_due_date_and_those_without_one_last() -> None:
    given = [earlier(None), earlier("2023-01-01"), earlier("2022-11-21"), earlier("2022-11-22"), earlier("2022-06-30")]
    told = found([], given)
    assert [one.action.due and one.action.due.isoformat() for one in told.unfinished] == [
        "2022-06-30", "2022-11-21", "2022-11-22", "2023-01-01", None]  # fmt: skip
    assert told.overdue == told.unfinished[:2]


def test_what_the_quarter_lacks_is_counted_in_sentences() -> None:
    bare = held("A2", MISSED, ReportState.DRAFT, actions=(Action(1, "Ask."), Action(2, "Tell.")))
    told = found([held("A1", MISSED), bare, held("A3", MISSED, ReportState.SUBMITTED)], [earlier("2022-01-01")])
    assert told.lacks == (
        "One required report is missing.",
        "One required report is a draft.",
        "One required report is submitted and not approved.",
        "Two actions are without an owner or a due date.",
        "One action of an earlier quarter is overdue.",
    )
    twice = found([held("A1", MISSED), held("A2", MISSED), *STATES[1:2], *STATES[1:2]], [earlier("2022-01-01")] * 12)
    assert twice.lacks == (
        "Two required reports are missing.",
        "Two required reports are drafts.",
        "12 actions of earlier quarters are overdue.",
    )


def test_a_complete_quarter_lacks_nothing() -> None:
    assert found(STATES[3:]).lacks == ()


# --- in the headline ----------------------------------------------------------------------------------------------


def test_overdue_actions_of_earlier_quarters_are_counted_in_the_headline_and_only_where_there_are_any() -> None:
    plain = headline(card(*STATES))
    for count, sentence in (
        (1, "1 action of earlier quarters is overdue."),
        (2, "2 actions of earlier quarters are overdue."),
    ):
        told = headline(card(*STATES, overdue_actions=(earlier("2022-01-01"),) * count))
        assert [one for one in told if one not in plain] == [sentence]
        assert told[-1] == plain[-1]
        assert told[0] == plain[0]


def test_concerns_are_named_in_the_headline_with_their_reasons() -> None:
    plain = headline(card(*STATES))
    told = headline(card(*STATES, concerns=(concern(),)))
    assert [one for one in told if one not in plain] == ["Marked as an emerging concern: Measure A1 (It falls)."]
    both = headline(card(*STATES, concerns=(concern(), concern("A6", "Two leads\nleft"))))
    assert "Marked as emerging concerns: Measure A1 (It falls); Measure A6 (Two leads left)." in both


def test_a_quarter_without_figures_still_says_what_was_brought_forward() -> None:
    empty = Held(indicator())
    told = headline(card(empty, overdue_actions=(earlier("2022-01-01"),), concerns=(concern("A1"),)))
    assert told[1:] == (
        "Marked as an emerging concern: Plans on time (It falls).",
        "1 action of earlier quarters is overdue.",
    )


def test_a_concern_changes_no_rating_and_no_count() -> None:
    assert card(*STATES, concerns=(concern(),)).summary == card(*STATES).summary
