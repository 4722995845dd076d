"""What an upload gave, what became of it, and what withdrawing it changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from .model import Absence, ChangeKind
from .periods import Quarter

Figure = Decimal | Absence
"""A figure as published, or why there is none."""


@dataclass(frozen=True, slots=True)
class Link:
    """One row of the chain that is held of an indicator, area and quarter: what one upload gave. Upload 0: bundled."""

    indicator: str
    area: str
    quarter: Quarter
    figure: Figure
    provisional: bool
    upload: int
    kind: ChangeKind

    @property
    def key(self) -> tuple[str, str, Quarter]:
        """What it is a figure of."""
        return self.area, self.indicator, self.quarter


@dataclass(frozen=True, slots=True)
class Effect:
    """What one upload did to one figure, and what becomes of it when the upload is withdrawn."""

    given: Link
    before: Link | None
    """What stood before, and would stand again; ``None``: nothing did."""
    later: Link | None
    """What a later upload, which stands, put in its place; it is left as it is."""

    @property
    def left_standing(self) -> str:
        """Why withdrawing the upload leaves this figure as it is; empty where it is taken back."""
        if self.later is None:
            return ""
        how = {
            ChangeKind.SAME: "gave the same figure",
            ChangeKind.CONFIRMED: "confirmed it",
            ChangeKind.REVISED: "revised it",
            ChangeKind.NEW: "gave a figure after it",
            ChangeKind.COMMENT: "changed its comment",
        }
        return f"upload {self.later.upload} {how[self.later.kind]} later"


def effects(chains: Iterable[Link], upload: int, withdrawn: Collection[int]) -> tuple[Effect, ...]:
    """What ``upload`` did, from the whole chains it has a link in, oldest link first; ``withdrawn``: uploads taken back.

    What stood before is the last earlier link whose upload stands; what came later is the last link that stands.
    """
    found = []
    for _, links in groupby(chains, lambda link: link.key):
        chain = list(links)
        place = next((n for n, link in enumerate(chain) if link.upload == upload), None)
        if place is None:
            continue
        found.append(
            Effect(chain[place], _last(chain[:place], withdrawn), _last(chain[place + 1 :], withdrawn)),
        )
    return tuple(found)


def _last(chain: Sequence[Link], withdrawn: Collection[int]) -> Link | None:
    return next((link for link in reversed(chain) if link.upload not in withdrawn), None)
