"""What a reader is looking at, as it stands in the URL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class View:
    """What a reader is looking at. All of it is in the URL, so that a view can be sent to a colleague."""

    quarter: str = ""
    area: str = ""
    category: tuple[str, ...] = ()
    rating: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    indicator: str = ""
    at: str = ""
    """As of when it is looked at: a record's number, a day, ``first`` (as first recorded here); empty: as it stands now."""
    scenario: str = ""
    """The number of a saved what-if."""
    change: tuple[str, ...] = ()
    """What is supposed in a what-if, a line each; it goes before the saved one's."""

    def parameters(self) -> dict[str, str | list[str]]:
        """The view as query parameters, what is empty left out."""
        found = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items() if value}

    def link(self, code: str) -> str:
        """The relative address of an indicator's page, with the rest of this view kept."""
        return f"indicator?{urlencode(replace(self, indicator=code).parameters(), doseq=True)}"

    def report(self, code: str) -> str:
        """The relative address of an indicator's exception report, with the rest of this view kept."""
        return f"report?{urlencode(replace(self, indicator=code).parameters(), doseq=True)}"

    def what_if(self, scenario: int) -> str:
        """The relative address of a saved scenario, which brings its own quarter and area."""
        return f"what_if?{urlencode(View(scenario=str(scenario)).parameters())}"

    def home(self) -> str:
        """The relative address of the scorecard with this view."""
        return f"./?{urlencode(replace(self, indicator='').parameters(), doseq=True)}"

    @classmethod
    def of(cls, query: Mapping[str, Sequence[str]]) -> View:
        """The view that query parameters give; what is not of a view is left out, and of one value given twice the last counts."""
        taken: dict[str, Any] = {}
        for one in fields(cls):
            if given := query.get(one.name):
                taken[one.name] = tuple(given) if isinstance(one.default, tuple) else given[-1]
        if "at" not in taken and "first" in query.get("figures", ())[-1:]:
            taken["at"] = "first"  # as links of earlier versions ask for it
        return cls(**taken)
