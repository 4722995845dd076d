"""Saved scenarios and the targets proposed from them: ``Services.scenarios`` is one of these.

Each is an event and never changed. A proposal that is accepted becomes a dated target by an upload like any other: it is in
the history, is kept, and is withdrawn there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar

from ...access import Act, Actor, allow
from ...errors import NotPublished, NotSaved, UnknownIndicator, UnknownNumber
from ...events import TABLE_OF, Kind
from ...intake import AnyPreview, Decision, GivenFile
from ...judging import target_in_force
from ...model import ChangeKind, Proposal, ProposalDecision, Scenario, Target
from ...periods import day_in_words
from ...periods import quarter as read_quarter
from ...showing import register_tables
from ...words import LINE_MOST, checked, given_text
from ..export.csv_file import render
from ..storage import Ledger, Made, Records, Standing
from .uploads import Uploads

NAME_MOST = 80
"""How many characters the name of a scenario may have."""
REASON_MOST = 300
"""How many a reason may have: for saving, for proposing and for deciding."""
CHANGES_MOST = 500
"""How many changes a scenario may have."""
CHANGE_MOST = 200
"""How many characters a change, or a cell of what stood when it was saved, may have."""
FIGURES_MOST = 5_000
"""How many indicators may stand beside a scenario."""


class Scenarios:
    """The use cases over one council's records. ``uploads`` publishes what is accepted.

    An area of ``None`` is the council's own. Each raises ``NotAllowed`` where the role or the name may not do it,
    ``NotSaved`` with what to do where nothing was written for another reason, ``UnknownNumber`` for a scenario or a
    proposal that there is not, and ``PeriodError``, ``UnknownChoice`` and ``UnknownIndicator`` as the others do.
    """

    def __init__(self, records: Records, uploads: Uploads) -> None:
        self._records = records
        self._ledger = records.ledger
        self._clock = records.clock
        self._uploads = uploads

    # --- scenarios ---

    def save(
        self,
        name: str,
        reason: str,
        quarter: str,
        changes: Sequence[str],
        figures: Sequence[tuple[str, str, str]],
        actor: Actor,
        area: str | None = None,
    ) -> Scenario:
        """Save a set of changes, with what stood when they were made, as a new scenario."""
        who = allow(actor, Act.SAVE_SCENARIO)
        called = _line("the name", name, "Nothing was saved: name the scenario.", NAME_MOST)
        why = given_text("the reason", reason, "Nothing was saved: give the reason.", REASON_MOST)
        lines = _changes(changes)
        stood = _figures(figures)
        chosen = read_quarter(quarter)

        made: list[Scenario] = []

        def write() -> Made:
            code, number = self._records.area(area).area, _last(self._ledger, Scenario) + 1
            now = self._clock()
            made[:] = [Scenario(number, code, chosen, called, why, lines, stood, now, who.name, who.role)]
            return Made(tuple(made))

        self._ledger.act(who, Kind.SCENARIO_SAVED, write)
        return made[0]

    def every(self, area: str | None = None) -> tuple[Scenario, ...]:
        """The saved scenarios of an area, newest first."""
        return self._records.area(area).scenarios

    def one(self, number: int) -> Scenario:
        """One saved scenario, of whichever area."""
        return self._scenario(number)

    def _scenario(self, number: int) -> Scenario:
        found = _numbered(self._ledger, Scenario, number)
        if found is None:
            raise UnknownNumber("scenario", number, _last(self._ledger, Scenario))
        return found

    # --- proposals ---

    def propose(
        self,
        indicator: str,
        quarter: str,
        *,
        decided_by: str,
        paper: str,
        reason: str,
        actor: Actor,
        value: Decimal | None = None,
        low: Decimal | None = None,
        high: Decimal | None = None,
        tolerance: Decimal | None = None,
        tolerance_kind: str = "",
        intervention_level: Decimal | None = None,
        decided_on: date | None = None,
        scenario: int | None = None,
        area: str | None = None,
    ) -> Proposal:
        """Propose a target from a quarter on. What could never be published is refused at once, as the upload would be."""
        who = allow(actor, Act.PROPOSE)
        body = _line("the body that decides", decided_by, "Nothing was proposed: say which body decides.", LINE_MOST)
        source = _line("the paper", paper, "Nothing was proposed: name the paper it is decided by.", LINE_MOST)
        why = given_text("the reason", reason, "Nothing was proposed: give the reason.", REASON_MOST)
        start = read_quarter(quarter)

        made: list[Proposal] = []

        def put() -> Made:
            standing = self._records.area(area)
            _known(standing, indicator)
            if scenario is not None:
                self._scenario(scenario)
            number = _last(self._ledger, Proposal) + 1
            new = Proposal(
                number, indicator, standing.area, start, scenario, value, low, high, tolerance, tolerance_kind,
                intervention_level, body, decided_on, source, why, self._clock(), who.name, who.role,
            )  # fmt: skip
            _refuse_what_stands(standing, new)
            _unless_blocked(self._previewed(new), "Nothing was proposed")
            made[:] = [new]
            return Made((new,))

        self._ledger.act(who, Kind.TARGET_PROPOSED, put)
        return made[0]

    def proposals(self, area: str | None = None) -> tuple[tuple[Proposal, ProposalDecision | None], ...]:
        """The proposals of an area, each with what was decided of it: the open ones first, and of both the newest first."""
        return tuple(sorted(self._records.area(area).proposals, key=lambda one: one[1] is not None))

    def accept(self, number: int, actor: Actor, reason: str = "") -> ProposalDecision:
        """Make a proposal the target of the register from its quarter on, as an upload does; and record that it was accepted."""
        allow(actor, Act.DECIDE)
        why = checked("the reason", reason.strip(), REASON_MOST)
        refusal = f"Proposal {number} was not accepted"
        made: list[ProposalDecision] = []

        def decide() -> Made:
            proposal, who = self._open_one(number, actor)
            found = self._previewed(proposal)
            if found.changes and all(one.kind is ChangeKind.SAME for one in found.changes):
                made[:] = [self._decision(proposal, who, True, why, _made_by(self._records.council(), found))]
                return Made(tuple(made))
            _unless_blocked(found, refusal)
            try:
                upload = self._uploads.made(
                    found, Decision(who.role, why or proposal.reason, None), Actor(who.role, who.role)
                )
            except NotPublished as error:
                raise NotSaved(f"{refusal}. {error}") from error
            made[:] = [self._decision(proposal, who, True, why, upload.upload.id)]
            return Made((*upload.made.records, *made), upload.made.files)

        self._ledger.act(allow(actor, Act.DECIDE), Kind.PROPOSAL_ACCEPTED, decide, refusal)
        return made[0]

    def decline(self, number: int, reason: str, actor: Actor) -> ProposalDecision:
        """Record that a proposal was declined, with the reason. The register stays as it is."""
        who = allow(actor, Act.DECIDE)
        refusal = f"Proposal {number} was not declined"
        why = given_text("the reason", reason, f"{refusal}: give the reason.", REASON_MOST)
        made: list[ProposalDecision] = []

        def decide() -> Made:
            proposal, _ = self._open_one(number, actor)
            made[:] = [self._decision(proposal, who, False, why, None)]
            return Made(tuple(made))

        self._ledger.act(who, Kind.PROPOSAL_DECLINED, decide, refusal)
        return made[0]

    def _open_one(self, number: int, actor: Actor) -> tuple[Proposal, Actor]:
        """A proposal that is not decided yet, and who decides it. Raises ``NotAllowed`` where it is their own."""
        proposal = _numbered(self._ledger, Proposal, number)
        if proposal is None:
            raise UnknownNumber("proposal", number, _last(self._ledger, Proposal))
        who = allow(actor, Act.DECIDE, [(proposal.done_by, f"proposal {number}")])
        decision = {one.number: how for one, how in self._records.area(proposal.area).proposals}[number]
        if decision is None:
            return proposal, who
        how, then = "declined", " To have it considered again, propose it anew."
        if decision.accepted:
            how = "accepted"
            then = "" if decision.upload is None else f" To take its target back, withdraw upload {decision.upload}."
        raise NotSaved(f"Proposal {number} was {how} on {day_in_words(decision.done_at)}.{then}")

    def _decision(
        self, proposal: Proposal, who: Actor, accepted: bool, why: str, upload: int | None
    ) -> ProposalDecision:
        return ProposalDecision(
            proposal.number, proposal.indicator, proposal.area, proposal.quarter, accepted, why, upload, self._clock(),
            who.name, who.role,
        )  # fmt: skip

    # --- the upload that a proposal becomes ---

    def _previewed(self, proposal: Proposal) -> AnyPreview:
        """What a file with the proposed target alone would do."""
        held = _in_force(self._records.area(proposal.area), proposal)
        target = Target(
            proposal.indicator,
            proposal.area,
            proposal.quarter,
            value=proposal.value,
            low=proposal.low,
            high=proposal.high,
            tolerance=proposal.tolerance,
            tolerance_kind=proposal.tolerance_kind,
            intervention_level=proposal.intervention_level,
            basis=None if held is None else held.basis,  # another target for what is measured as before
            decided_by=proposal.decided_by,
            reason=proposal.reason,
            source=proposal.paper,
            decided_on=proposal.decided_on,
        )
        _, table = register_tables((), (target,), {})
        return self._uploads.preview(GivenFile(render(table), f"proposed-target-{proposal.number}.csv"))


def _refuse_what_stands(standing: Standing, proposal: Proposal) -> None:
    held = _in_force(standing, proposal)
    # A profiled target holds for its quarter alone, so that the same one carried on does change something.
    if held is not None and not held.profiled and held.terms == proposal.terms:
        name = _known(standing, proposal.indicator)
        raise NotSaved(
            f"Nothing was proposed: nothing would change. This target of “{name}” is in force in {proposal.quarter.label} "
            f"already, since {held.start.text}. Change a value, or the quarter."
        )


def _in_force(standing: Standing, proposal: Proposal) -> Target | None:
    return target_in_force(standing.targets.get(proposal.indicator, ()), proposal.quarter)


def _made_by(council: Standing, found: AnyPreview) -> int | None:
    """The upload of these very bytes that stands."""
    same = [one.id for one in council.uploads if one.sha256 == found.file.sha256 and one.withdrawn_at is None]
    return max(same, default=None)


_MOST = 2**31
"""A number from here on is none that is recorded."""
_Numbered = TypeVar("_Numbered", Scenario, Proposal)


def _numbered(ledger: Ledger, record: type[_Numbered], number: int) -> _Numbered | None:
    """The scenario or proposal of a number, of whichever area; ``None`` where there is none."""
    with ledger.store.read() as reading:
        where = "where number = ? and given_by <= ?"
        found = reading.select(record, where, [number if 0 < number < _MOST else 0, ledger.position])
    return found[-1][1] if found else None


def _last(ledger: Ledger, record: type) -> int:
    """The highest number of a scenario or a proposal, of any area; 0: there is none."""
    with ledger.store.read() as reading:
        return int(
            reading.rows(
                f"select coalesce(max(number), 0) from {TABLE_OF[record]} where given_by <= ?", [ledger.position]
            )[0][0]
        )


# --- what is refused ----------------------------------------------------------------------------------------------


def _line(what: str, text: str, needed: str, most: int) -> str:
    return given_text(what, " ".join(text.split()), needed, most)


def _changes(changes: Sequence[str]) -> tuple[str, ...]:
    if not any(one.strip() for one in changes):
        raise NotSaved("Nothing was saved: there is no change to save. Change a value or a target first.")
    if len(changes) > CHANGES_MOST:
        raise NotSaved(
            f"Nothing was saved: a scenario can have {CHANGES_MOST} changes, and this has {len(changes):,}. Take some out."
        )
    return tuple(
        checked(f"change {place}", one.strip(), CHANGE_MOST) for place, one in enumerate(changes, 1) if one.strip()
    )


def _figures(figures: Sequence[tuple[str, str, str]]) -> tuple[tuple[str, str, str], ...]:
    if len(figures) > FIGURES_MOST:
        raise NotSaved(
            f"Nothing was saved: {FIGURES_MOST:,} indicators can stand beside a scenario, and here are {len(figures):,}."
        )
    for code, value, target in figures:
        for cell in (code, value, target):
            checked("a figure that stood", cell, CHANGE_MOST)
    return tuple((code, value, target) for code, value, target in figures)


def _known(standing: Standing, code: str) -> str:
    """The name of an indicator. Raises ``UnknownIndicator``."""
    names = {one.code: one.name for one in standing.indicators()}
    if code not in names:
        raise UnknownIndicator(code, tuple(names))
    return names[code]


def _unless_blocked(found: AnyPreview, refusal: str) -> None:
    if told := [one.message for one in found.findings if one.blocks]:
        raise NotSaved(f"{refusal}: a file with this target would be refused. {' '.join(told)}")
