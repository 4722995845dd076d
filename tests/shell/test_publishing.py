"""Publishing: all of it or nothing, the bytes kept as they were given, and what a published figure then says of itself."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kpi_core import wire
from kpi_core.errors import Changed, NotPublished, NotWithdrawn
from kpi_core.intake import GivenFile
from kpi_core.model import Observation, Upload
from kpi_core.shell.kept import Event, Kept
from kpi_core.shell.services import Services
from kpi_core.shell.store import log_of
from kpi_core.shell.uploads import STEPS, Decision

from ..conftest import NOW, csv_bytes, figure, fixed_clock, register, small_bundle, write_files

# --- what the tests of uploads share ------------------------------------------------------------------------------

Q1, Q2, Q3 = "Q1 2022-23", "Q2 2022-23", "Q3 2022-23"
QUARTERS = (Q1, Q2)


def council() -> dict[str, bytes]:
    """Two areas and three percentages without decimals; A1 has a figure for the first quarter, A2 a provisional one."""
    return small_bundle(
        areas=[{"code": "X", "name": "Exampleshire"}, {"code": "Y", "name": "Otherton"}],
        indicators=[register(code, decimals="0", areas="X Y") for code in ("A1", "A2", "A3")],
        targets=[{"indicator": "A1", "from_quarter": Q1, "value": "75", "source": "Plan"}],
        observations=[figure("A1", Q1, "70"), figure("A2", Q1, "60", status="provisional")],
    )


def row(code: str, value: str, when: str = Q2, **cells: str) -> dict[str, str]:
    """A row of the template."""
    return {"indicator": code, "quarter": when, "value": value} | cells


def given(*rows: dict[str, str], name: str = "figures.csv") -> GivenFile:
    return GivenFile(csv_bytes(rows), name)


def publish(services: Services, file: GivenFile, by: str = "Ann", reason: str = "Counted again.") -> Upload:
    return services.uploads.publish(services.uploads.preview(file), Decision(by, reason, None))


def open_at(folder: Path, name: str = "kpi.duckdb") -> Services:
    """A database in ``folder``, made from the small council at the first time."""
    if not (folder / "data").exists():
        write_files(folder / "data", council())
    return Services.open(folder / name, folder / "data", fixed_clock)


@pytest.fixture
def explorer(tmp_path: Path) -> Iterator[Services]:
    services = open_at(tmp_path)
    yield services
    services.close()


def stands(services: Services, code: str, when: str = Q2, area: str | None = None) -> Observation | None:
    """What stands for an indicator and quarter."""
    (found,) = [one for one in services.scorecard(when, area).rows if one.indicator.code == code]
    return found.observation


def shows(services: Services, code: str, when: str = Q2, first: bool = False) -> str:
    """A figure as the scorecard displays it."""
    (found,) = [one for one in services.scorecard(when, as_first_published=first).rows if one.indicator.code == code]
    return found.display


def all_said(services: Services, quarters: Iterable[str] = QUARTERS) -> dict[str, Any]:
    """Everything that readers are told: scorecards as they stand and as first published, series, history with effects."""
    said: dict[str, Any] = {"history": [wire.upload_json(one) for one in services.uploads.history()]}
    for upload in services.uploads.history():
        said[f"upload {upload.id}"] = wire.withdrawal_json(services.uploads.one(upload.id))
    for area in services.areas():
        for when in quarters:
            for first in (False, True):
                card = services.scorecard(when, area, first)
                said[f"{area} {when} {first}"] = wire.scorecard_json(card, card)
        for one in services.about(area).indicators:
            said[f"{area} {one.code}"] = wire.indicator_json(services.indicator(one.code, Q2, area))
    return said


def rows_of(services: Services, table: str, where: str = "true") -> list[tuple[Any, ...]]:
    """The rows of a table as they lie in the database."""
    with services._store.read() as reading:
        return reading._rows(f"select * from {table} where {where} order by all")


TABLES = ("upload", "audit", "observation", "target", "indicator", "indicator_area", "area", "setting", "report",
          "report_section", "report_action", "action_closed", "concern", "scenario", "proposal", "proposal_decision")  # fmt: skip


def all_held(services: Services) -> dict[str, list[tuple[Any, ...]]]:
    return {table: rows_of(services, table) for table in TABLES}


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def events(database: Path) -> tuple[Event, ...]:
    return Kept(database).manifest().events


def happened(database: Path) -> list[tuple[str, int]]:
    """What the manifest says was done, in order."""
    return [(event.what, event.upload.id) for event in events(database)]


# --- what is refused changes nothing ------------------------------------------------------------------------------


def test_looking_at_a_file_writes_nothing(explorer: Services, tmp_path: Path) -> None:
    before = all_held(explorer), files_in(tmp_path)
    explorer.uploads.preview(given(row("A1", "71"), row("A2", "61")))
    assert (all_held(explorer), files_in(tmp_path)) == before


REVISES = (row("A1", "72", Q1),)
REFUSED = [
    ("blocked", (row("A1", "171"),), Decision("Ann", "", None), "1 problem blocks it"),
    ("blocked, two problems", (row("A1", "171"), row("NO", "1")), Decision("Ann", "", None), "2 problems block it"),
    ("a class not confirmed", (row("A1", "71"),), Decision("Ann"), "2 warnings are not confirmed (indicators-missing"),
    ("one row not confirmed", REVISES, Decision("Ann", "why", ("indicators-missing", "no-exception-narrative")),
     "published-figure-changes:2:value"),
    ("another row confirmed", REVISES,
     Decision("Ann", "why", ("indicators-missing", "no-exception-narrative", "published-figure-changes:3:value")),
     "published-figure-changes:2:value"),
    ("revised without a reason", REVISES, Decision("Ann", " \n", None), "Give the reason"),
    ("no name", (row("A1", "71"),), Decision(" ", "", None), "say who publishes it"),
    ("nothing in it", (row("A1", ""),), Decision("Ann", "", None), "Nothing was published"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "decision", "told"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED])
def test_what_is_refused_changes_neither_the_database_nor_what_is_kept(
    rows: tuple[dict[str, str], ...], decision: Decision, told: str, explorer: Services, tmp_path: Path
) -> None:
    publish(explorer, given(row("A3", "50")))
    before = all_held(explorer), files_in(tmp_path)
    with pytest.raises(NotPublished) as refused:
        explorer.uploads.publish(explorer.uploads.preview(given(*rows)), decision)
    assert told in str(refused.value)
    assert (all_held(explorer), files_in(tmp_path)) == before


def test_what_has_changed_since_the_preview_is_refused_and_changes_nothing(explorer: Services, tmp_path: Path) -> None:
    preview = explorer.uploads.preview(given(row("A1", "71")))
    publish(explorer, given(row("A1", "73")))
    before = all_held(explorer), files_in(tmp_path)
    with pytest.raises(Changed):
        explorer.uploads.publish(preview, Decision("Bob", "", None))
    assert (all_held(explorer), files_in(tmp_path)) == before


def test_every_warning_confirmed_by_its_own_name_publishes(explorer: Services) -> None:
    preview = explorer.uploads.preview(given(*REVISES))
    explorer.uploads.publish(preview, Decision("Ann", "why", preview.to_confirm))
    assert shows(explorer, "A1", Q1) == "72% [r]"


# --- what is published --------------------------------------------------------------------------------------------


def test_a_publication_is_in_the_databases_own_file_the_kept_folder_and_the_manifest(tmp_path: Path) -> None:
    steps: list[tuple[str, bool, int]] = []
    database = tmp_path / "kpi.duckdb"

    def at(step: str) -> None:
        steps.append((step, log_of(database).exists(), len(events(database))))

    open_at(tmp_path).close()
    services = Services.open(database, tmp_path / "data", fixed_clock, at)
    file = given(row("A1", "71"), row("A2", "61", status="provisional"))
    upload = publish(services, file, "Ann Example", "")
    assert [step for step, _, _ in steps] == list(STEPS)
    assert [log for step, log, _ in steps if step in ("in one file", "recorded")] == [False, False]
    assert [listed for _, _, listed in steps] == [0, 0, 0, 0, 1]
    assert not log_of(database).exists()

    (event,) = events(database)
    assert (event.what, event.upload, event.given) == ("published", upload, (2, 0, 0))
    assert upload.sha256 == hashlib.sha256(file.content).hexdigest()
    assert (upload.published_by, upload.published_at, upload.counts) == ("Ann Example", NOW, (2, 0, 0, 0))
    kept = files_in(tmp_path / "kpi.duckdb.uploads")
    assert sorted(kept) == [f"0001-{upload.sha256[:12]}.csv", "manifest.json"]
    assert kept[f"0001-{upload.sha256[:12]}.csv"] == file.content
    assert rows_of(services, "audit") == [(1, NOW, "Ann Example", "published", 1, "figures.csv")]
    assert services.verify().problems == ()
    services.close()
    assert not log_of(database).exists()


def test_the_scorecard_shows_it_at_once_in_the_same_and_in_a_later_session(tmp_path: Path) -> None:
    services = open_at(tmp_path)
    other_session = Services(services._store, tmp_path / "data", fixed_clock, tmp_path / "kpi.duckdb")
    publish(services, given(row("A1", "71"), row("A2", "61", status="provisional"), row("A3", "z")))
    assert [shows(services, code) for code in ("A1", "A2", "A3")] == ["71%", "61% [p]", "[z]"]
    assert shows(other_session, "A1") == "71%"
    assert services.period().opens == other_session.period().opens
    services.close()
    services = open_at(tmp_path)
    assert shows(services, "A1") == "71%"
    observation = stands(services, "A1")
    assert observation is not None
    assert observation.source == "figures.csv (upload 1)"
    services.close()


NAMES = [
    "../../a.csv",
    "/etc/passwd.csv",
    "..\\..\\a.csv",
    "C:\\Users\\ann\\Desktop\\a.csv",
    "a\nb\r\tc.csv",
    "nul\0l.csv",
    "bell\x07 right-to-left \u202e.csv",
    "'; drop table upload; --.csv",
    "=HYPERLINK(1).csv",
    "Ångström 指标 🙂.csv",
    "long" * 5_000 + ".csv",
    ".csv",
    "manifest.json.csv",
]


@pytest.mark.parametrize("name", NAMES, ids=[ascii(name[:24]) for name in NAMES])
def test_a_file_name_is_kept_as_given_and_never_used_as_a_path(name: str, tmp_path: Path) -> None:
    inner = tmp_path / "one" / "two"
    inner.mkdir(parents=True)
    services = open_at(inner)
    before = set(files_in(tmp_path))
    upload = publish(services, given(row("A1", "71"), name=name))
    made = {path: content for path, content in files_in(tmp_path).items() if path not in before}
    assert list(made) == [f"one/two/kpi.duckdb.uploads/0001-{upload.sha256[:12]}.csv"]
    (held,) = services.uploads.history()
    (event,) = events(inner / "kpi.duckdb")
    assert (upload.file_name, held.file_name, event.upload.file_name) == (name, name, name)
    services.uploads.withdraw(1, "Wrong file.", "Ann")
    assert services.verify().problems == ()
    services.close()
    assert list(tmp_path.iterdir()) == [tmp_path / "one"]


def test_a_file_name_whose_bytes_are_no_text_is_written_so_that_it_can_be_read(explorer: Services) -> None:
    upload = publish(explorer, given(row("A1", "71"), name=os.fsdecode(b"a\xff.csv")))
    assert (upload.file_name, explorer.uploads.history()) == ("a\\udcff.csv", (upload,))


def test_a_revised_figure_carries_its_mark_the_former_one_and_the_reason(explorer: Services) -> None:
    publish(explorer, given(row("A1", "71")), reason="")
    preview = explorer.uploads.preview(given(row("A1", "73"), name="again.csv"))
    assert preview.needs_reason
    upload = explorer.uploads.publish(preview, Decision("Ann", " Late returns. ", None))
    assert (upload.counts, upload.reason, upload.revision_kind) == ((0, 0, 1, 0), "Late returns.", "correction")
    observation = stands(explorer, "A1")
    assert observation is not None
    assert (str(observation.former), observation.revision, observation.revision_reason) == ("71", 1, "Late returns.")
    assert shows(explorer, "A1") == "73% [r]"
    assert shows(explorer, "A1", first=True) == "71%"
    view = explorer.indicator("A1", Q2)
    assert [(str(one.observation.value), one.observation.revised) for one in view.series] == [
        ("70", False),
        ("73", True),
    ]


def test_a_second_revision_tells_of_the_figure_just_before_and_the_first_is_still_shown(explorer: Services) -> None:
    for value in ("71", "73", "74"):
        publish(explorer, given(row("A1", value)))
    observation = stands(explorer, "A1")
    assert observation is not None
    assert (str(observation.value), str(observation.former), observation.revision) == ("74", "73", 2)
    assert shows(explorer, "A1", first=True) == "71%"


def test_a_provisional_figure_that_changes_is_a_scheduled_revision_unless_the_officer_says_otherwise(
    explorer: Services,
) -> None:
    file = given(row("A2", "62", Q1))
    assert explorer.uploads.preview(file).likely_revision == "scheduled"
    assert publish(explorer, file).revision_kind == "scheduled"
    explorer.uploads.withdraw(1, "Not yet.", "Ann")
    corrected = explorer.uploads.publish(explorer.uploads.preview(file), Decision("Ann", "why", None, "correction"))
    assert corrected.revision_kind == "correction"


def test_a_confirmed_figure_is_final_without_a_mark(explorer: Services) -> None:
    assert shows(explorer, "A2", Q1) == "60% [p]"
    upload = publish(explorer, given(row("A2", "60", Q1, status="final")), reason="")
    assert (upload.counts, upload.reason, upload.revision_kind) == ((0, 1, 0, 0), "", "")
    assert shows(explorer, "A2", Q1) == "60%"
    observation = stands(explorer, "A2", Q1)
    assert observation is not None
    assert (observation.revised, observation.former) == (False, None)
    assert shows(explorer, "A2", Q1, first=True) == "60% [p]"


def test_a_suppressed_figure_that_is_then_given_is_revised_and_one_not_available_is_new(explorer: Services) -> None:
    publish(explorer, given(row("A1", "c"), row("A2", "x")))
    upload = publish(explorer, given(row("A1", "71"), row("A2", "61")))
    assert upload.counts == (1, 0, 1, 0)
    assert (shows(explorer, "A1"), shows(explorer, "A2")) == ("71% [r]", "61%")


def test_the_same_bytes_twice_change_nothing_and_say_when_they_were_published(
    explorer: Services, tmp_path: Path
) -> None:
    file = given(row("A1", "71"))
    first, second = explorer.uploads.preview(file), explorer.uploads.preview(file)
    explorer.uploads.publish(first, Decision("Ann", "", None))
    before = all_held(explorer), files_in(tmp_path)
    again = explorer.uploads.preview(GivenFile(file.content, "another name.csv"))
    assert [one.message for one in again.findings] == [
        "This file was already published on 22 November 2022 (upload 1). No figures have changed."
    ]
    for preview in (again, second):
        with pytest.raises(NotPublished, match="Nothing was published"):
            explorer.uploads.publish(preview, Decision("Bob", "r", None))
    assert (all_held(explorer), files_in(tmp_path)) == before


def test_the_same_bytes_of_a_register_that_changes_nothing_are_published_once(explorer: Services) -> None:
    file = GivenFile(csv_bytes([register("A1", decimals="0", areas="X Y")]), "register.csv")
    first, second = explorer.uploads.preview(file), explorer.uploads.preview(file)
    assert first.counts == (0, 0, 0, 1)
    explorer.uploads.publish(first, Decision("Ann", "", None))
    with pytest.raises(Changed):
        explorer.uploads.publish(second, Decision("Bob", "", None))
    assert len(explorer.uploads.history()) == 1


def test_other_bytes_with_the_same_figures_are_published_and_change_no_figure(explorer: Services) -> None:
    publish(explorer, given(row("A1", "71")))
    upload = publish(explorer, given(row("A1", "71.0")), reason="")
    assert upload.counts == (0, 0, 0, 1)
    assert shows(explorer, "A1") == "71%"


def test_a_comment_is_held_with_its_figure(explorer: Services) -> None:
    publish(explorer, given(row("A1", "71", comment="Two teams were late.")))
    observation = stands(explorer, "A1")
    assert observation is not None
    assert observation.comment == "Two teams were late."


def test_a_publication_for_one_area_leaves_the_other_as_it_was(explorer: Services) -> None:
    publish(explorer, given(row("A1", "71", area="Y"), row("A2", "50", area="Otherton")))
    assert shows(explorer, "A1") == "not reported"
    there = stands(explorer, "A1", Q2, "Y")
    assert there is not None
    assert str(there.value) == "71"


# --- what goes wrong while it is written --------------------------------------------------------------------------


def test_who_watches_the_steps_may_break_off_and_what_was_committed_is_caught_up_with(tmp_path: Path) -> None:
    database = tmp_path / "kpi.duckdb"

    class Left(BaseException):
        """As a page raises when its reader goes elsewhere."""

    for number, step in enumerate(STEPS, 1):

        def at(now: str, step: str = step) -> None:
            if now == step:
                raise Left

        open_at(tmp_path).close()
        services = Services.open(database, tmp_path / "data", fixed_clock, at)
        with pytest.raises(Left):
            publish(services, given(row("A1", str(70 + number))))
        assert shows(services, "A1").startswith(f"{70 + number}%") is (step in STEPS[2:])
        services.uploads._at = lambda _: None
        upload = publish(services, given(row("A3", str(40 + number))))
        assert sorted(happened(database)) == happened(database)
        assert happened(database)[-1] == ("published", upload.id)
        assert [one.id for one in services.uploads.history()] == list(range(upload.id, 0, -1))
        assert len(events(database)) == upload.id
        assert services.verify().problems == ()
        services.close()


@pytest.mark.parametrize(
    ("action", "step"),
    [("publish", step) for step in ("before", *STEPS)] + [("withdraw", step) for step in ("before", *STEPS[2:])],
)
def test_a_full_disk_is_a_plain_sentence_and_nothing_is_lost(
    action: str, step: str, explorer: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file can be written whole from a step on; what DuckDB itself does then is in test_recovery."""
    publish(explorer, given(row("A1", "71")))
    before = all_said(explorer)
    full = False

    def at(now: str) -> None:
        nonlocal full
        full = full or now == step

    def no_room(path: Path, content: bytes) -> None:
        if full:
            raise OSError(28, "No space left on device")
        whole(path, content)

    from kpi_core.shell import kept

    whole = kept.write_whole
    monkeypatch.setattr(kept, "write_whole", no_room)
    explorer.uploads._at = at
    at("before")
    failed = ""
    try:
        if action == "publish":
            publish(explorer, given(row("A1", "73")))
        else:
            explorer.uploads.withdraw(1, "Wrong.", "Ann")
    except (NotPublished, NotWithdrawn) as error:
        failed = str(error)
        assert failed.isprintable()
        assert "No space left" in failed
    assert bool(failed) is (step != "recorded")
    nothing_changed = step == "before" and action == "publish"
    assert ("Nothing was published" in failed) is nothing_changed
    if nothing_changed:
        assert all_said(explorer) == before
    full = False
    explorer.uploads._at = lambda _: None
    publish(explorer, given(row("A3", "50")))
    assert explorer.verify().problems == ()
    database = tmp_path / "kpi.duckdb"
    said = [("published", 1)]
    if not nothing_changed:
        said.append(("published", 2) if action == "publish" else ("withdrawn", 1))
    assert happened(database)[:-1] == said


def test_a_number_is_free_again_after_a_publication_that_failed(
    explorer: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr("kpi_core.shell.store.Writing.record", fail)
        with pytest.raises(
            NotPublished, match=r"Nothing was published: it could not be written \(Input/output error\)"
        ):
            publish(explorer, given(row("A1", "71")))
    assert sorted(os.listdir(tmp_path / "kpi.duckdb.uploads")) == ["manifest.json"]
    assert publish(explorer, given(row("A1", "72"))).id == 1


def test_a_log_that_will_not_go_is_not_announced(
    explorer: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_of(tmp_path / "kpi.duckdb").write_bytes(b"")
    monkeypatch.setattr(explorer._store, "checkpoint", lambda: None)
    with pytest.raises(NotPublished, match="Upload 1 was written, but could not be secured"):
        publish(explorer, given(row("A1", "71")))
    assert events(tmp_path / "kpi.duckdb") == ()


def test_the_manifest_is_plain_json_that_names_every_fact_of_the_record(explorer: Services, tmp_path: Path) -> None:
    upload = publish(explorer, given(row("A1", "71", Q1)), "Ann", "Late.")
    explorer.uploads.withdraw(1, "Wrong.", "Bob")
    held = json.loads((tmp_path / "kpi.duckdb.uploads" / "manifest.json").read_text(encoding="utf-8"))
    assert held["made_from"] == "data"
    published, withdrawn = held["events"]
    assert {name: published[name] for name in ("published", "by", "at", "reason", "counts", "sha256", "given")} == {
        "published": 1, "by": "Ann", "at": NOW.isoformat(), "reason": "Late.", "counts": [0, 0, 1, 0],
        "sha256": upload.sha256, "given": [1, 0, 0],
    }  # fmt: skip
    assert withdrawn == {"withdrawn": 1, "at": NOW.isoformat(), "by": "Bob", "reason": "Wrong."}
