"""The way into the corpus: a second start does only what is new."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from service.corpus.intake import add_articles, sync_folder
from service.corpus.outcome import Intake
from service.corpus.store import Store
from service.domain import Query, Span
from service.errors import ReadingError, UnwritableError
from service.ports import Vectors
from service.reading.folder import Skipped
from service.reading.sentences import split
from tests.support import FakeEmbedder

LIMIT = 100_000
LOCK = "The canal lock jammed on Friday morning. Nine barges waited below it."
LAMP = "A lamp factory in Orrin hired forty welders. The owner plans a second hall."


def write(folder: Path, name: str, text: str, **fields: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"id": name, "title": f"About {name}", "text": text, **fields}), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    write(folder, "lock", LOCK)
    write(folder, "lamp", LAMP)
    return folder


def held(store: Store) -> dict[str, str]:
    return {article.id: article.text for article in store.articles(list(store.fingerprints()))}


def test_the_first_sync_embeds_every_sentence(store: Store, folder: Path) -> None:
    embedder = FakeEmbedder()
    assert sync_folder(store, embedder, folder, LIMIT) == Intake(2, 0, 0, 4, ())
    assert sorted(embedder.encoded) == sorted([*_sentences(LOCK), *_sentences(LAMP)])
    assert held(store) == {"lock": LOCK, "lamp": LAMP}


def test_a_second_sync_embeds_nothing(store: Store, folder: Path) -> None:
    sync_folder(store, FakeEmbedder(), folder, LIMIT)
    ids, again = store.matching(_everything()), FakeEmbedder()
    assert sync_folder(store, again, folder, LIMIT) == Intake(0, 2, 0, 0, ())
    assert again.encoded == []
    assert store.matching(_everything()) == ids


def test_a_changed_article_embeds_only_its_new_sentences(store: Store, folder: Path) -> None:
    sync_folder(store, FakeEmbedder(), folder, LIMIT)
    write(folder, "lock", f"{LOCK} A diver freed the gate.")
    again = FakeEmbedder()
    assert sync_folder(store, again, folder, LIMIT) == Intake(1, 1, 0, 1, ())
    assert again.encoded == ["A diver freed the gate."]


def test_a_changed_title_is_a_change_that_embeds_nothing(store: Store, folder: Path) -> None:
    sync_folder(store, FakeEmbedder(), folder, LIMIT)
    write(folder, "lock", LOCK, publisher="Towpath News")
    again = FakeEmbedder()
    assert sync_folder(store, again, folder, LIMIT) == Intake(1, 1, 0, 0, ())
    assert store.articles(["lock"])[0].publisher == "Towpath News"


def test_another_embedder_embeds_everything_anew(store: Store, folder: Path) -> None:
    sync_folder(store, FakeEmbedder("one"), folder, LIMIT)
    assert sync_folder(store, FakeEmbedder("two"), folder, LIMIT).embedded == 4
    assert sync_folder(store, FakeEmbedder("one"), folder, LIMIT).embedded == 0


def test_a_file_that_is_gone_takes_its_article_along(store: Store, folder: Path) -> None:
    sync_folder(store, FakeEmbedder(), folder, LIMIT)
    (folder / "lamp.json").unlink()
    assert sync_folder(store, FakeEmbedder(), folder, LIMIT) == Intake(0, 1, 1, 0, ())
    assert held(store) == {"lock": LOCK}


def test_another_folder_replaces_the_first_and_keeps_what_was_added_by_hand(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    sync_folder(store, FakeEmbedder(), folder, LIMIT)
    by_hand = write(tmp_path / "desk", "memo", "The mayor signed the memo on Sunday.")
    assert add_articles(store, FakeEmbedder(), [by_hand], LIMIT).added == 1
    write(tmp_path / "other", "quarry", "The quarry closed for good in autumn.")
    outcome = sync_folder(store, FakeEmbedder(), tmp_path / "other", LIMIT)
    assert (outcome.added, outcome.removed) == (1, 2)
    assert set(held(store)) == {"memo", "quarry"}


def test_an_empty_folder_empties_the_corpus_of_its_own(store: Store, folder: Path, tmp_path: Path) -> None:
    sync_folder(store, FakeEmbedder(), folder, LIMIT)
    (tmp_path / "empty").mkdir()
    assert sync_folder(store, FakeEmbedder(), tmp_path / "empty", LIMIT) == Intake(0, 0, 2, 0, ())
    assert held(store) == {}


def test_a_folder_that_is_not_there_removes_nothing(store: Store, folder: Path, tmp_path: Path) -> None:
    sync_folder(store, FakeEmbedder(), folder, LIMIT)
    with pytest.raises(ReadingError, match="is not a folder"):
        sync_folder(store, FakeEmbedder(), tmp_path / "nowhere", LIMIT)
    assert set(held(store)) == {"lock", "lamp"}


def test_what_is_skipped_is_named_and_the_rest_is_kept(store: Store, folder: Path) -> None:
    (folder / "broken.json").write_text("{", encoding="utf-8")
    (folder / "blank.txt").write_text("  \n", encoding="utf-8")
    write(folder, "huge", "word " * LIMIT)
    outcome = sync_folder(store, FakeEmbedder(), folder, LIMIT)
    assert outcome.added == 2
    assert sorted(skipped.path for skipped in outcome.skipped) == ["blank.txt", "broken.json", "huge.json"]
    assert all(skipped.reason for skipped in outcome.skipped)


def test_adding_by_hand_takes_files_and_folders_and_passes_over_what_is_there(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    memo = write(tmp_path / "desk", "memo", "The mayor signed the memo on Sunday.")
    assert add_articles(store, FakeEmbedder(), [folder, memo], LIMIT) == Intake(3, 0, 0, 5, ())
    again = FakeEmbedder()
    assert add_articles(store, again, [memo, folder], LIMIT) == Intake(0, 3, 0, 0, ())
    assert again.encoded == []


def test_two_files_of_one_name_are_two_articles(store: Store, tmp_path: Path) -> None:
    for name, text in (("north", LOCK), ("south", LAMP)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.txt").write_text(text, encoding="utf-8")
    add_articles(store, FakeEmbedder(), [tmp_path / "north" / "report.txt"], LIMIT)
    outcome = add_articles(store, FakeEmbedder(), [tmp_path / "south" / "report.txt"], LIMIT)
    assert len(held(store)) == 2 or outcome.skipped


class PowerCut(FakeEmbedder):
    """Fails once, after the articles are stored."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        raise OSError("the power went")


def test_what_a_power_cut_left_out_is_embedded_at_the_next_start(store: Store, folder: Path) -> None:
    with pytest.raises(OSError, match="power"):
        sync_folder(store, PowerCut(), folder, LIMIT)
    assert sync_folder(store, FakeEmbedder(), folder, LIMIT) == Intake(0, 2, 0, 4, ())


def test_what_a_power_cut_left_out_has_its_origin_at_the_next_start(store: Store, folder: Path) -> None:
    with pytest.raises(OSError, match="power"):
        sync_folder(store, PowerCut(), folder, LIMIT)
    sync_folder(store, FakeEmbedder(), folder, LIMIT)
    ids = store.matching(_everything()) or []
    assert set(store.origins(ids)) == set(ids)


def test_every_sentence_has_an_origin(store: Store, folder: Path) -> None:
    sync_folder(store, FakeEmbedder(), folder, LIMIT)
    ids = store.matching(_everything()) or []
    assert len(ids) == 4
    assert set(store.origins(ids)) == set(ids)


def _sentences(text: str) -> list[str]:
    return [f"{part}." for part in text.rstrip(".").split(". ")]


def _everything() -> Query:
    return Query("anything", publishers_exclude=("no such outlet",))


def odd_splitter(error: BaseException) -> Callable[[str], Sequence[Span]]:
    def splitter(text: str) -> Sequence[Span]:
        if "jammed" in text:
            raise error
        return split(text)

    return splitter


@pytest.mark.parametrize(
    "error", [RuntimeError("jammed"), RecursionError(), MemoryError(), KeyError("jammed")], ids=repr
)
def test_an_article_that_fails_for_whatever_reason_is_named_and_the_rest_kept(
    store: Store, folder: Path, error: Exception
) -> None:
    reason = f"failed with {type(error).__name__}, which was not foreseen: report this, or go on without it"
    done = sync_folder(store, FakeEmbedder(), folder, LIMIT, odd_splitter(error))
    assert done == Intake(1, 0, 0, 2, (Skipped("lock", reason),))
    assert held(store) == {"lamp": LAMP}
    assert sync_folder(store, FakeEmbedder(), folder, LIMIT) == Intake(1, 1, 0, 2, ())
    write(folder, "lock", f"{LOCK} A diver freed the gate.")
    gone = sync_folder(store, FakeEmbedder(), folder, LIMIT, odd_splitter(error))
    assert (gone.unchanged, gone.removed, held(store)) == (1, 1, {"lamp": LAMP})  # as with a file that is broken
    added = add_articles(store, FakeEmbedder(), [folder / "lock.json"], LIMIT, odd_splitter(error))
    assert added == Intake(0, 0, 0, 0, (Skipped("lock", reason),))


@pytest.mark.parametrize(
    "error", [UnwritableError("The disk is full."), OSError(28, "No space left"), KeyboardInterrupt()], ids=repr
)
def test_a_fault_of_the_store_or_an_interrupt_ends_the_sync(store: Store, folder: Path, error: BaseException) -> None:
    with pytest.raises(type(error)):
        sync_folder(store, FakeEmbedder(), folder, LIMIT, odd_splitter(error))
    assert held(store) == {}
