"""Column mapping: which column is what, with a sample beside it; a guess is offered and never applied unasked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from kpi_core.shell.home import DATA
from kpi_core.shell.storage import data_files
from pages._ui import session

from ..conftest import write_files
from ..mappings import NAMES, text_of
from . import body, changes, csv_file, moved_to, opened, published, said, sections, table, uploaded
from .hostile import HOSTILE

HEADINGS = ("PI Code", "Year and quarter", "Outturn", "RAG")
ROWS = (("FD01", "Q3 2022-23", "86.0", "R"), ("RR12", "Q3 2022-23", "19.2", "G"))
EXTRACT = csv_file(HEADINGS, *ROWS)


@pytest.fixture(autouse=True)
def profiles(db: Path, council: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of mappings beside the figures, of a copy of the council's data."""
    folder = write_files(tmp_path / "data", data_files(DATA))
    monkeypatch.setenv("KPI_DATA", str(folder))
    return write_files(folder / "profiles", {f"{name}.toml": text_of(name).encode() for name in NAMES})


def with_file(content: bytes = EXTRACT, at: AppTest | None = None) -> AppTest:
    at = opened("mapping") if at is None else at
    at.file_uploader(key="mapping_file").upload("extract.csv", content)
    return at.run()


def guessed(at: AppTest) -> AppTest:
    (button,) = [one for one in at.button if one.label == "Start from a guess"]
    return button.click().run()


def mapped_by_hand(at: AppTest) -> AppTest:
    for name, heading in (("indicator", "PI Code"), ("value", "Outturn"), ("rating", "RAG")):
        at.selectbox(key=f"mapping_{name}").select(heading)
    at.multiselect(key="mapping_quarter").select("Year and quarter")
    return at.run()


def save(at: AppTest, name: str) -> AppTest:
    at.text_input(key="mapping_name").input(name)
    at.text_input(key="acting_name").input("Ola Officer")
    at.button(key="mapping_save").click()
    return at.run()


def sample(at: AppTest) -> list[list[str]]:
    return table(at, "The first of").rows


def test_before_a_file_is_chosen_the_page_says_what_it_is_for_and_lists_the_mappings_saved() -> None:
    at = opened("mapping")
    assert sections(at) == []
    assert "Nothing is published here." in body(at).text
    assert [row[0] for row in table(at, "Saved mappings").rows] == [*NAMES]


def test_where_no_mapping_is_saved_and_no_folder_holds_any_there_is_no_list(profiles: Path) -> None:
    shutil.rmtree(profiles)
    at = opened("mapping")
    assert not at.exception
    assert at.expander.len == 0
    assert "Saved mappings" not in body(at).text


def test_nothing_is_guessed_unasked() -> None:
    at = with_file()
    assert {box.value for box in at.selectbox if box.key != "acting_role"} == {"(none)"}
    assert at.multiselect(key="mapping_quarter").value == []
    assert said(at) == [
        "Name the column of the indicator.",
        "Name the column of the quarter.",
        "Name the column of the value, or of both counts.",
    ]


def test_a_guess_that_is_asked_for_is_filled_in_to_be_looked_at() -> None:
    at = guessed(with_file())
    assert at.selectbox(key="mapping_indicator").value == "PI Code"
    assert at.multiselect(key="mapping_quarter").value == ["Year and quarter"]
    assert at.selectbox(key="mapping_value").value == "Outturn"
    assert [at.selectbox(key=f"mapping_rating_{text}").value for text in "RG"] == ["red", "green"]
    assert at.selectbox(key="mapping_name_RR12").value == "(none)"
    assert said(at) == []


def test_the_sample_follows_each_choice() -> None:
    at = mapped_by_hand(with_file())
    assert sample(at) == [
        ["Row 2", "FD01", "October to December 2022 (Q3 2022-23)", "86.0"],
        ["Row 3", "RR12", "October to December 2022 (Q3 2022-23)", "19.2"],
    ]
    at.selectbox(key="mapping_name_RR12").select("FD02").run()
    assert [row[1] for row in sample(at)] == ["FD01", "FD02"]
    at.checkbox(key="mapping_fractions").check().run()
    assert sample(at)[0][3] == "86.0 (a fraction)"
    at.multiselect(key="mapping_quarter").set_value([]).run()
    assert said(at) == ["Name the column of the quarter."]


def test_a_quarter_that_cannot_be_read_is_said_in_the_sample() -> None:
    at = mapped_by_hand(with_file(csv_file(HEADINGS, ("FD01", "Sep-22", "86.0", "R"))))
    assert "“Sep-22”" in sample(at)[0][2]


def test_a_mapping_made_here_is_saved_by_name_and_reads_the_file_on_the_page_upload(profiles: Path) -> None:
    at = mapped_by_hand(with_file())
    at.selectbox(key="mapping_name_RR12").select("FD02")
    at.selectbox(key="mapping_rating_R").select("red")
    at.selectbox(key="mapping_rating_G").select("green").run()
    at = save(at, "early-help-extract")
    assert said(at, "done") == ["Saved as early-help-extract. Choose it under “Read it as” on the page Upload."]
    kept = session.services().uploads.mapping("early-help-extract")
    assert kept.indicator_names == {"RR12": "FD02"}
    assert kept.ratings == {"R": "red", "G": "green"}
    moved_to(at, "upload")
    at.selectbox(key="upload_profile").select("early-help-extract").run()
    uploaded(EXTRACT, "extract.csv", at)
    assert {name: of[2] for (name, _), of in changes(at).items()} == {
        "Assessments completed in 45 days": "86.0%",
        "Repeat referrals within 12 months": "19.2%",
    }
    assert "2 are in the file; 2 agree with those worked out, 0 differ." in body(at).text
    assert said(published(at), "done")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Name the mapping with small letters, digits and hyphens"),
        ("Early Help", "Name the mapping with small letters, digits and hyphens"),
        ("../../evil", "Name the mapping with small letters, digits and hyphens"),
        ("<b>x</b>", "Name the mapping with small letters, digits and hyphens"),
        ("lgbf-quarterly", "A mapping named lgbf-quarterly is there already."),
    ],
)
def test_a_name_that_cannot_be_saved_by_is_a_sentence_and_nothing_is_written(
    profiles: Path, name: str, sentence: str
) -> None:
    before = {path.name: path.read_bytes() for path in profiles.parent.rglob("*") if path.is_file()}
    at = save(mapped_by_hand(with_file()), name)
    (told,) = said(at, "error")
    assert told.startswith(sentence)
    assert {path.name: path.read_bytes() for path in profiles.parent.rglob("*") if path.is_file()} == before


def test_a_mapping_that_is_not_whole_is_not_saved(profiles: Path) -> None:
    at = save(with_file(), "half")
    assert said(at, "error") == ["Name the column of the indicator."]
    assert "half" not in session.services().uploads.profiles()


def test_who_may_not_save_a_mapping_or_gives_no_name_is_told_so() -> None:
    at = mapped_by_hand(with_file())
    assert at.selectbox(key="acting_role").value == "Performance officer"
    at.text_input(key="mapping_name").input("extract")
    at.button(key="mapping_save").click().run()
    assert said(at, "error") == ["Give your name: it is kept with what you do, and never published."]
    at.selectbox(key="acting_role").select("Report author")
    assert said(save(at, "extract"), "error") == [
        "The role Report author may not save a column mapping. Ask Performance officer."
    ]


def test_a_wide_file_is_mapped_by_the_measures_in_its_headings(profiles: Path) -> None:
    wide = csv_file(("Team", "Q1 2022-23 Timely", "Q2 2022-23 Timely"), ("East", "70.5", "83.5"))
    at = guessed(with_file(wide))
    assert at.radio(key="mapping_shape").value == "wide"
    assert said(at) == ["Name the measures in the headings, or the column of the indicator."]
    at.selectbox(key="mapping_name_Timely").select("FD01").run()
    assert [row[1:4] for row in sample(at)] == [
        ["FD01", "April to June 2022 (Q1 2022-23)", "70.5"],
        ["FD01", "July to September 2022 (Q2 2022-23)", "83.5"],
    ]
    save(at, "wide-extract")
    assert session.services().uploads.mapping("wide-extract").measures == {"Timely": "FD01"}


def test_headings_below_a_title_are_found_by_their_row() -> None:
    at = with_file(b"Extract of November\n\n" + EXTRACT)
    at.number_input(key="mapping_headings_row").set_value(3).run()
    assert sample(guessed(at))[0][:2] == ["Row 4", "FD01"]


def test_another_file_in_its_place_forgets_the_columns_that_it_lacks() -> None:
    at = with_file(csv_file(("Code", "When", "Figure"), ("FD01", "Q3 2022-23", "86.0")), guessed(with_file()))
    assert not at.exception
    assert at.selectbox(key="mapping_indicator").value == "(none)"
    assert at.selectbox(key="mapping_indicator").options == ["(none)", "Code", "When", "Figure"]


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"", "empty"), (b"%PDF-1.7", "PDF"), (b"PK\x03\x04aaaa", "Excel workbook")]
)
def test_a_file_that_is_no_csv_is_a_sentence(content: bytes, sentence: str) -> None:
    (told,) = said(with_file(content), "error")
    assert sentence in told


def test_markup_in_headings_cells_and_descriptions_is_shown_as_text(profiles: Path) -> None:
    about = "<img src=x onerror=alert(1)> [x](http://evil)"
    (profiles / "odd.toml").write_text(f"about = '{about}'\n[columns]\nindicator = 'a'\nquarter = 'b'\nvalue = 'c'\n")
    at = mapped_by_hand(with_file(csv_file((*HEADINGS, *HOSTILE), *((one,) * (4 + len(HOSTILE)) for one in HOSTILE))))
    at.selectbox(key="mapping_area_name").select(HOSTILE[0]).run()
    assert not at.exception
    assert not [one.tag for one in body(at).every() if one.tag in ("script", "b", "iframe", "style", "img", "a")]
    assert not [one.value for one in (*at.markdown, *at.info, *at.warning, *at.error, *at.caption) if one.value]
    assert [row[1] for row in sample(at)] == [" ".join(one.split()) for one in HOSTILE[:8]]
    assert about in [row[1] for row in table(at, "Saved mappings").rows]
    asked = [box.label for box in at.selectbox if "“" in box.label]
    assert len(asked) == 2 * len(HOSTILE)
    assert not [label for label in asked if any(one in label for one in HOSTILE)]
