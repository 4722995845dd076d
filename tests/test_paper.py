"""The quarter on paper as a record: what it says is what the screen says, and it names nobody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from kpi_core.judging import Held, Rating, build, headline, row_of
from kpi_core.model import (
    REPORT_SECTIONS,
    Absence,
    Action,
    Basis,
    Concern,
    Conflict,
    Polarity,
    ReportAction,
    ReportState,
)
from kpi_core.reports import completeness
from kpi_core.showing import (
    COLOURS_NOTE,
    MADE_UP,
    PAPER_COLUMNS,
    Circumstances,
    Paper,
    PaperLine,
    ReportSheet,
    blocks,
    form_parts,
    on_paper,
    step,
)
from kpi_core.showing.paper import Block, line_of

from .conftest import NOW, Q2, indicator, observed, report, target

TODAY = NOW.date()
ACTION = Action(1, "Fill the posts.", "Head of Service", date(2022, 12, 31))


def held(code: str, value: str, state: ReportState | None = None, **given: object) -> Held:
    """An indicator whose target is 88, with a report in ``state``; ``None``: without one."""
    one = None if state is None else report(state, indicator=code, **given)
    return Held(
        indicator(code=code, name=f"Measure {code}"), (observed(value, source="Report"),), (target("88"),), (), one
    )


def paper(
    of: Sequence[Held],
    conflicts: Sequence[Conflict] = (),
    concerns: Sequence[Concern] = (),
    earlier: Iterable[ReportAction] = (),
    made_up: bool = False,
) -> Paper:
    card = replace(build(Q2, "X", "Exampleshire", of), concerns=tuple(concerns))
    reports = [one.report for one in of if one.report is not None]
    found = completeness(card, reports, earlier, concerns, TODAY)
    return on_paper(card, reports, found, conflicts, Circumstances("Example Council", made_up, NOW))


def sheet(given: Held, **more: object) -> ReportSheet:
    (found,) = paper([given], **more).sheets  # type: ignore[arg-type]
    return found


def line(given: Held) -> PaperLine:
    return line_of(row_of(given, Q2))


def said_under(heading: str, found: PaperLine) -> list[str]:
    """The lines of a row's cell in a column."""
    return next(
        [one.said for one in cell.lines]
        for column, cell in zip(PAPER_COLUMNS, found.cells, strict=True)
        if column.heading == heading
    )


def conflict(code: str, sentence: str = "Two papers differ.", **given: object) -> Conflict:
    return Conflict(code, "X", Q2, "narrative", None, "Report", sentence, **given)  # type: ignore[arg-type]


# --- the scorecard ------------------------------------------------------------------------------------------------


def test_a_row_says_its_figure_target_rating_and_reason_as_the_scorecard_does() -> None:
    given = held("A1", "80", ReportState.DRAFT)
    row, found = row_of(given, Q2), line(given)
    assert (found.rating, found.reason) == (Rating.RED, row.rated.reason)
    assert "no tolerance held, so Amber could not be given" in found.reason
    assert (found.value, found.target, found.aim) == ("80%", "88%", "80%, target 88%")
    assert (found.exception, found.required) == ("Draft", True)
    assert found.why == "Staff left. Missed in the one quarter held."


def test_a_row_without_a_target_or_a_report_says_so() -> None:
    found = line(Held(indicator(), (observed("80"),)))
    assert (found.target, found.aim, found.exception, found.why) == ("", "80%; no target is held", "Not required", "")


def test_a_missed_target_without_a_report_has_no_explanation_yet() -> None:
    assert line(held("A1", "80")).why == "No explanation yet. Missed in the one quarter held."
    assert line(held("A1", "80")).exception == "Missing"


def test_marks_stand_with_the_figure_and_a_revision_says_what_it_replaces_and_why() -> None:
    changed = observed("80", provisional=True, revision=1, former=Decimal(79), revision_reason="Counted late.")
    found = line(replace(held("A1", "80"), series=(changed,)))
    assert found.value == "80% [p] [r]"
    assert found.beneath == ("Revised from 79%. Counted late.",)
    assert "provisional" in found.reason


@pytest.mark.parametrize(
    ("absence", "shown"),
    [(Absence.SUPPRESSED, "[c]"), (Absence.NOT_APPLICABLE, "[z]"), (Absence.NOT_AVAILABLE, "[x]")],
)
def test_what_is_no_number_is_its_mark_and_no_data(absence: Absence, shown: str) -> None:
    found = line(Held(indicator(), (observed(absence),), (target("88"),)))
    assert (found.value, found.rating, found.required) == (shown, Rating.NO_DATA, False)
    assert found.reason == f"No data: {absence.words}."


def test_a_figure_that_is_not_due_says_when_the_next_one_is() -> None:
    found = line(Held(indicator(due=(4,)), (observed("80", "Q4 2021-22"),)))
    assert found.value == "not due this quarter"
    assert found.beneath == ("Last figure 80% for Q4 2021-22; next due for Q4 2022-23.",)


def test_two_figures_stand_under_the_value() -> None:
    other = Conflict("A1", "X", Q2, "outturn", Decimal(64), "Form", "The form gives 64%.")
    assert line(replace(held("A1", "80"), conflicts=(other,))).beneath == ("Two figures: 80%, 64%; both give Red.",)


def test_the_tolerance_and_the_intervention_level_stand_under_the_target() -> None:
    within = target("88", tolerance="5", tolerance_kind="points", intervention_level="70")
    missed, worse = (line(replace(held("A1", value), targets=(within,))) for value in ("85", "69"))
    assert said_under("Target", missed) == ["88%", "tolerance 5 points", "intervention level 70%"]
    assert said_under("Target", worse) == ["88%", "tolerance 5 points", "past the intervention level of 70%"]


def test_a_carried_over_target_is_said_to_be_so() -> None:
    given = replace(held("A1", "90"), targets=(target("88", "Q1 2021-22"),))
    assert "carried over from 2021-22, not yet confirmed" in line(given).reason


def test_the_leading_change_is_on_the_quarter_before() -> None:
    given = replace(held("A1", "90"), series=(observed("80", "Q1 2022-23"), observed("90")))
    assert said_under("Leading change", line(given)) == ["Up 10 points since Q1 2022-23, improving."]


def test_where_counts_are_held_the_change_says_how_sure_it_is() -> None:
    then, now = (
        observed(value, when, numerator=part, denominator=1000)
        for value, when, part in (("80", "Q1 2022-23", 800), ("90", "Q2 2022-23", 900))
    )
    given = Held(indicator(), (then, now))
    assert said_under("Leading change", line(given)) == [
        "Up 10 points since Q1 2022-23, improving; a clear change: more than ordinary variation."
    ]
    assert not any("ordinary variation" in note for note in paper([given]).notes)


def test_where_they_are_not_it_is_said_once_for_all_rows() -> None:
    rows = [
        Held(indicator(code=f"A{n}"), (observed("80", "Q1 2022-23"), observed("90")), (target("88"),)) for n in range(3)
    ]  # fmt: skip
    assert [note for note in paper(rows).notes if "ordinary variation" in note] == [
        "Of changes that do not say whether they are more than ordinary variation: counts are not held, so whether it is "
        "more than ordinary variation cannot be said."
    ]


def test_a_seasonal_figure_without_last_years_shows_the_change_that_does_not_lead_as_such() -> None:
    given = Held(indicator(seasonal=True), (observed("80", "Q1 2022-23"), observed("90")))
    assert said_under("Leading change", line(given)) == [
        "No figure is held for July to September 2021 (Q2 2021-22).",
        "Not counted in the headline: up 10 points since Q1 2022-23, improving.",
    ]


def test_nothing_is_compared_across_a_break() -> None:
    then, now = observed("80", "Q1 2022-23"), observed("90", series_break="counted otherwise")
    found = line(Held(indicator(), (then, now)))
    assert found.value == "90% [b]"
    (only,) = said_under("Leading change", found)
    assert only.startswith("Not comparable with April to June 2022 (Q1 2022-23): break in series")


def test_rows_are_grouped_by_category_in_the_registers_order() -> None:
    rows = [Held(indicator(code=code, category=category)) for code, category in (("A1", "Care"), ("A2", "Care"), ("B1", "Education"))]  # fmt: skip
    found = paper(rows)
    assert [(category, [one.code for one in lines]) for category, lines in found.groups] == [
        ("Care", ["A1", "A2"]),
        ("Education", ["B1"]),
    ]
    assert [one.code for one in found.lines] == ["A1", "A2", "B1"]


def test_a_band_is_shown_as_a_band() -> None:
    of = indicator(polarity=Polarity.BAND, basis=Basis.QUARTER)
    assert line(Held(of, (observed("30"),), (target(low="40", high="50"),))).target == "40% to 50%"


# --- the whole ----------------------------------------------------------------------------------------------------


def test_it_says_what_it_is_whose_and_when_it_was_made() -> None:
    rows = [held("A1", "80"), held("A2", "90")]
    found = paper(rows)
    assert (found.council, found.area, found.quarter) == (
        "Example Council", "Exampleshire", "July to September 2022 (Q2 2022-23)")  # fmt: skip
    assert found.headline == headline(build(Q2, "X", "Exampleshire", rows))
    assert found.made_at == NOW
    assert found.notes[0] == COLOURS_NOTE
    assert dict(found.sources) == {
        "Council": "Example Council",
        "Source of the figures": "Report",
        "Made": "22 November 2022, 09:30 UTC",
    }
    assert {mark for mark, _ in found.marks} == {"[p]", "[r]", "[b]", "[c]", "[z]", "[x]"}
    assert {rating for rating, meaning in found.ratings if meaning} == set(Rating)


def test_made_up_figures_are_said_to_be_made_up() -> None:
    assert paper([held("A1", "80")], made_up=True).made_up == MADE_UP
    assert paper([held("A1", "80")]).made_up == ""


def test_a_quarter_without_figures_has_every_row_and_no_report() -> None:
    found = paper([Held(indicator(code="A1")), Held(indicator(code="A2"))])
    assert found.headline == ("No figures are held for July to September 2022 (Q2 2022-23).",)
    assert [one.value for one in found.lines] == ["not reported", "not reported"]
    assert (found.sheets, found.earlier) == ((), ())
    assert dict(found.sources)["Source of the figures"] == "no figures held"


def test_the_reports_required_come_in_the_registers_order_and_others_after_them() -> None:
    found = paper(
        [
            held("A1", "95", ReportState.APPROVED),
            held("A2", "80", ReportState.DRAFT),
            held("A3", "80"),
            held("A4", "80", ReportState.APPROVED),
            held("A5", "95"),
        ]
    )
    assert [(one.line.code, one.line.exception) for one in found.sheets] == [
        ("A2", "Draft"),
        ("A3", "Missing"),
        ("A4", "Approved"),
        ("A1", "Approved (not required)"),
    ]


def test_what_the_quarter_lacks_and_what_earlier_ones_left_undone_is_told() -> None:
    undone = ReportAction("A1", "X", Q2 - 1, Action(1, "Ask.", "", date(2022, 9, 1)))
    found = paper([held("A1", "80"), held("A2", "80", ReportState.DRAFT, actions=(ACTION,))], earlier=[undone])
    assert found.reports_said == (
        "A report is required where the target is missed or the intervention level is passed.",
        "One required report is missing.",
        "One required report is a draft.",
        "One action of an earlier quarter is overdue.",
    )
    (left,) = found.earlier
    assert (left.indicator, left.quarter) == ("Measure A1", "Q1 2022-23")
    assert left.step.due == "1 September 2022 (overdue)"


def test_conflicts_stand_with_the_report_they_are_about_and_others_together() -> None:
    known = [
        conflict("A1", "The form says 64%."),
        conflict("A2"),
        conflict("", "The lists differ.", resolution="Mended."),
    ]
    found = paper([held("A1", "80"), held("A2", "90")], known)
    assert [(one.about, one.sentence) for one in found.conflicts] == [
        ("Measure A2", "Two papers differ."),
        ("The quarter's papers", "The lists differ. Resolved: Mended."),
    ]
    (missing,) = found.sheets
    assert missing.said == ("The form says 64%. (Source: Report)",)


# --- one exception report -----------------------------------------------------------------------------------------


def test_a_report_has_the_parts_of_the_form_in_its_order() -> None:
    full = report(
        ReportState.APPROVED, outturn=Decimal("64"), target=Decimal("100"), actions=(ACTION,), completed_by="Report author",
        approved_by="Service Unit Head", approved_on=date(2022, 10, 27),
    )  # fmt: skip
    found = form_parts(full, lambda value: f"{value}%")
    assert [part.heading for part in found] == [
        "Indicator description",
        "Outturn, Q2 2022-23",
        "Quarterly target",
        *REPORT_SECTIONS,
        "Actions taken or planned",
        "Completed by",
        "Service unit head approval with date",
    ]
    said = {part.heading: part.text for part in found}
    assert (said["Outturn, Q2 2022-23"], said["Quarterly target"]) == ("64%", "100%")
    assert said["Service unit head approval with date"] == "Service Unit Head, 27 October 2022"
    assert [part.actions for part in found if part.actions is not None] == [(ACTION,)]


@pytest.mark.parametrize(
    ("state", "standing"),
    [
        (ReportState.DRAFT, "DRAFT: this report is neither submitted nor approved."),
        (ReportState.SUBMITTED, "Submitted, not approved: this report waits for its approval."),
        (ReportState.APPROVED, ""),
    ],
)
def test_a_report_that_is_not_approved_says_so_at_its_head(state: ReportState, standing: str) -> None:
    assert sheet(held("A1", "80", state)).standing == standing


def test_a_report_that_is_required_and_missing_has_a_page_that_says_so() -> None:
    found = sheet(held("A1", "80"))
    assert found.standing == "Missing: an exception report is required, and none is written."
    assert found.parts == ()


def test_a_form_that_was_only_begun_counts_as_missing() -> None:
    empty = tuple((heading, "") for heading in REPORT_SECTIONS)
    begun = held("A1", "80", ReportState.DRAFT, reason_line="", sections=empty)
    assert sheet(begun).parts == ()
    assert sheet(begun).line.exception == "Missing"


def test_an_emerging_concern_and_text_that_has_no_place_are_told_with_the_report() -> None:
    mark = Concern("A1", "X", Q2, "It falls.", datetime(2022, 11, 1), "Ann Author", "Report author")
    draft = held("A1", "80", ReportState.DRAFT, unplaced="Left over.")
    assert sheet(draft, concerns=[mark]).said == (
        "Marked as an emerging concern: It falls.",
        "Some text of the form that was read in has not been put under any heading yet.",
    )
    assert sheet(held("A1", "80", ReportState.APPROVED, unplaced="Left over.")).said == ()


def test_nobody_is_named() -> None:
    written = held("A1", "80", ReportState.DRAFT, saved_by="Ann Author", saved_as="Report author", actions=(ACTION,))
    mark = Concern("A1", "X", Q2, "It falls.", datetime(2022, 11, 1), "Bob Author", "Report author")
    told = repr(paper([written], concerns=[mark]))
    assert "Fill the posts." in told
    assert "Ann" not in told
    assert "Bob" not in told


@pytest.mark.parametrize(
    ("action", "cells"),
    [
        (ACTION, ("Fill the posts.", "Head of Service", "31 December 2022")),
        (Action(2, "Ask."), ("Ask.", "No owner is given.", "No due date is given.")),
        (Action(3, "Ask.", "Head", date(2022, 11, 21)), ("Ask.", "Head", "21 November 2022 (overdue)")),
        (
            Action(4, "Ask.", "Head", date(2022, 11, 1), date(2022, 11, 20), "Asked."),
            ("Ask.\nClosed on 20 November 2022: Asked.", "Head", "1 November 2022"),
        ),
    ],
)
def test_an_action_says_who_and_by_when_or_that_it_is_not_given(action: Action, cells: tuple[str, str, str]) -> None:
    found = step(action, TODAY)
    assert (found.text, found.owner, found.due) == cells


# --- text ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        (" \n\n ", ()),
        ("One line.", (Block(("One line.",)),)),
        ("One\nparagraph.\n\nAnother.", (Block(("One paragraph.",)), Block(("Another.",)))),
        ("- One\n- Two", (Block(("One", "Two"), True),)),
        ("First:\n- One\n- Two\nThen.", (Block(("First:",)), Block(("One", "Two"), True), Block(("Then.",)))),
        ("- One\n  goes on\n- Two", (Block(("One goes on", "Two"), True),)),
        ("-5 is a number\n- 5 is an item", (Block(("-5 is a number",)), Block(("5 is an item",), True))),
    ],
)
def test_text_is_read_as_paragraphs_and_lists(text: str, found: tuple[Block, ...]) -> None:
    assert blocks(text) == found
