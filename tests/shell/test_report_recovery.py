"""What was written of exception reports and scenarios survives the loss of the database, of its log or of the kept file: one has the other."""

from __future__ import annotations

import json
import logging
import os
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kpi_core.errors import NotSaved, StoreError
from kpi_core.model import Action, ExceptionReport
from kpi_core.shell.database import make_database, rebuild
from kpi_core.shell.journal import Journal, key_of
from kpi_core.shell.services import Services

from ..conftest import NOW
from .test_publishing import all_held, given, publish, row
from .test_reports import ANN, BOARD, BOB, HEAD, Q2, Q3, Clock, approved, drafted, filled, open_council

TABLES = (
    "report",
    "report_section",
    "report_action",
    "action_closed",
    "concern",
    "scenario",
    "proposal",
    "proposal_decision",
)


def opened(folder: Path) -> Services:
    return open_council(folder, Clock())


def journal_of(folder: Path) -> Journal:
    return Journal(folder / "kpi.duckdb.uploads")


def held(services: Services) -> dict[str, list[tuple[Any, ...]]]:
    return {table: rows for table, rows in all_held(services).items() if table in TABLES}


def written(services: Services) -> None:
    """Reports in every state, text of every kind, an action closed, a concern marked and one lifted; and an upload between.

    A scenario, a proposal from it that was accepted, which is an upload too, one that was declined, and one that is open.
    """
    approved(services)
    services.reports.reopen("A1", Q2, "The figure changed: “71.5%” → 72.", HEAD)
    publish(services, given(row("A1", "74"), name="figures.csv"))
    begun = services.reports.start("A1", Q3, BOB, from_last=True)
    text = tuple(
        (heading, f'{body}\n\n- one\tline\n“Ünïcode” \u2028 and {{}} \\ "quotes"') for heading, body in begun.sections
    )
    actions = (*begun.actions, Action(0, "Ask.", "", date(2023, 2, 28)), Action(0, "Tell.", "Head of Service"))
    services.reports.save(replace(begun, sections=text, actions=actions, outturn=None, unplaced="Left over."), 1, BOB)
    services.reports.close_action("A1", Q2, 1, "Both are filled.", ANN)
    services.reports.mark_concern("A2", Q2, "Two leads left.", ANN)
    services.reports.mark_concern("A3", Q2, "It falls.", ANN)
    services.reports.lift_concern("A3", Q2, BOB)
    hostile = '- two\nlines\t“Ünïcode” \u2028 and {} \\ "quotes"; 名'
    services.scenarios.save("What if", hostile, Q2, ["target:A1=70", hostile], [("A1", "74% [r]", hostile)], BOARD)
    for value in ("70", "71.50", "72"):
        services.scenarios.propose(
            "A1", "Q4 2022-23", value=Decimal(value), tolerance=Decimal("1.0"), tolerance_kind="points", decided_by="Committee",
            decided_on=date(2023, 1, 17), paper="Minutes, 17 January", reason=hostile, actor=BOARD, scenario=1,
        )  # fmt: skip
    services.scenarios.accept(1, HEAD)
    services.scenarios.decline(2, hostile, BOARD)
    drafted(services, code="A3")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    services = opened(folder)
    written(services)
    assert services.verify().problems == ()
    services.close()
    return folder


@pytest.fixture(scope="module")
def before(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Any, ...]]]:
    copy = tmp_path_factory.mktemp("before") / "copy"
    shutil.copytree(whole, copy)
    services = opened(copy)
    try:
        return held(services)
    finally:
        services.close()


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "one"
    shutil.copytree(whole, copy)
    return copy


EVENTS = 20


def as_before(folder: Path, before: dict[str, list[tuple[Any, ...]]]) -> str:
    """What is said at opening, of a folder whose database and kept file are then whole and as they were."""
    services = opened(folder)
    try:
        assert held(services) == before
        assert services.verify().problems == ()
        read = journal_of(folder).read()
        assert (len({key_of(event) for event in read.events}), read.broken, read.torn) == (EVENTS, (), b"")
        return services.recovered
    finally:
        services.close()


def test_every_change_is_a_line_of_json_in_the_kept_file(whole: Path) -> None:
    lines = [json.loads(line) for line in journal_of(whole).path.read_text(encoding="utf-8").split("\n") if line]
    assert len(lines) == EVENTS
    assert {line["what"] for line in lines} == {
        "report",
        "action_closed",
        "concern",
        "scenario",
        "proposal",
        "proposal_decision",
    }
    assert lines[3]["state"] == "approved"
    assert (lines[3]["by"], lines[3]["role"]) == ("Hilda Head", "Service Unit Head")


def test_rebuilt_everything_written_is_as_it_was(folder: Path, before: dict[str, list[tuple[Any, ...]]]) -> None:
    done = rebuild(folder / "kpi.duckdb", folder / "data", Clock())
    assert (done.uploads, done.written, done.gaps) == (2, EVENTS, ())
    assert (
        done.words == f"the bundled data, 2 kept uploads and {EVENTS} kept changes of exception reports and scenarios"
    )
    assert as_before(folder, before) == ""


def test_a_lost_database_is_made_again_with_every_report_and_scenario(
    folder: Path, before: dict[str, list[tuple[Any, ...]]]
) -> None:
    (folder / "kpi.duckdb").unlink()
    assert as_before(folder, before) == (
        f"kpi.duckdb was not there. It was made again from the bundled data, 2 kept uploads and {EVENTS} kept changes of exception "
        "reports and scenarios. Nothing that was published is missing."
    )
    assert as_before(folder, before) == ""


def test_reports_alone_without_any_upload_are_enough_to_make_it_again(tmp_path: Path) -> None:
    services = opened(tmp_path)
    draft = drafted(services)
    services.close()
    (tmp_path / "kpi.duckdb").unlink()
    with pytest.raises(StoreError, match="holds what was published or written"):
        make_database(tmp_path / "kpi.duckdb", tmp_path / "data", Clock())
    services = opened(tmp_path)
    assert services.recovered.startswith("kpi.duckdb was not there.")
    assert services.reports.one("A1", Q2).report == draft
    services.close()


def test_a_lost_kept_file_is_written_again_from_the_database(
    folder: Path, before: dict[str, list[tuple[Any, ...]]]
) -> None:
    journal_of(folder).path.unlink()
    assert as_before(folder, before) == ""
    (folder / "kpi.duckdb").unlink()
    as_before(folder, before)


def test_an_old_copy_of_the_database_gets_what_was_written_since(tmp_path: Path) -> None:
    services = opened(tmp_path)
    draft = drafted(services)
    services.close()
    old = (tmp_path / "kpi.duckdb").read_bytes()
    services = opened(tmp_path)
    services.reports.save(replace(draft, reason_line="Later."), draft.version, ANN)
    services.reports.mark_concern("A2", Q2, "It falls.", ANN)
    expected = held(services)
    services.close()
    (tmp_path / "kpi.duckdb").write_bytes(old)
    services = opened(tmp_path)
    assert services.recovered == (
        "2 changes of exception reports and scenarios that the database lacked were written again from the kept file."
    )
    assert held(services) == expected
    services.close()
    services = opened(tmp_path)
    assert services.recovered == ""
    services.close()


def test_a_lost_log_of_the_database_loses_no_report(tmp_path: Path) -> None:
    """A change waits for no checkpoint: what only the log had is in the kept file."""
    services = opened(tmp_path)
    draft = drafted(services)
    image = (tmp_path / "kpi.duckdb").read_bytes()
    assert (tmp_path / "kpi.duckdb.wal").exists()
    services.close()
    (tmp_path / "kpi.duckdb").write_bytes(image)
    services = opened(tmp_path)
    assert services.reports.one("A1", Q2).report == draft
    services.close()


# --- the kept file, spoilt ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("left", [1, 20, 400, -1])
def test_a_torn_last_line_is_passed_over_set_aside_and_told_in_the_log(
    left: int, folder: Path, before: dict[str, list[tuple[Any, ...]]], caplog: pytest.LogCaptureFixture
) -> None:
    path = journal_of(folder).path
    content = path.read_bytes()
    start = content[:-1].rfind(b"\n") + 1
    torn = content[start:][:left]
    path.write_bytes(content[:start] + torn)
    assert journal_of(folder).read().torn == torn
    with caplog.at_level(logging.WARNING, "kpi_explorer"):
        assert as_before(folder, before) == ""
    (aside,) = path.parent.glob("reports.jsonl.*.set-aside")
    assert aside.read_bytes() == torn
    assert aside.name in caplog.text


def test_a_torn_line_that_nothing_else_has_was_never_announced_and_the_rest_is_played_again(folder: Path) -> None:
    path = journal_of(folder).path
    content = path.read_bytes()
    path.write_bytes(content + content.splitlines()[0][:50])
    (folder / "kpi.duckdb").unlink()
    services = opened(folder)
    assert services.verify().problems == ()
    assert path.read_bytes() == content
    services.close()


def broken_by_a_letter(line: bytes) -> bytes:
    return line.replace(b"Ann", b"Ant", 1)


@pytest.mark.parametrize(
    "spoil",
    [broken_by_a_letter, lambda _: b"", lambda line: line[:30], lambda _: b"\xff\xfe", lambda _: b"[1, 2]", lambda _: b'{"what":"x"}',
     lambda line: line.replace(b'"version":2', b'"version":-2')],
    ids=["a letter", "empty", "cut", "no text", "a list", "another thing", "another number"],
)  # fmt: skip
def test_a_broken_middle_line_is_said_by_verify_and_the_rest_is_still_played_again(
    spoil: Callable[[bytes], bytes], folder: Path, before: dict[str, list[tuple[Any, ...]]]
) -> None:
    path = journal_of(folder).path
    lines = path.read_bytes().split(b"\n")
    spoilt = [*lines[:1], spoil(lines[1]), *lines[2:]]
    assert spoilt != lines
    path.write_bytes(b"\n".join(spoilt))
    services = opened(folder)
    told = (
        "Line 2 of kpi.duckdb.uploads/reports.jsonl cannot be read and is passed over. What the database holds stands in the other "
        "lines; put the file back from a backup to have that line too."
    )
    assert services.verify().problems == (told,)
    services.close()
    done = rebuild(folder / "kpi.duckdb", folder / "data", Clock())
    assert done.written == EVENTS
    services = opened(folder)
    assert held(services) == before, "what the broken line had was added at the end from the database"
    services.close()


def test_without_database_and_with_a_broken_line_all_the_other_versions_come_back(folder: Path) -> None:
    path = journal_of(folder).path
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([*lines[:1], b"?", *lines[2:]]))
    (folder / "kpi.duckdb").unlink()
    services = opened(folder)
    view = services.reports.one("A1", Q2)
    assert [one.version for one in view.former] == [4, 3, 1]
    assert view.version == 5
    services.close()


def test_where_the_two_are_not_the_same_verify_says_which(folder: Path) -> None:
    with duckdb.connect(str(folder / "kpi.duckdb")) as other:
        other.execute(
            "update report set reason_line = 'Changed by hand.' where version = 2 and quarter = date '2022-07-01' and indicator = 'A1'"
        )
    services = opened(folder)
    assert services.verify().problems == (
        "Version 2 of the report on A1 for Q2 2022-23 (X) is not the same in the database and in kpi.duckdb.uploads/reports.jsonl. "
        "Run: python -m kpi_core rebuild",
    )
    services.close()


def test_while_it_runs_verify_says_what_one_has_and_the_other_lacks(folder: Path) -> None:
    services = opened(folder)
    path = journal_of(folder).path
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join(lines[1:]))
    with services._store.write() as writing:
        writing._cursor.execute("delete from concern where indicator = 'A2'")
    assert services.verify().problems == (
        "Version 1 of the report on A1 for Q2 2022-23 (X) is not in kpi.duckdb.uploads/reports.jsonl. Start the explorer again, which "
        "adds it.",
        "Mark 1 of concern on A2 for Q2 2022-23 (X) is in kpi.duckdb.uploads/reports.jsonl and not in the database. Start the explorer "
        "again, which adds it.",
    )
    services.close()
    services = opened(folder)
    assert services.verify().problems == ()
    services.close()


def test_verify_says_in_words_which_scenario_proposal_or_decision_is_not_the_same(folder: Path) -> None:
    services = opened(folder)
    path = journal_of(folder).path
    lines = path.read_bytes().split(b"\n")
    scenario = next(place for place, line in enumerate(lines) if b'"what":"scenario"' in line)
    path.write_bytes(b"\n".join([*lines[:scenario], *lines[scenario + 1 :]]))
    with services._store.write() as writing:
        writing._cursor.execute("delete from proposal where number = 3")
        writing._cursor.execute("update proposal_decision set reason = 'Changed by hand.' where number = 2")
    assert services.verify().problems == (
        "Scenario 1 for Q2 2022-23 (X) is not in kpi.duckdb.uploads/reports.jsonl. Start the explorer again, which adds it.",
        "Proposal 3 on A1 for Q4 2022-23 (X) is in kpi.duckdb.uploads/reports.jsonl and not in the database. Start the explorer again, "
        "which adds it.",
        "The decision on proposal 2 on A1 for Q4 2022-23 (X) is not the same in the database and in kpi.duckdb.uploads/reports.jsonl. "
        "Run: python -m kpi_core rebuild",
    )
    services.close()


def test_scenarios_proposals_and_decisions_come_back_from_the_kept_folder_alone(folder: Path) -> None:
    services = opened(folder)
    scenarios, proposals = services.scenarios.every(), services.scenarios.proposals()
    assert [(one.number, decision and decision.accepted) for one, decision in proposals] == [
        (3, None),
        (2, False),
        (1, True),
    ]
    services.close()
    (folder / "kpi.duckdb").unlink()
    services = opened(folder)
    assert (services.scenarios.every(), services.scenarios.proposals()) == (scenarios, proposals)
    target = services.scorecard("Q4 2022-23").row("A1").target
    assert target is not None
    assert target.value == 70
    assert services.scenarios.accept(3, HEAD).upload == 3
    assert services.scenarios.save("Next", "R", Q2, ["c"], (), BOARD).number == 2
    services.close()


def test_of_many_differences_the_first_are_named_and_the_others_counted(folder: Path) -> None:
    services = opened(folder)
    journal_of(folder).path.write_bytes(b"")
    problems = services.verify().problems
    assert len(problems) == 6
    assert problems[-1] == f"The same is so of {EVENTS - 5} more."
    services.close()


# --- without the kept folder, backups, and what is refused --------------------------------------------------------


def test_without_the_kept_folder_reports_are_written_and_a_rebuild_that_would_lose_them_is_refused(
    tmp_path: Path,
) -> None:
    services = opened(tmp_path)
    services.close()
    os.replace(tmp_path / "kpi.duckdb.uploads", tmp_path / "elsewhere")
    services = opened(tmp_path)
    draft = drafted(services)
    services.close()
    assert not (tmp_path / "kpi.duckdb.uploads").exists()
    with pytest.raises(
        StoreError, match="is left as it is: 2 changes of exception reports and scenarios would be lost"
    ):
        rebuild(tmp_path / "kpi.duckdb", tmp_path / "data", Clock())
    os.replace(tmp_path / "elsewhere", tmp_path / "kpi.duckdb.uploads")
    assert rebuild(tmp_path / "kpi.duckdb", tmp_path / "data", Clock()).written == 2
    services = opened(tmp_path)
    assert services.reports.one("A1", Q2).report == draft
    services.close()


def test_a_backup_has_the_kept_file_and_restores_every_report(
    folder: Path, before: dict[str, list[tuple[Any, ...]]], tmp_path: Path
) -> None:
    services = opened(folder)
    packed = services.backup()
    services.close()
    restored = tmp_path / "restored"
    with zipfile.ZipFile(BytesIO(packed)) as archive:
        assert "kpi.duckdb.uploads/reports.jsonl" in archive.namelist()
        archive.extractall(restored)
    shutil.copytree(folder / "data", restored / "data")
    assert as_before(restored, before) == ""


def test_where_the_database_cannot_be_written_nothing_is_saved_and_the_kept_file_has_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = opened(folder)
    report = services.reports.one("A3", Q2).report
    assert report is not None
    content = journal_of(folder).path.read_bytes()

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("kpi_core.shell.store.Writing.written_given", full)
        with pytest.raises(NotSaved, match="Nothing was saved: it could not be written"):
            services.reports.save(replace(report, reason_line="Lost?"), report.version, ANN)
    assert journal_of(folder).path.read_bytes() == content
    assert services.reports.one("A3", Q2).report == report
    services.close()


def test_what_could_not_be_secured_is_secured_with_the_next_change(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = opened(folder)
    report = services.reports.one("A3", Q2).report
    assert report is not None

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    changed: ExceptionReport = replace(report, reason_line="Kept after all.")
    with monkeypatch.context() as broken:
        broken.setattr(Journal, "append", full)
        with pytest.raises(NotSaved, match="could not be secured on the disk"):
            services.reports.save(changed, report.version, ANN)
        with pytest.raises(NotSaved, match="Nothing was saved: it could not be written"):
            services.reports.save(replace(changed, reason_line="Later."), report.version, ANN)
    saved = services.reports.save(changed, report.version, ANN)
    assert (saved.reason_line, saved.version) == ("Kept after all.", report.version + 1)
    assert services.verify().problems == ()
    services.close()


def test_a_bundled_report_that_changes_in_the_data_keeps_what_was_written_upon_it(tmp_path: Path) -> None:
    services = opened(tmp_path)
    draft = services.reports.save(filled(services.reports.start("A1", Q2, ANN)), 1, ANN)
    services.close()
    facts = "indicator: A1\nquarter: Q2 2022-23\nstate: draft\nreason_line: Bundled now.\n"
    bodies = "".join(f"\n## {heading}\n\nText.\n" for heading, _ in draft.sections)
    (tmp_path / "data" / "exceptions").mkdir()
    (tmp_path / "data" / "exceptions" / "A1.md").write_text(
        f"---\n{facts}---\n{bodies}\n## Actions taken or planned\n\n- Do.\n", encoding="utf-8"
    )
    rebuild(tmp_path / "kpi.duckdb", tmp_path / "data", lambda: NOW)
    services = opened(tmp_path)
    view = services.reports.one("A1", Q2)
    assert view.report == draft
    assert [one.version for one in view.former] == [1, 0]
    services.close()
