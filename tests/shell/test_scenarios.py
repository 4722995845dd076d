"""Scenarios saved, and targets proposed from them: a proposal becomes a target by an upload, from its quarter on and no earlier."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kpi_core.access import ROLES, Actor
from kpi_core.errors import KpiError, NotAllowed, NotSaved, PeriodError, UnknownChoice, UnknownIndicator, UnknownNumber
from kpi_core.judging import Rating
from kpi_core.model import Basis, Proposal, ProposalDecision, Scenario
from kpi_core.shell.export import csv_file
from kpi_core.shell.services import Services
from kpi_core.showing import Circumstances, as_json, scorecard_table

from ..conftest import NOW, Q2
from .ledgers import files_in, given, row
from .reporting import BOARD, Clock, open_council
from .uploading import all_held, publish

PAT, BO = Actor("Pat Proposer", "Improvement board"), Actor("Bo Member", "Improvement board")
Q2_TEXT, Q3, Q4 = "Q2 2022-23", "Q3 2022-23", "Q4 2022-23"
SCRUTINY = "Children's Services Overview and Scrutiny Committee"
STOOD = (("A1", "71.5% [p]", "75%"), ("A2", "60%", ""))


@pytest.fixture
def council(tmp_path: Path, clock: Clock) -> Iterator[Services]:
    """A1 misses a target of 75% in the quarters to Q3; A3 is held to a band."""
    services = open_council(tmp_path, clock)
    yield services
    services.close()


def saved(services: Services, name: str = "Gentler", **cells: Any) -> Scenario:
    plain: dict[str, Any] = {
        "reason": "What would it take?",
        "quarter": Q2_TEXT,
        "changes": ["target:A1=70"],
        "figures": STOOD,
    }
    return services.scenarios.save(name, actor=BOARD, **(plain | cells))  # fmt: skip


def proposed(services: Services, value: str | None = "70", quarter: str = Q4, **cells: Any) -> Proposal:
    plain: dict[str, Any] = {
        "decided_by": SCRUTINY,
        "paper": "Minutes of 17 January 2023",
        "reason": "Two teams lost.",
        "actor": PAT,
    }
    given = {"value": None if value is None else Decimal(value), "indicator": "A1"} | plain | cells
    return services.scenarios.propose(quarter=quarter, **given)  # fmt: skip


def aims(services: Services, code: str = "A1", area: str | None = None) -> list[tuple[str, str]]:
    """Each target that stands: from which quarter, and its value."""
    return [(one.start.text, str(one.value)) for one in services.indicator(code, Q4, area).targets]


def aim(services: Services, when: str) -> str:
    """The target a quarter is rated by."""
    target = services.scorecard(when).row("A1").target
    return "" if target is None else str(target.value)


# --- scenarios ----------------------------------------------------------------------------------------------------


def test_a_scenario_is_kept_as_it_was_saved_with_what_stood_then(council: Services) -> None:
    one = saved(council, "  A  gentler\ttarget ", changes=["target:A1=70", " ", " value:A2=61.5 "])
    assert one == Scenario(
        1, "X", Q2, "A gentler target", "What would it take?", ("target:A1=70", "value:A2=61.5"), STOOD, NOW, "Bea Board",
        "Improvement board",
    )  # fmt: skip
    assert council.scenarios.one(1) == one
    assert council.scenarios.every() == (one,)


def test_saved_again_it_is_a_new_one_and_the_newest_comes_first(council: Services, clock: Clock) -> None:
    first = saved(council)
    clock.now = datetime(2022, 12, 1)
    assert saved(council).number == 2
    other = saved(council, "Otherton", area="Y")
    assert other.number == 3, "numbers count per database, so that one is enough to name a scenario"
    assert [one.number for one in council.scenarios.every()] == [2, 1]
    assert council.scenarios.every("Y") == (other,)
    assert council.scenarios.one(1) == first


def test_text_of_every_kind_comes_back_as_it_went_in(council: Services) -> None:
    hostile = 'two\nlines, "quotes", \\ and ; -- “Ünïcode” \u2028 {} 名'
    one = saved(council, reason=hostile, changes=[hostile, "=1+1"], figures=[(hostile, "", hostile)])
    assert (one.reason, one.changes, one.figures) == (hostile, (hostile, "=1+1"), ((hostile, "", hostile),))
    assert council.scenarios.one(one.number) == one


def test_a_scenario_at_the_limits_is_saved(council: Services) -> None:
    one = saved(council, "n" * 80, reason="r" * 300, changes=["c" * 200] * 500)
    assert council.scenarios.one(1) == one


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"name": "  "}, "Nothing was saved: name the scenario."),
        ({"name": "n" * 81}, "Nothing was saved: the name has 81 characters. Shorten it to 80."),
        ({"reason": "\n"}, "Nothing was saved: give the reason."),
        ({"reason": "r" * 301}, "Nothing was saved: the reason has 301 characters. Shorten it to 300."),
        ({"changes": []}, "Nothing was saved: there is no change to save. Change a value or a target first."),
        ({"changes": [" "]}, "Nothing was saved: there is no change to save. Change a value or a target first."),
        ({"changes": ["c"] * 501}, "Nothing was saved: a scenario can have 500 changes, and this has 501. Take some out."),
        ({"changes": ["c", "c" * 201]}, "Nothing was saved: change 2 has 201 characters. Shorten it to 200."),
        ({"changes": ["a\x00"]}, "Nothing was saved: change 1 holds a character that cannot be shown (U+0000), after “a”. Take it out."),
        ({"figures": [("A1", "\ud800", "")]},
         "Nothing was saved: a figure that stood holds a character that cannot be shown (U+D800). Take it out."),
        ({"figures": [("A1", "1", "2")] * 5_001}, "Nothing was saved: 5,000 indicators can stand beside a scenario, and here are 5,001."),
        ({"actor": Actor(" ", "Improvement board")}, "Give your name: it is kept with what you do, and never published."),
        ({"area": "Z"}, "There is no area “Z”. Choose from: X; Y."),
    ],
)  # fmt: skip
def test_what_cannot_be_saved_is_told_in_a_sentence_and_nothing_is_written(
    cells: dict[str, Any], told: str, council: Services
) -> None:
    plain: dict[str, Any] = {
        "name": "N",
        "reason": "R",
        "quarter": Q2_TEXT,
        "changes": ["c"],
        "figures": (),
        "actor": BOARD,
    }
    with pytest.raises(KpiError) as refused:
        council.scenarios.save(**(plain | cells))
    assert str(refused.value) == told
    assert council.scenarios.every() == ()


def test_a_number_that_is_none_is_told_with_the_latest(council: Services) -> None:
    with pytest.raises(UnknownNumber, match=r"^There is no scenario 1\. There are none yet\.$"):
        council.scenarios.one(1)
    saved(council)
    for number in (0, -1, 12, 10**60):
        with pytest.raises(
            UnknownNumber, match=rf"^There is no scenario {str(number)[:39]}.*\. The latest is scenario 1\.$"
        ):
            council.scenarios.one(number)
    with pytest.raises(UnknownNumber, match=r"^There is no proposal 3\. There are none yet\.$"):
        council.scenarios.accept(3, BOARD)
    proposed(council)
    with pytest.raises(UnknownNumber, match=r"^There is no proposal 3\. The latest is proposal 1\.$"):
        council.scenarios.decline(3, "No.", BOARD)


# --- proposing ----------------------------------------------------------------------------------------------------


def test_a_proposal_changes_nothing_until_it_is_decided(council: Services) -> None:
    scenario = saved(council)
    held = all_held(council)
    one = proposed(council, decided_on=date(2023, 1, 17), scenario=scenario.number)
    assert (one.number, one.scenario, one.quarter.text, one.value) == (1, 1, Q4, Decimal(70))
    assert (one.decided_by, one.decided_on, one.paper) == (SCRUTINY, date(2023, 1, 17), "Minutes of 17 January 2023")
    assert (one.done_at, one.done_by, one.done_as) == (NOW, "Pat Proposer", "Improvement board")
    assert council.scenarios.proposals() == ((one, None),)
    assert {table for table, rows in all_held(council).items() if rows != held[table]} == {"event", "file", "proposal"}
    assert council.uploads.history() == ()


@pytest.mark.parametrize(
    ("cells", "kind", "told"),
    [
        ({"indicator": "A9"}, UnknownIndicator, "There is no indicator “A9”. The codes held are A1, A2, A3."),
        ({"indicator": "A2", "area": "Y"}, UnknownIndicator, "There is no indicator “A2”. The codes held are A1."),
        ({"area": "Z"}, UnknownChoice, "There is no area “Z”. Choose from: X; Y."),
        ({"quarter": "Q5 2022-23"}, PeriodError, "Q5 is not a quarter. Quarters run from Q1 to Q4."),
        ({"scenario": 4}, UnknownNumber, "There is no scenario 4. There are none yet."),
        ({"reason": " "}, NotSaved, "Nothing was proposed: give the reason."),
        ({"decided_by": ""}, NotSaved, "Nothing was proposed: say which body decides."),
        ({"paper": "\t"}, NotSaved, "Nothing was proposed: name the paper it is decided by."),
        ({"value": "75"}, NotSaved,
         "Nothing was proposed: nothing would change. This target of “Measure A1” is in force in January to March 2023 "
         "(Q4 2022-23) already, since Q1 2022-23. Change a value, or the quarter."),
        ({"value": "75.0", "tolerance_kind": "points"}, NotSaved, "Nothing was proposed: nothing would change."),
        ({"value": None}, NotSaved,
         "Nothing was proposed: a file with this target would be refused. Row 2: Enter a target, a band or an intervention level."),
        ({"value": "120"}, NotSaved,
         "Nothing was proposed: a file with this target would be refused. Row 2, value must be between 0 and 100. It is 120."),
        ({"quarter": Q2_TEXT}, NotSaved,
         "Nothing was proposed: a file with this target would be refused. Row 2 would change the rating of “Measure A1” for "
         "Q2 2022-23 from Red to Green, and 1 more. Start it from a later quarter, or enter yes under “corrects” if it puts "
         "right what was wrong then."),
        ({"value": None, "low": Decimal(60), "high": Decimal(70)}, NotSaved, "a file with this target would be refused. Row 2: "),
        ({"indicator": "A3"}, NotSaved, "a file with this target would be refused. Row 2: "),
        ({"tolerance": Decimal(2)}, NotSaved, "a file with this target would be refused. Row 2: "),
        ({"tolerance": Decimal(2), "tolerance_kind": "yards"}, NotSaved, "“yards” is not one of points, percent."),
        ({"value": "NaN"}, NotSaved, "“NaN” is not a number."),
    ],
)  # fmt: skip
def test_a_proposal_that_could_never_be_accepted_is_refused_at_once(
    cells: dict[str, Any], kind: type[KpiError], told: str, council: Services
) -> None:
    with pytest.raises(kind) as refused:
        proposed(council, **cells)
    assert told in str(refused.value)
    assert council.scenarios.proposals() == ()


# --- accepting ----------------------------------------------------------------------------------------------------


def test_accepted_it_is_the_target_from_its_quarter_on_and_earlier_quarters_stay_as_they_were(
    council: Services, clock: Clock
) -> None:
    before = [as_json.scorecard_json(card, card) for card in map(council.scorecard, (Q2_TEXT, Q3))]
    proposed(council, "70.5", tolerance=Decimal(1), tolerance_kind="points", decided_on=date(2023, 1, 17))
    clock.now = datetime(2023, 5, 2, 10, 0)
    decision = council.scenarios.accept(1, BOARD, "Agreed without a vote.")
    assert decision == ProposalDecision(
        1, "A1", "X", decision.quarter, True, "Agreed without a vote.", 1, clock.now, "Bea Board", "Improvement board"
    )
    publish(council, given(row("A1", "70.5", Q4)))
    assert (aim(council, Q3), aim(council, Q4), aim(council, "Q1 2023-24")) == ("75", "70.5", "70.5")
    assert council.scorecard(Q4).row("A1").rated.rating is Rating.GREEN
    assert [as_json.scorecard_json(card, card) for card in map(council.scorecard, (Q2_TEXT, Q3))] == before
    target = council.indicator("A1", Q4).targets[-1]
    assert (target.decided_by, target.decided_on, target.reason, target.source, target.tolerance) == (
        SCRUTINY, date(2023, 1, 17), "Two teams lost.", "Minutes of 17 January 2023", Decimal(1))  # fmt: skip
    assert council.scenarios.proposals()[0][1] == decision


def test_accepted_it_is_an_upload_of_the_history_that_is_kept(council: Services, tmp_path: Path) -> None:
    proposed(council)
    council.scenarios.accept(1, BOARD)
    (upload,) = council.uploads.history()
    assert (upload.kind, upload.file_name, upload.quarters, upload.counts) == (
        "targets", "proposed-target-1.csv", "from Q4 2022-23", (1, 0, 0, 0))  # fmt: skip
    assert (upload.published_by, upload.reason) == ("Improvement board", "Two teams lost.")
    content = (tmp_path / "kpi.duckdb.ledger" / "files" / upload.sha256).read_bytes()
    assert content == council._ledger.file(upload.sha256)
    assert b"Minutes of 17 January 2023" in content
    assert council.verify().problems == ()


def test_the_decision_its_upload_and_its_target_are_one_event(council: Services) -> None:
    proposed(council)
    before = council.position
    council.scenarios.accept(1, BOARD, "Agreed.")
    assert council.position == before + 1
    (event,) = council._ledger.events(before)
    assert (event.kind, event.actor, event.role) == ("proposal accepted", "Bea Board", "Improvement board")
    assert {table.name for table in council._ledger.tables(event)} == {"upload", "target", "proposal_decision"}
    (change,) = council.changes(before)
    assert change.what == "Accepted proposal 1, a target of A1 as upload 1. Reason: Agreed."


def test_its_upload_withdrawn_the_former_target_is_in_force_again_and_it_may_be_proposed_anew(
    council: Services,
) -> None:
    proposed(council)
    council.scenarios.accept(1, BOARD)
    council.uploads.withdraw(1, "The committee took it back.", "Performance officer")
    assert (aims(council), aim(council, Q4)) == ([("Q1 2022-23", "75")], "75")
    decision = council.scenarios.proposals()[0][1]
    assert decision is not None, "that it was accepted stays on record"
    assert decision.accepted
    proposed(council)
    assert council.scenarios.accept(2, BOARD).upload == 2
    assert aim(council, Q4) == "70"


def test_of_two_for_one_quarter_the_one_accepted_last_is_the_target(council: Services) -> None:
    proposed(council, "70")
    proposed(council, "72", reason="Halfway.")
    council.scenarios.accept(1, BOARD)
    assert council.scenarios.accept(2, BO).upload == 2
    assert aims(council) == [("Q1 2022-23", "75"), (Q4, "72")]
    assert council.uploads.history()[0].reason == "Halfway."
    council.uploads.withdraw(2, "Wrong.", "Performance officer")
    assert aims(council) == [("Q1 2022-23", "75"), (Q4, "70")]


def test_the_same_proposed_twice_is_accepted_twice_and_published_once(council: Services) -> None:
    proposed(council)
    proposed(council)
    assert [council.scenarios.accept(number, BOARD).upload for number in (1, 2)] == [1, 1]
    assert len(council.uploads.history()) == 1


def test_a_target_that_stands_by_another_file_already_is_not_published_again(council: Services) -> None:
    one = proposed(council, indicator="A2", value="65")
    cells = {"from_quarter": Q4, "value": "65", "decided_by": one.decided_by, "reason": one.reason, "source": one.paper}
    publish(council, given({"indicator": "A2"} | cells, name="targets.csv"))
    assert council.scenarios.accept(1, BOARD).upload is None
    assert len(council.uploads.history()) == 1
    with pytest.raises(NotSaved, match=r"^Proposal 1 was accepted on 22 November 2022\.$"):
        council.scenarios.accept(1, BOARD)


def test_what_the_target_is_measured_on_stays_as_it_was(council: Services) -> None:
    publish(
        council,
        given(
            {"indicator": "A2", "from_quarter": Q4, "value": "65", "basis": "quarter", "source": "Plan"}, name="t.csv"
        ),
    )
    proposed(council, "66", "Q1 2023-24", indicator="A2")
    council.scenarios.accept(1, BOARD)
    assert council.indicator("A2", Q4).targets[-1].basis is Basis.QUARTER


def test_bands_levels_and_other_areas_can_be_proposed(council: Services) -> None:
    proposed(council, None, indicator="A3", low=Decimal(30), high=Decimal(45))
    proposed(council, None, indicator="A2", intervention_level=Decimal(50))
    proposed(council, "60", area="Y", quarter=Q2_TEXT)
    for number in (1, 2, 3):
        council.scenarios.accept(number, BO)
    band, level = (council.indicator(code, Q4).targets[-1] for code in ("A3", "A2"))
    assert (band.low, band.high, level.value, level.intervention_level) == (30, 45, None, 50)
    assert aims(council, area="Y") == [(Q2_TEXT, "60")]
    assert aims(council) == [("Q1 2022-23", "75")]
    assert [one.number for one, _ in council.scenarios.proposals()] == [2, 1]
    assert [one.number for one, _ in council.scenarios.proposals("Y")] == [3]


def test_text_that_a_spreadsheet_would_run_comes_through_as_it_was_written(council: Services) -> None:
    one = proposed(council, paper="=SUM(A1) “paper”, page 3", reason="- fewer staff\n- more, “harder” cases; 名")
    council.scenarios.accept(1, BOARD)
    target = council.indicator("A1", Q4).targets[-1]
    assert (target.source, target.reason) == (one.paper, one.reason)


def test_a_proposal_that_figures_have_overtaken_is_refused_as_its_upload_would_be_and_stays_open(
    council: Services, clock: Clock
) -> None:
    proposed(council)
    clock.now = datetime(2023, 5, 2)
    publish(council, given(row("A1", "71", Q4)))
    with pytest.raises(NotSaved, match=r"^Proposal 1 was not accepted: a file .* for Q4 2022-23 from Red to Green"):
        council.scenarios.accept(1, BOARD)
    assert (len(council.uploads.history()), aim(council, Q4)) == (1, "75")
    assert council.scenarios.proposals()[0][1] is None


# --- declining, and deciding once ---------------------------------------------------------------------------------


def test_declined_it_leaves_the_register_as_it_is_and_the_reason_is_kept(council: Services) -> None:
    proposed(council)
    with pytest.raises(NotSaved, match=r"^Proposal 1 was not declined: give the reason\.$"):
        council.scenarios.decline(1, "  ", BO)
    decision = council.scenarios.decline(1, "Not before the inspection.", BO)
    assert (decision.accepted, decision.reason, decision.upload) == (False, "Not before the inspection.", None)
    assert (aims(council), council.uploads.history()) == ([("Q1 2022-23", "75")], ())


def test_the_open_ones_come_first_and_of_both_the_newest(council: Services) -> None:
    for value in ("60", "61", "62", "63"):
        proposed(council, value)
    council.scenarios.decline(4, "No.", BOARD)
    council.scenarios.accept(2, BOARD)
    assert [one.number for one, _ in council.scenarios.proposals()] == [3, 1, 4, 2]
    assert [decision is None for _, decision in council.scenarios.proposals()] == [True, True, False, False]


def test_what_is_decided_is_decided_once(council: Services) -> None:
    proposed(council, "70")
    proposed(council, "72")
    council.scenarios.accept(1, BOARD)
    council.scenarios.decline(2, "One is enough.", BOARD)
    acts: tuple[Callable[[int], object], ...] = (
        lambda number: council.scenarios.accept(number, BOARD),
        lambda number: council.scenarios.decline(number, "No.", BOARD),
    )
    for act in acts:
        with pytest.raises(NotSaved) as refused:
            act(1)
        assert str(refused.value) == (
            "Proposal 1 was accepted on 22 November 2022. To take its target back, withdraw upload 1."
        )
        with pytest.raises(NotSaved) as refused:
            act(2)
        assert str(refused.value) == (
            "Proposal 2 was declined on 22 November 2022. To have it considered again, propose it anew."
        )
    assert len(council.uploads.history()) == 1


def test_of_two_who_accept_at_the_same_moment_one_does(council: Services) -> None:
    proposed(council)

    def attempt(actor: Actor) -> str:
        try:
            return str(council.scenarios.accept(1, actor).upload)
        except NotSaved as refused:
            return str(refused)

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(attempt, (BOARD, BO)))
    assert found == ["1", "Proposal 1 was accepted on 22 November 2022. To take its target back, withdraw upload 1."]
    assert len(council.uploads.history()) == 1


# --- broken off ---------------------------------------------------------------------------------------------------


NOT_WRITTEN = (
    "Proposal 1 was not accepted: it could not be written (No space left on device). See that there is room on the disk, and try "
    "again."
)
NOT_SECURED = "It was written, but could not be secured on the disk (No space left on device)."


@pytest.mark.parametrize("closed", [False, True], ids=["and goes on", "and is started again"])
@pytest.mark.parametrize(("step", "told"), [("written", NOT_WRITTEN), ("committed", NOT_SECURED)])
def test_broken_off_the_decision_and_its_target_are_there_together_or_not_at_all(
    step: str, told: str, closed: bool, tmp_path: Path, clock: Clock
) -> None:
    full = False

    def at(now: str) -> None:
        if full and now == step:
            raise OSError("No space left on device")

    services = open_council(tmp_path, clock, at)
    proposed(services)
    full = True
    with pytest.raises(NotSaved) as refused:
        services.scenarios.accept(1, BOARD)
    assert str(refused.value).startswith(told)
    assert (services.uploads.history(), aim(services, Q4), services.scenarios.proposals()[0][1]) == ((), "75", None)
    full = False
    if closed:
        services.close()
        services = open_council(tmp_path, clock)
    if step == "written":
        assert services.scenarios.accept(1, BO, "Agreed.").upload == 1
    else:
        with pytest.raises(NotSaved, match=r"^Proposal 1 was accepted on 22 November 2022\. To take its target back"):
            services.scenarios.accept(1, BO)
    decision = services.scenarios.proposals()[0][1]
    assert decision is not None
    assert (decision.upload, decision.accepted, aim(services, Q4)) == (1, True, "70")
    assert len(services.uploads.history()) == 1
    assert services.verify().problems == ()
    services.close()


def test_where_it_cannot_be_written_nothing_is_accepted(council: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    proposed(council)

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("kpi_core.shell.storage.store.Writing.add_rows", full)
        with pytest.raises(NotSaved, match=r"^Proposal 1 was not accepted: it could not be written"):
            council.scenarios.accept(1, BOARD)
    assert (aim(council, Q4), council.scenarios.proposals()[0][1]) == ("75", None)
    assert council.scenarios.accept(1, BOARD).upload == 1


# --- who may, and what leaves -------------------------------------------------------------------------------------

MAY_SAVE = ("Report author", "Service Unit Head", "Improvement board")


@pytest.mark.parametrize("role", ROLES)
def test_who_may_save_propose_and_decide(role: str, council: Services, tmp_path: Path) -> None:
    proposed(council, "70")
    proposed(council, "72")
    cy, board = Actor("Cy", role), role == "Improvement board"
    acts: list[tuple[bool, Callable[[], Scenario | Proposal | ProposalDecision]]] = [
        (role in MAY_SAVE, lambda: council.scenarios.save("N", "R", Q2_TEXT, ["c"], (), cy)),
        (board, lambda: proposed(council, "74", actor=cy)),
        (board, lambda: council.scenarios.accept(1, cy)),
        (board, lambda: council.scenarios.decline(2, "No.", cy)),
    ]
    for may, act in acts:
        if may:
            assert act().done_as == role
            continue
        before = all_held(council), files_in(tmp_path)
        with pytest.raises(NotAllowed, match=f"^The role {role} may not .*Ask .*Improvement board"):
            act()
        assert (all_held(council), files_in(tmp_path)) == before


@pytest.mark.parametrize(
    "name", ["Pat Proposer", " PAT  proposer ", "Proposer, Pat", "P\u0430t Pr\u043eposer"], ids=ascii
)
def test_nobody_decides_on_what_they_proposed_themselves(name: str, council: Services) -> None:
    proposed(council)
    own = Actor(name, "Improvement board")
    acts: tuple[Callable[[], object], ...] = (
        lambda: council.scenarios.accept(1, own),
        lambda: council.scenarios.decline(1, "No.", own),
    )
    for act in acts:
        with pytest.raises(NotAllowed) as refused:
            act()
        assert str(refused.value) == (
            "Someone of this name proposed proposal 1. Somebody else of the Improvement board decides on it."
        )
    assert council.scenarios.proposals()[0][1] is None
    assert council.scenarios.accept(1, BO).accepted


def test_no_name_is_in_anything_that_leaves(council: Services) -> None:
    saved(council)
    proposed(council, scenario=1)
    council.scenarios.accept(1, BO)
    proposed(council, "72")
    council.scenarios.decline(2, "No.", BOARD)
    card, made = council.scorecard(Q4), Circumstances("Example", False, NOW)
    leaving = str(
        (
            as_json.scorecard_json(card, card),
            as_json.indicator_json(council.indicator("A1", Q4)),
            as_json.upload_json(council.uploads.one(1).upload),
            as_json.withdrawal_json(council.uploads.one(1)),
            csv_file.render(scorecard_table(card, made)).decode(),
            *(csv_file.render(table).decode() for table in council.register()),
            asdict(council.paper(Q4)),
        )
    )
    assert "Improvement board" in leaving
    assert [name for name in ("Pat", "Bo Member", "Bea Board") if name in leaving] == []
