"""Builds the wheel twice and compares, installs it where there is no source tree, and runs it there as a user would."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from release.places import DIST, INSTALLED, LOCK, ROOT, clean_env, environment, run

PARTS = ("pyproject.toml", "README.md", "LICENSE", "service", "models")
CLAIM = "Forty people were injured in the ferry accident."
PATIENCE_S = 120
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def main() -> None:
    """Leave the wheel in `dist`, or stop with what is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        wheels = [_built(Path(folder) / name) for name in ("one", "two")]
        one, two = (hashlib.sha256(wheel.read_bytes()).hexdigest() for wheel in wheels)
        if one != two:
            sys.exit(f"two builds differ: {one} and {two}")
        DIST.mkdir(exist_ok=True)
        wheel = Path(shutil.copy(wheels[0], DIST))
    print(f"{wheel.relative_to(ROOT)}: built twice, the same; sha256 {one}; {wheel.stat().st_size:,} bytes")
    python = environment(INSTALLED, LOCK)
    how = ("--quiet", "--no-deps", "--force-reinstall", "--no-index")
    run(python, "-m", "pip", "install", *how, wheel, env=clean_env())
    with tempfile.TemporaryDirectory() as away:
        _try(python.with_name("wirecheck"), Path(away))


def _built(place: Path) -> Path:
    """Build from a copy of its own, whose files' modes and times are not the checkout's nor the user's."""
    before = os.umask(0o022)
    try:
        source, out = place / "source", place / "out"
        source.mkdir(parents=True)
        for path in map(ROOT.joinpath, PARTS):
            if path.is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(path, source / path.name, ignore=ignored, copy_function=shutil.copyfile)
            else:
                shutil.copyfile(path, source / path.name)
        for path in source.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
        told = clean_env(SOURCE_DATE_EPOCH=_moment())
        how = ("--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir")
        run(sys.executable, "-m", "pip", "wheel", *how, out, source, env=told)
        (wheel,) = out.glob("*.whl")
        return wheel
    finally:
        os.umask(before)


def _moment() -> str:
    """Return the time that the files in the wheel get: the last commit's, so that anybody can build the same."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    return given or run("git", "log", "-1", "--format=%ct").strip()


def _try(wirecheck: Path, away: Path) -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    env = clean_env(WIRECHECK_PORT=str(port), WIRECHECK_DATA=str(away / "data"), HF_HUB_OFFLINE="1")
    run(wirecheck, "doctor", cwd=away, env=env)
    with _serving(wirecheck, away, env, f"http://127.0.0.1:{port}") as ask:
        sent, kind = json.dumps({"claim": CLAIM}).encode(), {"Content-Type": "application/json"}
        asked = urllib.request.Request(f"http://127.0.0.1:{port}/v1/check", sent, kind)
        with _DIRECT.open(asked, timeout=PATIENCE_S) as answer:
            served = json.load(answer)
        pages = {path: ask(path) for path in ("/", "/docs/", "/openapi.yaml", "/metrics", "/docs/swagger-ui-bundle.js")}
    checked = json.loads(run(wirecheck, "check", "--json", "--fail-on", "none", CLAIM, cwd=away, env=env))
    if served["verdict"] != checked["verdict"] or not served["evidence"] or not all(pages.values()):
        sys.exit(f"the installed wheel answers {served['verdict']}, {checked['verdict']}, {pages}")
    print(f"installed without the source tree and run: {served['verdict']}, {len(pages)} pages, doctor content")


@contextmanager
def _serving(wirecheck: Path, away: Path, env: dict[str, str], address: str) -> Iterator[Any]:
    def ask(path: str) -> int:
        with _DIRECT.open(f"{address}{path}", timeout=PATIENCE_S) as answer:
            return len(answer.read())

    log = away / "log"
    with log.open("wb") as out:
        process = subprocess.Popen([wirecheck, "serve"], cwd=away, env=env, stdout=out, stderr=out)
    try:
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                ask("/readyz")
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    sys.exit(f"the installed wheel does not serve:\n{log.read_text()}")
                time.sleep(0.2)
        yield ask
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


if __name__ == "__main__":
    main()
