"""``what-if`` on the command line: the JSON that the issue promises, key by key, its exit status, and text for people."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from kpi_core.__main__ import main
from kpi_core.shell.example import files
from kpi_core.shell.storage import make_database

from .processes import run

Json = dict[str, Any]
Ask = Callable[..., tuple[int, str, str]]

FD02 = (
    "Repeat referrals within 12 months, target 22% instead of 20%: stays Red. "
    "22% would have been met in 0 of the 2 quarters held. "
    "It would take 45 to 46 fewer of 1,002 to 1,005 referrals: 220 to 221 instead of 266 (referrals that repeat an earlier one "
    "within 12 months). The counts are assumed, and not held. "
    "For an average of 22% over 2022-23, each of the two remaining quarters must be 16% or less on average "
    "(simple average of quarters, counts not held)."
)
STATED = "The exception report states 266: 266 at 26.5% means 1,002 to 1,005 referrals; the parts sum to 256, so this is in doubt."


@pytest.fixture
def ask(db: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Runs a command over the council's figures: exit status, standard output, standard error."""

    def asked(*arguments: str) -> tuple[int, str, str]:
        try:
            status = main(["--db", str(db), *arguments])
        except SystemExit as left:  # wrong usage, as argparse leaves
            status = int(left.code or 0)
        out, err = capsys.readouterr()
        return status, out, err

    return asked


@pytest.fixture(scope="module")
def example_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("example") / "example.duckdb"
    make_database(path, files(2022), lambda: datetime(2025, 11, 3, 9, 0))
    return path


def document(answer: tuple[int, str, str]) -> Json:
    """The one JSON document that standard output must be."""
    status, out, err = answer
    assert (status, err) == (0, "")
    found: Json = json.loads(out)
    return found


# --- JSON ---------------------------------------------------------------------------------------------------------


def test_the_document_has_the_keys_that_are_promised(ask: Ask) -> None:
    found = document(ask("what-if", "--json", "--target", "FD02=22", "--count", "FD02=266"))
    assert {"quarter", "changes", "rows", "turned"} <= set(found)
    assert found["quarter"] == "Q2 2022-23"
    assert found["made_up"] is False
    assert [change["text"] for change in found["changes"]] == ["target:FD02=22", "count:FD02=266"]
    assert found["turned"] == {"to_green": 0, "to_amber": 0, "to_red": 0}
    assert found["exceptions_required"] == {"before": 4, "after": 4}
    assert (found["left_out"], found["text"]) == ([], "No rating turns. Exception reports required: 4, as before.")


def test_a_row_has_the_keys_that_are_promised(ask: Ask) -> None:
    (row,) = document(ask("what-if", "--json", "--target", "FD02=22", "--count", "FD02=266"))["rows"]
    assert row.pop("reason") == (
        "Red: 26.5% misses the target of 22% by 4.5 points; no tolerance held, so Amber could not be given."
    )
    assert row == {
        "code": "FD02",
        "target_from": "20",
        "target_to": "22",
        "rating_from": "red",
        "rating_to": "red",
        "met_in_past": {"met": 0, "of": 2},
        "needed": {
            "extra": 46,
            "direction": "fewer",
            "of": 1005,
            "assumed": True,
            "text": (
                "It would take 45 to 46 fewer of 1,002 to 1,005 referrals: 220 to 221 instead of 266 "
                "(referrals that repeat an earlier one within 12 months). The counts are assumed, and not held."
            ),
        },
        "year": {
            "needed": "16",
            "reachable": True,
            "text": (
                "For an average of 22% over 2022-23, each of the two remaining quarters must be 16% or less on average "
                "(simple average of quarters, counts not held)."
            ),
        },
        "assurance": None,
        "text": FD02,
    }


def test_what_cannot_be_said_is_null(ask: Ask) -> None:
    (row,) = document(ask("what-if", "--json", "--target", "PCP01=300"))["rows"]
    assert (row["target_from"], row["target_to"]) == (None, "300")
    assert (row["rating_from"], row["rating_to"]) == ("not_rated", "red")
    assert row["assurance"] is None
    (row,) = document(ask("what-if", "--json", "--target", "FD01=90"))["rows"]
    assert (row["needed"], row["year"], row["assurance"]) == (None, None, None)


def test_a_rating_that_turns_is_counted(ask: Ask) -> None:
    found = document(ask("what-if", "--json", "--target", "FD01=80", "PCP03=99", "--tolerance", "FD02=7"))
    assert found["turned"] == {"to_green": 1, "to_amber": 1, "to_red": 1}
    assert {row["code"]: (row["rating_from"], row["rating_to"]) for row in found["rows"]} == {
        "PCP03": ("green", "red"), "FD01": ("red", "green"), "FD02": ("red", "amber"),
    }  # fmt: skip


def test_without_changes_every_indicator_is_told_as_it_is(ask: Ask) -> None:
    found = document(ask("what-if", "--json"))
    card = document(ask("scorecard", "--json"))
    assert [(row["code"], row["rating_to"], row["target_to"]) for row in found["rows"]] == [
        (row["code"], row["rating"], row["target"]) for row in card["rows"]
    ]
    assert found["text"] == "Nothing is changed yet."
    assert all(row["rating_from"] == row["rating_to"] for row in found["rows"])


def test_assurance_and_weighted_years_are_given_where_history_and_counts_are_held(
    example_db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--db", str(example_db), "what-if", "--json", "--target", "EX02=85"]) == 0
    found = json.loads(capsys.readouterr().out)
    (row,) = found["rows"]
    assert found["made_up"] is True
    assert (row["assurance"], row["met_in_past"]) == ("inconsistent", {"met": 0, "of": 16})
    assert row["needed"] == {
        "extra": 11, "direction": "more", "of": 417, "assumed": False,
        "text": "It would take 11 more of 417 assessments finished: 355 instead of 344 (assessments finished within 45 working days).",
    }  # fmt: skip
    assert row["year"]["reachable"] is True


def test_a_band_is_written_with_both_ends(example_db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--db", str(example_db), "what-if", "--json", "--target", "EX07=40 to 50"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert (row["target_from"], row["target_to"], row["rating_to"]) == ("35 to 45", "40 to 50", "green")


@pytest.mark.parametrize(
    ("option", "given", "text"),
    [
        ("--target", "FD02=-2", "target:FD02=-2"),
        ("--target", "FD02=+5%", "target:FD02=+5%"),
        ("--target", "fd02=22", "target:fd02=22"),
        ("--target", "Education=+1", "target:Education=+1"),
        ("--target", "all=-5%", "target:all=-5%"),
        ("--tolerance", "FD02=10%", "tolerance:FD02=10%"),
        ("--intervention", "FD02=25", "intervention:FD02=25"),
        ("--value", "FD02=19", "value:FD02=19"),
        ("--out-of", "FD02=1,004", "out-of:FD02=1004"),
        ("--by", "FD02=Q4 2023-24", "by:FD02=Q4 2023-24"),
    ],
)
def test_each_option_is_a_change(ask: Ask, option: str, given: str, text: str) -> None:
    found = document(ask("what-if", "--json", option, given))
    assert [change["text"] for change in found["changes"]] == [text]
    assert found["rows"]


def test_an_earlier_quarter_is_judged_as_it_stood_then(ask: Ask) -> None:
    found = document(ask("what-if", "--json", "--quarter", "Q1 2022-23", "--target", "FD02=29.5"))
    (row,) = found["rows"]
    assert (found["quarter"], row["target_from"], row["rating_from"]) == ("Q1 2022-23", None, "not_rated")
    assert (row["rating_to"], row["met_in_past"]) == ("green", {"met": 1, "of": 1})


def test_who_cannot_take_a_change_to_many_is_named(ask: Ask) -> None:
    found = document(ask("what-if", "--json", "--target", "Permanency and Corporate Parenting=120"))
    assert found["left_out"] == [
        "A target of 120% is more than 100%, which “Permanence plan by second review of a child in care” cannot be.",
        "A target of 120% is more than 100%, which “Children in care with a plan for permanence” cannot be.",
        "A target of 120% is more than 100%, which “Children in care attending a Good or Outstanding school above 95%” cannot be.",
        "A target of 120% is more than 100%, which “Children in care not in education, employment or training” cannot be.",
    ]
    assert [row["code"] for row in found["rows"]] == ["PCP01", "PCP02"]


def test_nothing_published_changes(ask: Ask) -> None:
    before = [document(ask(*command, "--json")) for command in (("scorecard",), ("exceptions",), ("uploads",))]
    for change in ("--target", "--value"):
        document(ask("what-if", "--json", change, "all=1"))
    document(ask("what-if", "--json", "--target", "FD02=22", "--count", "FD02=266", "--by", "FD02=Q4 2023-24"))
    after = [document(ask(*command, "--json")) for command in (("scorecard",), ("exceptions",), ("uploads",))]
    assert after == before


# --- text for people ----------------------------------------------------------------------------------------------


def test_people_are_told_in_sentences_and_that_nothing_published_is_changed(ask: Ask) -> None:
    status, out, err = ask("what-if", "--target", "FD02=22", "--count", "FD02=266")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].endswith("July to September 2022 (Q2 2022-23). Nothing published is changed.")
    assert lines[1] == "No rating turns. Exception reports required: 4, as before."
    assert f"  {FD02}" in lines


def test_an_assumption_is_offered_with_how_to_accept_it(ask: Ask) -> None:
    _, out, _ = ask("what-if", "--target", "FD02=22")
    assert f"      {STATED} To assume it: --count FD02=266" in out.splitlines()


def test_who_is_left_as_it_is_is_told_too(ask: Ask) -> None:
    _, out, _ = ask("what-if", "--target", "Permanency and Corporate Parenting=120")
    assert (
        "  Left unchanged: A target of 120% is more than 100%, which “Children in care with a plan for permanence” cannot be."
        in out.splitlines()
    )


def test_made_up_figures_are_said_to_be_made_up(example_db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--db", str(example_db), "what-if", "--target", "EX02=80"])
    assert "made up" in capsys.readouterr().out.splitlines()[0].lower()


def test_each_milestone_has_its_quarter(ask: Ask) -> None:
    _, out, _ = ask("what-if", "--by", "FD02=Q4 2023-24")
    lines = [line.strip() for line in out.splitlines()]
    assert "Q1 2023-24: 23.25%" in lines
    assert sum(line.startswith("Q") and "20" in line for line in lines) == 6


def test_a_milestone_is_printed_with_the_decimals_that_the_chart_shows(ask: Ask) -> None:
    _, out, _ = ask("what-if", "--by", "FD02=Q4 2023-24")
    assert "      Q3 2022-23: 25.42%" in out.splitlines()


def test_what_the_year_needs_is_given_with_decimals_that_a_reader_can_use(
    example_db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--db", str(example_db), "what-if", "--json", "--target", "EX02=85"])
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert len(row["year"]["needed"]) <= 7


# --- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--target", "FD02=140%"), "A target of 140% is more than 100%, which “Repeat referrals within 12 months” cannot be."),
        (("--target", "ED01=+2"), "“Children missing out on education” has no target, so there is nothing to change by 2. Give a value instead."),
        (("--intervention", "FD02=10"), "“Repeat referrals within 12 months”: The intervention level of 10% lies on the better side of the target of 20%. It must be worse than the target."),
        (("--out-of", "FD01=0"), "A denominator of 0 leaves nothing to take a share of. Give the number of assessments completed, 1 or more."),
        (("--count", "FD02=0"), "A count of 0 says nothing about how many referrals there were. Give a count of 1 or more."),
        (("--count", "FD02=266", "--out-of", "FD02=500"), "266 of 500 is 53.2%, and not the 26.5% held for “Repeat referrals within 12 months”. Mend one of the two."),
        (("--target", "=22"), "“target:=22” is not a change. Write one like target:FD02=22."),
        (("--by", "FD02=Q1 2022-23"), "“Repeat referrals within 12 months”: A target cannot be reached by Q1 2022-23: the figure it starts from is Q2 2022-23's."),
    ],
)  # fmt: skip
def test_nonsense_is_one_sentence_on_standard_error_and_status_1(
    ask: Ask, arguments: tuple[str, ...], said: str
) -> None:
    assert ask("what-if", "--json", *arguments) == (1, "", f"{said}\n")


@pytest.mark.parametrize(
    ("option", "given", "said"),
    [
        ("--target", "FD02", "“FD02” is not a change, which is written like FD02=22"),
        ("--count", "266", "“266” is not a change, which is written like FD02=22"),
        ("--target", "FD02=many", "“many” is no target. Write a number like 22, or a change to what stands like +2 or -5%."),
        ("--target", "FD02=٢٢", "“٢٢” is no target. Write a number like 22, or a change to what stands like +2 or -5%."),
        ("--count", "FD02=-5", "“-5” has a sign. Write the assumed count itself, like 600."),
        ("--value", "FD02=1 to 2", "Only a target can be a band like 1 to 2: give the next value as one number."),
        ("--by", "FD02=soon", "“soon” cannot be read as a quarter. Enter it like Q2 2022-23."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_wrong_usage_and_said_in_a_sentence(
    ask: Ask, option: str, given: str, said: str
) -> None:
    status, out, err = ask("what-if", "--json", option, given)
    assert (status, out) == (2, "")
    assert err.startswith(f"Argument {option}: {said}")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("--target", "XX99=22"),
        ("--target", "Housing=22"),
        ("--quarter", "Q5 2022-23"),
        ("--quarter", "soon"),
        ("--area", "nowhere"),
        ("--by", "FD02=soon"),
        ("--goal", "FD02=22"),
        ("--target",),
    ],
)
def test_unknown_codes_and_wrong_usage_are_status_2(ask: Ask, arguments: tuple[str, ...]) -> None:
    status, out, err = ask("what-if", "--json", *arguments)
    assert (status, out) == (2, "")
    assert err.strip()
    assert "Traceback" not in err


def test_an_unknown_code_is_answered_with_those_that_are_held(ask: Ask) -> None:
    _, _, err = ask("what-if", "--target", "XX99=22")
    assert err.startswith(
        "There is no indicator or category “XX99”. Choose from: all; Permanency and Corporate Parenting; "
    )
    assert err.count("\n") == 1


def test_in_a_process_of_its_own_it_answers_the_same(db: Path) -> None:
    answer = run("what-if", "--target", "FD02=22", "--count", "FD02=266", "--json", db=db)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert json.loads(answer.stdout)["rows"][0]["text"] == FD02
    refused = run("what-if", "--target", "FD02=140", db=db)
    assert (refused.returncode, refused.stdout) == (1, "")
