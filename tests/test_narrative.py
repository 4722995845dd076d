"""The parts that the checks of narrative are made of: passages, quarters in running text, totals, small counts, whole papers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kpi_core.errors import FigureError
from kpi_core.figures import round_half_up
from kpi_core.judging import Held
from kpi_core.model import ReportState
from kpi_core.narrative import (
    Lexicon,
    NarrativeFinding,
    Verdict,
    implied_denominators,
    passages,
    quarter_named,
    sums,
)
from kpi_core.narrative.atoms import atoms
from kpi_core.narrative.disclosure import disclosive
from kpi_core.narrative.prose import sentences
from kpi_core.periods import Quarter, quarter

from .conftest import Q2, indicator, observed, report, target
from .narrative import NOTHING, PLANS, checker


def found(text: str, about: str | None = None) -> list[NarrativeFinding]:
    return checker().text(text, about)


def document(text: str, *held: Held) -> list[NarrativeFinding]:
    return checker(*held).document(passages(enumerate(text.splitlines(), 1)))


# --- passages -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "read"),
    [
        (["One line", "that runs on."], ["One line that runs on."]),
        (["It stood at", "", "", "83.5% in Q2."], ["It stood at 83.5% in Q2."]),
        (["A sentence.", "", "another begins small"], ["A sentence.", "another begins small"]),
        (["A heading", "", "A sentence of its own."], ["A heading", "A sentence of its own."]),
        (["3.1. First", "3.2. Second"], ["3.1. First", "3.2. Second"]),
        (["\u2022 one", "\u2022 two", "and its end"], ["\u2022 one", "\u2022 two and its end"]),
        (["a rise from 70%", "- 83.5% in Q2"], ["a rise from 70%", "- 83.5% in Q2"]),
        (["Outturn: 83.5%", "Quarterly target: 88%"], ["Outturn: 83.5%", "Quarterly target: 88%"]),
        (["It ended.", "Legal: none", "so far"], ["It ended.", "Legal: none so far"]),
        (["it was said of", "Education: that it rose"], ["it was said of Education: that it rose"]),
        (["", "  ", ""], []),
    ],
)
def test_lines_are_put_together_as_a_reader_would(lines: list[str], read: list[str]) -> None:
    assert [one.text for one in passages(enumerate(lines, 1))] == read


def test_a_place_in_a_passage_is_known_by_its_line() -> None:
    (one,) = passages(enumerate(["It stood at", "", "83.5% in", "Q2 2022-23"], 1))
    assert [one.line(one.text.index(word)) for word in ("It", "83.5", "in", "2022")] == [1, 3, 3, 4]


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("It was 83.5%. It rose.", ["It was 83.5%.", "It rose."]),
        ("See para. 3.1 for more. Then stop.", ["See para. 3.1 for more.", "Then stop."]),
        ("5.1. Plans were late.", ["5.1. Plans were late."]),
        ("Reason for it: Plans were late.", ["Reason for it:", "Plans were late."]),
        ("Outturn: High", ["Outturn: High"]),
        ("Is it? Yes! (It is.) So.", ["Is it?", "Yes!", "(It is.)", "So."]),
    ],
)
def test_sentences_are_cut_at_their_ends_only(text: str, cut: list[str]) -> None:
    assert [said for _, said in sentences(text)] == cut


@given(st.text(max_size=300))
def test_sentences_lose_nothing_but_space(text: str) -> None:
    parts = list(sentences(text))
    assert "".join("".join(said.split()) for _, said in parts) == "".join(text.split())
    assert all(text[at : at + len(said)] == said for at, said in parts)


# --- quarters -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "own", "meant"),
    [
        ("Q1", "Q2 2022-23", "Q1 2022-23"),
        ("Q2", "Q2 2022-23", "Q2 2022-23"),
        ("Q4", "Q1 2022-23", "Q4 2021-22"),
        ("Q3", "Q2 2022-23", None),
        ("Q4", "Q2 2022-23", None),
        ("quarter two", "Q2 2022-23", "Q2 2022-23"),
        ("the first quarter", "Q2 2022-23", "Q1 2022-23"),
        ("Q4 21/22", "Q2 2022-23", "Q4 2021-22"),
        ("2021/22 Q4", "Q2 2022-23", "Q4 2021-22"),
        ("July to September 2022", "Q2 2022-23", "Q2 2022-23"),
        ("last quarter", "Q1 2022-23", "Q4 2021-22"),
        ("the same quarter last year", "Q2 2022-23", "Q2 2021-22"),
        ("Q2 last year", "Q3 2022-23", "Q2 2021-22"),
        ("last year", "Q2 2022-23", None),
        ("in 2021-22", "Q2 2022-23", None),
    ],
)
def test_a_quarter_in_running_text_is_read_from_the_reports_own(text: str, own: str, meant: str | None) -> None:
    (one,) = [a for a in atoms(f"It was so {text}, we think.", Lexicon([]), quarter(own)) if a.kind in "qx"]
    assert one.kind == "q"
    assert one.means == (None if meant is None else quarter(meant))


@pytest.mark.parametrize("text", ["Q1 2/23", "Q5 2022-23", "2022-24 Q2", "Q2 2022"])
def test_a_quarter_that_cannot_be_read_is_found_and_not_guessed(text: str) -> None:
    (one,) = [a for a in atoms(f"It was so in {text}.", Lexicon([]), Q2) if a.kind in "qx"]
    assert (one.kind, one.text) == ("x", text)


def test_a_paper_is_about_the_first_quarter_that_it_names_in_full() -> None:
    text = [
        "Report to Cabinet",
        "Since Q1 little changed.",
        "For July-September 2022 (Quarter 2 2022-23).",
        "Q1 2021-22",
    ]
    assert quarter_named(passages(enumerate(text, 1))) == Q2
    assert quarter_named(passages([(1, "Since Q1 little changed.")])) is None


# --- figures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "verdict"),
    [
        ("83.5%", Verdict.AGREES), ("83.50%", Verdict.AGREES), ("84%", Verdict.AGREES), ("83%", Verdict.CONTRADICTS),
        ("83.4%", Verdict.CONTRADICTS), ("about 82%", Verdict.AGREES), ("about 81%", Verdict.CONTRADICTS),
        ("83.5 per cent", Verdict.AGREES), ("eighty-four per cent", Verdict.AGREES),
    ],
)  # fmt: skip
def test_a_figure_agrees_to_the_decimals_written(stated: str, verdict: Verdict) -> None:
    assert [one.verdict for one in found(f"Timely plans stood at {stated} in Q2.")] == [verdict]


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("below the target", Verdict.AGREES), ("above the target", Verdict.CONTRADICTS), ("4.5 points below target", Verdict.AGREES),
        ("4 points below target", Verdict.CONTRADICTS), ("within tolerance", Verdict.UNCHECKED),
        ("below the intervention level", Verdict.UNCHECKED),
    ],
)  # fmt: skip
def test_a_relation_is_held_against_what_is_held_and_else_cannot_be_checked(words: str, verdict: Verdict) -> None:
    assert {one.verdict for one in found(f"Performance is {words}.", "A1")} == {verdict}


def test_a_quarter_without_a_figure_is_said_to_be_so_and_never_contradicted() -> None:
    (one,) = found("Timely plans stood at 60% in Q4 2021-22.")
    assert one.verdict is Verdict.UNCHECKED
    assert "no figure is held" in one.message
    assert "Q4 2021-22" in one.message


def test_an_indicator_without_figures_is_never_contradicted() -> None:
    assert {one.verdict for one in found("Performance rose to 90% in Q2, above the target.", "B1")} == {
        Verdict.UNCHECKED
    }


@given(st.decimals(0, 100, places=1), st.decimals(0, 100, places=1))
def test_words_of_direction_agree_exactly_where_the_figures_moved_so(earlier: Decimal, later: Decimal) -> None:
    held = replace(PLANS, series=(observed(str(earlier), "Q1 2022-23"), observed(str(later))))
    ways = {"rose": later > earlier, "fell": later < earlier, "improved": later > earlier, "worsened": later < earlier}
    for word, true in ways.items():
        verdicts = {
            one.verdict
            for one in checker(held).text(f"Performance {word} from {earlier}% in Q1 to {later}% in Q2.", "A1")
        }
        assert (Verdict.CONTRADICTS in verdicts) is not true


# A bare 1900 to 2099 reads as a year.
@given(st.integers(2, 1800), st.integers(2, 1800), st.integers(0, 2))
@example(2, 40, 1)  # by 1900.0%: with decimals it is no year either
def test_a_change_in_per_cent_is_held_against_the_arithmetic_at_its_own_decimals(
    before: int, after: int, places: int
) -> None:
    share = round_half_up(Decimal(abs(after - before) * 100) / before, places)
    counted = replace(indicator(code="C1", name="Open cases", decimals=0), unit=indicator().unit.NUMBER)
    held = Held(counted, (observed(str(before), "Q1 2022-23", indicator="C1"), observed(str(after), indicator="C1")))
    word = "increased" if after > before else "decreased"
    for said, right in ((share, True), (share + 1, False)):
        text = f"The number {word} by {said:f}% from {before} in Q1 to {after} in Q2."
        verdicts = [one.verdict for one in checker(held).text(text, "C1") if one.kind == "change"]
        if after != before:
            assert verdicts == [Verdict.AGREES if right else Verdict.CONTRADICTS]


# --- totals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "stated", "worked_out"),
    [
        ("A total of 60 cases: 30 open, 20 closed and 10 waiting.", "60", "60"),
        ("A total of 60 cases: 30 open, 20 closed and 9 waiting.", "60", "59"),
        ("There were 60 cases in total, made up of 30 cases open, 20 closed and 9 waiting.", "60", "59"),
        ("30 were open, 20 closed and 9 waiting, a total of 60.", "60", "59"),
    ],
)
def test_parts_are_added_up_beside_their_total(text: str, stated: str, worked_out: str) -> None:
    (one,) = sums(text)
    assert (one.stated, one.worked_out, one.agrees) == (stated, worked_out, stated == worked_out)


@pytest.mark.parametrize(
    "text",
    [
        "A total of 60 cases, including 30 open and 20 closed.",
        "A total of 60 cases. In 2022 there were 12 visits, 4 meetings and 3 reviews.",
        "A total of 60 cases: 40 had neglect, 30 had abuse and 20 had both; a case may be counted more than once.",
        "A total of 60 cases, up from 50 in Q1 and 40 in Q4.",
        "Of the 60 cases, 30 were open.",
    ],
)
def test_where_a_text_does_not_claim_to_list_all_the_parts_nothing_is_added_up(text: str) -> None:
    assert [one for one in sums(text) if not one.agrees] == []


# --- what should not be published ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2 children moved.", "Two children moved.", "one young person left", "Only 3 pupils were excluded.", "(1 exclusion)",
        "four families were helped", "25% of the 12 children moved.", "NHS number 943 476 5919", "pupil A123456789012",
        "She lives at BH1 1AA.", "born 12/05/2014", "Completed by: Alex Example", "Completed by: A. B. Example, Team Manager",
    ],
)  # fmt: skip
def test_small_counts_and_what_identifies_a_child_are_disclosive(text: str) -> None:
    assert len(list(disclosive(text))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "5 children moved.", "0 children moved.", "12 children", "2 audits", "1 school", "3 contacts", "4 visits to schools",
        "Year 4 children", "level 2 families", "1 in 4 children", "three in ten children", "16 and 17 year olds", "2 children's homes",
        "four schools", "three social workers", "25% of the 120 children moved.", "NHS number 943 476 5918", "up to four children",
        "Completed by: Service Unit Head", "Completed by: Head of Virtual School", "Q2 pupils", "stage 3 cases",
    ],
)  # fmt: skip
def test_other_counts_and_numbers_are_not_disclosive(text: str) -> None:
    assert list(disclosive(text)) == []


@given(st.integers(1, 50), st.integers(1, 200_000), st.integers(0, 3))
def test_the_true_whole_is_always_among_those_that_a_count_and_its_percentage_imply(
    part: int, more: int, places: int
) -> None:
    whole = part + more
    percent = round_half_up(Decimal(part * 100) / whole, places)
    half = Decimal(1).scaleb(-places) / 2
    if percent > half:
        implied = implied_denominators(part, percent)
        assert implied.lowest <= whole <= implied.highest
        for outside in (implied.lowest - 1, implied.highest + 1):
            if outside >= part:
                assert round_half_up(Decimal(part * 100) / outside, places) != percent


@pytest.mark.parametrize(("count", "percent"), [(0, "1"), (1, "0"), (1, "0.00"), (1, "101"), (1, "x")])
def test_a_whole_is_not_implied_by_nothing(count: int, percent: str) -> None:
    with pytest.raises(FigureError):
        implied_denominators(count, percent)


# --- whole papers -------------------------------------------------------------------------------------------------

MISSED = replace(PLANS, report=None)
WRITTEN = replace(
    PLANS,
    indicator=indicator(code="C1", name="Reviews held on time"),
    series=(observed("60", indicator="C1"),),
    targets=(target("90", indicator="C1"),),
    report=report(ReportState.APPROVED, indicator="C1"),
)


def lists(findings: list[NarrativeFinding]) -> set[tuple[str, str]]:
    return {(one.indicator, one.verdict.value) for one in findings if one.kind in ("reports", "recommendations")}


def test_a_list_of_exception_reports_is_held_beside_those_required_and_those_there() -> None:
    assert lists(document("2. Exception reports for Reviews held on time", MISSED, WRITTEN)) == {("A1", "contradicts")}
    assert lists(document("Exception reports for Plans on time and Reviews held on time", MISSED, WRITTEN)) == {
        ("A1", "contradicts")
    }
    assert lists(document("Exception reports: Reviews held on time and Potholes", MISSED, WRITTEN)) == set()


def test_recommendations_are_held_beside_what_was_missed() -> None:
    missed = replace(
        PLANS, indicator=indicator(code="D1", name="Timely health checks"), series=(observed("1", indicator="D1"),)
    )
    text = "Recommendations\n\n1. Reviews held on time: carry on.\n2. Plans on time: more staff.\n\nBackground papers\n\nTimely health checks"
    assert lists(document(text, MISSED, WRITTEN, missed)) == {("D1", "contradicts")}
    assert (
        lists(document("Recommendations\n\n1. Look at plans on time in the spring.\n2. To note.", MISSED, WRITTEN))
        == set()
    )
    assert lists(document("Recommendations\n\n1. To note the report.", MISSED, WRITTEN)) == set()
    assert lists(
        document("Recommendations\n\n1. Visits made on the day agreed\n2. Plans on time", MISSED, NOTHING)
    ) == {("B1", "cannot be checked")}


def test_each_form_of_a_paper_is_about_the_indicator_that_it_describes() -> None:
    form = "Exception Performance Report\n\nIndicator description: {}\n\nOutturn: {}\n\nQuarterly target: 88%\n\n"
    text = form.format("Plans on time", "83.5%") + form.format("Reviews held on time", "61%")
    told = {(one.indicator, one.kind, one.verdict.value) for one in document(text, PLANS, WRITTEN)}
    assert ("A1", "value", "agrees") in told
    assert ("C1", "value", "contradicts") in told
    assert ("C1", "target", "contradicts") in told


def test_the_header_of_a_report_is_held_beside_the_observation_and_the_register() -> None:
    stated = checker().stated("A1", Decimal("85"), Decimal("88"))
    assert [(one.kind, one.verdict) for one in stated] == [("value", Verdict.CONTRADICTS), ("target", Verdict.AGREES)]
    assert checker().stated("A1", None, None) == []


def test_of_a_name_that_two_indicators_share_only_the_one_written_about_is_meant() -> None:
    both = (
        replace(PLANS, indicator=replace(indicator(), aliases=("NEET",))),
        replace(WRITTEN, indicator=replace(WRITTEN.indicator, aliases=("NEET",))),
    )
    assert checker(*both).text("NEET stood at 50% in Q2.") == []
    assert [one.indicator for one in checker(*both).text("NEET stood at 50% in Q2.", "C1")] == ["C1"]


@given(st.text(max_size=400))
def test_no_text_makes_the_checks_fall_over(text: str) -> None:
    for one in [*found(text), *found(text, "A1"), *document(text)]:
        assert 0 <= one.start <= one.end <= len(one.text)
        assert one.message


_PIECES = st.sampled_from(
    ["Timely plans", "Q2", "Q1 2/23", "83.5%", "70%", "fell", "improved", "from", "to", "by", "target", "the", ",", ".", "(", ")", "-",
     "3 points", "above", "below", "tolerance", "respectively", "and", "of", "2 children", "total", ":", "in", "September", "\n", "England"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=25).map(" ".join))
def test_no_order_of_the_words_of_the_grammar_makes_the_checks_fall_over(text: str) -> None:
    for one in [*found(text), *found(text, "A1"), *document(text)]:
        assert 0 <= one.start <= one.end <= len(one.text)


def test_a_quarter_is_a_quarter() -> None:
    assert quarter_named(passages([(1, "In 2022/23 Q2 outturn")])) == Quarter(2022, 2)
