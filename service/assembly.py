"""Puts the parts together: the store, the models, the index, the pipeline."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from service.addresses import pairs_of, store_address
from service.checking.pacing import Budget
from service.checking.pipeline import Pipeline, Tuning
from service.checking.remembering import RememberingStance
from service.config import Settings
from service.corpus.archive import StoreArchive
from service.corpus.checks import StoreChecks
from service.corpus.grouping import find_origins
from service.corpus.holdings import HoldingsCounter
from service.corpus.indexes import index_all, open_index
from service.corpus.intake import embed_missing, keep, sync_folder
from service.corpus.keys import StoreKeys
from service.corpus.ledger import StoreLedger
from service.corpus.move import Moved, move, size
from service.corpus.searching import IndexOptions, SentenceIndex
from service.corpus.store import Store
from service.domain import Query
from service.errors import CorpusError, ReadingError
from service.keeping import NewArticle
from service.loading import Service
from service.opening import load_embedder, open_store
from service.ports import Embedder, IndexSize, Loaded, StanceModel, Unwatched, Watch

if TYPE_CHECKING:
    from service.fetching.fetcher import Fetcher
    from service.gathering import Gatherer

WARM_PAIRS = 4  # judged before the first claim: every thread has then run once, and more would only take time


def build_pipeline(settings: Settings, tuning: Tuning | None = None, stance: StanceModel | None = None) -> Pipeline:
    """Load everything that a check needs, and warm it with one check; `stance` stands in for the settings' model."""
    from models.stance_model import load_stance

    embedder = load_embedder(settings)
    stance = stance or load_stance(settings.stance, settings.threads)
    return _warm_pipeline(settings, open_store(settings), embedder, stance, tuning)


def build_service(
    settings: Settings,
    embedder: Embedder | None = None,
    stance: StanceModel | None = None,
    watch: Watch | None = None,
) -> Service:
    """Load everything that answers requests; the models given stand in for those of the settings."""
    from models.stance_model import load_stance

    # Most of what loading takes is done outside the interpreter, so one model loads beside the other.
    with ThreadPoolExecutor(1) as beside:
        loading = beside.submit(lambda: stance or load_stance(settings.stance, settings.threads))
        embedder = embedder or load_embedder(settings)
        judge: StanceModel = loading.result()
    if settings.keep_judgements:
        judge = RememberingStance(judge, settings.keep_judgements, (watch or Unwatched()).judged)
    store = open_store(settings)
    budget = Budget(settings.check_budget_ms / 1000)
    pipeline = _warm_pipeline(settings, store, embedder, judge, watch=watch, budget=budget)
    return Service(
        pipeline,
        StoreArchive(store, embedder),
        StoreChecks(store, settings.keep_checks_days),
        pipeline.fact_checks,
        StoreKeys(store),
        StoreLedger(store, keeps_claims=settings.keep_checks_days > 0),
    )


def _warm_pipeline(
    settings: Settings,
    store: Store,
    embedder: Embedder,
    stance: StanceModel,
    tuning: Tuning | None = None,
    watch: Watch | None = None,
    budget: Budget | None = None,
) -> Pipeline:
    index = open_index(store, embedder.name, embedder.dimension, _index_options(settings))
    pipeline = Pipeline(store, index, embedder, stance, tuning, watch, budget)
    pipeline.check(Query("The first check is slower than all that follow.", limit=WARM_PAIRS))
    if watch is not None:
        sized = partial(_size, index)
        watch.loaded(Loaded(embedder.name, stance.name, HoldingsCounter(store), sized))
    return pipeline


def _size(index: SentenceIndex) -> IndexSize:
    return IndexSize(len(index), index.removed, index.revision)


def _index_options(settings: Settings) -> IndexOptions:
    return IndexOptions(settings.index_method, pairs_of(settings.index_options), pairs_of(settings.index_search))


@contextmanager
def temporary_pipeline(settings: Settings, corpus: Path) -> Iterator[Pipeline]:
    """Give a pipeline over a corpus of its own, a folder or a JSON-lines file, that is gone afterwards."""
    with temporary_corpus(settings, corpus) as passing:
        yield build_pipeline(passing)


@contextmanager
def temporary_corpus(settings: Settings, corpus: Path) -> Iterator[Settings]:
    """Read a folder or a JSON-lines file into a corpus that is gone afterwards; give the settings that name it."""
    from service.evaluation import read_corpus

    with tempfile.TemporaryDirectory() as folder:
        passing = replace(settings, data=Path(folder), database_url="", read_database_url="")
        store = open_store(passing)
        try:
            embedder = load_embedder(passing)
            if corpus.is_dir():
                sync_folder(store, embedder, corpus, passing.max_article_bytes)
            else:
                articles = read_corpus(corpus)
                if not articles:
                    raise ReadingError(f"{corpus} holds no articles: give JSON lines of id, title and text.")
                if failed := keep(store, articles):  # figures of less than was given would mislead
                    raise ReadingError(f"{corpus}: {failed[0].path} {failed[0].reason}")
                embed_missing(store, embedder)
                find_origins(store)
        finally:
            store.close()
        yield passing


def fetcher_for(settings: Settings) -> Fetcher:
    """Return what fetches pages within the settings' limits."""
    from service.fetching.fetcher import Fetcher, Limits  # only where pages are fetched

    return Fetcher(
        Limits(
            most_bytes=settings.max_article_bytes,
            delay_s=settings.fetch_delay_s,
            private=settings.fetch_private,
            contact=settings.fetch_contact,
        )
    )


def fetch_for(settings: Settings) -> Callable[[str], NewArticle] | None:
    """Return what fetches a page as an article for a request, or None where the settings do not allow it."""
    if not settings.fetch:
        return None
    from service.gathering import new_article

    fetcher = fetcher_for(settings)
    return lambda url: new_article(fetcher.get(url), settings.max_article_bytes)


@contextmanager
def gatherer_for(settings: Settings) -> Iterator[Gatherer]:
    """Give what gathers articles from the web into the store that the settings name."""
    from service.gathering import Gatherer

    store = open_store(settings)
    try:
        archive = StoreArchive(store, load_embedder(settings))
        yield Gatherer(
            archive,
            fetcher_for(settings),
            lambda url: store.at_address(url) is not None,
            settings.max_article_bytes,
        )
    finally:
        store.close()


def move_corpus(settings: Settings, source: str, target: str, *, replace: bool) -> Moved:
    """Copy a corpus between two databases, given by address or SQLite file, and index its vectors there."""
    read, written = store_address(source, must_exist=True), store_address(target)
    if read == written:
        raise CorpusError("FROM and TO are the same database: name another one.")
    with closing(Store.open(read)) as one, closing(Store.open(written)) as other:
        with tqdm(total=size(one), desc="moving", unit=" rows") as bar:
            moved = move(one, other, bar.update, replace=replace)
        index_all(other, _index_options(settings))
    return moved
