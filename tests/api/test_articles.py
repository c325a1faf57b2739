"""Articles over HTTP: added once, corrected only on sight, deleted, listed, and never by a foreign page."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, event

from service.api.absent import NoArchive
from service.app import create_app
from service.corpus.archive import StoreArchive
from service.corpus.store import Store
from service.domain import Article, Query
from service.errors import BusyError, FetchError, UnwritableError
from service.keeping import Change, Dropped, NewArticle, OnDuplicate, Outcome, Receipt
from service.ports import Vectors
from service.reading.together import MOST, MOST_LENGTH
from tests.api.test_problems import problem
from tests.fakes import FakeChecker
from tests.support import FakeEmbedder

TEXT = "The pier café lost its roof in the gale. Two gulls moved in."
PIER: dict[str, Any] = {
    "id": "pier", "title": "Gale at the pier", "publisher": "Quay Post",
    "url": "https://quay.example/pier", "published_at": "2026-03-01T08:00:00+01:00", "text": TEXT,
}  # fmt: skip
PAGE = f"""<html><head><title>Gale at the pier</title></head><body>
<nav><a href="/">Home</a> <a href="/t">Tides</a></nav>
<article><h1>Gale at the pier</h1><p>{TEXT}</p><p>Nobody saw them come.</p></article><footer>Subscribe now</footer>
</body></html>"""
LATIN = PAGE.replace("<head>", '<head><meta charset="iso-8859-1">')


def sentences(store: Store) -> list[str]:
    ids = store.matching(Query("x", publishers_exclude=("no such outlet",))) or []
    return [found.sentence.text for found in store.found(ids).values()]


def ids(client: FlaskClient, query: str = "") -> list[str]:
    return [article["id"] for article in client.get(f"/v1/articles{query}").json["articles"]]


# --- adding -------------------------------------------------------------------------------------------------------


def test_an_article_is_added_with_its_sentences_and_embeddings(desk: FlaskClient, store: Store) -> None:
    response = desk.post("/v1/articles", json={**PIER, "text": f"Home\n{TEXT}\nSubscribe to our newsletter"})
    assert response.status_code == 201
    assert response.json == {
        "id": "pier", "status": "added", "sentences": 2, "dropped": {"lines": 2, "characters": 31},
        "article": {
            "id": "pier", "title": "Gale at the pier", "publisher": "Quay Post", "url": "https://quay.example/pier",
            "published_at": "2026-03-01T07:00:00Z", "sha256": store.articles(["pier"])[0].sha256,
        },
    }  # fmt: skip
    assert response.headers["Location"] == "/v1/articles/pier"
    assert response.headers["ETag"] == f'"{store.articles(["pier"])[0].digest}"'
    assert sentences(store) == ["The pier café lost its roof in the gale.", "Two gulls moved in."]
    assert store.without_embedding("fake-words") == []
    assert store.fingerprints()["pier"].folder is None
    held = store.matching(Query("x", publishers_exclude=("no such outlet",))) or []
    assert set(store.origins(held)) == set(held)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", json.dumps({"html": PAGE, "url": PIER["url"]}).encode()),
        ("text/html", PAGE.encode("utf-8")),
        (
            "text/html; charset=iso-8859-1",
            PAGE.replace("<head>", '<head><meta charset="iso-8859-1">').encode("latin-1"),
        ),
    ],
)
def test_a_page_is_read_without_its_furniture(desk: FlaskClient, store: Store, kind: str, body: bytes) -> None:
    query = {} if kind == "application/json" else {"url": PIER["url"]}
    response = desk.post("/v1/articles", query_string=query, data=body, content_type=kind)
    assert response.status_code == 201, response.text
    assert (response.json["article"]["title"], response.json["article"]["url"]) == ("Gale at the pier", PIER["url"])
    assert response.json["sentences"] == 3
    assert response.json["dropped"]["lines"] >= 2
    assert not [words for words in sentences(store) if "Tides" in words or "Subscribe" in words]


def test_a_text_has_its_metadata_in_the_query(desk: FlaskClient) -> None:
    query = {"id": "quay/1 ü", "title": "Gale", "publisher": "Quay Post", "published_at": "2026-03-01"}
    response = desk.post("/v1/articles", query_string=query, data=TEXT.encode("utf-16"), content_type="text/plain")
    assert response.status_code == 201
    assert response.headers["Location"] == "/v1/articles/quay%2F1%20%C3%BC"
    for path in (response.headers["Location"], "/v1/articles/quay/1 ü"):
        held = desk.get(path).json
        assert (held["id"], held["text"], held["sentences"]) == ("quay/1 ü", TEXT, 2)
        assert held["published_at"] == "2026-03-01T00:00:00Z"


@pytest.mark.parametrize("again", [{}, {"id": "pier"}, {"url": PIER["url"]}])
def test_a_duplicate_by_id_or_address_is_refused_skipped_or_replaced(
    desk: FlaskClient, store: Store, embedder: FakeEmbedder, again: dict[str, str]
) -> None:
    first = {key: value for key, value in PIER.items() if key in {*again, "title", "text"}}
    new_id = desk.post("/v1/articles", json=first).json["id"]
    if not again:  # without id and address, the same title and text are the same article
        assert problem(desk.post("/v1/articles", json=first), 409).startswith("An article with this id is here already")
        return
    other = {**first, "text": "Another text of one sentence."}
    embedded = len(embedder.encoded)
    detail = problem(desk.post("/v1/articles", json=other), 409)
    assert f"as '{new_id}'; send on_duplicate=replace or on_duplicate=skip" in detail
    skipped = desk.post("/v1/articles?on_duplicate=skip", json=other)
    assert (skipped.status_code, skipped.json["status"], skipped.json["sentences"]) == (200, "skipped", 2)
    assert len(embedder.encoded) == embedded
    replaced = desk.post("/v1/articles?on_duplicate=replace", json=other)
    assert (replaced.status_code, replaced.json["status"], replaced.json["id"]) == (200, "replaced", new_id)
    assert sentences(store) == ["Another text of one sentence."]


def test_an_address_that_belongs_to_another_id_is_never_taken(desk: FlaskClient) -> None:
    desk.post("/v1/articles", json=PIER)
    response = desk.post("/v1/articles?on_duplicate=replace", json={**PIER, "id": "other"})
    assert "belongs to the article 'pier'" in problem(response, 409)
    desk.post("/v1/articles", json={**PIER, "id": "other", "url": "https://quay.example/other"})
    assert "belongs to the article" in problem(desk.put("/v1/articles/other", json={**PIER, "id": "other"}), 409)


@pytest.mark.parametrize(
    ("body", "pointer", "said"),
    [
        ({}, "#", "the body has neither text nor html nor url; give one"),
        ({"text": "a", "html": "b"}, "#", "the body has both text and html; give one of them"),
        ({"text": " "}, "#/text", "text is blank"),
        ({"text": 5}, "#/text", "text must be a text in quotation marks"),
        ({"text": "Sign up for our newsletter"}, "#/text", "text is empty once page furniture is removed"),
        ({"html": "<p></p>"}, "#/html", "html "),
        ({"text": TEXT, "url": "javascript:alert(1)"}, "#/url", "url must begin with http:// or https://"),
        ({"text": TEXT, "id": ".."}, "#/id", 'id is "..", which addresses resolve as a folder; send another'),
        (
            {"text": TEXT, "published_at": "2999-01-01"},
            "#/published_at",
            "published_at lies in the future; give the day",
        ),
        ({"text": TEXT, "published_at": "soon"}, "#/published_at", 'published_at is "soon", no ISO 8601 date'),
        ({"text": TEXT, "id": "x" * 201}, "#/id", "id has 201 characters; the limit is 200"),
        ({"text": TEXT, "titel": "x"}, "#/titel", "titel is not known here; known are "),
    ],
)
def test_a_fault_is_named_with_its_field(desk: FlaskClient, body: dict[str, Any], pointer: str, said: str) -> None:
    response = desk.post("/v1/articles", json=body)
    assert problem(response, 422).startswith(said)
    assert response.json["errors"][0]["pointer"] == pointer
    assert ids(desk) == []


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("?on_duplicate=perhaps", "on_duplicate must be skip, replace or fail"),
        ("?title=x", "title belongs into the JSON body"),
        ("?nonsense=x", "nonsense is not known here"),
    ],
)
def test_a_wrong_parameter_is_named(desk: FlaskClient, path: str, said: str) -> None:
    assert problem(desk.post(f"/v1/articles{path}", json=PIER), 422).startswith(said)


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "text/html"])
def test_the_limit_is_the_one_of_articles(desk: FlaskClient, kind: str) -> None:
    for size, status in ((4_000, 201), (6_000, 413)):
        body = json.dumps({"text": "A word. " * (size // 8)}) if "json" in kind else "A word. " * (size // 8)
        response = desk.post("/v1/articles?", data=body.encode(), content_type=kind)
        assert response.status_code == status
    assert "5,000 bytes, the limit" in problem(response, 413)


def test_another_content_type_is_415(desk: FlaskClient) -> None:
    detail = problem(desk.post("/v1/articles", data=b"%PDF", content_type="application/pdf"), 415)
    assert detail.startswith('the body came as "application/pdf"; send application/json, text/html, text/plain')


@pytest.mark.parametrize(
    "text", ["\ud800 fell over. It broke.", "Zero\0byte fell. It broke.", "\u202eAbc fell. It broke."]
)
def test_no_character_breaks_it(desk: FlaskClient, text: str) -> None:
    body = json.dumps({"text": text, "title": text, "publisher": text})
    assert desk.post("/v1/articles", data=body, content_type="application/json").status_code == 201


# --- many ---------------------------------------------------------------------------------------------------------


def lines(client: FlaskClient, body: bytes, query: str = "", **more: Any) -> list[Any]:
    response = client.post(f"/v1/articles{query}", data=body, content_type="application/x-ndjson", **more)
    assert (response.status_code, response.content_type) == (200, "application/x-ndjson")
    return [json.loads(line) for line in response.text.splitlines()]


def test_one_bad_line_loses_nothing(desk: FlaskClient) -> None:
    rows = [
        json.dumps(PIER), "", "{", json.dumps({"text": ""}), json.dumps(PIER), json.dumps({"text": "word " * 2_000}),
        "\xff", json.dumps({**PIER, "id": "last", "url": "https://quay.example/last"}),
    ]  # fmt: skip
    found = lines(desk, "\n".join(rows).encode("latin-1"))
    assert [(row["line"], row["status"]) for row in found] == [
        (1, 201), (3, 400), (4, 422), (5, 409), (6, 413), (7, 400), (8, 201)
    ]  # fmt: skip
    assert [bool(row["receipt"]) for row in found] == [row["status"] == 201 for row in found]
    assert [bool(row["problem"]) for row in found] == [row["status"] != 201 for row in found]
    assert found[2]["problem"]["errors"][0]["pointer"] == "#/text"
    assert ids(desk) == ["last", "pier"]


def test_sending_lines_again_changes_nothing(desk: FlaskClient, store: Store) -> None:
    rows = "".join(json.dumps({"title": f"Note {n}", "text": f"Boat {n} came in."}) + "\n" for n in range(5)).encode()
    lines(desk, rows)
    before = store.version()
    assert {row["status"] for row in lines(desk, rows, "?on_duplicate=skip")} == {200}
    assert {row["receipt"]["status"] for row in lines(desk, rows, "?on_duplicate=replace")} == {"replaced"}
    assert store.version() == before


class Watched(io.RawIOBase):
    """A body of many lines that exists only as it is read, and tells how much was asked for at once."""

    def __init__(self, count: int) -> None:
        self.rows = (json.dumps({"text": f"Boat {n} came in."}).encode() + b"\n" for n in range(count))
        self.left, self.most = b"", 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.most = max(self.most, len(buffer))
        self.left = self.left or next(self.rows, b"")
        size = min(len(buffer), len(self.left))
        buffer[:size], self.left = self.left[:size], self.left[size:]
        return size


def test_a_body_is_read_a_line_at_a_time(desk: FlaskClient) -> None:
    body = Watched(40)
    response = desk.post(
        "/v1/articles",
        content_type="application/x-ndjson",
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input": io.BufferedReader(body), "wsgi.input_terminated": True},
    )
    assert len(response.text.splitlines()) == 40
    assert body.most <= 10_000


def test_a_body_of_lines_may_be_longer_than_any_other(desk: FlaskClient) -> None:
    rows = [json.dumps({"id": f"a{number}", "text": f"Roof {number} fell. " * 150}) for number in range(40)]
    body = "\n".join(rows).encode()
    assert len(body) > 65_536
    assert {row["status"] for row in lines(desk, body)} == {201}


def test_metadata_of_lines_is_in_the_lines(desk: FlaskClient) -> None:
    response = desk.post("/v1/articles?title=x", data=b"{}", content_type="application/x-ndjson")
    assert problem(response, 422).startswith("title belongs into each line")


class Busy(StoreArchive):
    """Busy twice before each time."""

    asked = 0

    def add_all(self, *given: Any) -> Any:
        self.asked += 1
        if self.asked % 3:
            raise BusyError("6 requests are already waiting: try again in a few seconds.")
        return super().add_all(*given)


def test_lines_wait_while_others_are_served(store: Store) -> None:
    client = create_app(FakeChecker(), Busy(store, FakeEmbedder())).test_client()
    assert [row["status"] for row in lines(client, json.dumps(PIER).encode())] == [201]


def note(number: int, **more: str) -> dict[str, str]:
    return {"id": f"n{number}", "text": f"Boat {number} came in.", **more}


def body(*rows: Any) -> bytes:
    return "\n".join(map(json.dumps, rows)).encode()


def test_a_double_within_a_body_is_answered_as_if_it_came_later(desk: FlaskClient) -> None:
    twice = body(note(1), note(2), note(1, text="Boat 1 has left."))
    assert [row["status"] for row in lines(desk, twice)] == [201, 201, 409]
    again = lines(desk, twice, "?on_duplicate=skip")
    assert [row["receipt"]["status"] for row in again] == ["skipped"] * 3
    last = lines(desk, body(note(3), note(3, text="Boat 3 has left.")), "?on_duplicate=replace")
    assert [(row["status"], row["receipt"]["status"]) for row in last] == [(201, "added"), (200, "replaced")]
    assert desk.get("/v1/articles/n1").json["text"] == "Boat 1 came in."
    assert desk.get("/v1/articles/n3").json["text"] == "Boat 3 has left."


class Choosy(FakeEmbedder):
    """Fails on one text, as a model may on what nobody has thought of."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        if any("7" in text for text in texts):
            raise ValueError("no vector for this")
        return super().encode(texts)


def test_a_line_that_fails_unexpectedly_loses_no_other(store: Store) -> None:
    client = create_app(FakeChecker(), StoreArchive(store, Choosy())).test_client()
    found = lines(client, body(*(note(number) for number in range(10))))
    assert [(row["line"], row["status"]) for row in found] == [(n + 1, 500 if n == 7 else 201) for n in range(10)]
    assert ids(client) == [f"n{number}" for number in range(10) if number != 7]


class Counting(NoArchive):
    """Notes how many articles come at once, and keeps every second time."""

    def __init__(self) -> None:
        self.came: list[int] = []

    def add_all(self, news: Sequence[NewArticle], on_duplicate: OnDuplicate) -> list[Outcome]:
        self.came.append(len(news))
        if len(self.came) % 2 == 0:
            raise UnwritableError("The disk is full.")
        return [Receipt(Change.ADDED, Article(new.id or "", "", "x"), 1, Dropped()) for new in news]


def test_lines_come_some_at_once_and_where_they_cannot_be_kept_each_is_told() -> None:
    archive = Counting()
    client = create_app(FakeChecker(), archive).test_client()
    rows = [note(number) for number in range(2 * MOST + 3)]
    found = lines(client, body(*rows[:MOST], *rows[MOST:]).replace(b"\n", b"\n{\n", 1))
    assert archive.came == [MOST - 1, MOST, 4]
    assert [row["line"] for row in found] == list(range(1, len(rows) + 2))
    assert [row["status"] for row in found] == [201, 400, *[201] * (MOST - 2), *[503] * MOST, *[201] * 4]
    assert found[MOST]["problem"]["detail"] == "The disk is full."


def test_long_lines_come_fewer_at_once() -> None:
    archive = Counting()
    client = create_app(FakeChecker(), archive).test_client()
    lines(client, body(*(note(number, text="x" * (MOST_LENGTH // 2)) for number in range(5))))
    assert archive.came == [2, 2, 1]


# --- reading ------------------------------------------------------------------------------------------------------


def test_an_article_is_read_with_its_etag(desk: FlaskClient) -> None:
    tag = desk.post("/v1/articles", json=PIER).headers["ETag"]
    response = desk.get("/v1/articles/pier")
    assert response.headers["ETag"] == tag
    assert (response.json["text"], response.json["sentences"]) == (TEXT, 2)
    assert desk.get("/v1/articles/pier", headers={"If-None-Match": tag}).status_code == 304
    assert problem(desk.get("/v1/articles/nowhere"), 404).startswith("There is no article 'nowhere'")


def test_a_list_goes_page_by_page_and_misses_nothing_while_it_changes(desk: FlaskClient) -> None:
    for n in range(7):
        publisher = {"publisher": "Quay Post"} if n % 2 else {}
        desk.post("/v1/articles", json={"id": f"a{n}", "text": f"Boat {n} came in.", **publisher})
    first = desk.get("/v1/articles?limit=3").json
    assert [article["id"] for article in first["articles"]] == ["a0", "a1", "a2"]
    desk.delete("/v1/articles/a2")
    desk.post("/v1/articles", json={"id": "a00", "text": "Another boat came in."})
    second = desk.get(f"/v1/articles?limit=10&cursor={first['next']}").json
    assert ([article["id"] for article in second["articles"]], second["next"]) == (["a3", "a4", "a5", "a6"], None)
    assert ids(desk, "?publisher=Quay+Post&limit=200") == ["a1", "a3", "a5"]
    assert desk.get("/v1/articles?limit=4").json["next"] is not None


@pytest.mark.parametrize(
    ("query", "left"),
    [("published_from=2026-03-02", ["late"]), ("published_to=2026-03-01", ["pier"]), ("publisher=Nobody", [])],
)
def test_a_list_can_be_narrowed(desk: FlaskClient, query: str, left: list[str]) -> None:
    desk.post("/v1/articles", json=PIER)
    desk.post("/v1/articles", json={"id": "late", "text": TEXT, "published_at": "2026-03-02"})
    assert ids(desk, f"?{query}") == left


@pytest.mark.parametrize("query", ["cursor=%C3%BC", "cursor=a", "cursor=_w==", "limit=0", "limit=201"])
def test_a_bad_page_is_refused(desk: FlaskClient, query: str) -> None:
    problem(desk.get(f"/v1/articles?{query}"), 422)


# --- changing -----------------------------------------------------------------------------------------------------


def test_a_correction_reaches_only_the_version_that_was_read(desk: FlaskClient, store: Store) -> None:
    tag = desk.post("/v1/articles", json=PIER).headers["ETag"]
    corrected = {**PIER, "text": "The pier café kept its roof."}
    done = desk.put("/v1/articles/pier", json=corrected, headers={"If-Match": tag})
    assert (done.status_code, done.json["status"], done.json["sentences"]) == (200, "replaced", 1)
    late = desk.put("/v1/articles/pier", json=PIER, headers={"If-Match": tag})
    assert f"its ETag is now {done.headers['ETag']}" in problem(late, 412)
    problem(desk.delete("/v1/articles/pier", headers={"If-Match": tag}), 412)
    assert sentences(store) == ["The pier café kept its roof."]
    gone = desk.delete("/v1/articles/pier", headers={"If-Match": done.headers["ETag"]})
    assert (gone.status_code, gone.data) == (204, b"")
    assert (sentences(store), ids(desk)) == ([], [])


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_what_is_not_there_cannot_be_changed(desk: FlaskClient, method: str) -> None:
    problem(desk.open("/v1/articles/pier", method=method, json=PIER if method == "PUT" else None), 404)


def test_the_id_in_the_body_is_the_one_in_the_address(desk: FlaskClient) -> None:
    desk.post("/v1/articles", json=PIER)
    response = desk.put("/v1/articles/pier", json={**PIER, "id": "other"})
    assert problem(response, 422) == "id is not the one in the address; leave it out"
    plain = desk.put("/v1/articles/pier?title=Anew", data=b"It rained.", content_type="text/plain")
    assert (plain.status_code, plain.json["article"]["title"]) == (200, "Anew")


# --- who may write ------------------------------------------------------------------------------------------------

WRITES: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/v1/articles", {"json": PIER}),
    ("POST", "/v1/articles", {"data": json.dumps(PIER), "content_type": "application/x-ndjson"}),
    ("POST", "/v1/articles", {"data": TEXT, "content_type": "text/plain"}),
    ("PUT", "/v1/articles/there", {"json": {"text": TEXT}}),
    ("DELETE", "/v1/articles/there", {}),
]
FOREIGN: list[dict[str, str]] = [
    {"Origin": "https://shop.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:3000"},
    {"Origin": "https://localhost"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Host": "rebound.example"},
    {"Host": "localhost.rebound.example:8000"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize(("method", "path", "options"), WRITES)
def test_no_foreign_page_can_write(
    desk: FlaskClient, store: Store, method: str, path: str, options: dict[str, Any], headers: dict[str, str]
) -> None:
    desk.post("/v1/articles", json={"id": "there", "text": "It was here before."})
    before = store.state()
    detail = problem(desk.open(path, method=method, headers=headers, **options), 403)
    assert "may not ask here; send" in detail or "is not a name of this service; use" in detail
    assert store.state() == before


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://localhost"}, {"Host": "127.0.0.1:8000", "Origin": "http://127.0.0.1:8000"},
     {"Host": "[::1]:80"}, {"Sec-Fetch-Site": "same-origin"}],
    ids=str,
)  # fmt: skip
def test_the_service_s_own_pages_and_programs_can_write(desk: FlaskClient, headers: dict[str, str]) -> None:
    assert desk.post("/v1/articles", json=PIER, headers=headers).status_code == 201


@pytest.mark.parametrize(
    ("pragma", "reason"), [("query_only = ON", "read-only"), ("max_page_count = 1", "disk is full")]
)
def test_a_full_or_read_only_disk_is_said_and_what_is_there_is_served(tmp_path: Path, pragma: str, reason: str) -> None:
    url = f"sqlite:///{tmp_path / 'wirecheck.sqlite3'}"
    store = Store.open(url)
    add = create_app(FakeChecker(), StoreArchive(store, FakeEmbedder())).test_client()
    add.post("/v1/articles", json=PIER)

    def hinder(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA {pragma}")

    event.listen(Engine, "connect", hinder)
    try:
        hindered = Store(create_engine(url))
        client = create_app(FakeChecker(), StoreArchive(hindered, FakeEmbedder())).test_client()
        sent = {"id": "long", "text": "A boat came in. " * 2_000}
        assert reason in problem(client.post("/v1/articles", json=sent), 503)
        assert client.get("/v1/articles/pier").status_code == 200
        hindered.close()
    finally:
        event.remove(Engine, "connect", hinder)
    assert ids(add) == ["pier"]
    store.close()


# --- by address ---------------------------------------------------------------------------------------------------


def _fetching(store: Store, fetch: Any) -> FlaskClient:
    archive = StoreArchive(store, FakeEmbedder())
    return create_app(FakeChecker(), archive, fetch=fetch).test_client()


def test_an_address_alone_is_fetched_where_that_is_allowed(store: Store) -> None:
    asked: list[str] = []

    def fetch(url: str) -> NewArticle:
        asked.append(url)
        return NewArticle(PAGE.encode(), is_html=True, url="https://quay.example/pier-2")

    client = _fetching(store, fetch)
    response = client.post("/v1/articles", json={"url": "https://quay.example/old", "publisher": "Quay Post"})
    assert (response.status_code, asked) == (201, ["https://quay.example/old"])
    article = response.json["article"]
    assert (article["url"], article["publisher"], article["title"]) == (
        "https://quay.example/pier-2", "Quay Post", "Gale at the pier",
    )  # fmt: skip


def test_where_it_is_not_allowed_the_setting_is_named(desk: FlaskClient) -> None:
    response = desk.post("/v1/articles", json={"url": "https://quay.example/pier"})
    assert "WIRECHECK_FETCH=true" in problem(response, 403)


def test_what_cannot_be_fetched_is_a_problem_that_says_why(store: Store) -> None:
    def fetch(url: str) -> NewArticle:
        raise FetchError(f"{url} leads to 10.0.0.1, which is not a public address")

    response = _fetching(store, fetch).post("/v1/articles", json={"url": "https://quay.example/pier"})
    assert "not a public address" in problem(response, 422)
    assert store.fingerprints() == {}


def test_a_line_is_not_fetched(store: Store) -> None:
    client = _fetching(store, lambda url: pytest.fail(f"{url} was fetched"))
    lines = json.dumps({"url": "https://quay.example/pier"}) + "\n"
    response = client.post("/v1/articles", data=lines, content_type="application/x-ndjson")
    assert json.loads(response.text)["status"] == 422
