"""What a file is checked against, and what an upload did: records for the intake, from what stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from ...effects import Effect, Link, effects
from ...intake import Known
from ...periods import Quarter
from ..storage import Standing, figure_of


def known(
    council: Standing,
    areas: Mapping[str, Standing],
    home: str,
    today: date,
    codes: Collection[str],
    assigned: frozenset[tuple[str, str]],
    quarters: Collection[Quarter] = (),
) -> Known:
    """All that is held that a file naming these areas and indicators is checked against."""
    asked = {code.casefold() for code in codes}
    listed = [
        one.code for one in council.register.values() if one.code.casefold() in asked or one.name.casefold() in asked
    ]
    published = {one.sha256: (one.id, one.published_at) for one in council.uploads if one.withdrawn_at is None}
    return Known(
        today=today,
        home=home,
        council=council.settings.get("council", ""),
        areas=council.area_names,
        indicators=council.register,
        entries=council.entries,
        assigned=assigned,
        targets={(area, code): of for area, one in areas.items() for code, of in one.targets.items()},
        series={
            (area, code): {o.quarter: o for o in one.series(code)}
            for area, one in areas.items()
            for code in listed
            if one.series(code)
        },
        reported=frozenset(key for one in areas.values() for key in one.reported_in(quarters))
        if quarters
        else frozenset(),
        quarters={area: found for area, one in areas.items() if (found := one.quarters_held())},
        provisional=tuple(key for area in sorted(areas) for key in areas[area].provisional()),
        explained=frozenset(key for one in areas.values() for key in one.explained()),
        published=published,
    )


def effects_of(number: int, council: Standing, areas: Iterable[Standing]) -> tuple[Effect, ...]:
    """What an upload did to each figure, and what came of it since."""
    upload_of = council.upload_of
    event = council.upload_event(number)
    links = (
        Link(code, one.area, quarter, figure_of(row), row.provisional, upload_of.get(at, 0), row.kind)
        for one in areas
        for code, quarter, chain in one.given()
        if any(at == event for at, _ in chain)
        for at, row in chain
        if at in upload_of or at not in council.withdrawn  # data that was loaded anew is no link any more
    )
    return effects(links, number, {upload_of[at] for at in council.withdrawn if at in upload_of})
