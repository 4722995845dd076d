"""Texts beside the figures: a report's own, whole papers, and forms read in as drafts with nothing lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from kpi_core.access import Actor
from kpi_core.errors import NotAllowed, NotSaved, PeriodError, StoreError, UnknownChoice, UnreadableDocument
from kpi_core.forms import NoForm
from kpi_core.model import ACTIONS_HEADING, Action, ExceptionReport, ReportEvent, ReportState
from kpi_core.narrative import Verdict
from kpi_core.reports import REASON_LINE
from kpi_core.shell.home import DATA
from kpi_core.shell.services import Services
from kpi_core.shell.services.texts import OUTTURN, TARGET
from kpi_core.shell.storage import data_files

from ..conftest import fixed_clock, shared_file, small_bundle, write_files

AUTHOR = Actor("Alex Example", "Report author")
HEAD = Actor("Priya Sample", "Service Unit Head")
Q = "Q2 2022-23"
FORM = """Exception Performance Report

Indicator description: Assessments completed in 45 days
Outturn (Q2 2022-23): 83.5%
Quarterly target: 88%
Reason for level of performance:
Posts were vacant. Timeliness of assessments was 85%.
A heading that no form has:
Kept all the same.
Summary of financial implications:
None identified
Actions taken or planned to improve performance:
- Fill the two vacant posts (Owner: Head of Service, by 31 January 2023)
Completed by: Alex Example
Service Unit Head approval with date: 27.10.2022
"""


@pytest.fixture
def unwritten(tmp_path: Path) -> Iterator[Services]:
    """The council's figures, before any exception report was written."""
    files = {name: content for name, content in data_files(DATA).items() if not name.startswith("exceptions/")}
    with closing(Services.open(tmp_path / "kpi.duckdb", write_files(tmp_path / "data", files), fixed_clock)) as opened:
        yield opened


def latest(services: Services, code: str) -> ExceptionReport:
    report = services.reports.one(code, Q).report
    assert report is not None
    return report


# --- a report's own text ------------------------------------------------------------------------------------------


def test_each_part_of_a_report_has_its_findings(unwritten: Services) -> None:
    draft = unwritten.reports.start("FD01", Q, AUTHOR)
    sections = tuple(
        (heading, "Timeliness fell to 85% in Q2." if "Reason" in heading else body) for heading, body in draft.sections
    )
    written = replace(
        draft,
        outturn=Decimal("85"),
        target=Decimal("88"),
        reason_line="Above the target, at 83.5%.",
        sections=sections,
        actions=(Action(1, "Bring 2 children home."),),
    )
    found = unwritten.texts.of_report(written)
    assert [one.verdict for one in found[OUTTURN]] == [Verdict.CONTRADICTS]
    assert [one.verdict for one in found[TARGET]] == [Verdict.AGREES]
    assert {one.verdict for one in found[REASON_LINE]} == {Verdict.AGREES, Verdict.CONTRADICTS}
    assert {one.kind for one in found["Reason for level of performance"]} == {"direction", "value"}
    assert [one.verdict for one in found[ACTIONS_HEADING]] == [Verdict.DISCLOSIVE]
    assert found["Legal implications"] == ()


def test_the_bundled_reports_are_found_to_say_what_the_papers_get_wrong(services: Services) -> None:
    said = {
        code: [one for part in services.texts.of_report(latest(services, code)).values() for one in part if one.to_mend]
        for code in ("PCP05", "FD02", "ED07")
    }
    assert any(one.held == "79%" and one.stated == "64%" for one in said["PCP05"])
    assert any("256" in one.message for one in said["FD02"])
    assert [one for one in said["ED07"] if one.verdict is Verdict.CONTRADICTS] == []


# --- forms --------------------------------------------------------------------------------------------------------


def test_a_form_becomes_a_draft_with_all_that_it_says(unwritten: Services) -> None:
    (given,) = unwritten.texts.forms(FORM.encode(), "timeliness.txt")
    draft = unwritten.texts.read_in(given, AUTHOR)
    assert draft == latest(unwritten, "FD01")
    assert (draft.state, draft.event, draft.said, draft.version) == (
        ReportState.DRAFT,
        ReportEvent.READ_IN,
        "timeliness.txt",
        1,
    )
    assert (draft.outturn, draft.target, draft.completed_by) == (Decimal("83.5"), Decimal("88"), "Report author")
    assert dict(draft.sections)["Financial implications"] == "None identified."
    (action,) = draft.actions
    assert (action.text, action.owner, action.due) == (
        "Fill the two vacant posts",
        "Head of Service",
        date(2023, 1, 31),
    )
    assert (draft.approved_by, draft.approved_on) == ("", None)
    assert "27 October 2022" in draft.unplaced


def test_every_word_of_a_form_is_in_its_draft(unwritten: Services) -> None:
    (given,) = unwritten.texts.forms(FORM.encode(), "timeliness.txt")
    draft = unwritten.texts.read_in(given, AUTHOR, with_roles=False)
    kept = " ".join(
        (draft.description, f"{draft.outturn}% {draft.target}%", *(body for _, body in draft.sections), draft.completed_by, draft.unplaced,
         *(f"{one.text} {one.owner} {one.due}" for one in draft.actions))
    )  # fmt: skip
    for word in ("vacant", "85%", "heading", "Kept", "same", "posts", "Example", "Alex", "October"):
        assert word in kept


def test_the_three_reports_of_the_papers_are_three_drafts_each_saying_what_it_lacks(unwritten: Services) -> None:
    content = shared_file("seeds", "004_ef166382983af74b.txt").read_bytes()
    given = unwritten.texts.forms(content, "appendix.txt")
    drafts = [unwritten.texts.read_in(one, AUTHOR, with_roles=False) for one in given]
    assert [(one.indicator, one.quarter.text, str(one.outturn), str(one.target)) for one in drafts] == [
        ("PCP05", Q, "64", "100"), ("FD02", Q, "26.5", "20"), ("ED07", Q, "25.4", "4.7"),
    ]  # fmt: skip
    assert "It does not say who completed it." in given[0].form.lacks
    assert "It is completed but not approved." in given[1].form.lacks
    assert all(any("owner" in lack for lack in one.form.lacks) for one in given)
    lacking = {one.indicator: unwritten.reports.one(one.indicator, Q).lacks for one in drafts}
    assert all(any("reason in one line is empty" in lack for lack in lacks) for lacks in lacking.values())
    assert any("Completed by" in lack for lack in lacking["PCP05"])
    assert not any("Completed by" in lack for lack in lacking["FD02"])


def test_every_sentence_of_the_papers_forms_is_in_one_of_the_drafts(unwritten: Services) -> None:
    content = shared_file("seeds", "004_ef166382983af74b.txt").read_bytes()
    given = unwritten.texts.forms(content, "appendix.txt")
    drafts = [unwritten.texts.read_in(one, AUTHOR, with_roles=False) for one in given]
    kept = "".join(
        _letters(" ".join((draft.description, draft.completed_by, draft.unplaced, *(body for _, body in draft.sections),
                           *(one.text for one in draft.actions))))
        for draft in drafts
    ) + "".join(_letters(part.text) for one in given for part in one.form.printed)  # fmt: skip
    lost = [
        line
        for line in content.decode().splitlines()
        for sentence in re.split(r"(?<=[.?!:])\s", line)
        if len(_letters(sentence)) > 30
        and _letters(sentence) not in kept
        and not re.search(r"outturn|None identified", line)
    ]
    assert lost == []


def _letters(text: str) -> str:
    return re.sub(r"\W", "", text).lower()


def test_reading_in_again_keeps_what_was_written_before_among_the_versions(unwritten: Services) -> None:
    (given,) = unwritten.texts.forms(FORM.encode(), "timeliness.txt")
    unwritten.texts.read_in(given, AUTHOR)
    view = unwritten.reports.one("FD01", Q)
    assert view.report is not None
    unwritten.reports.save(replace(view.report, reason_line="Posts were vacant."), view.version, AUTHOR)
    unwritten.texts.read_in(given, HEAD)
    again = unwritten.reports.one("FD01", Q)
    assert again.report is not None
    assert (again.report.reason_line, again.report.version) == ("", 3)
    assert [one.reason_line for one in again.former] == ["Posts were vacant.", ""]


def test_a_form_is_not_read_over_a_report_that_is_no_draft(services: Services) -> None:
    form = FORM.replace("Assessments completed in 45 days", "Repeat referrals within 12 months")
    (given,) = services.texts.forms(form.encode(), "form.txt")
    with pytest.raises(NotSaved, match="submitted"):
        services.texts.read_in(given, AUTHOR)
    assert latest(services, "FD02").version == 0


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("Assessments completed in 45 days", "Potholes mended", "is none of the indicators held"),
        ("Assessments completed in 45 days", "", "does not say which indicator"),
        ("Q2 2022-23", "Q2 2/23", "cannot be read"),
    ],
)
def test_a_form_that_cannot_be_placed_says_why_and_is_refused(
    old: str, new: str, why: str, unwritten: Services
) -> None:
    (given,) = unwritten.texts.forms(FORM.replace(old, new).encode(), "form.txt")
    assert given.draft is None
    assert why in given.why_not
    with pytest.raises(NotSaved, match=re.escape(given.why_not[:20])):
        unwritten.texts.read_in(given, AUTHOR)


def test_reading_in_needs_a_name_and_a_role_that_may_write(unwritten: Services) -> None:
    (given,) = unwritten.texts.forms(FORM.encode(), "form.txt")
    for actor in (Actor("", "Report author"), Actor("Alex Example", "Improvement board")):
        with pytest.raises(NotAllowed):
            unwritten.texts.read_in(given, actor)
    assert unwritten.reports.one("FD01", Q).report is None


def test_a_form_without_a_quarter_is_of_the_quarter_chosen(unwritten: Services) -> None:
    form = FORM.replace("Outturn (Q2 2022-23): 83.5%", "Outturn: 70%").encode()
    (given,) = unwritten.texts.forms(form, "form.txt", "Q1 2022-23")
    assert given.draft is not None
    assert given.draft.quarter.text == "Q1 2022-23"


# --- what cannot be read ------------------------------------------------------------------------------------------


def test_what_cannot_be_read_is_refused_in_the_same_words_everywhere(services: Services) -> None:
    with pytest.raises(UnreadableDocument, match="is a PDF"):
        services.texts.check(b"%PDF-1.7", "a.pdf")
    with pytest.raises(UnreadableDocument, match="is a PDF"):
        services.texts.forms(b"%PDF-1.7", "a.pdf")
    with pytest.raises(NoForm):
        services.texts.forms(b"A covering report.", "a.txt")
    with pytest.raises(PeriodError):
        services.texts.check(b"Text.", "a.txt", "Q9")
    with pytest.raises(UnknownChoice):
        services.texts.check(b"Text.", "a.txt", area="Z")


def test_without_figures_nothing_can_be_checked_and_it_says_so(tmp_path: Path) -> None:
    with (
        closing(
            Services.open(tmp_path / "kpi.duckdb", write_files(tmp_path / "data", small_bundle()), fixed_clock)
        ) as empty,
        pytest.raises(StoreError, match="No figures are held yet"),
    ):
        empty.texts.check(b"Text.", "a.txt")


def test_a_twenty_page_paper_is_checked_whole(services: Services) -> None:
    page = "\n\n".join(
        f"{n}. Timeliness of assessments was 83.5% in Q2, and re-referrals fell to 26.5%." for n in range(1, 41)
    )
    paper = services.texts.check((page * 20).encode(), "long.txt")
    assert paper.counts["contradicts"] == 0
    assert paper.counts["agrees"] >= 1600


def test_a_fault_of_the_checks_is_said_and_keeps_nobody_from_writing(
    services: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a rule with a mistake in it")

    monkeypatch.setattr("kpi_core.shell.services.texts.Checker.text", broken)
    found = services.texts.of_report(latest(services, "FD02"))
    (told,) = found["Legal implications"]
    assert told.verdict is Verdict.UNCHECKED
    assert "the checks failed on it" in told.message
    assert "The checks failed on a text of FD02" in caplog.text


# --- whose figures ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("Assessments completed in 45 days were 85%.", ["85%"]),
        ("In BCP, assessments completed in 45 days were 85%.", ["85%"]),
        ("In Bournemouth, Christchurch and Poole, assessments completed in 45 days were 85%.", ["85%"]),
        ("In Dorset, assessments completed in 45 days were 85%.", []),
        ("In Sandmouth City Council, assessments completed in 45 days were 85%.", []),
    ],
    ids=["no name", "the code of its area", "the council's own name", "its neighbour", "a council of another name"],
)
def test_a_paper_is_read_by_the_councils_own_name(services: Services, text: str, stated: list[str]) -> None:
    checked = services.texts.check(text.encode(), "paper.txt", Q)
    assert [one.stated for one in checked.findings if one.verdict is Verdict.CONTRADICTS] == stated


def test_the_same_paper_of_another_council_is_read_by_that_ones_name(tmp_path: Path) -> None:
    files = dict(data_files(DATA))
    files["settings.csv"] = files["settings.csv"].replace(
        b"Bournemouth, Christchurch and Poole Council", b"Sandmouth City Council"
    )
    files["areas.csv"] = b"code,name\nBCP,Sandmouth\n"
    with closing(Services.open(tmp_path / "kpi.duckdb", write_files(tmp_path / "data", files), fixed_clock)) as theirs:
        text = "In {}, assessments completed in 45 days were 85%."
        found = {
            place: [one.verdict for one in theirs.texts.check(text.format(place).encode(), "paper.txt", Q).findings]
            for place in ("Sandmouth", "Bournemouth, Christchurch and Poole")
        }
    assert found == {"Sandmouth": [Verdict.CONTRADICTS], "Bournemouth, Christchurch and Poole": []}
