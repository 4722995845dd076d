"""As it stood: another moment than now in the address and by the control, said on each page and in the downloads."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from kpi_core.intake import Decision, GivenFile, TargetDecision
from kpi_core.showing import AS_FIRST_RECORDED
from pages._ui import session

from ..conftest import london_day, shared_file
from . import PAGES, body, csv_file, heading, moved_to, opened, said, saved, shown, table, template
from .conftest import Downloads

Q2, MEETING = "Q2 2022-23", "Q3 2025-26"
FIRST = "As first recorded here."


def give(content: bytes, name: str = "figures.csv") -> None:
    uploads = session.services().uploads
    decided = TargetDecision("Cabinet", date(2022, 11, 1), "Item 4")
    uploads.publish(
        uploads.preview(GivenFile(content, name)),
        Decision("Officer", "Counted twice.", confirmed=None, targets=decided),
    )


def revise() -> None:
    """A published figure that missed its target then meets it now."""
    give(template({"FD01": "88.2"}, quarter=Q2))


def value(at: AppTest, code: str = "FD01") -> str:
    return {line.code: line.cells["Value"] for line in shown(at)}[code]


def rating(at: AppTest, code: str = "FD01") -> str:
    return {line.code: line.rating for line in shown(at)}[code]


def figures(at: AppTest) -> list[str]:
    """What the indicator's page says of the figure of the meetings' quarter."""
    return [row[1] for row in table(at, "Every quarter held").rows if row[0].endswith(f"({MEETING})")]


# --- as first recorded here ---------------------------------------------------------------------------------------


def test_a_revised_figure_says_so_and_as_first_recorded_it_is_what_it_was(downloads: Downloads) -> None:
    revise()
    at = opened()
    assert rating(at) == "● Green"
    assert "[r]" in value(at)
    at.selectbox(key="filter_at").select("first").run()
    assert (rating(at), value(at)) == ("▼ Red", "83.5%")
    assert at.query_params["at"] == "first"
    assert {FIRST, AS_FIRST_RECORDED} <= set(said(at))
    assert "As first recorded here" in downloads["scorecard-q2-2022-23.csv"]().decode("utf-8-sig")
    assert "83.5%" in next(row for row in saved(downloads["scorecard-q2-2022-23.csv"]) if "FD01" in row)
    at.selectbox(key="filter_at").select("now").run()
    assert "at" not in at.query_params
    assert rating(at) == "● Green"


@pytest.mark.parametrize("asked", ["at", "figures"], ids=["at", "as earlier links had it"])
def test_the_address_opens_the_quarter_as_first_recorded(asked: str) -> None:
    revise()
    at = opened(**{asked: "first"})
    assert at.selectbox(key="filter_at").value == "first"
    assert value(at) == "83.5%"
    assert at.query_params == {"at": "first", "quarter": Q2}


def test_an_address_that_asks_for_it_before_any_revision_shows_the_same_figures_and_can_be_left() -> None:
    at = opened(at="first")
    at.button(key="show_now").click().run()
    assert "at" not in at.query_params
    assert said(at) == []


def test_an_unknown_word_in_an_earlier_links_address_is_taken_for_the_figures_as_they_stand() -> None:
    revise()
    assert rating(opened(figures="last")) == "● Green"


def test_a_corrected_target_is_as_it_was_too() -> None:
    give(csv_file(("indicator", "from_quarter", "value", "corrects", "source"), ("FD01", Q2, "83", "yes", "Plan")), "targets.csv")  # fmt: skip
    assert rating(opened()) == "● Green"
    assert rating(opened(at="first")) == "▼ Red"


# --- at a record, on a day ----------------------------------------------------------------------------------------


@pytest.fixture
def meetings(example: None) -> list[int]:
    """Three publications of one figure, each seen by a meeting: the numbers of their records."""
    numbers = []
    for number in (1, 2, 3):
        give(shared_file("reference", "integrity", f"meeting-{number}.csv").read_bytes(), f"meeting-{number}.csv")
        numbers.append(session.services().position)
    return numbers


def day_of(number: int) -> str:
    return london_day(session.services().changes()[number - 1].at)


def at_meeting(number: int, page: str = "scorecard", **url: str) -> AppTest:
    return opened(page, quarter=MEETING, at=str(number), **url)


def test_each_meetings_figure_is_seen_again_by_the_number_of_its_record(meetings: list[int]) -> None:
    told = ["91.0%", "92.0% [r]", "93.0% [r]"]
    assert [value(at_meeting(number), "EX01") for number in meetings] == told
    assert value(opened(quarter=MEETING), "EX01") == "93.0% [r]"
    assert value(opened(quarter=MEETING, at="first"), "EX01").startswith("91.0%")
    at = at_meeting(meetings[1])
    assert f"As it stood at record {meetings[1]} of {meetings[2]}, {day_of(meetings[1])}." in said(at)
    assert at.selectbox(key="filter_at").value == "record"
    seen = at_meeting(meetings[0], "indicator", indicator="EX01")
    assert "91.0%" in body(seen).one("p", "verdict").text
    assert figures(seen) == ["91.0%"]


def test_a_figure_suppressed_since_is_confidential_at_every_moment(meetings: list[int]) -> None:
    give(csv_file(("indicator", "quarter", "value"), ("EX01", MEETING, "c")))
    for number in (*meetings, "first"):
        at = opened(quarter=MEETING, at=str(number))
        assert value(at, "EX01").startswith("[c]")
        assert "One figure that stood then is confidential now, and shown as [c]." in " ".join(said(at, "warning"))
        seen = opened("indicator", quarter=MEETING, at=str(number), indicator="EX01")
        (told,) = figures(seen)
        assert told.startswith("[c]")
        assert not [one for one in ("91.0", "92.0", "93.0") if one in told + body(seen).one("p", "verdict").text]
        assert "Revised from" not in body(seen).text
    now = opened("indicator", quarter=MEETING, indicator="EX01")
    assert figures(now) == ["[c] Revised. Counted twice."]
    assert "⚠ Revised. Counted twice." in body(now).text


def test_a_view_of_the_past_goes_along_to_every_page_and_each_says_it(meetings: list[int]) -> None:
    at = at_meeting(meetings[0], indicator="EX01")
    for page in (*PAGES, "report"):
        moved_to(at, page)
        assert not at.exception
        assert said(at, "error") == []
        assert f"As it stood at record {meetings[0]} of {meetings[2]}, {day_of(meetings[0])}." in said(at, "warning"), (
            page
        )
        assert at.query_params["at"] == str(meetings[0])
    at.button(key="show_now").click().run()
    assert "at" not in at.query_params


def test_a_day_is_chosen_and_the_view_is_of_its_end(council: Path) -> None:
    at = opened()
    at.selectbox(key="filter_at").select("day").run()
    assert "at" not in at.query_params
    at.date_input(key="filter_day").set_value(date(2022, 11, 22)).run()
    assert at.query_params["at"] == "2022-11-22"
    assert said(at, "warning") == ["As it stood on 22 November 2022."]
    revise()
    at.run()
    assert value(at) == "83.5%"
    at.date_input(key="filter_day").set_value(None).run()
    assert "at" not in at.query_params
    assert at.date_input(key="filter_day").value is None


@pytest.mark.parametrize(
    ("asked", "begins"),
    [
        ("soon", "There is no moment “soon”."),
        ("0", "There is no moment “0”."),
        ("99", "There is no moment “99”."),
        ("2021-01-01", "Records here begin on 22 November 2022"),
    ],
)
@pytest.mark.parametrize("page", ["scorecard", "paper"])
def test_a_moment_that_is_none_is_a_sentence_and_now_is_shown(page: str, asked: str, begins: str) -> None:
    at = opened(page, at=asked)
    (sentence,) = said(at)
    assert sentence.startswith(begins)
    assert sentence.endswith("It is shown as it stands now.")
    assert "at" not in at.query_params
    assert heading(at) == "July to September 2022 (Q2 2022-23)"


# --- nothing is written in the past -------------------------------------------------------------------------------


def test_in_a_view_of_the_past_a_report_is_read_as_it_stood_and_not_written() -> None:
    revise()
    session.services().uploads.withdraw(1, "The wrong file.", "Officer")
    at = opened("report", indicator="FD02", at="1", quarter=Q2)
    assert "This is a view of the past: nothing can be written in it." in said(at)
    assert at.text_area == []
    assert [one.key for one in at.button] == ["show_now"]
    assert "Reason for level of performance" in body(at).text


def test_in_a_view_of_the_past_nothing_is_published_withdrawn_saved_or_proposed() -> None:
    revise()
    at = opened("upload", at="1")
    (uploader,) = at.file_uploader
    uploader.upload("figures.csv", template())
    at.run()
    assert at.button(key="publish").disabled
    at = opened("history", at="1")
    assert "Nothing has been uploaded yet" in body(at).text
    at = opened("history", at="2")
    assert table(at, "Uploads (1)")
    assert not [one for one in at.button if one.key == "withdraw_1"]
    at = opened("what_if", indicator="FD02", change="target:FD02=22", at="1")
    assert not [one for one in at.button if one.key in ("save_scenario", "propose")]
    assert len(session.services().uploads.history()) == 1
