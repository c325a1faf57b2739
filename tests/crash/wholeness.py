"""What must hold of a corpus at any moment, a kill or not."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import select, text

from service.corpus.follower import Follower
from service.corpus.index import VectorIndex
from service.corpus.indexes import open_index
from service.corpus.store import Store, digest
from service.corpus.tables import sentences
from service.reading.sentences import split
from tests.support import FakeEmbedder

EMBEDDER = FakeEmbedder()


def assert_whole(place: Path | str, *, embedded: bool = True) -> dict[str, str]:
    """Open the corpus in a file or at an address as the next start does, and return the texts by id.

    Every article has just the sentences, search terms and embeddings that its text gives, nothing is left of others,
    and SQLite finds no fault. Without `embedded`, sentences may still lack an embedding: the next reading adds it.
    """
    store = Store.open(place if isinstance(place, str) else f"sqlite:///{place}")
    try:
        if isinstance(place, Path):
            _no_fault(place)
        texts = {article.id: article.text for article in store.articles(list(store.fingerprints()))}
        _sentences_are_those_of(store, texts)
        if embedded:
            assert store.without_embedding(EMBEDDER.name) == []
            _index_follows(store)
        return texts
    finally:
        store.close()


def _no_fault(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def _sentences_are_those_of(store: Store, texts: dict[str, str]) -> None:
    with store.one_moment() as connection:
        rows = connection.execute(select(sentences).order_by(sentences.c.article_id, sentences.c.start)).all()
        words = connection.execute(text("SELECT count(*), count(DISTINCT rowid) FROM sentence_words")).one()
        strays = text("SELECT count(*) FROM sentence_words WHERE rowid NOT IN (SELECT id FROM sentences)")
        assert connection.execute(strays).scalar_one() == 0
    wanted = [
        (article, span.start, span.end, digest(written[span.start : span.end]))
        for article, written in sorted(texts.items())
        for span in split(written)
    ]
    assert [(row.article_id, row.start, row.end, bytes(row.text_sha256)) for row in rows] == wanted
    assert tuple(words) == (len(wanted), len(wanted))


def _index_follows(store: Store) -> None:
    """The engine's own index holds what one that is made anew from the store holds."""
    whole = VectorIndex(store.vectors(EMBEDDER.name, EMBEDDER.dimension), EMBEDDER.dimension)
    index = open_index(store, EMBEDDER.name, EMBEDDER.dimension)
    assert Follower(store, index, EMBEDDER).follow() == store.version()
    vector = EMBEDDER.encode(["gull on the quay"])[0]
    near = index.nearest(vector, 10_000)
    assert len(near) == len(index) == len(whole)
    found = store.found([neighbor.sentence_id for neighbor in whole.nearest(vector, 10_000)])
    assert {neighbor.sentence_id for neighbor in near} == set(found)
