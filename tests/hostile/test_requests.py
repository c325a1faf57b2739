"""Requests made to break something: each is refused with a problem that says why, or is harmless."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from service.corpus.store import Store
from tests.api.conftest import checker, client, desk, embedder  # noqa: F401  # fixtures
from tests.support import client_of

TEXT = "The gale took the roof of the pier. Nobody was hurt on that day, the harbor master said."
DEEP = 50_000
_LINES = "application/x-ndjson"


def _problem(answer: Any, *statuses: int) -> str:
    assert answer.status_code in statuses, answer.text
    assert answer.content_type == "application/problem+json"
    assert "\n" not in answer.json["detail"]
    return str(answer.json["detail"])


def _deep(opening: str, closing: str, inner: str = "1") -> str:
    return opening * DEEP + inner + closing * DEEP


@pytest.mark.parametrize("path", ["/v1/check", "/v1/check-text", "/v1/articles"])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ("[", "")])
def test_deep_json_is_refused(desk: FlaskClient, path: str, opening: str, closing: str) -> None:  # noqa: F811
    body = _deep(opening, closing)
    answer = desk.post(path, data=body[:60_000] if path != "/v1/check-text" else body, content_type="application/json")
    _problem(answer, 400, 413, 422)


def test_a_deep_line_fails_alone(desk: FlaskClient) -> None:  # noqa: F811
    good = json.dumps({"id": "good", "text": TEXT})
    lines = [
        good,
        "[" * 2_000,
        '{"a":' * 600 + "1" + "}" * 600,
        "NaN",
        '{"text": "a", "text": "b"}',
        "\ud800".encode("utf-8", "surrogatepass"),
    ]
    data = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    answer = desk.post("/v1/articles", data=data, content_type="application/x-ndjson")
    rows = [json.loads(row) for row in answer.text.splitlines()]
    assert [row["status"] for row in rows[:1]] == [201]
    assert all(row["status"] in (400, 422) and row["problem"]["detail"] for row in rows[1:])
    assert len(rows) == len(lines)


@pytest.mark.parametrize("tag", ["div", "b", "table", "blockquote", "span", "p", "ul"])
def test_deep_html_is_read_or_refused(desk: FlaskClient, tag: str) -> None:  # noqa: F811
    page = f"<{tag}>" * 1_000 + TEXT
    assert desk.post("/v1/articles", data=page[:4_900], content_type="text/html").status_code in (201, 409, 422)


@pytest.mark.parametrize(
    "inner", ['{"@graph": ' * 300 + "1" + "}" * 300, "[" * 900 + "]" * 900, '{"@type": "ClaimReview"']
)
def test_deep_or_broken_claim_reviews_are_passed_over(desk: FlaskClient, inner: str) -> None:  # noqa: F811
    page = f'<script type="application/ld+json">{inner}</script><article><p>{TEXT}</p></article>'
    answer = desk.post("/v1/articles", data=page, content_type="text/html")
    assert answer.status_code == 201
    article = desk.get(f"/v1/articles/{answer.json['id']}").json
    assert "roof of the pier" in article["text"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"claim": NaN}', b'{"claim": Infinity}', b'{"claim": "The dam.", "limit": -Infinity}', b'{"claim": 1e999}',
        b'{"claim": "a", "claim": "b"}', b'{"claim": "The dam.", "limit": ' + b"9" * 5_000 + b"}",
        b'{"claim": "\xff\xfe dam"}', '{"claim": "Der Damm hält"}'.encode("utf-16"),
        '{"claim": "Zoë"}'.encode("latin-1"),
        b'{"claim": "The dam.", "__proto__": {}}', b'{"claim": {"$gt": ""}}', b'{"claim": ["The dam."]}', b"\x00" * 50,
        b'{"claim": "The dam.", "limit": true}', b'{"claim": "The dam.", "limit": "1e1"}',
    ],
)  # fmt: skip
def test_json_that_only_some_readers_accept_is_refused(client: FlaskClient, body: bytes) -> None:  # noqa: F811
    assert _problem(client.post("/v1/check", data=body, content_type="application/json"), 400, 422)


@pytest.mark.parametrize(
    "article_id",
    [
        "../../etc/passwd", "..", ".", "%2e%2e%2f", "..%2f..%2fsecret", "a/b", "a\\b", "C:\\x", "\0", "a\0b", "\n",
        "a\r\nb", "é" * 200, "x" * 201, "x" * 4_000, "<script>", "'; DROP TABLE articles; --", "\u202egnp", "\u200b",
        "a b", "*", "?", "con", "-rf", "~root", "${jndi:x}", "{{7*7}}", "%s%n", "\ud800",
    ],
)  # fmt: skip
def test_an_id_names_an_article_and_nothing_else(desk: FlaskClient, article_id: str) -> None:  # noqa: F811
    """Kept under just that id or refused; it leads to no file, no other article and no other path."""
    body = json.dumps({"id": article_id, "text": TEXT})
    answer = desk.post("/v1/articles", data=body, content_type="application/json")
    if answer.status_code != 201:
        _problem(answer, 400, 422)
        found = desk.get("/v1/articles/" + quote(article_id, safe="", errors="replace"))
        assert found.status_code in (400, 404)
        return
    kept = answer.json["id"]
    found = desk.get("/v1/articles/" + quote(kept, safe=""))
    if found.status_code == 404:  # a path that a server would take for another
        assert kept in {"..", "."} or "/" in kept
    else:
        assert found.json["id"] == kept
    assert [row["id"] for row in desk.get("/v1/articles").json["articles"]] == [kept]


@pytest.mark.parametrize(
    "path",
    ["/v1/articles/%2e%2e/%2e%2e/etc/passwd", "/docs/../../service/config.py", "/docs/%2e%2e/%2e%2e/config.py",
     "/docs/..%2f..%2fconfig.py", "/..%5c..%5c", "//evil.example/", "/docs//etc/passwd", "/v1/articles/%00", "/%ff%fe",
     "/web/../config.py", "/static/../config.py", "/desk/..%2fconfig.py"],
)  # fmt: skip
def test_no_path_leads_to_a_file_of_the_machine(desk: FlaskClient, path: str) -> None:  # noqa: F811
    with desk.get(path) as answer:
        assert answer.status_code in (200, 301, 302, 308, 400, 404)
        assert "from __future__" not in answer.text
        assert "root:" not in answer.text
        assert not answer.headers.get("Location", "").startswith(("//", "http://evil"))


@pytest.mark.parametrize("path", ["/v1//checks", "//v1/checks", "/v1/articles//pier", "/docs//", "/desk//desk.js"])
def test_no_path_leads_to_a_host_that_the_client_named(client: FlaskClient, path: str) -> None:  # noqa: F811
    answer = client.get("http://evil.example" + path, headers={"Host": "evil.example"})
    _problem(answer, 404)
    assert "Location" not in answer.headers
    assert "evil.example" not in answer.text


@pytest.mark.parametrize(
    "claim", ["\u202edetrever si siht", "The\u200b dam\u200d holds\u2066.", "The dam \x1b[31mholds\x07."]
)
def test_what_hides_or_turns_text_does_not_come_back(client: FlaskClient, claim: str) -> None:  # noqa: F811
    for accept in ("application/json", "text/plain"):
        answer = client.post("/v1/check", json={"claim": claim}, headers={"Accept": accept})
        assert answer.status_code == 200
        assert not set("\u202e\u2066\u200b\x1b\x07\x9b") & set(answer.text)


def test_a_lone_surrogate_is_replaced_and_every_answer_is_utf_8(desk: FlaskClient) -> None:  # noqa: F811
    body = '{"id": "s", "title": "A \\ud800 title", "text": "The \\udfff gale took the roof of the pier on Monday."}'
    answer = desk.post("/v1/articles", data=body, content_type="application/json")
    assert answer.status_code == 201
    assert "\ufffd" in desk.get("/v1/articles/s").data.decode("utf-8")
    assert desk.post("/v1/check", data='{"claim": "The \\ud83d dam."}', content_type="application/json").data.decode()


@pytest.mark.parametrize("charset", ["utf-16", "utf-7", "cp037", "unknown-1", "utf-8; utf-16", "'"])
def test_a_charset_that_is_wrong_or_unknown_changes_no_json(client: FlaskClient, charset: str) -> None:  # noqa: F811
    answer = client.post(
        "/v1/check", data='{"claim": "The dam holds."}', content_type=f"application/json; charset={charset}"
    )
    assert answer.status_code == 200 or _problem(answer, 400, 415)
    if answer.status_code == 200:
        assert answer.json["claim"] == "The dam holds."


def test_a_sentence_without_an_end_is_cut_and_stands_where_it_says(desk: FlaskClient) -> None:  # noqa: F811
    text = "gull " * 900 + "quay."
    assert desk.post("/v1/articles", json={"id": "long", "text": text}).status_code == 201
    article = desk.get("/v1/articles/long").json
    assert article["sentences"] >= 1
    assert article["text"] in text


CONTROLS = ["\0", "a\0", "\x01", "\x1b[31m", "\x7f", "a\r\nb", "\x85"]


@pytest.mark.parametrize("written", CONTROLS, ids=ascii)
def test_an_id_or_a_cursor_with_control_characters_names_nothing(store: Store, written: str) -> None:
    client = client_of(store)  # noqa: F811  # the whole service, on each engine
    named = quote(written, safe="")
    for method, path, options in (
        ("GET", f"/v1/articles/{named}", {}),
        ("PUT", f"/v1/articles/{named}", {"json": {"text": TEXT}}),
        ("DELETE", f"/v1/articles/{named}", {}),
        ("GET", f"/v1/checks/{named}", {}),
        ("POST", f"/v1/checks/{named}/recheck", {}),
        ("POST", f"/v1/checks/{named}/recheck", {"headers": {"Idempotency-Key": "k"}}),
        ("GET", f"/v1/checks/{named}/claimreview", {}),
    ):
        assert written not in _problem(client.open(path, method=method, **options), 404)
    cursor = base64.urlsafe_b64encode(written.encode()).decode()
    assert "cursor" in _problem(client.get("/v1/articles", query_string={"cursor": cursor}), 422)
    assert "cursor" in _problem(client.get("/v1/checks", query_string={"cursor": f"n{written}"}), 422)


@pytest.mark.parametrize("written", CONTROLS, ids=ascii)
def test_control_characters_in_what_is_kept_are_left_out(store: Store, written: str) -> None:
    client = client_of(store)  # noqa: F811
    put = {name: f"a{written}b {name}" for name in ("id", "title", "publisher")}
    put |= {"url": f"https://quay.example/{written}b", "text": f"{TEXT} The{written} crane stood still."}
    assert client.post("/v1/articles", json=put).status_code == 201
    line = json.dumps({**put, "id": "line", "url": f"https://quay.example/line{written}"})
    (row,) = client.post("/v1/articles", data=line, content_type=_LINES).text.splitlines()
    assert json.loads(row)["status"] == 201
    page = f"<title>The{written} gale</title><p>{TEXT}</p><p>{written} The crane stood still again.</p>"
    assert client.post("/v1/articles?id=page", data=page, content_type="text/html").status_code == 201
    assert client.post("/v1/check", json={"claim": f"The{written} gale took the roof."}).status_code == 200
    texts = client.post("/v1/check-text", json={"text": f"The{written} gale took the roof of the pier."})
    assert texts.status_code == 200
    found = client.get("/v1alpha1/claims:search", query_string={"query": f"roof{written}"})
    assert found.status_code == 200
    listed = client.get("/v1/articles", query_string={"publisher": f"a{written}b publisher"})
    assert listed.status_code == 200
    assert written not in "".join(str(row) for row in listed.json["articles"])
