"""Builds the extension for Chrome and Firefox: `build/extension/…` to load, `dist/….zip` to hand on.

Nothing is bundled or made smaller: what is packed is what can be read here. The files that the desk and the extension
share come from `service/web`, and the client from `clients/javascript`. The same sources give the same bytes.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "extension"
WEB = ROOT / "service/web"
CLIENT = ROOT / "clients/javascript/client.js"
BROWSERS = ("chrome", "firefox")
SHARED = ("charts.js", "claims.js", "client.js", "desk.css", "dom.js", "report.js")
OWN = ("*.html", "*.js", "*.css", "icons/*.png")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can hold: the time of a build is no part of it
_READABLE = 0o100644 << 16


def manifest(browser: str) -> str:
    """Return the manifest of a browser: what both have, what it has of its own, and the project's version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    common, own = (
        json.loads((SOURCE / name).read_text("utf-8")) for name in ("manifest.json", f"manifest.{browser}.json")
    )
    return json.dumps({**common, **own, "version": project["version"]}, indent=2) + "\n"


def unpacked(browser: str, folder: Path) -> Path:
    """Write the extension of a browser into a folder of its own, and return that folder."""
    target = folder / browser
    shutil.rmtree(target, ignore_errors=True)
    for pattern in OWN:
        for path in SOURCE.glob(pattern):
            _copy(path, target / path.relative_to(SOURCE))
    for name in SHARED:
        _copy(CLIENT if name == CLIENT.name else WEB / name, target / "shared" / name)
    (target / "manifest.json").write_text(manifest(browser), "utf-8")
    return target


def packed(source: Path, target: Path) -> None:
    """Pack a folder, uncompressed, since compressors differ from one machine to the next."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(path for path in source.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(source).as_posix(), _EPOCH)
            entry.external_attr = _READABLE
            entry.create_system = 3  # Unix, also where it is packed on another
            archive.writestr(entry, path.read_bytes())


def main() -> None:
    """Build both; the desk's copy of the client is renewed too."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=ROOT / "build/extension")
    parser.add_argument("--dist", type=Path, default=ROOT / "dist")
    given = parser.parse_args()
    _copy(CLIENT, WEB / CLIENT.name)
    for browser in BROWSERS:
        folder = unpacked(browser, given.build)
        version = json.loads((folder / "manifest.json").read_text("utf-8"))["version"]
        target = given.dist / f"wirecheck-{browser}-{version}.zip"
        packed(folder, target)
        print(f"{folder}\n{target}")  # noqa: T201


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists() or target.read_bytes() != source.read_bytes():
        shutil.copyfile(source, target)


if __name__ == "__main__":
    main()
