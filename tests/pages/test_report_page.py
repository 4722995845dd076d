"""One exception report: begun, written with its findings beside it, submitted, approved, given back, reopened, followed up."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from urllib.parse import unquote

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from kpi_core.access import Actor
from kpi_core.errors import NotSaved
from kpi_core.model import ACTIONS_HEADING, NONE_IDENTIFIED, REPORT_SECTIONS, Action, ExceptionReport, ReportState
from kpi_core.shell.services.reports import Reports
from pages._ui import session

from . import acting, body, heading, moved_to, opened, pressed, said, sections, table
from .report import (
    AUTHOR,
    CODE,
    FINANCIAL,
    HEAD,
    LEGAL,
    ONE_LINE,
    Q1,
    Q2,
    REASON,
    TRUE,
    at_report,
    begun,
    findings,
    handed_in,
    held,
    kept,
    key,
    left,
    mine,
    standing,
    state,
    view,
    whole,
    wrote,
)

MAY_NOT_WRITE = "The role Improvement board may not write exception reports, close actions or mark concerns. Ask Report author or Service Unit Head."


# --- before there is a report -------------------------------------------------------------------------------------


def test_a_report_that_is_required_and_not_begun_says_why_and_how_to_begin() -> None:
    at = at_report(None)
    assert heading(at) == "Assessments completed in 45 days"
    assert state(at).startswith("✖ Missing")
    (sentence,) = said(at)
    assert sentence.startswith(
        "An exception report is required and none is begun. Red: 83.5% misses the target of 88% by 4.5 points"
    )
    assert [one.label for one in at.button if one.key in ("begin", "begin_from_last")] == ["Begin an empty report"]
    assert [one.label for one in at.get("page_link")][-1] == "It is written in Word already? Read the file in"


def test_the_figures_stand_beside_it() -> None:
    beside = body(at_report(None)).one("div", "alongside")
    assert "Red 83.5% target 88%" in beside.text
    assert "Up 13.5 points since Q1 2022-23, improving" in beside.text
    assert beside.one("table").rows == [[Q2, "83.5%", "88%", "▼ Red"], [Q1, "70%", "–", "○ Not rated"]]


def test_a_report_that_nothing_requires_can_be_written_all_the_same() -> None:
    at = at_report(None, "PCP01")
    assert said(at) == ["No exception report is required here. One can be written all the same."]


def test_without_an_indicator_the_missing_report_opens_and_an_unknown_one_is_a_sentence() -> None:
    assert opened("report").query_params == {"quarter": Q2, "indicator": CODE}
    at = at_report(None, "FD99")
    assert heading(at) == "No such indicator"
    assert said(at, "error")[0].startswith("There is no indicator “FD99”.")


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        (None, "Give your name: it is kept with what you do, and never published."),
        (Actor("Alex Example", "Improvement board"), MAY_NOT_WRITE),
    ],
)  # fmt: skip
def test_who_may_not_write_is_told_so_when_beginning(who: Actor | None, sentence: str) -> None:
    at = pressed(at_report(who), "begin")
    assert said(at, "error") == [sentence]
    assert view().report is None


def test_who_acts_is_asked_once_and_kept_across_pages_and_reports() -> None:
    at = at_report()
    moved_to(at, "exceptions")
    at.query_params.update({"indicator": "ED07", "quarter": Q2})
    at.switch_page("pages/report.py").run()
    assert at.selectbox(key="acting_role").value == AUTHOR.role
    assert at.text_input(key="acting_name").value == AUTHOR.name


# --- writing ------------------------------------------------------------------------------------------------------


def test_an_empty_report_has_every_part_of_the_form_in_its_order_with_the_figures_filled_in() -> None:
    at = begun()
    areas = [one.label for one in at.text_area]
    assert areas == [
        "Reason in one line, for the scorecard (at most 160 characters)",
        "Indicator description",
        *REPORT_SECTIONS,
    ]
    assert at.text_input(key=key("Outturn")).value == "83.5"
    assert at.text_input(key=key("Quarterly target")).value == "88"
    assert [one.label for one in at.checkbox] == [
        f"None identified: {one[0].lower()}{one[1:]}" for one in REPORT_SECTIONS
    ]
    assert said(at, "done") == ["The report is begun. Every field is saved as you leave it."]
    assert "A field is saved when you leave it, or press Ctrl and Enter in it." in body(at).text
    assert held().saved_as == "Report author"


def test_every_field_is_saved_as_it_is_left_and_the_page_says_so() -> None:
    at = wrote(begun(), ONE_LINE, "Two posts\nare vacant.")
    assert mine().reason_line == "Two posts are vacant."
    assert re.fullmatch(r"✔ Saved \d\d:\d\d( UTC)?", standing(at))
    wrote(at, REASON, "Staff left.")
    wrote(at, "Outturn", " 83.4 ")
    wrote(at, "Quarterly target", "")
    wrote(at, "Completed by", "Report author")
    wrote(at, "Indicator description", "On time.")
    now = mine()
    assert dict(now.sections)[REASON] == "Staff left."
    assert (now.outturn, now.target, now.completed_by, now.description) == (
        Decimal("83.4"),
        None,
        "Report author",
        "On time.",
    )
    assert held().version == 1  # what is typed is no version until the sitting ends
    assert "21 of 160 characters." in body(at).text


def test_a_new_session_finds_what_was_written_and_only_its_writer_sees_it() -> None:
    wrote(begun(), REASON, "Staff left.")
    assert at_report().text_area(key=key(REASON)).value == "Staff left."
    assert at_report(HEAD).text_area(key=key(REASON)).value == ""
    assert "Staff left." not in body(opened("indicator", indicator=CODE)).text
    assert held().version == 1


def test_what_was_typed_is_there_after_the_explorer_was_closed() -> None:
    wrote(begun(), REASON, "Staff left.")
    st.cache_resource.clear()
    assert at_report().text_area(key=key(REASON)).value == "Staff left."
    assert dict(held().sections)[REASON] == "Staff left."  # its sitting had ended
    assert held().version == 2


@pytest.mark.parametrize("to", ["another page", "another report"])
def test_what_was_typed_becomes_one_version_when_the_report_is_left(to: str) -> None:
    at = wrote(wrote(begun(), REASON, "Staff left."), LEGAL, "A legal limit.")
    before = session.services().position
    if to == "another page":
        at = moved_to(at, "scorecard")
    else:
        at.query_params.update({"indicator": "ED07", "quarter": Q2})
        at.run()
    assert session.services().position == before + 1
    now = held()
    assert (now.version, now.saved_by) == (2, AUTHOR.name)
    assert [dict(now.sections)[one] for one in (REASON, LEGAL)] == ["Staff left.", "A legal limit."]
    at.run()
    assert session.services().position == before + 1


def test_what_another_types_in_the_same_browser_is_theirs() -> None:
    at = acting(wrote(begun(), REASON, "Staff left."), HEAD)
    wrote(at, LEGAL, "A legal limit.")
    moved_to(at, "scorecard")
    reports = session.services().reports.one(CODE, Q2)
    assert [(one.saved_by, one.version) for one in (reports.report, *reports.former) if one] == [
        (HEAD.name, 3),
        (AUTHOR.name, 2),
        (AUTHOR.name, 1),
    ]
    assert [dict(held().sections)[one] for one in (REASON, LEGAL)] == ["Staff left.", "A legal limit."]


def test_a_number_that_is_none_is_a_sentence_beside_the_field_and_holds_no_other_field_up() -> None:
    at = wrote(begun(), "Quarterly target", "88 per cent")
    assert said(at, "error") == ["“88 per cent” is not a number. Use the digits 0 to 9 and a full stop, like 83.5."]
    assert standing(at) == "✖ Not saved: Quarterly target."
    wrote(at, REASON, "Staff left.")
    assert dict(mine().sections)[REASON] == "Staff left."
    assert at.text_input(key=key("Quarterly target")).value == "88 per cent"
    wrote(at, "Quarterly target", "88.0")
    assert said(at, "error") == []
    assert standing(at).startswith("✔ Saved")
    assert mine().target == Decimal("88.0")


def test_none_identified_fills_a_section_in_and_its_text_comes_back() -> None:
    at = wrote(begun(), LEGAL, "The time limit is a legal one.")
    at.checkbox(key=key(f"{LEGAL} none")).check().run()
    assert at.text_area(key=key(LEGAL)).value == NONE_IDENTIFIED
    assert at.text_area(key=key(LEGAL)).disabled
    assert dict(mine().sections)[LEGAL] == NONE_IDENTIFIED
    at = at_report()  # another day
    assert at.checkbox(key=key(f"{LEGAL} none")).value is True
    at.checkbox(key=key(f"{LEGAL} none")).uncheck().run()
    assert at.text_area(key=key(LEGAL)).value == "The time limit is a legal one."
    assert dict(mine().sections)[LEGAL] == "The time limit is a legal one."


def test_what_is_being_typed_when_none_identified_is_ticked_is_not_lost() -> None:
    at = begun()
    at.text_area(key=key(LEGAL)).input("Typed, and not left yet.")
    at.checkbox(key=key(f"{LEGAL} none")).check()
    at.run()
    assert dict(mine().sections)[LEGAL] == NONE_IDENTIFIED
    at.checkbox(key=key(f"{LEGAL} none")).uncheck().run()
    assert dict(mine().sections)[LEGAL] == "Typed, and not left yet."


def test_actions_are_added_written_removed_and_put_back() -> None:
    at = pressed(pressed(begun(), "add_action"), "add_action")
    wrote(at, f"{ACTIONS_HEADING} 1 text", "Fill the posts.")
    wrote(at, f"{ACTIONS_HEADING} 2 owner", "Team manager")
    at.date_input(key=key(f"{ACTIONS_HEADING} 1 due")).set_value(date(2099, 3, 31)).run()
    assert mine().actions == (Action(1, "Fill the posts.", "", date(2099, 3, 31)), Action(2, "", "Team manager"))
    pressed(at, "remove_1")
    assert [one.number for one in held().actions] == [2]
    assert "Action 1 was removed." in said(at)
    pressed(at, "undo_remove")
    assert held().actions[0] == Action(1, "Fill the posts.", "", date(2099, 3, 31))
    assert "Action 1 was removed." not in said(at)


def test_a_report_begun_from_the_last_marks_what_is_unchanged_until_it_is_changed() -> None:
    kept(Q1, reason="Staff left.")
    at = at_report()
    assert at.button(key="begin_from_last").label == "Begin from the last report’s text \\(Q1 2022\\-23\\)"
    pressed(at, "begin_from_last")
    assert at.text_area(key=key(REASON)).value == "Staff left."
    assert at.text_input(key=key("Outturn")).value == "83.5"
    assert held().actions[0].text == "Fill the two vacant posts."
    marks = body(at).text.count("≡ Unchanged since the last report")
    assert marks == 1 + len(REPORT_SECTIONS)
    wrote(at, REASON, "Staff left, and came back.")
    assert body(at).text.count("≡ Unchanged since the last report") == marks - 1


def test_a_report_that_was_only_begun_can_still_begin_from_the_last() -> None:
    kept(Q1, reason="Staff left.")
    at = pressed(begun(), "begin_from_last")
    assert at.text_area(key=key(REASON)).value == "Staff left."


def test_what_a_file_had_and_the_form_did_not_can_be_put_where_it_belongs() -> None:
    kept(unplaced="See the annex.")
    at = at_report()
    wrote(at, "What had no place in the form", "")
    assert mine().unplaced == ""
    assert not [one for one in at.text_area if "no part of the form" in one.label]


# --- findings -----------------------------------------------------------------------------------------------------


def test_a_wrong_figure_stands_under_its_field_with_the_place_marked_and_how_it_was_worked_out() -> None:
    at = wrote(begun(), REASON, "In Q2, 85% were on time. In Q1 70% were.")
    (finding,) = body(at).every("li", "contradicts")
    assert finding.text.startswith("✖ Contradicts In Q2, 85% were on time.")
    assert finding.one("mark").text == "85%"
    assert "is 83.5%." in finding.one("span", "worked-out").text
    wrote(at, REASON, TRUE)
    assert findings(at, "contradicts") == []


def test_what_agrees_is_folded_away_as_a_count() -> None:
    folded = [one.one("summary").text for one in body(begun()).every("details") if one.every("li", "agrees")]
    assert folded == ["✔ 1 claim agrees", "✔ 1 claim agrees"]


def test_the_outturn_and_the_target_are_held_against_the_figures() -> None:
    at = wrote(begun(), "Outturn", "85")
    (finding,) = findings(at, "contradicts")
    assert "The text says 85%" in finding


def test_a_count_of_few_children_is_disclosive() -> None:
    at = wrote(begun(), REASON, "This left 3 children waiting.")
    (finding,) = findings(at, "disclosive")
    assert finding.startswith("⚠ Disclosive This left 3 children waiting.")


# --- submission ---------------------------------------------------------------------------------------------------


def test_what_is_lacking_is_listed_each_with_a_way_to_its_field_and_submission_is_refused() -> None:
    at = begun()
    lacking = body(at).one("ul", "lacking")
    assert len(lacking.every("li")) == 10
    targets = {one.attributes.get("id") for one in body(at).every("span", "anchor")}
    assert all(one.attributes["href"].removeprefix("#") in targets for one in lacking.every("a"))
    assert len(lacking.every("a")) == 10
    pressed(at, "submit")
    (sentence,) = said(at, "error")
    assert sentence.startswith("The report was not submitted: The reason in one line is empty")
    assert held().state is ReportState.DRAFT


def test_findings_that_need_mending_are_named_and_must_have_been_looked_at() -> None:
    kept(reason="In Q2, 85% were on time. This left 3 children waiting.")
    at = at_report()
    assert [one.text for one in body(at).one("ul", "lacking").every("li")] == [
        f"✖ Contradicts {REASON}: In Q2, 85% were on time.",
        f"⚠ Disclosive {REASON}: This left 3 children waiting.",
    ]
    pressed(at, "submit")
    assert said(at, "error") == [
        "The report was not submitted: the checks object to 2 of its statements. Mend the text, or say that you have looked at them and "
        "submit all the same. The box for that is “I have looked at these 2 findings and submit all the same”."
    ]
    box = at.checkbox[-1]
    assert box.label == "I have looked at these 2 findings and submit all the same"
    box.check().run()
    wrote(at, REASON, "In Q2, 86% were on time.")
    pressed(at, "submit")  # what was ticked were other findings
    assert held().state is ReportState.DRAFT
    at.checkbox[-1].check().run()
    pressed(at, "submit")
    assert held().state is ReportState.SUBMITTED
    assert held().said == "submitted although the checks object to one statement, which its author has looked at"


def test_the_last_field_is_saved_though_the_button_is_pressed_before_it_is_left() -> None:
    kept()
    at = at_report()
    at.text_area(key=key(ONE_LINE)).input("Two posts were vacant until September.")
    pressed(at, "submit")
    assert held().state is ReportState.SUBMITTED
    assert held().reason_line == "Two posts were vacant until September."
    assert said(at, "error") == []


def test_a_report_with_a_field_that_is_not_saved_is_not_submitted() -> None:
    kept()
    at = wrote(at_report(), "Outturn", "a lot")
    pressed(at, "submit")
    assert "The report was not submitted: not everything is saved. See the top of the form." in said(at, "error")
    assert held().state is ReportState.DRAFT


# --- submitted, approved, and back --------------------------------------------------------------------------------


def test_a_submitted_report_is_read_with_its_findings_and_not_written() -> None:
    handed_in("In Q2, 85% were on time.")
    at = at_report()
    assert state(at).startswith("➤ Submitted Submitted ")
    assert at.text_area == []
    assert [one.one("mark").text for one in body(at).every("li", "contradicts")] == ["85%"]
    assert "A Service Unit Head approves it, and nobody approves what they wrote or submitted." in body(at).text


@pytest.mark.parametrize(
    ("who", "begins"),
    [
        (AUTHOR, "The role Report author may not approve an exception report. Ask Service Unit Head."),
        (Actor("example, ALEX", "Service Unit Head"), "Someone of this name wrote version 1 of the report on "),
        (Actor("", "Service Unit Head"), "Give your name: it is kept with what you do, and never published."),
    ],
)
def test_who_may_not_approve_is_told_why(who: Actor, begins: str) -> None:
    handed_in()
    at = pressed(at_report(who), "approve")
    (sentence,) = said(at, "error")
    assert sentence.startswith(begins)
    assert held().state is ReportState.SUBMITTED


def test_another_approves_it_and_the_scorecards_headline_changes() -> None:
    handed_in()
    at = pressed(at_report(HEAD), "approve")
    assert held().state is ReportState.APPROVED
    assert said(at, "done") == ["Approved in the role Service Unit Head."]
    assert state(at).startswith("✔ Approved Approved on ")
    assert "in the role Service Unit Head." in state(at)
    card = opened("scorecard")
    assert "Of 4 exception reports required, 2 are approved, 2 are present without approval." in body(card).text


def test_a_submitted_report_is_given_back_with_the_reason() -> None:
    handed_in()
    at = pressed(at_report(HEAD), "give_back")
    assert said(at, "error") == ["Nothing was given back: give the reason."]
    at.text_input(key="give_back_reason").input("Say what the plan costs.")
    pressed(at, "give_back")
    assert held().state is ReportState.DRAFT
    assert "Returned: Say what the plan costs." in table(at, "Every version").rows[0][3]
    assert at.text_area(key=key(REASON)).value == TRUE


def test_an_approved_report_is_reopened_with_the_reason() -> None:
    session.services().reports.approve(CODE, Q2, handed_in().version, HEAD)
    at = pressed(at_report(HEAD), "reopen")
    assert said(at, "error") == ["Nothing was reopened: give the reason."]
    at.text_input(key="reopen_reason").input("The figure was revised.")
    pressed(at, "reopen")
    assert held().state is ReportState.DRAFT
    assert [row[3] for row in table(at, "Every version").rows][:2] == ["Reopened: The figure was revised.", "Approved"]


def test_the_improvement_board_reads_a_draft_and_its_findings() -> None:
    kept(reason="In Q2, 85% were on time.")
    at = at_report(Actor("Kim Sample", "Improvement board"))
    assert at.text_area == []
    assert said(at)[0] == f"You are reading this draft. {MAY_NOT_WRITE}"
    assert findings(at, "contradicts")


def test_names_are_on_nobodys_page() -> None:
    handed_in()
    session.services().reports.mark_concern(CODE, Q2, "It may last.", AUTHOR)
    session.services().reports.approve(CODE, Q2, 3, HEAD)
    drawn = body(at_report(None)).text
    assert not [name for name in (AUTHOR.name, HEAD.name) if name in drawn]


# --- two people at once -------------------------------------------------------------------------------------------


def meanwhile() -> AppTest:
    """A session whose author wrote the one line while somebody else wrote the one line and the legal implications."""
    at = begun()
    other = Actor("Robin Example", "Report author")
    theirs = whole(held(), reason_line="Theirs.")
    session.services().reports.save(theirs, held().version, other)
    return wrote(at, ONE_LINE, "Mine.")


def test_what_somebody_else_wrote_meanwhile_is_shown_beside_mine_and_neither_is_lost() -> None:
    at = meanwhile()
    assert held().reason_line == "Theirs."
    assert said(at, "warning")[0].startswith(
        "Version 2 of this report was made in the role Report author since you opened version 1"
    )
    assert said(at, "error") == ["Not saved yet: the report was changed meanwhile. See the top of the form."]
    rows = {row[0]: row[1:] for row in table(at, "What differs").rows}
    assert rows["Reason in one line"] == ["Theirs.", "Mine."]
    assert rows[LEGAL] == [NONE_IDENTIFIED, ""]
    assert at.text_area(key=key(ONE_LINE)).value == "Mine."
    assert standing(at) == "✖ Not saved: Reason in one line."


def test_mine_is_written_upon_theirs_and_what_they_wrote_elsewhere_stays() -> None:
    at = pressed(meanwhile(), "upon_theirs")
    assert mine().reason_line == "Mine."
    assert dict(mine().sections)[LEGAL] == NONE_IDENTIFIED
    assert at.text_area(key=key(LEGAL)).value == NONE_IDENTIFIED
    assert standing(at).startswith("✔ Saved ")
    moved_to(at, "scorecard")
    assert (held().version, held().reason_line) == (3, "Mine.")
    assert said(at, "warning") == []


def test_theirs_is_taken_and_mine_can_still_be_copied() -> None:
    at = pressed(meanwhile(), "take_theirs")
    assert at.text_area(key=key(ONE_LINE)).value == "Theirs."
    assert held().version == 2
    assert ["Reason in one line", "Mine."] in table(at, "To copy").rows
    wrote(at, ONE_LINE, "Mine after all.")
    assert mine().reason_line == "Mine after all."


def test_what_somebody_else_wrote_in_another_field_stands_beside_mine_and_is_shown() -> None:
    at = wrote(begun(), REASON, "Mine.")
    other = Actor("Robin Example", "Report author")
    session.services().reports.save(replace(held(), reason_line="Theirs."), 1, other)
    wrote(at, FINANCIAL, "Mine too.")
    assert said(at, "error") == []
    assert at.text_area(key=key(ONE_LINE)).value == "Theirs."
    assert "Changed meanwhile, by somebody else or in another window, and shown here: Reason in one line." in said(at)
    moved_to(at, "scorecard")
    assert (held().reason_line, held().version) == ("Theirs.", 3)
    assert [dict(held().sections)[one] for one in (REASON, FINANCIAL)] == ["Mine.", "Mine too."]


def test_a_field_that_somebody_else_wrote_too_is_told_before_anything_more_is_typed() -> None:
    at = wrote(wrote(begun(), ONE_LINE, "Mine."), REASON, "Mine too.")
    other = Actor("Robin Example", "Report author")
    session.services().reports.save(replace(held(), reason_line="Theirs."), 1, other)
    at.run()
    rows = {row[0]: row[1:] for row in table(at, "What differs").rows}
    assert rows == {"Reason in one line": ["Theirs.", "Mine."], REASON: ["empty", "Mine too."]}
    moved_to(at, "scorecard")
    assert held().reason_line == "Theirs."
    at = at_report()  # another day: nothing of it is lost
    assert {row[0]: row[1:] for row in table(at, "What differs").rows} == rows
    pressed(at, "upon_theirs")
    moved_to(at, "scorecard")
    assert (held().reason_line, dict(held().sections)[REASON]) == ("Mine.", "Mine too.")


def test_after_a_while_in_which_nobody_typed_one_goes_on_from_ones_own_version() -> None:
    at = wrote(begun(), REASON, "First.")
    session.services().reports.settle(CODE, Q2, AUTHOR)
    wrote(at, REASON, "First, and more.")
    assert (said(at, "error"), said(at, "warning")) == ([], [])
    assert dict(mine().sections)[REASON] == "First, and more."


def test_of_two_windows_of_one_person_neither_loses_what_the_other_wrote() -> None:
    first, second = begun(), at_report()
    wrote(first, REASON, "From the first window.")
    wrote(second, FINANCIAL, "From the second window.")
    assert [dict(mine().sections)[one] for one in (REASON, FINANCIAL)] == [
        "From the first window.",
        "From the second window.",
    ]
    wrote(first, REASON, "From the first window again.")
    second.text_area(key=key(REASON)).input("From the second.")
    second.run()
    assert said(second, "error") == ["Not saved yet: the report was changed meanwhile. See the top of the form."]
    assert dict(mine().sections)[REASON] == "From the first window again."
    pressed(second, "upon_theirs")
    assert [dict(mine().sections)[one] for one in (REASON, FINANCIAL)] == [
        "From the second.",
        "From the second window.",
    ]


def test_what_was_being_written_when_somebody_else_submitted_it_can_be_copied() -> None:
    at = begun()
    reports = session.services().reports
    other = Actor("Robin Example", "Report author")
    reports.submit(CODE, Q2, reports.save(whole(held()), 1, other).version, other)
    wrote(at, REASON, "What I was writing.")
    assert held().state is ReportState.SUBMITTED
    rows = {row[0]: row[1:] for row in table(at, "What differs").rows}
    assert rows[REASON] == [TRUE, "What I was writing."]


def test_of_two_who_approve_and_write_the_later_is_told_that_it_changed() -> None:
    handed_in()
    at = at_report(HEAD)
    reports = session.services().reports
    reports.give_back(CODE, Q2, "Not yet.", Actor("Robin Example", "Service Unit Head"))
    pressed(at, "approve")
    assert said(at, "error") == [] or "was not approved" in said(at, "error")[0]
    assert held().state is ReportState.DRAFT


# --- when nothing can be saved ------------------------------------------------------------------------------------


def test_nothing_is_lost_when_a_save_fails_not_even_on_another_page(monkeypatch: pytest.MonkeyPatch) -> None:
    at = begun()

    def full(self: Reports, *_: object) -> ExceptionReport:
        raise NotSaved("Nothing was saved: the disk is full. Make room on it, and save again.")

    with monkeypatch.context() as broken:
        broken.setattr(Reports, "type_", full)
        wrote(at, REASON, "Written while the disk was full.")
        wrote(at, LEGAL, "This too.")
        assert said(at, "error") == ["Nothing was saved: the disk is full. Make room on it, and save again."] * 2
        assert standing(at) == f"✖ Not saved: {REASON}; {LEGAL}."
    left(at)
    assert at.text_area(key=key(REASON)).value == "Written while the disk was full."
    pressed(at, "save_again")
    assert [dict(mine().sections)[one] for one in (REASON, LEGAL)] == ["Written while the disk was full.", "This too."]
    assert standing(at).startswith("✔ Saved")


def kept_by_field(at: AppTest) -> dict[str, str] | None:
    """What the browser is told that each field shows where that is saved; ``None``: not all is saved."""
    told = body(at).one("p", "standing").attributes.get("data-kept")
    return None if told is None else dict(json.loads(unquote(told)))


def test_the_browser_is_told_what_each_field_shows_where_that_is_saved() -> None:
    at = begun()
    pressed(at, "add_action")
    wrote(at, REASON, "Two posts — vacant -->\n<b>")
    at.date_input(key=key(f"{ACTIONS_HEADING} 1 due")).set_value(date(2031, 3, 31)).run()
    told = kept_by_field(at)
    assert told is not None
    assert told[key(REASON)] == "Two posts — vacant -->\n<b>"
    assert (told[key("Outturn")], told[key(f"{ACTIONS_HEADING} 1 due")]) == ("83.5", "2031-03-31")
    fields = {one.key for one in (*at.text_area, *at.text_input, *at.date_input) if one.key}
    assert set(told) == {one for one in fields if one.startswith(key("")) and one != key("fields_drawn")}
    wrote(at, "Outturn", "many")
    assert kept_by_field(at) is None


def test_what_a_slow_browser_still_says_of_fields_that_were_set_is_nobodys_change() -> None:
    kept(Q1, reason_line="The line of the last quarter.", who=AUTHOR)
    at = begun()
    drawn = at.text_input(key=key("fields_drawn")).value
    pressed(at, "begin_from_last")
    last = at.text_area(key=key(REASON)).value
    assert last == TRUE
    at.text_area(key=key(REASON)).input("")
    at.text_input(key=key("fields_drawn")).input(drawn)
    wrote(at, "Completed by", "Report author")
    assert at.text_area(key=key(REASON)).value == last
    assert (dict(mine().sections)[REASON], mine().completed_by) == (last, "Report author")


def test_a_field_that_was_set_can_be_made_what_it_was_before() -> None:
    kept(Q1, reason_line="The line of the last quarter.", who=AUTHOR)
    at = begun()
    pressed(at, "begin_from_last")
    wrote(at, REASON, "")
    assert at.text_area(key=key(REASON)).value == ""
    assert dict(mine().sections)[REASON] == ""


def test_a_saving_that_another_change_broke_off_is_done_in_the_next_run() -> None:
    at = begun()
    (draft,) = at.session_state["drafts"].values()
    at.session_state[key(REASON)] = draft.unsaved[REASON] = "Broken off."
    draft.why[REASON] = ""
    at.run()
    assert dict(mine().sections)[REASON] == "Broken off."
    assert standing(at).startswith("✔ Saved")


def test_a_character_that_cannot_be_kept_is_named_and_the_text_stays() -> None:
    at = wrote(begun(), REASON, "A bell: \x07 rings.")
    (sentence,) = said(at, "error")
    assert "holds a character that cannot be shown (U+0007)" in sentence
    assert at.text_area(key=key(REASON)).value == "A bell: \x07 rings."


def test_markup_is_shown_as_it_was_written() -> None:
    evil = "<img src=x onerror=alert(1)> 85% [x](http://evil) <script>alert(2)</script>"
    kept(reason=f"In Q2 it was {evil}.", reason_line=evil, completed_by=evil, unplaced=evil)
    session.services().reports.mark_concern(CODE, Q2, evil, AUTHOR)
    for who in (AUTHOR, None):
        drawn = body(at_report(who))
        assert not drawn.every("img")
        assert [one.text for one in drawn.every("script") if "alert" in one.text] == []
        assert evil in drawn.text


# --- versions, concerns, earlier actions --------------------------------------------------------------------------


def test_every_version_is_listed_with_what_it_changed_and_a_former_text_is_restored() -> None:
    at = left(wrote(left(wrote(begun(), REASON, "First.")), REASON, "Second."))
    rows = table(at, "Every version").rows
    assert [(row[0], row[2], row[3]) for row in rows] == [
        ("3", "Report author", f"Saved: {REASON}"), ("2", "Report author", f"Saved: {REASON}"), ("1", "Report author", "Saved")
    ]  # fmt: skip
    at.selectbox(key=f"version_BCP_{CODE}_{Q2}").set_value(2).run()
    shown = [one for one in body(at).every("div", "form") if "First." in one.text]
    assert len(shown) == 1
    pressed(at, "restore")
    assert at.text_area(key=key(REASON)).value == "First."
    assert dict(held().sections)[REASON] == "First."
    assert said(at, "done") == ["The text of version 2 is restored, as version 4. What stood before is kept."]
    assert table(at, "Every version").rows[0][3] == "Restored: version 2"


def test_a_concern_is_marked_and_lifted_and_joins_the_headline() -> None:
    at = at_report(AUTHOR, "ED04")
    where = f"concern_ED04_{Q2}"
    pressed(at, f"{where}_marking")
    assert said(at, "error") == ["Nothing was marked: give the reason."]
    at.text_input(key=f"{where}_why").input("Two schools are to be inspected again.")
    pressed(at, f"{where}_marking")
    assert "Marked as an emerging concern: Two schools are to be inspected again." in body(at).one("div", "notice").text
    assert "Marked as an emerging concern: " in body(opened("scorecard")).text
    pressed(at, f"{where}_lifting")
    assert said(at, "done") == ["The mark of an emerging concern is lifted. That it stood is kept."]
    assert "emerging concern: " not in body(opened("scorecard")).text


def test_who_only_reads_is_told_why_no_concern_can_be_marked() -> None:
    at = at_report(Actor("Kim Sample", "Improvement board"))
    assert not [one for one in at.button if one.key and one.key.startswith("concern")]
    assert MAY_NOT_WRITE in body(at).text


def test_an_overdue_action_of_an_earlier_quarter_comes_back_loudly_until_it_is_closed() -> None:
    late = (
        Action(0, "Fill the posts.", "Service manager", date(2022, 9, 30)),
        Action(0, "Look at each case.", "Team manager"),
    )
    kept(Q1, actions=late)
    at = at_report()
    assert "1 action of earlier quarters is overdue. See the open actions" in said(at, "warning")
    assert "Open actions of earlier quarters (2)" in sections(at)
    loud = [one.text for one in body(at).every("span", "missing")]
    assert "✖ Overdue" in loud
    where = f"close_{CODE}_{Q1}_1"
    pressed(at, where)
    assert said(at, "error") == ["Nothing was closed: say what was done."]
    at.text_input(key=f"{where}_how").input("Both posts are filled.")
    pressed(at, where)
    assert said(at, "done") == ["Action 1 of Q1 2022-23 is closed."]
    assert not [sentence for sentence in said(at, "warning") if "overdue" in sentence]
    assert held(Q1).actions[0].closing == "Both posts are filled."


def test_a_report_of_the_papers_is_read_and_given_back() -> None:
    at = at_report(HEAD, "FD02")
    assert "It came with the papers." in state(at)
    at.text_input(key="give_back_reason").input("The parts do not add up.")
    pressed(at, "give_back")
    assert at.text_area
