"""The small trend line of a scorecard row: where it is drawn, where it breaks, and when there is none."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from kpi_core.judging import Held, recent, row_of
from kpi_core.model import Observation
from kpi_core.showing.charts import trend_points

from .conftest import Q2, indicator, observed

VALUES = st.lists(st.none() | st.floats(-1e6, 1e6).map(lambda v: round(v, 2)), min_size=1, max_size=12)


def trend_of(*series: Observation, **register: object) -> list[Decimal | None]:
    return recent(row_of(Held(indicator(**register), series), Q2))


def test_the_trend_looks_back_over_eight_quarters_one_place_each() -> None:
    series = observed("50", "Q1 2020-21"), observed("60", "Q3 2020-21"), observed("70", "Q2 2022-23")
    assert trend_of(*series) == [Decimal(60), None, None, None, None, None, None, Decimal(70)]


def test_the_trend_shows_figures_as_they_are_shown_and_breaks_where_the_series_breaks() -> None:
    series = observed("10.456", "Q4 2021-22"), observed("50", "Q1 2022-23", series_break="recounted"), observed("51")
    assert trend_of(*series)[-4:] == [Decimal("10.5"), None, Decimal(50), Decimal(51)]


def test_a_quarter_in_which_nothing_is_due_is_no_gap() -> None:
    series = observed("60", "Q2 2021-22"), observed("70", "Q2 2022-23")
    assert trend_of(*series, due=(2,)) == [Decimal(60), Decimal(70)]


@given(VALUES)
def test_there_is_no_trend_below_three_figures_and_from_three_on_always_one(values: list[float | None]) -> None:
    known = sum(value is not None for value in values)
    assert (trend_points(values, 84, 20) is None) == (known < 3)


@given(VALUES)
def test_a_trend_has_one_piece_for_each_run_and_one_point_for_each_figure_within_its_box(
    values: list[float | None],
) -> None:
    lines = trend_points(values, 84, 20)
    if lines is None:
        return
    runs = [len(list(run)) for known, run in groupby(values, lambda v: v is not None) if known]
    assert [len(line.split()) for line in lines] == runs
    places = [tuple(map(float, point.split(","))) for line in lines for point in line.split()]
    assert all(0 <= x <= 84 and 0 <= y <= 20 for x, y in places)
    assert [x for x, _ in places] == sorted({x for x, _ in places})


def test_a_trend_rises_where_the_figures_do() -> None:
    assert trend_points([1, None, 2, 3], 90, 20) == ["0.0,20.0", "60.0,10.0 90.0,0.0"]


def test_a_flat_trend_runs_through_the_middle() -> None:
    assert trend_points([100, 100, 100], 84, 20) == ["0.0,10.0 42.0,10.0 84.0,10.0"]
