"""As it stood: figures, targets, register, reports and uploads at a position or on a day; what is confidential now is so at each."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kpi_core.__main__ import main
from kpi_core.errors import KpiError, UnknownChoice
from kpi_core.intake import Decision, GivenFile, TargetDecision
from kpi_core.shell.example import files
from kpi_core.shell.home import DATA
from kpi_core.shell.services import Services
from kpi_core.shell.storage import make_database
from kpi_core.showing import as_json

from ..conftest import csv_bytes, shared_file, write_files
from .ledgers import (
    ANN,
    HEAD,
    OFFICER,
    Q1,
    Q2,
    Q3,
    council,
    drafted,
    given,
    publish,
    row,
    tamper,
)


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def set(self, text: str) -> None:
        self.now = datetime.fromisoformat(text)


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2022, 11, 1, 9, 0))


@pytest.fixture
def services(tmp_path: Path, clock: Clock) -> Iterator[Services]:
    opened = Services.open(tmp_path / "kpi.duckdb", write_files(tmp_path / "data", council()), clock)
    yield opened
    opened.close()


def shown(services: Services, when: str = "", code: str = "A1", quarter: str = Q2) -> str:
    return services.scorecard(quarter, when=when).row(code).display


def targets(services: Services, *rows: dict[str, str]) -> None:
    file = given(*rows, name="targets.csv")
    preview = services.uploads.preview(file)
    decided = TargetDecision(decided_by="Committee", decided_on=None, paper="Minutes, 17 November", reason="It is met.")
    services.uploads.publish(preview, Decision(OFFICER.name, "It is met.", None, targets=decided))


# --- which moment -------------------------------------------------------------------------------------------------


def test_a_record_s_number_is_the_position_after_it(services: Services) -> None:
    for value in ("72", "73", "74"):
        publish(services, given(row("A1", value)))
    assert [shown(services, str(number)) for number in (1, 2, 3, 4)] == ["71.5%", "72% [r]", "73% [r]", "74% [r]"]
    assert shown(services) == shown(services, "4") == "74% [r]"
    assert services.scorecard(Q2, when="2").moment == "As it stood at record 2 of 4, 1 November 2022"
    assert services.scorecard(Q2).moment == ""
    assert services.indicator("A1", Q2, when="2").moment == "As it stood at record 2 of 4, 1 November 2022"


def test_beside_a_record_s_number_stands_its_day_in_london(services: Services, clock: Clock) -> None:
    clock.set("2023-07-01T22:59:59")
    publish(services, given(row("A1", "72")))
    clock.set("2023-07-01T23:00:00")
    publish(services, given(row("A1", "73")))
    assert [services.moment(text).words for text in ("1", "2", " 03 ")] == [
        "As it stood at record 1 of 3, 1 November 2022",
        "As it stood at record 2 of 3, 1 July 2023",
        "As it stood at record 3 of 3, 2 July 2023",
    ]


def test_first_is_each_figure_as_it_was_first_recorded_here(services: Services) -> None:
    publish(services, given(row("A1", "72")))
    publish(services, given(row("A2", "61"), row("A3", "50")))
    publish(services, given(row("A1", "73"), row("A2", "62")))
    card = services.scorecard(Q2, when="first")
    assert [card.row(code).display for code in ("A1", "A2", "A3")] == ["71.5%", "61%", "50%"]
    assert (card.as_first_recorded, card.moment) == (True, "As first recorded here")
    assert shown(services, "FIRST ") == "71.5%"


DAYS = [
    # in winter London is on UTC
    ("2022-11-22T23:59:59", "2022-11-22", True), ("2022-11-23T00:00:00", "2022-11-22", False),
    ("2022-11-23T00:00:00", "2022-11-23", True), ("2022-11-22T00:00:00", "2022-11-21", False),
    # in summer it is an hour ahead
    ("2023-07-01T22:59:59", "2023-07-01", True), ("2023-07-01T23:00:00", "2023-07-01", False),
    ("2023-07-01T23:00:00", "2023-07-02", True), ("2023-07-01T23:30:00", "2023-07-01", False),
    # the clocks go forward on 26 March 2023, and back on 29 October 2023
    ("2023-03-25T23:59:59", "2023-03-25", True), ("2023-03-26T22:59:59", "2023-03-26", True),
    ("2023-03-26T23:00:00", "2023-03-26", False), ("2023-10-28T23:30:00", "2023-10-28", False),
    ("2023-10-29T23:30:00", "2023-10-29", True),
]  # fmt: skip


@pytest.mark.parametrize(("at", "day", "seen"), DAYS, ids=[f"{at} on {day}" for at, day, _ in DAYS])
def test_a_day_means_its_end_in_london(at: str, day: str, seen: bool, services: Services, clock: Clock) -> None:
    clock.set(at)
    publish(services, given(row("A1", "72")))
    clock.set("2024-06-01T09:00:00")
    publish(services, given(row("A1", "73")))
    assert shown(services, day) == ("72% [r]" if seen else "71.5%")


@pytest.mark.parametrize("text", ["2022-11-22", "22 November 2022", "22 Nov 2022", "22/11/2022", " 2022-11-22 "])
def test_a_day_can_be_written_in_several_ways(text: str, services: Services, clock: Clock) -> None:
    clock.set("2022-11-22T12:00:00")
    publish(services, given(row("A1", "72")))
    clock.set("2022-11-23T12:00:00")
    publish(services, given(row("A1", "73")))
    assert shown(services, text) == "72% [r]"
    assert services.scorecard(Q2, when=text).moment == "As it stood on 22 November 2022"


def test_before_the_first_record_it_says_when_records_begin(services: Services) -> None:
    with pytest.raises(
        KpiError, match=r"Records here begin on 1 November 2022: nothing can be shown as it stood on 2022-10-31\."
    ):
        services.scorecard(Q2, when="2022-10-31")
    assert shown(services, "2022-11-01") == "71.5%"
    with pytest.raises(KpiError, match=r"31 December 2099 has not come yet: choose a day up to today\."):
        services.scorecard(Q2, when="2099-12-31")


@pytest.mark.parametrize(
    "written", ["yesterday", "", "2022-11-20T09:00:00+00:00", "0001-01-01T00:00:00", "2022-11-20T25:00:00"]
)
def test_a_time_that_somebody_made_unreadable_stops_only_the_days_that_it_leaves_open(
    written: str, tmp_path: Path, services: Services, clock: Clock
) -> None:
    for day in ("2022-11-10", "2022-11-20", "2022-11-25"):
        clock.set(f"{day}T09:00:00")
        publish(services, given(row("A1", day[-2:])))
    services.close()
    tamper(tmp_path, f"update event set happened_at = '{written}' where number = 3")
    with contextlib.closing(Services.open(tmp_path / "kpi.duckdb", tmp_path / "data", clock)) as opened:
        assert [shown(opened, day) for day in ("2022-11-09", "2022-11-25")] == ["71.5%", "25% [r]"]
        for day in ("2022-11-10", "2022-11-24"):
            with pytest.raises(KpiError) as refused:
                opened.scorecard(Q2, when=day)
            assert str(refused.value) == (
                f"What stood on {int(day[-2:])} November 2022 cannot be said: the time of record 3 is not as it was written. "
                "Ask for a record by its number instead."
            )
        assert [opened.moment(number).words for number in ("2", "3")] == [
            "As it stood at record 2 of 4, 10 November 2022",
            "As it stood at record 3 of 4",
        ]
        assert any("Record 3 in kpi.duckdb" in one for one in opened.verify().problems)


def test_where_the_first_record_was_taken_out_a_day_before_the_next_is_before_records_begin(
    tmp_path: Path, services: Services, clock: Clock
) -> None:
    clock.set("2022-11-10T09:00:00")
    publish(services, given(row("A1", "72")))
    services.close()
    tamper(tmp_path, "delete from event where number = 1")
    with (
        contextlib.closing(Services.open(tmp_path / "kpi.duckdb", tmp_path / "data", clock)) as opened,
        pytest.raises(KpiError, match="Records here begin on 10 November 2022: "),
    ):
        opened.moment("2022-11-09")


@pytest.mark.parametrize(
    "text", ["0", "2", "99", "-1", "1.5", "yesterday", "2022-13-01", "2022-02-30", "last", "١", "1 1"]
)
def test_text_that_is_no_moment_is_refused_with_what_is(text: str, services: Services) -> None:
    with pytest.raises(UnknownChoice, match="a record's number, 1 to 1"):
        services.scorecard(Q2, when=text)


def test_the_command_line_answers_as_at_and_refuses_what_is_no_moment(tmp_path: Path, services: Services, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    publish(services, given(row("A1", "72")))
    services.close()
    monkeypatch.setenv("KPI_DATA", str(tmp_path / "data"))

    def asked(*command: str) -> tuple[int, str]:
        status = main(["--db", str(tmp_path / "kpi.duckdb"), *command])
        return status, "".join(capsys.readouterr())

    for command in (
        ("scorecard", "--quarter", Q2),
        ("indicator", "A1", "--quarter", Q2),
        ("exceptions", "--quarter", Q2),
    ):
        status, out = asked(*command, "--as-at", "1", "--json")
        assert status == 0
        assert '"As it stood at record 1 of 2, 1 November 2022"' in out
    assert "71.5" in asked("scorecard", "--quarter", Q2, "--as-at", "1")[1]
    assert "72% [r]" in asked("scorecard", "--quarter", Q2, "--as-at", "2")[1]
    assert "As it stood at record 1 of 2, 1 November 2022." in asked("scorecard", "--quarter", Q2, "--as-at", "1")[1]
    assert '"uploads": []' in asked("uploads", "--as-at", "1", "--json")[1]
    status, out = asked("scorecard", "--as-at", "some day")
    assert (status, out.count("\n"), "Traceback" in out) == (2, 1, False)


# --- what stood then ----------------------------------------------------------------------------------------------


def test_targets_and_register_entries_are_those_that_stood(services: Services) -> None:
    targets(services, {"indicator": "A1", "from_quarter": Q2, "value": "70", "corrects": "yes"})
    entry = {"code": "A1", "name": "Plans in five days", "category": "Care", "unit": "percent", "decimals": "1", "polarity": "high",
             "from_quarter": Q2, "corrects": "yes", "reason": "Redefined.", "areas": "X Y"}  # fmt: skip
    publish(services, given(entry, name="register.csv"))
    rated = [services.scorecard(Q2, when=str(number)).row("A1") for number in (1, 2, 3)]
    assert [str(one.rated.rating.words) for one in rated] == ["Red", "Green", "Green"]
    assert [one.target.value for one in rated if one.target] == [Decimal(75), Decimal(70), Decimal(70)]
    assert [one.indicator.name for one in rated] == ["Measure A1", "Measure A1", "Plans in five days"]
    assert services.scorecard(Q1).row("A1").indicator.name == "Measure A1", "an earlier quarter keeps its words"
    assert services.indicator("A1", Q2, when="1").entries[-1].name == "Measure A1"


def test_first_is_judged_by_the_target_and_in_the_words_that_stood_when_it_was_recorded(services: Services) -> None:
    targets(services, {"indicator": "A1", "from_quarter": Q2, "value": "70", "corrects": "yes"})
    publish(services, given(row("A1", "72")))
    assert services.scorecard(Q2).row("A1").rated.rating.words == "Green"
    first = services.scorecard(Q2, when="first").row("A1")
    assert (first.display, first.rated.rating.words) == ("71.5%", "Red")


def test_reports_actions_concerns_and_uploads_are_those_that_stood(services: Services) -> None:
    draft = drafted(services, Q2)
    handed_in = services.reports.submit("A1", Q2, draft.version, ANN)
    services.reports.approve("A1", Q2, handed_in.version, HEAD)
    services.reports.close_action("A1", Q2, 1, "Done.", ANN)
    services.reports.mark_concern("A2", Q2, "It falls.", ANN)
    services.reports.lift_concern("A2", Q2, ANN)
    publish(services, given(row("A3", "50")))
    services.uploads.withdraw(1, "Wrong.", OFFICER.name)
    states = [
        services.exceptions(Q2, when=str(number)).scorecard.row("A1").exception.state.value for number in range(1, 10)
    ]
    assert states == ["missing", "missing", "draft", "submitted", *["approved"] * 5]
    marked = [bool(services.scorecard(Q2, when=str(number)).concerns) for number in range(6, 10)]
    assert marked == [False, True, False, False]
    open_then = [len(services.exceptions(Q3, when=str(number)).completeness.unfinished) for number in (5, 6)]
    assert open_then == [1, 0]
    assert [len(services.uploads.history(str(number))) for number in (8, 9, 10)] == [0, 1, 1]
    assert services.uploads.history("9")[0].withdrawn_at is None
    assert services.uploads.history("10")[0].withdrawn_at is not None
    assert [shown(services, str(number), "A3") for number in (8, 9, 10)] == ["not reported", "50%", "not reported"]


def test_a_view_of_the_past_stays_as_it_is_whatever_comes_later(services: Services) -> None:
    publish(services, given(row("A1", "72")))

    def then() -> Any:
        card = services.scorecard(Q2, when="2022-11-01")
        said = as_json.scorecard_json(card, card)
        return json.dumps({name: value for name, value in said.items() if name != "moment"}, default=str)

    before = then()
    services.clock.set("2022-11-02T09:00:00")  # type: ignore[attr-defined]
    publish(services, given(row("A1", "73"), row("A2", "61")))
    targets(services, {"indicator": "A1", "from_quarter": Q2, "value": "70", "corrects": "yes"})
    services.uploads.withdraw(1, "Wrong.", OFFICER.name)
    services.reports.mark_concern("A2", Q2, "It falls.", ANN)
    assert then() == before


# --- what is confidential now -------------------------------------------------------------------------------------


def test_a_figure_suppressed_later_is_so_at_every_position_and_the_page_says_so(services: Services) -> None:
    publish(services, given(row("A1", "72")))
    publish(services, given(row("A1", "c")))
    for when in ("", "1", "2", "3", "first", "2022-11-01"):
        assert shown(services, when) == "[c]", when
        assert services.indicator("A1", Q2, when=when).row.display == "[c]"
    assert services.scorecard(Q2, when="1").now_confidential == 1
    assert services.scorecard(Q2).now_confidential == 0


def test_neither_a_comparison_nor_the_history_gives_it_back(services: Services) -> None:
    publish(services, given(row("A1", "72.3", comment="It was 72.3.")))
    publish(services, given(row("A1", "c")))
    for when in ("", "1", "2", "first"):
        for quarter in (Q1, Q2, Q3):
            card = services.scorecard(quarter, when=when)
            said = json.dumps(
                [
                    as_json.scorecard_json(card, card),
                    as_json.indicator_json(services.indicator("A1", quarter, when=when)),
                ],
                default=str,
            )
            for value in ("71.5", "72.3"):
                assert value not in said, (when, quarter)
            if quarter == Q3:
                for lost in ("0.5", "-0.3"):
                    assert f"{lost} percentage" not in said, "the change since the quarter before"


def test_nor_does_what_the_papers_say_of_it_where_they_disagree(tmp_path: Path, clock: Clock) -> None:
    said = {
        "indicator": "A1",
        "quarter": Q2,
        "source": "Report",
        "sentence": "The report gives 71.5% and the form 64%.",
    }
    rows = [
        said | {"subject": "outturn", "value": "64"},
        said | {"subject": "narrative", "resolution": "It is 71.5%.", "resolved_on": "2022-11-01"},
    ]
    folder = write_files(tmp_path / "data", council() | {"conflicts.csv": csv_bytes(rows)})
    with closing(Services.open(tmp_path / "kpi.duckdb", folder, clock)) as services:
        assert "64%" in services.scorecard(Q2).row("A1").conflict
        publish(services, given(row("A1", "c")))
        for when in ("", "1", "2", "first"):
            card = services.scorecard(Q2, when=when)
            view, paper = services.indicator("A1", Q2, when=when), services.paper(Q2, when=when)
            shown = [as_json.scorecard_json(card, card), as_json.indicator_json(view), paper, services.about(when=when)]
            assert not [value for value in ("64%", "'64'", "71.5") if value in repr(shown)], when
            assert [bool(one.resolution) for one in view.conflicts] == [False, True]
            assert all("the figure is confidential" in one.sentence for one in view.conflicts)


def test_a_suppression_that_was_withdrawn_shows_the_figure_again(services: Services) -> None:
    publish(services, given(row("A1", "c")))
    services.uploads.withdraw(1, "Wrong.", OFFICER.name)
    assert [shown(services, when) for when in ("1", "2", "3", "")] == ["71.5%", "[c]", "71.5%", "71.5%"]


# --- the faults of November 2026 ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def meetings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The example council, with what three meetings saw published one after another, and then suppressed."""
    folder, now = tmp_path_factory.mktemp("meetings"), datetime(2026, 1, 12, 9, 0)
    make_database(folder / "example.duckdb", files(2022), lambda: now)
    opened = Services.open(folder / "example.duckdb", clock=lambda: now)
    for number in (1, 2, 3):
        content = shared_file("reference", "integrity", f"meeting-{number}.csv").read_bytes()
        publish(opened, GivenFile(content, f"meeting-{number}.csv"))
    yield opened
    opened.close()


def test_what_each_meeting_saw_can_be_seen_again_and_once_suppressed_at_none(meetings: Services) -> None:
    quarter = "Q3 2025-26"
    assert [shown(meetings, when, "EX01", quarter).split("%")[0] for when in ("2", "3", "4", "")] == [
        "91.0",
        "92.0",
        "93.0",
        "93.0",
    ]
    assert shown(meetings, "first", "EX01", quarter).startswith("91.0")
    assert shown(meetings, "1", "EX01", quarter) == "not reported"
    publish(meetings, given(row("EX01", "c", quarter), name="hidden.csv"))
    assert [shown(meetings, when, "EX01", quarter) for when in ("2", "3", "4", "5", "first", "")] == ["[c]"] * 6
    assert meetings.scorecard(quarter, when="3").now_confidential == 1
    assert shown(meetings, "1", "EX01", quarter) == "not reported"

    def told(*moments: str) -> str:
        return json.dumps([as_json.indicator_json(meetings.indicator("EX01", quarter, when=when)) for when in moments])

    for value in ("91.0", "92.0", "93.0"):
        assert told("3").count(f'"{value}"') == told("1").count(f'"{value}"'), (
            "no more often than before it was published"
        )
        assert told("first", "2").count(f'"{value}"') == 2 * told("1").count(f'"{value}"')


@pytest.fixture(scope="module")
def withdrawn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The bundled council, with a figure of the past replaced by ``[c]``."""
    opened = Services.open(
        tmp_path_factory.mktemp("withdrawn") / "kpi.duckdb", DATA, lambda: datetime(2022, 11, 22, 9, 30)
    )
    content = shared_file("reference", "integrity", "withdrawn-figure.csv").read_bytes()
    publish(opened, GivenFile(content, "withdrawn-figure.csv"), "It could identify a child.")
    yield opened
    opened.close()


FORMER = "29.5"


def everything_drawn(services: Services, when: str) -> Iterator[tuple[str, str]]:
    """Every rendering of the quarter, as text, by what it is."""
    from kpi_core.shell.export import csv_file, word_file
    from kpi_core.showing import Circumstances, scorecard_table

    card = services.scorecard(Q1, when=when)
    view = services.indicator("FD02", Q1, when=when)
    yield "the scorecard", repr(card.row("FD02"))
    yield "the scorecard's JSON", json.dumps(as_json.scorecard_json(card, card), default=str)
    yield "the indicator", repr(view)
    yield "the indicator's JSON", json.dumps(as_json.indicator_json(view), default=str)
    yield "the quarter after", repr(services.scorecard(Q2, when=when).row("FD02"))
    paper = services.paper(Q1, when=when)
    yield "the paper", repr(paper)
    with zipfile.ZipFile(io.BytesIO(word_file.render(paper))) as archive:
        yield "Word", archive.read("word/document.xml").decode()
    made = Circumstances(*services.council(), services.clock(), card.moment)
    table = scorecard_table(card, made)
    yield "CSV", csv_file.render(table).decode("utf-8-sig")
    assert next(csv.reader(io.StringIO(csv_file.render(table).decode("utf-8-sig"))))


@pytest.mark.parametrize("when", ["", "1", "2", "first"])
def test_a_figure_withdrawn_for_disclosure_is_nowhere_but_in_the_officers_history(
    when: str, withdrawn: Services
) -> None:
    for what, text in everything_drawn(withdrawn, when):
        assert FORMER not in text, what
    assert shown(withdrawn, when, "FD02", Q1) == "[c]"
    (effect,) = withdrawn.uploads.one(1).taken_back
    assert FORMER in repr(effect), "an officer is told what withdrawing it would bring back"
