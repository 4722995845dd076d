"""Publishing: all of it or nothing, the bytes kept as they were given, and what a published figure then says of itself."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from kpi_core.access import READER, ROLES, Actor
from kpi_core.errors import Changed, KpiError, NotAllowed, NotPublished, NotWithdrawn, UnknownChoice
from kpi_core.events import Kind
from kpi_core.intake import Decision, GivenFile, read_mapping
from kpi_core.shell.services import Services
from kpi_core.shell.storage import STEPS, disk
from kpi_core.showing import as_json

from ..conftest import NOW, csv_bytes, fixed_clock, register, write_files
from .ledgers import files_in, given, row
from .uploading import (
    Q1,
    Q2,
    all_held,
    all_said,
    council,
    events,
    happened,
    open_at,
    publish,
    shows,
    stands,
)

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


@pytest.mark.parametrize("role", [one for one in ROLES if one != "Performance officer"] + ["", "Director"])
def test_only_a_performance_officer_publishes_and_withdraws(role: str, explorer: Services, tmp_path: Path) -> None:
    publish(explorer, given(row("A1", "71")))
    before = all_held(explorer), files_in(tmp_path)
    preview = explorer.uploads.preview(given(row("A1", "73")))
    with pytest.raises(NotAllowed):
        explorer.uploads.publish(preview, Decision("Ann", "why", None, role=role))
    with pytest.raises(NotAllowed):
        explorer.uploads.withdraw(1, "Wrong.", "Ann", role)
    assert (all_held(explorer), files_in(tmp_path)) == before


def test_who_may_not_publish_is_told_who_may(explorer: Services) -> None:
    preview = explorer.uploads.preview(given(row("A1", "71")))
    with pytest.raises(NotAllowed) as refused:
        explorer.uploads.publish(preview, Decision("Ann", "", None, role=READER))
    assert str(refused.value) == (
        "The role Reader may not publish figures, register entries or targets. Ask Performance officer."
    )


# --- what is published --------------------------------------------------------------------------------------------


def test_a_publication_is_in_the_database_and_in_the_second_copy_before_anyone_is_told(tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    database = tmp_path / "kpi.duckdb"

    def at(step: str) -> None:
        steps.append((step, len(events(database)), len(services.uploads.history())))

    open_at(tmp_path).close()
    services = Services.open(database, tmp_path / "data", fixed_clock, at)
    file = given(row("A1", "71"), row("A2", "61", status="provisional"))
    upload = publish(services, file, "Ann Example", "")
    assert steps == [("written", 1, 0), ("committed", 1, 0), ("secured", 2, 1)]
    assert tuple(step for step, _, _ in steps) == STEPS

    event = events(database)[-1]
    assert (event.number, event.kind, event.actor, event.role) == (
        2,
        Kind.PUBLISHED,
        "Ann Example",
        "Performance officer",
    )
    assert event.happened_at == NOW
    assert upload.sha256 == hashlib.sha256(file.content).hexdigest()
    assert (upload.published_by, upload.published_at, upload.counts) == ("Ann Example", NOW, (2, 0, 0, 0))
    assert (tmp_path / "kpi.duckdb.ledger" / "files" / upload.sha256).read_bytes() == file.content
    assert services._ledger.file(upload.sha256) == file.content
    assert services.verify().problems == ()
    services.close()


def test_the_scorecard_shows_it_at_once_in_the_same_and_in_a_later_session(tmp_path: Path) -> None:
    services = open_at(tmp_path)
    other_session = Services(services._ledger, tmp_path / "data", fixed_clock, tmp_path / "kpi.duckdb")
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
    made = files_in(tmp_path).keys() - before - {"one/two/kpi.duckdb.wal"}
    kept = "one/two/kpi.duckdb.ledger/files/"
    assert f"{kept}{upload.sha256}" in made
    assert all(re.fullmatch(f"{re.escape(kept)}[0-9a-f]{{64}}", path) for path in made)
    (held,) = services.uploads.history()
    assert (upload.file_name, held.file_name) == (name, name)
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


def test_a_comment_that_changes_is_a_change_and_the_former_one_is_kept(explorer: Services) -> None:
    publish(explorer, given(row("A1", "71", comment="Two teams were late.")))
    preview = explorer.uploads.preview(given(row("A1", "71", comment="One team was late.")))
    assert [one.kind.value for one in preview.changes] == ["comment"]
    upload = explorer.uploads.publish(preview, Decision("Ann", "why", None))
    assert upload.comments == 1
    said = [stands(explorer, "A1"), explorer.scorecard(Q2, when="2").row("A1").observation]
    assert [one and one.comment for one in said] == ["One team was late.", "Two teams were late."]
    assert shows(explorer, "A1") == "71%"


def test_what_a_suppression_hides_is_told_nowhere_but_in_the_officers_history(explorer: Services) -> None:
    publish(explorer, given(row("A1", "29.5")))
    publish(explorer, given(row("A1", "c")), reason="Too small to show.")
    observation = stands(explorer, "A1")
    assert observation is not None
    assert (shows(explorer, "A1"), observation.former) == ("[c]", None)
    for moment in ("", "first", "2", "3"):
        card = explorer.scorecard(Q2, when=moment)
        told = json.dumps(
            [as_json.scorecard_json(card, card), as_json.indicator_json(explorer.indicator("A1", Q2, when=moment))]
        )
        assert "29.5" not in told
        assert "30%" not in told
    (effect,) = explorer.uploads.one(2).taken_back
    assert effect.before is not None
    assert str(effect.before.figure) == "29.5"


def test_a_publication_for_one_area_leaves_the_other_as_it_was(explorer: Services) -> None:
    publish(explorer, given(row("A1", "71", area="Y"), row("A2", "50", area="Otherton")))
    assert shows(explorer, "A1") == "not reported"
    there = stands(explorer, "A1", Q2, "Y")
    assert there is not None
    assert str(there.value) == "71"


# --- column mappings ----------------------------------------------------------------------------------------------

OFFICER = Actor("Olga", "Performance officer")
MAPPING = """# A comment that nobody reads, kept to the letter: “Ünïcode”
about = "An extract."

[columns]
indicator = "KPI"
quarter   = "Period"
value     = "Outturn"
"""
EXTRACT = b"KPI,Period,Outturn\nA1,Q2 2022-23,71\n"


def test_a_saved_mapping_is_a_record_kept_to_the_letter_and_the_products_own_folder_stays_as_it_is(
    tmp_path: Path,
) -> None:
    shipped = tmp_path / "data" / "profiles" / "shipped.toml"
    services = open_at(write_files(tmp_path, {"data/profiles/shipped.toml": MAPPING.encode(), **in_data(council())}))
    services.uploads.save_mapping(read_mapping(MAPPING, "early-help"), OFFICER)
    services.uploads.save_mapping(read_mapping(MAPPING, "early-help"), OFFICER)
    assert [(one.kind, one.by, one.what) for one in services.changes(since=1)] == [
        ("mapping saved", "Olga", "Saved the column mapping early-help.")]  # fmt: skip
    services.close()
    services = open_at(tmp_path)
    assert sorted(services.uploads.profiles()) == ["early-help", "shipped"]
    assert services.uploads.mapping("early-help").text == MAPPING
    assert [one.name for one in shipped.parent.iterdir()] == ["shipped.toml"]
    for name in ("early-help", "shipped"):
        with pytest.raises(KpiError, match=f"A mapping named {name} is there already"):
            services.uploads.save_mapping(read_mapping(MAPPING.replace("KPI", "Code"), name), OFFICER)
    assert services.verify().problems == ()
    services.close()


def test_where_the_folder_of_mappings_is_gone_what_was_read_through_them_stands_and_a_name_is_told_in_a_sentence(
    tmp_path: Path,
) -> None:
    services = open_at(write_files(tmp_path, {"data/profiles/shipped.toml": MAPPING.encode(), **in_data(council())}))
    publish(services, GivenFile(EXTRACT, "extract.csv", services.uploads.mapping("shipped")))
    services.close()
    shutil.rmtree(tmp_path / "data" / "profiles")
    services = open_at(tmp_path)
    assert ([*services.warnings()], services.data_changes(), services.verify().problems) == ([], (), ())
    (upload,) = services.uploads.history()
    assert (upload.profile, services._ledger.file(upload.mapping)) == ("shipped", MAPPING.encode())
    assert shows(services, "A1") == "71%"
    with pytest.raises(UnknownChoice, match="There is no column mapping “shipped”"):
        services.uploads.mapping("shipped")
    services.uploads.save_mapping(read_mapping(MAPPING, "shipped"), OFFICER)
    assert sorted(services.uploads.profiles()) == ["shipped"]
    services.close()


def in_data(files: dict[str, bytes]) -> dict[str, bytes]:
    return {f"data/{name}": content for name, content in files.items()}


@pytest.mark.parametrize("role", [one for one in ROLES if one != OFFICER.role])
def test_only_a_performance_officer_saves_a_mapping(role: str, explorer: Services, tmp_path: Path) -> None:
    before = all_held(explorer), files_in(tmp_path)
    with pytest.raises(NotAllowed, match=f"The role {role} may not save a column mapping. Ask Performance officer."):
        explorer.uploads.save_mapping(read_mapping(MAPPING, "early-help"), Actor("Olga", role))
    assert (all_held(explorer), files_in(tmp_path)) == before


def test_an_upload_keeps_the_mapping_it_was_read_through_to_the_letter_whatever_becomes_of_the_saved_one(
    explorer: Services,
) -> None:
    upload = publish(explorer, GivenFile(EXTRACT, "extract.csv", read_mapping(MAPPING, "early-help")))
    assert (upload.profile, explorer._ledger.file(upload.mapping)) == ("early-help", MAPPING.encode())
    assert explorer.uploads.profiles() == {}
    assert shows(explorer, "A1") == "71%"


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
        assert shows(services, "A1").startswith(f"{70 + number}%") is (step == "secured")
        services._ledger._at = lambda _: None
        upload = publish(services, given(row("A3", str(40 + number))))
        assert shows(services, "A1").startswith(f"{70 + number}%") is (step != "written")
        assert happened(database) == [("published", n) for n in range(1, upload.id + 1)]
        assert [one.id for one in services.uploads.history()] == list(range(upload.id, 0, -1))
        assert services.verify().problems == ()
        services.close()


@pytest.mark.parametrize(
    ("action", "step"), [(act, step) for act in ("publish", "withdraw") for step in ("before", *STEPS)]
)
def test_a_full_disk_is_a_plain_sentence_nobody_sees_what_is_not_secured_and_nothing_is_lost(
    action: str, step: str, explorer: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second copy cannot be written from a step on; what DuckDB itself does then is in test_recovery."""
    publish(explorer, given(row("A1", "71")))
    before = all_said(explorer)
    full = False

    def at(now: str) -> None:
        nonlocal full
        full = full or now == step

    def no_room(write: Any) -> Any:
        def attempt(path: Path, content: bytes) -> None:
            if full:
                raise OSError(28, "No space left on device")
            write(path, content)

        return attempt

    for name in ("write_whole", "append"):
        monkeypatch.setattr(disk, name, no_room(getattr(disk, name)))
    explorer._ledger._at = at
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
        assert failed.startswith("It was written, but could not be secured on the disk ([Errno 28] No space left")
    assert bool(failed) is (step != "secured")
    if failed:
        assert all_said(explorer) == before
        assert any("could not be secured on the disk" in one for one in explorer.warnings())
        with pytest.raises(NotPublished, match="Nothing was published: it could not be written"):
            publish(explorer, given(row("A3", "50")))
    full = False
    explorer._ledger._at = lambda _: None
    publish(explorer, given(row("A3", "50")))
    assert explorer.verify().problems == ()
    assert list(explorer.warnings()) == []
    second = ("published", 2) if action == "publish" else ("withdrawn", 1)
    last = ("published", 3 if action == "publish" else 2)
    assert happened(tmp_path / "kpi.duckdb") == [("published", 1), second, last]


def test_a_number_is_free_again_after_a_publication_that_failed(
    explorer: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("Input/output error")

    before = all_held(explorer), files_in(tmp_path / "kpi.duckdb.ledger")
    with monkeypatch.context() as broken:
        broken.setattr("kpi_core.shell.storage.store.Writing.add_event", fail)
        with pytest.raises(
            NotPublished, match=r"Nothing was published: it could not be written \(Input/output error\)"
        ):
            publish(explorer, given(row("A1", "71")))
    assert (all_held(explorer), files_in(tmp_path / "kpi.duckdb.ledger")) == before
    upload = publish(explorer, given(row("A1", "72")))
    assert (upload.id, explorer.position) == (1, 2)


def test_the_second_copy_is_plain_json_that_names_every_fact_of_the_record(explorer: Services, tmp_path: Path) -> None:
    upload = publish(explorer, given(row("A1", "71", Q1)), "Ann", "Late.")
    explorer.uploads.withdraw(1, "Wrong.", "Bob")
    folder = tmp_path / "kpi.duckdb.ledger"
    lines = (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
    loaded, published, withdrawn = map(json.loads, lines)
    assert [one["kind"] for one in (loaded, published, withdrawn)] == [
        "figures loaded", "upload published", "upload withdrawn"]  # fmt: skip
    assert [(one["number"], one["by"], one["role"], one["at"]) for one in (published, withdrawn)] == [
        (2, "Ann", "Performance officer", NOW.isoformat()), (3, "Bob", "Performance officer", NOW.isoformat())]  # fmt: skip
    assert (published["previous"], withdrawn["previous"]) == (loaded["hash"], published["hash"])
    assert published["body"]["files"] == {"upload": upload.sha256}
    words = json.loads((folder / "files" / published["body"]["words"]).read_text(encoding="utf-8"))
    assert {"figures.csv", "Late."} <= set(words)
    figures = published["body"]["records"]["figure"]
    cells = {name: figures["cells"][name] for name in ("indicator", "quarter", "value", "kind")}
    assert (figures["count"], cells) == (
        1, {"indicator": {"=": "A1"}, "quarter": {"=": Q1}, "value": {"=": "71"}, "kind": {"=": "revised"}})  # fmt: skip
