"""Pages of others and names led here: what no page may do, and what a listed one may."""

from __future__ import annotations

import pytest

from service.api.policy import Policy
from service.corpus.keys import StoreKeys
from service.corpus.store import Store
from service.keys import Scope
from tests.api.test_access import ASKED, CLAIM, KEPT, OPEN, Made, kept_check, refused, shown, token_for
from tests.api.test_articles import FOREIGN, PIER, WRITES
from tests.api.test_problems import problem

# --- pages of others, and names led here --------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [*FOREIGN, {"Sec-Fetch-Site": "same-site"}], ids=str)
def test_no_foreign_page_can_ask_or_fill_the_log(made: Made, store: Store, headers: dict[str, str]) -> None:
    check_id, client = kept_check(made), made(Policy())
    before = len(client.get("/v1/checks").json["checks"])
    for method, path, options in [*ASKED, *KEPT, ("GET", "/v1/checks", {})]:
        response = client.open(path.format(id=check_id), method=method, headers=headers, **options)
        detail = problem(response, 403)
        assert "WIRECHECK_CORS_ORIGINS" in detail or "WIRECHECK_HOSTS" in detail
    assert len(client.get("/v1/checks").json["checks"]) == before


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_with_a_key_a_foreign_page_still_cannot_write(made: Made, ring: StoreKeys, headers: dict[str, str]) -> None:
    token = token_for(ring, Scope.ARTICLES_WRITE, Scope.CHECK)
    for policy in (Policy(), OPEN):
        for method, path, options in WRITES:
            problem(made(policy).open(path, method=method, headers=shown(token, **headers), **options), 403)
        assert made(policy).post("/v1/check", json=CLAIM, headers=shown(token, **headers)).status_code == 200


@pytest.mark.parametrize(
    ("policy", "host", "known"),
    [
        (Policy(), "localhost:8000", True),
        (Policy(), "192.0.2.7:8000", False),
        (Policy(), "rebound.example", False),
        (Policy(), "0.0.0.0:8000", False),
        (Policy(host="0.0.0.0"), "192.0.2.7:8000", True),
        (Policy(host="0.0.0.0"), "[2001:db8::1]:8000", True),
        (Policy(host="0.0.0.0"), "rebound.example", False),
        (Policy(host="0.0.0.0"), "2130706433", False),
        (Policy(host="0.0.0.0", hosts=("news.example",)), "News.example:443", True),
        (Policy(host="0.0.0.0", hosts=("news.example",)), "evil.news.example", False),
        (Policy(host="desk.example"), "desk.example:8000", True),
        (Policy(), "[::1", False),
        (Policy(), "user@localhost", False),
    ],
    ids=str,
)  # fmt: skip
def test_the_names_of_the_service(made: Made, ring: StoreKeys, policy: Policy, host: str, known: bool) -> None:
    token = token_for(ring, Scope.ARTICLES_WRITE)
    response = made(policy).delete("/v1/articles/nowhere", headers=shown(token, Host=host))
    assert (response.status_code == 404) == known
    if not known:
        assert "WIRECHECK_HOSTS" in problem(response, 403)


def test_behind_a_proxy_the_desk_is_a_page_of_its_own(made: Made, ring: StoreKeys) -> None:
    client = made(Policy(proxies=1, hosts=("news.example",)))
    token = token_for(ring, Scope.ARTICLES_WRITE)
    through = {"Host": "news.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
    own = shown(token, Origin="https://news.example", **through)
    response = client.post("/v1/articles", json=PIER, headers=own)
    assert response.status_code == 201
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
    problem(client.post("/v1/articles", json=PIER, headers={**own, "Origin": "http://news.example"}), 403)


# --- listed origins -----------------------------------------------------------------------------------------------

LISTED = "chrome-extension://abcdefghijklmnopabcdefghijklmnop"
CORS = Policy(origins=(LISTED, "https://desk.example"))


def test_a_listed_page_may_ask_and_read(made: Made) -> None:
    client = made(CORS)
    response = client.post("/v1/check", json=CLAIM, headers={"Origin": LISTED, "Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == LISTED
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert "Retry-After" in response.headers["Access-Control-Expose-Headers"]
    assert {"Origin", "Accept"} <= set(response.vary)


def test_a_listed_page_reads_its_problems_too(made: Made) -> None:
    client = made(Policy(host="0.0.0.0", origins=CORS.origins))
    response = client.post("/v1/check", json=CLAIM, headers={"Origin": LISTED})
    refused(response, 401)
    assert response.headers["Access-Control-Allow-Origin"] == LISTED


def test_a_listed_page_writes_with_a_key_only(made: Made, ring: StoreKeys) -> None:
    client = made(CORS)
    refused(client.post("/v1/articles", json=PIER, headers={"Origin": LISTED}), 401)
    assert client.get("/v1/articles").json["articles"] == []
    token = token_for(ring, Scope.ARTICLES_WRITE)
    assert client.post("/v1/articles", json=PIER, headers=shown(token, Origin=LISTED)).status_code == 201


@pytest.mark.parametrize(
    ("path", "method", "allowed"),
    [
        ("/v1/check", "POST", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("/v1/articles/pier", "DELETE", {"DELETE", "GET", "HEAD", "OPTIONS", "PUT"}),
    ],
)
def test_a_preflight_is_answered_without_a_key(made: Made, path: str, method: str, allowed: set[str]) -> None:
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization,content-type"}
    client = made(Policy(host="0.0.0.0", keys_required=True, origins=CORS.origins, per_address="1/hour"))
    for _ in range(3):
        response = client.options(path, headers={"Origin": LISTED, **asked})
        assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == LISTED
    assert set(response.headers["Access-Control-Allow-Methods"].split(", ")) == allowed
    assert {"authorization", "content-type", "x-api-key"} <= {
        name.lower() for name in response.headers["Access-Control-Allow-Headers"].split(", ")
    }
    assert "Origin" in response.vary
    assert {"content-encoding", "idempotency-key", "if-match", "if-none-match", "x-request-id"} <= {
        name.lower() for name in response.headers["Access-Control-Allow-Headers"].split(", ")
    }
    foreign = client.options(path, headers={"Origin": "https://shop.example", **asked})
    assert not [name for name, _ in foreign.headers if name.startswith("Access-Control")]
    assert "Origin" in foreign.vary


@pytest.mark.parametrize(
    "origin",
    ["https://desk.example.evil.example", "https://desk.example:8443", "http://desk.example", "https://DESK.example",
     "null", "https://desk.exampl", "https://desk.examplex", "*", ""],
)  # fmt: skip
def test_an_origin_is_listed_letter_by_letter(made: Made, origin: str) -> None:
    response = made(CORS).post("/v1/check", json=CLAIM, headers={"Origin": origin})
    problem(response, 403)
    assert "Access-Control-Allow-Origin" not in response.headers


def test_where_no_origin_is_listed_nothing_is_said_of_origins(made: Made) -> None:
    response = made(Policy()).get("/v1/articles", headers={"Origin": "http://localhost"})
    assert response.status_code == 200
    assert not [name for name, _ in response.headers if name.startswith("Access-Control")]
    assert "Origin" not in response.vary


# --- extensions that are not listed -------------------------------------------------------------------------------

EXTENSIONS = (
    "chrome-extension://ponmlkjihgfedcbaponmlkjihgfedcba",
    "moz-extension://6f1c0e52-0000-4000-8000-000000000000",
)
SECRET_DOORS = [("GET", "/v1/checks", {}), ("GET", "/v1/checks?stale=true", {}), ("GET", "/metrics", {})]


@pytest.mark.parametrize("origin", EXTENSIONS)
@pytest.mark.parametrize("site", [{}, {"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Site": "cross-site"}], ids=str)
def test_on_this_machine_an_extension_checks_and_reads_and_no_more(
    made: Made, origin: str, site: dict[str, str]
) -> None:
    check_id, client = kept_check(made), made(Policy())
    headers = {"Origin": origin, **site}
    for method, path, options in [*ASKED, *KEPT]:
        response = client.open(path.format(id=check_id), method=method, headers=headers, **options)
        assert response.status_code in (200, 404), (path, response.text)
        assert "Access-Control-Allow-Origin" not in response.headers
    for method, path, options in [*WRITES, *SECRET_DOORS]:
        detail = problem(client.open(path, method=method, headers=headers, **options), 403)
        assert f"a page at {origin[:20]}" in detail
    assert client.get("/v1/articles").json["articles"] == []


@pytest.mark.parametrize("origin", [*EXTENSIONS, LISTED])
def test_where_others_can_ask_an_extension_needs_a_key_of_the_scope(made: Made, ring: StoreKeys, origin: str) -> None:
    client = made(Policy(host="0.0.0.0", origins=(LISTED,)))
    for method, path, options in [*ASKED, *SECRET_DOORS]:
        assert client.open(path, method=method, headers={"Origin": origin}, **options).status_code in (401, 403)
    headers = shown(token_for(ring, Scope.CHECK), Origin=origin)
    assert client.post("/v1/check", json=CLAIM, headers=headers).status_code == 200
    assert client.get("/v1/checks", headers=headers).status_code == 403


@pytest.mark.parametrize("policy", [CORS, Policy(host="0.0.0.0", per_key="100/hour", origins=CORS.origins)], ids=str)
def test_a_listed_page_reads_every_header_that_an_answer_has_for_it(
    made: Made, ring: StoreKeys, policy: Policy
) -> None:
    """Whatever a browser shows unasked, or is not meant for scripts, aside."""
    check_id, client = kept_check(made), made(policy)
    token = token_for(ring, Scope.ARTICLES_WRITE, Scope.CHECK)
    headers = shown(token, Origin=LISTED, **{"Idempotency-Key": "7f3c", "X-Request-ID": "job-17"})
    answers = [client.post("/v1/articles", json=PIER, headers=headers) for _ in range(2)]
    answers.append(client.get("/v1/articles/pier", headers=headers))
    answers.append(client.get(f"/v1/checks/{check_id}", headers=headers))
    answers.append(client.post("/v1/check", json=CLAIM, headers={"Origin": LISTED, "X-API-Key": "wrong"}))
    for answer in answers:
        readable = {name.lower() for name in answer.headers["Access-Control-Expose-Headers"].split(", ")}
        assert {name.lower() for name, _ in answer.headers} - readable - UNASKED == set()
    assert {"Idempotency-Replayed", "X-Request-ID", "Retry-After"} <= set(
        answers[0].headers["Access-Control-Expose-Headers"].split(", ")
    )


# What the Fetch standard always shows, what is the browser's own business, and what protects pages.
UNASKED = {
    "cache-control", "content-language", "date", "content-length", "content-type", "expires", "last-modified", "pragma",
    "vary", "allow", "access-control-allow-origin", "access-control-expose-headers", "content-security-policy",
    "cross-origin-resource-policy", "cross-origin-opener-policy", "permissions-policy", "referrer-policy",
    "x-content-type-options", "x-frame-options",
}  # fmt: skip
