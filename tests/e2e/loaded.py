"""The extension as `make extension` builds it, loaded into Chromium, and pages of the web for it to be used on.

The build under test differs from the one that is shipped by one line: its manifest has the permission for the server,
127.0.0.1, that a person gives in a dialog which no test can reach. The pages are on localhost, which is another host:
there it has what `activeTab` gives by a click on its button, and nothing else.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page, Playwright, Worker

from tests.e2e.support import CHROMIUM, FLAGS, PATIENCE, ROOT

_TICK, _WAIT = 50, 30_000  # ms


@dataclass
class Site:
    """A web server on a loopback address: what it serves by path, and what it was asked."""

    server: ThreadingHTTPServer
    pages: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str, Mapping[str, str], str]] = field(default_factory=list)
    status: int = 200
    stuck: threading.Event | None = None  # set: no request is answered before it is

    @property
    def port(self) -> int:
        return self.server.server_port

    def url(self, path: str = "/", host: str = "localhost") -> str:
        return f"http://{host}:{self.port}{path}"


@contextmanager
def site(pages: dict[str, str], *, status: int = 200, stuck: threading.Event | None = None) -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            found.asked.append((self.command, self.path, dict(self.headers), body))
            if found.stuck:
                found.stuck.wait(PATIENCE / 1000)
            page = found.pages.get(self.path.partition("?")[0])
            kind = "application/problem+json" if (page or "").startswith("{") else "text/html; charset=utf-8"
            self.send_response(found.status if page is not None else 404)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write((page or "").encode())

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found = Site(server, dict(pages), status=status, stuck=stuck)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        if stuck:
            stuck.set()
        server.shutdown()
        server.server_close()


def built(folder: Path) -> Path:
    """Build as the Makefile does, and give the permission for the server."""
    done = [sys.executable, "extension/build.py", "--build", str(folder), "--dist", str(folder / "dist")]
    subprocess.run(done, cwd=ROOT, check=True, capture_output=True)
    manifest = folder / "chrome/manifest.json"
    said = json.loads(manifest.read_text("utf-8"))
    assert "host_permissions" not in said
    manifest.write_text(json.dumps({**said, "host_permissions": ["http://127.0.0.1/*"]}), "utf-8")
    return manifest.parent


@dataclass
class Loaded:
    """A browser with the extension in it."""

    context: BrowserContext
    worker: Worker
    cdp: CDPSession

    @property
    def id(self) -> str:
        return self.worker.url.split("/")[2]

    def open(self, name: str, width: int = 400, height: int = 900) -> Page:
        """Open a page of the extension as a tab; the panel is the same document as in the side panel."""
        page = self.context.new_page()
        page.set_default_timeout(_WAIT)
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"chrome-extension://{self.id}/{name}")
        return page

    def settings(self, server: str, key: str | None = None) -> None:
        self.worker.evaluate("(given) => chrome.storage.local.set(given)", {"server": server, "apiKey": key})

    def click_button(self, url: str) -> None:
        """Click the extension's button in the toolbar of the tab with this address, as a person does."""
        tabs = self.cdp.send("Target.getTargets", {"filter": [{"type": "tab"}]})["targetInfos"]
        (tab,) = [found["targetId"] for found in tabs if found["url"] == url]
        self.cdp.send("Extensions.triggerAction", {"id": self.id, "targetId": tab})

    def choose(self, menu: str, url: str, selection: str | None = None) -> None:
        """Choose from the page's menu. No test can open that menu: its event is raised as the browser raises it."""
        self._raise("contextMenus.onClicked", url, {"menuItemId": menu, "selectionText": selection})

    def press(self, command: str, url: str) -> None:
        """Press a shortcut of the extension. Chromium without a window has no shortcuts: its event is raised."""
        self._raise("commands.onCommand", url, command)

    def _raise(self, event: str, url: str, first: Any) -> None:
        self.worker.evaluate(
            """async ([path, url, first]) => {
                 const tabs = await chrome.tabs.query({});
                 const func = () => location.href;
                 const seen = (tabId) => chrome.scripting.executeScript({ target: { tabId }, func });
                 let tab = null;
                 for (const each of tabs) {
                   const address = each.url ?? await seen(each.id).then(([{ result }]) => result, () => null);
                   if (address === url) tab = each;
                 }
                 tab ??= tabs.find((each) => each.active);
                 const [area, name] = path.split(".");
                 chrome[area][name].dispatch(first, tab);
               }""",
            [event, url, first],
        )

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.worker.evaluate("chrome.storage.session.get(null)")
        return found

    def reset(self) -> None:
        self.worker.evaluate("Promise.all([chrome.storage.session.clear(), chrome.storage.local.clear()])")
        first, *rest = self.context.pages
        for page in rest:
            page.close()
        first.goto("about:blank")  # the settings may have been opened in it


class Target:
    """What Playwright does not show, the panel beside a page or a worker's network: by the browser's own protocol."""

    def __init__(self, loaded: Loaded, name: str, page: Page) -> None:
        self._cdp, self._page, self._last = loaded.cdp, page, 0
        self._answers: dict[int, dict[str, Any]] = {}
        url = f"chrome-extension://{loaded.id}/{name}"
        for _ in range(_WAIT // _TICK):
            found = loaded.cdp.send("Target.getTargets")["targetInfos"]
            targets = [each["targetId"] for each in found if each["url"] == url]
            if targets:
                break
            page.wait_for_timeout(_TICK)
        given = {"targetId": targets[0], "flatten": False}
        self._session = loaded.cdp.send("Target.attachToTarget", given)["sessionId"]
        loaded.cdp.on("Target.receivedMessageFromTarget", self._received)

    def send(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        self._last += 1
        message = json.dumps({"id": self._last, "method": method, "params": params})
        self._cdp.send("Target.sendMessageToTarget", {"sessionId": self._session, "message": message})
        while self._last not in self._answers:
            self._page.wait_for_timeout(_TICK)
        answer: dict[str, Any] = self._answers[self._last]["result"]
        return answer

    def evaluate(self, expression: str) -> Any:
        """Return what an expression is there, its promise awaited."""
        params = {"expression": expression, "awaitPromise": True, "returnByValue": True, "userGesture": True}
        return self.send("Runtime.evaluate", params)["result"].get("value")

    def wait_for(self, expression: str) -> Any:
        """Wait until an expression is true, and return it."""
        for _ in range(_WAIT // _TICK):
            found = self.evaluate(expression)
            if found:
                return found
            self._page.wait_for_timeout(_TICK)
        raise AssertionError(f"never true: {expression}; shown: {self.evaluate('document.body.innerText')}")

    def _received(self, event: dict[str, Any]) -> None:
        if event["sessionId"] == self._session:
            message = json.loads(event["message"])
            if "id" in message:
                self._answers[message["id"]] = message


def _await_settings(context: BrowserContext) -> None:
    """Wait until the settings are open: they open by themselves once, after installing, and would do so in a test."""
    for _ in range(_WAIT // _TICK):
        if any(page.url.startswith("chrome-extension://") for page in context.pages):
            return
        context.pages[0].wait_for_timeout(_TICK)
    raise AssertionError("the settings did not open after installing")


@contextmanager
def browser_with(extension: Path, profile: Path, playwright: Playwright) -> Iterator[Loaded]:
    # Only the new headless mode has extensions; Playwright knows it as a browser with a window.
    given = ["--headless=new", f"--load-extension={extension}", f"--disable-extensions-except={extension}",
             "--enable-unsafe-extension-debugging"]  # fmt: skip
    context = playwright.chromium.launch_persistent_context(
        profile,
        executable_path=CHROMIUM,
        headless=False,
        args=[*FLAGS, *given],
        ignore_default_args=["--disable-extensions"],
    )
    context.set_default_timeout(_WAIT)
    worker = context.service_workers[0] if context.service_workers else context.wait_for_event("serviceworker")
    assert context.browser is not None
    _await_settings(context)
    yield Loaded(context, worker, context.browser.new_browser_cdp_session())
    context.close()
