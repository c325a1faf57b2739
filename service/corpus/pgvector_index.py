"""The vector index that PostgreSQL keeps itself: nothing follows, since vectors are written with their sentences.

Half precision finds the sentences, and gives their cosine in context, to about 0.0005; the cosine that an answer
states is that of the full vectors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from service.corpus.engines.halfvec import Halfvec, learn
from service.corpus.neighbors import Neighbor
from service.corpus.rows import in_parts
from service.corpus.searching import IndexOptions
from service.corpus.store import Store
from service.corpus.tables import naive_utc
from service.corpus.vectors import of_ids
from service.domain import Query

BARE, IN_CONTEXT = "bare", "in_context"


@dataclass(frozen=True, slots=True)
class Selection:
    """What a query's filters leave: a condition with its parameters, and how many, counted up to a limit."""

    condition: str
    parameters: Mapping[str, Any]
    count: int

    def __bool__(self) -> bool:
        return self.count > 0


class PgVectorIndex:
    """Cosine search in the store's own transactions, exact among few sentences and by an index among many."""

    def __init__(self, store: Store, model: str, dimension: int, options: IndexOptions | None = None) -> None:
        self._store, self._model, self.dimension = store, model, dimension
        self._options = options or IndexOptions()
        self._sentences, self.revision = 0, -1
        self.catch_up(store, model)

    def __len__(self) -> int:
        return self._sentences

    @property
    def removed(self) -> int:
        """Return 0: rows go with their sentences."""
        return 0

    def is_of(self, revision: int) -> bool:
        """Return whether the sentences were counted at this revision."""
        return self.revision == revision

    def catch_up(self, store: Store, model: str) -> None:
        """Count the sentences of this moment."""
        with store.one_moment() as connection:
            held = connection.execute(text("SELECT sentences FROM indexed WHERE model = :model"), {"model": model})
            self._sentences, self.revision = held.scalar() or 0, store.state().revision

    def narrow(self, store: Store, query: Query) -> Selection | None:
        """Return what the query's filters leave, or None when it has no filter."""
        rules, parameters = _rules(query)
        if not rules:
            return None
        condition = " AND ".join(rules)
        counted = text(
            "SELECT count(*) FROM (SELECT 1 FROM sentence_vectors "  # noqa: S608 - made of our own words
            f"WHERE model = :model AND {condition} LIMIT :most) AS first"
        )
        with store.reading() as connection:
            most = {"model": self._model, "most": self._options.exact_most + 1}
            return Selection(condition, parameters, connection.execute(counted, {**parameters, **most}).scalar_one())

    def known(self, ids: Sequence[int]) -> set[int]:
        """Return those of the ids that are indexed."""
        wanted = text("SELECT sentence_id FROM sentence_vectors WHERE model = :model AND sentence_id = ANY(:ids)")
        with self._store.reading() as connection:
            return set(connection.execute(wanted, {"model": self._model, "ids": list(ids)}).scalars())

    def nearest(self, vector: NDArray[np.float32], count: int, among: Selection | None = None) -> list[Neighbor]:
        """Return the `count` sentences whose bare vectors are nearest to a vector (d,), ties broken by id."""
        return self._search(BARE, vector, count, among)

    def nearest_in_context(
        self, vector: NDArray[np.float32], count: int, among: Selection | None = None
    ) -> list[Neighbor]:
        """Return the `count` sentences whose context vectors are nearest, ties broken by id."""
        return self._search(IN_CONTEXT, vector, count, among)

    def similarities(self, vector: NDArray[np.float32], ids: Sequence[int]) -> tuple[list[float], list[float]]:
        """Return the cosines of a vector (d,) with indexed sentences, bare and in context, in order."""
        wanted = text(
            "SELECT sentence_id, -(in_context <#> :vector) AS similarity FROM sentence_vectors "
            "WHERE model = :model AND sentence_id = ANY(:ids)"
        )
        with self._store.reading() as connection:
            learn(connection)
            values = {"model": self._model, "ids": list(ids), "vector": Halfvec(vector)}
            in_context = {row.sentence_id: row.similarity for row in connection.execute(wanted, values)}
        return [float(s) for s in self.vectors(ids) @ vector], [float(in_context[number]) for number in ids]

    def vectors(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Return the bare vectors (len(ids), d) of indexed sentences, in full precision."""
        with self._store.reading() as connection:
            found = {row.id: row.vector for row in in_parts(connection, lambda part: of_ids(self._model, part), ids)}
        joined = b"".join(found[number] for number in ids)
        return np.frombuffer(joined, dtype="<f4").reshape(len(ids), self.dimension).astype(np.float32)

    def _search(self, column: str, vector: NDArray[np.float32], count: int, among: Selection | None) -> list[Neighbor]:
        left = len(self) if among is None else among.count
        exact = self._options.method == "exact" or left <= self._options.exact_most
        with self._store.reading() as connection:
            learn(connection)
            if not exact:
                for name, value in self._options.search.items():
                    connection.execute(text("SELECT set_config(:name, :value, true)"), {"name": name, "value": value})
                found = self._found(connection, self._by_index(column, among), vector, count, among)
                if len(found) >= count:
                    return found
                # The index gave up before the filter had let enough through.
            return self._found(connection, self._one_by_one(column, among), vector, count, among)

    def _found(
        self, connection: Connection, statement: str, vector: NDArray[np.float32], count: int, among: Selection | None
    ) -> list[Neighbor]:
        values = {"model": self._model, "vector": Halfvec(vector), "count": count}
        rows = connection.execute(text(statement), {**values, **(among.parameters if among else {})})
        found = [Neighbor(row.sentence_id, -row.distance) for row in rows]
        return sorted(found, key=lambda neighbor: (-neighbor.similarity, neighbor.sentence_id))

    def _by_index(self, column: str, among: Selection | None) -> str:
        distance = f"{column}::halfvec({self.dimension}) <#> :vector".replace("::", "\\:\\:")
        return (
            f"SELECT sentence_id, {distance} AS distance FROM sentence_vectors WHERE model = :model"  # noqa: S608
            f"{f' AND {among.condition}' if among else ''} ORDER BY {distance} LIMIT :count"
        )

    def _one_by_one(self, column: str, among: Selection | None) -> str:
        return (
            f"WITH chosen AS MATERIALIZED (SELECT sentence_id, {column} <#> :vector AS distance "  # noqa: S608
            f"FROM sentence_vectors WHERE model = :model{f' AND {among.condition}' if among else ''}) "
            "SELECT sentence_id, distance FROM chosen ORDER BY distance, sentence_id LIMIT :count"
        )


def _rules(query: Query) -> tuple[list[str], dict[str, Any]]:
    """Return the query's filters as conditions on `sentence_vectors`, which holds what they ask of the article."""
    rules: dict[str, tuple[str, Any]] = {}
    if query.published_from is not None:
        rules["since"] = ("published_at >= :since", naive_utc(query.published_from))
    if query.published_to is not None:
        rules["until"] = ("published_at <= :until", naive_utc(query.published_to))
    if query.publishers_include:
        rules["include"] = ("publisher = ANY(:include)", list(query.publishers_include))
    if query.publishers_exclude:
        rules["exclude"] = ("coalesce(publisher, '') <> ALL(:exclude)", list(query.publishers_exclude))
    return [rule for rule, _ in rules.values()], {name: value for name, (_, value) in rules.items()}
