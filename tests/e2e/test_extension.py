"""The extension in Chromium, with the real service and models: what a reader does, and what goes wrong."""

from __future__ import annotations

import json
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.e2e.loaded import Loaded, Site, Target, browser_with, built, site
from tests.e2e.pages import HOSTILE, STORY
from tests.e2e.support import NEEDED, PATIENCE, Served, faults
from tests.ports import free_port

CLAIM = "Forty people were injured in the ferry accident."
KEY = "wk-secret-4711"
MARKED = """Object.fromEntries([...CSS.highlights].map(([name, ranges]) => [name, [...ranges].map(String)]))"""

pytestmark = NEEDED


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory, playwright: Playwright) -> Iterator[Loaded]:
    folder = tmp_path_factory.mktemp("extension")
    with browser_with(built(folder), folder / "profile", playwright) as found:
        yield found


@pytest.fixture
def extension(chromium: Loaded, served: Served) -> Iterator[Loaded]:
    """The extension with its settings made, and nothing open."""
    chromium.reset()
    chromium.settings(served.url)
    yield chromium
    chromium.reset()


@pytest.fixture
def web() -> Iterator[Site]:
    with site({"/story": STORY, "/hostile": HOSTILE}) as found:
        yield found


@pytest.fixture
def panel(extension: Loaded) -> Page:
    return extension.open("panel.html")


def _visit(extension: Loaded, url: str) -> Page:
    page = extension.context.new_page()
    page.goto(url)
    return page


def _ask(panel: Page, claim: str = CLAIM) -> None:
    panel.get_by_role("textbox", name="Claim").fill(claim)
    panel.get_by_role("button", name="Check", exact=True).click()


# --- from selection to answer ---


def test_a_selection_is_answered_from_the_page_s_menu(extension: Loaded, web: Site, panel: Page) -> None:
    page = _visit(extension, web.url("/story"))
    extension.click_button(page.url)
    extension.choose("check-selection", page.url, f"  {CLAIM} ")
    expect(panel.locator(".verdict")).to_have_text("Refuted")
    expect(panel.locator(".reason")).to_contain_text("the claim says forty")
    expect(panel.locator(".claim mark")).to_have_text("Forty")
    expect(panel.locator("#status")).to_have_text("Done: refuted.")
    assert panel.get_by_role("textbox", name="Claim").input_value() == CLAIM
    assert page.evaluate(MARKED) == {}


def test_a_selection_is_answered_by_shortcut(extension: Loaded, web: Site, panel: Page) -> None:
    page = _visit(extension, web.url("/story"))
    page.evaluate("getSelection().selectAllChildren(document.querySelectorAll('article p')[2])")
    extension.click_button(page.url)
    extension.press("check-selection", page.url)
    expect(panel.locator(".claim")).to_have_text("The buoy at the harbor entrance was dark.")
    panel.locator(".verdict").wait_for()


def test_what_is_selected_in_a_password_field_is_not_read(extension: Loaded, web: Site, panel: Page) -> None:
    web.pages["/login"] = "<input id=secret type=password value='The gull is 77 years old.'>"
    page = _visit(extension, web.url("/login"))
    page.evaluate("secret.focus(); secret.select()")
    extension.click_button(page.url)
    extension.press("check-selection", page.url)
    expect(panel.locator("#status.error")).to_contain_text("Nothing is selected")


def test_the_panel_beside_the_page_shows_it_too(extension: Loaded, web: Site) -> None:
    page = _visit(extension, web.url("/story"))
    extension.click_button(page.url)
    beside = Target(extension, "panel.html", page)
    extension.choose("check-selection", page.url, CLAIM)
    assert beside.wait_for("document.querySelector('.verdict')?.textContent") == "Refuted"


def test_contract_desk_and_panel_show_the_same_numbers(
    extension: Loaded, served: Served, panel: Page, browser: Browser
) -> None:
    asked = urllib.parse.urlencode({"claim": CLAIM, "include_excluded": "true"})
    with urllib.request.urlopen(f"{served.url}/v1/check?{asked}") as answer:  # noqa: S310
        report = json.load(answer)
    desk = browser.new_page()
    desk.goto(served.url)
    desk.get_by_role("textbox", name="Claim").fill(CLAIM)
    desk.get_by_role("button", name="Check", exact=True).click()
    _ask(panel)
    shown = [_numbers(page) for page in (desk, panel)]
    desk.close()
    assert shown[0] == shown[1]
    facts = [f"similarity {each['similarity']:.2f}" for each in [*report["evidence"], *report["related"]]]
    said = [text.split(" · ")[0] for text in shown[1]["entries"]]
    assert sorted(said) == sorted(facts)
    assert f"Confidence in this verdict: {report['confidence']:.0%}" in shown[1]["head"]
    assert f"conflicting: {report['origins']['conflicting']} origin" in shown[1]["head"]
    assert shown[1]["reason"] == report["reason"]
    assert len(shown[1]["excluded"]) == len(report["excluded"])


def _numbers(page: Page) -> dict[str, Any]:
    page.locator(".verdict").wait_for(timeout=PATIENCE)
    found: dict[str, Any] = page.evaluate(
        """() => {
          const report = document.querySelector(".report");
          const texts = (query) => [...report.querySelectorAll(query)].map((each) => each.textContent);
          return {
            verdict: texts(".verdict"), reason: texts(".reason")[0], head: texts(":scope > .hint")[0],
            entries: texts(".entry > .hint"), quotes: texts("blockquote"), origins: texts("h5"), chart: texts("svg"),
            excluded: texts(":scope > details:last-child > ul > li"),
          };
        }"""
    )
    return found


# --- a page ---


def test_a_page_is_checked_on_request_and_its_sentences_marked(extension: Loaded, web: Site, panel: Page) -> None:
    page = _visit(extension, web.url("/story"))
    before = page.content()
    extension.click_button(page.url)
    extension.choose("check-page", page.url)
    expect(panel.locator("#status")).to_contain_text("Done: 4 claims checked.")
    said = {
        row.locator("p").nth(1).inner_text(): row.locator(".line").inner_text()
        for row in panel.locator("#claims li").all()
    }
    assert said[CLAIM] == "Refuted"
    assert set(said) == {
        "Ferry strikes breakwater",
        "The ferry Brannock Star struck the breakwater outside Kelmouth on Thursday evening.", CLAIM,
        "The buoy at the harbor entrance was dark.",
    }  # fmt: skip
    marked = {" ".join(text.split()): name for name, texts in page.evaluate(MARKED).items() for text in texts}
    assert marked == {text: f"wirecheck-{verdict.lower().replace(' ', '_')}" for text, verdict in said.items()}
    counted = dict(text.split(": ") for text in panel.locator("#counts li").all_inner_texts())
    assert {name: int(number) for name, number in counted.items()} == {
        name: list(said.values()).count(name) for name in said.values()
    }
    assert page.content() == before, "marks are no part of the page"

    panel.locator("#claims li").nth(2).get_by_role("button", name="Evidence").click()
    expect(panel.locator("#claims li").nth(2).locator(".reason")).to_contain_text("the claim says forty")
    page.evaluate("scrollTo(0, 0)")
    panel.locator("#claims li").nth(2).get_by_role("button", name="Show in the page").click()
    page.wait_for_function("CSS.highlights.has('wirecheck-current')")

    panel.get_by_role("button", name="Remove the marks and this list").click()
    expect(panel.locator("#claims-part")).to_be_hidden()
    assert page.evaluate(MARKED) == {}


def test_no_more_of_a_page_is_sent_than_its_story(extension: Loaded, panel: Page) -> None:
    """A server that only listens: one request, the visible story, no address, cookie or hidden text."""
    with site({"/story": STORY}) as web, site({"/v1/check-text": '{"kind": "summary"}\n'}) as listening:
        extension.settings(listening.url("", "127.0.0.1"))
        page = _visit(extension, web.url("/story"))
        page.evaluate("document.cookie = 'session=9'")
        page.wait_for_timeout(500)
        assert listening.asked == [], "nothing before it is asked for"
        extension.click_button(page.url)
        extension.press("check-page", page.url)
        expect(panel.locator("#status")).to_contain_text("Done")
        ((method, path, headers, body),) = listening.asked
    assert (method, path) == ("POST", "/v1/check-text")
    text = json.loads(body)["text"]
    assert text.split("\n\n") == [
        "Ferry strikes breakwater",
        "The ferry Brannock Star struck the breakwater outside Kelmouth on Thursday evening.",
        f"{CLAIM} 🐴 Is this what we pay the harbor for?",
        "The buoy at the harbor entrance was dark.",
    ]
    assert str(web.port) not in body + str(headers)
    assert not {"Cookie", "Referer", "Authorization"} & set(headers)
    assert (headers["Origin"], headers["Sec-Fetch-Site"]) == (f"chrome-extension://{extension.id}", "none")


def test_a_page_is_checked_by_the_panel_s_own_button_once_the_toolbar_s_was_clicked(
    extension: Loaded, web: Site
) -> None:
    page = _visit(extension, web.url("/story"))
    extension.click_button(page.url)
    beside = Target(extension, "panel.html", page)
    beside.wait_for("document.querySelector('#desk:not([hidden])') && true")
    beside.evaluate("document.getElementById('page').click()")
    beside.wait_for("document.getElementById('status').textContent.startsWith('Done: 4 claims')")
    assert CLAIM in " ".join(" ".join(page.evaluate(MARKED)["wirecheck-refuted"]).split())


def test_a_page_that_nobody_clicked_on_is_not_read(extension: Loaded, web: Site, panel: Page) -> None:
    page = _visit(extension, web.url("/story"))
    page.bring_to_front()
    extension.press("check-page", "the tab in front")
    expect(panel.locator("#status.error")).to_contain_text("does not let Wirecheck read this page until you ask")


def test_what_has_changed_in_the_page_is_not_marked(extension: Loaded, web: Site, panel: Page) -> None:
    page = _visit(extension, web.url("/story"))
    extension.click_button(page.url)
    extension.choose("check-page", page.url)
    expect(panel.locator("#status")).to_contain_text("Done")
    page.evaluate(
        "document.querySelectorAll('article p')[2].firstChild.data = 'Something else stands here by now, at length.'"
    )
    panel.locator("#claims li").nth(3).get_by_role("button", name="Show in the page").click()
    expect(panel.locator("#status.error")).to_contain_text("no longer in the page")


# --- what goes wrong ---


def test_a_server_that_is_gone_is_said_plainly_and_asked_again(extension: Loaded, served: Served, panel: Page) -> None:
    extension.settings(f"http://127.0.0.1:{free_port()}")
    _ask(panel)
    expect(panel.locator("#status.error")).to_contain_text("cannot be reached")
    extension.settings(served.url)
    panel.get_by_role("button", name="Try again").click()
    expect(panel.locator(".verdict")).to_have_text("Refuted")


def test_offline_is_an_error_and_what_was_found_stays_readable(extension: Loaded, panel: Page) -> None:
    _ask(panel)
    expect(panel.locator(".verdict")).to_have_text("Refuted")
    worker = Target(extension, "background.js", panel)
    worker.send("Network.enable", {})
    cut = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    worker.send("Network.emulateNetworkConditions", cut)
    try:
        panel.reload()
        expect(panel.locator(".verdict")).to_have_text("Refuted")
        _ask(panel)
        expect(panel.locator("#status.error")).to_contain_text("cannot be reached")
    finally:
        worker.send(
            "Network.emulateNetworkConditions",
            {**cut, "offline": False, "downloadThroughput": -1, "uploadThroughput": -1},
        )


def test_a_slow_server_is_waited_for_and_can_be_canceled(extension: Loaded) -> None:
    with site({"/v1/check": "{}"}, stuck=threading.Event()) as slow:
        extension.settings(slow.url("", "127.0.0.1"))
        panel = extension.open("panel.html")
        panel.clock.install()
        panel.reload()
        _ask(panel)
        expect(panel.locator("#status")).to_have_text("Reading the articles…")
        panel.clock.run_for(11_000)
        expect(panel.locator("#status")).to_contain_text("Still waiting for the server")
        panel.get_by_role("button", name="Cancel").click()
        expect(panel.locator("#status")).to_have_text("Canceled.")
        expect(panel.get_by_role("button", name="Cancel")).to_be_hidden()


def test_a_server_that_wants_a_key_is_said_to(extension: Loaded, panel: Page) -> None:
    problem = json.dumps({"status": 401, "detail": "An API key is needed."})
    with site({"/v1/check": problem}, status=401) as strict:
        extension.settings(strict.url("", "127.0.0.1"), KEY)
        _ask(panel)
        expect(panel.locator("#status.error")).to_have_text("An API key is needed. The API key is set in the settings.")
        assert [headers["Authorization"] for _, _, headers, _ in strict.asked] == [f"Bearer {KEY}"]
    expect(panel.get_by_role("button", name="Open the settings")).to_be_visible()


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("", "Nothing is selected"),
        ("🐴!", "The claim has 2 characters; at least 3 are needed."),
        ("🐴" * 1001, "The text has 1,001 characters; a claim has at most 1,000."),
    ],
)
def test_a_claim_that_cannot_be_one_is_not_sent(extension: Loaded, panel: Page, claim: str, said: str) -> None:
    with site({}) as listening:
        extension.settings(listening.url("", "127.0.0.1"))
        _ask(panel, claim)
        expect(panel.locator("#status.error")).to_contain_text(said)
        assert listening.asked == []


def test_a_selection_too_long_for_a_claim_is_checked_claim_by_claim(extension: Loaded, panel: Page) -> None:
    _ask(panel, f"{CLAIM} {'Who is to blame? ' * 60}")
    panel.get_by_role("button", name="Check each claim in it").click()
    expect(panel.locator("#status")).to_have_text("Done: 1 claim checked.")
    expect(panel.locator("#claims .verdict")).to_contain_text("Refuted, confidence")


def test_without_settings_the_way_there_is_shown(chromium: Loaded) -> None:
    chromium.reset()
    panel = chromium.open("panel.html")
    _ask(panel)
    expect(panel.locator("#status.error")).to_contain_text("No server is set yet")
    panel.get_by_role("button", name="Open the settings").click()
    Target(chromium, "options.html", panel)  # in a new tab, or in one that was empty


# --- settings ---


def test_the_settings_are_saved_and_the_server_tried(chromium: Loaded, served: Served) -> None:
    chromium.reset()
    options = chromium.open("options.html", 700)
    options.get_by_label("Address").fill(f"{served.url}/")
    options.get_by_label("API key, if").fill(KEY)
    options.get_by_role("button", name="Save and test").click()
    expect(options.locator("#status")).to_have_text("Saved. The server is ready.")
    assert chromium.worker.evaluate("chrome.storage.local.get(null)") == {"server": served.url, "apiKey": KEY}
    options.get_by_role("button", name="Forget address and key").click()
    expect(options.locator("#status")).to_have_text("Forgotten.")
    assert chromium.worker.evaluate("chrome.storage.local.get(null)") == {}


def test_a_key_is_not_sent_where_others_can_read_it(chromium: Loaded) -> None:
    chromium.reset()
    options = chromium.open("options.html", 700)
    options.get_by_label("Address").fill("http://wirecheck.example")
    options.get_by_label("API key, if").fill(KEY)
    options.get_by_role("button", name="Save and test").click()
    expect(options.locator("#status.error")).to_contain_text("use an https address")
    assert chromium.worker.evaluate("chrome.storage.local.get(null)") == {}


# --- keyboard, screen readers, narrow panels ---


def test_by_keyboard_alone(extension: Loaded, panel: Page) -> None:
    panel.locator("#settings").focus()
    panel.keyboard.press("Tab")
    expect(panel.get_by_role("textbox", name="Claim")).to_be_focused()
    panel.keyboard.type(CLAIM)
    panel.keyboard.press("Control+Enter")
    panel.locator(".verdict").wait_for()
    expect(panel.locator(".verdict")).to_be_focused()
    panel.keyboard.press("Tab")
    expect(panel.get_by_role("button", name="ClaimReview draft")).to_be_focused()
    panel.keyboard.press("Enter")
    expect(panel.locator(".draft pre")).to_contain_text("ClaimReview")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(extension: Loaded, web: Site, panel: Page, scheme: str) -> None:
    panel.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    _ask(panel)
    panel.locator(".verdict").wait_for()
    for summary in panel.locator("details > summary").all():
        if summary.is_visible():
            summary.click()
    assert faults(panel) == []
    page = _visit(extension, web.url("/story"))
    extension.click_button(page.url)
    extension.choose("check-page", page.url)
    expect(panel.locator("#status")).to_contain_text("Done: 4")
    panel.get_by_role("button", name="Evidence").first.click()
    assert faults(panel) == []
    options = extension.open("options.html", 700)
    options.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    assert faults(options) == []


def test_in_a_narrow_panel_nothing_is_cut_off(panel: Page) -> None:
    panel.set_viewport_size({"width": 320, "height": 700})
    _ask(panel)
    panel.locator(".verdict").wait_for()
    assert panel.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


# --- hostile pages ---


@pytest.fixture
def key(served: Served) -> Iterator[str]:
    """A key of the service, which asks for none again once it is deleted."""
    secret = served.keys("create", "--name", "Panel", "--scope", "check")
    yield secret
    name = secret.split("_")[1]
    served.keys("revoke", name)
    served.keys("delete", name)


def test_a_hostile_page_gets_nothing_and_changes_nothing(
    extension: Loaded, served: Served, key: str, web: Site, panel: Page
) -> None:
    extension.settings(served.url, key)
    page = _visit(extension, web.url("/hostile"))
    extension.click_button(page.url)
    extension.choose("check-page", page.url)
    expect(panel.locator("#status")).to_contain_text("Done: 4 claims checked.")
    assert "onerror" in panel.locator("#claims").inner_text()
    assert panel.locator("#claims img, #claims script, #report img, #report script").count() == 0
    assert panel.title() == "Wirecheck"
    assert sum(len(texts) for texts in page.evaluate(MARKED).values()) == 4
    everything = json.dumps([page.content(), page.evaluate("window.seen"), page.evaluate("Object.keys(window)")])
    assert key not in everything
    assert served.url not in everything
    assert page.evaluate("window.seen.filter((each) => !each.startsWith('selectionchange'))") == []


def test_a_page_cannot_talk_to_the_extension(
    extension: Loaded, served: Served, key: str, web: Site, panel: Page
) -> None:
    extension.settings(served.url, key)
    page = _visit(extension, web.url("/story"))
    extension.click_button(page.url)
    extension.choose("check-selection", page.url, CLAIM)
    expect(panel.locator(".verdict")).to_have_text("Refuted")
    before = extension.state()
    tried = page.evaluate(
        """async (id) => {
          const found = { runtime: typeof globalThis.chrome?.runtime?.sendMessage };
          const frame = document.createElement("iframe");
          frame.src = `chrome-extension://${id}/options.html`;
          document.body.append(frame);
          found.fetched = await fetch(`chrome-extension://${id}/options.html`).then((r) => r.ok, () => false);
          found.image = await new Promise((done) => {
            const image = new Image();
            image.onload = () => done(true); image.onerror = () => done(false);
            image.src = `chrome-extension://${id}/icons/16.png`;
          });
          for (const message of [{ ask: "test" }, { ask: "check", claim: "The quay is closed." }]) {
            postMessage(message, "*");
            frame.contentWindow.postMessage(message, "*");
            document.dispatchEvent(new CustomEvent("wirecheck", { detail: message }));
          }
          await new Promise((done) => setTimeout(done, 500));
          return found;
        }""",
        extension.id,
    )
    assert tried == {"runtime": "undefined", "fetched": False, "image": False}
    assert not [frame for frame in page.frames if frame.url.startswith("chrome-extension:")]
    assert extension.state() == before


def test_what_runs_in_a_page_can_neither_read_the_key_nor_ask_for_a_check(
    extension: Loaded, served: Served, key: str, web: Site
) -> None:
    """As if a page had taken over the content script: that world has no storage, and gets no answer."""
    extension.settings(served.url, key)
    page = _visit(extension, web.url("/story"))
    extension.click_button(page.url)
    found = extension.worker.evaluate(
        """async (url) => {
          const tabs = await chrome.tabs.query({ active: true });
          const func = async () => ({
            href: location.href,
            local: await chrome.storage?.local.get(null).catch((error) => error.message),
            session: await chrome.storage?.session.get(null).catch((error) => error.message),
            asked: await chrome.runtime.sendMessage({ ask: "test" }).catch((error) => error.message),
          });
          for (const { id } of tabs) {
            const found = await chrome.scripting.executeScript({ target: { tabId: id }, func }).catch(() => null);
            if (found) return found[0].result;
          }
        }""",
        page.url,
    )
    assert found["href"] == page.url
    assert "Access to storage is not allowed" in found["local"]
    assert "Access to storage is not allowed" in found["session"]
    assert found.get("asked") is None
    assert key not in json.dumps(found)


# --- links ---


def test_a_link_lands_on_the_sentence(extension: Loaded, served: Served, web: Site, panel: Page) -> None:
    filler = "".join(f"<p>Berth {n} of the old harbor was measured and found dry.</p>" for n in range(60))
    said = "Thirty-one seals slept on the slipway of Kelmouth on Sunday night."
    web.pages["/seals"] = f"<title>Seals</title><article>{filler}<p id=said>{said}</p>{filler}</article>"
    article = {
        "title": "Seals take the slipway",
        "url": web.url("/seals"),
        "text": f"{said} Nobody woke them before noon.",
    }
    request = urllib.request.Request(  # noqa: S310
        f"{served.url}/v1/articles?on_duplicate=replace",
        json.dumps(article).encode(),
        {"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request).close()  # noqa: S310
    _ask(panel, said)
    link = panel.get_by_role("link", name="Open at the sentence").first
    link.wait_for()
    assert ":~:text=" in (link.get_attribute("href") or "")
    with extension.context.expect_page() as opened:
        link.click()
    page = opened.value
    page.wait_for_function("scrollY > 0")
    top, bottom, height = page.evaluate(
        "(({ top, bottom }) => [top, bottom, innerHeight])(said.getBoundingClientRect())"
    )
    assert 0 <= top < bottom <= height
