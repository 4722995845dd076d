"""A database that is damaged, lost or behind is made again from what is kept, and it is said; nothing is ever deleted."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kpi_core.errors import BundleError, NewerDatabase, NotPublished, NotWithdrawn, StoreError
from kpi_core.intake import GivenFile
from kpi_core.profile import read_profile
from kpi_core.shell.database import make_database, rebuild
from kpi_core.shell.example import files as example_files
from kpi_core.shell.kept import Kept
from kpi_core.shell.services import Services
from kpi_core.shell.store import log_of
from kpi_core.shell.uploads import STEPS

from ..conftest import REPO, csv_bytes, figure, fixed_clock
from .test_crash import killed, reopened
from .test_history import entries, mapped, new_indicator
from .test_publishing import Q1, Q2, all_held, all_said, events, files_in, given, happened, open_at, publish, row, shows
from .test_store import HELD, held_by_another_process

NOTHING_MISSING = "Nothing that was published is missing."


def written(services: Services) -> None:
    """A history with everything in it: figures, a revision, targets, the register, a mapped file, two withdrawals."""
    publish(services, given(row("A1", "71"), row("A2", "60", Q1)), "Ann", "First look.")
    publish(
        services, given(row("A1", "73", comment="Late."), row("A3", "c"), name="../../two.csv"), "Bob", "Late returns."
    )
    publish(services, entries("targets.csv", {"indicator": "A1", "from_quarter": Q2, "value": "80", "corrects": "yes"}))
    publish(services, new_indicator("B1"))
    publish(services, mapped(("M1", Q2, "42", "Z"), ("A1", Q2, "71", "Y")), "Cy")
    services.uploads.withdraw(2, "Wrong file.", "Bob")
    publish(
        services,
        given(row("A1", "73", comment="Late."), row("A3", "c"), name="../../two.csv"),
        "Bob",
        "Right after all.",
    )
    publish(services, given(row("A3", "50")))
    services.uploads.withdraw(7, "Not yet.", "Ann")
    publish(services, given(row("B1", "12")))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database that has a history, closed."""
    folder = tmp_path_factory.mktemp("whole")
    with reopened(folder) as services:
        written(services)
        assert services.verify().problems == ()
    return folder


@pytest.fixture(scope="module")
def said_before(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("before") / "copy"
    shutil.copytree(whole, folder)
    with reopened(folder) as services:
        return told(services)


def told(services: Services) -> dict[str, Any]:
    """What readers are told and what is held, but for when the files of ``data/`` were loaded."""
    return all_said(services) | all_held(services)


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "one"
    shutil.copytree(whole, copy)
    return copy


def flipped(path: Path, place: int, bit: int = 0) -> None:
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= 1 << bit
    path.write_bytes(content)


def cut(path: Path, length: int) -> None:
    path.write_bytes(path.read_bytes()[:length])


# --- the database's own file --------------------------------------------------------------------------------------


def header_broken(database: Path) -> None:
    for place in range(8, 12_288, 64):
        flipped(database, place)


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
    damage: Callable[[Path], object], folder: Path, said_before: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    database = folder / "kpi.duckdb"
    damage(database)
    broken = database.read_bytes()
    with caplog.at_level(logging.WARNING, "kpi_explorer"), reopened(folder) as services:
        (aside,) = folder.glob("kpi.duckdb.*.set-aside")
        assert aside.read_bytes() == broken
        assert services.recovered.isprintable()
        assert services.recovered.endswith(
            f"It was made again from the bundled data and 8 kept uploads. What was there before is kept as {aside.name}. "
            f"{NOTHING_MISSING}"
        )
        assert services.recovered in caplog.text
        assert told(services) == said_before
        assert services.verify().problems == ()
        assert publish(services, given(row("A2", "44"))).id == 9
    with reopened(folder) as services:
        assert services.recovered == ""
        assert len(list(folder.glob("*.set-aside"))) == 1


def test_no_flipped_bit_in_any_block_is_met_later_as_a_traceback(folder: Path, said_before: dict[str, Any]) -> None:
    """Every block, those of the indexes too, which are read only where something is written."""
    whole_file = (folder / "kpi.duckdb").read_bytes()
    rebuilt = 0
    for place in range(5_000 + 12_288, len(whole_file), 3 * 262_144):
        for path in folder.glob("*.set-aside"):
            path.unlink()
        (folder / "kpi.duckdb").write_bytes(whole_file)
        flipped(folder / "kpi.duckdb", place)
        with reopened(folder) as services:
            rebuilt += bool(services.recovered)
            assert shows(services, "A1") == "73% [r]"
            assert services.verify().problems == ()
            services.uploads.withdraw(8, "Try.", "Ann")
        events_before = [event for event in events(folder / "kpi.duckdb") if event.upload.withdrawn_reason != "Try."]
        restore_manifest(folder, len(events_before))
    assert rebuilt > 2


def restore_manifest(folder: Path, length: int) -> None:
    path = folder / "kpi.duckdb.uploads" / "manifest.json"
    held = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(held | {"events": held["events"][:length]}), encoding="utf-8")


def test_a_deleted_database_is_made_again(folder: Path, said_before: dict[str, Any]) -> None:
    (folder / "kpi.duckdb").unlink()
    with reopened(folder) as services:
        assert services.recovered == (
            f"kpi.duckdb was not there. It was made again from the bundled data and 8 kept uploads. {NOTHING_MISSING}"
        )
        assert told(services) == said_before
    with reopened(folder) as services:
        assert services.recovered == ""


def test_an_old_copy_put_back_lacks_what_was_published_since_and_is_made_again(tmp_path: Path) -> None:
    database = tmp_path / "kpi.duckdb"
    with reopened(tmp_path) as services:
        publish(services, given(row("A1", "71")))
    old = database.read_bytes()
    with reopened(tmp_path) as services:
        publish(services, given(row("A1", "73")))
        services.uploads.withdraw(1, "Wrong.", "Ann")
        before = told(services)
    database.write_bytes(old)
    with reopened(tmp_path) as services:
        assert services.recovered.startswith("the database lacks upload 2, which was published. It was made again")
        assert told(services) == before
    (aside,) = tmp_path.glob("*.set-aside")
    assert aside.read_bytes() == old


def test_an_old_copy_from_before_a_withdrawal_is_made_again(tmp_path: Path) -> None:
    with reopened(tmp_path) as services:
        publish(services, given(row("A1", "71")))
    old = (tmp_path / "kpi.duckdb").read_bytes()
    with reopened(tmp_path) as services:
        services.uploads.withdraw(1, "Wrong.", "Ann")
    (tmp_path / "kpi.duckdb").write_bytes(old)
    with reopened(tmp_path) as services:
        assert services.recovered.startswith("the database still has upload 1, which was withdrawn.")
        assert shows(services, "A1") == "not reported"


def test_figures_taken_out_of_the_database_by_hand_are_missed_at_start_and_changed_ones_by_verify(folder: Path) -> None:
    database = folder / "kpi.duckdb"
    with duckdb.connect(str(database)) as other:
        other.execute("update observation set value = '99' where upload = 8")
    with reopened(folder) as services:
        assert services.recovered == ""
        assert services.verify().problems == (
            "What the database holds of upload 8 is not what was published. Run: python -m kpi_core rebuild",
        )
    with duckdb.connect(str(database)) as other:
        other.execute("delete from observation where upload = 8")
    with reopened(folder) as services:
        assert services.recovered.startswith("the database lacks part of upload 8.")
        assert shows(services, "B1") == "12%"
        assert services.verify().problems == ()


# --- the write-ahead log ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def with_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with two uploads of which the second was committed, but neither put into the file nor recorded."""
    folder = tmp_path_factory.mktemp("with log")
    with reopened(folder) as services:
        publish(services, given(row("A1", "71")))
    (folder / "next.csv").write_bytes(given(row("A1", "73"), row("A2", "60")).content)
    killed(folder, "publish", "committed")
    assert log_of(folder / "kpi.duckdb").stat().st_size > 500
    return folder


@pytest.fixture(scope="module")
def legal(with_log: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What may be held: the first upload, and both."""
    folder = tmp_path_factory.mktemp("legal") / "copy"
    shutil.copytree(with_log, folder)
    with reopened(folder) as services:
        both = all_held(services)
    shutil.copytree(with_log, folder.with_name("one"))
    log_of(folder.with_name("one") / "kpi.duckdb").unlink()
    with reopened(folder.with_name("one")) as services:
        return [all_held(services), both]


def seen_after(with_log: Path, folder: Path, legal: list[dict[str, Any]]) -> int:
    """How many uploads are there after the log of ``folder`` was spoilt: one of the legal states, and all is well."""
    log = log_of(folder / "kpi.duckdb").read_bytes()
    with reopened(folder) as services:
        held = all_held(services)
        assert held in legal
        assert len(services.uploads.history()) == 1 + legal.index(held)
        assert happened(folder / "kpi.duckdb") == [("published", n + 1) for n in range(1 + legal.index(held))]
        assert services.verify().problems == ()
        assert shows(services, "A1") == ("73% [r]" if legal.index(held) else "71%")
        if services.recovered:
            spoilt = next(path for path in folder.glob("kpi.duckdb.wal.*.set-aside"))
            assert spoilt.name in services.recovered
            assert spoilt.read_bytes() == log
            assert len(list(folder.glob("*.set-aside"))) == 2
        publish(services, given(row("A3", "50")))
    return 1 + legal.index(held)


def test_a_log_cut_anywhere_leaves_what_was_announced(
    with_log: Path, legal: list[dict[str, Any]], tmp_path: Path
) -> None:
    length = log_of(with_log / "kpi.duckdb").stat().st_size
    found = set()
    for number, left in enumerate([0, 1, 8, 20, *range(50, length, length // 12), length - 1, length]):
        folder = tmp_path / str(number)
        shutil.copytree(with_log, folder)
        cut(log_of(folder / "kpi.duckdb"), left)
        found.add(seen_after(with_log, folder, legal))
    assert found == {1, 2}


def test_a_log_with_a_flipped_bit_anywhere_leaves_what_was_announced(
    with_log: Path, legal: list[dict[str, Any]], tmp_path: Path
) -> None:
    length = log_of(with_log / "kpi.duckdb").stat().st_size
    for number, place in enumerate(range(0, length, length // 14)):
        folder = tmp_path / str(number)
        shutil.copytree(with_log, folder)
        flipped(log_of(folder / "kpi.duckdb"), place, number % 8)
        seen_after(with_log, folder, legal)


def test_a_log_that_outlived_its_database_is_set_aside_and_named(with_log: Path, tmp_path: Path) -> None:
    folder = tmp_path / "one"
    shutil.copytree(with_log, folder)
    (folder / "kpi.duckdb").unlink()
    with reopened(folder) as services:
        (aside,) = folder.glob("*.set-aside")
        assert aside.name in services.recovered
        assert len(services.uploads.history()) == 1
        assert services.verify().problems == ()


# --- the kept uploads and their manifest --------------------------------------------------------------------------


def test_without_the_kept_folder_the_database_works_and_verify_says_that_it_could_not_be_rebuilt(
    folder: Path, said_before: dict[str, Any]
) -> None:
    os.replace(folder / "kpi.duckdb.uploads", folder / "elsewhere")
    with reopened(folder) as services:
        assert services.recovered == ""
        assert told(services) == said_before
        (problem,) = services.verify().problems
        assert problem.startswith(
            "The folder kpi.duckdb.uploads is not beside the database, so the database could not be rebuilt"
        )
        assert publish(services, given(row("A2", "44"))).id == 9
        assert not (folder / "kpi.duckdb.uploads").exists()
    with pytest.raises(StoreError, match="is left as it is: what upload 1, 2, 3, 4, 5 gave would be lost"):
        rebuild(folder / "kpi.duckdb", folder / "data", fixed_clock)
    os.replace(folder / "elsewhere", folder / "kpi.duckdb.uploads")
    with reopened(folder) as services:
        assert services.verify().problems == (
            "The database could not be rebuilt with Upload 9 (figures.csv): its kept file is not there.",
        )
    with pytest.raises(StoreError, match="is left as it is: what upload 9 gave would be lost"):
        rebuild(folder / "kpi.duckdb", folder / "data", fixed_clock)


def why_not_open(folder: Path) -> str:
    """The sentence that the database is refused with; empty: it opens."""
    try:
        open_at(folder).close()
    except StoreError as refused:
        return str(refused)
    return ""


def test_a_damaged_database_without_its_kept_folder_is_left_and_that_is_one_sentence(folder: Path) -> None:
    shutil.move(folder / "kpi.duckdb.uploads", folder / "elsewhere")
    whole_file = (folder / "kpi.duckdb").read_bytes()
    said = set()
    for place in range(12_288 + 5_000, len(whole_file), 2 * 262_144):
        (folder / "kpi.duckdb").write_bytes(whole_file)
        flipped(folder / "kpi.duckdb", place)
        before = files_in(folder)
        refused = why_not_open(folder)
        if refused:
            assert files_in(folder) == before
            assert refused.isprintable()
            said.add(refused.rsplit(")", 1)[-1])
    assert ", and kpi.duckdb.uploads is not beside it to make it again from. Put back a backup." in said


def kept_file(folder: Path, number: int) -> Path:
    (path,) = (folder / "kpi.duckdb.uploads").glob(f"{number:04d}-*.csv")
    return path


@pytest.mark.parametrize(
    ("spoil", "state"),
    [
        (lambda path: path.unlink(), "is not there"),
        (lambda path: flipped(path, 40), "is not as it was published"),
        (lambda path: cut(path, 0), "is not as it was published"),
    ],
    ids=["missing", "altered", "emptied"],
)
def test_a_kept_file_that_is_spoilt_is_told_by_verify_and_leaves_a_gap_that_is_told_once(
    spoil: Callable[[Path], object], state: str, folder: Path
) -> None:
    spoil(kept_file(folder, 8))
    with reopened(folder) as services:
        assert services.recovered == ""
        assert services.verify().problems == (
            f"The database could not be rebuilt with Upload 8 (figures.csv): its kept file {state}.",
        )
        before = services.uploads.history()
    (folder / "kpi.duckdb").unlink()
    with reopened(folder) as services:
        assert services.recovered.endswith(
            f"Upload 8 (figures.csv) could not be published again: its kept file {state}."
        )
        assert NOTHING_MISSING not in services.recovered
        assert (shows(services, "A1"), shows(services, "B1")) == ("73% [r]", "not reported")
        assert services.uploads.history() == before
        assert len(all_held(services)["audit"]) == 10
        assert any("upload 8 could not be had again" in problem for problem in services.verify().problems)
    with reopened(folder) as services:
        assert services.recovered == ""
    assert len(list(folder.glob("*.set-aside"))) == 0


def test_a_gap_is_filled_once_the_kept_file_is_back(folder: Path, said_before: dict[str, Any]) -> None:
    path = kept_file(folder, 8)
    content = path.read_bytes()
    path.unlink()
    (folder / "kpi.duckdb").unlink()
    open_at(folder).close()
    path.write_bytes(content)
    done = rebuild(folder / "kpi.duckdb", folder / "data", fixed_clock)
    assert (done.uploads, done.gaps) == (8, ())
    with reopened(folder) as services:
        assert told(services) == said_before
        assert services.verify().problems == ()


def test_a_column_mapping_that_is_gone_is_a_gap_that_says_so(folder: Path) -> None:
    (path,) = (folder / "kpi.duckdb.uploads").glob("*.mapping.toml")
    path.unlink()
    with reopened(folder) as services:
        (problem,) = services.verify().problems
        assert problem.endswith("the column mapping measures it was read through is not kept with it.")
    (folder / "kpi.duckdb").unlink()
    with reopened(folder) as services:
        assert "Upload 5 (extract.csv) could not be published again: the column mapping" in services.recovered
        assert "Z" not in services.areas()


SPOILT_MANIFESTS = {
    "empty": b"",
    "cut": b'{"made_from": "data", "events": [{"published": 1, "ki',
    "not text": b"\xff\xfe\x00\x01" * 20,
    "a list": b"[1, 2]",
    "a number": b"7",
    "nothing": b"null",
    "no events": b'{"made_from": "data"}',
    "events that are none": b'{"made_from": "data", "events": [{}, 3, null]}',
    "events in words": b'{"made_from": "data", "events": "all of them"}',
    "no day": b'{"made_from": "data", "events": [{"withdrawn": 1, "at": "yesterday", "by": "A", "reason": "r"}]}',
    "made from something else": b'{"made_from": "a rumour", "events": []}',
    "made from nothing": b'{"made_from": null, "events": []}',
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("content", SPOILT_MANIFESTS.values(), ids=SPOILT_MANIFESTS)
def test_a_manifest_that_cannot_be_read_is_written_again_from_the_database(
    content: bytes, folder: Path, said_before: dict[str, Any]
) -> None:
    path = folder / "kpi.duckdb.uploads" / "manifest.json"
    good = events(folder / "kpi.duckdb")
    path.write_bytes(content)
    with reopened(folder) as services:
        (aside,) = path.parent.glob("*.set-aside")
        assert aside.read_bytes() == content
        assert services.recovered == (
            "The manifest of kpi.duckdb.uploads could not be read. It was written again from the database; what was there before "
            f"is kept as {aside.name}."
        )
        assert all_held(services).items() <= said_before.items()
        assert services.verify().problems == ()
    assert [brief(event) for event in events(folder / "kpi.duckdb")] == [brief(event) for event in good]
    (folder / "kpi.duckdb").unlink()
    with reopened(folder) as services:
        assert all_held(services).items() <= said_before.items()


def brief(event: Any) -> tuple[Any, ...]:
    """A line of the manifest without what the withdrawal of its upload added since."""
    return (*json.loads(json.dumps([event.what, event.upload.id, event.digest, event.given])), event.upload.withdrawn_reason
            if event.what == "withdrawn" else event.upload.sha256)  # fmt: skip


def test_a_manifest_spoilt_while_the_explorer_runs_stops_publishing_and_is_told_by_verify(folder: Path) -> None:
    with reopened(folder) as services:
        before = all_held(services)
        (folder / "kpi.duckdb.uploads" / "manifest.json").write_bytes(b"{")
        for problem in services.verify().problems:
            assert problem.startswith("The manifest of kpi.duckdb.uploads cannot be read.")
        with pytest.raises(NotPublished, match="Nothing was published"):
            publish(services, given(row("A2", "44")))
        with pytest.raises(NotWithdrawn, match="Nothing was withdrawn"):
            services.uploads.withdraw(8, "Wrong.", "Ann")
        assert all_held(services) == before
    with pytest.raises(StoreError, match=r"manifest of kpi\.duckdb\.uploads cannot be read"):
        rebuild(folder / "kpi.duckdb", folder / "data", fixed_clock)


def test_where_neither_the_database_nor_the_manifest_can_be_read_both_are_left_and_a_backup_is_asked_for(
    folder: Path,
) -> None:
    (folder / "kpi.duckdb.uploads" / "manifest.json").write_bytes(b"{")
    for damage in (lambda path: flipped(path, 12_288 + 5_000), header_broken, Path.unlink):
        damage(folder / "kpi.duckdb")
        before = files_in(folder)
        with pytest.raises(StoreError, match=r"Put both back from a backup\.$"):
            open_at(folder)
        assert files_in(folder) == before


# --- what it is made again from -----------------------------------------------------------------------------------


def test_a_bundled_file_changed_since_gives_another_answer_and_that_is_said(folder: Path) -> None:
    path = folder / "data" / "indicators.csv"
    path.write_bytes(path.read_bytes().replace(b"A3,Measure A3", b"A4,Measure A4"))
    done = rebuild(folder / "kpi.duckdb", folder / "data", fixed_clock)
    assert done.aside is not None
    assert done.gaps[0] == (
        "Upload 2 (../../two.csv) does not give what it gave when it was published: data/ has changed since."
    )
    with reopened(folder) as services:
        assert services.recovered == ""
        assert len(services.uploads.history()) == 8
        assert any("upload 2, 6, 7 could not be had again" in problem for problem in services.verify().problems)


def test_bundled_files_that_are_broken_leave_the_database_where_it_is(folder: Path) -> None:
    (folder / "data" / "observations.csv").write_bytes(csv_bytes([figure("A1", Q1, "170")]))
    cut(folder / "kpi.duckdb", 100)
    before = files_in(folder)
    with pytest.raises(BundleError):
        open_at(folder)
    assert files_in(folder) == before


def test_rebuilding_on_demand_gives_the_same_again_with_the_same_numbers(
    folder: Path, said_before: dict[str, Any]
) -> None:
    database = folder / "kpi.duckdb"
    former = database.read_bytes()
    lines = happened(database)
    done = rebuild(database, folder / "data", fixed_clock)
    assert done.aside is not None
    assert done.aside.read_bytes() == former
    assert (done.uploads, done.gaps, done.set_aside) == (8, (), (done.aside,))
    with reopened(folder) as services:
        assert told(services) == said_before
        assert services.verify().problems == ()
        assert publish(services, given(row("A2", "44"))).id == 9
    assert happened(database) == [*lines, ("published", 9)]


def test_uploads_read_through_a_mapping_of_the_product_are_had_again(tmp_path: Path) -> None:
    content = (
        b"Code,Period,Value,Numerator,Denominator,LocalAuthority\n"
        b"CORP 09,2018-19;Q1,0.98,490,500,Aberdeen City\nCORP 10,2018-19;Q1,c,,,Angus\n"
    )
    names = [
        path for path in (REPO / "data" / "profiles").glob("*.toml") if "CORP 09" in path.read_text(encoding="utf-8")
    ]
    profile = read_profile(names[0].read_text(encoding="utf-8"), names[0].stem)
    with reopened(tmp_path) as services:
        publish(services, GivenFile(content, "lgbf.csv", profile))
        before = told(services)
        assert "Aberdeen City" in services.areas().values()
    (tmp_path / "kpi.duckdb").unlink()
    with reopened(tmp_path) as services:
        assert services.recovered.endswith(NOTHING_MISSING)
        assert told(services) == before


def test_a_database_held_by_another_process_is_not_made_again(folder: Path) -> None:
    before = files_in(folder / "kpi.duckdb.uploads")
    with held_by_another_process(folder / "kpi.duckdb"):
        with pytest.raises(StoreError) as refused:
            open_at(folder)
        assert str(refused.value) == HELD
    assert files_in(folder / "kpi.duckdb.uploads") == before
    assert list(folder.glob("*.set-aside")) == []


def test_a_database_of_a_newer_explorer_is_not_made_again(folder: Path) -> None:
    with duckdb.connect(str(folder / "kpi.duckdb")) as newer:
        newer.execute("insert into migration values (9999, '9999_later.sql', now()::timestamp)")
    before = files_in(folder)
    for again in (lambda: open_at(folder), lambda: rebuild(folder / "kpi.duckdb", folder / "data", fixed_clock)):
        with pytest.raises(NewerDatabase):
            again()
    assert files_in(folder) == before


def test_an_example_is_made_again_from_its_seed_and_its_uploads(tmp_path: Path) -> None:
    database = tmp_path / "example.duckdb"
    make_database(database, example_files(7), fixed_clock, "example 7")

    def opened() -> Services:
        return Services.open(database, tmp_path / "no data", fixed_clock)

    services = opened()
    code = services.scorecard().rows[0].indicator.code
    when = services.period().held[0].text
    publish(services, given(row(code, "1", when)))
    before = all_held(services)
    services.close()
    flipped(database, 12_288 + 5_000)
    services = opened()
    assert services.recovered.endswith(NOTHING_MISSING)
    assert all_held(services) == before
    services.close()
    # The seed is told by the manifest alone; it is looked for in what is left of it.
    manifest = tmp_path / "example.duckdb.uploads" / "manifest.json"
    cut(manifest, manifest.stat().st_size - 5)
    opened().close()
    assert Kept(database).manifest().made_from == "example 7"


def test_an_interrupted_rebuild_is_begun_again_at_the_next_start(
    folder: Path, said_before: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.replace

    def interrupted(source: Any, target: Any) -> None:
        if str(source).endswith(".part") and str(target).endswith("kpi.duckdb"):
            raise KeyboardInterrupt
        real(source, target)

    with monkeypatch.context() as broken:
        broken.setattr("kpi_core.shell.database.os.replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            rebuild(folder / "kpi.duckdb", folder / "data", fixed_clock)
    assert not (folder / "kpi.duckdb").exists()
    with reopened(folder) as services:
        assert services.recovered.startswith("kpi.duckdb was not there.")
        assert told(services) == said_before


# --- a full disk --------------------------------------------------------------------------------------------------

LIMITS = [0, 3_000, 2_000_000]


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize(
    ("what", "step"),
    [("publish", step) for step in ("opened", *STEPS[:-1])] + [("withdraw", step) for step in ("opened", "committed", "in one file")],
)  # fmt: skip
def test_on_a_full_disk_nothing_is_announced_that_is_not_there_and_nothing_is_lost(
    what: str, step: str, limit: int, full: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "one"
    shutil.copytree(full, folder)
    opened, result, after, *_ = killed(folder, what, step, str(limit))
    assert opened == "opened"
    announced = result.startswith("announced")
    assert announced or result.startswith("refused ")
    assert "Traceback" not in result + after
    with reopened(folder) as services:
        assert services.recovered == ""
        uploads = services.uploads.history()
        done = len(uploads) == 2 if what == "publish" else uploads[-1].withdrawn_at is not None
        assert done or not announced
        assert ("Nothing was" in result) is not (done or "could not be secured" in result)
        assert shows(services, "A2") == "60%"
        assert shows(services, "A1") == {
            ("publish", True): "73% [r]", ("withdraw", True): "not reported"}.get((what, done), "71%")  # fmt: skip
        assert services.verify().problems == ()
        publish(services, given(row("A3", "50")))
        assert services.verify().problems == ()
    assert not log_of(folder / "kpi.duckdb").exists()


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with two figures, of which one upload gave the first."""
    folder = tmp_path_factory.mktemp("full")
    write = [figure("A1", Q1, "70"), figure("A2", Q2, "60")]
    open_at(folder).close()
    (folder / "data" / "observations.csv").write_bytes(csv_bytes(write))
    rebuild(folder / "kpi.duckdb", folder / "data", fixed_clock)
    with reopened(folder) as services:
        publish(services, given(row("A1", "71")))
    (folder / "next.csv").write_bytes(given(row("A1", "73")).content)
    return folder


def test_a_manifest_that_could_not_be_written_is_caught_up_with_in_the_order_of_what_happened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Out of order, what is made again from it would let the older figure stand."""
    database = tmp_path / "kpi.duckdb"
    with reopened(tmp_path) as services:
        with monkeypatch.context() as broken:
            broken.setattr(Kept, "record", lambda *_: (_ for _ in ()).throw(OSError("No space left on device")))
            with pytest.raises(NotPublished, match="Upload 1 was written, but could not be secured on the disk"):
                publish(services, given(row("A1", "71")))
        assert events(database) == ()
        publish(services, given(row("A1", "73")))
        assert happened(database) == [("published", 1), ("published", 2)]
        before = told(services)
    database.unlink()
    with reopened(tmp_path) as services:
        assert told(services) == before
        assert shows(services, "A1") == "73% [r]"
