"""As first published: the same quarter before any revision, in the address and in the download."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi_core.intake import GivenFile
from kpi_core.report import AS_FIRST_PUBLISHED
from kpi_core.shell.uploads import Decision
from pages._ui import session

from . import csv_file, keep_uploads, opened, said, saved, shown, template
from .conftest import Downloads

Q2 = "Q2 2022-23"


@pytest.fixture(autouse=True)
def kept(db: Path, council: Path) -> None:
    keep_uploads(db, council)


def give(content: bytes, name: str = "figures.csv") -> None:
    uploads = session.services().uploads
    uploads.publish(uploads.preview(GivenFile(content, name)), Decision("Officer", "Counted twice.", confirmed=None))


def revise() -> None:
    """A published figure that missed its target then meets it now."""
    give(template({"FD01": "88.2"}, quarter=Q2))


def test_where_nothing_is_revised_there_is_nothing_to_choose() -> None:
    at = opened()
    assert not [one for one in at.toggle if one.key == "filter_figures"]


def test_a_revised_figure_says_so_and_the_toggle_shows_what_was_published_first(downloads: Downloads) -> None:
    revise()
    at = opened()
    assert {line.code: line.rating for line in shown(at)}["FD01"] == "● Green"
    assert "[r]" in {line.code: line.cells["Value"] for line in shown(at)}["FD01"]
    at.toggle(key="filter_figures").set_value(True).run()
    line = next(line for line in shown(at) if line.code == "FD01")
    assert (line.rating, line.cells["Value"]) == ("▼ Red", "83.5%")
    assert at.query_params["figures"] == "first"
    assert AS_FIRST_PUBLISHED in said(at)
    assert AS_FIRST_PUBLISHED in downloads["scorecard-q2-2022-23.csv"]().decode("utf-8-sig")
    assert "83.5%" in next(row for row in saved(downloads["scorecard-q2-2022-23.csv"]) if "FD01" in row)
    at.toggle(key="filter_figures").set_value(False).run()
    assert "figures" not in at.query_params
    assert {line.code: line.rating for line in shown(at)}["FD01"] == "● Green"


def test_the_address_opens_the_quarter_as_first_published() -> None:
    revise()
    at = opened(figures="first")
    assert at.toggle(key="filter_figures").value is True
    assert {line.code: line.cells["Value"] for line in shown(at)}["FD01"] == "83.5%"


def test_an_address_that_asks_for_it_before_any_revision_shows_the_same_figures_and_can_be_left() -> None:
    at = opened(figures="first")
    at.toggle(key="filter_figures").set_value(False).run()
    assert "figures" not in at.query_params


def test_an_unknown_word_in_the_address_is_taken_for_the_figures_as_they_stand() -> None:
    revise()
    at = opened(figures="last")
    assert {line.code: line.rating for line in shown(at)}["FD01"] == "● Green"


def test_a_corrected_target_is_as_it_was_too() -> None:
    give(csv_file(("indicator", "from_quarter", "value", "corrects", "source"), ("FD01", Q2, "83", "yes", "Plan")), "targets.csv")  # fmt: skip
    assert {line.code: line.rating for line in shown(opened())}["FD01"] == "● Green"
    assert {line.code: line.rating for line in shown(opened(figures="first"))}["FD01"] == "▼ Red"
