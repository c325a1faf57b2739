"""The extension as it is built."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _has_node() -> bool:
    """Whether there is a Node that the client is written for."""
    node = shutil.which("node")
    if node is None:
        return False
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    return int(version.removeprefix("v").partition(".")[0] or 0) >= 20


needs_node = pytest.mark.skipif(not _has_node(), reason="Node 20 or later is not installed")


def build(folder: Path) -> Path:
    done = subprocess.run(
        [sys.executable, "extension/build.py", "--build", folder, "--dist", folder / "dist"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make extension` makes, in folders of its own."""
    return build(tmp_path_factory.mktemp("extension"))
