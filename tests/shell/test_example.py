"""What the example council promises to show, asked of the loaded services and not of the generator."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from statistics import mean

import pytest

from kpi_core.figures import decimals_of, round_half_up
from kpi_core.intake import read_data_folder
from kpi_core.judging import Rating, Row
from kpi_core.model import Absence, Basis, Indicator, Observation, Polarity, ReportState, Target, Unit
from kpi_core.shell.example import files
from kpi_core.shell.home import DATA
from kpi_core.shell.services import Services
from kpi_core.shell.storage import data_files, make_database
from kpi_core.showing import IndicatorView

NOW = datetime(2025, 11, 3, 9, 0)
LATEST = "Q2 2025-26"
CSV_NAMES = {"settings", "areas", "indicators", "targets", "observations", "benchmarks", "conflicts"}


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    database = tmp_path_factory.mktemp("example") / "example.duckdb"
    make_database(database, files(2022), lambda: NOW)
    opened = Services.open(database, clock=lambda: NOW)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def views(services: Services) -> dict[str, IndicatorView]:
    return {row.indicator.code: services.indicator(row.indicator.code) for row in services.scorecard().rows}


@pytest.fixture(scope="module")
def rows(services: Services) -> tuple[Row, ...]:
    return services.scorecard().rows


@pytest.fixture(scope="module")
def indicators(rows: tuple[Row, ...]) -> tuple[Indicator, ...]:
    return tuple(row.indicator for row in rows)


@pytest.fixture(scope="module")
def targets(views: dict[str, IndicatorView]) -> tuple[Target, ...]:
    return tuple(target for view in views.values() for target in view.targets)


@pytest.fixture(scope="module")
def observations(views: dict[str, IndicatorView]) -> tuple[Observation, ...]:
    return tuple(judged.observation for view in views.values() for judged in view.series)


def figures(view: IndicatorView) -> dict[str, Decimal]:
    return {j.observation.quarter.text: j.observation.value for j in view.series if j.observation.value is not None}


# --- the files ----------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert files(7) == files(7)


def test_another_seed_gives_other_figures_for_the_same_register() -> None:
    one, other = files(7), files(8)
    assert one["observations.csv"] != other["observations.csv"]
    assert one["benchmarks.csv"] != other["benchmarks.csv"]
    assert one["indicators.csv"] == other["indicators.csv"]


def test_the_files_are_those_of_a_data_folder() -> None:
    named = set(files(7))
    assert {f"{name}.csv" for name in CSV_NAMES} <= named
    for name in named - {f"{name}.csv" for name in CSV_NAMES}:
        assert re.fullmatch(r"exceptions/EX[0-9]{2}-20[0-9]{2}-[0-9]{2}-Q[1-4]\.md", name)


@pytest.mark.parametrize("seed", [0, 1, 99])
def test_every_seed_tells_the_same_story_in_the_latest_quarter(seed: int, tmp_path: Path) -> None:
    make_database(tmp_path / "any.duckdb", files(seed), lambda: NOW)
    services = Services.open(tmp_path / "any.duckdb", clock=lambda: NOW)
    try:
        summary = services.scorecard().summary
        reported = [services.exceptions(q.text).not_required for q in services.period().held]
    finally:
        services.close()
    counts = (summary.green, summary.amber, summary.red, summary.not_rated, summary.no_data)
    assert counts == (8, 3, 4, 3, 2)
    assert not any(reported), "a report was written about a target that was met"


def test_nothing_is_shared_with_the_real_register() -> None:
    made, real = read_data_folder(files(2022)), read_data_folder(data_files(DATA))
    assert not {i.code for i in made.indicators} & {i.code for i in real.indicators}
    assert not {i.name for i in made.indicators} & {i.name for i in real.indicators}
    assert not {i.category for i in made.indicators} & {i.category for i in real.indicators}
    assert not {part for area in made.areas for part in area} & {part for area in real.areas for part in area}
    assert made.council != real.council
    everything = b"\n".join(files(2022).values()).decode()
    for name in [real.council, *(part for area in real.areas for part in area)]:
        assert re.search(rf"\b{re.escape(name)}\b", everything) is None


def test_no_number_of_children_below_five_can_be_read_or_worked_out() -> None:
    made = files(2022)
    narrative = [content.decode().split("---\n", 2)[2] for name, content in made.items() if name.endswith(".md")]
    for text in (*narrative, made["conflicts.csv"].decode()):
        assert re.search(r"(?<![\d.,])[1-4] (child|young|famil|pupil)", text) is None
    for row in csv.DictReader(made["observations.csv"].decode().splitlines()):
        if row["numerator"]:
            assert int(row["numerator"]) >= 5
            assert int(row["denominator"]) - int(row["numerator"]) >= 5


# --- the whole ----------------------------------------------------------------------------------------------------


def test_it_loads_and_nothing_is_wrong(services: Services) -> None:
    assert services.verify().problems == ()


def test_it_says_that_it_is_made_up(services: Services) -> None:
    assert services.council() == ("Example Council", True)
    assert services.about().made_up
    assert all("made up" in source.lower() for source, _ in services.about().sources)


def test_there_are_twenty_indicators_in_four_categories(services: Services, indicators: tuple[Indicator, ...]) -> None:
    assert [i.code for i in indicators] == [f"EX{number:02}" for number in range(1, 21)]
    assert len(services.scorecard().categories) == 4


def test_there_are_sixteen_quarters_and_the_latest_opens(services: Services) -> None:
    period = services.period()
    assert len(period.held) == 16
    assert (period.held[0].text, period.held[-1].text) == ("Q3 2021-22", LATEST)
    assert period.opens == period.held[-1]
    assert period.collecting == ()


def test_percentages_agree_with_their_counts_and_stay_within_0_and_100(
    indicators: tuple[Indicator, ...], observations: tuple[Observation, ...]
) -> None:
    register = {i.code: i for i in indicators}
    counted = 0
    for o in observations:
        if o.value is None:
            assert o.numerator is None
            continue
        assert decimals_of(o.value) == register[o.indicator].decimals
        unit = register[o.indicator].unit
        assert unit is not Unit.PERCENT or 0 <= o.value <= 100
        if o.numerator is not None and o.denominator is not None:
            scale = 100 if unit is Unit.PERCENT else 10_000
            share = Decimal(o.numerator * scale) / o.denominator
            assert o.value == round_half_up(share, register[o.indicator].decimals)
            counted += 1
    assert counted > 200


# --- the register -------------------------------------------------------------------------------------------------


def test_every_unit_polarity_and_basis_promised_is_there(indicators: tuple[Indicator, ...]) -> None:
    units, polarities, bases = (
        Counter(i.unit for i in indicators),
        Counter(i.polarity for i in indicators),
        Counter(i.basis for i in indicators),
    )
    assert units[Unit.PERCENT] >= 10
    assert units[Unit.NUMBER] >= 2
    assert units[Unit.DAYS] == units[Unit.RATE_PER_10000] == units[Unit.POUNDS] == 1
    assert polarities[Polarity.HIGH] >= 5
    assert polarities[Polarity.LOW] >= 5
    assert polarities[Polarity.BAND] == polarities[Polarity.NEITHER] == 1
    assert bases[Basis.YEAR_TO_DATE] == bases[Basis.MONTH_END] == 1
    assert bases[Basis.ROLLING_12_MONTHS] >= 1
    assert bases[Basis.ANNUAL] == 2


def test_every_indicator_has_an_owner_and_a_definition_and_counted_ones_say_what_is_counted(
    views: dict[str, IndicatorView],
) -> None:
    for view in views.values():
        assert view.indicator.owner
        assert view.indicator.definition
        if any(j.observation.numerator is not None for j in view.series):
            assert view.indicator.numerator
            assert view.indicator.denominator


def test_one_indicator_sets_the_smallest_change_that_counts(rows: tuple[Row, ...]) -> None:
    (row,) = [row for row in rows if row.indicator.smallest_change is not None]
    assert row.changes.lead is not None
    assert row.changes.lead.direction in ("little_change", "no_change")


def test_one_annual_indicator_is_due_now_and_the_other_is_not(rows: tuple[Row, ...]) -> None:
    now, later = sorted((r for r in rows if r.indicator.basis is Basis.ANNUAL), key=lambda r: r.indicator.due)
    assert now.indicator.due == (2,)
    assert now.absence is None
    assert now.changes.leading == "year"
    assert later.indicator.due == (4,)
    assert later.absence is Absence.NOT_DUE
    assert "next due for Q4 2025-26" in later.note


# --- the series ---------------------------------------------------------------------------------------------------


def test_one_series_shifts_for_good_and_another_has_one_outlier(views: dict[str, IndicatorView]) -> None:
    shifted = list(figures(views["EX01"]).values())
    assert min(shifted[8:]) > max(shifted[:8])
    assert mean(shifted[8:]) - mean(shifted[:8]) > 5
    outlying = figures(views["EX08"])
    low = outlying.pop("Q3 2023-24")
    assert low < min(outlying.values()) - 8


def test_the_seasonal_series_peaks_each_summer(views: dict[str, IndicatorView]) -> None:
    (view,) = [view for view in views.values() if view.indicator.seasonal]
    assert view.indicator.seasonal_note
    summers = [value for quarter, value in figures(view).items() if quarter.startswith("Q2")]
    others = [value for quarter, value in figures(view).items() if not quarter.startswith("Q2")]
    assert len(summers) == 4
    assert min(summers) > max(others) + 5
    assert view.row.changes.leading == "year"
    assert view.row.changes.year.direction == "improving"
    assert view.row.changes.quarter.direction == "worsening"


def test_the_year_to_date_series_runs_up_from_quarter_to_quarter(views: dict[str, IndicatorView]) -> None:
    (view,) = [view for view in views.values() if view.indicator.basis is Basis.YEAR_TO_DATE]
    held = list(figures(view).items())
    for (_, before), (quarter, value) in pairwise(held):
        assert value < before if quarter.startswith("Q1") else value > before


def test_some_quarters_are_missing_and_one_is_the_quarter_before_the_latest(views: dict[str, IndicatorView]) -> None:
    due_always = [v for v in views.values() if len(v.indicator.due) == 4]
    assert sum(len(v.series) < 16 for v in due_always) >= 4
    assert "Last known:" in views["EX05"].row.changes.quarter.text
    assert views["EX05"].row.changes.leading is None


def test_suppressed_not_applicable_and_not_available_each_occur(
    observations: tuple[Observation, ...], rows: tuple[Row, ...]
) -> None:
    absences = Counter(o.absence for o in observations if o.absence)
    assert set(absences) == {Absence.SUPPRESSED, Absence.NOT_APPLICABLE, Absence.NOT_AVAILABLE}
    assert [row.indicator.code for row in rows if row.absence is Absence.SUPPRESSED] == ["EX09"]


def test_two_figures_of_the_latest_quarter_are_provisional(observations: tuple[Observation, ...]) -> None:
    assert [(o.indicator, o.quarter.text) for o in observations if o.provisional] == [
        ("EX02", LATEST),
        ("EX16", LATEST),
    ]


def test_one_figure_is_revised_with_its_reason_and_the_former_one_kept(observations: tuple[Observation, ...]) -> None:
    (revised,) = [o for o in observations if o.revised]
    assert revised.revision_reason
    assert revised.former is not None
    assert revised.former != revised.value


def test_one_series_breaks_and_one_figure_is_not_comparable(
    views: dict[str, IndicatorView], observations: tuple[Observation, ...]
) -> None:
    (broken,) = [o for o in observations if o.series_break]
    assert "break in series" in views[broken.indicator].row.changes.year.text
    (odd,) = [o for o in observations if o.not_comparable]
    assert "not comparable" in views[odd.indicator].row.changes.year.text


# --- the targets --------------------------------------------------------------------------------------------------


def test_targets_say_who_decided_them_why_and_on_which_basis(targets: tuple[Target, ...]) -> None:
    assert all(t.origin and t.decided_by and t.reason and t.source for t in targets)
    assert {t.indicator for t in targets if t.basis is None} == {"EX13"}
    assert {t.tolerance_kind for t in targets if t.tolerance is not None} == {"points", "percent"}


def test_two_or_three_indicators_have_no_target_at_all(views: dict[str, IndicatorView]) -> None:
    assert [code for code, view in views.items() if not view.targets] == ["EX14", "EX20"]


def test_the_band_is_judged_with_a_tolerance_in_points(views: dict[str, IndicatorView]) -> None:
    (view,) = [view for view in views.values() if view.indicator.polarity is Polarity.BAND]
    (target,) = view.targets
    assert (target.low, target.high, target.tolerance_kind) == (Decimal(35), Decimal(45), "points")
    assert view.row.rated.rating is Rating.AMBER


def test_a_level_without_a_target_does_not_rate_what_is_within_it(views: dict[str, IndicatorView]) -> None:
    (view,) = [v for v in views.values() if v.targets and not any(t.has_target for t in v.targets)]
    assert view.row.rated.rating is Rating.NOT_RATED
    assert "within the intervention level" in view.row.rated.reason


def test_one_target_changes_part_way(views: dict[str, IndicatorView]) -> None:
    (view,) = [v for v in views.values() if len(v.targets) > 1 and not v.targets[0].profiled]
    in_force = [judged.target.value for judged in view.series if judged.target]
    assert in_force == [Decimal(80)] * 8 + [Decimal(85)] * 6


def test_one_target_is_profiled_over_the_quarters_of_2025_26(views: dict[str, IndicatorView]) -> None:
    (view,) = [v for v in views.values() if any(t.profiled for t in v.targets)]
    assert [t.start.text for t in view.targets] == [f"Q{number} 2025-26" for number in (1, 2, 3, 4)]


def test_one_target_is_carried_over_without_confirmation_and_the_others_are_confirmed(rows: tuple[Row, ...]) -> None:
    assert [r.indicator.code for r in rows if "not yet confirmed" in r.rated.reason] == ["EX12"]
    assert sum(r.target is not None and r.target.confirmed_through == "2025-26" for r in rows) >= 10


# --- what was missed, said and compared ---------------------------------------------------------------------------


def test_one_red_indicator_has_passed_its_intervention_level(rows: tuple[Row, ...]) -> None:
    (row,) = [row for row in rows if row.rated.intervention_passed]
    assert row.rated.rating is Rating.RED


def test_the_red_indicators_show_every_state_of_a_report(rows: tuple[Row, ...]) -> None:
    states = [row.exception.state for row in rows if row.rated.rating is Rating.RED]
    assert sorted(states) == sorted(
        [ReportState.APPROVED, ReportState.SUBMITTED, ReportState.DRAFT, ReportState.MISSING]
    )
    assert all(
        row.exception.reason_line
        for row in rows
        if row.exception.state is not ReportState.MISSING and row.exception.required
    )


def test_earlier_quarters_have_reports_too_and_each_was_required(services: Services) -> None:
    earlier = [services.exceptions(q.text) for q in services.period().held[:-1]]
    present = [row for view in earlier for row in view.required if row.exception.state is not ReportState.MISSING]
    assert len(present) >= 3
    assert not any(view.not_required for view in earlier)


def test_a_report_quotes_the_figure_and_target_and_tells_an_empty_section_from_none_identified(
    views: dict[str, IndicatorView],
) -> None:
    reports = [view.report for view in views.values() if view.report is not None]
    assert len(reports) == 5
    for report in reports:
        view = views[report.indicator]
        assert view.row.observation is not None
        assert view.row.target is not None
        assert (report.outturn, report.target) == (view.row.observation.value, view.row.target.value)
        bodies = [body for _, body in report.sections]
        assert view.row.display.removesuffix(" [p]") in bodies[0]
        assert "None identified." in bodies
        assert "" in bodies
        assert len(report.actions) == 2


def test_two_sources_give_figures_that_are_rated_differently(rows: tuple[Row, ...]) -> None:
    assert [r.indicator.code for r in rows if r.conflict] == ["EX03"]
    assert "they give Red and Amber" in next(r.conflict for r in rows if r.conflict)


def test_one_conflict_is_about_the_narrative_and_one_is_resolved(views: dict[str, IndicatorView]) -> None:
    conflicts = [conflict for view in views.values() for conflict in view.conflicts]
    assert [c.indicator for c in conflicts if c.subject == "narrative"] == ["EX16"]
    (resolved,) = [c for c in conflicts if c.resolved_on]
    assert resolved.resolution
    assert views[resolved.indicator].row.conflict == ""


def test_three_indicators_are_compared_with_neighbours_and_england(views: dict[str, IndicatorView]) -> None:
    compared = [view for view in views.values() if view.benchmarks_all]
    assert len(compared) == 3
    for view in compared:
        assert {b.series for b in view.benchmarks} == {"Statistical neighbours (simple mean)", "England"}
        assert {bool(b.published_on) for b in view.benchmarks} == {True, False}
    since = views["EX03"].benchmarks_all
    assert [b.year_end.year for b in since if b.series == "England"] == [2022, 2023, 2024, 2025]
