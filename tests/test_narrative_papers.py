"""Whole papers that no rule was tuned on: what is found in them, that there is no false alarm, and that no text breaks the reading."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kpi_core.narrative import Checker, NarrativeFinding, Verdict, passages
from kpi_core.narrative.given import recorded

PAPERS = tomllib.loads((Path(__file__).parent / "narrative_papers.toml").read_text(encoding="utf-8"))["paper"]
ALARMS = {"contradicts": Verdict.CONTRADICTS, "ambiguous": Verdict.AMBIGUOUS, "disclosive": Verdict.DISCLOSIVE}
OTHERS = {"agrees": Verdict.AGREES, "cannot": Verdict.UNCHECKED}
VERDICTS = ALARMS | OTHERS


def checker(paper: dict[str, Any]) -> Checker:
    """A checker that knows a paper's register."""
    return Checker(recorded(paper["quarter"], paper["indicator"]))


CHECKERS = [checker(paper) for paper in PAPERS]
FOUND: dict[str, list[NarrativeFinding]] = {}


def read(reader: Checker, text: str) -> list[NarrativeFinding]:
    """What is found in a whole paper."""
    return reader.document(passages(enumerate(text.splitlines(), 1)))


def found_in(paper: dict[str, Any]) -> list[NarrativeFinding]:
    """What is found in one of the papers; it is read once."""
    if paper["title"] not in FOUND:
        FOUND[paper["title"]] = read(checker(paper), paper["text"])
    return FOUND[paper["title"]]


def says(finding: NarrativeFinding, entry: str) -> bool:
    """Whether a finding is the one that an entry describes: its sentence, what it says and the indicator it is said of."""
    words, piece, *code = (part.strip() for part in entry.split(" | "))
    told = f"{finding.text[finding.start : finding.end]} | {finding.stated} | {finding.message}".lower()
    return words in " ".join(finding.text.split()) and piece.lower() in told and code in ([], [finding.indicator])


BY_TITLE = pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper["title"])


@BY_TITLE
def test_a_paper_raises_no_false_alarm(paper: dict[str, Any]) -> None:
    false = []
    for name, verdict in ALARMS.items():
        expected = [*paper.get(name, []), *paper.get("not_yet", {}).get(name, [])]
        false += [
            f"{name}: {one.stated} ({one.indicator}) in “{' '.join(one.text.split())}”: {one.message}"
            for one in found_in(paper)
            if one.verdict is verdict and not any(says(one, entry) for entry in expected)
        ]
    assert not false, "\n".join(false)


@BY_TITLE
def test_what_was_found_in_a_paper_is_still_found(paper: dict[str, Any]) -> None:
    missed = [
        f"{name}: {entry}"
        for name, verdict in VERDICTS.items()
        for entry in paper.get(name, [])
        if not any(one.verdict is verdict and says(one, entry) for one in found_in(paper))
    ]
    assert not missed, "\n".join(missed)


@BY_TITLE
def test_what_is_found_by_now_is_no_longer_marked_as_missed(paper: dict[str, Any]) -> None:
    found = [
        f"{name}: {entry}"
        for name, entries in paper.get("not_yet", {}).items()
        for entry in entries
        if any(one.verdict is VERDICTS[name] and says(one, entry) for one in found_in(paper))
    ]
    assert not found, "move these out of not_yet:\n" + "\n".join(found)


# --- whatever is written, it is read ------------------------------------------------------------------------------

WORDS = sorted({word for paper in PAPERS for word in paper["text"].split()})
ODD = [
    *(
        "Rising",
        "Growing",
        "Improving",
        "target",
        "level",
        "tolerance",
        "respectively",
        "from",
        "to",
        "by",
        "not",
        "of",
    ),
    *(
        "(",
        ")",
        "((",
        "%",
        "%%",
        "£",
        "/",
        "–",
        "−3",
        "½",
        "²",
        "٣",
        "２５％",
        "…",
        "\u200b",
        "\u00a0",
        "\x00",
        "\u2028",
    ),
    *("Q", "Q0", "Q1", "Q1/", "1/0", "1,23,4", "0%", "1e9", "0.0000000001", "9" * 20, "2020-21", "01632", "84.5"),
]
PIECES = st.lists(st.sampled_from([*WORDS, *ODD, "\n", "\n\n"]), max_size=24).map(" ".join)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PIECES, st.sampled_from(range(len(CHECKERS))))
@example("Rising demand", 0)
@example("9" * 20, 0)
@example("", 0)
def test_no_text_breaks_the_reading(text: str, which: int) -> None:
    reader = CHECKERS[which]
    about = PAPERS[which]["indicator"][0]["code"]
    for findings in (reader.text(text), reader.text(text, about), read(reader, f"Text {text}")):
        assert all(0 <= one.start <= one.end <= len(one.text) for one in findings)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(range(len(PAPERS))),
    st.integers(0, 599),
    st.lists(st.tuples(st.integers(0, 59), st.sampled_from(ODD))),
)
def test_a_paper_with_its_words_changed_is_read(which: int, start: int, changes: list[tuple[int, str]]) -> None:
    words = PAPERS[which]["text"].split(" ")[start : start + 60]
    for place, word in changes:
        words[place % len(words)] = word
    CHECKERS[which].text(" ".join(words))


# What a table leaves behind when it comes out of a PDF.
@pytest.mark.parametrize(
    "row", ["84.5 71.0 68.2 76.4 79.9 81.2", "2020-21 2021-22 2022-23", "01632 960845 01632 960846"]
)
def test_a_row_of_figures_is_read_at_once(row: str) -> None:
    began = time.process_time()
    read(CHECKERS[0], row)
    assert time.process_time() - began < 0.1
