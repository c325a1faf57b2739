"""The vector index, with cosines worked out by hand."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import faiss
import numpy as np
import pytest

from service.corpus.contexts import ARTICLE_WEIGHT, BEFORE_WEIGHT, contextual
from service.corpus.index import VectorIndex
from service.corpus.neighbors import Neighbor
from service.corpus.store import SentenceVectors

# One sentence east, one between (3-4-5), one north; the ids are not in the order of the rows.
EAST, BETWEEN, NORTH = [1.0, 0.0], [0.6, 0.8], [0.0, 1.0]


def stored(vectors: list[list[float]], ids: list[int], article_numbers: list[int] | None = None) -> SentenceVectors:
    return SentenceVectors(
        np.array(ids, dtype=np.int64),
        np.array(article_numbers or range(len(ids)), dtype=np.int64),
        np.array(vectors, dtype=np.float32).reshape(len(ids), 2),
        missing=0,
    )


@pytest.fixture
def index() -> VectorIndex:
    return VectorIndex(stored([EAST, BETWEEN, NORTH], [30, 10, 20]), 2)


def vector(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def shown(neighbors: list[Neighbor]) -> list[tuple[int, float]]:
    return [(n.sentence_id, round(n.similarity, 6)) for n in neighbors]


def test_cosines_are_those_worked_out_by_hand(index: VectorIndex) -> None:
    assert shown(index.nearest(vector(1, 0), 3)) == [(30, 1.0), (10, 0.6), (20, 0.0)]
    assert shown(index.nearest(vector(0, 1), 2)) == [(20, 1.0), (10, 0.8)]
    assert shown(index.nearest(vector(-0.6, -0.8), 3)) == [(30, -0.6), (20, -0.8), (10, -1.0)]


def test_asking_for_more_than_there_are_gives_what_there_is(index: VectorIndex) -> None:
    assert [n.sentence_id for n in index.nearest(vector(1, 0), 50)] == [30, 10, 20]
    assert [n.sentence_id for n in index.nearest(vector(1, 0), 50, among=[20])] == [20]


def test_ties_are_broken_by_id() -> None:
    index = VectorIndex(stored([NORTH, EAST, EAST, EAST], [1, 9, 5, 7]), 2)
    assert [n.sentence_id for n in index.nearest(vector(1, 0), 4)] == [5, 7, 9, 1]


def test_ties_at_the_cut_are_broken_by_id() -> None:
    index = VectorIndex(stored([EAST, EAST, EAST], [9, 5, 7]), 2)
    assert [n.sentence_id for n in index.nearest(vector(1, 0), 1)] == [5]


def test_among_narrows_before_the_ranking(index: VectorIndex) -> None:
    assert shown(index.nearest(vector(1, 0), 1, among=[10, 20])) == [(10, 0.6)]
    assert shown(index.nearest_in_context(vector(0, 1), 1, among=[30])) == [(30, 0.0)]


def test_ids_that_the_index_does_not_know_are_no_hits(index: VectorIndex) -> None:
    assert index.nearest(vector(1, 0), 3, among=[77]) == []
    assert [n.sentence_id for n in index.nearest(vector(1, 0), 3, among=[77, 20])] == [20]
    assert 10 in index
    assert 77 not in index


def test_an_empty_index_answers() -> None:
    index = VectorIndex(stored([], []), 2)
    assert len(index) == 0
    assert index.nearest(vector(1, 0), 5) == []
    assert index.nearest_in_context(vector(1, 0), 5, among=[1]) == []
    assert index.similarities(vector(1, 0), []) == ([], [])


def test_similarities_come_in_the_order_asked_for(index: VectorIndex) -> None:
    bare, in_context = index.similarities(vector(1, 0), [20, 30, 10])
    assert bare == pytest.approx([0.0, 1.0, 0.6])
    assert in_context == pytest.approx([0.0, 1.0, 0.6])  # each is alone in its article, so context adds nothing
    assert index.vectors([20, 30]).tolist() == [NORTH, EAST]


def test_context_is_the_sentence_before_and_the_mean_of_the_article() -> None:
    vectors, numbers = np.array([EAST, NORTH, NORTH], dtype=np.float32), np.array([0, 0, 1])
    mixed = contextual(vectors, numbers)
    half = math.sqrt(0.5)  # the mean of EAST and NORTH, made a unit vector, is (half, half)
    first = np.array([1 + ARTICLE_WEIGHT * half, ARTICLE_WEIGHT * half])
    second = np.array([BEFORE_WEIGHT + ARTICLE_WEIGHT * half, 1 + ARTICLE_WEIGHT * half])
    expected = [first / np.linalg.norm(first), second / np.linalg.norm(second), [0.0, 1.0]]
    assert mixed == pytest.approx(np.array(expected), abs=1e-6)
    # The third is the first of its article: what stands before it in another one is not its context.
    assert vectors.tolist() == [EAST, NORTH, NORTH]


def test_a_sentence_is_found_through_the_one_before_it() -> None:
    index = VectorIndex(stored([EAST, NORTH, NORTH], [1, 2, 3], [0, 0, 1]), 2)
    assert [n.sentence_id for n in index.nearest(vector(0.8, 0.6), 3)] == [1, 2, 3]
    similarity = {n.sentence_id: n.similarity for n in index.nearest_in_context(vector(1, 0), 3)}
    assert similarity[2] > 0.4
    assert similarity[3] == pytest.approx(0.0, abs=1e-6)


def test_a_search_wakes_no_threads_in_whatever_thread_it_runs() -> None:
    index = VectorIndex(stored([EAST, BETWEEN, NORTH], [30, 10, 20]), 2)

    def search() -> int:
        faiss.omp_set_num_threads(2)  # OpenMP keeps it for each thread apart, as the index finds it in a new one
        index.nearest(np.array(EAST, dtype=np.float32), 1)
        return faiss.omp_get_max_threads()

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(search).result() == 1
