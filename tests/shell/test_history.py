"""Withdrawing: what stood before stands again, nothing of another upload is touched, and all of it is history."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kpi_core.errors import NotPublished, NotWithdrawn
from kpi_core.intake import ColumnMapping, Decision, GivenFile
from kpi_core.shell.services import Services

from ..conftest import NOW, csv_bytes, in_memory, indicator, register
from .ledgers import given as file_of
from .ledgers import row
from .uploading import Q1, Q2, all_held, council, entries, happened, publish, rows_of, shows, stands

# --- one after another, against a simple model --------------------------------------------------------------------

KEYS = (("A1", Q1), ("A1", Q2), ("A2", Q1))
Figure = tuple[str, bool]
"""A value, and whether it is provisional."""


@dataclass
class Model:
    """What should stand, told from the list of uploads alone."""

    bundled: dict[tuple[str, str], Figure] = field(
        default_factory=lambda: {("A1", Q1): ("70", False), ("A2", Q1): ("60", True)}
    )
    uploads: list[tuple[bytes, dict[tuple[str, str], Figure]]] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)

    def chain(self, key: tuple[str, str]) -> list[tuple[int, Figure]]:
        """Who gave what that stands, oldest first."""
        given = [(0, self.bundled), *((n, figures) for n, (_, figures) in enumerate(self.uploads, 1))]
        return [(n, figures[key]) for n, figures in given if key in figures and n not in self.gone]

    def told(self, key: tuple[str, str]) -> tuple[str, bool, str | None] | None:
        """The figure that stands, whether it is provisional, and the one it revised if any."""
        figures = [figure for _, figure in self.chain(key)]
        if not figures:
            return None
        former = None
        for (was, provisional), now in pairwise(figures):
            if now[0] != was or (now[1] and not provisional):
                former = was
        return *figures[-1], former


@contextmanager
def held() -> Iterator[Services]:
    """The small council in memory."""
    services = in_memory(council())
    try:
        yield services
    finally:
        services.close()


def told(services: Services) -> dict[tuple[str, str], tuple[str, bool, str | None] | None]:
    """What ``Model.told`` should say, for every figure."""
    found = {}
    for when in (Q1, Q2):
        for one in services.scorecard(when).rows:
            key, observation = (one.indicator.code, when), one.observation
            if observation is not None and key in KEYS:
                former = observation.former
                assert (former is None) is not observation.revised
                found[key] = str(observation.value), observation.provisional, None if former is None else str(former)
    return {key: found.get(key) for key in KEYS}


def content(figures: dict[tuple[str, str], Figure]) -> bytes:
    return csv_bytes(
        [
            row(code, value, when, status="provisional" if soft else "final")
            for (code, when), (value, soft) in figures.items()
        ]
    )


FIGURES = st.tuples(st.sampled_from(["70", "60", "61", "62"]), st.booleans())
FILES = st.dictionaries(st.sampled_from(KEYS), FIGURES, min_size=1)
STEPS = st.one_of(
    st.tuples(st.just("publish"), FILES, st.sampled_from(["Ann", "Bob", "Cy"])),
    st.tuples(st.just("withdraw"), st.integers(1, 6), st.sampled_from(["Ann", "Bob", "Cy"])),
)


def do(services: Services, model: Model, what: str, detail: Any, by: str) -> None:
    if what == "publish":
        do_publish(services, model, content(detail), detail, by)
    elif detail <= len(model.uploads) and detail not in model.gone:
        do_withdraw(services, model, detail, by)
    else:
        with pytest.raises(NotWithdrawn):
            services.uploads.withdraw(detail, "Wrong.", by)


def do_publish(
    services: Services, model: Model, given_bytes: bytes, figures: dict[tuple[str, str], Figure], by: str
) -> None:
    file = GivenFile(given_bytes, f"{by}.csv")
    if any(held == given_bytes for n, (held, _) in enumerate(model.uploads, 1) if n not in model.gone):
        with pytest.raises(NotPublished):
            publish(services, file, by)
        return
    rows = rows_of(services, "figure")
    upload = publish(services, file, by)
    model.uploads.append((given_bytes, figures))
    assert (upload.id, upload.published_by) == (len(model.uploads), by)
    assert rows_of(services, "figure", f"given_by <> {services.position}") == rows
    assert sum(upload.counts) == len(figures)


def do_withdraw(services: Services, model: Model, number: int, by: str) -> None:
    rows = rows_of(services, "figure")
    others = [one for one in services.uploads.history() if one.id != number]
    expected = services.uploads.one(number)
    for effect in expected.taken_back:
        *_, last = model.chain((effect.given.indicator, effect.given.quarter.text))
        assert last[0] == number
    for effect in expected.left_standing:
        chain = model.chain((effect.given.indicator, effect.given.quarter.text))
        assert effect.later is not None
        assert chain[-1] == (effect.later.upload, (str(effect.later.figure), effect.later.provisional))
        assert chain[-1][0] > number
    assert len(expected.taken_back) + len(expected.left_standing) == len(model.uploads[number - 1][1])
    done = services.uploads.withdraw(number, "Wrong.", by)
    model.gone.add(number)
    assert (done.taken_back, done.left_standing) == (expected.taken_back, expected.left_standing)
    assert (done.upload.withdrawn_by, done.upload.withdrawn_reason) == (by, "Wrong.")
    for effect in done.taken_back:
        chain = model.chain((effect.given.indicator, effect.given.quarter.text))
        before = None if effect.before is None else (effect.before.upload, str(effect.before.figure))
        assert before == ((chain[-1][0], chain[-1][1][0]) if chain else None)
    assert services.uploads.one(number) == done
    assert rows_of(services, "figure") == rows
    assert [one for one in services.uploads.history() if one.id != number] == others


@settings(max_examples=25)
@given(st.lists(STEPS, min_size=2, max_size=8))
@example([("publish", {KEYS[0]: ("61", False)}, "Ann"), ("publish", {KEYS[0]: ("61", False), KEYS[1]: ("1", False)}, "Bob"),
          ("withdraw", 1, "Cy"), ("withdraw", 2, "Cy")])  # fmt: skip
@example([("publish", {KEYS[1]: ("61", True)}, "Ann"), ("publish", {KEYS[1]: ("62", False)}, "Bob"), ("withdraw", 1, "Bob"),
          ("publish", {KEYS[1]: ("61", True)}, "Cy"), ("withdraw", 2, "Ann")])  # fmt: skip
def test_after_any_publications_and_withdrawals_what_stands_is_what_the_model_says(steps: list[Any]) -> None:
    model = Model()
    with held() as services:
        for what, detail, by in steps:
            do(services, model, what, detail, by)
            assert told(services) == {key: model.told(key) for key in KEYS}
            assert [one.withdrawn_at is not None for one in services.uploads.history()] == [
                number in model.gone for number in range(len(model.uploads), 0, -1)
            ]
        assert services.position == 1 + len(model.uploads) + len(model.gone)


CHAIN: tuple[dict[tuple[str, str], Figure], ...] = (
    {("A1", Q2): ("60", True)},
    {("A1", Q2): ("60", False), ("A2", Q1): ("60", False)},
    {("A1", Q2): ("62", False)},
    {("A1", Q2): ("62", False), ("A1", Q1): ("71", False)},
)
"""New and provisional, then confirmed, then revised, then the same again."""


@pytest.mark.parametrize("count", [2, 3, 4])
def test_a_chain_of_new_confirmed_revised_and_same_is_withdrawn_in_every_order(count: int) -> None:
    model = Model()
    with held() as services:
        untouched = [services.scorecard(when) for when in (Q1, Q2)]
        for order in permutations(range(1, count + 1)):
            before = len(model.uploads)
            for figures in CHAIN[:count]:
                do_publish(services, model, content(figures), figures, "Ann")
            for number in order:
                do_withdraw(services, model, before + number, "Bob")
                assert told(services) == {key: model.told(key) for key in KEYS}, order
            assert [services.scorecard(when) for when in (Q1, Q2)] == untouched


def test_a_figure_given_again_stays_revised_when_the_upload_that_revised_it_is_withdrawn(explorer: Services) -> None:
    publish(explorer, file_of(row("A1", "72", Q1)), reason="Late returns.")
    publish(explorer, file_of(row("A1", "72", Q1), row("A3", "50"), name="whole.csv"), reason="")
    done = explorer.uploads.withdraw(1, "Wrong file.", "Ann")
    assert [effect.left_standing for effect in done.left_standing] == ["upload 2 gave the same figure later"]
    observation = stands(explorer, "A1", Q1)
    assert observation is not None
    assert (str(observation.value), str(observation.former)) == ("72", "70")
    assert observation.revision_reason == "given by whole.csv (upload 2), after what it repeats was withdrawn"
    assert shows(explorer, "A1", Q1) == "72% [r]"
    assert shows(explorer, "A1", Q1, first=True) == "70%"


def test_a_revision_whose_first_figure_is_withdrawn_revises_nothing_that_stands(explorer: Services) -> None:
    publish(explorer, file_of(row("A1", "71")))
    publish(explorer, file_of(row("A1", "73")))
    assert shows(explorer, "A1") == "73% [r]"
    explorer.uploads.withdraw(1, "Wrong file.", "Ann")
    assert shows(explorer, "A1") == "73%"
    assert shows(explorer, "A1", first=True) == "73%"


# --- what cannot be withdrawn -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "reason", "by", "told"),
    [
        (2, "Wrong.", "Ann", "There is no upload 2"),
        (0, "Wrong.", "Ann", "There is no upload 0"),
        (-1, "Wrong.", "Ann", "There is no upload -1"),
        (1, "", "Ann", "give the reason"),
        (1, " \n\t", "Ann", "give the reason"),
        (1, "Wrong.", "  ", "say who withdraws it"),
    ],
)
def test_nothing_is_withdrawn_without_an_upload_a_reason_and_a_name(
    number: int, reason: str, by: str, told: str, explorer: Services, tmp_path: Path
) -> None:
    publish(explorer, file_of(row("A1", "71")))
    before = all_held(explorer), happened(tmp_path / "kpi.duckdb")
    with pytest.raises(NotWithdrawn, match=told):
        explorer.uploads.withdraw(number, reason, by)
    assert (all_held(explorer), happened(tmp_path / "kpi.duckdb")) == before


def test_an_upload_is_withdrawn_once(explorer: Services, tmp_path: Path) -> None:
    publish(explorer, file_of(row("A1", "71")))
    explorer.uploads.withdraw(1, "Wrong.", "Ann")
    before = all_held(explorer)
    with pytest.raises(NotWithdrawn, match="Upload 1 was withdrawn already, on 22 November 2022"):
        explorer.uploads.withdraw(1, "Still wrong.", "Bob")
    assert all_held(explorer) == before
    assert happened(tmp_path / "kpi.duckdb") == [("published", 1), ("withdrawn", 1)]


def test_the_same_bytes_may_be_published_again_after_they_were_withdrawn(explorer: Services, tmp_path: Path) -> None:
    file = file_of(row("A1", "71"))
    publish(explorer, file)
    explorer.uploads.withdraw(1, "Too early.", "Ann")
    assert shows(explorer, "A1") == "not reported"
    upload = publish(explorer, file, reason="")
    assert (upload.id, upload.counts) == (2, (1, 0, 0, 0))
    assert shows(explorer, "A1") == "71%"
    assert [(one.id, one.withdrawn_reason) for one in explorer.uploads.history()] == [(2, ""), (1, "Too early.")]
    assert happened(tmp_path / "kpi.duckdb") == [("published", 1), ("withdrawn", 1), ("published", 2)]
    assert explorer.verify().problems == ()


def test_a_withdrawal_touches_no_other_officers_figures(explorer: Services) -> None:
    publish(explorer, file_of(row("A1", "71"), row("A3", "50")), "Ann")
    publish(explorer, file_of(row("A2", "61"), row("A3", "52")), "Bob")
    publish(explorer, file_of(row("A1", "44", area="Y")), "Cy")
    done = explorer.uploads.withdraw(1, "Wrong.", "Ann")
    assert [one.given.indicator for one in done.taken_back] == ["A1"]
    assert [(one.given.indicator, one.left_standing) for one in done.left_standing] == [
        ("A3", "upload 2 revised it later")
    ]
    assert [shows(explorer, code) for code in ("A1", "A2", "A3")] == ["not reported", "61%", "52%"]
    there = stands(explorer, "A1", Q2, "Y")
    assert there is not None
    assert str(there.value) == "44"


# --- the register and targets -------------------------------------------------------------------------------------


def new_indicator(code: str = "B1", **cells: str) -> GivenFile:
    return entries("register.csv", register(code, decimals="0", areas="X") | cells)


def target_of(services: Services, code: str, when: str = Q2) -> str | None:
    (found,) = [one for one in services.scorecard(when).rows if one.indicator.code == code]
    return None if found.target is None else f"{found.target.value:f}"


def test_withdrawing_a_register_upload_restores_the_entry_that_stood(explorer: Services) -> None:
    before = explorer.scorecard(Q2)
    publish(explorer, entries("register.csv", register("A1", decimals="1", areas="X Y", name="Another name")))
    publish(explorer, new_indicator("B1"))
    assert [one.indicator.name for one in explorer.scorecard(Q2).rows] == [
        "Another name", "Measure A2", "Measure A3", "Measure B1"]  # fmt: skip
    explorer.uploads.withdraw(1, "Wrong.", "Ann")
    explorer.uploads.withdraw(2, "Wrong.", "Ann")
    assert explorer.scorecard(Q2) == before


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_withdrawing_targets_restores_the_target_that_stood(order: tuple[int, int], explorer: Services) -> None:
    def target(value: str) -> GivenFile:
        cells = {"indicator": "A1", "from_quarter": Q2, "value": value, "decided_by": "Board", "source": "Minutes"}
        return entries("targets.csv", cells)

    assert target_of(explorer, "A1") == "75"
    publish(explorer, target("80"))
    publish(explorer, target("82"))
    assert target_of(explorer, "A1") == "82"
    explorer.uploads.withdraw(order[0], "Wrong.", "Ann")
    assert target_of(explorer, "A1") == {1: "82", 2: "80"}[order[0]]
    explorer.uploads.withdraw(order[1], "Wrong.", "Ann")
    assert (target_of(explorer, "A1"), target_of(explorer, "A1", Q1)) == ("75", "75")


def needs_target(code: str) -> GivenFile:
    return entries("targets.csv", {"indicator": code, "from_quarter": Q2, "value": "80"})


@pytest.mark.parametrize(
    ("later", "told"),
    [
        (file_of(row("B1", "50")), "it added “Measure B1”, which figures of upload 2 need"),
        (needs_target("B1"), "it added “Measure B1”, which targets of upload 2 need"),
        (
            new_indicator("B1", areas="X Y"),
            "it put “Measure B1” on a scorecard, which register entries of upload 2 need",
        ),
    ],
    ids=["figures", "targets", "listed in another area"],
)
def test_a_register_upload_that_later_ones_need_is_left_until_they_are_withdrawn(
    later: GivenFile, told: str, explorer: Services
) -> None:
    publish(explorer, new_indicator("B1"))
    publish(explorer, later)
    before = all_held(explorer)
    with pytest.raises(NotWithdrawn) as refused:
        explorer.uploads.withdraw(1, "Wrong.", "Ann")
    assert str(refused.value).startswith(f"Upload 1 is left as it is: {told}. Withdraw what came later first")
    assert all_held(explorer) == before
    explorer.uploads.withdraw(2, "Wrong.", "Ann")
    explorer.uploads.withdraw(1, "Wrong.", "Ann")
    assert [one.indicator.code for one in explorer.scorecard(Q2).rows] == ["A1", "A2", "A3"]
    assert explorer.verify().problems == ()


def test_an_upload_that_put_an_indicator_on_a_scorecard_is_left_while_later_figures_show_there(
    explorer: Services,
) -> None:
    """The register's entry is another upload's by then; without the list the later figures would be on no page."""
    publish(explorer, new_indicator("B1"))
    publish(explorer, new_indicator("B1", name="Renamed"))
    publish(explorer, file_of(row("B1", "50")))
    with pytest.raises(NotWithdrawn, match=r"it put “.*” on a scorecard, which figures of upload 3 need"):
        explorer.uploads.withdraw(1, "Wrong.", "Ann")
    explorer.uploads.withdraw(3, "Wrong.", "Ann")
    with pytest.raises(NotWithdrawn, match="on a scorecard, which register entries of upload 2 need"):
        explorer.uploads.withdraw(1, "Wrong.", "Ann")


MAPPING = ColumnMapping(
    "measures",
    columns={"indicator": ("Measure",), "quarter": ("Period",), "value": ("Result",), "area": ("Place",)},
    areas_from_file=True,
    register=(indicator(code="M1", name="Mapped measure", decimals=0),),
)


def mapped(*rows: tuple[str, str, str, str]) -> GivenFile:
    headings = ("Measure", "Period", "Result", "Place")
    return GivenFile(csv_bytes([dict(zip(headings, one, strict=True)) for one in rows]), "extract.csv", MAPPING)


def test_a_mapped_upload_brings_its_indicator_and_area_and_takes_them_back(explorer: Services) -> None:
    before = explorer.areas(), explorer.scorecard(Q2, "X")
    publish(explorer, mapped(("M1", Q1, "40", "Z"), ("M1", Q2, "42", "Z"), ("A1", Q2, "71", "X")))
    assert explorer.areas() == {"X": "Exampleshire", "Y": "Otherton", "Z": "Z"}
    assert [one.display for one in explorer.scorecard(Q2, "Z").rows] == ["42%"]
    publish(explorer, mapped(("M1", Q2, "43", "Z")))
    with pytest.raises(NotWithdrawn, match="which figures of upload 2 need"):
        explorer.uploads.withdraw(1, "Wrong.", "Ann")
    explorer.uploads.withdraw(2, "Wrong.", "Ann")
    explorer.uploads.withdraw(1, "Wrong.", "Ann")
    assert (explorer.areas(), explorer.scorecard(Q2, "X")) == before
    assert explorer.verify().problems == ()


def test_a_figure_withdrawn_gives_back_the_counts_the_comment_and_the_note_that_stood(explorer: Services) -> None:
    publish(explorer, file_of(row("A1", "50", numerator="20", denominator="40", comment="As counted.")))
    before = stands(explorer, "A1")
    publish(explorer, file_of(row("A1", "51", comment="Another word.")))
    publish(explorer, file_of(row("A1", "c")))
    explorer.uploads.withdraw(3, "Wrong.", "Ann")
    explorer.uploads.withdraw(2, "Wrong.", "Ann")
    assert stands(explorer, "A1") == before
    assert before is not None
    assert (before.value, before.numerator, before.comment) == (Decimal(50), 20, "As counted.")


def test_history_lists_the_newest_first_with_who_withdrew_it_and_why(explorer: Services) -> None:
    publish(explorer, file_of(row("A1", "71"), name="one.csv"), "Ann")
    publish(explorer, file_of(row("A2", "61"), name="two.csv"), "Bob", "Settled.")
    explorer.uploads.withdraw(1, " Wrong. ", " Cy ")
    newest, oldest = explorer.uploads.history()
    assert (newest.file_name, newest.published_by, newest.withdrawn_at) == ("two.csv", "Bob", None)
    assert (oldest.file_name, oldest.withdrawn_at, oldest.withdrawn_by, oldest.withdrawn_reason) == (
        "one.csv", NOW, "Cy", "Wrong.")  # fmt: skip
    assert [(one.kind, one.by, one.what) for one in explorer.changes(since=1)] == [
        ("upload published", "Ann", "Published figures as upload 1, from one.csv: 1 new. Reason: Counted again."),
        ("upload published", "Bob", "Published figures as upload 2, from two.csv: 1 new. Reason: Settled."),
        ("upload withdrawn", "Cy", "Withdrew upload 1. Reason: Wrong."),
    ]
    with pytest.raises(NotWithdrawn, match="There is no upload 3"):
        explorer.uploads.one(3)


def test_what_an_upload_changed_can_be_seen_without_withdrawing_it(explorer: Services) -> None:
    publish(explorer, file_of(row("A1", "72", Q1), row("A3", "50")))
    before = all_held(explorer)
    one = explorer.uploads.one(1)
    assert [(e.given.indicator, str(e.given.figure), e.before and str(e.before.figure)) for e in one.taken_back] == [
        ("A1", "72", "70"), ("A3", "50", None)]  # fmt: skip
    assert all_held(explorer) == before


def test_a_decision_is_what_was_decided(explorer: Services) -> None:
    preview = explorer.uploads.preview(file_of(row("A1", "71")))
    upload = explorer.uploads.publish(preview, Decision("  Ann  ", "  why  ", None))
    assert (upload.published_by, upload.reason) == ("Ann", "why")
