"""The commands that read the figures: a quarter, an indicator, what if, a paper checked."""

from __future__ import annotations

import textwrap
from argparse import ArgumentTypeError, Namespace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import KpiError, shorten
from ..figures import with_unit
from ..judging import EXCEPTION_TRIGGER, Rating, Row, Scorecard, display, headline, level_words, target_words
from ..model import ACTIONS_HEADING
from ..reports import Completeness, action_words
from ..showing import MADE_UP, as_json, confidential_words, said_of
from .command import AS_AT, AT_QUARTER, Command, Outcome, argument, content_of, first, opened

if TYPE_CHECKING:
    from ..what_if import WhatIfChange


def _scorecard(arguments: Namespace, database: Path) -> Outcome:
    with opened(database) as services:
        whole = services.scorecard(arguments.quarter, arguments.area, arguments.as_at)
        made_up = services.council()[1]
    card = whole.filtered(arguments.category, arguments.indicator, arguments.rating)
    lines = [*_made_up(made_up), *_seen(card), f"{card.area_name}: {card.quarter.label}", *headline(whole), ""]
    for category in card.categories:
        lines.append(category)
        lines += [line for row in card.rows if row.indicator.category == category for line in _row_lines(row)]
    if not card.rows:
        lines.append("No indicator matches these filters.")
    return 0, {"made_up": made_up, **as_json.scorecard_json(card, whole)}, "\n".join(lines)


def _seen(card: Scorecard) -> list[str]:
    hidden = [confidential_words(card.now_confidential)] if card.now_confidential else []
    return [f"{card.moment}.", *hidden] if card.moment else []


def _made_up(made_up: bool) -> list[str]:
    return [MADE_UP] if made_up else []


def _row_lines(row: Row) -> list[str]:
    indicator = row.indicator
    aim = target_words(row.target, indicator)
    level = level_words(row.target, indicator)
    facts = [row.display, f"target {aim}" if aim else "no target", f"intervention level {level}" if level else ""]
    lead = row.changes.lead
    facts.append(lead.text if lead else "cannot be compared like with like")
    others = [row.changes.year if row.changes.leading == "quarter" else row.changes.quarter]
    others += [] if lead else [row.changes.year]
    facts += [known.text for other in others if (known := other if other.basis else other.since_last_known)]
    if row.exception.required:
        facts.append(f"exception report {row.exception.state}")
    lines = [f"  {row.rated.rating.words:<10} {indicator.code}  {indicator.name}: {'; '.join(f for f in facts if f)}"]
    if row.rated.missed:
        lines.append(f"             {row.exception.reason_line or 'No explanation yet'} ({row.note})")
    elif row.note:
        lines.append(f"             {row.note}")
    if row.conflict:
        lines.append(f"             {row.conflict}")
    return lines


def _indicator(arguments: Namespace, database: Path) -> Outcome:
    with opened(database) as services:
        view = services.indicator(arguments.code, arguments.quarter, arguments.area, arguments.as_at)
        made_up = services.council()[1]
    row = view.row
    lines = [
        *_made_up(made_up),
        f"{row.indicator.name} ({row.indicator.code}), {row.quarter.label}: {row.display}",
        row.rated.reason,
    ]
    lines += [row.note] if row.note else []
    lines += [f"Since the quarter before: {row.changes.quarter.text}", f"Since a year before: {row.changes.year.text}"]
    lines += [f"Against the target: {row.changes.target.text}"]
    lines += [f"Note: {said_of(conflict)}" for conflict in view.conflicts]
    lines += ["", "Quarters held:"]
    lines += [
        f"  {j.observation.quarter}: {display(j.observation, row.indicator)}, {j.rated.rating.words}"
        for j in view.series
    ]
    lines += [f"  {b.series}, {b.period}: {with_unit(b.value, row.indicator.unit)}" for b in view.benchmarks]
    if view.report is not None:
        lines += ["", f"Exception report ({view.report.state}): {view.report.reason_line}"]
        for heading, body in view.report.sections:
            lines += ["", heading, textwrap.indent(body or "(empty)", "  ")]
        lines += ["", ACTIONS_HEADING, *([] if view.report.actions else ["  (empty)"])]
        lines += [f"  {one.number}. {one.text} {action_words(one)}" for one in view.report.actions]
    elif row.exception.required:
        lines += ["", "Exception report: missing"]
    return 0, {"made_up": made_up, **as_json.indicator_json(view)}, "\n".join(lines)


def _exceptions(arguments: Namespace, database: Path) -> Outcome:
    with opened(database) as services:
        view, made_up = services.exceptions(arguments.quarter, arguments.area, arguments.as_at), services.council()[1]
    lines = [
        *_made_up(made_up),
        *_seen(view.scorecard),
        f"{view.scorecard.quarter.label}: a report is required where {EXCEPTION_TRIGGER}.",
    ]
    lines += [f"  {row.exception.state:<10} {row.indicator.code}  {row.indicator.name}" for row in view.required]
    lines += [] if view.required else ["  None is required."]
    lines += [f"  not required, {row.exception.state}: {row.indicator.name}" for row in view.not_required]
    lines += _completeness_lines(view.completeness)
    lines += [f"Note: {said_of(conflict)}" for conflict in view.conflicts]
    return 0, {"made_up": made_up, **as_json.exceptions_json(view)}, "\n".join(lines)


def _completeness_lines(found: Completeness) -> list[str]:
    lines = ["What the quarter lacks:", *(f"  {one}" for one in found.lacks or ("Nothing.",))]
    for what, actions in (
        ("Actions without an owner or a due date:", found.unassigned),
        ("Unfinished actions of earlier quarters, overdue ones first:", found.unfinished),
    ):
        if actions:
            told = [f"  {one.indicator} {one.quarter}: {one.action.text} {action_words(one.action)}" for one in actions]
            lines += [what, *first(told)]
    if found.concerns:
        lines += ["Emerging concerns:", *(f"  {one.indicator}: {one.reason}" for one in found.concerns)]
    return lines


def _check(arguments: Namespace, database: Path) -> Outcome:
    from ..intake import Caps

    with opened(database) as services:
        content = content_of(arguments.file, Caps())
        paper = services.texts.check(content, arguments.file.name, arguments.quarter, arguments.area, arguments.as_at)
        made_up = services.council()[1]
    lines = [*_made_up(made_up), f"{paper.file}, beside the figures for {paper.quarter.label}:"]
    for one in paper.findings:
        place = f" ({one.indicator})" if one.indicator else ""
        lines += [f"  line {one.line}: {one.verdict}{place}: {shorten(one.text, 160)}", f"      {one.message}"]
    said = ", ".join(f"{count} {verdict}" for verdict, count in paper.counts.items() if count)
    lines.append(f"In all: {said}." if said else "No claim about an indicator was found that could be checked.")
    lines += [paper.cut_short] if paper.cut_short else []
    return 1 if paper.contradicted else 0, as_json.check_json(paper), "\n".join(lines)


_SUPPOSED = {  # as ``what_if.What`` calls them
    "target": "a target: FD02=22, or by how much, FD02=+2 (points) or FD02=-5%%; CODE may be a category, or all",
    "tolerance": "a tolerance: FD02=2 (points) or FD02=10%% (of the target)",
    "intervention": "an intervention level",
    "value": "the next quarter's value",
    "count": "assume the count behind the figure, where none is held: FD02=266",
    "out-of": "assume the denominator behind the figure: FD02=1004",
    "by": "the quarter to reach the target by, for its milestones: 'FD02=Q4 2023-24'",
}


def _supposed(what: str, given: str) -> WhatIfChange:
    from ..what_if import What, change_of

    scope, equals, amount = given.partition("=")
    try:
        if equals:
            return change_of(What(what), scope.strip(), amount)
    except KpiError as error:
        raise ArgumentTypeError(str(error)) from error
    raise ArgumentTypeError(f"“{shorten(given)}” is not a change, which is written like FD02=22")


def _what_if(arguments: Namespace, database: Path) -> Outcome:
    changes = [str(one) for what in _SUPPOSED for one in getattr(arguments, what.replace("-", "_"))]
    with opened(database) as services:
        found, made_up = (
            services.what_if(changes, arguments.quarter, arguments.area, arguments.as_at),
            services.council()[1],
        )
    lines = [
        *_made_up(made_up),
        f"{found.area_name}: {found.quarter.label}. Nothing published is changed.",
        found.words,
        "",
    ]
    for one in found.changed if found.changes else found.rows:
        lines += [f"  {one.text}"]
        lines += [
            f"      {stated.words(one.indicator)} To assume it: --count {one.indicator.code}={stated.count}"
            for stated in one.stated
        ]
        lines += [f"      {mark.quarter}: {mark.text}" for mark in one.milestones]
    lines += [f"  Left unchanged: {sentence}" for sentence in found.left_out]
    return 0, {"made_up": made_up, **as_json.what_if_json(found)}, "\n".join(lines)


def _template(arguments: Namespace, database: Path) -> Outcome:
    from ..shell.export import csv_file

    with opened(database) as services:
        table = services.template(arguments.quarter, arguments.area)
    rows = [dict(zip(table.headings, (str(cell) for cell in row), strict=True)) for row in table.rows]
    return 0, {"rows": rows}, csv_file.render(table).decode("utf-8-sig").rstrip()


COMMANDS = (
    Command(
        "scorecard",
        "the scorecard of a quarter",
        _scorecard,
        (
            *AT_QUARTER,
            AS_AT,
            argument("--category", nargs="+", default=[], metavar="C"),
            argument("--indicator", nargs="+", default=[], metavar="CODE"),
            argument("--rating", nargs="+", default=[], metavar="R", help=", ".join(Rating)),
        ),
    ),
    Command(
        "indicator",
        "one indicator: definition, series, changes, benchmarks, conflicts, report",
        _indicator,
        (argument("code", metavar="CODE"), *AT_QUARTER, AS_AT),
    ),
    Command("exceptions", "exception reports: required, present, missing", _exceptions, (*AT_QUARTER, AS_AT)),
    Command(
        "what-if",
        "before and after, where targets, levels or next values were others",
        _what_if,
        (
            *AT_QUARTER,
            AS_AT,
            *(
                argument(
                    f"--{what}",
                    nargs="+",
                    action="extend",
                    default=[],
                    metavar="CODE=V",
                    type=partial(_supposed, what),
                    help=about,
                )
                for what, about in _SUPPOSED.items()
            ),
        ),
    ),
    Command(
        "check",
        "check a paper (.docx or text) against the figures: what it says, and what is held",
        _check,
        (argument("file", metavar="FILE", type=Path), *AT_QUARTER, AS_AT),
    ),
    Command("template", "print the upload's template for a quarter, as CSV", _template, AT_QUARTER),
)
