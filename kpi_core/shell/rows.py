"""How a statement is run: values bound, and the rows of withdrawn uploads passed over.

In a statement, ``standing_observation`` means the rows of ``observation`` that stand: what a withdrawn upload gave is
passed over everywhere, except in history itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol

from ..periods import Quarter, containing


class Cursor(Protocol):
    """What is used of a database cursor."""

    def execute(self, query: str, parameters: object = ..., /) -> Any:
        """Run one statement with its values bound."""


_TABLES = ("observation", "target", "indicator", "indicator_area", "area")
_STANDING = re.compile("|".join(rf"\bstanding_{name}\b" for name in sorted(_TABLES, key=len, reverse=True)))


class Rows:
    """One use case's statements, all of one moment."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._stands: dict[str, str] | None = None

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        if "standing_" in sql:
            sql = _STANDING.sub(lambda found: self._standing()[found[0]], sql)
        rows: list[tuple[Any, ...]] = self._cursor.execute(sql, list(values)).fetchall()
        return rows

    def _standing(self) -> dict[str, str]:
        """What each ``standing_`` name is in SQL. As a view it would cost more than the query around it."""
        if self._stands is None:
            withdrawn, revised = self._cursor.execute(
                "select (select string_agg(cast(id as varchar), ', ') from upload where withdrawn_at is not null), "
                "(select max(revision) from indicator)"
            ).fetchall()[0]
            kept = f"where upload not in ({withdrawn})" if withdrawn else ""
            tables = {f"standing_{name}": f"(select * from {name} {kept})" if kept else name for name in _TABLES}
            latest = f"(select code, max(revision) as revision from indicator {kept} group by code)"
            if revised or kept:
                tables["standing_indicator"] = f"(select i.* from indicator i join {latest} using (code, revision))"
            self._stands = tables
        return self._stands


@lru_cache(maxsize=4096)
def quarter_of(start: date) -> Quarter:
    """The quarter whose first day is held."""
    return containing(start)


def decimal(text: str | None) -> Decimal | None:
    """A figure as it is held; ``None`` where there is none."""
    return None if text is None else Decimal(text)
