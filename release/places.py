"""Where things lie, and how commands are run."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build"
DIST = ROOT / "dist"
LOCK, TOOLS_LOCK = ROOT / "requirements.lock", ROOT / "release" / "tools.lock"
INSTALLED = BUILD / "installed"  # the wheel and what it needs, and nothing else
TOOLS = BUILD / "tools"


def run(*command: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> str:
    """Run a command and return what it printed; stop with what it said where it fails."""
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command[:3]))}… failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def clean_env(**more: str) -> dict[str, str]:
    """Return this environment without our settings and without a way to the source tree."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WIRECHECK_", "PYTHON"))}
    return {**kept, **more}


def environment(place: Path, lock: Path) -> Path:
    """Make an environment of what a lock names, every file checked against its hash; return its Python."""
    python = place / "bin" / "python"
    stamp = place / "lock"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return python
    venv.create(place, clear=True, with_pip=True)
    options = ["--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps"]
    run(python, "-m", "pip", "install", *options, "--requirement", lock, env=clean_env())
    stamp.write_bytes(lock.read_bytes())
    return python
