"""Where the figures come from, how they are rated, what the marks mean, and what is known to disagree."""

from __future__ import annotations

import csv
import io
from itertools import pairwise

from kpi_core.judging import EXCEPTION_TRIGGER, Rating

from . import body, heading, opened, table
from .conftest import Downloads


def test_the_council_is_named_and_the_ratings_are_called_this_products_own() -> None:
    at = opened("about")
    assert heading(at) == "About these figures"
    assert body(at).one("p", "over").text == "Bournemouth, Christchurch and Poole Council"
    assert (
        "Ratings are worked out by this product from the figures, targets and rules shown; "
        "the council's own published colours were not supplied."
    ) in body(at).text


def test_every_rating_has_its_rule() -> None:
    rules, _ = body(opened("about")).every("dl")
    assert {name: bool(rule) for name, rule in rules.facts.items()} == {rating.words: True for rating in Rating}
    assert "Equal to the target is met" in rules.facts["Green"]
    assert "At the limit is still Amber" in rules.facts["Amber"]
    assert "past the intervention level is Red" in rules.facts["Red"]
    assert "never zero, and never Red" in rules.facts["No data"]


def test_the_rules_on_rounding_targets_changes_and_reports_are_said() -> None:
    notes = " ".join(note.text for note in body(opened("about")).every("li"))
    for rule in (
        "It is rounded once, a half upwards",
        "by the target then in force",
        "Percentages change in percentage points",
        "across a break in series",
        "on the same quarter last year",
        f"An exception report is required where {EXCEPTION_TRIGGER}.",
    ):
        assert rule in notes


def test_every_mark_is_explained() -> None:
    _, marks = body(opened("about")).every("dl")
    assert list(marks.facts) == ["[p]", "[r]", "[b]", "[c]", "[z]", "[x]"]
    firsts = [words.split()[0] for words in marks.facts.values()]
    assert firsts == ["provisional:", "revised", "break", "suppressed", "not", "not"]


def test_every_mark_that_a_scorecard_shows_is_one_that_is_explained(example: None) -> None:
    _, marks = body(opened("about")).every("dl")
    shown = {word for word in body(opened()).text.split() if word.startswith("[") and word.endswith("]")}
    assert {"[p]", "[c]"} <= shown
    assert shown <= set(marks.facts)


def test_the_sources_say_how_many_figures_each_gave_and_when_they_were_loaded() -> None:
    at = opened("about")
    assert "Loaded on 22 November 2022 at 09:30 UTC." in body(at).text
    assert table(at, "Where the figures come from").rows == [["Quarterly performance report, Quarter 2 2022-23", "24"]]


def test_the_quarters_held_say_how_full_they_are_newest_first() -> None:
    assert table(opened("about"), "Quarters held").rows == [
        ["July to September 2022 (Q2 2022-23)", "15 of 15"],
        ["April to June 2022 (Q1 2022-23)", "6 of 15"],
        ["January to March 2022 (Q4 2021-22)", "2 of 15"],
        ["July to September 2021 (Q2 2021-22)", "1 of 15"],
    ]


def test_indicators_that_are_not_due_are_not_counted_against_a_quarter(example: None) -> None:
    held = dict(table(opened("about"), "Quarters held").rows)
    assert held["July to September 2025 (Q2 2025-26)"].endswith(" of 19")
    assert held["April to June 2025 (Q1 2025-26)"].endswith(" of 18")


def test_every_known_conflict_is_listed_with_its_indicator_quarter_and_source() -> None:
    rows = table(opened("about"), "Every known conflict").rows
    assert len(rows) == 16
    assert all(len(row) == 4 and all(row) for row in rows)
    assert {row[1] for row in rows} == {"Q2 2022-23"}
    assert [row[0] for row in rows].count("The quarter's papers") == 3
    by_name = {row[0]: row for row in rows[::-1]}
    assert by_name["Children in care attending a Good or Outstanding school above 95%"][2:] == [
        "The report gives 79% for this indicator and the exception report gives 64%, for the same quarter. "
        "The scorecard rates the report's 79%.",
        "Exception reports, Quarter 2 2022-23 (Appendix 2)",
    ]


def test_a_resolved_conflict_says_how(example: None) -> None:
    rows = table(opened("about"), "Every known conflict").rows
    resolved = [row[2] for row in rows if "Resolved:" in row[2]]
    assert len(rows) == 3
    assert len(resolved) == 1
    assert resolved[0].endswith("The figure of the case system stands.")


def test_the_conflicts_can_be_taken_away(downloads: Downloads) -> None:
    opened("about")
    read = list(csv.reader(io.StringIO(downloads["known-conflicts.csv"]().decode("utf-8-sig"))))
    rows = read[read.index([]) + 2 :]
    assert len(rows) == 16
    assert ["PCP05", "Q2 2022-23", "outturn", "64"] in [row[:4] for row in rows]


def test_headings_go_down_one_level_at_a_time() -> None:
    levels = [int(one.tag[1]) for one in body(opened("about")).every() if one.tag in ("h1", "h2", "h3")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
