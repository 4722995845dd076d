"""``check`` on both papers, and on papers of every kind: what the issue asks for, line by line, and no false alarm."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from kpi_core.__main__ import main
from kpi_core.narrative import Pace

from ..conftest import shared_file

Json = dict[str, Any]
Check = Callable[..., tuple[int, Json, str]]
REPORT = ("seeds", "000_ce8cc300a898325e.txt")
FORMS = ("seeds", "004_ef166382983af74b.txt")


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Check:
    """Runs ``check`` over the bundled figures: exit status, JSON, standard error."""
    monkeypatch.setenv("KPI_DB", str(tmp_path / "kpi.duckdb"))

    def run(path: Path, *more: str) -> tuple[int, Json, str]:
        status = main(["check", str(path), "--json", *more])
        out, err = capsys.readouterr()
        return status, json.loads(out) if out else {}, err

    return run


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock on which ten seconds have gone by at the third sentence."""
    times = iter((0, 1, 2))
    monkeypatch.setattr("kpi_core.shell.services.texts.Pace", lambda _: Pace(lambda: next(times, 11)))


ENDED = "Nothing from line 5 on was checked, as a check ends after 20,000 statements or 10 seconds: check the rest as a document of its own."


@pytest.mark.usefixtures("hurried")
def test_a_paper_that_takes_too_long_is_checked_as_far_as_it_goes_and_says_so_last(
    check: Check, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "long.txt").write_text(
        "\n\n".join(["Assessments completed in 45 days were 85%."] * 4), encoding="utf-8"
    )
    assert main(["check", str(tmp_path / "long.txt")]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == ENDED


@pytest.mark.usefixtures("hurried")
def test_programs_are_told_so_too(check: Check, tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text(
        "\n\n".join(["Assessments completed in 45 days were 85%."] * 4), encoding="utf-8"
    )
    assert check(tmp_path / "long.txt")[1]["cut_short"] == ENDED


def test_of_a_paper_that_was_checked_to_its_end_nothing_is_said_of_that(check: Check, tmp_path: Path) -> None:
    (tmp_path / "short.txt").write_text("Assessments completed in 45 days were 85%.", encoding="utf-8")
    assert check(tmp_path / "short.txt")[1]["cut_short"] is None


def lines(found: Json, verdict: str) -> dict[tuple[int, str], str]:
    """The messages of a verdict by line and indicator; several of one place are run together."""
    by: dict[tuple[int, str], str] = {}
    for one in found["findings"]:
        if one["verdict"] == verdict:
            key = (one["line"], one["indicator"] or "")
            by[key] = f"{by.get(key, '')} {one['message']}".strip()
    return by


def stated(found: Json, verdict: str) -> set[tuple[str, str]]:
    return {(one["indicator"] or "", one["stated"]) for one in found["findings"] if one["verdict"] == verdict}


def test_the_covering_report_is_contradicted_in_what_it_gets_wrong_and_in_nothing_else(check: Check) -> None:
    status, found, _ = check(shared_file(*REPORT))
    wrong = lines(found, "contradicts")
    assert status == 1
    assert found["quarter"] == "Q2 2022-23"
    assert wrong.keys() == {
        (57, "PCP06"), (99, "ED01"), (163, "ED07"), (240, "ED07"), (276, "FD01"), (276, ""), (276, "PCP05"), (276, "ED07"),
    }  # fmt: skip
    assert "263 (Q1 2022-23) to 179 (Q2 2022-23) is 84, which is 31.9%" in wrong[99, "ED01"]
    assert "21.2 points" in wrong[163, "ED07"]
    assert "504.8%" in wrong[163, "ED07"]
    assert "an increase" in wrong[57, "PCP06"]
    assert "a decrease" in wrong[57, "PCP06"]
    assert "not among the recommendations" in wrong[240, "ED07"]
    assert "by 20.7 points" in wrong[240, "ED07"]
    assert "is listed as an exception report; one is required" in wrong[276, "FD01"]
    assert "“Permanent Exclusions” is listed as an exception report; none is held" in wrong[276, ""]
    assert "is not in this list" in wrong[276, "PCP05"]
    assert "is not in this list" in wrong[276, "ED07"]


def test_the_covering_report_is_disclosive_and_unreadable_where_it_is(check: Check) -> None:
    _, found, _ = check(shared_file(*REPORT))
    assert lines(found, "ambiguous") == {}
    disclosive = lines(found, "disclosive")
    assert disclosive.keys() == {(123, "ED03")}
    assert "between 2,223 and 2,857" in disclosive[123, "ED03"]
    unread = lines(found, "cannot be checked")
    assert unread.keys() == {(125, "ED03"), (251, "PCP06")}
    assert "“Q1 2/23” cannot be read as a quarter" in unread[125, "ED03"]
    assert "no target is held" in unread[251, "PCP06"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("FD01", "83.5%"), ("FD01", "70%"), ("FD02", "26.5%"), ("FD02", "29.5%"), ("FD01", "88%"), ("FD01", "below the target level"),
        ("PCP03", "98%"), ("PCP03", "95%"), ("PCP03", "above the target"), ("PCP04", "92%"), ("PCP04", "90%"),
        ("PCP04", "above the target"), ("ED07", "25.4%"), ("ED07", "4.2%"), ("ED07", "17.6%"), ("PCP06", "15%"), ("PCP06", "16%"),
        ("PCP06", "below the 16% intervention level"), ("ED01", "263"), ("ED01", "179"), ("PCP01", "285"), ("PCP06", "12.6%"),
    ],
)  # fmt: skip
def test_the_true_claims_of_the_covering_report_agree(code: str, said: str, check: Check) -> None:
    _, found, _ = check(shared_file(*REPORT))
    assert (code, said) in stated(found, "agrees")


def test_the_exception_reports_are_contradicted_in_what_they_get_wrong_and_in_nothing_else(check: Check) -> None:
    status, found, _ = check(shared_file(*FORMS))
    wrong = lines(found, "contradicts")
    assert status == 1
    assert wrong.keys() == {(2, "FD01"), (19, "PCP05"), (135, "FD02"), (149, "FD02")}
    assert "The text says 64%" in wrong[19, "PCP05"]
    assert "79%" in wrong[19, "PCP05"]
    assert "the target held is 20%" in wrong[135, "FD02"]
    assert "165 + 52 + 29 + 10 add up to 256; the total stated is 266" in wrong[149, "FD02"]
    assert "no exception report is held" in wrong[2, "FD01"]
    (unclear,) = lines(found, "ambiguous").values()
    assert "33.0% in Q2 2021-22 if percentage points are meant, 28.3% if per cent" in unclear


def test_small_counts_and_names_in_the_exception_reports_are_disclosive_and_other_counts_are_not(check: Check) -> None:
    _, found, _ = check(shared_file(*FORMS))
    small = [one for one in found["findings"] if one["verdict"] == "disclosive"]
    assert [(one["line"], one["stated"]) for one in small if "named" not in one["message"]] == [
        (186, "2 children"), (187, "4 children"), (189, "One case"), (192, "One Private Fostering case"),
    ]  # fmt: skip
    assert [one["line"] for one in small if "named" in one["message"]] == [249, 249, 335]


@pytest.mark.parametrize(
    ("code", "said"), [("FD02", "21"), ("FD02", "26.5%"), ("FD02", "20%"), ("PCP05", "100%"), ("ED07", "17.6%")]
)
def test_the_true_claims_of_the_exception_reports_agree(code: str, said: str, check: Check) -> None:
    _, found, _ = check(shared_file(*FORMS))
    assert (code, said) in stated(found, "agrees")


# --- papers of every kind -----------------------------------------------------------------------------------------


def paper(tmp_path: Path, text: str, name: str = "report.txt") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_word_file_is_checked_by_its_paragraphs(check: Check, tmp_path: Path) -> None:
    document = Document()
    document.add_heading("Performance, Quarter 2 2022-23", 1)
    document.add_paragraph("Timeliness of assessments was 85% in Q2.")
    table = document.add_table(1, 2)
    table.cell(0, 0).text = "Re-referrals"
    table.cell(0, 1).text = "Re-referrals fell to 26.5%."
    made = io.BytesIO()
    document.save(made)
    path = tmp_path / "report.docx"
    path.write_bytes(made.getvalue())
    status, found, _ = check(path)
    assert status == 1
    assert [(one["line"], one["indicator"], one["verdict"]) for one in found["findings"] if one["kind"] == "value"] == [
        (2, "FD01", "contradicts"), (4, "FD02", "agrees"),
    ]  # fmt: skip


def test_a_paper_that_nothing_contradicts_ends_in_0(check: Check, tmp_path: Path) -> None:
    status, found, _ = check(paper(tmp_path, "Timeliness of assessments rose from 70% in Q1 to 83.5% in Q2."))
    assert status == 0
    assert found["counts"] == {
        "agrees": 3, "contradicts": 0, "ambiguous": 0, "cannot be checked": 0, "disclosive": 0,
    }  # fmt: skip


def test_the_quarter_is_the_one_given_else_the_one_the_paper_names_else_the_latest(
    check: Check, tmp_path: Path
) -> None:
    told = "Performance in Quarter 1 2022-23. Timeliness of assessments stood at 70%."
    assert check(paper(tmp_path, told))[1]["quarter"] == "Q1 2022-23"
    assert check(paper(tmp_path, told), "--quarter", "Q2 2022-23")[1]["quarter"] == "Q2 2022-23"
    assert check(paper(tmp_path, "Timeliness of assessments stood at 83.5%."))[1]["quarter"] == "Q2 2022-23"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("report.pdf", b"%PDF-1.7 ...", "is a PDF. Save it from Word as .docx"),
        ("report.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "Save it from Word as .docx"),
        ("empty.txt", b"", "is empty"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(
    name: str, content: bytes, told: str, check: Check, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    status, found, said = check(path)
    assert (status, found) == (1, {})
    assert told in said
    assert said.count("\n") == 1


def test_a_quarter_that_cannot_be_read_is_wrong_usage(check: Check, tmp_path: Path) -> None:
    status, _, said = check(paper(tmp_path, "Text."), "--quarter", "Q9")
    assert status == 2
    assert "Q9" in said


def test_a_file_that_is_not_there_is_said_so(check: Check, tmp_path: Path) -> None:
    status, _, said = check(tmp_path / "none.docx")
    assert status == 1
    assert "No such file" in said


def test_for_people_the_findings_are_lines_and_a_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KPI_DB", str(tmp_path / "kpi.duckdb"))
    assert main(["check", str(paper(tmp_path, "Timeliness of assessments was 85% in Q2."))]) == 1
    out = capsys.readouterr().out
    assert "line 1: contradicts (FD01)" in out
    assert "In all: 1 contradicts." in out
    assert main(["check", str(paper(tmp_path, "Nothing to see."))]) == 0
    assert "No claim about an indicator was found" in capsys.readouterr().out
