"""How the page of one exception report is used in tests, and how it is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from streamlit.testing.v1 import AppTest

from kpi_core.access import Actor
from kpi_core.model import NONE_IDENTIFIED, REPORT_SECTIONS, Action, ExceptionReport
from kpi_core.showing import ReportView
from pages._ui import session

from . import acting, body, moved_to, opened, pressed

CODE, Q1, Q2 = "FD01", "Q1 2022-23", "Q2 2022-23"
AUTHOR = Actor("Alex Example", "Report author")
HEAD = Actor("Sam Sample", "Service Unit Head")
REASON, FINANCIAL, LEGAL = REPORT_SECTIONS[:3]
ONE_LINE = "Reason line"
TRUE = "Assessments on time rose from 70% in Q1 to 83.5% in Q2."


def key(name: str, quarter: str = Q2) -> str:
    """The key of a field of the report."""
    return f"report_BCP_{CODE}_{quarter}_{name}"


def at_report(who: Actor | None = AUTHOR, code: str = CODE, quarter: str = Q2) -> AppTest:
    """A new session on the page of a report; who acts is given as people give it."""
    at = opened("report", indicator=code, quarter=quarter)
    return at if who is None else acting(at, who)


def begun(who: Actor = AUTHOR) -> AppTest:
    return pressed(at_report(who), "begin")


def wrote(at: AppTest, name: str, text: str) -> AppTest:
    """The same session after a text was put into a field and the field left."""
    fields = {one.key: one for one in (*at.text_area, *at.text_input)}
    fields[key(name)].input(text)
    return at.run()


def view(quarter: str = Q2) -> ReportView:
    """What is held, by the services that the page asks too."""
    return session.services().reports.one(CODE, quarter)


def held(quarter: str = Q2) -> ExceptionReport:
    report = view(quarter).report
    assert report is not None
    return report


def mine(who: Actor = AUTHOR) -> ExceptionReport:
    """The report as its writer has it, with what they typed in this sitting."""
    report = session.services().reports.one(CODE, Q2, None, who).report
    assert report is not None
    return report


def left(at: AppTest) -> AppTest:
    """The same session after the report was left for another page and opened again."""
    moved_to(at, "exceptions")
    at.query_params.update({"indicator": CODE, "quarter": Q2})
    return at.switch_page("pages/report.py").run()


def whole(report: ExceptionReport, reason: str = TRUE, **given: Any) -> ExceptionReport:
    """The report with all that its submission asks for."""
    bodies = tuple((one, reason if one == REASON else NONE_IDENTIFIED) for one in REPORT_SECTIONS)
    actions = (Action(0, "Fill the two vacant posts.", "Service manager", date(2099, 3, 31)),)
    plain: dict[str, Any] = {
        "reason_line": "Two posts are vacant.", "sections": bodies, "actions": actions, "completed_by": "Report author",
        "outturn": report.outturn, "target": report.target,
    }  # fmt: skip
    return replace(report, **(plain | given))


def kept(quarter: str = Q2, reason: str = TRUE, who: Actor = AUTHOR, **given: object) -> ExceptionReport:
    """A whole draft, as somebody made it in another session."""
    reports = session.services().reports
    draft = reports.start(CODE, quarter, who)
    return reports.save(whole(draft, reason, **given), draft.version, who)


def handed_in(reason: str = TRUE) -> ExceptionReport:
    reports, draft = session.services().reports, kept(reason=reason)
    return reports.submit(CODE, Q2, draft.version, AUTHOR, despite=reports.objections(draft))


def standing(at: AppTest) -> str:
    return body(at).one("p", "standing").text


def findings(at: AppTest, kind: str) -> list[str]:
    return [one.text for one in body(at).every("li", kind)]


def state(at: AppTest) -> str:
    return body(at).every("p", "said")[0].text
