"""A backup is one moment of the store, and a restore brings it back, under a running service too."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli import main
from service.corpus.backup import back_up, restore
from service.corpus.export import KINDS, export
from service.corpus.follower import Follower
from service.corpus.grouping import find_origins
from service.corpus.index import VectorIndex
from service.corpus.intake import add_articles
from service.corpus.store import Store
from service.domain import Article
from service.errors import CorpusError
from tests.crash.wholeness import assert_whole
from tests.support import FakeEmbedder, embed, put

EMBEDDER = FakeEmbedder()
LAMP = Article(
    "lamp", "Lamp out", "The lamp on the north mole went out. A keeper rowed over with a new one.", "Quay Post"
)
GULL = Article("gull", "Gull moves in", "A gull took the chair of the harbor master. It has not resigned.", "Quay Post")


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    """A corpus on SQLite: a backup is of a file."""
    opened = Store.open(f"sqlite:///{file}")
    yield opened
    opened.close()


@pytest.fixture
def filled(store: Store) -> Store:
    put(store, LAMP)
    embed(store, EMBEDDER)
    return store


@pytest.fixture
def running(filled: Store, file: Path) -> Iterator[tuple[Store, VectorIndex, Follower]]:
    """A worker with the store open and an index over it."""
    other = Store.open(f"sqlite:///{file}")
    index = VectorIndex(other.vectors(EMBEDDER.name, EMBEDDER.dimension), EMBEDDER.dimension)
    yield other, index, Follower(other, index, EMBEDDER)
    other.close()


def test_what_was_backed_up_comes_back(filled: Store, file: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.sqlite3"
    copied = back_up(file, backup)
    assert (copied.articles, copied.checks, copied.bytes) == (1, 0, backup.stat().st_size)
    put(filled, GULL)
    embed(filled, EMBEDDER)
    version = filled.version()
    assert restore(backup, file).articles == 1
    assert assert_whole(file) == {"lamp": LAMP.text}
    assert filled.version() != version


def test_a_worker_follows_a_restore_with_its_next_check(
    running: tuple[Store, VectorIndex, Follower], filled: Store, file: Path, tmp_path: Path
) -> None:
    """Its sentence ids may be used for other sentences now, so its index must not be kept."""
    other, index, follower = running
    backup = tmp_path / "backup.sqlite3"
    back_up(file, backup)
    put(filled, GULL)
    embed(filled, EMBEDDER)
    follower.follow()
    restore(backup, file)
    put(filled, Article("barge", "Barge", "A barge took the ids that the gull had. It is full of sand."))
    embed(filled, EMBEDDER)
    assert follower.follow() == other.version()
    found = other.found([n.sentence_id for n in index.nearest(EMBEDDER.encode(["gull"])[0], 50)])
    assert {hit.article.id for hit in found.values()} == {"lamp", "barge"}
    assert len(index) == 4


def test_a_backup_under_writing_is_of_one_moment(filled: Store, file: Path, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        store = Store.open(f"sqlite:///{file}")
        number = 0
        while not stop.is_set():
            number += 1
            with store.writing():
                put(store, Article(f"n{number % 5}", "Note", f"Rope {number} was cut. Crane {number} stood still."))
                embed(store, EMBEDDER)
        store.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            backup = tmp_path / f"{number}.sqlite3"
            back_up(file, backup)
            assert "lamp" in assert_whole(backup)
    finally:
        stop.set()
        writer.join()


def test_an_old_backup_is_not_lost_by_mistake(filled: Store, file: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.sqlite3"
    back_up(file, backup)
    before = backup.read_bytes()
    put(filled, GULL)
    with pytest.raises(CorpusError, match="--replace"):
        back_up(file, backup)
    assert backup.read_bytes() == before
    assert back_up(file, backup, replace=True).articles == 2
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["backup.sqlite3"]


@pytest.mark.parametrize("content", [b"", b"not a store at all", b"SQLite format 3\0" + b"\0" * 4096])
def test_what_is_no_backup_is_refused_and_the_store_stays(
    filled: Store, file: Path, tmp_path: Path, content: bytes
) -> None:
    backup = tmp_path / "backup.sqlite3"
    backup.write_bytes(content)
    with pytest.raises(CorpusError, match="backup"):
        restore(backup, file)
    assert assert_whole(file) == {"lamp": LAMP.text}


def test_a_damaged_backup_is_refused_and_the_store_stays(filled: Store, file: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.sqlite3"
    back_up(file, backup)
    content = bytearray(backup.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    backup.write_bytes(content)
    with pytest.raises(CorpusError):
        restore(backup, file)
    assert assert_whole(file) == {"lamp": LAMP.text}


def test_a_damaged_store_is_replaced_by_a_backup(filled: Store, file: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.sqlite3"
    back_up(file, backup)
    filled.close()
    for path in file.parent.iterdir():
        path.unlink()
    restore(backup, file)
    assert assert_whole(file) == {"lamp": LAMP.text}


def test_there_must_be_a_store(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="nothing to back up"):
        back_up(tmp_path / "none.sqlite3", tmp_path / "backup.sqlite3")
    assert list(tmp_path.iterdir()) == []


# --- export -------------------------------------------------------------------------------------------------------


def test_exported_articles_can_be_added_again(filled: Store, tmp_path: Path) -> None:
    put(filled, GULL)
    lines = tmp_path / "articles.jsonl"
    lines.write_text("".join(export(filled, "articles")), encoding="utf-8")
    fresh = Store.open(f"sqlite:///{tmp_path / 'fresh.sqlite3'}")
    try:
        assert add_articles(fresh, EMBEDDER, [lines], 1_000_000).added == 2
        assert fresh.articles(["gull", "lamp"]) == [GULL, LAMP]
    finally:
        fresh.close()


def test_exported_passages_name_their_origin(filled: Store) -> None:
    put(filled, Article("copy", "Lamp dark", LAMP.text, "Mole Mail"))
    find_origins(filled)
    rows = [json.loads(line) for line in export(filled, "origins")]
    held = {article.id: article for article in filled.articles(["lamp", "copy"])}
    assert {row["article"]["id"] for row in rows} == {"lamp", "copy"}
    assert len({row["origin"]["id"] for row in rows}) == 1
    for row in rows:
        assert held[row["article"]["id"]].text[row["start"] : row["end"]] in LAMP.text
        assert row["origin"]["articles"] == 2


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_store_exports_nothing(store: Store, kind: str) -> None:
    assert list(export(store, kind)) == []


# --- the commands -------------------------------------------------------------------------------------------------


def test_the_commands(filled: Store, file: Path, tmp_path: Path) -> None:
    run, env, backup = CliRunner(), {"WIRECHECK_DATA": str(file.parent)}, tmp_path / "backup.sqlite3"
    saved = run.invoke(main, ["backup", str(backup)], env=env)
    assert (saved.exit_code, saved.stdout) == (0, "")
    assert "1 articles" in saved.stderr
    again = run.invoke(main, ["backup", str(backup)], env=env)
    assert again.exit_code == 1
    assert again.stderr.count("\n") == 1
    with filled.writing() as connection:
        filled.remove(connection, ["lamp"])
    assert run.invoke(main, ["restore", str(backup)], env=env).exit_code == 0
    exported = run.invoke(main, ["export", "articles"], env=env)
    assert [json.loads(line)["id"] for line in exported.stdout.splitlines()] == ["lamp"]
    assert sqlite3.connect(backup).execute("SELECT count(*) FROM articles").fetchone() == (1,)
