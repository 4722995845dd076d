"""On an address that others can connect to, the explorer says that it is for this machine only, shows nothing, and stops."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from ..pages import HOW, MEANT
from . import answer, serving
from .conftest import OpenPage


@pytest.mark.parametrize(
    ("address", "said"), [("0.0.0.0", "the address 0.0.0.0"), ("", "every address")], ids=["all", "unset"]
)
@pytest.mark.parametrize("path", ["/", "/indicator?indicator=FD02"], ids=["scorecard", "indicator"])
def test_every_page_is_one_sentence_without_figures_and_then_the_server_stops(
    address: str, said: str, path: str, page: OpenPage, tmp_path: Path
) -> None:
    database, log = tmp_path / "kpi.duckdb", tmp_path / "server.log"
    with serving(database, log, more=["--server.address", address]) as running:
        opened = page()
        opened.goto(f"http://127.0.0.1:{running.url.rsplit(':', 1)[1]}{path}")
        expect(opened.locator("body")).to_have_text(f"{MEANT} {said}, so it shows no figures and stops: {HOW}")
        running.process.wait(timeout=240)
        assert "A page was asked for, and the server stops." in running.said()
        assert "Traceback" not in running.said()
        expect(opened.locator("body")).to_contain_text(MEANT)
    assert not database.exists()


def test_no_figure_can_be_had_past_the_pages_either(tmp_path: Path) -> None:
    with serving(tmp_path / "kpi.duckdb", tmp_path / "server.log", more=["--server.address", "0.0.0.0"]) as running:
        handshake = {
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Host": "localhost", "Origin": "http://localhost",
        }  # fmt: skip
        assert answer(running, "GET", "/_stcore/stream", **handshake).status == 403
