"""The example in the JavaScript client's README, run as it stands against the real service."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from tests.e2e.support import ROOT, WITH_MODELS, Served
from tests.javascript.conftest import needs_node

CLIENT = ROOT / "clients/javascript"

pytestmark = [needs_node, WITH_MODELS]


def _block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", (CLIENT / "README.md").read_text("utf-8"), re.DOTALL)
    return str(found)


def test_the_readme_s_example_says_what_the_readme_says(served: Served, tmp_path: Path) -> None:
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules/wirecheck-client").symlink_to(CLIENT)
    (tmp_path / "example.mjs").write_text(_block("js"), "utf-8")
    env = {**os.environ, "WIRECHECK_URL": served.url}
    done = subprocess.run(["node", "example.mjs"], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout == _block("text")
