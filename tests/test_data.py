"""The council's bundled figures against what the papers say, and the words as our own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from kpi_core.intake import Bundle, read_data_folder
from kpi_core.model import REASON_LINE_MOST, REPORT_SECTIONS, ExceptionReport, Polarity, ReportState
from kpi_core.periods import Quarter
from kpi_core.shell.home import DATA
from kpi_core.shell.storage import data_files

from .conftest import Q2, shared_file

Q1, Q4, YEAR = Quarter(2022, 1), Quarter(2021, 4), Quarter(2021, 2)

FIGURES: dict[tuple[str, Quarter], str] = {
    ("PCP01", Q2): "285",
    ("PCP02", Q2): "351",
    ("PCP03", Q2): "98",
    ("PCP04", Q2): "92",
    ("PCP05", Q2): "79",
    ("PCP06", Q4): "12.6",
    ("PCP06", Q2): "15",
    ("FD01", Q1): "70",
    ("FD01", Q2): "83.5",
    ("FD02", Q1): "29.5",
    ("FD02", Q2): "26.5",
    ("ED01", Q1): "263",
    ("ED01", Q2): "179",
    ("ED02", Q2): "0",
    ("ED03", Q1): "0.3",
    ("ED03", Q2): "0.04",
    ("ED04", Q2): "94",
    ("ED05", Q2): "98",
    ("ED06", Q4): "100",
    ("ED06", Q1): "100",
    ("ED06", Q2): "100",
    ("ED07", YEAR): "17.6",
    ("ED07", Q1): "4.2",
    ("ED07", Q2): "25.4",
}
"""Every figure of the papers, typed from the list of facts; nothing else may be held."""

TARGETS = {"PCP03": "95", "PCP04": "90", "PCP05": "100", "FD01": "88", "FD02": "20", "ED07": "4.7"}


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return read_data_folder(data_files(DATA))


def test_the_figures_held_are_those_of_the_papers_as_written_and_no_others(bundle: Bundle) -> None:
    held = {(o.indicator, o.quarter): str(o.value) for o in bundle.observations}
    assert held == FIGURES
    assert len(bundle.observations) == len(FIGURES)


def test_only_the_figure_that_the_papers_call_provisional_is_provisional(bundle: Bundle) -> None:
    assert [(o.indicator, o.quarter) for o in bundle.observations if o.provisional] == [("ED07", Q2)]


def test_the_papers_give_no_counts_so_none_are_held(bundle: Bundle) -> None:
    assert not any(o.numerator or o.denominator for o in bundle.observations)


def test_the_targets_are_those_of_the_papers_from_the_quarter_they_are_stated_for(bundle: Bundle) -> None:
    assert {t.indicator: str(t.value) for t in bundle.targets if t.has_target} == TARGETS
    assert {t.indicator: str(t.intervention_level) for t in bundle.targets if t.intervention_level} == {"PCP06": "16"}
    assert {t.start for t in bundle.targets} == {Q2}
    assert not any(t.tolerance for t in bundle.targets)
    assert not any(t.basis for t in bundle.targets)


def test_the_categories_stand_in_the_order_of_the_report(bundle: Bundle) -> None:
    assert list(dict.fromkeys(i.category for i in bundle.indicators)) == [
        "Permanency and Corporate Parenting",
        "Front Door and Early Help",
        "Education",
    ]


def test_low_is_good_for_the_indicators_of_which_less_is_better(bundle: Bundle) -> None:
    low = {i.code for i in bundle.indicators if i.polarity is Polarity.LOW}
    assert low == {"PCP06", "FD02", "ED01", "ED02", "ED03", "ED07"}
    assert {i.polarity for i in bundle.indicators} == {Polarity.LOW, Polarity.HIGH}


def test_the_indicators_that_the_text_calls_seasonal_are_seasonal(bundle: Bundle) -> None:
    assert {i.code for i in bundle.indicators if i.seasonal} == {"PCP06", "ED01", "ED02", "ED03", "ED07"}


def test_everything_held_says_where_it_comes_from(bundle: Bundle) -> None:
    for record in (*bundle.observations, *bundle.targets, *bundle.benchmarks, *bundle.conflicts, *bundle.reports):
        assert record.source


def test_both_figures_and_both_targets_that_disagree_are_kept_and_unresolved(bundle: Bundle) -> None:
    doubled = {(c.indicator, c.subject, str(c.value)) for c in bundle.conflicts if c.subject != "narrative"}
    assert doubled == {("PCP05", "outturn", "64"), ("FD02", "target", "22")}
    assert not any(c.resolved_on or c.resolution for c in bundle.conflicts)


def test_the_three_exception_reports_stand_as_far_as_the_papers_say(bundle: Bundle) -> None:
    reports = {r.indicator: r for r in bundle.reports}
    assert {code: r.state for code, r in reports.items()} == {
        "PCP05": ReportState.DRAFT,
        "FD02": ReportState.SUBMITTED,
        "ED07": ReportState.APPROVED,
    }
    assert reports["ED07"].approved_on == date(2022, 10, 27)
    assert not reports["PCP05"].completed_by
    assert not reports["FD02"].approved_by
    assert {code: str(r.outturn) for code, r in reports.items()} == {"PCP05": "64", "FD02": "26.5", "ED07": "25.4"}


def test_every_report_has_its_sections_in_order_and_a_reason_line_that_fits_under_a_row(bundle: Bundle) -> None:
    for report in bundle.reports:
        assert tuple(heading for heading, _ in report.sections) == REPORT_SECTIONS
        assert 0 < len(report.reason_line) <= REASON_LINE_MOST


def test_people_appear_as_roles_only(bundle: Bundle) -> None:
    assert {r.completed_by for r in bundle.reports} | {r.approved_by for r in bundle.reports} == {
        "", "Report author", "Service Unit Head"}  # fmt: skip


def narrative(report: ExceptionReport) -> list[str]:
    return [body for _, body in report.sections] + [action.text for action in report.actions]


def test_the_actions_are_records_that_say_no_owner_and_no_date_as_the_papers_do(bundle: Bundle) -> None:
    actions = {r.indicator: r.actions for r in bundle.reports}
    assert {code: len(of) for code, of in actions.items()} == {"PCP05": 7, "FD02": 5, "ED07": 2}
    for of in actions.values():
        assert [one.number for one in of] == list(range(1, len(of) + 1))
        assert not any(one.owner or one.due or one.text.startswith("-") for one in of)


def test_a_disclosive_count_is_not_repeated(bundle: Bundle) -> None:
    told = [o.note for o in bundle.observations] + [c.sentence for c in bundle.conflicts]
    told += [text for report in bundle.reports for text in narrative(report)]
    assert not [text for text in told if re.search(r"\b(1|one|a single) (permanent )?exclusion\b", text, re.IGNORECASE)]


# --- against the papers beside the repository ---------------------------------------------------------------------

RUN = 8
"""Words in a row that two texts on one subject do not share by chance."""


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def runs(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[start : start + RUN]) for start in range(len(found) - RUN + 1)}


def test_no_narrative_of_an_exception_report_copies_a_sentence_of_the_papers(bundle: Bundle) -> None:
    papers = sorted(shared_file("seeds").glob("*.txt"))
    assert len(papers) == 2
    source = set().union(*(runs(paper.read_text(encoding="utf-8")) for paper in papers))
    assert len(source) > 1000
    ours = [r.reason_line for r in bundle.reports] + [text for r in bundle.reports for text in narrative(r)]
    ours += [c.sentence for c in bundle.conflicts]
    assert not {" ".join(run) for text in ours for run in runs(text) & source}


MEASURES = {
    "Re-referrals within 12 months %": "FD02",
    "Assessments within 45 days %": "FD01",
    "16-17 NEET or not known %": "ED07",
}
SERIES = (
    "This council, published annual figure",
    "Statistical neighbours (simple mean of ten, April 2021 set)",
    "England",
    "South West",
)


def _published() -> Iterator[tuple[str, str, int, str]]:
    """The table of comparators in the list of facts: indicator, series, year, value as printed."""
    text = shared_file("facts.md").read_text(encoding="utf-8").split("## Published comparators")[1]
    code = ""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        match = re.fullmatch(r"(.*?) ?(20[0-9]{2})", cells[0])
        if match is None or len(cells) != 5:
            continue
        if match[1]:
            code = MEASURES[match[1]]
        yield from ((code, series, int(match[2]), value) for series, value in zip(SERIES, cells[1:], strict=True))


def test_the_benchmarks_are_the_published_ones_figure_by_figure(bundle: Bundle) -> None:
    published = sorted(_published())
    assert len(published) == 60
    assert sorted((b.indicator, b.series, b.year_end.year, str(b.value)) for b in bundle.benchmarks) == published


def test_a_benchmarks_year_ends_when_its_statistics_say(bundle: Bundle) -> None:
    for b in bundle.benchmarks:
        if b.indicator == "ED07":
            assert b.year_end.month == 2
            assert b.period == f"average of December {b.year_end.year - 1} to February {b.year_end.year}"
        else:
            assert (b.year_end.month, b.year_end.day) == (3, 31)
            assert b.period == f"year ending March {b.year_end.year}"


def test_the_neighbours_figure_names_the_set_that_it_is_the_mean_of(bundle: Bundle) -> None:
    (value,) = (
        b.value for b in bundle.benchmarks if (b.indicator, b.series, b.year_end.year) == ("FD02", SERIES[1], 2022)
    )
    assert value == Decimal("22.52")  # with the 2025 set it would be 20.44
