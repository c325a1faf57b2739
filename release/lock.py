"""Writes `requirements.lock` and `release/tools.lock`: every release with the hashes of its files."""

from __future__ import annotations

from pathlib import Path

from release.places import LOCK, ROOT, TOOLS, TOOLS_LOCK, environment, run

_HEAD = """\
# Made by `make lock` from {source}; do not edit. Install with:
#   pip install --require-hashes --no-deps --requirement {name}
"""
_HOW = ("--quiet", "--generate-hashes", "--universal", "--python-version", "3.11", "--no-header", "--no-annotate")


def main() -> None:
    """Write both, with the uv that the tools' lock names as it is now."""
    pins = ("--constraint", "constraints.txt", "--override", "release/overrides.txt")
    _write(LOCK, "pyproject.toml and constraints.txt", "pyproject.toml", *pins)
    _write(TOOLS_LOCK, "release/tools.in", "release/tools.in")


def _write(lock: Path, source: str, *what: str) -> None:
    told = run(environment(TOOLS, TOOLS_LOCK).with_name("uv"), "pip", "compile", *_HOW, *what)
    lock.write_text(_HEAD.format(source=source, name=lock.relative_to(ROOT)) + told, encoding="utf-8")
    print(f"{lock.relative_to(ROOT)}: {told.count('==')} releases")


if __name__ == "__main__":
    main()
