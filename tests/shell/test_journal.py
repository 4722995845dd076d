"""The kept file of what was written on the pages: every event comes back as it went in, and no bytes are a traceback."""

from __future__ import annotations

import os
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_core.model import (
    Action,
    ActionClosed,
    Concern,
    ExceptionReport,
    Proposal,
    ProposalDecision,
    ReportEvent,
    ReportState,
    Scenario,
)
from kpi_core.periods import Quarter
from kpi_core.shell.journal import Journal, Written, key_of

from ..conftest import NOW, Q2, report

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
QUARTERS = st.builds(Quarter, st.integers(2000, 2090), st.integers(1, 4))
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1))
DAYS = st.dates(date(2000, 1, 1), date(2090, 1, 1))
FIGURES = st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9)
ACTIONS = st.builds(Action, st.integers(1, 99), TEXT, TEXT, st.none() | DAYS)
REPORTS = st.builds(
    ExceptionReport, TEXT, TEXT, QUARTERS, st.sampled_from(ReportState), TEXT, TEXT, FIGURES, FIGURES,
    st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple), TEXT, TEXT, st.none() | DAYS, TEXT,
    st.lists(ACTIONS, max_size=3).map(tuple), TEXT, st.integers(1, 999), st.none() | MOMENTS, TEXT, TEXT, st.sampled_from(ReportEvent),
    TEXT,
)  # fmt: skip
CLOSED = st.builds(ActionClosed, TEXT, TEXT, QUARTERS, st.integers(1, 99), DAYS, TEXT, MOMENTS, TEXT, TEXT)
NUMBERS = st.integers(1, 999)
SCENARIOS = st.builds(
    Scenario, NUMBERS, TEXT, QUARTERS, TEXT, TEXT, st.lists(TEXT, max_size=3).map(tuple),
    st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=3).map(tuple), MOMENTS, TEXT, TEXT,
)  # fmt: skip
PROPOSALS = st.builds(
    Proposal, NUMBERS, TEXT, TEXT, QUARTERS, st.none() | NUMBERS, FIGURES, FIGURES, FIGURES, FIGURES,
    st.sampled_from(["", "points", "percent"]), FIGURES, TEXT, st.none() | DAYS, TEXT, TEXT, MOMENTS, TEXT, TEXT,
)  # fmt: skip
DECISIONS = st.builds(
    ProposalDecision, NUMBERS, TEXT, TEXT, QUARTERS, st.booleans(), TEXT, st.none() | NUMBERS, MOMENTS, TEXT, TEXT
)
CONCERNS = st.builds(Concern, TEXT, TEXT, QUARTERS, TEXT, MOMENTS, TEXT, TEXT, st.integers(1, 99), st.booleans())


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Journal:
    return Journal(tmp_path_factory.mktemp("kept"))


@settings(max_examples=60)
@given(st.lists(st.one_of(REPORTS, CLOSED, CONCERNS, SCENARIOS, PROPOSALS, DECISIONS), max_size=4))
def test_every_event_comes_back_as_it_went_in(journal: Journal, events: list[Written]) -> None:
    journal.path.unlink(missing_ok=True)
    for event in events:
        journal.append([event], NOW)
    read = journal.read()
    assert (read.events, read.broken, read.torn) == (tuple(events), (), b"")
    assert [str(one.outturn) for one in read.events if isinstance(one, ExceptionReport)] == [
        str(one.outturn if one.outturn is None else Decimal(f"{one.outturn:f}"))
        for one in events
        if isinstance(one, ExceptionReport)
    ]


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_and_what_is_no_event_is_numbered(journal: Journal, content: bytes) -> None:
    journal.path.write_bytes(content)
    read = journal.read()
    assert read.events == ()
    assert read.broken == tuple(range(1, content.count(b"\n") + 1))
    assert read.torn == content.rpartition(b"\n")[2]


@settings(max_examples=60)
@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_one_flipped_bit_anywhere_spoils_one_line_or_two_and_never_passes_as_another_text(
    journal: Journal, place: int, bit: int
) -> None:
    events = [report(ReportState.DRAFT, version=number, reason_line=f"Reason {number}.") for number in (1, 2, 3)]
    journal.path.unlink(missing_ok=True)
    journal.append(events, NOW)
    content = bytearray(journal.path.read_bytes())
    content[place % len(content)] ^= 1 << bit
    journal.path.write_bytes(content)
    read = journal.read()
    assert set(map(key_of, read.events)) <= set(map(key_of, events))
    assert all(event in events for event in read.events)
    assert len(read.events) in (1, 2)


def test_what_is_added_after_a_torn_end_stands_on_a_line_of_its_own(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    first, second = (report(ReportState.DRAFT, version=number) for number in (1, 2))
    journal.append([first], NOW)
    with journal.path.open("ab") as file:
        file.write(b'{"what":"report","area":"X"')
    journal.append([second], NOW)
    read = journal.read()
    assert (read.events, read.broken, read.torn) == ((first, second), (), b"")
    (aside,) = tmp_path.glob("*.set-aside")
    assert aside.read_bytes() == b'{"what":"report","area":"X"'


def test_what_could_not_be_put_on_the_disk_is_not_in_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path)
    journal.append([report(ReportState.DRAFT, version=1)], NOW)
    before = journal.path.read_bytes()

    def full(_: int) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            journal.append([report(ReportState.DRAFT, version=2)], NOW)
    assert journal.path.read_bytes() == before


def test_a_file_that_is_not_there_says_nothing_and_nothing_to_add_makes_none(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append([], NOW)
    assert journal.read().events == ()
    assert not journal.path.exists()
    assert key_of(report(ReportState.DRAFT, version=4)) == ("report", "X", "A1", Q2, 4)
