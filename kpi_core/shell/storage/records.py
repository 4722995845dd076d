"""What is held, for the use cases: the standings over one ledger, by area and moment."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from ...errors import KpiError, UnknownChoice, shorten
from ...model import Withdrawn
from ...periods import day_in_words
from .ledger import Ledger
from .standing import Standing

LONDON = ZoneInfo("Europe/London")
FIRST = "first"
"""What asks for each figure as it was first recorded here."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A position that is looked at: the number of an event, which was the last one then."""

    position: int
    first: bool = False
    """Whether each figure is seen as it was first recorded here."""
    words: str = ""
    """How a page and a download say it; empty: as it stands now."""


class Records:
    """What is held, by area and moment. ``home``: the council's own area."""

    def __init__(self, ledger: Ledger, clock: Callable[[], datetime]) -> None:
        self.ledger = ledger
        self.clock = clock
        self._listings: tuple[int, frozenset[tuple[str, str]]] = 0, frozenset()
        self._happened: tuple[int, Mapping[int, datetime | None]] = 0, {}

    @property
    def home(self) -> str:
        """The code of the council's own area."""
        return self.council().settings.get("home_area", "")

    def moment(self, when: str | None = None) -> Moment:
        """The moment that text asks for: a record's number, a day, ``first``; ``None`` or empty: now.

        A day means its end in London. Raises ``UnknownChoice`` for other text, and ``KpiError`` for a day before the first
        record, or where an unreadable time leaves open which record was the last of that day.
        """
        said, newest = (when or "").strip(), self.ledger.position
        if not said:
            return Moment(newest)
        if said.casefold() == FIRST:
            return Moment(newest, True, "As first recorded here")
        if re.fullmatch(r"[0-9]{1,9}", said) and 1 <= int(said) <= newest:
            at = self._times().get(int(said))
            on = f", {day_in_words(_in_london(at))}" if at is not None else ""
            return Moment(int(said), words=f"As it stood at record {said.lstrip('0')} of {newest}{on}")
        day = _day(said)
        if day is None:
            known = (f"a record's number, 1 to {newest}", "a day like 2022-11-22", FIRST)
            raise UnknownChoice("moment", said, known)
        if day > _in_london(self.clock()).date():
            raise KpiError(f"{day_in_words(day)} has not come yet: choose a day up to today.")
        return Moment(self._last_of(day, said), words=f"As it stood on {day_in_words(day)}")

    def _last_of(self, day: date, said: str) -> int:
        """The last record of the last day up to ``day`` that has one."""
        end = datetime.combine(day, time(23, 59, 59, 999_999), LONDON).astimezone(UTC).replace(tzinfo=None)
        happened = self._times()
        position = max((number for number, at in happened.items() if at is not None and at <= end), default=0)
        after = next((number for number in happened if number > position), None)
        if after is not None and happened[after] is None:
            raise KpiError(
                f"What stood on {day_in_words(day)} cannot be said: the time of record {after} is not as it was written. "
                "Ask for a record by its number instead."
            )
        begin = happened[after] if after is not None else None
        if not position and begin is not None:
            raise KpiError(
                f"Records here begin on {day_in_words(_in_london(begin))}: nothing can be shown as it stood on {shorten(said)}."
            )
        return position

    def _times(self) -> Mapping[int, datetime | None]:
        """When each record happened, by number; ``None`` where somebody changed it to what is no time."""
        position = self.ledger.position
        if self._happened[0] != position:
            with self.ledger.store.read() as reading:
                rows = reading.rows(
                    "select number, happened_at from event where number <= ? order by number", [position]
                )
            self._happened = position, {number: _time(at) for number, at in rows}
        return self._happened[1]

    def council(self, moment: Moment | None = None) -> Standing:
        """What is the whole council's: settings, areas, register, uploads."""
        return self._at("", moment)

    def area(self, area: str | None = None, moment: Moment | None = None) -> Standing:
        """What is held of an area (``None``: the council's own). Raises ``UnknownChoice`` where there is none of that code."""
        council = self.council(moment)
        code = area or council.settings.get("home_area", "")
        if code not in council.area_names:
            raise UnknownChoice("area", code, tuple(self.areas()))
        return self._at(code, moment)

    def _at(self, area: str, moment: Moment | None) -> Standing:
        newest, standings = self.ledger.position, self.ledger.standings
        if moment is None:
            return standings.now(area, newest)
        return standings.at(area, moment.position, newest, moment.first)

    def areas(self) -> dict[str, str]:
        """Names by code of the areas that have a scorecard, in the order of their names."""
        listed = {area for area, _ in self.listings()}
        named = ((code, name) for code, name in self.council().area_names.items() if code in listed)
        return dict(sorted(named, key=lambda one: one[1]))

    def listings(self) -> frozenset[tuple[str, str]]:
        """(area, indicator): which area's scorecard lists which indicator."""
        position = self.ledger.position
        if self._listings[0] != position:
            with self.ledger.store.read() as reading:
                taken = {one.event for _, one in reading.select(Withdrawn, "where given_by <= ?", [position])}
                rows = reading.rows("select given_by, area, indicator from listing where given_by <= ?", [position])
            self._listings = position, frozenset((area, code) for by, area, code in rows if by not in taken)
        return self._listings[1]


def _in_london(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC).astimezone(LONDON)


def _time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    # One with a zone was not written here, nor one of the first year, which has no day in London.
    return at if at.tzinfo is None and at.year > 1 else None


def _day(text: str) -> date | None:
    for form in ("%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None
