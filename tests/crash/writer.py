"""Processes that write to a corpus until they are killed. What they acknowledge, they first have kept."""

from __future__ import annotations

import json
import os
import random
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from service.corpus.archive import StoreArchive
from service.corpus.intake import sync_folder
from service.corpus.store import Store
from service.errors import NotFoundError
from service.keeping import NewArticle, OnDuplicate
from tests.support import FakeEmbedder

WORDS = "quay gull lamp tide barge rope crane bell mast ferry storm cargo pilot salt net dock fog buoy hull".split()
ARTICLES = 8
SENTENCES = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One change: the article, and the number of its new version, None where it is deleted."""

    article: str
    version: int | None

    def line(self, word: str) -> str:
        """Return the step as a line of a writer's log."""
        return json.dumps([word, self.article, self.version]) + "\n"


def text_of(article: str, version: int) -> str:
    """Return the text of one version: each of its sentences names article and version."""
    rng = random.Random(f"{article} {version}")
    return "\n".join(
        f"{' '.join(rng.choices(WORDS, k=5)).capitalize()} in {article} version {version}." for _ in range(SENTENCES)
    )


def new_article(article: str, version: int) -> NewArticle:
    """Return one version of an article as it comes in."""
    return NewArticle(text_of(article, version), id=article, title=f"Notes on {article}")


def write_at_random(file: str, log: str, seed: int) -> None:
    """Add, replace and delete for ever, one or some together, with a line before and after each change."""
    store = Store.open(f"sqlite:///{file}")
    archive = StoreArchive(store, FakeEmbedder())
    rng = random.Random(seed)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for turn in range(1_000_000):
        articles = rng.sample(range(ARTICLES), rng.choice((1, 1, ARTICLES // 2)))
        steps = [Step(f"a{n}", (seed * 1000 + turn) if rng.random() < 0.7 else None) for n in articles]
        os.write(out, "".join(step.line("try") for step in steps).encode())
        added = [new_article(step.article, step.version) for step in steps if step.version is not None]
        archive.add_all(added, OnDuplicate.REPLACE)
        for step in steps:
            if step.version is None:
                with suppress(NotFoundError):
                    archive.remove(step.article, lambda _: True)
        os.write(out, "".join(step.line("kept") for step in steps).encode())


def read_folder_again_and_again(file: str, folder: str, log: str) -> None:
    """Bring the corpus up to date with a folder, as `wirecheck serve` and `add` do, with a line after each time."""
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    while True:
        store = Store.open(f"sqlite:///{file}")
        sync_folder(store, FakeEmbedder(), Path(folder), 1_000_000)
        store.close()
        os.write(out, b"done\n")
