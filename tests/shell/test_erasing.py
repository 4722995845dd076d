"""What must not be kept is erased from both copies by two people; the chain still holds, and every other answer is the same."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kpi_core.__main__ import main
from kpi_core.access import Actor
from kpi_core.codec import ERASED
from kpi_core.errors import KpiError, NotAllowed, NotPublished, NotSaved
from kpi_core.events import Kind, broken_link, files_named
from kpi_core.intake import GivenFile
from kpi_core.shell.services import Services
from kpi_core.shell.storage import disk, rebuild
from kpi_core.shell.storage.store import log_of

from ..conftest import fixed_clock
from . import ledgers
from .ledgers import (
    ADMIN,
    ANN,
    BEA,
    DATABASE,
    HEAD,
    LAST,
    OFFICER,
    Q1,
    Q2,
    Q3,
    all_of,
    files_in,
    given,
    kinds,
    open_at,
    opened,
    publish,
    row,
    said,
)

whole, before, folder = ledgers.whole, ledgers.before, ledgers.folder

PHRASE = "Kim Example, 7 Some Road"
SECOND = "Sam Second"


@pytest.fixture
def services(folder: Path) -> Iterator[Services]:
    """A council in which a child's details came in four ways: a comment of a file, a report, a concern and a scenario."""
    explorer = open_at(folder)
    publish(explorer, given(row("A2", "55", comment=f"As {PHRASE} moved."), name="comment.csv"))  # 20
    stands = explorer.reports.one("A1", Q3).report
    assert stands is not None
    sections = tuple((heading, f"{body} {PHRASE}") for heading, body in stands.sections)
    explorer.reports.save(replace(stands, sections=sections), stands.version, ANN)  # 21
    explorer.reports.mark_concern("A3", Q2, f"{PHRASE}.", ANN)  # 22
    explorer.scenarios.save("Moved", PHRASE, Q2, ["target:A1=70"], (), BEA)  # 23
    yield explorer
    explorer.close()


WAYS = {"a file's comment": 20, "a report": 21, "a concern": 22, "a scenario": 23}


def holding(folder: Path, phrase: str = PHRASE) -> list[str]:
    """The files in a folder that hold a phrase in their bytes, the database and its log among them."""
    return [
        name
        for name, content in files_in(folder).items()
        if phrase.encode() in content and not name.startswith("data/")
    ]


def erase(services: Services, number: int) -> None:
    services.erase(number, "It could identify a child.", ADMIN, SECOND)


def test_what_is_erased_is_in_no_byte_of_the_database_its_log_or_the_second_copy(
    services: Services, folder: Path
) -> None:
    assert DATABASE in holding(folder) or log_of(folder / DATABASE).name in holding(folder)
    for number in WAYS.values():
        erase(services, number)
    assert holding(folder) == []
    services.reports.mark_concern("A1", Q2, "It falls.", ANN)
    assert holding(folder) == []
    services.close()
    assert holding(folder) == []
    rebuild(folder / DATABASE, fixed_clock).aside[0].unlink()
    with opened(folder) as again:
        assert again.verify().problems == ()
        assert holding(folder) == []
        (folder / "one.zip").write_bytes(again.backup().content)
    assert holding(folder) == []


@pytest.mark.parametrize("number", WAYS.values(), ids=WAYS)
def test_the_chain_still_holds_and_who_when_and_why_remain(number: int, services: Services) -> None:
    head = services.head
    before = services._ledger.events()
    erase(services, number)
    events = services._ledger.events()
    assert events[:-1] == before
    assert broken_link(events) == -1
    assert services.verify(head).problems == ()
    last = services.changes()[-1]
    assert (last.kind, last.by, last.role) == (Kind.ERASED, ADMIN.name, ADMIN.role)
    assert last.what == (
        f"Erased the words of record {number}, with Sam Second as the second person. Reason: It could identify a child."
    )
    assert PHRASE not in services.changes()[number - 1].what


def test_every_other_answer_is_the_same(services: Services) -> None:
    """A file's comment is erased: its figure, its counts and all that others wrote stay."""
    before, figures = said(services), services.scorecard(Q2)
    erase(services, 20)
    after = said(services)
    own = ("changes", "history", "upload 4", "A2")
    for name in before.keys() - own:
        then = repr(before[name]).replace("of 23", "of 24")
        for words in ("As Kim Example, 7 Some Road moved.", "comment.csv (upload 4)"):
            then = then.replace(words, ERASED)
        assert repr(after[name]) == then, name
    assert [one.display for one in services.scorecard(Q2).rows] == [one.display for one in figures.rows]
    assert services.scorecard(Q2).row("A2").display == "55%"
    assert services.uploads.history()[0].counts == (1, 0, 0, 0)
    assert services.uploads.history()[0].file_name == ERASED
    assert services.changes()[:19] == before["changes"][:19]


def test_a_report_keeps_its_versions_and_its_state_and_says_what_was_erased(services: Services) -> None:
    erase(services, 21)
    view = services.reports.one("A1", Q3)
    assert view.report is not None
    assert (view.report.version, view.report.state, view.report.reason_line) == (3, "draft", ERASED)
    assert view.report.sections == ()
    assert [one.version for one in view.former] == [2, 1]
    assert view.former[0].reason_line == "Staff left."
    assert services.exceptions(Q3).scorecard.row("A1").exception.state.value in ("draft", "missing")


def test_at_every_position_the_words_are_gone(services: Services) -> None:
    erase(services, 20)
    erase(services, 22)
    for when in ("22", "23", "first", ""):
        assert PHRASE not in repr(services.scorecard(Q2, when=when))
    assert [one.reason for one in services.scorecard(Q2, when="22").concerns] == ["Two leads left.", ERASED]


def test_the_same_words_in_another_record_are_erased_with_them(services: Services) -> None:
    """A version that was submitted says what the saved one said."""
    events = services._ledger.events()
    words = [{name for name, what in files_named(one.body).items() if what == "words"} for one in events]
    twins = [one.number for one, of in zip(events, words, strict=True) if of and of == words[10]]
    assert len(twins) > 1
    erase(services, 11)
    assert services.verify().problems == ()
    for number in twins:
        assert f"{number}" in services.changes()[-1].what
    assert services.reports.one("A1", Q2).report.reason_line == ERASED  # type: ignore[union-attr]


def test_the_very_words_or_file_that_were_erased_do_not_come_back(services: Services, folder: Path) -> None:
    erase(services, 20)
    erase(services, 22)
    services.uploads.withdraw(4, "Wrong.", OFFICER.name)
    with pytest.raises(
        NotPublished, match="Nothing was published: these very words, or this very file, were erased in record 24"
    ):
        publish(services, given(row("A2", "55", comment=f"As {PHRASE} moved."), name="comment.csv"))
    with pytest.raises(
        NotSaved, match="Nothing was saved: these very words, or this very file, were erased in record 25"
    ):
        services.reports.mark_concern("A3", Q2, f"{PHRASE}.", ANN)
    publish(services, given(row("A2", "55"), name="comment.csv"))
    assert services.verify().problems == ()


# --- who may, and what there is to erase --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "actor", [OFFICER, ANN, HEAD, BEA, Actor("Rea", "Reader"), Actor("Pub", "Public reader")], ids=lambda one: one.role
)
def test_no_other_role_may_erase(actor: Actor, services: Services, folder: Path) -> None:
    before = all_of(services)
    with pytest.raises(NotAllowed, match="Ask Administrator"):
        services.erase(20, "Why", actor, SECOND)
    assert all_of(services) == before


@pytest.mark.parametrize(
    "second", ["Ada Admin", "ADA  ADMIN", "admin ada", "Ádà Admin", "Аda Аdmin", "Ada\u200b Admin"]
)
def test_one_person_cannot_be_both(second: str, services: Services) -> None:
    with pytest.raises(NotAllowed, match="The second person must be another one than who erases"):
        services.erase(20, "Why", ADMIN, second)
    assert services.position == LAST + 4


@pytest.mark.parametrize(
    ("number", "told"),
    [(0, "there is no record 0"), (99, "there is no record 99. The last is 23"), (-1, "there is no record -1")],
)
def test_a_record_that_is_not_there_is_said(number: int, told: str, services: Services) -> None:
    with pytest.raises(NotSaved, match=f"Nothing was erased: {told}"):
        erase(services, number)


def test_where_there_is_nothing_to_erase_or_something_is_missing_nothing_is(services: Services, folder: Path) -> None:
    erase(services, 20)
    with pytest.raises(NotSaved, match="Nothing was erased: record 24 holds no words and no file"):
        erase(services, 24)
    with pytest.raises(NotSaved, match="Nothing was erased: record 20 holds no words and no file"):
        erase(services, 20)
    with pytest.raises(NotSaved, match="give the reason"):
        services.erase(21, "  ", ADMIN, SECOND)
    for nobody in ("", "  ", "\u200b"):
        with pytest.raises(NotSaved, match="name the second person"):
            services.erase(21, "Why", ADMIN, nobody)
    assert kinds(services)[LAST + 4 :] == [Kind.ERASED]


def test_the_command_line_erases_and_names_what_may_still_hold_it(services: Services, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    services.close()
    rebuild(folder / DATABASE, fixed_clock)
    (aside,) = folder.glob("*.set-aside")
    monkeypatch.setenv("KPI_DATA", str(folder / "data"))

    def asked(*more: str) -> tuple[int, str]:
        status = main(["--db", str(folder / DATABASE), "erase", "20", "--reason", "A name.", *more])
        return status, "".join(capsys.readouterr())

    assert asked("--second", "Ada Admin", "--by", "Ada Admin")[0] == 1
    assert asked("--second", SECOND, "--by", "Olu", "--role", "Performance officer")[0] == 1
    status, out = asked("--second", SECOND, "--by", "Ada Admin")
    assert status == 0
    assert "The words of record 20 are erased, as record 24 says. Backups made before still hold them." in out
    assert f"So may what was set aside: {aside.name}." in out
    aside.unlink()
    for number in ("21", "22", "23"):
        assert (
            main(["--db", str(folder / DATABASE), "erase", number, "--reason", "A", "--second", SECOND, "--by", "Ada"])
            == 0
        )
    assert holding(folder) == []


# --- while others read, and where it cannot be finished -----------------------------------------------------------


def test_who_reads_meanwhile_is_answered_and_sees_it_no_more(services: Services) -> None:
    over, wrong = threading.Event(), []

    def read() -> None:
        while not over.is_set():
            try:
                services.scorecard(Q2)
                services.changes(LAST)
                services.indicator("A2", Q1)
            except KpiError as error:
                wrong.append(error)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for one in threads:
        one.start()
    for number in (20, 21, 22):
        erase(services, number)
    over.set()
    for one in threads:
        one.join()
    assert wrong == []
    assert PHRASE not in repr(services.scorecard(Q2))


def test_where_the_disk_is_full_it_is_said_and_finished_at_the_next_start(services: Services, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for number in (21, 22, 23):
        erase(services, number)
    with monkeypatch.context() as broken:
        broken.setattr("kpi_core.shell.storage.ledger.copy_of", full)
        with pytest.raises(NotSaved, match="It is recorded as record 27, but the words are not gone yet"):
            erase(services, 20)
    services.close()
    with opened(folder) as again:
        assert again.verify().problems == ()
        assert holding(folder) == []
    assert not list(folder.rglob("*.part"))


def test_where_the_second_copy_cannot_be_written_nothing_is_erased(services: Services, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(disk, "write_whole", full)
        with pytest.raises(KpiError):
            erase(services, 20)
    assert services.position == LAST + 4
    assert services.verify().problems == ()


def test_an_old_copy_of_the_database_put_back_loses_the_words_again(services: Services, folder: Path) -> None:
    services.close()
    old = (folder / DATABASE).read_bytes()
    with opened(folder) as again:
        for number in WAYS.values():
            erase(again, number)
    (folder / DATABASE).write_bytes(old)
    assert DATABASE in holding(folder)
    with opened(folder) as again:
        assert again.recovered.startswith("Records 24 to 27 the database lacked, and were added to it")
        assert again.verify().problems == ()
        assert PHRASE not in repr(again.changes())
        assert holding(folder) == []


def test_a_file_that_came_in_is_erased_with_its_words(services: Services, folder: Path) -> None:
    content = f'indicator,quarter,value,comment\nA3,Q1 2022-23,44,"{PHRASE} again"\n'.encode()
    publish(services, GivenFile(content, "again.csv"))
    number = services.position
    for each in (*WAYS.values(), number):
        erase(services, each)
    assert holding(folder) == []
