"""What a sentence claims about an indicator, clause by clause.

A figure that no rule of the ``grammar`` gives a part to is left alone; so is one whose clause speaks of somebody else, of a part of the
whole, of a plan, or in words that are not those of performance. A false alarm costs more than a miss.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ..periods import Quarter
from .atoms import CLAIMING, FIGURES, MOVES, Atom, AtomKind, atoms
from .clauses import Clause, Context, StatedFigure, one_of
from .grammar import CLAUSES, ECHO, ECHOES, MOVE_OF, any_word
from .vocabulary import word_set


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a sentence says of one indicator. ``start`` and ``end`` are offsets in the passage.

    ``kind`` ``value``: ``figure``. ``target``: ``figure`` is said to be the ``what`` (target, tolerance, level).
    ``relation``: the figure (``figure``, or the one held) stands in ``word`` to the ``what``, or to ``against``.
    ``change``: from ``earlier`` (or what is held for ``basis``) to ``figure`` (or what is held) it moved in ``word`` by ``by``.
    ``gap``: it lies ``by`` on the side ``word`` of the ``what``. ``quarter``: ``why`` it cannot be read.
    """

    kind: str
    start: int
    end: int
    code: str
    figure: StatedFigure | None = None
    word: str = ""
    what: str = ""
    against: StatedFigure | None = None
    by: StatedFigure | None = None
    earlier: StatedFigure | None = None
    basis: Quarter | None = None
    basis_said: bool = False
    later: Quarter | None = None
    why: str = ""


_LONGEST = 2_000
"""Nobody writes a sentence of more characters than this: it is a table without its lines, and is left alone."""


def claims(sentence: str, offset: int, context: Context) -> tuple[list[Claim], tuple[str, ...], bool]:
    """What ``sentence``, which stands at ``offset`` in its passage, claims; the indicators it names; whether it has figures."""
    if len(sentence) > _LONGEST:
        return [], (), True
    all_atoms = atoms(sentence, context.lexicon, context.quarter, context.places)
    named = tuple(code for atom in all_atoms if atom.kind == AtomKind.INDICATOR for code in one_of(atom, context))
    found: list[Claim] = []
    for atom in all_atoms:
        if atom.kind == AtomKind.UNREADABLE:
            found.append(Claim("quarter", atom.start, atom.end, context.about or "", why=atom.word))
    subject = context.about or (context.earlier[-1] if context.earlier else "")
    in_order = list(dict.fromkeys((*context.earlier, *named)))
    others = strange = False
    claiming = any(atom.kind in CLAIMING for atom in all_atoms)
    for clause in _clauses(sentence, all_atoms) if claiming else ():
        others = _turns_to_others(clause, others)
        goes_on = next((a.text.lower() for a in clause if a.text[0].isalpha()), "") in ("which", "that", "this")
        reading = _Reading(sentence, clause, context, subject, in_order, others or (goes_on and strange))
        found += reading.claims()
        subject, strange = reading.subject or subject, reading.strange
    found += _echo(sentence, context.about or (context.earlier[-1] if context.earlier else ""))
    shifted = [
        replace(one, start=one.start + offset, end=one.end + offset)
        for one in found
        if one.code or one.kind == "quarter"
    ]
    return shifted, named, any(atom.kind in FIGURES for atom in all_atoms)


def _echo(sentence: str, code: str) -> Iterator[Claim]:
    """A sentence that begins with “This increase”: it goes back to what was said before."""
    found = ECHO.match(sentence)
    if found and code:
        yield Claim(
            "echo", found.start("word"), found.end("word"), code, word=ECHOES.get(found["word"].lower(), "down")
        )


def _turns_to_others(clause: Sequence[Atom], so_far: bool) -> bool:
    """Whether a clause goes on about somebody else: England, the neighbours. A clause that names an indicator turns back."""
    for n, atom in enumerate(clause):
        if atom.kind == AtomKind.INDICATOR:
            theirs = any(a.kind == AtomKind.OTHERS for a in clause[max(0, n - 5) : n])
            so_far = so_far and theirs
        elif atom.kind == AtomKind.OTHERS:
            before = [a.text.lower() for a in clause[max(0, n - 4) : n]]
            compared = any(word in ("than", "with", "to", "against", "above", "below") for word in before)
            so_far = so_far or not (compared or any(a.kind == AtomKind.RELATION for a in clause[max(0, n - 4) : n]))
    return so_far


def _clauses(sentence: str, all_atoms: Sequence[Atom]) -> Iterator[list[Atom]]:
    """The atoms of each clause. Where a word that parts clauses lies within an atom it parts nothing."""
    cuts = [found.start() for found in CLAUSES.finditer(sentence)]
    cuts = [cut for cut in cuts if not any(a.start < cut < a.end for a in all_atoms if a.kind != AtomKind.WORD)]
    edges = [0, *cuts, len(sentence) + 1]
    for start, end in pairwise(edges):
        inside = [a for a in all_atoms if start <= a.start < end]
        if inside:
            yield inside


class _Reading(Clause):
    """A clause, with what it claims."""

    def claims(self) -> list[Claim]:
        """What the clause claims."""
        if not any(a.kind in CLAIMING for a in self._atoms) or self._no_claim():
            return []
        self._give_parts()
        if self._respectively and not self._shared(self._with_role("value", "later", "target")):
            return []
        found: list[Claim] = []
        found += self._targets()
        found += self._changes()
        found += self._relations()
        found += self._values()
        return found

    # --- claims ---

    def _span(self, *places: int) -> tuple[int, int]:
        return min(self._atoms[n].start for n in places), max(self._atoms[n].end for n in places)

    @property
    def _respectively(self) -> bool:
        return "respectively" in self._text.lower()

    def _shared(self, places: Sequence[int]) -> list[str]:
        """The indicators of figures listed “respectively”, in order; empty where they are not as many as the figures."""
        if not self._respectively or len(places) < 2:
            return []
        inside = list(dict.fromkeys(code for _, code in self._mentions)) or self._named
        return inside if len(inside) == len(places) else []

    def _targets(self) -> Iterator[Claim]:
        listed = self._with_role("target")
        shared = self._shared(listed)
        for order, place in enumerate(listed):
            groups = self._parts[place][1]
            target = self._atoms[groups["t"]]
            code = shared[order] if shared else self._whose(min(place, groups["t"]))
            if not code or self._others_target(groups["t"]) or not self._fits(place, code):
                continue
            start, end = self._span(place, groups["t"])
            yield Claim("target", start, end, code, self._told(place, self._context.quarter), what=target.word)

    def _others_target(self, place: int) -> bool:
        """Whether it is not this indicator's own target of today: a national one, last year's, a pupil's, that of something else."""
        around = [
            a
            for a in self._atoms[max(0, place - 3) : place + 4]
            if a.kind in (AtomKind.WORD, AtomKind.OTHERS, AtomKind.NO_FIGURE)
        ]
        if any(a.kind == AtomKind.OTHERS or a.text.lower() in word_set("sentence.other_targets") for a in around):
            return True
        if any(a.kind == AtomKind.QUARTER and a.means is None for a in self._atoms):
            return True
        words = self._atoms[place + 1 : place + 7]
        for n, atom in enumerate(words[:-1]):
            if atom.text.lower() == "for" and words[n + 1].kind == AtomKind.WORD and self.subject:
                return not self._plain(words[n + 1], self.subject)
        return False

    def _relations(self) -> Iterator[Claim]:
        for n, atom in enumerate(self._atoms):
            if atom.kind != AtomKind.RELATION:
                continue
            target = self._following(n, AtomKind.AIM)
            against = [p for p in self._with_role("against") if self._parts[p][1]["r"] == n]
            quarter = self._following(n, AtomKind.QUARTER)
            code = self._whose(n)
            if not code or (n and self._atoms[n - 1].kind in FIGURES):
                continue
            if target is not None and not self._others_target(target):
                for one in self._shared(self._with_role("target")) or [code]:
                    start, end = self._span(n, target)
                    yield Claim("relation", start, end, one, self._figure_before(n, one), atom.word, self._atoms[target].word,
                                later=self._context.quarter)  # fmt: skip
            elif atom.word in ("above", "below", "better", "worse") and target is None:
                if against and self._fits(against[0], code):
                    told = self._told(against[0], None)
                    if told.quarter is not None and not told.month:
                        yield Claim("relation", *self._span(n, against[0]), code, self._figure_before(n, code), atom.word,
                                    against=told, later=self._context.quarter)  # fmt: skip
                elif quarter is not None and (basis := self._atoms[quarter].quarter):
                    yield Claim("change", *self._span(n, quarter), code, self._figure_before(n, code), MOVE_OF[atom.word],
                                basis=basis, basis_said=True, later=self._context.quarter)  # fmt: skip

    def _figure_before(self, place: int, code: str) -> StatedFigure | None:
        """The figure of the report's quarter that the clause gives before ``place``."""
        for n in reversed(self._with_role("value", "later")):
            if n < place and self._fits(n, code):
                told = self._told(n, self._context.quarter)
                return told if told.quarter == self._context.quarter and not told.month else None
        return None

    def _following(self, place: int, kind: str) -> int | None:
        """The next atom of a kind, with small words or a figure between."""
        for n in range(place + 1, min(place + 8, len(self._atoms))):
            atom = self._atoms[n]
            if atom.kind == kind:
                return n
            if atom.ours or (atom.kind == AtomKind.VALUE and kind == AtomKind.AIM):
                continue
            if atom.kind != AtomKind.WORD or atom.text.lower() not in word_set("sentence.before_a_target"):
                return None
        return None

    def _changes(self) -> Iterator[Claim]:
        if not any_word("no_claim.long_time").search(self._text):
            for n, atom in enumerate(self._atoms):
                if atom.kind in MOVES:
                    yield from self._change(n)
        yield from self._compared()
        yield from self._gaps()

    def _change(self, n: int) -> Iterator[Claim]:
        """A word of direction with what belongs to it: from what, to what, by how much, since when."""
        code = self._whose_move(n)
        if not code or (
            self._atoms[n].kind != AtomKind.STEADY and any(a.kind == AtomKind.MONTH for a in self._atoms[n + 1 : n + 8])
        ):
            return
        later = self._later_of(n)
        if later is None:
            return
        basis, said = self._basis(n, later)
        first, last, amount = (self._nearest(n, role, code) for role in ("earlier", "later", "by"))
        told_first = None if first is None else self._told(first, basis)
        told_last = None if last is None else self._told(last, self._context.quarter)
        if any(told is not None and (told.month or told.unreadable) for told in (told_first, told_last)):
            return
        if first is None and last is None and amount is None and not said and not self._bare(n):
            return
        if told_last and told_last.said_quarter and told_last.quarter and not said:
            basis = told_last.quarter - 1
            told_first = None if first is None else self._told(first, basis)
        if (
            not said
            and not (told_first and told_first.said_quarter)
            and any_word("no_claim.unread_time").search(self._text)
        ):
            return
        beside = (first, last, amount, self._basis_place(n))
        start, end = self._span(n, *(p for p in beside if p is not None))
        since = told_first.quarter if told_first and told_first.said_quarter else basis
        until = told_last.quarter if told_last and told_last.said_quarter else later
        yield Claim(
            "change", start, end, code, told_last, self._atoms[n].word,
            by=None if amount is None else self._told(amount, None),
            earlier=told_first, basis=since, basis_said=said or bool(told_first and told_first.said_quarter), later=until,
        )  # fmt: skip

    def _nearest(self, place: int, role: str, code: str) -> int | None:
        """The figure of a role that belongs to the word of direction at ``place``: rather one behind it."""
        places = sorted(self._with_role(role), key=lambda p: p < place)
        return next((p for p in places if self._near(place, p) and (role == "by" or self._fits(p, code))), None)

    def _compared(self) -> Iterator[Claim]:
        """“2 points higher than in Q1”."""
        for place in self._with_role("by"):
            groups = self._parts[place][1]
            word = MOVE_OF.get(self._atoms[groups["r"]].word) if "r" in groups else None
            code = self._whose(place)
            if word and code and (basis := self._atoms[groups["q"]].quarter):
                figure = self._figure_before(place, code)
                yield Claim("change", *self._span(place, groups["q"]), code, figure, word, by=self._told(place, None), basis=basis,
                            basis_said=True, later=self._context.quarter)  # fmt: skip

    def _gaps(self) -> Iterator[Claim]:
        """“4.5 points below target”."""
        for place in self._with_role("gap"):
            groups = self._parts[place][1]
            code = self._whose(min(place, groups["t"]))
            word = self._atoms[groups["r"]].word if "r" in groups else ""
            if code and not self._others_target(groups["t"]):
                start, end = self._span(place, groups["t"])
                what = self._atoms[groups["t"]].word
                yield Claim(
                    "gap", start, end, code, None, word, what, by=self._told(place, None), later=self._context.quarter
                )

    def _whose_move(self, place: int) -> str:
        """The indicator a word of direction is said of: “reduction in X”, “X fell”, “has improved”."""
        following = self._atoms[place + 1 : place + 5]
        for n, atom in enumerate(following):
            if atom.kind == AtomKind.INDICATOR and all(
                a.text.lower() in word_set("sentence.of_something") for a in following[:n]
            ):
                codes = [code for at, code in self._mentions if at == place + 1 + n]
                return codes[0] if codes else ""
            if atom.kind == AtomKind.WORD and n and following[0].text.lower() in ("in", "of") and atom.text.isalpha():
                code = self._whose(place)
                if code and atom.text.lower() not in word_set("sentence.of_something") and not self._plain(atom, code):
                    return ""
            if atom.kind in (AtomKind.VALUE, AtomKind.POINTS, AtomKind.QUARTER, AtomKind.MONTH):
                break
        following = self._atoms[place + 1 : place + 2]
        qualifies = self._atoms[place].text.lower().endswith("ing") and bool(following) and following[0].text.isalpha()
        if (
            qualifies
            and following[0].kind == AtomKind.WORD
            and not self._plain(following[0], self._whose(place) or self.subject)
        ):
            return ""  # "growing demand"
        previous = [a.text.lower() for a in self._atoms[max(0, place - 3) : place]]
        if previous and (
            previous[-1] in word_set("sentence.no_new_move")
            or (
                len(previous) > 1
                and previous[-2] in ("this", "these", "such")
                and previous[-1] in word_set("sentence.plain")
            )
        ):
            return ""
        return self._whose(place)

    def _bare(self, place: int) -> bool:
        """Whether a word of direction is said of the figure with neither a figure nor a quarter to compare with."""
        nearby = [a.text.lower() for a in self._atoms[max(0, place - 4) : place]]
        if self._atoms[place].kind == AtomKind.JUDGEMENT and nearby[-2:] in (
            ["is", "an"],
            ["is", "a"],
            ["was", "an"],
            ["was", "a"],
        ):
            return True
        verb = any(
            word in ("has", "have", "continues", "continue", "continued", "been", "performance", "saw", "seen")
            for word in nearby
        )
        return verb or (place > 0 and self._atoms[place - 1].kind == AtomKind.INDICATOR)

    def _later_of(self, place: int) -> Quarter | None:
        """The quarter a move leads to: the one named with it as “in Q2”, else the report's own. ``None``: the words do not say which."""
        if (span := self._span_of_time) is not None:
            return span[1]
        figures = {self._when(p) for p in self._with_role("value", "earlier", "later")}
        ends = [n for n, a in enumerate(self._atoms) if a.kind in MOVES]
        after = next((n for n in ends if n > place), len(self._atoms))
        before = max((n for n in ends if n < place), default=-1)
        for n in (*range(place + 1, after), *range(place - 1, before, -1)):
            atom: Atom = self._atoms[n]
            if atom.kind == AtomKind.QUARTER and n not in figures and n != self._basis_place(place):
                preceding = self._atoms[n - 1].text.lower() if n else "in"
                if preceding in ("in", "for", "during", "at", ",", "(", ":"):
                    return atom.quarter
        return self._context.quarter

    @property
    def _span_of_time(self) -> tuple[Quarter, Quarter] | None:
        """The two quarters of “between Q1 and Q2”."""
        for n, atom in enumerate(self._atoms[:-3]):
            first, second = self._atoms[n + 1], self._atoms[n + 3]
            if atom.text.lower() == "between" and first.quarter is not None and second.quarter is not None:
                return first.quarter, second.quarter
        return None

    def _basis_place(self, place: int) -> int | None:
        for n in range(place + 1, len(self._atoms)):
            atom = self._atoms[n]
            if atom.kind in (AtomKind.MOVE, AtomKind.JUDGEMENT):
                return None
            if atom.kind == AtomKind.QUARTER:
                before = " ".join(
                    a.text.lower()
                    for a in self._atoms[max(place, n - 4) : n]
                    if a.kind in (AtomKind.WORD, AtomKind.STEADY)
                ).split()
                if any(word in word_set("sentence.since") for word in before):
                    return n
        return None

    def _basis(self, place: int, later: Quarter) -> tuple[Quarter | None, bool]:
        """The quarter a change is counted from, and whether the text names it; else the quarter before."""
        if (span := self._span_of_time) is not None:
            return span[0], True
        n = self._basis_place(place)
        if n is not None:
            return self._atoms[n].quarter, True
        for n, atom in enumerate(self._atoms):  # "compared with Q1, ... fell"
            if atom.kind == AtomKind.QUARTER and n < place and atom.quarter is not None:
                before = [a.text.lower() for a in self._atoms[max(0, n - 3) : n] if a.kind == AtomKind.WORD]
                if any(word in ("since", "compared", "than", "against") for word in before):
                    return atom.quarter, True
        for n in self._with_role("value", "earlier"):  # "146 v 171 in Q2 2021-22, a drop of"
            told = self._told(n, None)
            if n < place and told.quarter is not None and told.quarter < self._context.quarter and not told.month:
                return told.quarter, True
        return later - 1, False

    def _near(self, place: int, figure: int) -> bool:
        """Whether no other word of direction stands between the two."""
        low, high = sorted((place, figure))
        return not any(a.kind in (AtomKind.MOVE, AtomKind.JUDGEMENT) for a in self._atoms[low + 1 : high])

    def _values(self) -> Iterator[Claim]:
        places = [p for p in self._with_role("value", "earlier", "later", "share", "counted", "against", "opening")
                  if self._parts[p][0] != "against" or self._when(p) is not None]  # fmt: skip
        alike = [p for p in places if self._parts[p][0] == "value"]
        shared = self._shared(alike)
        for place in places:
            role = self._parts[place][0]
            code = shared[alike.index(place)] if shared and place in alike else self._whose_value(place)
            if role == "share" and not (
                self._atoms[place].kind == AtomKind.VALUE and code and self._after_is_plain(place, code)
            ):
                continue
            if not code or not self._fits(place, code) or not self._after_is_plain(place, code):
                continue
            default = self._context.quarter
            if role == "earlier":
                move = next((n for n, a in enumerate(self._atoms) if a.kind in MOVES), place)
                later = self._later_of(move)
                default = default if later is None else self._basis(move, later)[0] or default
            told = self._told(place, default)
            if not told.said_quarter and any_word("no_claim.unread_time").search(self._text):
                continue
            if role == "opening" and any(
                a.kind == AtomKind.WORD and a.text[0].isalpha() for a in self._atoms[: place - 1]
            ):
                continue  # "24.5%, with 31% in the north"
            start, end = self._span(place)
            yield Claim("value", start, end, code, told, word=role)

    def _whose_value(self, place: int) -> str:
        if self._parts[place][0] == "counted":
            following = [c for n, c in self._mentions if n == place + 1]
            before = self._atoms[:place]
            plain = following and all(self._plain(a, following[0]) for a in before) and not self._others
            return following[0] if plain else ""
        return self._whose(place)
