"""The way into the corpus: split articles into sentences, store them, and embed what has no embedding yet."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TypeVar

from tqdm import tqdm

from service.corpus.database import is_of_store
from service.corpus.factchecks import claims_of
from service.corpus.grouping import group_at_start
from service.corpus.outcome import Intake
from service.corpus.store import Fingerprint, Store
from service.domain import Article, Span
from service.ports import Embedder
from service.reading.folder import Skipped, unforeseen
from service.reading.readers import read_file, read_folder
from service.reading.sentences import split

T = TypeVar("T")
STORE_AT_ONCE = 100
EMBED_AT_ONCE = 256


def sync_folder(
    store: Store,
    embedder: Embedder,
    folder: Path,
    max_bytes: int,
    splitter: Callable[[str], Sequence[Span]] = split,
) -> Intake:
    """Make the corpus hold what the folder holds: changed articles are replaced, those no longer there removed.

    Articles that another folder gave at an earlier start are removed too; articles that were added by hand stay.
    """
    name = str(folder.resolve())
    known = store.fingerprints()
    seen: set[str] = set()
    skipped: list[Skipped] = []
    changed: list[Article] = []
    for item in tqdm(read_folder(folder, max_bytes), desc="reading", unit=" articles", disable=None):
        if isinstance(item, Skipped):
            skipped.append(item)
            continue
        mark = known.get(item.id)
        if mark is not None and mark.folder is None:
            skipped.append(
                Skipped(item.id, "an article with this id was added by hand; give the file's article another")
            )
            continue
        seen.add(item.id)
        if mark != Fingerprint(item.digest, name):
            changed.append(item)
    failed = keep(store, changed, splitter, name)
    changed = _without(changed, failed)
    seen -= {skip.path for skip in failed}
    gone = [article_id for article_id, mark in known.items() if mark.folder is not None and article_id not in seen]
    with store.writing() as connection:
        store.remove(connection, gone)
    embedded = embed_missing(store, embedder, claims_of(changed))
    group_at_start(store, changed=bool(changed or gone))
    return Intake(len(changed), len(seen) - len(changed), len(gone), embedded, (*skipped, *failed))


def add_articles(
    store: Store,
    embedder: Embedder,
    paths: Sequence[Path],
    max_bytes: int,
    splitter: Callable[[str], Sequence[Span]] = split,
) -> Intake:
    """Add the articles of files and folders by hand; one that is there already, unchanged, is passed over."""
    items = list(chain.from_iterable(_read(path, max_bytes) for path in paths))
    skipped = tuple(item for item in items if isinstance(item, Skipped))
    articles = [item for item in items if isinstance(item, Article)]
    known = store.fingerprints()
    changed = [article for article in articles if known.get(article.id) != Fingerprint(article.digest, None)]
    unchanged = len(articles) - len(changed)
    failed = keep(store, changed, splitter)
    changed = _without(changed, failed)
    embedded = embed_missing(store, embedder, claims_of(changed))
    group_at_start(store, changed=bool(changed))
    return Intake(len(changed), unchanged, 0, embedded, (*skipped, *failed))


def _read(path: Path, max_bytes: int) -> Iterable[Article | Skipped]:
    if path.is_dir():
        return read_folder(path, max_bytes)
    return [_by_place(item, path) for item in read_file(path, path.parent, max_bytes)]


def _by_place(item: Article | Skipped, path: Path) -> Article | Skipped:
    """Mark an id that is only a file's name: two files of one name in two folders are two articles."""
    if isinstance(item, Skipped) or not item.id.startswith(path.name):
        return item
    place = hashlib.sha256(str(path.resolve().parent).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return replace(item, id=f"{place}/{item.id}")


def keep(
    store: Store,
    articles: Sequence[Article],
    splitter: Callable[[str], Sequence[Span]] = split,
    folder: str | None = None,
) -> tuple[Skipped, ...]:
    """Put articles into the store, each whole or not at all; return those that failed as nobody foresaw, by id."""
    skipped: list[Skipped] = []
    for part in _parts(articles, STORE_AT_ONCE):
        try:
            _put(store, part, splitter, folder)
        except Exception as error:
            if is_of_store(error):
                raise
            skipped += _one_by_one(store, part, splitter, folder)
    return tuple(skipped)


def _put(
    store: Store, articles: Sequence[Article], splitter: Callable[[str], Sequence[Span]], folder: str | None
) -> None:
    with store.writing() as connection:
        for article in articles:
            store.put(connection, article, splitter(article.text), folder)


def _one_by_one(
    store: Store, articles: Sequence[Article], splitter: Callable[[str], Sequence[Span]], folder: str | None
) -> Iterator[Skipped]:
    """Put articles of which one has failed, and yield which."""
    for article in articles:
        try:
            _put(store, [article], splitter, folder)
        except Exception as error:
            if is_of_store(error):
                raise
            yield unforeseen(article.id, error)


def _without(articles: Sequence[Article], failed: Sequence[Skipped]) -> list[Article]:
    names = {skip.path for skip in failed}
    return [article for article in articles if article.id not in names]


def embed_missing(store: Store, embedder: Embedder, claims: Sequence[str] = ()) -> int:
    """Embed the sentences, and the claims, that are new to this embedder; return how many."""
    wanted = [*store.without_embedding(embedder.name), *store.unembedded(embedder.name, claims)]
    texts = sorted(dict.fromkeys(wanted), key=len, reverse=True)  # longest first, to pad little
    with tqdm(total=len(texts), desc="embedding", unit=" sentences", disable=None if texts else True) as bar:
        for part in _parts(texts, EMBED_AT_ONCE):
            store.keep_embeddings(embedder.name, part, embedder.encode(part))
            bar.update(len(part))
    return len(texts)


def _parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
