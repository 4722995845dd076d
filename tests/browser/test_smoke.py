"""The app opens, wide and narrow. The fixtures add: without a traceback, and asking no other host for anything."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .conftest import OpenPage


@pytest.mark.parametrize("width", [1280, 390], ids=["wide", "narrow"])
def test_the_app_opens(app: str, page: OpenPage, width: int) -> None:
    opened = page(app, width=width)
    expect(opened.get_by_test_id("stException")).to_have_count(0)
    expect(opened.get_by_test_id("stMain")).not_to_be_empty()
