"""The use cases, over the council's own figures and over small bundles made for one question."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest

from kpi_core.access import Audience
from kpi_core.errors import NotAllowed, PeriodError, StoreError, UnknownChoice, UnknownIndicator
from kpi_core.judging import Rating, headline
from kpi_core.model import ReportState
from kpi_core.periods import Quarter
from kpi_core.shell.services import Services

from ..conftest import NOW, Q2, csv_bytes, figure, in_memory, register, small_bundle


@contextmanager
def over(files: dict[str, bytes]) -> Iterator[Services]:
    """Services over a bundle in memory."""
    services = in_memory(files)
    yield services
    services.close()


# --- the council's own figures ------------------------------------------------------------------------------------


def test_the_quarter_that_opens_is_the_one_that_is_reported(services: Services) -> None:
    period = services.period()
    assert period.opens == Q2
    assert period.held == (Quarter(2021, 2), Quarter(2021, 4), Quarter(2022, 1), Q2)
    assert period.collecting == ()
    assert services.scorecard().quarter == Q2


def test_the_home_council_is_the_default_area(services: Services) -> None:
    assert services.areas() == {"BCP": "Bournemouth, Christchurch and Poole"}
    assert services.council() == ("Bournemouth, Christchurch and Poole Council", False)
    assert services.scorecard("Q2 2022-23") == services.scorecard("Q2 2022-23", "BCP")


def test_the_headline_of_the_real_quarter_is_four_true_sentences(services: Services) -> None:
    assert headline(services.scorecard("Q2 2022-23")) == (
        "4 of the 6 indicators with a target miss it; 9 have no target.",
        "Of the 4, two are improving, one is worse than last September and provisional, one cannot be compared like with like.",
        "2 meet it: Permanence plan by second review of a child in care; Children in care with a plan for permanence.",
        "Of 4 exception reports required, 1 is approved, 2 are present without approval, 1 is missing.",
    )


@pytest.mark.parametrize("text", ["2022-23 Q2", "July to September 2022", "q2 22/23"])
def test_a_quarter_may_be_asked_for_in_any_form(services: Services, text: str) -> None:
    assert services.scorecard(text).quarter == Q2


@pytest.mark.parametrize("text", ["Q1 2019-20", "Q4 2030-31", "Q1 1900-01"])
def test_a_quarter_without_figures_gives_every_row_without_data_and_a_sentence(services: Services, text: str) -> None:
    card = services.scorecard(text)
    assert [row.rated.rating for row in card.rows] == [Rating.NO_DATA] * 15
    assert headline(card) == (f"No figures are held for {card.quarter.label}.",)
    assert (card.summary.no_data, card.summary.not_comparable) == (15, 15)


def test_an_earlier_quarter_sees_nothing_of_later_ones(services: Services) -> None:
    card = services.scorecard("Q1 2022-23")
    assert {row.indicator.code for row in card.rows if row.observation} == {
        "FD01",
        "FD02",
        "ED01",
        "ED03",
        "ED06",
        "ED07",
    }
    assert card.row("FD01").rated.reason == "Not rated: no target known for this quarter."
    assert all(o.quarter <= Quarter(2022, 1) for row in card.rows for o in row.series)


def test_what_is_not_held_is_refused_with_what_there_is(services: Services) -> None:
    with pytest.raises(UnknownChoice, match=re.escape("no area “Leeds”. Choose from: BCP")):
        services.scorecard("Q2 2022-23", "Leeds")
    with pytest.raises(UnknownIndicator, match=re.escape("no indicator “FD99”. The codes held are PCP01, PCP02")):
        services.indicator("FD99")
    with pytest.raises(PeriodError, match="calendar or financial"):
        services.scorecard("Q2 2022")


def test_an_indicator_shows_every_quarter_held_judged_by_the_target_then_in_force(services: Services) -> None:
    view = services.indicator("FD01", "Q2 2022-23")
    assert [(j.observation.quarter.number, j.rated.rating) for j in view.series] == [
        (1, Rating.NOT_RATED), (2, Rating.RED)]  # fmt: skip
    assert view.series[0].target is None
    assert view.report is None
    assert [c.subject for c in view.conflicts] == ["narrative"]


def test_an_earlier_quarter_of_an_indicator_still_shows_its_whole_series(services: Services) -> None:
    view = services.indicator("FD01", "Q1 2022-23")
    assert view.row.display == "70%"
    assert len(view.series) == 2


def test_a_quarter_shows_the_latest_benchmark_year_before_it_and_later_ones_apart(services: Services) -> None:
    view = services.indicator("FD02", "Q2 2022-23")
    assert {b.year_end for b in view.benchmarks} == {date(2022, 3, 31)}
    assert {b.series.split()[0]: str(b.value) for b in view.benchmarks} == {
        "This": "26.7", "Statistical": "22.52", "England": "21.5", "South": "22.6"}  # fmt: skip
    assert {b.year_end.year for b in view.benchmarks_since} == {2023, 2024, 2025}
    assert len(view.benchmarks_all) == 20


@pytest.mark.parametrize(
    ("quarter", "latest"),
    [
        ("Q1 2020-21", None),
        ("Q1 2021-22", 2021),
        ("Q3 2021-22", 2021),
        ("Q4 2021-22", 2021),
        ("Q1 2022-23", 2022),
        ("Q1 2030-31", 2025),
    ],
)
def test_no_benchmark_year_is_shown_as_the_latest_before_it_ended(
    services: Services, quarter: str, latest: int | None
) -> None:
    view = services.indicator("FD01", quarter)
    assert {b.year_end.year for b in view.benchmarks} == ({latest} if latest else set())
    later = {year for year in range(2021, 2026) if latest is None or year > latest}
    assert {b.year_end.year for b in view.benchmarks_since} == later
    assert len(view.benchmarks_all) == 20


def test_an_indicator_without_comparators_has_none(services: Services) -> None:
    view = services.indicator("PCP01", "Q2 2022-23")
    assert view.benchmarks == view.benchmarks_since == ()


def test_the_exception_reports_required_present_and_missing_are_told_apart(services: Services) -> None:
    view = services.exceptions("Q2 2022-23")
    assert {row.indicator.code: row.exception.state for row in view.required} == {
        "PCP05": ReportState.DRAFT,
        "FD01": ReportState.MISSING,
        "FD02": ReportState.SUBMITTED,
        "ED07": ReportState.APPROVED,
    }
    assert [row.indicator.code for row in view.in_state(ReportState.MISSING)] == ["FD01"]
    assert view.not_required == ()
    assert len(view.conflicts) == 3
    assert not any(c.indicator for c in view.conflicts)


def test_where_the_figures_come_from_is_told_with_how_many_each_source_gave(services: Services) -> None:
    about = services.about()
    assert about.sources == (("Quarterly performance report, Quarter 2 2022-23", 24),)
    assert about.loaded_at == NOW
    assert [(c.quarter.text, c.figures, c.due) for c in about.collected][-1] == ("Q2 2022-23", 15, 15)


def test_the_real_database_is_whole(services: Services) -> None:
    health = services.verify()
    assert health.problems == ()
    assert dict(health.counts) == {"event": 1, "file": 1, "indicator": 15, "target": 7, "figure": 24, "benchmark": 60,
                                   "conflict": 16, "upload": 0, "report": 3}  # fmt: skip


ASKED: dict[str, Callable[[Services, Audience], object]] = {
    "period": lambda to, audience: to.period(audience=audience),
    "scorecard": lambda to, audience: to.scorecard(audience=audience),
    "indicator": lambda to, audience: to.indicator("FD01", audience=audience),
    "what if": lambda to, audience: to.what_if(["target:FD02=22"], audience=audience),
    "processes": lambda to, audience: to.processes(audience=audience),
    "exceptions": lambda to, audience: to.exceptions(audience=audience),
    "paper": lambda to, audience: to.paper(audience=audience),
    "about": lambda to, audience: to.about(audience=audience),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_every_reading_use_case_is_asked_for_an_audience_and_the_public_one_is_refused_until_it_can_be_made(
    ask: Callable[[Services, Audience], object], services: Services
) -> None:
    assert ask(services, Audience.INTERNAL)
    with pytest.raises(NotAllowed, match="The public copy cannot be made yet"):
        ask(services, Audience.PUBLIC)


def test_the_first_record_is_the_bundled_council_and_now_is_as_it_stood_there(services: Services) -> None:
    (loaded,) = services.changes()
    assert (loaded.number, loaded.by, loaded.role, loaded.kind) == (
        1, "The explorer", "Administrator", "figures loaded")  # fmt: skip
    assert (services.position, services.head) == (1, loaded.hash)
    assert services.scorecard("Q2 2022-23", when="1").rows == services.scorecard("Q2 2022-23").rows
    assert services.moment("1").words == "As it stood at record 1 of 1, 22 November 2022"
    for nothing in ("0", "2", "-1", "1.0", "soon", "99999999999999"):
        with pytest.raises(UnknownChoice, match="There is no moment"):
            services.scorecard("Q2 2022-23", when=nothing)


# --- small bundles ------------------------------------------------------------------------------------------------


def half_in(figures: int) -> dict[str, bytes]:
    """Eight indicators: all in for Q1, ``figures`` of them for Q2."""
    codes = [f"A{n}" for n in range(1, 9)]
    rows = [figure(code, "Q1 2022-23", "50") for code in codes]
    rows += [figure(code, "Q2 2022-23", "50") for code in codes[:figures]]
    return small_bundle(indicators=[register(code) for code in codes], observations=rows)


@pytest.mark.parametrize(("figures", "opens"), [(3, Quarter(2022, 1)), (4, Q2), (8, Q2)])
def test_a_later_quarter_opens_only_with_half_of_its_figures_and_is_one_line_until_then(
    figures: int, opens: Quarter
) -> None:
    with over(half_in(figures)) as services:
        period = services.period()
        assert period.opens == opens
        assert [one.words for one in period.collecting] == (
            ["July to September 2022 is being collected: 3 of 8 figures in"] if opens < Q2 else []
        )


def test_of_what_is_due_a_figure_and_a_withheld_one_are_in_and_one_that_is_not_available_is_not() -> None:
    registered = [*(register(code) for code in ("A1", "A2", "A3")), register("A4", due="Q4")]
    cells = {"A1": "50", "A2": "c", "A3": "x", "A4": "50"}
    rows = [figure(code, "Q2 2022-23", cell) for code, cell in cells.items()]
    with over(small_bundle(indicators=registered, observations=rows)) as services:
        assert [(one.figures, one.due) for one in services.about().collected] == [(2, 3)]


def test_an_area_lists_the_indicators_that_the_register_assigns_to_it() -> None:
    files = small_bundle(indicators=[register("A1", areas="X Y"), register("A2", areas="Y")],
                         observations=[figure("A1", "Q2 2022-23", "50", area="Y")])  # fmt: skip
    files["areas.csv"] = csv_bytes([{"code": code, "name": code.lower()} for code in "XYZ"])
    with over(files) as services:
        assert services.areas() == {"X": "x", "Y": "y"}
        assert [row.display for row in services.scorecard("Q2 2022-23", "Y").rows] == ["50%", "not reported"]
        assert [row.display for row in services.scorecard("Q2 2022-23").rows] == ["not reported"]


def test_a_resolved_conflict_leaves_the_row_but_is_kept_with_its_reason() -> None:
    conflict = {"indicator": "A1", "quarter": "Q2 2022-23", "subject": "outturn", "value": "64", "source": "Form",
                "sentence": "They differ."}  # fmt: skip
    rows = [figure("A1", "Q2 2022-23", "79")]
    with over(small_bundle(observations=rows, conflicts=[conflict])) as services:
        assert services.scorecard("Q2 2022-23").row("A1").conflict.startswith("two figures: 79%, 64%")
    resolved = conflict | {"resolved_on": "2022-12-01", "resolution": "The form was wrong."}
    with over(small_bundle(observations=rows, conflicts=[resolved])) as services:
        assert services.scorecard("Q2 2022-23").row("A1").conflict == ""
        assert [c.resolution for c in services.indicator("A1").conflicts] == ["The form was wrong."]


def test_the_last_known_figure_is_found_however_long_the_figures_since_were_withheld() -> None:
    quarters = [Quarter(2019, 4) + n for n in range(1, 11)]
    rows = [figure("A1", "Q4 2019-20", "50"), *(figure("A1", q.text, "c") for q in quarters[:-1])]
    rows.append(figure("A1", quarters[-1].text, "60"))
    with over(small_bundle(observations=rows)) as services:
        assert "since Q4 2019-20" in services.scorecard(quarters[-1].text).row("A1").changes.quarter.text


def test_nothing_is_compared_across_a_break_however_long_ago_it_stands() -> None:
    """The break stands on a withheld figure, older than the quarters that a scorecard row carries."""
    quarters = [Quarter(2019, 4) + n for n in range(1, 11)]
    rows = [figure("A1", "Q4 2019-20", "50"), *(figure("A1", q.text, "c") for q in quarters[:-1])]
    rows[1] = rows[1] | {"series_break": "counted anew"}
    rows.append(figure("A1", quarters[-1].text, "60"))
    with over(small_bundle(observations=rows)) as services:
        change = services.scorecard(quarters[-1].text).row("A1").changes.quarter
    assert change.since_last_known is None
    assert "counted anew" in change.text
    assert "10 points" not in change.text


def test_without_any_figure_there_is_a_sentence_that_says_how_to_add_some() -> None:
    with (
        over(small_bundle()) as services,
        pytest.raises(StoreError, match=r"add them to data/observations\.csv and run: python -m kpi_core load"),
    ):
        services.scorecard()
