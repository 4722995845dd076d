"""Charts: ``xxx_data() -> records`` apart from ``xxx_chart(records)``, so that what is drawn can be tested as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import altair as alt

from ...figures import with_unit
from ...judging import FEWEST_FOR_A_LINE
from ...model import Indicator, Target, Unit
from ...periods import Quarter, span
from .. import IndicatorView

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

AXIS_WORDS = {
    Unit.PERCENT: "Per cent",
    Unit.NUMBER: "Number",
    Unit.RATE_PER_10000: "Per 10,000",
    Unit.DAYS: "Days",
    Unit.WEEKS: "Weeks",
    Unit.POUNDS: "Pounds",
    Unit.RATIO: "Ratio",
}


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One quarter on the chart; ``value`` ``None`` is a gap."""

    quarter: str
    when: date
    value: float | None
    shown: str
    rating: str
    provisional: bool
    segment: int
    """Which unbroken stretch of the series it belongs to: a line is not drawn across a break in series."""


@dataclass(frozen=True, slots=True)
class LevelLine:
    """A level that holds from one day to another: a target, an edge of a band, an intervention level, a published year."""

    kind: str
    label: str
    start: date
    end: date
    value: float


@dataclass(frozen=True, slots=True)
class ChartData:
    """Everything an indicator's chart draws."""

    points: tuple[ChartPoint, ...]
    steps: tuple[LevelLine, ...]
    benchmarks: tuple[LevelLine, ...]
    unit: str
    """What the value axis counts, in words."""
    words: str
    """The chart as one sentence, for those who cannot see it."""

    @property
    def has_line(self) -> bool:
        """Whether there are figures enough for a line."""
        return sum(point.value is not None for point in self.points) >= FEWEST_FOR_A_LINE

    @property
    def worth_drawing(self) -> bool:
        """Three figures make a line; fewer are drawn only beside published comparators."""
        return self.has_line or (bool(self.benchmarks) and any(p.value is not None for p in self.points))


def indicator_data(view: IndicatorView) -> ChartData:
    """The series with its gaps, targets and levels as dated steps, and the comparators published before the quarter."""
    indicator = view.indicator
    if not view.series:
        return ChartData((), (), (), AXIS_WORDS[indicator.unit], "No figures are held.")
    by_quarter = {judged.observation.quarter: judged for judged in view.series}
    first, last = view.series[0].observation.quarter, view.series[-1].observation.quarter
    points = []
    segment = 0
    for quarter in span(first, last):
        judged = by_quarter.get(quarter)
        if judged is None and quarter.number not in indicator.due:
            continue  # nothing is missing where nothing is due
        segment += judged is not None and bool(judged.observation.series_break)
        value = judged.rated.shown if judged else None
        points.append(
            ChartPoint(
                quarter.label,
                middle(quarter),
                None if value is None else float(value),
                "no figure" if value is None else with_unit(value, indicator.unit),
                judged.rated.rating.words if judged else "No data",
                judged is not None and judged.observation.provisional,
                segment,
            )
        )
    benchmarks = tuple(
        LevelLine("benchmark", b.series, _year_start(b.year_end), b.year_end, float(b.value))
        for b in view.benchmarks_all
        if b.year_end < view.row.quarter.start
    )
    steps = tuple(step for step in _target_steps(view.targets, indicator, last) if step.end > first.start)
    told = "; ".join(
        f"{p.quarter} {p.shown}{' provisional' if p.provisional else ''}" for p in points if p.value is not None
    )
    return ChartData(tuple(points), steps, benchmarks, AXIS_WORDS[indicator.unit], f"{indicator.name}: {told}.")


def middle(quarter: Quarter) -> date:
    """The day a quarter's figure is drawn at."""
    return quarter.start + timedelta(days=45)


def _year_start(year_end: date) -> date:
    following = year_end + timedelta(days=1)
    return following.replace(year=following.year - 1)


def _target_steps(targets: Sequence[Target], indicator: Indicator, last: Quarter) -> list[LevelLine]:
    steps = []
    for place, target in enumerate(targets):
        if target.start > last:
            continue
        following = targets[place + 1].start.start if place + 1 < len(targets) else last.end
        end = target.start.end if target.profiled else min(following, last.end)
        lines = [
            ("target", "Target", target.value),
            ("target", "Target from", target.low),
            ("target", "Target to", target.high),
            ("level", "Intervention level", target.intervention_level),
        ]
        steps += [
            LevelLine(kind, f"{name} {with_unit(value, indicator.unit)}", target.start.start, end, float(value))
            for kind, name, value in lines
            if value is not None
        ]
    return steps


_FIGURE, _TARGET, _LEVEL, _BENCHMARK = "#2f74b8", "#b5651d", "#c8504d", "#7a8591"
# The quarter a day falls in, as text, in the language of the chart: financial quarters from April.
QUARTER_OF_DATE = (
    "'Q' + (floor(((month(datum.value) + 9) % 12) / 3) + 1) + ' ' + "
    "(month(datum.value) < 3 ? year(datum.value) - 1 : year(datum.value)) + '-' + "
    "slice(toString(month(datum.value) < 3 ? year(datum.value) : year(datum.value) + 1), 2)"
)


def indicator_chart(data: ChartData) -> alt.LayerChart | alt.FacetChart:
    """The chart of ``indicator_data``. Shape and dash tell what colour tells."""
    y = alt.Y(field="value", type="quantitative", title=data.unit, scale=alt.Scale(zero=False, nice=True, padding=12))
    layers = [*_benchmark_layers(data, y), *_step_layers(data, y), *_figure_layers(data, y)]
    return alt.layer(*layers).properties(height=420 if data.benchmarks else 320)


def as_vega_lite(chart: alt.LayerChart | alt.FacetChart) -> dict[str, Any]:
    """The chart as a browser draws it: Vega-Lite's JSON, with no theme of Altair's.

    It is not checked against Vega-Lite's schema, which takes longer than all else: the tests check each kind of chart.
    """
    drawn: dict[str, Any] = chart.to_dict(validate=False)
    drawn.pop("config", None)
    return drawn


def records(steps: Sequence[DataclassInstance]) -> alt.Chart:
    """A chart over records, to be given its mark."""
    rows = ({k: v.isoformat() if isinstance(v, date) else v for k, v in asdict(step).items()} for step in steps)
    return alt.Chart(alt.Data(values=list(rows)))


def _benchmark_layers(data: ChartData, y: alt.Y) -> Iterator[alt.Chart]:
    if not data.benchmarks:
        return
    legend = alt.Legend(orient="bottom", columns=1, labelLimit=340, titleLimit=340, symbolStrokeColor=_BENCHMARK)
    title = "Published annual figures, drawn over their year"
    yield (
        records(data.benchmarks)
        .mark_rule(strokeWidth=2)
        .encode(
            x=alt.X(field="start", type="temporal", title=None),
            x2=alt.X2(field="end"),
            y=y,
            color=alt.value(_BENCHMARK),
            strokeDash=alt.StrokeDash(field="label", type="nominal", title=title, legend=legend),
            tooltip=[
                alt.Tooltip(field="label", type="nominal"),
                alt.Tooltip(field="value", type="quantitative"),
                alt.Tooltip(field="end", type="temporal", title="Year ending"),
            ],
        )
    )


def _step_layers(data: ChartData, y: alt.Y) -> Iterator[alt.Chart]:
    start = alt.X(field="start", type="temporal")
    for kind, colour, dash in (("target", _TARGET, [1, 0]), ("level", _LEVEL, [3, 3])):
        steps = [step for step in data.steps if step.kind == kind]
        if steps:
            rules = records(steps)
            yield rules.mark_rule(strokeWidth=2, strokeDash=dash, color=colour).encode(
                x=start, x2=alt.X2(field="end"), y=y
            )
            label = alt.Text(field="label", type="nominal")
            yield rules.mark_text(align="left", dx=2, dy=-7, fontWeight="bold", color=colour).encode(
                x=start, y=y, text=label
            )


def _figure_layers(data: ChartData, y: alt.Y) -> Iterator[alt.Chart]:
    days = [point.when for point in data.points]
    every = -(-len(days) // 8)  # so that no label is left out for want of room, and the newest has one
    ticks = [day.isoformat() for day in days[::-1][::every]]
    axis = alt.Axis(values=ticks, labelExpr=QUARTER_OF_DATE, labelAngle=-30, labelOverlap=False, grid=False)
    x = alt.X(field="when", type="temporal", title=None, axis=axis)
    figures = records(data.points)
    if data.has_line:
        segment = alt.Detail(field="segment", type="nominal")
        yield figures.mark_line(color=_FIGURE, strokeWidth=2.5).encode(x=x, y=y, detail=segment)
    points = figures.transform_filter("isValid(datum.value)")
    yield points.mark_point(size=90, opacity=1, strokeWidth=2.5, color=_FIGURE).encode(
        x=x,
        y=y,
        fill=alt.condition("datum.provisional", alt.value("transparent"), alt.value(_FIGURE)),
        tooltip=[alt.Tooltip(field=f, type="nominal", title=f.capitalize()) for f in ("quarter", "shown", "rating")],
    )


def trend_points(values: Sequence[float | None], width: float, height: float) -> list[str] | None:
    """The polylines of a small trend line, one for each run without a gap; ``None`` below three figures.

    Each is SVG points (``x,y x,y``) inside ``width`` by ``height``; a run of one figure is a single point.
    """
    known = [value for value in values if value is not None]
    if len(known) < FEWEST_FOR_A_LINE:
        return None
    low, high = min(known), max(known)
    step = width / (len(values) - 1)
    runs: list[list[str]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            y = height / 2 if high == low else height - (value - low) / (high - low) * height
            runs[-1].append(f"{place * step:.1f},{y:.1f}")
    return [" ".join(run) for run in runs if run]
