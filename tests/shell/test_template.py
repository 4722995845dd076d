"""The template of an upload: which rows it has, what stands beside them, and that it reads back clean once it is filled."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import pytest

from kpi_core.errors import PeriodError, UnknownChoice
from kpi_core.events import Kind
from kpi_core.intake import TEMPLATE_COLUMNS, GivenFile, Preview, Severity
from kpi_core.model import ChangeKind, Listing, Unit
from kpi_core.shell.export.csv_file import render
from kpi_core.shell.services import Services
from kpi_core.shell.storage import Made
from kpi_core.shell.storage.ledger import THE_EXPLORER
from kpi_core.showing import Table

from ..conftest import Cells, csv_bytes, figure, in_memory, indicator, register, small_bundle

LATER = datetime(2023, 8, 1)


@contextmanager
def council(
    indicators: Sequence[Cells], *figures: Cells, targets: Sequence[Cells] = (), areas: Sequence[Cells] = ()
) -> Iterator[Services]:
    tables = {"indicators": indicators, "observations": figures, "targets": targets, "areas": areas}
    services = in_memory(small_bundle(**{name: rows for name, rows in tables.items() if rows}), lambda: LATER)
    yield services
    services.close()


def rows_of(table: Table) -> list[dict[str, str]]:
    """The rows as a spreadsheet that opens the file has them."""
    return list(csv.DictReader(io.StringIO(render(table).decode("utf-8-sig"))))


def filled(services: Services, table: Table, values: dict[str, str], **cells: str) -> Preview:
    """The template with a value for each indicator, given back."""
    rows = [row | {"value": values[row["indicator"]]} | cells for row in rows_of(table)]
    found = services.uploads.preview(GivenFile(csv_bytes(rows), "filled.csv"))
    assert isinstance(found, Preview)
    return found


def troubles(found: Preview) -> list[str]:
    return [one.message for one in found.findings if one.severity is not Severity.NOTE]


def aim(code: str, value: str = "", when: str = "Q1 2022-23", **cells: str) -> Cells:
    return {"indicator": code, "from_quarter": when, "value": value, "source": "Plan"} | cells


def test_a_template_is_its_headings_and_rows_alone_with_a_byte_order_mark() -> None:
    with council([register("A1")], figure("A1", "Q2 2022-23", "80.0")) as services:
        content = render(services.template("Q3 2022-23"))
        assert content.startswith("\ufeffindicator,name,unit,quarter,value,".encode())
        assert len(content.decode("utf-8-sig").splitlines()) == 2
        assert tuple(rows_of(services.template("Q3 2022-23"))[0]) == TEMPLATE_COLUMNS


def test_the_template_is_of_the_quarter_after_the_one_that_opens_unless_another_is_named() -> None:
    with council([register("A1")], figure("A1", "Q4 2022-23", "80.0")) as services:
        assert [row["quarter"] for row in rows_of(services.template())] == ["Q1 2023-24"]
        assert [row["quarter"] for row in rows_of(services.template("2022/23 Q2"))] == ["Q2 2022-23"]


def test_the_rows_are_the_indicators_due_and_in_force_in_the_registers_order() -> None:
    indicators = [
        register("Z1"), register("A1", due="Q2 Q4"), register("ENDED", final_quarter="Q2 2022-23"),
        register("LATER", first_quarter="Q1 2023-24"), register("OTHER", areas="N"),
    ]  # fmt: skip
    areas = [{"code": "X", "name": "Exampleshire"}, {"code": "N", "name": "North"}]
    with council(indicators, figure("Z1", "Q2 2022-23", "80.0"), areas=areas) as services:
        listed = {when: [row["indicator"] for row in rows_of(services.template(when))] for when in (
            "Q2 2022-23", "Q3 2022-23", "Q4 2022-23", "Q2 2023-24")}  # fmt: skip
        assert listed == {
            "Q2 2022-23": ["Z1", "A1", "ENDED"], "Q3 2022-23": ["Z1"], "Q4 2022-23": ["Z1", "A1"],
            "Q2 2023-24": ["Z1", "A1", "LATER"]}  # fmt: skip
        assert [row["indicator"] for row in rows_of(services.template("Q3 2022-23", "N"))] == ["OTHER"]


def test_what_is_held_stands_beside_the_row_for_reference() -> None:
    indicators = [
        register("A1"),
        register("B1", polarity="band"),
        register("N1", unit="number", decimals="0"),
        register("L1"),
    ]
    figures = [
        figure("A1", "Q2 2022-23", "83.5", status="provisional"), figure("N1", "Q2 2022-23", "12000"), figure("L1", "Q2 2022-23", "c"),
        figure("L1", "Q1 2022-23", "70"),
    ]  # fmt: skip
    targets = [
        aim("A1", "88"), aim("A1", "90", "Q3 2022-23"), aim("B1", low="10", high="20.5"), aim("N1", "12500"),
        aim("L1", intervention_level="60"),
    ]  # fmt: skip
    with council(indicators, *figures, targets=targets) as services:
        found = {
            row["indicator"]: (row["target"], row["last_quarter"]) for row in rows_of(services.template("Q3 2022-23"))
        }
        assert found == {
            "A1": ("90%", "83.5% [p]"),
            "B1": ("10% to 20.5%", ""),
            "N1": ("12,500", "12,000"),
            "L1": ("", ""),
        }
        empty = ("value", "numerator", "denominator", "status", "comment")
        assert {row[name] for row in rows_of(services.template("Q3 2022-23")) for name in empty} == {""}


UNITS = {Unit.PERCENT: "50.0", Unit.NUMBER: "1200", Unit.RATE_PER_10000: "54.5", Unit.DAYS: "12.5", Unit.WEEKS: "20.0",
         Unit.POUNDS: "20000", Unit.RATIO: "1.5"}  # fmt: skip


def test_a_filled_template_reads_back_clean_whatever_the_unit_and_the_target() -> None:
    whole = {Unit.NUMBER, Unit.POUNDS}
    indicators = [
        register(unit.value.upper(), unit=unit.value, decimals="0" if unit in whole else "1") for unit in Unit
    ]
    indicators += [register("BAND", polarity="band"), register("LEVEL"), register("NONE", polarity="neither")]
    targets = [aim(unit.value.upper(), value) for unit, value in UNITS.items()]
    targets += [aim("BAND", low="10", high="60"), aim("LEVEL", intervention_level="40")]
    figures = [figure(unit.value.upper(), "Q2 2022-23", value) for unit, value in UNITS.items()]
    figures += [figure(code, "Q2 2022-23", "50.0") for code in ("BAND", "LEVEL", "NONE")]
    values = {row["indicator"]: row["value"] for row in figures}
    with council(indicators, *figures, targets=targets) as services:
        found = filled(services, services.template("Q3 2022-23"), values)
        assert troubles(found) == []
        assert {one.observation.indicator: f"{one.observation.value:f}" for one in found.changes} == values
        assert {one.kind for one in found.changes} == {ChangeKind.NEW}
        assert found.missing == ()
        again = filled(services, services.template("Q2 2022-23"), values)
        assert {one.kind for one in again.changes} == {ChangeKind.SAME}


def test_a_template_of_the_councils_own_figures_reads_back_clean(services: Services) -> None:
    table = services.template("Q2 2022-23")
    held = {row.indicator.code: row for row in services.scorecard("Q2 2022-23").rows}
    rows = [
        row | {"value": f"{held[row['indicator']].observation.value:f}", "status": "provisional" if row["indicator"] == "ED07" else ""}
        for row in rows_of(table)
    ]  # type: ignore[union-attr]  # fmt: skip
    found = services.uploads.preview(GivenFile(csv_bytes(rows), "filled.csv"))
    assert {one.kind for one in found.changes} == {ChangeKind.SAME}
    assert {one.code for one in found.findings if one.severity is Severity.WARN} <= {"no-exception-narrative"}
    assert not found.blocked


@pytest.mark.parametrize(
    "name",
    [
        "=SUM(A1)",
        "-5 points or more",
        "+1 service",
        "@home",
        'Plans, "on time"',
        "Children’s plans",
        "Café £ – plans",
        "'quoted'",
    ],
)
def test_a_name_that_a_spreadsheet_would_run_is_made_harmless_and_still_reads_back(name: str) -> None:
    with council([register("A1", name=name)], figure("A1", "Q2 2022-23", "80.0")) as services:
        table = services.template("Q3 2022-23")
        (row,) = rows_of(table)
        assert not row["name"].startswith(("=", "+", "-", "@"))
        assert troubles(filled(services, table, {"A1": "81.0"})) == []


def test_a_code_that_a_spreadsheet_would_run_recorded_before_codes_were_guarded_still_reads_back() -> None:
    with council([register("A1")], figure("A1", "Q2 2022-23", "80.0")) as services:
        former = Made((indicator(code="-A1"), Listing("X", "-A1")))
        services._ledger.act(THE_EXPLORER, Kind.LOADED, lambda: former)
        found = filled(services, services.template("Q3 2022-23"), {"A1": "81.0", "'-A1": "81.0"})
        assert (troubles(found), [one.observation.indicator for one in found.changes], found.missing) == (
            [],
            ["A1", "-A1"],
            (),
        )


def test_an_empty_template_is_asked_for_its_values_row_by_row() -> None:
    with council([register("A1"), register("A2")], figure("A1", "Q2 2022-23", "80.0")) as services:
        found = services.uploads.preview(GivenFile(render(services.template("Q3 2022-23")), "template.csv"))
        assert [(one.code, one.row) for one in found.findings if one.blocks] == [
            ("value-missing", 2),
            ("value-missing", 3),
        ]
        assert found.blocked


def test_a_target_changed_in_the_template_is_warned_and_never_loaded() -> None:
    with council([register("A1")], figure("A1", "Q2 2022-23", "90.0"), targets=[aim("A1", "88")]) as services:
        found = filled(services, services.template("Q3 2022-23"), {"A1": "91.0"}, target="80%")
        assert troubles(found) == [
            "Row 2: the target is 80%. The agreed target is 88%. The target in the file is not loaded."
        ]


@pytest.mark.parametrize("when", ["Q1 1950-51", "Q4 2198-99"])
def test_a_quarter_beyond_the_registers_reach_gives_the_rows_in_force_then(when: str) -> None:
    indicators = [register("A1"), register("B1", first_quarter="Q1 2020-21", final_quarter="Q4 2029-30")]
    with council(indicators, figure("A1", "Q2 2022-23", "80.0")) as services:
        rows = rows_of(services.template(when))
        assert [(row["indicator"], row["quarter"], row["last_quarter"]) for row in rows] == [("A1", when, "")]


def test_a_quarter_in_which_nothing_is_in_force_gives_the_headings_alone() -> None:
    with council([register("A1", first_quarter="Q1 2022-23")], figure("A1", "Q2 2022-23", "80.0")) as services:
        table = services.template("Q1 2000-01")
        assert (table.headings, table.rows) == (TEMPLATE_COLUMNS, ())


def test_a_quarter_or_an_area_that_is_none_is_refused() -> None:
    with council([register("A1")], figure("A1", "Q2 2022-23", "80.0")) as services:
        with pytest.raises(PeriodError, match="calendar or financial"):
            services.template("Q2 2022")
        with pytest.raises(PeriodError, match="out of reach"):
            services.template("Q2 3022-23")
        with pytest.raises(UnknownChoice, match="no area “Leeds”"):
            services.template("Q2 2022-23", "Leeds")
