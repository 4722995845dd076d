"""The session: its services, the view held in the URL, and how a page is run so that no fault shows a traceback."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime.scriptrunner import get_script_run_ctx

from kpi_core.errors import KpiError, PeriodError, shorten
from kpi_core.periods import Quarter, quarter
from kpi_core.shell.services import Services, places
from kpi_core.showing import Circumstances, confidential_words

from . import components
from .view import View

LEADS_TO_ITSELF = "indicator"
"""The page with links that lead to itself: there a URL from before may be where somebody goes."""
ICON = Path(__file__).with_name("icon.png")
_STYLE = Path(__file__).with_name("style.css")
_log = logging.getLogger("kpi_explorer")


@dataclass(slots=True)
class _Kept:
    """The view, and the URL as it was when the view was last taken from it or put into it."""

    view: View = field(default_factory=View)
    query: dict[str, list[str]] = field(default_factory=dict)
    before: list[dict[str, list[str]]] = field(default_factory=list)
    """What the URL was before it was put there, as long as the browser may not have heard of it."""
    page: str = ""


def services() -> Services:
    """The services over the database that ``KPI_DB`` names, one for all sessions. Raises ``KpiError``."""
    return _services(*places())


@st.cache_resource(show_spinner="Opening the figures…", on_release=Services.close)
def _services(database: Path, data: Path) -> Services:
    return Services.open(database, data)


def circumstances() -> Circumstances:
    """What every download says of itself."""
    council, made_up = services().council()
    return Circumstances(council, made_up, services().clock(), past())


def past() -> str:
    """As of when it is looked at, in words; empty: as it stands now. In a view of the past nothing can be written."""
    return services().moment(view().at).words


def view() -> View:
    """The view of this run."""
    return _kept().view


def keep(changed: View) -> None:
    """Make ``changed`` the view, and put it in the URL."""
    kept = _kept()
    parameters = changed.parameters()
    query = {name: value if isinstance(value, list) else [value] for name, value in parameters.items()}
    if query != kept.query:
        kept.before.append(kept.query)
    kept.view, kept.query = changed, query
    if _query() != query:
        st.query_params.from_dict(parameters)


def asked(name: str) -> str:
    """A parameter of the URL that is not part of the view; empty where there is none."""
    return str(st.query_params.get(name, ""))


def chosen_quarter() -> tuple[Quarter | None, Sequence[Quarter], list[str]]:
    """The quarter of the view, all the quarters to choose from (newest first), and what must be said of them.

    Said is that the URL's text is no quarter, and what is being collected. ``None``: no figures are held at all.
    """
    period = services().period(view().area or None, view().at)
    chosen, said = period.opens, [f"{one.words}." for one in period.collecting]
    if view().quarter:
        try:
            chosen = quarter(view().quarter)
        except PeriodError as error:
            said.insert(0, f"{error} Showing {chosen.label if chosen else 'nothing'} instead.")
    return chosen, sorted({*period.held, *([chosen] if chosen else [])}, reverse=True), said


def quarter_picker(quarters: Sequence[Quarter]) -> None:
    """A filter that shows the view's quarter; choosing another changes the view."""
    labels = {one.text: one.label for one in quarters}
    st.session_state["filter_quarter"] = view().quarter
    st.selectbox(
        "Quarter", list(labels), format_func=lambda text: labels.get(text, text), key="filter_quarter", on_change=take,
        args=("quarter",), label_visibility="collapsed",
    )  # fmt: skip


def take(name: str) -> None:
    """Put what the filter ``filter_<name>`` was set to into the view."""
    value = st.session_state[f"filter_{name}"]
    chosen: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value or ""}
    keep(replace(view(), **chosen))


def _kept() -> _Kept:
    if "kept" not in st.session_state:
        st.session_state["kept"] = _Kept()
    kept: _Kept = st.session_state["kept"]
    return kept


def _query() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _take_url(page: str) -> None:
    """Take the view from the URL where someone else wrote it: a link, a colleague, the back button.

    A page chosen from the navigation comes with an empty URL, and keeps the view. So does what a slow browser still gives as
    its URL while what was put there is on its way.
    """
    kept, query = _kept(), _query()
    moved, kept.page = page != kept.page or page == LEADS_TO_ITSELF or _back_or_forward(), page
    if query == kept.query:
        kept.before.clear()
        return
    if query in kept.before and not moved:
        keep(kept.view)
        return
    if query:
        kept.view = View.of(query)
    kept.query = query
    kept.before.clear()


def _back_or_forward() -> bool:
    """Whether the browser's button for that led here."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _drop_unknown_area() -> None:
    area = view().area
    if area and area not in (areas := services().areas()):
        keep(replace(view(), area=""))
        known = ", ".join(areas)
        components.message(f"There is no area “{shorten(area)}”, so the council's own is shown. The areas are {known}.")


def _drop_unknown_moment() -> None:
    if view().at:
        try:
            services().moment(view().at)
        except KpiError as error:
            keep(replace(view(), at=""))
            components.message(f"{error} It is shown as it stands now.")


def _say_past() -> None:
    """That another moment than now is looked at, what is confidential since, and the way back."""
    if not view().at:
        return
    said = f"{past()}."
    if hidden := services().now_confidential(view().area or None, view().at):
        said += f" {confidential_words(hidden)}"
    with st.container(key="past", horizontal=True, vertical_alignment="center"):
        components.message(said, "warning")
        st.button("Show it as it stands now", key="show_now", on_click=show_now)


def show_now() -> None:
    """Leave the view of the past."""
    keep(replace(view(), at=""))


def navigation() -> StreamlitPage:
    """The pages, and the one that the address names."""
    return st.navigation(
        [
            st.Page("pages/scorecard.py", title="Scorecard", default=True),
            st.Page("pages/indicator.py", title="Indicator", url_path="indicator"),
            st.Page("pages/exceptions.py", title="Exceptions", url_path="exceptions"),
            st.Page("pages/what_if.py", title="What if", url_path="what_if"),
            st.Page("pages/paper.py", title="On paper", url_path="paper"),
            st.Page("pages/report.py", title="Exception report", url_path="report", visibility="hidden"),
            st.Page("pages/check.py", title="Check a document", url_path="check"),
            st.Page("pages/upload.py", title="Upload", url_path="upload"),
            st.Page("pages/mapping.py", title="Column mapping", url_path="mapping"),
            st.Page("pages/history.py", title="History", url_path="history"),
            st.Page("pages/changes.py", title="Record of changes", url_path="changes"),
            st.Page("pages/about.py", title="About these figures", url_path="about"),
        ],
        position="top",
    )


def show(page: Callable[[], None]) -> None:
    """Draw a page, from its file, under the router.

    Until ``st.navigation`` is called for the first time, a new server runs the files of ``pages/`` by themselves,
    without ``app.py``: whoever follows a link to a page first would see it bare. Then the router is called and runs it.
    """
    if "routed" not in st.session_state:
        navigation()
        st.rerun()
    page()


def run(page: StreamlitPage, first: Callable[[StreamlitPage], None] = lambda _: None) -> None:
    """Run one page, after what is to be done ``first``.

    What is known to go wrong is said in its sentence; anything else gets a reference number.
    """
    st.session_state["routed"] = True
    st.html(_STYLE)
    try:
        _take_url(page.url_path)
        first(page)
        components.banner(services())
        _drop_unknown_area()
        _drop_unknown_moment()
        _say_past()
        page.run()
    except KpiError as error:
        components.message(str(error), "error")
    except Exception:
        reference = uuid.uuid4().hex[:8].upper()
        _log.exception("Fault %s on the page %s", reference, page.title)
        components.message(
            "Something went wrong, and nothing was changed. Try again; if it happens again, give the reference "
            f"{reference} to whoever looks after the explorer: the log says more.",
            "error",
        )
