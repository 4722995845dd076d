"""The design's "Quarter": what is read, what is refused and why, and how quarters are counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.errors import PeriodError
from kpi_core.periods import Quarter, calendar_quarter, containing, quarter

from .conftest import Q2

quarters = st.builds(Quarter, st.integers(1901, 2198), st.integers(1, 4))


def refusal(text: str, read: Callable[[str], Quarter] = quarter) -> PeriodError | None:
    try:
        read(text)
    except PeriodError as refused:
        return refused
    return None


READ = (
    "Q2 2022-23",
    "Q2 22/23",
    "Q2 2022/23",
    "Q2 22-23",
    "Q2 2022/2023",
    "Q2 2022-2023",
    "2022-23 Q2",
    "22/23 Q2",
    "2022/23 Q2",
    "22-23 Q2",
    "2022/2023 Q2",
    "2022-23;Q2",
    "2022-23 ; Q2",
    "Quarter 2 2022-23",
    "Quarter 2 (2022-23)",
    "2022-23 Quarter 2",
    "202223 Financial year Q2",
    "July to September 2022",
    "July-September 2022",
    "July - September 2022",
    "Jul - Sep 2022",
    "Jul to Sept 2022",
    "July to September 2022 (Q2 2022-23)",
)
"""Every form the design lists, and its neighbours."""


@pytest.mark.parametrize("text", READ)
def test_every_listed_form_of_one_quarter_is_read_as_that_quarter(text: str) -> None:
    assert quarter(text) == Q2


@pytest.mark.parametrize("dash", "-‐‑‒–—―−/", ids=lambda dash: f"U+{ord(dash):04X}")
@pytest.mark.parametrize("spacing", ["{}", " {} "])
@pytest.mark.parametrize("form", ["Q2 2022{}23", "Q2 22{}23", "2022{}2023 Q2", "Quarter 2 (2022{}23)"])
def test_year_parts_are_joined_by_a_slash_or_any_dash(form: str, spacing: str, dash: str) -> None:
    assert quarter(form.format(spacing.format(dash))) == Q2


@pytest.mark.parametrize("dash", "-–—", ids=lambda dash: f"U+{ord(dash):04X}")
def test_months_are_joined_by_any_dash(dash: str) -> None:
    assert quarter(f"July {dash} September 2022") == Q2
    assert quarter(f"Jul{dash}Sep 2022") == Q2


@given(st.sampled_from(READ), st.data())
def test_case_and_spacing_do_not_matter(text: str, data: st.DataObject) -> None:
    cased = "".join(data.draw(st.sampled_from((c.lower(), c.upper())), label="case") for c in text)
    gap = data.draw(st.sampled_from((" ", "  ", "\t", "\u00a0", " \u00a0 ")), label="gap")
    edge = data.draw(st.sampled_from(("", " ", "\n", "\u00a0")), label="edge")
    assert quarter(edge + cased.replace(" ", gap) + edge) == Q2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("April to June 2022", Quarter(2022, 1)),
        ("October to December 2022", Quarter(2022, 3)),
        ("January to March 2023", Quarter(2022, 4)),
        ("Q4 2022-23", Quarter(2022, 4)),
        ("Q1 1999-00", Quarter(1999, 1)),
        ("Q1 99/00", Quarter(1999, 1)),
        ("Q3 1999/2000", Quarter(1999, 3)),
        ("Q3 69-70", Quarter(2069, 3)),
    ],
)
def test_other_quarters_and_centuries_are_read(text: str, expected: Quarter) -> None:
    assert quarter(text) == expected


REFUSED = (
    ("", "No quarter is given"),
    ("   \n", "No quarter is given"),
    ("Q1 2/23", "cannot be read"),
    ("Q0 2022-23", "Q0 is not a quarter"),
    ("Q5 2022-23", "Q5 is not a quarter"),
    ("2022-23 Q5", "Q5 is not a quarter"),
    ("2022-24 Q2", "two years in a row"),
    ("Q2 22/24", "two years in a row"),
    ("Q2 2022/2024", "two years in a row"),
    ("Q2 2023-22", "two years in a row"),
    ("Q2 1922/2023", "two years in a row"),
    ("2022-23", "whole year"),
    ("2022/23", "whole year"),
    ("Q2", "no year"),
    ("Quarter 2", "no year"),
    ("Q2 2022", "calendar or financial"),
    ("2022 Q2", "calendar or financial"),
    ("Sep-22", "a date or a single month"),
    ("September 2022", "a date or a single month"),
    ("01/07/2022", "a date or a single month"),
    ("2022-07-01", "a date or a single month"),
    ("2022-07-01 00:00:00", "a date or a single month"),
    ("30 September 2022", "a date or a single month"),
    ("April to September 2022", "several quarters"),
    ("April to March 2023", "several quarters"),
    ("May to July 2022", "is not a quarter"),
    ("July to August 2022", "is not a quarter"),
    ("July to September 2022 (Q3 2022-23)", "two different quarters"),
    ("Q2 22/2023", "cannot be read"),
    ("Q٢ 2022-23", "cannot be read"),
    ("Q2 2022-23 and more", "cannot be read"),
    ("last quarter", "cannot be read"),
)


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_what_is_not_one_quarter_is_refused_with_its_own_reason(text: str, reason: str) -> None:
    with pytest.raises(PeriodError, match=reason):
        quarter(text)


@pytest.mark.parametrize("text", ["Q0", "Q5", "q 9"])
def test_a_quarter_that_no_year_has_is_refused_without_a_year_too(text: str) -> None:
    with pytest.raises(PeriodError):
        quarter(text)


def test_the_faults_the_design_names_have_reasons_of_their_own() -> None:
    named = ("", "Q5 2022-23", "2022-24 Q2", "2022-23", "Q2", "Q2 2022", "Sep-22", "April to September 2022",
             "May to July 2022", "Q1 2/23")  # fmt: skip
    reasons = [str(refusal(text)).replace(f"“{text}”", "") for text in named]
    assert "None" not in reasons
    assert len(set(reasons)) == len(named)


@given(st.text(max_size=200) | st.sampled_from([text for text, _ in REFUSED]))
def test_whatever_is_typed_is_read_or_refused_on_one_short_line(text: str) -> None:
    refused = refusal(text)
    if refused is not None:
        assert str(refused) == refused.reason
        assert refused.reason.endswith(".")
        assert refused.reason.isprintable()
        assert len(refused.reason) < 200


@given(quarters)
def test_what_is_printed_is_read_back_as_the_same_quarter(q: Quarter) -> None:
    assert [quarter(printed) for printed in (q.text, str(q), q.months, q.label)] == [q] * 4


def test_a_quarter_is_shown_by_its_months_beside_its_canonical_text() -> None:
    assert Q2.label == "July to September 2022 (Q2 2022-23)"
    assert Quarter(1999, 4).label == "January to March 2000 (Q4 1999-00)"
    assert Q2.last_month == "September"


@pytest.mark.parametrize(
    ("number", "start", "end"),
    [
        (1, date(2022, 4, 1), date(2022, 6, 30)),
        (2, date(2022, 7, 1), date(2022, 9, 30)),
        (3, date(2022, 10, 1), date(2022, 12, 31)),
        (4, date(2023, 1, 1), date(2023, 3, 31)),
    ],
)
def test_the_financial_year_runs_from_april_to_march(number: int, start: date, end: date) -> None:
    assert (Quarter(2022, number).start, Quarter(2022, number).end) == (start, end)


@given(quarters)
def test_quarters_follow_one_another_without_gap_or_overlap(q: Quarter) -> None:
    assert (q + 1).start == q.end + timedelta(days=1)
    assert q.start < q.end


@given(st.dates(date(1901, 4, 1), date(2198, 3, 31)))
def test_every_day_lies_in_exactly_the_quarter_that_contains_it(day: date) -> None:
    q = containing(day)
    assert q.start <= day <= q.end
    assert not (q + 1).start <= day
    assert not day <= (q - 1).end


@given(st.builds(Quarter, st.integers(1910, 2190), st.integers(1, 4)), st.integers(-20, 20))
def test_counting_quarters_forward_and_back_returns_to_the_same_one(q: Quarter, steps: int) -> None:
    assert q + steps - steps == q
    assert (q + steps).since(q) == steps


@given(quarters, quarters)
def test_order_is_the_order_of_time(one: Quarter, other: Quarter) -> None:
    assert (one < other) == (one.start < other.start)
    assert (one < other) == (other.since(one) > 0)


@given(quarters)
def test_the_same_quarter_last_year_is_four_back_and_keeps_its_number(q: Quarter) -> None:
    assert q.same_last_year == q - 4
    assert q.same_last_year.number == q.number


@pytest.mark.parametrize(("year", "number"), [(2022, 0), (2022, 5), (0, 4), (9999, 1)])
def test_a_quarter_that_cannot_be_is_never_made(year: int, number: int) -> None:
    with pytest.raises(PeriodError):
        Quarter(year, number)


def test_the_last_day_of_the_last_quarter_is_known() -> None:
    assert Quarter(2199, 4).end == date(2200, 3, 31)


@pytest.mark.parametrize("text", ["Q1 to Q2 2022-23", "Q1-Q2 2022-23", "April to September 2022"])
def test_several_quarters_are_refused_as_several(text: str) -> None:
    with pytest.raises(PeriodError, match="several quarters"):
        quarter(text)


@pytest.mark.parametrize(("text", "reason"), [("2022-23", "whole year"), ("2022-09", "month"), ("2022-24", "in a row")])
def test_years_alone_are_refused_for_what_they_are(text: str, reason: str) -> None:
    with pytest.raises(PeriodError, match=reason):
        quarter(text)


FAULTS = (
    ("", "empty"),
    (" \n", "empty"),
    ("Q0 2022-23", "no_such_quarter"),
    ("Q5 2022-23", "no_such_quarter"),
    ("Q5", "no_such_quarter"),
    ("Q5 2022", "no_such_quarter"),
    ("2022-24 Q2", "years_not_in_a_row"),
    ("2022-24", "years_not_in_a_row"),
    ("201820 Calendar year", "years_not_in_a_row"),
    ("Sep-22", "date"),
    ("01/07/2022", "date"),
    ("2022-09", "date"),
    ("202209", "date"),
    ("Q2 2022", "which_year"),
    ("2012-Q4", "which_year"),
    ("Q4-2012", "which_year"),
    ("2018 Calendar year Q1", "which_year"),
    ("Q2", "no_year"),
    ("2022-23", "whole_year"),
    ("201617", "whole_year"),
    ("2025", "whole_year"),
    ("2025 Reporting year", "whole_year"),
    ("2018 Calendar year", "whole_year"),
    ("201819 Academic year", "whole_year"),
    ("201718 Financial year", "whole_year"),
    ("Financial year 2017-18", "whole_year"),
    ("April to September 2022", "range"),
    ("Q1-Q2 2017-18", "range"),
    ("2017-18 Q1 to Q3", "range"),
    ("201718 Financial year Q1-2", "range"),
    ("2012 Q1 and Q2", "range"),
    ("Q2 2300-01", "out_of_reach"),
    ("Q1 2/23", "unreadable"),
    ("May to July 2022", "unreadable"),
    ("2018202 Calendar year", "unreadable"),
    ("Q1-2022-23", "unreadable"),
    ("0099", "unreadable"),
    ("201718 Tax year Q1", "unreadable"),
)


@pytest.mark.parametrize(("text", "fault"), FAULTS)
def test_every_refusal_names_its_fault(text: str, fault: str) -> None:
    refused = refusal(text)
    assert refused is not None
    assert refused.fault == fault


@pytest.mark.parametrize(("year", "number", "fault"), [(2022, 5, "no_such_quarter"), (0, 1, "out_of_reach")])
def test_a_quarter_that_cannot_be_names_its_fault_too(year: int, number: int, fault: str) -> None:
    with pytest.raises(PeriodError) as refused:
        Quarter(year, number)
    assert refused.value.fault == fault


@pytest.mark.parametrize(
    "text", ["2025 Reporting year", "2018 Calendar year", "201718 Financial year", "2025", "201617"]
)
def test_a_whole_year_is_refused_as_one_however_it_is_written(text: str) -> None:
    assert str(refusal(text)) == f"“{text}” is a whole year. Say which quarter of it, like Q2 2022-23."


@pytest.mark.parametrize("kind", ["tax", "academic", "school"])
@pytest.mark.parametrize("part", ["Q1", "Quarter 4", "Q1-2"])
def test_the_quarters_of_another_kind_of_year_are_not_taken_for_the_financial_year_s(kind: str, part: str) -> None:
    text = f"201718 {kind.title()} year {part}"
    assert f"the {kind} year’s quarters are not the financial year’s" in str(refusal(text))


@pytest.mark.parametrize(
    "text",
    ["2012-Q4", "2012 Q4", "Q4 2012", "Q4-2012", "2012Q4", "Quarter 4 2012", "q4 (2012)", "2012 – Q4",
     "2012 Calendar year Q4", "October to December 2012", "Oct - Dec 2012", "Q3 2012-13"],
)  # fmt: skip
def test_a_calendar_quarter_is_read_as_the_financial_quarter_of_the_same_months(text: str) -> None:
    assert calendar_quarter(text) == Quarter(2012, 3)


@given(st.integers(1901, 2198), st.integers(1, 4))
def test_a_calendar_quarter_begins_in_its_own_year(year: int, number: int) -> None:
    read = calendar_quarter(f"{year}-Q{number}")
    assert (read.start.year, read.start.month) == (year, number * 3 - 2)


@pytest.mark.parametrize(
    ("text", "fault"),
    [("", "empty"), ("2012-Q5", "no_such_quarter"), ("Q4", "no_year"), ("2012", "whole_year"), ("Q1-2 2012", "range"),
     ("0000-Q1", "out_of_reach"), ("2200 Q2", "out_of_reach"), ("Vol.", "unreadable"), ("Dec-12", "date")],
)  # fmt: skip
def test_what_is_not_one_calendar_quarter_is_refused_alike(text: str, fault: str) -> None:
    with pytest.raises(PeriodError) as refused:
        calendar_quarter(text)
    assert refused.value.fault == fault


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_calendar_quarter_or_refused_on_one_short_line(text: str) -> None:
    refused = refusal(text, calendar_quarter)
    if refused is not None:
        assert refused.reason.endswith(".")
        assert refused.reason.isprintable()
        assert len(refused.reason) < 200
