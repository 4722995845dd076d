"""What goes wrong, and what a reader is told of it: a sentence that says what to do, never a traceback."""

from __future__ import annotations

import errno
import logging
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from kpi_core.shell.home import DATA
from kpi_core.shell.services import Services
from kpi_core.shell.storage import data_files
from kpi_core.shell.storage.mirror import folder_of

from ..conftest import csv_bytes, figure, register, small_bundle
from . import PAGES, READERS_PAGES, body, codes, heading, opened, said
from .conftest import Load
from .hostile import MARKUP

EVERY_NAME = ("quarter", "category", "rating", "indicators", "indicator", "at")


# --- on the first start -------------------------------------------------------------------------------------------


def test_a_broken_row_is_named_with_its_file_and_row_and_nothing_is_made(load: Load, council: Path) -> None:
    files = data_files(DATA)
    load(files | {"observations.csv": files["observations.csv"].replace(b",83.5,", b",8l.5,")})
    at = opened()
    (sentence,) = said(at, "error")
    assert "observations.csv, row 10, column value: “8l.5” is not a number." in sentence
    assert not at.exception
    assert not council.exists()
    assert list(council.parent.glob("kpi.duckdb*")) == []


def test_once_the_file_is_mended_the_same_session_opens(load: Load) -> None:
    folder = load(data_files(DATA) | {"targets.csv": b"indicator,from_quarter\nFD01,soon\n"})
    at = opened()
    assert said(at, "error")
    (folder / "targets.csv").write_bytes((DATA / "targets.csv").read_bytes())
    at.run()
    assert said(at) == []
    assert heading(at) == "July to September 2022 (Q2 2022-23)"


def test_a_missing_file_is_named(load: Load) -> None:
    folder = load(data_files(DATA))
    (folder / "indicators.csv").unlink()
    (sentence,) = said(opened(), "error")
    assert "indicators.csv" in sentence


@pytest.mark.parametrize("page", ["scorecard", "indicator", "exceptions"])
def test_without_any_figure_a_page_says_that_none_are_held(load: Load, page: str) -> None:
    load(small_bundle())
    at = opened(page)
    assert heading(at) == "No figures are held yet"
    assert said(at, "error") == []
    if page == "scorecard":
        (sentence,) = said(at)
        assert "data/observations.csv" in sentence
        assert "python -m kpi_core load" in sentence


# --- the database -------------------------------------------------------------------------------------------------


NO_DATABASE = pytest.mark.parametrize(
    "content", [b"This is not a database.\n" * 500, b"", b"\0" * 8192], ids=["text", "empty", "zeros"]
)


@NO_DATABASE
def test_without_a_second_copy_a_file_that_is_not_a_database_is_a_sentence_and_is_left_as_it_is(
    council: Path, content: bytes
) -> None:
    shutil.rmtree(folder_of(council))
    council.write_bytes(content)
    at = opened()
    (sentence,) = said(at, "error")
    assert "kpi.duckdb" in sentence
    assert not at.exception
    assert council.read_bytes() == content


@NO_DATABASE
def test_with_one_it_is_made_again_and_what_was_there_is_kept_and_named(council: Path, content: bytes) -> None:
    council.write_bytes(content)
    at = opened()
    (sentence,) = said(at, "warning")
    assert "It was made again from kpi.duckdb.ledger: record 1. What was there before is kept as " in sentence
    assert len(codes(at)) == 15
    (aside,) = [
        path
        for path in council.parent.iterdir()
        if path.name in sentence and path.name not in (council.name, f"{council.name}.ledger")
    ]
    assert aside.read_bytes() == content


def test_a_database_that_another_process_holds_is_a_sentence_until_it_is_let_go(council: Path) -> None:
    hold = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", hold, str(council)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        at = opened()
        assert said(at) == ["The explorer is open and holds the figures. Close it, or use its page."]
        assert not at.exception
        holder.communicate()
    at.run()
    assert said(at) == []
    assert len(codes(at)) == 15


@pytest.mark.parametrize("page", PAGES)
def test_a_disk_that_refuses_is_a_sentence_on_every_page_until_it_is_mended(
    load: Load, council: Path, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(data_files(DATA))

    def refuse(path: object, *_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    with monkeypatch.context() as patched:
        patched.setattr("kpi_core.shell.storage.database.os.replace", refuse)
        at = opened(page)
    (sentence,) = said(at, "error")
    assert sentence.startswith("kpi.duckdb.ledger in ")
    assert "is on a disk that can only be read. Have that changed, or name another database with KPI_DB" in sentence
    assert not at.exception
    assert list(council.parent.glob("kpi.duckdb*")) == []
    at.run()
    assert said(at, "error") == []


# --- what every page says first -----------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_every_page_names_a_changed_file_and_the_command_that_loads_it(load: Load, page: str) -> None:
    folder = load(data_files(DATA))
    assert said(opened(page), "warning") == []
    (folder / "targets.csv").write_bytes((folder / "targets.csv").read_bytes() + b"\n")
    (folder / "exceptions" / "ED07-2022-23-Q2.md").unlink()
    (folder / "exceptions" / "new_one.md").write_bytes(b"---\n---\n")
    told = said(opened(page), "warning")
    assert [sentence.split(" since")[0] for sentence in told] == [
        "data/exceptions/ED07-2022-23-Q2.md is gone",
        "data/exceptions/new_one.md is new",
        "data/targets.csv has changed",
    ]
    assert all("the page Record of changes" in sentence and "python -m kpi_core load" in sentence for sentence in told)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_the_example_says_that_it_is_made_up(example: None, page: str) -> None:
    assert said(opened(page), "warning") == [
        "Example council. These figures are made up. They describe no real council."
    ]


# --- what nobody expected -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "method"),
    [("scorecard", "scorecard"), ("scorecard", "data_changes"), ("indicator", "indicator"), ("exceptions", "exceptions"), ("about", "about")],
)  # fmt: skip
def test_an_unexpected_fault_shows_a_reference_and_the_log_says_the_rest(
    page: str, method: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(Services, method, fail)
    with caplog.at_level(logging.ERROR, logger="kpi_explorer"):
        at = opened(page)
    (sentence,) = said(at, "error")
    match = re.search(r"give the reference ([0-9A-F]{8}) to", sentence)
    assert match is not None
    assert not re.search("secret|RuntimeError|Traceback", body(at).text)
    assert not at.exception
    (record,) = [record for record in caplog.records if record.name == "kpi_explorer"]
    assert match[1] in record.getMessage()
    assert record.exc_info is not None
    assert "secret detail" in caplog.text
    assert "Traceback" in caplog.text


def test_after_a_fault_the_same_session_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Services, "scorecard", lambda *_: 1 / 0)
        at = opened()
        assert said(at, "error")
    at.run()
    assert said(at) == []
    assert len(codes(at)) == 15


def test_two_faults_have_two_references(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Services, "scorecard", lambda *_: 1 / 0)
    first, second = said(opened(), "error") + said(opened(), "error")
    assert first != second


# --- what somebody typed or wrote ---------------------------------------------------------------------------------


def only_text(page: str, **url: str) -> AppTest:
    """The page, opened and found without an element that comes of what somebody typed or wrote."""
    at = opened(page, **url)
    assert not at.exception
    drawn = body(at)
    assert not [one.tag for one in drawn.every() if one.tag in ("script", "b", "iframe", "style")]
    assert all(image.attributes["src"].startswith("data:image/svg+xml") for image in drawn.every("img"))
    assert all(link.attributes["href"].startswith(("indicator?", "report?", "./?", "#")) for link in drawn.every("a"))
    return at


@pytest.mark.parametrize("page", [*PAGES, "report"])
@pytest.mark.parametrize("names", [EVERY_NAME, ("area",)], ids=["all but the area", "area"])
@pytest.mark.parametrize("markup", MARKUP)
def test_markup_typed_into_the_url_is_shown_as_text(page: str, names: tuple[str, ...], markup: str) -> None:
    only_text(page, **dict.fromkeys(names, markup))


@pytest.mark.parametrize("page", [*READERS_PAGES, "report"])
@pytest.mark.parametrize("markup", MARKUP)
def test_markup_written_into_the_files_is_shown_as_text(load: Load, page: str, markup: str) -> None:
    named = {"name": markup, "category": markup, "owner": markup, "definition": markup, "statutory_note": markup}
    conflict = {"indicator": "A1", "quarter": "Q2 2022-23", "subject": "outturn", "value": "64", "source": markup,
                "sentence": markup}  # fmt: skip
    target = {"indicator": "A1", "from_quarter": "Q2 2022-23", "value": "90", "source": markup, "decided_by": markup}
    files = small_bundle(
        indicators=[register("A1", **named), register("A2", **named | {"name": f"{markup} 2"})],
        observations=[figure("A1", "Q2 2022-23", "79", note=markup) | {"source": markup}],
        conflicts=[conflict, conflict | {"indicator": "", "subject": "narrative", "value": ""}],
        targets=[target],
    )
    load(files | {"areas.csv": csv_bytes([{"code": "X", "name": markup}])})
    assert markup in body(only_text(page)).text


@pytest.mark.parametrize("typed", ["http://evil.example/x", "www.evil.example", "who@evil.example", ":material/face:"])
@pytest.mark.parametrize("name", ["quarter", "category", "area", "indicator"])
def test_an_address_typed_into_the_url_does_not_become_a_link(name: str, typed: str) -> None:
    """Streamlit's own boxes are Markdown, which makes links of addresses even where all its marks are escaped."""
    at = only_text("indicator" if name == "indicator" else "scorecard", **{name: typed})
    (message,) = body(at).every("p", "message")
    assert typed in message.text
    assert not message.every()
    assert not (*at.info, *at.warning, *at.error, *at.markdown, *at.caption)
