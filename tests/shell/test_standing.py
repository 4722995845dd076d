"""What is read once is kept for everybody: another's act costs a reader its own rows, and nothing is read anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kpi_core.access import Actor
from kpi_core.shell.services import Services
from kpi_core.shell.storage import Reading

from .ledgers import given, row
from .uploading import Q1, Q2, open_at, publish

ANN = Actor("Ann Author", "Report author")


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = open_at(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that is run from now on."""
    run: list[str] = []
    rows = Reading.rows

    def told(self: Reading, sql: str, values: Any = ()) -> list[tuple[Any, ...]]:
        run.append(sql)
        return rows(self, sql, values)

    monkeypatch.setattr(Reading, "rows", told)
    return run


def test_an_area_is_read_in_a_handful_of_statements_and_once(services: Services, statements: list[str]) -> None:
    services.forget()
    services.scorecard(Q1)
    assert len(statements) <= 4
    statements.clear()
    for quarter in (Q1, Q2):
        services.scorecard(quarter)
        services.exceptions(quarter)
        services.indicator("A1", quarter)
        services.what_if(["target:A1=60"], quarter)
        services.period()
    services.scorecard(Q1, when="first")
    assert statements == []


def test_after_anothers_act_nothing_is_read_anew_and_what_it_gave_is_there(
    services: Services, statements: list[str]
) -> None:
    services.scorecard(Q2)
    publish(services, given(row("A1", "71")))
    services.reports.start("A1", Q2, ANN)
    services.reports.mark_concern("A2", Q2, "It may last.", ANN)
    statements.clear()
    card = services.scorecard(Q2)
    assert card.row("A1").display == "71%"
    assert [one.indicator for one in card.concerns] == ["A2"]
    assert services.reports.one("A1", Q2).version == 1
    assert statements == []


def test_what_the_events_make_of_a_standing_is_what_the_database_gives(services: Services) -> None:
    services.scorecard(Q2)
    upload = publish(services, given(row("A1", "71"), row("A2", "61", Q1)))
    publish(services, given(row("A1", "72"), row("A3", "5", area="Y"), name="second.csv"))
    services.reports.start("A1", Q2, ANN)
    services.uploads.withdraw(upload.id, "Wrong.", "Ann")
    grown = [services.scorecard(quarter, area) for quarter in (Q1, Q2) for area in ("X", "Y")]
    services.forget()
    assert [services.scorecard(quarter, area) for quarter in (Q1, Q2) for area in ("X", "Y")] == grown
