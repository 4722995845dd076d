"""What is read of the database for saved scenarios, the targets proposed and what was decided of them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ..model import Proposal, ProposalDecision, Scenario
from .journal import Key, Written
from .rows import Rows, decimal, quarter_of

_MOST = 2**31
"""A number from here on is none that the database holds."""


class ScenarioReading(Rows):
    """What one use case about scenarios and proposals reads."""

    def scenarios(self, area: str) -> tuple[Scenario, ...]:
        """The saved scenarios of an area, newest first."""
        return self._scenarios("area = ?", [area])

    def scenario(self, number: int) -> Scenario | None:
        """One scenario; ``None`` where there is none of that number."""
        return next(iter(self._scenarios("number = ?", [number] if 0 < number < _MOST else [0])), None)

    def last_scenario(self) -> int:
        """The highest number of a scenario, of any area; 0: there is none."""
        return int(self._rows("select coalesce(max(number), 0) from scenario")[0][0])

    def proposals(self, area: str) -> tuple[tuple[Proposal, ProposalDecision | None], ...]:
        """The proposals of an area, newest first, each with what was decided; ``None``: it is open."""
        return self._decided("area = ?", [area])

    def proposal(self, number: int) -> tuple[Proposal, ProposalDecision | None] | None:
        """One proposal and what was decided of it; ``None`` where there is none of that number."""
        return next(iter(self._decided("number = ?", [number] if 0 < number < _MOST else [0])), None)

    def last_proposal(self) -> int:
        """The highest number of a proposal, of any area; 0: there is none."""
        return int(self._rows("select coalesce(max(number), 0) from proposal")[0][0])

    def _decided(self, where: str, values: Sequence[object]) -> tuple[tuple[Proposal, ProposalDecision | None], ...]:
        decisions = {(one.area, one.indicator, one.quarter, one.number): one for one in self._decisions(where, values)}
        return tuple(
            (one, decisions.get((one.area, one.indicator, one.quarter, one.number)))
            for one in self._proposals(where, values)
        )

    def _scenarios(self, where: str, values: Sequence[object] = ()) -> tuple[Scenario, ...]:
        rows = self._rows(
            f"""
            select number, area, quarter, name, reason, changes, figures, done_at, done_by, done_as
            from scenario where {where} order by number desc, done_at desc
            """,
            values,
        )
        return tuple(
            Scenario(
                number, area, quarter_of(start), name, reason, tuple(json.loads(changes)),
                tuple((code, value, target) for code, value, target in json.loads(figures)), at, by, role,
            )
            for number, area, start, name, reason, changes, figures, at, by, role in rows
        )  # fmt: skip

    def _proposals(self, where: str, values: Sequence[object] = ()) -> tuple[Proposal, ...]:
        rows = self._rows(
            f"""
            select number, indicator, area, quarter, scenario, value, low, high, tolerance, tolerance_kind, intervention_level,
                   decided_by, decided_on, paper, reason, done_at, done_by, done_as
            from proposal where {where} order by number desc, done_at desc
            """,
            values,
        )
        return tuple(
            Proposal(
                number, code, area, quarter_of(start), scenario, decimal(value), decimal(low), decimal(high), decimal(tolerance),
                kind, decimal(level), *rest,
            )
            for number, code, area, start, scenario, value, low, high, tolerance, kind, level, *rest in rows
        )  # fmt: skip

    def _decisions(self, where: str, values: Sequence[object] = ()) -> tuple[ProposalDecision, ...]:
        rows = self._rows(
            f"""
            select number, indicator, area, quarter, accepted, reason, upload, done_at, done_by, done_as
            from proposal_decision where {where} order by number desc, done_at desc
            """,
            values,
        )
        return tuple(
            ProposalDecision(number, code, area, quarter_of(start), *rest) for number, code, area, start, *rest in rows
        )

    # --- all that was written of them ---

    def scenario_keys(self) -> frozenset[Key]:
        """What names each scenario, proposal and decision."""
        rows = self._rows(
            """
            select 'scenario', area, '', quarter, number from scenario
            union all select 'proposal', area, indicator, quarter, number from proposal
            union all select 'proposal_decision', area, indicator, quarter, number from proposal_decision
            """
        )
        return frozenset((what, area, code, quarter_of(start), number) for what, area, code, start, number in rows)

    def scenarios_written(self) -> tuple[Written, ...]:
        """Every scenario, proposal and decision, each kind oldest first."""
        return (
            *reversed(self._scenarios("true")),
            *reversed(self._proposals("true")),
            *reversed(self._decisions("true")),
        )
