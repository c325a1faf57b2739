"""Vectors in a file: the same answers as from memory, whatever happens to the file, and all workers go over to it."""

from __future__ import annotations

import json
import logging
import random
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from service.corpus.approximate import kind_for
from service.corpus.filed_index import FiledIndex, Plan
from service.corpus.follower import Follower
from service.corpus.index import VectorIndex
from service.corpus.neighbors import Neighbor
from service.corpus.store import Store
from service.corpus.vector_files import MANIFEST, Mapped, VectorFiles
from service.corpus.vectors import SentenceVectors
from service.domain import Article
from service.errors import SettingError
from tests.support import FakeEmbedder, add, put, remove

EMBEDDER = FakeEmbedder()
WORDS = "quay gull lamp tide barge rope crane bell mast ferry storm cargo pilot salt net dock fog buoy hull".split()
PLAN = Plan(file_least=20, changed_few=8)
CLAIMS = ("gull on the quay", "storm", "nothing of this", "lamp tide barge")


def at_once(work: Callable[[], None]) -> None:
    work()


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    """A corpus that is large enough for a file."""
    opened = Store.open(f"sqlite:///{file}")
    add(opened, *(written(random.Random(number), number) for number in range(12)))
    yield opened
    opened.close()


@pytest.fixture
def folder(file: Path) -> Path:
    return file.with_name(f"{file.name}.vectors")


def written(rng: random.Random, number: int) -> Article:
    lines = [f"{' '.join(rng.choices(WORDS, k=6)).capitalize()} number {rng.randrange(9)}." for _ in range(4)]
    return Article(f"a{number}", f"Notes {number}", "\n".join(lines))


def filed(store: Store, file: Path, plan: Plan = PLAN) -> FiledIndex:
    return FiledIndex(store, VectorFiles(store, file, EMBEDDER.name, EMBEDDER.dimension), plan, run=at_once)


def in_memory(store: Store) -> VectorIndex:
    return VectorIndex(store.vectors(EMBEDDER.name, EMBEDDER.dimension), EMBEDDER.dimension)


def answers(index: VectorIndex, count: int = 500) -> list[list[Neighbor]]:
    vectors = EMBEDDER.encode(CLAIMS)
    return [search(vector, count) for vector in vectors for search in (index.nearest, index.nearest_in_context)]


def same(one: VectorIndex, two: VectorIndex, count: int = 500) -> None:
    """Both hold the same sentences, and find them in the same order with the same similarities."""
    assert len(one) == len(two)
    for first, second in zip(answers(one, count), answers(two, count), strict=True):
        assert [n.sentence_id for n in first] == [n.sentence_id for n in second]
        assert [n.similarity for n in first] == pytest.approx([n.similarity for n in second], abs=1e-6)


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir() if each.is_dir()}


def forget_embeddings(store: Store) -> None:
    """Leave nothing that an index could be made of: who answers then has read the file."""
    with store.writing() as connection:
        connection.execute(text("DELETE FROM embeddings"))


def test_a_second_start_reads_the_file_and_not_the_store(store: Store, file: Path) -> None:
    wanted = in_memory(store)
    same(filed(store, file), wanted)
    forget_embeddings(store)
    same(filed(store, file), wanted)


def test_what_came_and_went_after_the_file_was_made_is_taken_in_at_the_start(store: Store, file: Path) -> None:
    filed(store, file)
    remove(store, "a3")
    add(store, written(random.Random(77), 77))
    same(filed(store, file), in_memory(store))


def test_a_small_corpus_has_no_file(store: Store, file: Path, folder: Path) -> None:
    same(filed(store, file, Plan()), in_memory(store))
    assert not folder.exists()


@pytest.mark.parametrize("method", ["exact", "scan"])
@pytest.mark.parametrize("seed", range(2))
def test_following_any_changes_is_the_same_as_starting_anew(store: Store, file: Path, method: str, seed: int) -> None:
    rng = random.Random(seed)
    plan = replace(PLAN, method=method)
    indexes = [filed(store, file, plan), filed(store, file, plan)]  # two workers, one of which makes each new file
    followers = [Follower(store, index, EMBEDDER) for index in indexes]
    for _ in range(25):
        number = rng.randrange(20)
        if rng.random() < 0.6:
            add(store, written(rng, number))
        else:
            remove(store, f"a{number}")
        for follower in followers:
            if rng.random() < 0.5:
                assert follower.follow() == store.version()
    anew = in_memory(store)
    for index, follower in zip(indexes, followers, strict=True):
        follower.follow()
        same(index, anew)
        assert index.nearest(EMBEDDER.encode(["storm"])[0], 5, among=[1, 2, 3, 60]) == anew.nearest(
            EMBEDDER.encode(["storm"])[0], 5, among=[1, 2, 3, 60]
        )


def test_a_new_file_is_made_beside_the_one_that_serves_and_the_other_worker_goes_over(
    store: Store, file: Path, folder: Path
) -> None:
    waiting: list[Callable[[], None]] = []
    files = VectorFiles(store, file, EMBEDDER.name, EMBEDDER.dimension)
    one, two = FiledIndex(store, files, PLAN, run=waiting.append), FiledIndex(store, files, PLAN, run=waiting.append)
    (before,) = names(folder)
    add(store, *(written(random.Random(number), number) for number in (50, 51, 52)))
    for index in (one, two):
        Follower(store, index, EMBEDDER).follow()
        same(index, in_memory(store))  # neither waits for the file
    assert names(folder) == {before}
    for work in waiting:
        work()
    (after,) = names(folder)
    assert after != before
    forget_embeddings(store)
    for index in (one, two):
        assert not index.is_of(store.state().revision)
        Follower(store, index, EMBEDDER).follow()
        assert index.is_of(store.state().revision)
        assert len(index) == 60
    same(one, two)


def test_more_than_is_read_at_once_is_read_block_by_block_into_a_new_file(
    store: Store, file: Path, folder: Path
) -> None:
    index = filed(store, file, replace(PLAN, delta_most=10))
    before = names(folder)
    add(store, *(written(random.Random(number), number) for number in (50, 51, 52)))
    Follower(store, index, EMBEDDER).follow()
    assert names(folder).isdisjoint(before)
    same(index, in_memory(store))


def test_an_article_that_is_embedded_in_part_is_left_out_of_the_file_and_comes_when_it_is_whole(
    store: Store, file: Path
) -> None:
    put(store, Article("fire", "Blaze", "Flames took the old rope works. Crews pumped water until dawn."))
    first, second = store.without_embedding(EMBEDDER.name)
    store.keep_embeddings(EMBEDDER.name, [second], EMBEDDER.encode([second]))
    put(store, written(random.Random(99), 99))
    missing = [each for each in store.without_embedding(EMBEDDER.name) if each != first]
    store.keep_embeddings(EMBEDDER.name, missing, EMBEDDER.encode(missing))
    index = filed(store, file)
    assert len(index) == 52
    store.keep_embeddings(EMBEDDER.name, [first], EMBEDDER.encode([first]))
    Follower(store, index, EMBEDDER).follow()
    same(index, in_memory(store))


class Unread(Store):
    """A store whose vectors may not all be taken into memory."""

    def vectors(self, model: str, dimension: int) -> SentenceVectors:
        raise AssertionError("all vectors were read into memory")


def test_much_that_waits_to_be_embedded_neither_makes_file_after_file_nor_is_all_held_in_memory(
    store: Store, file: Path, folder: Path
) -> None:
    other = Unread.open(f"sqlite:///{file}")
    index = filed(other, file, replace(PLAN, changed_few=1_000))
    before = names(folder)
    with store.writing():
        put(store, *(written(random.Random(number), number) for number in range(100, 130)))
    while waiting := store.without_embedding(EMBEDDER.name)[-20:]:  # the first article stays open to the end
        store.keep_embeddings(EMBEDDER.name, waiting, EMBEDDER.encode(waiting))
        Follower(other, index, EMBEDDER).follow()
        assert names(folder) == before or not store.without_embedding(EMBEDDER.name)
    same(index, in_memory(store))
    other.close()


def test_a_corpus_that_has_become_small_forgets_what_came_and_went(
    store: Store, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.corpus.index.DEAD_FEW", 5)
    index = filed(store, file)
    remove(store, *(f"a{number}" for number in range(9)))
    for seed in range(20):
        add(store, written(random.Random(seed), 10))
        Follower(store, index, EMBEDDER).follow()
        assert index.removed <= 9
    same(index, in_memory(store))


# --- what may happen to a file ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ids", "bare", "in_context", "bare.scan", "in_context.scan", MANIFEST])
@pytest.mark.parametrize("damage", ["flipped", "cut", "gone"])
def test_a_damaged_file_is_thrown_away_and_made_anew(
    store: Store, file: Path, folder: Path, name: str, damage: str
) -> None:
    plan = replace(PLAN, method="scan")
    filed(store, file, plan)
    (before,) = names(folder)
    damaged = folder / before / name
    held = bytearray(damaged.read_bytes())
    if damage == "gone":
        damaged.unlink()
    elif damage == "cut":
        damaged.write_bytes(held[: len(held) // 2])
    else:
        held[len(held) // 3] ^= 0xFF
        damaged.write_bytes(held)
    same(filed(store, file, plan), in_memory(store))
    assert before not in names(folder)


def test_a_manifest_of_another_make_is_not_believed(store: Store, file: Path, folder: Path) -> None:
    filed(store, file)
    (before,) = names(folder)
    manifest = folder / before / MANIFEST
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format": 0}))
    same(filed(store, file), in_memory(store))
    assert before not in names(folder)


def test_the_file_of_a_corpus_that_was_in_this_place_is_not_taken_for_this_ones(
    store: Store, file: Path, folder: Path
) -> None:
    filed(store, file)
    before = names(folder)
    store.close()
    file.unlink()
    other = Store.open(f"sqlite:///{file}")
    try:
        # As many sentences with the same ids, and a higher revision: only what they say is other.
        add(other, *(written(random.Random(1000 + number), number) for number in range(12)))
        for _ in range(20):
            add(other, replace(written(random.Random(3), 3), title="Again"))
        same(filed(other, file), in_memory(other))
    finally:
        other.close()
    assert names(folder).isdisjoint(before)


def test_what_a_killed_writer_left_is_swept_and_harms_nobody(store: Store, file: Path, folder: Path) -> None:
    filed(store, file)
    (before,) = names(folder)
    (folder / ".half.part").mkdir()
    (folder / ".half.part" / "ids").write_bytes(b"half")
    shutil.copytree(folder / before, folder / "whole-but-not-named")
    index = filed(store, file)
    add(store, *(written(random.Random(number), number) for number in (50, 51, 52)))
    for _ in range(2):
        Follower(store, index, EMBEDDER).follow()
    same(index, in_memory(store))
    (after,) = names(folder)
    assert after != before


def test_where_no_file_can_be_made_all_is_held_in_memory(
    store: Store, file: Path, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder.write_text("in the way")
    with caplog.at_level(logging.WARNING):
        index = filed(store, file)
    assert "held in memory" in caplog.text
    add(store, written(random.Random(50), 50))
    Follower(store, index, EMBEDDER).follow()
    same(index, in_memory(store))


class Failing(VectorFiles):
    """Fails, in a way that nobody foresaw, to make what is faster to search."""

    tried = 0

    def make(self, kind: str | None) -> Mapped:
        if kind is None:
            return super().make(kind)
        self.tried += 1
        raise RuntimeError("FAISS has no such index")


def test_a_new_file_that_fails_as_nobody_foresaw_is_told_of_and_not_tried_at_each_check(
    store: Store, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files = Failing(store, file, EMBEDDER.name, EMBEDDER.dimension)
    index = FiledIndex(store, files, Plan("scan", file_least=20), run=at_once)
    assert "FAISS has no such index" in caplog.text
    add(store, written(random.Random(50), 50))
    Follower(store, index, EMBEDDER).follow()
    same(index, in_memory(store))
    assert files.tried == 1


@pytest.mark.skipif(sys.platform == "win32", reason="rights are another matter there")
def test_files_are_for_their_owner_alone_also_in_a_folder_that_others_may_look_into(
    store: Store, file: Path, folder: Path
) -> None:
    file.parent.chmod(0o755)
    filed(store, file)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


_WRITER = """
import sys
from pathlib import Path
from service.corpus.store import Store
from service.corpus.vector_files import VectorFiles
file = Path(sys.argv[1])
files = VectorFiles(Store.open(f"sqlite:///{file}"), file, "fake-words", 64)
with files.turn():
    print("begun", flush=True)
    while True:
        files.make("scan")
"""


def test_a_writer_that_is_killed_at_any_moment_leaves_a_file_that_is_whole(store: Store, file: Path) -> None:
    wanted = in_memory(store)
    files = VectorFiles(store, file, EMBEDDER.name, EMBEDDER.dimension)
    with files.turn():
        files.make(None)
    for pause_ms in (5, 90):
        writer = subprocess.Popen([sys.executable, "-c", _WRITER, str(file)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"begun\n"
        time.sleep(pause_ms / 1000)
        writer.kill()
        writer.wait()
        writer.stdout.close()
        held = files.current()
        assert held is not None
        assert len(held.rows) == len(wanted)
        with files.turn():  # the turn of who is dead is free
            same(filed(store, file, replace(PLAN, file_least=1000)), wanted)


# --- the kind of index --------------------------------------------------------------------------------------------


def test_the_kind_goes_by_the_number_of_sentences_and_the_setting_overrules_it() -> None:
    assert (kind_for("auto", 50_000), kind_for("auto", 50_001)) == (None, "scan")
    assert (kind_for("exact", 10**7), kind_for("hnsw", 10), kind_for("scan", 10)) == (None, "hnsw", "scan")
    with pytest.raises(SettingError, match=r"WIRECHECK_INDEX_METHOD is ivfflat.*auto, exact, scan, hnsw"):
        kind_for("ivfflat", 10)


@pytest.mark.parametrize("method", ["scan", "hnsw"])
def test_an_approximate_search_shows_exact_similarities_and_passes_over_what_is_hidden(
    store: Store, file: Path, method: str
) -> None:
    add(store, *(written(random.Random(number), number) for number in range(100, 350)))
    plan = Plan(method, file_least=20)  # a fifth and 2,000 may change, so all of this stays hidden
    index = filed(store, file, plan)
    same(index, in_memory(store), count=20)
    vector = EMBEDDER.encode(["storm on the quay"])[0]
    nearest = [n.sentence_id for n in index.nearest(vector, 300)]
    articles = sorted({found.article.id for found in store.found(nearest).values()})
    remove(store, *articles)  # whatever comes near first is gone, and far more than is looked at in one go
    Follower(store, index, EMBEDDER).follow()
    found = index.nearest(vector, 20)
    exact = {n.sentence_id: n.similarity for n in in_memory(store).nearest(vector, 2_000)}
    assert len(found) == 20
    assert [n.similarity for n in found] == pytest.approx([exact[n.sentence_id] for n in found], abs=1e-6)


def test_a_vector_of_the_file_cannot_be_written_to(store: Store, file: Path) -> None:
    index = filed(store, file)
    found = index.vectors([1, 2])
    found[:] = 0.0  # a copy
    assert np.linalg.norm(index.vectors([1, 2]), axis=1) == pytest.approx([1.0, 1.0])
