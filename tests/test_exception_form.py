"""The form's rules: what submission needs, what follows last quarter's text, what is unchanged, and which actions are overdue."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.errors import NotSaved
from kpi_core.intake.data_folder import actions_in
from kpi_core.judging import Held, Row, row_of
from kpi_core.model import NONE_IDENTIFIED, REPORT_SECTIONS, Absence, Action, ExceptionReport, Polarity, ReportState
from kpi_core.periods import Quarter
from kpi_core.reports import (
    REASON_LINE,
    action_words,
    first_draft,
    from_last,
    is_overdue,
    lacks,
    numbered,
    tidied,
    unchanged,
)
from kpi_core.reports.form import REQUIRED, overdue
from kpi_core.words import checked

from .conftest import Q2, indicator, observed, report, target

DUE = date(2022, 12, 31)
DONE = Action(1, "Fill the posts.", "Head of Service", DUE)


def whole(**given: object) -> ExceptionReport:
    """A form that lacks nothing."""
    plain: dict[str, object] = {
        "actions": (DONE,),
        "completed_by": "Report author",
        "outturn": Decimal(80),
        "target": Decimal(88),
    }
    return replace(report(ReportState.DRAFT), **(plain | given))  # type: ignore[arg-type]


def row(value: str | Absence | None = "80", aim: str | None = "88", **given: str) -> Row:
    polarity = {"polarity": Polarity.BAND} if given else {}
    series = () if value is None else (observed(value),)
    targets = (target(aim, **given),) if aim or given else ()
    return row_of(Held(indicator(**polarity), series, targets), Q2)


# --- what submission needs ----------------------------------------------------------------------------------------


def test_a_whole_form_lacks_nothing() -> None:
    assert lacks(whole(), row()) == ()


LACKING: list[tuple[dict[str, object], str]] = [
    ({"reason_line": ""}, "The reason in one line is empty: write it in at most 160 characters."),
    ({"reason_line": " \n"}, "The reason in one line is empty: write it in at most 160 characters."),
    ({"reason_line": "x" * 161}, "The reason in one line has 161 characters: shorten it to 160."),
    ({"actions": ()}, "“Actions taken or planned” has no action: add at least one."),
    ({"actions": (replace(DONE, owner=" "),)}, "Action 1 has no owner: give a role."),
    ({"actions": (DONE, replace(DONE, number=3, due=None))}, "Action 3 has no due date: give one."),
    ({"actions": tuple(replace(DONE, number=n, due=None) for n in (1, 2, 5))}, "Actions 1, 2 and 5 have no due date: give one."),
    ({"actions": (DONE, replace(DONE, number=3, text=" "))}, "Action 3 has no words: say what is to be done, or remove it."),
    ({"completed_by": ""}, "“Completed by” is empty: give the role of who completed the form."),
    ({"outturn": None}, "The outturn is not stated: the scorecard has 80%."),
    ({"target": None}, "The target is not stated: 88 is held."),
]  # fmt: skip


@pytest.mark.parametrize(("given", "sentence"), LACKING, ids=[sentence for _, sentence in LACKING])
def test_each_thing_that_submission_needs_is_one_sentence(given: dict[str, object], sentence: str) -> None:
    assert lacks(whole(**given), row()) == (sentence,)


@pytest.mark.parametrize("heading", REQUIRED)
def test_each_empty_section_is_named_and_none_identified_is_not_empty(heading: str) -> None:
    def with_body(body: str) -> ExceptionReport:
        return whole(sections=tuple((h, body if h == heading else "Text.") for h in REPORT_SECTIONS))

    told = (f"“{heading}” is empty: write it, or choose “None identified”.",)
    assert [lacks(with_body(body), row()) for body in ("", " \n\t", NONE_IDENTIFIED)] == [told, told, ()]


def test_a_section_that_is_not_there_at_all_is_empty() -> None:
    assert len(lacks(whole(sections=()), row())) == len(REQUIRED)


@pytest.mark.parametrize(
    "at",
    [row(None, None), row(Absence.SUPPRESSED, None), row("80", None, low="82", high="90"), None],
    ids=["nothing held", "suppressed", "a band", "not asked for"],
)
def test_figures_are_asked_for_only_where_the_indicator_has_them(at: Row | None) -> None:
    told = lacks(whole(outturn=None, target=None), at)
    assert not [one for one in told if "target" in one]
    assert bool([one for one in told if "outturn" in one]) is (at is not None and at.absence is None)


def test_all_that_is_lacking_is_said_at_once() -> None:
    begun = first_draft(indicator(), "X", Q2, observed("80"), target("88"))
    assert len(lacks(begun, row())) == 1 + len(REQUIRED) + 1 + 1


# --- a draft ------------------------------------------------------------------------------------------------------


def test_an_empty_draft_has_the_figures_that_are_held_and_nothing_else() -> None:
    begun = first_draft(indicator(definition="Plans made on time"), "X", Q2, observed("80"), target("88"))
    assert (begun.outturn, begun.target, begun.description) == (Decimal(80), Decimal(88), "Plans made on time")
    assert begun.blank
    assert begun.sections == tuple((heading, "") for heading in REPORT_SECTIONS)
    nothing = first_draft(indicator(), "X", Q2, observed(Absence.NOT_AVAILABLE), None)
    assert (nothing.outturn, nothing.target, nothing.description) == (None, None, "Plans on time")


def test_a_form_is_blank_until_something_is_explained() -> None:
    begun = first_draft(indicator(), "X", Q2, observed("80"), target("88"))
    assert replace(begun, completed_by="Report author", reason_line=" ").blank
    assert not replace(begun, reason_line="Staff left.").blank
    assert not replace(begun, actions=(DONE,)).blank
    assert not replace(begun, unplaced="Left over.").blank
    assert not replace(begun, sections=((REPORT_SECTIONS[0], NONE_IDENTIFIED), *begun.sections[1:])).blank


def test_a_draft_from_last_quarters_text_takes_the_text_and_none_of_what_was_of_that_quarter() -> None:
    closed = replace(DONE, closed_on=date(2022, 11, 1), closing="Filled.")
    last = whole(
        state=ReportState.APPROVED,
        actions=(closed, replace(DONE, number=4, text="Ask.")),
        approved_by="Service Unit Head",
        approved_on=date(2022, 10, 27),
        unplaced="Left over.",
        version=7,
    )
    begun = from_last(last, Q2 + 1, observed("81", "Q3 2022-23"), target("90"))
    assert begun == replace(
        last, quarter=Q2 + 1, state=ReportState.DRAFT, outturn=Decimal(81), target=Decimal(90), completed_by="", approved_by="",
        approved_on=None, source="", unplaced="", version=0, event=begun.event, actions=(replace(DONE, text="Ask."),),
    )  # fmt: skip


def test_what_is_word_for_word_the_same_is_marked_and_what_is_empty_is_not() -> None:
    last = whole(reason_line="Staff left.", sections=tuple((h, f"{h} text.\n\nMore.") for h in REPORT_SECTIONS))
    now = from_last(last, Q2 + 1, None, None)
    assert unchanged(now, last) == {REASON_LINE, *REPORT_SECTIONS}
    sections = (
        (REPORT_SECTIONS[0], "Other."),
        (REPORT_SECTIONS[1], ""),
        (REPORT_SECTIONS[2], f" {REPORT_SECTIONS[2]} text.\nMore. "),
    )
    changed = replace(now, reason_line="Staff came.", sections=(*sections, *now.sections[3:]))
    assert unchanged(changed, last) == set(REPORT_SECTIONS[2:])
    assert unchanged(replace(now, sections=tuple((h, "") for h in REPORT_SECTIONS), reason_line=""), now) == frozenset()
    assert unchanged(now, None) == frozenset()


# --- what may be kept ---------------------------------------------------------------------------------------------


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=200))
def test_text_is_kept_as_it_is_written(text: str) -> None:
    sections = ((REPORT_SECTIONS[0], text), *((h, "") for h in REPORT_SECTIONS[1:]))
    assert tidied(whole(sections=sections)).sections == sections


def test_only_line_endings_are_made_one_kind() -> None:
    assert checked("it", "one\r\ntwo\rthree\n  four\t") == "one\ntwo\nthree\n  four\t"


@given(st.text(max_size=300))
def test_any_text_is_kept_or_refused_in_one_sentence(text: str) -> None:
    said = ""
    try:
        assert checked("“It”", text, 200) == text.replace("\r\n", "\n").replace("\r", "\n")
    except NotSaved as refused:
        said = str(refused)
    assert said.isprintable()
    assert not said or said.startswith("Nothing was saved: “It” h")


def test_actions_keep_their_numbers_and_new_ones_get_numbers_that_were_never_used() -> None:
    former = (whole(actions=(DONE, replace(DONE, number=6))), whole(actions=(DONE,)))
    given = (replace(DONE, text="Changed."), replace(DONE, number=0), replace(DONE, number=99), DONE)
    assert [one.number for one in numbered(given, former)] == [1, 7, 8, 9]
    assert [one.number for one in numbered(given, ())] == [1, 2, 3, 4]
    assert numbered((replace(DONE, closed_on=DUE, closing="Done."),), former) == (DONE,)


# --- actions ------------------------------------------------------------------------------------------------------


def test_an_action_is_overdue_from_the_day_after_it_was_due_until_it_is_closed() -> None:
    assert [is_overdue(DONE, day) for day in (date(2022, 12, 30), DUE, date(2023, 1, 1))] == [False, False, True]
    closed, endless = replace(DONE, closed_on=date(2023, 2, 1), closing="Done."), replace(DONE, due=None)
    assert overdue((DONE, closed, endless), date(2030, 1, 1)) == (DONE,)


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (DONE, "Owner: Head of Service; due 31 December 2022."),
        (replace(DONE, due=None), "Owner: Head of Service; no due date is given."),
        (replace(DONE, owner=""), "No owner is given; due 31 December 2022."),
        (Action(1, "Ask."), "No owner and no due date are given."),
        (replace(DONE, closed_on=date(2023, 1, 5), closing="Both came."), "Closed on 5 January 2023: Both came."),
    ],
)
def test_who_does_an_action_by_when_is_said_and_where_that_is_not_given_it_is_said_too(
    action: Action, words: str
) -> None:
    assert action_words(action) == words


@pytest.mark.parametrize(
    ("text", "actions"),
    [
        ("", []),
        ("- One.\n- Two\n  goes on.\n", ["One.", "Two goes on."]),
        ("A paragraph\nof its own.\n\nAnother.", ["A paragraph of its own.", "Another."]),
        ("Before:\n- One - with a dash.\n\n- Two.\n\nAfter.", ["Before:", "One - with a dash.", "Two.", "After."]),
        ("- \n-\n- One.", ["-", "One."]),
    ],
)
def test_each_item_and_each_paragraph_of_the_bundled_file_is_an_action(text: str, actions: list[str]) -> None:
    assert [(one.number, one.text) for one in actions_in(text)] == list(enumerate(actions, 1))


def test_the_form_is_the_same_in_every_quarter() -> None:
    assert (
        first_draft(indicator(), "X", Quarter(2030, 1), None, None).sections
        == first_draft(indicator(), "X", Q2, None, None).sections
    )
