"""The chart of a process as data, before any of it is drawn, and what the drawing must carry beside colour."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from kpi_core.judging import RULE_SET, process
from kpi_core.model import Basis, Polarity, Target, Unit
from kpi_core.periods import Quarter
from kpi_core.shell.services import Services
from kpi_core.showing.charts import process_chart, process_data
from kpi_core.showing.charts.process import ProcessData, drawn_limits

from .conftest import STEADY, indicator, quarters, target
from .scenarios import tried

QUARTERLY = indicator(basis=Basis.QUARTER)
NEAR_100 = ("95", "97", "99", "100", "96", "98")
OFFERED = (
    "EX01",
    "EX02",
    "EX05",
    "EX06",
    "EX07",
    "EX08",
    "EX09",
    "EX10",
    "EX12",
    "EX14",
    "EX15",
    "EX16",
    "EX17",
    "EX19",
    "EX20",
)
NOT_OFFERED = ("EX03", "EX04", "EX11", "EX13", "EX18")
"""The example council's indicators over which limits are offered, and those over which they are not."""


def data_of(*values: str | None, held: Target | None = None, polarity: Polarity = Polarity.HIGH) -> ProcessData:
    return process_data(process(indicator(basis=Basis.QUARTER, polarity=polarity), quarters(*values), held), held)


def labels(data: ProcessData) -> list[tuple[str, str, float]]:
    return [(level.kind, level.label, level.value) for level in data.levels]


# --- what is drawn ------------------------------------------------------------------------------------------------


def test_a_percentages_limits_are_drawn_no_further_than_100_and_their_numbers_are_kept() -> None:
    found = process(QUARTERLY, quarters(*NEAR_100), None)
    data = process_data(found, None)
    assert found.limits.upper == pytest.approx(103.352)
    assert drawn_limits(found) == pytest.approx((91.648, 100))
    assert labels(data) == [
        ("average", "Average 97.50%", 97.5),
        ("limit", "First upper limit 103.35%, drawn at the edge of what is possible", 100.0),
        ("limit", "First lower limit 91.65%", pytest.approx(91.648)),
    ]


def test_and_no_further_than_0() -> None:
    found = process(QUARTERLY, quarters("5", "3", "1", "0", "4", "2"), None)
    assert found.limits.lower == pytest.approx(-3.352)
    assert drawn_limits(found) == pytest.approx((0, 8.352))
    assert ("limit", "First lower limit -3.35%, drawn at the edge of what is possible", 0.0) in labels(
        process_data(found, None)
    )


def test_where_a_percentage_may_pass_100_or_the_figure_is_none_the_upper_limit_is_drawn_where_it_is() -> None:
    for one in (indicator(may_pass_100=True), indicator(unit=Unit.NUMBER)):
        assert drawn_limits(process(one, quarters(*NEAR_100), None)) == pytest.approx((91.648, 103.352))


def test_limits_over_13_quarters_are_no_longer_first_ones(example: Services) -> None:
    one = example.what_if([]).row("EX02")
    assert one is not None
    data = process_data(one.process, one.row.target)
    assert labels(data) == [
        ("average", "Average 79.95%", pytest.approx(79.95)),
        ("limit", "Upper limit 86.94%", pytest.approx(86.936933)),
        ("limit", "Lower limit 72.96%", pytest.approx(72.963067)),
        ("held", "Target held 85%", 85.0),
        ("level", "Intervention level 75%", 75.0),
    ]
    assert data.rules == RULE_SET


def test_the_target_held_and_the_one_tried_are_both_drawn_with_their_names() -> None:
    one = tried(["target:A1=90"], QUARTERLY, quarters(*NEAR_100), [target("88", intervention_level="80")])
    assert labels(process_data(one.process, one.row.target, one.target))[3:] == [
        ("held", "Target held 88%", 88.0),
        ("tried", "Target tried 90%", 90.0),
        ("level", "Intervention level 80%", 80.0),
    ]


def test_the_level_tried_is_drawn_in_place_of_the_one_held() -> None:
    one = tried(["intervention:A1=70"], QUARTERLY, quarters(*NEAR_100), [target("88", intervention_level="80")])
    levels = labels(process_data(one.process, one.row.target, one.target))
    assert [label for kind, label, _ in levels if kind == "level"] == ["Intervention level 70%"]


def test_a_band_is_a_line_at_each_of_its_ends() -> None:
    held = target(low="70", high="80")
    found = process(indicator(polarity=Polarity.BAND), quarters(*NEAR_100), held)
    assert labels(process_data(found, held))[3:] == [
        ("held", "Target held from 70%", 70.0),
        ("held", "Target held to 80%", 80.0),
    ]


def test_the_milestones_are_points_of_their_own() -> None:
    one = tried(["by:A1=Q4 2022-23"], QUARTERLY, quarters(*NEAR_100, "70"), [target("90")])
    data = process_data(one.process, one.row.target, None, one.milestones)
    assert [(m.quarter, m.value, m.signal) for m in data.milestones] == [
        ("October to December 2022 (Q3 2022-23)", 80.0, "milestone"),
        ("January to March 2023 (Q4 2022-23)", 90.0, "milestone"),
    ]
    assert Quarter(2022, 3).start < data.milestones[0].when < Quarter(2022, 3).end


def test_a_milestone_is_shown_with_one_decimal_more_than_the_figure_and_not_with_all_it_has(
    services: Services,
) -> None:
    one = services.what_if(["by:FD02=Q4 2023-24"]).row("FD02")
    assert one is not None
    data = process_data(one.process, one.row.target, None, one.milestones)
    assert [m.shown for m in data.milestones] == ["25.42%", "24.33%", "23.25%", "22.17%", "21.08%", "20.00%"]


def test_a_gap_is_a_place_without_a_value_and_says_so() -> None:
    points = data_of("80", None, "81").points
    assert [(point.value, point.shown) for point in points] == [(80.0, "80%"), (None, "no figure"), (81.0, "81%")]


@pytest.mark.parametrize(
    ("polarity", "signal"),
    [
        (Polarity.HIGH, "a signal: better"),
        (Polarity.LOW, "a signal: worse"),
        (Polarity.NEITHER, "a signal: changed"),
        (Polarity.BAND, "a signal: changed"),
    ],
)
def test_a_signal_says_in_words_what_it_is_and_why(polarity: Polarity, signal: str) -> None:
    last = data_of(*STEADY, "99", polarity=polarity).points[-1]
    assert (last.signal, last.rule) == (signal, "outside the limits")


def test_with_too_few_figures_no_limit_no_signal_and_no_rule_set_is_drawn() -> None:
    data = data_of("50", "51", "50", "70", held=target("60"))
    assert labels(data) == [("held", "Target held 60%", 60.0)]
    assert data.rules == ""
    assert {point.rule for point in data.points} == {""}
    assert data.worth_drawing


def test_with_too_few_figures_no_point_is_called_ordinary_variation() -> None:
    assert "ordinary variation" not in {point.signal for point in data_of("50", "51", "50", "70").points}


def test_without_figures_there_is_nothing_worth_drawing() -> None:
    data = process_data(process(QUARTERLY, [], None), None)
    assert not data.worth_drawing
    assert (data.points, data.levels) == ((), ())


# --- for those who cannot see it ----------------------------------------------------------------------------------


def test_the_chart_is_told_as_a_sentence() -> None:
    one = tried(["by:A1=Q4 2022-23"], QUARTERLY, quarters("95", None, "99", "70"), [target("90")])
    data = process_data(one.process, one.row.target, None, one.milestones)
    assert data.words == (
        "Plans on time: October to December 2021 (Q3 2021-22) 95%; April to June 2022 (Q1 2022-23) 99%; "
        "July to September 2022 (Q2 2022-23) 70%. Target held 90%. Milestones: October to December 2022 (Q3 2022-23) 80.00%; "
        "January to March 2023 (Q4 2022-23) 90.00%."
    )


def test_the_sentence_names_each_signal_with_its_reason() -> None:
    data = data_of(*STEADY, "99")
    assert "(Q2 2022-23) 99% (a signal: better: outside the limits)" in data.words


@pytest.mark.parametrize("values", [(), ("95",)])
def test_the_sentence_ends_in_one_full_stop(values: tuple[str, ...]) -> None:
    assert ". ." not in data_of(*values).words


# --- the drawing --------------------------------------------------------------------------------------------------


def compiled(data: ProcessData) -> dict[str, Any]:
    """The chart as Vega-Lite, which Altair checks against its schema."""
    chart: dict[str, Any] = process_chart(data).to_dict(validate=True)
    assert "vega-lite" in chart["$schema"]
    json.dumps(chart, allow_nan=False)
    return chart


def layers(chart: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every layer, with the data it draws."""
    for layer in chart.get("layer", ()):
        if "layer" in layer:
            yield from layers({"data": chart.get("data")} | layer)
        else:
            yield {"data": chart.get("data")} | layer


def drawn(chart: dict[str, Any], mark: str) -> list[dict[str, Any]]:
    return [layer for layer in layers(chart) if layer["mark"]["type"] == mark]


@pytest.mark.parametrize("code", OFFERED)
def test_every_chart_of_the_example_is_valid_and_draws_all_it_was_given(example: Services, code: str) -> None:
    one = example.what_if([]).row(code)
    assert one is not None
    data = process_data(one.process, one.row.target)
    chart = compiled(data)
    assert sum(len(layer["data"]["values"]) for layer in drawn(chart, "rule")) == len(data.levels)
    (line,) = drawn(chart, "line")
    assert [(p["value"], p["when"]) for p in line["data"]["values"]] == [
        (p.value, p.when.isoformat()) for p in data.points
    ]
    assert (RULE_SET in " ".join(chart.get("title", {}).get("text", ()))) == one.process.drawn


@pytest.mark.parametrize("code", NOT_OFFERED)
def test_where_limits_are_not_offered_the_figures_are_drawn_without(example: Services, code: str) -> None:
    one = example.what_if([]).row(code)
    assert one is not None
    data = process_data(one.process, one.row.target)
    assert data.worth_drawing
    assert data.rules == ""
    assert {level.kind for level in data.levels} <= {"held", "level"}


@pytest.mark.parametrize("code", NOT_OFFERED)
def test_figures_that_are_held_are_not_said_to_be_none(example: Services, code: str) -> None:
    one = example.what_if([]).row(code)
    assert one is not None
    assert one.row.series
    assert "no figures" not in process_data(one.process, one.row.target).words


def test_the_changes_on_the_year_are_drawn_with_their_signs_and_below_0_too(example: Services) -> None:
    one = example.what_if([]).row("EX16")
    assert one is not None
    on_the_year = one.process.on_the_year
    assert on_the_year is not None
    data = process_data(on_the_year, None)
    assert data.unit == "Change from a year before"
    assert drawn_limits(on_the_year) == (on_the_year.limits.lower, on_the_year.limits.upper)
    assert all(point.shown[0] in "+-0" and point.shown.endswith(("point", "points")) for point in data.points)
    assert not any("edge of what is possible" in level.label for level in data.levels)
    assert data.words.startswith("Young people whose activity is not known, change from a year before: ")
    compiled(data)


def test_the_rule_set_in_use_is_printed_over_the_chart() -> None:
    assert " ".join(compiled(data_of(*NEAR_100))["title"]["text"]) == RULE_SET
    assert "title" not in compiled(data_of("50", "51"))


def test_shape_tells_what_colour_tells() -> None:
    data = data_of(*STEADY, "99", "61")
    (points,) = [layer for layer in drawn(compiled(data), "point") if "shape" in layer["encoding"]]
    shape, colour = points["encoding"]["shape"], points["encoding"]["stroke"]
    assert shape["field"] == colour["field"] == "signal"
    there = {point.signal for point in data.points}
    assert there == {"ordinary variation", "a signal: better", "a signal: worse"}
    for channel in (shape, colour):
        assert set(channel["scale"]["domain"]) == there
        assert len(set(channel["scale"]["range"])) == len(there)


def test_a_figure_that_may_still_change_is_hollow_and_is_said_to_be_provisional() -> None:
    series = [*quarters(*STEADY)[:-1], replace(quarters(*STEADY)[-1], provisional=True)]
    data = process_data(process(indicator(basis=Basis.QUARTER), series, None), None)
    assert [point.provisional for point in data.points] == [False] * (len(series) - 1) + [True]
    assert f"{data.points[-1].shown} provisional" in data.words
    (points,) = [layer for layer in drawn(compiled(data), "point") if "shape" in layer["encoding"]]
    assert points["encoding"]["fill"]["condition"] == {"test": "datum.provisional", "value": "transparent"}


def test_no_two_lines_differ_by_colour_alone_and_each_has_its_name_on_it() -> None:
    one = tried(
        ["target:A1=90", "by:A1=Q4 2022-23"], QUARTERLY, quarters(*NEAR_100), [target("88", intervention_level="80")]
    )
    data = process_data(one.process, one.row.target, one.target, one.milestones)
    chart = compiled(data)
    looks: dict[str, tuple[str, str]] = {}
    for layer in drawn(chart, "rule"):
        encoding = layer["encoding"]
        for level in layer["data"]["values"]:
            dash, width = (
                dict(zip(encoding[c]["scale"]["domain"], encoding[c]["scale"]["range"], strict=True))[level["kind"]]
                if c in encoding
                else layer["mark"].get(c)
                for c in ("strokeDash", "strokeWidth")
            )
            looks[level["kind"]] = (str(dash), str(width))
    assert set(looks) == {"average", "limit", "held", "tried", "level"}
    assert len(set(looks.values())) == len(looks)
    named = [one["label"] for layer in drawn(chart, "text") for one in layer["data"]["values"]]
    assert sorted(named) == sorted(level.label for level in data.levels)


def test_the_milestones_are_drawn_as_crosses_along_a_dotted_line() -> None:
    one = tried(["by:A1=Q4 2022-23"], QUARTERLY, quarters(*NEAR_100, "70"), [target("90")])
    chart = compiled(process_data(one.process, one.row.target, None, one.milestones))
    assert "cross" in {layer["mark"].get("shape") for layer in drawn(chart, "point")}
    assert any("strokeDash" in layer["mark"] for layer in drawn(chart, "line"))
