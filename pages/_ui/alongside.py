"""The figures that a report is written beside: rating, value, target, changes, the quarters held, what the papers disagree on."""

from __future__ import annotations

from kpi_core.judging import display, level_words, target_words
from kpi_core.showing import IndicatorView

from . import components
from .typeset import escape

MOST_QUARTERS = 6
NAMES = {
    "quarter": "Since the quarter before",
    "year": "Since the same quarter last year",
    "target": "Beside the target",
}


def alongside_html(view: IndicatorView) -> str:
    """The figures, compact."""
    row, indicator = view.row, view.indicator
    aim = target_words(row.target, indicator)
    level = level_words(row.target, indicator)
    held = [f"target {aim}"] * bool(aim) + [f"intervention level {level}"] * bool(level)
    said = (
        f'<p class="verdict">{components.badge(row.rated.rating, "big")} <strong class="value">{escape(row.display)}</strong>'
        f'<br><span class="muted">{escape(", ".join(held) or "no target held")}</span></p>'
        f'<p class="small">{escape(row.rated.reason)}</p>'
    )
    return f'<div class="alongside">{said}{_changes(view)}{_quarters(view)}{_disagreements(view)}</div>'


def _changes(view: IndicatorView) -> str:
    pairs = ((NAMES[kind], getattr(view.row.changes, kind).text) for kind in NAMES)
    inside = "".join(f"<dt>{what}</dt><dd>{escape(said)}</dd>" for what, said in pairs)
    return f'<dl class="small">{inside}</dl>'


def _quarters(view: IndicatorView) -> str:
    """The last quarters, newest first; a table that stays one on a narrow screen."""
    newest = view.series[::-1][:MOST_QUARTERS]
    if not newest:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{escape(one.observation.quarter.text)}</th><td>{escape(display(one.observation, view.indicator))}</td>'
        f"<td>{escape(target_words(one.target, view.indicator)) or '–'}</td><td>{components.badge(one.rated.rating)}</td></tr>"
        for one in newest
    )
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("Quarter", "Value", "Target", "Rating"))
    more = len(view.series) - len(newest)
    caption = f"The last {len(newest)} of {len(view.series)} quarters held" if more else "Every quarter held"
    return (
        f'<table class="slim"><caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    )


def _disagreements(view: IndicatorView) -> str:
    if not view.conflicts:
        return ""
    count = len(view.conflicts)
    label = f"What the papers disagree on ({count})"
    return f"<details><summary>{label}</summary>{components.notices(view.conflicts, view.row.conflict)}</details>"
