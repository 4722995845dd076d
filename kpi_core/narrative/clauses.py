"""One clause as it is read: which part each figure plays, of which indicator it is said, and of which quarter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..model import Basis, Indicator, Unit
from ..periods import Quarter
from .atoms import TIMES, Amount, Atom, AtomKind
from .grammar import HEADER, ON_TIME, TIMED, any_word, compiled, hedge
from .mentions import Lexicon
from .places import NOWHERE, Places
from .vocabulary import word_set


@dataclass(frozen=True, slots=True)
class StatedFigure:
    """A figure as the text gives it: the amount, the quarter it is said of, and where it stands."""

    amount: Amount
    atom: Atom
    quarter: Quarter | None = None
    said_quarter: bool = False
    """Whether the text itself names the quarter."""
    month: bool = False
    """Whether it is said of a month; then ``quarter`` is the one that the month ends, or ``None``."""
    unreadable: bool = False
    """Whether the quarter it is said of cannot be read."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the words of a sentence are read against."""

    lexicon: Lexicon
    quarter: Quarter
    """The report's own."""
    about: str | None
    """The indicator that the passage is about; ``None``: it must be named."""
    earlier: tuple[str, ...] = field(default=())
    """The indicators that the passage named before this sentence, in order."""
    places: Places = NOWHERE


def one_of(atom: Atom, context: Context) -> Iterator[str]:
    """The code a mention means: the one that the passage is about, where the words fit several."""
    codes = atom.codes
    known = [code for code in (context.about, *reversed(context.earlier)) if code in codes]
    if known and known[0]:
        yield known[0]
    elif len(codes) == 1:
        yield from codes


def _month_end(atom: Atom, code: str, context: Context) -> Atom:
    """A month that ends a quarter, for an indicator that is counted at the month's end: that quarter."""
    codes = [code] if code else list(context.earlier[-1:])
    if atom.kind != AtomKind.MONTH or atom.quarter is None or not codes:
        return atom
    at_end = context.lexicon.indicator(codes[0]).basis is Basis.MONTH_END
    return replace(atom, kind=AtomKind.QUARTER) if at_end else atom


_MOST_LISTED = 6
"""How many quarters or figures a list in running text has at most."""


class Clause:
    """One clause as it is read: which figure plays which part, and of which indicator it speaks."""

    def __init__(
        self, sentence: str, inside: list[Atom], context: Context, subject: str, named: list[str], others: bool
    ) -> None:
        inside = [_month_end(atom, subject, context) for atom in inside]
        self._sentence = sentence
        self._atoms = inside
        self._context = context
        self._named = named
        self._text = sentence[inside[0].start : inside[-1].end]
        self._tags = "".join(f"{self._tag(n, atom)} " for n, atom in enumerate(inside))
        mentions = [
            (n, code)
            for n, atom in enumerate(inside)
            if atom.kind == AtomKind.INDICATOR
            for code in one_of(atom, context)
        ]
        self.subject = mentions[-1][1] if mentions else subject
        self._first_subject = subject or (mentions[0][1] if mentions else "")
        self._mentions = mentions
        self._others = others
        self._parts: dict[int, tuple[str, Mapping[str, int]]] = {}

    @staticmethod
    def _tag(number: int, atom: Atom) -> str:
        if atom.kind == AtomKind.WORD and not atom.ours:
            word = atom.text.lower()
            return f"{word}~" if word in word_set("sentence.fill") else word
        return f"<{atom.kind}:{number}>{'~' if atom.ours else ''}"

    @property
    def strange(self) -> bool:
        """Whether it holds words that are not those of performance, so that “which is” after it may be of something else."""
        return not self.subject or not all(self._plain(a, self.subject) for a in self._atoms)

    def _no_claim(self) -> bool:
        """Whether the clause is about a plan, a habit, somebody else or a part of the whole."""
        said = any_word("no_claim.no_hedge").sub(" ", self._without_names)
        return bool(hedge().search(said)) or bool(any_word("no_claim.part_of").search(said)) or self._of_some()

    @property
    def _without_names(self) -> str:
        """The clause without the names of indicators, whose own words say nothing of plans or years."""
        begin, said = self._atoms[0].start, list(self._text)
        for atom in self._atoms:
            if atom.kind == AtomKind.INDICATOR:
                said[atom.start - begin : atom.end - begin] = " " * (atom.end - atom.start)
        return "".join(said)

    def _of_some(self) -> bool:
        """Whether it goes on about some only: “among boys”; not “amongst children in care”, of whom the indicator is."""
        for n, atom in enumerate(self._atoms):
            if atom.text.lower() in ("among", "amongst"):
                code = self._whose(n) or self.subject
                return not code or not all(self._plain(a, code) for a in self._atoms[n + 1 : n + 4])
        return False

    # --- parts ---

    def _give_parts(self) -> None:
        targets: set[int] = set()
        for role, pattern in compiled():
            for match in pattern.finditer(self._tags):
                groups = {name: int(n) for name, n in match.groupdict().items() if n is not None}
                if role == "pair":
                    pair = groups["v1"], groups["v2"]
                    if not self._parts.keys() & set(pair):
                        self._parts |= {pair[0]: ("earlier", {}), pair[1]: ("later", {})}
                    continue
                place = groups.get("v", groups.get("p", -1))
                if place in self._parts or (role == "target" and groups["t"] in targets and "v2" not in groups):
                    continue
                self._parts[place] = (role, groups)
                if role == "target":
                    targets.add(groups["t"])
        for place, atom in enumerate(self._atoms):
            if atom.kind == AtomKind.VALUE and place not in self._parts and self._when(place) is not None:
                self._parts[place] = ("value", {})

    def _with_role(self, *roles: str) -> list[int]:
        return sorted(n for n, (role, _) in self._parts.items() if role in roles)

    # --- whose ---

    def _whose(self, place: int) -> str:
        """The indicator that the atom at ``place`` is said of; empty where the words before it are not those of performance."""
        before = [(n, code) for n, code in self._mentions if n < place]
        code = before[-1][1] if before else self._first_subject
        if not code:
            return ""
        start = before[-1][0] + 1 if before else 0
        words = self._atoms[start:place]
        if (
            self._of_a_group(code)
            or self._others
            or any(a.kind == AtomKind.OTHERS for a in words)
            or not all(self._plain(a, code) for a in words)
        ):
            return ""
        return code

    def _of_a_group(self, code: str) -> bool:
        """Whether the clause speaks of some of the children, or of another limit, than the indicator's name does."""
        return any(
            not self._context.lexicon.has_numbers(code, atom.text)
            for atom in self._atoms
            if atom.kind == AtomKind.PART or (atom.kind == AtomKind.VALUE and self._is_limit(atom, code))
        )

    def _is_limit(self, atom: Atom, code: str) -> bool:
        """Whether a number of days or weeks stands beside a percentage: a time limit."""
        amount = atom.amount
        return amount.unit in ("days", "weeks") and self._context.lexicon.indicator(code).unit is Unit.PERCENT

    def _plain(self, atom: Atom, code: str) -> bool:
        if atom.kind != AtomKind.WORD or atom.ours or not atom.text[0].isalpha():
            return True
        word = atom.text.lower().replace("’", "'")
        return word in word_set("sentence.plain") or len(word) == 1 or self._context.lexicon.knows(code, word)

    def _after_is_plain(self, place: int, code: str) -> bool:
        """Whether what follows a figure leaves it the indicator's: not “% of boys”, not “12 audits”."""
        amount = self._atoms[place].amount
        rest = [atom for atom in self._atoms[place + 1 :] if not atom.ours]
        moved = self._parts.get(place, ("", {}))[0] in ("earlier", "later")
        if (
            rest
            and not moved
            and (rest[0].kind == AtomKind.RELATION or rest[0].text.lower() in word_set("sentence.a_distance"))
        ):
            return False
        if not rest or rest[0].kind != AtomKind.WORD or not rest[0].text[0].isalpha():
            return True
        word = rest[0].text.lower()
        if word == "of":
            following = " ".join(a.text for a in rest[1:14])
            return amount.unit == "percent" and (
                self._context.lexicon.names_whole(code, following)
                or self._were_it(place, code)
                or self._on_time(rest, code)
            )
        if amount.unit == "percent":
            return word in word_set("sentence.plain") or self._context.lexicon.knows(code, word)
        return word in word_set("sentence.after_a_count") or self._context.lexicon.knows(code, word)

    def _on_time(self, rest: Sequence[Atom], code: str) -> bool:
        """Whether a share is of what was done on time, where that is what the indicator counts: “84% of assessments were on time”."""
        indicator = self._context.lexicon.indicator(code)
        words = [
            a.text
            for a in rest[1:5]
            if a.kind in (AtomKind.WORD, AtomKind.INDICATOR) and a.text.lower() not in word_set("sentence.fill")
        ]
        known = bool(words) and all(
            self._context.lexicon.knows(code, word) or word.lower() in word_set("sentence.plain") for word in words[:2]
        )
        text = " ".join(a.text for a in rest)
        return (
            known and bool(TIMED.search(" ".join((indicator.name, *indicator.aliases)))) and bool(ON_TIME.search(text))
        )

    def _were_it(self, place: int, code: str) -> bool:
        """Whether a share is of what the indicator is a share of: “24% of referrals were repeat referrals”."""
        return any(
            n > place + 1 and c == code and self._atoms[n - 1].text.lower() in ("were", "are", "was")
            for n, c in self._mentions
        )

    def _fits(self, place: int, code: str) -> bool:
        """Whether a figure is in the indicator's unit."""
        amount = self._atoms[place].amount
        indicator = self._context.lexicon.indicator(code)
        if amount.unit == "number" and indicator.unit is Unit.PERCENT and not self._in_percent:
            return False
        return fits(amount, indicator)

    @property
    def _in_percent(self) -> bool:
        """Whether a bare number may be a percentage: one stands beside it, or it is the header of a form."""
        return "%" in self._text or "per cent" in self._text.lower() or bool(HEADER.search(self._text))

    # --- quarters ---

    def _told(self, place: int, default: Quarter | None) -> StatedFigure:
        """The figure at ``place`` with the quarter it is said of, else ``default``."""
        atom = self._atoms[place]
        amount = atom.amount
        when = self._when(place)
        if when is None:
            return StatedFigure(amount, atom, default)
        quarter = self._atoms[when].quarter
        if self._atoms[when].kind == AtomKind.MONTH:
            return StatedFigure(amount, atom, quarter, said_quarter=True, month=True)
        return StatedFigure(amount, atom, quarter, said_quarter=True, unreadable=quarter is None)

    def _when(self, place: int) -> int | None:
        """The quarter or month that a figure is said of: the one behind it, else the one before it that is not another figure's."""
        if (listed := self._listed(place)) is not None:
            return listed
        if (behind := self._behind(place)) is not None:
            return behind
        for n in range(place - 1, -1, -1):
            atom = self._atoms[n]
            if atom.kind in TIMES:
                return n if self._goes_with_next(n, place) and len(self._run(n, AtomKind.QUARTER)) == 1 else None
            if atom.kind in (AtomKind.VALUE, AtomKind.POINTS, AtomKind.OTHERS, AtomKind.NO_FIGURE) or (
                atom.kind == AtomKind.WORD and atom.text.lower() in (";", "(", ")") and n < place - 1
            ):
                return None
        return None

    def _behind(self, place: int) -> int | None:
        """The quarter or month that follows a figure with nothing but small words between, and is not the next figure's."""
        joined, past = False, -1
        for n in range(place + 1, min(place + 12, len(self._atoms))):
            atom = self._atoms[n]
            if atom.kind == AtomKind.INDICATOR and n == place + 1:
                continue
            if n <= past:
                continue
            if atom.text == "(" and (closing := self._closing(n)) is not None:
                past = closing
                continue
            if atom.kind in TIMES:
                joined = joined or atom.kind == AtomKind.MONTH
                return n if joined or not self._leads(n) else None
            word = atom.text.lower()
            if atom.kind != AtomKind.WORD or word not in word_set("sentence.before_a_quarter"):
                return None
            joined = joined or word in ("in", "for", "at", "during", "of", "by")
        return None

    def _closing(self, place: int) -> int | None:
        """The bracket that closes the one at ``place`` with no quarter or month between; ``None`` where there is none near."""
        for n in range(place + 1, min(place + 7, len(self._atoms))):
            if self._atoms[n].kind in TIMES:
                return None
            if self._atoms[n].text == ")":
                return n
        return None

    def _leads(self, place: int) -> bool:
        """Whether a figure follows a quarter at once, as in “Q1 71%” or “Q1: 71%”."""
        following = self._atoms[place + 1 : place + 4]
        for atom in following:
            if atom.kind == AtomKind.VALUE:
                return True
            if atom.kind != AtomKind.WORD or atom.text.lower() not in (":", "was", "is", "(", "-", "–", "="):
                return False
        return False

    def _goes_with_next(self, place: int, figure: int) -> bool:
        """Whether a quarter before a figure is that figure's: not what a change is counted from, and not the figure's before it."""
        between = self._atoms[place + 1 : figure]
        close = all(a.kind == AtomKind.WORD and a.text in "-–—(:= " for a in between)
        before = self._atoms[max(0, place - 3) : place]
        if not close and any(a.kind == AtomKind.WORD and a.text.lower() in word_set("sentence.since") for a in before):
            return False
        for n in range(place - 1, max(-1, place - 8), -1):
            if self._atoms[n].kind == AtomKind.VALUE:
                return self._behind(n) != place
        return True

    def _listed(self, place: int) -> int | None:
        """Of quarters listed before their figures (“Q2/Q1: 84.5%/71%”) the one of this figure; ``None`` where there is no such list."""
        figures = self._run(place, AtomKind.VALUE)
        n = figures[0] - 1
        while (
            n >= 0
            and self._atoms[n].kind == AtomKind.WORD
            and self._atoms[n].text.lower() in (":", "-", "–", "(", "were", "was", "was", "are", "=")
        ):
            n -= 1
        quarters = self._run(n, AtomKind.QUARTER) if n >= 0 and self._atoms[n].kind == AtomKind.QUARTER else []
        if len(quarters) < 2:
            return None
        return quarters[figures.index(place)] if len(quarters) == len(figures) else None

    def _run(self, place: int, kind: str) -> list[int]:
        """The atoms of a kind that stand with the one at ``place`` in a list."""
        found = [place]
        while (
            found[0] >= 2
            and self._atoms[found[0] - 1].text in ("/", "and", ",")
            and self._atoms[found[0] - 2].kind == kind
        ):
            found.insert(0, found[0] - 2)
        while (
            len(found) < _MOST_LISTED
            and found[-1] + 2 < len(self._atoms)
            and self._atoms[found[-1] + 1].text in ("/", "and", ",")
            and self._atoms[found[-1] + 2].kind == kind
        ):
            found.append(found[-1] + 2)
        return found


def fits(amount: Amount, indicator: Indicator) -> bool:
    """Whether an amount can be a figure of the indicator: in its unit, or, for a percentage, with its decimals."""
    unit = indicator.unit
    if unit is Unit.PERCENT:
        return amount.unit == "percent" or (amount.unit == "number" and "." in f"{amount.value:f}")
    if unit in (Unit.DAYS, Unit.WEEKS, Unit.POUNDS):
        return amount.unit == unit.value or (amount.unit == "number" and unit is not Unit.POUNDS)
    return amount.unit == "number"
