"""A file of figures beside what is held: what each figure is, what it would be held as, and where a boundary lies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal

import pytest

from kpi_core.errors import Changed, NotPublished
from kpi_core.intake import Decision, GivenFile, Known, Preview, fingerprint
from kpi_core.intake.preview import MOST_SINGLY, CheckedFile
from kpi_core.intake.problems import finding
from kpi_core.model import Absence, ChangeKind, Observation
from kpi_core.periods import Quarter
from kpi_core.shell.export.csv_file import render
from kpi_core.shell.services import Services
from kpi_core.showing import Circumstances, findings_table, scorecard_table, series_table
from kpi_core.showing.as_json import indicator_json, scorecard_json

from .conftest import (
    NOW,
    Q2,
    Cells,
    csv_bytes,
    figure,
    fixed_clock,
    in_memory,
    indicator,
    observed,
    register,
    small_bundle,
    target,
)

BY = Decision("A. Officer", "The team counted again.", confirmed=None)
MADE = Circumstances("Example Council", False, NOW)
QUARTER = "Q2 2022-23"


@contextmanager
def holding(
    *held: Cells, indicators: Sequence[Cells] = (register("A1"),), targets: Sequence[Cells] = (), at: datetime = NOW
) -> Iterator[Services]:
    """A council whose register has these indicators, holding these figures."""
    tables = {"indicators": indicators, "observations": held, "targets": targets}
    services = in_memory(
        small_bundle(**{name: rows for name, rows in tables.items() if rows}), fixed_clock if at is NOW else lambda: at
    )
    yield services
    services.close()


def given(value: str, code: str = "A1", when: str = QUARTER, **cells: str) -> Cells:
    """A row of an upload."""
    return {"indicator": code, "quarter": when, "value": value} | cells


def shown(services: Services, *rows: Cells, name: str = "figures.csv") -> Preview:
    preview = services.uploads.preview(GivenFile(csv_bytes(rows), name))
    assert isinstance(preview, Preview)
    return preview


def codes(preview: Preview) -> set[str]:
    """The classes of problems found, the note on missing counts apart."""
    return {one.code for one in preview.findings} - {"no-counts", "previous-quarter-missing", "indicators-missing"}


def figure_held(services: Services, code: str = "A1", when: str = QUARTER) -> Observation:
    """What stands for a quarter."""
    (one,) = [j.observation for j in services.indicator(code, when).series if j.observation.quarter.text == when]
    return one


# --- what a figure is beside the one that stands ------------------------------------------------------------------

KINDS = (
    ("a quarter without a figure", None, given("83.5"), ChangeKind.NEW),
    ("the same figure", figure("A1", QUARTER, "83.5"), given("83.5"), ChangeKind.SAME),
    ("the same figure with more decimals", figure("A1", QUARTER, "83"), given("83.0"), ChangeKind.SAME),
    ("the same figure once rounded to what is shown", figure("A1", QUARTER, "83.5"), given("83.46"), ChangeKind.SAME),
    ("another figure", figure("A1", QUARTER, "83.5"), given("83.4"), ChangeKind.REVISED),
    ("a figure where [x] stood", figure("A1", QUARTER, "x"), given("83.5"), ChangeKind.NEW),
    ("a figure where [c] stood", figure("A1", QUARTER, "c"), given("83.5"), ChangeKind.REVISED),
    ("[c] where a figure stood", figure("A1", QUARTER, "83.5"), given("c"), ChangeKind.REVISED),
    ("[x] where a figure stood", figure("A1", QUARTER, "83.5"), given("x"), ChangeKind.REVISED),
    ("the same mark", figure("A1", QUARTER, "z"), given("z"), ChangeKind.SAME),
    ("another mark", figure("A1", QUARTER, "z"), given("c"), ChangeKind.REVISED),
    (
        "provisional, and final now", figure("A1", QUARTER, "83.5", status="provisional"), given("83.5", status="final"),
        ChangeKind.CONFIRMED,
    ),
    (
        "provisional, and final with another figure", figure("A1", QUARTER, "83.5", status="provisional"),
        given("84.5", status="final"), ChangeKind.REVISED,
    ),
    (
        "still provisional", figure("A1", QUARTER, "83.5", status="provisional"), given("83.5", status="provisional"),
        ChangeKind.SAME,
    ),
    ("final, and provisional now", figure("A1", QUARTER, "83.5"), given("83.5", status="provisional"), ChangeKind.REVISED),
    (
        "counts added to the same figure", figure("A1", QUARTER, "83.5"),
        given("83.5", numerator="501", denominator="600"), ChangeKind.SAME,
    ),
    (
        "counts left out", figure("A1", QUARTER, "83.5", numerator="501", denominator="600"), given("83.5"),
        ChangeKind.SAME,
    ),
    (
        "other counts of the same figure", figure("A1", QUARTER, "83.5", numerator="501", denominator="600"),
        given("83.5", numerator="1002", denominator="1200"), ChangeKind.REVISED,
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("held", "row", "kind"), [case[1:] for case in KINDS], ids=[case[0].replace(" ", "_") for case in KINDS]
)
def test_what_a_figure_is_beside_the_one_that_stands(held: Cells | None, row: Cells, kind: ChangeKind) -> None:
    with holding(*([held] if held else [])) as services:
        preview = shown(services, row)
        (change,) = preview.changes
        assert change.kind is kind
        assert preview.needs_reason == (kind is ChangeKind.REVISED)
        assert ("published-figure-changes" in codes(preview)) == (kind is ChangeKind.REVISED)
        assert sum(preview.counts) == 1


def test_a_figure_where_none_was_available_is_published_as_new_and_not_as_revised() -> None:
    with holding(figure("A1", QUARTER, "x")) as services:
        services.uploads.publish(shown(services, given("83.5")), Decision("A. Officer", confirmed=None))
        (row,) = services.scorecard(QUARTER).rows
        assert row.display == "83.5%"
        assert not figure_held(services).revised


def test_a_revised_figure_keeps_the_former_one_with_its_reason() -> None:
    with holding(figure("A1", QUARTER, "83.5")) as services:
        services.uploads.publish(shown(services, given("81.5")), BY)
        now = figure_held(services)
        assert (now.value, now.former, now.revised) == (Decimal("81.5"), Decimal("83.5"), True)
        assert now.revision_reason == "The team counted again."
        (first,) = services.scorecard(QUARTER, when="first").rows
        assert first.rated.shown == Decimal("83.5")


def test_a_revision_is_refused_without_its_reason_and_without_a_name() -> None:
    with holding(figure("A1", QUARTER, "83.5")) as services:
        preview = shown(services, given("81.5"))
        for decision, told in (
            (Decision("A. Officer", confirmed=None), "Give the reason"),
            (Decision(" ", "Counted again.", confirmed=None), "say who publishes"),
            (Decision("A. Officer", "Counted again.", confirmed=()), "not confirmed"),
        ):
            with pytest.raises(NotPublished, match=told):
                services.uploads.publish(preview, decision)
        assert figure_held(services).value == Decimal("83.5")


def test_a_provisional_figure_that_changes_is_a_scheduled_revision_and_a_final_one_a_correction() -> None:
    for status, likely in (("provisional", "scheduled"), ("final", "correction")):
        with holding(figure("A1", QUARTER, "83.5", status=status)) as services:
            assert shown(services, given("81.5")).likely_revision == likely


def test_counts_added_to_a_figure_that_stands_are_kept() -> None:
    with holding(figure("A1", QUARTER, "83.5")) as services:
        services.uploads.publish(shown(services, given("83.5", numerator="501", denominator="600")), BY)
        now = figure_held(services)
        assert (now.numerator, now.denominator, now.revised) == (501, 600, False)


@pytest.mark.parametrize("status", ["final", "provisional"])
def test_counts_that_the_file_leaves_out_stay_as_they_are_held(status: str) -> None:
    held = figure("A1", QUARTER, "83.5", status=status, numerator="501", denominator="600")
    with holding(held) as services:
        services.uploads.publish(shown(services, given("83.5", status="final")), BY)
        now = figure_held(services)
        assert (now.numerator, now.denominator, now.provisional) == (501, 600, False)


def test_counts_of_a_former_figure_do_not_stay_beside_the_one_that_revises_it() -> None:
    with holding(figure("A1", QUARTER, "83.5", numerator="501", denominator="600")) as services:
        services.uploads.publish(shown(services, given("81.5")), BY)
        now = figure_held(services)
        assert (now.numerator, now.denominator) == (None, None)


def test_what_describes_a_quarter_stays_when_its_figure_changes() -> None:
    with holding(figure("A1", QUARTER, "83.5", series_break="New definition.", note="As counted in July.")) as services:
        services.uploads.publish(shown(services, given("81.5")), BY)
        now = figure_held(services)
        assert (now.series_break, now.note) == ("New definition.", "")


# --- the value ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "part", "whole", "held", "display"),
    [
        ("percent", "471", "601", "78.369384359401", "78.4%"),
        ("percent", "1", "3", "33.333333333333", "33.3%"),
        ("percent", "2", "3", "66.666666666667", "66.7%"),
        ("percent", "529", "2000", "26.45", "26.5%"),
        ("percent", "1", "2", "50", "50%"),
        ("percent", "600", "600", "100", "100%"),
        ("rate_per_10000", "266", "49000", "54.285714285714", "54.3 per 10,000"),
        ("ratio", "49", "3", "16.333333333333", "16.3"),
    ],
)
def test_a_figure_given_by_its_counts_alone_is_held_to_twelve_decimals_and_shown_rounded_once(
    unit: str, part: str, whole: str, held: str, display: str
) -> None:
    with holding(indicators=[register("A1", unit=unit)]) as services:
        rows = ({"indicator": "A1", "quarter": QUARTER, "numerator": part, "denominator": whole},)
        preview = shown(services, *rows)
        assert not preview.blocked
        assert preview.changes[0].observation.value == Decimal(held)
        services.uploads.publish(preview, BY)
        (row,) = services.scorecard(QUARTER).rows
        assert row.display == display


@pytest.mark.parametrize("value", ["15", "15.0", "83.5", "83.55", "0", "0.04", "100", "007.50"])
def test_a_figure_is_held_with_the_decimals_it_was_published_with(value: str) -> None:
    with holding() as services:
        services.uploads.publish(shown(services, given(value)), BY)
        assert str(figure_held(services).value) == value.removeprefix("00")


@pytest.mark.parametrize(("value", "shows"), [("83.55", "83.6%"), ("83.54", "83.5%"), ("15", "15%"), ("15.0", "15.0%")])
def test_only_a_figure_with_more_decimals_than_are_published_is_rounded_when_shown(value: str, shows: str) -> None:
    with holding() as services:
        services.uploads.publish(shown(services, given(value)), BY)
        assert services.scorecard(QUARTER).rows[0].display == shows


@pytest.mark.parametrize(
    ("value", "part", "whole", "agrees"),
    [
        ("83.5", "501", "600", True),
        ("83", "501", "600", False),  # 83.5 rounds to 84
        ("84", "501", "600", True),
        ("83.50", "501", "600", True),
        ("83.4", "501", "600", False),
        ("26.5", "529", "2000", True),  # 26.45, a half upwards
        ("26.4", "529", "2000", False),
        ("33.33", "1000", "3000", True),
    ],
)
def test_a_value_agrees_with_its_counts_at_its_own_decimals(value: str, part: str, whole: str, agrees: bool) -> None:
    with holding() as services:
        preview = shown(services, given(value, numerator=part, denominator=whole))
        assert ("value-differs-from-counts" in codes(preview)) == (not agrees)


def test_nothing_of_nothing_is_not_applicable_and_no_zero() -> None:
    with holding() as services:
        preview = shown(services, given("", numerator="0", denominator="0"))
        services.uploads.publish(preview, BY)
        assert figure_held(services).absence is Absence.NOT_APPLICABLE


# --- comments -----------------------------------------------------------------------------------------------------

SECRET = "Staff were off sick with colds"


def test_a_comment_is_kept_and_leaves_the_service_in_no_export() -> None:
    with holding(figure("A1", "Q1 2022-23", "80.0")) as services:
        services.uploads.publish(shown(services, given("83.5", comment=SECRET)), BY)
        assert figure_held(services).comment == SECRET
        card, view = services.scorecard(QUARTER), services.indicator("A1", QUARTER)
        exported = [
            render(scorecard_table(card, MADE)).decode(),
            render(series_table(view, MADE)).decode(),
            str(scorecard_json(card, card)),
            str(indicator_json(view)),
        ]
        assert [text for text in exported if "colds" in text] == []
        assert all("83.5" in text for text in exported)


def test_a_comment_stays_when_the_figure_is_confirmed_and_goes_when_it_is_revised() -> None:
    for value, comment in (("83.5", SECRET), ("81.5", "")):
        with holding() as services:
            services.uploads.publish(shown(services, given("83.5", status="provisional", comment=SECRET)), BY)
            services.uploads.publish(shown(services, given(value, status="final")), BY)
            assert figure_held(services).comment == comment


def test_the_list_of_problems_as_a_file_runs_no_formula_that_was_found() -> None:
    with holding() as services:
        preview = shown(services, given("=cmd|' /C calc'!A0"))
        text = render(findings_table(preview.findings, "=evil.csv", MADE)).decode("utf-8-sig")
        assert "holds a formula" in text
        assert not any(cell.startswith("=") for line in text.splitlines() for cell in line.split(","))


# --- jumps --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "value", "large"),
    [
        ("70", "80.0", False),
        ("70", "80.1", True),
        ("70", "60.0", False),
        ("70", "59.9", True),
        ("70", "70.0", False),
        ("70", "0", True),
        ("5.0", "15.0", False),
    ],
)
def test_a_percentage_is_asked_about_when_it_moves_by_more_than_ten_points(
    before: str, value: str, large: bool
) -> None:
    with holding(figure("A1", "Q1 2022-23", before)) as services:
        assert ("large-change" in codes(shown(services, given(value)))) == large


@pytest.mark.parametrize(
    ("before", "value", "large"),
    [
        ("260", "519", False),
        ("260", "520", True),
        ("260", "131", False),
        ("260", "130", True),
        ("5", "10", True),
        ("4", "8", False),
        ("4", "400", False),
        ("10", "5", True),
        ("9", "4", False),
        ("10", "0", False),
    ],
)
def test_a_number_is_asked_about_when_it_doubles_or_halves_and_neither_figure_is_small(
    before: str, value: str, large: bool
) -> None:
    number = register("A1", unit="number", decimals="0")
    with holding(figure("A1", "Q1 2022-23", before), indicators=[number]) as services:
        assert ("large-change" in codes(shown(services, given(value)))) == large


@pytest.mark.parametrize(
    ("before", "value", "doubt"),
    [
        ("70", "0.835", "83.5%"),
        ("10", "1", "100%"),
        ("10", "1.1", None),
        ("9.9", "0.9", None),
        ("70", "0", None),
        ("0.32", "10", "0.1%"),
        ("0.32", "32", "0.32%"),
        ("0.32", "9.9", None),
        ("1", "32", None),
        ("0", "32", None),
    ],
)
def test_a_percentage_a_hundredth_or_a_hundred_times_of_the_last_is_asked_about_as_a_doubt_of_scale(
    before: str, value: str, doubt: str | None
) -> None:
    with holding(figure("A1", "Q1 2022-23", before)) as services:
        found = [one for one in shown(services, given(value)).findings if one.code == "scale-in-doubt"]
        assert [one.message.split("Is it ")[1] for one in found] == ([f"{doubt}?"] if doubt else [])
        assert not found or "large-change" not in codes(shown(services, given(value)))


@pytest.mark.parametrize(
    ("unfair", "seasonal", "basis"), [("Q1 2022-23", "yes", ""), ("Q1 2022-23", "no", "year_to_date")]
)
def test_a_figure_that_follows_the_seasons_or_runs_up_is_compared_with_the_same_quarter_last_year(
    unfair: str, seasonal: str, basis: str
) -> None:
    entry = register("A1", seasonal=seasonal, basis=basis)
    held = (figure("A1", "Q2 2021-22", "20.0"), figure("A1", unfair, "40.0"))
    with holding(*held, indicators=[entry]) as services:
        assert "large-change" not in codes(shown(services, given("21.0")))
        (jump,) = [one for one in shown(services, given("40.0")).findings if one.code == "large-change"]
        assert jump.message == (
            "Row 2 moved from 20.0% (the same quarter last year) to 40.0%. Confirm it is right."
        )  # fmt: skip


def test_a_jump_within_the_file_is_seen_against_the_figure_of_the_file() -> None:
    with holding(figure("A1", "Q1 2022-23", "40.0")) as services:
        preview = shown(services, given("70.0", when="Q1 2022-23"), given("72.0"))
        assert [(one.code, one.row) for one in preview.findings if one.code == "large-change"] == []
        assert "published-figure-changes" in codes(preview)


def test_a_jump_is_confirmed_row_by_row_and_not_by_its_class() -> None:
    two = (register("A1"), register("A2"))
    held = (figure("A1", "Q1 2022-23", "40.0"), figure("A2", "Q1 2022-23", "40.0"))
    with holding(*held, indicators=two) as services:
        preview = shown(services, given("70.0"), given("71.0", code="A2"))
        assert preview.to_confirm == ("large-change:2:value", "large-change:3:value")
        for confirmed in (("large-change",), preview.to_confirm[:1]):
            with pytest.raises(NotPublished, match="not confirmed"):
                services.uploads.publish(preview, Decision("A. Officer", confirmed=confirmed))
        services.uploads.publish(preview, Decision("A. Officer", confirmed=preview.to_confirm))


def test_a_figure_that_stands_already_is_asked_about_nothing() -> None:
    held = (figure("A1", "Q1 2022-23", "40.0"), figure("A1", QUARTER, "3", numerator="3", denominator="100"))
    with holding(*held) as services:
        assert codes(shown(services, given("3"))) == set()


# --- small counts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "small"), [(0, False), (1, True), (4, True), (5, False)])
def test_counts_from_one_to_four_are_small_and_nought_is_a_true_nought(count: int, small: bool) -> None:
    with holding() as services:
        preview = shown(services, given(f"{count}.0", numerator=str(count), denominator="100"))
        assert ("small-count" in codes(preview)) == small
    with holding(indicators=[register("A1", unit="number", decimals="0")]) as services:
        assert ("small-count" in codes(shown(services, given(str(count))))) == small


@pytest.mark.parametrize(
    ("value", "told"),
    [("0", None), ("0.04", "1 child."), ("0.16", "4 children."), ("0.18", None), ("0.02", "1 child."), ("0.01", None)],
)
def test_a_percentage_without_counts_that_gives_a_small_count_back_is_told_with_the_count(
    value: str, told: str | None
) -> None:
    held = figure("A1", "Q2 2021-22", "0.20", numerator="5", denominator="2500")
    with holding(held, indicators=[register("A1", decimals="2")]) as services:
        found = [
            one.message for one in shown(services, given(value)).findings if one.code == "percentage-gives-count-back"
        ]
        assert [one.split(" is ", 1)[1].split(" Outside")[0] for one in found] == ([told] if told else [])


# --- what is missing ----------------------------------------------------------------------------------------------


def test_what_is_missing_is_what_is_due_in_the_quarter_and_not_named() -> None:
    entries = [
        register("A1"),
        register("A2"),
        register("WRONG"),
        register("ENDED", final_quarter="Q1 2022-23"),
        register("LATER", first_quarter="Q3 2022-23"),
        register("YEARLY", due="Q4"),
    ]
    with holding(indicators=entries) as services:
        preview = shown(services, given("70.0"), given("TBC", code="WRONG"))
        assert preview.missing == ("A2",)
        (told,) = [one.message for one in preview.findings if one.code == "indicators-missing"]
        assert told == "1 indicator is missing: Measure A2. Publish without it?"


def test_an_indicator_whose_figure_is_held_already_is_not_missing_from_a_file_that_adds_others() -> None:
    with holding(figure("HELD", QUARTER, "50.0"), indicators=[register("A1"), register("HELD")]) as services:
        assert shown(services, given("70.0")).missing == ()


def test_an_indicator_named_for_an_earlier_quarter_only_is_still_missing_from_the_file_s_own() -> None:
    with holding(indicators=[register("A1"), register("A2")]) as services:
        preview = shown(services, given("70.0"), given("50.0", code="A2", when="Q1 2022-23"))
        assert preview.missing == ("A2",)


def test_nothing_is_missing_of_a_whole_file() -> None:
    with holding(indicators=[register("A1"), register("A2")]) as services:
        preview = shown(services, given("70.0"), given("x", code="A2"))
        assert preview.missing == ()


# --- what it was compared with ------------------------------------------------------------------------------------

KEY = ("X", "A1", Q2)


def known(**parts: object) -> Known:
    """What is held: A1 with a figure in the quarter before and in this one, and a target."""
    plain: dict[str, object] = {
        "today": date(2022, 11, 22),
        "home": "X",
        "areas": {"X": "Exampleshire"},
        "indicators": {"A1": indicator(), "A2": indicator(code="A2")},
        "targets": {("X", "A1"): (target("75"),)},
        "series": {("X", "A1"): {Q2 - 1: observed("80.0", "Q1 2022-23"), Q2: observed("83.5")}},
    }
    return Known(**(plain | parts))  # type: ignore[arg-type]


def series(**of: Observation) -> dict[tuple[str, str], dict[Quarter, Observation]]:
    return {("X", code): {one.quarter: one} for code, one in of.items()}


CHANGED = (
    ("another figure", {"series": series(A1=observed("83.4"))}),
    ("the figure with another decimal", {"series": series(A1=observed("83.50"))}),
    ("a mark in its place", {"series": series(A1=observed(Absence.SUPPRESSED))}),
    ("a figure that is provisional", {"series": series(A1=observed("83.5", provisional=True))}),
    ("a figure with counts", {"series": series(A1=observed("83.5", numerator=501, denominator=600))}),
    ("no figure", {"series": {}}),
    ("another target", {"targets": {("X", "A1"): (target("76"),)}}),
    ("no target", {"targets": {}}),
    ("another entry of the register", {"indicators": {"A1": indicator(decimals=2)}}),
    ("no entry of the register", {"indicators": {}}),
)
UNCHANGED = (
    ("a day later", {"today": date(2022, 11, 23)}),
    ("another quarter's figure", {"series": {("X", "A1"): {Q2: observed("83.5"), Q2 - 1: observed("1", "Q1 2022-23")}}}),
    ("another indicator's figure", {"series": {**known().series, **series(A2=observed("5", indicator="A2"))}}),
    ("another indicator's target", {"targets": {**known().targets, ("X", "A2"): (target("5", indicator="A2"),)}}),
    ("another indicator's entry", {"indicators": {"A1": indicator(), "A2": indicator(code="A2", name="New name")}}),
    ("another area", {"areas": {"X": "Exampleshire", "Y": "Otherton"}}),
)  # fmt: skip


@pytest.mark.parametrize("parts", [parts for _, parts in CHANGED], ids=[name for name, _ in CHANGED])
def test_the_fingerprint_is_another_where_what_is_held_of_the_figures_is(parts: dict[str, object]) -> None:
    assert fingerprint(known(**parts), [KEY]) != fingerprint(known(), [KEY])


@pytest.mark.parametrize("parts", [parts for _, parts in UNCHANGED], ids=[name for name, _ in UNCHANGED])
def test_the_fingerprint_is_the_same_where_anything_else_changes(parts: dict[str, object]) -> None:
    assert fingerprint(known(**parts), [KEY]) == fingerprint(known(), [KEY])


def test_the_fingerprint_does_not_hang_on_the_order_of_the_file() -> None:
    keys = [KEY, ("X", "A2", Q2), ("X", "A1", Q2 - 1)]
    assert fingerprint(known(), keys) == fingerprint(known(), reversed(keys))
    assert fingerprint(known(), keys) != fingerprint(known(), keys[:2])


def test_a_file_is_not_published_over_what_somebody_else_published_meanwhile() -> None:
    with holding() as services:
        mine, theirs = shown(services, given("83.5")), shown(services, given("83.4"))
        services.uploads.publish(theirs, BY)
        with pytest.raises(Changed, match="has changed since you compared"):
            services.uploads.publish(mine, BY)
        assert figure_held(services).value == Decimal("83.4")
        assert len(services.uploads.history()) == 1


def test_a_file_is_published_beside_what_somebody_else_published_of_other_indicators() -> None:
    with holding(indicators=[register("A1"), register("A2")]) as services:
        mine, theirs = shown(services, given("83.5")), shown(services, given("50.0", code="A2"))
        services.uploads.publish(theirs, BY)
        services.uploads.publish(mine, BY)
        assert [row.display for row in services.scorecard(QUARTER).rows] == ["83.5%", "50.0%"]


def test_the_same_preview_is_published_once() -> None:
    with holding() as services:
        preview = shown(services, given("83.5"))
        services.uploads.publish(preview, BY)
        with pytest.raises(Changed):
            services.uploads.publish(preview, BY)


def test_a_blocked_preview_is_never_published_whatever_is_confirmed() -> None:
    with holding() as services:
        for preview in (shown(services, given("TBC")), shown(services, given("104.0"))):
            with pytest.raises(NotPublished, match="blocks it"):
                services.uploads.publish(preview, BY)
        assert services.uploads.history() == ()


@pytest.mark.parametrize(("warnings", "boxes"), [(MOST_SINGLY - 1, 19), (MOST_SINGLY, 20), (MOST_SINGLY + 1, 1)])
def test_warnings_confirmed_one_by_one_have_one_box_together_once_nobody_would_read_them_all(
    warnings: int, boxes: int
) -> None:
    jumps = tuple(
        finding("large-change", row, "value", "90", compared="Q1 2022-23", held="20") for row in range(2, warnings + 2)
    )
    checked = CheckedFile(file=GivenFile(b"", "figures.csv"), findings=jumps, not_run=(), against="")
    assert len(checked.to_confirm) == boxes
    assert sum(len(together) for together in checked.warnings.values()) == warnings
