"""A corpus of any size: real sentences with real embeddings, and beyond those, made-up ones that lie around them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, insert, select
from tqdm import tqdm

from models.embedder import load_embedder
from models.packaged import OURS
from service.corpus import revisions
from service.corpus.engines.interface import SearchWords
from service.corpus.revisions import Mark
from service.corpus.rows import in_parts, terms_texts
from service.corpus.store import Store, digest
from service.corpus.tables import articles, sentences
from service.domain import Article, Span
from service.reading.sentences import split

Matrix = NDArray[np.float32]
AN_ARTICLE = 12  # sentences
AT_ONCE = 2_000  # sentences embedded and kept as one file, so that a run that was cut off goes on
STORED_AT_ONCE = 500  # articles
QUERIES = 300
# A made-up vector has this cosine with the real one that it was made from: near-duplicates in a body of news have more,
# two sentences about one event about as much.
COSINE = 0.8


@dataclass(frozen=True)
class Real:
    """Sentences with their embeddings (n, d), and claims with theirs."""

    model: str
    texts: Sequence[str]
    vectors: Matrix
    claims: Sequence[str]
    claim_vectors: Matrix


def embedded(data: Path, folder: Path, most: int, threads: int) -> Real:
    """Embed distinct sentences of the data sets, at most so many; what a folder holds already is read from there."""
    embedder = load_embedder(OURS, threads)
    texts, claims = sentences_of(data)[:most], _claims(data)
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for start in tqdm(range(0, len(texts), AT_ONCE), desc="embedding", disable=None):
        file = folder / f"{start:07d}.npy"
        if not file.exists():
            passing = file.with_suffix(".part.npy")
            np.save(passing, embedder.encode(texts[start : start + AT_ONCE]))
            passing.rename(file)
        parts.append(np.load(file))
    vectors = np.concatenate(parts)[: len(texts)]
    return Real(embedder.name, texts, vectors, claims, embedder.encode(claims))


def sentences_of(data: Path) -> list[str]:
    """Return the sentences of abstracts and pages in order, then those of the pairs, each once."""
    seen: dict[str, None] = {}
    for name in ("scifact", "check_covid", "fool_me_twice"):
        for article in _lines(data / "factcheck" / name / "corpus.jsonl.gz"):
            seen.update((article["text"][span.start : span.end], None) for span in split(article["text"]))
    pairs = chain.from_iterable((p["premise"], p["hypothesis"]) for p in _lines(data / "nli/train.jsonl.gz"))
    seen.update((text, None) for text in pairs if 20 <= len(text) <= 240)
    return list(seen)


def _claims(data: Path) -> list[str]:
    sets = ("scifact/claims-train", "check_covid/claims-train", "fool_me_twice/claims-dev")
    found = [line["claim"] for name in sets for line in _lines(data / "factcheck" / f"{name}.jsonl.gz")]
    chosen = np.random.default_rng(3).permutation(len(found))[:QUERIES]
    return [found[number] for number in chosen]


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def vectors_like(real: Real, count: int) -> Matrix:
    """Return the vectors (count, d) of a store that `fill` gave so many sentences."""
    order, found = _order(real), np.empty((count, real.vectors.shape[1]), np.float32)
    for number, start in enumerate(range(0, count, AN_ARTICLE)):
        found[start : start + AN_ARTICLE] = _article(real, order, number)[1][: count - start]
    return found


def fill(store: Store, real: Real, count: int) -> None:
    """Let the store hold so many sentences, in articles of twelve; those that are there already stay."""
    order = _order(real)
    first, last = len(store.fingerprints()), -(-count // AN_ARTICLE)
    for start in tqdm(range(first, last, STORED_AT_ONCE), desc="storing", disable=None):
        numbers = range(start, min(start + STORED_AT_ONCE, last))
        said, vectors = zip(*(_article(real, order, number) for number in numbers), strict=True)
        with store.writing() as connection:
            store.keep_embeddings(real.model, [text for texts in said for text in texts], np.concatenate(vectors))
            made_up = [n for n in numbers if n >= len(order)]
            for number, texts in zip(numbers, said, strict=True):
                if number < len(order):
                    store.put(connection, _named(number, texts), _spans(texts), None)
            if made_up:
                _put_like(store, connection, made_up, said[-len(made_up) :], len(order))


def _order(real: Real) -> NDArray[np.int64]:
    return np.random.default_rng(5).permutation(len(real.texts) // AN_ARTICLE)


def _named(number: int, said: Sequence[str]) -> Article:
    return Article(f"a{number}", said[0][:60], "\n".join(said))


def _put_like(
    store: Store, connection: Connection, numbers: Sequence[int], said: Sequence[Sequence[str]], real: int
) -> None:
    """Put made-up articles together, with the search terms of those they were made from: to find them takes longest."""
    made = [_named(number, texts) for number, texts in zip(numbers, said, strict=True)]
    connection.execute(
        insert(articles),
        [{"id": a.id, "title": a.title, "text": a.text, "sha256": a.sha256, "digest": a.digest} for a in made],
    )
    rows = [
        {"article_id": article.id, "position": n, "start": s.start, "end": s.end, "text_sha256": digest(text)}
        for article, texts in zip(made, said, strict=True)
        for n, (s, text) in enumerate(zip(_spans(texts), texts, strict=True))
    ]
    numbered = insert(sentences).returning(sentences.c.id, sort_by_parameter_order=True)
    ids = connection.execute(numbered, rows).scalars().all()
    likes = [f"a{number % real}" for number in numbers]
    theirs = in_parts(connection, lambda part: select(sentences).where(sentences.c.article_id.in_(part)), likes)
    id_of = {(row.article_id, row.position): row.id for row in theirs}
    models = [id_of[like, n] for like in likes for n in range(AN_ARTICLE)]
    words = terms_texts(connection, sorted(set(models)))
    rows_of_words = [SearchWords(n, *words[model]) for n, model in zip(ids, models, strict=True)]
    store.backend.put_words(connection, rows_of_words)
    revisions.advance(connection, added=[Mark(article.id, article.digest) for article in made])


def _article(real: Real, order: NDArray[np.int64], number: int) -> tuple[list[str], Matrix]:
    """Return an article's sentences and vectors: real ones as they follow each other, then the same, shifted."""
    first = int(order[number % len(order)]) * AN_ARTICLE
    said, vectors = list(real.texts[first : first + AN_ARTICLE]), real.vectors[first : first + AN_ARTICLE]
    if number < len(order):
        return said, vectors
    noise = np.random.default_rng(number).normal(size=vectors.shape).astype(np.float32)
    noise -= (noise * vectors).sum(axis=1, keepdims=True) * vectors
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    return [f"{text} {number}" for text in said], COSINE * vectors + np.float32((1 - COSINE**2) ** 0.5) * noise


def _spans(said: Sequence[str]) -> list[Span]:
    spans, at = [], 0
    for text in said:
        spans.append(Span(at, at + len(text)))
        at += len(text) + 1
    return spans
