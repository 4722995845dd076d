"""Exception reports from the first draft to the approval: nothing written is ever lost, and nobody approves their own text."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_core.access import Actor, same_name
from kpi_core.errors import NotAllowed, NotSaved, PeriodError, UnknownChoice, UnknownIndicator
from kpi_core.events import Kind
from kpi_core.judging import headline
from kpi_core.model import NONE_IDENTIFIED, Action, ExceptionReport, ReportEvent, ReportState
from kpi_core.periods import Quarter as Q
from kpi_core.reports import REASON_LINE, ChangedMeanwhile, NotComplete, ObjectedTo
from kpi_core.shell.services import Services
from kpi_core.shell.storage import STEPS
from kpi_core.showing import as_json

from ..conftest import NOW, in_memory
from .ledgers import files_in
from .reporting import ANN, BOARD, BOB, HEAD, Q1, Q2, Q3, Clock, council, open_council
from .uploading import all_held


@pytest.fixture
def council_services(tmp_path: Path, clock: Clock) -> Iterator[Services]:
    services = open_council(tmp_path, clock)
    yield services
    services.close()


def filled(draft: ExceptionReport, why: str = "Staff left.") -> ExceptionReport:
    """A draft with everything that submission needs."""
    sections = tuple(
        (heading, why if not place else NONE_IDENTIFIED) for place, (heading, _) in enumerate(draft.sections)
    )
    actions = (Action(0, "Fill the posts.", "Head of Service", date(2022, 12, 31)),)
    return replace(draft, reason_line=why, sections=sections, actions=actions, completed_by="Report author")


def drafted(services: Services, actor: Actor = ANN, quarter: str = Q2, code: str = "A1") -> ExceptionReport:
    return services.reports.save(filled(services.reports.start(code, quarter, actor)), 1, actor)


def submitted(services: Services, quarter: str = Q2) -> ExceptionReport:
    draft = drafted(services, quarter=quarter)
    return services.reports.submit("A1", quarter, draft.version, ANN)


def approved(services: Services, quarter: str = Q2) -> ExceptionReport:
    handed_in = submitted(services, quarter)
    return services.reports.approve("A1", quarter, handed_in.version, HEAD)


def state(services: Services, quarter: str = Q2) -> str:
    """How far the scorecard says the report is."""
    return services.scorecard(quarter).row("A1").exception.state.value


# --- the way from missing to approved -----------------------------------------------------------------------------


def test_a_missing_report_is_begun_written_submitted_and_approved_by_another(council_services: Services) -> None:
    reports = council_services.reports
    assert state(council_services) == "missing"
    assert headline(council_services.scorecard(Q2))[-1] == "Of 2 exception reports required, 2 are missing."
    begun = reports.start("A1", Q2, ANN)
    assert (begun.version, begun.outturn, begun.target) == (1, Decimal("71.5"), Decimal(75))
    assert begun.description == "Plans made on time"
    assert state(council_services) == "missing", "a form in which nothing is written explains nothing"
    draft = reports.save(filled(begun), begun.version, ANN)
    assert state(council_services) == "draft"
    assert reports.one("A1", Q2).lacks == ()
    handed_in = reports.submit("A1", Q2, draft.version, ANN)
    assert state(council_services) == "submitted"
    signed = reports.approve("A1", Q2, handed_in.version, HEAD)
    assert (signed.approved_by, signed.approved_on) == ("Service Unit Head", NOW.date())
    assert state(council_services) == "approved"
    assert headline(council_services.scorecard(Q2))[-1] == (
        "Of 2 exception reports required, 1 is approved, 1 is missing."
    )
    view = reports.one("A1", Q2)
    assert view.report == signed
    assert [one.event for one in view.former] == [ReportEvent.SUBMITTED, ReportEvent.SAVED, ReportEvent.SAVED]
    assert [one.version for one in view.former] == [3, 2, 1]


def test_every_version_says_who_made_it_in_which_role_and_when(council_services: Services, clock: Clock) -> None:
    draft = drafted(council_services)
    clock.now += timedelta(days=1)
    saved = council_services.reports.save(replace(draft, reason_line="Another reason."), draft.version, BOB)
    assert (saved.saved_by, saved.saved_as, saved.saved_at) == ("Bob Author", "Report author", NOW + timedelta(days=1))
    assert council_services.reports.one("A1", Q2).former[0] == draft


def test_saving_the_same_text_again_writes_nothing(council_services: Services, tmp_path: Path) -> None:
    draft = drafted(council_services)
    before = all_held(council_services), files_in(tmp_path)
    assert council_services.reports.save(draft, draft.version, BOB) == draft
    windows = replace(draft, sections=tuple((h, b.replace("\n", "\r\n")) for h, b in draft.sections))
    assert council_services.reports.save(windows, draft.version, ANN) == draft
    assert (all_held(council_services), files_in(tmp_path)) == before


def test_a_figure_with_another_decimal_is_another_text(council_services: Services) -> None:
    draft = drafted(council_services)
    saved = council_services.reports.save(replace(draft, outturn=Decimal("71.50")), draft.version, ANN)
    assert (saved.version, str(saved.outturn)) == (draft.version + 1, "71.50")


def test_a_report_may_be_saved_without_being_begun_first(council_services: Services, tmp_path: Path) -> None:
    begun = council_services.reports.start("A1", Q3, ANN)
    saved = council_services.reports.save(
        filled(replace(begun, quarter=council_services.scorecard(Q2).quarter)), None, ANN
    )
    assert (saved.quarter.text, saved.version) == (Q2, 1)


def test_a_submitted_report_is_given_back_with_the_reason_and_written_on(council_services: Services) -> None:
    handed_in = submitted(council_services)
    back = council_services.reports.give_back("A1", Q2, "  Say which posts. ", HEAD)
    assert (back.state, back.event, back.said) == (ReportState.DRAFT, ReportEvent.RETURNED, "Say which posts.")
    assert back.text == handed_in.text
    assert state(council_services) == "draft"
    saved = council_services.reports.save(replace(back, reason_line="Two posts."), back.version, ANN)
    again = council_services.reports.submit("A1", Q2, saved.version, ANN)
    assert council_services.reports.approve("A1", Q2, again.version, HEAD).state is ReportState.APPROVED


def test_an_approved_report_is_reopened_with_the_reason_and_its_approval_stays_in_its_history(
    council_services: Services,
) -> None:
    signed = approved(council_services)
    open_again = council_services.reports.reopen("A1", Q2, "The figure was revised.", HEAD)
    assert (open_again.state, open_again.approved_by, open_again.approved_on) == (ReportState.DRAFT, "", None)
    assert open_again.said == "The figure was revised."
    assert council_services.reports.one("A1", Q2).former[0] == signed


def test_a_former_version_is_restored_as_a_new_one_and_nothing_goes(council_services: Services) -> None:
    draft = drafted(council_services)
    spoilt = council_services.reports.save(
        replace(draft, sections=tuple((heading, "") for heading, _ in draft.sections), actions=()), draft.version, BOB
    )
    back = council_services.reports.restore("A1", Q2, draft.version, ANN)
    assert back.text == draft.text
    assert (back.event, back.said, back.version) == (ReportEvent.RESTORED, "version 2", 4)
    assert council_services.reports.one("A1", Q2).former[0] == spoilt
    assert council_services.reports.restore("A1", Q2, draft.version, ANN) == back, "it stands already"


# --- what is refused ----------------------------------------------------------------------------------------------

REFUSED: list[tuple[str, str, Callable[[Services], Any], str]] = [
    ("missing", "saved by who reads only", lambda s: s.reports.start("A1", Q2, BOARD), "The role Improvement board may not write exception reports"),
    ("missing", "begun without a name", lambda s: s.reports.start("A1", Q2, Actor(" . ", "Report author")), "Give your name"),
    ("missing", "begun in no role", lambda s: s.reports.start("A1", Q2, Actor("Ann", "Director")), "Choose the role"),
    ("missing", "begun from nothing", lambda s: s.reports.start("A1", Q2, ANN, from_last=True), "no earlier report"),
    ("missing", "submitted", lambda s: s.reports.submit("A1", Q2, 1, ANN), "no exception report on “Measure A1”"),
    ("draft", "begun again", lambda s: s.reports.start("A1", Q2, ANN), "there is a report on “Measure A1”"),
    ("draft", "given back", lambda s: s.reports.give_back("A1", Q2, "why", HEAD), "is a draft since 22 November 2022, and not submitted"),
    ("draft", "approved", lambda s: s.reports.approve("A1", Q2, 2, HEAD), "a draft since 22 November 2022, so submit it first"),
    ("draft", "reopened", lambda s: s.reports.reopen("A1", Q2, "why", HEAD), "and not approved"),
    ("draft", "restored to what is not there", lambda s: s.reports.restore("A1", Q2, 9, ANN), "has no version 9"),
    ("draft", "an action closed that is not there", lambda s: s.reports.close_action("A1", Q2, 9, "Done", ANN), "has no action 9"),
    ("draft", "an action closed without a word", lambda s: s.reports.close_action("A1", Q2, 1, " \n", ANN), "say what was done"),
    ("draft", "an action closed by who reads only", lambda s: s.reports.close_action("A1", Q2, 1, "Done", BOARD), "may not write exception reports, close actions or mark concerns. Ask Report author or Service Unit Head."),
    ("submitted", "saved", lambda s: s.reports.save(changed(s), 3, ANN), "Give it back to draft first"),
    ("submitted", "submitted again", lambda s: s.reports.submit("A1", Q2, 3, ANN), "waits for approval"),
    ("submitted", "given back without a reason", lambda s: s.reports.give_back("A1", Q2, " ", HEAD), "give the reason"),
    ("submitted", "given back by who reads only", lambda s: s.reports.give_back("A1", Q2, "why", BOARD), "may not give a report back or reopen it"),
    ("submitted", "given back by its author", lambda s: s.reports.give_back("A1", Q2, "why", ANN), "Ask Service Unit Head."),
    ("approved", "reopened by its author", lambda s: s.reports.reopen("A1", Q2, "why", ANN), "Ask Service Unit Head."),
    ("submitted", "approved by its author", lambda s: s.reports.approve("A1", Q2, 3, Actor("ANN  AUTHOR", "Service Unit Head")), "Someone of this name wrote version 1"),
    ("submitted", "approved by another author", lambda s: s.reports.approve("A1", Q2, 3, BOB), "The role Report author may not approve an exception report. Ask Service Unit Head."),
    ("submitted", "restored", lambda s: s.reports.restore("A1", Q2, 1, ANN), "Give it back to draft first"),
    ("approved", "saved", lambda s: s.reports.save(changed(s), 4, ANN), "Reopen it first"),
    ("approved", "submitted", lambda s: s.reports.submit("A1", Q2, 4, ANN), "Reopen it first"),
    ("approved", "approved again", lambda s: s.reports.approve("A1", Q2, 4, HEAD), "there is nothing to approve"),
    ("approved", "reopened without a reason", lambda s: s.reports.reopen("A1", Q2, "", HEAD), "give the reason"),
    ("approved", "a concern lifted that is not marked", lambda s: s.reports.lift_concern("A1", Q2, ANN), "is not marked"),
    ("approved", "a concern marked without a reason", lambda s: s.reports.mark_concern("A1", Q2, " ", ANN), "give the reason"),
    ("approved", "a concern at length", lambda s: s.reports.mark_concern("A1", Q2, "x" * 161, ANN), "Shorten it to 160"),
    ("approved", "a concern by who reads only", lambda s: s.reports.mark_concern("A1", Q2, "why", BOARD), "may not write exception reports"),
]  # fmt: skip
TO: dict[str, Callable[[Services], object]] = {
    "missing": lambda _: None,
    "draft": drafted,
    "submitted": submitted,
    "approved": approved,
}


def changed(services: Services) -> ExceptionReport:
    report = services.reports.one("A1", Q2).report
    assert report is not None
    return replace(report, reason_line="Something else.")


@pytest.mark.parametrize(
    ("begin", "act", "told"),
    [(begin, act, told) for begin, _, act, told in REFUSED],
    ids=[f"{begin}: {what}" for begin, what, _, _ in REFUSED],
)
def test_what_is_refused_is_one_sentence_and_changes_nothing(
    begin: str, act: Callable[[Services], Any], told: str, council_services: Services, tmp_path: Path
) -> None:
    TO[begin](council_services)
    before = all_held(council_services), files_in(tmp_path)
    with pytest.raises(NotSaved) as refused:
        act(council_services)
    assert told in str(refused.value)
    assert str(refused.value).isprintable()
    assert (all_held(council_services), files_in(tmp_path)) == before


def test_a_draft_that_lacks_something_is_not_submitted_and_all_that_it_lacks_is_said_at_once(
    council_services: Services,
) -> None:
    begun = council_services.reports.start("A1", Q2, ANN)
    saved = council_services.reports.save(replace(begun, actions=(Action(0, "Fill the posts."),), outturn=None), 1, ANN)
    with pytest.raises(NotComplete) as refused:
        council_services.reports.submit("A1", Q2, saved.version, ANN)
    lacks = refused.value.lacks
    assert lacks == council_services.reports.one("A1", Q2).lacks
    assert len(lacks) == 1 + 7 + 1 + 2 + 1
    assert "The outturn is not stated: the scorecard has 71.5%." in lacks
    assert "Action 1 has no owner: give a role." in lacks


UNKEEPABLE = {
    "a reason line of several lines": ({"reason_line": "One.\nTwo."}, "on several lines"),
    "a reason line that is too long": ({"reason_line": "x" * 161}, "at most 160 characters, and it has 161"),
    "a section at enormous length": ({"sections": "x" * 20_001}, "has 20,001 characters. Shorten it to 20,000"),
    "a control character": ({"sections": "before\x00after"}, "cannot be shown (U+0000), after “before”"),
    "half a character": ({"sections": "\ud800"}, "cannot be shown (U+D800)"),
    "an action at enormous length": ({"actions": (Action(0, "x" * 20_001),)}, "action 0 has 20,001 characters"),
    "too many actions": ({"actions": (Action(0, "x"),) * 201}, "can have 200 actions"),
    "another form's sections": ({"sections": (("Why", "Because."),)}, "sections must be, in this order"),
}


@pytest.mark.parametrize(("given", "told"), UNKEEPABLE.values(), ids=UNKEEPABLE)
def test_a_text_that_cannot_be_kept_is_refused_in_one_sentence(
    given: dict[str, Any], told: str, council_services: Services
) -> None:
    draft = drafted(council_services)
    if isinstance(given.get("sections"), str):
        given = {"sections": ((draft.sections[0][0], given["sections"]), *draft.sections[1:])}
    with pytest.raises(NotSaved) as refused:
        council_services.reports.save(replace(draft, **given), draft.version, ANN)
    assert told in str(refused.value)
    assert str(refused.value).isprintable()
    assert council_services.reports.one("A1", Q2).report == draft


def test_what_is_not_held_is_refused_as_everywhere(council_services: Services) -> None:
    with pytest.raises(UnknownIndicator):
        council_services.reports.one("NO", Q2)
    with pytest.raises(PeriodError):
        council_services.reports.one("A1", "Q7")
    with pytest.raises(UnknownChoice):
        council_services.reports.start("A1", Q2, ANN, area="Z")
    with pytest.raises(UnknownIndicator):
        council_services.reports.start("A2", Q2, ANN, area="Y")


def test_another_area_has_reports_of_its_own(council_services: Services) -> None:
    drafted(council_services)
    assert council_services.reports.one("A1", Q2, "Y").report is None
    council_services.reports.start("A1", Q2, ANN, area="Y")
    assert council_services.reports.one("A1", Q2, "Y").report is not None


# --- two at once --------------------------------------------------------------------------------------------------


def test_who_writes_upon_a_version_that_somebody_else_wrote_after_is_told_and_both_texts_are_kept(
    council_services: Services,
) -> None:
    draft = drafted(council_services)
    anns = replace(draft, reason_line="Ann's reason.")
    bobs = council_services.reports.save(replace(draft, reason_line="Bob's reason."), draft.version, BOB)
    with pytest.raises(ChangedMeanwhile) as refused:
        council_services.reports.save(anns, draft.version, ANN)
    assert refused.value.latest == bobs
    assert "Report author" in str(refused.value)
    assert "Bob" not in str(refused.value)
    saved = council_services.reports.save(anns, refused.value.latest.version, ANN)
    assert saved.reason_line == "Ann's reason."
    assert council_services.reports.one("A1", Q2).former[0] == bobs


def test_one_person_in_two_tabs_is_told_as_anybody_else_is(council_services: Services) -> None:
    draft = drafted(council_services)
    one = council_services.reports.save(replace(draft, reason_line="One tab."), draft.version, ANN)
    with pytest.raises(ChangedMeanwhile) as refused:
        council_services.reports.save(
            replace(draft, reason_line="Another."), draft.version, Actor("ann author", HEAD.role)
        )
    assert refused.value.latest == one


def in_section(report: ExceptionReport, place: int, text: str) -> ExceptionReport:
    heading = report.sections[place][0]
    return replace(report, sections=(*report.sections[:place], (heading, text), *report.sections[place + 1 :]))


Change = Callable[[ExceptionReport], ExceptionReport]
OTHER_FIELDS: dict[str, tuple[Change, Change]] = {
    "the reason in one line, and a section": (
        lambda one: replace(one, reason_line="Theirs."), lambda one: in_section(one, 0, "Mine.")),
    "two sections": (lambda one: in_section(one, 1, "Theirs."), lambda one: in_section(one, 2, "Mine.")),
    "the outturn, and who completed it": (
        lambda one: replace(one, outturn=Decimal("71.4")), lambda one: replace(one, completed_by="Head of Service")),
    "an action, and a new one": (
        lambda one: replace(one, actions=(replace(one.actions[0], owner="Team manager"),)),
        lambda one: replace(one, actions=(*one.actions, Action(0, "Another.")))),
    "a new action each": (
        lambda one: replace(one, actions=(*one.actions, Action(0, "Theirs."))),
        lambda one: replace(one, actions=(*one.actions, Action(0, "Mine.")))),
    "the same change": (
        lambda one: replace(one, reason_line="Both."), lambda one: replace(one, reason_line="Both.", target=Decimal(76))),
}  # fmt: skip


@pytest.mark.parametrize(("theirs", "mine"), OTHER_FIELDS.values(), ids=OTHER_FIELDS)
def test_what_somebody_else_changed_in_other_fields_is_kept_beside_what_one_saves(
    theirs: Change, mine: Change, council_services: Services
) -> None:
    draft = drafted(council_services)
    council_services.reports.save(theirs(draft), draft.version, BOB)
    saved = council_services.reports.save(mine(draft), draft.version, ANN)
    assert saved.version == draft.version + 2
    both = mine(theirs(draft))
    assert replace(saved, actions=()).text == replace(both, actions=()).text
    assert [one.undertaken[1:] for one in saved.actions] == [one.undertaken[1:] for one in both.actions]
    assert len({one.number for one in saved.actions}) == len(saved.actions)


def test_an_action_that_is_closed_meanwhile_and_reworded_by_one_is_no_conflict(council_services: Services) -> None:
    draft = drafted(council_services)
    council_services.reports.close_action("A1", Q2, 1, "Filled.", BOB)
    reworded = replace(draft, actions=(replace(draft.actions[0], owner="Team manager"),))
    council_services.reports.save(reworded, draft.version, BOB)
    saved = council_services.reports.save(in_section(draft, 1, "Mine."), draft.version, ANN)
    assert (saved.actions[0].owner, saved.sections[1][1]) == ("Team manager", "Mine.")


SAME_FIELD: dict[str, tuple[Change, Change]] = {
    "the reason in one line": (
        lambda one: replace(one, reason_line="Theirs."), lambda one: replace(one, reason_line="Mine.")),
    "one section": (lambda one: in_section(one, 1, "Theirs."), lambda one: in_section(one, 1, "Mine.")),
    "one action": (
        lambda one: replace(one, actions=(replace(one.actions[0], owner="Team manager"),)),
        lambda one: replace(one, actions=(replace(one.actions[0], due=date(2023, 3, 31)),))),
    "an action that one takes out": (
        lambda one: replace(one, actions=()),
        lambda one: replace(one, actions=(replace(one.actions[0], due=date(2023, 3, 31)),))),
}  # fmt: skip


@pytest.mark.parametrize(("theirs", "mine"), SAME_FIELD.values(), ids=SAME_FIELD)
def test_where_both_changed_one_field_who_comes_second_is_told_and_nothing_is_written(
    theirs: Change, mine: Change, council_services: Services, tmp_path: Path
) -> None:
    draft = drafted(council_services)
    stands = council_services.reports.save(theirs(draft), draft.version, BOB)
    before = all_held(council_services), files_in(tmp_path)
    with pytest.raises(ChangedMeanwhile) as refused:
        council_services.reports.save(mine(draft), draft.version, ANN)
    assert refused.value.latest == stands
    assert (all_held(council_services), files_in(tmp_path)) == before


def test_a_version_is_not_approved_unseen(council_services: Services) -> None:
    handed_in = submitted(council_services)
    council_services.reports.give_back("A1", Q2, "A word is missing.", HEAD)
    saved = council_services.reports.save(replace(handed_in, reason_line="Changed."), handed_in.version + 1, ANN)
    council_services.reports.submit("A1", Q2, saved.version, ANN)
    with pytest.raises(ChangedMeanwhile, match="The report was not approved: somebody else"):
        council_services.reports.approve("A1", Q2, handed_in.version, HEAD)


def test_sessions_that_save_at_once_each_get_a_version_or_are_told(council_services: Services, tmp_path: Path) -> None:
    draft = drafted(council_services)
    other = Services(council_services._ledger, tmp_path / "data", Clock(), tmp_path / "kpi.duckdb")
    begin = threading.Barrier(6)

    def save(number: int) -> ExceptionReport | ChangedMeanwhile:
        begin.wait()
        services = council_services if number % 2 else other
        try:
            return services.reports.save(
                replace(draft, reason_line=f"Reason {number}."),
                draft.version,
                Actor(f"Author {number}", "Report author"),
            )
        except ChangedMeanwhile as refused:
            return refused

    with ThreadPoolExecutor(6) as threads:
        done = list(threads.map(save, range(6)))
    assert sum(isinstance(one, ExceptionReport) for one in done) == 1
    view = council_services.reports.one("A1", Q2)
    assert view.version == draft.version + 1
    assert council_services.verify().problems == ()


# --- what is typed ------------------------------------------------------------------------------------------------


def typed(services: Services, why: str, actor: Actor = ANN) -> ExceptionReport:
    """What somebody has in the form, with another reason typed."""
    report = services.reports.one("A1", Q2, actor=actor).report
    assert report is not None
    return services.reports.type_(replace(report, reason_line=why), report, actor)


def test_what_its_author_typed_last_is_what_is_submitted(council_services: Services) -> None:
    draft = drafted(council_services)
    typed(council_services, "Two posts stood empty.")
    handed_in = council_services.reports.submit("A1", Q2, draft.version, ANN)
    assert (handed_in.reason_line, handed_in.version) == ("Two posts stood empty.", draft.version + 2)


def test_nothing_is_typed_into_a_report_that_is_no_draft(council_services: Services) -> None:
    handed_in = submitted(council_services)
    with pytest.raises(NotSaved, match="Give it back to draft first"):
        council_services.reports.type_(replace(handed_in, reason_line="Mine."), handed_in, ANN)


def test_who_may_not_write_may_not_type(council_services: Services) -> None:
    draft = drafted(council_services)
    with pytest.raises(NotAllowed, match="The role Improvement board may not write exception reports"):
        council_services.reports.type_(replace(draft, reason_line="Mine."), draft, BOARD)


# --- what the checks object to ------------------------------------------------------------------------------------


def test_a_draft_that_the_checks_object_to_is_submitted_only_despite_them_and_that_is_recorded(
    council_services: Services,
) -> None:
    reports = council_services.reports
    begun = reports.start("A1", Q2, ANN)
    draft = reports.save(in_section(filled(begun), 0, "Measure A1 was 99% in Q2. Measure A1 was 98% in Q2."), 1, ANN)
    objections = reports.objections(draft)
    assert len(objections) == 2
    for looked_at, left in (((), 2), (objections[:1], 1), (("Something else.",), 2)):
        with pytest.raises(ObjectedTo) as refused:
            reports.submit("A1", Q2, draft.version, ANN, despite=looked_at)
        assert len(refused.value.objections) == left
        these, them = ("one of its statements", "it") if left == 1 else ("2 of its statements", "them")
        assert str(refused.value) == (
            f"The report was not submitted: the checks object to {these}. Mend the text, or say that you have looked at {them} "
            "and submit all the same."
        )
    assert state(council_services) == "draft"
    handed_in = reports.submit("A1", Q2, draft.version, ANN, despite=objections)
    assert handed_in.said == "submitted although the checks object to 2 statements, which its author has looked at"
    assert council_services.changes()[-1].what.endswith(
        "Submitted although the checks object to 2 statements, which its author has looked at."
    )


def test_a_draft_that_the_checks_have_nothing_against_is_submitted_without_a_word(council_services: Services) -> None:
    assert submitted(council_services).said == ""


# --- from quarter to quarter --------------------------------------------------------------------------------------


def test_a_draft_begun_from_last_quarters_text_has_this_quarters_figures_and_marks_what_is_unchanged(
    council_services: Services,
) -> None:
    last = approved(council_services)
    begun = council_services.reports.start("A1", Q3, BOB, from_last=True)
    assert (begun.sections, begun.reason_line) == (last.sections, last.reason_line)
    assert (begun.outturn, begun.target) == (Decimal(72), Decimal(75))
    assert (begun.completed_by, begun.approved_by, begun.approved_on, begun.state) == ("", "", None, ReportState.DRAFT)
    assert begun.actions == (Action(1, "Fill the posts.", "Head of Service", date(2022, 12, 31)),)
    view = council_services.reports.one("A1", Q3)
    assert view.last == last
    assert view.unchanged == {REASON_LINE, *(heading for heading, _ in last.sections)}
    sections = ((last.sections[0][0], "Nobody applied."), *last.sections[1:])
    council_services.reports.save(replace(begun, sections=sections), begun.version, BOB)
    assert last.sections[0][0] not in council_services.reports.one("A1", Q3).unchanged


def test_the_last_report_may_be_older_than_the_quarter_before_and_one_only_begun_is_none(
    council_services: Services,
) -> None:
    first = drafted(council_services, quarter=Q1)
    council_services.reports.start("A1", Q2, ANN)
    view = council_services.reports.one("A1", Q3)
    assert view.last == first


def test_an_empty_draft_may_be_begun_again_from_last_quarters_text(council_services: Services) -> None:
    approved(council_services)
    council_services.reports.start("A1", Q3, BOB)
    assert council_services.reports.start("A1", Q3, BOB, from_last=True).reason_line == "Staff left."


def test_actions_come_back_to_the_reader_until_they_are_closed(council_services: Services, clock: Clock) -> None:
    approved(council_services)
    view = council_services.reports.one("A1", Q3)
    assert [one.action.text for one in view.earlier] == ["Fill the posts."]
    assert view.overdue == ()
    assert not [one for one in headline(council_services.scorecard(Q3)) if "overdue" in one]
    clock.now = datetime(2023, 1, 1, 9)
    assert council_services.reports.one("A1", Q3).overdue == view.earlier
    assert "1 action of earlier quarters is overdue." in headline(council_services.scorecard(Q3))
    assert not [one for one in headline(council_services.scorecard(Q2)) if "overdue" in one], "its own are not earlier"
    (closed,) = council_services.reports.close_action("A1", Q2, 1, "Both posts are filled.", BOB)
    assert (closed.closed_on, closed.closing) == (date(2023, 1, 1), "Both posts are filled.")
    assert council_services.reports.one("A1", Q3).earlier == ()
    assert not [one for one in headline(council_services.scorecard(Q3)) if "overdue" in one]
    report = council_services.reports.one("A1", Q2).report
    assert report is not None
    assert report.actions[0].closing == "Both posts are filled."
    with pytest.raises(NotSaved, match="was closed on 1 January 2023"):
        council_services.reports.close_action("A1", Q2, 1, "Again.", BOB)


def test_an_action_carried_into_the_next_quarter_counts_once_and_is_closed_once(
    council_services: Services, clock: Clock
) -> None:
    approved(council_services)
    begun = council_services.reports.start("A1", Q3, BOB, from_last=True)
    council_services.reports.save(
        replace(begun, actions=(replace(begun.actions[0], due=date(2023, 3, 31)),)), begun.version, BOB
    )
    clock.now = datetime(2023, 2, 1, 9)
    (one,) = council_services.reports.one("A1", "Q4 2022-23").earlier
    assert (one.quarter.text, one.action.due) == (Q3, date(2023, 3, 31))
    assert len(council_services.reports.close_action("A1", Q3, 1, "Filled.", BOB)) == 2
    assert council_services.reports.one("A1", "Q4 2022-23").earlier == ()
    assert council_services.reports.one("A1", Q3).earlier == ()


def test_an_action_keeps_its_number_and_a_number_is_never_used_again(council_services: Services) -> None:
    draft = drafted(council_services)
    council_services.reports.close_action("A1", Q2, 1, "Filled.", ANN)
    without = council_services.reports.save(replace(draft, actions=()), draft.version, ANN)
    again = council_services.reports.save(
        replace(without, actions=(Action(0, "Another."), Action(7, "A third."))), without.version, ANN
    )
    assert [(one.number, one.closed_on) for one in again.actions] == [(2, None), (3, None)]
    council_services.reports.save(replace(again, actions=tuple(reversed(again.actions))), again.version, ANN)
    report = council_services.reports.one("A1", Q2).report
    assert report is not None
    assert [(one.number, one.text) for one in report.actions] == [(3, "A third."), (2, "Another.")]


# --- concerns -----------------------------------------------------------------------------------------------------


def test_a_concern_joins_the_headline_changes_no_rating_and_is_lifted(council_services: Services) -> None:
    before = council_services.scorecard(Q2)
    marked = council_services.reports.mark_concern("A2", Q2, "Two teams have\nlost their leads.", ANN)
    card = council_services.scorecard(Q2)
    assert card.rows == before.rows
    assert card.summary == before.summary
    said = set(headline(card)) - set(headline(before))
    assert said == {"Marked as an emerging concern: Measure A2 (Two teams have lost their leads)."}
    assert council_services.reports.one("A2", Q2).concern == marked
    assert council_services.reports.mark_concern("A2", Q2, "Two teams have lost their leads.", BOB) == marked
    other = council_services.reports.mark_concern("A2", Q2, "Three teams have.", BOB)
    assert (other.number, council_services.scorecard(Q2).concerns) == (2, (other,))
    assert council_services.scorecard(Q3).concerns == ()
    council_services.reports.lift_concern("A2", Q2, ANN, "They have leads again.")
    assert headline(council_services.scorecard(Q2)) == headline(before)
    assert council_services.reports.one("A2", Q2).concern is None
    with pytest.raises(NotSaved, match="is not marked"):
        council_services.reports.lift_concern("A2", Q2, ANN)


# --- a name is compared, never published --------------------------------------------------------------------------


def test_no_name_is_in_anything_that_leaves(council_services: Services) -> None:
    from kpi_core.shell.export import csv_file
    from kpi_core.showing import Circumstances, exceptions_table, scorecard_table

    approved(council_services)
    council_services.reports.mark_concern("A1", Q2, "Staff.", BOB)
    council_services.reports.close_action("A1", Q2, 1, "Filled.", BOB)
    card, made = council_services.scorecard(Q2), Circumstances("Example", False, NOW)
    leaving = str(
        (
            as_json.scorecard_json(card, card),
            as_json.indicator_json(council_services.indicator("A1", Q2)),
            as_json.exceptions_json(council_services.exceptions(Q2)),
            csv_file.render(scorecard_table(card, made)).decode(),
            csv_file.render(exceptions_table(council_services.exceptions(Q2), made)).decode(),
        )
    )
    assert "Service Unit Head" in leaving
    assert not re.findall(r"Ann|Bob|Hilda", leaving)


# --- the bundled reports ------------------------------------------------------------------------------------------


def test_a_bundled_report_is_version_0_and_is_written_on_like_any_other(tmp_path: Path) -> None:
    from kpi_core.shell.home import DATA

    services = Services.open(tmp_path / "kpi.duckdb", DATA, Clock())
    bundled = services.reports.one("PCP05", Q2).report
    assert bundled is not None
    assert (bundled.version, bundled.event, bundled.saved_at) == (0, ReportEvent.BUNDLED, None)
    saved = services.reports.save(replace(bundled, completed_by="Report author"), 0, ANN)
    assert saved.version == 1
    assert saved.actions == bundled.actions
    fd02 = services.reports.one("FD02", Q2).report
    assert fd02 is not None
    assert services.reports.approve("FD02", Q2, 0, HEAD).state is ReportState.APPROVED
    assert services.reports.reopen("ED07", Q2, "The figure is final now.", HEAD).version == 1
    assert dict(services.verify().counts)["report"] == 3 + 3
    services.close()


# --- any sequence -------------------------------------------------------------------------------------------------

PEOPLE = (
    ANN,
    BOB,
    HEAD,
    Actor("ann author", "Service Unit Head"),
    Actor("Böb  Author", "Service Unit Head"),
    Actor("Hilda Head", "Report author"),
    BOARD,
)
ACTS = ("start", "save", "save", "submit", "give_back", "approve", "approve", "reopen", "restore")


def attempt(services: Services, act: str, who: Actor, number: int) -> ExceptionReport | None:
    """One act upon what stands; ``None`` where it is refused."""
    reports = services.reports
    stands = reports.one("A1", Q2).report
    base = -1 if stands is None else stands.version
    try:
        match act:
            case "start":
                return reports.start("A1", Q2, who)
            case "save":
                return None if stands is None else reports.save(filled(stands, f"Reason {number}."), base, who)
            case "submit":
                return reports.submit("A1", Q2, base, who)
            case "approve":
                return reports.approve("A1", Q2, base, who)
            case "restore":
                return reports.restore("A1", Q2, number % max(base, 1), who)
            case _:
                change = reports.give_back if act == "give_back" else reports.reopen
                return change("A1", Q2, f"Because of {number}.", who)
    except (NotSaved, NotAllowed):
        return None


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from(PEOPLE), st.integers(0, 50)), max_size=25))
def test_whatever_is_done_nothing_written_is_lost_and_no_author_approves_their_own_text(
    steps: list[tuple[str, Actor, int]],
) -> None:
    services = in_memory(council())
    written: list[ExceptionReport] = []
    for act, who, number in steps:
        came = attempt(services, act, who, number)
        if came is not None and (not written or came != written[-1]):
            assert same_name(came.saved_by, who.name)
            written.append(came)
        assert services._records.area("X").versions("A1", Q(2022, 2)) == tuple(written)
    services._ledger.standings.forget()
    assert services._records.area("X").versions("A1", Q(2022, 2)) == tuple(written)
    assert services.position == 1 + len(written)
    assert [one.kind for one in services.changes(since=1)] == [KINDS[one.event] for one in written]
    services.close()
    assert [one.version for one in written] == list(range(1, len(written) + 1))
    for place, one in enumerate(written):
        before = written[place - 1].state if place else ReportState.MISSING
        assert (before, one.event, one.state) in LEGAL
        if one.event is ReportEvent.APPROVED:
            assert not [name for name in authors_since_approval(written[:place]) if same_name(name, one.saved_by)]
            assert one.text == written[place - 1].text
            assert one.saved_as == one.approved_by == "Service Unit Head"


KINDS = {
    ReportEvent.SAVED: Kind.REPORT_SAVED,
    ReportEvent.RESTORED: Kind.REPORT_RESTORED,
    ReportEvent.SUBMITTED: Kind.REPORT_SUBMITTED,
    ReportEvent.RETURNED: Kind.REPORT_RETURNED,
    ReportEvent.APPROVED: Kind.REPORT_APPROVED,
    ReportEvent.REOPENED: Kind.REPORT_REOPENED,
}
D, S, A, M = ReportState.DRAFT, ReportState.SUBMITTED, ReportState.APPROVED, ReportState.MISSING
LEGAL = {
    (M, ReportEvent.SAVED, D), (D, ReportEvent.SAVED, D), (D, ReportEvent.RESTORED, D), (D, ReportEvent.SUBMITTED, S),
    (S, ReportEvent.RETURNED, D), (S, ReportEvent.APPROVED, A), (A, ReportEvent.REOPENED, D),
}  # fmt: skip
"""How a version may follow another: the state before, what was done, the state after."""


def authors_since_approval(versions: list[ExceptionReport]) -> list[str]:
    """Who changed the text or handed it in, told from the texts themselves and not from what the versions call it."""
    authors: list[str] = []
    for before, one in zip([None, *versions], versions, strict=False):
        if one.state is A:
            authors = []
        elif before is None or before.text != one.text or one.state is S:
            authors.append(one.saved_by)
    return authors


# --- the steps of a change ----------------------------------------------------------------------------------------


def test_a_change_is_answered_for_only_after_all_its_steps(tmp_path: Path, clock: Clock) -> None:
    steps: list[str] = []
    services = open_council(tmp_path, clock, steps.append)
    services.reports.start("A1", Q2, ANN)
    assert tuple(steps) == STEPS
    services.close()
