"""A database of a version before the ledger is carried over whole, as the acts that made it, and stays as it is."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kpi_core.access import Actor
from kpi_core.errors import StoreError
from kpi_core.events import Kind, tables_in, tables_of, written
from kpi_core.model import (
    ActionClosed,
    Area,
    Benchmark,
    ChangeKind,
    Concern,
    Conflict,
    ExceptionReport,
    GivenFigure,
    Indicator,
    Listing,
    LoadedFile,
    Proposal,
    ProposalDecision,
    Scenario,
    Setting,
    Target,
    Upload,
    Withdrawn,
)
from kpi_core.periods import Quarter, quarter
from kpi_core.shell.storage import store
from kpi_core.shell.storage.former import FormerAct, acts_of

from ..conftest import NOW, shared_file

MIGRATIONS = sorted((Path(store.__file__).parent / "migrations" / "former").glob("[0-9]*.sql"))
LOADED = datetime(2022, 11, 1, 9)
EXPLORER = Actor("The explorer", "Administrator")


# --- former databases ---------------------------------------------------------------------------------------------


def unpacked(archive: Path, folder: Path) -> Path:
    """The database of a zip file, with its kept folder beside it."""
    with zipfile.ZipFile(archive) as zipped:
        zipped.extractall(folder)
    (database,) = folder.rglob("*.duckdb")
    return database


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A database in which everything happened that the former version knew."""
    return unpacked(shared_file("reference", "old-state", "state.zip"), tmp_path)


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    """A database that the former version made of the bundled figures, and that nobody wrote to."""
    return unpacked(Path(__file__).with_name("former-bundled.zip"), tmp_path)


FIRST = """
insert into setting values ('council', 'Example Council'), ('home_area', 'X'), ('made_up', 'no');
insert into loaded_file values (1, 'observations.csv', repeat('0', 64), timestamp '2022-11-01 09:00:00');
insert into area values ('X', 'Exampleshire');
insert into indicator values ('A1', 0, 'Plans', 'Care', 'percent', 0, 'high', 'not_stated', 'Owner', 'What', 'n', 'd', false, '24',
    true, 'Spring', '2', 'Note');
insert into indicator_area values ('A1', 'X');
insert into target values
    ('A1', 'X', date '2022-04-01', false, '75', null, null, '2.0', 'points', '60', null, 'local', 'Board', 'why', 'Plan', '2022-23');
insert into observation values
    ('A1', 'X', date '2022-04-01', 0, '70.0', null, false, 7, 10, '', '', '', 'a note', 'Report', 1),
    ('A1', 'X', date '2022-07-01', 0, null, 'c', true, null, null, 'new system', '', '', '', 'Report', 1),
    ('A1', 'X', date '2022-07-01', 1, '73', null, false, null, null, 'new system', '', 'late returns', '', 'Report', 1);
insert into benchmark values ('A1', 'England', date '2022-03-31', 'year ending March 2022', '80', null, 'Statistics');
insert into conflict values (0, 'A1', 'X', date '2022-07-01', 'outturn', '64', 'Other paper', 'Two figures.', null, '');
insert into exception_report values
    ('A1', 'X', date '2022-07-01', 'approved', 'Staff left.', 'What', '73', '75', 'Ann', 'Bob', date '2022-10-27', 'Report');
insert into exception_section values
    ('A1', 'X', date '2022-07-01', 0, 'Reason for level of performance', 'Staff left.'),
    ('A1', 'X', date '2022-07-01', 1, 'Actions taken or planned', '- Recruit two\n- Train them');
"""
UPLOADS = """
insert into upload values
    (1, 'figures', timestamp '2022-11-02 09:00:00', 'Ann', 'q3.csv', repeat('a', 64), '', 'Q3 2022-23', 1, 0, 0, 0, '', '',
     timestamp '2022-11-03 09:00:00', 'Bob', 'It was wrong.'),
    (2, 'figures', timestamp '2022-11-03 09:00:00', 'Ann', 'again.csv', repeat('b', 64), 'early-help', 'Q3 2022-23', 0, 1, 2, 3, 'why',
     'correction', null, '', '');
insert into observation values
    ('A1', 'X', date '2022-10-01', 0, '71', null, false, null, null, '', '', '', '', 'q3.csv (upload 1)', 1, 'new', null, ''),
    ('A1', 'X', date '2022-10-01', 1, '72', null, false, null, null, '', '', '', '', 'again.csv (upload 2)', 2, 'same', null, 'mine');
insert into audit values
    (1, timestamp '2022-11-02 09:00:00', 'Ann', 'published upload 1: q3.csv'),
    (2, timestamp '2022-11-03 09:00:00', 'Bob', 'withdrew upload 1: It was wrong.'),
    (3, timestamp '2022-11-03 09:00:00', 'Ann', 'published upload 2: again.csv');
"""


def of_step(path: Path, last: int, uploads: bool = False) -> Path:
    """A database as the version of that step made it: the rows of the first step, and what later steps made of them."""
    with duckdb.connect(str(path)) as made:
        made.execute("create table migration (version integer primary key, name varchar, applied_at timestamp)")
        for step, file in enumerate(MIGRATIONS[:last], 1):
            made.execute(file.read_text(encoding="utf-8"))
            made.execute("insert into migration values (?, ?, ?)", [step, file.name, LOADED])
            if step == 1:
                made.execute(FIRST)
            elif step == 2 and uploads:
                made.execute(UPLOADS)
    return path


def run(database: Path, *statements: str) -> None:
    with duckdb.connect(str(database)) as held:
        for sql in statements:
            held.execute(sql)


def rows(database: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(database), read_only=True) as held:
        return held.execute(sql).fetchall()


def kept(database: Path) -> Path:
    return database.with_name(f"{database.name}.uploads")


def acts(database: Path) -> tuple[FormerAct, ...]:
    return acts_of(database, kept(database), NOW)


def prints(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file."""
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def edit(database: Path, change: Callable[[list[bytes]], Sequence[bytes]]) -> None:
    """Write the lines of the journal again."""
    path = kept(database) / "reports.jsonl"
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))


def told(database: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Write the manifest again."""
    path = kept(database) / "manifest.json"
    said = json.loads(path.read_bytes())
    change(said)
    path.write_text(json.dumps(said), encoding="utf-8")


# --- what is compared ---------------------------------------------------------------------------------------------


def all_of(found: Sequence[FormerAct], record: type) -> list[Any]:
    return [one for act in found for one in act.made.records if isinstance(one, record)]


def by_upload(found: Sequence[FormerAct], record: type) -> list[tuple[int, Any]]:
    """The records of one kind, each with the upload that gave it; 0: it was loaded."""
    given = []
    for act in found:
        first = act.made.records[0]
        number = first.id if isinstance(first, Upload) else 0
        given += [(number, one) for one in act.made.records if isinstance(one, record)]
    return given


def plain(value: Any) -> Any:
    """A value as the former database holds it."""
    if isinstance(value, Quarter):
        return value.start
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.value if isinstance(value, Enum) else value


def same(found: Sequence[FormerAct], record: type, database: Path, table: str, names: str, where: str = "true") -> None:
    """That the records of one kind are those of a table, each given by the same upload."""
    has_upload = record in (Area, Indicator, Listing, Target, GivenFigure)
    held = rows(database, f"select {'upload' if has_upload else 0}, {names} from {table} where {where}")
    mine = [
        (number, *(plain(getattr(one, name)) for name in names.split(", "))) for number, one in by_upload(found, record)
    ]
    assert sorted(mine, key=repr) == sorted(held, key=repr)


# --- everything, once ---------------------------------------------------------------------------------------------


def test_everything_a_former_database_holds_is_an_act(old: Path) -> None:
    assert Counter(one.kind for one in acts(old)) == {
        Kind.LOADED: 1,
        Kind.PUBLISHED: 5,
        Kind.WITHDRAWN: 1,
        Kind.REPORT_SAVED: 2,
        Kind.REPORT_SUBMITTED: 1,
        Kind.REPORT_APPROVED: 1,
        Kind.ACTION_CLOSED: 1,
        Kind.CONCERN_MARKED: 1,
        Kind.SCENARIO_SAVED: 1,
        Kind.TARGET_PROPOSED: 2,
        Kind.PROPOSAL_ACCEPTED: 1,
        Kind.PROPOSAL_DECLINED: 1,
    }


def test_the_records_are_those_of_the_former_tables(old: Path) -> None:
    found = acts(old)
    who = "done_at, done_by, done_as"
    same(found, LoadedFile, old, "loaded_file", "name, sha256")
    same(found, Area, old, "area", "code, name")
    same(found, Listing, old, "indicator_area", "area, indicator")
    same(found, Target, old, "target", "indicator, area, start, profiled, value, low, high, tolerance, tolerance_kind, intervention_level, basis, origin, decided_by, decided_on, reason, source, confirmed_through, corrects")  # fmt: skip
    same(found, GivenFigure, old, "observation", "indicator, area, quarter, value, absence, provisional, numerator, denominator, series_break, not_comparable, revision_reason, note, source, kind, comment")  # fmt: skip
    same(found, Benchmark, old, "benchmark", "indicator, series, year_end, period, value, published_on, source")
    same(found, Conflict, old, "conflict", "indicator, area, quarter, subject, value, source, sentence, resolved_on, resolution")  # fmt: skip
    same(found, Indicator, old, "indicator", "code, name, category, unit, decimals, polarity, basis, owner, definition, numerator, denominator, may_pass_100, seasonal, seasonal_note, smallest_change, statutory_note, first_quarter, final_quarter")  # fmt: skip
    same(found, ExceptionReport, old, "report", "indicator, area, quarter, version, state, reason_line, description, outturn, target, completed_by, approved_by, approved_on, source, unplaced, saved_at, saved_by, saved_as, event, said")  # fmt: skip
    same(found, ActionClosed, old, "action_closed", f"indicator, area, quarter, number, closed_on, closing, {who}")
    same(found, Concern, old, "concern", f"indicator, area, quarter, number, lifted, reason, {who}")
    same(found, Scenario, old, "scenario", f"number, area, quarter, name, reason, {who}")
    same(found, Proposal, old, "proposal", f"number, indicator, area, quarter, scenario, value, low, high, tolerance, tolerance_kind, intervention_level, decided_by, decided_on, paper, reason, {who}")  # fmt: skip
    same(found, ProposalDecision, old, "proposal_decision", f"number, indicator, area, quarter, accepted, reason, upload, {who}")  # fmt: skip
    assert [(one.name, one.value) for one in all_of(found, Setting)] == [
        *rows(old, "select name, value from setting order by name"),
        ("made_from", "data"),
    ]


def test_lists_are_as_they_were_held(old: Path) -> None:
    found = acts(old)
    held = rows(old, "select due, aliases from indicator order by place")
    assert [("".join(map(str, one.due)), ";".join(one.aliases)) for one in all_of(found, Indicator)] == held
    sections, actions = Counter[Any](), Counter[Any]()
    for one in all_of(found, ExceptionReport):
        key = (one.indicator, one.area, one.quarter.start, one.version)
        sections.update((*key, place, *each) for place, each in enumerate(one.sections))
        actions.update((*key, place, *each.undertaken) for place, each in enumerate(one.actions))
    assert sections == Counter(rows(old, "from report_section"))
    assert actions == Counter(rows(old, "from report_action"))
    (scenario,) = all_of(found, Scenario)
    assert (scenario.changes, scenario.figures) == (("target:FD02=22",), (("FD02", "26.5", "20"),))


def test_uploads_come_with_the_bytes_that_were_published(old: Path) -> None:
    found = [act for act in acts(old) if act.kind is Kind.PUBLISHED]
    held = rows(old, "select id, kind, published_at, published_by, file_name, sha256, profile, quarters, [new_count, confirmed_count, revised_count, same_count], reason, revision_kind from upload order by id")  # fmt: skip
    assert [
        (u.id, u.kind, u.published_at, u.published_by, u.file_name, u.sha256, u.mapping, u.quarters, [*u.counts], u.reason, u.revision_kind)
        for u in all_of(found, Upload)
    ] == held  # fmt: skip
    assert [(act.at, act.actor) for act in found] == [(row[2], Actor(row[3], "Performance officer")) for row in held]
    assert [hashlib.sha256(act.made.files["upload"]).hexdigest() for act in found] == [row[5] for row in held]


def test_the_acts_stand_in_the_order_in_which_they_were_done(old: Path) -> None:
    found = acts(old)
    assert (found[0].kind, found[0].actor, found[0].at) == (Kind.LOADED, EXPLORER, datetime(2026, 11, 28, 21, 10, 38))
    assert [one.at for one in found] == sorted(one.at for one in found)
    done = [(one.kind, getattr(one.made.records[0], "id", None) or getattr(one.made.records[0], "number", None)) for one in found]  # fmt: skip
    proposed, published, accepted = (Kind.TARGET_PROPOSED, 1), (Kind.PUBLISHED, 5), (Kind.PROPOSAL_ACCEPTED, 1)
    assert done.index(proposed) < done.index(published) < done.index(accepted)
    assert [one.version for one in all_of(found[1:], ExceptionReport)] == [1, 2, 3, 4]
    assert [number for kind, number in done if kind is Kind.PUBLISHED] == [1, 2, 3, 4, 5]


def test_a_withdrawal_names_the_event_that_published(old: Path) -> None:
    found = acts(old)
    ((number, act),) = [(n, one) for n, one in enumerate(found, 1) if one.kind is Kind.WITHDRAWN]
    (gone,) = act.made.records
    assert isinstance(gone, Withdrawn)
    assert (gone.upload, gone.done_by, gone.done_as, gone.reason) == (3, "Head B", "Performance officer", "Wrong file")
    published = found[gone.event - 1].made.records[0]
    assert isinstance(published, Upload)
    assert published.id == 3
    assert gone.event < number


def test_nothing_of_the_former_files_changes(old: Path, tmp_path: Path) -> None:
    before = prints(tmp_path)
    acts(old)
    assert prints(tmp_path) == before


def test_every_act_can_be_written_and_read_again(old: Path) -> None:
    for act in acts(old):
        body, files = written(tables_of(act.made.records), act.made.files)
        assert [one for table in tables_in(body, files.get) for one in table.records] == [*act.made.records]


def test_a_database_that_was_never_written_to_is_one_act(bundled: Path, tmp_path: Path) -> None:
    before = prints(tmp_path)
    (only,) = acts(bundled)
    assert (only.at, only.actor, only.kind) == (datetime(2022, 11, 22, 9, 30), EXPLORER, Kind.LOADED)
    assert all_of([only], Setting)[-1] == Setting("made_from", "data")
    for record, table in (
        (GivenFigure, "observation"),
        (Target, "target"),
        (Benchmark, "benchmark"),
        (Indicator, "indicator"),
    ):
        assert len(all_of([only], record)) == rows(bundled, f"select count(*) from {table}")[0][0] > 0
    assert prints(tmp_path) == before


# --- earlier steps ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", range(1, len(MIGRATIONS) + 1))
def test_a_database_of_any_step_is_carried_over_alike(tmp_path: Path, step: int) -> None:
    database = of_step(tmp_path / "kpi.duckdb", step)
    before = prints(tmp_path)
    (only,) = acts(database)
    assert (only.at, only.kind, only.made.files) == (LOADED, Kind.LOADED, {})
    figures = [(one.quarter.text, one.value or one.absence, one.revision_reason, one.kind) for one in all_of([only], GivenFigure)]  # fmt: skip
    assert [(when, str(value), why, kind) for when, value, why, kind in figures] == [
        ("Q1 2022-23", "70.0", "", ChangeKind.NEW),
        ("Q2 2022-23", "c", "", ChangeKind.NEW),
        ("Q2 2022-23", "73", "late returns", ChangeKind.REVISED),
    ]
    (entry,), (target,), (report,) = (all_of([only], one) for one in (Indicator, Target, ExceptionReport))
    assert (entry.due, entry.smallest_change, entry.aliases, entry.start, entry.corrects) == (
        (2, 4),
        2,
        (),
        None,
        False,
    )
    assert (str(target.tolerance), target.start, target.decided_on) == ("2.0", quarter("Q1 2022-23"), None)
    assert (report.version, report.saved_at, report.approved_on) == (0, None, date(2022, 10, 27))
    assert [(one.number, one.text) for one in report.actions] == [(1, "Recruit two"), (2, "Train them")]
    assert prints(tmp_path) == before


@pytest.mark.parametrize("step", range(2, len(MIGRATIONS) + 1))
def test_uploads_of_any_step_keep_their_order(tmp_path: Path, step: int) -> None:
    found = acts(of_step(tmp_path / "kpi.duckdb", step, uploads=True))
    assert [one.kind for one in found] == [Kind.LOADED, Kind.PUBLISHED, Kind.WITHDRAWN, Kind.PUBLISHED]
    assert all_of(found, Withdrawn)[0].event == 2
    upload, figure = found[3].made.records
    assert isinstance(upload, Upload)
    assert isinstance(figure, GivenFigure)
    assert (upload.counts, upload.profile, upload.mapping) == ((0, 1, 2, 3), "early-help", "")
    assert (figure.kind, figure.comment) == (ChangeKind.SAME, "mine")


def test_what_stands_in_the_log_alone_is_carried_over(tmp_path: Path) -> None:
    database = of_step(tmp_path / "kpi.duckdb", 6)
    with duckdb.connect(str(database)) as held:
        held.execute("pragma disable_checkpoint_on_shutdown")
        held.execute("insert into area values ('Y', 'Otherton', 0)")
    assert (tmp_path / "kpi.duckdb.wal").exists()
    before = prints(tmp_path)
    assert [one.code for one in all_of(acts(database), Area)] == ["X", "Y"]
    assert prints(tmp_path) == before


def test_a_database_that_holds_nothing_is_refused(tmp_path: Path) -> None:
    of_step(tmp_path / "kpi.duckdb", 6)
    run(tmp_path / "kpi.duckdb", *(f"delete from {name}" for name in ("setting", "loaded_file", "area", "indicator", "indicator_area", "target", "observation", "benchmark", "conflict", "report")))  # fmt: skip
    with pytest.raises(StoreError, match="holds nothing"):
        acts(tmp_path / "kpi.duckdb")


# --- order --------------------------------------------------------------------------------------------------------


def test_the_order_of_uploads_goes_before_a_clock_that_ran_back(old: Path) -> None:
    run(old, "update upload set published_at = timestamp '2026-11-28 20:00:00' where id = 2")
    found = acts(old)
    assert [one.id for one in all_of(found, Upload)] == [1, 2, 3, 4, 5]
    second = all_of(found, Upload)[1]
    assert next(one.at for one in found if second in one.made.records) == datetime(2026, 11, 28, 20)


def test_the_order_of_versions_goes_before_a_clock_that_ran_back(old: Path) -> None:
    run(old, "update report set saved_at = timestamp '2026-11-28 20:00:00' where version = 3")
    assert [one.version for one in all_of(acts(old)[1:], ExceptionReport)] == [1, 2, 3, 4]


def test_a_decision_comes_after_the_upload_it_made_whatever_the_clock_said(old: Path) -> None:
    run(old, "update proposal_decision set done_at = timestamp '2026-11-28 20:00:00' where number = 1")
    kinds = [one.kind for one in acts(old)]
    last = max(place for place, kind in enumerate(kinds) if kind is Kind.PUBLISHED)
    assert kinds.index(Kind.PROPOSAL_ACCEPTED) > last


def test_figures_that_were_loaded_anew_after_a_rebuild_still_come_first_in_time(old: Path) -> None:
    run(old, "update loaded_file set loaded_at = timestamp '2026-12-24 12:00:00'")
    found = acts(old)
    assert (found[0].kind, found[0].at) == (Kind.LOADED, datetime(2026, 11, 28, 21, 10, 39))


# --- the register -------------------------------------------------------------------------------------------------


def entry(code: str, name: str, revision: int, upload: int) -> str:
    return f"""insert into indicator select '{code}', place, '{name}', category, unit, decimals, polarity, basis, owner, definition,
        numerator, denominator, may_pass_100, due, seasonal, seasonal_note, smallest_change, statutory_note, date '2022-04-01',
        final_quarter, {revision}, {upload}, 'one;two words' from indicator where code = 'FD02' and revision = 0"""


def test_an_entry_of_an_upload_replaces_the_one_before_for_all_quarters(old: Path) -> None:
    run(
        old,
        "update upload set kind = 'register' where id = 1",
        entry("FD02", "Other words", 1, 1),
        entry("ZZ1", "New", 0, 1),
    )
    told(old, lambda said: said["events"][0].update(given=[2, 2, 0]))
    found = acts(old)
    again, new = (one for one in found[1].made.records if isinstance(one, Indicator))
    assert (again.code, again.name, again.start, again.corrects) == ("FD02", "Other words", None, True)
    assert (again.first_quarter, again.aliases) == (quarter("Q1 2022-23"), ("one", "two words"))
    assert (new.code, new.start, new.corrects) == ("ZZ1", None, False)


def test_an_entry_after_a_withdrawn_one_corrects_nothing(old: Path) -> None:
    run(old, entry("ZZ1", "Withdrawn", 0, 3), entry("ZZ1", "Again", 1, 4), entry("ZZ1", "Once more", 2, 5))

    def gave(said: dict[str, Any]) -> None:
        for event in said["events"]:
            if event.get("published", 0) >= 3:
                event["given"][1] = 1

    told(old, gave)
    mine = [(one.name, one.corrects) for one in all_of(acts(old), Indicator) if one.code == "ZZ1"]
    assert mine == [("Withdrawn", False), ("Again", False), ("Once more", True)]


# --- the kept folder ----------------------------------------------------------------------------------------------


def test_without_the_kept_folder_everything_but_the_files_is_carried_over(old: Path, tmp_path: Path) -> None:
    with_it = acts(old)
    kept(old).rename(tmp_path / "elsewhere")
    without = acts(old)
    assert Counter(one.kind for one in without) == Counter(one.kind for one in with_it)
    assert not [one for one in without if one.made.files]
    lost = set(sum((one.made.records for one in with_it), ())) - set(sum((one.made.records for one in without), ()))
    assert lost == {Setting("made_from", "data")}


def test_a_kept_file_that_is_spoilt_is_left_and_its_figures_are_not(old: Path) -> None:
    (path,) = kept(old).glob("0002-*.csv")
    path.write_bytes(path.read_bytes().replace(b"25", b"52"))
    found = [act for act in acts(old) if act.kind is Kind.PUBLISHED]
    assert ["upload" in one.made.files for one in found] == [True, False, True, True, True]
    assert [str(one.value) for one in all_of([found[1]], GivenFigure)] == ["25.0"]


def test_the_mapping_is_kept_as_the_bytes_it_was(old: Path) -> None:
    (path,) = kept(old).glob("0001-*.csv")
    mapping = b'about = "as it was typed" # with a note\r\n'
    path.with_suffix(".mapping.toml").write_bytes(mapping)
    run(old, "update upload set profile = 'early-help' where id = 1")
    first = acts(old)[1]
    (upload,) = all_of([first], Upload)
    assert first.made.files["mapping"] == mapping
    assert (upload.profile, upload.mapping) == ("early-help", hashlib.sha256(mapping).hexdigest())


def test_an_upload_that_the_manifest_alone_tells_of_is_not_lost_without_a_word(old: Path, tmp_path: Path) -> None:
    run(
        old,
        "delete from upload where id = 5",
        "delete from target where upload = 5",
        "delete from audit where upload = 5",
    )
    before = prints(tmp_path)
    with pytest.raises(StoreError, match=r"lacks upload 5 \(proposed-target-1.csv\)"):
        acts(old)
    assert prints(tmp_path) == before


def test_an_upload_of_which_the_database_lost_a_part_is_refused(old: Path) -> None:
    run(old, "delete from observation where upload = 1 and indicator = 'FD01'")
    with pytest.raises(StoreError, match="lacks part of upload 1"):
        acts(old)
    run(old, "insert into setting values ('gaps', '1')")  # the former version had said so itself
    assert len(acts(old)) == 18


def test_a_withdrawal_that_the_manifest_alone_tells_of_is_carried_over(old: Path) -> None:
    def withdraw(said: dict[str, Any]) -> None:
        said["events"].append({"withdrawn": 2, "at": "2026-11-29T08:00:00", "by": "Ann", "reason": "Wrong."})

    told(old, withdraw)
    last = acts(old)[-1]
    assert (last.at, last.actor, last.kind) == (
        datetime(2026, 11, 29, 8),
        Actor("Ann", "Performance officer"),
        Kind.WITHDRAWN,
    )
    assert last.made.records == (Withdrawn(3, 2, last.at, "Ann", "Performance officer", "Wrong."),)


@pytest.mark.parametrize(
    ("content", "made_from"),
    [
        pytest.param(b'{"made_from": "example 22", "events": []}', ["example 22"], id="an example"),
        pytest.param(
            b'{"made_from": "example 22", "eve', ["example 22"], id="broken off after where the figures came from"
        ),
        pytest.param(b"[1]", [], id="another document"),
        pytest.param(b"\xff\x00", [], id="no text"),
    ],
)
def test_a_manifest_says_where_the_figures_came_from_as_far_as_it_can_be_read(
    bundled: Path, content: bytes, made_from: list[str]
) -> None:
    (kept(bundled) / "manifest.json").write_bytes(content)
    settings = all_of(acts(bundled), Setting)
    assert [one.value for one in settings if one.name == "made_from"] == made_from


# --- the journal --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda lines: [*lines, lines[0][:50]], id="a torn end"),
        pytest.param(
            lambda lines: [lines[0], lines[1].replace(b"Staff", b"Stuff"), *lines[2:]], id="a line that was edited"
        ),
        pytest.param(lambda lines: [*lines, b"[]\n", b"\xff\n", b"\n"], id="lines that are none"),
        pytest.param(lambda lines: [*lines, *lines], id="every line twice"),
        pytest.param(lambda lines: lines[::-1], id="the lines turned round"),
        pytest.param(lambda lines: lines[:0], id="no line at all"),
    ],
)
def test_what_the_database_holds_is_carried_over_once_whatever_became_of_the_journal(
    old: Path, change: Callable[[list[bytes]], Sequence[bytes]]
) -> None:
    before = acts(old)
    edit(old, change)
    after = acts(old)
    assert Counter(map(repr, after)) == Counter(map(repr, before))
    assert [one.version for one in all_of(after[1:], ExceptionReport)] == [1, 2, 3, 4]


def test_what_the_journal_alone_tells_is_carried_over_to_the_letter(old: Path) -> None:
    before = acts(old)
    run(old, "delete from report where version > 0", "delete from report_section where version > 0", "delete from report_action where version > 0", *(f"delete from {table}" for table in ("action_closed", "concern", "scenario", "proposal", "proposal_decision")))  # fmt: skip
    assert acts(old) == before


def test_a_line_whose_digest_is_wrong_is_passed_over(old: Path) -> None:
    run(old, "delete from concern")
    edit(old, lambda lines: [line.replace(b"watch this", b"watch that") for line in lines])
    assert not all_of(acts(old), Concern)


def test_a_mark_that_was_lifted_is_two_acts(old: Path) -> None:
    run(
        old,
        "insert into concern select indicator, area, quarter, 2, true, 'over', done_at, 'Ann', done_as from concern",
    )
    found = [one for one in acts(old) if one.kind in (Kind.CONCERN_MARKED, Kind.CONCERN_LIFTED)]
    assert [(one.kind, one.actor.name) for one in found] == [
        (Kind.CONCERN_MARKED, "Author A"),
        (Kind.CONCERN_LIFTED, "Ann"),
    ]
