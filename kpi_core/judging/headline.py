"""The headline of a scorecard in words: what is missed, where it is going, and what has no explanation."""

from __future__ import annotations

from collections.abc import Sequence

from ..figures import count_in_words
from ..model import Basis
from .change import Change, Direction
from .rating import Rating
from .scorecard import Row, Scorecard, Summary, summarise


def headline(scorecard: Scorecard) -> tuple[str, ...]:
    """What the quarter says, in sentences with their denominators; the first is the one to read aloud."""
    rows = scorecard.rows
    passed = [row for row in rows if row.rated.intervention_passed]
    if not scorecard.has_figures:
        return (f"No figures are held for {scorecard.quarter.label}.", *_brought_forward(scorecard))
    with_target = [row for row in rows if row.has_target]
    missed = [row for row in rows if row.rated.missed]
    met = [row for row in with_target if row.rated.rating is Rating.GREEN]
    said = [_missed_sentence(len(missed), with_target, len(rows) - len(with_target))]
    if missed:
        said.append(_direction_sentence(missed))
    if met:
        names = "; ".join(row.indicator.name for row in met) if len(met) <= 3 else ""
        said.append(f"{len(met)} {'meets' if len(met) == 1 else 'meet'} it{': ' if names else ''}{names}.")
    if passed:
        sentence = f"{len(passed)} {'has' if len(passed) == 1 else 'have'} passed the intervention level."
        said.insert(0 if not missed else len(said), sentence)
    said += _brought_forward(scorecard)
    said.append(_reports_sentence(summarise(rows)))
    return tuple(said)


def _brought_forward(scorecard: Scorecard) -> list[str]:
    """What an author marked, and what earlier quarters promised and did not do; nothing where there is neither."""
    said = []
    if scorecard.concerns:
        names = {row.indicator.code: row.indicator.name for row in scorecard.rows}
        marked = [
            f"{names.get(one.indicator, one.indicator)} ({' '.join(one.reason.split()).rstrip('.')})"
            for one in scorecard.concerns
        ]
        said.append(
            f"Marked as {'an emerging concern' if len(marked) == 1 else 'emerging concerns'}: {'; '.join(marked)}."
        )
    overdue = len(scorecard.overdue_actions)
    if overdue:
        said.append(
            f"{overdue} action{'' if overdue == 1 else 's'} of earlier quarters {'is' if overdue == 1 else 'are'} overdue."
        )
    return said


def _missed_sentence(missed: int, with_target: Sequence[Row], without: int) -> str:
    if not with_target:
        return "No target is held for this quarter, so none can be met or missed."
    total = len(with_target)
    sentence = f"{missed or 'None'} of the {total} indicators with a target {'misses' if missed == 1 else 'miss'} it"
    unrated = sum(row.rated.rating is Rating.NO_DATA for row in with_target)
    if total == 1:
        sentence = (
            f"The one indicator with a target {'misses it' if missed else 'has no figure' if unrated else 'meets it'}"
        )
    elif unrated:
        sentence += f"; {unrated} of the {total} {'has' if unrated == 1 else 'have'} no figure"
    return f"{sentence}; {without} {'has' if without == 1 else 'have'} no target." if without else f"{sentence}."


def _direction_sentence(missed: Sequence[Row]) -> str:
    groups: dict[str, list[Row]] = {}
    for row in missed:
        groups.setdefault(_lead_words(row), []).append(row)
    order = sorted(groups, key=lambda words: _GROUP_ORDER[_lead_kind(groups[words][0].changes.lead)])
    parts = []
    for words in order:
        rows = groups[words]
        provisional = sum(row.observation is not None and row.observation.provisional for row in rows)
        verb = "is" if len(rows) == 1 else "are"
        if words.startswith("cannot"):
            verb = ""
        part = f"{count_in_words(len(rows))} {verb} {words}".replace("  ", " ")
        if provisional:
            part += " and provisional" if provisional == len(rows) else f" ({count_in_words(provisional)} provisional)"
        parts.append(part)
    return f"Of the {len(missed)}, {', '.join(parts)}."


_GROUP_ORDER = {"improving": 0, "worsening": 1, "other": 2, "none": 3}


def _lead_kind(lead: Change | None) -> str:
    if lead is None or lead.direction is None:
        return "none"
    return lead.direction.value if lead.direction.value in _GROUP_ORDER else "other"


def _lead_words(row: Row) -> str:
    lead = row.changes.lead
    if lead is None or lead.direction is None:
        return "cannot be compared like with like"
    by_year = row.changes.leading == "year"
    then = f"last {row.quarter.last_month}" if row.indicator.basis is Basis.MONTH_END else "the same quarter last year"
    if lead.direction in (Direction.NO_CHANGE, Direction.LITTLE_CHANGE):
        little = "unchanged" if lead.direction is Direction.NO_CHANGE else "little changed"
        return f"{little} since {then}" if by_year else little
    if lead.direction in (Direction.HIGHER, Direction.LOWER):
        return f"{lead.direction.words} than {then if by_year else 'in the quarter before'}"
    if by_year:
        return f"{'better' if lead.direction is Direction.IMPROVING else 'worse'} than {then}"
    return lead.direction.words


def _reports_sentence(summary: Summary) -> str:
    required = summary.exceptions_required
    if not required:
        return "No exception report is required."
    approved = required - summary.exceptions_missing - summary.exceptions_unapproved
    counts = (
        (approved, "approved"),
        (summary.exceptions_unapproved, "present without approval"),
        (summary.exceptions_missing, "missing"),
    )
    parts = [f"{n} {'is' if n == 1 else 'are'} {words}" for n, words in counts if n]
    return f"Of {required} exception report{'' if required == 1 else 's'} required, {', '.join(parts)}."
