"""What an officer decides about a file, and why it cannot be published by that decision."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from ..access import OFFICER
from ..errors import NotConfirmed, NotPublished
from ..words import plural

if TYPE_CHECKING:
    from .register import AnyPreview


@dataclass(frozen=True, slots=True)
class TargetDecision:
    """Who decided that recorded targets change, on what date or in which paper, and why: asked once a file."""

    decided_by: str = ""
    decided_on: date | None = None
    paper: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What an officer decides about a preview."""

    by: str
    reason: str = ""
    confirmed: Collection[str] | None = ()
    """The warnings confirmed, each as ``Preview.to_confirm`` names it; ``None``: all of them."""
    revision_kind: str = ""
    """``scheduled`` or ``correction``; empty: the likely one."""
    role: str = OFFICER
    targets: TargetDecision = field(default_factory=TargetDecision)
    """Who decided that recorded targets change, and when or in which paper; why is ``reason`` where it is not said here."""


def as_decided(preview: AnyPreview, decision: Decision) -> AnyPreview:
    """A preview with what was decided of recorded targets.

    Raises ``NotPublished`` where it is blocked or holds nothing to publish, or where a reason, a name or what a changed target
    needs is missing; ``NotConfirmed`` where a warning is not confirmed.
    """
    if preview.blocked:
        count = sum(one.blocks for one in preview.findings)
        what = plural(count, "problem blocks", "problems block")
        raise NotPublished(f"Nothing was published: {count} {what} it. Correct the file and check it again.")
    if not preview.changes:
        raise NotPublished("Nothing was published: the file holds nothing to publish.")
    if decision.confirmed is not None:
        left = tuple(one for one in preview.to_confirm if one not in decision.confirmed)
        if left:
            raise NotConfirmed(left)
    if preview.needs_reason and not decision.reason.strip():
        raise NotPublished("Nothing was published: what was published before would change. Give the reason.")
    if not decision.by.strip():
        raise NotPublished("Nothing was published: say who publishes it.")
    said = decision.targets
    found = preview.with_decision(replace(said, reason=said.reason or decision.reason))
    if lacking := lacking_decision(found):
        raise NotPublished(lacking)
    return found


def lacking_decision(preview: AnyPreview) -> str:
    """What is still to be said of recorded targets that change, in a sentence; empty: nothing."""
    asked = ("who decided it", "on what date or in which paper", "why")
    lacking = [words for words, missing in zip(asked, preview.undecided, strict=True) if missing]
    if not lacking:
        return ""
    last = lacking.pop()
    said = f"{', '.join(lacking)}{',' if len(lacking) > 1 else ''} and {last}" if lacking else last
    return f"Nothing was published: a recorded target changes. Say {said}."
