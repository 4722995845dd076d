"""The pages by AppTest, on the real services: how the app is opened, and what a reader finds on its pages."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from streamlit.testing.v1 import AppTest

from kpi_core.access import Actor

ROOT = Path(__file__).resolve().parents[2]
READERS_PAGES = ("scorecard", "indicator", "exceptions", "paper", "about")
PAGES = (*READERS_PAGES, "what_if", "check", "upload", "mapping", "history", "changes")
CODES = tuple(f"{group}{n:02d}" for group, last in (("PCP", 6), ("FD", 2), ("ED", 7)) for n in range(1, last + 1))
"""The council's indicators in the order of its register."""


def opened(page: str = "scorecard", **url: str | list[str]) -> AppTest:
    """A new session that follows a link to ``page``; ``url`` is what stands after the question mark."""
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=240)
    if page != "scorecard":
        at.switch_page(f"pages/{page}.py")
    at.query_params.update(url)
    return at.run()


def moved_to(at: AppTest, page: str) -> AppTest:
    """The same session after a click in the navigation, which comes with an empty URL."""
    at.query_params.clear()
    return at.switch_page(f"pages/{page}.py").run()


def acting(at: AppTest, who: Actor) -> AppTest:
    """The same session after it was said who acts."""
    at.selectbox(key="acting_role").select(who.role)
    at.text_input(key="acting_name").input(who.name)
    return at.run()


def pressed(at: AppTest, button: str) -> AppTest:
    return at.button(key=button).click().run()


# --- what is on the page ------------------------------------------------------------------------------------------

_BLOCKS = {"p", "br", "div", "table", "caption", "tr", "td", "th", "ul", "li", "dl", "dt", "dd", "h1", "h2", "h3"}
_WITHOUT_END = {"br", "img"}


@dataclass
class Node:
    """An element of a page's HTML."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    inside: list[Node | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What it says, on one line."""
        return " ".join("".join(self._strings()).split())

    def _strings(self) -> Iterator[str]:
        space = " " if self.tag in _BLOCKS else ""
        yield space
        for part in self.inside:
            yield from [part] if isinstance(part, str) else part._strings()
        yield space

    def every(self, tag: str = "", kind: str = "") -> list[Node]:
        """The elements within it, in order, with this tag and this class; empty: any."""
        found = []
        for part in self.inside:
            if isinstance(part, Node):
                fits = (not tag or part.tag == tag) and (not kind or kind in part.attributes.get("class", "").split())
                found += [part] * fits + part.every(tag, kind)
        return found

    def one(self, tag: str = "", kind: str = "") -> Node:
        """The only such element within it."""
        (found,) = self.every(tag, kind)
        return found

    @property
    def rows(self) -> list[list[str]]:
        """A table's rows below its headings, as texts."""
        return [
            [cell.text for cell in row.inside if isinstance(cell, Node)]
            for body in self.every("tbody")
            for row in body.every("tr")
        ]

    @property
    def facts(self) -> dict[str, str]:
        """A list of what and said."""
        names, said = self.every("dt"), self.every("dd")
        return {name.text: one.text for name, one in zip(names, said, strict=True)}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.path = [Node("page")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.path[-1].inside.append(node)
        if tag not in _WITHOUT_END:
            self.path.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.path.pop().tag == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        self.path[-1].inside.append(data)


def read(html: str) -> Node:
    """HTML as a tree. Fails where an element is not closed."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    (root,) = reader.path
    return root


def body(at: AppTest) -> Node:
    """All the HTML that a page drew."""
    return read("".join(f"<div>{one.value}</div>" for one in at.main.html))


def table(at: AppTest, caption: str) -> Node:
    """The table whose caption begins so."""
    (found,) = [one for one in body(at).every("table") if one.one("caption").text.startswith(caption)]
    return found


def said(at: AppTest, kind: str = "message") -> list[str]:
    """The page's messages to its reader; ``kind`` is note, warning or error, or any."""
    return [one.text for one in body(at).every("p", "message") if kind in one.attributes["class"].split()]


def heading(at: AppTest) -> str:
    return body(at).one("h1").text


def asks(link: str) -> dict[str, list[str]]:
    """What stands after the question mark of a link."""
    return parse_qs(urlsplit(link).query)


# --- the scorecard's table ----------------------------------------------------------------------------------------


@dataclass
class Line:
    """One indicator in the scorecard's table."""

    category: str
    rating: str
    name: str
    link: str
    cells: dict[str, str]
    why: str = ""

    @property
    def code(self) -> str:
        return asks(self.link)["indicator"][0]


def lines(drawn: Node) -> list[Line]:
    """The rows of a scorecard's table, each with its category and the line under it."""
    found: list[Line] = []
    category = ""
    for row in (row for part in drawn.every("tbody") for row in part.every("tr")):
        cells = [cell for cell in row.inside if isinstance(cell, Node)]
        if cells[0].attributes.get("scope") == "rowgroup":
            category = cells[0].text
        elif "why" in row.attributes.get("class", ""):
            found[-1].why = cells[0].text
        else:
            link = cells[1].one("a").attributes["href"]
            told = {cell.attributes["data-label"]: cell.text for cell in cells[2:]}
            found.append(Line(category, cells[0].text, cells[1].text, link, told))
    return found


def shown(at: AppTest) -> list[Line]:
    """The rows of the scorecard's table of all indicators, or of those that the filters leave."""
    tables = [one for one in body(at).every("table", "scorecard") if "indicators" in one.one("caption").text]
    return lines(tables[0]) if tables else []


def codes(at: AppTest) -> list[str]:
    return [line.code for line in shown(at)]


# --- uploads ------------------------------------------------------------------------------------------------------

TEMPLATE = ("indicator", "name", "unit", "quarter", "value", "numerator", "denominator", "status", "comment")
FIGURES: Mapping[str, str] = {
    "PCP01": "291", "PCP02": "349", "PCP03": "97", "PCP04": "93", "PCP05": "81", "PCP06": "14.2", "FD01": "89.5",
    "FD02": "19.2", "ED01": "201", "ED02": "0.01", "ED03": "0.05", "ED04": "95", "ED05": "97", "ED06": "100", "ED07": "5.1",
}  # fmt: skip
"""A value for each of the council's indicators, with which nothing blocks."""


def csv_file(headings: Sequence[str], *rows: Sequence[str]) -> bytes:
    """A CSV file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([headings, *rows])
    return text.getvalue().encode()


def template(
    values: Mapping[str, str] = FIGURES,
    *more: Mapping[str, str],
    quarter: str = "Q3 2022-23",
    **changed: Mapping[str, str],
) -> bytes:
    """The filled-in template: a row for each value, rows ``more`` below, and by indicator the cells that differ."""
    rows = [{"indicator": code, "value": value, **changed.get(code, {})} for code, value in values.items()]
    plain = dict.fromkeys(TEMPLATE, "") | {"quarter": quarter, "status": "final"}
    return csv_file(TEMPLATE, *([(plain | row)[name] for name in TEMPLATE] for row in (*rows, *more)))


def uploaded(content: bytes, name: str = "figures.csv", at: AppTest | None = None) -> AppTest:
    """The page Upload with a file chosen: of a new session, or of ``at``."""
    at = opened("upload") if at is None else at
    (uploader,) = at.file_uploader
    uploader.upload(name, content)
    return at.run()


def published(at: AppTest, by: str = "Ola Officer", reason: str = "Counted twice.") -> AppTest:
    """The same session after everything is ticked, filled in and published, in the role that is preselected."""
    for box in at.checkbox:
        box.check()
    if at.text_area:
        at.text_area(key="upload_reason").input(reason)
    at.text_input(key="acting_name").input(by)
    at.button(key="publish").click()
    return at.run()


def changes(at: AppTest) -> dict[tuple[str, str], list[str]]:
    """The comparison: by indicator and quarter what it is, held, in the file, rating, exception report."""
    return {(name, when): rest for name, when, *rest in table(at, "What would change").rows}


def sections(at: AppTest) -> list[str]:
    """The headings below the page's own."""
    return [one.text for one in body(at).every("h2")]


def saved(made: Callable[[], bytes]) -> list[list[str]]:
    """The lines of a download below what it says of itself: its headings and rows."""
    lines = list(csv.reader(io.StringIO(made().decode("utf-8-sig"), newline="")))
    return lines[lines.index([]) + 1 :]


# What every page says where it was started on an address that others can connect to, and how it is started rightly.
MEANT = "The KPI explorer is meant for this machine only and was started on"
HOW = "start it with “make run”, or with “python -m streamlit run app.py” in its own folder and no other address."
