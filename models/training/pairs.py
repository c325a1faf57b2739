"""The pair that training works on, and the public data it is read from."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Target = tuple[float, float, float]
SUPPORTS: Target = (1.0, 0.0, 0.0)
CONFLICTS: Target = (0.0, 1.0, 0.0)
NEUTRAL: Target = (0.0, 0.0, 1.0)
# Another name or place in the same role: never support, but whether both can be true depends on the event.
UNSUPPORTED: Target = (0.0, 0.5, 0.5)
TARGETS = {"entailment": SUPPORTS, "contradiction": CONFLICTS, "neutral": NEUTRAL}


@dataclass(frozen=True, slots=True)
class Pair:
    """Evidence, claim and the target probabilities in the order of `models.network.LABELS`."""

    evidence: str
    claim: str
    target: Target
    source: str
    kind: str = ""


def read_pairs(path: Path) -> Iterator[Pair]:
    """Read a gzipped JSON-lines file of `premise`, `hypothesis`, `label` and perhaps `src`."""
    for row in read_rows(path):
        source = str(row.get("src") or path.name)
        yield Pair(row["premise"], row["hypothesis"], TARGETS[row["label"]], source)


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Read the objects of a gzipped JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
