"""What kept judgements are worth: requests to a server that keeps them, each beside the same to one that keeps none."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import urllib3

from bench import servers
from bench.servers import CORES, Server

KEPT = 20_000
LIMIT = 10


@dataclass(frozen=True, slots=True)
class Again:
    """How many times as long a check takes where nothing is kept, by what was asked just before it.

    `repeated`: the same claim. `wider`: the same claim, for half as many sentences. `reworded`: the claim in other
    words, which the models have to read anew.
    """

    repeated: float
    wider: float
    reworded: float


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds of the same requests where nothing is kept, and where judgements are."""

    computed: list[float] = field(default_factory=list)
    kept: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Return how many times as long it takes where nothing is kept."""
        return statistics.median(self.computed) / statistics.median(self.kept)


def measured(articles: Path, data: Path, claims: Sequence[str], warm: int) -> Again:
    """Time claims on both servers in turn; the first few only warm them."""
    with (
        servers.wirecheck(articles, data, 1, CORES, KEPT) as keeping,
        servers.wirecheck(articles, data, 1, CORES) as computing,
    ):
        return compared(keeping, computing, claims, warm)


def compared(keeping: Server, computing: Server, claims: Sequence[str], warm: int) -> Again:
    """Time claims on a server that keeps judgements and on one that does not, each request on both in turn."""
    repeated, wider, reworded = Timed(), Timed(), Timed()
    with urllib3.PoolManager() as pool:
        for claim in claims[:warm]:
            keeping.ask(pool, claim)
            computing.ask(pool, claim)
        for claim in claims[warm:]:
            keeping.ask(pool, claim)
            asked = ((reworded, reword(claim), LIMIT), (repeated, claim, LIMIT), (wider, claim, 2 * LIMIT))
            for timed, words, limit in asked:
                timed.computed.append(computing.ask(pool, words, limit=limit))
                timed.kept.append(keeping.ask(pool, words, limit=limit))
    return Again(repeated.ratio, wider.ratio, reworded.ratio)


def reword(claim: str) -> str:
    """Return a claim as somebody else might put it: of one meaning, in another text."""
    return f"It has been shown that {claim[0].lower()}{claim[1:]}"
