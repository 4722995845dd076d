"""Who may do what until there is sign-in: by the role chosen and the name given, which is compared and never published."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.access import (
    ROLES,
    Actor,
    allow,
    may_approve,
    may_decide,
    may_propose,
    may_review,
    may_write,
    name_of,
    same_name,
)
from kpi_core.errors import NotAllowed, NotSaved
from kpi_core.model import ExceptionReport, ReportEvent, ReportState

from .conftest import report

HEAD = "Service Unit Head"


def version(
    number: int, by: str, event: ReportEvent = ReportEvent.SAVED, state: ReportState = ReportState.DRAFT
) -> ExceptionReport:
    plain = report(state, version=number, saved_by=by, saved_as="Report author", saved_at=datetime(2022, 11, 3))
    return replace(plain, event=event)


WRITTEN = (
    version(1, "Ann Author"),
    version(2, "Bob Author"),
    version(3, "Ann Author", ReportEvent.SUBMITTED, ReportState.SUBMITTED),
)


@pytest.mark.parametrize(
    ("role", "write", "approve", "decide"),
    [("Report author", True, False, False), (HEAD, True, True, True), ("Performance officer", True, False, True),
     ("Improvement board", False, False, True)],
)  # fmt: skip
def test_each_role_may_do_what_the_table_says(role: str, write: bool, approve: bool, decide: bool) -> None:
    who = Actor("Cy", role)
    assert (may_write(who) == "") is write
    assert (may_approve(who, WRITTEN) == "") is approve
    assert (may_review(who) == "") is (write or approve)
    assert may_propose(who) == ""
    assert (may_decide(who) == "") is decide


def test_who_may_not_decide_is_told_whom_to_ask() -> None:
    told = (
        "In the role Report author one may not decide on a proposed target. Ask Service Unit Head, Performance officer or "
        "Improvement board."
    )
    assert may_decide(Actor("Cy", "Report author")) == told
    with pytest.raises(NotAllowed) as refused:
        allow(told)
    assert str(refused.value) == told
    allow("")


def test_a_name_is_kept_on_one_line_and_one_that_cannot_be_kept_is_refused() -> None:
    assert name_of(Actor("  Cy \n Young ", HEAD)) == "Cy Young"
    with pytest.raises(NotSaved, match="your name has 201 characters"):
        name_of(Actor("y" * 201, HEAD))


def test_the_roles_are_those_and_no_others() -> None:
    assert len(ROLES) == 4
    for may in (may_write, may_propose, may_decide):
        assert "Choose the role you act in: Report author; Service Unit Head" in may(Actor("Cy", "Director"))


@pytest.mark.parametrize("name", ["", "  ", "...", "\n", "-"])
@pytest.mark.parametrize("may", [may_write, may_review, may_propose, may_decide, lambda who: may_approve(who, ())])
def test_without_a_name_nothing_may_be_done(name: str, may: object) -> None:
    assert callable(may)
    assert may(Actor(name, HEAD)) == "Give your name: it is kept with what you do, and never published."


@pytest.mark.parametrize(
    "name",
    ["Ann Author", "ann author", "ANN  AUTHOR ", "Ann-Author", "AnnAuthor", "Ánn Aüthor", "Author, Ann", "ann.author", "ＡＮＮ Author"],
)  # fmt: skip
def test_an_author_may_not_approve_however_the_name_is_written(name: str) -> None:
    refused = may_approve(Actor(name, HEAD), WRITTEN)
    assert (
        refused
        == "Someone of this name wrote version 1 of the report on 3 November 2022. Ask somebody else to approve it."
    )


@pytest.mark.parametrize("name", ["Anna Author", "Ann Authors", "A Author", "Cy", "Аnn Author"])
def test_another_name_may_approve(name: str) -> None:
    assert may_approve(Actor(name, HEAD), WRITTEN) == ""


def test_everyone_who_wrote_since_the_last_approval_is_an_author_and_nobody_from_before() -> None:
    signed = version(4, "Hilda Head", ReportEvent.APPROVED, ReportState.APPROVED)
    since = (
        *WRITTEN, signed, version(5, "Bob Author", ReportEvent.REOPENED), version(6, "Cy", ReportEvent.RESTORED),
        version(7, "Dee", ReportEvent.READ_IN), version(8, "Eve", ReportEvent.SUBMITTED, ReportState.SUBMITTED),
    )  # fmt: skip
    may = {
        name: may_approve(Actor(name, HEAD), since) == "" for name in ("Ann Author", "Bob Author", "Cy", "Dee", "Eve")
    }
    assert may == {"Ann Author": True, "Bob Author": True, "Cy": False, "Dee": False, "Eve": False}


def test_who_only_gave_it_back_may_still_approve_it() -> None:
    back = version(4, "Hilda Head", ReportEvent.RETURNED)
    again = version(5, "Ann Author", ReportEvent.SUBMITTED, ReportState.SUBMITTED)
    assert may_approve(Actor("Hilda Head", HEAD), (*WRITTEN, back, again)) == ""


def test_a_bundled_report_has_no_author_to_be_compared_with() -> None:
    assert may_approve(Actor("Cy", HEAD), (report(ReportState.SUBMITTED),)) == ""


NAMES = st.text(st.characters(codec="utf-8", categories=["L", "N", "Zs", "P"]), max_size=20)


@given(NAMES, NAMES)
def test_two_names_are_one_both_ways_round_or_not_at_all(one: str, other: str) -> None:
    assert same_name(one, other) is same_name(other, one)
    assert same_name(one, one.upper()) is same_name(one, one)


@given(NAMES)
def test_spacing_and_full_stops_never_make_another_name(name: str) -> None:
    assert same_name(f"  {name}.", name) is any(c.isalnum() for c in name)
