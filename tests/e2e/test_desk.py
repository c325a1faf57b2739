"""The desk in a browser: the real service with the real models on the sample, from claim to answer.

`make e2e` runs these alone. They are skipped where no Chromium is installed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from service.config import SAMPLE
from tests.crash.test_workers import _free_port

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
# Nothing but the page itself may use the network: a browser of its own accord looks for updates.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
CLAIM = "Forty people were injured in the ferry accident."
HOSTILE = '<img src=x onerror="document.title=\'taken\'"><script>document.title="taken"</script>'
PATIENCE = 180_000  # ms

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed; CHROMIUM names one elsewhere"),
    pytest.mark.skipif(not (ROOT / "models/stance/manifest.json").exists(), reason="models/stance has no weights"),
]


@dataclass
class Served:
    """The service, and how to stop it."""

    url: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)


def _serve(folder: Path, **settings: str) -> Served:
    port = _free_port()
    others = {name: value for name, value in os.environ.items() if not name.startswith("WIRECHECK_")}
    env = {**others, "WIRECHECK_PORT": str(port), "WIRECHECK_DATA": str(folder), "WIRECHECK_ARTICLES": str(SAMPLE)}
    env |= {f"WIRECHECK_{name}": value for name, value in settings.items()}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "service.cli", "serve"], cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT
        )
    url, until = f"http://127.0.0.1:{port}", time.monotonic() + PATIENCE / 1000
    while time.monotonic() < until:
        assert process.poll() is None, (folder / "log").read_text()
        try:
            with urllib.request.urlopen(f"{url}/readyz"):  # noqa: S310
                return Served(url, process)
        except OSError:
            time.sleep(0.3)
    pytest.fail((folder / "log").read_text())


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    found = _serve(tmp_path_factory.mktemp("desk"))
    yield found
    if found.process.poll() is None:
        found.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    """The desk, open; it asks no other host, and nothing goes wrong in it."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE)
    asked: list[str] = []
    faults: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.goto(served.url)
    yield opened
    context.close()
    assert not [url for url in asked if not url.startswith((served.url, "data:"))]
    assert faults == []


def _check(page: Page, claim: str = CLAIM) -> None:
    page.get_by_label("Claim").fill(claim)
    page.get_by_role("button", name="Check", exact=True).click()
    page.locator(".verdict").wait_for()


def _faults(page: Page) -> list[str]:
    return [f"{v['id']}: {v['nodes'][0]['html']}" for v in Axe().run(page).response["violations"]]


def test_from_a_claim_to_its_verdict_and_evidence(page: Page) -> None:
    _check(page)
    expect(page.locator(".verdict")).to_have_text("Refuted")
    expect(page.locator(".reason")).to_contain_text("the claim says forty")
    expect(page.locator(".claim mark")).to_have_text("Forty")
    expect(page.locator(".side.conflicts blockquote mark").first).to_have_text(re.compile("^(?:Seventeen|17)$"))
    expect(page.get_by_text("indexed articles, published")).to_be_visible()
    assert page.locator(".side.conflicts .origin").count() >= 2
    expect(page.get_by_role("img", name="Timeline")).to_be_visible()


def test_by_keyboard_alone(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.get_by_label("Claim").focus()
    page.keyboard.type(CLAIM)
    page.keyboard.press("Control+Enter")
    page.locator(".verdict").wait_for()
    expect(page.locator(".verdict")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="ClaimReview draft")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".draft pre")).to_contain_text("ClaimReview")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", ["check", "history", "corpus"])
def test_axe_finds_nothing(page: Page, scheme: str, view: str) -> None:
    page.emulate_media(color_scheme=scheme)
    _check(page)
    if view != "check":
        page.locator(f"nav a[href='#{view}']").click()
        page.locator(f"#{view}-view li").first.wait_for()
    for summary in page.locator("details:visible > summary").all():
        if summary.is_visible():
            summary.click()
    assert _faults(page) == []


def test_a_check_is_found_again_in_the_history(page: Page) -> None:
    _check(page, "The buoy at the harbor entrance was dark.")
    said = page.locator(".reason").inner_text()
    page.get_by_role("link", name="History").click()
    page.get_by_role("link", name="The buoy at the harbor entrance was dark.").first.click()
    page.locator("#check-view:visible .verdict").wait_for()
    expect(page.locator("#status")).to_contain_text("Made on")
    assert page.locator(".reason").inner_text() == said


def test_an_article_is_added_and_its_text_stays_text(page: Page) -> None:
    page.get_by_role("link", name="Articles").click()
    page.get_by_text("Add an article").click()
    page.get_by_label("Title").fill(f"Gulls take the pier {HOSTILE}")
    text = f"Eleven gulls took the pier café of Kelmouth on Sunday {HOSTILE}. Nobody dared to go in until noon."
    page.get_by_label("Text", exact=True).fill(text)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#corpus-status")).to_contain_text("Added")
    expect(page.locator("#articles")).to_contain_text("onerror")
    page.get_by_role("link", name="Check", exact=True).click()
    _check(page, "Eleven gulls took the pier café of Kelmouth on Sunday.")
    expect(page.locator("#report")).to_contain_text("Eleven gulls took the pier")
    assert page.title() == "Wirecheck"
    assert page.locator("#report img, #report script, #articles img").count() == 0


def test_a_problem_is_shown_as_the_server_says_it(page: Page) -> None:
    page.get_by_label("Claim").fill("??")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#status.error")).to_contain_text("claim")


def test_a_check_can_be_canceled(page: Page) -> None:
    page.route("**/v1/check", lambda route: None)  # an answer that never comes
    page.get_by_label("Claim").fill(CLAIM)
    page.get_by_role("button", name="Check", exact=True).click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#status")).to_have_text("Canceled.")
    expect(page.get_by_role("button", name="Cancel")).to_be_hidden()


def test_on_a_phone_nothing_is_cut_off(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    _check(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_server_that_is_gone_is_said_plainly(browser: Browser, tmp_path: Path) -> None:
    served = _serve(tmp_path)
    page = browser.new_page()
    page.goto(served.url)
    served.stop()
    page.get_by_label("Claim").fill(CLAIM)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#status.error")).to_contain_text("cannot be reached")


def test_a_server_that_asks_for_a_key_is_given_one(browser: Browser, tmp_path: Path) -> None:
    served = _serve(tmp_path, API_KEYS_REQUIRED="true")
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    try:
        page.goto(served.url)
        page.get_by_label("Claim").fill(CLAIM)
        page.get_by_role("button", name="Check", exact=True).click()
        expect(page.locator("#status.error")).to_contain_text("needs an API key with the scope check")
        expect(page.get_by_label("Key", exact=True)).to_be_focused()
        assert _faults(page) == []
        page.keyboard.type(_key(tmp_path, "check", "admin"))
        page.keyboard.press("Enter")
        expect(page.locator("#key-status")).to_contain_text("until this tab is closed")
        _check(page)
        page.get_by_role("link", name="History").click()
        page.get_by_role("link", name=CLAIM).wait_for()
        assert "wirecheck_" not in page.url
        page.evaluate("document.title = JSON.stringify({ ...localStorage }) + document.cookie")
        assert "wirecheck_" not in page.title()
    finally:
        context.close()
        served.stop()


def _key(folder: Path, *scopes: str) -> str:
    env = {**os.environ, "WIRECHECK_DATA": str(folder)}
    named = [part for scope in scopes for part in ("--scope", scope)]
    command = [sys.executable, "-m", "service.cli", "keys", "create", "--name", "Desk", *named]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    return done.stdout.strip()
