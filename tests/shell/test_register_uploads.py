"""Register and targets by CSV, published and withdrawn: what a scorecard then says of each quarter, past and to come."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import pytest

from kpi_core.errors import Changed, NotPublished, NotWithdrawn, UnknownIndicator
from kpi_core.intake import Decision, EntriesPreview, GivenFile, TargetDecision
from kpi_core.judging import Rating
from kpi_core.model import Upload
from kpi_core.shell.export.csv_file import render
from kpi_core.shell.services import Services
from kpi_core.shell.services.uploads import AnyPreview
from kpi_core.showing import Table
from kpi_core.showing.as_json import import_json, scorecard_json

from ..conftest import NOW, REPO, Cells, csv_bytes, figure, in_memory, register, shared_file, small_bundle
from ..mappings import mapping

DECIDED = TargetDecision("Cabinet", date(2022, 10, 27))
BY = Decision("A. Officer", "Agreed by the board.", confirmed=None, targets=DECIDED)
AIM = {"indicator": "A1", "from_quarter": "Q1 2022-23", "value": "88", "source": "Plan"}
FIGURES = (figure("A1", "Q1 2022-23", "80.0"), figure("A1", "Q2 2022-23", "90.0"))


@contextmanager
def council(
    *figures: Cells,
    indicators: Sequence[Cells] = (register("A1"),),
    targets: Sequence[Cells] = (AIM,),
    areas: Sequence[Cells] = ({"code": "X", "name": "Exampleshire"},),
    at: datetime = NOW,
) -> Iterator[Services]:
    """A council that holds, unless told otherwise, 80 and 90 of A1 against a target of 88."""
    tables = {"indicators": indicators, "observations": figures or FIGURES, "targets": targets, "areas": areas}
    services = in_memory(small_bundle(**{name: rows for name, rows in tables.items() if rows}), lambda: at)
    yield services
    services.close()


def shown(services: Services, *rows: Cells, name: str = "entries.csv") -> AnyPreview:
    return services.uploads.preview(GivenFile(csv_bytes(rows), name))


def publish(services: Services, *rows: Cells, decision: Decision = BY) -> Upload:
    return services.uploads.publish(shown(services, *rows), decision)


def aim(start: str, value: str, **cells: str) -> Cells:
    return AIM | {"from_quarter": start, "value": value} | cells


def rating(services: Services, when: str, code: str = "A1", first: bool = False) -> Rating:
    return services.scorecard(when, when="first" if first else "").row(code).rated.rating


def codes(found: AnyPreview) -> list[str]:
    return [one.code for one in found.findings]


# --- targets -------------------------------------------------------------------------------------------------------


def test_a_target_holds_from_its_quarter_on_and_leaves_the_quarters_before_as_they_were() -> None:
    with council() as services:
        upload = publish(
            services, aim("Q3 2022-23", "95", decided_by="Cabinet", decided_on="2022-10-27", origin="local")
        )
        assert (upload.kind, upload.counts, upload.reason, upload.revision_kind) == (
            "targets", (1, 0, 0, 0), "Agreed by the board.", "")  # fmt: skip
        assert [rating(services, f"Q{n} 2022-23") for n in (1, 2)] == [Rating.RED, Rating.GREEN]
        targets = services.indicator("A1", "Q3 2022-23").targets
        assert [(one.start.text, str(one.value)) for one in targets] == [("Q1 2022-23", "88"), ("Q3 2022-23", "95")]
        assert (targets[1].decided_by, targets[1].decided_on, targets[1].origin) == (
            "Cabinet",
            date(2022, 10, 27),
            "local",
        )


def test_the_next_quarters_figure_is_rated_by_the_new_target() -> None:
    with council(at=datetime(2023, 2, 1)) as services:
        publish(services, aim("Q3 2022-23", "95"))
        publish(services, {"indicator": "A1", "quarter": "Q3 2022-23", "value": "90.0"})
        assert (rating(services, "Q2 2022-23"), rating(services, "Q3 2022-23")) == (Rating.GREEN, Rating.RED)


def test_a_correction_turns_the_past_rating_and_as_first_recorded_still_shows_the_old_one() -> None:
    with council() as services:
        found = shown(services, aim("Q2 2022-23", "95", corrects="yes"))
        (warning,) = found.to_confirm
        with pytest.raises(NotPublished, match="one warning is not confirmed"):
            services.uploads.publish(found, Decision("A. Officer", "", confirmed=()))
        with pytest.raises(NotPublished, match="one warning is not confirmed"):
            services.uploads.publish(found, Decision("A. Officer", "", confirmed=("past-rating-corrected",)))
        upload = services.uploads.publish(found, Decision("A. Officer", "why", confirmed=(warning,), targets=DECIDED))
        assert (rating(services, "Q1 2022-23"), rating(services, "Q2 2022-23")) == (Rating.RED, Rating.RED)
        assert rating(services, "Q2 2022-23", first=True) is Rating.GREEN
        assert services.scorecard("Q2 2022-23").has_revisions
        services.uploads.withdraw(upload.id, "Wrong paper.", "A. Officer")
        assert rating(services, "Q2 2022-23") is Rating.GREEN
        assert not services.scorecard("Q2 2022-23").has_revisions


def test_a_correction_of_the_target_that_stands_is_a_revision_with_a_reason() -> None:
    with council() as services:
        found = shown(services, aim("Q1 2022-23", "75", corrects="yes"))
        assert found.needs_reason
        with pytest.raises(NotPublished, match="Give the reason"):
            services.uploads.publish(found, Decision("A. Officer", " ", confirmed=None))
        upload = services.uploads.publish(found, BY)
        assert (upload.revision_kind, upload.counts) == ("correction", (0, 0, 1, 0))
        assert rating(services, "Q1 2022-23") is Rating.GREEN
        assert rating(services, "Q1 2022-23", first=True) is Rating.RED


def test_without_the_correction_nothing_can_be_published_and_nothing_changes() -> None:
    with council() as services:
        found = shown(services, aim("Q2 2022-23", "95"))
        assert found.blocked
        with pytest.raises(NotPublished, match="1 problem blocks it"):
            services.uploads.publish(found, BY)
        assert services.uploads.history() == ()
        assert rating(services, "Q2 2022-23") is Rating.GREEN


def test_a_file_that_says_of_every_row_that_it_corrects_changes_the_past_only_where_it_does() -> None:
    with council(at=datetime(2023, 2, 1)) as services:
        publish(services, aim("Q3 2022-23", "95", corrects="yes"))
        publish(services, {"indicator": "A1", "quarter": "Q3 2022-23", "value": "90.0"})
        assert rating(services, "Q3 2022-23") is rating(services, "Q3 2022-23", first=True) is Rating.RED


def test_profiled_targets_hold_for_their_own_quarters_and_are_never_carried_on() -> None:
    with council(targets=(), at=datetime(2023, 8, 1)) as services:
        rows = [
            aim(f"Q{n} 2022-23", value, kind="profiled", corrects="yes")
            for n, value in enumerate(("70", "80", "90", "95"), 1)
        ]
        publish(services, *rows)
        publish(
            services, *({"indicator": "A1", "quarter": when, "value": "85.0"} for when in ("Q3 2022-23", "Q1 2023-24"))
        )
        found = [rating(services, f"Q{n} 2022-23") for n in (1, 2, 3)]
        assert found == [Rating.GREEN, Rating.GREEN, Rating.RED]
        after = services.scorecard("Q1 2023-24").row("A1")
        assert (after.target, after.rated.rating) == (None, Rating.NOT_RATED)
        assert after.rated.reason == "Not rated: no target known for this quarter."


def test_a_carried_over_target_is_said_until_it_is_confirmed_for_the_year() -> None:
    with council(figure("A1", "Q1 2023-24", "90.0"), at=datetime(2023, 8, 1)) as services:
        reason = services.scorecard("Q1 2023-24").row("A1").rated.reason
        assert "carried over from 2022-23, not yet confirmed" in reason
        found = shown(services, AIM | {"confirmed_through": "2023-24"})
        assert (codes(found), found.needs_reason) == ([], True)
        upload = services.uploads.publish(found, BY)
        assert upload.revision_kind == "scheduled"
        assert "carried over" not in services.scorecard("Q1 2023-24").row("A1").rated.reason
        services.uploads.withdraw(upload.id, "Not confirmed after all.", "A. Officer")
        assert "carried over from 2022-23" in services.scorecard("Q1 2023-24").row("A1").rated.reason


def test_bands_tolerances_and_levels_are_rated_by_once_they_are_published() -> None:
    indicators = [register("B1", polarity="band"), register("T1"), register("L1", polarity="low")]
    figures = [figure(code, "Q2 2022-23", value) for code, value in (("B1", "21.0"), ("T1", "84.0"), ("L1", "17.0"))]
    with council(*figures, indicators=indicators, targets=()) as services:
        publish(
            services,
            {"indicator": "B1", "from_quarter": "Q2 2022-23", "low": "10", "high": "20", "tolerance": "1", "tolerance_kind": "points", "corrects": "yes"},
            {"indicator": "T1", "from_quarter": "Q2 2022-23", "value": "88", "tolerance": "5", "tolerance_kind": "percent", "corrects": "yes"},
            {"indicator": "L1", "from_quarter": "Q2 2022-23", "intervention_level": "16", "corrects": "yes"},
        )  # fmt: skip
        card = services.scorecard("Q2 2022-23")
        assert [card.row(code).rated.rating for code in ("B1", "T1", "L1")] == [Rating.AMBER, Rating.AMBER, Rating.RED]
        assert card.row("L1").rated.intervention_passed
        rows = scorecard_json(card, card)["rows"]
        assert [(row["target"], row["tolerance"]) for row in rows] == [
            ("10% to 20%", "1 point"), ("88", "5% of the target"), (None, None)]  # fmt: skip


def test_withdrawing_a_target_brings_back_what_stood_and_it_may_be_published_again() -> None:
    with council() as services:
        first = publish(services, aim("Q3 2022-23", "95"))
        second = publish(services, aim("Q3 2022-23", "97"))
        assert [str(one.value) for one in services.indicator("A1", "Q3 2022-23").targets] == ["88", "97"]
        services.uploads.withdraw(first.id, "Superseded.", "A. Officer")
        assert [str(one.value) for one in services.indicator("A1", "Q3 2022-23").targets] == ["88", "97"]
        services.uploads.withdraw(second.id, "Wrong.", "A. Officer")
        assert [str(one.value) for one in services.indicator("A1", "Q3 2022-23").targets] == ["88"]
        again = publish(services, aim("Q3 2022-23", "95"))
        assert (again.id, again.counts) == (3, (1, 0, 0, 0))
        assert [one.withdrawn_reason for one in services.uploads.history()] == ["", "Wrong.", "Superseded."]


def test_a_target_published_meanwhile_by_somebody_else_stops_the_second_publication() -> None:
    with council() as services:
        found = shown(services, aim("Q3 2022-23", "95"))
        publish(services, aim("Q3 2022-23", "97"))
        with pytest.raises(Changed):
            services.uploads.publish(found, BY)
        assert len(services.uploads.history()) == 1


@pytest.mark.parametrize(
    ("cells", "reason", "decided", "told"),
    [
        ({"source": ""}, "", TargetDecision(), "Say who decided it, on what date or in which paper, and why."),
        ({"source": ""}, "Agreed.", TargetDecision("Cabinet"), "Say on what date or in which paper."),
        ({}, "", TargetDecision("Cabinet"), "Say why."),
        ({}, "Agreed.", TargetDecision(), "Say who decided it."),
    ],
    ids=["nothing is said", "neither day nor paper", "no reason", "nobody"],
)
def test_a_recorded_target_is_not_changed_unless_it_is_said_who_decided_it_when_and_why(
    cells: Cells, reason: str, decided: TargetDecision, told: str
) -> None:
    with council() as services:
        found = shown(services, aim("Q3 2022-23", "95") | cells)
        with pytest.raises(NotPublished) as refused:
            services.uploads.publish(found, Decision("A. Officer", reason, None, targets=decided))
        assert str(refused.value) == f"Nothing was published: a recorded target changes. {told}"
        assert (services.uploads.history(), services.position) == ((), 1)


def test_what_a_target_needs_is_asked_once_a_file_and_is_recorded_with_each_of_its_targets() -> None:
    decided = TargetDecision("Cabinet", paper="Minutes of 27 October", reason="Agreed with the schools.")
    with council() as services:
        rows = [aim(when, value, source="") for when, value in (("Q3 2022-23", "95"), ("Q1 2023-24", "97"))]
        services.uploads.publish(shown(services, *rows), Decision("A. Officer", "", None, targets=decided))
        new = services.indicator("A1", "Q3 2022-23").targets[1:]
        assert [(one.decided_by, one.source, one.reason) for one in new] == [
            ("Cabinet", "Minutes of 27 October", "Agreed with the schools.")] * 2  # fmt: skip


def test_a_first_target_needs_only_where_it_is_stated() -> None:
    with council(targets=()) as services:
        found = shown(services, aim("Q3 2022-23", "95", source=""))
        services.uploads.publish(found, Decision("A. Officer", "", None))
        (first,) = services.indicator("A1", "Q3 2022-23").targets
        assert first.source == "entries.csv"


# --- the register --------------------------------------------------------------------------------------------------


def listed(services: Services, when: str) -> list[str]:
    return [row.indicator.code for row in services.scorecard(when).rows]


def test_an_indicator_added_is_on_the_scorecards_from_its_first_quarter_on_and_counted_there_alone() -> None:
    with council(at=datetime(2023, 2, 1)) as services:
        before = services.scorecard("Q2 2022-23").summary
        publish(services, register("B1", first_quarter="Q3 2022-23"))
        assert (listed(services, "Q2 2022-23"), listed(services, "Q3 2022-23")) == (["A1"], ["A1", "B1"])
        assert services.scorecard("Q2 2022-23").summary == before
        assert services.scorecard("Q3 2022-23").summary.no_data == 2
        assert {one.quarter.text: one.due for one in services.about().collected} == {"Q1 2022-23": 1, "Q2 2022-23": 1}
        early = shown(services, {"indicator": "B1", "quarter": "Q2 2022-23", "value": "5.0"})
        assert "indicator-not-begun" in codes(early)
        publish(services, {"indicator": "B1", "quarter": "Q3 2022-23", "value": "50.0"})
        assert {one.quarter.text: one.due for one in services.about().collected}["Q3 2022-23"] == 2


def test_an_indicator_retired_is_gone_from_later_scorecards_and_its_own_page_still_opens() -> None:
    with council(indicators=[register("A1"), register("B1")], at=datetime(2023, 2, 1)) as services:
        found = shown(services, register("A1", final_quarter="Q2 2022-23"))
        assert codes(found) == ["held-entry-changes"]
        upload = services.uploads.publish(found, BY)
        assert (listed(services, "Q2 2022-23"), listed(services, "Q3 2022-23")) == (["A1", "B1"], ["B1"])
        view = services.indicator("A1", "Q3 2022-23")
        assert [one.observation.quarter.text for one in view.series] == ["Q1 2022-23", "Q2 2022-23"]
        later = shown(services, {"indicator": "A1", "quarter": "Q3 2022-23", "value": "91.0"})
        (ended,) = (one for one in later.findings if one.code == "indicator-ended")
        assert (ended.row, ended.blocks, "ended in September 2022" in ended.message) == (2, True, True)
        assert [one.code for one in services.about().register] == ["A1", "B1"]
        services.uploads.withdraw(upload.id, "It goes on.", "A. Officer")
        assert listed(services, "Q3 2022-23") == ["A1", "B1"]


def test_another_polarity_holds_from_its_quarter_on_and_leaves_the_past_ratings_as_they_were() -> None:
    with council(at=datetime(2023, 2, 1)) as services:
        publish(services, register("A1", polarity="low", from_quarter="Q3 2022-23"))
        publish(services, {"indicator": "A1", "quarter": "Q3 2022-23", "value": "90.0"})
        found = [rating(services, f"Q{n} 2022-23") for n in (1, 2, 3)]
        assert found == [Rating.RED, Rating.GREEN, Rating.RED]
        starts = [(one.start and one.start.text, one.polarity.value) for one in services.indicator("A1").entries]
        assert starts == [(None, "high"), ("Q3 2022-23", "low")]


def test_a_polarity_put_right_turns_the_past_ratings_and_its_withdrawal_turns_them_back() -> None:
    with council() as services:
        upload = publish(services, register("A1", polarity="low") | {"corrects": "yes"})
        assert (rating(services, "Q1 2022-23"), rating(services, "Q2 2022-23")) == (Rating.GREEN, Rating.RED)
        services.uploads.withdraw(upload.id, "High was right.", "A. Officer")
        assert (rating(services, "Q1 2022-23"), rating(services, "Q2 2022-23")) == (Rating.RED, Rating.GREEN)


def test_an_indicator_may_be_listed_on_another_areas_scorecard_and_taken_off_by_withdrawal() -> None:
    areas = [{"code": "X", "name": "Exampleshire"}, {"code": "N", "name": "North"}]
    with council(areas=areas) as services:
        assert services.areas() == {"X": "Exampleshire"}
        upload = publish(services, register("A1", areas="X N"))
        assert services.areas() == {"X": "Exampleshire", "N": "North"}
        assert [row.indicator.code for row in services.scorecard("Q2 2022-23", "N").rows] == ["A1"]
        services.uploads.withdraw(upload.id, "Not theirs.", "A. Officer")
        assert services.areas() == {"X": "Exampleshire"}


def test_an_indicator_that_figures_or_targets_hang_on_is_not_withdrawn_from_under_them() -> None:
    with council() as services:
        added = publish(services, register("B1"))
        target = publish(services, aim("Q3 2022-23", "95", indicator="B1"))
        figures = publish(services, {"indicator": "B1", "quarter": "Q2 2022-23", "value": "50.0"})
        with pytest.raises(NotWithdrawn, match="it added “Measure B1”, which figures of upload 3 need"):
            services.uploads.withdraw(added.id, "Wrong.", "A. Officer")
        services.uploads.withdraw(figures.id, "Wrong.", "A. Officer")
        with pytest.raises(NotWithdrawn, match="which targets of upload 2 need"):
            services.uploads.withdraw(added.id, "Wrong.", "A. Officer")
        services.uploads.withdraw(target.id, "Wrong.", "A. Officer")
        services.uploads.withdraw(added.id, "Wrong.", "A. Officer")
        with pytest.raises(UnknownIndicator):
            services.indicator("B1")


# --- the files that are downloaded -----------------------------------------------------------------------------------


def uploaded(services: Services, table: Table, name: str) -> EntriesPreview:
    found = services.uploads.preview(GivenFile(render(table), name))
    assert isinstance(found, EntriesPreview)
    return found


def assert_wholly_the_same(services: Services) -> None:
    for table, kind in zip(services.register(), ("register", "targets"), strict=True):
        found = uploaded(services, table, f"{kind}.csv")
        assert (found.kind, found.findings, found.assigned) == (kind, (), ())
        assert found.counts == (0, 0, 0, len(table.rows))
        assert (found.indicators, found.targets, found.needs_reason) == ((), (), False)


def test_the_councils_own_register_and_targets_upload_again_as_wholly_the_same(services: Services) -> None:
    assert_wholly_the_same(services)


def test_every_kind_of_entry_uploads_again_as_wholly_the_same() -> None:
    areas = [{"code": "X", "name": "Exampleshire"}, {"code": "N", "name": "North"}]
    indicators = [
        register("A1", definition="-5 points, or more", statutory_note="=1+1", seasonal="yes", smallest_change="0.50", due="Q2 Q4"),
        register("B1", polarity="band", unit="rate_per_10000", areas="X N", may_pass_100="yes", first_quarter="Q1 2020-21",
                 final_quarter="Q4 2029-30", name="Commas, “quotes” and \"quotes\""),
        register("D1", unit="days", polarity="neither", basis="rolling_12_months", areas="N", owner="@head"),
    ]  # fmt: skip
    targets = [
        AIM | {"tolerance": "2.50", "tolerance_kind": "points", "intervention_level": "70", "basis": "quarter", "origin": "national",
               "decided_by": "Board", "decided_on": "2022-04-01", "reason": "+ 5", "confirmed_through": "2023-24"},
        {"indicator": "B1", "area": "N", "from_quarter": "Q1 2022-23", "low": "10", "high": "20.5", "kind": "profiled", "source": "Plan"},
        {"indicator": "D1", "area": "N", "from_quarter": "Q1 2022-23", "intervention_level": "9", "source": "Plan"},
    ]  # fmt: skip
    with council(indicators=indicators, targets=targets, areas=areas) as services:
        assert_wholly_the_same(services)


def test_after_corrections_and_other_areas_the_downloads_still_upload_as_wholly_the_same() -> None:
    with council(at=datetime(2026, 6, 1)) as services:
        publish(services, aim("Q2 2022-23", "95", corrects="yes"), aim("Q3 2022-23", "60", source="", corrects="yes"))
        publish(services, register("A1", name="Plans in time"), register("B1"))
        content = shared_file("real-data", "lgbf-quarterly", "Indicator Data - Real - Quarterly.csv").read_bytes()
        services.uploads.publish(
            services.uploads.preview(GivenFile(content, "lgbf.csv", mapping("lgbf-quarterly"))), BY
        )
        assert "Perth & Kinross" in str(services.register()[0].rows)
        assert_wholly_the_same(services)


def test_the_councils_own_data_files_upload_as_wholly_the_same(services: Services) -> None:
    for name in ("indicators.csv", "targets.csv"):
        content = Path(REPO, "data", name).read_bytes()
        found = services.uploads.preview(GivenFile(content, name))
        rows = len(list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")))))
        assert (found.findings, found.counts) == ((), (0, 0, 0, rows))


def test_one_cell_changed_in_a_download_is_the_one_change_it_makes(services: Services) -> None:
    _, targets = services.register()
    rows = list(csv.DictReader(io.StringIO(render(targets).decode("utf-8-sig"))))
    (one,) = (row for row in rows if row["indicator"] == "FD01")
    assert (one["from_quarter"], one["kind"], one["value"]) == ("Q2 2022-23", "standing", "88")
    one["value"] = "83.5"
    found = services.uploads.preview(GivenFile(csv_bytes(rows), "targets.csv"))
    assert (found.counts[2:], codes(found)) == ((1, 6), ["past-rating-would-change"])
    assert "from Red to Green" in found.findings[0].message


# --- as a program is told it ---------------------------------------------------------------------------------------


def test_a_targets_file_gives_the_same_document_as_a_file_of_figures() -> None:
    with council() as services:
        found = shown(services, aim("Q2 2022-23", "95", corrects="yes"), aim("Q3 2022-23", "92"))
        document = import_json(found, services.uploads.publish(found, BY))
        assert (document["holds"], document["quarter"], document["published"], document["upload_id"]) == (
            "targets", None, True, 1)  # fmt: skip
        assert (document["missing"], document["reconciliation"]) == ([], [])
        first, second = document["changes"]
        assert first == {
            "code": "A1", "area": "X", "quarter": "Q2 2022-23", "kind": "new", "from": "88%", "to": "95%", "rating_from": None,
            "rating_to": None,
            "turned": [{"area": "X", "quarter": "Q2 2022-23", "rating_from": "Green", "rating_to": "Red"}],
        }  # fmt: skip
        assert second["turned"] == []
