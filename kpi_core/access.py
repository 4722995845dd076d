"""Who may do what until there is sign-in: people choose the role they act in and give a name."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .errors import NotAllowed
from .exception_form import LINE_MOST, checked
from .model import ExceptionReport, ReportEvent, ReportState
from .periods import day_in_words


@dataclass(frozen=True, slots=True)
class Role:
    """A role, and what it may do with exception reports and with targets that are proposed."""

    name: str
    may_write: bool = False
    may_approve: bool = False
    may_decide: bool = False


ROLES = (
    Role("Report author", may_write=True),
    Role("Service Unit Head", may_write=True, may_approve=True, may_decide=True),
    Role("Performance officer", may_write=True, may_decide=True),
    Role("Improvement board", may_decide=True),
)
"""Everyone may read, save scenarios and propose targets."""

_BY_NAME = {role.name: role for role in ROLES}
_WRITES = {ReportEvent.SAVED, ReportEvent.READ_IN, ReportEvent.RESTORED, ReportEvent.SUBMITTED}
"""What makes its doer an author: returning, reopening and approving a report change no word of it."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a name, which is compared and never published, and a role."""

    name: str
    role: str


def may_write(actor: Actor) -> str:
    """Why ``actor`` may not write reports, close actions or mark concerns, in one sentence; empty: they may."""
    if refused := _unknown(actor):
        return refused
    if not _BY_NAME[actor.role].may_write:
        return f"In the role {actor.role} one reads only. To write, choose {_those(lambda role: role.may_write)}."
    return ""


def may_review(actor: Actor) -> str:
    """Why ``actor`` may not give a report back or reopen it, in one sentence; empty: they may."""
    if refused := _unknown(actor):
        return refused
    role = _BY_NAME[actor.role]
    return "" if role.may_approve else may_write(actor)


def may_approve(actor: Actor, versions: Iterable[ExceptionReport]) -> str:
    """Why ``actor`` may not approve a report with these versions, oldest first, in one sentence; empty: they may.

    Nobody approves what they wrote: the name may not be that of anyone who wrote since the report was last approved.
    """
    if refused := _unknown(actor):
        return refused
    if not _BY_NAME[actor.role].may_approve:
        return f"In the role {actor.role} one may not approve. Ask {_those(lambda role: role.may_approve)}."
    for version in _since_approved(versions):
        if version.event in _WRITES and same_name(version.saved_by, actor.name):
            on = f" on {day_in_words(version.saved_at)}" if version.saved_at else ""
            return f"Someone of this name wrote version {version.version} of the report{on}. Ask somebody else to approve it."
    return ""


def may_propose(actor: Actor) -> str:
    """Why ``actor`` may not save a scenario or propose a target, in one sentence; empty: they may, in any role."""
    return _unknown(actor)


def may_decide(actor: Actor) -> str:
    """Why ``actor`` may not accept or decline a target that is proposed, in one sentence; empty: they may."""
    if refused := _unknown(actor):
        return refused
    if not _BY_NAME[actor.role].may_decide:
        return f"In the role {actor.role} one may not decide on a proposed target. Ask {_those(lambda role: role.may_decide)}."
    return ""


def allow(refused: str) -> None:
    """Raise ``NotAllowed`` with the sentence that one of the rules above gave, if it gave one."""
    if refused:
        raise NotAllowed(refused)


def name_of(actor: Actor) -> str:
    """The name as it is kept. Raises ``NotSaved`` where it cannot be."""
    return checked("your name", " ".join(actor.name.split()), LINE_MOST)


def _since_approved(versions: Iterable[ExceptionReport]) -> list[ExceptionReport]:
    since: list[ExceptionReport] = []
    for version in versions:
        since = [] if version.state is ReportState.APPROVED else [*since, version]
    return since


def same_name(one: str, other: str) -> bool:
    """Whether two names are one, whatever their case, spacing, punctuation, accents or the order of their words."""
    ones, others = _words(one), _words(other)
    return bool(ones) and ("".join(ones) == "".join(others) or sorted(ones) == sorted(others))


def _words(name: str) -> list[str]:
    """The letters and digits of each word, without case or accents."""
    # Ligatures and full-width letters come apart and accents off; through capitals, as “ı” and “i” have one capital.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).upper().casefold())
    spaced = "".join(c if c.isalnum() else "" if unicodedata.combining(c) else " " for c in plain)
    return spaced.split()


def _unknown(actor: Actor) -> str:
    if not _words(actor.name):
        return "Give your name: it is kept with what you do, and never published."
    if actor.role not in _BY_NAME:
        return f"Choose the role you act in: {'; '.join(_BY_NAME)}."
    return ""


def _those(may: Callable[[Role], bool]) -> str:
    names = [role.name for role in ROLES if may(role)]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
