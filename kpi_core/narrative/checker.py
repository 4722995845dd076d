"""Narrative against data: what a text claims, checked against what is held. Rules over text; no model, no network.

``Checker.text`` reads one text about one indicator, ``Checker.document`` a whole paper. What a sentence claims is read by ``claims``, and
judged by ``verdicts``; a claim that cannot be placed is left alone: a false alarm costs more than a miss. What a paper lists
(exception reports, recommendations) is held beside what is required.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from ..errors import KpiError
from ..figures import with_unit
from ..judging import Row
from ..model import ReportState, Unit
from ..periods import Quarter
from ..periods import quarter as read_quarter
from .atoms import Amount, Atom, AtomKind, may_claim
from .bounds import Pace, cut_short, in_pieces
from .claims import Claim, claims
from .clauses import Context, StatedFigure
from .disclosure import disclosive
from .mentions import Lexicon
from .prose import Passage, passages, sentences
from .sums import sums
from .verdicts import Judgement, Recorded, Verdict, both_ways, judge


@dataclass(frozen=True, slots=True)
class NarrativeFinding:
    """One claim and what became of it. ``line`` is the line in the file, ``start`` and ``end`` the place within ``text``.

    ``text`` is the sentence, ``indicator`` a code (empty: none in particular), ``kind`` what is claimed: ``value``, ``change``,
    ``direction``, ``target``, ``relation``, ``sum``, ``quarter``, ``reports``, ``recommendations``, ``disclosive``. ``stated`` is what the
    text says, ``held`` what the data say (empty where nothing is held), ``message`` both and how it was worked out, in a sentence.
    """

    line: int
    text: str
    start: int
    end: int
    indicator: str
    kind: str
    verdict: Verdict
    stated: str
    held: str
    message: str

    @property
    def to_mend(self) -> bool:
        """Whether the text should not go out as it is."""
        return self.verdict in (Verdict.CONTRADICTS, Verdict.AMBIGUOUS, Verdict.DISCLOSIVE)


def counts(findings: Iterable[NarrativeFinding]) -> dict[str, int]:
    """How many findings there are of each verdict."""
    found = Counter(one.verdict for one in findings)
    return {verdict.value: found[verdict] for verdict in Verdict}


@dataclass(frozen=True, slots=True)
class CheckedPaper:
    """A paper beside the figures."""

    file: str
    quarter: Quarter
    findings: tuple[NarrativeFinding, ...]
    ended_at: int = 0
    """The line from which on nothing was checked, as it would have taken too long; 0: all of it was."""

    @property
    def cut_short(self) -> str:
        """What must be said of that; empty: nothing."""
        return cut_short(self.ended_at)

    @property
    def counts(self) -> dict[str, int]:
        """How many findings there are of each verdict."""
        return counts(self.findings)

    @property
    def contradicted(self) -> bool:
        """Whether the data contradict anything that it says."""
        return self.counts["contradicts"] > 0


def may_be_contradicted(text: str) -> bool:
    """Whether a text could say anything that figures contradict, whatever they are: a figure, a move, a target."""
    lines = passages(enumerate(text.splitlines(), 1), wrapped=False)
    return any(may_claim(sentence) for line in lines for _, sentence in sentences(line.text))


class Checker:
    """The checks of texts against one ``Recorded``; the names of its indicators are made ready once.

    ``lexicon``: those names, where they are ready already.
    """

    def __init__(self, known: Recorded, lexicon: Lexicon | None = None) -> None:
        self.known = known
        self.lexicon = lexicon or Lexicon(one.indicator for one in known.held.values())

    def text(self, text: str, about: str | None = None) -> list[NarrativeFinding]:
        """The findings of a text, each line of it a passage. ``about``: the indicator it is on; ``None``: it must be named."""
        found = list(passages(enumerate(text.splitlines(), 1), wrapped=False))
        return _in_order([*self._sums(found, about or ""), *(f for one in found for f in self.passage(one, about))])

    def contradicted(self, text: str, about: str) -> NarrativeFinding | None:
        """The first claim of a text on one indicator that the data contradict. Totals and small counts are not looked at."""
        lines = passages(enumerate(text.splitlines(), 1), wrapped=False)
        found = _in_order(one for line in lines for one in self._claimed(line, about)[0])
        return next((one for one in found if one.verdict is Verdict.CONTRADICTS), None)

    def passage(self, passage: Passage, about: str | None = None, pace: Pace | None = None) -> list[NarrativeFinding]:
        """The findings of one passage, but for totals, which reach over several; of a part of it where ``pace`` ends in it."""
        found, last = self._claimed(passage, about, pace)
        return [*found, *self._disclosive(passage, last)]

    def _claimed(
        self, passage: Passage, about: str | None, pace: Pace | None = None
    ) -> tuple[list[NarrativeFinding], str]:
        """What became of each claim of a passage, and the indicator that it last speaks of; empty: none."""
        text = passage.text
        whole = about or self._only_one(text)
        named: tuple[str, ...] = ()
        found: list[tuple[Claim, int, str, list[Judgement]]] = []
        unplaced = False
        for offset, sentence in sentences(text):
            if pace is not None and not pace.goes_on(passage.line(offset)):
                break
            default = about if about is not None else (None if named else whole)
            context = Context(self.lexicon, self.known.quarter, default, named, self.known.places)
            claimed, new, figures = claims(sentence, offset, context)
            goes_back = _GOES_BACK.match(sentence) is not None and not new
            if goes_back and unplaced:
                claimed = []  # it goes on about what the sentence before said of something else
            else:
                unplaced = figures and not claimed
            named = (*(code for code in named if code not in new), *dict.fromkeys(new))
            found += ((claim, offset, sentence, judge(claim, self.known, text)) for claim in claimed)
        both_ways([(claim, results) for claim, _, _, results in found], self.known)
        told = [
            NarrativeFinding(
                passage.line(claim.start), sentence, claim.start - offset, claim.end - offset, claim.code, *one
            )
            for claim, offset, sentence, results in found
            for one in results
        ]
        return told, about or (named[-1] if named else whole or "")

    def _only_one(self, text: str) -> str | None:
        """The indicator that a passage speaks of, where its name comes after the figures or in other words."""
        codes = {code for mention in self.lexicon.mentions(text) for code in mention.codes if len(mention.codes) == 1}
        if len(codes) == 1:
            return next(iter(codes))
        return None if codes else self.lexicon.speaks_of(text)

    def _disclosive(self, passage: Passage, code: str) -> Iterator[NarrativeFinding]:
        cut = list(sentences(passage.text))
        for one in disclosive(passage.text):
            at, sentence = cut[max(0, bisect_right(cut, (one.start, chr(0x10FFFF))) - 1)]
            said = passage.text[one.start : one.end]
            yield NarrativeFinding(
                passage.line(one.start),
                sentence,
                one.start - at,
                one.end - at,
                code,
                "disclosive",
                Verdict.DISCLOSIVE,
                said,
                "",
                one.message,
            )

    def _sums(self, parts: Sequence[Passage], code: str, goes_on: bool = False) -> Iterator[NarrativeFinding]:
        """Totals and their parts, which may stand in the passages below: a list under its introduction.

        ``goes_on``: more follows that is not read, in which the last totals may have parts.
        """
        whole = joined(parts)
        for total in sums(whole.text):
            if goes_on and total.start > len(whole.text) - _MAY_GO_ON:
                continue
            said = whole.text[total.start : total.end]
            verdict = Verdict.AGREES if total.agrees else Verdict.CONTRADICTS
            yield NarrativeFinding(
                whole.line(total.start),
                said,
                0,
                len(said),
                code,
                "sum",
                verdict,
                total.stated,
                total.worked_out,
                total.message,
            )

    def stated(self, code: str, outturn: Decimal | None, target: Decimal | None) -> list[NarrativeFinding]:
        """The header of an exception report held beside the observation and the register. ``None``: not stated."""
        unit = self.known.held[code].indicator.unit
        kind_of = "percent" if unit is Unit.PERCENT else "number"
        found = []
        for kind, value in (("value", outturn), ("target", target)):
            if value is None:
                continue
            text = with_unit(value, unit)
            told = StatedFigure(
                Amount(value, kind_of), Atom(AtomKind.VALUE, 0, len(text), text), self.known.quarter, said_quarter=True
            )
            claim = Claim(kind, 0, len(text), code, told, what="target")
            found += [NarrativeFinding(1, text, 0, len(text), code, *one) for one in judge(claim, self.known, text)]
        return found

    # --- whole papers ---

    def document(self, parts: Sequence[Passage], pace: Pace | None = None) -> list[NarrativeFinding]:
        """The findings of a whole paper: a covering report, or exception reports one after the other.

        Where ``pace`` ends before the paper does they are of what was read till then, and nothing is said to be missing.
        """
        found: list[NarrativeFinding] = []
        parts = tuple(in_pieces(parts))
        forms = list(self._forms(parts))
        read: list[Passage] = []
        for about, section in forms:
            before = len(read)
            for one in section:
                found += self.passage(one, about, pace)
                if pace is not None and pace.ended_at:
                    break
                read.append(one)
            found += self._sums(read[before:], about or "", goes_on=len(read) - before < len(section))
            if pace is not None and pace.ended_at:
                break
        whole = len(read) == len(parts)
        parts = read
        for label, name in pairwise(parts):
            if _SIGNED.match(label.text):
                found += (one for one in self._disclosive(joined((label, name)), "") if one.line >= name.line())
        attached = {about for about, _ in forms if about}
        for one in parts:
            found += self._listed(one, attached)
        if whole:
            found += self._recommended(parts)
        return _in_order(found)

    def _forms(self, parts: Sequence[Passage]) -> Iterator[tuple[str | None, list[Passage]]]:
        """The paper cut where an exception report begins, each piece with the indicator it is on."""
        about: str | None = None
        section: list[Passage] = []
        for n, one in enumerate(parts):
            begins = _FORM_TITLE.match(one.text)
            if begins or _DESCRIPTION.match(one.text):
                after = " ".join(p.text for p in (parts[n : n + 2] if not begins else ()))
                if section and (begins or about is not None):
                    yield about, section
                    section = []
                about = self.described(after) if after else None
            section.append(one)
        if section:
            yield about, section

    def described(self, text: str) -> str | None:
        """The indicator that a form describes; ``None`` where its words name none, or several."""
        said = _DESCRIPTION.sub("", text)
        named = self.lexicon.mentions(said)
        sole = [next(iter(mention.codes)) for mention in named if len(mention.codes) == 1]
        return sole[0] if sole else self.lexicon.speaks_of(said)

    def _listed(self, passage: Passage, attached: set[str]) -> Iterator[NarrativeFinding]:
        """A list of exception reports beside those required and those there."""
        lists = _LIST.search(passage.text)
        if lists is None or _SENTENCE.search(passage.text, lists.end()):
            return
        rows = {code: self.known.row(code) for code in self.known.held}
        there = attached | {
            code for code, row in rows.items() if row.exception.state not in (ReportState.MISSING, ReportState.NONE)
        }
        named = list(self._items(passage.text[lists.end() :]))
        for codes, said in named:
            if codes and not codes & there:
                yield self._report_finding(passage, said, codes, rows)
        if not named or not all(codes for codes, _ in named):
            return  # something in the list is not known here, so that nothing can be called missing from it
        listed = frozenset(code for codes, _ in named for code in codes)
        for code, row in rows.items():
            if code not in listed and (row.exception.required or code in there):
                why = "misses its target" if row.rated.missed else "has passed its intervention level"
                held = "an exception report is held" if code in there else "no exception report is held"
                told = f"“{row.indicator.name}” {why} and is not in this list; {held}."
                if not row.exception.required:
                    told = f"An exception report on “{row.indicator.name}” is held and is not in this list."
                yield _of_passage(passage, code, "reports", "not listed", held, told)

    def _items(self, text: str) -> Iterator[tuple[frozenset[str], str]]:
        """The indicators that a list names, each with its words; an empty set for words that name none."""
        named = self.lexicon.mentions(text)
        for mention in named:
            yield mention.codes, text[mention.start : mention.end]
        for item in re.finditer(r"(?:(?!,|;|\s+and\s+(?=[A-Z0-9])).)+", text):
            words = item[0].removeprefix(" and").strip(" .")
            if words and not any(m.start < item.end() and item.start() < m.end for m in named):
                code = self.lexicon.speaks_of(words)
                yield frozenset((code,) if code else ()), words

    def _report_finding(
        self, passage: Passage, said: str, codes: frozenset[str], rows: dict[str, Row]
    ) -> NarrativeFinding:
        required = [code for code in codes if rows[code].exception.required]
        if required:
            row = rows[required[0]]
            told = f"“{said}” is listed as an exception report; one is required, as “{row.indicator.name}” misses its target, but none is held."
        else:
            told = f"“{said}” is listed as an exception report; none is held, and none is required for this quarter."
        return _of_passage(
            passage, sorted(codes)[0] if len(codes) == 1 else "", "reports", said, "no exception report", told
        )

    def _recommended(self, parts: Sequence[Passage]) -> Iterator[NarrativeFinding]:
        """The recommendations beside what was missed."""
        start = next((n for n, one in enumerate(parts) if _RECOMMENDATIONS.match(one.text)), None)
        if start is None:
            return
        named: dict[str, Passage] = {}
        for one in parts[start + 1 :]:
            if _AFTER_RECOMMENDATIONS.match(one.text) or _HEADING.match(one.text):
                break
            lead = _NUMBERING.sub("", one.text)[:160]
            mention = next((m for m in self.lexicon.mentions(lead) if len(m.codes) == 1), None)
            if mention is not None and mention.start < _LEAD:
                named.setdefault(next(iter(mention.codes)), one)
        missed = {code for code in self.known.held if self.known.row(code).rated.missed}
        if len(named) < 2 or not missed & named.keys():
            return  # these recommend something else than what to do about indicators that were missed
        for code in self.known.held:
            row = self.known.row(code)
            if row.rated.missed and code not in named:
                told = (
                    f"“{row.indicator.name}” misses its target and is not among the recommendations. {row.rated.reason}"
                )
                yield _of_passage(parts[start], code, "recommendations", "not among them", row.rated.reason, told)
            elif code in named and not row.has_target:
                told = f"“{row.indicator.name}” is among the recommendations, but no target is held for it, so that none can be missed."
                yield _of_passage(
                    named[code], code, "recommendations", "among them", "no target held", told, Verdict.UNCHECKED
                )


_GOES_BACK = re.compile(
    r"\W*(?:(?:this|that|it|these|they|both|the (?:share|rate|figure|number|proportion|percentage|increase|decrease|rise|fall|change))\b)",
    re.I,
)
_SIGNED = re.compile(r"\s*(?:report\s+)?(?:completed|prepared|written|approved|signed(?: off)?)\s+by\s*:?\s*$", re.I)
_FORM_TITLE = re.compile(r"\s*exception\s+(?:performance\s+)?report\s*$", re.I)
_DESCRIPTION = re.compile(r"\s*indicator\s+description\b(?:\s*\([^)]*\))?\s*:?\s*", re.I)
_LIST = re.compile(
    r"^\W{0,3}(?:(?:[0-9]{1,2}|appendix \w{1,6}|annex \w{1,6})[.):\s–-]{1,4}){0,3}exception reports? ?(?:for|on|:|–|-) ?",
    re.I,
)
# "Exception reports on ... will follow": a sentence, and no list.
_SENTENCE = re.compile(r"\b(?:will|would|is|are|was|were|has|have|follow|attached|provided|see)\b", re.I)
_MAY_GO_ON = 1_200
"""How many characters a total and its parts take at the most."""
_LEAD = 30
"""Within how many characters an item of the recommendations names the indicator that it is on."""
_NUMBERING = re.compile(r"^(?:[0-9]{1,2}\.)+[0-9]{0,2}\.?\s*|^[0-9]{1,2}[.)]\s*|^[•●▪*-]\s*")
_HEADING = re.compile(r"^(?![0-9•●▪*(-])[A-Z][^.:;]{2,70}$")
_RECOMMENDATIONS = re.compile(r"^(?:[0-9.]+\s*)?(?:summary\s*(?:&|and)\s*)?recommendations?\b.{0,20}$", re.I)
_AFTER_RECOMMENDATIONS = re.compile(
    r"^(?:[0-9.]+\s*)?(?:background papers|appendi(?:x|ces)|annex(?:es)?|contact|report author)\b", re.I
)


def quarter_named(parts: Iterable[Passage]) -> Quarter | None:
    """The first quarter that a paper names in full, year and all; ``None``: none."""
    for one in parts:
        for found in _FULL_QUARTER.finditer(one.text):
            try:
                return read_quarter(found[0])
            except KpiError:
                continue
    return None


_YEARS = r"(?:20)?[0-9]{2}\s?[-/–—]\s?(?:20)?[0-9]{2}"
_FULL_QUARTER = re.compile(
    rf"\b(?:(?:Q|quarter)\s?[1-4]\s*\(?\s*{_YEARS}\)?|{_YEARS}\s*[;,]?\s*(?:Q|quarter)\s?[1-4])\b", re.I
)


def joined(parts: Sequence[Passage]) -> Passage:
    """Passages as one, each still known by its line."""
    at, breaks = 0, []
    for one in parts:
        breaks += [(at + offset, line) for offset, line in one.breaks]
        at += len(one.text) + 1
    return Passage("\n".join(one.text for one in parts), tuple(breaks))


def _of_passage(
    passage: Passage, code: str, kind: str, stated: str, held: str, message: str, verdict: Verdict = Verdict.CONTRADICTS
) -> NarrativeFinding:
    return NarrativeFinding(
        passage.line(), passage.text, 0, len(passage.text), code, kind, verdict, stated, held, message
    )


def _in_order(found: Iterable[NarrativeFinding]) -> list[NarrativeFinding]:
    kept: dict[tuple[object, ...], NarrativeFinding] = {}
    for one in found:
        kept.setdefault((one.line, one.text, one.start, one.end, one.indicator, one.kind, one.stated), one)
    return sorted(kept.values(), key=lambda one: (one.line, one.start))
