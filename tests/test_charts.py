"""Charts as data: what is drawn, and what is not, before any of it is drawn."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest

from kpi_core.periods import Quarter, span
from kpi_core.shell import example
from kpi_core.shell.services import Services
from kpi_core.showing import IndicatorView
from kpi_core.showing.charts import indicator_chart, indicator_data
from kpi_core.showing.charts.trend import ChartData

from .conftest import Cells, figure, in_memory, small_bundle

CODES = [
    f"{group}{n:02d}" for group, last in (("PCP", 6), ("FD", 2), ("ED", 7), ("EX", 20)) for n in range(1, last + 1)
]
"""The council's indicators and the example's."""


@pytest.fixture(scope="module")
def made_up() -> Iterator[Services]:
    services = in_memory(example.files(2022))
    yield services
    services.close()


def view_of(
    figures: Sequence[tuple[str, str]], seen_from: str | None = None, **tables: Sequence[Cells]
) -> IndicatorView:
    """The indicator ``A1`` with these figures, by quarter."""
    if figures:
        tables["observations"] = [figure("A1", when, value) for when, value in figures]
    services = in_memory(small_bundle(**tables))
    try:
        return services.indicator("A1", seen_from)
    finally:
        services.close()


def aim(start: str, value: str = "", **given: str) -> Cells:
    """A row of ``targets.csv``."""
    return {"indicator": "A1", "from_quarter": start, "value": value, "source": "Report"} | given


def comparator(year: int) -> Cells:
    """A row of ``benchmarks.csv``."""
    period = f"year ending March {year}"
    return {"indicator": "A1", "series": "England", "year_end": f"{year}-03-31", "period": period, "value": "70",
            "source": "Statistics"}  # fmt: skip


def steps(data: ChartData, kind: str) -> list[tuple[str, date, date]]:
    return [(step.label, step.start, step.end) for step in data.steps if step.kind == kind]


# --- points -------------------------------------------------------------------------------------------------------


def test_a_quarter_without_a_figure_is_a_gap_and_not_a_zero(services: Services) -> None:
    points = indicator_data(services.indicator("ED07")).points
    assert [(p.value, p.shown, p.rating) for p in points] == [
        (17.6, "17.6%", "Not rated"),
        (None, "no figure", "No data"),
        (None, "no figure", "No data"),
        (4.2, "4.2%", "Not rated"),
        (25.4, "25.4%", "Red"),
    ]


def test_a_figure_withheld_is_a_gap_too() -> None:
    data = indicator_data(view_of([("Q1 2022-23", "50"), ("Q2 2022-23", "c"), ("Q3 2022-23", "0")]))
    assert [p.value for p in data.points] == [50, None, 0]


def test_only_provisional_figures_are_flagged(services: Services, made_up: Services) -> None:
    for data in (indicator_data(services.indicator("ED07")), indicator_data(made_up.indicator("EX02"))):
        assert [p.provisional for p in data.points] == [False] * (len(data.points) - 1) + [True]


def test_a_point_is_drawn_where_its_figure_is_shown_after_rounding() -> None:
    (point,) = indicator_data(view_of([("Q2 2022-23", "26.45")])).points
    assert (point.value, point.shown) == (26.5, "26.5%")


def test_points_lie_inside_their_quarters_one_after_another(made_up: Services) -> None:
    points = indicator_data(made_up.indicator("EX02")).points
    for point, quarter in zip(points, span(Quarter(2021, 3), Quarter(2025, 2)), strict=True):
        assert point.quarter == quarter.label
        assert quarter.start < point.when < quarter.end


# --- targets and levels -------------------------------------------------------------------------------------------


def test_a_target_that_changed_is_two_steps_with_their_days(made_up: Services) -> None:
    data = indicator_data(made_up.indicator("EX02"))
    assert steps(data, "target") == [
        ("Target 80%", date(2022, 4, 1), date(2024, 4, 1)),
        ("Target 85%", date(2024, 4, 1), date(2025, 9, 30)),
    ]
    assert [step.value for step in data.steps if step.kind == "target"] == [80, 85]
    assert {label for label, *_ in steps(data, "level")} == {"Intervention level 75%"}


def test_a_profiled_target_is_a_step_a_quarter(made_up: Services) -> None:
    assert steps(indicator_data(made_up.indicator("EX04")), "target") == [
        ("Target 430", date(2025, 4, 1), date(2025, 6, 30)),
        ("Target 880", date(2025, 7, 1), date(2025, 9, 30)),
    ]


def test_a_profiled_target_is_never_carried_on() -> None:
    figures = [(f"Q{n} 2022-23", "50") for n in (1, 2, 3)]
    view = view_of(figures, targets=[aim("Q1 2022-23", "60", kind="profiled")])
    assert steps(indicator_data(view), "target") == [("Target 60%", date(2022, 4, 1), date(2022, 6, 30))]


def test_a_band_is_a_step_for_each_of_its_ends(made_up: Services) -> None:
    data = indicator_data(made_up.indicator("EX07"))
    assert [(s.label, s.value) for s in data.steps] == [("Target from 35%", 35), ("Target to 45%", 45)]


def test_an_intervention_level_alone_is_no_target(made_up: Services) -> None:
    data = indicator_data(made_up.indicator("EX06"))
    assert steps(data, "target") == []
    assert steps(data, "level") == [("Intervention level 60 per 10,000", date(2023, 4, 1), date(2025, 9, 30))]


def test_targets_in_force_only_before_the_first_figure_or_after_the_last_are_not_drawn() -> None:
    figures = [(f"Q{n} 2022-23", "50") for n in (2, 3)]
    targets = [aim("Q1 2020-21", "40"), aim("Q2 2022-23", "60"), aim("Q4 2022-23", "70")]
    assert steps(indicator_data(view_of(figures, targets=targets)), "target") == [
        ("Target 60%", date(2022, 7, 1), date(2022, 12, 31))
    ]


# --- published comparators ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen_from", "years"),
    [("Q1 2020-21", set()), ("Q4 2020-21", set()), ("Q1 2021-22", {2021}), ("Q2 2022-23", {2021, 2022})],
)
def test_only_years_that_ended_before_the_quarter_did_are_drawn(
    services: Services, seen_from: str, years: set[int]
) -> None:
    data = indicator_data(services.indicator("FD02", seen_from))
    assert {step.end.year for step in data.benchmarks} == years
    assert len(data.benchmarks) == 4 * len(years)


@pytest.mark.parametrize("year", [2022, 2023, 2024, 2025])
def test_a_comparator_is_one_step_over_the_whole_of_its_year_and_no_quarterly_point(year: int) -> None:
    view = view_of([("Q1 2025-26", "50")], benchmarks=[comparator(year)])
    (step,) = indicator_data(view).benchmarks
    assert (step.label, step.value) == ("England", 70)
    assert (step.start, step.end) == (date(year - 1, 4, 1), date(year, 3, 31))


# --- in words, and whether to draw at all -------------------------------------------------------------------------


def test_those_who_cannot_see_the_chart_are_told_every_figure(services: Services) -> None:
    assert indicator_data(services.indicator("ED07")).words == (
        "16 to 17 year olds not in education, employment or training, or not known: July to September 2021 "
        "(Q2 2021-22) 17.6%; April to June 2022 (Q1 2022-23) 4.2%; July to September 2022 (Q2 2022-23) 25.4% provisional."
    )


@pytest.mark.parametrize(
    ("values", "years", "line", "drawn"),
    [
        (["50", "51", "52"], [], True, True),
        (["50", "51"], [], False, False),
        (["50", "c", "52"], [], False, False),
        (["50"], [2022], False, True),
        (["c"], [2022], False, False),
        (["50", "51"], [2030], False, False),
    ],
)
def test_a_line_needs_three_figures_and_fewer_are_drawn_only_beside_comparators(
    values: list[str], years: list[int], line: bool, drawn: bool
) -> None:
    figures = [(f"Q{n} 2022-23", value) for n, value in enumerate(values, 1)]
    comparators = {"benchmarks": [comparator(year) for year in years]} if years else {}
    data = indicator_data(view_of(figures, "Q4 2022-23", **comparators))
    assert (data.has_line, data.worth_drawing) == (line, drawn)


def test_an_indicator_without_a_series_has_nothing_to_draw_and_says_so() -> None:
    data = indicator_data(view_of([], "Q2 2022-23"))
    assert (data.points, data.steps, data.words) == ((), (), "No figures are held.")
    assert not data.worth_drawing


# --- the chart itself ---------------------------------------------------------------------------------------------


def compiled(view: IndicatorView) -> tuple[ChartData, dict[str, Any]]:
    data = indicator_data(view)
    chart = indicator_chart(data).to_dict()
    assert "vega-lite" in chart["$schema"]
    json.dumps(chart, allow_nan=False)
    return data, chart


def layers(chart: dict[str, Any], mark: str) -> list[dict[str, Any]]:
    """The layers of one mark, each with its data, which Altair lifts out where all layers share it."""
    shared = {"data": chart.get("data")}
    return [shared | layer for layer in chart["layer"] if layer["mark"]["type"] == mark]


@pytest.mark.parametrize("code", CODES)
def test_every_chart_draws_all_its_points_steps_and_comparators(
    services: Services, made_up: Services, code: str
) -> None:
    data, chart = compiled((made_up if code.startswith("EX") else services).indicator(code))
    (points,) = layers(chart, "point")
    assert [(p["value"], p["when"]) for p in points["data"]["values"]] == [
        (p.value, p.when.isoformat()) for p in data.points
    ]
    drawn = sum(len(layer["data"]["values"]) for layer in layers(chart, "rule"))
    assert drawn == len(data.steps) + len(data.benchmarks)
    assert len(layers(chart, "line")) == data.has_line
    ticks = points["encoding"]["x"]["axis"]["values"]
    assert data.points[-1].when.isoformat() in ticks
    assert len(ticks) <= 8


def test_a_gap_reaches_the_line_so_that_it_breaks_there(services: Services) -> None:
    _, chart = compiled(services.indicator("ED07"))
    (line,) = layers(chart, "line")
    assert [p["value"] for p in line["data"]["values"]] == [17.6, None, None, 4.2, 25.4]
    assert line["mark"].get("invalid") != "filter"


def test_a_target_and_a_level_are_told_apart_without_colour(made_up: Services) -> None:
    _, chart = compiled(made_up.indicator("EX10"))
    target, level = layers(chart, "rule")
    assert target["mark"]["strokeDash"] != level["mark"]["strokeDash"]
    assert [label["data"]["values"][0]["label"] for label in layers(chart, "text")] == [
        "Target 95%",
        "Intervention level 85%",
    ]
