"""Record of changes: everything that was done, by whom and when; its head; the second copy; files of data/ loaded anew."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from kpi_core.access import Actor
from kpi_core.intake import Decision, GivenFile
from kpi_core.shell.home import DATA
from kpi_core.shell.services import Services
from kpi_core.shell.storage import data_files
from kpi_core.shell.storage.mirror import folder_of
from pages._ui import session

from . import acting, body, heading, opened, pressed, said, saved, sections, table, template
from .conftest import Downloads, Load
from .hostile import MARKUP
from .report import AUTHOR

Q2 = "Q2 2022-23"
OFFICER = Actor("Ola Officer", "Performance officer")


def services() -> Services:
    return session.services()


def some_of_everything() -> None:
    """An upload that is withdrawn again, a mark of a concern, and a report that is begun."""
    uploads = services().uploads
    preview = uploads.preview(GivenFile(template({"FD01": "84.0"}, quarter=Q2), "figures.csv"))
    uploads.publish(preview, Decision(OFFICER.name, "Counted twice.", confirmed=None))
    uploads.withdraw(1, "The wrong file.", "Pat Officer")
    services().reports.mark_concern("ED04", Q2, "It may last.", AUTHOR)
    services().reports.start("FD01", Q2, AUTHOR)


def rows(at: AppTest) -> list[list[str]]:
    return [row for one in body(at).every("table") if "newest first" in one.one("caption").text for row in one.rows]


def numbers(at: AppTest) -> list[str]:
    return [row[0] for row in rows(at)]


# --- what was done ------------------------------------------------------------------------------------------------


def test_everything_that_was_done_stands_newest_first_with_who_and_in_which_role() -> None:
    some_of_everything()
    at = opened("changes")
    assert heading(at) == "Record of changes"
    assert [(row[0], *row[2:]) for row in rows(at)] == [
        ("5", "Alex Example, Report author", "Saved version 1 of the exception report on FD01 for Q2 2022-23."),
        ("4", "Alex Example, Report author", "Marked ED04 as an emerging concern in Q2 2022-23: It may last."),
        ("3", "Pat Officer, Performance officer", "Withdrew upload 1. Reason: The wrong file."),
        ("2", "Ola Officer, Performance officer", "Published figures as upload 1, from figures.csv: 1 revised. Reason: Counted twice."),
        ("1", rows(at)[-1][2], rows(at)[-1][3]),
    ]  # fmt: skip
    assert rows(at)[-1][3].startswith("Loaded the figures of Bournemouth, Christchurch and Poole Council from ")
    assert rows(at)[-1][1] == "22 November 2022, 09:30 UTC"
    assert "A name is as it was typed: nobody has signed in." in body(at).text


def test_the_head_is_there_whole_with_what_it_is_for() -> None:
    some_of_everything()
    told = body(opened("changes")).one("details", "record-head")
    assert told.one("summary").text == f"Record 5; head {services().head[:6]}…"
    assert told.one("code").text == services().head
    assert re.fullmatch(r"[0-9a-f]{64}", services().head)


@pytest.mark.parametrize(
    ("key", "value", "left"),
    [
        ("changes_kind", ["upload withdrawn", "concern marked"], ["4", "3"]),
        ("changes_person", ["Alex Example"], ["5", "4"]),
        ("changes_indicator", "fd01", ["5", "2"]),
        ("changes_text", "WRONG file", ["3"]),
        ("changes_text", "nothing of this", []),
    ],
)
def test_the_records_are_filtered(key: str, value: str | list[str], left: list[str]) -> None:
    some_of_everything()
    at = opened("changes")
    at.multiselect(key=key).set_value(value) if isinstance(value, list) else at.text_input(key=key).input(value)
    at.run()
    assert numbers(at) == left
    if not left:
        assert said(at) == ["No record matches these filters. Clear one of them to see more."]
    else:
        assert table(at, f"{len(left)} of the 5 records")


def test_the_first_are_shown_and_more_when_asked() -> None:
    some_of_everything()
    at = opened("changes")
    assert not [one for one in at.button if one.key == "changes_more"]
    at.session_state["changes_most"] = 2
    at.run()
    assert numbers(at) == ["5", "4"]
    assert at.button(key="changes_more").label == "Show 3 more"
    assert numbers(pressed(at, "changes_more")) == ["5", "4", "3", "2", "1"]


def test_the_download_has_what_the_filters_leave_with_the_hashes(downloads: Downloads) -> None:
    some_of_everything()
    at = opened("changes")
    at.multiselect(key="changes_kind").set_value(["upload withdrawn"]).run()
    headings, row = saved(downloads["record-of-changes.csv"])
    told = dict(zip(headings, row, strict=True))
    assert (told["Record"], told["Who (name as typed)"], told["Role"]) == ("3", "Pat Officer", "Performance officer")
    assert told["Hash"] == services().changes()[2].hash


def test_a_view_of_the_past_has_the_records_up_to_then() -> None:
    some_of_everything()
    at = opened("changes", at="3")
    assert numbers(at) == ["3", "2", "1"]
    assert body(at).one("details", "record-head").one("code").text == services().changes()[2].hash


@pytest.mark.parametrize("markup", MARKUP)
def test_markup_in_names_and_reasons_is_shown_as_text(markup: str) -> None:
    uploads = services().uploads
    preview = uploads.preview(GivenFile(template({"FD01": "84.0"}, quarter=Q2), f"{markup}.csv"))
    uploads.publish(preview, Decision(markup, markup, confirmed=None))
    at = opened("changes")
    assert not at.exception
    assert not [one.tag for one in body(at).every() if one.tag in ("b", "iframe", "style", "img", "a", "script")]
    row = " ".join(rows(at)[0])
    assert row.count(" ".join(markup.split())) == 3


# --- the second copy ----------------------------------------------------------------------------------------------


def without_the_second_copy(council: Path) -> None:
    some_of_everything()
    st.cache_resource.clear()
    shutil.rmtree(folder_of(council))


def test_that_the_second_copy_was_lost_is_said_on_every_page_until_it_is_confirmed(council: Path) -> None:
    without_the_second_copy(council)
    for page in ("scorecard", "upload", "changes"):
        assert any("kpi.duckdb.ledger, was lost" in one for one in said(opened(page), "warning"))
    at = opened("changes")
    assert "The second copy was written again" in sections(at)
    at.text_input(key="acting_name").input("Ola Officer")
    at = pressed(at, "confirm_copy")
    assert said(at, "done") == ["Confirmed: the second copy was lost and written again. The record says so."]
    assert rows(at)[0][2:] == [
        "Ola Officer, Performance officer",
        "Confirmed that the second copy of this record was lost and written again.",
    ]
    assert not any("was lost" in one for one in said(opened("scorecard"), "warning"))


def test_who_may_not_confirm_is_told_who_may(council: Path) -> None:
    without_the_second_copy(council)
    at = pressed(acting(opened("changes"), AUTHOR), "confirm_copy")
    assert said(at, "error") == [
        "The role Report author may not confirm that the second copy was written again. Ask Performance officer or Administrator."
    ]
    assert services().unconfirmed


def test_where_nothing_may_be_written_it_is_said_as_loudly_as_a_fault(council: Path) -> None:
    some_of_everything()
    st.cache_resource.clear()
    lines = folder_of(council) / "events.jsonl"
    lines.write_bytes(lines.read_bytes().replace(b"Pat Officer", b"Pit Officer"))
    (sentence,) = said(opened("scorecard"), "error")
    assert sentence.startswith("Nothing can be written. ")
    assert numbers(opened("changes")) == ["5", "4", "3", "2", "1"]


# --- files of data/ -----------------------------------------------------------------------------------------------


def test_files_of_data_that_have_changed_are_loaded_anew_by_the_button(load: Load) -> None:
    files = data_files(DATA)
    folder = load(files)
    opened()
    some_of_everything()
    (folder / "observations.csv").write_bytes(files["observations.csv"].replace(b",83.5,", b",83.6,"))
    at = opened("changes")
    assert "Files of data/ that have changed" in sections(at)
    assert any("data/observations.csv has changed" in one for one in said(at, "warning"))
    at.text_input(key="acting_name").input("Ola Officer")
    at = pressed(at, "load_data")
    assert said(at, "done") == ["The files of data/ are loaded anew, as record 6."]
    assert said(opened(), "warning") == []
    assert services().indicator("FD01", Q2).row.display == "83.6%"
    assert "83.5" in services().indicator("FD01", Q2, when="5").row.display


def test_a_file_that_is_wrong_is_named_and_nothing_is_loaded(load: Load) -> None:
    files = data_files(DATA)
    folder = load(files)
    opened()
    (folder / "observations.csv").write_bytes(files["observations.csv"].replace(b",83.5,", b",8l.5,"))
    at = pressed(acting(opened("changes"), OFFICER), "load_data")
    (sentence,) = said(at, "error")
    assert "“8l.5” is not a number." in sentence
    assert services().position == 1
