"""A start reads the folder of articles only where the folder, what reads it, or the corpus has changed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from service.corpus import unchanged
from service.corpus.outcome import Intake
from service.corpus.store import Store
from service.corpus.unchanged import sync_changed
from service.ports import Vectors
from service.reading.folder import Skipped
from tests.support import FakeEmbedder

LIMIT = 10_000


class Counting(FakeEmbedder):
    """An embedder that counts the texts it was given."""

    given = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.given += len(texts)
        return super().encode(texts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "articles"
    made.mkdir()
    (made / "mill.txt").write_text("The mill\n\nThe mill burned down on Monday. Nobody was hurt.", encoding="utf-8")
    (made / "quay.txt").write_text("The quay\n\nThe quay reopened after the storm.", encoding="utf-8")
    (made / "empty.txt").write_text("", encoding="utf-8")
    return made


@pytest.fixture
def note(tmp_path: Path) -> Path:
    return tmp_path / "data" / "articles.json"


EMPTY = (Skipped("empty.txt", "is empty; give it the text of an article or remove it"),)


def was_read(store: Store, folder: Path, note: Path, embedder: FakeEmbedder | None = None, limit: int = LIMIT) -> bool:
    """Sync, and say whether the folder was read: an unread one leaves the note as it is."""
    before = note.stat().st_ino if note.exists() else None
    sync_changed(store, embedder or FakeEmbedder(), folder, limit, note)
    return not note.exists() or note.stat().st_ino != before


def test_what_has_not_changed_is_not_read_and_told_as_before(store: Store, folder: Path, note: Path) -> None:
    assert sync_changed(store, FakeEmbedder(), folder, LIMIT, note) == Intake(2, 0, 0, 3, EMPTY)
    embedder = Counting()
    assert sync_changed(store, embedder, folder, LIMIT, note) == Intake(0, 2, 0, 0, EMPTY)
    assert not was_read(store, folder, note, embedder)
    assert embedder.given == 0


def test_any_change_of_the_folder_is_seen_also_one_of_equal_length(store: Store, folder: Path, note: Path) -> None:
    sync_changed(store, FakeEmbedder(), folder, LIMIT, note)
    mill = folder / "mill.txt"
    times = mill.stat()
    mill.write_text(mill.read_text(encoding="utf-8").replace("Monday", "Sunday"), encoding="utf-8")
    os.utime(mill, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert sync_changed(store, FakeEmbedder(), folder, LIMIT, note).added == 1
    (folder / "quay.txt").unlink()
    assert sync_changed(store, FakeEmbedder(), folder, LIMIT, note).removed == 1
    mill.rename(folder / "old-mill.txt")
    assert sync_changed(store, FakeEmbedder(), folder, LIMIT, note) == Intake(1, 0, 1, 0, EMPTY)


def test_an_article_that_somebody_removed_comes_back(store: Store, folder: Path, note: Path) -> None:
    sync_changed(store, FakeEmbedder(), folder, LIMIT, note)
    with store.writing() as connection:
        store.remove(connection, ["quay.txt"])
    assert sync_changed(store, FakeEmbedder(), folder, LIMIT, note).added == 1
    assert sorted(store.fingerprints()) == ["mill.txt", "quay.txt"]


def test_another_embedder_limit_or_reader_reads_again(
    store: Store, folder: Path, note: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_changed(store, FakeEmbedder(), folder, LIMIT, note)
    assert was_read(store, folder, note, FakeEmbedder("another"))
    assert was_read(store, folder, note, FakeEmbedder("another"), LIMIT + 1)
    assert not was_read(store, folder, note, FakeEmbedder("another"), LIMIT + 1)
    (tmp_path / "reading").mkdir()
    (tmp_path / "reading" / "readers.py").write_text("another way to read", encoding="utf-8")
    monkeypatch.setattr(unchanged, "_READERS", tmp_path)
    assert was_read(store, folder, note, FakeEmbedder("another"), LIMIT + 1)


@pytest.mark.parametrize("said", ["", "{", "[]", '{"mark": 1}'])
def test_a_note_that_says_nothing_is_written_anew(store: Store, folder: Path, note: Path, said: str) -> None:
    sync_changed(store, FakeEmbedder(), folder, LIMIT, note)
    note.write_text(said, encoding="utf-8")
    assert sync_changed(store, FakeEmbedder(), folder, LIMIT, note) == Intake(0, 2, 0, 0, EMPTY)
    assert not was_read(store, folder, note)


def test_what_others_changed_meanwhile_is_not_noted(store: Store, folder: Path, note: Path) -> None:
    class Meddling(FakeEmbedder):
        def encode(self, texts: Sequence[str]) -> Vectors:
            with store.writing() as connection:
                store.remove(connection, ["quay.txt"])
            return super().encode(texts)

    sync_changed(store, Meddling(), folder, LIMIT, note)
    assert not note.exists()
    assert sync_changed(store, FakeEmbedder(), folder, LIMIT, note).added == 1


def test_a_store_in_its_newest_form_is_opened_without_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.sqlite3"
    Store.open(url).close()
    code = f"import sys; from service.corpus.store import Store; Store.open({url!r}); print('alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
