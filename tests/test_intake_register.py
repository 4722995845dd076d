"""A file of register entries or of targets beside what is held: how it is read, what it would change, what it may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_core.intake import (
    ColumnMapping,
    EntriesPreview,
    GivenFile,
    Known,
    TargetDecision,
    check_entries,
    draft_entries,
    kind_of_file,
    lacking_decision,
)
from kpi_core.model import Absence, ChangeKind, Indicator, Observation, Polarity, Target, Unit
from kpi_core.periods import quarter

from .conftest import Cells, csv_bytes, indicator, observed, target

A1 = indicator()
SERIES = (observed("80.0", "Q1 2022-23"), observed("90.0", "Q2 2022-23"))
AGREED = target("88", "Q1 2022-23", source="Plan")


def known(
    *indicators: Indicator,
    series: Sequence[Observation] = SERIES,
    targets: Sequence[Target] = (AGREED,),
    areas: Mapping[str, str] | None = None,
    published: Mapping[str, tuple[int, datetime]] | None = None,
) -> Known:
    """What is held: of A1, unless told otherwise, 80 and 90 against a target of 88."""
    by_pair: dict[tuple[str, str], dict[object, Observation]] = {}
    for one in series:
        by_pair.setdefault((one.area, one.indicator), {})[one.quarter] = one
    aims: dict[tuple[str, str], tuple[Target, ...]] = {}
    for aim in sorted(targets, key=lambda one: one.start):
        aims[aim.area, aim.indicator] = (*aims.get((aim.area, aim.indicator), ()), aim)
    held = indicators or (A1,)
    return Known(
        today=date(2022, 11, 22),
        home="X",
        areas=areas or {"X": "Exampleshire", "N": "North"},
        indicators={one.code: one for one in held},
        assigned=frozenset(("X", one.code) for one in held),
        targets=aims,
        series=by_pair,  # type: ignore[arg-type]
        published=published or {},
    )


def preview(*rows: Cells, held: Known | None = None) -> EntriesPreview:
    return preview_of(csv_bytes(rows), held)


def preview_of(content: bytes, held: Known | None = None) -> EntriesPreview:
    file = GivenFile(content, "entries.csv")
    return check_entries(draft_entries(file, kind_of_file(file)), held or known())


def aim(start: str = "Q3 2022-23", value: str = "92", code: str = "A1", **cells: str) -> Cells:
    """A row of a targets file."""
    return {"indicator": code, "from_quarter": start, "value": value, "source": "Board"} | cells


def entry(code: str = "A1", **cells: str) -> Cells:
    """A row of a register file: A1 as it is held, or another indicator, unless told otherwise."""
    plain = {
        "name": "Plans on time" if code in ("A1", "a1") else f"Plans {code.casefold()}",
        "category": "Care",
        "unit": "percent",
        "decimals": "1",
        "polarity": "high",
    }
    return {"code": code} | plain | cells


def codes(found: EntriesPreview) -> list[str]:
    return [one.code for one in found.findings]


def told(found: EntriesPreview) -> str:
    """The sentence of the one problem."""
    (one,) = found.findings
    return one.message


def blocked_with(found: EntriesPreview, code: str, *words: str) -> None:
    assert code in codes(found)
    (one,) = (each for each in found.findings if each.code == code)
    assert one.blocks
    for word in words:
        assert word in one.message, one.message


# --- which kind of file it is --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headings", "kind"),
    [
        ("indicator,from_quarter,value", "targets"),
        ("\ufeffIndicator,From Quarter,Value", "targets"),
        ("indicator,start,value", "targets"),
        ("indicator,from,value", "targets"),
        ("value,indicator,from_quarter", "targets"),
        ("code,name,category,unit,decimals,polarity", "register"),
        ("Code,Name,Category,Unit,Decimals,Polarity", "register"),
        ("code,name,category,unit,decimals", "register"),
        ("code,name,category,unit,polarity", "register"),
        ("indicator,quarter,value", "figures"),
        ("code,name,unit,quarter,value", "figures"),
        ("code,name,category,unit,quarter,value", "figures"),
        ("", "figures"),
        ('"indicator', "figures"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_the_headings_say_what_a_file_holds(headings: str, kind: str, end: str) -> None:
    assert kind_of_file(GivenFile(f"{headings}{end}FD01,Q1 2022-23,5{end}".encode(), "f.csv")) == kind


def test_a_file_read_through_a_mapping_holds_figures_whatever_its_headings() -> None:
    assert kind_of_file(GivenFile(b"indicator,from_quarter\n", "f.csv", ColumnMapping("p"))) == "figures"


# --- how it is read --------------------------------------------------------------------------------------------------


def test_every_column_of_a_target_is_read() -> None:
    found = preview(
        aim(
            tolerance="2.5", tolerance_kind="points", intervention_level="80", basis="quarter", origin="statutory",
            decided_by="Cabinet", decided_on="2022-10-27", reason="The plan of the year.", confirmed_through="2023-24",
        )
    )  # fmt: skip
    assert not found.blocked
    assert found.targets == (
        target(
            "92", "Q3 2022-23", tolerance="2.5", tolerance_kind="points", intervention_level="80", origin="statutory",
            basis="quarter", decided_by="Cabinet", decided_on=date(2022, 10, 27), reason="The plan of the year.",
            confirmed_through="2023-24", source="Board",
        ),
    )  # fmt: skip
    assert (found.kind, found.counts, found.quarters, found.needs_reason) == ("targets", (1, 0, 0, 0), "from Q3 2022-23", False)  # fmt: skip
    assert found.changes[0].after == "92%, tolerance 2.5 points, intervention level 80%"


def test_paper_date_from_and_start_are_other_names_of_columns() -> None:
    rows = [{"indicator": "A1", "Start": "Q3 2022-23", "value": "92", "Paper": "Minutes", "Date": "2022-10-27"}]
    (given,) = preview(*rows).targets
    assert (given.source, given.decided_on, given.start.text) == ("Minutes", date(2022, 10, 27), "Q3 2022-23")
    assert preview({"indicator": "A1", "From": "Q3 2022-23", "value": "92"}).targets[0].start.text == "Q3 2022-23"


def test_without_a_paper_the_file_itself_is_the_source() -> None:
    assert preview(aim(source="")).targets[0].source == "entries.csv"


def test_the_code_may_be_written_in_another_case_and_the_area_by_its_name() -> None:
    (given,) = preview(aim(code="a1", area="North")).targets
    assert (given.indicator, given.area) == ("A1", "N")


@pytest.mark.parametrize("origin", ["national", "statutory", "local", "benchmark", ""])
def test_a_target_says_where_it_comes_from(origin: str) -> None:
    assert preview(aim(origin=origin)).targets[0].origin == origin


WRONG_CELLS = (
    ({"from_quarter": "Q5 2022-23"}, "from_quarter", "Q5 is not a quarter"),
    ({"from_quarter": "Q1 2022"}, "from_quarter", "calendar or financial"),
    ({"from_quarter": "2022-23"}, "from_quarter", "whole year"),
    ({"from_quarter": "Sep-22"}, "from_quarter", "a date or a single month"),
    ({"from_quarter": ""}, "from_quarter", "It is empty"),
    ({"value": "92%"}, "value", "is not a number"),
    ({"value": "1_000"}, "value", "is not a number"),
    ({"value": "nan"}, "value", "is not a number"),
    ({"kind": "monthly"}, "kind", "standing, profiled"),
    ({"tolerance_kind": "percentage"}, "tolerance_kind", "points, percent"),
    ({"origin": "regional"}, "origin", "national, statutory, local, benchmark"),
    ({"decided_on": "27/10/2022"}, "decided_on", "a date like 2022-10-27"),
    ({"decided_on": "2022-02-30"}, "decided_on", "a date like 2022-10-27"),
    ({"corrects": "true"}, "corrects", "yes or no"),
    ({"confirmed_through": "2023-25"}, "confirmed_through", "two years in a row"),
    ({"basis": "monthly"}, "basis", "is not one of"),
)


@pytest.mark.parametrize(("cells", "column", "words"), WRONG_CELLS)
def test_a_cell_that_its_column_cannot_hold_is_named_by_row_and_column(cells: Cells, column: str, words: str) -> None:
    found = preview(aim() | cells)
    (one,) = found.findings
    assert (one.code, one.row, one.column, one.blocks) == ("entry-not-readable", 2, column, True)
    assert words in one.message
    assert one.message.startswith(f"Row 2, {column}: ")
    assert found.changes == ()


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"unit": "miles"}, "unit", "is not one of percent"),
        ({"polarity": "up"}, "polarity", "is not one of high"),
        ({"decimals": "-1"}, "decimals", "whole number"),
        ({"decimals": "7"}, "decimals", "6 or less"),
        ({"decimals": "999999999999"}, "decimals", "6 or less"),
        ({"due": "Q5"}, "due", "like Q2 Q4"),
        ({"smallest_change": "-0.5"}, "smallest_change", "0 or more"),
        ({"first_quarter": "Q1 2022-24"}, "first_quarter", "two years in a row"),
        ({"first_quarter": "Q1 2023-24", "final_quarter": "Q4 2022-23"}, "final_quarter", "before it begins"),
        ({"name": ""}, "name", "It is empty"),
    ],
)
def test_an_entry_that_no_indicator_can_be_is_named_by_row_and_column(cells: Cells, column: str, words: str) -> None:
    found = preview(entry("B1") | cells)
    (one,) = (each for each in found.findings if each.code != "indicators-added")
    assert (one.code, one.row, one.column, one.blocks) == ("entry-not-readable", 2, column, True)
    assert words in one.message


@pytest.mark.parametrize("name", ["name", "category", "unit", "decimals", "polarity"])
def test_a_register_without_a_column_is_told_which_and_nothing_of_it_is_read(name: str) -> None:
    found = preview({heading: text for heading, text in entry().items() if heading != name})
    assert [(one.code, one.found) for one in found.findings] == [("missing-column", name)]
    assert (found.blocked, found.changes) == (True, ())


def test_a_column_twice_blocks_and_a_column_too_many_is_left_out_once_confirmed() -> None:
    twice = preview_of(b"indicator,from_quarter,value,value,source\nA1,Q3 2022-23,90,91,Board\n")
    assert (codes(twice), twice.changes) == (["column-twice"], ())
    more = preview(aim(colour="red"))
    assert (codes(more), more.to_confirm, more.blocked) == (["extra-column"], ("extra-column",), False)


def test_a_file_of_headings_alone_has_nothing_to_publish() -> None:
    found = preview_of(b"indicator,from_quarter,value,source\n")
    assert (codes(found), found.changes) == (["no-rows"], ())


def test_an_apostrophe_that_keeps_text_from_being_a_formula_is_taken_off_again() -> None:
    (given,) = preview(aim(reason="'=1+1", decided_by="'plain'")).targets
    assert (given.reason, given.decided_by) == ("=1+1", "'plain'")


def test_the_same_bytes_again_are_refused_by_the_upload_that_gave_them() -> None:
    content = csv_bytes([aim()])
    sha = GivenFile(content, "f.csv").sha256
    found = preview_of(content, known(published={sha: (7, datetime(2022, 10, 27))}))
    assert told(found) == "This file was already published on 27 October 2022 (upload 7). No figures have changed."


# --- targets that cannot be ----------------------------------------------------------------------------------------


BAND = indicator(code="B1", polarity=Polarity.BAND)
LOW = indicator(code="L1", polarity=Polarity.LOW)
COUNT = indicator(code="N1", unit=Unit.NUMBER, decimals=0)
ALL = known(A1, BAND, LOW, COUNT)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"value": ""}, "Enter a target, a band or an intervention level."),
        ({"tolerance": "5"}, "A tolerance needs its kind"),
        ({"tolerance": "-5", "tolerance_kind": "points"}, "cannot be negative"),
        ({"value": "0", "tolerance": "5", "tolerance_kind": "percent"}, "target of 0 has no width"),
        ({"intervention_level": "95"}, "better side of the target of 92%"),
        ({"code": "L1", "value": "10", "intervention_level": "5"}, "better side of the target of 10%"),
        ({"value": "", "low": "10", "high": "20"}, "needs an indicator whose good values form a band"),
        ({"value": "", "low": "10"}, "two ends, the lower first"),
        ({"code": "B1", "value": "", "low": "20", "high": "10"}, "two ends, the lower first"),
        ({"code": "B1", "value": "15"}, "needs a band as its target"),
        ({"code": "B1", "value": "", "low": "10", "high": "20", "tolerance": "5", "tolerance_kind": "percent"}, "given in points"),
        ({"code": "B1", "value": "", "low": "10", "high": "20", "intervention_level": "15"}, "better side"),
    ],
)  # fmt: skip
def test_a_target_that_nothing_can_be_rated_by_is_refused_with_the_reason(cells: Cells, words: str) -> None:
    found = preview(aim(**cells), held=ALL)
    assert codes(found) == ["target-cannot-be-used"]
    assert words in told(found)
    assert told(found).startswith("Row 2: ")
    assert (found.blocked, found.targets) == (True, ())


@pytest.mark.parametrize(
    ("cells", "after"),
    [
        ({"tolerance": "5", "tolerance_kind": "percent"}, "92%, tolerance 5% of the target"),
        ({"value": "", "intervention_level": "70"}, "no target, intervention level 70%"),
        ({"intervention_level": "92"}, "92%, intervention level 92%"),
        ({"code": "L1", "value": "0"}, "0%"),
        ({"code": "B1", "value": "", "low": "10", "high": "20", "tolerance": "2", "tolerance_kind": "points"},
         "10% to 20%, tolerance 2 points"),
        ({"code": "B1", "value": "", "low": "15", "high": "15"}, "15% to 15%"),
        ({"code": "N1", "value": "1200"}, "1,200"),
        ({"value": "100"}, "100%"),
        ({"kind": "profiled"}, "92%, profiled"),
    ],
)  # fmt: skip
def test_a_target_at_the_edge_of_what_can_be_is_taken(cells: Cells, after: str) -> None:
    found = preview(aim(**cells), held=ALL)
    assert (codes(found), found.changes[0].after, found.changes[0].kind) == ([], after, ChangeKind.NEW)


@pytest.mark.parametrize(("value", "like"), [("101", ""), ("-1", ""), ("0.88", ", like 88"), ("0.9", ", like 90")])
def test_a_percentage_target_out_of_range_or_meant_as_a_fraction_is_refused(value: str, like: str) -> None:
    found = preview(aim(value=value))
    assert codes(found) == ["target-out-of-range"]
    assert told(found) == f"Row 2, value must be between 0 and 100{like}. It is {value}."


@pytest.mark.parametrize("held", [("0.3", "0.04"), ("0",), ("0.99",)])
def test_a_target_below_one_per_cent_is_taken_where_the_figures_are_below_it_too(held: tuple[str, ...]) -> None:
    rare = indicator(polarity=Polarity.LOW, decimals=2)
    series = [observed(value, f"Q{number} 2022-23") for number, value in enumerate(held, 1)]
    found = preview(aim(value="0.05"), held=known(rare, series=series, targets=()))
    assert (codes(found), found.targets[0].value) == ([], Decimal("0.05"))


def test_a_target_below_one_per_cent_is_taken_after_another_such() -> None:
    rare = indicator(polarity=Polarity.LOW, decimals=2)
    held = known(rare, series=(), targets=[target("0.1", "Q1 2022-23")])
    assert codes(preview(aim(value="0.05"), held=held)) == []


def test_an_indicator_or_area_that_is_not_held_is_named_with_the_nearest() -> None:
    blocked_with(preview(aim(code="A11")), "unknown-indicator", "“A11” is not an indicator", "“A1”")
    blocked_with(preview(aim(area="Leeds")), "unknown-area", "“Leeds” is not an area", "X, N")


def test_two_rows_for_one_target_are_refused_and_the_same_target_in_two_areas_is_not() -> None:
    found = preview(aim(), aim(value="93"))
    assert codes(found) == ["entry-twice"]
    assert told(found) == "Row 3: the target of A1 from Q3 2022-23 stands in row 2 too. Keep one."
    assert codes(preview(aim(), aim(area="N"), aim("Q4 2022-23"))) == []


# --- targets and the past ------------------------------------------------------------------------------------------


def test_a_target_from_a_quarter_without_figures_needs_no_correction() -> None:
    found = preview(aim("Q3 2022-23", "95"))
    assert (codes(found), found.changes[0].turned, found.likely_revision) == ([], (), "scheduled")


def test_a_target_that_would_turn_a_past_rating_is_blocked_naming_quarter_and_ratings() -> None:
    found = preview(aim("Q2 2022-23", "95"))
    blocked_with(found, "past-rating-would-change", "Plans on time", "Q2 2022-23", "from Green to Red", "“corrects”")
    assert [(one.row, one.column) for one in found.findings] == [(2, "corrects")]
    assert found.changes[0].turned == (("X", quarter("Q2 2022-23"), "Green", "Red"),)


def test_a_target_that_turns_several_past_ratings_names_the_first_and_counts_the_others() -> None:
    found = preview(aim("Q1 2022-23", "75", tolerance="10", tolerance_kind="points"), held=known(
        series=(*SERIES, observed("85.0", "Q3 2022-23"), observed("86.0", "Q4 2022-23"))))  # fmt: skip
    assert "for Q1 2022-23 from Red to Green, and 2 more." in told(found)


def test_a_target_from_a_past_quarter_that_turns_no_rating_needs_no_correction() -> None:
    found = preview(aim("Q2 2022-23", "89"))
    assert (codes(found), found.changes[0].kind) == ([], ChangeKind.NEW)


def test_a_correction_of_the_past_is_a_warning_confirmed_by_itself() -> None:
    found = preview(aim("Q1 2022-23", "75", corrects="yes"), aim("Q2 2022-23", "95", corrects="yes"))
    assert not found.blocked
    assert found.to_confirm == ("past-rating-corrected:2:corrects", "past-rating-corrected:3:corrects")
    assert "corrects the rating of “Plans on time” for Q1 2022-23 from Red to Green" in found.findings[0].message
    assert found.likely_revision == "correction"
    assert [one.corrects for one in found.targets] == [True, True]


def test_only_the_row_that_turns_the_past_must_say_that_it_corrects() -> None:
    found = preview(aim("Q2 2022-23", "95", corrects="yes"), aim("Q3 2022-23", "60"))
    assert codes(found) == ["past-rating-corrected"]
    assert [one.corrects for one in found.targets] == [True, False]


def test_saying_that_it_corrects_changes_nothing_of_a_target_that_turns_no_past_rating() -> None:
    found = preview(aim("Q3 2022-23", "95", corrects="yes"))
    assert (codes(found), found.targets[0].corrects, found.changes[0].kind) == ([], False, ChangeKind.NEW)


def test_what_once_corrected_the_past_still_does_when_it_is_given_again() -> None:
    corrected = target("75", "Q1 2022-23", corrects=True, source="Board")
    held = known(targets=[corrected])
    for said in ("yes", ""):
        found = preview(aim("Q1 2022-23", "75", corrects=said), held=held)
        assert (codes(found), found.changes[0].kind) == ([], ChangeKind.SAME)
    found = preview(aim("Q1 2022-23", "75", reason="Written up."), held=held)
    assert [(one.corrects, one.reason) for one in found.targets] == [(True, "Written up.")]


def test_a_tolerance_alone_can_turn_a_past_rating() -> None:
    found = preview(aim("Q1 2022-23", "88", tolerance="8", tolerance_kind="points"))
    blocked_with(found, "past-rating-would-change", "Q1 2022-23 from Red to Amber")


def test_passing_the_intervention_level_counts_as_another_rating_and_the_words_tell_them_apart() -> None:
    found = preview(aim("Q1 2022-23", "88", intervention_level="85", tolerance="1", tolerance_kind="points"))
    blocked_with(
        found, "past-rating-would-change",
        "from Red, intervention level not passed to Red, intervention level passed",
    )  # fmt: skip


def test_a_quarter_without_a_figure_has_no_rating_to_turn() -> None:
    series = [observed(Absence.SUPPRESSED, "Q1 2022-23"), observed(Absence.NOT_AVAILABLE, "Q2 2022-23")]
    assert codes(preview(aim("Q1 2022-23", "10"), held=known(series=series))) == []


def test_a_profiled_target_ends_a_standing_one_so_that_later_ratings_turn() -> None:
    series = (*SERIES, observed("95.0", "Q3 2022-23"))
    found = preview(aim("Q2 2022-23", "88", kind="profiled"), held=known(series=series))
    blocked_with(found, "past-rating-would-change", "Q3 2022-23 from Green to Not rated")
    whole = preview(aim("Q2 2022-23", "88", kind="profiled"), aim("Q3 2022-23", "88"), held=known(series=series))
    assert codes(whole) == []


def test_the_targets_of_one_area_turn_no_rating_of_another() -> None:
    held = known(series=(*SERIES, observed("80.0", "Q1 2022-23", area="N")))
    found = preview(aim("Q1 2022-23", "70", area="N"), held=held)
    assert [one.turned for one in found.changes] == [(("N", quarter("Q1 2022-23"), "Not rated", "Green"),)]


# --- what stands beside what is given ------------------------------------------------------------------------------


def test_the_same_target_again_changes_nothing_and_needs_no_reason() -> None:
    found = preview(aim("Q1 2022-23", "88", source="Plan"))
    assert (codes(found), found.counts, found.needs_reason, found.targets) == ([], (0, 0, 0, 1), False, ())


def test_a_changed_target_is_a_revision_and_says_what_changes() -> None:
    found = preview(aim("Q1 2022-23", "88.0", source="Plan", decided_by="Cabinet"))
    (change,) = found.changes
    assert (change.kind, change.before, found.needs_reason) == (ChangeKind.REVISED, "88%", True)
    confirmed = preview(aim("Q1 2022-23", "88", source="Plan", confirmed_through="2023-24", reason="Kept."))
    assert confirmed.changes[0].after == "88% (changed: reason, confirmed through)"
    assert (codes(confirmed), confirmed.changes[0].kind) == ([], ChangeKind.REVISED)


@pytest.mark.parametrize(
    ("held", "start", "cells", "before", "after"),
    [
        ((AGREED,), "Q3 2022-23", {}, "88%", "92%"),
        ((AGREED, target("90", "Q3 2022-23")), "Q4 2022-23", {}, "90%", "92%"),
        ((AGREED,), "Q3 2022-23", {"value": "88", "source": "Plan"}, "88%", "88%"),
        ((AGREED,), "Q3 2022-23", {"value": "88", "decided_by": "Board"}, "88%", "88% (changed: decided by, source)"),
        # Nothing is in force: before the first target, after one for its own quarter alone, and of another area.
        ((AGREED,), "Q4 2021-22", {}, "", "92%"),
        ((target("88", "Q1 2022-23", profiled=True),), "Q3 2022-23", {}, "", "92%"),
        ((AGREED,), "Q3 2022-23", {"area": "N"}, "", "92%"),
    ],
)
def test_a_target_from_another_quarter_is_new_and_is_shown_beside_the_one_in_force_then(
    held: Sequence[Target], start: str, cells: Cells, before: str, after: str
) -> None:
    (change,) = preview(aim(start, **cells), held=known(targets=held, series=())).changes
    assert (change.kind, change.before, change.after) == (ChangeKind.NEW, before, after)


def test_of_two_new_targets_each_is_shown_beside_what_is_recorded() -> None:
    found = preview(aim("Q3 2022-23", "92"), aim("Q4 2022-23", "95"))
    assert [(one.kind, one.before, one.after) for one in found.changes] == [
        (ChangeKind.NEW, "88%", "92%"),
        (ChangeKind.NEW, "88%", "95%"),
    ]


def test_only_what_is_new_or_changed_is_to_be_written() -> None:
    found = preview(aim("Q1 2022-23", "88", source="Plan"), aim("Q3 2022-23", "92"))
    assert (found.counts, [one.start.text for one in found.targets]) == ((1, 0, 0, 1), ["Q3 2022-23"])


# --- the register --------------------------------------------------------------------------------------------------


def test_a_new_indicator_belongs_to_the_home_area_unless_areas_are_named() -> None:
    found = preview(entry("B1"), entry("B2", areas="N"), entry("B3", areas="X N"), entry("B4", areas="North; X"))
    assert codes(found) == ["indicators-added"] * 4
    assert found.assigned == (("X", "B1"), ("N", "B2"), ("X", "B3"), ("N", "B3"), ("N", "B4"), ("X", "B4"))
    assert [one.code for one in found.indicators] == ["B1", "B2", "B3", "B4"]


def test_an_area_whose_code_holds_spaces_is_read_alone_or_between_semicolons() -> None:
    held = known(areas={"X": "Exampleshire", "West Lothian": "West Lothian", "Moray": "Moray"})
    found = preview(entry("B1", areas="West Lothian"), entry("B2", areas="West Lothian; Moray"), held=held)
    assert found.assigned == (("West Lothian", "B1"), ("West Lothian", "B2"), ("Moray", "B2"))
    blocked_with(preview(entry("B1", areas="West Moray; X"), held=held), "unknown-area", "“West Moray”")


def test_an_area_named_twice_is_listed_once() -> None:
    assert preview(entry("B1", areas="X X"), entry("B2", areas="X; Exampleshire")).assigned == (
        ("X", "B1"),
        ("X", "B2"),
    )


def test_a_held_entry_without_areas_stays_where_it_is() -> None:
    held = known(A1)
    elsewhere = Known(
        **{name: getattr(held, name) for name in Known.__slots__} | {"assigned": frozenset({("N", "A1")})}
    )
    found = preview(entry(), held=elsewhere)
    assert (codes(found), found.assigned, found.counts) == ([], (), (0, 0, 0, 1))


def test_a_held_entry_put_on_another_scorecard_is_said_and_confirmed() -> None:
    found = preview(entry(areas="X N"))
    assert (codes(found), found.assigned) == (["held-entry-changes"], (("N", "A1"),))
    assert "listed on the scorecard of North too" in told(found)
    assert found.changes[0].kind is ChangeKind.REVISED


def test_a_changed_entry_says_each_change_and_is_confirmed() -> None:
    found = preview(entry(name="Plans in time", due="Q2 Q4", smallest_change="0.5", may_pass_100="yes"))
    assert found.to_confirm == ("held-entry-changes",)
    for words in (
        "changes “Plans on time”", "name from “Plans on time” to “Plans in time”", "due from “Q1 Q2 Q3 Q4” to “Q2 Q4”",
        "smallest change from “” to “0.5”", "may pass 100 from “no” to “yes”",
    ):  # fmt: skip
        assert words in told(found)
    assert (found.counts, found.needs_reason) == ((0, 0, 1, 0), True)


def test_the_same_entry_again_changes_nothing() -> None:
    found = preview(entry(due="Q4 Q3 Q2 Q1", basis="not_stated", seasonal="no", areas="X"))
    assert (codes(found), found.counts, found.indicators, found.assigned) == ([], (0, 0, 0, 1), (), ())


def test_an_indicator_twice_in_a_file_is_refused_and_one_in_small_letters_is_the_held_one() -> None:
    assert codes(preview(entry("B1"), entry("b1"))) == ["entry-twice", "indicators-added"]
    found = preview(entry("a1"))
    assert (codes(found), found.changes[0].kind, found.changes[0].indicator.code) == ([], ChangeKind.SAME, "A1")


def test_one_recorded_in_small_letters_before_codes_were_guarded_keeps_its_code() -> None:
    old = indicator(code="a1")
    for code in ("a1", "A1"):
        found = preview(entry(code, owner="Head of Plans"), held=known(old))
        assert (codes(found), [one.code for one in found.indicators]) == (["held-entry-changes"], ["a1"])


def test_another_polarity_holds_from_the_quarter_after_the_last_figure_and_turns_nothing() -> None:
    found = preview(entry(polarity="low"))
    assert codes(found) == ["held-entry-changes"]
    assert "from “high” to “low”, from Q3 2022-23 on" in found.findings[0].message
    assert [(one.start, one.corrects) for one in found.indicators] == [(quarter("Q3 2022-23"), False)]


def test_an_entry_without_figures_takes_the_place_of_the_one_that_is_recorded() -> None:
    found = preview(entry(name="Plans in time"), held=known(series=()))
    assert [one.start for one in found.indicators] == [None]


def test_words_for_quarters_that_have_figures_change_only_where_the_file_says_that_it_corrects_them() -> None:
    blocked_with(
        preview(entry(name="Plans in time", from_quarter="Q2 2022-23")),
        "past-entry-would-change",
        "up to Q2 2022-23",
        "from Q3 2022-23",
    )
    later = preview(entry(name="Plans in time", from_quarter="Q4 2022-23"))
    assert (codes(later), later.indicators[0].start) == (["held-entry-changes"], quarter("Q4 2022-23"))
    corrected = preview(entry(name="Plans in time", corrects="yes"))
    assert (codes(corrected), corrected.indicators[0].start) == (["held-entry-changes"], None)
    assert corrected.indicators[0].corrects


def test_another_polarity_would_turn_past_ratings_and_needs_a_correction() -> None:
    found = preview(entry(polarity="low", from_quarter="Q1 2022-23"))
    blocked_with(found, "past-rating-would-change", "Q1 2022-23 from Red to Green, and 1 more")
    corrected = preview(entry(polarity="low", corrects="yes"))
    assert not corrected.blocked
    assert corrected.to_confirm == ("past-rating-corrected:2:corrects", "held-entry-changes")
    assert corrected.changes[0].turned == (
        ("X", quarter("Q1 2022-23"), "Red", "Green"), ("X", quarter("Q2 2022-23"), "Green", "Red"))  # fmt: skip


def test_fewer_decimals_that_show_a_past_figure_otherwise_are_told_as_such() -> None:
    series = [observed("83.5", "Q1 2022-23")]
    found = preview(entry(decimals="0", from_quarter="Q1 2022-23"), held=known(series=series))
    blocked_with(found, "past-rating-would-change", "from Red, shown as 83.5 to Red, shown as 84")


@pytest.mark.parametrize("corrects", ["", "yes"])
def test_an_entry_that_its_own_targets_do_not_suit_is_refused_and_never_raises(corrects: str) -> None:
    found = preview(entry(polarity="band", corrects=corrects))
    blocked_with(found, "target-cannot-be-used", "Row 2", "from Q1 2022-23", "needs a band", "Add a new indicator")
    no_figures = preview(entry(polarity="band", corrects=corrects), held=known(series=()))
    blocked_with(no_figures, "target-cannot-be-used", "needs a band")
    level = known(targets=[target("88", "Q1 2022-23", intervention_level="70")])
    blocked_with(preview(entry(polarity="low"), held=level), "target-cannot-be-used", "better side")


def test_an_indicator_may_not_end_before_its_figures_nor_begin_after_them() -> None:
    blocked_with(
        preview(entry(final_quarter="Q1 2022-23")), "ends-before-figures", "would end in Q1 2022-23", "Q2 2022-23"
    )
    found = preview(entry(first_quarter="Q2 2022-23"))
    blocked_with(found, "entry-not-readable", "Row 2, first_quarter", "has a figure for Q1 2022-23")
    assert not preview(entry(first_quarter="Q1 2022-23", final_quarter="Q2 2022-23")).blocked


@pytest.mark.parametrize(("absence", "counts"), [("c", True), ("z", True), ("x", False)])
def test_a_figure_that_is_hidden_keeps_an_indicator_in_force_and_one_never_published_does_not(
    absence: str, counts: bool
) -> None:
    held = known(series=(*SERIES, observed(Absence(absence), "Q3 2022-23")))
    assert preview(entry(final_quarter="Q2 2022-23"), held=held).blocked is counts


# --- whatever the bytes --------------------------------------------------------------------------------------------

_WORDS = st.sampled_from(
    ["A1", "a1", "B1", "", "Q1 2022-23", "Q3 2022-23", "Q4 9999-00", "88", "0", "-1", "0.5", "1e5", "999999999999999", "nan",
     "high", "low", "band", "neither", "percent", "number", "points", "yes", "no", "profiled", "X", "N", "X; N", "Leeds", "2023-24",
     "2022-10-27", "Q1 Q2", "'=1", "=1", "\u202e", "\x00", '"', "\ufeff", "é", "，"]
)  # fmt: skip
_HEADINGS = st.sampled_from(
    ["indicator", "from_quarter", "value", "low", "high", "tolerance", "tolerance_kind", "intervention_level", "kind", "area",
     "corrects", "source", "code", "name", "category", "unit", "decimals", "polarity", "due", "first_quarter", "final_quarter",
     "smallest_change", "areas", "confirmed_through", "decided_on", "x", ""]
)  # fmt: skip
_TABLES = st.builds(
    lambda kind, more, rows: "\n".join(",".join(row) for row in ([*kind, *more], *rows)).encode(),
    st.sampled_from(
        [("indicator", "from_quarter", "value"), ("code", "name", "category", "unit", "decimals", "polarity")]
    ),
    st.lists(_HEADINGS, max_size=6),
    st.lists(st.lists(_WORDS, min_size=3, max_size=12), max_size=4),
)
HELD = known(A1, BAND, LOW, COUNT)


@given(st.one_of(_TABLES, st.binary(max_size=200)))
@settings(max_examples=150)
def test_whatever_the_bytes_are_they_are_read_or_refused_and_nothing_is_raised(content: bytes) -> None:
    file = GivenFile(content, "f.csv")
    for kind in ("register", "targets"):
        found = check_entries(draft_entries(file, kind), HELD)
        assert all(one.message.isprintable() for one in found.findings)
        assert found.findings or found.changes
    kind_of_file(file)


_REGISTER_CELLS = st.fixed_dictionaries(
    {
        "code": st.sampled_from(["A1", "B1", "L1", "N1", "Z9"]),
        "polarity": st.sampled_from(["high", "low", "band", "neither"]),
        "unit": st.sampled_from(["percent", "number", "days", "ratio"]),
        "decimals": st.sampled_from(["0", "1", "6", "7"]),
        "corrects": st.sampled_from(["", "yes"]),
        "first_quarter": st.sampled_from(["", "Q1 2022-23", "Q3 2022-23"]),
    }
)


@given(_REGISTER_CELLS)
@settings(max_examples=100)
def test_an_entry_that_can_be_published_leaves_every_held_target_usable(cells: dict[str, str]) -> None:
    held = known(A1, BAND, LOW, COUNT, targets=[
        AGREED, target(None, "Q1 2022-23", indicator="B1", low="10", high="20"),
        target("5", "Q1 2022-23", indicator="L1", intervention_level="9")])  # fmt: skip
    found = preview(entry() | cells, held=held)
    if not found.blocked:
        now = known(*({**held.indicators} | {one.code: one for one in found.indicators}).values(), targets=[
            aim for each in held.targets.values() for aim in each])  # fmt: skip
        assert all(change.kind is ChangeKind.SAME for change in preview(entry() | cells, held=now).changes)


# --- who decided that a recorded target changes -------------------------------------------------------------------

BOARD = {"decided_by": "Improvement board", "decided_on": "2022-10-27", "reason": "Two years above it."}
DECISION = TargetDecision("Improvement board", date(2022, 10, 27), "", "Two years above it.")
ALL_THREE = "Say who decided it, on what date or in which paper, and why."


def changed(**cells: str) -> EntriesPreview:
    """What stands of a file whose one target replaces the recorded 88 from Q3 2022-23 on."""
    return preview({"indicator": "A1", "from_quarter": "Q3 2022-23", "value": "92"} | cells)


@pytest.mark.parametrize(
    ("cells", "asked"),
    [
        ({}, ALL_THREE),
        ({"decided_by": "Board"}, "Say on what date or in which paper and why."),
        ({"decided_by": "Board", "reason": "Agreed."}, "Say on what date or in which paper."),
        ({"source": "Board paper 7", "reason": "Agreed."}, "Say who decided it."),
        ({"source": "Board paper 7"}, "Say who decided it and why."),
        ({"decided_on": "2022-10-27"}, "Say who decided it and why."),
        ({"source": " "}, ALL_THREE),
        (BOARD, ""),
        ({"decided_by": "Board", "paper": "Board paper 7", "reason": "Agreed."}, ""),
        # Other terms than the value.
        ({"value": "88", "tolerance": "2", "tolerance_kind": "points"}, ALL_THREE),
        ({"value": "88", "intervention_level": "80"}, ALL_THREE),
        # The terms in force, in other digits or with other particulars.
        ({"value": "88.0"}, ""),
        ({"value": "88", "confirmed_through": "2023-24"}, ""),
    ],
)
def test_a_recorded_target_changes_only_with_who_decided_it_when_or_in_which_paper_and_why(
    cells: Cells, asked: str
) -> None:
    found = changed(**cells)
    assert not found.blocked
    assert lacking_decision(found) == (asked and f"Nothing was published: a recorded target changes. {asked}")
    assert found.needs_decision == bool(asked)


def test_a_target_recorded_from_the_same_quarter_is_a_recorded_one_too() -> None:
    found = preview({"indicator": "A1", "from_quarter": "Q1 2022-23", "value": "90", "corrects": "yes"})
    assert found.needs_decision


def test_a_first_target_needs_only_where_it_is_stated_which_the_file_is() -> None:
    first = {"indicator": "A1", "from_quarter": "Q1 2022-23", "value": "88"}
    found = preview(first, first | {"from_quarter": "Q3 2022-23", "value": "92"}, held=known(targets=()))
    assert (found.needs_decision, lacking_decision(found)) == (False, "")
    assert [one.source for one in found.targets] == ["entries.csv"] * 2
    before = preview({"indicator": "A1", "from_quarter": "Q1 2021-22", "value": "80"})
    assert not before.needs_decision


def test_a_target_of_another_area_is_the_first_there() -> None:
    assert not changed(area="N").needs_decision


def test_where_a_profile_has_ended_nothing_is_in_force_that_could_change() -> None:
    ended = known(targets=[target("88", "Q1 2022-23", profiled=True)], series=())
    assert not preview(aim("Q3 2022-23"), held=ended).needs_decision
    assert preview(aim("Q1 2022-23"), held=ended).needs_decision


def test_a_decision_fills_what_the_rows_leave_open_and_nothing_else() -> None:
    found = preview(
        {"indicator": "A1", "from_quarter": "Q3 2022-23", "value": "92", "decided_by": "Cabinet"},
        {"indicator": "A1", "from_quarter": "Q1 2023-24", "value": "93", "source": "Plan 2023", "reason": "Growth."},
        {"indicator": "A1", "area": "N", "from_quarter": "Q3 2022-23", "value": "70"},
    )
    paper = replace(DECISION, decided_on=None, paper=" Board paper 7 ")
    one, other, first = found.with_decision(paper).targets
    assert (one.decided_by, one.decided_on, one.source, one.reason) == (
        "Cabinet", None, "Board paper 7", "Two years above it.",
    )  # fmt: skip
    assert (other.decided_by, other.source, other.reason) == ("Improvement board", "Plan 2023", "Growth.")
    assert (first.decided_by, first.source, first.reason) == ("", "entries.csv", "")
    assert (found.needs_decision, found.with_decision(paper).needs_decision) == (True, False)
    assert found.targets[0].reason == ""


def test_a_decision_that_says_too_little_leaves_the_rest_to_be_asked() -> None:
    found = changed()
    assert found.with_decision(TargetDecision()) == found
    assert lacking_decision(found.with_decision(TargetDecision(" ", None, " ", " "))).endswith(ALL_THREE)
    assert lacking_decision(found.with_decision(replace(DECISION, reason=""))).endswith("changes. Say why.")
    assert lacking_decision(found.with_decision(DECISION)) == ""
    assert found.with_decision(DECISION).targets[0].decided_on == date(2022, 10, 27)


def test_only_what_changes_is_asked_for_a_decision_and_a_register_never_is() -> None:
    assert not preview(
        {"indicator": "A1", "from_quarter": "Q1 2022-23", "value": "88", "source": "Plan"}
    ).needs_decision
    assert not preview(entry(owner="Head of Plans")).needs_decision
    assert lacking_decision(preview(entry("B1"))) == ""
