"""The grammar of claims: what a maintainer extends. Its examples are ``tests/narrative_examples.toml``: add one with every rule.

A rule of ``ROLES`` is a template over the atoms of a clause and the part that its figure plays. The other tables say where a clause ends,
what makes it no claim, and which words leave a figure the indicator's own.
"""

from __future__ import annotations

import re
from functools import cache


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# In a template: {v} a figure, {p} points or a figure, {q} a quarter, {d} a move or a judgement, {t} a target, {r} a relation, {m} an
# indicator; a|b one of these words; a trailing ? makes it optional; ~ up to four words that add nothing.
FILL = _words(
    """
    the a an this was were is are stood stands standing at of to have has had been being in figure figures rate
    percentage performance it currently now just still end month which that ended outturn result results total
    data position level our we with there saw seen shows showed showing reported recorded achieved reached also
    and even only value number overall actual final provisional out turn : - – — ( , [ = for as remained remains
    remaining stable steady high low latest down up back
    """
)
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

# A plan, a habit, a wish, somebody else's check, a year: with one of these a clause claims nothing of the quarter.
HEDGE = re.compile(
    r"\b(?:will|would|should|could|may|might|shall|can|cannot|expect(?:s|ed|ing|ation)?|anticipat\w+|forecast\w*|project(?:ed|ion|ions)|predict\w*"
    r"|aim(?:s|ed|ing)?|hop(?:e|es|ed|ing)|intend\w*|ambition\w*|aspir\w+|planned|planning to|plans? to|we plan|seek(?:s|ing)?|if|unless|likely|unlikely|potential(?:ly)?"
    r"|generally|usually|typically|normally|tend(?:s|ed)?|historically|seasonal(?:ly)?|traditionally|annual(?:ly)?|each (?:year|quarter|month|day)"
    r"|every (?:year|quarter|month)|trajectory|trend data|prevent\w*|avoid\w*|risk of|in order to|so that|need(?:s|ed)? to|must|ideally|at least"
    r"|goal|objective|designed to|help(?:s|ed|ing)? to|work(?:ing)? to(?:wards)?|focus(?:ed|ing)? on|continue to (?:work|focus|monitor)|year[- ]end|year to date|ytd"
    r"|cumulative(?:ly)?|pre-?pandemic|pandemic|covid|to (?:reduce|increase|improve|raise|lower|decrease|drive|bring|keep|maintain|achieve|reach|ensure|get|support)"
    r"|when(?! compared)|where|until|once|per day|sample|audit(?:s|ed)?|dip sample|survey\w*|inspect\w+|ofsted|target(?:ed|ing)|estimat\w+|assum\w+|previously reported"
    r"|not|n[’']t|never|no longer|without|rather than|instead of|nor|neither|hardly|barely|unable|fail(?:s|ed)? to|rolling|academic year|calendar year"
    r"|is worth|equals|equates to|means|for (?:each|every)|minimum|maximum|forecast\w*|financial year|full year|half year|monthly|weekly|daily|month on month|week)\b(?! (?:met|meet)\b)",
    re.I,
)
# What looks like one of them and is none.
OURS = re.compile(
    r"\b(?:as expected|continu(?:es|ed|ing) to (?:increase|improve|reduce|decrease|rise|fall|grow|decline)|no change|not (?:yet )?(?:been )?(?:met|meet|changed|reached|achieved|hit)|month[- ]end)\b",
    re.I,
)
# A stretch of time for which no two quarters can be compared.
LONG = re.compile(
    r"\b(?:(?:last|past|previous|recent) (?:\w+ )?(?:years|months|decade)|over time|over the (?:\w+ )?(?:twelve|12) months|(?:in|over|within) (?:a|the|one|\w+) (?:year|years|months|decade)|long[- ]term"
    r"|since (?:19|20)[0-9]{2}\b|(?:during|over|across) the (?:year|quarter|summer|period)|year[- ]on[- ]year)\b",
    re.I,
)
# A time that is not read: a figure without a quarter of its own may be of then.
UNREAD_TIME = re.compile(
    r"\b(?:(?:[0-9]+|one|two|three|four|six|nine|twelve|several|some|few) (?:months?|weeks?|quarters?) (?:before|earlier|ago|previously|later|to|on)|months? to|quarter to"
    r"|(?:in|over|since|by|during) (?:the )?(?:spring|summer|winter|autumn|easter|christmas)|(?:spring|summer|winter|autumn) (?:quarter|term)|half[- ]year|mid[- ]year"
    r"|(?:start|beginning|end) of (?:the )?(?:last |previous |financial )?(?:year|quarter|term)|last reported|last time|previously|formerly|originally|initially|at first"
    r"|lowest|highest|peak(?:ed)?|worst|best|record|low point|high point|earlier (?:figure|rate|level)|first (?:published|reported)|had (?:been|stood)|having been|used to be"
    r"|baseline|starting point|outturn for|year before|ever)\b",
    re.I,
)
# A part of the whole.
PART_OF = re.compile(r"\b(?:of (?:which|whom|these|those|them|this)|including|sub-?group|cohort of|breakdown|split)\b", re.I)  # fmt: skip
# Where a clause ends.
CLAUSES = re.compile(
    r"(?:;|\.\s|\s[-–—]\s(?!£?[0-9])|,?\s\b(?:but|however|although|though|whilst|while|whereas|despite|yet)\b,?|,\s(?=which|and\b)|\sand\s(?=(?:this|these|it|that|which|there|they)\b))",
    re.I,
)
# Words that say nothing of whom or of what: beside the indicator's own words they leave a figure the indicator's.
PLAIN_WORDS = _words(
    """
    about above according achieved actual actually again against agreed all almost already also although amber
    among an and annual another approximately are area areas as at authority authority's average back bcp be
    because been being below best better between big borough both bring bringing brings broadly brought but by
    came can change changed changes clear clearly come compare compared compares comparison concern concerning
    consecutive consecutively considerable considerably consistent consistently continual continue continued
    continues continuing corporate corresponding council councils county cumulative current currently data decline
    decrease despite direction disappointing disappointingly down downward downwards dramatic dramatically drop
    drops due during e.g earlier early emerging encouraging encouragingly end ended ending equal equates equating
    equivalent even excellent exception expected fall far figure figures final financial finished first focus
    following for from full further gone good gradual gradually greater green had has have heading held hence here
    high higher highest historic however huge i.e improved improvement improving in increase indicates indicator
    indicator's indicators is it its itself just keep keeps kept key kpi kpis large last late latest latter least
    leaves leaving left less level levels line little local long low lower lowest made maintained major many
    marginal marginally marked markedly massive mean meaning means measure meet meeting met minor missed moderate
    moderately modest month more most moved moving much narrow narrowly near nearly negative net new no notable
    notably now number numbers of off on once one only onto or our out outstanding outturn over overall own par
    particularly past per percent percentage perform performance performance's performed performing period picture
    place pleasing pleasingly point points poor poorer position positive positively pp presently previous
    previously prior proportion provisional published put puts putting quarter quarterly quarters quickly quite
    rag rapid rapidly rate rated rates rather reach reached reaching real record recorded red reduction reflecting
    reflects relative relatively remain remained remaining remains report reported reporting represented
    representing represents respectively result resulted resulting results revised right rise rounded same saw
    score second see seen service services services' set sharp sharply short show showed showing shown shows sign
    significant significantly similarly since slight slightly slowly small so some somewhat standing stands
    stating statistic statistics stats stay stayed stays steadily steady still stood story strong stronger
    strongly subsequent substantial substantially such sustained takes taking target terms than that the their
    then there therefore these they third this those though three through time timely to today together tolerance
    took total towards travel trend twice two unchanged under unfortunately up upward upwards us usual v value
    values versus very vs was we welcome well went were what when whereas which while whilst whole with within
    worrying worse wrong year years yet
    """
)

AFTER_A_COUNT = _words(
    """
    a against an and are as at between but by cases children compared down during fewer for from higher in is last
    lower more on or over overall people per pupils recorded reported since the this to up versus was were when
    which who with young
    """
)
BEFORE_A_QUARTER = _words(
    """
    seen recorded reported achieved in for at during by ( , of the end month to and reported recorded ) - – :
    """
)
BEFORE_A_TARGET = _words(
    """
    the our its a an agreed quarterly council councils council's council’s bcp bcps corporate of set this own
    current local level ( to with in or just both on at , and performance quarter 's ’s
    """
)
OTHER_TARGETS = _words(
    """
    national government government's dfe statutory annual year-end end-of-year stretch long-term future proposed
    new former old previous individual regional savings financial budget next 2030 2025 recruitment pupil pupil's
    school schools attendance their his her personal trajectory milestone
    """
)
NO_NEW_MOVE = _words(
    """
    this these that the such any to
    """
)
OF_SOMETHING = _words(
    """
    in of the number numbers rate percentage proportion level overall total our % figure figures performance for
    to
    """
)
SINCE = _words(
    """
    as since on from than compared against over versus vs with
    """
)
MOVE_OF = {"above": "up", "below": "down", "better": "better", "worse": "worse"}


# Behind a figure they make it a distance from something, and not the figure itself.
A_DISTANCE = _words(
    "over under short adrift inside better worse more fewer off away behind ahead less longer shorter quicker slower"
)
# The header of an exception report, where a percentage may stand without its sign.
HEADER = re.compile(r"\b(?:outturn|target)\b[^.]{0,20}[:=]", re.I)
# A sentence that goes back to a change told before it.
ECHO = re.compile(
    r"^(?:\W*)(?:this|the|that)\s+(?:\w+\s+){0,2}?(?P<word>increase|rise|growth|decrease|reduction|fall|drop|decline|improvement|deterioration)\b",
    re.I,
)
ECHOES = {"increase": "up", "rise": "up", "growth": "up", "improvement": "better", "deterioration": "worse"}
