"""Who may do what until there is sign-in: by the role chosen and the name given, which is compared and never published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.access import MAY, ROLES, Act, Actor, allow, authors, name_of, refused, same_name
from kpi_core.errors import NotAllowed, NotSaved
from kpi_core.model import ExceptionReport, ReportEvent, ReportState

from .conftest import report

HEAD = "Service Unit Head"

# --- the table ----------------------------------------------------------------------------------------------------

TABLE: dict[Act, str] = {
    # of: Reader, Public reader, Report author, Service Unit Head, Performance officer, Improvement board, Administrator
    Act.WRITE: "     . .   author head .       .     .    ",
    Act.REOPEN: "    . .   .      head .       .     .    ",
    Act.APPROVE: "   . .   .      head .       .     .    ",
    Act.SAVE_SCENARIO: " . . author head .       board .    ",
    Act.PROPOSE: "   . .   .      .    .       board .    ",
    Act.DECIDE: "    . .   .      .    .       board .    ",
    Act.PUBLISH: "   . .   .      .    officer .     .    ",
    Act.WITHDRAW: "  . .   .      .    officer .     .    ",
    Act.SAVE_MAPPING: ". . . .    officer .     .    ",
    Act.LOAD: "      . .   .      .    officer .     admin",
    Act.CONFIRM: "   . .   .      .    officer .     admin",
    Act.ERASE: "     . .   .      .    .       .     admin",
}
"""The table of the design: in the order of the roles who may do each act; a dot may not."""

CASES = [
    pytest.param(act, role, word != ".", id=f"{role} {'may' if word != '.' else 'may not'} {act}")
    for act, words in TABLE.items()
    for role, word in zip(ROLES, words.split(), strict=True)
]


@pytest.mark.parametrize(("act", "role", "may"), CASES)
def test_each_role_may_do_what_the_table_says_and_nothing_else(act: Act, role: str, may: bool) -> None:
    who = Actor("Cy", role)
    told = refused(who, act)
    assert (told == "") is may
    if may:
        assert allow(who, act) == who
        return
    with pytest.raises(NotAllowed) as error:
        allow(who, act)
    assert str(error.value) == told
    assert told.startswith(f"The role {role} may not {act}. Ask ")
    asked = [one for one in ROLES if one in told.split(" Ask ")[1]]
    assert asked == [one for one in ROLES if one in MAY[act]]


def test_the_table_has_every_act_and_the_roles_are_those_of_the_design() -> None:
    assert TABLE.keys() == MAY.keys() == set(Act)
    assert ROLES == ("Reader", "Public reader", "Report author", HEAD, "Performance officer", "Improvement board",
                     "Administrator")  # fmt: skip


@pytest.mark.parametrize(
    ("act", "role", "told"),
    [
        (Act.PUBLISH, "Administrator",
         "The role Administrator may not publish figures, register entries or targets. Ask Performance officer."),
        (Act.WRITE, "Performance officer",
         "The role Performance officer may not write exception reports, close actions or mark concerns. "
         "Ask Report author or Service Unit Head."),
        (Act.SAVE_SCENARIO, "Reader",
         "The role Reader may not save a scenario. Ask Report author, Service Unit Head or Improvement board."),
    ],
    ids=["one may", "two may", "three may"],
)  # fmt: skip
def test_who_may_not_is_told_in_one_sentence_whom_to_ask(act: Act, role: str, told: str) -> None:
    assert refused(Actor("Cy", role), act) == told


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("role", ["Director", "", "service unit head", "Performance officer "])
def test_a_role_that_is_not_in_the_table_may_nothing(role: str, act: Act) -> None:
    assert refused(Actor("Cy", role), act) == f"Choose the role you act in: {'; '.join(ROLES)}."


@pytest.mark.parametrize("name", ["", "  ", "...", "\n", "-", "\u200b", "\u2060\u00ad", "\u0301"], ids=ascii)
@pytest.mark.parametrize("act", Act)
def test_without_a_name_that_can_be_seen_nothing_may_be_done(name: str, act: Act) -> None:
    told = "Give your name: it is kept with what you do, and never published."
    assert {refused(Actor(name, role), act) for role in ROLES} == {told}


def test_a_name_is_kept_on_one_line_and_one_that_cannot_be_kept_is_refused() -> None:
    assert name_of(Actor("  Cy \n Young ", HEAD)) == "Cy Young"
    assert allow(Actor(" Cy\tYoung", HEAD), Act.APPROVE) == Actor("Cy Young", HEAD)
    with pytest.raises(NotSaved, match="your name has 201 characters"):
        allow(Actor("y" * 201, HEAD), Act.APPROVE)


# --- nobody does it to their own work -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "role", "what", "told"),
    [
        (Act.APPROVE, HEAD, "version 1 of the report",
         "Someone of this name wrote version 1 of the report. Ask somebody else to approve it."),
        (Act.DECIDE, "Improvement board", "proposal 4",
         "Someone of this name proposed proposal 4. Somebody else of the Improvement board decides on it."),
        (Act.ERASE, "Administrator", "", "The second person must be another one than who erases."),
    ],
    ids=["approve", "decide", "erase"],
)  # fmt: skip
def test_what_one_must_not_do_to_ones_own_work_compares_persons_and_not_roles(
    act: Act, role: str, what: str, told: str
) -> None:
    own = [("Dee", what), ("Ann Author", what)]
    assert refused(Actor("Ann Author", role), act, own) == told
    assert refused(Actor("ann  author", role), act, own) == told
    assert refused(Actor("Cy", role), act, own) == ""
    with pytest.raises(NotAllowed) as error:
        allow(Actor("Author, Ann", role), act, own)
    assert str(error.value) == told


def test_the_role_is_asked_before_the_person() -> None:
    told = refused(Actor("Ann", "Report author"), Act.APPROVE, [("Ann", "version 1 of the report")])
    assert told == "The role Report author may not approve an exception report. Ask Service Unit Head."


# --- who is an author ---------------------------------------------------------------------------------------------


def version(
    number: int, by: str, event: ReportEvent = ReportEvent.SAVED, state: ReportState = ReportState.DRAFT
) -> ExceptionReport:
    plain = report(state, version=number, saved_by=by, saved_as="Report author", saved_at=datetime(2022, 11, 3))
    return replace(plain, event=event)


WRITTEN = (
    version(1, "Ann Author"),
    version(2, "Bob Author"),
    version(3, "Ann Author", ReportEvent.SUBMITTED, ReportState.SUBMITTED),
)


def may_approve(name: str, versions: Sequence[ExceptionReport]) -> bool:
    return refused(Actor(name, HEAD), Act.APPROVE, authors(versions)) == ""


def test_an_author_is_told_which_version_somebody_of_their_name_wrote() -> None:
    assert refused(Actor("Ann Author", HEAD), Act.APPROVE, authors(WRITTEN)) == (
        "Someone of this name wrote version 1 of the report on 3 November 2022. Ask somebody else to approve it."
    )


def test_everyone_who_wrote_since_the_last_approval_is_an_author_and_nobody_from_before() -> None:
    signed = version(4, "Hilda Head", ReportEvent.APPROVED, ReportState.APPROVED)
    since = (
        *WRITTEN, signed, version(5, "Bob Author", ReportEvent.REOPENED), version(6, "Cy", ReportEvent.RESTORED),
        version(7, "Dee", ReportEvent.READ_IN), version(8, "Eve", ReportEvent.SUBMITTED, ReportState.SUBMITTED),
    )  # fmt: skip
    may = {name: may_approve(name, since) for name in ("Ann Author", "Bob Author", "Cy", "Dee", "Eve")}
    assert may == {"Ann Author": True, "Bob Author": True, "Cy": False, "Dee": False, "Eve": False}


def test_who_only_gave_it_back_may_still_approve_it() -> None:
    back = version(4, "Hilda Head", ReportEvent.RETURNED)
    again = version(5, "Ann Author", ReportEvent.SUBMITTED, ReportState.SUBMITTED)
    assert may_approve("Hilda Head", (*WRITTEN, back, again))


def test_a_bundled_report_has_no_author_to_be_compared_with() -> None:
    assert may_approve("Cy", (report(ReportState.SUBMITTED),))


# --- one name or two ----------------------------------------------------------------------------------------------

ONE_NAME = {
    "as it is": "Ann Author",
    "another case": "ANN author",
    "more spaces": "  Ann \t Author ",
    "no space": "AnnAuthor",
    "a hyphen": "Ann-Author",
    "a full stop": "ann.author",
    "the other way round": "Author, Ann",
    "accents": "Ánn Aüthor",
    "accents that stand apart": "A\u0301nn Au\u0308thor",
    "full-width letters": "ＡＮＮ Ａｕｔｈｏｒ",
    "mathematical letters": "𝐀𝐧𝐧 𝓐𝓾𝓽𝓱𝓸𝓻",
    "a letter of Cyrillic": "\u0410nn \u0410uth\u043er",
    "a letter of Greek": "\u0391nn \u0391u\u03c4h\u03bfr",
    "an invisible letter": "An\u200bn Au\u2060thor",
    "a soft hyphen": "An\u00adn Author",
    "written from the right": "\u202eAnn\u202c Author",
    "a blank letter": "An\u3164n Au\uffa0thor",
    "a variation selector": "An\ufe0fn Author",
    "a joiner": "Ann\u200d Au\u200cthor",
    "a space that does not break": "Ann\u00a0Author",
}


@pytest.mark.parametrize("name", ONE_NAME.values(), ids=ONE_NAME)
def test_names_that_look_alike_are_one_so_that_an_author_may_not_approve_under_another(name: str) -> None:
    assert same_name(name, "Ann Author")
    assert same_name("Ann Author", name)
    assert not may_approve(name, WRITTEN)


LOOK_ALIKE = {
    "Cyrillic": ("\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425 \u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455",
                 "ABEKMHOPCTYX aeopcyxijs"),
    "Greek": ("\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7 \u03bf\u03bd", "ABEZHIKMNOPTYX ov"),
    "full width": ("ＡＢＣａｂｃ１２", "ABCabc12"),
    "ligatures": ("ﬁﬂ Straße", "fifl Strasse"),
    "the dotless i": ("ılıas", "ilias"),
}  # fmt: skip


@pytest.mark.parametrize(("written", "read"), LOOK_ALIKE.values(), ids=LOOK_ALIKE)
def test_letters_of_another_alphabet_that_look_like_latin_ones_make_no_other_name(written: str, read: str) -> None:
    for one, other in zip(written.split(), read.split(), strict=True):
        differ = [(a, b) for a, b in zip(one, other, strict=False) if len(one) == len(other) and not same_name(a, b)]
        assert same_name(one, other), differ


@pytest.mark.parametrize(
    "name", ["Anna Author", "Ann Authors", "A Author", "Cy", "Ann", "Анна Автор", "Ἄννα Συγγραφεύς", "李 安"]
)
def test_another_name_is_another_person(name: str) -> None:
    assert not same_name(name, "Ann Author")
    assert may_approve(name, WRITTEN)


@pytest.mark.parametrize(
    ("one", "other"), [("李 安", "李 娜"), ("Анна", "Алла"), ("Ann Author 1", "Ann Author 2")], ids=ascii
)
def test_names_that_are_not_latin_and_numbers_are_told_apart_too(one: str, other: str) -> None:
    assert same_name(one, one)
    assert not same_name(one, other)


NAMES = st.text(st.characters(codec="utf-8", categories=["L", "N", "Zs", "P"]), max_size=20)


@given(NAMES, NAMES)
def test_two_names_are_one_both_ways_round_or_not_at_all(one: str, other: str) -> None:
    assert same_name(one, other) is same_name(other, one)
    assert same_name(one, one.upper()) is same_name(one, one)


@given(NAMES)
def test_spacing_full_stops_and_what_cannot_be_seen_never_make_another_name(name: str) -> None:
    assert same_name(f"  {name}.", name) is any(c.isalnum() for c in name)
    assert same_name("\u200b".join(name), name) is any(c.isalnum() for c in name)
