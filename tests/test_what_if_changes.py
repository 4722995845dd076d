"""What a scenario changes: read from one line of text, applied to what it names and nothing else, nonsense refused in words."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_core.errors import KpiError, PeriodError, UnknownChoice
from kpi_core.judging import Held, Row, row_of
from kpi_core.model import Absence, Basis, Indicator, Observation, Polarity, Target, Unit
from kpi_core.shell.services import Services
from kpi_core.showing.charts import process_data
from kpi_core.what_if import (
    How,
    NotSupposed,
    What,
    WhatIf,
    WhatIfChange,
    rated_significance,
    read_change,
    what_if,
    with_change,
    without,
)
from kpi_core.what_if.changes import Supposition, suppose

from .conftest import Q2, indicator, observed, target
from .scenarios import tried

# --- one line of text ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "what", "scope", "how", "amount"),
    [
        ("target:FD02=22", What.TARGET, "FD02", How.TO, "22"),
        (" target : FD02 = 22 ", What.TARGET, "FD02", How.TO, "22"),
        ("target:FD02=22%", What.TARGET, "FD02", How.TO, "22"),
        ("target:FD02=£1,179", What.TARGET, "FD02", How.TO, "1179"),
        ("target:FD02=0", What.TARGET, "FD02", How.TO, "0"),
        ("target:FD02=22.50", What.TARGET, "FD02", How.TO, "22.50"),
        ("target:FD02=70 to 80", What.TARGET, "FD02", How.TO, "70 to 80"),
        ("target:FD02=70% to 80%", What.TARGET, "FD02", How.TO, "70 to 80"),
        ("target:Education=-2", What.TARGET, "Education", How.BY_POINTS, "-2"),
        ("target:Education=\u22122", What.TARGET, "Education", How.BY_POINTS, "-2"),  # the minus of typography
        ("target:Front Door and Early Help=+2", What.TARGET, "Front Door and Early Help", How.BY_POINTS, "+2"),
        ("target:all=+5%", What.TARGET, "all", How.BY_PERCENT, "+5%"),
        ("target:all=- 5 %", What.TARGET, "all", How.BY_PERCENT, "-5%"),
        ("tolerance:FD01=5%", What.TOLERANCE, "FD01", How.TO, "5%"),
        ("tolerance:FD01=5", What.TOLERANCE, "FD01", How.TO, "5"),
        ("intervention:FD01=+1.5", What.INTERVENTION, "FD01", How.BY_POINTS, "+1.5"),
        ("value:FD02=24.5", What.VALUE, "FD02", How.TO, "24.5"),
        ("count:FD02=1,004", What.COUNT, "FD02", How.TO, "1004"),
        ("out-of:FD02=1004", What.OUT_OF, "FD02", How.TO, "1004"),
        ("by:FD02=Q4 2023-24", What.BY, "FD02", How.TO, "Q4 2023-24"),
        ("by:FD02=2023/24 Q4", What.BY, "FD02", How.TO, "Q4 2023-24"),
    ],
)
def test_a_change_is_read_from_its_text(text: str, what: What, scope: str, how: How, amount: str) -> None:
    read = read_change(text)
    assert (read.what, read.scope, read.how, read.amount_text) == (what, scope, how, amount)
    assert str(read) == f"{what}:{scope}={amount}"


def test_only_a_tolerance_is_in_per_cent_of_its_target() -> None:
    assert read_change("tolerance:A1=5%").of_target
    assert not read_change("tolerance:A1=5").of_target
    assert not read_change("target:A1=5%").of_target


LIKE = "Write one like target:FD02=22."
NUMBER = "Write a number like 22, or a change to what stands like +2 or -5%."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", f"“” is not a change. {LIKE}"),
        ("22", f"“22” is not a change. {LIKE}"),
        ("goal:FD02=22", f"“goal:FD02=22” is not a change. {LIKE}"),
        ("Target:FD02=22", f"“Target:FD02=22” is not a change. {LIKE}"),
        ("target:=22", f"“target:=22” is not a change. {LIKE}"),
        ("target:FD02", f"“target:FD02” is not a change. {LIKE}"),
        ("x" * 90, f"“{'x' * 39}…” is not a change. {LIKE}"),
        ("target:FD02=", f"“” is no target. {NUMBER}"),
        ("target:FD02=-", f"“-” is no target. {NUMBER}"),
        ("target:FD02=many", f"“many” is no target. {NUMBER}"),
        ("target:FD02=1.2.3", f"“1.2.3” is no target. {NUMBER}"),
        ("target:FD02=.", f"“.” is no target. {NUMBER}"),
        ("target:FD02=,", f"“,” is no target. {NUMBER}"),
        ("target:FD02=1e3", f"“1e3” is no target. {NUMBER}"),
        ("target:FD02=nan", f"“nan” is no target. {NUMBER}"),
        ("target:FD02=٢٢", f"“٢٢” is no target. {NUMBER}"),
        ("target:FD02=２２", f"“２２” is no target. {NUMBER}"),
        ("target:FD02=²", f"“²” is no target. {NUMBER}"),
        ("target:FD02=9999999999999999", f"“9999999999999999” is no target. {NUMBER}"),
        ("target:FD02=22=23", f"“22=23” is no target. {NUMBER}"),
        ("intervention:FD02=x", f"“x” is no intervention level. {NUMBER}"),
        ("value:FD02=x", f"“x” is no next value. {NUMBER}"),
        ("count:FD02=x", f"“x” is no assumed count. {NUMBER}"),
        ("count:FD02=+5", "“+5” has a sign. Write the assumed count itself, like 600."),
        ("out-of:FD02=-5", "“-5” has a sign. Write the assumed denominator itself, like 600."),
        ("target:FD02=-70 to 80", "“-70 to 80” has a sign. Write the target itself, like 600."),
        ("value:FD02=70 to 80", "Only a target can be a band like 70 to 80: give the next value as one number."),
        ("count:FD02=26.6", "26.6 is no assumed count: counts are whole numbers."),
        ("out-of:FD02=10.0", "10.0 is no assumed denominator: counts are whole numbers."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_a_sentence_with_what_to_write(text: str, said: str) -> None:
    with pytest.raises(NotSupposed) as refused:
        read_change(text)
    assert str(refused.value) == said


@pytest.mark.parametrize("text", ["by:FD02=", "by:FD02=soon", "by:FD02=Q5 2022-23", "by:FD02=2022-23"])
def test_a_quarter_that_cannot_be_read_is_refused_with_its_own_reason(text: str) -> None:
    with pytest.raises(PeriodError):
        read_change(text)


@pytest.mark.parametrize("amount", ["2,5", "1,00", "22,", "1,2,3,4", ",5"])
def test_a_comma_that_does_not_part_thousands_is_refused(amount: str) -> None:
    with pytest.raises(NotSupposed):
        read_change(f"target:A1={amount}")


scopes = st.text(min_size=1, max_size=12).filter(lambda s: s == s.strip() and "=" not in s)
numbers = st.from_regex(r"[0-9]{1,12}(\.[0-9]{1,6})?", fullmatch=True)
signs = st.sampled_from(["", "+", "-", "\u2212"])
levels = st.sampled_from([What.TARGET, What.TOLERANCE, What.INTERVENTION, What.VALUE])
written = st.one_of(
    st.builds(lambda w, s, g, n, p: f"{w}:{s}={g}{n}{p}", levels, scopes, signs, numbers, st.sampled_from(["", "%"])),
    st.builds(lambda s, a, b: f"target:{s}={a} to {b}", scopes, numbers, numbers),
    st.builds(
        lambda w, s, n: f"{w}:{s}={n}", st.sampled_from([What.COUNT, What.OUT_OF]), scopes, st.integers(0, 10**9)
    ),
    st.builds(
        lambda s, q, y: f"by:{s}=Q{q} {y}-{(y + 1) % 100:02d}", scopes, st.integers(1, 4), st.integers(1990, 2150)
    ),
)
changes = written.map(read_change)


@given(changes)
def test_a_change_is_read_back_from_its_own_text(change: WhatIfChange) -> None:
    assert read_change(str(change)) == change
    assert str(read_change(str(change))) == str(change)


@given(st.lists(changes, max_size=5), changes)
def test_a_new_change_stands_last_and_takes_the_place_of_what_was_set_in_the_same_place(
    before: list[WhatIfChange], new: WhatIfChange
) -> None:
    after = with_change(before, new)
    assert after[-1] == new
    assert [one.same_place for one in after].count(new.same_place) == 1
    assert after[:-1] == tuple(one for one in before if one.same_place != new.same_place)


@given(st.lists(changes, max_size=5), changes)
def test_without_takes_out_all_of_one_place_and_leaves_the_rest_in_order(
    before: list[WhatIfChange], new: WhatIfChange
) -> None:
    left = without([*before, new], new.what, new.scope.upper())
    assert left == without(before, new.what, new.scope)
    assert all(one in before for one in left)
    assert without(left, new.what, new.scope) == left


def test_a_place_is_the_same_however_its_scope_is_written() -> None:
    held = with_change([read_change("target:fd02=22")], read_change("target:FD02=23"))
    assert [str(one) for one in held] == ["target:FD02=23"]
    assert len(with_change(held, read_change("tolerance:FD02=2"))) == 2


# --- applied to what it names, and to nothing else ----------------------------------------------------------------

TERMS = target(
    "50", tolerance="5", tolerance_kind="points", intervention_level="40", decided_by="Board", reason="Because"
)


def rows() -> list[Row]:
    """Three indicators in two categories: one with a target and levels, one with a level alone, one with neither."""
    care = [indicator(code="A1"), indicator(code="A2", name="Reviews on time")]
    other = indicator(code="B1", name="Visits", category="Help", unit=Unit.NUMBER, decimals=0, polarity=Polarity.LOW)
    terms = {"A1": (TERMS,), "A2": (target(intervention_level="16"),), "B1": ()}
    return [row_of(Held(one, (observed("45", indicator=one.code),), terms[one.code]), Q2) for one in (*care, other)]


def supposed(*texts: str) -> Supposition:
    return suppose([read_change(text) for text in texts], rows())


sensible = st.sampled_from(
    ["target:{}=45", "target:{}=100", "tolerance:{}=0", "intervention:{}=45", "value:{}=3", "by:{}=Q4 2022-23", "target:{}=+1"]
)  # fmt: skip


@given(st.lists(sensible, min_size=1, max_size=4), st.sampled_from(["A1", "A2", "B1"]))
def test_what_a_change_does_not_name_stays_as_it_is_and_no_row_is_ever_changed(texts: list[str], code: str) -> None:
    given_rows = rows()
    before = copy.deepcopy(given_rows)
    try:
        found = suppose([read_change(text.format(code)) for text in texts], given_rows)
    except NotSupposed:
        found = None
    assert given_rows == before
    if found is not None:
        for row in given_rows:
            one = found.by_code[row.indicator.code]
            if row.indicator.code == code:
                assert one.changed == {read_change(text.format(code)).what for text in texts}
            else:
                assert one.target is row.target
                assert (one.changed, one.value, one.count, one.out_of, one.by) == (frozenset(), None, None, None, None)


@pytest.mark.parametrize(
    ("text", "name", "becomes"),
    [
        ("target:A1=60", "value", "60"),
        ("target:A1=+2.5", "value", "52.5"),
        ("target:A1=-10%", "value", "45"),
        ("tolerance:A1=3", "tolerance", "3"),
        ("tolerance:A1=-5", "tolerance", "0"),
        ("intervention:A1=50", "intervention_level", "50"),  # at the target is not on its better side
        ("intervention:A1=-40", "intervention_level", "0"),
    ],
)
def test_one_level_is_changed_and_the_rest_of_the_target_stays(text: str, name: str, becomes: str) -> None:
    found = supposed(text).by_code["A1"].target
    assert found is not None
    kept = {"value", "tolerance", "tolerance_kind", "intervention_level", "low", "high", "decided_by", "reason"} - {
        name
    }
    assert getattr(found, name) == Decimal(becomes)
    assert {one: getattr(found, one) for one in kept} == {one: getattr(TERMS, one) for one in kept}


@pytest.mark.parametrize(
    ("changes", "target"),
    [
        (["target:A1=60", "target:all=+10%"], 60),
        (["target:all=+10%", "target:A1=60"], 60),
        (["target:A1=60", "target:Care=70", "target:all=80"], 60),
        (["target:Care=70", "target:all=80"], 70),
        (["target:all=60", "target:A1=+1"], 51),
    ],
)
def test_what_is_said_of_one_goes_before_what_is_said_of_many_and_each_change_is_to_what_is_held(
    changes: list[str], target: int
) -> None:
    assert supposed(*changes).by_code["A1"].target.value == target  # type: ignore[union-attr]


def test_a_level_may_be_on_the_wrong_side_until_its_target_has_moved_too() -> None:
    found = supposed("intervention:A1=60", "target:A1=70").by_code["A1"].target
    assert found is not None
    assert (found.value, found.intervention_level) == (70, 60)


def test_a_change_keeps_the_decimals_that_what_stood_was_written_with() -> None:
    for held, text, becomes in (
        ("20", "+2", "22"),
        ("20.0", "+2", "22.0"),
        ("4.7", "+5%", "4.935"),
        ("20", "+0.50", "20.5"),
    ):
        one = tried([f"target:A1={text}"], indicator(), [observed("45")], [target(held)])
        assert str(one.target.value) == becomes  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("scope", "codes"),
    [
        ("all", {"A1", "A2", "B1"}),
        ("ALL", {"A1", "A2", "B1"}),
        ("care", {"A1", "A2"}),
        ("HELP", {"B1"}),
        ("a1", {"A1"}),
    ],
)
def test_a_scope_is_one_indicator_a_category_or_all_in_any_case(scope: str, codes: set[str]) -> None:
    found = supposed(f"target:{scope}=50")
    assert {code for code, one in found.by_code.items() if one.changed} == codes


def test_a_scope_that_is_not_held_names_those_that_are() -> None:
    with pytest.raises(UnknownChoice) as refused:
        supposed("target:Housing=50")
    assert str(refused.value) == (
        "There is no indicator or category “Housing”. Choose from: all; Care; Help; A1; A2; B1."
    )


# --- a change to many ---------------------------------------------------------------------------------------------


def test_a_change_to_many_that_some_cannot_take_says_which_and_changes_the_others() -> None:
    found = supposed("target:all=120")
    assert found.left_out == (
        "A target of 120% is more than 100%, which “Plans on time” cannot be.",
        "A target of 120% is more than 100%, which “Reviews on time” cannot be.",
    )
    assert {code for code, one in found.by_code.items() if one.changed} == {"B1"}


def test_a_level_of_many_on_the_wrong_side_of_one_target_leaves_that_one_as_it_is() -> None:
    found = supposed("intervention:care=60")
    assert found.left_out == (
        "“Plans on time”: The intervention level of 60% lies on the better side of the target of 50%. It must be worse than the target.",
    )
    assert found.by_code["A1"].target == TERMS
    assert found.by_code["A2"].target.intervention_level == 60  # type: ignore[union-attr]


def test_where_nothing_stands_to_be_moved_those_with_a_target_are_named() -> None:
    terms = target("50")
    held = [
        Held(indicator(), (observed("45"),), (terms,)),
        Held(indicator(code="A2", name="Reviews on time"), (observed("45", indicator="A2"),), ()),
    ]
    found = what_if([read_change("intervention:all=+2")], held, Q2, "X", "Exampleshire")
    assert found.left_out == (
        "“Plans on time” has no intervention level, so there is nothing to change by 2 points. Give a value instead.",
    )
    assert found.words == "No rating turns. Exception reports required: 1, as before."
    assert found.changed == ()


@pytest.mark.parametrize("change", ["by:all=Q4 2022-23", "count:all=5", "out-of:Care=20"])
def test_an_assumption_for_many_passes_over_those_that_cannot_take_it(change: str) -> None:
    held = [
        Held(indicator(), (observed("25"),), (target("50"),)),
        Held(indicator(code="A2", name="Reviews on time"), (), ()),
    ]
    found = what_if([read_change(change)], held, Q2, "X", "Exampleshire")
    assert "A1" in {one.indicator.code for one in found.changed}
    assert any("Reviews on time" in sentence for sentence in found.left_out)


# --- nonsense, answered in words ----------------------------------------------------------------------------------

PLAIN = indicator()
NEITHER = indicator(polarity=Polarity.NEITHER)
BAND = indicator(polarity=Polarity.BAND)
LOW = indicator(polarity=Polarity.LOW)
COUNT = indicator(unit=Unit.NUMBER, decimals=0)
AT_45 = (observed("45"),)
TO_50 = (target("50"),)
TO_BAND = (target(low="40", high="50"),)


@pytest.mark.parametrize(
    ("changes", "one", "series", "targets", "said"),
    [
        (["target:A1=140%"], PLAIN, AT_45, TO_50, "A target of 140% is more than 100%, which “Plans on time” cannot be."),
        (["target:A1=100.1"], PLAIN, AT_45, TO_50, "A target of 100.1% is more than 100%, which “Plans on time” cannot be."),
        (["target:A1=-51"], PLAIN, AT_45, TO_50, "A target of -1% is below 0, which “Plans on time” cannot be."),
        (["target:A1=+60"], PLAIN, AT_45, TO_50, "A target of 110% is more than 100%, which “Plans on time” cannot be."),
        (["value:A1=140"], PLAIN, AT_45, TO_50, "A next value of 140% is more than 100%, which “Plans on time” cannot be."),
        (["value:A1=-46"], PLAIN, AT_45, TO_50, "A next value of -1% is below 0, which “Plans on time” cannot be."),
        (["target:A1=50"], NEITHER, AT_45, (), "Neither high nor low is better for “Plans on time”, so no target can be met or missed."),
        (["tolerance:A1=5"], NEITHER, AT_45, (), "Neither high nor low is better for “Plans on time”, so no tolerance can be met or missed."),
        (["intervention:A1=5"], NEITHER, AT_45, (), "Neither high nor low is better for “Plans on time”, so no intervention level can be met or missed."),
        (["target:A1=+2"], PLAIN, AT_45, (), "“Plans on time” has no target, so there is nothing to change by 2 points. Give a value instead."),
        (["target:A1=-5%"], PLAIN, AT_45, (), "“Plans on time” has no target, so there is nothing to change by 5 per cent. Give a value instead."),
        (["target:A1=+2"], COUNT, AT_45, (), "“Plans on time” has no target, so there is nothing to change by 2. Give a value instead."),
        (["intervention:A1=+2"], PLAIN, AT_45, TO_50, "“Plans on time” has no intervention level, so there is nothing to change by 2 points. Give a value instead."),
        (["value:A1=+2"], PLAIN, (), TO_50, "“Plans on time” has no value to build on, so there is nothing to change by 2 points. Give a value instead."),
        (["tolerance:A1=5"], PLAIN, AT_45, (), "“Plans on time” has no target to be tolerant of. Set a target first."),
        (["tolerance:A1=-3"], PLAIN, AT_45, (target("50", tolerance="2", tolerance_kind="points"),), "A tolerance cannot be negative."),
        (["target:A1=0", "tolerance:A1=5%"], PLAIN, AT_45, TO_50, "“Plans on time”: A tolerance in per cent of a target of 0 has no width. Give it in points."),
        (["tolerance:A1=5%"], BAND, AT_45, TO_BAND, "“Plans on time”: A tolerance on a band is given in points: a band has two ends to take a percentage of."),
        (["intervention:A1=51"], PLAIN, AT_45, TO_50, "“Plans on time”: The intervention level of 51% lies on the better side of the target of 50%. It must be worse than the target."),
        (["intervention:A1=49"], LOW, AT_45, TO_50, "“Plans on time”: The intervention level of 49% lies on the better side of the target of 50%. It must be worse than the target."),
        (["intervention:A1=45"], BAND, AT_45, TO_BAND, "“Plans on time”: The intervention level of 45% lies on the better side of the target of 40% to 50%. It must be worse than the target."),
        (["target:A1=80 to 70"], BAND, AT_45, TO_BAND, "“Plans on time”: A target band needs two ends, the lower first."),
        (["target:A1=45"], BAND, AT_45, TO_BAND, "The good values of “Plans on time” form a band. Give both ends, like 70 to 80."),
        (["target:A1=70 to 120"], BAND, AT_45, TO_BAND, "A target of 120% is more than 100%, which “Plans on time” cannot be."),
        (["target:A1=70 to 80"], PLAIN, AT_45, TO_50, "The target of “Plans on time” is one value, and not a band."),
        (["out-of:A1=0"], PLAIN, AT_45, TO_50, "A denominator of 0 leaves nothing to take a share of. Give the number of cases, 1 or more."),
        (["count:A1=0"], PLAIN, AT_45, TO_50, "A count of 0 says nothing about how many cases there were. Give a count of 1 or more."),
        (["count:A1=5"], PLAIN, (), TO_50, "No figure is held for “Plans on time”, so there is nothing to assume counts of."),
        (["out-of:A1=5"], PLAIN, (observed(Absence.SUPPRESSED),), TO_50, "No figure is held for “Plans on time”, so there is nothing to assume counts of."),
        (["count:A1=5"], COUNT, AT_45, TO_50, "“Plans on time” is no percentage, so it has no denominator to assume."),
        (["count:A1=2"], PLAIN, (observed("25.4"),), TO_50, "There is no whole number of which 2 is the 25.4% held for “Plans on time”. Look at the count again."),
        (["count:A1=266", "out-of:A1=500"], PLAIN, (observed("26.5"),), TO_50, "266 of 500 is 53.2%, and not the 26.5% held for “Plans on time”. Mend one of the two."),
        (["count:A1=5"], PLAIN, (observed("0"),), TO_50, "“Plans on time”: A count of at least 1 and a percentage above 0, up to 100, are needed to find the whole."),
    ],
)  # fmt: skip
def test_nonsense_is_refused_in_a_whole_sentence(
    changes: list[str], one: Indicator, series: Sequence[Observation], targets: Sequence[Target], said: str
) -> None:
    with pytest.raises(NotSupposed) as refused:
        tried(changes, one, series, targets)
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("changes", "one"),
    [
        (["target:A1=100"], PLAIN),
        (["target:A1=0"], PLAIN),
        (["target:A1=140"], indicator(may_pass_100=True)),
        (["target:A1=140"], COUNT),
        (["value:A1=0"], PLAIN),
        (["value:A1=100"], PLAIN),
        (["intervention:A1=50"], LOW),
        (["target:A1=50 to 50"], BAND),
        (["tolerance:A1=0"], PLAIN),
    ],
)
def test_what_is_only_extreme_is_not_refused(changes: list[str], one: Indicator) -> None:
    assert tried(changes, one, AT_45, TO_BAND if one is BAND else TO_50).changed


def test_the_sentence_about_a_level_out_of_bounds_is_english() -> None:
    with pytest.raises(NotSupposed) as refused:
        tried(["intervention:A1=140"], LOW, AT_45, TO_50)
    assert str(refused.value) == ("An intervention level of 140% is more than 100%, which “Plans on time” cannot be.")


@pytest.mark.parametrize("amount", ["0.00000000000000000000", "+999999999999999", "0.1234567", "1 to 9999999999999"])
def test_a_number_of_very_many_digits_is_refused(amount: str) -> None:
    with pytest.raises(NotSupposed, match=" has more digits than any target needs"):
        read_change(f"target:A1={amount}")


def test_a_target_grown_huge_does_no_harm_to_the_year() -> None:
    quarterly = indicator(unit=Unit.NUMBER, decimals=0, basis=Basis.QUARTER)
    series = [observed("5", "Q1 2022-23"), observed("5")]
    try:
        assert tried(["target:A1=+999999999999999%"] * 3, quarterly, series, [target("500000")]).text
    except NotSupposed:
        return


# --- whatever is typed, only a sentence comes out -----------------------------------------------------------------

codes = st.sampled_from(["FD02", "fd01", "ED01", "ED07", "PCP05", "PCP06", "Education", "all", "XX", ""])
amounts = st.one_of(
    st.text(max_size=8),
    st.from_regex(r"[+-]?[0-9]{1,6}(\.[0-9]{1,4})?%?", fullmatch=True),
    st.from_regex(r"[0-9]{1,3} to [0-9]{1,3}%?", fullmatch=True),
    st.sampled_from(["Q4 2022-23", "Q4 2199-00", "Q1 1900-01", "0", "100", "-0", "+0%", "-100%", "1" * 15]),
)
typed = st.one_of(
    st.text(max_size=30),
    st.builds(lambda w, c, a: f"{w}:{c}={a}", st.sampled_from([*What, "x"]), codes, amounts),
)


def answered(services: Services, texts: list[str]) -> WhatIf | str:
    """What a scenario answers, or the sentence that refuses it; anything else that is raised fails the test."""
    try:
        return services.what_if(texts)
    except KpiError as error:
        return str(error)


@settings(max_examples=400)
@given(st.lists(typed, max_size=4))
def test_only_a_sentence_ever_comes_out_of_the_service(services: Services, texts: list[str]) -> None:
    found = answered(services, texts)
    if isinstance(found, str):
        assert found
        assert "\n" not in found
        return
    assert found.words
    for one in found.changed:
        assert one.text
        _ = (one.year_text, rated_significance(one), one.warnings, one.stated, one.assurance)
        if len(one.milestones) < 50:
            assert process_data(one.process, one.row.target, one.target, one.milestones).words
