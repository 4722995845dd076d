"""What a text of a form holds: quarters, figures, dates, and people with their roles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ..errors import FigureError, PeriodError
from ..figures import number
from ..periods import Quarter, quarter


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name, as it stands in ``where`` (``completed_by``, ``approved_by`` or ``owner``), and a role to offer for it."""

    text: str
    role: str
    where: str


def read_quarter(text: str) -> Quarter | None:
    """The quarter that ``text`` is; ``None`` where it is none."""
    try:
        return quarter(text)
    except PeriodError:
        return None


_PLAIN_FIGURE = re.compile(
    r"£?\s?(?P<digits>-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|-?[0-9]+(?:\.[0-9]+)?)\s?(?:%|per ?cent)?\.?", re.I
)


def figure_in(text: str) -> Decimal | None:
    """The one number that a text is; ``None`` where it is anything else."""
    plain = _PLAIN_FIGURE.fullmatch(text.strip().replace("−", "-"))
    try:
        return number(plain["digits"].replace(",", "")) if plain else None
    except FigureError:
        return None


_WITH_WORDS = re.compile(
    r"\s*\(?(?:provisional|days|weeks|months|households|children|cases|people|families)\)?\.?$", re.I
)


def figure_with_words(text: str) -> Decimal | None:
    """A number with its unit, or marked as provisional, which does not make it another number."""
    return figure_in(_WITH_WORDS.sub("", text))


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"


_DAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?"


DATE = re.compile(
    rf"(?<![\w./-])(?:(?P<d>[0-9]{{1,2}})\s?[./-]\s?(?P<m>[0-9]{{1,2}})\s?[./-]\s?(?P<y>[0-9]{{4}}|[0-9]{{2}})"
    rf"|{_DAY}(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?[\s-]+(?:of\s+)?(?P<month>{_MONTH})\.?,?[\s-]+(?P<year>[0-9]{{4}}|[0-9]{{2}})"
    r"|(?P<iy>[0-9]{4})-(?P<im>[0-9]{2})-(?P<iday>[0-9]{2}))(?![\w/-]|\.[0-9])",
    re.I,
)


def dates_in(text: str) -> list[tuple[date, int, int]]:
    """Each day named in ``text`` as it is written in England, with where it stands. No such day (31.02.2023): not one."""
    found = []
    for one in DATE.finditer(text):
        day, year = one["d"] or one["day"] or one["iday"], one["y"] or one["year"] or one["iy"]
        month = one["m"] or one["im"] or str(_MONTHS.index(one["month"][:3].lower()) + 1)
        try:
            found.append(
                (date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day)), one.start(), one.end())
            )
        except ValueError:
            continue
    return found


def is_time(text: str) -> bool:
    """Whether a text is a day or a month, by which something is to be done."""
    bare = text.strip(" .")
    whole = any(bare[:start] + bare[end:] == "" for _, start, end in dates_in(bare))
    return whole or re.fullmatch(rf"(?:the )?(?:end of )?(?:{_MONTH}|q[1-4])(?:\s+[0-9/-]+)?", bare, re.I) is not None


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_OFFICES = _words("""
    manager managers director officer officers lead leader leads author team board coordinator co-ordinator adviser advisor
    analyst headteacher supervisor practitioner consultant head chief group forum service services committee panel
    partnership business unit department directorate cabinet portfolio holder executive commissioner administrator
    worker owner
""")  # fmt: skip


_FIELDS_OF_WORK = _words("""
    assistant deputy interim acting senior principal strategic operational operations corporate area locality children children's
    children’s child young people people's social care early help front door virtual school schools education youth quality
    assurance performance data insight programme project policy information report family families safeguarding improvement
    permanence permanency parenting inclusion send sen finance financial legal hr human resources public health adult adults
    adoption fostering placement placements commissioning assessment referral referrals review reviewing independent audit
    practice workforce development training learning skills employment support intervention prevention community
    communities neet mash access attendance admissions transport digital customer strategy planning research
    intelligence systems monitoring targeted contact response duty leaving exploitation contextual domestic abuse
    disability disabilities disabled residential kinship council local authority city county borough district
    joint north south east west central of and for the & - – / to in on behalf with
""")  # fmt: skip


def _is_role(words: Sequence[str]) -> bool:
    plain = [word.strip("(),.;").lower() for word in words]
    if len(plain) > 2 and plain[0] in ("head", "director", "lead", "manager") and plain[1] in ("of", "for"):
        return True
    return all(word in _OFFICES | _FIELDS_OF_WORK for word in plain) and any(word in _OFFICES for word in plain)


def role_at(words: Sequence[str]) -> int:
    """At which word a role begins that goes on to the end; the number of words where there is none."""
    return next((at for at in range(len(words)) if _is_role(words[at:])), len(words))


_SMALL_WORDS = {
    "of",
    "the",
    "and",
    "for",
    "to",
    "in",
    "&",
    "/",
    "-",
    "–",
    "with",
    "on",
    "behalf",
    "de",
    "van",
    "von",
    "da",
    "le",
}


_NOBODY = re.compile(
    r"(?:tb[ca]|to be \w+|n/?a|none|pending|awaiting.*|not yet.*|draft.*|insert.*|x{2,}|\W*|date|name|signature)", re.I
)


AGREED = re.compile(r"(?:yes|approved|agreed|signed(?: off)?)\W*", re.I)


def is_signed(text: str) -> bool:
    """Whether a text can be who signed: names and roles, and no sentence."""
    words = text.rstrip(".").split()
    if not words or len(words) > 16 or _NOBODY.fullmatch(text) or AGREED.fullmatch(text) or text[-1] in "?!:":
        return False
    capital = all(w.lower() in _SMALL_WORDS or w.lstrip("(/")[:1].isupper() or "@" in w for w in words)
    low = len(words) <= 3 and all(re.fullmatch(r"[^\W\d_][\w'’.-]*", word) for word in words) and not text.endswith(".")
    return (capital and any(w[0].isalpha() for w in words)) or low or role_at(words) == 0


_PARTED = (r"\s*[;/:]\s*", r"\s*,\s*", r"\s*[()]\s*", r"\s+[-–—]\s+", r"\s*&\s*|\s+and\s+")


def _people(text: str) -> list[tuple[str, str]]:
    """The names and roles in who signed, in order: (``name``, ``role`` or ``other``, the words)."""
    words = text.split()
    at = role_at(words)
    if words and at == 0:
        return [("role", text)]
    for parted in _PARTED:
        pieces = [piece.strip() for piece in re.split(parted, text) if piece.strip()]
        if len(pieces) > 1:
            read = [one for piece in pieces for one in _people(piece)]
            # “Children, Families and Learning” are no people: their words stay together.
            return read if parted != _PARTED[-1] or any(kind == "name" for kind, _ in read) else [("other", text)]
    if at < len(words):
        name = " ".join(words[:at])
        return [("name", name), ("role", " ".join(words[at:]))] if at > 1 and _is_name(name) else [("role", text)]
    return [("name" if _is_name(text) else "other", text)]


def _is_name(text: str) -> bool:
    """Whether words without a role are what a person is called. Capitals alone are an abbreviation."""
    words = text.split()
    if "@" in text:
        return True
    if len(words) > 5 or (len(words) == 1 and text.isupper()) or _NOBODY.fullmatch(text):
        return False
    known = any(word.lower() in _OFFICES | _FIELDS_OF_WORK for word in words)
    return bool(words) and not known and all(re.fullmatch(r"[^\W\d_][\w'’.-]*", word) for word in words)


def names_in(text: str, offered: str, where: str) -> Iterator[Name]:
    """Each name with the role that stands beside it, or else the one ``offered``."""
    people = _people(text)
    for at, (kind, words) in enumerate(people):
        # One word can be a team; of an author or approver it is a name all the same.
        if kind != "name" or (where == "owner" and (" " not in words or not words.istitle()) and "@" not in words):
            continue
        beside = [*people[at + 1 : at + 2], *(people[:1] if at == 1 and len(people) == 2 else ())]
        yield Name(words, next((role for kind, role in beside if kind == "role"), offered), where)


def in_roles(text: str, offered: str) -> str:
    """``text`` with its names replaced."""
    named = {name.text: name.role for name in names_in(text, offered, "owner" if offered == "Action owner" else "")}
    return ", ".join(dict.fromkeys(named.get(words, words) for _, words in _people(text))) if named else text
