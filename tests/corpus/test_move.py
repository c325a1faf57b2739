"""A corpus moved to another database is the same corpus, also after a move that was cut off."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from service.checking.pipeline import Pipeline
from service.cli import main
from service.corpus import move as move_module
from service.corpus.checks import StoreChecks
from service.corpus.export import KINDS, export
from service.corpus.grouping import find_origins
from service.corpus.keys import StoreKeys
from service.corpus.move import move, size
from service.corpus.store import Store
from service.domain import Article, Query
from service.errors import CorpusError
from service.keys import Scope
from service.reading.readers import read_folder
from tests.support import FakeEmbedder, FakeStance, embed, put

SAMPLE = Path(__file__).parents[2] / "service" / "sample"
EMBEDDER = FakeEmbedder()
CLAIM = Query("Forty people were injured in the ferry accident.", limit=20, include_excluded=True)
WAYS = [("sqlite", "postgresql"), ("postgresql", "sqlite"), ("postgresql", "postgresql"), ("sqlite", "sqlite")]
Opens = Callable[[str], Store]


@pytest.fixture
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Opens:
    """Open a new, empty store of an engine."""
    numbers = itertools.count()

    def opened(engine: str) -> Store:
        file = f"sqlite:///{tmp_path / f'{next(numbers)}.sqlite3'}"
        store = Store.open(file if engine == "sqlite" else request.getfixturevalue("new_database")())
        request.addfinalizer(store.close)
        return store

    return opened


def filled(store: Store) -> Store:
    put(store, *(item for item in read_folder(SAMPLE) if isinstance(item, Article)), folder="/articles")
    pipeline = Pipeline(store, embed(store, EMBEDDER), EMBEDDER, FakeStance())
    find_origins(store)
    StoreChecks(store, 30).keep(CLAIM, pipeline.check(CLAIM), "{}")
    return store


def exported(store: Store) -> list[str]:
    return [line for kind in KINDS for line in export(store, kind)]


def answer(store: Store) -> object:
    report = Pipeline(store, embed(store, EMBEDDER), EMBEDDER, FakeStance()).check(CLAIM)
    return replace(report, check_id="", took_ms=0)


@pytest.mark.parametrize(("one", "other"), WAYS)
def test_what_was_moved_is_the_same_and_answers_the_same(open_store: Opens, one: str, other: str) -> None:
    source, target = filled(open_store(one)), open_store(other)
    seen: list[int] = []
    moved = move(source, target, seen.append)
    assert sum(seen) == size(source) == moved.copied
    assert exported(target) == exported(source)
    assert target.fingerprints() == source.fingerprints()
    assert target.version() == source.version()
    assert target.without_embedding(EMBEDDER.name) == []
    assert not target.lacks_origins()
    before, after = source.vectors(EMBEDDER.name, 64), target.vectors(EMBEDDER.name, 64)
    assert np.array_equal(before.ids, after.ids)
    assert np.array_equal(before.vectors, after.vectors)
    assert answer(target) == answer(source)
    assert move(source, target).copied == 0


@pytest.mark.parametrize(("one", "other"), WAYS[:2])
def test_ids_go_on_from_those_that_were_ever_used(open_store: Opens, one: str, other: str) -> None:
    source, target = filled(open_store(one)), open_store(other)
    put(source, Article("last", "Last", "This one has the highest ids."))
    highest = max(source.vectors(EMBEDDER.name, 64).ids) + 1
    with source.writing() as connection:
        source.remove(connection, ["last"])
    move(source, target)
    put(target, Article("next", "Next", "This one comes after the move."))
    (number,) = target.with_words(["move"], Query("x"), 1)
    assert number > highest


@pytest.mark.parametrize(("one", "other"), WAYS[:2])
@pytest.mark.parametrize("after", [1, 150, 250, 400, 500])
def test_a_move_that_was_cut_off_goes_on(
    open_store: Opens, one: str, other: str, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(move_module, "ROWS_AT_ONCE", 50)
    monkeypatch.setattr(move_module, "ARTICLES_AT_ONCE", 3)
    source, target = filled(open_store(one)), open_store(other)
    done = 0

    def cut(rows: int) -> None:
        nonlocal done
        done += rows
        if done >= after:
            raise ConnectionError("the line went down")

    with pytest.raises(ConnectionError):
        move(source, target, cut)
    whole = size(source)
    assert 0 < move(source, target).copied < whole
    assert exported(target) == exported(source)


@pytest.mark.parametrize(("one", "other"), WAYS[:2])
def test_keys_come_along_where_there_are_none(open_store: Opens, one: str, other: str) -> None:
    source, target = open_store(one), open_store(other)
    keys, there = StoreKeys(source), StoreKeys(target)
    good, token = keys.create("Desk", [Scope.CHECK, Scope.ADMIN], days=3)
    left, _ = keys.create("Left", [Scope.CHECK])
    keys.revoke(left.id)
    keys.used(good)
    assert move(source, target).keys == 2
    assert there.all() == keys.all()
    assert there.find(good.id).opens(token)
    keys.revoke(good.id)
    keys.create("Later", [Scope.CHECK])
    before = there.all()
    for replace_all in (False, True):
        assert move(source, target, replace=replace_all).keys == 0
        assert there.all() == before


@pytest.mark.parametrize("other", ["sqlite", "postgresql"])
def test_a_target_that_holds_something_else_is_left_alone_unless_told(open_store: Opens, other: str) -> None:
    source, target = filled(open_store("sqlite")), open_store(other)
    stranger = Article("stranger", "Stranger", "Nobody in the source has heard of this.")
    put(target, stranger)
    with pytest.raises(CorpusError, match=r"holds 1 articles .*'stranger'.* --replace"):
        move(source, target)
    assert target.articles(["stranger"]) == [stranger]
    move(source, target, replace=True)
    assert exported(target) == exported(source)


def test_what_does_not_agree_is_said(open_store: Opens) -> None:
    source, target = filled(open_store("sqlite")), open_store("postgresql")
    move(source, target)
    with target.writing() as connection:
        connection.execute(text("UPDATE checks SET answer = 'forged'"))
    with pytest.raises(CorpusError, match="checks are not the source's"):
        move(source, target)


def test_the_command_moves_there_and_back(open_store: Opens, tmp_path: Path, new_database: Callable[[], str]) -> None:
    source = filled(open_store("sqlite"))
    StoreKeys(source).create("Desk", [Scope.CHECK])
    away, back, run = new_database(), tmp_path / "back.sqlite3", CliRunner()
    file = str(tmp_path / "0.sqlite3")
    assert run.invoke(main, ["move", file, away]).exit_code == 0
    done = run.invoke(main, ["move", away, str(back)])
    assert done.exit_code == 0, done.output
    assert "counts and hashes agree. 1 API keys were copied" in done.output
    again = run.invoke(main, ["move", away, str(back)])
    assert "0 API keys were copied" in again.output
    returned = Store.open(f"sqlite:///{back}")
    assert exported(returned) == exported(source)
    returned.close()
    same = run.invoke(main, ["move", file, file])
    assert (same.exit_code, "same database" in same.output) == (1, True)
    missing = run.invoke(main, ["move", str(tmp_path / "none.sqlite3"), away])
    assert (missing.exit_code, "is no SQLite file" in missing.output) == (1, True)
    secret = run.invoke(main, ["move", file, "mysql://u:s3same@h/d"])
    assert (secret.exit_code, "Only PostgreSQL and SQLite" in secret.output) == (1, True)
    assert "s3same" not in secret.output
