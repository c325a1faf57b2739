"""What `make growth` makes up and computes, and that what it stored is whole."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bench.growth_corpus import AN_ARTICLE, COSINE, Real, fill
from bench.growth_worker import Kept, opened, timed
from service.corpus.store import Store
from service.domain import Query
from tests.support import FakeEmbedder

STORED = Path(__file__).parent.parent / "bench/growth.json"
EMBEDDER = FakeEmbedder()


@pytest.fixture
def real() -> Real:
    texts = [f"Gull {number} sat on the quay of ward {number * 7}." for number in range(2 * AN_ARTICLE)]
    claims = ["A gull sat on the quay.", "Ward 14 has a quay."]
    return Real(EMBEDDER.name, texts, EMBEDDER.encode(texts), claims, EMBEDDER.encode(claims))


def test_a_corpus_grows_by_shifted_sentences_that_are_found_by_their_words(real: Real, tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'corpus.sqlite3'}")
    for count in (AN_ARTICLE, 5 * AN_ARTICLE):  # the second goes on from the first
        fill(store, real, count)
        held = store.vectors(EMBEDDER.name, EMBEDDER.dimension)
        assert (len(held.ids), held.missing) == (count, 0)
    assert np.linalg.norm(held.vectors, axis=1) == pytest.approx(np.ones(5 * AN_ARTICLE), abs=1e-5)
    originals, shifted = held.vectors[: 2 * AN_ARTICLE], held.vectors[2 * AN_ARTICLE : 4 * AN_ARTICLE]
    assert (originals * shifted).sum(axis=1) == pytest.approx(np.full(2 * AN_ARTICLE, COSINE), abs=1e-5)
    found = store.found(store.with_words(["quay"], Query(""), 500))
    assert len(found) == 5 * AN_ARTICLE
    assert {item.sentence.text for item in found.values()} > set(real.texts)
    store.close()


def test_a_worker_times_and_finds_what_there_is(real: Real, tmp_path: Path) -> None:
    file = tmp_path / "corpus.sqlite3"
    store = Store.open(f"sqlite:///{file}")
    fill(store, real, 3 * AN_ARTICLE)
    embedder = Kept(EMBEDDER.name, real.claims, real.claim_vectors)
    index, _ = opened(store, file, embedder, "file")
    times = timed(store, file, index, embedder, real.claims)
    assert times.recall_at_20 > 0.9  # equally near ones aside
    assert len(index) == len(store.vectors(EMBEDDER.name, EMBEDDER.dimension).ids) == 3 * AN_ARTICLE
    store.close()


def test_what_is_stored_says_how_much_was_real_and_finds_what_it_should() -> None:
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    assert stored["real_sentences"] > 0
    for size in stored["sizes"]:
        assert size["times"]["recall_at_20"] >= 0.97
        assert size["each_of_two_workers"]["uss_mb"] < size["file_mb"]
    assert [size["sentences"] for size in stored["sizes"]] == sorted(size["sentences"] for size in stored["sizes"])
