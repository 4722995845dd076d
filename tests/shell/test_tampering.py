"""What was changed by hand is found: in either copy, in both against a head that was noted, in the files and in the tables."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kpi_core.__main__ import main
from kpi_core.errors import LedgerBroken, StoreError
from kpi_core.events import Event, Kind, event_of, files_named, sha256
from kpi_core.model import GivenFigure
from kpi_core.periods import quarter
from kpi_core.shell.storage import Made, rebuild

from ..conftest import fixed_clock
from . import ledgers
from .ledgers import (
    ANN,
    DATABASE,
    LAST,
    MIRROR,
    OFFICER,
    Q2,
    all_is_well,
    files_in,
    flipped,
    lines_of,
    mirror_of,
    opened,
    reads_on_and_writes_nothing,
    rewrite_database,
    rewrite_mirror,
    tamper,
    verified,
    why_not_open,
    write_lines,
)

whole, before, folder = ledgers.whole, ledgers.before, ledgers.folder

# --- the database, changed by SQL ---------------------------------------------------------------------------------

BY_SQL: dict[str, tuple[str, int]] = {
    "a body": ("update event set body = replace(body, '2022-23', '2021-22') where number = 6", 6),
    "a body that is none": ("update event set body = 'x' where number = 6", 6),
    "an actor": ("update event set actor = 'Zoe Nobody' where number = 6", 6),
    "a role": ("update event set role = 'Administrator' where number = 6", 6),
    "a time": ("update event set happened_at = '2022-11-21T09:30:00' where number = 6", 6),
    "a time that is none": ("update event set happened_at = 'yesterday' where number = 6", 6),
    "a kind": ("update event set kind = 'report approved' where number = 6", 6),
    "a kind that is none": ("update event set kind = 'something' where number = 6", 6),
    "a hash": ("update event set hash = repeat('f', 64) where number = 6", 6),
    "the hash before": ("update event set previous = repeat('0', 64) where number = 6", 6),
    "the first": ("update event set actor = 'Zoe Nobody' where number = 1", 1),
    "the last": (f"update event set actor = 'Zoe Nobody' where number = {LAST}", LAST),
    "one deleted": ("delete from event where number = 6", 7),
    "the first deleted": ("delete from event where number = 1", 2),
    "two in another order": ("update event set number = 13 - number where number in (6, 7)", 6),
    "one twice": ("insert into event select * from event where number = 6", 6),
    "a beginning of its own": (f"update event set number = number - 5, previous = case number when 6 then repeat('0', 64) else previous end where number > 5; delete from event where number > {LAST - 5} or hash not in (select hash from event)", 0),
}  # fmt: skip


@pytest.mark.parametrize(("sql", "number"), BY_SQL.values(), ids=BY_SQL)
def test_what_was_changed_in_the_database_is_named_and_a_rebuild_puts_it_right(
    sql: str, number: int, folder: Path, before: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    tamper(folder, sql)
    kept = files_in(folder / "kpi.duckdb.ledger")
    with opened(folder) as services:
        reads_on_and_writes_nothing(services, f"Record {number} in kpi.duckdb" if number else "Record ")
        assert services.verify().mended == ()
    status, out = verified(folder, capsys)
    assert (status, "is not as it was written" in out) == (1, True)
    assert "kpi.duckdb.ledger/events.jsonl is whole: close the explorer and run python -m kpi_core rebuild" in out
    assert files_in(folder / "kpi.duckdb.ledger") == kept
    assert main(["--db", str(folder / DATABASE), "rebuild"]) == 0
    assert all_is_well(folder, before) == ""


def test_a_cut_end_of_the_database_is_given_back_from_the_second_copy_and_nothing_stands_twice(
    folder: Path, before: dict[str, Any]
) -> None:
    tamper(folder, f"delete from event where number > {LAST - 3}")
    assert all_is_well(folder, before).startswith(f"Records {LAST - 2} to {LAST} the database lacked, and were added")


def test_where_both_are_broken_it_says_so_and_nothing_is_written(folder: Path, before: dict[str, Any]) -> None:
    tamper(folder, "update event set actor = 'Zoe Nobody' where number = 6")
    flipped(folder / MIRROR, len(b"".join(lines_of(folder)[:8])) + 30)
    there = files_in(folder / "kpi.duckdb.ledger")
    with opened(folder) as services:
        reads_on_and_writes_nothing(services, "Put the database and its folder back from a backup.")
    with pytest.raises(LedgerBroken, match=r"Nothing was made again\. Line 9"):
        rebuild(folder / DATABASE, fixed_clock)
    assert files_in(folder / "kpi.duckdb.ledger") == there


# --- the second copy, changed by hand -----------------------------------------------------------------------------


def places(line: bytes) -> dict[str, int]:
    """A byte of each class in a line."""
    found = {"the brace": 0, "a name": line.index(b"role"), "a colon": line.index(b":"), "a comma": line.index(b",")}
    found |= {"a quote": line.index(b'"'), "a digit": line.index(b"2022"), "a letter": line.index(b"Ann")}
    found |= {"of a body": line.index(b"Q1 20"), "of the hash before": line.index(b"previous") + 15}
    return found | {"of its own hash": len(line) - 10, "the end of the line": len(line) - 1}


CLASSES = ("the brace", "a name", "a colon", "a comma", "a quote", "a digit", "a letter", "of a body", "of the hash before",
           "of its own hash", "the end of the line")  # fmt: skip


@pytest.mark.parametrize(("what", "bit"), [(what, place % 7) for place, what in enumerate(CLASSES)], ids=CLASSES)
def test_a_flipped_bit_in_any_class_of_byte_of_a_line_is_named_and_reading_goes_on(
    what: str, bit: int, folder: Path, before: dict[str, Any]
) -> None:
    lines = lines_of(folder)
    flipped(folder / MIRROR, len(b"".join(lines[:5])) + places(lines[5])[what], bit)
    spoilt = files_in(folder / "kpi.duckdb.ledger")
    with opened(folder) as services:
        reads_on_and_writes_nothing(
            services,
            "Line 6 of kpi.duckdb.ledger/events.jsonl (report saved on 22 November 2022) is not as it was written. The database is "
            "whole: move kpi.duckdb.ledger away and start the explorer again, which writes it anew from the database.",
        )
        assert services.head == before["head"]
    assert files_in(folder / "kpi.duckdb.ledger") == spoilt
    with pytest.raises(LedgerBroken, match=r"Nothing was made again\. Line 6"):
        rebuild(folder / DATABASE, fixed_clock)
    shutil.move(folder / "kpi.duckdb.ledger", folder / "away")
    with opened(folder) as services:
        assert (services.unconfirmed, services.head) == (True, before["head"])


OTHER_LINES: dict[str, tuple[Callable[[list[bytes]], list[bytes]], int]] = {
    "deleted": (lambda lines: [*lines[:5], *lines[6:]], 6),
    "the first deleted": (lambda lines: lines[1:], 1),
    "in another order": (lambda lines: [*lines[:5], lines[6], lines[5], *lines[7:]], 6),
    "twice": (lambda lines: [*lines[:6], lines[5], *lines[6:]], 7),
    "empty": (lambda lines: [*lines[:5], b"\n", *lines[6:]], 6),
    "a list": (lambda lines: [*lines[:5], b"[1, 2]\n", *lines[6:]], 6),
    "no text": (lambda lines: [*lines[:5], b"\xff\xfe\n", *lines[6:]], 6),
    "a number in words": (lambda lines: [*lines[:5], lines[5].replace(b'"number":6', b'"number":"6"'), *lines[6:]], 6),
    "nested": (lambda lines: [*lines[:5], b"[" * 100_000 + b"\n", *lines[6:]], 6),
    "added to the end": (lambda lines: [*lines, lines[-1]], LAST + 1),
    "cut in the middle": (lambda lines: [*lines[:5], lines[5][:40] + b"\n", *lines[6:]], 6),
}


@pytest.mark.parametrize(("change", "number"), OTHER_LINES.values(), ids=OTHER_LINES)
def test_a_line_that_was_changed_is_named_with_the_database_there_and_without_it(
    change: Callable[[list[bytes]], list[bytes]],
    number: int,
    folder: Path,
    before: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_lines(folder, change(lines_of(folder)))
    with opened(folder) as services:
        reads_on_and_writes_nothing(services, f"Line {number} of kpi.duckdb.ledger/events.jsonl")
        assert services.head == before["head"]
    status, out = verified(folder, capsys)
    assert (status, f"Line {number} of " in out) == (1, True)
    (folder / DATABASE).unlink()
    there = files_in(folder)
    if number == 1:
        assert why_not_open(folder)
    else:
        with opened(folder) as services:
            reads_on_and_writes_nothing(
                services, f"kpi.duckdb is not there, and cannot be made again. Line {number} of "
            )
            assert services.position == number - 1
        status, out = verified(folder, capsys)
        assert (status, f"Line {number} of " in out) == (1, True)
    assert files_in(folder) == there


def test_with_a_damaged_database_and_a_broken_line_what_stands_before_it_is_read(folder: Path) -> None:
    flipped(folder / MIRROR, len(b"".join(lines_of(folder)[:9])) + 40)
    flipped(folder / DATABASE, 12_288 + 5_000)
    there = files_in(folder)
    with opened(folder) as services:
        reads_on_and_writes_nothing(services, "Line 10 of kpi.duckdb.ledger/events.jsonl is not as it was written.")
        assert services.position == 9
    assert {name: content for name, content in files_in(folder).items() if name != "kpi.duckdb.wal"} == there


# --- two that differ, and a whole rewrite -------------------------------------------------------------------------


def other_actor(event: Event) -> Event:
    return replace(event, actor="Zoe Nobody") if event.number == 6 else event


@pytest.mark.parametrize("rewrite", [rewrite_database, rewrite_mirror])
def test_a_rewrite_of_one_half_with_every_hash_worked_out_again_is_found(
    rewrite: Callable[[Path, Callable[[Event], Event]], None], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rewrite(folder, other_actor)
    there = files_in(folder)
    why = (
        "Record 6 is not the same in kpi.duckdb (report saved on 22 November 2022) and in kpi.duckdb.ledger/events.jsonl (report saved "
        "on 22 November 2022): they are of two different histories. Put back from one backup the two that belong together."
    )
    with opened(folder) as services:
        reads_on_and_writes_nothing(services, why)
    assert verified(folder, capsys)[0] == 1
    with pytest.raises(LedgerBroken, match=r"Nothing was made again\. Record 6 is not the same"):
        rebuild(folder / DATABASE, fixed_clock)
    assert files_in(folder / "kpi.duckdb.ledger") == {
        name.removeprefix("kpi.duckdb.ledger/"): content
        for name, content in there.items()
        if name.startswith("kpi.duckdb.ledger/")
    }


def test_the_second_copy_of_another_database_is_of_another_history(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    with opened(other) as services:
        services.reports.mark_concern("A3", Q2, "It falls.", ANN)
    shutil.rmtree(folder / "kpi.duckdb.ledger")
    shutil.copytree(other / "kpi.duckdb.ledger", folder / "kpi.duckdb.ledger")
    with opened(folder) as services:
        reads_on_and_writes_nothing(services, "they are of two different histories")


def test_a_rewrite_of_both_halves_is_found_only_by_a_head_that_was_noted(
    folder: Path, before: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert verified(folder, capsys, "--head", before["head"])[0] == 0
    earlier = event_of(lines_of(folder)[3])
    assert earlier is not None
    assert verified(folder, capsys, "--head", earlier.hash)[0] == 0, "a head that was noted earlier is in it too"
    rewrite_database(folder, other_actor)
    rewrite_mirror(folder, other_actor)
    assert verified(folder, capsys)[0] == 0
    status, out = verified(folder, capsys, "--head", before["head"])
    assert (status, "does not hold the head that was given" in out) == (1, True)
    assert verified(folder, capsys, "--head", earlier.hash)[0] == 0, "what stood before the rewrite is as it was"


def test_an_end_cut_off_both_halves_is_found_only_by_a_head_that_was_noted(
    folder: Path, before: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    write_lines(folder, lines_of(folder)[:-2])
    (folder / DATABASE).unlink()
    assert verified(folder, capsys)[0] == 0
    assert verified(folder, capsys, "--head", before["head"])[0] == 1


# --- files --------------------------------------------------------------------------------------------------------


def named(folder: Path, what: str) -> str:
    """The SHA-256 of a file of some kind that an event of an upload names."""
    event = event_of(lines_of(folder)[2])
    assert event is not None
    return next(name for name, of in files_named(event.body).items() if of == what)


FILES = ("upload", "mapping", "words")


@pytest.mark.parametrize("what", FILES)
def test_a_file_that_one_copy_lost_is_given_back_by_the_other_and_that_is_said(
    what: str, folder: Path, before: dict[str, Any]
) -> None:
    (mirror_of(folder).folder / "files" / named(folder, what)).unlink()
    assert all_is_well(folder, before) == (
        "One file of kpi.duckdb.ledger was not there and was written again from the database."
    )
    tamper(folder, f"delete from file where sha256 = '{named(folder, what)}'")
    assert all_is_well(folder, before) == "One file that the database lacked was added to it from kpi.duckdb.ledger."


@pytest.mark.parametrize("what", FILES)
def test_a_spoilt_file_of_either_copy_is_named_by_verify(
    what: str, folder: Path, before: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    name = named(folder, what)
    path = mirror_of(folder).folder / "files" / name
    content = path.read_bytes()
    flipped(path, 7)
    with opened(folder) as services:
        assert services.recovered == ""
        assert services.verify().problems == (
            f"The file {name[:12]}… in kpi.duckdb.ledger is not as it was written. Put it back from a backup.",
        )
    assert verified(folder, capsys)[0] == 1
    path.write_bytes(content)
    tamper(folder, f"update file set bytes = 'spoilt'::blob where sha256 = '{name}'")
    with opened(folder) as services:
        assert services.verify().problems == (
            f"The file {name[:12]}… in the database kpi.duckdb is not as it was written. Put it back from a backup.",
        )
    rebuild(folder / DATABASE, fixed_clock)
    assert all_is_well(folder, before) == ""


def test_a_spoilt_file_of_the_second_copy_is_never_made_the_databases(folder: Path) -> None:
    name = named(folder, "words")
    flipped(mirror_of(folder).folder / "files" / name, 7)
    tamper(folder, f"delete from file where sha256 = '{name}'")
    with opened(folder) as services:
        assert len(services.verify().problems) == 2
    (folder / DATABASE).unlink()
    assert why_not_open(folder) == (
        f"The file {name[:12]}… of record 3 is not as it was written. Put it back from a backup."
    )


@pytest.mark.parametrize("what", FILES)
def test_a_file_that_both_lost_is_said_by_the_rebuild_and_by_verify_and_comes_back_with_it(
    what: str, folder: Path, before: dict[str, Any]
) -> None:
    name = named(folder, what)
    path = mirror_of(folder).folder / "files" / name
    content = path.read_bytes()
    path.unlink()
    (folder / DATABASE).unlink()
    with opened(folder) as services:
        assert services.recovered.startswith(
            f"kpi.duckdb was not there. It was made again from kpi.duckdb.ledger: records 1 to {LAST}, without 1 file of words or "
            "uploads, to be put back from a backup."
        )
        assert [one.split(" is not in ")[0] for one in services.verify().problems] == [f"The file {name[:12]}…"] * 2
        assert services.scorecard(Q2).row("A1").display == "73% [r]"
    path.write_bytes(content)
    rebuild(folder / DATABASE, fixed_clock)
    assert all_is_well(folder, before) == ""


def test_a_file_with_figures_that_is_gone_is_named_and_nothing_is_made_again_without_it(tmp_path: Path) -> None:
    figure = GivenFigure("A1", "X", quarter(Q2), Decimal(50), source="Report")
    many = [replace(figure, value=Decimal(number % 100)) for number in range(40_000)]
    with opened(tmp_path) as services:
        services._ledger.act(OFFICER, Kind.PUBLISHED, lambda: Made(tuple(many)))
        (_, event) = services._ledger.events()
    large = [name for name, what in files_named(event.body).items() if what == "records"]
    (mirror_of(tmp_path).folder / "files" / large[0]).unlink()
    (tmp_path / DATABASE).unlink()
    refused = why_not_open(tmp_path)
    assert refused == f"The file {large[0][:12]}… with the figures of record 2 is not there. Put it back from a backup."
    assert not (tmp_path / DATABASE).exists()


def test_a_file_that_no_record_names_is_left_where_it_is(folder: Path, before: dict[str, Any]) -> None:
    stranger = mirror_of(folder).folder / "files" / sha256(b"stranger")
    stranger.write_bytes(b"stranger")
    (stranger.parent / "notes.txt").write_bytes(b"mine")
    assert all_is_well(folder, before) == ""
    assert (stranger.read_bytes(), (stranger.parent / "notes.txt").read_bytes()) == (b"stranger", b"mine")


# --- tables -------------------------------------------------------------------------------------------------------

IN_TABLES: dict[str, tuple[str, str]] = {
    "a value": ("update figure set value = '99' where given_by = 2 and indicator = 'A1'", "figure"),
    "a text": ("update report set reason_line = 'Changed.' where given_by = 7", "report"),
    "an alias": ("update indicator set aliases = '[\"Qtimely visits\"]' where code = 'ZZ1'", "indicator"),
    "a state": ("update report set state = 'approved' where given_by = 8", "report"),
    "a row added": ("insert into concern select * from concern", "concern"),
    "a row of no record added": ("insert into area values (99, 0, 'W', 'Elsewhere')", "area"),
    "a row removed": ("delete from target where given_by = 1", "target"),
    "a row given to another record": ("update scenario set given_by = 15", "scenario"),
    "two rows in another order": ("update figure set place = 1 - place where given_by = 2", "figure"),
    "a whole table emptied": ("delete from proposal", "proposal"),
    "a withdrawal that never was": ("insert into withdrawn values (2, 0, 2, 1, '2022-11-22', 'Zoe', 'x', 'y')", "withdrawn"),
}  # fmt: skip


@pytest.mark.parametrize(("sql", "table"), IN_TABLES.values(), ids=IN_TABLES)
def test_what_was_changed_in_a_table_is_found_by_verify_and_put_right_by_a_rebuild(
    sql: str, table: str, folder: Path, before: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    tamper(folder, sql)
    status, out = verified(folder, capsys)
    assert status == 1
    said = [line for line in out.splitlines() if "table " in line]
    assert said
    assert all(f"table {table} " in line and line.endswith("python -m kpi_core rebuild") for line in said)
    done = rebuild(folder / DATABASE, fixed_clock)
    assert (done.position, len(done.aside), done.lacking) == (LAST, 1, 0)
    assert all_is_well(folder, before) == ""


# --- rebuilding ---------------------------------------------------------------------------------------------------


def test_a_rebuild_gives_the_same_again_and_keeps_every_former_database(folder: Path, before: dict[str, Any]) -> None:
    former = (folder / DATABASE).read_bytes()
    asides = [rebuild(folder / DATABASE, fixed_clock).aside[0] for _ in range(2)]
    assert asides[0].read_bytes() == former
    assert len(set(asides)) == 2
    assert all(one.exists() for one in asides)
    assert all_is_well(folder, before) == ""


def test_a_rebuild_from_a_second_copy_that_lacks_something_is_refused_with_nothing_changed(folder: Path) -> None:
    write_lines(folder, lines_of(folder)[:-1])
    there = files_in(folder)
    with pytest.raises(LedgerBroken, match=r"kpi\.duckdb has records that kpi\.duckdb\.ledger/events\.jsonl lacks"):
        rebuild(folder / DATABASE, fixed_clock)
    shutil.rmtree(folder / "kpi.duckdb.ledger")
    with pytest.raises(StoreError, match="there is nothing to make it again from"):
        rebuild(folder / DATABASE, fixed_clock)
    assert files_in(folder) == {
        name: content for name, content in there.items() if not name.startswith("kpi.duckdb.ledger")
    }


def test_an_interrupted_rebuild_is_begun_again_at_the_next_start(
    folder: Path, before: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("kpi_core.shell.storage.database.os.replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            rebuild(folder / DATABASE, fixed_clock)
    assert sorted(path.name for path in folder.glob("*.part*")) == []
    assert all_is_well(folder, before) in (
        "", f"kpi.duckdb was not there. It was made again from kpi.duckdb.ledger: records 1 to {LAST}."
    )  # fmt: skip


def test_the_record_of_changes_names_the_one_that_cannot_be_read_and_tells_the_others(folder: Path) -> None:
    tamper(folder, "update event set body = '{}' where number = 6")
    with opened(folder) as services:
        told = services.changes()
        assert len(told) == LAST
        assert told[5].what == "Report saved: what it holds is not as it was written, and cannot be read."
        assert told[5].kind == Kind.REPORT_SAVED
