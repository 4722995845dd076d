"""How the page What if is used in tests, and how it is read."""

from __future__ import annotations

import re

from streamlit.testing.v1 import AppTest

from kpi_core.access import Actor
from kpi_core.intake import Decision, GivenFile
from kpi_core.shell.services import Services
from pages._ui import session

from . import acting, body, opened, pressed, table, template

CODE, NAME = "FD02", "Repeat referrals within 12 months"
YEAR_AGO, Q1, Q2, Q3 = "Q2 2021-22", "Q1 2022-23", "Q2 2022-23", "Q3 2022-23"
NOTHING = "Nothing here changes what is published."
TAKES = "It would take 45 to 46 fewer of 1,002 to 1,005 referrals: 220 to 221 instead of 266"
BOARD = Actor("Bea Board", "Improvement board")
ANOTHER = Actor("Ben Another", "Improvement board")
"""Who decides on what Bea proposed: nobody decides on their own."""
AUTHOR = Actor("Ann Author", "Report author")


def at_what_if(code: str = CODE, **url: str | list[str]) -> AppTest:
    """A new session on the page, with an indicator chosen."""
    return opened("what_if", indicator=code, **url)


def supposed(at: AppTest, what: str, text: str, code: str = CODE) -> AppTest:
    """The same session after a text was put into a field of the scenario and the field left."""
    at.text_input(key=f"suppose_{what}_{code}").input(text)
    return at.run()


def of_field(at: AppTest, what: str, code: str = CODE) -> str:
    """What stands in a field of the scenario."""
    return str(at.text_input(key=f"suppose_{what}_{code}").value)


def fields(at: AppTest) -> list[str | None]:
    """What stands in each field of the page that is seen."""
    return [one.value for one in at.text_input if one.label != "Drawn"]


def at_22() -> AppTest:
    """The target of repeat referrals moved from 20 to 22."""
    return supposed(at_what_if(), "target", "22")


def of_many(at: AppTest, scope: str, amount: str, what: str = "target") -> AppTest:
    at.selectbox(key="many_scope").select(scope)
    at.selectbox(key="many_what").select(what)
    at.text_input(key="many_amount").input(amount)
    return pressed(at, "many_apply")


def changes(at: AppTest) -> list[str]:
    """What the address says is changed."""
    found = at.query_params.get("change", [])
    return [found] if isinstance(found, str) else list(found)


def verdict(at: AppTest) -> str:
    return body(at).one("p", "verdict").text


def turn(at: AppTest) -> str:
    """The sentences under the rating: what is supposed, what turns, and how often it would have been met."""
    return body(at).every("p", "said")[-1].text


def headline(at: AppTest) -> str:
    return body(at).one("p", "headline").text


def sentences(at: AppTest) -> list[str]:
    """What it would take, and whether it would be met reliably."""
    return [one.text for part in body(at).every("ul", "said") for one in part.every("li")]


def before_and_after(at: AppTest) -> dict[str, list[str]]:
    """By indicator: figure, targets, ratings, met in, what it would take."""
    return {name: rest for name, *rest in table(at, "What the scenario changes").rows}


def quarters(at: AppTest) -> list[list[str]]:
    return table(at, "Every quarter held").rows


def services() -> Services:
    """The services that the app uses."""
    return session.services()


def filled(at: AppTest, **fields: str) -> AppTest:
    """The same session after texts were put into fields."""
    found = {one.key: one for one in (*at.text_input, *at.text_area)}
    for name, text in fields.items():
        found[name].input(text)
    return at.run()


def saved_by(
    at: AppTest, who: Actor = BOARD, name: str = "Gentler", reason: str = "The papers speak of 22%."
) -> AppTest:
    return pressed(filled(acting(at, who), scenario_name=name, scenario_reason=reason), "save_scenario")


def put_forward(
    at: AppTest,
    body: str = "Cabinet",
    paper: str = "Minutes, item 4",
    reason: str = "Two teams lost.",
    who: Actor = BOARD,
) -> AppTest:
    return pressed(filled(acting(at, who), propose_body=body, propose_paper=paper, propose_reason=reason), "propose")


def decided(at: AppTest, how: str, who: Actor = ANOTHER) -> AppTest:
    """The same session after another person accepted or declined what was put forward."""
    return pressed(acting(at, who), how)


def revised(value: str = "24.9") -> None:
    """A revision of the figure is published, as it is by another officer."""
    row = {"indicator": CODE, "quarter": Q2, "value": value}
    preview = services().uploads.preview(GivenFile(template({}, row), "figures.csv"))
    services().uploads.publish(preview, Decision("Performance officer", "Counted twice.", confirmed=None))


def aims(code: str = CODE) -> list[tuple[str, str]]:
    """Each target of the register that stands: from which quarter, and its value."""
    return [(one.start.text, str(one.value)) for one in services().indicator(code, Q3).targets]


def beside(at: AppTest, key: str) -> list[str]:
    """The errors in the smallest part of the page that holds a field."""

    def search(block: object) -> list[str] | None:
        children = getattr(block, "children", {}).values()
        if any(getattr(one, "key", None) == key for one in children):
            drawn = "".join(str(one.value) for one in children if one.type == "html")
            return re.findall(r'class="message error"[^>]*>(.*?)</p>', drawn)
        return next((found for one in children if (found := search(one)) is not None), None)

    return search(at.main) or []


def sign_words(at: AppTest) -> list[str]:
    return [one.text for one in body(at).every("span", "sign")]


def chart_words(at: AppTest) -> str:
    """The chart as it is told to those who cannot see it."""
    (chart,) = at.get("vega_lite_chart")
    return str(chart.proto.alt)
