"""`make bench`: the service beside its rival and its floor, on the same articles, claims and machine, in the same run.

Prints a table and stores `bench/results.json` and `bench/speed.png`. Every figure is a ratio of two things that were
run in the same round; what is shown is the median of the rounds and, beside it, their lowest and highest.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import urllib3
from matplotlib import pyplot  # the backend is chosen first

from bench import again, servers
from bench.again import Again
from bench.floor import Floor
from bench.quality import OUT, SHARED
from bench.servers import CORES, Server
from service.config import Settings
from service.evaluation import read_corpus
from service.opening import open_store

SCIFACT = SHARED / "data/factcheck/scifact"
CLIENTS = 8
LOAD = 32  # claims that the clients ask for together
WARM = 5  # claims asked before the clock runs
SENTENCE = 130  # characters of a sentence of the abstracts, about
Start = Callable[[int, int], AbstractContextManager[Server]]
# What each ratio is, and what it should be.
TARGETS = {
    "check_p50_over_floor": ("one check's p50 over the bare forward passes", "at most 1.3"),
    "naive_over_check_p50": ("the rival's p50 over one check's", "at least 3"),
    "check_p99_over_p50": ("one check's p99 over its p50", "at most 2.5"),
    "throughput_over_naive": ("checks a second with 8 clients over the rival's", "at least 3"),
    "encode_over_cold": ("SentenceTransformer.encode over a whole cold start", "at least 1.5"),
    "cold_over_restart": ("cold start over restart", "at least 20"),
    "memory_over_naive": ("memory of a worker over the rival's", "at most 0.6"),
}


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: sentences to index, about, claims to time, rounds."""

    sentences: int
    claims: int
    rounds: int


FULL, QUICK = Size(10_000, 55, 3), Size(1_500, 25, 1)


@dataclass(frozen=True, slots=True)
class Latencies:
    """Seconds for each claim, in order: the service, its floor, the rival."""

    check: list[float]
    floor: list[float]
    naive: list[float]


@dataclass(frozen=True, slots=True)
class Round:
    """One round's figures: seconds, claims a second, MB."""

    sentences: int
    cold_s: float
    restart_s: float
    encode_s: float
    check_p50_s: float
    check_p99_s: float
    floor_p50_s: float
    naive_p50_s: float
    check_per_s: float
    naive_per_s: float
    worker_mb: float
    naive_mb: float
    again: Again | None = None

    def ratios(self) -> dict[str, float]:
        """Return what is compared with a target."""
        return {
            "check_p50_over_floor": self.check_p50_s / self.floor_p50_s,
            "naive_over_check_p50": self.naive_p50_s / self.check_p50_s,
            "check_p99_over_p50": self.check_p99_s / self.check_p50_s,
            "throughput_over_naive": self.check_per_s / self.naive_per_s,
            "encode_over_cold": self.encode_s / self.cold_s,
            "cold_over_restart": self.cold_s / self.restart_s,
            "memory_over_naive": self.worker_mb / self.naive_mb,
        }


@dataclass(frozen=True, slots=True)
class Figure:
    """A ratio over the rounds."""

    median: float
    lowest: float
    highest: float


def run_round(size: Size, number: int, folder: Path) -> Round:
    """Measure everything once, in a folder of its own."""
    articles, data = folder / "articles", folder / "data"
    write_articles(articles, size.sentences)
    claims = read_claims(size.claims)
    with servers.wirecheck(articles, data, 1, CORES) as server:
        cold = server.ready_s
    settings = Settings.from_env({"WIRECHECK_DATA": str(data), "WIRECHECK_THREADS": str(CORES)})
    sentences = stored_sentences(settings)
    (folder / "sentences.json").write_text(json.dumps(sentences), encoding="utf-8")
    encode = encode_by_rival(folder)
    floor = Floor(settings, claims)
    with servers.wirecheck(articles, data, 1, CORES) as ours, servers.naive(folder, 1, 1) as rival:
        restart = ours.ready_s
        timed = latencies(ours, rival, floor, claims)
        memory, rival_memory = ours.worker_mb(), rival.worker_mb()
    kept = again.measured(articles, data, claims, WARM)
    check_per_s = best_throughput(lambda w, t: servers.wirecheck(articles, data, w, t), ((1, 2), (2, 1)), claims)
    rival_ways = ((1, 1), (1, 2), (2, 1), (2, 2))
    naive_per_s = best_throughput(lambda w, t: servers.naive(folder, w, t), rival_ways, claims)
    print(f"round {number + 1} of {size.rounds} done", file=sys.stderr)
    return Round(
        len(sentences), cold, restart, encode,
        statistics.median(timed.check), percentile(timed.check, 99), statistics.median(timed.floor),
        statistics.median(timed.naive), check_per_s, naive_per_s, memory, rival_memory, kept,
    )  # fmt: skip


def latencies(ours: Server, rival: Server, floor: Floor, claims: Sequence[str]) -> Latencies:
    """Time each claim in turn, one after the other, so that a busy minute of the machine hits all three."""
    found = Latencies([], [], [])
    with urllib3.PoolManager() as pool:
        for warm in claims[:WARM]:
            for ask in (ours, rival):
                ask.ask(pool, warm)
            floor.run(warm)
        for claim in claims[WARM:]:
            found.check.append(ours.ask(pool, claim))
            found.floor.append(floor.run(claim))
            found.naive.append(rival.ask(pool, claim))
    return found


def best_throughput(start: Start, ways: Sequence[tuple[int, int]], claims: Sequence[str]) -> float:
    """Return the claims a second of the best of some numbers of workers and threads."""

    def tried() -> Iterator[float]:
        for workers, threads in ways:
            with start(workers, threads) as server:
                yield server.per_second(claims[:LOAD], CLIENTS)

    return max(tried())


def encode_by_rival(folder: Path) -> float:
    """Return the seconds of `SentenceTransformer.encode`, called by default, in a process of its own."""
    environ = {**os.environ, "NAIVE_FOLDER": str(folder), "NAIVE_THREADS": str(CORES)}
    done = subprocess.run(
        [sys.executable, "-m", "bench.naive"], env=environ, stdout=subprocess.PIPE, text=True, check=True
    )
    return float(done.stdout)


def write_articles(folder: Path, sentences: int) -> None:
    """Write abstracts as articles until they hold about so many sentences."""
    folder.mkdir()
    left = sentences * SENTENCE
    with (folder / "abstracts.jsonl").open("w", encoding="utf-8") as file:
        for article in read_corpus(SCIFACT / "corpus.jsonl.gz"):
            if left <= 0:
                return
            file.write(json.dumps({"id": article.id, "title": article.title, "text": article.text}) + "\n")
            left -= len(article.text)


def read_claims(count: int) -> list[str]:
    """Return the first claims about the abstracts."""
    with gzip.open(SCIFACT / "claims-train.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line)["claim"] for _, line in zip(range(count), lines, strict=False)]


def stored_sentences(settings: Settings) -> list[str]:
    """Return every distinct sentence that the service indexed."""
    opened = open_store(settings)
    try:
        return opened.without_embedding("none")
    finally:
        opened.close()


def percentile(values: Sequence[float], percent: int) -> float:
    """Return a percentile of some values."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def over_rounds(rounds: Sequence[Round]) -> dict[str, Figure]:
    """Return each ratio with its spread."""
    each = [one.ratios() for one in rounds]
    found = {name: sorted(ratios[name] for ratios in each) for name in TARGETS}
    return {name: Figure(statistics.median(values), values[0], values[-1]) for name, values in found.items()}


def of_rounds(rounds: Sequence[Round], name: str) -> float:
    """Return the median of a figure over the rounds."""
    return statistics.median(float(getattr(one, name)) for one in rounds)


def draw(rounds: Sequence[Round], target: Path) -> None:
    """Draw the median times of a check, and of a start."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.2))
    left.barh(
        ["rival", "Wirecheck", "bare models"],
        [1000 * of_rounds(rounds, name) for name in ("naive_p50_s", "check_p50_s", "floor_p50_s")],
    )
    left.set_title(f"one check, p50 (ms), {rounds[0].sentences:,} sentences", fontsize=9)
    right.barh(
        ["rival, encode only", "Wirecheck, cold", "Wirecheck, restart"],
        [of_rounds(rounds, name) for name in ("encode_s", "cold_s", "restart_s")],
    )
    right.set_title("until ready (s)", fontsize=9)
    figure.tight_layout()
    figure.savefig(target, dpi=90)


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few sentences and one round, printed and not stored")
    size = QUICK if parser.parse_args().quick else FULL
    if not SCIFACT.is_dir():
        sys.exit(f"make bench reads the SciFact abstracts in {SCIFACT}, which is absent: put the data there.")
    rounds: list[Round] = []
    for number in range(size.rounds):
        with tempfile.TemporaryDirectory() as folder:
            rounds.append(run_round(size, number, Path(folder)))
        show(rounds)
        if size is not QUICK:  # after each round, so that a run that is cut short leaves what it has
            store(rounds, size)


def show(rounds: Sequence[Round]) -> None:
    """Print the table and the newest round."""
    print(f"{'ratio':24} {'median':>8} {'lowest':>8} {'highest':>8}  target")
    for name, figure in over_rounds(rounds).items():
        what, target = TARGETS[name]
        print(f"{name:24} {figure.median:8.2f} {figure.lowest:8.2f} {figure.highest:8.2f}  {target}: {what}")
    print(json.dumps(asdict(rounds[-1])), flush=True)


def store(rounds: Sequence[Round], size: Size) -> None:
    """Write `bench/results.json` and `bench/speed.png`."""
    draw(rounds, OUT / "speed.png")
    stored = {
        "measured_at": datetime.now(UTC).date().isoformat(),
        "cores": CORES,
        "sentences": rounds[0].sentences,
        "claims": size.claims,
        "ratios": {name: asdict(figure) for name, figure in over_rounds(rounds).items()},
        "rounds": [asdict(one) for one in rounds],
    }
    (OUT / "results.json").write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
