"""A backup is one moment of the store, and a restore brings it back, under a running service too."""

from __future__ import annotations

import json
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli import main
from service.corpus import backup as backups
from service.corpus.backup import Copied, back_up, restore
from service.corpus.export import KINDS, export
from service.corpus.follower import Follower
from service.corpus.grouping import find_origins
from service.corpus.index import VectorIndex
from service.corpus.intake import add_articles
from service.corpus.keys import StoreKeys
from service.corpus.store import Store
from service.domain import Article
from service.errors import CorpusError
from service.keys import Scope
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
    assert restore(backup, file).held.articles == 1
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


def test_a_missing_store_is_replaced_by_a_backup(filled: Store, file: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.sqlite3"
    back_up(file, backup)
    filled.close()
    for path in file.parent.iterdir():
        path.unlink()
    restore(backup, file)
    assert assert_whole(file) == {"lamp": LAMP.text}


# --- API keys -----------------------------------------------------------------------------------------------------


@pytest.fixture
def ring(filled: Store) -> StoreKeys:
    return StoreKeys(filled)


@pytest.fixture
def backup(ring: StoreKeys, file: Path, tmp_path: Path) -> Path:
    """A backup that holds a good key."""
    ring.create("Left", [Scope.CHECK])
    back_up(file, tmp_path / "backup.sqlite3")
    return tmp_path / "backup.sqlite3"


def test_a_restore_brings_no_revoked_key_back(ring: StoreKeys, backup: Path, file: Path) -> None:
    (key,) = ring.all()
    ring.revoke(key.id)
    later, _ = ring.create("Later", [Scope.CHECK])
    done = restore(backup, file)
    assert (done.held.keys, done.keys_of_backup) == (2, False)
    assert ring.find(key.id).revoked_at is not None
    assert ring.find(later.id) == later


def test_a_store_without_keys_has_none_after_a_restore(ring: StoreKeys, backup: Path, file: Path) -> None:
    (key,) = ring.all()
    ring.revoke(key.id)
    ring.remove(key.id)
    assert restore(backup, file).held.keys == 0
    assert ring.is_empty()


def test_a_store_from_before_there_were_keys_has_none_after_a_restore(
    filled: Store, ring: StoreKeys, backup: Path, file: Path
) -> None:
    with filled.writing() as connection:
        connection.exec_driver_sql("DROP TABLE api_keys")
    assert restore(backup, file).held.keys == 0
    assert ring.is_empty()


def test_a_backup_is_put_over_a_store_of_a_newer_version_with_its_keys(
    filled: Store, ring: StoreKeys, backup: Path, file: Path
) -> None:
    (key,) = ring.all()
    ring.revoke(key.id)
    with filled.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'later'")
    assert not restore(backup, file).keys_of_backup
    assert ring.find(key.id).revoked_at is not None
    assert assert_whole(file) == {"lamp": LAMP.text}


@pytest.mark.parametrize("mode", ["NORMAL", "EXCLUSIVE"])
def test_a_locked_store_is_left_as_it_is(ring: StoreKeys, backup: Path, file: Path, filled: Store, mode: str) -> None:
    """Another writer may be read beside; who has the file for itself alone may not."""
    (key,) = ring.all()
    ring.revoke(key.id)
    filled.close()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute(f"PRAGMA locking_mode = {mode}")
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE corpus SET revision = revision + 1")
        with pytest.raises(CorpusError, match=r"cannot be restored to .* locked.*The store is as it was\.$"):
            restore(backup, file, wait_s=0.05)
        other.execute("ROLLBACK")
    assert ring.find(key.id).revoked_at is not None


def test_a_key_that_is_revoked_during_a_restore_stays_revoked(
    ring: StoreKeys, backup: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (key,) = ring.all()
    counted = backups._counted

    def revoke_meanwhile(passing: Path) -> Copied:
        ring.revoke(key.id)  # the keys have been read by now, the store has not been written
        return counted(passing)

    monkeypatch.setattr(backups, "_counted", revoke_meanwhile)
    with pytest.raises(CorpusError, match="key was changed meanwhile; restore again"):
        restore(backup, file)
    monkeypatch.undo()
    assert ring.find(key.id).revoked_at is not None
    restore(backup, file)
    assert ring.find(key.id).revoked_at is not None


DAMAGES = {"whole": 0, "after its header": 100, "after its first page": 4096}


@pytest.mark.parametrize("begin", DAMAGES.values(), ids=DAMAGES)
def test_where_the_store_is_damaged_the_keys_are_the_backups(
    ring: StoreKeys, backup: Path, file: Path, filled: Store, begin: int
) -> None:
    held = ring.all()
    filled.close()
    size = file.stat().st_size
    with file.open("r+b") as damaged:
        damaged.seek(begin)
        damaged.write(b"\xff" * (size - begin))
    said = CliRunner().invoke(main, ["restore", str(backup)], env={"WIRECHECK_DATA": str(file.parent)})
    assert said.exit_code == 0, said.output
    assert "no sound store, so the 1 API keys are the backup's" in said.stderr
    assert assert_whole(file) == {"lamp": LAMP.text}
    other = Store.open(f"sqlite:///{file}")
    assert StoreKeys(other).all() == held
    other.close()


def test_where_there_was_no_store_a_restore_brings_its_keys(ring: StoreKeys, backup: Path, tmp_path: Path) -> None:
    new = tmp_path / "new" / "wirecheck.sqlite3"
    assert restore(backup, new).keys_of_backup
    other = Store.open(f"sqlite:///{new}")
    assert StoreKeys(other).all() == ring.all()
    other.close()


# --- who may read it ----------------------------------------------------------------------------------------------


def _rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_new_files_are_for_their_owner_alone(filled: Store, file: Path, tmp_path: Path) -> None:
    back_up(file, tmp_path / "backup.sqlite3")
    restore(tmp_path / "backup.sqlite3", tmp_path / "new" / "wirecheck.sqlite3")
    for folder in (file.parent, tmp_path / "new"):
        assert _rights(folder) == 0o700
        assert {path.name: _rights(path) for path in folder.iterdir()} == {p.name: 0o600 for p in folder.iterdir()}
    assert (file.parent / "wirecheck.sqlite3-wal").exists()
    assert _rights(tmp_path / "backup.sqlite3") == 0o600


def test_rights_that_were_given_stay(tmp_path: Path) -> None:
    folder, backup = tmp_path / "shared", tmp_path / "backup.sqlite3"
    folder.mkdir()
    folder.chmod(0o750)
    file = folder / "wirecheck.sqlite3"
    file.touch()
    file.chmod(0o640)
    Store.open(f"sqlite:///{file}").close()
    back_up(file, backup)
    backup.chmod(0o644)
    back_up(file, backup, replace=True)
    restore(backup, file)
    assert [_rights(path) for path in (folder, file, backup)] == [0o750, 0o640, 0o644]


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
