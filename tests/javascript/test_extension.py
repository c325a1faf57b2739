"""What the packed extension may do, and that it is made of what can be read in the repository."""

from __future__ import annotations

import json
import re
import struct
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.javascript.conftest import ROOT, build

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
BROWSERS = ("chrome", "firefox")
ASKING = re.compile(r"\b(fetch\s*\(|XMLHttpRequest|WebSocket|sendBeacon|EventSource)")


def _manifest(built: Path, browser: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((built / browser / "manifest.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize("browser", BROWSERS)
def test_it_may_do_nothing_before_it_is_asked(built: Path, browser: str) -> None:
    manifest = _manifest(built, browser)
    needed = {"contextMenus", "activeTab", "scripting", "storage"}
    assert set(manifest["permissions"]) == needed | ({"sidePanel"} if browser == "chrome" else set())
    assert set(manifest["optional_host_permissions"]) == {"http://*/*", "https://*/*"}
    given = {"host_permissions", "content_scripts", "externally_connectable", "web_accessible_resources"}
    assert not given & set(manifest)
    assert "<all_urls>" not in json.dumps(manifest)
    assert (manifest["manifest_version"], manifest["version"]) == (3, VERSION)


@pytest.mark.parametrize("browser", BROWSERS)
def test_its_pages_run_no_code_but_their_own(built: Path, browser: str) -> None:
    policy = _manifest(built, browser)["content_security_policy"]["extension_pages"]
    said = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert (said["default-src"], said["script-src"], said["style-src"]) == ("'none'", "'self'", "'self'")
    for page in (built / browser).glob("*.html"):
        text = page.read_text("utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|style=|https?://", text), page.name


@pytest.mark.parametrize("browser", BROWSERS)
def test_every_file_that_is_named_is_packed(built: Path, browser: str) -> None:
    folder = built / browser
    text = (folder / "manifest.json").read_text("utf-8")
    names = set(re.findall(r'"([\w/.-]+\.(?:js|html|png))"', text))
    for page in folder.glob("*.html"):
        names |= set(re.findall(r'(?:src|href)="([^"#]+)"', page.read_text("utf-8")))
    for script in folder.rglob("*.js"):
        for name in re.findall(r'from "(\.[^"]+)"', script.read_text("utf-8")):
            names.add((script.parent / name).resolve().relative_to(folder.resolve()).as_posix())
    assert len(names) > 15
    assert [name for name in names if not (folder / name).is_file()] == []


def test_texts_become_text_and_never_markup(built: Path) -> None:
    for script in (built / "chrome").rglob("*.js"):
        found = re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc",
                           script.read_text("utf-8"))  # fmt: skip
        assert found == [], script.name


def test_only_the_background_asks_and_only_by_the_client(built: Path) -> None:
    folder = built / "chrome"
    scripts = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.js")}
    assert {name for name, text in scripts.items() if ASKING.search(text)} == {"shared/client.js"}
    assert {name for name, text in scripts.items() if "new Client(" in text} == {"background.js"}
    in_pages = scripts["content.js"]
    assert not re.search(r"\b(chrome|browser|api)\.|import\b|apiKey|server\b.*=", in_pages)


def test_the_shared_files_are_the_desk_s(built: Path) -> None:
    for path in (built / "firefox/shared").iterdir():
        assert path.read_bytes() == (ROOT / "service/web" / path.name).read_bytes(), path.name


@pytest.mark.parametrize("size", [16, 32, 48, 128])
def test_icons_have_their_size(built: Path, size: int) -> None:
    head = (built / f"chrome/icons/{size}.png").read_bytes()[:24]
    assert struct.unpack(">II", head[16:]) == (size, size)


def test_the_same_sources_give_the_same_bytes(built: Path, tmp_path: Path) -> None:
    again = build(tmp_path)
    for browser in BROWSERS:
        name = f"dist/wirecheck-{browser}-{VERSION}.zip"
        assert (built / name).read_bytes() == (again / name).read_bytes()
        with zipfile.ZipFile(built / name) as archive:
            packed = {entry: archive.read(entry) for entry in archive.namelist()}
        files = {path for path in (built / browser).rglob("*") if path.is_file()}
        assert packed == {path.relative_to(built / browser).as_posix(): path.read_bytes() for path in files}
