"""Fixtures of the browser tests. Every test in this folder carries the ``browser`` marker."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from . import HERE, ROOT, Server, chromium, serving, settled

NO_CHROMIUM = (
    "BROWSER TESTS DID NOT RUN: no Chromium was found. Install one, or name one in the environment as CHROMIUM."
)
# Without a sandbox (containers run as root), and asking nobody for anything.
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OURS = {"localhost", "127.0.0.1"}
INSIDE_THE_PAGE = {"data", "blob", "about"}

PATIENT = 60_000
"""Milliseconds to wait for what comes at once where nothing else runs: other work may leave the tests a tenth of the machine."""
expect.set_options(timeout=PATIENT)

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Skipped tests are easily overlooked: say it last, and in red."""
    if any(NO_CHROMIUM in str(report.longrepr) for report in terminalreporter.getreports("skipped")):
        terminalreporter.write_sep("*", NO_CHROMIUM, red=True, bold=True)


# Package scope, as a running Playwright holds an event loop that other tests in this process would trip over.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None and os.environ.get("CI"):
        pytest.fail(NO_CHROMIUM, pytrace=False)
    if path is None:
        pytest.skip(NO_CHROMIUM)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="package")
def app_server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("app")
    with serving(folder / "kpi.duckdb", folder / "server.log") as server:
        yield server


@pytest.fixture(scope="package")
def example_server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("example")
    database = folder / "example.duckdb"
    made = [sys.executable, "-m", "kpi_core", "--db", str(database), "example"]
    subprocess.run(made, cwd=ROOT, check=True, capture_output=True)
    with serving(database, folder / "server.log") as server:
        yield server


@pytest.fixture
def app(app_server: Server) -> Iterator[str]:
    """The address of the app over the bundled figures. One server serves all tests."""
    yield from _watched(app_server)


@pytest.fixture
def example_app(example_server: Server) -> Iterator[str]:
    """The address of the app over the example council."""
    yield from _watched(example_server)


@pytest.fixture
def own_app(browser: Browser, tmp_path: Path) -> Iterator[Server]:
    """An app over a database that is new: what is done here is seen by no other test."""
    with serving(tmp_path / "kpi.duckdb", tmp_path / "server.log") as server:
        yield server
        assert "Traceback" not in server.said()


def _watched(server: Server) -> Iterator[str]:
    """The server's address; afterwards the test fails if the server printed a traceback meanwhile, or is gone."""
    before = server.log.stat().st_size
    yield server.url
    said = server.said(before)
    if "Traceback" in said or server.process.poll() is not None:
        pytest.fail(f"The app went wrong. The end of its output:\n{said[-4000:]}", pytrace=False)


@dataclass
class Profile:
    """Somebody's browser, lent to one test after another; what it has loaded of an app it need not read again."""

    context: BrowserContext
    colour_scheme: Literal["light", "dark"]
    own: Page
    """The page that the next test gets."""
    asked: list[str] = field(default_factory=list)
    """The addresses that its pages asked for."""

    def page(self, script: str) -> Page:
        """An empty page; with ``script``, which is run first in whatever it opens, one for this test alone."""
        if script:
            page = self.context.new_page()
            page.add_init_script(script)
            return page
        if self.own.is_closed():
            self.own = self.context.new_page()
        self.own.emulate_media(media="null", forced_colors="null", color_scheme=self.colour_scheme)
        return self.own

    def emptied(self) -> None:
        """Leave its pages and forget all that they kept and asked for, so that the next test meets a stranger's browser."""
        for page in self.context.pages:
            if page != self.own:
                page.close()
        if self.own.is_closed():
            self.own = self.context.new_page()
        kept = self.context.new_cdp_session(self.own)
        if urlsplit(self.own.url).scheme == "http":
            self.own.evaluate("sessionStorage.clear()")
            self.own.goto("about:blank")
            kept.send("Page.resetNavigationHistory")
        for origin in {f"http://{urlsplit(url).netloc}" for url in self.asked}:
            kept.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "cookies,local_storage"})
        kept.detach()
        self.context.clear_cookies()
        self.asked.clear()


@pytest.fixture(scope="package")
def profiles(browser: Browser) -> dict[tuple[str, int], Profile]:
    """The browsers there are, by colour scheme and number."""
    return {}


@pytest.fixture
def page(browser: Browser, profiles: dict[tuple[str, int], Profile]) -> Iterator[OpenPage]:
    """Opens pages: ``page(url, width=390, colour_scheme="dark")``, each in a browser of its own and settled.

    Afterwards the test fails if any of them asked another host for anything.
    """
    lent: list[Profile] = []

    def open_page(
        url: str | None = None,
        *,
        width: int = 1280,
        height: int = 900,
        colour_scheme: Literal["light", "dark"] = "light",
        script: str = "",
    ) -> Page:
        key = (colour_scheme, len(lent))
        if key not in profiles:
            profiles[key] = _profile(browser, colour_scheme)
        lent.append(profiles[key])
        opened = profiles[key].page(script)
        opened.set_viewport_size({"width": width, "height": height})
        if url is not None:
            opened.goto(url)
            settled(opened)
        return opened

    yield open_page
    foreign = {url for one in lent for url in one.asked if _is_foreign(url)}
    for one in lent:
        one.emptied()
    if foreign:
        pytest.fail("The page asked other hosts for: " + ", ".join(sorted(foreign)), pytrace=False)


def _profile(browser: Browser, colour_scheme: Literal["light", "dark"]) -> Profile:
    context = browser.new_context(
        color_scheme=colour_scheme, locale="en-GB", timezone_id="Europe/London", reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENT)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("page", lambda opened: opened.on("websocket", lambda socket: asked.append(socket.url)))
    return Profile(context, colour_scheme, context.new_page(), asked)


def _is_foreign(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme not in INSIDE_THE_PAGE and parts.hostname not in OURS
