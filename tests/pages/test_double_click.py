"""A button pressed twice: the second click comes while the first is under way, and breaks its run off wherever that touches
the session's state. What is done is done once, and people are told that it is done."""

from __future__ import annotations

import pytest

from kpi_core.model import ReportState
from kpi_core.shell.services.reports import Reports
from kpi_core.shell.services.uploads import Uploads
from pages._ui import session

from . import opened, pressed, published, said, template, uploaded
from .clicks import Click
from .report import AUTHOR, REASON, at_report, begun, held, left, wrote


def test_an_upload_is_published_once_and_the_officer_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    at = uploaded(template())
    Click(monkeypatch, Uploads, "publish")
    published(at)
    assert said(at, "error") == []
    assert "Published as upload 1: figures.csv (15 new" in said(at, "done")[0]
    assert len(session.services().uploads.history()) == 1


def test_an_upload_is_withdrawn_once_and_the_officer_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    published(uploaded(template()))
    at = opened("history", upload="1")
    at.text_input(key="withdraw_reason_1").input("The wrong file.")
    at.text_input(key="acting_name").input("Ola Officer")
    click = Click(monkeypatch, Uploads, "withdraw")
    pressed(at, "withdraw_1")
    assert said(at, "done") == ["Upload 1 is withdrawn, with 15 figures."]
    assert said(at, "error") == []
    assert click.came == 1


def test_a_report_is_begun_once_and_the_author_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    at = at_report(AUTHOR)
    click = Click(monkeypatch, Reports, "start")
    pressed(at, "begin")
    assert said(at, "error") == []
    assert "The report is begun." in said(at, "done")[0]
    assert (held().version, click.came) == (1, 1)


def test_a_report_is_restored_once_and_nothing_is_called_somebody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    at = left(wrote(left(wrote(begun(), REASON, "First.")), REASON, "Second."))
    at.selectbox(key="version_BCP_FD01_Q2 2022-23").set_value(2).run()
    click = Click(monkeypatch, Reports, "restore")
    pressed(at, "restore")
    assert said(at, "error") == []
    assert said(at, "done") == ["The text of version 2 is restored, as version 4. What stood before is kept."]
    assert (held().version, held().state, click.came) == (4, ReportState.DRAFT, 1)
    assert said(at, "warning") == []
