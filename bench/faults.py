"""`make faults`: the real service, with its models, under more load than it can bear, and under faults.

Prints what was tried, how often, and what was lost; stores `bench/faults.json`. `--quick` is the short run.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from bench import load, servers
from bench.load import Held, Tally
from bench.quality import OUT
from bench.servers import CORES
from bench.soak import Soak, Soaking
from bench.traffic import Tried, traffic_on
from service.config import SAMPLE

ROOT = Path(__file__).parent.parent
CLAIMS = (
    "The ferry struck the breakwater.", "Forty people were injured in the ferry accident.", "The buoy was dark.",
    "The water in Dunmere was safe to drink.", "The reservoir water was tested.", "The creamery was to blame.",
    "The buses ran on Monday.", "Nobody was hurt.", "Penguins won the regatta.", "The council closed the pool.",
)  # fmt: skip
SUITES = ("tests/faults", "tests/crash", "tests/hostile")
SLOW_CLIENTS = 300


@dataclass(frozen=True, slots=True)
class Size:
    """How long each part lasts, in seconds, and how often workers are killed."""

    saturation_s: float
    load_s: float
    fault_s: float
    reloads: int
    soak_s: float
    crash_s: float
    kills: int


QUICK, FULL = Size(6, 12, 15, 3, 120, 4, 12), Size(15, 60, 60, 10, 600, 30, 100)


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests that do faults one by one to a real service."""

    folder: str
    passed: int
    failed: int
    skipped: int


@contextmanager
def serving(workers: int) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Run the service on the sample and give its port and process."""
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.wirecheck(SAMPLE, Path(folder), workers, max(1, CORES // workers)) as server,
    ):
        port = urlsplit(server.url).port or 0
        for claim in CLAIMS * 2:
            load.check(port, claim)
        yield port, server.process


def under_load(size: Size) -> list[Held]:
    """Measure what one worker can do, and send it once, twice and four times that."""
    with serving(1) as (port, _):
        most = load.saturation(port, CLAIMS, 8, size.saturation_s)
        return [load.at_rate(port, CLAIMS, f"{times}x", times * most, size.load_s) for times in (1, 2, 4)]


def killed_workers(size: Size) -> Tried:
    """Kill workers at random while clients check and one writes; then look for everything that was acknowledged."""
    rng, kills = random.Random(8), 0
    with serving(2) as (port, process), traffic_on(port, CLAIMS) as traffic:
        until = time.monotonic() + size.fault_s
        while time.monotonic() < until:
            time.sleep(rng.uniform(3.0, 6.0))
            with suppress(ProcessLookupError, IndexError):
                os.kill(rng.choice(_children(process)), signal.SIGKILL)
                kills += 1
        traffic.end()
        _ready(port)
        return traffic.tried("a worker killed (kill -9)", kills)


def reloads(size: Size) -> Tried:
    """Replace all workers again and again under traffic."""
    with serving(2) as (port, process), traffic_on(port, CLAIMS) as traffic:
        for _ in range(size.reloads):
            before = set(_children(process))
            process.send_signal(signal.SIGHUP)
            while before & set(_children(process)):
                time.sleep(0.1)
            _ready(port)
        traffic.end()
        return traffic.tried("a reload (SIGHUP)", size.reloads)


def stops(size: Size) -> Tried:
    """Stop and start under traffic: what was sent before is answered, what comes later finds nobody."""
    tally, acknowledged, lost, times = Tally(), 0, 0, max(2, size.reloads // 3)
    for _ in range(times):
        with serving(1) as (port, process):
            threads = [threading.Thread(target=lambda p=port: tally.note(load.check(p, CLAIMS[0]))) for _ in range(10)]
            for thread in threads:
                thread.start()
            time.sleep(0.5)  # all are in line by then
            process.send_signal(signal.SIGTERM)
            for thread in threads:
                thread.join()
    counts = tally.counts()
    return Tried("a stop (SIGTERM)", times, len(tally.seen), counts[200], counts[503], counts[0], acknowledged, lost)


def slow_clients(size: Size) -> Tried:
    """Hold hundreds of half-sent requests open while others check."""
    sockets: list[socket.socket] = []
    with serving(1) as (port, _), traffic_on(port, CLAIMS) as traffic:
        until = time.monotonic() + size.fault_s
        while time.monotonic() < until:
            while len(sockets) < SLOW_CLIENTS:
                sockets.append(socket.create_connection(("127.0.0.1", port)))
                sockets[-1].sendall(b"POST /v1/check HTTP/1.1\r\nHost: localhost\r\n")
            for each in sockets:
                with suppress(OSError):
                    each.sendall(b"X")
            time.sleep(1.0)
        traffic.end()
        for each in sockets:
            each.close()
        return traffic.tried("clients that send a byte a second", len(sockets))


def suites(size: Size) -> list[Suite]:
    """Run the tests that do each fault to a real service."""
    environ = {**os.environ, "CRASH_SECONDS": str(size.crash_s), "KILLS": str(size.kills)}
    return [_suite(folder, environ) for folder in SUITES if (ROOT / folder).is_dir()]


def _suite(folder: str, environ: dict[str, str]) -> Suite:
    with tempfile.TemporaryDirectory() as place:
        report = Path(place) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", folder]
        done = subprocess.run(
            command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        if done.returncode:
            print(done.stdout[-6000:], flush=True)
        found = ElementTree.parse(report).getroot().find("testsuite")
        assert found is not None
        tests, skipped = int(found.get("tests", 0)), int(found.get("skipped", 0))
        failed = int(found.get("failures", 0)) + int(found.get("errors", 0))
        return Suite(folder, tests - skipped - failed, failed, skipped)


def _children(process: subprocess.Popen[bytes]) -> list[int]:
    return [int(each) for each in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def _ready(port: int) -> None:
    for _ in range(600):
        if load.ask(port, "GET", "/readyz")[0] == 200:
            return
        time.sleep(0.1)
    raise RuntimeError("the service did not get ready again")


def main() -> None:
    """Try, print and store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="shorter")
    parser.add_argument("--soak", type=float, help="seconds of mixed work in which memory is watched")
    given = parser.parse_args()
    size, started = QUICK if given.quick else FULL, time.monotonic()
    under = under_load(size)
    show("load", under)
    tried = [fault(size) for fault in (killed_workers, reloads, stops, slow_clients)]
    show("fault", tried)
    with serving(1) as (port, process), Soaking(port, _children(process)[0], given.soak or size.soak_s) as soaking:
        tests = suites(size)  # what is watched is memory, not time
        soak = soaking.result()
    show("suite", tests)
    show("memory", [soak])
    took = round(time.monotonic() - started)
    print(f"{took} s in all")
    store(under, tried, tests, soak, took, size)
    lost = sum(one.lost for one in tried) + sum(one.failed for one in tests) + sum(one.other for one in under)
    sys.exit(f"{lost} lost, failed or answered otherwise" if lost else 0)


def show(title: str, rows: Sequence[Held | Tried | Suite | Soak]) -> None:
    """Print rows as a table."""
    names = list(asdict(rows[0]))
    widths = [max(len(name), *(len(str(asdict(row)[name])) for row in rows)) for name in names]
    print(f"\n{title}\n" + "  ".join(name.rjust(width) for name, width in zip(names, widths, strict=True)))
    for row in rows:
        print("  ".join(str(value).rjust(width) for value, width in zip(asdict(row).values(), widths, strict=True)))
    sys.stdout.flush()


def store(
    under: Sequence[Held], tried: Sequence[Tried], tests: Sequence[Suite], soak: Soak, took_s: int, size: Size
) -> None:
    """Write `bench/faults.json`."""
    stored = {
        "measured_at": datetime.now(UTC).date().isoformat(), "cores": CORES, "took_s": took_s,
        "size": asdict(size),
        "load": [asdict(one) for one in under], "faults": [asdict(one) for one in tried],
        "suites": [asdict(one) for one in tests], "memory": asdict(soak),
    }  # fmt: skip
    (OUT / "faults.json").write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
