"""Reads the claim sets of this folder, for the tests that hold them in order."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of an article that carries a verdict, and on which side it stands."""

    article: str
    contains: str
    stance: str


@dataclass(frozen=True, slots=True)
class GoldClaim:
    """A claim with the verdicts that a careful editor would accept, the best one first."""

    claim: str
    accepted: tuple[str, ...]
    evidence: tuple[Passage, ...]
    category: str | None
    part: str | None

    @property
    def verdict(self) -> str:
        """Return the verdict that fits best."""
        return self.accepted[0]


def rows(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSON Lines file, in order."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def gold_claims(path: Path) -> list[GoldClaim]:
    """Return the claims of a JSON Lines file, in order; an unknown key raises `AssertionError`."""
    found = []
    for row in rows(path):
        extra = set(row) - {"claim", "verdict", "accept", "evidence", "category", "part"}
        assert not extra, f"{path.name}: unknown keys {sorted(extra)} in {row['claim']!r}"
        accepted = tuple(row.get("accept", [row["verdict"]]))
        assert accepted[0] == row["verdict"], f"{path.name}: accept must begin with the verdict in {row['claim']!r}"
        passages = tuple(Passage(**passage) for passage in row["evidence"])
        found.append(GoldClaim(row["claim"], accepted, passages, row.get("category"), row.get("part")))
    return found


def folded(text: str) -> str:
    """Return the text with every stretch of white space made one blank."""
    return re.sub(r"\s+", " ", text).strip()
