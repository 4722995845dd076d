"""What is saved as one types: kept safe, no event, seen by its writer alone, and a version once the sitting ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kpi_core.access import Actor
from kpi_core.model import ExceptionReport
from kpi_core.reports import ChangedMeanwhile
from kpi_core.shell.services import Services
from kpi_core.shell.storage.typed import IDLE

from ..conftest import figure, register, small_bundle, write_files
from .reporting import Clock

Q2 = "Q2 2022-23"
ANN, BOB = Actor("Ann Author", "Report author"), Actor("Bob Author", "Report author")


@pytest.fixture
def services(tmp_path: Path, clock: Clock) -> Iterator[Services]:
    opened = open_at(tmp_path, clock)
    opened.reports.start("A1", Q2, ANN)
    yield opened
    opened.close()


def open_at(folder: Path, clock: Clock) -> Services:
    if not (folder / "data").exists():
        tables = {
            "indicators": [register("A1")],
            "targets": [{"indicator": "A1", "from_quarter": Q2, "value": "90", "source": "Plan"}],
            "observations": [figure("A1", Q2, "70")],
        }
        write_files(folder / "data", small_bundle(**tables))
    return Services.open(folder / "kpi.duckdb", folder / "data", clock)


def typed(services: Services, words: str, actor: Actor = ANN, field: str = "reason_line") -> ExceptionReport:
    shown = services.reports.one("A1", Q2, actor=actor).report
    assert shown is not None
    return services.reports.type_(replace(shown, **{field: words}), shown, actor)


def seen(services: Services, actor: Actor | None = None) -> tuple[int, str, str]:
    report = services.reports.one("A1", Q2, actor=actor).report
    assert report is not None
    return report.version, report.reason_line, report.completed_by


def test_what_is_typed_moves_no_position_and_is_seen_by_its_writer_alone(services: Services) -> None:
    before = services.position
    typed(services, "Staff left")
    typed(services, "Staff left in June.")
    assert services.position == before
    assert seen(services, ANN) == (1, "Staff left in June.", "")
    assert seen(services, BOB) == seen(services) == (1, "", "")
    assert services.reports.one("A1", Q2, actor=Actor("ann AUTHOR", "Service Unit Head")).report is not None
    assert seen(services, Actor("ann  AUTHOR", "Report author")) == (1, "Staff left in June.", "")


def test_the_last_text_of_a_sitting_is_one_version(services: Services) -> None:
    for words in ("S", "St", "Staff left."):
        typed(services, words)
    before = services.position
    settled = services.reports.settle("A1", Q2, ANN)
    assert settled is not None
    assert (settled.version, settled.reason_line, settled.saved_by) == (2, "Staff left.", "Ann Author")
    assert services.position == before + 1
    assert services.reports.settle("A1", Q2, ANN) is None
    assert seen(services) == (2, "Staff left.", "")


def test_it_outlives_the_program_and_is_a_version_at_the_next_start(
    services: Services, tmp_path: Path, clock: Clock
) -> None:
    typed(services, "Staff left.")
    services.close()
    again = open_at(tmp_path, clock)
    assert seen(again) == (2, "Staff left.", "")
    assert again.verify().problems == ()
    again.close()


def test_it_outlives_a_lost_database(services: Services, tmp_path: Path, clock: Clock) -> None:
    typed(services, "Staff left.")
    services.close()
    (tmp_path / "kpi.duckdb").unlink()
    again = open_at(tmp_path, clock)
    assert seen(again) == (2, "Staff left.", "")
    again.close()


def test_a_sitting_in_which_nothing_is_typed_any_more_ends_by_itself(services: Services, clock: Clock) -> None:
    typed(services, "Staff left.")
    services.reports.settle_ended()
    assert seen(services)[0] == 1
    clock.now += IDLE + timedelta(seconds=1)
    services.reports.settle_ended()
    assert seen(services) == (2, "Staff left.", "")


def test_two_who_type_in_other_fields_both_keep_their_words(services: Services) -> None:
    typed(services, "Staff left.")
    typed(services, "Team manager", BOB, "completed_by")
    services.reports.settle("A1", Q2, ANN)
    services.reports.settle("A1", Q2, BOB)
    assert seen(services) == (3, "Staff left.", "Team manager")


def test_two_who_type_in_one_field_the_second_is_told_and_loses_nothing(services: Services) -> None:
    typed(services, "Staff left.")
    typed(services, "Demand rose.", BOB)
    services.reports.settle("A1", Q2, ANN)
    with pytest.raises(ChangedMeanwhile):
        services.reports.settle("A1", Q2, BOB)
    assert seen(services) == (2, "Staff left.", "")
    assert seen(services, BOB)[1] == "Demand rose."


def test_nobody_submits_what_another_types_unseen(services: Services) -> None:
    typed(services, "Staff left.", BOB)
    with pytest.raises(ChangedMeanwhile):
        services.reports.submit("A1", Q2, 1, ANN)
    assert seen(services) == (2, "Staff left.", "")


def test_a_text_of_which_nothing_changed_makes_no_version(services: Services) -> None:
    typed(services, "")
    settled = services.reports.settle("A1", Q2, ANN)
    assert settled is not None
    assert settled.version == 1


def test_one_person_in_two_windows_keeps_what_was_typed_in_both(services: Services) -> None:
    shown = services.reports.one("A1", Q2, actor=ANN).report
    assert shown is not None
    services.reports.type_(replace(shown, reason_line="Staff left."), shown, ANN)
    services.reports.type_(replace(shown, completed_by="Team manager"), shown, ANN)
    assert seen(services, ANN) == (1, "Staff left.", "Team manager")
    with pytest.raises(ChangedMeanwhile):
        services.reports.type_(replace(shown, reason_line="Demand rose."), shown, ANN)
    assert seen(services, ANN) == (1, "Staff left.", "Team manager")


def test_who_types_on_after_a_pause_in_which_it_became_a_version_types_upon_that(
    services: Services, clock: Clock
) -> None:
    first = typed(services, "Staff")
    clock.now += IDLE + timedelta(seconds=1)
    services.reports.settle_ended()
    services.reports.type_(replace(first, reason_line="Staff left."), first, ANN)
    settled = services.reports.settle("A1", Q2, ANN)
    assert settled is not None
    assert (settled.version, settled.reason_line) == (3, "Staff left.")


def test_a_form_that_is_read_in_ends_the_sitting_first(services: Services) -> None:
    shown = typed(services, "Staff left.")
    read_in = services.reports.take_in(replace(shown, reason_line="From the form."), "form.docx", ANN)
    assert (read_in.version, seen(services, ANN)[1]) == (3, "From the form.")


def test_who_gives_up_what_they_typed_goes_on_from_what_stands(services: Services) -> None:
    typed(services, "Staff left.")
    services.reports.give_up("A1", Q2, ANN)
    assert seen(services, ANN) == (1, "", "")
    assert services.reports.settle("A1", Q2, ANN) is None
