"""How each operation is asked, in three languages, for the contract: read from samples.yaml, which the tests run."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("samples.yaml")
LABELS = {"shell": "curl", "python": "Python", "javascript": "JavaScript"}


@dataclass(frozen=True, slots=True)
class Sample:
    """One request to one operation, in one language."""

    path: str
    method: str
    language: str
    source: str


@functools.cache
def samples() -> tuple[Sample, ...]:
    """Return all samples, in an order in which they can be run."""
    rows: list[dict[str, str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(Sample(row["path"], row["method"], language, row[language]) for row in rows for language in LABELS)


def add_samples(paths: dict[str, Any]) -> None:
    """Put each sample under its operation, as `x-codeSamples`."""
    for sample in samples():
        shown = {"lang": sample.language, "label": LABELS[sample.language], "source": sample.source}
        paths[sample.path][sample.method].setdefault("x-codeSamples", []).append(shown)
