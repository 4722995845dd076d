"""Check a document: what contradicts the figures is shown first, what is right is folded away, and forms become drafts."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from kpi_core.narrative import Pace
from pages._ui import session

from ..conftest import shared_file
from . import body, heading, opened, said, saved, sections
from .conftest import Downloads
from .hostile import MARKUP

WRONG = b"Timeliness of assessments was 85% in Q2 2022-23. Re-referrals fell to 26.5%."
FORM = """Exception Performance Report

Indicator description: Assessments completed in 45 days
2022/23 Q2 outturn: 83.5%
Quarterly target: 88%
Reason for level of performance:
Posts were vacant over the summer.
Summary of financial implications:
None identified
Actions taken or planned to improve performance:
- Fill the two vacant posts
Completed by: Alex Example
"""


def given(content: bytes, name: str = "report.txt", at: AppTest | None = None) -> AppTest:
    """The page with a document chosen."""
    at = opened("check") if at is None else at
    (uploader,) = at.file_uploader
    uploader.upload(name, content)
    return at.run()


def acting(at: AppTest, name: str = "Priya Sample", role: str = "Report author") -> AppTest:
    at.selectbox(key="acting_role").set_value(role)
    at.text_input(key="acting_name").input(name)
    return at.run()


def findings(at: AppTest, verdict: str) -> list[str]:
    return [one.text for one in body(at).every("li", verdict)]


def test_before_a_document_is_chosen_the_page_says_what_it_does_and_what_it_does_not() -> None:
    at = opened("check")
    assert heading(at) == "Check a document"
    assert "silence is no proof" in body(at).text
    assert not sections(at)


def test_what_contradicts_the_figures_is_shown_with_its_line_and_how_it_was_worked_out() -> None:
    at = given(WRONG)
    assert body(at).one("p", "headline").text == "1 claim contradicts the figures, 2 agree."
    (wrong,) = findings(at, "contradicts")
    assert wrong.startswith("Line 1 ✖ Contradicts")
    assert "The text says 85%; Q2 2022-23 of “Assessments completed in 45 days” is 83.5%." in wrong
    folded = body(at).one("details")
    assert "2 claims agree" in folded.text


def test_pasted_text_is_checked_as_a_file_is() -> None:
    at = opened("check")
    at.text_area(key="check_text").input(WRONG.decode()).run()
    assert len(findings(at, "contradicts")) == 1
    assert sections(at)[0].startswith("Pasted text, beside July to September 2022")


def test_the_quarter_can_be_chosen_and_is_else_the_one_that_the_document_names() -> None:
    at = given(b"Timeliness of assessments stood at 70% in the quarter.")
    assert len(findings(at, "contradicts")) == 1
    at.selectbox(key="check_quarter").set_value("Q1 2022-23").run()
    assert findings(at, "contradicts") == []
    assert len(findings(at, "agrees")) == 1


def test_a_document_that_names_no_indicator_says_so() -> None:
    at = given(b"The weather was fine.")
    assert "Nothing was found in it" in body(at).one("p", "headline").text
    assert any("names an indicator" in one for one in said(at))


def test_a_pdf_is_refused_with_what_to_do() -> None:
    at = given(b"%PDF-1.7 and so on", "report.pdf")
    (told,) = said(at, "error")
    assert told == "“report.pdf” is a PDF. Save it from Word as .docx, or copy its text into a .txt file."


@pytest.mark.parametrize("markup", MARKUP)
def test_what_stands_in_a_document_is_text_and_nothing_else(markup: str) -> None:
    at = given(f"Timeliness of assessments {markup} was 85% in Q2. One child {markup} moved.".encode())
    assert findings(at, "disclosive")
    assert all("getElementById" in one.text for one in body(at).every("script"))
    assert not body(at).every("img")
    assert markup in body(at).one("li", "disclosive").text


def test_the_findings_can_be_downloaded(downloads: Downloads) -> None:
    given(WRONG)
    rows = saved(downloads["checked-report-txt.csv"])
    assert rows[0][:4] == ["Line", "Indicator", "About", "Verdict"]
    assert [row[3] for row in rows[1:]].count("contradicts") == 1


def test_a_paper_that_takes_too_long_says_where_its_check_ended_and_so_does_the_file(
    downloads: Downloads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kpi_core.shell.services.texts.Pace", lambda clock: Pace(clock, statements=1))
    at = given(f"{WRONG.decode()}\n\n{WRONG.decode()}".encode())
    (ended,) = said(at, "warning")
    assert ended.startswith("Nothing from line 1 on was checked, as a check ends after 20,000 statements or 10 seconds")
    assert ended in downloads["checked-report-txt.csv"]().decode("utf-8-sig")


def test_a_form_says_what_it_lacks_and_whom_it_names_before_it_becomes_a_draft() -> None:
    at = given(FORM.encode())
    assert sections(at)[1] == "Read in as drafts: one exception report found"
    page = body(at).text
    assert "“Alex Example” could be “Report author”" in page
    assert "Legal implications" in page


def test_a_form_becomes_a_draft_with_roles_for_names_and_leads_to_its_page() -> None:
    at = acting(given(FORM.encode()))
    at.button(key="read_in_0").click().run()
    assert said(at, "done") == ["FD01, Q2 2022-23 is a draft now, version 1."]
    report = session.services().reports.one("FD01", "Q2 2022-23").report
    assert report is not None
    assert report.completed_by == "Report author"
    assert dict(report.sections)["Reason for level of performance"] == "Posts were vacant over the summer."
    assert [action.text for action in report.actions] == ["Fill the two vacant posts"]
    assert (report.event.value, report.said, report.saved_by) == ("read in", "report.txt", "Priya Sample")
    assert any("report?" in link.attributes["href"] for link in body(at).every("a"))


def test_names_stay_where_that_is_chosen() -> None:
    at = acting(given(FORM.encode()))
    at.checkbox(key="check_roles").uncheck().run()
    at.button(key="read_in_0").click().run()
    report = session.services().reports.one("FD01", "Q2 2022-23").report
    assert report is not None
    assert report.completed_by == "Alex Example"


def test_without_a_name_nothing_is_read_in_and_the_page_says_why() -> None:
    at = given(FORM.encode())
    at.button(key="read_in_0").click().run()
    assert said(at, "error") == ["Give your name: it is kept with what you do, and never published."]
    assert session.services().reports.one("FD01", "Q2 2022-23").report is None


def test_an_approved_report_is_not_written_over() -> None:
    form = FORM.replace("Assessments completed in 45 days", "16-17 year olds not in education, employment or training")
    at = acting(given(form.encode()))
    at.button(key="read_in_0").click().run()
    (told,) = said(at, "error")
    assert "approved" in told
    report = session.services().reports.one("ED07", "Q2 2022-23").report
    assert report is not None
    assert report.version == 0


def test_a_form_on_an_indicator_that_is_not_held_says_what_to_do() -> None:
    at = given(FORM.replace("Assessments completed in 45 days", "Potholes mended").encode())
    assert any("is none of the indicators held" in one for one in said(at))
    assert not [button for button in at.button if button.key == "read_in_0"]


def test_the_three_forms_of_the_papers_are_found_each_with_what_it_lacks() -> None:
    at = given(shared_file("seeds", "004_ef166382983af74b.txt").read_bytes(), "appendix.txt")
    assert "Read in as drafts: 3 exception reports found" in sections(at)
    assert len([button for button in at.button if (button.key or "").startswith("read_in_")]) == 3
