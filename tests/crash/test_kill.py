"""`kill -9` at random moments: what was acknowledged is there, nothing is half, the next start is clean.

A run kills a few dozen times; `KILLS=500 make test` does it that many times.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import pytest

from service.corpus.intake import sync_folder
from service.corpus.store import Store
from tests.crash.wholeness import assert_whole
from tests.crash.writer import read_folder_again_and_again, text_of, write_at_random
from tests.support import FakeEmbedder

KILLS = int(os.environ.get("KILLS", "24"))
LONGEST_LIFE = 0.25  # seconds after its first line
PATIENCE = 60.0


@pytest.fixture(scope="module")
def processes() -> Iterator[ForkServerContext]:
    """A server that forks writers from a process that has only imported them: a kill costs no import."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crash.writer"])
    yield context


def _killed(context: ForkServerContext, work: Callable[..., None], rng: random.Random, log: Path, *given: Any) -> None:
    """Run `work`, and kill it at a random moment after it has begun."""
    before = log.stat().st_size if log.exists() else 0
    process = context.Process(target=work, args=given, daemon=True)
    process.start()
    until = time.monotonic() + PATIENCE
    while not log.exists() or log.stat().st_size == before:
        assert process.is_alive(), "the writer ended by itself"
        assert time.monotonic() < until, "the writer never began"
        time.sleep(0.002)
    time.sleep(rng.uniform(0, LONGEST_LIFE))
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join(PATIENCE)
    assert process.exitcode == -signal.SIGKILL


def _states(log: Path) -> tuple[dict[str, str | None], dict[str, str | None]]:
    """Return the state of each article that was last acknowledged, and those that the kill left open."""
    kept: dict[str, str | None] = {}
    tried: dict[str, str | None] = {}
    for line in log.read_text().splitlines():
        word, article, version = json.loads(line)
        text = None if version is None else text_of(article, version)
        if word == "try":
            tried[article] = text
        else:
            kept[article] = text
            del tried[article]
    return kept, tried


def test_a_killed_writer_loses_nothing_and_leaves_no_half(processes: ForkServerContext, tmp_path: Path) -> None:
    """After each kill every article is as last acknowledged; the one in work is as before or as it was to become."""
    file, rng = tmp_path / "corpus.sqlite3", random.Random(41)
    expected: dict[str, str] = {}
    changes = 0
    for kill in range(KILLS):
        log = tmp_path / f"log{kill}"
        _killed(processes, write_at_random, rng, log, str(file), str(log), kill + 1)
        kept, tried = _states(log)
        changes += len(log.read_text().splitlines()) // 2
        for article, text in kept.items():
            expected.pop(article, None)
            if text is not None:
                expected[article] = text
        texts = assert_whole(file)
        for article in {*expected, *texts} - set(tried):
            assert texts.get(article) == expected.get(article), (kill, article)
        for article, text in tried.items():
            assert texts.get(article) in (expected.get(article), text), (kill, article)
        expected = texts
    assert changes > 2 * KILLS


def test_a_killed_reading_of_a_folder_is_finished_by_the_next(processes: ForkServerContext, tmp_path: Path) -> None:
    """Articles change between the kills; in the end the corpus is what one undisturbed reading makes."""
    folder, file, rng = tmp_path / "articles", tmp_path / "corpus.sqlite3", random.Random(5)
    folder.mkdir()
    for kill in range(max(4, KILLS // 4)):
        for number in range(12):
            path = folder / f"{number}.txt"
            if rng.random() < 0.2:
                path.unlink(missing_ok=True)
            elif rng.random() < 0.6:
                path.write_text(f"Notes {number}\n\n{text_of(str(number), rng.randrange(1000))}\n")
        log = tmp_path / f"log{kill}"
        log.touch()
        process = processes.Process(
            target=read_folder_again_and_again, args=(str(file), str(folder), str(log)), daemon=True
        )
        process.start()
        time.sleep(rng.uniform(0.02, LONGEST_LIFE))
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join(PATIENCE)
        if file.exists():
            assert_whole(file, embedded=False)
    for place in (file, tmp_path / "undisturbed.sqlite3"):
        store = Store.open(f"sqlite:///{place}")
        sync_folder(store, FakeEmbedder(), folder, 1_000_000)
        store.close()
    texts = assert_whole(file)
    assert texts == assert_whole(tmp_path / "undisturbed.sqlite3")
    assert texts
