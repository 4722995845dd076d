"""Where the ledger lies: each of its two copies lost, cut, broken or tampered with, and what is then done and said."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kpi_core.errors import NewerDatabase, NotAllowed, NotPublished, NotSaved, StoreError
from kpi_core.events import Kind
from kpi_core.shell.storage import make_database, rebuild
from kpi_core.shell.storage.store import log_of

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
    all_of,
    cut,
    files_in,
    flipped,
    given,
    kinds,
    lines_of,
    mirror_of,
    open_at,
    opened,
    publish,
    row,
    tamper,
    verified,
    why_not_open,
    write_lines,
)

whole, before, folder = ledgers.whole, ledgers.before, ledgers.folder


# --- the same, and one the beginning of the other -----------------------------------------------------------------


def test_where_both_are_the_same_it_opens_without_a_word(folder: Path, before: dict[str, Any]) -> None:
    kept = files_in(folder / "kpi.duckdb.ledger")
    assert all_is_well(folder, before) == ""
    assert files_in(folder / "kpi.duckdb.ledger") == kept


def test_an_old_copy_of_the_database_put_back_is_given_what_came_since(tmp_path: Path) -> None:
    with opened(tmp_path) as services:
        publish(services, given(row("A1", "73")))
    old = (tmp_path / DATABASE).read_bytes()
    with opened(tmp_path) as services:
        services.reports.mark_concern("A3", Q2, "It falls.", ANN)
        services.uploads.withdraw(1, "Wrong.", OFFICER.name)
        before = all_of(services)
    (tmp_path / DATABASE).write_bytes(old)
    with opened(tmp_path) as services:
        assert services.recovered == (
            "Records 3 to 4 the database lacked, and were added to it from kpi.duckdb.ledger/events.jsonl."
        )
        assert services.verify().mended == (services.recovered,)
    assert all_is_well(tmp_path, before) == ""


def test_a_second_copy_that_lost_its_last_line_is_completed_from_the_database(
    folder: Path, before: dict[str, Any]
) -> None:
    lines = lines_of(folder)
    write_lines(folder, lines[:-1])
    assert all_is_well(folder, before) == (
        "Record 19 (target proposed on 22 November 2022) stood in the database alone and was added to "
        "kpi.duckdb.ledger/events.jsonl."
    )
    assert lines_of(folder) == lines


def test_cut_after_any_line_the_second_copy_is_completed(whole: Path, before: dict[str, Any], tmp_path: Path) -> None:
    lines = lines_of(whole)
    for length in range(1, LAST, 2):
        folder = tmp_path / str(length)
        shutil.copytree(whole, folder)
        write_lines(folder, lines[:length])
        with opened(folder) as services:
            assert f"to {LAST} stood in the database alone" in services.recovered or length == LAST - 1
            assert services.verify().problems == ()
            assert services.head == before["head"]
        assert lines_of(folder) == lines


def test_cut_within_any_line_the_torn_end_is_dropped_and_said(
    whole: Path, before: dict[str, Any], tmp_path: Path
) -> None:
    lines = lines_of(whole)
    for number in (1, 2, 7, LAST):
        for left in (1, 20, len(lines[number - 1]) - 1):
            folder = tmp_path / f"{number}-{left}"
            shutil.copytree(whole, folder)
            write_lines(folder, [*lines[: number - 1], lines[number - 1][:left]])
            with opened(folder) as services:
                assert services.head == before["head"]
                if number > 1:
                    assert (
                        "ended in the middle of a line, which was never announced and is dropped." in services.recovered
                    )
                    assert services.verify().problems == ()
                else:
                    assert services.unconfirmed, "not one whole line was left, so it is lost"
            assert lines_of(folder) == lines


def test_without_a_database_what_stands_before_a_cut_end_comes_back(whole: Path, tmp_path: Path) -> None:
    lines = lines_of(whole)
    for number in (2, 5, 12, LAST):
        folder = tmp_path / str(number)
        shutil.copytree(whole, folder)
        write_lines(folder, [*lines[: number - 1], lines[number - 1][:50]])
        (folder / DATABASE).unlink()
        with opened(folder) as services:
            assert services.position == number - 1
            assert "ended in the middle of a line" in services.recovered
            assert services.verify().problems == ()
        assert lines_of(folder) == lines[: number - 1]


# --- the database lost or broken ----------------------------------------------------------------------------------


def test_a_deleted_database_is_made_again_and_that_is_said(folder: Path, before: dict[str, Any]) -> None:
    (folder / DATABASE).unlink()
    assert all_is_well(folder, before) == (
        f"kpi.duckdb was not there. It was made again from kpi.duckdb.ledger: records 1 to {LAST}."
    )
    with opened(folder) as services:
        assert publish(services, given(row("A2", "55"))).id == 4


def test_where_only_what_comes_with_the_product_was_in_it_it_is_made_again_without_a_word(tmp_path: Path) -> None:
    open_at(tmp_path).close()
    (tmp_path / DATABASE).unlink()
    with opened(tmp_path) as services:
        assert (services.recovered, services.position, services.verify().problems) == ("", 1, ())


def header_broken(database: Path) -> None:
    content = bytearray(database.read_bytes())
    for place in range(8, 12_288, 64):
        content[place] ^= 1
    database.write_bytes(content)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "header": header_broken,
    "a bit of the first block": lambda path: flipped(path, 12_288 + 5_000),
    "a quarter of its length": lambda path: cut(path, path.stat().st_size // 4),
    "a half of its length": lambda path: cut(path, path.stat().st_size // 2),
    "one byte short of its header": lambda path: cut(path, 4_095),
    "emptied": lambda path: cut(path, 0),
    "overwritten with text": lambda path: path.write_text("indicator,value\n", encoding="utf-8"),
    "overwritten with noughts": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "another program's": lambda path: (path.unlink(), duckdb.connect(str(path)).execute("create table rota (day date)").close()),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_broken_database_is_set_aside_made_again_and_that_is_said(
    damage: Callable[[Path], object], folder: Path, before: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    damage(folder / DATABASE)
    broken = (folder / DATABASE).read_bytes()
    with caplog.at_level(logging.WARNING, "kpi_explorer"):
        said = all_is_well(folder, before)
    (aside,) = folder.glob("kpi.duckdb.*.set-aside")
    assert not broken or aside.read_bytes() == broken
    assert said.isprintable()
    assert said.endswith(
        f"It was made again from kpi.duckdb.ledger: records 1 to {LAST}. What was there before is kept as {aside.name}."
    )
    assert said in caplog.text


def test_a_flipped_bit_in_any_block_is_met_at_opening_and_never_later(
    folder: Path, before: dict[str, Any], tmp_path: Path
) -> None:
    image, rebuilt = (folder / DATABASE).read_bytes(), 0
    kept = tmp_path / "kept"
    shutil.copytree(folder / "kpi.duckdb.ledger", kept)
    for place in range(12_288 + 5_000, len(image), 4 * 262_144):
        (folder / DATABASE).write_bytes(image)
        flipped(folder / DATABASE, place, place % 8)
        shutil.rmtree(folder / "kpi.duckdb.ledger")
        shutil.copytree(kept, folder / "kpi.duckdb.ledger")
        with opened(folder) as services:
            rebuilt += bool(services.recovered)
            assert services.verify().problems == ()
            assert services.head == before["head"]
            publish(services, given(row("A2", "55")))
    assert rebuilt > 2


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_broken_database_without_its_second_copy_is_left_and_that_is_one_sentence(
    damage: Callable[[Path], object], folder: Path
) -> None:
    shutil.move(folder / "kpi.duckdb.ledger", folder / "elsewhere")
    damage(folder / DATABASE)
    content = (folder / DATABASE).read_bytes()
    refused = why_not_open(folder)
    assert refused.isprintable()
    assert refused.endswith(".")
    assert not content or (folder / DATABASE).read_bytes() == content
    assert not (folder / "kpi.duckdb.ledger").exists(), "nothing is begun anew"
    assert why_not_open(folder)


def test_a_log_of_the_database_that_lost_its_end_loses_nothing(tmp_path: Path) -> None:
    """What only the write-ahead log had is in the second copy."""
    services = open_at(tmp_path)
    image = (tmp_path / DATABASE).read_bytes()
    publish(services, given(row("A1", "73")))
    services.reports.mark_concern("A3", Q2, "It falls.", ANN)
    log = log_of(tmp_path / DATABASE).read_bytes()
    before = all_of(services)
    services.close()
    for number, left in enumerate([0, 1, 20, *range(50, len(log), max(len(log) // 6, 1)), len(log)]):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        shutil.copytree(tmp_path / "kpi.duckdb.ledger", folder / "kpi.duckdb.ledger")
        shutil.copytree(tmp_path / "data", folder / "data")
        (folder / DATABASE).write_bytes(image)
        log_of(folder / DATABASE).write_bytes(log[:left])
        all_is_well(folder, before)


def test_a_log_with_a_flipped_bit_anywhere_loses_nothing(tmp_path: Path) -> None:
    services = open_at(tmp_path)
    image = (tmp_path / DATABASE).read_bytes()
    publish(services, given(row("A1", "73")))
    log, before = log_of(tmp_path / DATABASE).read_bytes(), all_of(services)
    services.close()
    for number, place in enumerate(range(0, len(log), max(len(log) // 8, 1))):
        folder = tmp_path / f"{number}"
        shutil.copytree(tmp_path / "kpi.duckdb.ledger", folder / "kpi.duckdb.ledger")
        shutil.copytree(tmp_path / "data", folder / "data")
        (folder / DATABASE).write_bytes(image)
        log_of(folder / DATABASE).write_bytes(log)
        flipped(log_of(folder / DATABASE), place, number % 8)
        all_is_well(folder, before)


def test_a_log_that_outlived_its_database_is_set_aside_and_named(folder: Path, before: dict[str, Any]) -> None:
    (folder / DATABASE).unlink()
    log_of(folder / DATABASE).write_bytes(b"left over")
    said = all_is_well(folder, before)
    (aside,) = folder.glob("*.set-aside")
    assert (aside.name in said, aside.read_bytes()) == (True, b"left over")


def test_a_database_held_by_another_process_or_of_a_newer_explorer_is_not_made_again(folder: Path) -> None:
    hold = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", hold, str(folder / DATABASE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:  # fmt: skip
        assert other.stdout is not None
        other.stdout.readline()
        for again in (lambda: open_at(folder), lambda: rebuild(folder / DATABASE, fixed_clock)):
            with pytest.raises(StoreError, match="The explorer is open and holds the figures"):
                again()
        other.kill()
    tamper(folder, "insert into migration values (9999, '9999_later.sql', now()::timestamp)")
    before = files_in(folder)
    for again in (lambda: open_at(folder), lambda: rebuild(folder / DATABASE, fixed_clock)):
        with pytest.raises(NewerDatabase):
            again()
    assert files_in(folder) == before


# --- the second copy lost -----------------------------------------------------------------------------------------

LOST: dict[str, Callable[[Path], object]] = {
    "the folder": lambda folder: shutil.rmtree(folder / "kpi.duckdb.ledger"),
    "the events": lambda folder: (folder / MIRROR).unlink(),
    "the events' text": lambda folder: cut(folder / MIRROR, 0),
}


@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
def test_a_lost_second_copy_is_written_again_and_every_page_says_so_until_it_is_confirmed(
    lose: Callable[[Path], object], folder: Path, before: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    kept = files_in(folder / "kpi.duckdb.ledger")
    lose(folder)
    sentence = (
        "The second copy of the record of changes, kpi.duckdb.ledger, was lost and has been written again from the database. Find out "
        "why it was gone, then confirm it on the page Record of changes."
    )
    with opened(folder) as services:
        assert "was not there and was written again from the database." in services.recovered
        assert tuple(services.warnings()) == (sentence,)
        assert all_of(services) == before
        publish(services, given(row("A2", "55")))
    assert {name: files_in(folder / "kpi.duckdb.ledger").get(name) for name in kept if name != "events.jsonl"} == {
        name: content for name, content in kept.items() if name != "events.jsonl"
    }
    status, out = verified(folder, capsys)
    assert (status, sentence in out) == (1, True)
    with opened(folder) as services:
        assert tuple(services.warnings()) == (sentence,)
        with pytest.raises(NotAllowed, match="Ask Performance officer or Administrator"):
            services.confirm_second_copy(ANN)
        services.confirm_second_copy(OFFICER)
        assert tuple(services.warnings()) == ()
        assert kinds(services)[-1] == Kind.MIRROR_CONFIRMED
        assert services.changes()[-1].by == OFFICER.name
        with pytest.raises(NotSaved, match="Nothing was confirmed"):
            services.confirm_second_copy(OFFICER)
        assert services.verify().problems == ()
    (folder / DATABASE).unlink()
    with opened(folder) as services:
        assert (services.position, services.verify().problems) == (LAST + 2, ())


@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
def test_both_lost_nothing_is_begun_anew_where_something_of_a_ledger_remains(
    lose: Callable[[Path], object], folder: Path
) -> None:
    lose(folder)
    (folder / DATABASE).unlink()
    remains = (folder / "kpi.duckdb.ledger").exists()
    there = files_in(folder)
    refused = why_not_open(folder)
    if not remains:
        assert refused == ""
        with opened(folder) as services:
            assert (services.position, services.recovered) == (1, "")
        return
    assert refused.startswith(
        "kpi.duckdb.ledger holds what remains of an earlier kpi.duckdb, so nothing is begun anew there."
    )
    assert files_in(folder) == there
    with pytest.raises(StoreError):
        rebuild(folder / DATABASE, fixed_clock)
    with pytest.raises(StoreError, match="holds what remains"):
        make_database(folder / DATABASE, folder / "data", fixed_clock)
    assert files_in(folder) == there


def test_nothing_is_begun_anew_beside_the_folder_of_a_version_before_the_ledger(tmp_path: Path) -> None:
    (tmp_path / "kpi.duckdb.uploads").mkdir()
    (tmp_path / "kpi.duckdb.uploads" / "0001-abc.csv").write_bytes(b"indicator,quarter,value\n")
    refused = why_not_open(tmp_path)
    assert refused.startswith(
        "kpi.duckdb.uploads holds what was published in an earlier kpi.duckdb, which is not there."
    )
    assert not (tmp_path / DATABASE).exists()


@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
def test_a_second_copy_lost_while_it_runs_is_not_begun_anew_with_the_next_act(
    lose: Callable[[Path], object], folder: Path
) -> None:
    with opened(folder) as services:
        lose(folder)
        with pytest.raises(NotPublished, match=r"events\.jsonl is not as it was left; start the explorer again"):
            publish(services, given(row("A2", "55")))
        assert len(tuple(services.warnings())) == 1
        assert services.position == LAST
    assert not mirror_of(folder).there
    with opened(folder) as services:
        assert (services.position, services.unconfirmed) == (LAST + 1, True)
        services.confirm_second_copy(OFFICER)
        assert services.verify().problems == ()
