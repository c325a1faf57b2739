"""The Python client as it is handed out: its README runs, its wheel is whole and asks for one package."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "clients" / "python"
BLOCKS = re.findall(r"^```python\n(.*?)^```", (FOLDER / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("code", BLOCKS, ids=lambda code: code.split("\n")[2][:40])
def test_each_example_of_the_readme_runs(code: str, address: str) -> None:
    env = {**os.environ, "PYTHONPATH": str(FOLDER / "src"), "NO_PROXY": "127.0.0.1"}
    assert "http://127.0.0.1:8000" in code
    told = code.replace("http://127.0.0.1:8000", address)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", told], env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_readme_has_examples() -> None:
    assert len(BLOCKS) >= 5


def test_the_wheel_is_typed_whole_and_needs_httpx_alone(tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(FOLDER, source, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "build"))
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *options, str(source)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (built,) = tmp_path.glob("wirecheck_client-*.whl")
    with zipfile.ZipFile(built) as wheel:
        names = set(wheel.namelist())
        (metadata,) = (name for name in names if name.endswith("/METADATA"))
        said = wheel.read(metadata).decode()
    modules = {f"wirecheck_client/{path.name}" for path in (FOLDER / "src" / "wirecheck_client").glob("*.py*")}
    assert modules - names == set()
    assert "wirecheck_client/py.typed" in names
    assert re.findall(r"^Requires-Dist: (.+)$", said, re.MULTILINE) == ["httpx>=0.27"]
    assert "License-Expression: MIT" in said


def test_the_version_is_said_in_one_way() -> None:
    version = tomllib.loads((FOLDER / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert f'"wirecheck-client/{version}"' in (FOLDER / "src" / "wirecheck_client" / "options.py").read_text("utf-8")
