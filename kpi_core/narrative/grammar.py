"""The grammar of claims: what a maintainer extends. Its examples are ``tests/narrative_examples.toml``: add one with every rule.

A rule of ``ROLES`` is a template over the atoms of a clause and the part that its figure plays. The words it goes by are in ``words/``
(``vocabulary`` reads them); here is what is done with them.
"""

from __future__ import annotations

import re
from functools import cache

from .vocabulary import any_of

# In a template: {v} a figure, {p} points or a figure, {q} a quarter, {d} a move or a judgement, {t} a target, {r} a relation, {m} an
# indicator; a|b one of these words; a trailing ? makes it optional; ~ up to four words that add nothing.
ROLES: tuple[tuple[str, str], ...] = (
    # what it should be
    ("target", "{t} of|is|was|at|:|level|for|set|- ~ {v}"),
    ("target", "{t} ( ~ {v} )"),
    ("target", "{t} ( {v}"),
    ("target", "{t} {v}"),
    ("target", "{t} of|at {v2} and|, {v}"),
    ("target", "{v} quarterly|council|corporate|agreed|local|overall? {t}"),
    # how much it changed, or how far it is from where it should be
    ("gap", "{p} {r} ~ {v9}? {t}"),
    ("gap", "{p} {d} than ~ {t}"),
    ("gap", "{t} ~ by ~ {p}"),
    ("by", "{d} ~ by ~ {p}"),
    ("by", "{d} of ~ {p}"),
    ("by", "{d} ( of|by? {p} )"),
    ("by", "{d} {p} from|on|since|compared|against|versus|vs|over"),
    ("by", "{p} slight|small|further|overall|net|steady|point|sharp|significant? {d}"),
    ("by", "{p} {r} ~ {q}"),
    ("by", "{p} {r} ~ in|at|for? {q}"),
    # from what to what
    ("pair", "from ~ {v1} in|at|for|during|(? ~ {q1}? )? ,? to ~ {v2}"),
    ("pair", "{v1} in|at|for|during|( ~ {q1} )? ,? to ~ {v2}"),
    ("later", "{d} ~ to ~ {v}"),
    ("later", "{d} ~ in|for|during? ~ {q1} also? to|at ~ {v}"),
    ("later", "{s} ~ at? {v}"),
    ("earlier", "{d} ~ from ~ {v}"),
    ("earlier", "{d} ~ to ~ {v2} ~ {q1}? )? ,? from ~ {v}"),
    ("earlier", "{v2} ~ {q1}? )? ,? {d}? from ~ {v}"),
    ("earlier", "{d} on|against|versus|vs|over|than ~ {v}"),
    ("earlier", "{d} ~ compared ~ to|with ~ {v}"),
    ("against", "{r} ~ {v}"),
    # the figure itself
    ("value", "{m} ~ ~ {v}"),
    ("counted", "{v} {m}"),
    ("share", "{v} of"),
    ("value", "at {v}"),
    ("value", "is|was|are|were now|currently {v}"),
    ("value", "stood|stands|standing ~ at {v}"),
    ("value", "figure|outturn|performance|rate|percentage|result|number|total|position|value|we|it ~ {v}"),
    ("value", "remain|remains|remained|continues ~ at {v}"),
    ("value", "reached|achieved|reaching|achieving|reported {v}"),
    ("value", "compared to|with ~ {v}"),
    ("opening", "with {v}"),
)  # fmt: skip
# An indicator of what is done on time, and how that is said.
TIMED = re.compile(
    r"\b(?:time|timely|timeliness|timescales?|[0-9]+[ -](?:working )?(?:days?|weeks?|hours?|months?))\b", re.I
)
ON_TIME = re.compile(
    r"\b(?:on|in|within|inside) (?:the )?(?:statutory |legal )?(?:time|timescales?|time ?limits?|limit|deadline)\b",
    re.I,
)
_KINDS = {"d": "[djs]", "p": "[pv]", "m": "m", "s": "s"}


@cache
def compiled() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The rules as patterns over the tags of a clause."""
    return tuple((role, re.compile(_pattern(template))) for role, template in ROLES)


def _pattern(template: str) -> str:
    parts = []
    for number, given in enumerate(template.split(" ")):
        optional, part = given.endswith("?"), given.rstrip("?")
        if part == "~":
            parts.append(r"(?:\S+~ ){0,4}?")
            continue
        if part.startswith("{"):
            name = part.strip("{}")
            kind = _KINDS.get(name[0], name[0])
            group = name if name[0] in "vpqtrn" else f"{name}_{number}"
            one = rf"<{kind}:(?P<{group}>\d+)>~? "
        else:
            words = "|".join(re.escape(word) for word in part.split("|"))
            one = rf"(?:{words})~? "
        parts.append(f"(?:{one})?" if optional else one)
    return r"(?<!\S)" + "".join(parts)


# --- what is no claim ---------------------------------------------------------------------------------------------


@cache
def hedge() -> re.Pattern[str]:
    """A plan, a habit, a wish, somebody else's check, a year: with one of these a clause claims nothing of the quarter."""
    return re.compile(rf"\b(?:{any_of('no_claim.hedge')})\b(?! (?:met|meet)\b)", re.I)


@cache
def any_word(name: str) -> re.Pattern[str]:
    """Any item of a list of ``words/``, as a word."""
    return re.compile(rf"\b(?:{any_of(name)})\b", re.I)


# Where a clause ends.
CLAUSES = re.compile(
    r"(?:;|\.\s|\s[-–—]\s(?!£?[0-9])|,?\s\b(?:but|however|although|though|whilst|while|whereas|despite|yet)\b,?|,\s(?=which|and\b)|\sand\s(?=(?:this|these|it|that|which|there|they)\b))",
    re.I,
)
MOVE_OF = {"above": "up", "below": "down", "better": "better", "worse": "worse"}
# The header of an exception report, where a percentage may stand without its sign.
HEADER = re.compile(r"\b(?:outturn|target)\b[^.]{0,20}[:=]", re.I)
# A sentence that goes back to a change told before it.
ECHO = re.compile(
    r"^(?:\W*)(?:this|the|that)\s+(?:\w+\s+){0,2}?(?P<word>increase|rise|growth|decrease|reduction|fall|drop|decline|improvement|deterioration)\b",
    re.I,
)
ECHOES = {"increase": "up", "rise": "up", "growth": "up", "improvement": "better", "deterioration": "worse"}
