"""Small inputs that once altered or lost something without a word: each is right now, on the command line as it is used."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kpi_core.__main__ import main
from kpi_core.shell.storage.mirror import Mirror, folder_of

from ..conftest import shared_file

Run = Callable[..., Any]


def given(name: str) -> str:
    return str(shared_file("reference", "integrity", name))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the council's own figures and one of the example, that nobody has written to."""
    folder = tmp_path_factory.mktemp("made")
    assert main(["--db", str(folder / "bundled.duckdb"), "uploads"]) == 0
    assert main(["--db", str(folder / "example.duckdb"), "example"]) == 0
    return folder


def runner(database: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*command: str, status: int = 0) -> Any:
        capsys.readouterr()
        assert main(["--db", str(database), *command, "--json"]) == status
        said = capsys.readouterr()
        return json.loads(said.out) if status == 0 else said.err

    return run


@pytest.fixture
def bundled(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return runner(tmp_path / "bundled.duckdb", capsys)


@pytest.fixture
def example(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return runner(tmp_path / "example.duckdb", capsys)


def publish(run: Run, name: str, *more: str, status: int = 0) -> Any:
    return run("import", given(name), "--publish", "--confirm-warnings", "--by", "Ann", *more, status=status)


def row(run: Run, code: str, quarter: str, *more: str) -> Any:
    card = run("scorecard", "--quarter", quarter, *more)
    return next(one for one in card["rows"] if one["code"] == code)


def test_the_aliases_of_a_mappings_register_entry_are_the_same_after_a_rebuild(bundled: Run, tmp_path: Path) -> None:
    publish(bundled, "visits.csv", "--mapping", given("mapping-with-aliases.toml"))
    before = bundled("indicator", "ZZ1", "--quarter", "Q2 2022-23")
    mapping = Path(given("mapping-with-aliases.toml")).read_bytes()
    kept = Mirror(folder_of(tmp_path / "bundled.duckdb"))
    assert mapping in [kept.file(name) for name in kept.file_names()]
    (tmp_path / "bundled.duckdb").unlink()
    bundled("rebuild")
    assert bundled("indicator", "ZZ1", "--quarter", "Q2 2022-23") == before
    assert bundled("verify")["ok"] is True


def test_no_twin_comes_into_the_register(bundled: Run) -> None:
    assert "Nothing was published" in publish(bundled, "register-twin.csv", "--reason", "New", status=1)
    codes = [one["code"] for one in bundled("scorecard")["rows"]]
    assert not {"all", "ALL", "A=1", "ＦＤ０１"} & set(codes)


def test_a_figure_withdrawn_for_disclosure_is_shown_nowhere_beside_its_mark(bundled: Run) -> None:
    publish(bundled, "withdrawn-figure.csv", "--reason", "It could identify a child.")
    told = [
        bundled("indicator", "FD02", "--quarter", "Q1 2022-23"),
        bundled("indicator", "FD02", "--as-at", "first", "--quarter", "Q1 2022-23"),
        bundled("scorecard", "--quarter", "Q1 2022-23", "--as-at", "1"),
        bundled("scorecard", "--quarter", "Q1 2022-23"),
        bundled("scorecard", "--quarter", "Q2 2022-23"),
    ]
    for one in told:
        one.pop("conflicts", None)
        one.pop("report", None)
        for each in one.get("rows", ()):
            each.pop("exception", None)
        assert "29.5" not in json.dumps(one)
    assert row(bundled, "FD02", "Q1 2022-23", "--as-at", "1")["display"] == "[c]"


def test_a_comment_that_changes_is_a_change_and_the_former_one_is_kept(bundled: Run) -> None:
    publish(bundled, "comment-1.csv")
    shown = bundled("import", given("comment-2.csv"))
    assert [one["kind"] for one in shown["changes"]] == ["comment"]
    publish(bundled, "comment-2.csv")
    (last, _, _) = reversed(bundled("ledger")["events"])
    assert "1 with another comment" in last["what"]


def test_an_entry_that_is_redefined_holds_from_a_quarter_on(example: Run) -> None:
    before = row(example, "EX01", "Q2 2022-23")
    assert before["name"] == "Contacts decided within one working day"
    publish(example, "register-redefined.csv", "--reason", "A new definition")
    for more in ((), ("--as-at", "first")):
        assert row(example, "EX01", "Q2 2022-23", *more) == before
        assert row(example, "EX01", "Q2 2025-26", *more)["name"] == before["name"]
    assert row(example, "EX01", "Q3 2025-26")["name"] == "Contacts decided within three working days"
    found = example("indicator", "EX01", "--quarter", "Q2 2022-23")
    assert [one["from"] for one in found["entries"]] == [None, "Q3 2025-26"]


def test_every_position_that_a_meeting_saw_can_be_read(example: Run) -> None:
    seen = {}
    for number in (1, 2, 3):
        publish(example, f"meeting-{number}.csv", "--reason", "Counted again")
        seen[number] = str(example("ledger")["position"])
    for number, value in ((1, "91.0"), (2, "92.0"), (3, "93.0")):
        assert row(example, "EX01", "Q3 2025-26", "--as-at", seen[number])["value"] == value
    assert row(example, "EX01", "Q3 2025-26", "--as-at", "first")["value"] == "91.0"


def test_a_recorded_target_changes_only_with_who_decided_it_when_or_where_and_why_and_by_a_role_that_may(
    bundled: Run,
) -> None:
    assert "who decided it" in publish(bundled, "target-unexplained.csv", status=1)
    said = ("--decided-by", "Cabinet", "--paper", "Minute 12", "--reason", "A fairer aim")
    for role in ("Report author", "Service Unit Head", "Improvement board", "Reader", "Administrator"):
        assert "Ask Performance officer" in publish(bundled, "target-unexplained.csv", *said, "--role", role, status=1)
    assert row(bundled, "FD02", "Q3 2022-23")["target"] == "20"
    publish(bundled, "target-unexplained.csv", *said)
    assert row(bundled, "FD02", "Q3 2022-23")["target"] == "40"
    assert row(bundled, "FD02", "Q2 2022-23")["target"] == "20"


def test_a_value_beside_nothing_is_refused(bundled: Run) -> None:
    assert "Nothing was published" in publish(bundled, "value-beside-nothing.csv", status=1)
    assert row(bundled, "FD01", "Q3 2022-23")["value"] is None
