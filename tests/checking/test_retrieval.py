"""Retrieval over a small corpus with an embedder that can be worked out: near words, near context, rare words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from service.checking.retrieval import Ranking, Retriever
from service.corpus.searching import SentenceIndex
from service.corpus.store import Store
from service.domain import Article, Hit, Query
from tests.support import FakeEmbedder, embed, put

EMBEDDER = FakeEmbedder()
BRIDGE = Article(
    "bridge", "Inspectors close the Alm bridge",
    "Inspectors closed the Alm bridge after finding cracks in two pillars. The town hall rejects that. "
    "Lorries now take the long road through Sund.",
    "Sund Courier", None, datetime(2026, 5, 2, tzinfo=UTC),
)  # fmt: skip
CHOIR = Article(
    "choir", "Choir sings at the market", "The choir sang in the rain. Stalls sold out of soup before noon.",
    "Market Mail", None, datetime(2026, 5, 9, tzinfo=UTC),
)  # fmt: skip


@pytest.fixture
def store(store: Store) -> Store:
    put(store, BRIDGE, CHOIR)
    return store


@pytest.fixture
def index(store: Store) -> SentenceIndex:
    return embed(store, EMBEDDER)


def find(store: Store, index: SentenceIndex, query: Query | str) -> list[Hit]:
    query = query if isinstance(query, Query) else Query(query)
    return Retriever(store, index).find(query, lambda: EMBEDDER.encode([query.claim])[0])


def test_the_sentence_that_says_it_comes_first(store: Store, index: SentenceIndex) -> None:
    hits = find(store, index, "Cracks were found in pillars of the Alm bridge.")
    assert hits[0].sentence.text.startswith("Inspectors closed the Alm bridge")
    assert hits[0].article == BRIDGE
    assert hits[0].context.after == "The town hall rejects that."


def test_similarity_is_the_cosine_with_the_bare_sentence(store: Store, index: SentenceIndex) -> None:
    hits = find(store, index, "The choir sang in the rain.")
    assert hits[0].similarity == pytest.approx(1.0, abs=1e-5)
    assert hits[0].similarity <= 1.0
    for hit in hits:
        claim, sentence = EMBEDDER.encode(["The choir sang in the rain.", hit.sentence.text])
        assert hit.similarity == pytest.approx(float(claim @ sentence), abs=1e-5)


def test_a_sentence_that_leans_on_its_neighbor_is_ranked_above_strangers(store: Store, index: SentenceIndex) -> None:
    texts = [hit.sentence.text for hit in find(store, index, "Cracks closed the Alm bridge.")]
    assert texts.index("The town hall rejects that.") < texts.index("Stalls sold out of soup before noon.")


def test_every_sentence_comes_once(store: Store, index: SentenceIndex) -> None:
    hits = find(store, index, "The choir sang about cracks in the bridge.")
    ids = [hit.sentence.id for hit in hits]
    assert len(ids) == len(set(ids)) == 5


@pytest.mark.parametrize(
    ("query", "articles"),
    [
        (Query("The Alm bridge is closed.", publishers_include=("Market Mail",)), {"choir"}),
        (Query("The choir sang.", publishers_exclude=("Market Mail",)), {"bridge"}),
        (Query("The choir sang.", published_to=datetime(2026, 5, 3, tzinfo=UTC)), {"bridge"}),
        (Query("The choir sang.", publishers_include=("Nobody",)), set()),
    ],
)
def test_filters_narrow(store: Store, index: SentenceIndex, query: Query, articles: set[str]) -> None:
    assert {hit.article.id for hit in find(store, index, query)} == articles


@pytest.mark.parametrize("claim", ['"" OR NEAR(*', "...", "\0", "🚒🚒🚒", "the of and", "a" * 1000])
def test_no_claim_breaks_the_search(store: Store, index: SentenceIndex, claim: str) -> None:
    assert len(find(store, index, claim)) == 5


def test_an_empty_corpus_has_no_hits(store: Store) -> None:
    with store.writing() as connection:
        store.remove(connection, [BRIDGE.id, CHOIR.id])
    assert find(store, embed(store, EMBEDDER), "The choir sang.") == []


def test_what_came_or_went_after_the_snapshot_is_no_hit(store: Store, index: SentenceIndex) -> None:
    put(store, Article("late", "Late", "The choir sang once more in the rain."))
    with store.writing() as connection:
        store.remove(connection, ["bridge"])
    assert {hit.article.id for hit in find(store, index, "The choir sang in the rain.")} == {"choir"}
    only_late = Query("The choir sang.", publishers_exclude=("Market Mail",))
    assert find(store, index, only_late) == []


def test_ties_are_broken_by_id_and_the_order_is_the_same_each_time(store: Store) -> None:
    put(store, *(replace(CHOIR, id=f"copy-{n}") for n in (3, 1, 2)))
    index = embed(store, EMBEDDER)
    hits = [hit for hit in find(store, index, "The choir sang in the rain.") if hit.sentence.text.startswith("The ch")]
    assert len(hits) == 4
    assert [hit.sentence.id for hit in hits] == sorted(hit.sentence.id for hit in hits)
    assert hits == find(store, index, "The choir sang in the rain.")[:4]


def test_the_ranking_weighs_what_it_is_told_to(store: Store, index: SentenceIndex) -> None:
    claim = "Soup sold in the rain at noon, said the choir."
    vector = EMBEDDER.encode([claim])[0]
    by_cosine = Retriever(store, index, Ranking(1.0, 0.0, 0.0, 0.0)).find(Query(claim), lambda: vector)
    similarities = [hit.similarity for hit in by_cosine]
    assert similarities == sorted(similarities, reverse=True)
    by_words = Retriever(store, index, Ranking(0.0, 0.0, 1.0, 0.0)).find(Query(claim), lambda: vector)
    assert {hit.article.id for hit in by_words[:2]} == {"choir"}
    assert [hit.sentence.id for hit in by_words[2:]] == sorted(hit.sentence.id for hit in by_words[2:])
