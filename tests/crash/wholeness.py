"""What must hold of a corpus at any moment, a kill or not."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from service.corpus.follower import Follower
from service.corpus.index import VectorIndex
from service.corpus.store import Store, digest
from service.reading.sentences import split
from tests.support import FakeEmbedder

EMBEDDER = FakeEmbedder()


def assert_whole(file: Path, *, embedded: bool = True) -> dict[str, str]:
    """Open the corpus as the next start does, check that nothing in it is half, and return the texts by id.

    Every article has just the sentences, search terms and embeddings that its text gives, nothing is left of others,
    and SQLite finds no fault. Without `embedded`, sentences may still lack an embedding: the next reading adds it.
    """
    store = Store.open(f"sqlite:///{file}")
    try:
        _no_fault(file)
        texts = {article.id: article.text for article in store.articles(list(store.fingerprints()))}
        _sentences_are_those_of(file, texts)
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


def _sentences_are_those_of(file: Path, texts: dict[str, str]) -> None:
    with sqlite3.connect(file) as connection:
        rows = connection.execute(
            "SELECT article_id, start, end, text_sha256 FROM sentences ORDER BY article_id, start"
        )
        found = [(row[0], row[1], row[2], bytes(row[3])) for row in rows]
        words = connection.execute("SELECT count(*), count(DISTINCT rowid) FROM sentence_words").fetchone()
        strays = connection.execute(
            "SELECT count(*) FROM sentence_words WHERE rowid NOT IN (SELECT id FROM sentences)"
        ).fetchone()
    connection.close()
    wanted = [
        (article, span.start, span.end, digest(text[span.start : span.end]))
        for article, text in sorted(texts.items())
        for span in split(text)
    ]
    assert found == wanted
    assert words == (len(wanted), len(wanted))
    assert strays == (0,)


def _index_follows(store: Store) -> None:
    """An index that follows from nothing is the one that is made anew."""
    whole = VectorIndex(store.vectors(EMBEDDER.name, EMBEDDER.dimension), EMBEDDER.dimension)
    follower = Follower(store, whole, EMBEDDER)
    assert follower.follow() == store.version()
    vector = EMBEDDER.encode(["gull on the quay"])[0]
    near = whole.nearest(vector, 10_000)
    assert len(near) == len(whole)
    assert {n.sentence_id for n in near} == set(store.found([n.sentence_id for n in near]))
