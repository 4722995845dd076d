"""The checks on the figures of an upload, as data: each is the code of its problem and the function that finds it.

A function over one entry returns the facts of its sentence, or ``None`` where all is well. A function over the whole
file yields findings. What they look at besides the file is ``Known``; nothing here reads a database or a clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches

from ..figures import decimals_of, is_number, number, round_half_up, shown, with_unit
from ..judging import Held, judge, target_in_force, target_words
from ..model import ChangeKind, Indicator, Observation, Target, Unit
from ..periods import Quarter, day_in_words
from ..words import plural
from .disclosure import formatting, gives_count_back, identifies, may_identify, small_count
from .entries import Checking, EntryCheck, Facts, Known, Placed, observation_of, quoted
from .problems import Finding, finding

LARGE_POINTS = Decimal(10)
"""A percentage that moves by more than this many points is asked about."""
# --- the indicator ------------------------------------------------------------------------------------------------


def already_published(known: Known, sha256: str) -> Finding | None:
    """That the same bytes were published before; ``None``: they were not, or are withdrawn."""
    if sha256 not in known.published:
        return None
    upload, at = known.published[sha256]
    return finding("already-published", None, None, None, when=day_in_words(at), upload=upload)


def nearest_indicator(code: str, known: Known) -> str:
    """What an officer is told of a code that is no indicator: the nearest one that is, or where to look."""
    upper = {one.upper(): one for one in known.indicators}
    near = get_close_matches(code.upper()[:60], upper, 1, 0.6)
    return f"The nearest is “{upper[near[0]]}”." if near else "The template lists the indicators."


def _ended(entry: Placed, _: Checking) -> Facts | None:
    final = entry.indicator.final_quarter
    if final is None or entry.quarter <= final:
        return None
    return {"column": "indicator", "found": entry.code, "ended": f"{final.last_month} {final.end.year}"}


def _not_begun(entry: Placed, _: Checking) -> Facts | None:
    first = entry.indicator.first_quarter
    if first is None or entry.quarter >= first:
        return None
    return {"column": "indicator", "found": entry.code, "begins": first.label}


def _name_differs(entry: Placed, _: Checking) -> Facts | None:
    if not entry.name or _plain(entry.name) == _plain(entry.indicator.name):
        return None
    return {"column": "name", "found": entry.name, "held": entry.indicator.name, "indicator": entry.code}


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").split()).casefold()


def _not_due(entry: Placed, _: Checking) -> Facts | None:
    if entry.quarter.number in entry.indicator.due:
        return None
    return {"column": "quarter", "name": entry.indicator.name, "quarter": entry.quarter.text}


_UNITS = {
    Unit.PERCENT: ("percent", "percentage", "%", "per cent"),
    Unit.NUMBER: ("number", "count", "no", "no."),
    Unit.RATE_PER_10000: ("rate per 10000", "rate per 10,000", "per 10,000", "per 10000", "rate"),
    Unit.DAYS: ("days", "day"),
    Unit.WEEKS: ("weeks", "week"),
    Unit.POUNDS: ("pounds", "£", "gbp"),
    Unit.RATIO: ("ratio",),
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words}
UNIT_WORDS = {
    Unit.PERCENT: "percentage", Unit.NUMBER: "number", Unit.RATE_PER_10000: "rate per 10,000",
    Unit.DAYS: "number of days", Unit.WEEKS: "number of weeks", Unit.POUNDS: "number of pounds", Unit.RATIO: "ratio",
}  # fmt: skip


def _unit_differs(entry: Placed, _: Checking) -> Facts | None:
    unit = entry.indicator.unit
    if entry.percent_sign and unit is not Unit.PERCENT:
        column, found = entry.column, "%"
    elif entry.unit and _UNIT_OF.get(_plain(entry.unit.replace("_", " "))) is not unit:
        column, found = "unit", entry.unit
    else:
        return None
    return {"column": column, "found": found, "name": entry.indicator.name, "held": UNIT_WORDS[unit]}


# --- the value ----------------------------------------------------------------------------------------------------


def _out_of_range(entry: Placed, _: Checking) -> Facts | None:
    value = entry.value
    if value is None or entry.indicator.unit is not Unit.PERCENT:
        return None
    if value >= 0 and (value <= 100 or entry.indicator.may_pass_100):
        return None
    return {"column": entry.column, "found": with_unit(value, "percent")}


def _below_zero(entry: Placed, _: Checking) -> Facts | None:
    if entry.value is None or entry.value >= 0 or entry.indicator.unit in (Unit.PERCENT, Unit.POUNDS, Unit.RATIO):
        return None
    return {"column": entry.column, "found": f"{entry.value:f}"}


def _one_count_alone(entry: Placed, _: Checking) -> Facts | None:
    alone = (entry.numerator is None) != (entry.denominator is None)
    return {"column": "numerator" if entry.numerator is None else "denominator"} if alone else None


def _slack(checking: Checking) -> Decimal:
    """By how much a count may differ from the true one: half of what counts are rounded to."""
    rounded_to = checking.mapping.counts_rounded_to if checking.mapping else None
    return Decimal(rounded_to) / 2 if rounded_to else Decimal(0)


def _part_above_whole(entry: Placed, checking: Checking) -> Facts | None:
    if entry.numerator is None or entry.denominator is None or entry.denominator == 0:
        return None
    share = entry.indicator.unit is Unit.PERCENT and not entry.indicator.may_pass_100
    if not share or entry.numerator - entry.denominator <= 2 * _slack(checking):
        return None
    return {"column": "numerator", "found": entry.numerator, "denominator": entry.denominator}


def _zero_denominator(entry: Placed, _: Checking) -> Facts | None:
    return {"column": "denominator", "found": 0} if entry.denominator == 0 and entry.value is None else None


def _value_beside_nothing(entry: Placed, _: Checking) -> Facts | None:
    if entry.denominator != 0 or entry.value is None:
        return None
    return {"column": entry.column, "found": with_unit(entry.value, entry.indicator.unit)}


def _value_differs(entry: Placed, checking: Checking) -> Facts | None:
    part, whole, value = entry.numerator, entry.denominator, entry.value
    if value is None or part is None or not whole or entry.worked_out or _part_above_whole(entry, checking):
        return None
    scale = SCALES.get(entry.indicator.unit)
    if scale is None:
        return None
    right = Decimal(part * scale) / whole
    if round_half_up(right, decimals_of(value)) == value or _within_slack(entry, checking):
        return None
    digits = max(decimals_of(value), entry.indicator.decimals)
    unit = entry.indicator.unit
    return {
        "column": entry.column, "found": with_unit(value, unit), "part": f"{part:,}", "whole": f"{whole:,}",
        "right": with_unit(round_half_up(right, digits), unit),
    }  # fmt: skip


def _within_slack(entry: Placed, checking: Checking) -> bool:
    """Whether rounded counts could have given the value."""
    slack = _slack(checking)
    if not slack or entry.value is None or entry.numerator is None or entry.denominator is None:
        return False
    scale = SCALES[entry.indicator.unit]
    part, whole = Decimal(entry.numerator), Decimal(entry.denominator)
    half = Decimal(1).scaleb(-decimals_of(entry.value)) / 2
    lowest = max(part - slack, Decimal(0)) * scale / (whole + slack)
    highest = (part + slack) * scale / (whole - slack) if whole > slack else Decimal(scale)
    return lowest - half <= entry.value <= highest + half


SCALES = {Unit.PERCENT: 100, Unit.RATE_PER_10000: 10_000, Unit.RATIO: 1}
"""What a numerator over a denominator is multiplied by; other units have no such share."""


def share_of(part: int, whole: int, unit: Unit) -> Decimal | None:
    """What two counts give, unrounded to twelve decimals: a percentage, a rate or a ratio; ``None`` for other units.

    Twelve decimals are more than any two counts below a thousand million need to round to the same figure as exactly.
    """
    scale = SCALES.get(unit)
    return None if scale is None else round_half_up(Decimal(part * scale) / whole, 12).normalize() + 0


def _scale_in_doubt(entry: Placed, checking: Checking) -> Facts | None:
    if entry.value is None or entry.indicator.unit is not Unit.PERCENT:
        return None
    held, which = _compared(entry, checking)
    if held is None or not entry.value:
        return None
    if 0 < entry.value <= 1 and held >= 10:
        likely = entry.value * 100
    elif entry.value >= 10 and 0 < held < 1:
        likely = entry.value / 100
    else:
        return None
    unit = entry.indicator.unit
    return {
        "column": entry.column, "found": with_unit(entry.value, unit), "compared": which, "held": with_unit(held, unit),
        "likely": with_unit(likely.normalize() + 0, unit),
    }  # fmt: skip


def _large_change(entry: Placed, checking: Checking) -> Facts | None:
    if entry.value is None:
        return None
    held, which = _compared(entry, checking)
    if held is None:
        return None
    if entry.indicator.unit is Unit.PERCENT:
        large = abs(entry.value - held) > LARGE_POINTS
    else:
        small, big = sorted((entry.value, held))
        large = small >= 5 and big >= 2 * small
    if (
        not large
        or _scale_in_doubt(entry, checking)
        or _out_of_range(entry, checking)
        or _unit_differs(entry, checking)
    ):
        return None
    unit = entry.indicator.unit
    return {
        "column": entry.column, "found": with_unit(entry.value, unit), "held": with_unit(held, unit),
        "compared": which[0].lower() + which[1:],
    }  # fmt: skip


def _compared(entry: Placed, checking: Checking) -> tuple[Decimal | None, str]:
    """The figure that a jump is seen against: the quarter before, or, where that is unfair, the same quarter last year."""
    if entry.compared is None:
        area, code, quarter = entry.key
        if entry.indicator.leads_on_year:
            entry.compared = checking.figure((area, code, quarter.same_last_year)), "The same quarter last year"
        else:
            entry.compared = checking.figure((area, code, quarter - 1)), "Last quarter"
    return entry.compared


def _fewer_decimals(entry: Placed, _: Checking) -> Facts | None:
    usual, value = entry.indicator.decimals, entry.value
    if value is None or entry.worked_out or decimals_of(value) >= usual or value in (0, 100):
        return None
    has = decimals_of(value)
    return {
        "column": entry.column, "found": with_unit(value, entry.indicator.unit), "name": entry.indicator.name,
        "has": f"{has or 'no'} {plural(has, 'decimal', 'decimals')}", "usual": f"{usual} {plural(usual, 'decimal', 'decimals')}",
    }  # fmt: skip


# --- the target ---------------------------------------------------------------------------------------------------


def _target_out_of_range(entry: Placed, checking: Checking) -> Facts | None:
    given = _target_number(entry)
    if given is None or entry.indicator.unit is not Unit.PERCENT:
        return None
    agreed = _agreed(entry, checking)
    scaled = 0 < given < 1 and (agreed is None or agreed.value is None or agreed.value > 1)
    if given >= 0 and (given <= 100 or entry.indicator.may_pass_100) and not scaled:
        return None
    like = f", like {(given * 100).normalize() + 0:f}" if scaled else ""
    return {"column": "target", "found": entry.target, "between": f"between 0 and 100{like}"}


def _target_differs(entry: Placed, checking: Checking) -> Facts | None:
    if not entry.target or _target_out_of_range(entry, checking):
        return None
    agreed = _agreed(entry, checking)
    words = target_words(agreed, entry.indicator)
    given = _target_number(entry)
    if entry.target == words or (agreed is not None and given is not None and given == agreed.value):
        return None
    return {"column": "target", "found": entry.target, "held": words or "none: no target is held"}


def _target_number(entry: Placed) -> Decimal | None:
    text = entry.target.removesuffix("%").removeprefix("£").replace(",", "").strip()
    return number(text) if is_number(text) else None


def _agreed(entry: Placed, checking: Checking) -> Target | None:
    return target_in_force(checking.known.targets.get((entry.area, entry.code), ()), entry.quarter)


# --- against what is held -----------------------------------------------------------------------------------------


def _published_changes(entry: Placed, _: Checking) -> Facts | None:
    if entry.kind is not ChangeKind.REVISED or entry.held is None:
        return None
    return {
        "column": entry.column, "period": entry.quarter.label, "name": entry.indicator.name,
        "held": figure_words(entry.held, entry.indicator), "found": entry_words(entry),
    }  # fmt: skip


def figure_words(held: Observation, indicator: Indicator) -> str:
    """A figure with its unit, or its mark; provisional is said, and so are counts."""
    said = (
        held.absence.mark
        if held.absence
        else with_unit(shown(held.value or Decimal(0), indicator.decimals), indicator.unit)
    )
    counts = f" ({held.numerator} of {held.denominator})" if held.denominator else ""
    return f"{said}{counts}{' [p]' if held.provisional else ''}"


def entry_words(entry: Placed) -> str:
    """An entry's figure, as ``figure_words`` says a held one."""
    unheld = Observation(
        entry.code,
        entry.area,
        entry.quarter,
        entry.value,
        entry.absence,
        entry.provisional,
        entry.numerator,
        entry.denominator,
    )
    return figure_words(unheld, entry.indicator)


def _comment_changes(entry: Placed, _: Checking) -> Facts | None:
    """A comment that another would replace; one beside a figure that comes with it for the first time replaces none."""
    if entry.held is None or not entry.comment_changes or not entry.comment_then:
        return None
    return None if entry.changed and not entry.held.comment else _comment_facts(entry, entry.held)


def _comment_removed(entry: Placed, _: Checking) -> Facts | None:
    if entry.held is None or not entry.comment_changes or entry.comment_then:
        return None
    return _comment_facts(entry, entry.held)


def _comment_facts(entry: Placed, held: Observation) -> Facts:
    return {
        "column": "comment", "found": entry.comment, "name": entry.indicator.name, "period": entry.quarter.label,
        "held": quoted(held.comment), "given": quoted(entry.comment_then),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """A check of one entry. ``reads``: the text it looks at; a file without that text is not asked."""

    code: str
    find: EntryCheck
    reads: str = ""


ON_EVERY_ENTRY = (
    Check("indicator-ended", _ended),
    Check("indicator-not-begun", _not_begun),
    Check("unit-differs", _unit_differs),
    Check("percentage-out-of-range", _out_of_range),
    Check("figure-below-zero", _below_zero),
    Check("one-count-alone", _one_count_alone),
    Check("denominator-zero", _zero_denominator),
    Check("value-beside-nothing", _value_beside_nothing),
    Check("numerator-more-than-denominator", _part_above_whole),
    Check("value-differs-from-counts", _value_differs),
    Check("target-out-of-range", _target_out_of_range, "target"),
    Check("identifies-a-child", identifies, "comment"),
    Check("comment-changes", _comment_changes, "held"),
    Check("comment-removed", _comment_removed, "held"),
    Check("name-differs", _name_differs, "name"),
    Check("target-differs", _target_differs, "target"),
)


def _parts_do_not_sum(entry: Placed, _: Checking) -> Facts | None:
    """Parts and their total within the comment."""
    if not entry.comment:
        return None
    from ..narrative import sums

    wrong = next((one for one in sums(entry.comment) if not one.agrees), None)
    return None if wrong is None else {"column": "comment", "found": wrong.worked_out, "total": wrong.stated}


def _narrative_disagrees(entry: Placed, checking: Checking) -> Facts | None:
    """A figure, change, target or direction that the comment tells otherwise than the file and what is held."""
    if not entry.comment or entry.indicator is None:
        return None
    from ..narrative import Checker, Lexicon, Places, Recorded, may_be_contradicted

    if not may_be_contradicted(entry.comment):
        return None
    place = entry.area, entry.code
    # The file may give earlier quarters too; a comment speaks of the last few.
    near = (checking.by_key.get((*place, entry.quarter - back)) for back in range(8, -1, -1))
    series = {
        **checking.known.series.get(place, {}),
        **{one.quarter: observation_of(one) for one in near if one is not None},
    }
    ordered = tuple(series[quarter] for quarter in sorted(series))
    held = Held(entry.indicator, ordered, checking.known.targets.get(place, ()))
    if entry.code not in checking.lexicons:
        checking.lexicons[entry.code] = Lexicon((entry.indicator,))
    if entry.area not in checking.places:
        known = checking.known
        checking.places[entry.area] = Places.of(known.council, known.areas, known.home, entry.area)
    recorded = Recorded(entry.quarter, {entry.code: held}, checking.places[entry.area])
    checker = Checker(recorded, checking.lexicons[entry.code])
    wrong = checker.contradicted(entry.comment, entry.code)
    return None if wrong is None else {"column": "comment", "found": wrong.stated, "right": wrong.message}


ON_CHANGED_FIGURES = (
    Check("published-figure-changes", _published_changes, "held"),
    Check("scale-in-doubt", _scale_in_doubt),
    Check("large-change", _large_change),
    Check("fewer-decimals", _fewer_decimals),
    Check("not-due", _not_due),
    Check("small-count", small_count),
    Check("percentage-gives-count-back", gives_count_back),
)
ON_CHANGED_COMMENTS = (
    Check("may-identify-a-child", may_identify, "comment"),
    Check("parts-do-not-sum", _parts_do_not_sum, "comment"),
    Check("narrative-disagrees", _narrative_disagrees, "comment"),
    Check("formatting-as-plain-text", formatting, "comment"),
)


"""Asked of the comment on a new or changed figure, and of one that changes while its figure stands."""


# --- over the whole file ------------------------------------------------------------------------------------------


def _not_ended(checking: Checking) -> Iterator[Finding]:
    for quarter in sorted({entry.quarter for entry in checking.entries if entry.quarter.end >= checking.known.today}):
        row = next(entry.row for entry in checking.entries if entry.quarter == quarter)
        ends = day_in_words(quarter.end)
        yield finding("quarter-not-ended", row, "quarter", quarter.text, period=quarter.label, ends=ends)


def _not_chosen(checking: Checking) -> Iterator[Finding]:
    latest = checking.latest
    if checking.chosen is None or latest is None:
        return
    # A mapped file may hold several quarters; the chosen one must be among them.
    held = {entry.quarter for entry in checking.entries} if checking.mapping else {latest}
    if checking.chosen not in held:
        yield finding("not-the-chosen-quarter", None, "quarter", latest.text, chosen=checking.chosen.text)


def _earlier_quarters(checking: Checking) -> Iterator[Finding]:
    """Rows for an earlier quarter than the file's; none where a provisional figure is now final."""
    latest = checking.latest
    by_quarter: dict[Quarter, list[Placed]] = {}
    for entry in checking.entries:
        settled = entry.kind is ChangeKind.CONFIRMED or (
            entry.held is not None and entry.held.provisional and not entry.provisional
        )
        nothing_new = settled or entry.kind is ChangeKind.SAME
        if latest is not None and entry.quarter < latest and not nothing_new:
            by_quarter.setdefault(entry.quarter, []).append(entry)
    for quarter, entries in sorted(by_quarter.items()):
        changes = any(entry.kind is ChangeKind.REVISED for entry in entries)
        rows = [str(entry.row) for entry in entries]
        yield finding(
            "earlier-quarter", entries[0].row, "quarter", quarter.text, latest=latest.label if latest else "",
            rows=f"{'one row' if len(rows) == 1 else f'{len(rows)} rows'}", period=quarter.label,
            where=f"{plural(len(rows), 'row', 'rows')} {', '.join(rows[:8])}{' and more' if len(rows) > 8 else ''}",
            what="which would change a published figure" if changes else "an earlier quarter",
        )  # fmt: skip


def missing(checking: Checking) -> list[tuple[str, str]]:
    """(area, indicator) of those due in the file's quarter that the file does not name and that have no figure held."""
    latest = checking.latest
    if latest is None:
        return []
    found = []
    # Named is what stands in the file's quarter, and what is named in a row that could not be placed.
    placed = {entry.code.casefold() for entry in checking.entries}
    unplaced = {code for code in checking.named if code.casefold() not in placed}
    named = unplaced | {entry.code for entry in checking.entries if entry.quarter == latest}
    for code, indicator in checking.known.indicators.items():
        for area in checking.areas:
            due = (
                latest.number in indicator.due
                and indicator.in_force(latest)
                and (area, code) in checking.known.assigned
            )
            key = (area, code, latest)
            if due and code not in named and key not in checking.known.reported:
                found.append((area, code))
    return found


def _indicators_missing(checking: Checking) -> Iterator[Finding]:
    lacking = missing(checking)
    if lacking:
        names = [checking.known.indicators[code].name for _, code in lacking]
        said = "; ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
        one = len(names) == 1
        yield finding("indicators-missing", None, "indicator", None, count=len(names),
                      indicators="indicator is" if one else "indicators are", names=said, them="it" if one else "them")  # fmt: skip


def _previous_missing(checking: Checking) -> Iterator[Finding]:
    latest = checking.latest
    if latest is None:
        return
    before = latest - 1
    if any(entry.quarter == before for entry in checking.entries):
        return
    if all(before not in checking.known.quarters.get(area, frozenset()) for area in checking.areas):
        yield finding("previous-quarter-missing", None, "quarter", before.text)


def _still_provisional(checking: Checking) -> Iterator[Finding]:
    latest = checking.latest
    names: dict[Quarter, list[str]] = {}
    for key in checking.known.provisional:
        _, code, quarter = key
        settled = key in checking.by_key and not checking.by_key[key].provisional
        if latest is not None and latest.since(quarter) > 2 and not settled and code in checking.known.indicators:
            names.setdefault(quarter, []).append(checking.known.indicators[code].name)
    for quarter, of in sorted(names.items()):
        yield finding("still-provisional", None, "status", quarter.text, quarter=quarter.text, names="; ".join(of[:5]))


def _without_counts(checking: Checking) -> Iterator[Finding]:
    count = sum(
        entry.indicator is not None
        and entry.indicator.unit is Unit.PERCENT
        and entry.value is not None
        and entry.denominator is None
        for entry in checking.entries
    )
    if count:
        have = "percentage has" if count == 1 else "percentages have"
        they = "it is" if count == 1 else "they are"
        yield finding("no-counts", None, "numerator", count, count=count, percentages=have, they=they)


def _unexplained(checking: Checking) -> Iterator[Finding]:
    """Figures of the file's quarter that require an exception report and have none."""
    for entry in checking.entries:
        if entry.quarter != checking.latest or entry.indicator is None or entry.key in checking.known.explained:
            continue
        rated = judge(
            observation_of(entry),
            checking.known.targets.get((entry.area, entry.code), ()),
            entry.indicator,
            entry.quarter,
        )
        if rated.exception_required:
            what = "misses its target" if rated.missed else "is past its intervention level"
            yield finding("no-exception-narrative", entry.row, entry.column, None, name=entry.indicator.name, what=what,
                          quarter=entry.quarter.text)  # fmt: skip


FileCheck = Callable[[Checking], Iterator[Finding]]
ON_THE_FILE: tuple[tuple[str, FileCheck], ...] = (
    ("quarter-not-ended", _not_ended),
    ("not-the-chosen-quarter", _not_chosen),
    ("no-counts", _without_counts),
)
ON_A_QUARTERS_FILE: tuple[tuple[str, FileCheck], ...] = (
    ("earlier-quarter", _earlier_quarters),
    ("indicators-missing", _indicators_missing),
    ("previous-quarter-missing", _previous_missing),
    ("still-provisional", _still_provisional),
    ("no-exception-narrative", _unexplained),
)
"""These speak of the one quarter a template holds; a mapping that reads several quarters settles them."""

NOT_BUILT = {
    "total-reveals-hidden-figure": "Totals and their parts are not held as such, so hidden figures cannot be worked back.",
}
"""Checks that need what is not held, and why: they are listed as not run."""
