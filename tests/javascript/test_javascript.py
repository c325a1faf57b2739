"""The JavaScript client and the extension's own logic, by Node's test runner; and that no copy differs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.javascript.conftest import ROOT, needs_node


def _tested(folder: Path, **settings: str) -> None:
    """Let Node run the tests of a folder; none at all is a failure."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("NODE_")}
    done = subprocess.run(
        ["node", "--test", "--test-reporter=tap"], cwd=folder, env={**plain, **settings}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# tests 0\n" not in done.stdout


@needs_node
def test_the_client() -> None:
    _tested(ROOT / "clients/javascript")


@needs_node
def test_the_extension_s_own_logic(built: Path, tmp_path: Path) -> None:
    shutil.copytree(built / "chrome", tmp_path / "chrome")
    (tmp_path / "package.json").write_text('{"type": "module"}')  # browsers know it from the manifest
    _tested(ROOT / "extension/test", EXTENSION=str(tmp_path / "chrome"))


def test_the_desk_has_the_client_itself() -> None:
    client = (ROOT / "clients/javascript/client.js").read_bytes()
    assert (ROOT / "service/web/client.js").read_bytes() == client, "run `make extension`, which copies it"
