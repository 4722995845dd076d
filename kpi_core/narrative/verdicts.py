"""What becomes of a claim: judged against what is held, with how it was worked out in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from ..figures import amount_in_words, decimals_of, round_half_up, shown, with_unit
from ..judging import Held, Row, row_of, target_in_force, tolerance_limit
from ..model import Basis, Indicator, Observation, Polarity, Target, Unit
from ..periods import Quarter
from .atoms import Amount
from .claims import Claim
from .clauses import StatedFigure
from .places import NOWHERE, Places


class Verdict(StrEnum):
    """What the data make of a claim."""

    AGREES = "agrees"
    CONTRADICTS = "contradicts"
    AMBIGUOUS = "ambiguous"
    UNCHECKED = "cannot be checked"
    DISCLOSIVE = "disclosive"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What texts are checked against: what is held of each indicator (every quarter), for one area, and the report's quarter."""

    quarter: Quarter
    held: Mapping[str, Held]
    places: Places = NOWHERE
    """The names of the council and the area that it is held of, and of others."""

    def observation(self, code: str, quarter: Quarter) -> Observation | None:
        """What is held of an indicator for a quarter."""
        return next((o for o in self.held[code].series if o.quarter == quarter), None)

    def value(self, code: str, quarter: Quarter | None) -> Decimal | None:
        """The figure as a reader sees it; ``None`` where there is none."""
        one = None if quarter is None else self.observation(code, quarter)
        return None if one is None or one.value is None else shown(one.value, self.held[code].indicator.decimals)

    def row(self, code: str) -> Row:
        """The indicator's row on the scorecard of the report's quarter."""
        held = self.held[code]
        return row_of(replace(held, series=tuple(o for o in held.series if o.quarter <= self.quarter)), self.quarter)

    def target(self, code: str) -> Target | None:
        """The target in force in the report's quarter."""
        return target_in_force(self.held[code].targets, self.quarter)


# --- judging a claim ----------------------------------------------------------------------------------------------


class Judgement(NamedTuple):
    """One verdict on a claim, with the words it is told in."""

    kind: str
    verdict: Verdict
    stated: str
    held: str
    message: str


def judge(claim: Claim, known: Recorded, text: str) -> list[Judgement]:
    """What becomes of a claim made in ``text``: nothing, one thing or several (a direction and its size)."""
    words = text[claim.start : claim.end]
    if claim.kind == "quarter":
        told = f"{claim.why} What is said of it cannot be checked."
        return [Judgement("quarter", Verdict.UNCHECKED, words, "", told)]
    if claim.kind == "echo":
        return []
    by_kind = {"value": _value, "target": _target, "relation": _relation, "change": _change, "gap": _gap}[claim.kind]
    return by_kind(claim, known, words)


def _value(claim: Claim, known: Recorded, _: str) -> list[Judgement]:
    told, indicator = claim.figure, known.held[claim.code].indicator
    assert told is not None
    said = _said(told.amount, indicator)
    if told.unreadable:
        return []
    if told.month and (told.quarter is None or indicator.basis not in (Basis.MONTH_END, Basis.QUARTER_END)):
        return [_unchecked("value", said, f"{said} is said of a month: monthly figures are not held.")]
    if told.quarter is None:
        return []
    held = known.value(claim.code, told.quarter)
    if held is None:
        told_why = f"no figure is held of “{indicator.name}” for {told.quarter}"
        return [_unchecked("value", said, f"{said} cannot be checked: {told_why}.")]
    if _agree(told.amount, held):
        message = f"{told.quarter} is {with_unit(held, indicator.unit)}."
        return [Judgement("value", Verdict.AGREES, said, with_unit(held, indicator.unit), message)]
    if claim.word == "earlier" and not told.said_quarter:
        for one in known.held[claim.code].series:
            value = known.value(claim.code, one.quarter)
            if one.quarter < known.quarter and value is not None and _agree(told.amount, value):
                shown_as = with_unit(value, indicator.unit)
                return [Judgement("value", Verdict.AGREES, said, shown_as, f"{one.quarter} is {shown_as}.")]
    message = f"The text says {said}; {told.quarter} of “{indicator.name}” is {with_unit(held, indicator.unit)}."
    others = [
        c
        for c in known.held[claim.code].conflicts
        if c.quarter == told.quarter and c.subject == "outturn" and c.value is not None
    ]
    if any(c.value is not None and _agree(told.amount, c.value) for c in others):
        message += f" {said} is the other of the two figures that its papers give."
    return [Judgement("value", Verdict.CONTRADICTS, said, with_unit(held, indicator.unit), message)]


def _agree(amount: Amount, held: Decimal) -> bool:
    """Whether a figure as written is the one held: to the decimals written; near enough where it is called about so much."""
    if amount.approximate:
        room = Decimal(2) if amount.unit == "percent" else abs(held) / 10
        return abs(amount.value - held) <= room
    return (
        round_half_up(held, decimals_of(amount.value)) == amount.value
        or round_half_up(amount.value, decimals_of(held)) == held
    )


def _target(claim: Claim, known: Recorded, _: str) -> list[Judgement]:
    told, indicator, target = claim.figure, known.held[claim.code].indicator, known.target(claim.code)
    assert told is not None
    said, what = _said(told.amount, indicator), _WHAT[claim.what]
    held = _held_of(claim.what, target, indicator)
    if not held:
        name = f"no {what} is held of “{indicator.name}” for {known.quarter}"
        return [_unchecked("target", said, f"{said} cannot be checked: {name}.")]
    shown_as = with_unit(held[0], indicator.unit)
    if any(_agree(told.amount, one) for one in held):
        return [Judgement("target", Verdict.AGREES, said, shown_as, f"The {what} held is {shown_as}.")]
    message = f"The text gives {said} as the {what} of “{indicator.name}”; the {what} held is {shown_as}."
    others = [c.value for c in known.held[claim.code].conflicts if c.subject == "target" and c.value is not None]
    if any(_agree(told.amount, one) for one in others):
        message += f" {said} is the other of the two targets that its papers give."
    return [Judgement("target", Verdict.CONTRADICTS, said, shown_as, message)]


_WHAT = {"target": "target", "tolerance": "tolerance", "level": "intervention level"}


def _held_of(what: str, target: Target | None, indicator: Indicator) -> list[Decimal]:
    """The level that is meant, and for a tolerance its width too; empty where it is not held."""
    if target is None:
        return []
    if what == "level":
        return [] if target.intervention_level is None else [target.intervention_level]
    if what == "tolerance":
        limit = tolerance_limit(target, indicator)
        return [] if limit is None or target.tolerance is None else [limit, target.tolerance]
    return [] if target.value is None else [target.value]


def _relation(claim: Claim, known: Recorded, words: str) -> list[Judgement]:
    indicator, target = known.held[claim.code].indicator, known.target(claim.code)
    value, said_of = _now(claim, known)
    if claim.against is not None:
        return _beside_earlier(claim, value, indicator, words)
    what = _WHAT[claim.what]
    limits = _held_of(claim.what, target, indicator)
    if not limits:
        return [
            _unchecked(
                "relation",
                words,
                f"“{words}” cannot be checked: no {what} is held of “{indicator.name}” for {known.quarter}.",
            )
        ]
    if value is None:
        return [
            _unchecked(
                "relation",
                words,
                f"“{words}” cannot be checked: no figure is held of “{indicator.name}” for {known.quarter}.",
            )
        ]
    limit = limits[0]
    true = _stands(claim.word, value, limit, indicator)
    if true is None:
        return []
    held = f"{with_unit(value, indicator.unit)}; {what} {with_unit(limit, indicator.unit)}"
    level = f"{what} limit" if claim.what == "tolerance" else what
    is_so = "meets" if value == limit else "is above" if value > limit else "is below"
    message = f"{said_of} {with_unit(value, indicator.unit)} {is_so} the {level} of {with_unit(limit, indicator.unit)}."
    return [Judgement("relation", Verdict.AGREES if true else Verdict.CONTRADICTS, words, held, message)]


def _beside_earlier(claim: Claim, value: Decimal | None, indicator: Indicator, words: str) -> list[Judgement]:
    """“Better than the 47.5% in Q2 2021-22”: beside a figure that the text gives."""
    earlier = None if claim.against is None else _exact(claim.against)
    if value is None or earlier is None:
        return []
    true = _moved({"above": "up", "below": "down"}.get(claim.word, claim.word), earlier, value, indicator)
    if true is None:
        return []
    is_so = "the same as" if value == earlier else "above" if value > earlier else "below"
    message = f"{with_unit(value, indicator.unit)} ({claim.later}) is {is_so} {with_unit(earlier, indicator.unit)}."
    held = with_unit(value, indicator.unit)
    return [Judgement("relation", Verdict.AGREES if true else Verdict.CONTRADICTS, words, held, message)]


def _stands(word: str, value: Decimal, limit: Decimal, indicator: Indicator) -> bool | None:
    """Whether a value stands in the relation ``word`` to a limit; ``None`` where good and bad have no side."""
    if word == "above":
        return value > limit
    if word == "below":
        return value < limit
    if indicator.polarity not in (Polarity.HIGH, Polarity.LOW):
        return None
    high = indicator.polarity is Polarity.HIGH
    met = value >= limit if high else value <= limit
    if word in ("meets", "within"):
        return met
    if word in ("misses", "outside"):
        return not met
    return met and value != limit if word == "better" else not met


def _now(claim: Claim, known: Recorded) -> tuple[Decimal | None, str]:
    """The figure a claim is about: as the text gives it, else as held; and the quarter it is of."""
    quarter = claim.later or known.quarter
    if claim.figure is not None:
        return claim.figure.amount.value, str(claim.figure.quarter or quarter) + " as the text gives it:"
    return known.value(claim.code, quarter), f"{quarter}:"


def _gap(claim: Claim, known: Recorded, words: str) -> list[Judgement]:
    indicator, target = known.held[claim.code].indicator, known.target(claim.code)
    limits = _held_of(claim.what, target, indicator)
    value = known.value(claim.code, known.quarter)
    assert claim.by is not None
    if not limits or value is None:
        missing = f"no {_WHAT[claim.what]}" if not limits else "no figure"
        return [
            _unchecked(
                "change",
                words,
                f"“{words}” cannot be checked: {missing} is held of “{indicator.name}” for {known.quarter}.",
            )
        ]
    found = [_amount(claim.by.amount, value, limits[0], indicator, f"the {_WHAT[claim.what]}")]
    if claim.word in ("above", "below", "better", "worse"):
        true = _stands(claim.word, value, limits[0], indicator)
        if true is False:
            held = f"{with_unit(value, indicator.unit)}; {_WHAT[claim.what]} {with_unit(limits[0], indicator.unit)}"
            message = f"{with_unit(value, indicator.unit)} is not {claim.word} the {_WHAT[claim.what]} of {with_unit(limits[0], indicator.unit)}."
            return [Judgement("relation", Verdict.CONTRADICTS, words, held, message)]
    return [one for one in found if one is not None]


def _change(claim: Claim, known: Recorded, words: str) -> list[Judgement]:
    indicator = known.held[claim.code].indicator
    later = _exact(claim.figure)
    later = known.value(claim.code, claim.later) if later is None else later
    earlier = _exact(claim.earlier)
    basis = claim.basis
    if earlier is None:
        earlier = known.value(claim.code, basis)
    if later is None or earlier is None:
        return _half_known(claim, indicator, later, earlier, basis, words)
    found = []
    true = _moved(claim.word, earlier, later, indicator)
    if true is False and not claim.basis_said and claim.earlier is None and claim.by is None:
        year = known.value(claim.code, (claim.later or known.quarter).same_last_year)
        if year is not None and _moved(claim.word, year, later, indicator):
            return []
    ends = (_end(earlier, claim.earlier, basis, claim, known), _end(later, claim.figure, claim.later, claim, known))
    since = f"{ends[0]} to {ends[1]}"
    if true is not None:
        way = "no change" if later == earlier else _went(earlier, later, indicator)
        message = f"{since} is {way}."
        if not true:
            message = f"The text says “{words}”; {since} is {way}."
        found.append(Judgement("direction", Verdict.AGREES if true else Verdict.CONTRADICTS, words, since, message))
    if claim.by is not None:
        amount = _amount(claim.by.amount, later, earlier, indicator, since)
        found += [] if amount is None else [amount]
    return found


def _exact(told: StatedFigure | None) -> Decimal | None:
    return None if told is None or told.amount.approximate else told.amount.value


def _end(value: Decimal, told: StatedFigure | None, quarter: Quarter | None, claim: Claim, known: Recorded) -> str:
    """One end of a change with its quarter; where only the text gives it so, that is said."""
    unit = known.held[claim.code].indicator.unit
    held = known.value(claim.code, quarter)
    if _exact(told) is None or (held is not None and told is not None and _agree(told.amount, held)):
        return f"{with_unit(value, unit)} ({quarter})"
    return f"{with_unit(value, unit)} (as the text says)"


def _went(earlier: Decimal, later: Decimal, indicator: Indicator) -> str:
    way = "an increase" if later > earlier else "a decrease"
    if indicator.polarity in (Polarity.HIGH, Polarity.LOW):
        good = (later > earlier) == (indicator.polarity is Polarity.HIGH)
        way += f", which is {'better' if good else 'worse'} for this indicator"
    return way


def _moved(word: str, earlier: Decimal, later: Decimal, indicator: Indicator) -> bool | None:
    """Whether a word of direction is true; ``None`` where good and bad have no side."""
    if word == "same":
        return later == earlier
    if word in ("up", "down"):
        return later > earlier if word == "up" else later < earlier
    if indicator.polarity not in (Polarity.HIGH, Polarity.LOW):
        return None
    better = later > earlier if indicator.polarity is Polarity.HIGH else later < earlier
    return better if word == "better" else not better and later != earlier


def _half_known(
    claim: Claim,
    indicator: Indicator,
    later: Decimal | None,
    earlier: Decimal | None,
    basis: Quarter | None,
    words: str,
) -> list[Judgement]:
    """A change of which one end is not held: ambiguous where both readings are open, otherwise it cannot be checked."""
    amount = None if claim.by is None else claim.by.amount
    quarter = basis if later is not None else claim.later
    if quarter is None:
        return []
    if amount is not None and amount.unit == "percent" and indicator.unit is Unit.PERCENT and claim.basis_said:
        rises = claim.word == "up" or (claim.word != "down" and _rises(claim.word, indicator))
        step = amount.value if rises else -amount.value
        if later is not None:
            points = later - step
            share = None if step == -100 else round_half_up(later / (1 + step / 100), indicator.decimals)
        elif earlier is not None:
            points, share = earlier + step, round_half_up(earlier * (1 + step / 100), indicator.decimals)
        else:
            return []
        both = f"{points:f}% in {quarter} if percentage points are meant" + (
            f", {share:f}% if per cent" if share is not None else ""
        )
        message = f"“{words}” does not say whether per cent or percentage points is meant: {both}. No figure is held for {quarter}."
        return [Judgement("change", Verdict.AMBIGUOUS, words, "", message)]
    return [
        _unchecked(
            "direction", words, f"“{words}” cannot be checked: no figure is held of “{indicator.name}” for {quarter}."
        )
    ]


def _rises(word: str, indicator: Indicator) -> bool:
    return (word == "better") == (indicator.polarity is Polarity.HIGH)


def _amount(by: Amount, later: Decimal, earlier: Decimal, indicator: Indicator, since: str) -> Judgement | None:
    """The size of a change (or of the distance from a target): per cent told from percentage points."""
    difference = abs(later - earlier)
    relative = None if earlier == 0 else difference / abs(earlier) * 100
    places = decimals_of(by.value)
    said = (
        f"{by.value:,f}%"
        if by.unit == "percent"
        else f"{by.value:,f} points"
        if by.unit == "points"
        else with_unit(by.value, by.unit)
    )
    in_words = amount_in_words(difference, indicator.unit)
    share = "" if relative is None else f"{round_half_up(relative, max(places, 1)):f}%"
    percent = indicator.unit is Unit.PERCENT
    held = f"{in_words}{f', {share}' if share else ''}"
    since = since if "to" in since else f"the distance from {since}"
    if by.unit == "points" and not percent:
        return None
    if by.unit in ("points", "number", "days", "weeks", "pounds"):
        if by.unit not in ("points", "number", indicator.unit.value):
            return None
        fine = _agree(by, difference)
        message = f"{since} is {in_words}." if fine else f"The text says {said}; {since} is {in_words}."
        return Judgement("change", Verdict.AGREES if fine else Verdict.CONTRADICTS, said, held, message)
    as_share = relative is not None and _agree(by, relative)
    as_points = percent and _agree(by, difference)
    if as_share:
        return Judgement("change", Verdict.AGREES, said, held, f"{since} is {share}.")
    if as_points:
        message = f"The text says {said}; {since} is {in_words}, that is percentage points. As a percentage it is {share or 'not defined'}."
        return Judgement("change", Verdict.CONTRADICTS, said, held, message)
    message = f"The text says {said}; {since} is {in_words if percent else f'{difference:,f}'}, which is {share or 'no percentage of 0'}."
    mean = (later + earlier) / 2
    if mean and _agree(by, difference / abs(mean) * 100):
        message += f" ({said} is that over the average of the two.)"
    return Judgement("change", Verdict.CONTRADICTS, said, held, message)


def _way(claim: Claim, known: Recorded) -> str:
    """Whether a claim says up or down; empty: neither."""
    if claim.word in ("up", "down"):
        return claim.word
    indicator = known.held[claim.code].indicator
    if claim.word in ("better", "worse") and indicator.polarity in (Polarity.HIGH, Polarity.LOW):
        return "up" if (claim.word == "better") == (indicator.polarity is Polarity.HIGH) else "down"
    return ""


def both_ways(found: Sequence[tuple[Claim, list[Judgement]]], known: Recorded) -> None:
    """Where one passage says that a figure went up and that it went down, without saying since when, one of them is wrong.

    So is “this increase” after a decrease. What is found is put with the claim's own verdicts.
    """
    moves = [(claim, results, _way(claim, known)) for claim, results in found if claim.kind == "change"]
    for n, (claim, results, way) in enumerate(moves):
        for other, others, its_way in moves[:n]:
            if claim.code != other.code or not way or not its_way or way == its_way or claim.later != other.later:
                continue
            vague = [(c, r) for c, r in ((claim, results), (other, others)) if not c.basis_said and c.earlier is None]
            if vague and not any(one.verdict in (Verdict.AGREES, Verdict.CONTRADICTS) for one in vague[0][1]):
                vague[0][1][:] = [_both(vague[0][0], other if vague[0][0] is claim else claim, known)]
    for claim, results in found:
        before = [way for other, _, way in moves if other.code == claim.code and way and other.start < claim.start]
        if claim.kind == "echo" and before and _way(claim, known) not in ("", *before):
            results.append(_echoed(claim, before[-1], known))


def _both(vague: Claim, other: Claim, known: Recorded) -> Judgement:
    said, otherwise = _WAYS[_way(vague, known)], _WAYS[_way(other, known)]
    name = known.held[vague.code].indicator.name
    message = f"The same passage says {otherwise} and {said} of “{name}”, and not since when the one or the other."
    if other.basis_said and other.basis is not None:
        message = (
            f"The same passage says {otherwise} of “{name}” since {other.basis} and {said} without saying since when."
        )
    return Judgement("direction", Verdict.CONTRADICTS, said, otherwise, message)


def _echoed(claim: Claim, before: str, known: Recorded) -> Judgement:
    name = known.held[claim.code].indicator.name
    said, otherwise = _WAYS[_way(claim, known)], _WAYS[before]
    message = f"The same passage says {otherwise} of “{name}” and then goes on about {said}."
    return Judgement("direction", Verdict.CONTRADICTS, said, otherwise, message)


_WAYS = {"up": "an increase", "down": "a decrease"}


def _said(amount: Amount, indicator: Indicator) -> str:
    return with_unit(amount.value, "percent" if amount.unit == "percent" else indicator.unit)


def _unchecked(kind: str, stated: str, message: str) -> Judgement:
    return Judgement(kind, Verdict.UNCHECKED, stated, "", message)
