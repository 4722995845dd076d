"""Records as the JSON of the command line: the contract is in the design, under "The command line".

A figure is a string as published, what is absent is ``None``, amounts carry an ASCII minus.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

from ..effects import Effect
from ..judging import (
    EXCEPTION_TRIGGER,
    Change,
    Rated,
    Rating,
    Row,
    Scorecard,
    changed_ratings,
    display,
    gap,
    headline,
    history,
    order_of_concern,
    run,
    target_words,
    tolerance_words,
)
from ..model import (
    Action,
    Benchmark,
    Concern,
    Conflict,
    ExceptionReport,
    Indicator,
    ReportAction,
    Target,
    Upload,
    as_text,
)
from ..reports import Completeness
from .answers import ExceptionsView, Health, IndicatorView, Withdrawal
from .answers import RecordedAct as Recorded

if TYPE_CHECKING:
    from ..intake import AnyPreview, Differing, EntryChange, FigureChange, Finding, Preview
    from ..narrative import CheckedPaper
    from ..what_if import WhatIf, WhatIfRow

Json = dict[str, Any]


def scorecard_json(scorecard: Scorecard, whole: Scorecard) -> Json:
    """A scorecard as filtered; the headline is the whole quarter's."""
    changed = changed_ratings(scorecard.rows)
    return {
        "quarter": scorecard.quarter.text,
        "period": scorecard.quarter.months,
        "area": scorecard.area,
        "as_first_published": scorecard.as_first_recorded,
        "as_at": scorecard.moment or None,
        "now_confidential": scorecard.now_confidential,
        "headline": list(headline(whole)),
        "rows": [row_json(row) for row in scorecard.rows],
        "order_of_concern": [row.indicator.code for row in order_of_concern(scorecard)],
        "summary": {
            **asdict(scorecard.summary),
            "comparable": changed.comparable,
            "turned_worse": list(changed.worse),
            "turned_better": list(changed.better),
            "changed_otherwise": list(changed.otherwise),
        },
    }


def row_json(row: Row) -> Json:
    """One row of the scorecard."""
    indicator, target, observation = row.indicator, row.target, row.observation
    stood = run(row)
    return {
        "code": indicator.code,
        "name": indicator.name,
        "category": indicator.category,
        "value": as_text(row.rated.shown),
        "display": row.display,
        "unit": indicator.unit.value,
        "status": None if observation is None else "provisional" if observation.provisional else "final",
        "revised": observation is not None and observation.revised,
        "target": _target(target, indicator),
        "tolerance": tolerance_words(target, indicator) or None,
        "intervention_level": as_text(target.intervention_level) if target else None,
        "intervention_passed": row.rated.intervention_passed,
        "rating": row.rated.rating.value,
        "reason": row.rated.reason,
        "note": row.note or None,
        "change_quarter": change_json(row.changes.quarter),
        "change_year": change_json(row.changes.year),
        "change_target": change_json(row.changes.target),
        "leading": row.changes.leading,
        "run": {"rating_quarters": stood.rating, "missed_quarters": stood.missed},
        "history": [{"quarter": quarter.text, "rating": rating.value} for quarter, rating in history(row)],
        "gap": as_text(gap(row)),
        "numerator": None if row.rated.shown is None or observation is None else observation.numerator,
        "denominator": None if row.rated.shown is None or observation is None else observation.denominator,
        "conflict": row.conflict or None,
        "exception": {
            "required": row.exception.required,
            "state": row.exception.state.value,
            "reason_line": row.exception.reason_line or None,
        },
    }


def _target(target: Target | None, indicator: Indicator) -> str | None:
    """A target as a figure, a band in words."""
    if target is None or not target.has_target:
        return None
    return target_words(target, indicator) if target.value is None else as_text(target.value)


def change_json(change: Change) -> Json:
    """A change; where there is none, its text says why."""
    if change.basis is None:
        return {"basis": None, "amount": None, "direction": None, "text": change.text}
    return {
        "basis": change.basis,
        "amount": as_text(change.amount),
        "unit": change.unit,
        "percent": as_text(change.percent),
        "direction": change.direction.value if change.direction else None,
        "text": change.text,
        "certainty": change.certainty or None,
    }


def indicator_json(view: IndicatorView) -> Json:
    """Everything about one indicator."""
    indicator = view.indicator
    return {
        "quarter": view.row.quarter.text,
        "period": view.row.quarter.months,
        "definition": {
            "code": indicator.code,
            "name": indicator.name,
            "category": indicator.category,
            "owner": indicator.owner or None,
            "definition": indicator.definition or None,
            "unit": indicator.unit.value,
            "decimals": indicator.decimals,
            "numerator": indicator.numerator or None,
            "denominator": indicator.denominator or None,
            "polarity": indicator.polarity.value,
            "basis": indicator.basis.value,
            "due": [f"Q{number}" for number in indicator.due],
            "seasonal": indicator.seasonal,
            "seasonal_note": indicator.seasonal_note or None,
            "smallest_change": as_text(indicator.smallest_change),
            "statutory_note": indicator.statutory_note or None,
        },
        "as_at": view.moment or None,
        "entries": [_entry(one) for one in view.entries],
        "row": row_json(view.row),
        "series": [
            {
                "quarter": judged.observation.quarter.text,
                "value": as_text(judged.rated.shown),
                "display": display(judged.observation, indicator),
                "status": "provisional" if judged.observation.provisional else "final",
                "revised": judged.observation.revised,
                "former": as_text(judged.observation.former),
                "target": _target(judged.target, indicator),
                "rating": judged.rated.rating.value,
                "reason": judged.rated.reason,
                "source": judged.observation.source,
            }
            for judged in view.series
        ],
        "benchmarks": [_benchmark(b, "latest") for b in view.benchmarks]
        + [_benchmark(b, "published since") for b in view.benchmarks_since],
        "conflicts": [conflict_json(c) for c in view.conflicts],
        "exception_report": None if view.report is None else report_json(view.report),
    }


def _entry(entry: Indicator) -> Json:
    """One entry of the register, and from which quarter it holds; ``None``: from before the first quarter recorded."""
    return {
        "from": entry.start.text if entry.start else None,
        "name": entry.name,
        "definition": entry.definition or None,
        "reason": entry.reason or None,
        "corrects": entry.corrects,
    }


def _benchmark(benchmark: Benchmark, standing: str) -> Json:
    return {
        "series": benchmark.series,
        "period": benchmark.period,
        "value": as_text(benchmark.value),
        "standing": standing,
        "source": benchmark.source,
    }


def conflict_json(conflict: Conflict) -> Json:
    """A known conflict, resolved or not."""
    return {
        "indicator": conflict.indicator or None,
        "quarter": conflict.quarter.text,
        "subject": conflict.subject,
        "value": as_text(conflict.value),
        "sentence": conflict.sentence,
        "source": conflict.source,
        "resolved": conflict.resolution or None,
    }


def report_json(report: ExceptionReport) -> Json:
    """An exception report with its sections."""
    return {
        "state": report.state.value,
        "reason_line": report.reason_line or None,
        "description": report.description or None,
        "outturn": as_text(report.outturn),
        "target": as_text(report.target),
        "sections": [{"heading": heading, "text": body} for heading, body in report.sections],
        "actions": [action_json(one) for one in report.actions],
        "completed_by": report.completed_by or None,
        "approved_by": report.approved_by or None,
        "approved_on": _day(report.approved_on),
        "source": report.source,
    }


def action_json(action: Action) -> Json:
    """An action of a report; ``closed_on`` is ``None`` while it is open."""
    return {
        "number": action.number,
        "text": action.text,
        "owner": action.owner or None,
        "due": _day(action.due),
        "closed_on": _day(action.closed_on),
        "closing": action.closing or None,
    }


def exceptions_json(view: ExceptionsView) -> Json:
    """What a quarter requires to be explained, and what is there."""
    summary = view.scorecard.summary
    return {
        "quarter": view.scorecard.quarter.text,
        "period": view.scorecard.quarter.months,
        "area": view.scorecard.area,
        "as_at": view.scorecard.moment or None,
        "trigger": EXCEPTION_TRIGGER,
        "required": [_exception(row) for row in view.required],
        "not_required": [_exception(row) for row in view.not_required],
        "conflicts": [conflict_json(c) for c in view.conflicts],
        "summary": {
            "required": summary.exceptions_required,
            "missing": summary.exceptions_missing,
            "unapproved": summary.exceptions_unapproved,
        },
        **completeness_json(view.completeness),
    }


def completeness_json(found: Completeness) -> Json:
    """What a quarter lacks, besides which of its reports are in which state."""
    return {
        "lacks": list(found.lacks),
        "actions_without_owner_or_date": [_report_action(one) for one in found.unassigned],
        "earlier_actions": [{**_report_action(one), "overdue": one in found.overdue} for one in found.unfinished],
        "concerns": [concern_json(one) for one in found.concerns],
    }


def concern_json(concern: Concern) -> Json:
    """A mark as an emerging concern, with the role of who made it."""
    return {
        "code": concern.indicator,
        "reason": concern.reason,
        "role": concern.done_as,
        "at": concern.done_at.isoformat(),
    }


def _report_action(one: ReportAction) -> Json:
    return {"code": one.indicator, "quarter": one.quarter.text, **action_json(one.action)}


def _exception(row: Row) -> Json:
    return {
        "code": row.indicator.code,
        "name": row.indicator.name,
        "rating": row.rated.rating.value,
        "reason": row.rated.reason,
        "state": row.exception.state.value,
        "reason_line": row.exception.reason_line or None,
    }


def check_json(paper: CheckedPaper) -> Json:
    """A paper beside the figures: the contract of ``check``."""
    return {
        "file": paper.file,
        "quarter": paper.quarter.text,
        "cut_short": paper.cut_short or None,
        "findings": [
            {
                "line": one.line,
                "text": one.text,
                "indicator": one.indicator or None,
                "kind": one.kind,
                "verdict": one.verdict.value,
                "stated": one.stated,
                "held": one.held or None,
                "message": one.message,
            }
            for one in paper.findings
        ],
        "counts": paper.counts,
    }


def import_json(preview: AnyPreview, upload: Upload | None) -> Json:
    """A file as checked, with what it would change or, where ``upload`` is given, changed."""
    from ..intake import EntriesPreview

    if isinstance(preview, EntriesPreview):
        changes, differing = [_entry_change(one) for one in preview.changes], []
    else:
        changes, differing = _figure_changes(preview), [_differing(one) for one in preview.reconciliation]
    return {
        "file": preview.file.file_name,
        "sha256": preview.file.sha256,
        "holds": preview.kind,
        "quarter": None if preview.quarter is None else preview.quarter.text,
        "blocked": preview.blocked,
        "problems": [finding_json(one) for one in preview.findings],
        "not_run": [{"code": code, "reason": reason} for code, reason in preview.not_run],
        "counts": dict(
            zip(("new", "confirmed", "revised", "same", "comments"), (*preview.counts, preview.comments), strict=True)
        ),
        "changes": changes,
        "missing": list(preview.missing),
        "reconciliation": differing,
        "published": upload is not None,
        "upload_id": None if upload is None else upload.id,
    }


def finding_json(finding: Finding) -> Json:
    """One problem with a file."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "row": finding.row,
        "column": finding.column,
        "found": finding.found,
        "message": finding.message,
    }


def _figure_changes(preview: Preview) -> list[Json]:
    return [_figure_change(change, *preview.ratings(change)) for change in preview.changes]


def _figure_change(change: FigureChange, before: Rated | None, after: Rated) -> Json:
    observation, held = change.observation, change.held
    return {
        "code": observation.indicator,
        "area": observation.area,
        "quarter": observation.quarter.text,
        "kind": change.kind.value,
        "from": None if held is None else as_text(held.absence or held.value),
        "to": as_text(observation.absence or observation.value),
        "rating_from": None if before is None else before.rating.value,
        "rating_to": after.rating.value,
        "exception_from": before is not None and before.exception_required,
        "exception_to": after.exception_required,
        **({} if change.comments is None else {"comment_from": change.comments[0], "comment_to": change.comments[1]}),
    }


def _entry_change(change: EntryChange) -> Json:
    return {
        "code": change.indicator.code,
        "area": change.area or None,
        "quarter": None if change.start is None else change.start.text,
        "kind": change.kind.value,
        "from": change.before or None,
        "to": change.after,
        "rating_from": None,
        "rating_to": None,
        "turned": [
            {"area": area, "quarter": quarter.text, "rating_from": before, "rating_to": after}
            for area, quarter, before, after in change.turned
        ],
    }


def _differing(one: Differing) -> Json:
    observation = one.change.observation
    return {
        "code": observation.indicator,
        "area": observation.area,
        "quarter": observation.quarter.text,
        "reported": one.reported,
        "rating": one.rated.rating.value,
        "reason": one.rated.reason,
    }


def upload_json(upload: Upload) -> Json:
    """One upload of the history."""
    new, confirmed, revised, same = upload.counts
    withdrawn = upload.withdrawn_at
    return {
        "upload_id": upload.id,
        "holds": upload.kind,
        "published_at": upload.published_at.isoformat(),
        "published_by": upload.published_by,
        "file": upload.file_name,
        "sha256": upload.sha256,
        "profile": upload.profile or None,
        "quarters": upload.quarters,
        "counts": {"new": new, "confirmed": confirmed, "revised": revised, "same": same},
        "reason": upload.reason or None,
        "revision": upload.revision_kind or None,
        "withdrawn": None
        if withdrawn is None
        else {"at": withdrawn.isoformat(), "by": upload.withdrawn_by, "reason": upload.withdrawn_reason},
    }


def withdrawal_json(withdrawal: Withdrawal) -> Json:
    """What withdrawing an upload took back, and what it left standing."""
    return {
        "upload": upload_json(withdrawal.upload),
        "taken_back": [_effect(one) for one in withdrawal.taken_back],
        "left_standing": [{**_effect(one), "why": one.left_standing} for one in withdrawal.left_standing],
        "register": [one.code for one in withdrawal.indicators],
        "targets": [
            {"code": one.indicator, "area": one.area, "from": one.start.text, "target": as_text(one.value)}
            for one in withdrawal.targets
        ],
    }


def _effect(effect: Effect) -> Json:
    given, stands = effect.given, effect.later or effect.before
    return {
        "code": given.indicator,
        "area": given.area,
        "quarter": given.quarter.text,
        "gave": as_text(given.figure),
        "stands": None if stands is None else as_text(stands.figure),
    }


def health_json(health: Health) -> Json:
    """What ``verify`` found."""
    counts: Mapping[str, int] = dict(health.counts)
    return {
        "ok": not health.problems,
        "position": health.position,
        "head": health.head,
        "problems": list(health.problems),
        "mended": list(health.mended),
        "counts": counts,
    }


def event_json(change: Recorded) -> Json:
    """One record of the ledger."""
    return {
        "number": change.number,
        "at": change.at.isoformat(),
        "by": change.by,
        "role": change.role,
        "kind": change.kind,
        "what": change.what,
        "hash": change.hash,
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def what_if_json(found: WhatIf) -> Json:
    """A scenario's answers: the rows it changes, or every row where it changes none."""
    return {
        "quarter": found.quarter.text,
        "area": found.area,
        "changes": [
            {"what": one.what, "scope": one.scope, "how": one.how, "amount": one.amount_text, "text": str(one)}
            for one in found.changes
        ],
        "rows": [_what_if_row(one) for one in (found.changed if found.changes else found.rows)],
        "turned": {f"to_{rating}": found.turned_to(rating) for rating in (Rating.GREEN, Rating.AMBER, Rating.RED)},
        "exceptions_required": {"before": found.reports_before, "after": found.reports_after},
        "left_out": list(found.left_out),
        "text": found.words,
    }


def _what_if_row(one: WhatIfRow) -> Json:
    needed, year = one.needed, one.year
    return {
        "code": one.indicator.code,
        "target_from": _aim(one.row.target),
        "target_to": _aim(one.target),
        "rating_from": one.row.rated.rating,
        "rating_to": one.rated.rating,
        "reason": one.rated.reason,
        "met_in_past": {"met": sum(past.met for past in one.past), "of": len(one.past)},
        "needed": None
        if needed is None
        else {
            "extra": needed.extra,
            "direction": needed.direction,
            "of": needed.of,
            "assumed": needed.assumed,
            "text": needed.text,
        },
        "year": None
        if year is None
        else {"needed": as_text(year.needed), "reachable": year.reachable, "text": year.text},
        "assurance": one.assurance,
        "text": one.text,
    }


def _aim(target: Target | None) -> str | None:
    """A target's value as published, a band as ``70 to 80``."""
    if target is None:
        return None
    if target.low is not None and target.high is not None:
        return f"{target.low:f} to {target.high:f}"
    return as_text(target.value)
