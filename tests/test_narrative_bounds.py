"""A long paper is checked as far as there is time, and says so."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from kpi_core.narrative import NarrativeFinding, Pace, Verdict, passages
from kpi_core.narrative.bounds import cut_short, in_pieces
from kpi_core.narrative.prose import Passage, sentences

from .narrative import checker

RIGHT = "Timely plans stood at 83.5% in Q2."
WRONG = "Timely plans stood at 70% in Q2."


def paper(*lines: str) -> tuple[Passage, ...]:
    return passages(enumerate(lines, 1), wrapped=False)


def ticking(seconds: float = 1) -> Callable[[], float]:
    """A clock on which as much has gone by each time one looks."""
    times = count(0, seconds)
    return lambda: next(times)


def still() -> float:
    return 0


def checked(parts: tuple[Passage, ...], pace: Pace) -> list[NarrativeFinding]:
    return checker().document(parts, pace)


def test_a_paper_within_the_bounds_is_checked_to_its_end() -> None:
    pace = Pace(still)
    found = checked(paper(*[RIGHT] * 30), pace)
    assert found == checker().document(paper(*[RIGHT] * 30))
    assert len(found) == 30
    assert pace.ended_at == 0
    assert cut_short(pace.ended_at) == ""


def test_after_ten_seconds_by_the_clock_that_is_given_nothing_more_is_read() -> None:
    pace = Pace(ticking())
    found = checked(paper(*[RIGHT] * 9, *[WRONG] * 20), pace)
    assert [one.verdict for one in found] == [Verdict.AGREES] * 9
    assert pace.ended_at == 10


def test_after_so_many_statements_nothing_more_is_read() -> None:
    pace = Pace(still, statements=7)
    assert len(checked(paper(*[RIGHT] * 9), pace)) == 7
    assert pace.ended_at == 8
    assert len(checked(paper(*[RIGHT] * 7), Pace(still, statements=7))) == 7


def test_by_itself_it_ends_after_twenty_thousand_statements_or_ten_seconds() -> None:
    pace = Pace(still)
    assert [pace.goes_on(line) for line in range(1, 20_002)] == [True] * 20_000 + [False]
    assert cut_short(pace.ended_at) == (
        "Nothing from line 20,001 on was checked, as a check ends after 20,000 statements or 10 seconds: check the rest as a document of "
        "its own."
    )
    late = Pace(ticking(9.9))
    assert [late.goes_on(line) for line in (1, 2, 3)] == [True, False, False]
    assert late.ended_at == 2


def test_one_paragraph_of_any_length_ends_within_itself() -> None:
    pace, parts = Pace(ticking()), paper(" ".join([RIGHT] * 9 + [WRONG] * 20))
    assert {one.verdict for one in checked(parts, pace)} == {Verdict.AGREES}
    assert pace.ended_at == 1
    assert {one.verdict for one in checked(parts, Pace(still))} == {Verdict.AGREES, Verdict.CONTRADICTS}


def test_what_was_not_read_is_not_said_to_be_missing() -> None:
    lines = ("Recommendations", "Timely plans to be reviewed.", "Visits made on the day agreed to be reviewed.")
    assert any(one.kind == "recommendations" for one in checked(paper(*lines), Pace(still)))
    assert not any(one.kind == "recommendations" for one in checked(paper(*lines), Pace(still, statements=2)))


def test_a_total_whose_parts_are_not_all_read_is_left_alone() -> None:
    lines = (
        "There was a total of 90 visits, made up of:",
        "- 20 visits at home",
        "- 30 visits at school",
        "- 40 visits elsewhere",
    )
    (total,) = checked(paper(*lines), Pace(still))
    assert (total.kind, total.verdict) == ("sum", Verdict.AGREES)
    for read in (1, 2, 3):
        assert checked(paper(*lines), Pace(still, statements=read)) == []


@pytest.mark.parametrize(
    "text", [" ".join([RIGHT] * 3_000), "x" * 100_000, "word " * 20_000], ids=["sentences", "no space", "no stop"]
)
def test_a_passage_of_unreasonable_length_comes_in_pieces_that_lose_nothing(text: str) -> None:
    whole = Passage(text.strip(), ((0, 1), (30_000, 2), (60_000, 3)))
    pieces = list(in_pieces([whole]))
    assert "".join(one.text for one in pieces) == whole.text
    assert max(len(one.text) for one in pieces) <= 20_000
    at = 0
    for one in pieces:
        assert one.line() == whole.line(at)
        assert one.line(len(one.text) - 1) == whole.line(at + len(one.text) - 1)
        at += len(one.text)
    if RIGHT in text:
        assert [said for one in pieces for _, said in sentences(one.text)] == [RIGHT] * 3_000
    assert list(in_pieces([Passage("Short.", ((0, 4),))])) == [Passage("Short.", ((0, 4),))]
