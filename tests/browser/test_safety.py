"""Nobody else gets in, and whatever stands in the address does no harm."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from ..pages import csv_file
from . import Server, answer, give, port_of
from .conftest import OpenPage

LISTENING = "0A"
LOOPBACK = {"0100007F", "00000000000000000000000001000000"}
SCRIPT, MARKDOWN = "<img src=x onerror=document.title=1>", "[a](http://b.c) :red[d] `e`"


def other_addresses() -> set[str]:
    """This machine's addresses besides the loopback. (Connecting a datagram socket sends nothing.)"""
    found = set()
    for family, far_away in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((far_away, 9))
                found.add(probe.getsockname()[0])
        except OSError:
            continue  # no way there from here: no address of that family
    return found - {"127.0.0.1", "::1"}


def test_only_this_machine_can_connect(app_server: Server) -> None:
    port = port_of(app_server)
    for address in other_addresses():
        with pytest.raises(OSError, match=r".*"):
            socket.create_connection((address, port), timeout=2).close()
    tables = [table for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")) if table.exists()]
    if not tables:
        pytest.skip("This system does not list its sockets.")
    sockets = [line.split() for table in tables for line in table.read_text().splitlines()[1:]]
    at = {
        entry[1].split(":")[0] for entry in sockets if entry[3] == LISTENING and int(entry[1].split(":")[1], 16) == port
    }
    assert at
    assert at <= LOOPBACK


@pytest.mark.parametrize(("host", "status"), [("localhost", 101), ("evil.example", 403), ("localhost.evil.example", 403)])  # fmt: skip
def test_figures_are_given_only_under_our_own_host_name(app_server: Server, host: str, status: int) -> None:
    """All figures go through this socket; what else is served is Streamlit's own empty page."""
    given = f"{host}:{port_of(app_server)}"
    handshake = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    told = answer(app_server, "GET", "/_stcore/stream", Host=given, Origin=f"http://{given}", **handshake)
    assert told.status == status


@pytest.mark.parametrize("path", ["/", "/indicator", "/_stcore/health", "/nowhere"])
def test_every_answer_says_that_it_may_not_be_shown_in_a_frame(app_server: Server, path: str) -> None:
    told = answer(app_server, "GET", path)
    assert told.headers.get_all("X-Frame-Options") == ["DENY"]
    assert told.headers.get_all("Content-Security-Policy") == ["frame-ancestors 'none'"]


def test_another_page_cannot_show_the_app_within_itself(app: str, page: OpenPage) -> None:
    opened = page(app)  # the nearest page there is, which Chromium itself would let show it
    with opened.expect_console_message(lambda one: "frame-ancestors 'none'" in one.text):
        opened.evaluate(
            "from => { document.body.append(Object.assign(document.createElement('iframe'), {src: from})) }", app
        )
    assert opened.frames[-1].get_by_role("heading", level=1).count() == 0


def test_programs_cannot_drive_the_app(app_server: Server) -> None:
    told = answer(app_server, "POST", "/_stcore/agent/interact", Host="localhost")
    assert told.status in {403, 404}


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/?quarter=never", "“never” cannot be read as a quarter."),
        ("/indicator?indicator=NOPE", "There is no indicator “NOPE”."),
        ("/?area=NOWHERE", "“NOWHERE”"),
        (f"/indicator?indicator={quote(SCRIPT)}", f"“{SCRIPT}”"),
        (f"/indicator?indicator={quote(MARKDOWN)}", f"“{MARKDOWN}”"),
    ],
    ids=["quarter", "indicator", "area", "indicator as script", "indicator as Markdown"],
)  # fmt: skip
def test_what_is_not_known_in_the_address_is_said_plainly_and_once(
    app: str, page: OpenPage, address: str, said: str
) -> None:
    opened = page(app + address)
    messages = opened.locator("p.message")
    expect(messages).to_have_count(1)
    expect(messages).to_contain_text(said)
    expect(messages.locator("*")).to_have_count(0)
    words = opened.locator("body").inner_text()
    assert "Traceback" not in words
    assert "Something went wrong" not in words
    assert "KPI explorer" in opened.title()


@pytest.mark.parametrize("address", ["/", "/nowhere"])
def test_nothing_on_the_page_leads_away(app: str, page: OpenPage, address: str) -> None:
    opened = page(app + address)
    expect(opened.get_by_test_id("stAppDeployButton")).to_have_count(0)
    expect(opened.get_by_text("Deploy", exact=True)).to_have_count(0)
    expect(opened.get_by_text("Ask Google")).to_have_count(0)
    away = opened.locator("a").evaluate_all(
        "links => links.map(link => link.href).filter(href => href && new URL(href).host !== location.host)"
    )
    assert away == []


def test_the_tabs_icon_is_our_own(app: str, page: OpenPage) -> None:
    icons = page(app).locator("link[rel~=icon]").evaluate_all("links => links.map(link => link.href)")
    assert icons
    for icon in icons:
        assert icon.startswith(app)


WRITTEN = (
    *(SCRIPT, MARKDOWN, "http://evil.example/x", "www.evil.example", "who@evil.example", "$x$ **b** ~~c~~ &lt;d&gt;"),
    *(":material/face: :smile: :streamlit:", "a -> b <- c -- d >= e ~= f", "![i](http://evil.example/i.png)"),
)


def test_what_a_file_says_is_text_in_a_widgets_label_too(app: str, page: OpenPage) -> None:
    """A label is Markdown, in which Streamlit also looks for addresses, icons and arrows after all marks are read."""
    opened = page(f"{app}/mapping")
    rows = [(one, "Q3 2022-23", "86.0") for one in WRITTEN]
    give(opened, csv_file(("PI Code", "Quarter", "Outturn"), *rows), f"{SCRIPT}.csv")
    opened.get_by_role("button", name="Start from a guess").click()
    asked = opened.get_by_test_id("stWidgetLabel").filter(has_text="Indicator for the name in the file")
    expect(asked).to_have_count(len(WRITTEN))
    said = [label.removeprefix("Indicator for the name in the file ").replace("\u2060", "") for label in asked.all_inner_texts()]  # fmt: skip
    assert said == [f"“{one}”" for one in WRITTEN]
    expect(asked.locator("p *")).to_have_count(0)


def test_what_a_file_says_is_text_where_it_is_confirmed(app: str, page: OpenPage) -> None:
    opened = page(f"{app}/upload")
    give(opened, csv_file(("indicator", "quarter", "value", *WRITTEN[:1]), ("FD01", "Q3 2022-23", "89.5", "z")), f"{MARKDOWN}.csv")  # fmt: skip
    box = opened.get_by_test_id("stCheckbox").filter(has_text="is not in the template")
    expect(box).to_contain_text(f"“{SCRIPT}”")
    expect(box.locator("p *")).to_have_count(0)
    assert "KPI explorer" in opened.title()
