"""Which indicators a text names: by name, by alias, or, where neither stands there word for word, by most of its name's words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..model import Indicator
from .vocabulary import word_set

_WORD = re.compile(r"[A-Za-z]+|[0-9]+")
_BEFORE = re.compile(
    r"^(?:(?:the|overall|total|average|median)\s+)*(?:(?:percentage|proportion|number|rate|share|count|%|no\.?)\s*(?:of\s+)?)+(?:the\s+)?",
    re.I,
)
_BETWEEN = r"[\W_]{0,4}"
_SAME = {"pupil": "child", "children": "child", "student": "child", "people": "person"}


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in a text that names an indicator; ``codes`` are several where the words fit more than one."""

    start: int
    end: int
    codes: frozenset[str]


class Lexicon:
    """The names and aliases of a register, ready to be found in a text."""

    def __init__(self, indicators: Iterable[Indicator]) -> None:
        self._indicators = {one.code: one for one in indicators}
        said: dict[tuple[str, ...], set[str]] = {}
        for one in self._indicators.values():
            for phrase in (one.name, *one.aliases):
                for form in {_tokens(phrase), _tokens(_BEFORE.sub("", phrase))}:
                    if form:
                        said.setdefault(form, set()).add(one.code)
        # By their first word, the longest first: looking for all of them at every place would take most of the time.
        self._forms: dict[str, list[tuple[tuple[str, ...], frozenset[str]]]] = {}
        for form in sorted(said, key=_length, reverse=True):
            self._forms.setdefault(_singular(form[0]), []).append((form, frozenset(said[form])))
        self._patterns: dict[str, list[tuple[re.Pattern[str], frozenset[str]]]] = {}
        self._words: dict[str, frozenset[str]] = {}
        self.stems = {code: stems(one.name) for code, one in self._indicators.items()}

    def _beginning(self, word: str) -> list[tuple[re.Pattern[str], frozenset[str]]]:
        """The names that begin with a word. Their patterns are made when a text first has it: most texts never do."""
        if word not in self._patterns:
            self._patterns[word] = [
                (re.compile(_BETWEEN.join(map(_flexible, form)) + r"(?![A-Za-z0-9])", re.I), codes)
                for form, codes in self._forms[word]
            ]
        return self._patterns[word]

    def _words_of(self, code: str) -> frozenset[str]:
        """What the register says that an indicator counts, word by word."""
        if code not in self._words:
            one = self._indicators[code]
            said = (*one.aliases, one.definition, one.numerator)
            self._words[code] = self.stems[code].union(*map(stems, said))
        return self._words[code]

    def indicator(self, code: str) -> Indicator:
        """The register's entry."""
        return self._indicators[code]

    def mentions(self, text: str) -> list[Mention]:
        """Every place in ``text`` that names an indicator word for word, in order; of two that overlap the longer."""
        words = list(_WORD.finditer(text))
        found: list[Mention] = []
        for word in words:
            if found and word.start() < found[-1].end:
                continue
            first = _singular(word[0].lower())
            for pattern, codes in self._beginning(first) if first in self._forms else ():
                if match := pattern.match(text, word.start()):
                    found.append(Mention(match.start(), match.end(), codes))
                    break
        return sorted((*found, *self._loosely(words, found)), key=lambda one: one.start)

    def _loosely(self, words: Sequence[re.Match[str]], exact: Sequence[Mention]) -> Iterator[Mention]:
        """Places where every word of a name of three or more stands, close together, in any order."""
        named = {code for one in exact for code in one.codes}
        meaning = [(one, _stem(one[0])) for one in words if one[0].lower() not in word_set("sentence.small")]
        held = {stem for _, stem in meaning}
        for code, stems_of in self.stems.items():
            if code in named or len(stems_of) < 3 or not stems_of <= held:
                continue
            for n, (one, stem) in enumerate(meaning):
                if stem not in stems_of:
                    continue
                reach = meaning[n : n + len(stems_of) + 2]
                ends = [k for k in range(len(reach)) if stems_of <= {s for _, s in reach[: k + 1]}]
                start, end = one.start(), reach[ends[0]][0].end() if ends else 0
                if ends and not any(m.start < end and start < m.end for m in exact):
                    yield Mention(start, end, frozenset((code,)))
                    break

    def speaks_of(self, text: str) -> str | None:
        """The one indicator nearly all of whose name's words stand in ``text``, in any order; ``None`` where none or several do."""
        held = stems(text)
        scores = {code: len(words & held) / len(words) for code, words in self.stems.items() if len(words) > 1}
        best = sorted(scores.items(), key=lambda one: -one[1])[:2]
        if not best or best[0][1] < _NEARLY_ALL or (len(best) > 1 and best[1][1] >= best[0][1]):
            return None
        return best[0][0]

    def names_whole(self, code: str, text: str) -> bool:
        """Whether every word of the indicator's name that carries meaning stands in ``text``."""
        return bool(self.stems[code]) and self.stems[code] <= stems(text)

    def has_numbers(self, code: str, text: str) -> bool:
        """Whether every number in ``text`` stands in what the register calls the indicator, and there is one."""
        one = self._indicators[code]
        numbers = _in_figures(text)
        return bool(numbers) and numbers <= _in_figures(" ".join((one.name, one.definition, *one.aliases)))

    def knows(self, code: str, word: str) -> bool:
        """Whether ``word`` belongs to what the register says the indicator counts."""
        return code in self._indicators and bool(stems(word) & self._words_of(code))


def _in_figures(text: str) -> frozenset[str]:
    """The numbers of a text, those in words as figures."""
    words = re.findall(r"[0-9]+|[a-z]+", text.lower())
    return frozenset(_NUMBERS.get(word, word) for word in words if word.isdigit() or word in _NUMBERS)


_NUMBERS = {
    word: str(n)
    for n, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1
    )
}
_NEARLY_ALL = 0.8
_STEM = 5


def stems(text: str) -> frozenset[str]:
    """The words of ``text`` that carry meaning, each by its stem."""
    return frozenset(
        _stem(word)
        for word in _WORD.findall(text.replace("’", "'"))
        if word.lower() not in word_set("sentence.small") and len(word) > 1
    )


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    """A word by its first letters: “permanence” and “permanently”, “exclusions” and “excluded” are the same."""
    word = word.lower().removesuffix("s") if len(word) > 3 else word.lower()
    return _SAME.get(word, word)[:_STEM]


def _tokens(phrase: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORD.findall(phrase))


def _singular(word: str) -> str:
    """A word without the ending of its plural, as ``_flexible`` allows for it."""
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def _flexible(token: str) -> str:
    """A word as its singular or plural, and where it is a number with what is written behind it."""
    if token.isdigit():
        return token
    if token.endswith("ies") and len(token) > 4:
        return f"{re.escape(token[:-3])}(?:y|ies)"
    stem = token[:-1] if token.endswith("s") and not token.endswith("ss") and len(token) > 3 else token
    return f"{re.escape(stem)}(?:[’']?s[’']?)?"


def _length(form: Sequence[str]) -> int:
    return sum(map(len, form))
