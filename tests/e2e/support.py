"""The real service with the real models on the sample, and a browser, for the tests of what runs in one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from service.config import SAMPLE
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
# Nothing but the page itself may use the network: a browser of its own accord looks for updates.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
PATIENCE = 180_000  # ms
WITH_MODELS = pytest.mark.skipif(
    not (ROOT / "models/stance/manifest.json").exists(), reason="models/stance has no weights"
)
NEEDED = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed; CHROMIUM names one elsewhere"),
    WITH_MODELS,
]


@dataclass
class Served:
    """The service, and how to stop it."""

    url: str
    process: subprocess.Popen[bytes]
    folder: Path

    def keys(self, *command: str) -> str:
        """Run `wirecheck keys …` beside the service."""
        env = {**os.environ, "WIRECHECK_DATA": str(self.folder)}
        whole = [sys.executable, "-m", "service.cli", "keys", *command]
        return subprocess.run(whole, cwd=ROOT, env=env, capture_output=True, text=True, check=True).stdout.strip()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)


def serve(folder: Path, port: int | None = None, **settings: str) -> Served:
    port = port or free_port()
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
                return Served(url, process, folder)
        except OSError:
            time.sleep(0.3)
    pytest.fail((folder / "log").read_text())


def faults(page: Page) -> list[str]:
    """Return what axe finds wrong on the page as it stands."""
    return [f"{v['id']}: {v['nodes'][0]['html']}" for v in Axe().run(page).response["violations"]]
