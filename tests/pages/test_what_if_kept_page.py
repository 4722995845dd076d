"""What if, kept: a scenario saved and shared, a target put forward, accepted or declined."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from kpi_core.model import Scenario
from kpi_core.shell.services.scenarios import Scenarios
from pages._ui import components

from ..conftest import figure, register, small_bundle
from . import acting, asks, body, opened, pressed, said, table
from .clicks import Click
from .conftest import Load
from .what_if import (
    ANOTHER,
    AUTHOR,
    BOARD,
    CODE,
    NAME,
    Q1,
    Q2,
    Q3,
    aims,
    at_22,
    at_what_if,
    before_and_after,
    beside,
    changes,
    decided,
    filled,
    put_forward,
    revised,
    saved_by,
    sentences,
    services,
    supposed,
    turn,
    verdict,
)

# --- saved and shared ---------------------------------------------------------------------------------------------


def test_without_a_name_a_role_a_reason_or_ones_own_name_it_is_not_saved_and_says_so() -> None:
    at = at_22()
    for fill, answer in (
        ({}, "Give your name: it is kept with what you do, and never published."),
        ({"acting_name": "Bea Board"}, "Choose the role you act in: "),
        ({"role": "Improvement board"}, "Nothing was saved: name the scenario."),
        ({"scenario_name": "Gentler"}, "Nothing was saved: give the reason."),
    ):
        if "role" in fill:
            at.selectbox(key="acting_role").select(fill["role"]).run()
        else:
            filled(at, **fill)
        pressed(at, "save_scenario")
        (sentence,) = beside(at, "save_scenario")
        assert sentence.startswith(answer)
        assert services().scenarios.every() == ()
    filled(at, scenario_reason="Why not?")
    pressed(at, "save_scenario")
    assert len(services().scenarios.every()) == 1


def test_saved_it_is_listed_and_its_link_shows_the_same_in_a_new_session() -> None:
    at = at_22()
    at.checkbox(key=f"accept_{CODE}_266").check().run()
    saved_by(at)
    assert said(at, "done") == [
        "Saved as scenario 1. Open it and copy the address to share it: whoever opens that sees the same."
    ]
    (row,) = table(at, "Saved scenarios (1)").rows
    assert (row[0], row[1], row[4]) == ("1: Gentler", Q2, "The papers speak of 22%.")
    assert row[3].endswith(", Improvement board")
    links = {one.attributes["href"] for one in body(at).every("a") if "scenario=" in one.attributes["href"]}
    (link,) = links
    assert asks(link)["scenario"] == ["1"]
    assert "change" not in asks(link)
    other = opened("what_if", **{name: value[-1] for name, value in asks(link).items()})
    assert said(other)[0].startswith("Scenario 1: Gentler. Saved on ")
    assert said(other)[0].endswith("in the role Improvement board. The papers speak of 22%.")
    assert said(other, "warning") == []
    assert other.selectbox(key="filter_indicator").value == CODE
    assert turn(other) == turn(at)
    assert sentences(other) == sentences(at)
    assert before_and_after(other) == before_and_after(at)
    assert other.checkbox(key=f"accept_{CODE}_266").value


def test_names_of_people_are_on_nobodys_page() -> None:
    saved_by(put_forward(at_22()))
    assert BOARD.name not in body(opened("what_if", scenario="1")).text


def test_a_saved_scenario_that_is_altered_is_no_longer_that_one_and_the_saved_one_stays() -> None:
    saved_by(at_22())
    at = supposed(opened("what_if", scenario="1"), "target", "23")
    assert "scenario" not in at.query_params
    assert changes(at) == [f"target:{CODE}=23"]
    assert not [one for one in said(at) if one.startswith("Scenario 1")]
    pressed(at, "undo")
    assert changes(at) == [f"target:{CODE}=22"]
    (one,) = services().scenarios.every()
    assert one.changes == (f"target:{CODE}=22",)


def test_a_saved_scenario_says_what_has_changed_under_it_since() -> None:
    saved_by(at_22())
    assert said(opened("what_if", scenario="1"), "warning") == []
    revised("24.9")
    assert said(opened("what_if", scenario="1"), "warning") == [
        f"Changed since it was saved. {NAME}: the figure was 26.5% then, and is 24.9% [r] now."
    ]


def test_a_saved_scenario_says_that_the_target_under_it_was_changed() -> None:
    decided(put_forward(saved_by(at_22())), "accept")
    saved_by(opened("what_if", quarter=Q3, indicator=CODE, change=f"target:{CODE}=21"), name="In Q3")
    assert said(opened("what_if", scenario="1"), "warning") == []
    services().uploads.withdraw(1, "Too early.", "Performance officer")  # the target of Q3 is 20 again
    (sentence,) = said(opened("what_if", scenario="2"), "warning")
    assert sentence.endswith(": the target was 22% then, and is 20% now.")


@pytest.mark.parametrize("number", ["7", "0"])
def test_a_scenario_that_is_not_there_is_said(number: str) -> None:
    at = at_what_if(scenario=number)
    assert said(at, "error") == [f"There is no scenario {number}. There are none yet."]
    assert verdict(at) == "▼ Red 26.5%"
    assert "scenario" not in at.query_params


@pytest.mark.parametrize("number", ["abc", "-1", "1.5", "²", "99999999999999999999"])
def test_what_is_no_number_of_a_scenario_is_said_as_it_was_given(number: str) -> None:
    saved_by(at_22())
    (sentence,) = said(at_what_if(scenario=number), "error")
    assert number in sentence


def test_a_scenarios_number_of_five_thousand_digits_is_a_sentence() -> None:
    (sentence,) = said(at_what_if(scenario="9" * 5000), "error")
    assert sentence.startswith("There is no scenario")


def test_a_scenario_of_another_quarter_opens_in_its_own_and_says_so_where_it_is_applied_to_another() -> None:
    saved_by(at_what_if(quarter=Q1, change=f"target:{CODE}=22"))
    at = opened("what_if", scenario="1")
    assert at.query_params["quarter"] == Q1
    assert verdict(at) == "○ Not rated → ▼ Red 29.5%"
    at = opened("what_if", scenario="1", quarter=Q2)
    assert said(at)[1] == (
        "It was saved for April to June 2022 (Q1 2022-23); it is applied to July to September 2022 (Q2 2022-23) here."
    )
    assert said(at, "warning") == []


def test_the_list_leads_to_each_scenario_in_its_own_quarter() -> None:
    saved_by(at_what_if(quarter=Q1, change=f"target:{CODE}=22"))
    at = opened("what_if", quarter=Q2)
    link = table(at, "Saved scenarios").one("a").attributes["href"]
    other = opened("what_if", **{name: value[-1] for name, value in asks(link).items()})
    assert verdict(other) == "○ Not rated → ▼ Red 29.5%"


def test_a_scenario_of_another_area_is_not_shown_as_one_of_this(load: Load) -> None:
    load(two_areas())
    saved_by(opened("what_if", area="Y", change="target:A1=60"))
    (one,) = services().scenarios.every("Y")
    assert isinstance(one, Scenario)
    at = opened("what_if", scenario="1")
    told = " ".join(said(at))
    assert at.query_params.get("area") == "Y" or "Otherton" in told


def two_areas() -> dict[str, bytes]:
    return small_bundle(
        areas=[{"code": "X", "name": "Exampleshire"}, {"code": "Y", "name": "Otherton"}],
        indicators=[register("A1", areas="X Y")],
        observations=[figure("A1", Q2, "79", area="X"), figure("A1", Q2, "55", area="Y")],
        targets=[{"indicator": "A1", "from_quarter": Q2, "value": "90", "source": "Plan"}],
    )


# --- put forward and decided --------------------------------------------------------------------------------------


def test_a_proposal_needs_the_body_the_paper_and_the_reason() -> None:
    at = acting(at_22(), BOARD)
    for field, text, answer in (
        ("", "", "Nothing was proposed: say which body decides."),
        ("propose_body", "Cabinet", "Nothing was proposed: name the paper it is decided by."),
        ("propose_paper", "Minutes, item 4", "Nothing was proposed: give the reason."),
    ):
        if field:
            filled(at, **{field: text})
        pressed(at, "propose")
        assert beside(at, "propose") == [answer]
        assert services().scenarios.proposals() == ()
    filled(at, propose_reason="Two teams lost.")
    pressed(at, "propose")
    assert said(at, "done") == ["Proposal 1 is put forward. The register stays as it is until it is accepted."]
    assert table(at, "Proposals (1)").rows == [
        [f"1: {NAME}", "22%", Q3, "Cabinet. Minutes, item 4", "Two teams lost.", "Open"]
    ]
    assert aims() == [(Q2, "20")]


def test_who_has_not_said_who_they_are_is_asked() -> None:
    at = filled(at_22(), propose_body="Cabinet", propose_paper="Minutes", propose_reason="Why")
    pressed(at, "propose")
    assert beside(at, "propose") == ["Give your name: it is kept with what you do, and never published."]


def test_accepted_by_the_improvement_board_it_is_the_target_from_its_quarter_on_and_no_earlier() -> None:
    at = decided(put_forward(at_22()), "accept")
    assert said(at, "done") == [f"Proposal 1 is accepted: it is the target of the register from {Q3} on."]
    assert aims() == [(Q2, "20"), (Q3, "22")]
    (row,) = table(at, "Proposals").rows
    assert re.fullmatch(r"Accepted on \d+ \w+ \d{4} \(upload 1\)", row[5])
    (link,) = table(at, "Proposals").every("a")
    assert link.attributes["href"] == "history?upload=1"
    assert "accept" not in [one.key for one in at.button]
    card = services().scorecard(Q2)
    assert str(card.row(CODE).target.value) == "20"  # type: ignore[union-attr]
    assert "4 of the 6 indicators with a target miss it" in body(opened("scorecard", quarter=Q2)).text
    assert "Accepted" in body(opened("what_if")).text


def test_a_saved_scenario_is_named_by_the_proposal_that_comes_from_it() -> None:
    saved_by(at_22())
    put_forward(opened("what_if", scenario="1"))
    ((proposal, decision),) = services().scenarios.proposals()
    assert (proposal.scenario, decision, str(proposal.value)) == (1, None, "22")


def test_a_target_is_put_forward_from_a_quarter_that_is_not_rated_yet_whichever_is_looked_at() -> None:
    at = at_what_if(quarter=Q1, change=f"target:{CODE}=27")
    start = at.selectbox(key="propose_from")
    assert (start.value, start.options[0]) == (Q3, "October to December 2022 (Q3 2022-23)")


def test_it_is_declined_with_a_reason_and_not_without() -> None:
    at = decided(put_forward(at_22()), "decline")
    assert said(at, "error") == ["Proposal 1 was not declined: give the reason."]
    pressed(filled(at, decide_reason="Not before the inspection."), "decline")
    assert said(at, "done") == ["Proposal 1 is declined. The register stays as it is."]
    assert table(at, "Proposals").rows[0][5].endswith(": Not before the inspection.")
    assert aims() == [(Q2, "20")]


def test_who_may_not_decide_is_told_who_may() -> None:
    at = acting(put_forward(at_22()), AUTHOR)
    assert "accept" not in [one.key for one in at.button]
    assert "The role Report author may not decide on a proposed target. Ask Improvement board." in body(at).text


def test_nobody_decides_on_what_they_proposed() -> None:
    at = pressed(put_forward(at_22()), "accept")
    assert said(at, "error") == [
        "Someone of this name proposed proposal 1. Somebody else of the Improvement board decides on it."
    ]
    assert aims() == [(Q2, "20")]


def test_a_level_and_a_tolerance_are_put_forward_with_the_target() -> None:
    at = at_what_if(change=[f"target:{CODE}=22", f"intervention:{CODE}=30", f"tolerance:{CODE}=10%"])
    assert (
        at.button(key="propose").label
        == f"Put {components.plain('22%, tolerance 10% of the target, intervention level 30%')} forward"
    )
    put_forward(at)
    ((one, _),) = services().scenarios.proposals()
    assert (one.value, one.intervention_level, one.tolerance, one.tolerance_kind) == (
        Decimal(22),
        Decimal(30),
        Decimal(10),
        "percent",
    )


def test_a_scenario_without_a_target_has_nothing_to_put_forward() -> None:
    at = at_what_if(change=f"value:{CODE}=19")
    assert "propose" not in [one.key for one in at.button]
    assert "The scenario changes no target, tolerance or intervention level." in body(at).text


# --- pressed twice ------------------------------------------------------------------------------------------------


def test_a_scenario_is_saved_once_though_the_button_is_pressed_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    at = filled(acting(at_22(), BOARD), scenario_name="Gentler", scenario_reason="Why not?")
    click = Click(monkeypatch, Scenarios, "save")
    pressed(at, "save_scenario")
    assert (said(at, "error"), click.came) == ([], 1)
    assert said(at, "done")[0].startswith("Saved as scenario 1.")
    assert len(services().scenarios.every()) == 1


def test_a_target_is_put_forward_once_though_the_button_is_pressed_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    at = filled(acting(at_22(), BOARD), propose_body="Cabinet", propose_paper="Minutes", propose_reason="Why")
    click = Click(monkeypatch, Scenarios, "propose")
    pressed(at, "propose")
    assert (said(at, "error"), click.came, len(services().scenarios.proposals())) == ([], 1, 1)


def test_a_proposal_is_accepted_once_though_the_button_is_pressed_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    at = acting(put_forward(at_22()), ANOTHER)
    click = Click(monkeypatch, Scenarios, "accept")
    pressed(at, "accept")
    assert (said(at, "error"), click.came) == ([], 1)
    assert said(at, "done") == [f"Proposal 1 is accepted: it is the target of the register from {Q3} on."]
    assert [upload.id for upload in services().uploads.history()] == [1]
