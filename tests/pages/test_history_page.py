"""History: every upload and what it changed, withdrawal with its reason, the backup, and whether all is well."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from kpi_core.intake import Decision, GivenFile, TargetDecision
from kpi_core.shell.services import Services
from kpi_core.shell.storage import restore
from kpi_core.shell.storage.mirror import folder_of
from pages._ui import session

from . import FIGURES, body, csv_file, moved_to, opened, said, saved, sections, shown, table, template
from .conftest import Downloads
from .hostile import MARKUP

DECIDED = TargetDecision("Cabinet", date(2022, 11, 8), "Item 7")


def services() -> Services:
    return session.services()


def give(content: bytes, name: str = "figures.csv", reason: str = "Counted twice.", by: str = "Officer") -> None:
    """Publish a file, as the page Upload does."""
    uploads = services().uploads
    uploads.publish(uploads.preview(GivenFile(content, name)), Decision(by, reason, confirmed=None, targets=DECIDED))


def withdrawn(at: AppTest, number: int, reason: str = "The wrong file.", by: str = "Ola Officer") -> AppTest:
    at.text_input(key=f"withdraw_reason_{number}").input(reason)
    at.text_input(key="acting_name").input(by)
    at.button(key=f"withdraw_{number}").click()
    return at.run()


def test_before_anything_is_uploaded_the_page_says_so_and_leads_to_the_upload() -> None:
    at = opened("history")
    assert "Nothing has been uploaded yet" in body(at).text
    assert sections(at) == ["Backups"]
    assert [link.proto.page for link in at.get("page_link")] == ["upload"]


def test_the_list_says_of_each_upload_who_when_what_and_why_newest_first() -> None:
    give(template())
    give(template({"FD01": "88.5"}), "second.csv")
    rows = table(opened("history"), "Uploads (2)").rows
    assert [row[0] for row in rows] == ["Upload 2", "Upload 1"]
    assert rows[0][1].endswith("UTC Officer")
    assert rows[0][2:] == ["second.csv", "figures, Q3 2022-23: 0 new, 0 confirmed, 1 revised, 0 the same", "Correction: Counted twice.", "Stands"]  # fmt: skip
    assert rows[1][3] == "figures, Q3 2022-23: 15 new, 0 confirmed, 0 revised, 0 the same"


def test_what_an_upload_changed_is_shown_and_downloads(downloads: Downloads) -> None:
    give(template({"FD01": "84.0"}, quarter="Q2 2022-23"))
    at = opened("history")
    assert table(at, "Figures it gave (1)").rows == [
        ["Assessments completed in 45 days", "Q2 2022-23", "revised", "83.5%", "84.0%", "stands"]
    ]
    headings, row = saved(downloads["upload-1.csv"])
    assert dict(zip(headings, row, strict=True))["Code"] == "FD01"


def test_the_register_entries_and_targets_that_an_upload_gave_are_shown_and_counted() -> None:
    give(b"indicator,from_quarter,value,paper\nFD02,Q4 2022-23,22,Committee\n", "targets.csv")
    give(
        b"code,name,category,unit,decimals,polarity\nFD09,Early help,Front Door and Early Help,percent,1,high\n",
        "r.csv",
    )
    at = opened("history", upload="2")
    assert table(at, "Entries it gave (1)").rows == [["Early help (FD09)", "", "an entry of the register"]]
    assert "This withdraws 1 entry of the register and targets and restores any earlier ones." in body(at).text
    at = withdrawn(at, 2)
    assert said(at, "done") == ["Upload 2 is withdrawn, with 1 entry."]
    at = opened("history", upload="1")
    assert table(at, "Entries it gave (1)").rows == [["Repeat referrals within 12 months", "Q4 2022-23", "22%"]]


@pytest.mark.parametrize(
    ("asked", "opens", "told"),
    [
        ("1", 1, []),
        ("2", 2, []),
        ("", 2, []),
        ("9", 2, ["There is no upload “9”. The newest is shown instead."]),
        ("²", 2, ["There is no upload “²”. The newest is shown instead."]),
        ("<b>", 2, ["There is no upload “<b>”. The newest is shown instead."]),
    ],
)
def test_the_address_says_which_upload_is_shown(asked: str, opens: int, told: list[str]) -> None:
    give(template())
    give(template({"FD01": "88.5"}), "second.csv")
    at = opened("history", upload=asked)
    assert at.selectbox(key="history_upload").value == opens
    assert said(at) == told


def test_another_upload_is_chosen_from_the_list() -> None:
    give(template())
    give(template({"FD01": "88.5"}), "second.csv")
    at = opened("history", upload="2")
    at.selectbox(key="history_upload").select(1).run()
    assert table(at, "Figures it gave (15)")
    assert "This withdraws 14 figures and restores any earlier ones. 1 would be left as it is" in body(at).text


@pytest.mark.parametrize(
    ("reason", "by", "sentence"),
    [
        ("", "Officer", "Nothing was withdrawn: give the reason."),
        ("  ", "Officer", "Nothing was withdrawn: give the reason."),
        ("The wrong file.", "", "Nothing was withdrawn: say who withdraws it."),
    ],
)
def test_without_reason_or_name_nothing_is_withdrawn_and_the_page_says_so(reason: str, by: str, sentence: str) -> None:
    give(template())
    at = withdrawn(opened("history"), 1, reason, by)
    assert said(at, "error") == [sentence]
    assert services().uploads.history()[0].withdrawn_at is None
    assert said(at.run(), "error") == []


def test_withdrawn_its_figures_are_gone_and_the_upload_stays_in_the_list_with_the_reason() -> None:
    give(template())
    at = withdrawn(opened("history", upload="1"), 1)
    assert said(at) == ["Upload 1 is withdrawn, with 15 figures."]
    state = table(at, "Uploads (1)").rows[0][-1]
    assert state.startswith("Withdrawn ")
    assert state.endswith("by Ola Officer: The wrong file.")
    assert {row[-1] for row in table(at, "Figures it gave (15)").rows} == {"withdrawn"}
    assert "Withdraw this upload" not in sections(at)
    moved_to(at, "scorecard")
    assert not [line for line in shown(at) if line.cells["Value"] == "89.5%"]
    assert said(moved_to(at, "history")) == []


def test_one_that_another_upload_hangs_on_is_refused_with_the_reason() -> None:
    headings = ("code", "name", "category", "unit", "decimals", "polarity")
    give(csv_file(headings, ("ED08", "Pupils on a part-time timetable", "Education", "number", "0", "low")), "register.csv")  # fmt: skip
    give(template({**FIGURES, "ED08": "7"}))
    at = withdrawn(opened("history", upload="1"), 1)
    (sentence,) = said(at, "error")
    assert sentence.startswith("Upload 1 is left as it is:")
    assert all(one.withdrawn_at is None for one in services().uploads.history())


def test_one_that_another_session_withdrew_meanwhile_is_a_sentence() -> None:
    give(template())
    at = opened("history")
    services().uploads.withdraw(1, "The wrong file.", "Another officer")
    withdrawn(at, 1)
    assert not at.exception
    assert "withdrawn" in " ".join(said(at, "error")) or "Withdrawn" in table(at, "Uploads (1)").rows[0][-1]


def test_only_an_officer_withdraws_and_who_may_not_is_told_so() -> None:
    give(template())
    at = opened("history", upload="1")
    assert at.selectbox(key="acting_role").value == "Performance officer"
    at.selectbox(key="acting_role").select("Report author")
    at = withdrawn(at, 1)
    assert said(at, "error") == ["The role Report author may not withdraw an upload. Ask Performance officer."]
    assert services().uploads.history()[0].withdrawn_at is None


def test_the_backup_holds_the_database_and_its_second_copy_and_says_what_it_holds(tmp_path: Path) -> None:
    give(template())
    at = opened("history")
    assert not at.get("download_button") or "backup" not in [one.proto.id for one in at.get("download_button")]
    at.button(key="make_backup").click().run()
    made = at.session_state["backup_made"]
    assert said(at, "done") == [f"A backup is made. {made.words}"]
    assert made.words.startswith("It holds records 1 to 2 and ")
    assert [one for one in at.get("download_button") if one.proto.label == "Download the backup"]
    packed = tmp_path / "backup.zip"
    packed.write_bytes(made.content)
    with zipfile.ZipFile(packed) as archive:
        names = archive.namelist()
    assert {"kpi.duckdb", "kpi.duckdb.ledger/events.jsonl"} <= set(names)
    restore(packed, tmp_path / "restored" / "kpi.duckdb")
    restored = Services.open(tmp_path / "restored" / "kpi.duckdb")
    try:
        assert [one.file_name for one in restored.uploads.history()] == ["figures.csv"]
        assert restored.verify().problems == ()
    finally:
        restored.close()


def test_a_backup_that_would_hold_what_is_wrong_is_not_made_and_says_why(council: Path) -> None:
    give(template())
    at = opened("history")
    changed_a_kept_file(council)
    at.button(key="make_backup").click().run()
    (sentence,) = said(at, "error")
    assert sentence.startswith("No backup was made")
    assert not [one for one in at.get("download_button") if one.proto.label == "Download the backup"]


def changed_a_kept_file(council: Path) -> None:
    """The bytes of a file that came in are changed in the second copy."""
    content = next(path for path in (folder_of(council) / "files").rglob("*") if path.is_file())
    content.chmod(0o600)
    content.write_bytes(b"something else")


def test_the_check_says_that_all_is_well_or_what_is_not(council: Path) -> None:
    give(template())
    at = opened("history")
    (sentence,) = said(at.button(key="verify").click().run())
    assert sentence.startswith("All is well: records 1 to 2 and all that is worked out of them agree. Head ")
    changed_a_kept_file(council)
    assert said(at.button(key="verify").click().run(), "warning")


@pytest.mark.parametrize("page", ["scorecard", "upload", "history"])
def test_that_the_database_was_made_again_is_said_on_every_page(council: Path, page: str) -> None:
    give(template())
    st.cache_resource.clear()
    council.unlink()
    at = opened(page)
    assert not at.exception
    told = said(at, "warning")
    assert told == ["kpi.duckdb was not there. It was made again from kpi.duckdb.ledger: records 1 to 2."]
    assert [one.file_name for one in services().uploads.history()] == ["figures.csv"]


@pytest.mark.parametrize("markup", MARKUP)
def test_markup_in_names_and_reasons_is_shown_as_text(markup: str) -> None:
    give(template({"FD01": "84.0"}, quarter="Q2 2022-23", FD01={"comment": markup}), f"{markup}.csv", markup, markup)
    at = withdrawn(opened("history"), 1, markup, markup)
    assert not at.exception
    assert not [one.tag for one in body(at).every() if one.tag in ("b", "iframe", "style", "img", "a")]
    row = " ".join(table(at, "Uploads (1)").rows[0])
    assert row.count(markup) == 5
    assert not [one.value for one in at.markdown if one.value]
