"""Stand-ins for the models, and corpora small enough to work out by hand. Nothing here looks at a test's name."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np
from flask.testing import FlaskClient

from service.api.policy import Policy
from service.app import create_app
from service.checking.pipeline import Pipeline
from service.corpus.archive import StoreArchive
from service.corpus.checks import StoreChecks
from service.corpus.indexes import open_index
from service.corpus.keys import StoreKeys
from service.corpus.ledger import StoreLedger
from service.corpus.searching import SentenceIndex
from service.corpus.store import Store
from service.domain import Article, StanceScores, Thresholds
from service.ports import Embedder, Vectors
from service.reading.sentences import split


class FakeEmbedder:
    """Counts each word into one of 64 places: texts that share words are near. Remembers what it embedded."""

    dimension = 64

    def __init__(self, name: str = "fake-words") -> None:
        self.name = name
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded.extend(texts)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()) or [""]:
                row[zlib.crc32(word.encode()) % self.dimension] += 1.0
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


class FakeStance:
    """Reads its stance off the evidence: `[supports]`, `[conflicts]`, else neutral; `scores` overrule by evidence."""

    name = "fake-marks"

    def __init__(self, scores: dict[str, StanceScores] | None = None, longest_claim: int = 1000) -> None:
        self.thresholds = Thresholds()
        self._scores = scores or {}
        self._longest_claim = longest_claim

    def fits(self, claim: str) -> bool:
        return len(claim) <= self._longest_claim

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[StanceScores]:
        return [self._scores.get(evidence) or _marked(evidence) for evidence, _ in pairs]


def _marked(evidence: str) -> StanceScores:
    if "[supports]" in evidence:
        return StanceScores(0.9, 0.05, 0.05)
    if "[conflicts]" in evidence:
        return StanceScores(0.05, 0.9, 0.05)
    return StanceScores(0.05, 0.05, 0.9)


def put(store: Store, *articles: Article, folder: str | None = None) -> None:
    """Store articles with their sentences, in one transaction."""
    with store.writing() as connection:
        for article in articles:
            store.put(connection, article, split(article.text), folder)


def add(store: Store, *articles: Article) -> None:
    """Store articles with their sentences and embeddings in one transaction, as the service does."""
    with store.writing():
        put(store, *articles)
        _embed_missing(store, FakeEmbedder())


def remove(store: Store, *ids: str) -> None:
    """Drop articles, in one transaction."""
    with store.writing() as connection:
        store.remove(connection, ids)


def _embed_missing(store: Store, embedder: Embedder) -> None:
    missing = store.without_embedding(embedder.name)
    if missing:
        store.keep_embeddings(embedder.name, missing, embedder.encode(missing))


def embed(store: Store, embedder: Embedder) -> SentenceIndex:
    """Embed what is missing and return the index over all of it."""
    _embed_missing(store, embedder)
    return open_index(store, embedder.name, embedder.dimension)


def client_of(store: Store, policy: Policy | None = None) -> FlaskClient:
    """Return a client of a whole service over a store, the keys and the ledger included."""
    embedder = FakeEmbedder()
    pipeline = Pipeline(store, embed(store, embedder), embedder, FakeStance())
    app = create_app(
        pipeline, StoreArchive(store, embedder), StoreChecks(store, 30), pipeline.fact_checks, StoreKeys(store),
        StoreLedger(store), policy=policy,
    )  # fmt: skip
    return app.test_client()
