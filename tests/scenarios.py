"""A scenario tried over a scorecard of one indicator, or over what is held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kpi_core.judging import Held
from kpi_core.model import Indicator, Observation, Target
from kpi_core.periods import quarter
from kpi_core.shell.services import Services
from kpi_core.what_if import WhatIf, WhatIfRow, read_change, what_if


def whole(
    changes: Sequence[str],
    one: Indicator,
    series: Sequence[Observation] = (),
    targets: Sequence[Target] = (),
    later: Mapping[str, Sequence[Observation]] | None = None,
    when: str = "Q2 2022-23",
) -> WhatIf:
    """A scenario over a scorecard of one indicator."""
    held = Held(one, tuple(series), tuple(targets))
    return what_if([read_change(text) for text in changes], [held], quarter(when), "X", "Exampleshire", later)


def tried(
    changes: Sequence[str],
    one: Indicator,
    series: Sequence[Observation] = (),
    targets: Sequence[Target] = (),
    later: Mapping[str, Sequence[Observation]] | None = None,
    when: str = "Q2 2022-23",
) -> WhatIfRow:
    """The one row of such a scenario."""
    return whole(changes, one, series, targets, later, when).rows[0]


def row(services: Services, code: str, *changes: str) -> WhatIfRow:
    found = services.what_if(changes).row(code)
    assert found is not None
    return found
