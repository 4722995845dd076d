"""Uploads from the command line: what is shown, what is published, what is withdrawn, and what each is told as."""

from __future__ import annotations

import csv
import gc
import getpass
import hashlib
import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kpi_core.__main__ import main
from kpi_core.access import ROLES
from kpi_core.shell.services import Services
from kpi_core.shell.storage import make_database
from kpi_core.shell.storage.mirror import folder_of

from ..conftest import Cells, csv_bytes, figure, fixed_clock, register, small_bundle, write_files
from .processes import HELD, held_by_another_process, leaves
from .processes import run as in_a_process

Json = dict[str, Any]
BY = ("--by", "A. Officer")
PUBLISH = ("--publish", "--confirm-warnings", *BY)

BUNDLE = small_bundle(
    indicators=[register("A1"), register("A2", polarity="low"), register("D1", unit="days", decimals="0")],
    observations=[
        figure("A1", "Q1 2022-23", "80.0"), figure("A1", "Q2 2022-23", "85.5"), figure("A2", "Q2 2022-23", "20.0", status="provisional"),
        figure("D1", "Q2 2022-23", "12"),
    ],
    targets=[{"indicator": "A1", "from_quarter": "Q1 2022-23", "value": "85", "source": "Plan"}],
)  # fmt: skip
PROFILE = """
about = "An extract of another system."
areas_from_file = true
[columns]
indicator = "KPI"
quarter = "Period"
value = "Outturn"
"""


@dataclass(frozen=True)
class Told:
    """What one command told, and the status it ended with."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Json:
        found: Json = json.loads(self.out)
        return found


Run = Callable[..., Told]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small council's folder of figures, with one column mapping, which the environment names."""
    folder = write_files(tmp_path / "data", {**BUNDLE, "profiles/extract.toml": PROFILE.encode()})
    monkeypatch.setenv("KPI_DATA", str(folder))
    monkeypatch.delenv("KPI_DB", raising=False)
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small council's database, made once."""
    folder = tmp_path_factory.mktemp("made")
    make_database(folder / "kpi.duckdb", write_files(folder / "data", BUNDLE), fixed_clock)
    return folder / "kpi.duckdb"


@pytest.fixture
def own(tmp_path: Path, data: Path, made: Path) -> Path:
    """A copy of the small council's database with its second copy."""
    path = tmp_path / made.name
    shutil.copy(made, path)
    shutil.copytree(folder_of(made), folder_of(path))
    return path


@pytest.fixture
def run(own: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run a command in this process against the small council's database."""

    def command(*arguments: str | Path) -> Told:
        status = main(["--db", str(own), *map(str, arguments)])
        told = capsys.readouterr()
        return Told(status, told.out, told.err)

    yield command
    gc.enable()  # --no-limits leaves that to the end of the process


def row(code: str, value: str, when: str = "Q3 2022-23", **cells: str) -> Cells:
    return {"indicator": code, "quarter": when, "value": value} | cells


GOOD = (row("A1", "88.0"), row("A2", "19.0"), row("D1", "11"))
REVISING = (row("A1", "86.0", "Q2 2022-23"), row("A2", "20.0", "Q2 2022-23"), row("D1", "12", "Q2 2022-23"))


def file(folder: Path, rows: Sequence[Cells] = GOOD, name: str = "figures.csv") -> Path:
    path = folder / name
    path.write_bytes(csv_bytes(rows))
    return path


def refused(told: Told, status: int) -> str:
    """The one line on standard error, with nothing on standard output."""
    assert (told.status, told.out) == (status, "")
    assert told.err.endswith("\n")
    line = told.err[:-1]
    assert line.isprintable(), f"not one line: {told.err}"
    assert "Traceback" not in line
    return line


# --- the document --------------------------------------------------------------------------------------------------


def test_the_document_of_an_import_key_by_key(run: Run, tmp_path: Path) -> None:
    path = file(tmp_path)
    told = run("import", path, "--json")
    assert (told.status, told.err) == (0, "")
    found = told.json
    assert list(found) == [
        "file", "sha256", "holds", "quarter", "blocked", "problems", "not_run", "counts", "changes", "missing", "reconciliation",
        "published", "upload_id",
    ]  # fmt: skip
    assert (found["file"], found["sha256"]) == ("figures.csv", hashlib.sha256(path.read_bytes()).hexdigest())
    assert (found["quarter"], found["blocked"], found["published"], found["upload_id"]) == (
        "Q3 2022-23",
        False,
        False,
        None,
    )
    assert (found["missing"], found["reconciliation"]) == ([], [])
    assert found["changes"][0] == {
        "code": "A1", "area": "X", "quarter": "Q3 2022-23", "kind": "new", "from": None, "to": "88.0", "rating_from": None,
        "rating_to": "green", "exception_from": False, "exception_to": False,
    }  # fmt: skip
    for one in found["problems"]:
        assert list(one) == ["code", "severity", "row", "column", "found", "message"]
        assert one["severity"] in ("block", "warn", "note")
    for one in found["not_run"]:
        assert list(one) == ["code", "reason"]
        assert one["reason"].endswith(".")
    assert not [leaf for leaf in leaves(found) if isinstance(leaf, float)]


def test_a_change_of_what_stands_gives_both_figures_and_both_ratings(run: Run, tmp_path: Path) -> None:
    found = run("import", file(tmp_path, REVISING), "--json").json
    by_code = {one["code"]: one for one in found["changes"]}
    picked = {
        code: tuple(one[key] for key in ("kind", "from", "to", "rating_from", "rating_to"))
        for code, one in by_code.items()
    }
    assert picked == {
        "A1": ("revised", "85.5", "86.0", "green", "green"),
        "A2": ("confirmed", "20.0", "20.0", "not_rated", "not_rated"),
        "D1": ("same", "12", "12", "not_rated", "not_rated"),
    }


def test_what_is_missing_is_listed_and_warned(run: Run, tmp_path: Path) -> None:
    found = run("import", file(tmp_path, GOOD[:1]), "--json").json
    assert found["missing"] == ["A2", "D1"]
    assert "indicators-missing" in {one["code"] for one in found["problems"]}


def test_a_blocked_file_is_told_row_by_row_and_ends_with_status_1(run: Run, tmp_path: Path) -> None:
    told = run("import", file(tmp_path, [row("A1", "TBC"), *GOOD[1:]]), "--json")
    found = told.json
    assert (told.status, told.err, found["blocked"], found["published"]) == (1, "", True, False)
    first = found["problems"][0]
    assert (first["code"], first["severity"], first["row"], first["column"], first["found"]) == (
        "value-missing",
        "block",
        2,
        "value",
        "TBC",
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe",
        b"PK\x03\x04",
        b"<html>",
        b"indicator\n",
        b'"',
        "indicator;quarter;value\n".encode("utf-16"),
    ],
)
def test_whatever_the_bytes_the_document_is_whole(run: Run, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    told = run("import", path, *PUBLISH, "--json")
    assert (told.status, told.json["blocked"], told.json["published"], told.json["changes"]) == (1, True, False, [])
    assert told.json["problems"]


# --- what publishes, and what does not -------------------------------------------------------------------------------


def quarter_of(run: Run, when: str, *more: str) -> dict[str, str | None]:
    card = run("scorecard", "--quarter", when, "--json", *more).json
    return {one["code"]: one["value"] for one in card["rows"]}


def test_without_publish_nothing_is_written(run: Run, tmp_path: Path, own: Path) -> None:
    before = own.read_bytes()
    told = run("import", file(tmp_path))
    assert told.status == 0
    assert told.out.splitlines()[-1] == "Nothing is published. Add --publish to publish it."
    assert quarter_of(run, "Q3 2022-23") == {"A1": None, "A2": None, "D1": None}
    assert run("uploads", "--json").json == {"as_at": None, "uploads": []}
    assert own.read_bytes() == before


def test_publish_without_the_warnings_confirmed_publishes_nothing_and_says_so(run: Run, tmp_path: Path) -> None:
    told = run("import", file(tmp_path, GOOD[:1]), "--publish", *BY, "--json")
    assert (told.status, told.json["published"], told.json["blocked"]) == (1, False, False)
    assert told.err == "Nothing was published: one warning is not confirmed (indicators-missing).\n"
    assert run("uploads", "--json").json == {"as_at": None, "uploads": []}


@pytest.mark.parametrize("reason", [(), ("--reason", ""), ("--reason", "  ")])
def test_a_revision_without_its_reason_publishes_nothing_and_says_so(
    run: Run, tmp_path: Path, reason: tuple[str, ...]
) -> None:
    told = run("import", file(tmp_path, REVISING), *PUBLISH, *reason, "--json")
    assert (told.status, told.json["published"]) == (1, False)
    assert told.err == "Nothing was published: what was published before would change. Give the reason.\n"
    assert quarter_of(run, "Q2 2022-23")["A1"] == "85.5"


def test_a_blocked_file_is_not_published_whatever_is_confirmed(run: Run, tmp_path: Path) -> None:
    told = run("import", file(tmp_path, [row("A1", "104.0"), *GOOD[1:]]), *PUBLISH, "--reason", "x", "--json")
    assert (told.status, told.json["blocked"], told.json["published"]) == (1, True, False)
    assert told.err == "Nothing was published: 1 problem blocks it. Correct the file and check it again.\n"


def test_what_is_confirmed_is_published_and_the_document_says_as_what(run: Run, tmp_path: Path) -> None:
    told = run("import", file(tmp_path), *PUBLISH, "--json")
    assert (told.status, told.err) == (0, "")
    assert (told.json["published"], told.json["upload_id"]) == (True, 1)
    assert quarter_of(run, "Q3 2022-23") == {"A1": "88.0", "A2": "19.0", "D1": "11"}


def test_a_file_without_warnings_needs_none_confirmed(run: Run, tmp_path: Path) -> None:
    rows = [row("A1", "88.0"), row("A2", "19.0"), row("D1", "11")]
    told = run("import", file(tmp_path, rows), "--publish", *BY, "--json")
    assert not any(one["severity"] == "warn" for one in told.json["problems"])
    assert (told.status, told.json["published"]) == (0, True)


def test_a_revision_with_its_reason_is_kept_with_both(run: Run, tmp_path: Path) -> None:
    told = run("import", file(tmp_path, REVISING), *PUBLISH, "--reason", "Counted again.", "--json")
    assert (told.status, told.json["upload_id"]) == (0, 1)
    (upload,) = run("uploads", "--json").json["uploads"]
    assert (upload["reason"], upload["revision"], upload["counts"]) == (
        "Counted again.", "correction", {"new": 0, "confirmed": 1, "revised": 1, "same": 1})  # fmt: skip
    assert quarter_of(run, "Q2 2022-23")["A1"] == "86.0"
    assert quarter_of(run, "Q2 2022-23", "--as-at", "first")["A1"] == "85.5"
    card = run("scorecard", "--quarter", "Q2 2022-23", "--as-at", "first", "--json").json
    assert card["as_first_published"] is True
    assert {one["code"]: one["revised"] for one in card["rows"]} == {"A1": False, "A2": False, "D1": False}


def test_the_kind_of_revision_may_be_said(run: Run, tmp_path: Path) -> None:
    run("import", file(tmp_path, REVISING), *PUBLISH, "--reason", "As announced.", "--revision", "scheduled")
    assert run("uploads", "--json").json["uploads"][0]["revision"] == "scheduled"


def test_who_publishes_is_who_is_signed_in_unless_named(run: Run, tmp_path: Path) -> None:
    run("import", file(tmp_path), "--publish", "--confirm-warnings")
    run("withdraw", "1", "--reason", "Tried out.")
    (upload,) = run("uploads", "--json").json["uploads"]
    assert upload["published_by"] == upload["withdrawn"]["by"] == getpass.getuser()
    run("import", file(tmp_path), *PUBLISH)
    assert run("uploads", "--json").json["uploads"][0]["published_by"] == "A. Officer"


def test_a_file_meant_for_another_quarter_is_blocked(run: Run, tmp_path: Path) -> None:
    told = run("import", file(tmp_path), "--quarter", "Q4 2022-23", "--json")
    assert told.status == 1
    assert [one["message"] for one in told.json["problems"] if one["severity"] == "block"] == [
        "You chose Q4 2022-23. The file holds Q3 2022-23."]  # fmt: skip
    assert run("import", file(tmp_path), "--quarter", "2022/23 Q3", "--json").status == 0


def test_the_same_file_twice_is_refused_by_the_upload_that_gave_it(run: Run, tmp_path: Path) -> None:
    run("import", file(tmp_path), *PUBLISH)
    told = run("import", file(tmp_path, name="renamed.csv"), *PUBLISH, "--json")
    assert told.status == 1
    assert "(upload 1)" in told.json["problems"][0]["message"]


def test_a_mapping_is_named_by_its_file(run: Run, tmp_path: Path) -> None:
    path = file(tmp_path, [{"KPI": "A1", "Period": "Jul - Sep 2021", "Outturn": "70.0"}])
    found = run("import", path, "--profile", "extract", *PUBLISH, "--json").json
    assert (found["published"], found["changes"][0]["quarter"]) == (True, "Q2 2021-22")
    assert run("uploads", "--json").json["uploads"][0]["profile"] == "extract"


def test_a_file_larger_than_an_upload_may_be_is_read_without_limits(run: Run, tmp_path: Path) -> None:
    rows = [{"KPI": "A1", "Period": "Q1 2020-21", "Outturn": "70.0", "Note": f"row {n}"} for n in range(5_001)]
    path = file(tmp_path, rows)
    told = run("import", path, "--profile", "extract", "--json")
    assert (told.status, [one["code"] for one in told.json["problems"]]) == (1, ["too-many-rows"])
    told = run("import", path, "--profile", "extract", "--no-limits", "--json")
    assert (told.status, told.json["blocked"], len(told.json["changes"])) == (0, False, 1)


# --- from the template to the withdrawal -------------------------------------------------------------------------------


def test_a_template_is_filled_imported_shown_and_withdrawn(run: Run, tmp_path: Path) -> None:
    template = run("template").out
    rows = list(csv.DictReader(io.StringIO(template)))
    assert [one["indicator"] for one in rows] == ["A1", "A2", "D1"]
    assert {one["quarter"] for one in rows} == {"Q3 2022-23"}
    filled = [one | {"value": value} for one, value in zip(rows, ("87.0", "18.5", "10"), strict=True)]
    path = file(tmp_path, filled)
    told = run("import", path, "--publish", *BY, "--json")
    assert (told.status, told.json["published"], told.json["upload_id"]) == (0, True, 1)
    assert run("scorecard", "--json").json["quarter"] == "Q3 2022-23"
    (upload,) = run("uploads", "--json").json["uploads"]
    assert list(upload) == [
        "upload_id", "holds", "published_at", "published_by", "file", "sha256", "profile", "quarters", "counts", "reason",
        "revision", "withdrawn",
    ]  # fmt: skip
    assert (upload["quarters"], upload["counts"]["new"], upload["withdrawn"]) == ("Q3 2022-23", 3, None)
    withdrawn = run("withdraw", "1", "--reason", "Wrong month.", *BY, "--json").json
    assert list(withdrawn) == ["upload", "taken_back", "left_standing", "register", "targets"]
    assert withdrawn["taken_back"][0] == {
        "code": "A1",
        "area": "X",
        "quarter": "Q3 2022-23",
        "gave": "87.0",
        "stands": None,
    }
    assert withdrawn["upload"]["withdrawn"]["by"] == "A. Officer"
    assert run("scorecard", "--json").json["quarter"] == "Q2 2022-23"


def test_the_template_as_a_document_holds_the_same_rows(run: Run) -> None:
    found = run("template", "--quarter", "Q2 2022-23", "--json").json
    rows = list(csv.DictReader(io.StringIO(run("template", "--quarter", "Q2 2022-23").out)))
    assert found == {"rows": rows}
    assert rows[0] | {"target": "85%", "last_quarter": "80.0%", "unit": "percentage", "value": ""} == rows[0]


def test_withdrawing_leaves_what_a_later_upload_gave(run: Run, tmp_path: Path) -> None:
    run("import", file(tmp_path), *PUBLISH)
    later = [row("A1", "89.0"), row("A2", "19.0")]
    run("import", file(tmp_path, later, "later.csv"), *PUBLISH, "--reason", "Counted again.")
    told = run("withdraw", "1", "--reason", "Wrong.", *BY, "--json")
    assert [one["code"] for one in told.json["taken_back"]] == ["D1"]
    left = {one["code"]: (one["stands"], one["why"]) for one in told.json["left_standing"]}
    assert left == {"A1": ("89.0", "upload 2 revised it later"), "A2": ("19.0", "upload 2 gave the same figure later")}
    text = run("uploads").out
    assert "withdrawn" in text
    assert "by A. Officer: Wrong." in text


def test_withdrawing_a_target_says_so(run: Run, tmp_path: Path) -> None:
    aim = {"indicator": "A1", "from_quarter": "Q3 2022-23", "value": "95", "source": "Minutes", "decided_by": "Board"}
    told = run("import", file(tmp_path, [aim], "targets.csv"), *PUBLISH, "--reason", "Agreed.")
    assert told.out.splitlines() == [
        "targets.csv: targets, from Q3 2022-23", "1 new, 0 confirmed, 0 revised, 0 the same", "  A1 new: 85% -> 95%", "Published as upload 1."]  # fmt: skip
    told = run("withdraw", "1", "--reason", "Not agreed.", *BY)
    assert told.out.splitlines() == [
        "Upload 1 (targets.csv) is withdrawn.",
        "What it gave to the targets is withdrawn.",
    ]
    document = run("uploads", "--json").json["uploads"][0]
    assert (document["holds"], document["quarters"]) == ("targets", "from Q3 2022-23")


def test_a_recorded_target_is_changed_only_where_who_decided_it_when_and_why_is_said(run: Run, tmp_path: Path) -> None:
    aim = file(tmp_path, [{"indicator": "A1", "from_quarter": "Q3 2022-23", "value": "95"}], "targets.csv")
    told = run("import", aim, *PUBLISH, "--json")
    assert (told.status, told.json["published"]) == (1, False)
    assert told.err == (
        "Nothing was published: a recorded target changes. Say who decided it, on what date or in which paper, and why.\n"
    )
    assert run("uploads", "--json").json == {"as_at": None, "uploads": []}
    said = ("--decided-by", "Cabinet", "--decided-on", "2022-10-27", "--reason", "Agreed.")
    assert run("import", aim, *PUBLISH, *said, "--json").json["published"] is True
    again = file(tmp_path, [{"indicator": "A1", "from_quarter": "Q3 2022-23", "value": "96"}], "more.csv")
    said = ("--decided-by", "Cabinet", "--paper", "Minutes, page 2", "--reason", "Agreed.")
    assert run("import", again, *PUBLISH, *said, "--json").json["published"] is True


def test_a_mapping_may_be_named_or_be_the_path_of_a_toml_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "extract.csv"
    path.write_bytes(csv_bytes([{"KPI": "A1", "Period": "Q3 2022-23", "Outturn": "88.0"}]))
    (tmp_path / "mine.toml").write_text(PROFILE, encoding="utf-8")
    named, given = (run("import", path, "--mapping", one, "--json") for one in ("extract", tmp_path / "mine.toml"))
    assert (named.status, given.status, given.err) == (0, 0, "")
    assert named.json == given.json == run("import", path, "--profile", "extract", "--json").json
    assert [one["to"] for one in given.json["changes"]] == ["88.0"]
    run("import", path, "--mapping", tmp_path / "mine.toml", *PUBLISH)
    assert run("uploads", "--json").json["uploads"][0]["profile"] == "mine"


@pytest.mark.parametrize("role", [one for one in ROLES if one != "Performance officer"])
def test_a_role_that_may_not_publish_or_withdraw_is_told_who_may(role: str, run: Run, tmp_path: Path) -> None:
    run("import", file(tmp_path), *PUBLISH)
    later = file(tmp_path, [row("A1", "89.0")], "later.csv")
    told = run("import", later, *PUBLISH, "--reason", "why", "--role", role, "--json")
    assert (told.status, told.json["published"]) == (1, False)
    assert told.err == (
        f"The role {role} may not publish figures, register entries or targets. Ask Performance officer.\n"
    )
    refusal = f"The role {role} may not withdraw an upload. Ask Performance officer."
    assert refused(run("withdraw", "1", "--reason", "Wrong.", *BY, "--role", role), 1) == refusal
    assert len(run("ledger", "--json").json["events"]) == 2


def test_a_backup_holds_the_database_and_its_second_copy_and_says_what_it_holds(run: Run, tmp_path: Path) -> None:
    path = file(tmp_path)
    sha256 = run("import", path, *PUBLISH, "--json").json["sha256"]
    head = run("ledger", "--json").json["head"]
    told = run("backup", tmp_path / "kept.zip", "--json")
    assert (told.status, told.err) == (0, "")
    assert told.json == {"backup": str(tmp_path / "kept.zip"), "position": 2, "head": head, "files": 3}
    with zipfile.ZipFile(tmp_path / "kept.zip") as kept:
        assert kept.testzip() is None
        names = set(kept.namelist())
        assert {"kpi.duckdb", "kpi.duckdb.ledger/events.jsonl"} <= names
        assert len(names) == 2 + 3
        assert kept.read(f"kpi.duckdb.ledger/files/{sha256}") == path.read_bytes()
    assert "kept.zip is there already" in refused(run("backup", tmp_path / "kept.zip"), 1)
    assert run("backup", tmp_path / "more.zip").out == (
        f"more.zip is written. It holds records 1 to 2 and 3 kept files; database and second copy were compared. Head {head[:12]}.\n"
    )


# --- for people ------------------------------------------------------------------------------------------------------


def test_for_people_a_file_is_told_in_lines_they_can_read(run: Run, tmp_path: Path) -> None:
    told = run("import", file(tmp_path, REVISING), *PUBLISH, "--reason", "Counted again.")
    assert told.out.splitlines() == [
        "figures.csv: figures, Q2 2022-23",
        "  warn  published-figure-changes: Row 2 changes July to September 2022 (Q2 2022-23) of “Measure A1” from 85.5% to 86.0%. Give the reason.",
        "  note  no-counts: 2 percentages have no numerator or denominator, so how sure they are cannot be shown.",
        "0 new, 1 confirmed, 1 revised, 1 the same",
        "  A1 Q2 2022-23 revised: 85.5% -> 86.0%, Green to Green",
        "  A2 Q2 2022-23 confirmed: 20.0% [p] -> 20.0%, Not rated to Not rated",
        "Published as upload 1.",
    ]


def test_for_people_a_comment_that_changes_is_a_line_of_its_own(run: Run, tmp_path: Path) -> None:
    told = run("import", file(tmp_path, [row("A1", "85.5", "Q2 2022-23", comment="Counted by hand.")]))
    assert "0 new, 0 confirmed, 0 revised, 0 the same, 1 with another comment" in told.out.splitlines()
    assert "  A1 Q2 2022-23 comment: from none to “Counted by hand.”" in told.out.splitlines()


def test_for_people_what_was_not_published_is_not_said_to_need_what_was_given(run: Run, tmp_path: Path) -> None:
    told = run("import", file(tmp_path, GOOD[:1]), "--publish", *BY)
    assert told.out.splitlines()[-2:] == ["Missing: A2, D1", "Nothing is published."]
    assert told.err.startswith("Nothing was published: ")
    assert (
        run("import", file(tmp_path, [row("A1", "x1")])).out.splitlines()[-1]
        == "Blocked: correct the file and check it again."
    )


def test_for_people_very_many_problems_are_the_first_of_each_class(run: Run, tmp_path: Path) -> None:
    rows = [row("A1", "TBC"), *(row(f"Z{n}", "5.0") for n in range(200)), row("A2", "83,5")]
    lines = run("import", file(tmp_path, rows)).out.splitlines()
    assert len(lines) < 60
    for code in ("value-missing", "decimal-comma", "unknown-indicator"):
        assert any(f" {code}: " in line for line in lines)
    shown = sum(" unknown-indicator: " in line for line in lines)
    assert f"  and {200 - shown} more of unknown-indicator" in lines


def test_for_people_the_history_is_newest_first(run: Run, tmp_path: Path) -> None:
    assert run("uploads").out == "Nothing has been uploaded yet.\n"
    run("import", file(tmp_path), *PUBLISH)
    run("import", file(tmp_path, REVISING, "again.csv"), *PUBLISH, "--reason", "Counted again.")
    lines = run("uploads").out.splitlines()
    assert lines[0].startswith("   2  ")
    assert "A. Officer: again.csv (figures, Q2 2022-23); 0 new, 1 confirmed, 1 revised, 1 the same" in lines[0]
    assert lines[1] == "      correction: Counted again."
    assert lines[2].startswith("   1  ")


# --- wrong usage, and what cannot be done now ------------------------------------------------------------------------


@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=["for people", "for programs"])
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--quarter", "Q5 2022-23"), "Q5 is not a quarter"),
        (("--quarter", "Q2 2022"), "calendar or financial"),
        (("--quarter", ""), "No quarter is given"),
        (("--quarter", "Sep-22"), "a date or a single month"),
        (("--profile", "nowhere"), "There is no column mapping “nowhere”. Choose from: extract."),
        (("--profile", "../../etc/passwd"), "There is no column mapping"),
        (("--profile", ""), "There is no column mapping"),
        (("--profile", "Extract"), "There is no column mapping “Extract”"),
    ],
)
def test_a_quarter_or_a_mapping_that_is_none_is_wrong_usage(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], words: str, as_json: tuple[str, ...]
) -> None:
    assert words in refused(run("import", file(tmp_path), *arguments, *as_json), 2)


def test_a_mapping_that_cannot_be_used_is_told_and_is_no_wrong_usage(run: Run, tmp_path: Path, data: Path) -> None:
    (data / "profiles" / "broken.toml").write_text("colums = 1\n", encoding="utf-8")
    told = refused(run("import", file(tmp_path), "--profile", "broken"), 1)
    assert told.startswith("The column mapping “broken” cannot be used. “colums” is not part of a mapping.")
    (data / "profiles" / "latin.toml").write_bytes('about = "Café"'.encode("latin-1"))
    told = refused(run("import", file(tmp_path), "--profile", "latin"), 1)
    assert told == "The column mapping “latin” cannot be used. It is not saved as UTF-8."


@pytest.mark.parametrize(
    "arguments",
    [(), ("f.csv", "g.csv"), ("f.csv", "--quarter"), ("f.csv", "--revision", "other"), ("f.csv", "--colour")],
    ids=["no file", "two files", "no quarter", "no such revision", "no such option"],
)
def test_an_import_that_is_none_is_wrong_usage(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run("import", *arguments)
    told = capsys.readouterr()
    assert (ended.value.code, told.out, told.err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize(
    "arguments", [("x", "--reason", "r"), ("1",), ("--reason", "r")], ids=["no number", "no reason", "no upload"]
)
def test_a_withdrawal_that_is_none_is_wrong_usage(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run("withdraw", *arguments)
    assert (ended.value.code, capsys.readouterr().err.count("\n")) == (2, 1)


@pytest.mark.parametrize("number", ["7", "0", "-1", "99999999999999999999"])
def test_an_upload_that_is_not_there_cannot_be_withdrawn(run: Run, number: str) -> None:
    assert (
        refused(run("withdraw", "--reason", "r", "--", number), 1)
        == f"There is no upload {number}. The history lists them."
    )


def test_an_upload_cannot_be_withdrawn_twice_nor_without_a_reason(run: Run, tmp_path: Path) -> None:
    run("import", file(tmp_path), *PUBLISH)
    assert refused(run("withdraw", "1", "--reason", " "), 1) == "Nothing was withdrawn: give the reason."
    assert run("withdraw", "1", "--reason", "Wrong.").status == 0
    assert refused(run("withdraw", "1", "--reason", "Wrong."), 1).startswith("Upload 1 was withdrawn already, on ")


def test_a_file_that_is_not_there_or_is_a_folder_cannot_be_read(run: Run, tmp_path: Path) -> None:
    missing = tmp_path / "no\nsuch.csv"
    assert refused(run("import", missing, "--json"), 1).endswith("no such.csv: No such file or directory.")
    assert refused(run("import", tmp_path, "--json"), 1).endswith(": Is a directory.")
    assert refused(run("backup", file(tmp_path) / "kept.zip"), 1)


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="every file is open to this user")
def test_a_file_that_may_not_be_read_is_told(run: Run, tmp_path: Path) -> None:
    path = file(tmp_path)
    path.chmod(0)
    assert refused(run("import", path), 1).endswith("figures.csv: Permission denied.")


def test_a_database_that_the_running_app_holds_is_told_in_the_designs_sentence(
    tmp_path: Path, own: Path, data: Path
) -> None:
    path = file(tmp_path)
    with held_by_another_process(own):
        for arguments in (
            ("import", path, "--json"),
            ("uploads",),
            ("withdraw", "1", "--reason", "r"),
            ("backup", tmp_path / "k.zip"),
        ):
            answer = in_a_process(*arguments, db=own, KPI_DATA=str(data))
            assert (answer.returncode, answer.stdout, answer.stderr) == (1, "", f"{HELD}\n")
    assert not (tmp_path / "k.zip").exists()
    answer = in_a_process("import", path, *PUBLISH, "--json", db=own, KPI_DATA=str(data))
    assert (answer.returncode, answer.stderr, json.loads(answer.stdout)["published"]) == (0, "", True)


def test_a_process_of_its_own_tells_the_same_as_this_one(run: Run, tmp_path: Path, own: Path, data: Path) -> None:
    path = file(tmp_path, [row("A1", "TBC"), *GOOD[1:]])
    here = run("import", path, "--json")
    there = in_a_process("import", path, "--json", db=own, KPI_DATA=str(data))
    assert (there.returncode, there.stdout, there.stderr) == (here.status, here.out, here.err)


def test_what_is_published_from_the_command_line_is_what_the_pages_are_given(
    run: Run, tmp_path: Path, own: Path, data: Path
) -> None:
    run("import", file(tmp_path), *PUBLISH)
    services = Services.open(own, data)
    try:
        (upload,) = services.uploads.history()
        assert (upload.file_name, upload.published_by, upload.counts) == ("figures.csv", "A. Officer", (3, 0, 0, 0))
        assert services.scorecard("Q3 2022-23").row("A1").display == "88.0%"
    finally:
        services.close()
