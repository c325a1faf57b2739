"""Our own pairs with the labels an editor would give, read from `probes.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("probes.toml")


@dataclass(frozen=True, slots=True)
class Probe:
    """A pair, its label (`supports`, `conflicts` or `neutral`) and what makes it hard."""

    label: str
    topic: str
    evidence: str
    claim: str


def read_probes(path: Path = FILE) -> list[Probe]:
    """Return the probes in the order of the file."""
    return [Probe(**row) for row in tomllib.loads(path.read_text(encoding="utf-8"))["probe"]]
