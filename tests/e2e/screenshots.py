"""Takes the README's pictures: `python -m tests.e2e.screenshots docs`, with the real service on the sample."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Playwright, expect, sync_playwright

from tests.e2e.loaded import browser_with, built, site
from tests.e2e.support import CHROMIUM, FLAGS, Served, serve

_CLAIM = "Forty people were injured in the ferry accident."
_STORY = f"""<!doctype html><html lang=en><meta charset=utf-8><title>Quay Post</title>
<style>body {{ font: 1.05rem/1.6 Georgia, serif; max-width: 38rem; margin: 2rem auto; }}</style>
<article><h1>What we know about the ferry</h1>
<p>The ferry struck the breakwater outside Kelmouth on Thursday evening. {_CLAIM} It was a terrible night.</p>
<p>The ferry had 214 passengers and a crew of 16 on board. Who left the harbor light dark?</p></article></html>"""
_DESK = (("light", 1100, 820), ("dark", 1100, 820), ("phone", 375, 760))
_PANEL = (("light", 400), ("dark", 400), ("phone", 320))


def _desk(playwright: Playwright, served: Served, folder: Path) -> None:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    for name, width, height in _DESK:
        page = browser.new_page(
            viewport={"width": width, "height": height}, color_scheme="dark" if name == "dark" else "light"
        )
        page.goto(served.url)
        page.get_by_role("textbox", name="Claim").fill(_CLAIM)
        page.get_by_role("button", name="Check", exact=True).click()
        page.locator(".verdict").wait_for()
        page.screenshot(path=folder / f"desk-{name}.png")
    browser.close()


def _extension(playwright: Playwright, served: Served, folder: Path, spare: Path) -> None:
    with browser_with(built(spare), spare / "profile", playwright) as extension, site({"/": _STORY}) as web:
        extension.settings(served.url)
        page = extension.context.new_page()
        page.set_viewport_size({"width": 800, "height": 420})
        page.goto(web.url())
        extension.click_button(page.url)
        panel = extension.open("panel.html", 400, 820)
        extension.choose("check-page", page.url)
        expect(panel.locator("#status")).to_contain_text("Done", timeout=60_000)
        panel.screenshot(path=folder / "extension-claims.png")
        page.screenshot(path=folder / "extension-page.png")
        extension.choose("check-selection", page.url, _CLAIM)
        panel.locator(".verdict").wait_for()
        for name, width in _PANEL:
            panel.emulate_media(color_scheme="dark" if name == "dark" else "light")
            panel.set_viewport_size({"width": width, "height": 820})
            panel.screenshot(path=folder / f"extension-{name}.png")


def main() -> None:
    folder = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        served = serve(Path(name))
        try:
            _desk(playwright, served, folder)
            _extension(playwright, served, folder, Path(name) / "extension")
        finally:
            served.stop()


if __name__ == "__main__":
    main()
