"""The command line as another program would call it: one JSON document, an exit status, errors of one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kpi_core.model import REPORT_SECTIONS
from kpi_core.shell.database import DATA, data_files

from ..conftest import REPO, write_files

Q2 = ("--quarter", "Q2 2022-23")
Answer = subprocess.CompletedProcess[str]
Json = dict[str, Any]


def run(*arguments: str | Path, db: Path | None = None, cwd: Path = REPO, **environment: str) -> Answer:
    """One command in a process of its own, against ``db``."""
    command = [sys.executable, "-m", "kpi_core", *(["--db", str(db)] if db else []), *map(str, arguments)]
    clean = {name: value for name, value in os.environ.items() if name != "KPI_DB"} | environment
    return subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.fixture(scope="module")
def card(db: Path) -> Json:
    return document(run("scorecard", *Q2, "--json", db=db))


def document(answer: Answer) -> Json:
    """The one JSON document that standard output must be."""
    assert (answer.returncode, answer.stderr) == (0, "")
    found: Json = json.loads(answer.stdout)
    return found


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
        "exceptions_unapproved": 2,
    }  # fmt: skip


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


def leaves(found: Any) -> Iterator[Any]:
    if isinstance(found, dict | list):
        for one in found.values() if isinstance(found, dict) else found:
            yield from leaves(one)
    else:
        yield found


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


def test_another_folder_of_figures_is_the_one_that_is_read_and_rebuilt_from(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "figures", data_files(DATA))
    database, observations = tmp_path / "kpi.duckdb", folder / "observations.csv"
    for value in ("286", "287"):
        observations.write_bytes(
            observations.read_bytes().replace(b",285,", b",286,").replace(b",286,", f",{value},".encode())
        )
        command = "scorecard" if value == "286" else "rebuild"
        assert run(command, db=database, KPI_DATA=str(folder)).returncode == 0
        found = document(run("scorecard", "--indicator", "PCP01", "--json", db=database, KPI_DATA=str(folder)))
        assert found["rows"][0]["value"] == value


def test_the_example_says_that_its_figures_are_made_up_and_the_council_does_not(db: Path, tmp_path: Path) -> None:
    example = tmp_path / "example.duckdb"
    assert run("example", db=example).returncode == 0
    for command in (("scorecard",), ("indicator", "EX01"), ("exceptions",)):
        assert run(*command, db=example).stdout.startswith("These figures are made up.")
        assert document(run(*command, "--json", db=example))["made_up"] is True
    assert document(run("scorecard", "--json", db=db))["made_up"] is False
