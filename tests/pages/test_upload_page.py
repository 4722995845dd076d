"""Upload: four steps, every problem told, nothing published that was not confirmed, and what is published shown at once."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from kpi_core.access import Actor
from kpi_core.intake import Decision, GivenFile
from kpi_core.shell.home import DATA
from kpi_core.shell.services import Services
from kpi_core.shell.services.uploads import Uploads
from kpi_core.shell.storage import data_files
from pages._ui import components, session

from ..conftest import write_files
from ..mappings import mapping
from . import (
    FIGURES,
    asks,
    body,
    changes,
    codes,
    csv_file,
    heading,
    moved_to,
    opened,
    published,
    said,
    saved,
    sections,
    shown,
    table,
    template,
    uploaded,
)
from .conftest import Downloads
from .hostile import HOSTILE

STEPS = ["1. Choose the file", "2. Check it", "3. Compare", "4. Publish"]
CORRECTED = {"indicator": "FD01", "quarter": "Q2 2022-23", "value": "88.2"}
"""Turns the published rating from Red to Green."""
SETTLED = {"indicator": "ED07", "quarter": "Q2 2022-23", "value": "25.4"}
"""Was provisional, is final now."""


def steps(at: AppTest) -> list[str]:
    return [one.text.removesuffix(one.one("span").text).strip() + ": " + one.one("span").text for one in body(at).one("ol", "steps").every("li")]  # fmt: skip


def problems(at: AppTest) -> list[list[str]]:
    return table(at, "Problems").rows


def services() -> Services:
    """The services that the app uses."""
    return session.services()


def only_text(at: AppTest) -> None:
    """Nothing on the page comes of what somebody wrote, neither as HTML nor as Markdown."""
    assert not at.exception
    drawn = body(at)
    assert not [one.tag for one in drawn.every() if one.tag in ("b", "iframe", "style", "img", "a")]
    own = r"document\.getElementById\('[a-z]+'\)\?\.focus\(\)|document\.cookie = \"kpi_acting=[A-Za-z0-9%_.-]+; path=/; SameSite=Strict\""
    assert all(re.fullmatch(own, script.text) for script in drawn.every("script"))
    assert not [one.value for one in (*at.markdown, *at.info, *at.warning, *at.error, *at.caption) if one.value]


# --- the four steps -----------------------------------------------------------------------------------------------


def test_before_a_file_is_chosen_there_is_the_first_step_with_the_quarter_that_is_next(downloads: Downloads) -> None:
    at = opened("upload")
    assert heading(at) == "Upload figures"
    assert steps(at) == [f"{step}: {'to come' if n else 'now'}" for n, step in enumerate(STEPS)]
    assert sections(at) == STEPS[:1]
    assert said(at) == []
    quarters = at.selectbox(key="upload_quarter")
    assert quarters.value == "Q3 2022-23"
    assert quarters.options[0] == "October to December 2022 (Q3 2022-23)"
    assert at.selectbox(key="upload_profile").options == ["The template"]
    assert "template-q3-2022-23.csv" in downloads


def test_the_template_that_is_downloaded_is_the_chosen_quarters_and_filled_in_it_is_taken(downloads: Downloads) -> None:
    at = opened("upload")
    at.selectbox(key="upload_quarter").select("Q1 2022-23").run()
    given = downloads["template-q1-2022-23.csv"]().decode("utf-8-sig")
    assert given.splitlines()[0].startswith("indicator,name,unit,quarter,value")
    filled = re.sub(r"^(PCP01,[^,]*,number,Q1 2022-23,)", r"\g<1>280", given, flags=re.MULTILINE)
    lines = filled.splitlines()
    at = uploaded("\n".join([lines[0], lines[1]]).encode(), at=at)
    assert [kind for kind, *_ in problems(at) if "Blocks" in kind] == []
    assert changes(at)["Approved fostering households", "Q1 2022-23"][0] == "new"


def test_a_blocked_file_is_told_everything_and_comes_no_further() -> None:
    at = uploaded(template(FIGURES | {"PCP01": "2 9 1", "PCP03": "104", "FD01": "85,1"}, ED02={"status": "maybe"}))
    assert steps(at) == ["1. Choose the file: done", "2. Check it: now", "3. Compare: to come", "4. Publish: to come"]
    assert sections(at) == STEPS[:2]
    (sentence,) = said(at, "error")
    assert (
        sentence == "4 problems block this file. Correct the file, save it and choose it again: nothing is published."
    )
    blocks = [row for row in problems(at) if row[0] == "✖ Blocks"]
    assert [(row, column, found) for _, row, column, found, _ in blocks] == [
        ("2", "value", "2 9 1"),
        ("4", "value", "104%"),
        ("8", "value", "85,1"),
        ("11", "status", "maybe"),
    ]
    assert all(what for *_, what in blocks)
    assert [one.key for one in at.button if one.key == "publish"] == []


def test_of_many_problems_the_first_fifty_are_shown_and_the_download_has_all(downloads: Downloads) -> None:
    wrong = [{"indicator": "FD01", "value": f"wrong {n}"} for n in range(70)]
    at = uploaded(template({}, *wrong))
    assert table(at, "Problems").one("caption").text == "Problems (70)"
    assert len(problems(at)) == 50
    assert "and 20 more: download the whole list." in body(at).text
    headings, *rows = saved(downloads["problems-figures-csv.csv"])
    row, column, found, what = (headings.index(name) for name in ("Row", "Column", "Found", "Problem"))
    assert len(rows) == 70
    assert (rows[69][row], rows[69][column], rows[69][found]) == ("71", "value", "wrong 69")
    assert "must be a number" in rows[69][what]


def test_what_was_not_checked_is_said_with_the_reason() -> None:
    at = uploaded(template())
    (expander,) = at.expander
    assert expander.label == "1 check did not run"
    assert all(check and why.endswith(".") for check, why in table(at, "Checks that did not run").rows)


def test_a_file_that_nothing_blocks_goes_through_all_four_steps() -> None:
    at = uploaded(template())
    assert steps(at)[2:] == ["3. Compare: done", "4. Publish: now"]
    assert sections(at) == STEPS
    assert said(at) == ["Nothing blocks this file. 2 warnings to confirm and 1 note."]
    assert body(at).one("p", "headline").text == "15 new, 0 confirmed, 0 revised, 0 the same"
    assert at.text_area == []


def test_a_file_of_another_quarter_than_the_chosen_one_is_refused_until_that_is_chosen() -> None:
    at = uploaded(template({"FD01": "70.5"}, quarter="Q1 2022-23"))
    assert "You chose Q3 2022-23. The file holds Q1 2022-23." in [row[-1] for row in problems(at)]
    assert sections(at) == STEPS[:2]
    at.selectbox(key="upload_quarter").select("Q1 2022-23").run()
    assert sections(at) == STEPS


def test_the_same_bytes_under_another_name_and_the_file_taken_away_again() -> None:
    at = uploaded(template())
    at.file_uploader(key="file_0").set_value(None).run()
    assert sections(at) == STEPS[:1]
    assert sections(uploaded(template(), "again.csv", at)) == STEPS


# --- the comparison -----------------------------------------------------------------------------------------------


def test_the_comparison_says_of_each_figure_what_it_is_and_what_it_turns(downloads: Downloads) -> None:
    at = uploaded(template({"FD01": "89.5"}, CORRECTED, SETTLED, {"indicator": "ED04", "quarter": "Q2 2022-23", "value": "94"}))  # fmt: skip
    assert body(at).one("p", "headline").text == "1 new, 1 confirmed, 1 revised, 1 the same"
    assert changes(at) == {
        ("Assessments completed in 45 days", "Q2 2022-23"): ["revised: what was published changes", "83.5%", "88.2%", "▼ Red → ● Green", "required → not required"],
        ("16 to 17 year olds not in education, employment or training, or not known", "Q2 2022-23"): ["confirmed: provisional, now final", "25.4% [p]", "25.4%", "▼ Red", "required"],
        ("Assessments completed in 45 days", "Q3 2022-23"): ["new", "none held", "89.5%", "● Green", "not required"],
    }  # fmt: skip
    words = body(at).text
    assert "1 published rating turns: Assessments completed in 45 days, Q2 2022-23, from Red to Green." in words
    assert " still missing: Approved fostering households; Children and young adults" in words
    headings, *rows = saved(downloads["changes-figures-csv.csv"])
    assert len(rows) == 4
    assert {"Kind", "Held", "In the file", "Rating held", "Rating then"} <= set(headings)


def test_a_comment_that_changes_is_compared_and_counted() -> None:
    row = {"indicator": "FD02", "quarter": "Q2 2022-23", "value": "26.5", "comment": "Practice drift, by an audit."}
    at = uploaded(template({"FD01": "89.5"}, row))
    assert body(at).one("p", "headline").text == "1 new, 0 confirmed, 0 revised, 0 the same, 1 with another comment"
    (what,) = [rest[0] for (_, when), rest in changes(at).items() if when == "Q2 2022-23"]
    assert what == "the same figure; the comment changes from none to “Practice drift, by an audit.”"


def test_where_nothing_published_turns_that_is_said_too() -> None:
    at = uploaded(template({}, SETTLED | {"status": "final"}))
    at.selectbox(key="upload_quarter").select("Q2 2022-23").run()
    assert "No published rating turns." in body(at).text


# --- publishing ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [
        ("ticks", "Nothing was published: 4 warnings are not confirmed. Tick each one once you have checked it."),
        ("reason", "Nothing was published: what was published before would change. Give the reason."),
        ("name", "Nothing was published: say who publishes it."),
    ],
)
def test_without_ticks_reason_or_name_nothing_is_published_and_the_page_says_so(left_out: str, sentence: str) -> None:
    at = uploaded(template(FIGURES, CORRECTED))
    assert len(at.checkbox) == 4
    if left_out != "ticks":
        for box in at.checkbox:
            box.check()
    if left_out != "reason":
        at.text_area(key="upload_reason").input("Counted twice.")
    if left_out != "name":
        at.text_input(key="acting_name").input("Ola Officer")
    at.button(key="publish").click().run()
    assert said(at, "error") == [sentence]
    assert sections(at) == STEPS
    assert services().uploads.history() == ()
    at.run()
    assert said(at, "error") == []


def test_one_box_left_is_one_warning_left() -> None:
    at = uploaded(template(FIGURES, CORRECTED))
    for box in at.checkbox[1:]:
        box.check()
    at.button(key="publish").click().run()
    assert said(at, "error") == ["Nothing was published: one warning is not confirmed. Tick each one once you have checked it."]  # fmt: skip


def test_what_is_confirmed_singly_has_a_box_each_and_what_is_confirmed_as_a_class_has_one() -> None:
    other = {"indicator": "FD02", "quarter": "Q2 2022-23", "value": "26.0"}
    labels = [box.label.replace("\\", "") for box in uploaded(template(FIGURES, CORRECTED, other)).checkbox]
    assert sum("changes July to September 2022" in label for label in labels) == 2
    assert next(label for label in labels if "misses its target" in label).endswith("(and 1 more of this kind)")


def test_of_very_many_that_are_confirmed_singly_one_box_confirms_all() -> None:
    quarters = [f"Q{n} {year}-{(year + 1) % 100:02d}" for year in range(2008, 2014) for n in (1, 2, 3, 4)]
    first = template({}, *({"indicator": "FD01", "quarter": quarter, "value": "85.5"} for quarter in quarters))
    publish_elsewhere(services().uploads, first)
    again = template({}, *({"indicator": "FD01", "quarter": quarter, "value": "86.5"} for quarter in quarters))
    at = opened("upload")
    at.selectbox(key="upload_quarter").set_value("Q4 2013-14")
    preview = services().uploads.preview(GivenFile(again, "again.csv"))
    assert [len(of) for name, of in preview.warnings.items() if name == "published-figure-changes"] == [24]
    at = uploaded(template({"FD01": "88.5"}, *({"indicator": "FD01", "quarter": q, "value": "86.5"} for q in quarters)))
    assert [box.label for box in at.checkbox if "and 23 more of this kind" in box.label]
    assert len(at.checkbox) < 10
    assert said(published(at), "done")


def test_a_click_that_comes_with_the_last_change_of_a_box_counts_what_was_typed() -> None:
    at = uploaded(template())
    for box in at.checkbox:
        box.check()
    at.text_input(key="acting_name").input("Ola Officer")
    at.button(key="publish").click().run()
    (upload,) = services().uploads.history()
    assert upload.published_by == "Ola Officer"


def test_once_published_the_page_begins_anew_and_leads_to_the_scorecard_and_the_history() -> None:
    at = published(uploaded(template(FIGURES, CORRECTED)))
    assert said(at) == [
        "Published as upload 1: figures.csv (15 new, 0 confirmed, 1 revised, 0 the same). It is kept, and can be withdrawn from the history."
    ]
    assert sections(at) == STEPS[:1]
    assert at.file_uploader(key="file_1").value is None
    links = {link.proto.label: link.proto for link in at.get("page_link")}
    assert asks(f"?{links['See the scorecard'].query_string}") == {"quarter": ["Q3 2022-23"]}
    assert asks(f"?{links['See the history'].query_string}") == {"upload": ["1"]}
    (upload,) = services().uploads.history()
    assert (upload.reason, upload.revision_kind) == ("Counted twice.", "correction")
    moved_to(at, "scorecard")
    assert heading(at) == "October to December 2022 (Q3 2022-23)"
    assert {line.code: line.cells["Value"] for line in shown(at)}["FD01"] == "89.5%"


def test_a_provisional_figure_that_changes_is_a_scheduled_revision_unless_the_officer_says_otherwise() -> None:
    at = uploaded(template(FIGURES, SETTLED | {"value": "24.9"}))
    assert at.radio(key="upload_revision").value == "scheduled"
    at.radio(key="upload_revision").set_value("correction")
    published(at)
    (upload,) = services().uploads.history()
    assert upload.revision_kind == "correction"


def test_a_second_file_of_the_same_session_is_compared_with_the_first() -> None:
    at = published(uploaded(template(FIGURES)))
    at = uploaded(template(FIGURES | {"FD01": "90.5"}), "second.csv", at)
    assert said(at, "done") == []
    assert body(at).one("p", "headline").text == "0 new, 0 confirmed, 1 revised, 14 the same"
    assert said(published(at), "done")[0].startswith("Published as upload 2: second.csv")
    assert services().indicator("FD01", "Q3 2022-23").row.display == "90.5% [r]"


def test_a_file_that_stands_already_is_refused_by_its_bytes() -> None:
    at = uploaded(template(), "renamed.csv", published(uploaded(template())))
    assert sections(at) == STEPS[:2]
    assert re.search(r"already published on .* \(upload 1\)", problems(at)[0][-1])


def test_a_second_click_while_the_first_is_at_work_publishes_once_and_says_nothing_else() -> None:
    at = published(uploaded(template()))
    state = at.session_state
    preview = services().uploads.preview(GivenFile(template(), "figures.csv"))
    state["decided"] = (preview, Decision("Performance officer", confirmed=None))
    at.run()
    assert len(services().uploads.history()) == 1
    assert said(at, "error") == []
    assert said(at, "done")


def test_what_is_withdrawn_is_no_longer_announced() -> None:
    at = published(uploaded(template()))
    services().uploads.withdraw(1, "The wrong file.", "Performance officer")
    assert said(at.run()) == []


# --- two sessions -------------------------------------------------------------------------------------------------


def publish_elsewhere(uploads: Uploads, content: bytes, name: str = "elsewhere.csv") -> None:
    """Another officer publishes a file meanwhile."""
    preview = uploads.preview(GivenFile(content, name))
    assert not preview.blocked, [one.message for one in preview.findings if one.blocks]
    uploads.publish(preview, Decision("Another officer", "Agreed.", confirmed=None))


def test_whoever_publishes_second_is_refused_and_sees_a_new_comparison_that_must_be_confirmed_anew() -> None:
    at = uploaded(template(FIGURES, CORRECTED))
    for box in at.checkbox:
        box.check()
    at.text_area(key="upload_reason").input("Counted twice.")
    at.text_input(key="acting_name").input("Ola Officer").run()
    publish_elsewhere(services().uploads, template({"FD01": "87.0"}))
    at.button(key="publish").click().run()
    (sentence,) = said(at, "error")
    assert sentence.startswith("Nothing was published: what is held has changed since you compared.")
    assert changes(at)["Assessments completed in 45 days", "Q3 2022-23"][:3] == ["revised: what was published changes", "87.0%", "89.5%"]  # fmt: skip
    assert not any(box.value for box in at.checkbox)
    assert at.text_area(key="upload_reason").value == "Counted twice."
    assert len(services().uploads.history()) == 1
    assert said(published(at), "done")[0].startswith("Published as upload 2")


def test_a_comparison_that_is_made_anew_before_the_click_is_said_to_be() -> None:
    at = uploaded(template())
    publish_elsewhere(services().uploads, template({"FD01": "87.0"}))
    at.text_input(key="acting_name").input("Ola Officer").run()
    (sentence,) = said(at, "error")
    assert sentence.startswith("Somebody has published or withdrawn figures since you compared.")
    assert body(at).one("p", "headline").text == "14 new, 0 confirmed, 1 revised, 0 the same"


def test_the_same_file_published_by_another_is_told_to_be_there_already() -> None:
    at = uploaded(template())
    publish_elsewhere(services().uploads, template())
    published(at)
    told = said(at, "error")
    assert told[0].startswith("Nothing was published: what is held has changed since you compared.")
    assert sections(at) == STEPS[:2]
    assert "already published" in problems(at)[0][-1]
    assert len(services().uploads.history()) == 1


# --- register and targets -----------------------------------------------------------------------------------------


def test_a_targets_file_changes_targets_and_says_which_past_ratings_turn(downloads: Downloads) -> None:
    at = opened("upload")
    assert {"register.csv", "targets.csv"} <= downloads.keys()
    assert b"FD01" in downloads["targets.csv"]()
    headings = ("indicator", "from_quarter", "value", "corrects", "source")
    at = uploaded(csv_file(headings, ("FD01", "Q2 2022-23", "83", "yes", "Plan")), "targets.csv", at)
    assert sections(at) == STEPS
    ((name, start, kind, held, new, turned),) = table(at, "Targets").rows
    assert (name, start, kind) == ("Assessments completed in 45 days (FD01)", "Q2 2022-23", "revised")
    assert (held, new, turned) == ("88%", "83%", "Q2 2022-23: Red to Green")
    published(at, reason="The plan says 83.")
    assert said(at, "error") == ["Nothing was published: a recorded target changes. Say who decided it."]
    at.text_input(key="upload_decided_by").input("Cabinet")
    at.date_input(key="upload_decided_on").set_value(date(2022, 11, 8))
    at.text_input(key="upload_paper").input("Cabinet, item 7")
    assert said(published(at, reason="The plan says 83."), "done")
    target = services().indicator("FD01", "Q2 2022-23").row.target
    assert target is not None
    assert (target.decided_by, target.decided_on, target.reason) == ("Cabinet", date(2022, 11, 8), "The plan says 83.")
    moved_to(at, "scorecard")
    assert {line.code: line.rating for line in shown(at)}["FD01"] == "● Green"


def test_a_target_that_takes_the_place_of_one_in_force_is_asked_who_when_and_why_though_its_entry_is_new() -> None:
    at = uploaded(csv_file(("indicator", "from_quarter", "value"), ("FD02", "Q3 2022-23", "40")), "targets.csv")
    assert [row[1:5] for row in table(at, "Targets").rows] == [["Q3 2022-23", "new", "20%", "40%"]]
    assert at.text_area(key="upload_reason").label == "Why does the target change?"
    assert [one.key for one in at.radio] == []
    published(at, reason="")
    asked = "Say who decided it, on what date or in which paper, and why."
    assert said(at, "error") == [f"Nothing was published: a recorded target changes. {asked}"]
    at.text_input(key="upload_decided_by").input("Cabinet")
    at.text_input(key="upload_paper").input("Cabinet, item 7")
    published(at, reason="")
    assert said(at, "error") == ["Nothing was published: a recorded target changes. Say why."]
    assert said(published(at, reason="Two teams were lost."), "done")
    given = services().uploads.one(1).targets[0]
    assert (given.decided_by, given.source, given.reason) == ("Cabinet", "Cabinet, item 7", "Two teams were lost.")


def test_a_past_rating_is_not_turned_without_the_word_that_it_corrects() -> None:
    headings = ("indicator", "from_quarter", "value", "source")
    at = uploaded(csv_file(headings, ("FD01", "Q2 2022-23", "83", "Plan")), "targets.csv")
    assert sections(at) == STEPS[:2]
    assert "would change the rating" in problems(at)[0][-1]


def test_the_register_adds_an_indicator_that_the_scorecard_then_lists() -> None:
    headings = ("code", "name", "category", "unit", "decimals", "polarity", "first_quarter")
    new = csv_file(headings, ("ED08", "Pupils on a part-time timetable", "Education", "number", "0", "low", "Q3 2022-23"))  # fmt: skip
    at = uploaded(new, "register.csv")
    assert table(at, "Register entries").rows[0][:3] == ["Pupils on a part-time timetable (ED08)", "Q3 2022-23", "new"]
    assert said(published(at), "done")
    assert "ED08" in codes(opened(quarter="Q3 2022-23"))


def test_the_downloaded_register_and_targets_come_back_as_nothing_to_publish(downloads: Downloads) -> None:
    opened("upload")
    for name in ("register", "targets"):
        at = uploaded(downloads[f"{name}.csv"](), f"{name}.csv")
        assert "Blocks" not in str(problems(at) if "Problems" in body(at).text else "")
        assert published(at)
        assert said(at, "error") or said(at, "done")


# --- mapped files -------------------------------------------------------------------------------------------------

COUNCILS = "Code,Period,Value,Numerator,Denominator,LocalAuthority"


def read_through(name: str) -> AppTest:
    """The page with a mapping chosen that an officer saved before."""
    services().uploads.save_mapping(mapping(name), Actor("Ola Officer", "Performance officer"))
    at = opened("upload")
    assert at.selectbox(key="upload_profile").options == ["The template", f"Column mapping: {name}"]
    return at.selectbox(key="upload_profile").select(name).run()


def test_a_file_of_another_system_is_read_through_its_mapping() -> None:
    at = read_through("lgbf-quarterly")
    rows = [("CORP 09", f"2018-19;Q{n}", f"0.9{n}", f"9{n}0", "1000", "Exampleshire") for n in (1, 2)]
    at = uploaded(csv_file(COUNCILS.split(","), *rows), "councils.csv", at)
    assert sections(at) == STEPS
    assert changes(at) == {
        ("Benchmarking framework corporate indicator 09", f"Q{n} 2018-19, Exampleshire"): ["new", "none held", f"9{n}%", "○ Not rated", "not required"]
        for n in (1, 2)
    }  # fmt: skip
    labels = " ".join(box.label.replace("\\", "") for box in at.checkbox)
    assert "The mapping adds the indicator “Benchmarking framework corporate indicator 09” (CORP 09)" in labels
    assert "brings 1 area not held yet" in labels
    assert said(published(at), "done")
    assert "Exampleshire" in services().areas().values()
    (upload,) = services().uploads.history()
    assert upload.profile == "lgbf-quarterly"


def test_a_file_read_through_the_wrong_mapping_says_which_columns_it_lacks() -> None:
    at = read_through("trafford-planning")
    uploaded(template(), at=at)
    assert sections(at) == STEPS[:2]
    assert "Add the column “period”." in [row[-1] for row in problems(at)]


def test_another_systems_file_read_as_the_template_leads_to_the_column_mapping() -> None:
    at = uploaded(csv_file(("school", "urn", "pupils"), ("a", "1", "2")))
    assert [link.proto.page for link in at.get("page_link")] == ["mapping"]


def test_ratings_as_they_were_reported_are_held_beside_those_worked_out(
    council: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, downloads: Downloads
) -> None:
    folder = write_files(tmp_path / "data", data_files(DATA))
    (folder / "profiles").mkdir()
    (folder / "profiles" / "extract.toml").write_text(
        '[columns]\nindicator = "Code"\nquarter = "When"\nvalue = "Figure"\nrating = "RAG"\n[ratings]\nR = "red"\nG = "green"\n'
    )
    monkeypatch.setenv("KPI_DATA", str(folder))
    at = opened("upload")
    at.selectbox(key="upload_profile").select("extract").run()
    rows = [
        ("FD01", "Q3 2022-23", "86.0", "G"),
        ("FD02", "Q3 2022-23", "19.2", "G"),
        ("ED07", "Q3 2022-23", "5.1", "odd"),
    ]
    uploaded(csv_file(("Code", "When", "Figure", "RAG"), *rows), "extract.csv", at)
    assert "Ratings as reported: 3 are in the file; 1 agree with those worked out, 2 differ." in body(at).text
    differing = table(at, "Ratings that differ").rows
    assert [(row[0], row[2], row[3]) for row in differing] == [
        ("Assessments completed in 45 days", "Green", "▼ Red"),
        ("16 to 17 year olds not in education, employment or training, or not known", "“odd”, which is no rating", "▼ Red"),
    ]  # fmt: skip
    assert len(saved(downloads["reconciliation.csv"])) == 3


# --- what somebody wrote ------------------------------------------------------------------------------------------


ALL_OF_IT = " ".join(HOSTILE)


@pytest.mark.parametrize("markup", HOSTILE)
def test_a_widgets_label_says_what_somebody_wrote_with_every_mark_taken_away(markup: str) -> None:
    label = components.plain(markup)
    assert re.sub(r"\\([^\w\s])|\u2060", r"\1", label) == markup
    assert not re.search(r"(?<!\\)[\[\]()<>*_`~$:&|#!+{}=]", label)
    assert not re.search(r"https?:\\?//|www\\?\.|@\w|:(?:\w|\\?\w)|-\\?>|<\\?-|-\\?-", label)


def test_markup_in_a_file_and_its_name_is_shown_as_text() -> None:
    wrong = [{"indicator": f"X {markup}", "value": markup, "comment": markup} for markup in HOSTILE]
    blocked = uploaded(template(FIGURES | {"ED01": HOSTILE[0]}, *wrong, FD01={"name": ALL_OF_IT, "status": HOSTILE[1]}), f"{ALL_OF_IT}.csv")  # fmt: skip
    only_text(blocked)
    assert {" ".join(markup.split()) for markup in HOSTILE} <= {row[3] for row in problems(blocked)}
    headings = ("indicator", "quarter", "value", "status", "comment", "name", *HOSTILE)
    rows = [
        (code, "Q3 2022-23", value, "final", markup, markup, *HOSTILE)
        for (code, value), markup in zip(FIGURES.items(), (*HOSTILE, *HOSTILE), strict=False)
    ]
    at = uploaded(csv_file(headings, *rows), f"{ALL_OF_IT}.csv")
    only_text(at)
    assert at.checkbox
    published(at)
    only_text(at)
    assert ALL_OF_IT in said(at, "done")[0]
    only_text(moved_to(at, "history"))


def test_markup_in_a_name_of_the_register_is_shown_as_text_everywhere() -> None:
    headings = ("code", "name", "category", "unit", "decimals", "polarity", "definition")
    named = [("ED08", ALL_OF_IT, ALL_OF_IT, "number", "0", "low", ALL_OF_IT), ("ED09", HOSTILE[0], HOSTILE[1], "percent", "1", "low", "")]  # fmt: skip
    at = uploaded(csv_file(headings, *named), "register.csv")
    only_text(at)
    assert said(published(at), "done")
    uploaded(template({**FIGURES, "ED08": "7", "ED09": "3.1"}, ED09={"name": "Another"}), at=at)
    only_text(at)
    assert said(published(at), "done")
    for page in ("scorecard", "indicator", "exceptions", "about", "mapping", "history"):
        drawn = opened(page, quarter="Q3 2022-23", indicator="ED08")
        assert not drawn.exception
        assert not [one.tag for one in body(drawn).every() if one.tag in ("script", "b", "iframe", "style")]


@pytest.mark.parametrize("name", ["../../etc/passwd.csv", "a" * 300 + ".csv", "figures\x00.csv", "﻿figures.CSV", "con"])
def test_an_odd_file_name_does_no_harm_and_is_kept_as_it_was_given(name: str, council: Path) -> None:
    before = {path.name for path in council.parent.iterdir()}
    at = published(uploaded(template(), name))
    assert not at.exception
    assert said(at, "done"), said(at)
    (upload,) = services().uploads.history()
    assert upload.file_name == name
    assert {path.name for path in council.parent.iterdir()} - before <= {"kpi.duckdb.wal"}


def test_what_cannot_be_written_is_a_sentence_and_the_typed_words_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    at = uploaded(template(FIGURES, CORRECTED))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("kpi_core.shell.storage.ledger.add", full)
        published(at)
        (sentence,) = said(at, "error")
        assert "No space left on device" in sentence
        assert at.text_area(key="upload_reason").value == "Counted twice."
        assert services().uploads.history() == ()
    at.button(key="publish").click().run()
    assert said(at, "done")


def test_what_is_written_and_could_not_be_secured_is_said_on_every_page_until_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at = uploaded(template())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("kpi_core.shell.storage.mirror.Mirror.append", full)
        published(at)
        assert said(at, "error")[0].startswith("It was written, but could not be secured on the disk")
        assert services().uploads.history() == ()
        for page in ("scorecard", "about"):
            assert said(opened(page), "warning")[0].startswith("What was done last could not be secured on the disk")
    at.button(key="publish").click().run()
    assert [one.file_name for one in services().uploads.history()] == ["figures.csv"]
    assert said(opened("about")) == []


def test_the_role_is_preselected_here_and_nobodys_choice_elsewhere() -> None:
    at = uploaded(template())
    assert at.selectbox(key="acting_role").value == "Performance officer"
    moved_to(at, "report")
    assert at.selectbox(key="acting_role").value is None
    at.selectbox(key="acting_role").select("Report author").run()
    moved_to(at, "mapping")
    moved_to(at, "upload")
    at = uploaded(template(), at=at)
    assert at.selectbox(key="acting_role").value == "Report author"


def test_who_may_not_publish_is_told_who_may() -> None:
    at = uploaded(template())
    at.selectbox(key="acting_role").select("Improvement board")
    published(at)
    assert said(at, "error") == [
        "The role Improvement board may not publish figures, register entries or targets. Ask Performance officer."
    ]
    assert services().uploads.history() == ()
