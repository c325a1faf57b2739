"""Running the models leaves and sends nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_what_runs_the_models_keeps_and_sends_no_record_of_its_use(tmp_path: Path) -> None:
    """onnxruntime would keep a device id and its counts under the home folder, and look up its maker's host."""
    work = (
        "from models.embedder import load_embedder\n"
        "from models.stance_model import load_stance\n"
        "load_embedder('wirecheck-minilm', 1).encode(['The pier is closed.'])\n"
        "load_stance('wirecheck-stance', 1).judge([('The pier is closed.', 'The pier is open.')])\n"
    )
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "PATH": os.environ["PATH"]}
    subprocess.run([sys.executable, "-c", work], cwd=ROOT, env=home, check=True)
    assert list(tmp_path.rglob("*")) == []
