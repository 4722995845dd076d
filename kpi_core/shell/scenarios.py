"""Saved scenarios and the targets proposed from them: ``Services.scenarios`` is one of these.

Each is written as what is written of exception reports is (``in_step``) and never changed. A proposal that is accepted
becomes a dated target by an upload like any other: it is in the history, is kept, and is withdrawn there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal

from ..access import Actor, allow, may_decide, may_propose, name_of
from ..assess import target_in_force
from ..errors import NotPublished, NotSaved, UnknownIndicator, UnknownNumber
from ..exception_form import LINE_MOST, checked, required
from ..intake import GivenFile
from ..intake_register import AnyPreview
from ..model import ChangeKind, Proposal, ProposalDecision, Scenario, Target
from ..periods import day_in_words
from ..periods import quarter as read_quarter
from ..report import register_tables
from .export.csv_file import render
from .in_step import Recording
from .kept import Kept
from .reading_uploads import UploadReading
from .store import Store, Writing
from .uploads import Decision, Uploads

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
    """The use cases over one store and the folder of what is kept beside it. ``uploads`` publishes what is accepted.

    An area of ``None`` is the council's own. Each raises ``NotAllowed`` where the role or the name may not do it,
    ``NotSaved`` with what to do where nothing was written for another reason, ``UnknownNumber`` for a scenario or a
    proposal that there is not, and ``PeriodError``, ``UnknownChoice`` and ``UnknownIndicator`` as the others do.
    """

    def __init__(
        self,
        store: Store,
        kept: Kept | None,
        home: str,
        clock: Callable[[], datetime],
        uploads: Uploads,
        at: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._home = home
        self._clock = clock
        self._uploads = uploads
        self._recording = Recording(store, kept, clock, at)

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
        allow(may_propose(actor))
        called = _line("the name", name, "Nothing was saved: name the scenario.", NAME_MOST)
        why = required("the reason", reason, "Nothing was saved: give the reason.", REASON_MOST)
        lines = _changes(changes)
        stood = _figures(figures)
        chosen = read_quarter(quarter)

        def write(writing: Writing) -> tuple[Scenario, ...]:
            code, _ = writing.area(area or self._home)
            number, now = writing.last_scenario() + 1, self._clock()
            return (Scenario(number, code, chosen, called, why, lines, stood, now, name_of(actor), actor.role),)

        return self._recording.do(write)[0]

    def every(self, area: str | None = None) -> tuple[Scenario, ...]:
        """The saved scenarios of an area, newest first."""
        with self._store.read() as reading:
            code, _ = reading.area(area or self._home)
            return reading.scenarios(code)

    def one(self, number: int) -> Scenario:
        """One saved scenario, of whichever area."""
        with self._store.read() as reading:
            return _scenario(reading, number)

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
        allow(may_propose(actor))
        body = _line("the body that decides", decided_by, "Nothing was proposed: say which body decides.", LINE_MOST)
        source = _line("the paper", paper, "Nothing was proposed: name the paper it is decided by.", LINE_MOST)
        why = required("the reason", reason, "Nothing was proposed: give the reason.", REASON_MOST)
        start = read_quarter(quarter)

        def put(writing: Writing) -> tuple[Proposal, ...]:
            code, _ = writing.area(area or self._home)
            _known(writing, code, indicator)
            if scenario is not None:
                _scenario(writing, scenario)
            new = Proposal(
                writing.last_proposal() + 1, indicator, code, start, scenario, value, low, high, tolerance, tolerance_kind,
                intervention_level, body, decided_on, source, why, self._clock(), name_of(actor), actor.role,
            )  # fmt: skip
            self._refuse_what_stands(writing, new)
            _unless_blocked(self._previewed(writing, new), "Nothing was proposed")
            return (new,)

        return self._recording.do(put)[0]

    def _refuse_what_stands(self, reading: UploadReading, proposal: Proposal) -> None:
        held = _in_force(reading, proposal)
        # A profiled target holds for its quarter alone, so that the same one carried on does change something.
        if held is not None and not held.profiled and _terms(held) == _terms(proposal):
            name = _known(reading, proposal.area, proposal.indicator)
            raise NotSaved(
                f"Nothing was proposed: nothing would change. This target of “{name}” is in force in {proposal.quarter.label} "
                f"already, since {held.start.text}. Change a value, or the quarter."
            )

    def proposals(self, area: str | None = None) -> tuple[tuple[Proposal, ProposalDecision | None], ...]:
        """The proposals of an area, each with what was decided of it: the open ones first, and of both the newest first."""
        with self._store.read() as reading:
            code, _ = reading.area(area or self._home)
            return tuple(sorted(reading.proposals(code), key=lambda one: one[1] is not None))

    def accept(self, number: int, actor: Actor, reason: str = "") -> ProposalDecision:
        """Make a proposal the target of the register from its quarter on, by an upload; and record that it was accepted.

        Where that was broken off after the upload, doing it again records it and publishes nothing twice.
        """
        allow(may_decide(actor))
        why = checked("the reason", reason.strip(), REASON_MOST)
        refusal = f"Proposal {number} was not accepted"
        with self._store.alone():  # from seeing that it is open until it is decided
            with self._store.read() as reading:
                proposal = _open_one(reading, number)
                found = self._previewed(reading, proposal)
                stands = bool(found.changes) and all(one.kind is ChangeKind.SAME for one in found.changes)
                upload = _made_by(reading, found) if stands else None
            if not stands:
                _unless_blocked(found, refusal)
                upload = self._published(found, Decision(actor.role, why or proposal.reason, None), refusal)
            unrecorded = f"The target of proposal {number} stands, but that it was accepted is not recorded"
            return self._decide(proposal, actor, True, why, upload, unrecorded)

    def decline(self, number: int, reason: str, actor: Actor) -> ProposalDecision:
        """Record that a proposal was declined, with the reason. The register stays as it is."""
        allow(may_decide(actor))
        refusal = f"Proposal {number} was not declined"
        why = required("the reason", reason, f"{refusal}: give the reason.", REASON_MOST)
        with self._store.alone():
            with self._store.read() as reading:
                proposal = _open_one(reading, number)
            return self._decide(proposal, actor, False, why, None, refusal)

    def _decide(
        self, proposal: Proposal, actor: Actor, accepted: bool, why: str, upload: int | None, nothing: str
    ) -> ProposalDecision:
        decision = ProposalDecision(
            proposal.number, proposal.indicator, proposal.area, proposal.quarter, accepted, why, upload, self._clock(),
            name_of(actor), actor.role,
        )  # fmt: skip
        return self._recording.do(lambda _: (decision,), nothing)[0]

    # --- the upload that a proposal becomes ---

    def _previewed(self, reading: UploadReading, proposal: Proposal) -> AnyPreview:
        """What a file with the proposed target alone would do."""
        held = _in_force(reading, proposal)
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
        return self._uploads.previewed(GivenFile(render(table), f"proposed-target-{proposal.number}.csv"), reading)

    def _published(self, found: AnyPreview, decision: Decision, refusal: str) -> int:
        try:
            return self._uploads.publish(found, decision).id
        except NotPublished as error:
            raise NotSaved(f"{refusal}. {error}") from error


def _in_force(reading: UploadReading, proposal: Proposal) -> Target | None:
    targets = [one for one in reading.targets([proposal.area]) if one.indicator == proposal.indicator]
    return target_in_force(targets, proposal.quarter)


def _terms(one: Target | Proposal) -> tuple[object, ...]:
    """What a figure is rated by."""
    kind = one.tolerance_kind if one.tolerance is not None else ""
    return one.value, one.low, one.high, one.tolerance, kind, one.intervention_level


def _made_by(reading: UploadReading, found: AnyPreview) -> int | None:
    """The upload of these very bytes that stands."""
    same = [one.id for one in reading.uploads() if one.sha256 == found.file.sha256 and one.withdrawn_at is None]
    return max(same, default=None)


# --- what is refused ----------------------------------------------------------------------------------------------


def _line(what: str, text: str, needed: str, most: int) -> str:
    return required(what, " ".join(text.split()), needed, most)


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


def _known(reading: UploadReading, area: str, code: str) -> str:
    """The name of an indicator. Raises ``UnknownIndicator``."""
    names = {one.code: one.name for one in reading.indicators(area)}
    if code not in names:
        raise UnknownIndicator(code, tuple(names))
    return names[code]


def _scenario(reading: UploadReading, number: int) -> Scenario:
    found = reading.scenario(number)
    if found is None:
        raise UnknownNumber("scenario", number, reading.last_scenario())
    return found


def _open_one(reading: UploadReading, number: int) -> Proposal:
    """A proposal that is not decided yet."""
    found = reading.proposal(number)
    if found is None:
        raise UnknownNumber("proposal", number, reading.last_proposal())
    proposal, decision = found
    if decision is None:
        return proposal
    how, then = "declined", " To have it considered again, propose it anew."
    if decision.accepted:
        how = "accepted"
        then = "" if decision.upload is None else f" To take its target back, withdraw upload {decision.upload}."
    raise NotSaved(f"Proposal {number} was {how} on {day_in_words(decision.done_at)}.{then}")


def _unless_blocked(found: AnyPreview, refusal: str) -> None:
    if told := [one.message for one in found.findings if one.blocks]:
        raise NotSaved(f"{refusal}: a file with this target would be refused. {' '.join(told)}")
