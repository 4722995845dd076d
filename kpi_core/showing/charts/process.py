"""The chart of a process: its figures with XmR limits and signals, the target held, one tried out, and the way to it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

import altair as alt

from ...figures import round_half_up, with_unit
from ...judging import RULE_SET, Firmness, PointKind, Process, Xmr
from ...model import Target, Unit
from ...what_if import Milestone
from .trend import AXIS_WORDS, QUARTER_OF_DATE, middle, records

FIGURE, COMMON, BETTER, WORSE, OTHER = (
    "figure",
    "ordinary variation",
    "a signal: better",
    "a signal: worse",
    "a signal: changed",
)
_SIGNALS = {
    PointKind.COMMON_CAUSE: COMMON,
    PointKind.IMPROVEMENT: BETTER,
    PointKind.CONCERN: WORSE,
    PointKind.NEUTRAL_HIGH: OTHER,
    PointKind.NEUTRAL_LOW: OTHER,
}


@dataclass(frozen=True, slots=True)
class Plotted:
    """One quarter's figure. ``signal``: what it is, in words; ``rule``: why, empty for ordinary variation."""

    quarter: str
    when: date
    value: float | None
    shown: str
    signal: str
    rule: str
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """A line across the chart: ``average``, ``limit``, ``held`` (the target), ``tried`` (the scenario's), ``level``."""

    kind: str
    label: str
    value: float


@dataclass(frozen=True, slots=True)
class ProcessData:
    """Everything the chart draws, in the indicator's unit."""

    points: tuple[Plotted, ...]
    levels: tuple[Level, ...]
    milestones: tuple[Plotted, ...]
    unit: str
    rules: str
    """The rule set in use, printed on the chart; empty where no limits are drawn."""
    words: str
    """The chart as a sentence, for those who cannot see it."""

    @property
    def has_provisional(self) -> bool:
        """Whether a figure on it may still change; it is drawn hollow."""
        return any(point.provisional for point in self.points)

    @property
    def worth_drawing(self) -> bool:
        """Whether there is any figure."""
        return any(point.value is not None for point in self.points)


def process_data(
    process: Process, held: Target | None, tried: Target | None = None, milestones: Sequence[Milestone] = ()
) -> ProcessData:
    """The chart's figures. ``tried``: a scenario's target, where it differs from the one ``held``."""
    indicator, limits = process.indicator, process.limits
    points = tuple(
        Plotted(
            quarter.label,
            middle(quarter),
            None if value is None else float(value),
            "no figure" if value is None else process.in_words(value),
            _SIGNALS[point.kind] if process.drawn and point.kind is not None else FIGURE,
            point.rule if process.drawn else "",
            quarter in process.provisional,
        )
        for quarter, value, point in zip(process.quarters, process.values, limits.points, strict=True)
    )
    levels = [*_limit_levels(process, limits), *_target_levels(process, held, tried)]
    way = tuple(
        Plotted(one.quarter.label, middle(one.quarter), float(one.value), one.text, "milestone", "")
        for one in milestones
    )  # fmt: skip
    told = "; ".join(
        f"{p.quarter} {p.shown}{' provisional' if p.provisional else ''}{f' ({p.signal}: {p.rule})' if p.rule else ''}"
        for p in points
        if p.value is not None
    )
    axis = "Change from a year before" if process.differences else AXIS_WORDS[indicator.unit]
    lines = "".join(f" {line}." for line in ["; ".join(level.label for level in levels)] if line)
    way_told = f" Milestones: {'; '.join(f'{p.quarter} {p.shown}' for p in way)}." if way else ""
    return ProcessData(
        points, tuple(levels), way, axis, RULE_SET if process.drawn else "",
        f"{indicator.name}{f', {axis.lower()}' if process.differences else ''}: {told or 'no figures'}.{lines}{way_told}",
    )  # fmt: skip


def drawn_limits(process: Process) -> tuple[float, float] | None:
    """The limits as they are drawn: a percentage's no further than 0 and 100, nothing below 0. The numbers stay as they are."""
    lower, upper = process.limits.lower, process.limits.upper
    if not process.drawn or lower is None or upper is None:
        return None
    if process.differences:
        return lower, upper
    capped = process.indicator.unit is Unit.PERCENT and not process.indicator.may_pass_100
    return max(lower, 0.0), min(upper, 100.0) if capped else upper


def _limit_levels(process: Process, limits: Xmr) -> Iterator[Level]:
    ends = drawn_limits(process)
    if ends is None or limits.mean is None or limits.lower is None or limits.upper is None:
        return
    decimals = process.indicator.decimals + 1
    first = "First " if limits.firmness is Firmness.TRIAL else ""
    for kind, name, number, at in (
        ("average", "Average", limits.mean, limits.mean),
        ("limit", f"{first}upper limit".capitalize(), limits.upper, ends[1]),
        ("limit", f"{first}lower limit".capitalize(), limits.lower, ends[0]),
    ):
        seen = round_half_up(Decimal(repr(number)), decimals)
        beyond = "" if at == number else ", drawn at the edge of what is possible"
        yield Level(kind, f"{name} {process.in_words(seen)}{beyond}", at)


def _target_levels(process: Process, held: Target | None, tried: Target | None) -> Iterator[Level]:
    unit = process.indicator.unit
    for kind, name, target in (("held", "Target held", held), ("tried", "Target tried", tried)):
        if target is None:
            continue
        for which, value in (("", target.value), (" from", target.low), (" to", target.high)):
            if value is not None:
                yield Level(kind, f"{name}{which} {with_unit(value, unit)}", float(value))
    level = (tried or held or Target("", "", process.quarters[0])).intervention_level if process.quarters else None
    if level is not None:
        yield Level("level", f"Intervention level {with_unit(level, unit)}", float(level))


_LINES = {  # colour, dash, width
    "average": ("#5f6b76", [1, 0], 1.5),
    "limit": ("#5f6b76", [6, 4], 1.5),
    "held": ("#b5651d", [1, 0], 2),
    "tried": ("#7a4fb0", [10, 3], 2.5),
    "level": ("#c8504d", [3, 3], 2),
}
_NAMES: tuple[tuple[tuple[str, ...], int | str, Literal["left", "right"]], ...] = (
    (("held", "level"), 0, "left"),
    (("tried",), 150, "left"),
    (("average", "limit"), "width", "right"),
)
"""Where each line has its name: apart, so that lines that lie near each other can be told."""
_MARKS = {
    FIGURE: ("circle", "#6b7783"),
    COMMON: ("circle", "#6b7783"),
    BETTER: ("diamond", "#2f74b8"),
    WORSE: ("square", "#c2571a"),
    OTHER: ("triangle-up", "#7a4fb0"),
}


def process_chart(data: ProcessData) -> alt.LayerChart | alt.FacetChart:
    """The chart of ``process_data``. Shape and dash tell what colour tells, and each line has its name on it."""
    y = alt.Y(field="value", type="quantitative", title=data.unit, scale=alt.Scale(zero=False, nice=True, padding=14))
    days = sorted({point.when for point in (*data.points, *data.milestones)})
    every = -(-len(days) // 8)
    axis = alt.Axis(values=[day.isoformat() for day in days[::-1][::every]], labelExpr=QUARTER_OF_DATE, labelAngle=-30,
                    labelOverlap=False, grid=False)  # fmt: skip
    x = alt.X(field="when", type="temporal", title=None, axis=axis)
    layers = [*_level_layers(data, y), *_way_layers(data, x, y), *_point_layers(data, x, y)]
    chart: alt.LayerChart | alt.FacetChart = (
        alt.layer(*layers).resolve_scale(color="independent", shape="independent").properties(height=340)
    )
    if data.rules:
        chart = chart.properties(
            title=alt.TitleParams(textwrap.wrap(data.rules, 52), fontSize=11, fontWeight="normal", anchor="start")
        )
    return chart


def _level_layers(data: ProcessData, y: alt.Y) -> Iterator[alt.Chart]:
    """One layer for all lines and one for the names of each place: each layer more takes milliseconds to draw."""
    if not data.levels:
        return
    kinds = list(_LINES)

    def looks(of: int) -> alt.Scale:
        return alt.Scale(domain=kinds, range=[_LINES[kind][of] for kind in kinds])

    colour = alt.Color(field="kind", type="nominal", scale=looks(0), legend=None)
    yield (
        records(data.levels)
        .mark_rule()
        .encode(
            y=y,
            color=colour,
            strokeDash=alt.StrokeDash(field="kind", type="nominal", scale=looks(1), legend=None),
            strokeWidth=alt.StrokeWidth(field="kind", type="nominal", scale=looks(2), legend=None),
        )
    )
    for kinds_there, x, align in _NAMES:
        if levels := [level for level in data.levels if level.kind in kinds_there]:
            name = records(levels).mark_text(
                align=align,
                dx=-4 if align == "right" else 4,
                dy=-7,
                fontWeight="normal" if align == "right" else "bold",
            )
            yield name.encode(x=alt.value(x), y=y, color=colour, text=alt.Text(field="label", type="nominal"))


def _way_layers(data: ProcessData, x: alt.X, y: alt.Y) -> Iterator[alt.Chart]:
    if data.milestones:
        chart = records(data.milestones)
        colour = _LINES["tried"][0]
        yield chart.mark_line(color=colour, strokeDash=[2, 3], strokeWidth=2).encode(x=x, y=y)
        yield chart.mark_point(shape="cross", size=70, color=colour, opacity=1).encode(
            x=x, y=y, tooltip=[alt.Tooltip(field=f, type="nominal", title=f.capitalize()) for f in ("quarter", "shown")]
        )


def _point_layers(data: ProcessData, x: alt.X, y: alt.Y) -> Iterator[alt.Chart]:
    chart = records(data.points)
    yield chart.mark_line(color=_MARKS[COMMON][1], strokeWidth=2).encode(x=x, y=y)
    known = chart.transform_filter("isValid(datum.value)")
    there = list(dict.fromkeys(point.signal for point in data.points))
    order = [signal for signal in _MARKS if signal in there]
    legend = alt.Legend(title=None, orient="bottom") if set(order) - {FIGURE, COMMON} else None
    shapes, colours = [_MARKS[one][0] for one in order], [_MARKS[one][1] for one in order]
    scale = alt.Scale(domain=order, range=colours)
    yield known.mark_point(size=90, opacity=1, strokeWidth=2.5).encode(
        x=x,
        y=y,
        fill=alt.condition(
            "datum.provisional",
            alt.value("transparent"),
            alt.Fill(field="signal", type="nominal", scale=scale, legend=legend),
        ),
        shape=alt.Shape(field="signal", type="nominal", scale=alt.Scale(domain=order, range=shapes), legend=legend),
        stroke=alt.Stroke(field="signal", type="nominal", scale=scale, legend=legend),
        tooltip=[
            alt.Tooltip(field=f, type="nominal", title=f.capitalize()) for f in ("quarter", "shown", "signal", "rule")
        ],
    )
