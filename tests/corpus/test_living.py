"""A living corpus: an index that follows is the index that would be made anew, in whatever process the change was."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, insert

from service.corpus import index as index_module
from service.corpus import kin, revisions
from service.corpus.database import MIGRATIONS
from service.corpus.follower import Follower
from service.corpus.grouping import find_origins, group_at_start, regroup, relatives
from service.corpus.index import VectorIndex
from service.corpus.indexes import open_index
from service.corpus.revisions import Removal
from service.corpus.searching import SentenceIndex
from service.corpus.store import Store
from service.corpus.tables import articles
from service.corpus.vectors import Delta, SentenceVectors
from service.domain import Article, Query
from service.reading.readers import read_folder
from service.reading.sentences import split
from tests.support import FakeEmbedder, add, embed, put, remove

SAMPLE = Path(__file__).parents[2] / "service" / "sample"
EMBEDDER = FakeEmbedder()
WORDS = "quay gull lamp tide barge rope crane bell mast ferry storm cargo pilot salt net dock fog buoy hull".split()
FIRE = Article("fire", "Blaze at the rope works", "Flames took the old rope works. Crews pumped water until dawn.")


@pytest.fixture
def other(store: Store, url: str) -> Iterator[Store]:
    """The same corpus as another process has it open."""
    again = Store.open(url)
    yield again
    again.close()


def opened(store: Store) -> SentenceIndex:
    """The index that serves this engine."""
    return open_index(store, EMBEDDER.name, EMBEDDER.dimension)


def made_anew(store: Store) -> VectorIndex:
    """All that the store holds, in FAISS: what the index of any engine must agree with."""
    return VectorIndex(store.vectors(EMBEDDER.name, EMBEDDER.dimension), EMBEDDER.dimension)


def same(one: SentenceIndex, two: SentenceIndex) -> None:
    """Both hold the same sentences, and answer alike whatever is asked."""
    assert len(one) == len(two)
    for claim in ("gull on the quay", "storm", "nothing of this", "lamp tide barge"):
        vector = EMBEDDER.encode([claim])[0]
        for search in ("nearest", "nearest_in_context"):
            first, second = getattr(one, search)(vector, 500), getattr(two, search)(vector, 500)
            assert {n.sentence_id for n in first} == {n.sentence_id for n in second}
            sims = {n.sentence_id: n.similarity for n in second}
            assert [n.similarity for n in first] == pytest.approx(
                [sims[n.sentence_id] for n in first], abs=1e-3
            )  # half precision


def written(rng: random.Random, number: int) -> Article:
    lines = [f"{' '.join(rng.choices(WORDS, k=6)).capitalize()} number {rng.randrange(9)}." for _ in range(4)]
    return Article(f"a{number}", f"Notes {number}", "\n".join(lines))


@pytest.mark.parametrize("seed", range(6))
def test_following_any_changes_is_the_same_as_starting_anew(store: Store, other: Store, seed: int) -> None:
    rng = random.Random(seed)
    add(store, *(written(rng, number) for number in range(5)))
    index = opened(other)
    follower = Follower(other, index, EMBEDDER)
    for _ in range(40):
        number = rng.randrange(8)
        if rng.random() < 0.6:
            add(store, written(rng, number))
        else:
            remove(store, f"a{number}")
        if rng.random() < 0.5:
            assert follower.follow() == store.version()
            same(index, made_anew(store))


def test_nothing_is_read_where_nothing_changed_and_only_the_change_where_something_did(store: Store) -> None:
    add(store, *(written(random.Random(1), number) for number in range(20)))
    index = made_anew(store)
    add(store, FIRE)
    delta = store.delta(EMBEDDER.name, EMBEDDER.dimension, index.revision, index.seen)
    assert delta is not None
    assert (len(delta.added.ids), delta.removed) == (2, ())
    index.apply(delta)
    remove(store, "fire")
    delta = store.delta(EMBEDDER.name, EMBEDDER.dimension, index.revision, index.seen)
    assert delta is not None
    first = index.seen - 1
    assert (len(delta.added.ids), delta.removed) == (0, (Removal(first, first + 1),))


def test_an_index_older_than_the_log_is_made_anew(store: Store) -> None:
    add(store, FIRE)
    index = made_anew(store)
    remove(store, "fire")
    add(store, replace(FIRE, id="again"))
    index.revision = -revisions.KEPT
    assert store.delta(EMBEDDER.name, EMBEDDER.dimension, index.revision, index.seen) is None
    Follower(store, index, EMBEDDER).follow()
    same(index, made_anew(store))


def test_the_log_forgets_what_no_index_may_ask_for(store: Store) -> None:
    add(store, FIRE)
    with store.writing() as connection:
        revisions.log_removed(connection, 5, [1, 2, 3, 7])
        assert revisions.removed_since(connection, 4) == (Removal(1, 3), Removal(7, 7))
        revisions.log_removed(connection, revisions.KEPT + 5, [9])
        assert revisions.removed_since(connection, 0) == (Removal(9, 9),)


def test_an_article_counts_once_all_of_it_is_embedded(store: Store, other: Store) -> None:
    add(store, written(random.Random(2), 1))
    index = opened(other)
    follower = Follower(other, index, EMBEDDER)
    put(store, FIRE)
    first, second = store.without_embedding(EMBEDDER.name)
    before = len(index)
    for text, more in ((first, 0), (second, 2)):
        store.keep_embeddings(EMBEDDER.name, [text], EMBEDDER.encode([text]))
        follower.follow()
        assert len(index) == before + more
    same(index, made_anew(store))


def test_an_index_that_began_with_half_an_article_is_set_right(store: Store) -> None:
    put(store, FIRE)
    first, second = store.without_embedding(EMBEDDER.name)
    store.keep_embeddings(EMBEDDER.name, [second], EMBEDDER.encode([second]))
    index = opened(store)
    store.keep_embeddings(EMBEDDER.name, [first], EMBEDDER.encode([first]))
    Follower(store, index, EMBEDDER).follow()
    same(index, made_anew(store))


def _rows(ids: Sequence[int]) -> SentenceVectors:
    turns = np.linspace(0.0, 1.5, len(ids), dtype=np.float32)
    matrix = np.stack([np.cos(turns), np.sin(turns)], axis=1)
    return SentenceVectors(np.array(ids, dtype=np.int64), np.arange(len(ids)), matrix, 0, seen=max(ids))


def test_what_was_removed_is_copied_away_when_it_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "DEAD_FEW", 10)
    index = VectorIndex(_rows(range(1, 101)), 2)
    none = SentenceVectors(np.array([], dtype=np.int64), np.array([], dtype=np.int64), np.zeros((0, 2), np.float32), 0)
    vector = np.array([1.0, 0.0], dtype=np.float32)
    for last in (9, 30):
        index.apply(Delta((Removal(1, last),), none))
        assert [n.sentence_id for n in index.nearest(vector, 3)] == [last + 1, last + 2, last + 3]
        assert len(index.nearest(vector, 200)) == len(index) == 100 - last
        assert 5 not in index
        assert index.nearest(vector, 3, among=[2, 50]) == index.nearest(vector, 3, among=[50])
    assert index.vectors([50]) == pytest.approx(_rows(range(1, 101)).vectors[[49]])


# --- one moment ---------------------------------------------------------------------------------------------------


def test_what_is_read_within_one_moment_does_not_change(store: Store, other: Store) -> None:
    add(store, FIRE)
    with other.one_moment():
        before = other.state()
        remove(store, "fire")
        assert other.state() == before
        assert other.articles(["fire"]) == [FIRE]
    assert other.articles(["fire"]) == []


def test_a_transaction_reads_what_it_has_written_and_keeps_all_or_nothing(store: Store, other: Store) -> None:
    with pytest.raises(RuntimeError), store.writing():
        add(store, FIRE)  # joins the transaction
        assert store.articles(["fire"]) == [FIRE]
        assert other.articles(["fire"]) == []
        raise RuntimeError("after the add")
    assert store.articles(["fire"]) == []
    assert store.without_embedding(EMBEDDER.name) == []
    assert store.state() == other.state()


def test_the_store_of_an_earlier_version_is_migrated_with_what_it_holds(file: Path, tmp_path: Path) -> None:
    file.parent.mkdir()
    engine = create_engine(f"sqlite:///{file}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        row = {"id": "fire", "title": FIRE.title, "text": FIRE.text, "sha256": FIRE.sha256, "digest": FIRE.digest}
        connection.execute(insert(articles).values(**row))
    engine.dispose()
    migrated, fresh = Store.open(f"sqlite:///{file}"), Store.open(f"sqlite:///{tmp_path / 'fresh.sqlite3'}")
    put(fresh, FIRE)
    assert migrated.version() == fresh.version()
    assert migrated.lacks_origins()
    migrated.close()
    fresh.close()


# --- origins ------------------------------------------------------------------------------------------------------


def change(store: Store, article: Article | None, gone: str | None = None) -> None:
    """Do what the service does with one article."""
    with store.writing() as connection:
        ids = [gone] if gone else [article.id] if article else []
        near = relatives(connection, ids)
        store.remove(connection, ids)
        if article is not None:
            store.put(connection, article, split(article.text), None)
        regroup(store, connection, [article] if article is not None else [], near)


def partition(store: Store) -> dict[str, tuple[str, str, int]]:
    """Return the origin of every sentence by its place, which outlives the ids."""
    ids = store.matching(Query("x", publishers_exclude=("no such outlet",))) or []
    found, origin = store.found(ids), store.origins(ids)
    assert set(origin) == set(ids)
    return {
        f"{found[i].article.id}:{found[i].sentence.position}": (origin[i].id, origin[i].name, origin[i].articles)
        for i in ids
    }


def sample() -> list[Article]:
    return [item for item in read_folder(SAMPLE) if isinstance(item, Article)]


@pytest.mark.parametrize("seed", range(3))
def test_grouping_near_each_change_comes_to_the_grouping_of_all(store: Store, seed: int) -> None:
    arriving = sample()
    random.Random(seed).shuffle(arriving)
    for article in arriving:
        change(store, article)
    grown = partition(store)
    find_origins(store)
    assert grown == partition(store)


def test_an_article_that_goes_takes_its_part_of_a_report_along(store: Store) -> None:
    text = "The council of Averby will close the swimming pool. The building needs a new roof and new pumps by May."
    for day, name in enumerate(("one", "two", "three"), start=1):
        moment = datetime(2026, 6, day, tzinfo=UTC)
        change(store, Article(name, "Pool in Averby", text, f"Outlet {name}", None, moment))
    assert {count for _, _, count in partition(store).values()} == {3}
    change(store, None, gone="one")
    assert {(name, count) for _, name, count in partition(store).values()} == {("Outlet two", 2)}
    change(store, Article("three", "Pool in Averby", "A quite different story about a lost dog.", "Outlet three"))
    assert {count for _, _, count in partition(store).values()} == {1}


def test_a_family_has_an_end(store: Store) -> None:
    text = "The council of Averby will close the swimming pool. The building needs a new roof and new pumps by May."
    for name in ("one", "two", "three", "four"):
        change(store, Article(name, "Pool in Averby", text, f"Outlet {name}"))
    with store.reading() as connection:
        assert kin.family(connection, ["one"], 200) == {"one", "two", "three", "four"}
        assert len(kin.family(connection, ["one"], 3)) == 3


def test_what_changed_since_all_were_grouped_is_grouped_at_the_next_start(store: Store, other: Store) -> None:
    add(store, *sample()[:3])
    find_origins(store)
    assert not store.lacks_origins()
    add(other, FIRE)
    assert store.lacks_origins()
    find_origins(store)
    assert not store.lacks_origins()
    partition(store)


def test_many_articles_are_grouped_together_only_where_a_reading_changed_some_or_was_cut_off(store: Store) -> None:
    for article in sample()[:3]:
        change(store, article)
    group_at_start(store, changed=False, together_most=5)
    assert store.lacks_origins()  # each was grouped as it came, and they are many
    group_at_start(store, changed=True, together_most=5)
    assert not store.lacks_origins()
    add(store, FIRE)
    group_at_start(store, changed=False, together_most=5)
    assert not store.lacks_origins()
    partition(store)
    change(store, sample()[4])
    group_at_start(store, changed=False)
    assert not store.lacks_origins()


def test_an_index_answers_for_the_corpus_of_its_revision(store: Store) -> None:
    index = embed(store, EMBEDDER)
    assert len(index) == 0
    add(store, FIRE)
    assert Follower(store, index, EMBEDDER).follow() == store.version()
    assert len(index) == 2
