"""Which index searches a store's vectors: FAISS in each worker for SQLite, pgvector for PostgreSQL."""

from __future__ import annotations

from sqlalchemy import text

from service.corpus.engines.sqlite import Sqlite
from service.corpus.filed_index import FiledIndex, Plan
from service.corpus.index import VectorIndex
from service.corpus.searching import IndexOptions, SentenceIndex
from service.corpus.store import Store
from service.corpus.vector_files import VectorFiles


def open_index(store: Store, model: str, dimension: int, options: IndexOptions | None = None) -> SentenceIndex:
    """Return an index over all that a model has embedded; of the options, SQLite has the method only."""
    options = options or IndexOptions()
    if isinstance(store.backend, Sqlite):
        if store.backend.file is None:  # in memory, or where nothing can be written
            return VectorIndex(store.vectors(model, dimension), dimension)
        files = VectorFiles(store, store.backend.file, model, dimension)
        return FiledIndex(store, files, Plan(options.method))
    from service.corpus.pgvector_index import PgVectorIndex
    from service.corpus.pgvector_making import make_index

    make_index(store, model, dimension, options)
    return PgVectorIndex(store, model, dimension, options)


def index_all(store: Store, options: IndexOptions) -> None:
    """Make the indexes of every model that has embedded the store's sentences, where the database holds them."""
    if isinstance(store.backend, Sqlite):
        return
    from service.corpus.pgvector_making import make_index

    with store.reading() as connection:
        models = connection.execute(
            text(
                "SELECT model, (SELECT vector_dims(bare) FROM sentence_vectors v WHERE v.model = i.model LIMIT 1) AS d "
                "FROM indexed i WHERE sentences > 0 ORDER BY model"
            )
        ).all()
    for row in models:
        make_index(store, row.model, row.d, options)
