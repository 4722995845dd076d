"""The command line as another program would call it: one JSON document, an exit status, errors of one line."""

from __future__ import annotations

import json
import re
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from kpi_core.model import REPORT_SECTIONS
from kpi_core.shell.home import DATA
from kpi_core.shell.storage import data_files, make_database
from kpi_core.shell.storage.mirror import folder_of

from ..conftest import NOW, fixed_clock, london_day, write_files
from .processes import Json, document, here, leaves, run

Q2 = ("--quarter", "Q2 2022-23")


@pytest.fixture(scope="module")
def card(db: Path) -> Json:
    return document(run("scorecard", *Q2, "--json", db=db))


# --- the scorecard of Q2 2022-23, as the council's papers have it --------------------------------------------------

NONE = (None, None, None)
ROWS: tuple[tuple[Any, ...], ...] = (
    # code, value, display, target, level, rating, on the quarter before, on the year before, leading, report
    ("PCP01", "285", "285", None, None, "not_rated", NONE, NONE, None, (False, "none")),
    ("PCP02", "351", "351", None, None, "not_rated", NONE, NONE, None, (False, "none")),
    ("PCP03", "98", "98%", "95", None, "green", NONE, NONE, None, (False, "none")),
    ("PCP04", "92", "92%", "90", None, "green", NONE, NONE, None, (False, "none")),
    ("PCP05", "79", "79%", "100", None, "red", NONE, NONE, None, (True, "draft")),
    ("PCP06", "15", "15%", None, "16", "not_rated", NONE, NONE, None, (False, "none")),
    ("FD01", "83.5", "83.5%", "88", None, "red", ("Q1 2022-23", "13.5", "improving"), NONE, "quarter", (True, "missing")),
    ("FD02", "26.5", "26.5%", "20", None, "red", ("Q1 2022-23", "-3.0", "improving"), NONE, "quarter", (True, "submitted")),
    ("ED01", "179", "179", None, None, "not_rated", ("Q1 2022-23", "-84", "improving"), NONE, None, (False, "none")),
    ("ED02", "0", "0%", None, None, "not_rated", NONE, NONE, None, (False, "none")),
    ("ED03", "0.04", "0.04%", None, None, "not_rated", ("Q1 2022-23", "-0.26", "improving"), NONE, None, (False, "none")),
    ("ED04", "94", "94%", None, None, "not_rated", NONE, NONE, None, (False, "none")),
    ("ED05", "98", "98%", None, None, "not_rated", NONE, NONE, None, (False, "none")),
    ("ED06", "100", "100%", None, None, "not_rated", ("Q1 2022-23", "0", "no_change"), NONE, "quarter", (False, "none")),
    ("ED07", "25.4", "25.4% [p]", "4.7", None, "red", ("Q1 2022-23", "21.2", "worsening"), ("Q2 2021-22", "7.8", "worsening"), "year", (True, "approved")),
)  # fmt: skip


def change(row: Json, name: str) -> tuple[Any, ...]:
    return tuple(row[name][key] for key in ("basis", "amount", "direction"))


def row_of(card: Json, code: str) -> Json:
    (row,) = (row for row in card["rows"] if row["code"] == code)
    return row  # type: ignore[no-any-return]


@pytest.mark.parametrize("expected", ROWS, ids=[row[0] for row in ROWS])
def test_a_row_is_as_the_papers_have_it(card: Json, expected: tuple[Any, ...]) -> None:
    row = row_of(card, expected[0])
    found = [row[key] for key in ("code", "value", "display", "target", "intervention_level", "rating")]
    found += [change(row, "change_quarter"), change(row, "change_year"), row["leading"]]
    found.append((row["exception"]["required"], row["exception"]["state"]))
    assert tuple(found) == expected
    assert (row["tolerance"], row["intervention_passed"], row["revised"]) == (None, False, False)


def test_the_rows_are_all_there_in_the_registers_order(card: Json) -> None:
    assert [row["code"] for row in card["rows"]] == [row[0] for row in ROWS]
    assert (card["quarter"], card["period"], card["area"]) == ("Q2 2022-23", "July to September 2022", "BCP")


def test_the_counts_are_those_of_the_papers(card: Json) -> None:
    assert card["summary"] == {
        "green": 2, "amber": 0, "red": 4, "not_rated": 9, "no_data": 0, "improving": 2, "worsening": 1,
        "no_change": 1, "not_comparable": 11, "exceptions_required": 4, "exceptions_missing": 1,
        "exceptions_unapproved": 2, "comparable": 0, "turned_worse": [], "turned_better": [], "changed_otherwise": [],
    }  # fmt: skip


def test_what_matters_most_comes_first_beside_the_rows(card: Json) -> None:
    assert card["order_of_concern"][:4] == ["FD01", "FD02", "PCP05", "ED07"]
    assert sorted(card["order_of_concern"]) == sorted(row["code"] for row in card["rows"])
    (assessments,) = [row for row in card["rows"] if row["code"] == "FD01"]
    assert (assessments["gap"], assessments["run"]) == ("-4.5", {"rating_quarters": 1, "missed_quarters": 1})
    assert assessments["history"] == [
        {"quarter": "Q1 2022-23", "rating": "not_rated"},
        {"quarter": "Q2 2022-23", "rating": "red"},
    ]
    assert (assessments["numerator"], assessments["denominator"]) == (None, None)


def test_every_miss_says_that_no_tolerance_is_held(card: Json) -> None:
    reds = [row for row in card["rows"] if row["rating"] == "red"]
    assert [row["code"] for row in reds] == ["PCP05", "FD01", "FD02", "ED07"]
    assert all("no tolerance held, so Amber could not be given" in row["reason"] for row in reds)


def test_only_the_september_figure_is_provisional(card: Json) -> None:
    assert [row["code"] for row in card["rows"] if row["status"] == "provisional"] == ["ED07"]
    assert {row["status"] for row in card["rows"]} == {"provisional", "final"}


def test_the_one_with_only_an_intervention_level_says_so_and_names_the_last_known_quarter(card: Json) -> None:
    row = row_of(card, "PCP06")
    assert "no target set; within the intervention level of 16%" in row["reason"]
    assert "Q4 2021-22" in row["change_quarter"]["text"]
    assert "2.4 points" in row["change_quarter"]["text"]


def test_a_number_changes_in_number_and_per_cent_and_a_percentage_in_points(card: Json) -> None:
    number, percentage = row_of(card, "ED01")["change_quarter"], row_of(card, "FD01")["change_quarter"]
    assert (number["unit"], number["percent"]) == ("number", "-31.9")
    assert (percentage["unit"], percentage["percent"]) == ("points", None)


def test_the_change_against_the_target_is_in_points_too(card: Json) -> None:
    found = {code: change(row_of(card, code), "change_target") for code in ("PCP03", "FD01", "FD02", "ED07", "ED01")}
    assert found == {
        "PCP03": ("target", "3", "higher"), "FD01": ("target", "-4.5", "lower"), "FD02": ("target", "6.5", "higher"),
        "ED07": ("target", "20.7", "higher"), "ED01": NONE,
    }  # fmt: skip


def test_both_figures_and_both_targets_are_shown_where_the_papers_disagree(card: Json) -> None:
    assert {row["code"] for row in card["rows"] if row["conflict"]} == {"PCP05", "FD02"}
    assert "79%, 64%" in row_of(card, "PCP05")["conflict"]
    assert "20%, 22%" in row_of(card, "FD02")["conflict"]


def test_reason_lines_stand_with_the_reports_that_are_there(card: Json) -> None:
    with_line = {row["code"] for row in card["rows"] if row["exception"]["reason_line"]}
    assert with_line == {"PCP05", "FD02", "ED07"}


# --- the contract ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("scorecard",), ("indicator", "ED07"), ("exceptions",), ("verify",)])
def test_with_json_standard_output_is_one_document_in_which_no_figure_is_a_float(
    db: Path, command: tuple[str, ...]
) -> None:
    for arguments in ((*command, "--json"), ("--json", *command)):
        found = document(run(*arguments, db=db))
        assert not [leaf for leaf in leaves(found) if isinstance(leaf, float)]


def test_a_scorecard_holds_every_key_of_its_contract(card: Json) -> None:
    row_keys = {"code", "name", "category", "value", "display", "unit", "status", "revised", "target", "tolerance",
                "intervention_level", "intervention_passed", "rating", "reason", "change_quarter", "change_year",
                "change_target", "leading", "conflict", "exception"}  # fmt: skip
    assert set(card) >= {"quarter", "period", "area", "rows", "summary"}
    for row in card["rows"]:
        assert set(row) >= row_keys
        for name in ("change_quarter", "change_year", "change_target"):
            compared = {"basis", "amount", "direction", "text"} | ({"unit", "percent"} if row[name]["basis"] else set())
            assert set(row[name]) >= compared
            assert row[name]["text"]


def test_an_indicator_gives_its_series_benchmarks_conflicts_and_report(db: Path) -> None:
    found = document(run("indicator", "FD02", *Q2, "--json", db=db))
    assert [(one["quarter"], one["value"], one["rating"]) for one in found["series"]] == [
        ("Q1 2022-23", "29.5", "not_rated"), ("Q2 2022-23", "26.5", "red")]  # fmt: skip
    latest = [b["value"] for b in found["benchmarks"] if b["standing"] == "latest"]
    assert sorted(latest) == ["21.5", "22.52", "22.6", "26.7"]
    assert found["exception_report"]["state"] == "submitted"
    assert {c["subject"] for c in found["conflicts"]} == {"target", "narrative"}


def test_exceptions_lists_required_present_and_missing(db: Path) -> None:
    found = document(run("exceptions", *Q2, "--json", db=db))
    assert {one["code"]: one["state"] for one in found["required"]} == {
        "PCP05": "draft", "FD01": "missing", "FD02": "submitted", "ED07": "approved"}  # fmt: skip
    assert found["summary"] == {"required": 4, "missing": 1, "unapproved": 2}
    assert found["trigger"]


def test_exceptions_say_what_the_quarter_lacks_and_the_next_quarter_what_this_one_left_unfinished(db: Path) -> None:
    found = document(run("exceptions", *Q2, "--json", db=db))
    assert found["lacks"] == [
        "One required report is missing.", "One required report is a draft.", "One required report is submitted and not approved.",
        "14 actions are without an owner or a due date."]  # fmt: skip
    assert {one["code"] for one in found["actions_without_owner_or_date"]} == {"PCP05", "FD02", "ED07"}
    assert (found["earlier_actions"], found["concerns"]) == ([], [])
    following = document(run("exceptions", "--quarter", "Q3 2022-23", "--json", db=db))
    assert len(following["earlier_actions"]) == 14
    assert following["earlier_actions"][0] == {
        "code": "ED07", "quarter": "Q2 2022-23", "number": 1, "owner": None, "due": None, "closed_on": None, "closing": None,
        "text": "Continue to track young people who are not in education, employment or training (NEET) or not known.",
        "overdue": False}  # fmt: skip
    told = run("exceptions", "--quarter", "Q3 2022-23", db=db).stdout
    assert "Unfinished actions of earlier quarters, overdue ones first:" in told
    assert (
        "  FD02 Q2 2022-23: Continue to roll out domestic abuse training in the directorate. No owner and no due date are given."
        in told
    )


def test_a_report_lists_its_actions_apart_from_its_sections(db: Path) -> None:
    report = document(run("indicator", "ED07", *Q2, "--json", db=db))["exception_report"]
    assert [one["heading"] for one in report["sections"]] == list(REPORT_SECTIONS)
    assert [one["number"] for one in report["actions"]] == [1, 2]
    told = run("indicator", "ED07", *Q2, db=db).stdout
    assert "\nActions taken or planned\n  1. Continue to track" in told


@pytest.mark.parametrize(
    ("filters", "codes"),
    [
        (("--rating", "green"), ["PCP03", "PCP04"]),
        (("--rating", "red", "green"), ["PCP03", "PCP04", "PCP05", "FD01", "FD02", "ED07"]),
        (("--category", "Front Door and Early Help"), ["FD01", "FD02"]),
        (("--indicator", "ED07", "FD01"), ["FD01", "ED07"]),
        (("--category", "Education", "--rating", "red"), ["ED07"]),
        (("--rating", "amber"), []),
    ],
)
def test_filters_keep_the_rows_chosen(db: Path, filters: tuple[str, ...], codes: list[str]) -> None:
    found = document(run("scorecard", *Q2, *filters, "--json", db=db))
    assert [row["code"] for row in found["rows"]] == codes
    assert not any("No figures are held" in sentence for sentence in found.get("headline", []))


def test_a_quarter_without_figures_is_not_an_error(db: Path) -> None:
    found = document(run("scorecard", "--quarter", "Q1 2030-31", "--json", db=db))
    assert {row["rating"] for row in found["rows"]} == {"no_data"}
    assert {row["value"] for row in found["rows"]} == {None}
    answer = run("scorecard", "--quarter", "Q1 2030-31", db=db)
    assert "No figures are held for April to June 2030 (Q1 2030-31)." in answer.stdout


def test_for_people_the_same_is_said_in_words(db: Path) -> None:
    text = run("scorecard", *Q2, db=db).stdout
    for words in ("July to September 2022 (Q2 2022-23)", "4 of the 6 indicators with a target miss it",
                  "25.4% [p]", "two figures: 79%, 64%", "exception report missing"):  # fmt: skip
        assert words in text


# --- which figures ------------------------------------------------------------------------------------------------


def test_another_folder_of_figures_is_the_one_that_is_read_and_loaded_anew(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "figures", data_files(DATA))
    database, observations = tmp_path / "kpi.duckdb", folder / "observations.csv"
    of = {"KPI_DATA": str(folder)}

    def value() -> str:
        found = document(run("scorecard", "--indicator", "PCP01", "--json", db=database, **of))
        return str(found["rows"][0]["value"])

    observations.write_bytes(observations.read_bytes().replace(b",285,", b",286,"))
    assert value() == "286"
    assert document(run("load", "--json", db=database, **of)) == {"loaded": None}
    observations.write_bytes(observations.read_bytes().replace(b",286,", b",287,"))
    assert value() == "286", "what changes in a file is an event, and not before"
    verified = run("verify", "--json", db=database, **of)
    assert (verified.returncode, json.loads(verified.stdout)["problems"]) == (1, [
        "data/observations.csv has changed since the figures were loaded. To load it, press the button on the page Record of changes, "
        "or close the explorer and run: python -m kpi_core load"])  # fmt: skip
    assert document(run("load", "--by", "Ann", "--json", db=database, **of)) == {"loaded": 2}
    assert value() == "287"
    assert document(run("verify", "--json", db=database, **of))["ok"] is True


def test_the_example_says_that_its_figures_are_made_up_and_the_council_does_not(db: Path, tmp_path: Path) -> None:
    example = tmp_path / "example.duckdb"
    assert run("example", db=example).returncode == 0
    for command in (("scorecard",), ("indicator", "EX01"), ("exceptions",)):
        assert run(*command, db=example).stdout.startswith("These figures are made up.")
        assert document(run(*command, "--json", db=example))["made_up"] is True
    assert document(run("scorecard", "--json", db=db))["made_up"] is False


# --- the record of what was done ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The council's figures, of which one was published, revised and withdrawn, and is suppressed now."""
    folder = tmp_path_factory.mktemp("done")
    database = folder / "kpi.duckdb"
    make_database(database, DATA, fixed_clock)
    for name, value in (("one", "84.5"), ("two", "85.5"), ("three", "c")):
        file = folder / f"{name}.csv"
        file.write_text(
            f"indicator,quarter,value,comment\nFD01,Q2 2022-23,{value},Anna's mother rang.\n", encoding="utf-8"
        )
        by = ("--publish", "--confirm-warnings", "--reason", f"As {name} says.", "--by", "Ann Example")
        assert here("import", file, *by, db=database).returncode == 0
        if name == "two":
            assert here("withdraw", "2", "--reason", "Wrong file.", "--by", "Bob", db=database).returncode == 0
    return database


def test_the_ledger_lists_every_record_with_its_hash_and_the_head_is_the_last(done: Path) -> None:
    found = document(here("ledger", "--json", db=done))
    assert list(found) == ["position", "head", "events"]
    assert [list(one) for one in found["events"]] == [["number", "at", "by", "role", "kind", "what", "hash"]] * 5
    assert [(one["number"], one["by"], one["role"], one["kind"]) for one in found["events"]] == [
        (1, "The explorer", "Administrator", "figures loaded"),
        (2, "Ann Example", "Performance officer", "upload published"),
        (3, "Ann Example", "Performance officer", "upload published"),
        (4, "Bob", "Performance officer", "upload withdrawn"),
        (5, "Ann Example", "Performance officer", "upload published"),
    ]
    assert found["events"][0]["at"] == NOW.isoformat()
    assert found["events"][3]["what"] == "Withdrew upload 2. Reason: Wrong file."
    assert all(re.fullmatch("[0-9a-f]{64}", one["hash"]) for one in found["events"])
    assert (found["position"], found["head"]) == (5, found["events"][-1]["hash"])
    since = document(here("ledger", "--since", "3", "--json", db=done))
    assert since == found | {"events": found["events"][3:]}
    told = here("ledger", db=done).stdout.splitlines()
    assert told[-1] == f"Record 5. Head {found['head']}"
    assert "Bob (Performance officer): Withdrew upload 2. Reason: Wrong file." in told[3]


def test_verify_says_position_head_and_what_is_wrong_and_finds_a_head_that_was_noted(done: Path) -> None:
    ledger = document(here("ledger", "--json", db=done))
    found = document(here("verify", "--json", db=done))
    assert (found["ok"], found["position"], found["head"]) == (True, 5, ledger["head"])
    assert (found["problems"], found["mended"]) == ([], [])
    for noted in ledger["events"]:
        assert document(here("verify", "--head", noted["hash"], "--json", db=done))["ok"] is True
    answer = here("verify", "--head", "0" * 64, "--json", db=done)
    told = json.loads(answer.stdout)
    assert (answer.returncode, told["ok"], len(told["problems"])) == (1, False, 1)
    assert "does not hold the head that was given" in told["problems"][0]


def test_verify_exits_with_0_where_it_was_mended_and_says_so(done: Path, tmp_path: Path) -> None:
    database = copied(done, tmp_path)
    lines = folder_of(database) / "events.jsonl"
    whole = lines.read_bytes()
    lines.write_bytes(whole[: whole.rstrip(b"\n").rfind(b"\n") + 1])
    answer = here("verify", "--json", db=database)
    told = json.loads(answer.stdout)
    assert (answer.returncode, told["ok"], told["problems"]) == (0, True, [])
    assert len(told["mended"]) == 1
    assert told["mended"][0].startswith("Record 5 (upload published on ")
    assert told["mended"][0] in answer.stderr
    assert lines.read_bytes() == whole


AS_AT = {  # what is shown of FD01 in Q2 2022-23; 5 suppressed it, and that holds at every position
    "1": ("[c]", 1),
    "2": ("[c]", 1),
    "3": ("[c]", 1),
    "4": ("[c]", 1),
    "5": ("[c]", 0),
    "first": ("[c]", 1),
}


@pytest.mark.parametrize("moment", AS_AT)
def test_every_reading_command_answers_as_at_a_record(moment: str, done: Path) -> None:
    card = document(here("scorecard", *Q2, "--as-at", moment, "--json", db=done))
    events = document(here("ledger", "--json", db=done))["events"]
    assert (row_of(card, "FD01")["display"], card["now_confidential"]) == AS_AT[moment]
    if moment == "first":
        assert (card["as_first_published"], card["as_at"]) == (True, "As first recorded here")
    else:
        day = london_day(datetime.fromisoformat(events[int(moment) - 1]["at"]))
        assert (card["as_first_published"], card["as_at"]) == (False, f"As it stood at record {moment} of 5, {day}")
    told = here("scorecard", *Q2, "--as-at", moment, db=done).stdout
    assert told.startswith(f"{card['as_at']}.\n")
    assert ("One figure that stood then is confidential now" in told) is bool(card["now_confidential"])
    one = document(here("indicator", "FD01", *Q2, "--as-at", moment, "--json", db=done))
    assert one["row"]["display"] == AS_AT[moment][0]
    for command in (("exceptions", *Q2), ("what-if", *Q2, "--target", "FD02=22")):
        assert document(here(*command, "--as-at", moment, "--json", db=done))
    uploads = document(here("uploads", "--as-at", "2" if moment == "first" else moment, "--json", db=done))
    stood = {"1": 0, "2": 1, "3": 2, "4": 2, "5": 3, "first": 1}[moment]
    assert len(uploads["uploads"]) == stood
    if moment != "first":
        assert uploads["as_at"] == card["as_at"]
        assert here("uploads", "--as-at", moment, db=done).stdout.startswith(f"{card['as_at']}.\n")
    withdrawn = [one["upload_id"] for one in uploads["uploads"] if one["withdrawn"]]
    assert withdrawn == ([2] if moment in ("4", "5") else [])


def test_the_history_of_uploads_as_it_stands_now_says_no_moment(done: Path) -> None:
    now = document(here("uploads", "--json", db=done))
    assert (list(now), now["as_at"]) == (["as_at", "uploads"], None)
    assert "As it stood" not in here("uploads", db=done).stdout


def test_as_at_shows_what_stood_at_each_record_and_on_each_day(done: Path, tmp_path: Path) -> None:
    database = copied(done, tmp_path)
    assert here("withdraw", "3", "--reason", "It may be shown.", "--by", "Bob", db=database).returncode == 0
    shown = {}
    for moment in ("1", "2", "3", "4", "6", "first", NOW.date().isoformat()):
        card = document(here("scorecard", *Q2, "--as-at", moment, "--json", db=database))
        shown[moment] = row_of(card, "FD01")["display"]
    assert shown == {
        "1": "83.5%", "2": "84.5% [r]", "3": "85.5% [r]", "4": "84.5% [r]", "6": "84.5% [r]", "first": "83.5%", "2022-11-22": "83.5%",
    }  # fmt: skip
    on = document(here("scorecard", *Q2, "--as-at", "22 November 2022", "--json", db=database))
    assert on["as_at"] == "As it stood on 22 November 2022"


def test_a_backup_is_put_back_where_there_is_nothing_and_answers_the_same(done: Path, tmp_path: Path) -> None:
    assert here("backup", tmp_path / "kept.zip", db=done).returncode == 0
    database = tmp_path / "elsewhere" / "kpi.duckdb"
    found = document(here("restore", tmp_path / "kept.zip", "--json", db=database))
    assert (found["ok"], found["position"], found["problems"]) == (True, 5, [])
    for command in (("ledger",), ("uploads",), ("scorecard", *Q2)):
        assert document(here(*command, "--json", db=database)) == document(here(*command, "--json", db=done))
    again = here("restore", tmp_path / "kept.zip", db=database)
    assert (again.returncode, again.stdout) == (1, "")
    assert "kpi.duckdb is there already, and is left as it is." in again.stderr


def test_what_is_erased_is_gone_from_every_file_and_the_chain_is_whole(done: Path, tmp_path: Path) -> None:
    database = copied(done, tmp_path)
    before = document(here("ledger", "--json", db=database))
    sha256 = document(here("uploads", "--json", db=database))["uploads"][2]["sha256"]
    by = ("--reason", "A child could be told.", "--by", "Ada", "--second", "Sam")
    for record in (2, 3, 5):
        found = document(here("erase", str(record), *by, "--json", db=database))
        assert (found["erased"], found["set_aside"]) == (record, [])
    assert found["record"] == 8
    assert not (folder_of(database) / "files" / sha256).exists()
    left = [path.name for path in tmp_path.rglob("*") if path.is_file() and b"mother rang" in path.read_bytes()]
    assert left == []
    after = document(here("ledger", "--json", db=database))
    assert [one["hash"] for one in after["events"][:5]] == [one["hash"] for one in before["events"]]
    last = after["events"][-1]
    assert (last["by"], last["role"], last["kind"]) == ("Ada", "Administrator", "words erased")
    assert last["what"] == "Erased the words of record 5, with Sam as the second person. Reason: A child could be told."
    assert document(here("verify", "--head", before["head"], "--json", db=database))["ok"] is True
    rows = [document(here("scorecard", *Q2, "--json", db=one))["rows"] for one in (done, database)]
    assert rows[0] == rows[1]


def copied(database: Path, folder: Path) -> Path:
    """A copy of a database with its second copy."""
    shutil.copy(database, folder / database.name)
    shutil.copytree(folder_of(database), folder_of(folder / database.name))
    return folder / database.name
