"""Whose figures a sentence speaks of: the council's own name is the whole of it, and any other council's is another place."""

from __future__ import annotations

import pytest

from kpi_core.narrative import Places, findings_in

SANDMOUTH = "Sandmouth Borough Council"
POOLE = "Bournemouth, Christchurch and Poole Council"
PLANS = {
    "code": "A1", "name": "Plans on time", "unit": "percent", "polarity": "high", "decimals": 1, "basis": "quarter",
    "target": "88", "figures": {"Q2 2022-23": "83.5", "Q1 2022-23": "70"},
}  # fmt: skip


def told(text: str, council: str) -> list[tuple[str, str]]:
    return [(one.verdict.value, one.stated) for one in findings_in(text, "Q2 2022-23", [PLANS], council)]


OWN = [
    (SANDMOUTH, "Plans on time in Sandmouth were {}."),
    (SANDMOUTH, "Sandmouth's plans on time stood at {}."),
    (SANDMOUTH, "Sandmouth’s performance on plans on time was {} in Q2."),
    (SANDMOUTH, "Plans on time in Sandmouth Borough Council were {}."),
    (SANDMOUTH, "In the Sandmouth Borough, plans on time were {}."),
    (SANDMOUTH, "Plans on time: the Sandmouth figure was {}."),
    ("London Borough of Sandmouth", "Plans on time in Sandmouth were {}."),
    ("Dorset Council", "In Dorset, plans on time were {}."),
    ("Dorset Council", "Plans on time in Dorset were {}."),
    ("North Yorkshire Council", "Plans on time in North Yorkshire were {}."),
    (POOLE, "Plans on time in Bournemouth, Christchurch and Poole were {}."),
    (POOLE, "Plans on time in Bournemouth Christchurch & Poole Council were {}."),
    ("", "Plans on time were {}."),
]
OTHERS = [
    (SANDMOUTH, "In Dorset, plans on time were {}."),
    (SANDMOUTH, "Plans on time were {} in Wiltshire."),
    (SANDMOUTH, "Dorset Council's plans on time stood at {}."),
    (SANDMOUTH, "In Northwick City Council plans on time were {}."),
    (SANDMOUTH, "In North Sandmouth, plans on time were {}."),
    (SANDMOUTH, "Plans on time in BCP were {}."),
    (SANDMOUTH, "In Bournemouth, Christchurch and Poole, plans on time were {}."),
    ("Dorset Council", "In Wiltshire, plans on time were {}."),
    ("Dorset Council", "In Sandmouth Borough Council, plans on time were {}."),
    ("Dorset Council", "In West Dorset, plans on time were {}."),
    ("York City Council", "In North Yorkshire, plans on time were {}."),
    (POOLE, "In Poole, plans on time were {}."),
    (POOLE, "Plans on time in Dorset were {}."),
]


@pytest.mark.parametrize(("council", "text"), OWN, ids=[text for _, text in OWN])
def test_the_councils_own_name_is_the_whole_council(council: str, text: str) -> None:
    assert told(text.format("83.5%"), council) == [("agrees", "83.5%")]
    assert told(text.format("85%"), council) == [("contradicts", "85%")]


@pytest.mark.parametrize(("council", "text"), OTHERS, ids=[f"{text} ({council})" for council, text in OTHERS])
def test_the_name_of_another_council_is_another_place(council: str, text: str) -> None:
    assert told(text.format("85%"), council) == []


@pytest.mark.parametrize(
    "text",
    [
        "The Children in Care Council met; plans on time were 85%.",
        "The Council's plans on time were 85%.",
        "Corporate Council priorities: plans on time were 85%.",
    ],
)
def test_a_council_that_is_of_no_place_is_no_other_place(text: str) -> None:
    assert told(text, SANDMOUTH) == [("contradicts", "85%")]


def test_another_place_that_the_council_is_compared_with_takes_nothing_from_its_own_figure() -> None:
    text = "Plans on time were 85% in Q2, above Dorset at 79%."
    assert told(text, SANDMOUTH) == [("contradicts", "85%")]


def test_a_target_may_be_called_the_councils_own() -> None:
    assert told("Plans on time were below the Sandmouth target of 90%.", SANDMOUTH) == [
        ("agrees", "below the Sandmouth target"),
        ("contradicts", "90%"),
    ]
    assert told("Plans on time were below the Dorset target of 90%.", SANDMOUTH) == []


def test_in_the_texts_of_an_area_its_own_name_is_the_whole_and_the_councils_is_not() -> None:
    areas = {"SM": "Sandmouth", "NV": "Northern Villages"}
    council, villages = (Places.of(SANDMOUTH, areas, "SM", area) for area in ("SM", "NV"))
    assert council == Places.of(SANDMOUTH, areas, "SM")
    text = "Sandmouth and the Northern Villages; NV, SM."
    assert [(text[start:end], own) for start, end, own in council.found_in(text)] == [
        ("Sandmouth", True),
        ("Northern Villages", False),
        ("SM", True),
    ]
    assert [(text[start:end], own) for start, end, own in villages.found_in(text)] == [
        ("Sandmouth", False),
        ("Northern Villages", True),
        ("NV", True),
    ]


def test_without_a_name_of_its_own_no_name_is_taken_for_another_place() -> None:
    assert list(Places().found_in("Dorset Council and Wiltshire")) == []
