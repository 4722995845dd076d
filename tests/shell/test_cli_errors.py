"""What the command line does where it cannot do what was asked: a status, one plain line, and never a traceback."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kpi_core.shell.home import DATA
from kpi_core.shell.storage import make_database
from kpi_core.shell.storage.mirror import folder_of

from ..conftest import REPO, fixed_clock, small_bundle
from .processes import HELD, document, held_by_another_process, here, run, told


@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=["for people", "for programs"])
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("scorecard", "--quarter", "Q2 2022"), "calendar or financial"),
        (("scorecard", "--quarter", "Q5 2022-23"), "Q5 is not a quarter"),
        (("scorecard", "--quarter", ""), "No quarter is given"),
        (("scorecard", "--quarter", "a\nb"), "cannot be read as a quarter"),
        (("scorecard", "--area", "Leeds"), "There is no area “Leeds”"),
        (("scorecard", "--category", "Schools"), "There is no category “Schools”"),
        (("scorecard", "--rating", "yellow"), "There is no rating “yellow”"),
        (("scorecard", "--indicator", "FD99"), "There is no indicator “FD99”"),
        (("indicator", "FD99"), "There is no indicator “FD99”"),
        (("indicator", "FD01", "--quarter", "Sep-22"), "a date or a single month"),
        (("exceptions", "--quarter", "2022-23"), "whole year"),
        (("scorecard", "--as-at", "yesterday"), "There is no moment “yesterday”"),
        (("indicator", "FD01", "--as-at", "7"), "There is no moment “7”"),
        (("exceptions", "--as-at", "0"), "Choose from: a record's number, 1 to 1; a day like 2022-11-22; first"),
    ],
)
def test_what_is_not_held_or_cannot_be_read_is_wrong_usage_told_in_one_line(
    db: Path, arguments: tuple[str, ...], words: str, as_json: tuple[str, ...]
) -> None:
    answer = run(*arguments, *as_json, db=db)
    assert words in told(answer)
    assert answer.returncode == 2


@pytest.mark.parametrize(
    "arguments",
    [(), ("scorecrad",), ("scorecard", "--colour"), ("indicator",), ("scorecard", "--quarter"), ("example", "--seed", "x")],
    ids=["no command", "no such command", "no such option", "no code", "no quarter", "no number"],
)  # fmt: skip
def test_a_command_that_is_not_one_is_wrong_usage_told_in_one_line(db: Path, arguments: tuple[str, ...]) -> None:
    answer = run(*arguments, db=db)
    assert answer.returncode == 2
    assert told(answer)


def test_a_file_that_is_not_a_database_cannot_be_worked_with(tmp_path: Path) -> None:
    path = tmp_path / "kpi.duckdb"
    path.write_text("code,value\n", encoding="utf-8")
    answer = run("scorecard", "--json", db=path)
    assert "kpi.duckdb is not a database of this explorer" in told(answer)
    assert answer.returncode == 1
    assert path.read_text(encoding="utf-8") == "code,value\n"


def test_a_folder_in_the_databases_place_cannot_be_worked_with(tmp_path: Path) -> None:
    answer = run("scorecard", db=tmp_path)
    assert answer.returncode == 1
    assert told(answer).endswith(".")


def test_a_database_that_the_running_app_holds_is_told_in_the_designs_sentence(tmp_path: Path) -> None:
    path = tmp_path / "kpi.duckdb"
    make_database(path, DATA, fixed_clock)
    with held_by_another_process(path):
        for command in ("scorecard", "verify", "rebuild"):
            answer = run(command, db=path)
            assert (answer.returncode, told(answer)) == (1, HELD)
    assert run("verify", db=path).returncode == 0


def project_in(folder: Path) -> Path:
    """A copy of the core and its data, as a fresh checkout has them, so that its data may be broken."""
    for name in ("kpi_core", "data"):
        shutil.copytree(REPO / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.duckdb*", "*.part"))
    return folder


def test_a_broken_row_of_data_is_told_by_its_place_and_nothing_is_made(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    file = project / "data" / "observations.csv"
    file.write_bytes(file.read_bytes().replace(b",98,final", b",104,final", 1))
    answer = run("scorecard", "--json", cwd=project)
    assert "data/observations.csv, row 4, column value: 104 is outside 0 to 100" in told(answer)
    assert answer.returncode == 1
    assert list(project.rglob("*.duckdb*")) == []


def test_on_first_use_the_database_is_made_from_data_where_the_environment_says(tmp_path: Path) -> None:
    project = project_in(tmp_path / "project")
    document(run("scorecard", "--json", cwd=project))
    assert (project / "data" / "kpi.duckdb").exists()
    elsewhere = tmp_path / "elsewhere" / "mine.duckdb"
    document(run("scorecard", "--json", cwd=project, KPI_DB=str(elsewhere)))
    assert elsewhere.exists()


def test_verify_tells_by_its_status_that_data_has_changed_since(tmp_path: Path) -> None:
    path = tmp_path / "kpi.duckdb"
    make_database(path, small_bundle(), fixed_clock)
    answer = run("verify", db=path)
    assert answer.returncode == 1
    assert "data/observations.csv has changed since the figures were loaded." in answer.stdout


def test_rebuild_makes_the_database_again_from_its_second_copy_alone_and_keeps_the_former_one(tmp_path: Path) -> None:
    path = tmp_path / "kpi.duckdb"
    make_database(path, DATA, fixed_clock)
    before, former = document(run("ledger", "--json", db=path)), path.read_bytes()
    found = document(run("rebuild", "--json", db=path, KPI_DATA=str(tmp_path / "nowhere")))
    assert found == {"database": "kpi.duckdb", "position": 1, "set_aside": found["set_aside"]}
    assert (path.parent / found["set_aside"]).read_bytes() == former
    assert document(run("ledger", "--json", db=path)) == before
    assert len(document(run("scorecard", "--json", db=path))["rows"]) == 15


def test_without_its_second_copy_nothing_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "kpi.duckdb"
    make_database(path, DATA, fixed_clock)
    shutil.rmtree(folder_of(path))
    before = path.read_bytes()
    answer = run("rebuild", "--json", db=path)
    assert (answer.returncode, told(answer)) == (
        1, "kpi.duckdb.ledger is not beside kpi.duckdb, so there is nothing to make it again from. Put back a backup.")  # fmt: skip
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("load", "--role", "Reader"), "The role Reader may not load the files of data/."),
        (("erase", "1", "--reason", "A name.", "--by", "Ada", "--second", "ADA"), "must be another one than who erases"),
        (("erase", "1", "--reason", "A name.", "--by", "Ada", "--second", " "), "name the second person"),
        (("erase", "1", "--reason", " ", "--by", "Ada", "--second", "Sam"), "give the reason"),
        (("erase", "1", "--reason", "A name.", "--by", "Ada", "--second", "Sam", "--role", "Performance officer"), "Ask Administrator."),
        (("erase", "9", "--reason", "A name.", "--by", "Ada", "--second", "Sam"), "there is no record 9. The last is 1."),
        (("restore", "nowhere.zip"), "kpi.duckdb is there already, and is left as it is."),
        (("scorecard", "--as-at", "2021-01-01"), "Records here begin on 22 November 2022"),
    ],
    ids=["load as a reader", "one person twice", "no second person", "no reason", "as an officer", "no such record", "restored over one",
         "before the first record"],
)  # fmt: skip
def test_what_may_not_be_done_is_told_in_one_line_and_changes_nothing(
    arguments: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    path = tmp_path / "kpi.duckdb"
    make_database(path, DATA, fixed_clock)
    before = document(here("ledger", "--json", db=path))
    answer = here(*arguments, "--json", db=path)
    assert (answer.returncode, words in told(answer)) == (1, True)
    assert document(here("ledger", "--json", db=path)) == before


def spoilt_backup(folder: Path) -> bytes:
    """A backup in which one byte of the database is another."""
    make_database(folder / "kpi.duckdb", DATA, fixed_clock)
    assert here("backup", folder / "whole.zip", db=folder / "kpi.duckdb").returncode == 0
    content = bytearray((folder / "whole.zip").read_bytes())
    content[len(content) // 3] ^= 1
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [lambda _: b"", lambda _: b"PK\x03\x04 and so on", spoilt_backup],
    ids=["empty", "no zip file", "one byte flipped"],
)
def test_a_file_that_is_no_whole_backup_is_not_put_back(
    content: Callable[[Path], bytes], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (tmp_path / "some.zip").write_bytes(content(tmp_path_factory.mktemp("backed up")))
    answer = here("restore", tmp_path / "some.zip", "--json", db=tmp_path / "kpi.duckdb")
    assert (answer.returncode, told(answer)) == (
        1, "some.zip is not a backup of this explorer. Nothing was put back.")  # fmt: skip
    assert [one.name for one in tmp_path.iterdir()] == ["some.zip"]


def test_the_example_never_takes_the_place_of_a_councils_database(tmp_path: Path) -> None:
    path = tmp_path / "kpi.duckdb"
    make_database(path, DATA, fixed_clock)
    before = path.read_bytes()
    answer = run("example", db=path)
    assert answer.returncode == 1
    assert "is there already" in told(answer)
    assert path.read_bytes() == before


# --- the command line itself ----------------------------------------------------------------------------------------


def commands() -> list[str]:
    """The commands that ``--help`` lists."""
    listed = run("--help").stdout.partition("COMMAND\n")[2]
    return re.findall(r"^    ([a-z-]+)\b", listed, flags=re.MULTILINE)


def test_every_command_has_help() -> None:
    assert {"scorecard", "indicator", "exceptions", "ledger", "verify", "rebuild", "load", "restore", "erase"} <= set(
        commands()
    )
    for name in commands():
        answer = run(name, "--help")
        assert (answer.returncode, answer.stderr) == (0, "")
        about = answer.stdout.split("\n\n")[1]
        assert len(about.split()) >= 3, f"{name} does not say what it does"


def test_every_command_is_documented_in_the_readme() -> None:
    readme = (REPO / "README.md").read_text(encoding="utf-8")
    undocumented = [
        name for name in commands() if not re.search(rf"(`|kpi_core (--db \S+ )?(--json )?){name}\b", readme)
    ]
    assert undocumented == []


def test_the_command_line_starts_without_the_libraries_that_only_pages_and_charts_need(db: Path) -> None:
    program = (
        "import sys; from kpi_core.__main__ import main; main(['--db', sys.argv[1], 'scorecard', '--json']); "
        "print(sorted({'streamlit', 'pandas', 'altair'} & set(sys.modules)), file=sys.stderr)"
    )
    command = [sys.executable, "-c", program, str(db)]
    answer = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=True, encoding="utf-8")
    assert answer.stdout.startswith("{")
    assert answer.stderr == "[]\n"
