"""Articles added together are what they would be one after the other: the same answers, rows and origins."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.corpus.archive import EMBED_AT_ONCE, StoreArchive
from service.corpus.grouping import find_origins
from service.corpus.store import Store
from service.domain import Query
from service.errors import UnwritableError
from service.keeping import Change, NewArticle, OnDuplicate, Outcome, Receipt
from tests.corpus.test_living import WORDS, partition, sample
from tests.support import FakeEmbedder

ALL = Query("x", publishers_exclude=("no such outlet",))


@pytest.fixture
def twin(url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    """Another corpus on the same engine."""
    lite = url.startswith("sqlite")
    opened = Store.open(f"sqlite:///{tmp_path / 'twin.sqlite3'}" if lite else request.getfixturevalue("new_database")())
    yield opened
    opened.close()


def arriving(rng: random.Random) -> NewArticle:
    """An article that may double one before it by its id, its address or both, or have no text."""
    lines = [f"{' '.join(rng.choices(WORDS, k=6)).capitalize()}." for _ in range(rng.randrange(4))]
    number, address = (rng.randrange(6) if rng.random() < 0.7 else None for _ in range(2))
    return NewArticle(
        "\n".join(lines),
        id=None if number is None else f"a{number}",
        title="Notes",
        url=None if address is None else f"https://quay.example/{address}",
    )


def answered(outcome: Outcome) -> Any:
    return outcome if isinstance(outcome, Receipt) else (type(outcome), str(outcome))


def one_by_one(archive: StoreArchive, news: list[NewArticle], on_duplicate: OnDuplicate) -> list[Any]:
    return [answered(archive.add_all([new], on_duplicate)[0]) for new in news]


def rows(store: Store) -> dict[str, tuple[str, set[str], set[str]]]:
    found = store.found(store.matching(ALL) or [])
    return {
        f"{each.article.id}:{each.sentence.position}": (each.sentence.text, each.terms, each.context_terms)
        for each in found.values()
    }


@pytest.mark.parametrize("seed", range(5))
def test_together_is_the_same_as_one_by_one(store: Store, twin: Store, seed: int) -> None:
    rng = random.Random(seed)
    together, alone = StoreArchive(store, FakeEmbedder()), StoreArchive(twin, FakeEmbedder())
    for _ in range(5):
        news = [arriving(rng) for _ in range(rng.randrange(1, 9))]
        on_duplicate = rng.choice(list(OnDuplicate))
        found = [answered(outcome) for outcome in together.add_all(news, on_duplicate)]
        assert found == one_by_one(alone, news, on_duplicate)
        assert rows(store) == rows(twin)
        assert store.version() == twin.version()
    for each in (store, twin):
        assert each.without_embedding("fake-words") == []
        grown = partition(each)
        find_origins(each)
        assert partition(each) == grown
    assert partition(store) == partition(twin)


@pytest.mark.parametrize("size", [1, 4, 20])
def test_reports_that_come_together_are_grouped_as_all_at_once(store: Store, size: int) -> None:
    news = [
        NewArticle(each.text, False, each.id, each.title, each.publisher, each.url, each.published_at)
        for each in sample()
    ]
    random.Random(size).shuffle(news)
    archive = StoreArchive(store, FakeEmbedder())
    for start in range(0, len(news), size):
        archive.add_all(news[start : start + size], OnDuplicate.FAIL)
    grown = partition(store)
    find_origins(store)
    assert partition(store) == grown
    assert max(articles for _, _, articles in grown.values()) > 1


def test_what_is_there_already_is_neither_embedded_nor_written(store: Store) -> None:
    embedder = FakeEmbedder()
    archive = StoreArchive(store, embedder)
    news = [NewArticle(f"Boat {number} came in.", id=f"n{number}") for number in range(3)]
    archive.add_all(news, OnDuplicate.FAIL)
    assert len(embedder.encoded) == 3
    before = store.state()
    found = archive.add_all(news, OnDuplicate.SKIP)
    assert [isinstance(each, Receipt) and each.change for each in found] == [Change.SKIPPED] * 3
    assert (store.state(), len(embedder.encoded)) == (before, 3)


class _Full(Store):
    """Finds its disk full at one of the articles."""

    def put(self, *given: Any) -> None:
        if given[1].id == "n2":
            raise UnwritableError("The disk is full.")
        super().put(*given)


def test_what_cannot_be_kept_together_is_not_kept_at_all(url: str) -> None:
    full = _Full.open(url)
    before = full.state()
    archive = StoreArchive(full, FakeEmbedder())
    news = [NewArticle(f"Boat {number} came in.", id=f"n{number}") for number in range(4)]
    with pytest.raises(UnwritableError):
        archive.add_all(news, OnDuplicate.FAIL)
    assert full.state() == before
    assert full.matching(ALL) == []
    full.close()


def test_a_long_article_is_embedded_in_parts_with_pauses_between(store: Store) -> None:
    embedder = FakeEmbedder()
    paused: list[int] = []
    text = " ".join(f"Crane number {number} stands on the quay at Orben." for number in range(2 * EMBED_AT_ONCE + 10))
    archive = StoreArchive(store, embedder)
    receipt = archive.add(NewArticle(text, id="long"), OnDuplicate.FAIL, lambda: paused.append(len(paused)))
    assert receipt.sentences == 2 * EMBED_AT_ONCE + 10
    assert paused == [0, 1]
    assert store.without_embedding(embedder.name) == []
    paused.clear()
    archive.add(NewArticle("The crane stands on the quay.", id="short"), OnDuplicate.FAIL, lambda: paused.append(0))
    assert not paused
