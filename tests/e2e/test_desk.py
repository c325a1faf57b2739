"""The desk in a browser: the real service with the real models on the sample, from claim to answer.

`make e2e` runs these alone. They are skipped where no Chromium is installed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.support import NEEDED, PATIENCE, Served, faults, serve

CLAIM = "Forty people were injured in the ferry accident."
HOSTILE = '<img src=x onerror="document.title=\'taken\'"><script>document.title="taken"</script>'
TEXT = f"🐴 {HOSTILE}\n\n{CLAIM} Who is to blame? The buoy at the harbor entrance was dark."

pytestmark = NEEDED


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    """The desk, open; it asks no other host, and nothing goes wrong in it."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE)
    asked: list[str] = []
    thrown: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("pageerror", lambda error: thrown.append(str(error)))
    opened.goto(served.url)
    yield opened
    context.close()
    assert not [url for url in asked if not url.startswith((served.url, "data:"))]
    assert thrown == []


def _check(page: Page, claim: str = CLAIM) -> None:
    page.get_by_role("textbox", name="Claim").fill(claim)
    page.get_by_role("button", name="Check", exact=True).click()
    page.locator(".verdict").wait_for()


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
    page.get_by_role("textbox", name="Claim").focus()
    page.keyboard.type(CLAIM)
    page.keyboard.press("Control+Enter")
    page.locator(".verdict").wait_for()
    expect(page.locator(".verdict")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="ClaimReview draft")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".draft pre")).to_contain_text("ClaimReview")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", ["check", "text", "history", "corpus"])
def test_axe_finds_nothing(page: Page, scheme: str, view: str) -> None:
    page.emulate_media(color_scheme=scheme)
    _check(page)
    if view != "check":
        page.locator(f"nav a[href='#{view}']").click()
        if view == "text":
            _check_text(page)
            page.get_by_role("button", name="Evidence").first.click()
        page.locator(f"#{view}-view li").first.wait_for()
    for summary in page.locator("details:visible > summary").all():
        if summary.is_visible():
            summary.click()
    assert faults(page) == []


def test_a_check_is_found_again_in_the_history(page: Page) -> None:
    _check(page, "The buoy at the harbor entrance was dark.")
    said = page.locator(".reason").inner_text()
    page.get_by_role("link", name="History").click()
    page.get_by_role("link", name="The buoy at the harbor entrance was dark.").first.click()
    page.locator("#check-view:visible .verdict").wait_for()
    expect(page.locator("#status")).to_contain_text("Made on")
    assert page.locator(".reason").inner_text() == said


def test_a_check_prints_on_one_sheet(page: Page) -> None:
    _check(page)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="One-page report").click()
    sheet = opened.value
    expect(sheet.locator(".verdict")).to_have_text("REFUTED")
    assert (
        sheet.locator(".verdict").evaluate("node => getComputedStyle(node).fontWeight") == "700"
    )  # the style is let in
    pdf = sheet.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    assert faults(sheet) == []


def _check_text(page: Page, text: str = TEXT) -> None:
    page.locator("#text").fill(text)
    page.get_by_role("button", name="Check the text").click()
    expect(page.locator("#text-status")).to_contain_text("Done: 2 claims")


def test_a_whole_text_is_checked_claim_by_claim_and_marked(page: Page) -> None:
    page.get_by_role("link", name="Text").click()
    _check_text(page)
    assert page.locator("#text-marked").text_content() == TEXT
    assert page.locator("#text-marked .line").all_inner_texts() == [CLAIM, "The buoy at the harbor entrance was dark."]
    expect(page.locator("#text-marked .refuted")).to_have_text(CLAIM)
    expect(page.locator("#text-left")).to_contain_text("a question: “Who is to blame?”", use_inner_text=False)
    row = page.locator("#text-claims > li").first
    expect(row.locator(":scope > .verdict")).to_contain_text("Refuted, confidence")
    row.get_by_role("button", name="Evidence").click()
    expect(row.locator(".reason")).to_contain_text("the claim says forty")
    assert page.locator("#text-found img, #text-found script").count() == 0


def test_a_page_from_a_file_is_read_without_its_furniture(page: Page, tmp_path: Path) -> None:
    (tmp_path / "story.html").write_text(f"<html><body><nav>Home</nav><article><p>{CLAIM}</p></article></body></html>")
    page.get_by_role("link", name="Text").click()
    page.get_by_label("Or a file (.txt, .md or .html)").set_input_files(tmp_path / "story.html")
    page.get_by_role("button", name="Check the text").click()
    expect(page.locator("#text-status")).to_contain_text("Done: 1 claim;")
    expect(page.locator("#text-marked")).to_have_text(CLAIM)


def test_an_empty_text_is_told_to_be_empty(page: Page) -> None:
    page.get_by_role("link", name="Text").click()
    page.get_by_role("button", name="Check the text").click()
    expect(page.locator("#text-status.error")).to_contain_text("text")


def test_an_article_is_added_and_its_text_stays_text(page: Page) -> None:
    page.get_by_role("link", name="Articles").click()
    page.get_by_text("Add an article").click()
    page.get_by_label("Title").fill(f"Gulls take the pier {HOSTILE}")
    text = f"Eleven gulls took the pier café of Kelmouth on Sunday {HOSTILE}. Nobody dared to go in until noon."
    page.locator("#a-text").fill(text)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#corpus-status")).to_contain_text("Added")
    expect(page.locator("#articles")).to_contain_text("onerror")
    page.get_by_role("link", name="Check", exact=True).click()
    _check(page, "Eleven gulls took the pier café of Kelmouth on Sunday.")
    expect(page.locator("#report")).to_contain_text("Eleven gulls took the pier")
    assert page.title() == "Wirecheck"
    assert page.locator("#report img, #report script, #articles img").count() == 0


def test_many_articles_are_added_from_a_file(page: Page, tmp_path: Path) -> None:
    moths = {"title": "Moths in the town hall", "text": "Nine moths flew through the town hall of Kelmouth on Monday."}
    lines = [json.dumps(moths), json.dumps(moths), '{"title": "Nothing else"}']
    (tmp_path / "moths.jsonl").write_text("\n".join(lines))
    page.get_by_role("link", name="Articles").click()
    page.get_by_text("Add an article").click()
    page.locator("#a-file").set_input_files(tmp_path / "moths.jsonl")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#corpus-status")).to_contain_text("1 added, 1 there already, 1 refused. Line 3:")
    expect(page.locator("#articles")).to_contain_text("Moths in the town hall")


def test_a_problem_is_shown_as_the_server_says_it(page: Page) -> None:
    page.get_by_role("textbox", name="Claim").fill("??")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#status.error")).to_contain_text("claim")


def test_a_check_can_be_canceled(page: Page) -> None:
    page.route("**/v1/check", lambda route: None)  # an answer that never comes
    page.get_by_role("textbox", name="Claim").fill(CLAIM)
    page.get_by_role("button", name="Check", exact=True).click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#status")).to_have_text("Canceled.")
    expect(page.get_by_role("button", name="Cancel")).to_be_hidden()


def test_on_a_phone_nothing_is_cut_off(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    _check(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_server_that_is_gone_is_said_plainly(browser: Browser, tmp_path: Path) -> None:
    served = serve(tmp_path)
    page = browser.new_page()
    page.goto(served.url)
    served.stop()
    page.get_by_role("textbox", name="Claim").fill(CLAIM)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#status.error")).to_contain_text("cannot be reached")


def test_a_server_that_asks_for_a_key_is_given_one(browser: Browser, tmp_path: Path) -> None:
    served = serve(tmp_path, API_KEYS_REQUIRED="true")
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    try:
        page.goto(served.url)
        page.get_by_role("textbox", name="Claim").fill(CLAIM)
        page.get_by_role("button", name="Check", exact=True).click()
        expect(page.locator("#status.error")).to_contain_text("needs an API key with the scope check")
        expect(page.get_by_label("Key", exact=True)).to_be_focused()
        assert faults(page) == []
        page.keyboard.type(served.keys("create", "--name", "Desk", "--scope", "check", "--scope", "admin"))
        page.keyboard.press("Enter")
        expect(page.locator("#key-status")).to_contain_text("until this tab is closed")
        _check(page)
        with page.expect_download() as saved:
            page.get_by_role("button", name="Save one-page report").click()
        assert CLAIM in saved.value.path().read_text(encoding="utf-8")
        page.get_by_role("link", name="History").click()
        page.get_by_role("link", name=CLAIM).wait_for()
        assert "wirecheck_" not in page.url
        page.evaluate("document.title = JSON.stringify({ ...localStorage }) + document.cookie")
        assert "wirecheck_" not in page.title()
    finally:
        context.close()
        served.stop()
