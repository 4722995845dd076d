"""A link to a page is followed on a server that has served nobody yet."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from . import serving
from .conftest import OpenPage


def test_the_first_visitor_of_a_new_server_lands_where_the_link_says(page: OpenPage, tmp_path: Path) -> None:
    with serving(tmp_path / "kpi.duckdb", tmp_path / "server.log") as server:
        opened = page(f"{server.url}/indicator?indicator=FD02&quarter=Q2+2022-23")
        expect(opened.get_by_role("heading", level=1)).to_have_text("Repeat referrals within 12 months")
        expect(opened.get_by_role("link", name="About these figures")).to_be_visible()
        assert "Traceback" not in server.said()
