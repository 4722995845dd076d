"""What if: targets, levels and next values moved, what turns, what it takes, and how reliably it is met."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from kpi_core.access import Actor
from kpi_core.judging import RULE_SET, Rating
from kpi_core.shell.home import DATA
from kpi_core.shell.storage import data_files
from pages._ui import components

from ..conftest import figure, register, small_bundle
from . import Node, acting, body, heading, moved_to, opened, pressed, said, saved, sections, table
from .conftest import Downloads, Load
from .hostile import HOSTILE, MARKUP
from .what_if import (
    CODE,
    NAME,
    NOTHING,
    Q1,
    Q2,
    Q3,
    TAKES,
    YEAR_AGO,
    aims,
    at_22,
    at_what_if,
    before_and_after,
    beside,
    changes,
    chart_words,
    decided,
    fields,
    filled,
    headline,
    of_field,
    of_many,
    put_forward,
    quarters,
    sentences,
    services,
    sign_words,
    supposed,
    turn,
    verdict,
)

# --- it opens -----------------------------------------------------------------------------------------------------


def test_it_opens_on_a_missed_indicator_with_nothing_changed_and_says_that_nothing_here_is_published() -> None:
    at = opened("what_if")
    assert heading(at) == "What if"
    assert NOTHING in body(at).text
    assert at.selectbox(key="filter_indicator").value == "PCP05"
    assert verdict(at) == "▼ Red 79%"
    assert at.query_params == {"quarter": Q2, "indicator": "PCP05"}
    assert "Nothing is changed yet." in body(at).text
    assert not body(at).every("p", "headline")
    assert [at.button(key=key).disabled for key in ("undo", "clear")] == [True, True]
    assert [one.key for one in at.button if one.key in ("save_scenario", "propose")] == []
    assert said(at) == []
    assert not at.exception


def test_another_indicator_is_chosen_and_goes_into_the_address() -> None:
    at = opened("what_if")
    at.selectbox(key="filter_indicator").select(CODE).run()
    assert at.query_params == {"quarter": Q2, "indicator": CODE}
    assert turn(at) == f"{NAME}: stays Red. 20% would have been met in 0 of the 2 quarters held."


def test_nothing_is_written_by_looking() -> None:
    at = at_22()
    at.checkbox(key=f"accept_{CODE}_266").check().run()
    assert services().scenarios.every() == ()
    assert aims() == [(Q2, "20")]
    assert services().uploads.history() == ()


# --- a target moved -----------------------------------------------------------------------------------------------


def test_moved_from_20_to_22_it_stays_red_and_22_was_met_in_none_of_the_two_quarters_held() -> None:
    at = at_22()
    assert turn(at) == (
        f"{NAME}, target 22% instead of 20%: stays Red. 22% would have been met in 0 of the 2 quarters held."
    )
    assert headline(at) == "No rating turns. Exception reports required: 4, as before."
    assert before_and_after(at)[NAME][:4] == ["26.5%", "20% → 22%", "▼ Red → ▼ Red", "0 of 2 held"]
    assert quarters(at) == [
        ["July to September 2022 (Q2 2022-23)", "26.5%", "20%", "✖ missed", "✖ missed"],
        ["April to June 2022 (Q1 2022-23)", "29.5%", "none held", "no target known", "✖ missed"],
    ]
    assert changes(at) == [f"target:{CODE}=22"]
    assert (of_field(at, "target"), at.slider(key=f"slider_{CODE}").value) == ("22", 22.0)
    assert "Target held 20%; Target tried 22%" in chart_words(at)
    assert aims() == [(Q2, "20")]


def by_slider() -> AppTest:
    return at_what_if().slider(key=f"slider_{CODE}").set_value(22.0).run()


def test_the_slider_moves_the_target_too() -> None:
    at = by_slider()
    assert NOTHING in body(at).text
    assert re.search(r": stays Red\. 22(\.0)?% would have been met in 0 of the 2 quarters held\.$", turn(at))
    assert float(of_field(at, "target")) == 22
    assert at.slider(key=f"slider_{CODE}").value == 22.0
    assert len(changes(at)) == 1


def test_what_the_slider_gives_reads_as_it_would_be_typed() -> None:
    at = by_slider()
    assert turn(at) == turn(at_22())
    assert changes(at) == [f"target:{CODE}=22"]


@pytest.mark.parametrize(
    ("text", "aim"), [("+2", "22%"), ("-5%", "19%"), ("22%", "22%"), (" 21.5 ", "21.5%"), ("−2", "18%")]
)
def test_a_target_is_given_as_a_value_or_by_how_much_it_changes(text: str, aim: str) -> None:
    at = supposed(at_what_if(), "target", text)
    assert turn(at).startswith(f"{NAME}, target {aim} instead of 20%: stays Red.")
    assert said(at, "error") == []


def test_a_target_that_is_met_turns_the_rating_and_the_count_of_reports() -> None:
    at = supposed(at_what_if(), "target", "27")
    assert verdict(at) == "▼ Red → ● Green 26.5%"
    assert headline(at) == "Ratings that turn: one to Green. Exception reports required: 3 instead of 4."
    assert "Red turns to Green. 27% would have been met in 1 of the 2 quarters held." in turn(at)
    assert services().scorecard(Q2).row(CODE).rated.rating is Rating.RED


def test_an_empty_text_takes_it_back() -> None:
    at = supposed(at_22(), "target", "")
    assert changes(at) == []
    assert "Nothing is changed yet." in body(at).text
    assert turn(at).startswith(f"{NAME}: stays Red. 20% ")
    assert at.slider(key=f"slider_{CODE}").value == 20.0


def test_undo_goes_back_a_change_at_a_time_and_clear_takes_all_of_it_and_can_be_undone() -> None:
    at = supposed(at_22(), "tolerance", "5")
    assert verdict(at) == "▼ Red → ◆ Amber 26.5%"
    pressed(at, "undo")
    assert (changes(at), of_field(at, "tolerance")) == ([f"target:{CODE}=22"], "")
    pressed(at, "undo")
    assert (changes(at), at.button(key="undo").disabled) == ([], True)
    at = supposed(at_22(), "tolerance", "5")
    pressed(at, "clear")
    assert (changes(at), of_field(at, "target"), of_field(at, "tolerance")) == ([], "", "")
    pressed(at, "undo")
    assert changes(at) == [f"target:{CODE}=22", f"tolerance:{CODE}=5"]


def test_a_change_to_what_stands_replaces_the_one_in_the_field() -> None:
    at = supposed(supposed(at_what_if(), "target", "+2"), "target", "+3")
    assert of_field(at, "target") == "+3"
    assert "target 23% instead of 20%" in turn(at)


def test_what_is_said_of_one_goes_before_what_is_said_of_many_and_its_field_shows_what_is_tried() -> None:
    at = of_many(at_22(), "all", "+5%")
    assert "target 22% instead of 20%" in turn(at)
    assert (of_field(at, "target"), at.slider(key=f"slider_{CODE}").value) == ("22", 22.0)
    assert before_and_after(at)["Assessments completed in 45 days"][1] == "88% → 92.4%"
    supposed(at, "target", "")
    assert "target 21% instead of 20%" in turn(at)
    assert at.slider(key=f"slider_{CODE}").value == 21.0


def test_what_is_left_as_it_is_is_explained_by_the_target_that_is_tried() -> None:
    at = of_many(of_many(at_22(), "all", "+1"), "all", "20", "intervention")
    (sentence,) = [one for one in said(at) if NAME in one]
    assert "on the better side of the target of 22%" in sentence


def test_what_is_put_forward_is_the_target_of_the_indicator_that_is_looked_at() -> None:
    at = at_what_if(change=["target:all=+1", f"target:{CODE}=22"])
    assert at.selectbox(key="filter_indicator").value == CODE
    assert at.selectbox(key="propose_code").value == CODE


# --- nonsense -----------------------------------------------------------------------------------------------------

UNREADABLE = {
    ("target", "abc"): "“abc” is no target. Write a number like 22, or a change to what stands like +2 or -5%.",
    ("tolerance", "+-"): "“+-” is no tolerance.",
    ("target", "1e5"): "“1e5” is no target.",
    ("target", "NaN"): "“NaN” is no target.",
    ("target", "٢٢"): "“٢٢” is no target.",
    ("value", "2 2"): "“2 2” is no next value.",
    (
        "intervention",
        "20 to 30",
    ): "Only a target can be a band like 20 to 30: give the intervention level as one number.",
    ("out-of", "600.5"): "600.5 is no assumed denominator: counts are whole numbers.",
    ("out-of", "+5"): "“+5” has a sign. Write the assumed denominator itself, like 600.",
}
SENSELESS = {
    ("target", "140"): f"A target of 140% is more than 100%, which “{NAME}” cannot be.",
    ("target", "-30"): f"A target of -10% is below 0, which “{NAME}” cannot be.",
    ("target", "20 to 30"): f"The target of “{NAME}” is one value, and not a band.",
    ("value", "120"): f"A next value of 120% is more than 100%, which “{NAME}” cannot be.",
    ("intervention", "10"): f"“{NAME}”: The intervention level of 10% lies on the better side of the target of 22%.",
    ("tolerance", "+2"): f"“{NAME}” has no tolerance, so there is nothing to change by 2 points. Give a value instead.",
    ("out-of", "0"): "A denominator of 0 leaves nothing to take a share of. Give the number of referrals, 1 or more.",
}


@pytest.mark.parametrize(("given", "answer"), [*UNREADABLE.items(), *SENSELESS.items()], ids=str)
def test_nonsense_is_answered_in_words_and_the_former_scenario_is_kept(given: tuple[str, str], answer: str) -> None:
    at = supposed(at_22(), *given)
    (sentence,) = said(at, "error")
    assert sentence.startswith(answer)
    assert changes(at) == [f"target:{CODE}=22"]
    assert "target 22% instead of 20%" in turn(at)
    assert (of_field(at, "target"), of_field(at, given[0])) == ("22", "22" if given[0] == "target" else "")
    assert said(at.run(), "error") == []


@pytest.mark.parametrize("given", [*list(UNREADABLE)[:2], *SENSELESS], ids=str)
def test_the_answer_to_nonsense_stands_next_to_its_field(given: tuple[str, str]) -> None:
    at = supposed(at_22(), *given)
    assert len(beside(at, f"suppose_{given[0]}_{CODE}")) == 1


def test_what_was_refused_leaves_nothing_to_undo() -> None:
    at = supposed(at_22(), "target", "140")
    pressed(at, "undo")
    assert changes(at) == []


def test_a_change_by_points_of_a_target_that_is_not_held_is_answered_and_a_value_is_taken() -> None:
    at = supposed(at_what_if("PCP06"), "target", "+2", "PCP06")
    assert said(at, "error")[0].endswith(
        "has no target, so there is nothing to change by 2 points. Give a value instead."
    )
    supposed(at, "target", "12", "PCP06")
    assert said(at, "error") == []
    assert "target 12% where none is held: Not rated turns to Amber." in turn(at)


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        (["foo"], "“foo” is not a change. Write one like target:FD02=22."),
        (["target:FD02=140"], "A target of 140% is more than 100%"),
        (["target:FD99=22"], "There is no indicator or category “FD99”. Choose from: all; "),
        (["count:FD02=0"], "A count of 0 says nothing about how many referrals there were."),
        (["out-of:FD02=0"], "A denominator of 0 leaves nothing to take a share of."),
        (["count:FD02=266", "out-of:FD02=1000"], "266 of 1,000 is 26.6%, and not the 26.5% held"),
        (["by:FD02=soon"], "“soon” cannot be read as a quarter."),
        (["by:FD02=Q1 2022-23"], "“Repeat referrals within 12 months”: A target cannot be reached by Q1 2022-23"),
        (["by:PCP01=Q4 2022-23"], "“Approved fostering households” has no figure or no target"),
        (["target:FD02=" + "9" * 5000], "“" + "9" * 20),
    ],
    ids=lambda given: str(given)[:40],
)  # fmt: skip
def test_nonsense_in_the_address_is_answered_in_words_and_the_page_is_there(lines: list[str], answer: str) -> None:
    at = at_what_if(change=lines)
    (sentence,) = said(at, "error")
    assert answer in sentence
    assert len(sentence) < 500
    assert verdict(at) == "▼ Red 26.5%"
    assert not at.exception


def test_an_indicator_in_the_address_that_is_not_held_is_said() -> None:
    at = at_what_if("FD99")
    assert "FD99" in " ".join(said(at))


def test_a_quarter_in_the_address_that_is_none_is_said() -> None:
    at = at_what_if(quarter="soon")
    assert said(at) == [
        "“soon” cannot be read as a quarter. Enter it like Q2 2022-23. Showing July to September 2022 (Q2 2022-23) instead."
    ]


# --- in children --------------------------------------------------------------------------------------------------


def test_until_counts_are_assumed_it_is_said_that_none_are_held() -> None:
    at = at_22()
    assert sentences(at)[:2] == [
        "The counts behind the figure are not held, so it cannot be said in children.",
        "For an average of 22% over 2022-23, each of the two remaining quarters must be 16% or less on average (simple average "
        "of quarters, counts not held).",
    ]
    (box,) = at.checkbox
    assert (box.label, box.value) == ("Assume that the count of 266 is right", False)
    assert (
        "The exception report states 266: 266 at 26.5% means 1,002 to 1,005 referrals; the parts sum to 256, so this is in "
        "doubt." in body(at).text
    )


def test_with_266_accepted_it_takes_45_to_46_fewer_and_is_marked_as_assumed() -> None:
    at = at_22()
    at.checkbox(key=f"accept_{CODE}_266").check().run()
    assert sentences(at)[0].startswith(TAKES)
    assert sentences(at)[0].endswith("The counts are assumed, and not held.")
    assert before_and_after(at)[NAME][4] == "45 to 46 fewer (counts assumed)"
    assert changes(at) == [f"target:{CODE}=22", f"count:{CODE}=266"]
    assert any(
        one.startswith("Allowing for chance") and one.endswith("The counts are assumed.") for one in sentences(at)
    )
    at.checkbox(key=f"accept_{CODE}_266").uncheck().run()
    assert changes(at) == [f"target:{CODE}=22"]
    assert sentences(at)[0] == "The counts behind the figure are not held, so it cannot be said in children."


def test_with_a_denominator_of_ones_own_it_is_worked_out_and_marked_as_assumed() -> None:
    at = supposed(at_22(), "out-of", "1000")
    assert sentences(at)[0].startswith("It would take 45 fewer of 1,000 referrals: 220 instead of 265")
    assert sentences(at)[0].endswith("The counts are assumed, and not held.")


def test_a_denominator_of_ones_own_that_the_count_accepted_gainsays_is_refused() -> None:
    at = at_22()
    at.checkbox(key=f"accept_{CODE}_266").check().run()
    supposed(at, "out-of", "1000")
    assert said(at, "error") == [f"266 of 1,000 is 26.6%, and not the 26.5% held for “{NAME}”. Mend one of the two."]
    assert changes(at) == [f"target:{CODE}=22", f"count:{CODE}=266"]


def test_where_counts_are_held_none_are_asked_for(example: None) -> None:
    at = at_what_if("EX02")
    assert sentences(at)[0] == (
        "It would take 11 more of 417 assessments finished: 355 instead of 344 (assessments finished within 45 working days)."
    )
    assert at.checkbox == []
    assert not [one for one in at.text_input if one.key and one.key.startswith("suppose_out-of")]


def test_where_fewer_would_show_as_met_because_of_rounding_it_says_so(example: None) -> None:
    assert "434 would already show as met, because the figure is rounded." in sentences(at_what_if("EX16"))[0]


# --- next value, milestones ---------------------------------------------------------------------------------------


def test_the_next_value_is_rated_by_the_target_in_force() -> None:
    at = supposed(at_what_if(), "value", "19.5")
    assert turn(at).startswith(f"{NAME}, 19.5% in {Q3}: Red turns to Green.")
    assert changes(at) == [f"value:{CODE}=19.5"]


def test_a_supposed_next_value_is_not_shown_as_a_turn_of_the_quarter_that_is_published() -> None:
    at = supposed(at_what_if(), "value", "19.5")
    assert "19.5%" in verdict(at)
    assert "19.5%" in " ".join(before_and_after(at)[NAME])
    assert "3 instead of 4" not in headline(at)


def test_milestones_by_a_quarter_lead_in_equal_steps_to_the_target_and_are_judged_by_themselves() -> None:
    at = at_22()
    at.selectbox(key=f"suppose_by_{CODE}").select("Q4 2022-23").run()
    assert changes(at) == [f"target:{CODE}=22", f"by:{CODE}=Q4 2022-23"]
    rows = table(at, "Milestones, a straight line to the target").rows
    assert [(row[0], row[1].rstrip("%").rstrip("0").rstrip("."), *row[2:]) for row in rows] == [
        ("October to December 2022 (Q3 2022-23)", "24.25", "not yet held", ""),
        ("January to March 2023 (Q4 2022-23)", "22", "not yet held", ""),
    ]
    assert "Milestones: October to December 2022 (Q3 2022-23) 24.25%;" in chart_words(at)
    supposed(at, "value", "24")
    assert table(at, "Milestones").rows[0][2:] == ["24%", "✔ on the way"]
    assert "24% in Q3 2022-23: stays Red." in turn(at)
    supposed(at, "value", "25")
    assert table(at, "Milestones").rows[0][2:] == ["25%", "✖ behind"]


def test_milestones_are_judged_by_figures_that_are_held(example: None) -> None:
    at = at_what_if("EX02", quarter="Q4 2024-25", change=["target:EX02=86", "by:EX02=Q4 2025-26"])
    rows = table(at, "Milestones").rows
    assert [row[2:] for row in rows] == [
        ["84.4%", "✔ on the way"], ["82.5%", "✔ on the way"], ["not yet held", ""], ["not yet held", ""]
    ]  # fmt: skip


def test_a_quarter_to_meet_it_by_is_taken_back() -> None:
    at = at_22()
    at.selectbox(key=f"suppose_by_{CODE}").select("Q4 2022-23").run()
    at.selectbox(key=f"suppose_by_{CODE}").set_value(None).run()
    assert changes(at) == [f"target:{CODE}=22"]
    assert "Milestones" not in body(at).text


def test_a_target_that_was_tried_can_be_taken_back_though_milestones_lead_to_it() -> None:
    at = supposed(at_what_if("PCP06"), "target", "12", "PCP06")
    at.selectbox(key="suppose_by_PCP06").select("Q4 2022-23").run()
    supposed(at, "target", "", "PCP06")
    assert of_field(at, "target", "PCP06") == ""
    assert said(at, "error") == []


# --- many at once -------------------------------------------------------------------------------------------------


def test_a_category_is_changed_by_per_cent_what_turned_first() -> None:
    at = of_many(at_what_if(), "Front Door and Early Help", "-6%")
    assert changes(at) == ["target:Front Door and Early Help=-6%"]
    assert {name: row[1:3] for name, row in before_and_after(at).items()} == {
        "Assessments completed in 45 days": ["88% → 82.72%", "▼ Red → ● Green"],
        NAME: ["20% → 18.8%", "▼ Red → ▼ Red"],
    }
    assert headline(at) == "Ratings that turn: one to Green. Exception reports required: 3 instead of 4."


def test_of_all_that_are_changed_those_that_cannot_be_are_left_and_named() -> None:
    at = of_many(at_what_if(), "all", "+2")
    assert said(at) == [
        "Left unchanged: Nine have no target to change.",
        "Left unchanged: A target of 102% is more than 100%, which “Children in care attending a Good or Outstanding school above "
        "95%” cannot be.",
    ]
    assert len(before_and_after(at)) == 5
    assert "Children in care attending a Good or Outstanding school above 95%" not in before_and_after(at)


def test_all_can_be_given_one_value_those_without_a_target_too() -> None:
    at = of_many(at_what_if(), "all", "50")
    told = before_and_after(at)
    assert len(told) == 14
    assert told["Children missing out on education"][1:3] == ["none → 50", "○ Not rated → ▼ Red"]
    (sentence,) = said(at)
    assert sentence.startswith("Left unchanged: “Children in care not in education, employment or training”")
    turned = [row[2].split(" → ") for row in told.values()]
    assert [one == other for one, other in turned] == [False] * 12 + [True] * 2


def test_a_level_that_is_changed_is_shown_before_and_after() -> None:
    at = of_many(at_what_if(), "all", "20", "intervention")
    name = "Assessments completed in 45 days"
    assert before_and_after(at)[name][2] == "▼ Red → ◆ Amber"
    assert "20%" in before_and_after(at)[name][1]


def test_nonsense_for_many_is_answered_beside_the_button() -> None:
    at = of_many(at_22(), "all", "")
    assert said(at, "error") == ["Give a number like 90, or a change to what stands like +2 or -5%."]
    of_many(at, "Education", "lots")
    assert said(at, "error")[0].startswith("“lots” is no target.")
    assert changes(at) == [f"target:{CODE}=22"]


def test_before_and_after_is_downloaded(downloads: Downloads) -> None:
    at_22()
    lines = saved(downloads["what-if-q2-2022-23.csv"])
    told = dict(zip(*lines, strict=True))
    assert (told["Code"], told["Target held"], told["Target tried"]) == (CODE, "20%", "22%")
    assert (told["Met in quarters held"], told["Of quarters held"]) == ("0", "2")
    assert b"A what-if: nothing in it is published." in downloads["what-if-q2-2022-23.csv"]()


# --- the address --------------------------------------------------------------------------------------------------


def test_the_address_holds_all_of_it_and_a_new_session_with_it_shows_the_same() -> None:
    at = supposed(at_22(), "tolerance", "5")
    at.checkbox(key=f"accept_{CODE}_266").check().run()
    at.selectbox(key=f"suppose_by_{CODE}").select("Q4 2022-23").run()
    address = {name: value if isinstance(value, str) else list(value) for name, value in at.query_params.items()}
    other = opened("what_if", **address)
    assert main_text(other) == main_text(at)
    assert fields(other) == fields(at)
    assert dict(other.query_params) == dict(at.query_params)


def main_text(at: AppTest) -> str:
    return body(at).text


def test_the_scenario_stays_while_another_indicator_is_looked_at_and_other_pages_are_visited() -> None:
    at = at_22()
    at.selectbox(key="filter_indicator").select("FD01").run()
    assert NAME in before_and_after(at)
    moved_to(at, "scorecard")
    moved_to(at, "what_if")
    assert changes(at) == [f"target:{CODE}=22"]
    assert NAME in before_and_after(at)


def test_the_scenario_stays_when_another_quarter_is_looked_at() -> None:
    at = at_22()
    at.selectbox(key="filter_quarter").select(Q1).run()
    assert verdict(at) == "○ Not rated → ▼ Red 29.5%"
    at.selectbox(key="filter_quarter").select(Q2).run()
    assert verdict(at) == "▼ Red → ▼ Red 26.5%"


def test_a_scenario_that_another_quarter_cannot_take_is_there_again_when_that_is_left() -> None:
    at = at_22()
    at.checkbox(key=f"accept_{CODE}_266").check().run()
    at.selectbox(key="filter_quarter").select(YEAR_AGO).run()
    assert said(at)
    at.selectbox(key="filter_quarter").select(Q2).run()
    assert "target 22% instead of 20%" in turn(at)


# --- reliably? ----------------------------------------------------------------------------------------------------


def test_with_sixteen_quarters_limits_assurance_and_variation_are_shown_in_words_and_drawing(example: None) -> None:
    at = at_what_if("EX02")
    assert sign_words(at) == ["ordinary variation", "target hit or miss"]
    drawings = [one.one("img").attributes for one in body(at).every("span", "sign")]
    assert len({one["src"] for one in drawings}) == 2
    assert {one["alt"] for one in drawings} == {""}
    assert "16 quarters: enough for firm limits." in sentences(at)
    assert "As things are, the target of 85% would be met in some quarters and missed in others, by luck." in sentences(
        at
    )
    words = chart_words(at)
    assert all(one in words for one in ("Average 79.", "Upper limit 8", "Lower limit 7", "Target held 85%"))
    (chart,) = at.get("vega_lite_chart")
    assert RULE_SET[:40] in chart.proto.spec


def test_a_target_far_beyond_the_limits_would_be_missed_every_quarter_and_one_within_reach_met(example: None) -> None:
    at = supposed(at_what_if("EX05"), "target", "100", "EX05")
    assert sign_words(at)[1] == "target missed every quarter"
    assert any("would be missed every quarter" in one for one in sentences(at))
    supposed(at, "target", "40", "EX05")
    assert sign_words(at)[1] == "target met every quarter"


def test_the_councils_two_quarters_show_no_limits_and_say_why() -> None:
    at = at_22()
    assert sign_words(at) == []
    assert "2 quarters: too few to tell signal from ordinary variation; from 5 limits are shown." in sentences(at)
    assert "limit" not in chart_words(at).lower()
    (chart,) = at.get("vega_lite_chart")
    assert RULE_SET[:40] not in chart.proto.spec


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("EX03", "Each figure shares nine months with the one before"),
        ("EX04", "Each figure contains the one before"),
        ("EX11", "There is one figure a year"),
    ],
)
def test_figures_that_run_over_quarters_have_no_limits_and_it_is_said_why(example: None, code: str, why: str) -> None:
    at = at_what_if(code)
    assert sign_words(at) == []
    assert any(one.startswith(why) for one in sentences(at))


@pytest.mark.parametrize("code", ["EX03", "EX04", "EX11"])
def test_where_no_limits_are_offered_the_figures_are_drawn_all_the_same(example: None, code: str) -> None:
    at = at_what_if(code)
    assert len(quarters(at)) >= 4
    assert "No figures are held" not in body(at).text


def test_a_seasonal_indicator_is_told_so_and_its_season_is_not_called_luck(example: None) -> None:
    told = sentences(at_what_if("EX16"))
    assert any(one.startswith("The indicator is seasonal: High in September") for one in told)
    assert any("by the season or by luck" in one for one in told)


@pytest.mark.parametrize("code", ["EX09", "EX11"])
def test_where_the_quarter_has_no_figure_that_is_the_reason_given(example: None, code: str) -> None:
    at = at_what_if(code)
    assert verdict(at).startswith("– No data")
    assert "The counts behind the figure are not held, so it cannot be said in children." not in sentences(at)


def test_a_target_set_from_the_best_quarter_alone_is_warned_about(example: None) -> None:
    at = supposed(at_what_if("EX02"), "target", "84.4", "EX02")
    assert any(one.startswith("84.4% is the best figure held, that of Q1 2025-26 alone.") for one in sentences(at))


def test_a_small_base_is_warned_about(example: None) -> None:
    assert "The base is small: each of the 93 first conferences held is 1.1 points." in sentences(at_what_if("EX08"))


# --- what has no target, or no figure -----------------------------------------------------------------------------


def test_an_indicator_without_a_target_can_be_given_one() -> None:
    at = at_what_if("PCP01")
    assert "No target is held or tried, so there is nothing to reach." in sentences(at)
    assert at.slider(key="slider_PCP01").label == "Try a target"
    at.slider(key="slider_PCP01").set_value(300.0).run()
    assert "target 300 where none is held: Not rated turns to Red." in turn(at)
    assert sentences(at)[0] == "It would take 15 more: 300 instead of 285."


def test_where_neither_high_nor_low_is_better_no_target_can_be_tried(example: None) -> None:
    at = at_what_if("EX14")
    assert "Neither high nor low is better for this indicator, so no target could be met or missed." in said(at)
    assert not at.slider
    assert not [one for one in at.text_input if one.key and one.key.startswith("suppose_")]
    at = at_what_if("EX14", change="target:EX14=500")
    (sentence,) = said(at, "error")
    assert sentence.startswith(
        "Neither high nor low is better for “Children in care”, so no target can be met or missed."
    )


def test_a_band_is_given_by_both_its_ends(example: None) -> None:
    at = at_what_if("EX07")
    assert not at.slider
    supposed(at, "target", "40 to 50", "EX07")
    assert verdict(at) == "◆ Amber → ● Green 47.3%"
    assert "target 40% to 50% instead of 35% to 45%" in turn(at)
    supposed(at, "target", "40", "EX07")
    assert said(at, "error")[0].endswith("form a band. Give both ends, like 70 to 80.")
    assert of_field(at, "target", "EX07") == "40 to 50"


def test_a_target_above_100_is_taken_where_the_figure_may_pass_it(load: Load) -> None:
    load(
        small_bundle(
            indicators=[register("A1", may_pass_100="yes")],
            observations=[figure("A1", Q2, "104")],
            targets=[{"indicator": "A1", "from_quarter": Q2, "value": "102", "source": "Plan"}],
        )
    )
    at = opened("what_if")
    assert said(at, "error") == []
    assert verdict(at) == "● Green 104%"


def test_without_any_figure_the_page_says_that_none_are_held(load: Load) -> None:
    load(small_bundle())
    at = opened("what_if")
    assert heading(at) == "No figures are held yet"
    assert said(at, "error") == []


def test_a_quarter_without_figures_is_shown_without_a_fault(load: Load) -> None:
    load(small_bundle())
    for view in ({}, {"change": "target:A1=50"}, {"change": "by:A1=Q4 2023-24"}, {"scenario": "3"}):
        at = opened("what_if", quarter=Q2, **view)
        assert not [one for one in said(at, "error") if "reference" in one]
        assert "no figure is held for the quarter" in body(at).text


# --- what somebody typed or wrote ---------------------------------------------------------------------------------

TOGETHER = (
    f"{MARKUP[0]}{MARKUP[3]}",
    f"{MARKUP[1]} {MARKUP[2]} ![i](//evil.example/i.png)",
    " ".join(HOSTILE[4:7]),
)
"""Several in one, no longer than the name of a scenario may be."""
_OURS = r"document\.getElementById\('done'\)\?\.focus\(\)|document\.cookie = \"kpi_acting=[A-Za-z0-9%._~-]*; path=/; SameSite=Strict\""


def only_text(at: AppTest) -> Node:
    """Nothing on the page comes of what somebody wrote, neither as HTML nor as Markdown."""
    assert not at.exception
    drawn = body(at)
    assert not [one.tag for one in drawn.every() if one.tag in ("b", "iframe", "style", "em", "code")]
    assert all(one.attributes["src"].startswith("data:image/svg+xml") for one in drawn.every("img"))
    ways = ("indicator?", "what_if?", "history?")
    assert all(one.attributes["href"].startswith(ways) for one in drawn.every("a"))
    assert all(re.fullmatch(_OURS, one.text) for one in drawn.every("script"))
    assert not [one.value for one in (*at.markdown, *at.info, *at.warning, *at.error, *at.caption) if one.value]
    return drawn


@pytest.mark.parametrize("hostile", TOGETHER)
def test_what_is_typed_into_the_fields_is_shown_as_it_was_written(hostile: str) -> None:
    at = acting(at_22(), Actor(f"Bea {hostile}"[:80], "Improvement board"))
    for what in ("target", "out-of"):
        supposed(at, what, hostile[:40])
        assert said(at, "error")
        only_text(at)
    of_many(at, "all", hostile[:40])
    only_text(at)
    pressed(filled(at, scenario_name=hostile, scenario_reason=hostile), "save_scenario")
    only_text(at)
    put_forward(at, hostile, hostile, hostile)
    only_text(at)
    decided(filled(at, decide_reason=hostile), "decline")
    drawn = only_text(at)
    assert table(at, "Saved scenarios").rows[0][4] == " ".join(hostile.split())
    row = table(at, "Proposals").rows[0]
    assert row[3] == f"{hostile}. {hostile}"
    assert row[5].endswith(f": {hostile}")
    other = only_text(opened("what_if", scenario="1"))
    assert f"Scenario 1: {hostile}." in other.text
    assert hostile in drawn.text


@pytest.mark.parametrize("hostile", [*MARKUP, *TOGETHER])
@pytest.mark.parametrize("names", ["change", "scenario", "area", "quarter indicator category"])
def test_what_is_typed_into_the_address_is_shown_as_it_was_written(names: str, hostile: str) -> None:
    only_text(opened("what_if", **dict.fromkeys(names.split(), hostile)))


@pytest.mark.parametrize("hostile", TOGETHER)
def test_what_is_typed_into_the_parts_of_a_change_is_shown_as_it_was_written(hostile: str) -> None:
    for line in (f"target:{hostile}=22", f"target:{CODE}={hostile}", f"{hostile}:{CODE}=22", f"by:{CODE}={hostile}"):
        at = at_what_if(change=line)
        only_text(at)
        assert said(at, "error")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_is_written_into_the_register_is_shown_as_it_was_written(load: Load, hostile: str) -> None:
    named = {"name": hostile, "category": hostile, "numerator": hostile, "denominator": hostile, "seasonal": "yes", "seasonal_note": hostile}  # fmt: skip
    load(
        small_bundle(
            indicators=[register("A1", **named)],
            observations=[figure("A1", Q2, "79", note=hostile)],
            targets=[{"indicator": "A1", "from_quarter": Q2, "value": "90", "source": hostile, "decided_by": hostile}],
            areas=[{"code": "X", "name": hostile}],
        )
    )
    at = opened("what_if", change=["target:A1=85", "out-of:A1=100"])
    drawn = only_text(at)
    assert hostile in drawn.text
    plain = components.plain(hostile)
    (slider,) = at.slider
    assert slider.label == f"Move the target of {plain}"
    written = [one.label for one in (*at.text_input, *at.button, *at.checkbox, *at.expander)]
    assert not [label for label in written if hostile in label and plain not in label and hostile != plain]


def test_the_page_says_first_that_the_examples_figures_are_made_up(example: None) -> None:
    assert said(opened("what_if"), "warning") == [
        "Example council. These figures are made up. They describe no real council."
    ]


def test_the_page_says_which_file_has_changed_since_it_was_loaded(load: Load) -> None:
    folder = load(data_files(DATA))
    assert said(opened("what_if"), "warning") == []
    (folder / "targets.csv").write_bytes((folder / "targets.csv").read_bytes() + b"\n")
    assert said(opened("what_if"), "warning")[0].startswith("data/targets.csv has changed since")


def test_headings_come_in_order_and_are_those_of_the_page() -> None:
    assert sections(at_22()) == [
        "Before and after",
        "What it would take",
        "Would it be met reliably?",
        "The way to it",
        "Keep it and share it",
    ]


# --- a browser that lags behind -----------------------------------------------------------------------------------


def gives_the_address(at: AppTest, address: dict[str, list[str]]) -> AppTest:
    """The same session, whose browser gives this as its address with the next thing that is done."""
    at.query_params.clear()
    at.query_params.update(address)
    return at


def test_the_former_address_of_a_slow_browser_takes_nothing_back() -> None:
    at = at_what_if()
    before = dict(at.query_params)
    gives_the_address(supposed(at, "target", "22"), before)
    supposed(at, "intervention", "30")
    assert changes(at) == [f"target:{CODE}=22", f"intervention:{CODE}=30"]


def test_a_former_address_that_is_gone_back_to_once_the_browser_has_followed_is_taken() -> None:
    at = at_what_if()
    before = dict(at.query_params)
    supposed(at, "target", "22").run()
    gives_the_address(at, before).run()
    assert changes(at) == []
    assert of_field(at, "target") == ""


def test_what_a_slow_browser_still_says_of_a_field_that_was_set_is_nobodys_change() -> None:
    at = at_what_if()
    drawn = at.text_input(key="fields_drawn").value
    supposed(at, "target", "22")
    at.slider(key=f"slider_{CODE}").set_value(20.0)
    at.text_input(key="fields_drawn").input(drawn)
    supposed(at, "intervention", "30")
    assert changes(at) == [f"target:{CODE}=22", f"intervention:{CODE}=30"]
    assert at.slider(key=f"slider_{CODE}").value == 22


def test_of_a_slider_moved_faster_than_the_browser_draws_no_step_is_taken_back_by_the_field_that_follows_it() -> None:
    at = at_what_if()
    drawn = at.text_input(key="fields_drawn").value
    for place, still_in_the_field in ((20.1, ""), (20.2, ""), (20.3, "20.1"), (20.4, "20.2")):
        at.slider(key=f"slider_{CODE}").set_value(place)
        at.text_input(key=f"suppose_target_{CODE}").input(still_in_the_field)
        at.text_input(key="fields_drawn").input(drawn)
        at.run()
    assert changes(at) == [f"target:{CODE}=20.4"]
    assert (of_field(at, "target"), at.slider(key=f"slider_{CODE}").value) == ("20.4", 20.4)


def test_a_slider_that_is_moved_back_to_where_it_stood_is_moved() -> None:
    at = at_22()
    at.slider(key=f"slider_{CODE}").set_value(20.0).run()
    assert changes(at) == [f"target:{CODE}=20"]
