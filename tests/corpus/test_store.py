"""The store: what is put in comes out, nothing is left half-written, and its faults are said in one line."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Engine

from service.corpus.engines.sqlite import telling
from service.corpus.store import Store
from service.corpus.tables import metadata
from service.domain import Article, Query, Span
from service.errors import CorpusError
from service.language.terms import terms
from service.reading.sentences import split
from tests.support import put

FIRE = Article(
    "fire", "Blaze at the rope works",
    "Flames tore through the old rope works. Crews pumped water until dawn. Nobody was inside.",
    "Tarn Weekly", "https://tarn.example/fire", datetime(2026, 3, 1, 8, tzinfo=UTC),
)  # fmt: skip
RATES = Article(
    "rates", "Bank holds rates", "The bank held its rate at four percent. Two members wanted a cut.",
    "Ledger Street", None, datetime(2026, 3, 5, 12, tzinfo=UTC),
)  # fmt: skip
NOTE = Article("note", "A note", "Snow closed the upper pass for a week.")
ANY = Query("anything at all")


def counts(store: Store) -> tuple[int, int, int]:
    """Return the number of articles, of sentences, and of rows in the full-text index."""
    tables = ("articles", "sentences", "sentence_words")
    with store.reading() as connection:
        one, two, three = (connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables)  # noqa: S608
    return one, two, three


def names(store: Store, ids: Sequence[int]) -> list[str]:
    """Return the article of each sentence, in the order of the ids."""
    found = store.found(ids)
    return [found[number].article.id for number in ids]


def search(store: Store, words: str, query: Query = ANY, count: int = 10) -> list[int]:
    return store.with_words(terms(words), query, count)


# --- opening ------------------------------------------------------------------------------------------------------


def test_the_migrations_make_the_tables_that_the_code_uses(store: Store, url: str) -> None:
    def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
        searched = ("sentence_words", "sentence_terms", "sentence_totals", "sentence_vectors", "indexed")
        return not (kind == "table" and (name or "").startswith(searched))

    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_ours, "compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_opening_again_keeps_what_is_there(store: Store, url: str) -> None:
    put(store, FIRE)
    again = Store.open(url)
    assert again.articles(["fire"]) == [FIRE]
    again.close()


def test_a_migration_that_was_cut_off_is_made_whole_at_the_next_start(file: Path) -> None:
    def cut(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "CREATE TABLE embeddings" in statement:
            raise OSError("the power went")

    event.listen(Engine, "before_cursor_execute", cut)
    try:
        with pytest.raises(CorpusError, match="the power went"):
            Store.open(f"sqlite:///{file}")
    finally:
        event.remove(Engine, "before_cursor_execute", cut)
    store = Store.open(f"sqlite:///{file}")
    put(store, FIRE)
    assert counts(store) == (1, 3, 3)
    store.close()


def _not_a_database(folder: Path) -> Path:
    file = folder / "wirecheck.sqlite3"
    file.write_text("This is a shopping list, not a database. " * 50)
    return file


def _under_a_file(folder: Path) -> Path:
    (folder / "data").write_text("a file where a folder is expected")
    return folder / "data" / "wirecheck.sqlite3"


def _a_folder(folder: Path) -> Path:
    (folder / "wirecheck.sqlite3").mkdir()
    return folder / "wirecheck.sqlite3"


def _of_a_later_version(folder: Path) -> Path:
    file = folder / "wirecheck.sqlite3"
    Store.open(f"sqlite:///{file}").close()
    connection = sqlite3.connect(file)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    return file


def _cut_short(folder: Path) -> Path:
    file = folder / "wirecheck.sqlite3"
    Store.open(f"sqlite:///{file}").close()
    file.write_bytes(file.read_bytes()[:4096])
    return file


@pytest.mark.parametrize("broken", [_not_a_database, _under_a_file, _a_folder, _of_a_later_version, _cut_short])
def test_a_store_that_cannot_be_opened_is_one_line_that_names_file_and_cure(tmp_path: Path, broken: Any) -> None:
    file = broken(tmp_path)
    with pytest.raises(CorpusError) as caught:
        Store.open(f"sqlite:///{file}")
    said = str(caught.value)
    assert str(file) in said
    assert "WIRECHECK_DATA" in said
    assert "\n" not in said


# --- articles -----------------------------------------------------------------------------------------------------


def test_an_article_comes_out_as_it_went_in(store: Store) -> None:
    put(store, FIRE, NOTE)
    assert store.articles(["note", "fire", "gone"]) == [FIRE, NOTE]


def test_a_date_comes_out_as_the_same_moment_in_utc(store: Store) -> None:
    eastern = datetime(2026, 3, 1, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    put(store, replace(FIRE, published_at=eastern))
    (found,) = store.articles(["fire"])
    assert found.published_at == eastern
    assert found.published_at is not None
    assert found.published_at.isoformat() == "2026-03-02T04:30:00+00:00"


def test_articles_sentences_and_words_stay_in_step(store: Store) -> None:
    put(store, FIRE, RATES)
    assert counts(store) == (2, 5, 5)
    put(store, replace(FIRE, text="The rope works burned down."))
    assert counts(store) == (2, 3, 3)
    assert search(store, "crews pumped water") == []
    assert names(store, search(store, "burned")) == ["fire"]
    with store.writing() as connection:
        store.remove(connection, ["fire", "never there"])
    assert counts(store) == (1, 2, 2)
    assert search(store, "rope") == []


def test_an_id_is_never_used_twice(store: Store) -> None:
    put(store, FIRE)
    before = search(store, "flames crews inside nobody water")
    with store.writing() as connection:
        store.remove(connection, ["fire"])
    put(store, FIRE)
    after = search(store, "flames crews inside nobody water")
    assert len(before) == len(after) == 3
    assert not set(before) & set(after)
    assert store.found(before) == {}


def _breaking() -> Iterator[Span]:
    yield Span(0, 10)
    raise RuntimeError("the splitter broke")


@pytest.mark.parametrize("fails_inside_put", [True, False])
def test_a_failing_put_leaves_nothing_half_written(store: Store, fails_inside_put: bool) -> None:
    put(store, FIRE)
    version, later = store.version(), replace(FIRE, text="Another text of one sentence.")
    with pytest.raises(RuntimeError), store.writing() as connection:
        store.put(connection, RATES, split(RATES.text), None)
        spans: Any = _breaking() if fails_inside_put else split(later.text)
        store.put(connection, later, spans, None)
        raise RuntimeError("after the put")
    assert counts(store) == (1, 3, 3)
    assert store.articles(["fire", "rates"]) == [FIRE]
    assert len(search(store, "flames crews inside")) == 3
    assert store.version() == version


def test_a_date_at_the_end_of_the_calendar_can_be_kept(store: Store) -> None:
    put(store, replace(FIRE, published_at=datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5)))))
    assert [article.text for article in store.articles(["fire"])] == [FIRE.text]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        # PostgreSQL keeps no NUL, and reading lets none through.
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60)
        | st.sampled_from([FIRE.text, "Ümit 👩‍🚒 ran 🏃. He won. «Да», said Olga."]),
        max_size=4,
    )
)
def test_every_sentence_stands_in_its_article(store: Store, lines: list[str]) -> None:
    article = replace(NOTE, text="\n".join(lines))
    put(store, article)
    ids = store.matching(Query("x", publishers_exclude=("no such outlet",))) or []
    for found in store.found(ids).values():
        sentence = found.sentence
        assert found.article.text[sentence.start : sentence.end] == sentence.text
        assert sentence.text.strip() == sentence.text != ""
    assert len(ids) == len(split(article.text))


def test_found_gives_the_neighbors(store: Store) -> None:
    put(store, FIRE)
    middle = search(store, "pumped")[0]
    context = store.found([middle])[middle].context
    assert context.before == "Flames tore through the old rope works."
    assert context.after == "Nobody was inside."
    first = search(store, "tore")[0]
    assert store.found([first])[first].context.before == ""


# --- filters ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "left"),
    [
        (Query("x", published_from=datetime(2026, 3, 1, 8, tzinfo=UTC)), {"fire", "rates"}),
        (Query("x", published_from=datetime(2026, 3, 1, 8, 0, 1, tzinfo=UTC)), {"rates"}),
        (Query("x", published_to=datetime(2026, 3, 1, 9, tzinfo=timezone(timedelta(hours=1)))), {"fire"}),
        (Query("x", published_to=datetime(2026, 2, 1, tzinfo=UTC)), set()),
        (Query("x", publishers_include=("Tarn Weekly",)), {"fire"}),
        (Query("x", publishers_exclude=("Tarn Weekly",)), {"rates", "note"}),
        (Query("x", publishers_include=("Tarn Weekly",), publishers_exclude=("Tarn Weekly",)), set()),
        (Query("x", publishers_include=("' OR 1=1 --",)), set()),
    ],
)
def test_filters_leave_the_same_everywhere(store: Store, query: Query, left: set[str]) -> None:
    put(store, FIRE, RATES, NOTE)
    matching = store.matching(query)
    assert matching is not None
    assert set(names(store, matching)) == left
    coverage = store.coverage(query)
    assert (coverage.articles, coverage.sentences) == (len(left), len(matching))
    assert set(names(store, search(store, "flames rate pass", query))) == left


def test_no_filter_is_not_an_empty_one(store: Store) -> None:
    put(store, FIRE, NOTE)
    assert store.matching(ANY) is None
    coverage = store.coverage(ANY)
    assert (coverage.articles, coverage.sentences) == (2, 4)
    assert coverage.earliest == coverage.latest == FIRE.published_at


# --- words --------------------------------------------------------------------------------------------------------


def test_the_sentence_that_says_it_comes_before_the_one_that_stands_beside_it(store: Store) -> None:
    put(store, FIRE, RATES)
    ids = search(store, "flames")
    texts = [store.found(ids)[number].sentence.text for number in ids]
    # The second sentence has the word only in its context, the one before it.
    assert texts == ["Flames tore through the old rope works.", "Crews pumped water until dawn."]


def test_a_filter_narrows_before_the_ranking(store: Store) -> None:
    many = [replace(FIRE, id=f"loud-{n}", text="Flames, flames, flames and flames.") for n in range(20)]
    put(store, *many, replace(NOTE, publisher="Quiet Post", text="Far away flames were seen by one man."))
    assert names(store, search(store, "flames", Query("x", publishers_include=("Quiet Post",)), 1)) == ["note"]


@pytest.mark.parametrize(
    "claim",
    ['"', 'flames" OR "x', "NEAR(flames crews, 3)", "flames*", "words:flames", "flames AND NOT crews", "^flames",
     "{words context}: flames", "flames -crews +works", "'; DROP TABLE articles; --", "火災 häuser दमकल 🚒",
     "flames\0crews", "(((((", " ".join(f"flames{n}" for n in range(300))],
)  # fmt: skip
def test_no_claim_is_taken_for_syntax(store: Store, claim: str) -> None:
    put(store, FIRE)
    wanted = terms(claim)
    found = store.with_words(wanted, ANY, 10)
    assert bool(found) == bool(set(wanted) & {"flame", "crew", "work"})


def test_terms_are_counted_by_sentence(store: Store) -> None:
    put(store, FIRE, RATES)
    counted = store.term_counts(["flame", "water", "rate", "absent", '"'])
    # "flames": its sentence and the one after; "rate": the title is context of both sentences.
    assert counted == {"flame": 2, "water": 2, "rate": 2}


# --- embeddings ---------------------------------------------------------------------------------------------------


def test_embeddings_are_kept_by_text_and_model(store: Store) -> None:
    put(store, FIRE, replace(FIRE, id="copy"))
    texts = store.without_embedding("a")
    assert texts == ["Flames tore through the old rope works.", "Crews pumped water until dawn.", "Nobody was inside."]
    store.keep_embeddings("a", texts, np.eye(3, dtype=np.float32))
    assert store.without_embedding("a") == []
    assert store.without_embedding("b") == texts
    stored = store.vectors("a", 3)
    assert stored.vectors.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]] * 2
    assert stored.article_numbers.tolist() == [0, 0, 0, 1, 1, 1]
    assert (stored.missing, store.vectors("b", 3).missing) == (0, 6)


def test_an_embedding_outlives_its_article(store: Store) -> None:
    put(store, FIRE)
    texts = store.without_embedding("a")
    store.keep_embeddings("a", texts, np.eye(3, dtype=np.float32))
    with store.writing() as connection:
        store.remove(connection, ["fire"])
    assert len(store.vectors("a", 3).ids) == 0
    put(store, replace(FIRE, title="Put back later"))
    assert store.without_embedding("a") == []


def test_vectors_come_in_reading_order_and_say_what_is_missing(store: Store) -> None:
    put(store, RATES)
    put(store, FIRE)
    store.keep_embeddings("a", ["Nobody was inside.", "Two members wanted a cut."], np.array([[1, 0], [0, 1]]))
    stored = store.vectors("a", 2)
    found = store.found([int(number) for number in stored.ids])
    assert [found[int(n)].sentence.text for n in stored.ids] == ["Nobody was inside.", "Two members wanted a cut."]
    assert (stored.article_numbers.tolist(), stored.missing) == ([0, 1], 3)


# --- version ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [{"title": "Another"}, {"publisher": "Another"}, {"publisher": None}, {"url": None}, {"published_at": None},
     {"text": "Another text of one sentence."}],
)  # fmt: skip
def test_the_version_changes_with_any_field(store: Store, change: dict[str, Any]) -> None:
    put(store, FIRE, NOTE)
    before = store.version()
    put(store, replace(FIRE, **change))
    assert store.version() != before
    put(store, FIRE)
    assert store.version() == before


def test_the_version_is_that_of_the_articles_alone(store: Store) -> None:
    empty = store.version()
    put(store, FIRE, NOTE)
    before = store.version()
    assert before != empty
    store.keep_embeddings("a", ["Nobody was inside."], np.array([[1.0]]))
    put(store, NOTE, folder="/elsewhere")
    put(store, FIRE)
    assert store.version() == before
    with store.writing() as connection:
        store.remove(connection, ["note", "fire"])
    assert store.version() == empty


# --- several at once ----------------------------------------------------------------------------------------------


def test_readers_see_whole_articles_while_a_writer_writes(store: Store) -> None:
    put(store, FIRE)
    other = replace(FIRE, text="Flames were out by noon. The yard reopened.")
    seen: set[int] = set()
    faults: list[Exception] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                seen.add(store.coverage(ANY).sentences)
                store.found(search(store, "flames"))
            except Exception as error:
                faults.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for turn in range(60):
        put(store, (other, FIRE)[turn % 2])
    done.set()
    for reader in readers:
        reader.join()
    assert faults == []
    assert seen <= {2, 3}
    assert seen


def test_a_sentence_and_its_article_are_of_one_moment(store: Store, url: str) -> None:
    """A writer that replaces an article between two statements must not make a sentence of the wrong letters."""
    put(store, FIRE)
    wanted = search(store, "pumped")[0]
    writer = Store.open(url)
    turns = iter([lambda: put(writer, replace(FIRE, text="A much shorter text stands here now."))])

    def interfere(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "FROM sentences" in statement and (turn := next(turns, None)):
            turn()

    event.listen(Engine, "after_cursor_execute", interfere)
    try:
        texts = [found.sentence.text for found in store.found([wanted]).values()]
    finally:
        event.remove(Engine, "after_cursor_execute", interfere)
        writer.close()
    assert texts in ([], ["Crews pumped water until dawn."])


def test_the_commonest_terms_are_left_out_where_too_many_sentences_hold_them() -> None:
    held = {"fire": 40, "harbor": 5, "town": 60}
    terms = ["town", "fire", "harbor", "gone"]
    assert telling(terms, held, 105) == terms
    assert telling(terms, held, 104) == ["fire", "harbor", "gone"]
    assert telling(terms, held, 44) == ["harbor", "gone"]
    assert telling(["town"], held, 10) == ["town"]
