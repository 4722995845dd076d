"""What is read of the database for uploads: their history, and what a file is checked against."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

from ..assess import rate
from ..errors import FigureError
from ..history import Effect, Link, effects
from ..known import Known
from ..model import (
    Absence,
    ChangeKind,
    Indicator,
    Observation,
    Target,
    Upload,
)
from ..periods import Quarter
from .reading import Reading, observations_by_indicator
from .rows import quarter_of


class UploadReading(Reading):
    """What one use case about uploads reads."""

    # --- uploads and their history ---

    def uploads(self) -> tuple[Upload, ...]:
        """Every upload, withdrawn ones too, oldest first."""
        return self._uploads("")

    def upload(self, number: int) -> Upload | None:
        """One upload; ``None`` where there is none of that number."""
        return next(iter(self._uploads("where id = ?", [number])), None)

    def _uploads(self, where: str, values: Sequence[object] = ()) -> tuple[Upload, ...]:
        rows = self._rows(
            f"""
            select id, kind, published_at, published_by, file_name, sha256, profile, quarters, new_count, confirmed_count,
                   revised_count, same_count, reason, revision_kind, withdrawn_at, withdrawn_by, withdrawn_reason
            from upload {where} order by id
            """,
            values,
        )
        return tuple(
            Upload(number, kind, at, by, name, sha256, profile, quarters, (new, confirmed, revised, same), reason, why,
                   withdrawn_at, withdrawn_by, withdrawn_reason)
            for (number, kind, at, by, name, sha256, profile, quarters, new, confirmed, revised, same, reason, why,
                 withdrawn_at, withdrawn_by, withdrawn_reason) in rows
        )  # fmt: skip

    def stands(self, sha256: str) -> bool:
        """Whether these very bytes are published."""
        return bool(self._rows("select 1 from upload where sha256 = ? and withdrawn_at is null", [sha256]))

    def next_upload(self) -> int:
        """The number of the upload to come."""
        return int(self._rows("select coalesce(max(id), 0) + 1 from upload")[0][0])

    def effects(self, upload: int) -> tuple[Effect, ...]:
        """What an upload did to each figure, and what came of it since."""
        rows = self._rows(
            """
            select o.indicator, o.area, o.quarter, o.value, o.absence, o.provisional, o.upload, o.kind
            from observation o
            join observation given
              on given.upload = ? and given.area = o.area and given.indicator = o.indicator and given.quarter = o.quarter
            order by o.area, o.indicator, o.quarter, o.revision
            """,
            [upload],
        )
        chains = (
            Link(
                indicator,
                area,
                quarter_of(start),
                Absence(absence) if absence else Decimal(value),
                provisional,
                by,
                ChangeKind(kind),
            )
            for indicator, area, start, value, absence, provisional, by, kind in rows
        )
        withdrawn = {number for (number,) in self._rows("select id from upload where withdrawn_at is not null")}
        return effects(chains, upload, withdrawn)

    def entries(self, upload: int) -> tuple[tuple[Indicator, ...], tuple[Target, ...]]:
        """The register entries and the targets that an upload gave, whether they stand or not."""
        where, values = "where upload = ?", [upload]
        return (
            tuple(self._register(where, values, table="indicator")),
            tuple(self._target_rows("target", where, values)),
        )

    def given(self) -> dict[int, tuple[int, int, int]]:
        """How many figures, register entries and targets each upload gave."""
        counts = [
            dict(self._rows(f"select upload, count(*) from {table} group by upload"))
            for table in ("observation", "indicator", "target")
        ]
        numbers = sorted({number for of in counts for number in of})
        return {
            number: (counts[0].get(number, 0), counts[1].get(number, 0), counts[2].get(number, 0)) for number in numbers
        }

    def digest(self, upload: int) -> str:
        """A digest of all that an upload gave, worked out within the database: row by row it takes a hundred times as long."""
        parts = [str(self._rows(sql, [upload])[0][0]) for sql in _DIGESTS]
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()

    def happened(self) -> dict[tuple[str, int], int]:
        """The place of each publication and withdrawal in the record of who did what, by what was done to which upload."""
        return {(what, upload): place for place, what, upload in self._rows("select id, what, upload from audit")}

    def chain_ends(self, areas: Collection[str], indicators: Collection[str]) -> dict[tuple[str, str, date], int]:
        """The number of the last row of each chain, whether it stands or not."""
        rows = self._rows(
            """
            select area, indicator, quarter, max(revision) from observation
            where area in (select unnest(?::varchar[])) and indicator in (select unnest(?::varchar[]))
            group by area, indicator, quarter
            """,
            [sorted(areas), sorted(indicators)],
        )
        return {(area, indicator, quarter): end for area, indicator, quarter, end in rows}

    def hanging_on(self, upload: int) -> str:
        """What other uploads gave that needs what this one added to the register, in words; empty: nothing."""
        for sql, added, needed in _HANGING:
            rows = self._rows(sql, [upload, upload])
            if rows:
                by = ", ".join(str(number) for number in sorted({number for number, _ in rows})[:5])
                return f"{added.format(rows[0][1])}, which {needed} of upload {by} need"
        return ""

    def unusable_target(self) -> str:
        """The name of an indicator that a standing target does not suit, as a band does not suit “high”; empty: none."""
        register = self.register()
        for target in self.targets([area for (area,) in self._rows("select distinct area from standing_target t")]):
            indicator = register.get(target.indicator)
            try:
                if indicator is not None:
                    rate(Decimal(0), target, indicator)
            except FigureError:
                return register[target.indicator].name
        return ""

    # --- what a file is checked against ---

    def known(
        self,
        home: str,
        today: date,
        areas: Collection[str] | None,
        codes: Collection[str],
        quarters: Collection[Quarter] = (),
    ) -> Known:
        """All that is held that a file naming these areas and indicators is checked against.

        An empty area is ``home``; ``None``: every area. ``quarters``: those in which it is asked what else is reported.
        """
        names = dict(self._rows("select code, name from standing_area a order by code"))
        by_name = {name: code for code, name in names.items()}
        named = sorted(names if areas is None else {by_name.get(area, area) or home for area in areas} & names.keys())
        register = self.register()
        asked = {code.casefold() for code in codes}
        listed = [one.code for one in register.values() if one.code.casefold() in asked or one.name.casefold() in asked]
        targets = self._targets(named)
        return Known(
            today=today,
            home=home,
            areas=names,
            indicators=register,
            assigned=self.assigned(),
            targets={(area, code): tuple(of) for area, each in targets.items() for code, of in each.items()},
            series=self._series_of(named, listed),
            reported=self._reported(named, quarters),
            quarters=self._quarters_held(named),
            provisional=self._provisional(named),
            explained=self.explained(),
            published={one.sha256: (one.id, one.published_at) for one in self._uploads("where withdrawn_at is null")},
        )

    def _series_of(
        self, areas: Sequence[str], indicators: Sequence[str]
    ) -> dict[tuple[str, str], dict[Quarter, Observation]]:
        found = {}
        for area in areas:
            rows = self._observations(
                "area = ? and indicator in (select unnest(?::varchar[]))", [area, list(indicators)]
            )
            for code, series in observations_by_indicator(area, rows).items():
                found[area, code] = {one.quarter: one for one in series}
        return found

    def _reported(self, areas: Sequence[str], quarters: Collection[Quarter]) -> frozenset[tuple[str, str, Quarter]]:
        rows = self._rows(
            """
            select distinct area, indicator, quarter from standing_observation o
            where area in (select unnest(?::varchar[])) and quarter in (select unnest(?::date[]))
            """,
            [list(areas), [quarter.start for quarter in quarters]],
        )
        return frozenset((area, indicator, quarter_of(start)) for area, indicator, start in rows)

    def _quarters_held(self, areas: Sequence[str]) -> dict[str, frozenset[Quarter]]:
        rows = self._rows(
            """
            select distinct area, quarter from standing_observation o
            where area in (select unnest(?::varchar[])) and (value is not null or absence in ('c', 'z'))
            """,
            [list(areas)],
        )
        found: dict[str, set[Quarter]] = {}
        for area, start in rows:
            found.setdefault(area, set()).add(quarter_of(start))
        return {area: frozenset(quarters) for area, quarters in found.items()}

    def _provisional(self, areas: Sequence[str]) -> tuple[tuple[str, str, Quarter], ...]:
        rows = self._rows(
            """
            select area, indicator, quarter from standing_observation o
            where provisional and area in (select unnest(?::varchar[])) and not exists (
                select 1 from standing_observation newer
                where newer.area = o.area and newer.revision > o.revision and newer.revision > 0
                  and newer.indicator = o.indicator and newer.quarter = o.quarter)
            order by area, indicator, quarter
            """,
            [list(areas)],
        )
        return tuple((area, code, quarter_of(start)) for area, code, start in rows)


def _digest_sql(table: str, columns: Sequence[str], order: str) -> str:
    cells = ", '|', ".join(f"coalesce(cast({column} as varchar), '~')" for column in columns)
    return f"select coalesce(sha256(string_agg(concat({cells}), chr(10) order by {order})), '') from {table} where upload = ?"


_DIGESTS = (
    _digest_sql(
        "observation",
        ("area", "indicator", "quarter", "value", "absence", "provisional", "numerator", "denominator", "comment"),
        "area, indicator, quarter",
    ),
    _digest_sql(
        "target",
        ("area", "indicator", "start", "profiled", "value", "low", "high", "tolerance", "tolerance_kind",
         "intervention_level", "corrects"),
        "area, indicator, start",
    ),
    _digest_sql("indicator", ("code", "name", "unit", "decimals", "polarity", "due", "first_quarter", "final_quarter"), "code"),
)  # fmt: skip


def _hanging_sql(table: str, needing: str, on: str, same: str) -> str:
    """What later uploads gave to ``needing`` that needs what this one, and no other that stands, gave to ``table``."""
    name = "(select min(name) from indicator where code = mine.indicator)" if table == "indicator_area" else "mine.name"
    return f"""
        select distinct needs.upload, {name} from {table} mine join {needing} needs on {on}
        where mine.upload = ? and needs.upload > mine.upload
          and needs.upload not in (select id from upload where withdrawn_at is not null)
          and not exists (
            select 1 from {table} other where {same} and other.upload <> ?
              and other.upload not in (select id from upload where withdrawn_at is not null))
        order by 1, 2
    """


_INDICATOR = ("indicator", "mine.code = needs.indicator", "other.code = mine.code", "it added “{}”")
_AREA = ("area", "mine.code = needs.area", "other.code = mine.code", "it added “{}”")
_LISTED = (
    "indicator_area", "mine.indicator = needs.indicator and mine.area = needs.area",
    "other.indicator = mine.indicator and other.area = mine.area", "it put “{}” on a scorecard",
)  # fmt: skip
_HANGING = tuple(
    (_hanging_sql(table, needing, on, same), added, words)
    for needing, words, kinds in (
        ("observation", "figures", (_INDICATOR, _AREA, _LISTED)),
        ("target", "targets", (_INDICATOR, _AREA)),
        ("indicator_area", "register entries", (_INDICATOR, _AREA)),
        ("indicator", "register entries", ((_LISTED[0], "mine.indicator = needs.code", *_LISTED[2:]),)),
    )
    for table, on, same, added in kinds
)
"""What an upload may have added that others need: the statement, what it added, and what needs it."""
