"""A database of the first version comes up to date with nothing lost; an upgrade that fails leaves it as it was."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from kpi_core.access import Actor
from kpi_core.bundle import actions_in
from kpi_core.model import ACTIONS_HEADING, REPORT_SECTIONS, Absence, Action, ExceptionReport, ReportState
from kpi_core.periods import quarter
from kpi_core.shell import store as store_module
from kpi_core.shell.database import DATA, rebuild
from kpi_core.shell.services import Services
from kpi_core.shell.store import Store

from ..conftest import NOW, fixed_clock, write_files
from .test_publishing import Q1, Q2, all_held, council, events, given, publish, row, shows, stands

MIGRATIONS = Path(store_module.__file__).parent / "migrations"
FIRST = """
insert into migration values (1, '0001_first.sql', timestamp '2022-11-01 09:00:00');
insert into setting values ('council', 'Example Council'), ('home_area', 'X'), ('made_up', 'no');
insert into loaded_file values (1, 'observations.csv', repeat('0', 64), timestamp '2022-11-01 09:00:00');
insert into area values ('X', 'Exampleshire'), ('Y', 'Otherton');
insert into indicator
select code, place, 'Measure ' || code, 'Care', 'percent', 0, 'high', 'not_stated', 'Owner', 'Definition', 'n', 'd', false, '1234',
       false, '', '2', 'Note'
from (values ('A1', 0), ('A2', 1), ('A3', 2)) as one(code, place);
insert into indicator_area select indicator.code, area.code from indicator, area;
insert into target values
    ('A1', 'X', date '2022-04-01', false, '75', null, null, '2', 'points', '60', null, 'local', 'Board', 'why', 'Plan', '2022-23');
insert into observation values
    ('A1', 'X', date '2022-04-01', 0, '70.0', null, false, 7, 10, '', '', '', 'a note', 'Report', 1),
    ('A1', 'X', date '2022-07-01', 0, '71', null, true, null, null, 'new system', '', '', '', 'Report', 1),
    ('A1', 'X', date '2022-07-01', 1, '73', null, false, null, null, 'new system', '', 'late returns', '', 'Report', 1),
    ('A1', 'X', date '2022-07-01', 2, '74', null, false, null, null, 'new system', '', 'counted again', '', 'Report', 1),
    ('A2', 'X', date '2022-07-01', 0, null, 'c', false, null, null, '', 'one off', '', '', 'Report', 1),
    ('A2', 'X', date '2022-07-01', 1, '60', null, false, null, null, '', '', 'no longer small', '', 'Report', 1),
    ('A3', 'Y', date '2022-07-01', 0, null, 'z', false, null, null, '', '', '', '', 'Report', 1);
insert into benchmark values ('A1', 'England', date '2022-03-31', 'year ending March 2022', '80', null, 'Statistics');
insert into conflict values (0, 'A1', 'X', date '2022-07-01', 'outturn', '64', 'Other paper', 'Two figures.', null, '');
insert into exception_report values
    ('A1', 'X', date '2022-07-01', 'approved', 'Staff left.', 'What', '74', '75', 'Ann', 'Bob', date '2022-10-27', 'Report');
insert into exception_section values ('A1', 'X', date '2022-07-01', 0, 'Reason for level of performance', 'Staff left.');
"""
ROWS = {"setting": 3, "loaded_file": 1, "area": 2, "indicator": 3, "indicator_area": 6, "target": 1, "observation": 7, "benchmark": 1,
        "conflict": 1, "exception_report": 1, "exception_section": 1, "migration": 1}  # fmt: skip
NOW_CALLED = {"exception_report": "report", "exception_section": "report_section"}
STEPS = [int(file.name[:4]) for file in sorted(MIGRATIONS.glob("[0-9]*.sql"))]


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A database as the first version made and filled it."""
    path = tmp_path / "kpi.duckdb"
    (script,) = MIGRATIONS.glob("0001_*.sql")
    with duckdb.connect(str(path)) as made:
        made.execute("create table migration (version integer primary key, name varchar, applied_at timestamp)")
        made.execute(script.read_text(encoding="utf-8"))
        made.execute(FIRST)
    write_files(tmp_path / "data", council())
    return path


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(path), read_only=True) as held:
        tables = [
            name for (name,) in held.execute("select table_name from information_schema.tables order by 1").fetchall()
        ]
        return {name: held.execute(f"select * from {name} order by all").fetchall() for name in tables}


def opened(path: Path) -> Services:
    return Services.open(path, path.parent / "data", fixed_clock)


def test_nothing_is_lost_by_the_upgrade(first: Path) -> None:
    opened(first).close()
    held = rows(first)
    assert {name: len(held[NOW_CALLED.get(name, name)]) for name in ROWS if name != "migration"} == {
        name: count for name, count in ROWS.items() if name != "migration"
    }
    assert [version for version, *_ in held["migration"]] == STEPS
    assert not [name for name in held if name.endswith(("_1", "_2"))]
    assert not ROWS.keys() & NOW_CALLED.keys() & held.keys()
    assert (held["upload"], held["audit"]) == ([], [])
    with Store.open(first, NOW).read() as reading:
        (one,) = reading.held("X", quarter(Q2), code="A1")
    assert one.indicator.owner == "Owner"
    assert str(one.indicator.smallest_change) == "2"
    (target,) = one.targets
    assert (str(target.value), str(target.tolerance), str(target.intervention_level)) == ("75", "2", "60")
    assert (target.decided_by, target.confirmed_through, target.corrects) == ("Board", "2022-23", False)
    assert len(one.conflicts) == 1
    assert one.report is not None
    assert one.report.sections == (("Reason for level of performance", "Staff left."),)


def test_revised_figures_keep_their_mark_the_former_one_and_the_reason(first: Path) -> None:
    services = opened(first)
    assert [shows(services, code) for code in ("A1", "A2")] == ["74% [r] [b]", "60% [r]"]
    a1, a2 = stands(services, "A1"), stands(services, "A2")
    assert a1 is not None
    assert a2 is not None
    assert (str(a1.former), a1.revision, a1.revision_reason, a1.series_break) == (
        "73",
        2,
        "counted again",
        "new system",
    )
    assert (a2.former, a2.revision, a2.revision_reason) == (Absence.SUPPRESSED, 1, "no longer small")
    assert [shows(services, code, first=True) for code in ("A1", "A2")] == ["71% [p] [b]", "[c]"]
    unrevised = stands(services, "A1", Q1)
    assert unrevised is not None
    assert (str(unrevised.value), unrevised.revision, unrevised.numerator, unrevised.note) == ("70.0", 0, 7, "a note")
    services.close()


def test_after_the_upgrade_uploads_are_kept_so_that_it_can_be_made_again(first: Path) -> None:
    services = opened(first)
    assert services.recovered == ""
    assert [one for one in services.verify().problems if not one.startswith("data/")] == []
    publish(services, given(row("A1", "76")))
    observation = stands(services, "A1")
    assert observation is not None
    assert (str(observation.value), str(observation.former), observation.revision) == ("76", "74", 3)
    services.uploads.withdraw(1, "Wrong.", "Ann")
    assert shows(services, "A1") == "74% [r] [b]"
    services.close()
    assert len(events(first)) == 2
    assert rebuild(first, first.parent / "data", fixed_clock).gaps == ()


def test_the_record_of_who_did_what_comes_up_from_the_second_step(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "kpi.duckdb")) as made:
        made.execute("create table migration (version integer primary key, name varchar, applied_at timestamp)")
        for step, name in enumerate(("0001_figures.sql", "0002_uploads.sql"), start=1):
            made.execute((MIGRATIONS / name).read_text(encoding="utf-8"))
            made.execute("insert into migration values (?, ?, timestamp '2022-11-01 09:00:00')", [step, name])
        made.execute("""insert into audit values
            (1, timestamp '2022-11-02 09:00:00', 'Ann', 'published upload 12: q2.csv'),
            (2, timestamp '2022-11-03 09:00:00', 'Bob', 'withdrew upload 12: It was: upload 11: again.')""")
    Store.open(tmp_path / "kpi.duckdb", NOW).close()
    assert [row[2:] for row in rows(tmp_path / "kpi.duckdb")["audit"]] == [
        ("Ann", "published", 12, "q2.csv"),
        ("Bob", "withdrawn", 12, "It was: upload 11: again."),
    ]


def third(path: Path) -> None:
    """The tables as the third step left them, empty."""
    with duckdb.connect(str(path)) as made:
        made.execute("create table migration (version integer primary key, name varchar, applied_at timestamp)")
        for script in sorted(MIGRATIONS.glob("000[123]_*.sql")):
            made.execute(script.read_text(encoding="utf-8"))
            made.execute(
                "insert into migration values (?, ?, timestamp '2022-11-01 09:00:00')",
                [int(script.name[:4]), script.name],
            )


ACTIONS = "- Fill the posts.\n- Ask the teams\n  what they need.\n\nA paragraph of\nits own.\n\n\n-  Count again;   and once more."
SECTIONS = ("Staff left.\n\n- not an action", "None identified.", "", "c", "d", "e", "f", ACTIONS)


def test_exception_reports_come_up_from_the_third_step_with_their_actions_as_records(tmp_path: Path) -> None:
    path = tmp_path / "kpi.duckdb"
    third(path)
    headings = (*REPORT_SECTIONS, ACTIONS_HEADING)
    with duckdb.connect(str(path)) as made:
        for code, state in (("A1", "approved"), ("A2", "draft")):
            made.execute(
                "insert into exception_report values (?, 'X', date '2022-07-01', ?, 'Why', 'What', '74.0', null, 'Author', 'Head', "
                "date '2022-10-27', 'Report')", [code, state]
            )  # fmt: skip
            for place, (heading, body) in enumerate(zip(headings, SECTIONS, strict=True)):
                text = "" if code == "A2" and heading == ACTIONS_HEADING else body
                made.execute(
                    "insert into exception_section values (?, 'X', date '2022-07-01', ?, ?, ?)",
                    [code, place, heading, text],
                )
    store = Store.open(path, NOW)
    with store.read() as reading:
        one, other = reading.reports("X", quarter(Q2))
        assert reading.versions("X", quarter(Q2), "A1") == (one,)
    store.close()
    assert one == ExceptionReport(
        "A1", "X", quarter(Q2), ReportState.APPROVED, "Why", "What", Decimal("74.0"), None,
        tuple(zip(REPORT_SECTIONS, SECTIONS, strict=False)), "Author", "Head", date(2022, 10, 27), "Report",
        (Action(1, "Fill the posts."), Action(2, "Ask the teams what they need."), Action(3, "A paragraph of its own."),
         Action(4, "Count again; and once more.")),
    )  # fmt: skip
    assert one.actions == actions_in(ACTIONS)
    assert (other.state, other.actions) == (ReportState.DRAFT, ())
    assert other.sections == one.sections


def test_a_database_of_the_fifth_step_takes_scenarios_and_proposals(first: Path) -> None:
    with duckdb.connect(str(first)) as made:
        for script in sorted(MIGRATIONS.glob("000[2-5]_*.sql")):
            made.execute(script.read_text(encoding="utf-8"))
            made.execute(
                "insert into migration values (?, ?, timestamp '2022-11-02')", [int(script.name[:4]), script.name]
            )
    before = rows(first)
    services = opened(first)
    assert (services.scenarios.every(), services.scenarios.proposals()) == ((), ())
    services.close()
    after = rows(first)
    assert after.keys() - before.keys() == {"scenario", "proposal", "proposal_decision"}
    assert {name for name in before if before[name] != after[name]} == {"migration"}
    services = opened(first)
    assert (
        services.scenarios.save("What if", "Ask.", Q2, ["target:A1=70"], (), Actor("Cy", "Improvement board")).number
        == 1
    )
    services.close()


def test_an_upgraded_database_is_opened_again_as_it_is(first: Path) -> None:
    opened(first).close()
    before = rows(first)
    services = Services.open(first, first.parent / "data", lambda: datetime(2023, 1, 1))
    services.close()
    assert rows(first) == before


def test_an_upgraded_database_and_a_new_one_have_the_same_tables(first: Path, tmp_path: Path) -> None:
    opened(first).close()
    opened(tmp_path / "new.duckdb").close()

    def tables(path: Path) -> list[tuple[object, ...]]:
        with duckdb.connect(str(path), read_only=True) as held:
            return held.execute(
                "select table_name, column_name, data_type, is_nullable, ordinal_position from information_schema.columns order by all"
            ).fetchall()

    assert tables(first) == tables(tmp_path / "new.duckdb")


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_an_upgrade_that_fails_leaves_the_database_as_it_was(
    place: str, first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(first)
    steps = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, steps)
    (second,) = steps.glob("0002_*.sql")
    statements = second.read_text(encoding="utf-8").split(";\n")
    statements.insert(
        {"first": 0, "middle": len(statements) // 2, "last": len(statements) - 1}[place], "\nselect no_such_thing"
    )
    second.write_text(";\n".join(statements), encoding="utf-8")
    with monkeypatch.context() as broken:
        broken.setattr(store_module, "_MIGRATIONS", steps)
        with pytest.raises(duckdb.Error, match="no_such_thing"):
            Store.open(first, NOW)
    assert rows(first) == before
    services = opened(first)
    assert shows(services, "A1") == "74% [r] [b]"
    services.close()


def test_a_database_with_no_tables_yet_is_filled_by_every_step(tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "kpi.duckdb")).close()
    store = Store.open(tmp_path / "kpi.duckdb", NOW)
    assert store.step_before == 0
    with store.read() as reading:
        assert (reading.count("migration"), reading.count("upload")) == (len(STEPS), 0)
    store.close()


def test_the_bundled_figures_come_out_the_same_by_either_way(tmp_path: Path) -> None:
    """The real figures, put in by the first version's tables and by today's."""
    services = Services.open(tmp_path / "new.duckdb", DATA, fixed_clock)
    expected = all_held(services)
    services.close()
    (script,) = MIGRATIONS.glob("0001_*.sql")
    old = {"observation": "indicator, area, quarter, revision, value, absence, provisional, numerator, denominator, series_break, "
           "not_comparable, revision_reason, note, source, 1 as loaded_file",
           "target": "indicator, area, start, profiled, value, low, high, tolerance, tolerance_kind, intervention_level, basis, origin, "
           "decided_by, reason, source, confirmed_through",
           "indicator": "code, place, name, category, unit, decimals, polarity, basis, owner, definition, numerator, denominator, "
           "may_pass_100, due, seasonal, seasonal_note, smallest_change, statutory_note",
           "indicator_area": "indicator, area", "area": "code, name"}  # fmt: skip
    papers = {
        "exception_report": """
            select indicator, area, quarter, state, reason_line, description, outturn, target, completed_by, approved_by, approved_on,
                   source from today.report""",
        "exception_section": """
            select indicator, area, quarter, place, heading, body from today.report_section
            union all
            select indicator, area, quarter, 7, 'Actions taken or planned', string_agg('- ' || said, chr(10) order by place)
            from today.report_action group by indicator, area, quarter""",
    }
    with duckdb.connect(str(tmp_path / "old.duckdb")) as made:
        made.execute(f"attach '{tmp_path / 'new.duckdb'}' as today (read_only)")
        made.execute("create table migration (version integer primary key, name varchar, applied_at timestamp)")
        made.execute(script.read_text(encoding="utf-8"))
        made.execute("insert into migration values (1, '0001_first.sql', timestamp '2022-11-01 09:00:00')")
        for table in ROWS.keys() - {"migration"}:
            columns = old.get(table, "*")
            made.execute(f"insert into {table} {papers.get(table, f'select {columns} from today.{table}')}")
    services = Services.open(tmp_path / "old.duckdb", DATA, fixed_clock)
    expected["indicator"] = [(*row[:-1], "") for row in expected["indicator"]]  # the first version held no aliases
    assert all_held(services) == expected
    services.close()
