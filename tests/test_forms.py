"""Exception report forms: whatever shape people give them, each text lands in its section and no word is dropped."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.forms import Form, FormAction, NoForm, Paragraph, of_text, read_forms
from kpi_core.forms.headings import heading_of
from kpi_core.forms.lines import FormLine
from kpi_core.forms.values import dates_in
from kpi_core.model import NONE_IDENTIFIED, REPORT_SECTIONS
from kpi_core.periods import Quarter

from .conftest import SHARED

REASON, FINANCE, LEGAL, PEOPLE, LASTING, HEALTH, EQUALITY = REPORT_SECTIONS

WHOLE = """Exception Performance Report

Please use this form to explain why the target was missed.

Indicator Description (taken from the scorecard):
Care leavers in suitable homes
2022/23 Q2 outturn: 81.5%
Quarterly Target: 90%

Reason for level of performance:
Two landlords left the scheme in August.

Summary of financial implications:
Emergency rooms cost more.

Summary of legal implications:
None identified.

Summary of human resources implications:
See financial implications.

Summary of sustainability impact:
Fewer journeys to school.

Summary of public health implications:
N/A

Summary of equality implications:
Young parents wait longest.

Actions taken or planned to improve performance:
- Sign two new landlords.
- Review every notice to leave.

Completed by: Alex Example
Service Unit Head approval with date: 27.10.2022
"""


def read(text: str) -> tuple[Form, ...]:
    return read_forms(of_text(text))


def one(text: str) -> Form:
    """The only form of a text."""
    (form,) = read(text)
    return form


def sections(form: Form) -> dict[str, str]:
    """The sections that hold something."""
    return {name: text for name, text in form.sections if text}


def unplaced(form: Form) -> list[str]:
    return [paragraph.text for paragraph in form.unplaced]


def after_reason(text: str) -> Form:
    """A form that goes on with ``text`` after a reason."""
    return one(f"Indicator description: Plans on time\n\nReason for level of performance:\nStaff left.\n\n{text}\n")


def with_actions(text: str) -> Form:
    """A form with these actions."""
    return one(f"Indicator description: Plans on time\n\nActions taken or planned:\n{text}\n")


# --- the form as it is printed --------------------------------------------------------------------------------------


def test_a_form_as_printed_is_read_whole() -> None:
    form = one(WHOLE)
    assert (form.indicator, form.quarter_said, form.quarter) == (
        "Care leavers in suitable homes",
        "2022/23 Q2",
        Quarter(2022, 2),
    )
    assert (form.outturn, form.target) == (Decimal("81.5"), Decimal(90))
    assert form.sections == (
        (REASON, "Two landlords left the scheme in August."),
        (FINANCE, "Emergency rooms cost more."),
        (LEGAL, NONE_IDENTIFIED),
        (PEOPLE, "See financial implications."),
        (LASTING, "Fewer journeys to school."),
        (HEALTH, NONE_IDENTIFIED),
        (EQUALITY, "Young parents wait longest."),
    )
    assert form.actions == (FormAction("Sign two new landlords."), FormAction("Review every notice to leave."))
    assert (form.completed_by, form.approved_by, form.approved_on) == (
        "Alex Example",
        "Service Unit Head",
        date(2022, 10, 27),
    )
    assert (form.first, form.last, form.unplaced) == (1, 36, ())


def test_the_sections_are_the_seven_of_the_form_in_its_order() -> None:
    assert REPORT_SECTIONS == (
        "Reason for level of performance",
        "Financial implications",
        "Legal implications",
        "Human resources implications",
        "Sustainability implications",
        "Public health implications",
        "Equality implications",
    )
    assert [name for name, _ in one("Indicator description: Plans").sections] == list(REPORT_SECTIONS)


def test_the_forms_own_words_are_kept_apart_from_what_people_wrote() -> None:
    printed = [(paragraph.number, paragraph.text) for paragraph in one(WHOLE).printed]
    assert printed[:4] == [
        (1, "Exception Performance Report"),
        (3, "Please use this form to explain why the target was missed."),
        (5, "Indicator Description (taken from the scorecard):"),
        (7, "2022/23 Q2 outturn:"),
    ]


def test_an_authors_note_under_the_title_is_not_taken_for_the_forms_own_words() -> None:
    form = one(f"Exception report\n\nPlease use the newer figure.\n\n{WHOLE.split('target was missed.')[1]}")
    assert unplaced(form) == ["Please use the newer figure."]


# --- headings in other words and shapes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ("Summary of legal implications:", LEGAL),
        ("Summary oflegal implications:", LEGAL),
        ("SUMMARY OF LEGAL IMPLICATIONS", LEGAL),
        ("Legal implications", LEGAL),
        ("Legal implications -", LEGAL),
        ("Legal implication:", LEGAL),
        ("Legal Implicatons:", LEGAL),
        ("Leagl implications:", LEGAL),
        ("Legal:", LEGAL),
        ("Legal", LEGAL),
        ("4. Legal implications", LEGAL),
        ("4.2 Legal implications:", LEGAL),
        ("(c) Legal implications", LEGAL),
        ("d) Legal", LEGAL),
        ("## Legal implications", LEGAL),
        ("**Legal implications**", LEGAL),
        ("**Legal implications:**", LEGAL),
        ("- Legal implications:", LEGAL),
        ("Legal implications (if any):", LEGAL),
        ("Finance implications", FINANCE),
        ("Summary of Finance Impact:", FINANCE),
        ("Financial & Resource Implications:", FINANCE),
        ("HR implications:", PEOPLE),
        ("HR", PEOPLE),
        ("Human Resources (HR) implications", PEOPLE),
        ("Human Resource implications", PEOPLE),
        ("Workforce implications:", PEOPLE),
        ("Summary of human\nresources implications:", PEOPLE),
        ("Summary of human\n\nresources implications:", PEOPLE),
        ("Summary of\nhuman resources\nimplications:", PEOPLE),
        ("Sustainability", LASTING),
        ("Environmental impact:", LASTING),
        ("Summary of sustainablity impact:", LASTING),
        ("Public Health", PUBLIC := HEALTH),
        ("Publichealth implications:", PUBLIC),
        ("Summary of public health and wellbeing implications:", PUBLIC),
        ("Equalities", EQUALITY),
        ("Equality, diversity and inclusion", EQUALITY),
        ("Equality, Diversity & Inclusion implications:", EQUALITY),
        ("EDI:", EQUALITY),
        ("Equality impact assessment:", EQUALITY),
    ],
)
def test_a_heading_is_found_in_the_words_and_shapes_that_people_give_it(heading: str, section: str) -> None:
    form = after_reason(f"{heading}\nThe duty is not met in full.")
    assert sections(form) == {REASON: "Staff left.", section: "The duty is not met in full."}
    assert form.unplaced == ()


@pytest.mark.parametrize(
    "heading",
    [
        "Reason for level of performance:",
        "Reasons for performance",
        "Reason for performance:",
        "Reasons for the level of performance",
        "Reason for level of\nperformance:",
        "Reason for levle of performance:",
        "Reason:",
        "Explanation of performance",
        "3 Reason for level of performance",
    ],
)
def test_the_reason_is_found_under_other_headings(heading: str) -> None:
    assert sections(one(f"Indicator description: Plans\n\n{heading}\nStaff left.")) == {REASON: "Staff left."}


@pytest.mark.parametrize(
    "heading",
    [
        "Actions taken or planned to improve performance:",
        "Actions taken or planned\nto improve performance:",
        "Actions taken and planned",
        "Actions planned",
        "Planned actions:",
        "Action plan",
        "ACTIONS",
        "9. Actions takenor planned to improve performance",
    ],
)
def test_actions_are_found_under_other_headings(heading: str) -> None:
    assert after_reason(f"{heading}\nHire two workers.").actions == (FormAction("Hire two workers."),)


@pytest.mark.parametrize(
    "line",
    [
        "Legal implications: none of the plans is late.",
        "**Legal implications** The plans are late.",
        "Legal implications – the plans are late.",
        "Legal implications. The plans are late.",
        "Legal: the plans are late.",
        "2. Legal implications: the plans are late.",
    ],
)
def test_heading_and_text_may_stand_on_one_line(line: str) -> None:
    text = sections(after_reason(line))[LEGAL]
    assert text.endswith(("late.",))
    assert "implications" not in text


@pytest.mark.parametrize(
    "sentence",
    [
        "Legal advice was sought from the council’s own team.",
        "Financial implications are set out below.",
        "Financial implications of this are not known yet.",
        "Public health nurses visit each family twice.",
        "Equality is at the heart of the plan.",
        "Human resources implications were discussed with the union in May.",
        "Reasons for performance vary from team to team.",
        "Actions taken or planned so far have not been enough.",
        "Target dates were moved twice by the provider.",
        "Completed by the team in good time, most plans were sound.",
        "Approved by Cabinet on 3 May 2022.",
        "Sustainability: it is a word that nobody uses here".replace(":", ","),
        "The legal implications: are they clear?",
        "Quality implications",
        "See legal implications.",
    ],
)
def test_a_sentence_that_begins_like_a_heading_is_a_sentence(sentence: str) -> None:
    form = after_reason(f"{sentence}\n\nMore staff left.")
    assert sections(form) == {REASON: f"Staff left.\n\n{sentence}\n\nMore staff left."}
    assert (form.actions, form.completed_by, form.unplaced) == ((), "", ())


@pytest.mark.parametrize(
    "line", ["- Legal: two cases", "- Target: 20 a month", "• Finance: three posts", "- Actions: none"]
)
def test_an_item_of_a_list_that_begins_with_such_a_word_stays_in_its_list(line: str) -> None:
    form = after_reason(f"Cases waited for:\n{line}\n- Others: one case")
    assert sections(form) == {REASON: f"Staff left.\n\nCases waited for:\n\n- {line[2:]}\n- Others: one case"}


def test_a_line_of_wrapped_text_that_happens_to_begin_like_a_heading_is_text() -> None:
    text = "All of the late plans were waiting for the same thing, which was advice from\nlegal implications or not, it was late."
    assert sections(after_reason(text))[REASON] == f"Staff left.\n\n{' '.join(text.split())}"


def test_a_figure_named_again_in_the_text_does_not_replace_the_figure_of_the_form() -> None:
    form = one(
        WHOLE.replace("Two landlords left the scheme in August.", "It was so before.\n\nTarget: 95%\n\nOutturn: 70%")
    )
    assert (form.outturn, form.target) == (Decimal("81.5"), Decimal(90))
    assert sections(form)[REASON] == "It was so before.\n\nTarget: 95%\n\nOutturn: 70%"


@pytest.mark.parametrize(
    "line",
    [
        "Tolerance: 5 points",
        "Key performance indicators",
        "Performance measures:",
        "Quarter: the second",
        "Directorate: all",
    ],
)
def test_other_words_of_performance_reports_within_a_text_are_text(line: str) -> None:
    form = after_reason(f"{line}\n\nMore staff left.")
    assert sections(form) == {REASON: f"Staff left.\n\n{line}\n\nMore staff left."}


def test_words_under_a_heading_that_the_form_does_not_have_are_kept_as_unplaced() -> None:
    form = after_reason("Procurement implications:\nA new contract is let in May.\n\nLegal implications:\nNone.")
    assert unplaced(form) == ["Procurement implications:", "A new contract is let in May."]
    assert sections(form) == {REASON: "Staff left.", LEGAL: NONE_IDENTIFIED}


def test_headings_may_come_in_any_order_and_the_same_one_twice() -> None:
    form = one(
        "Legal implications: The duty stands.\n\nActions planned:\nHire.\n\nReason for performance: Staff left.\n\n"
        "Target: 5\n\nLegal implications: So does the date.\n\nIndicator description: Plans\n\nOutturn: 4\n"
    )
    assert sections(form) == {REASON: "Staff left.", LEGAL: "The duty stands.\n\nSo does the date."}
    assert (form.indicator, form.outturn, form.target) == ("Plans", Decimal(4), Decimal(5))
    assert form.actions == (FormAction("Hire."),)


# --- quarter, outturn and target ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "2022/23 Q2 outturn: 64%",
        "2022/23 Q2 outturn:\n64%",
        "2022/23 Q2 outturn:\n\n64%",
        "2022/23 Q2 outturn 64%",
        "2022/23 Q2 outturn - 64%",
        "Outturn (Q2 2022-23): 64%",
        "Outturn Q2 2022-23: 64 per cent",
        "Q2 2022/23 Outturn: 64",
        "Quarter 2 2022-23 outturn: 64.",
        "Outturn for July to September 2022: 64%",
        "Outturn: 64% (Q2 2022-23)",
        "Outturn: 64%\nQuarter: Q2 2022-23",
        "Reporting period: Quarter 2 2022-23\nOutturn: 64%",
        "**2022/23 Q2 outturn:** 64%",
        "Out-turn (2022/23 Q2): 64%",
        "1. 2022/23 Q2 outturn: 64%",
    ],
)
def test_the_outturn_and_its_quarter_are_read_in_every_order(line: str) -> None:
    form = one(f"Indicator description: Plans\n\n{line}\n\nReason for performance:\nStaff left.")
    assert (form.outturn, form.quarter, form.unplaced) == (Decimal(64), Quarter(2022, 2), ())


def test_two_headings_may_stand_on_one_line() -> None:
    form = one("Indicator: Plans\n2022/23 Q2 outturn: 25.4 Quarterly Target: 4.7\nReason: Staff left.")
    assert (form.outturn, form.target, form.quarter) == (Decimal("25.4"), Decimal("4.7"), Quarter(2022, 2))
    form = after_reason("Legal implications: None. Equality implications: Girls wait longer.")
    assert sections(form) == {REASON: "Staff left.", LEGAL: NONE_IDENTIFIED, EQUALITY: "Girls wait longer."}
    form = after_reason("Summary of legal implications: Nil Summary of equality implications: Nil")
    assert sections(form) == {REASON: "Staff left.", LEGAL: NONE_IDENTIFIED, EQUALITY: NONE_IDENTIFIED}


def test_a_second_heading_in_the_middle_of_a_sentence_is_part_of_the_sentence() -> None:
    text = "The advice on Equality implications: girls wait longer."
    assert sections(after_reason(f"Legal implications: {text}"))[LEGAL] == text


@pytest.mark.parametrize(
    ("said", "figure"),
    [
        ("1,234", Decimal(1234)),
        ("£1,234.50", Decimal("1234.50")),
        ("-3.5%", Decimal("-3.5")),
        ("−3.5%", Decimal("-3.5")),
        ("0", Decimal(0)),
        ("0.04 %", Decimal("0.04")),
    ],
)
def test_a_figure_is_read_without_its_signs_and_commas(said: str, figure: Decimal) -> None:
    form = one(f"Indicator: Plans\nOutturn: {said}\nReason: Staff left.")
    assert (form.outturn, form.unplaced) == (figure, ())


@pytest.mark.parametrize(
    "said", ["64% or 79%", "about 64", "<5", "5 or fewer", "1,23", "20 to 25", "[c]", "see note", "5 10", "9" * 40]
)
def test_what_is_not_one_number_is_no_figure_and_is_kept(said: str) -> None:
    form = one(f"Indicator: Plans\nTarget: {said}\nReason: Staff left.")
    assert (form.target, unplaced(form)) == (None, [said])
    assert "It states no target that can be read as one number." in form.lacks


def test_a_figure_with_its_unit_is_read_and_its_words_are_kept() -> None:
    form = one("Indicator: Plans\nOutturn: 25.4% (provisional)\nTarget: 12 days\nReason: Staff left.")
    assert (form.outturn, form.target) == (Decimal("25.4"), Decimal(12))
    assert unplaced(form) == ["25.4% (provisional)", "12 days"]


def test_a_zero_is_a_figure_and_not_a_lack() -> None:
    assert "It states no outturn that can be read as one number." not in one("Indicator: Plans\nOutturn: 0").lacks


def test_a_quarter_that_cannot_be_read_is_said_as_written() -> None:
    form = one("Indicator: Plans\nQ1 2/23 outturn: 64%")
    assert (form.quarter_said, form.quarter) == ("Q1 2/23", None)
    assert "Its quarter, “Q1 2/23”, cannot be read as one quarter." in form.lacks


def test_a_second_quarter_that_disagrees_with_the_first_is_kept() -> None:
    form = one("Indicator: Plans\n2022/23 Q2 outturn: 64% (Q1 2022-23)")
    assert (form.quarter, form.outturn, unplaced(form)) == (Quarter(2022, 2), Decimal(64), ["64% (Q1 2022-23)"])


def test_a_page_number_is_not_text_and_a_number_under_outturn_is_no_page_number() -> None:
    form = one(
        "Indicator: Plans\nOutturn:\n\n64\n\nReason:\nStaff left because the work was not what they had\n\n12\n\nhoped for."
    )
    assert (form.outturn, unplaced(form)) == (Decimal(64), ["12"])
    assert sections(form) == {REASON: "Staff left because the work was not what they had hoped for."}


# --- sections -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        "None identified.", "None identified", "none", "None.", "NONE", "N/A", "n/a.", "Nil", "Not applicable", "- None",
        "No implications", "No legal implications identified.", "There are no legal implications.", "There are none.",
    ],
)  # fmt: skip
def test_a_choice_of_none_is_none_identified(said: str) -> None:
    assert sections(after_reason(f"Legal implications:\n{said}"))[LEGAL] == NONE_IDENTIFIED


@pytest.mark.parametrize(
    "said",
    [
        "See financial implications.",
        "None identified at this stage.",
        "None, but advice is awaited.",
        "No direct legal implications.",
        "No financial implications.",
        "Not known.",
        "No change.",
        "TBC",
        "None\n\nThe union was told.",
    ],
)
def test_what_says_more_or_something_else_than_none_stays_as_written(said: str) -> None:
    assert sections(after_reason(f"Legal implications:\n{said}"))[LEGAL] == said


def test_none_is_no_reason() -> None:
    assert sections(one("Indicator: Plans\nReason: None")) == {REASON: "None"}


def test_an_empty_section_differs_from_one_that_says_none() -> None:
    form = after_reason("Legal implications:\n\nEquality implications:\nNone identified.")
    assert dict(form.sections)[LEGAL] == ""
    assert dict(form.sections)[EQUALITY] == NONE_IDENTIFIED
    assert "Legal implications is empty." in form.lacks
    assert "Equality implications is empty." not in form.lacks


def test_a_dash_alone_is_no_text_and_is_kept() -> None:
    form = after_reason("Legal implications:\n-\n\nEquality implications: …")
    assert sections(form) == {REASON: "Staff left."}
    assert unplaced(form) == ["-", "…"]


def test_wrapped_lines_are_paragraphs_again_and_a_page_break_does_not_part_a_sentence() -> None:
    form = after_reason(
        "Legal implications:\n"
        "The council has a duty to look at every plan within the time that the law gives,\n"
        "and it did so for most.\n"
        "Most plans were on time in the end, though a few of the longer ones were looked\n"
        "\n\n\n"
        "at late.\n"
        "\n"
        "A new start\n"
        "with no stop"
    )
    assert sections(form)[LEGAL].split("\n\n") == [
        "The council has a duty to look at every plan within the time that the law gives, and it did so for most.",
        "Most plans were on time in the end, though a few of the longer ones were looked at late.",
        "A new start with no stop",
    ]


def test_a_word_cut_at_its_hyphen_is_whole_again() -> None:
    form = after_reason("Legal implications:\nIt is for the multi-\nagency team, in every single case that there is.")
    assert sections(form)[LEGAL] == "It is for the multi-agency team, in every single case that there is."


def test_items_of_a_list_are_lines_that_begin_with_a_dash() -> None:
    form = after_reason(
        "Legal implications:\nTwo duties:\n• to look at each plan\n  in time\n•\tto write it down\n\nBoth stand."
    )
    assert sections(form)[LEGAL] == "Two duties:\n\n- to look at each plan in time\n- to write it down\n\nBoth stand."


def test_rows_of_a_table_in_a_section_keep_their_cells_apart() -> None:
    table = [[("Month", "Late"), ("July", "4")], [("Month", "Late"), ("July", "4")]][0]
    cells = [
        Paragraph(5 + row, text, cell=(1, row, column))
        for row, texts in enumerate(table, 1)
        for column, text in enumerate(texts, 1)
    ]
    form = read_forms([Paragraph(1, "Indicator: Plans"), Paragraph(2, "Reason for performance:"), *cells])[0]
    assert sections(form) == {REASON: "Month | Late\nJuly | 4"}


# --- actions --------------------------------------------------------------------------------------------------------

SPRING = date(2023, 3, 31)


@pytest.mark.parametrize(
    ("said", "action"),
    [
        ("Hire two workers.", FormAction("Hire two workers.")),
        ("Hire. (Owner: Team Manager, by 31 March 2023)", FormAction("Hire.", "Team Manager", SPRING)),
        ("Hire (Team Manager, 31/03/2023).", FormAction("Hire", "Team Manager", SPRING)),
        ("Hire [Lead: Head of Service; due 31.3.23]", FormAction("Hire", "Head of Service", SPRING)),
        ("Hire. Owner: Team Manager; Due: 31st March 2023", FormAction("Hire.", "Team Manager", SPRING)),
        ("Hire – Lead officer: Early Help – by when: 31-03-2023", FormAction("Hire", "Early Help", SPRING)),
        ("Hire (by 31 March 2023)", FormAction("Hire", "", SPRING)),
        ("Hire (due: Friday 31 March 2023)", FormAction("Hire", "", SPRING)),
        ("Hire (Owner: Team Manager)", FormAction("Hire", "Team Manager")),
        ("Hire (Owner: Team Manager, Front Door)", FormAction("Hire", "Team Manager, Front Door")),
        ("Hire two workers (see the plan).", FormAction("Hire two workers (see the plan).")),
        ("Hire two workers (Early Help, Front Door).", FormAction("Hire two workers (Early Help, Front Door).")),
        ("Hire (by March 2023)", FormAction("Hire (by March 2023)")),
        ("Hire (by 31 February 2023)", FormAction("Hire (by 31 February 2023)")),
        ("Hire by 31 March 2023.", FormAction("Hire by 31 March 2023.")),
    ],
)
def test_an_owner_and_a_date_at_the_end_of_an_action_are_read_and_nothing_else_is(
    said: str, action: FormAction
) -> None:
    assert with_actions(f"- {said}").actions == (action,)


@pytest.mark.parametrize(
    "text",
    [
        "- Hire two workers.\n- Train them.",
        "1. Hire two workers.\n2. Train them.",
        "a) Hire two workers.\nb) Train them.",
        "• Hire two\n  workers.\n• Train them.",
        "Hire two workers.\n\nTrain them.",
        "Hire two workers.\nTrain them.",
    ],
)
def test_each_item_or_paragraph_is_an_action(text: str) -> None:
    assert with_actions(text).actions == (FormAction("Hire two workers."), FormAction("Train them."))


@pytest.mark.parametrize(
    "table",
    [
        "Action\tLead\tBy when\nHire\tTeam Manager\t31/03/2023\nTrain\tHead of Service\tspring",
        "| Action | Lead | By when |\n|---|:--|---|\n| Hire | Team Manager | 31/03/2023 |\n| Train | Head of Service | spring |",
        "By when\tAction required\tResponsible officer\n31 March 2023\tHire\tTeam Manager\nspring\tTrain\tHead of Service",
        "No.\tAction\tOwner\tBy when\n1\tHire\tTeam Manager\t31.03.23\n2\tTrain\tHead of Service\tspring",
    ],
)
def test_rows_of_a_table_are_actions_with_the_owners_and_dates_of_its_columns(table: str) -> None:
    assert with_actions(table).actions == (
        FormAction("Hire", "Team Manager", SPRING),
        FormAction("Train (By when: spring)", "Head of Service"),
    )


def test_a_table_of_actions_needs_no_heading_and_ends_where_the_next_heading_is() -> None:
    form = after_reason("Action\tOwner\tStatus\nHire\tFinance\tbegun\n\nCompleted by: Alex Example")
    assert form.actions == (FormAction("Hire (Status: begun)", "Finance"),)
    assert (sections(form), form.completed_by) == ({REASON: "Staff left."}, "Alex Example")


def test_an_owner_and_a_date_on_lines_of_their_own_belong_to_the_action_above() -> None:
    form = with_actions("Hire two workers.\n\nOwner: Team Manager\n\nDue: 31 March 2023\n\nTrain them.")
    assert form.actions == (FormAction("Hire two workers.", "Team Manager", SPRING), FormAction("Train them."))


def test_a_line_that_only_leads_in_to_a_list_is_no_action_and_is_kept() -> None:
    form = with_actions("These are planned:\n- Hire.\n- Train.")
    assert (form.actions, unplaced(form)) == ((FormAction("Hire."), FormAction("Train.")), ["These are planned:"])


def test_none_is_no_action_and_is_kept() -> None:
    form = with_actions("None identified.")
    assert (form.actions, unplaced(form)) == ((), ["None identified."])
    assert "It has no action." in form.lacks


# --- who completed and who approved it ------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["27.10.2022", "27/10/22", "27-10-2022", "27 October 2022", "27th Oct 2022", "27 oct. 22",
                                     "27th of October, 2022", "Thursday 27 October 2022", "2022-10-27"])  # fmt: skip
def test_dates_are_read_as_they_are_written_in_england(written: str) -> None:
    assert [day for day, *_ in dates_in(f"on {written}.")] == [date(2022, 10, 27)]


@pytest.mark.parametrize(
    "written", ["31.02.2022", "10/27/2022", "October 2022", "27.10", "1.2.3.4", "2022", "27102022", "0/1/2022"]
)
def test_what_names_no_day_is_no_date(written: str) -> None:
    assert dates_in(written) == []


@pytest.mark.parametrize(
    ("signed", "approver"),
    [
        ("Service Unit Head approval with date: 27.10.2022", "Service Unit Head"),
        ("Service Unit Head approval with date:\n\n27.10.2022", "Service Unit Head"),
        ("Service Unit Head\napproval with date: 27.10.2022", "Service Unit Head"),
        ("Service Unit Head approval with date: Approved 27.10.2022", "Service Unit Head"),
        ("Head of Service sign-off: 27/10/22", "Head of Service"),
        ("Approved by: Priya Sample, 27 October 2022", "Priya Sample"),
        ("Approved by Priya Sample 27 October 2022", "Priya Sample"),
        ("Approvedby: Priya Sample Date: 27/10/2022", "Priya Sample"),
        ("Approved by: Priya Sample\nDate: 27/10/2022", "Priya Sample"),
        ("Sign off: Priya Sample (27.10.2022)", "Priya Sample"),
        ("Sign off\n\nPriya Sample\n\n27.10.2022", "Priya Sample"),
        ("Approved by: Head of Service on 27.10.2022", "Head of Service"),
        ("Approved by: Priya Sample\nDate approved: 27.10.2022", "Priya Sample"),
        ("Approval\nApproved by Priya Sample on 27/10/22", "Priya Sample"),
        ("Approved by\tDate\nPriya Sample\t27/10/2022", "Priya Sample"),
    ],
)
def test_who_approved_and_when_are_read_apart(signed: str, approver: str) -> None:
    form = after_reason(f"Actions:\nHire.\n\nCompleted by: Alex Example\n{signed}")
    assert (form.completed_by, form.approved_by, form.approved_on) == ("Alex Example", approver, date(2022, 10, 27))


def test_a_heading_for_approval_without_anything_under_it_is_no_approval() -> None:
    form = after_reason("Completed by: Alex Example\nService Unit Head approval with date:")
    assert (form.approved_by, form.approved_on) == ("", None)
    assert "It is completed but not approved." in form.lacks


@pytest.mark.parametrize(
    "said", ["TBC", "Awaiting approval", "Not yet approved", "27.10.2022 or 28.10.2022", "31.02.2022"]
)
def test_what_is_no_approval_is_kept_and_approves_nothing(said: str) -> None:
    form = after_reason(f"Completed by: Alex Example\nService Unit Head approval with date: {said}")
    assert (form.approved_by, form.approved_on, unplaced(form)) == ("", None, [said])


def test_a_footnote_under_the_authors_is_no_author() -> None:
    form = after_reason(
        "Actions:\nHire.\n\nCompleted by:  Alex Example / Priya Sample\n 2 Example Guideline on Early Work\n"
    )
    assert (form.completed_by, unplaced(form)) == ("Alex Example / Priya Sample", ["2 Example Guideline on Early Work"])


def test_the_day_of_completion_has_no_place_and_is_kept() -> None:
    form = after_reason("Completed by: Alex Example, 20.10.2022\nApproved by: Priya Sample\nDate: 27.10.2022")
    assert (form.completed_by, form.approved_on) == ("Alex Example", date(2022, 10, 27))
    assert unplaced(form) == ["Alex Example, 20.10.2022"]


def test_an_action_to_be_completed_by_a_day_is_no_author() -> None:
    form = with_actions("Hire two workers.\n\nCompleted by: 31 March 2023\n\nTrain them.")
    assert form.completed_by == ""
    assert form.actions == (FormAction("Hire two workers.", "", SPRING), FormAction("Train them."))


@pytest.mark.parametrize(
    ("signed", "names", "in_roles"),
    [
        ("Alex Example", [("Alex Example", "Report author")], "Report author"),
        ("Alex Example / Priya Sample", [("Alex Example", "Report author"), ("Priya Sample", "Report author")], "Report author"),
        ("Alex Example and Priya Sample", [("Alex Example", "Report author"), ("Priya Sample", "Report author")], "Report author"),
        ("Alex Example, Team Manager", [("Alex Example", "Team Manager")], "Team Manager"),
        ("Alex Example (Head of Children and Families)", [("Alex Example", "Head of Children and Families")], "Head of Children and Families"),
        ("Alex Example - Service Manager", [("Alex Example", "Service Manager")], "Service Manager"),
        ("Alex Example Team Manager", [("Alex Example", "Team Manager")], "Team Manager"),
        ("Team Manager: Alex Example", [("Alex Example", "Team Manager")], "Team Manager"),
        ("alex.example@council.example", [("alex.example@council.example", "Report author")], "Report author"),
        ("Dr Alex O’Example-Sample", [("Dr Alex O’Example-Sample", "Report author")], "Report author"),
        ("Alex", [("Alex", "Report author")], "Report author"),
        ("Head of Service", [], "Head of Service"),
        ("Service Unit Head", [], "Service Unit Head"),
        ("Team Manager, Early Help", [], "Team Manager, Early Help"),
        ("Head of Children, Families and Learning", [], "Head of Children, Families and Learning"),
        ("Performance and Insight Manager", [], "Performance and Insight Manager"),
        ("MASH", [], "MASH"),
    ],
)  # fmt: skip
def test_a_persons_name_is_offered_for_replacement_by_a_role_and_a_role_is_not(
    signed: str, names: list[tuple[str, str]], in_roles: str
) -> None:
    form = after_reason(f"Completed by: {signed}")
    assert form.completed_by == signed
    assert [(name.text, name.role) for name in form.names] == names
    assert form.with_roles().completed_by == in_roles


def test_names_of_approvers_and_owners_are_offered_too() -> None:
    form = after_reason(
        "Actions:\n- Hire (Owner: Alex Example)\n- Train (Owner: Early Help)\n\nApproved by: Priya Sample 27.10.2022"
    )
    assert [(name.text, name.role, name.where) for name in form.names] == [
        ("Priya Sample", "Service Unit Head", "approved_by"),
        ("Alex Example", "Action owner", "owner"),
    ]
    without = form.with_roles()
    assert (without.approved_by, [action.owner for action in without.actions]) == (
        "Service Unit Head",
        ["Action owner", "Early Help"],
    )
    assert without.names == ()


# --- what a form lacks ----------------------------------------------------------------------------------------------


def test_a_form_with_everything_lacks_nothing() -> None:
    text = WHOLE.replace("landlords.", "landlords. (Owner: Team Manager, by 31.03.2023)")
    text = text.replace("leave.", "leave. (Owner: Team Manager, by 31.03.2023)")
    assert one(text).lacks == ()


def test_a_blank_form_says_all_that_it_lacks() -> None:
    assert one("Exception report\n\nIndicator description:\n").lacks == (
        "It does not name its indicator.",
        "It does not say which quarter it is for.",
        "It states no outturn that can be read as one number.",
        "It states no target that can be read as one number.",
        *(f"{name} is empty." for name in REPORT_SECTIONS),
        "It has no action.",
        "It does not say who completed it.",
        "It is not approved.",
    )


@pytest.mark.parametrize(
    ("actions", "said"),
    [
        (("", ""), ["No action has an owner or a due date."]),
        (("",), ["Its action has no owner and no due date."]),
        ((" (Owner: Team Manager)", ""), ["1 of 2 actions has no owner.", "No action has a due date."]),
        ((" (by 31.3.2023)", "", ""), ["No action has an owner.", "2 of 3 actions have no due date."]),
        ((" (Owner: Team Manager)",), ["Its action has no due date."]),
        ((" (Owner: Team Manager, by 31.3.2023)",), []),
    ],
)
def test_actions_without_owner_or_date_are_counted(actions: tuple[str, ...], said: list[str]) -> None:
    form = with_actions("\n".join(f"- Hire{end}" for end in actions))
    assert [sentence for sentence in form.lacks if "action" in sentence] == said


def test_an_approval_without_its_date_or_its_approver_says_so() -> None:
    assert "It does not say when it was approved." in after_reason("Approved by: Priya Sample").lacks
    assert "It does not say who approved it." in after_reason("Approved by: 27.10.2022").lacks


# --- several forms in a file ----------------------------------------------------------------------------------------


def test_a_second_title_begins_a_second_form_and_what_stands_before_the_first_is_kept() -> None:
    second = WHOLE.replace("Care leavers in suitable homes", "Plans on time").replace(
        "Exception Performance", "PERFORMANCE EXCEPTION"
    )
    forms = read(f"Appendix 2: Exception Reports for two indicators.\n\n{WHOLE}\n{second}")
    assert [form.indicator for form in forms] == ["Care leavers in suitable homes", "Plans on time"]
    assert [(form.first, form.last) for form in forms] == [(3, 38), (40, 75)]
    assert [unplaced(form) for form in forms] == [["Appendix 2: Exception Reports for two indicators."], []]


def test_a_second_indicator_begins_a_second_form_without_a_title() -> None:
    body = WHOLE.split("missed.")[1]
    forms = read(body + body.replace("81.5%", "70%"))
    assert [form.outturn for form in forms] == [Decimal("81.5"), Decimal(70)]
    assert [form.actions for form in forms] == [forms[0].actions] * 2


def test_a_title_that_is_only_a_pages_header_parts_nothing() -> None:
    text = WHOLE.replace(
        "Summary of legal", "Exception Performance Report\n\nThe rooms are in another town.\n\nSummary of legal"
    )
    form = one(text)
    assert sections(form)[FINANCE] == "Emergency rooms cost more.\n\nThe rooms are in another town."
    assert form.completed_by == "Alex Example"


def test_a_second_form_that_says_almost_nothing_is_still_a_form() -> None:
    forms = read(f"{WHOLE}\nException report form\n\nIndicator description: Plans on time\n")
    assert [form.indicator for form in forms] == ["Care leavers in suitable homes", "Plans on time"]


@pytest.mark.parametrize(
    "title",
    ["Exception report – Q2 2022-23", "Q2 2022-23 Exception Performance Report", "Exception report: 2022/23 Q2"],
)
def test_a_quarter_in_the_title_is_the_forms_quarter(title: str) -> None:
    form = one(f"{title}\n\nIndicator: Plans\nOutturn: 4\n")
    assert (form.quarter, form.unplaced) == (Quarter(2022, 2), ())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Minutes of the meeting\n\nAll were there.", "It has 2 paragraphs and begins “Minutes of the meeting”."),
        ("Exception report", "It has 1 paragraph and begins “Exception report”."),
        ("Summary of financial implications\n\nNone.\n\nSummary of legal implications\n\nNone.", "It has 4 paragraphs"),
    ],
)
def test_a_document_without_a_form_is_refused_with_what_was_found(text: str, told: str) -> None:
    with pytest.raises(NoForm) as refused:
        read(text)
    assert str(refused.value).startswith("No exception report form was found.")
    assert told in str(refused.value)
    assert "“Indicator description:”" in str(refused.value)


def test_no_paragraphs_are_no_form() -> None:
    with pytest.raises(NoForm):
        read_forms([])


# --- nothing is dropped ---------------------------------------------------------------------------------------------


def words(text: str) -> Counter[str]:
    """Every word and number. What marks or numbers an item of a list is none."""
    return Counter(re.findall(r"[^\W_]+", re.sub(r"(?m)^ *[0-9a-z]{1,2}[.)] ", "", text.lower())))


def kept(form: Form) -> Counter[str]:
    """Every word that a form holds anywhere."""
    texts = [
        form.indicator,
        *(paragraph.text for paragraph in (*form.unplaced, *form.printed)),
        *(text for _, text in form.sections),
        *(f"{action.text} {action.owner}" for action in form.actions),
        *("" if figure is None else f"{figure:f}" for figure in (form.outturn, form.target)),
        form.completed_by,
        form.approved_by,
        "" if form.approved_on is None else f"{form.approved_on:%d.%m.%Y}",
    ]
    return words("\n".join(texts))


PIECES = st.sampled_from(
    [
        "Exception Performance Report", "Indicator description: Plans on time", "2022/23 Q2 outturn:", "64%", "Quarterly target: 9",
        "Reason for level of performance:", "Staff left, and", "others came.", "Summary of legal", "implications:", "Legal",
        "Financial implications: dear", "- an item", "Page 3 of 4", "12", "Actions planned", "1. Hire", "Owner", "Completed by:",
        "Alex Example", "Approved by: Priya Sample", "27.10.2022", "Date:", "Risk implications:", "See legal implications.", "",
        "Action\tOwner\tBy when", "Hire\tMASH\tspring", "**Equality** Girls wait.", "## Public health", "Tolerance: 5", "—",
        "Please use this form well.", "Service Unit Head approval with date: 31.02.2022", "Outturn: 5 or 6 Target: 7", "and so on",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=25))
def test_however_the_pieces_of_forms_lie_every_word_is_kept(pieces: list[str]) -> None:
    text = "\n".join(["Indicator description: First", *pieces])
    held: Counter[str] = sum((kept(form) for form in read(text)), Counter())
    assert words(text) - held == Counter()


@given(st.lists(st.text(st.sampled_from("aZé19 .:;-–|*#\t%/()“”@\u00a0"), max_size=30) | PIECES, max_size=12))
def test_any_text_gives_forms_or_the_reason_why_not(pieces: list[str]) -> None:
    try:
        forms = read("\n".join(pieces))
    except NoForm:
        return
    for form in forms:
        assert form.first <= form.last
        assert [name for name, _ in form.sections] == list(REPORT_SECTIONS)
        assert isinstance(form.lacks, tuple)
        assert form.with_roles().sections == form.sections


def test_a_long_line_and_many_lines_are_read_in_good_time() -> None:
    """Twenty thousand lines that each look like a heading, and a line of a megabyte: seconds would be minutes if it were not linear."""
    many = "\n".join(
        ["Indicator description: Plans", "Reason for performance:", *["Legal implications follow"] * 20_000]
    )
    assert len(sections(one(many))[REASON].split()) == 60_000
    long = "Indicator description: Plans\nReason for performance: " + "word: (x) " * 100_000
    assert len(sections(one(long))[REASON]) == 999_999
    assert one(f"Indicator description: Plans\nCompleted by: Alex Example {'Date: ' * 10_000}").completed_by == ""
    assert (
        one(f"Indicator description: Plans\nCompleted by: Alex Example {'Date: ' * 160}").completed_by == "Alex Example"
    )


def test_a_heading_of_the_wrong_shape_is_none() -> None:
    assert heading_of(FormLine(1, "Legal implications"), fresh=False) is None
    assert heading_of(FormLine(1, "Legal implications"), fresh=True) is not None
    assert heading_of(FormLine(1, "legal implications"), fresh=True) is None
    assert heading_of(FormLine(1, "legal implications", heading=True), fresh=True) is not None


# --- the papers -----------------------------------------------------------------------------------------------------

PAPER = SHARED / "seeds" / "004_ef166382983af74b.txt"
needs_paper = pytest.mark.skipif(not PAPER.is_file(), reason="the papers are not beside the project")


@needs_paper
def test_the_three_forms_of_the_papers_are_read_with_what_each_lacks() -> None:
    forms = read(PAPER.read_text(encoding="utf-8"))
    assert [(form.quarter, form.outturn, form.target) for form in forms] == [
        (Quarter(2022, 2), Decimal(64), Decimal(100)),
        (Quarter(2022, 2), Decimal("26.5"), Decimal(20)),
        (Quarter(2022, 2), Decimal("25.4"), Decimal("4.7")),
    ]
    assert [len(form.actions) for form in forms] == [3, 4, 1]
    assert [form.lacks for form in forms] == [
        ("No action has an owner or a due date.", "It does not say who completed it.", "It is not approved."),
        ("No action has an owner or a due date.", "It is completed but not approved."),
        ("Its action has no owner and no due date.",),
    ]
    assert [(form.approved_by, form.approved_on) for form in forms[1:]] == [
        ("", None),
        ("Service Unit Head", date(2022, 10, 27)),
    ]
    assert [[name.role for name in form.names] for form in forms] == [[], ["Report author"] * 2, ["Report author"]]
    assert {form.with_roles().completed_by for form in forms} == {"", "Report author"}


# The headings of the printed form, and the part of the read one that their lines must land in.
_HEADINGS = (
    ("Reason for level", REASON),
    ("Summary of financial", FINANCE),
    ("Summary of legal", LEGAL),
    ("Summary of human", PEOPLE),
    ("Summary of sustainability", LASTING),
    ("Summary of public", HEALTH),
    ("Summary of equality", EQUALITY),
    ("Actions taken", "actions"),
    ("Completed by", "end"),
    ("Exception Performance", "start"),
)


@needs_paper
def test_every_line_of_the_papers_lands_in_the_section_under_whose_heading_it_stands() -> None:
    text = PAPER.read_text(encoding="utf-8")
    forms = read(text)
    lines_seen = 0
    section = "start"
    for number, line in enumerate(text.split("\n"), 1):
        plain = " ".join(line.split())
        began = next((part for start, part in _HEADINGS if plain.startswith(start)), None)
        section = began or section
        form = next((form for form in forms if form.first <= number <= form.last), None)
        if not plain or form is None:
            continue
        lines_seen += 1
        if began and began in REPORT_SECTIONS:
            plain = plain.partition(":")[2].strip()
        if section in REPORT_SECTIONS:
            assert plain in " ".join(dict(form.sections)[section].split()), number
        elif section == "actions" and not began:
            assert any(plain in action.text for action in form.actions), number
    assert lines_seen > 200
    held: Counter[str] = sum((kept(form) for form in forms), Counter())
    assert words(text) - held == Counter()


@needs_paper
def test_all_that_is_unplaced_of_the_papers_is_a_heading_over_the_forms_and_a_footnote() -> None:
    forms = read(PAPER.read_text(encoding="utf-8"))
    assert [[paragraph.number for paragraph in form.unplaced] for form in forms] == [[2], [250], []]


@needs_paper
def test_the_covering_report_is_no_form() -> None:
    with pytest.raises(NoForm):
        read(next(PAPER.parent.glob("000_*.txt")).read_text(encoding="utf-8"))
