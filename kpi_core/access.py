"""The one door: whether an actor may do something, and in one sentence why not.

Until there is sign-in people choose the role they act in and give a name, which is taken on trust. Who may do what
is the table ``MAY``; a role that is not named at an act may not do it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from .alike import LOOKS_LIKE
from .errors import NotAllowed
from .model import ExceptionReport, ReportEvent, ReportState
from .periods import day_in_words
from .words import LINE_MOST, checked

READER = "Reader"
PUBLIC_READER = "Public reader"
AUTHOR = "Report author"
HEAD = "Service Unit Head"
OFFICER = "Performance officer"
BOARD = "Improvement board"
ADMINISTRATOR = "Administrator"

ROLES = (READER, PUBLIC_READER, AUTHOR, HEAD, OFFICER, BOARD, ADMINISTRATOR)
"""Everyone may read."""


class Audience(StrEnum):
    """For whom an answer is."""

    INTERNAL = "internal"
    PUBLIC = "public"


class Act(StrEnum):
    """What one may ask to do; its value is how a refusal calls it."""

    PUBLISH = "publish figures, register entries or targets"
    WITHDRAW = "withdraw an upload"
    SAVE_MAPPING = "save a column mapping"
    LOAD = "load the files of data/"
    WRITE = "write exception reports, close actions or mark concerns"
    REOPEN = "give a report back or reopen it"
    APPROVE = "approve an exception report"
    SAVE_SCENARIO = "save a scenario"
    PROPOSE = "propose a target"
    DECIDE = "decide on a proposed target"
    CONFIRM = "confirm that the second copy was written again"
    ERASE = "erase what must not be kept"


MAY: Mapping[Act, tuple[str, ...]] = {
    Act.PUBLISH: (OFFICER,),
    Act.WITHDRAW: (OFFICER,),
    Act.SAVE_MAPPING: (OFFICER,),
    Act.LOAD: (OFFICER, ADMINISTRATOR),
    Act.WRITE: (AUTHOR, HEAD),
    Act.REOPEN: (HEAD,),
    Act.APPROVE: (HEAD,),
    Act.SAVE_SCENARIO: (AUTHOR, HEAD, BOARD),
    Act.PROPOSE: (BOARD,),
    Act.DECIDE: (BOARD,),
    Act.CONFIRM: (OFFICER, ADMINISTRATOR),
    Act.ERASE: (ADMINISTRATOR,),
}
"""The roles that may do each."""

_NOT_ONES_OWN = {
    Act.APPROVE: "Someone of this name wrote {what}. Ask somebody else to approve it.",
    Act.DECIDE: "Someone of this name proposed {what}. Somebody else of the Improvement board decides on it.",
    Act.ERASE: "The second person must be another one than who erases.",
}
"""What one person must not do to their own work: persons are compared here, not roles."""

_WRITES = {ReportEvent.SAVED, ReportEvent.READ_IN, ReportEvent.RESTORED, ReportEvent.SUBMITTED}
"""What makes its doer an author: returning, reopening and approving a report change no word of it."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a name, which is compared and never published, and a role."""

    name: str
    role: str


def refused(actor: Actor, act: Act, own: Iterable[tuple[str, str]] = ()) -> str:
    """Why ``actor`` may not do ``act``, in one sentence that says which role may; empty: they may.

    ``own``: whose work it is done to, each with what they did, for what nobody may do to their own work.
    """
    if not _words(actor.name):
        return "Give your name: it is kept with what you do, and never published."
    if actor.role not in ROLES:
        return f"Choose the role you act in: {'; '.join(ROLES)}."
    if actor.role not in MAY[act]:
        return f"The role {actor.role} may not {act}. Ask {_those(MAY[act])}."
    for name, what in own:
        if same_name(name, actor.name):
            return _NOT_ONES_OWN[act].format(what=what)
    return ""


def allow(actor: Actor, act: Act, own: Iterable[tuple[str, str]] = ()) -> Actor:
    """The actor with the name as it is kept. Raises ``NotAllowed`` where they may not, ``NotSaved`` where the name cannot be kept."""
    if why := refused(actor, act, own):
        raise NotAllowed(why)
    return Actor(name_of(actor), actor.role)


def authors(versions: Iterable[ExceptionReport]) -> list[tuple[str, str]]:
    """Who wrote a report with these versions, oldest first, since it was last approved, each with which version."""
    since: list[ExceptionReport] = []
    for version in versions:
        since = [] if version.state is ReportState.APPROVED else [*since, version]
    return [
        (
            one.saved_by,
            f"version {one.version} of the report{f' on {day_in_words(one.saved_at)}' if one.saved_at else ''}",
        )
        for one in since
        if one.event in _WRITES
    ]


def name_of(actor: Actor) -> str:
    """The name as it is kept. Raises ``NotSaved`` where it cannot be."""
    return checked("your name", " ".join(actor.name.split()), LINE_MOST)


def same_name(one: str, other: str) -> bool:
    """Whether two names are one, whatever their case, spacing, punctuation, accents, look-alike letters or the order of their words."""
    return _one_name(_words(one), _words(other)) or _one_name(
        _words(one.translate(_CAPITALS)), _words(other.translate(_CAPITALS))
    )


def _one_name(ones: list[str], others: list[str]) -> bool:
    return bool(ones) and ("".join(ones) == "".join(others) or sorted(ones) == sorted(others))


_BLANK_LETTERS = "\u115f\u1160"
# Capitals that look like another Latin letter than their small ones do.
_CAPITALS = str.maketrans("ΖΗΜΝΥ", "ZHMNY")


def _words(name: str) -> list[str]:
    """The letters and digits of each word, without case, accents or what cannot be seen; look-alike letters as the Latin ones."""
    # Ligatures and full-width letters come apart and accents off; through capitals, as “ı” and “i” have one capital.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).upper().casefold())
    seen = (c for c in plain if unicodedata.category(c) not in ("Cf", "Cc", "Co", "Cn") or c.isspace())
    seen = (c for c in seen if c not in _BLANK_LETTERS)
    spaced = "".join(c if c.isalnum() else "" if unicodedata.category(c) in ("Mn", "Me") else " " for c in seen)
    return spaced.translate(LOOKS_LIKE).split()


def _those(roles: tuple[str, ...]) -> str:
    return roles[0] if len(roles) == 1 else f"{', '.join(roles[:-1])} or {roles[-1]}"
