"""Who may ask: keys and their scopes, pages of others, names led here, rates, and what a key never shows up in."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.api.policy import Policy
from service.api.rates import network_of
from service.app import create_app
from service.corpus.archive import StoreArchive
from service.corpus.checks import StoreChecks
from service.corpus.keys import StoreKeys
from service.corpus.store import Store
from service.keys import Scope, mint, now
from tests.api.test_articles import FOREIGN, PIER, WRITES
from tests.api.test_contract import valid
from tests.api.test_problems import problem
from tests.fakes import FakeChecker
from tests.support import FakeEmbedder

CLAIM = {"claim": "Two bridges closed."}
OPEN = Policy(host="0.0.0.0")  # others can ask
LISTED = "chrome-extension://abcdefghijklmnopabcdefghijklmnop"
Made = Callable[..., FlaskClient]

ASKED: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/v1/check", {"json": CLAIM}),
    ("GET", "/v1/check?claim=abc", {}),
    ("POST", "/v1/check-text", {"json": {"text": "Two bridges closed."}}),
    ("GET", "/v1/articles", {}),
    ("GET", "/v1/articles/pier", {}),
    ("GET", "/v1alpha1/claims:search?query=bridges", {}),
]
KEPT: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/v1/checks/{id}", {}),
    ("POST", "/v1/checks/{id}/recheck", {}),
    ("GET", "/v1/checks/{id}/claimreview", {}),
]


@pytest.fixture
def ring(store: Store) -> StoreKeys:
    return StoreKeys(store)


@pytest.fixture
def made(store: Store, ring: StoreKeys) -> Made:
    def make(policy: Policy) -> FlaskClient:
        archive, log = StoreArchive(store, FakeEmbedder()), StoreChecks(store, 30)
        return create_app(FakeChecker(), archive, log, keys=ring, policy=policy).test_client()

    return make


def shown(token: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", **more}


def token_for(ring: StoreKeys, *scopes: Scope) -> str:
    return ring.create("Test", scopes)[1]


def kept_check(made: Made) -> str:
    check_id: str = made(Policy(keys_required=False)).post("/v1/check", json=CLAIM).json["check_id"]
    return check_id


def refused(response: Any, status: int) -> str:
    detail = problem(response, status)
    valid("Problem", response.json)
    assert response.headers["WWW-Authenticate"].startswith('Bearer realm="wirecheck"')
    return detail


# --- what needs a key ---------------------------------------------------------------------------------------------


def test_every_operation_says_who_may_ask() -> None:
    document = json.loads(
        json.dumps(create_app(FakeChecker()).extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict())
    )
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in ("parameters", "head") or path in ("/healthz", "/readyz"):
                continue
            *needed, none = operation["security"]
            assert [list(entry) for entry in needed] == [["bearer"], ["header"]], path
            assert none == {}
            assert {"401", "403", "429"} <= set(operation["responses"]), path
    assert set(document["components"]["securitySchemes"]) == {"bearer", "header"}


def test_where_others_can_ask_nothing_is_answered_without_a_key(made: Made) -> None:
    check_id, client = kept_check(made), made(OPEN)
    for method, path, options in [*ASKED, *KEPT, *WRITES, ("GET", "/v1/checks", {})]:
        detail = refused(client.open(path.format(id=check_id), method=method, **options), 401)
        assert "Authorization: Bearer" in detail
        assert "`wirecheck keys create --name NAME --scope" in detail


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/", "/desk/desk.js", "/openapi.yaml", "/docs/"])
def test_what_holds_no_claim_needs_no_key(made: Made, path: str) -> None:
    client = made(Policy(host="0.0.0.0", keys_required=True, per_address="1/hour"))
    for _ in range(3):
        with client.get(path) as response:
            assert response.status_code == 200
            assert "RateLimit-Limit" not in response.headers


def test_a_key_opens_what_its_scope_says_and_no_more(made: Made, ring: StoreKeys) -> None:
    check_id, client = kept_check(made), made(OPEN)
    doors = {
        Scope.CHECK: [*ASKED, *KEPT],
        Scope.ARTICLES_WRITE: WRITES,
        Scope.ADMIN: [("GET", "/v1/checks", {})],
    }
    for scope in Scope:
        token = token_for(ring, scope)
        for other, requests in doors.items():
            for method, path, options in requests:
                response = client.open(path.format(id=check_id), method=method, headers=shown(token), **options)
                if other == scope:
                    assert response.status_code in (200, 201, 204, 404, 409), (scope, path, response.text)
                else:
                    detail = refused(response, 403)
                    assert detail == f"this API key lacks the scope {other}; it has {scope}: use another key"
                    assert f'error="insufficient_scope", scope="{other}"' in response.headers["WWW-Authenticate"]


def test_either_header_will_do(made: Made, ring: StoreKeys) -> None:
    client, token = made(OPEN), token_for(ring, Scope.CHECK)
    for headers in (
        {"Authorization": f"Bearer {token}"}, {"Authorization": f"bearer  {token} "}, {"X-API-Key": token},
        {"Authorization": f"Bearer {token}", "X-API-Key": token},
        {"Authorization": "Basic ZGVzazpkZXNr", "X-API-Key": token},
    ):  # fmt: skip
        assert client.post("/v1/check", json=CLAIM, headers=headers).status_code == 200


def test_checks_may_be_open_while_what_was_checked_is_not(made: Made) -> None:
    check_id, client = kept_check(made), made(Policy(host="0.0.0.0", keys_required=False))
    for method, path, options in ASKED:
        assert client.open(path, method=method, **options).status_code in (200, 404), path
    for method, path, options in [*KEPT, *WRITES, ("GET", "/v1/checks", {})]:
        refused(client.open(path.format(id=check_id), method=method, **options), 401)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "news.example"])
def test_an_address_of_others_is_one_where_keys_are_needed(made: Made, host: str) -> None:
    refused(made(Policy(host=host)).post("/v1/articles", json=PIER), 401)


def test_on_this_machine_writing_needs_a_key_once_there_is_one(made: Made, ring: StoreKeys) -> None:
    client = made(Policy())
    assert client.post("/v1/articles", json=PIER).status_code == 201
    key, token = ring.create("Desk", [Scope.ARTICLES_WRITE])
    refused(client.delete("/v1/articles/pier"), 401)
    assert client.get("/v1/checks").status_code == client.post("/v1/check", json=CLAIM).status_code == 200
    assert client.delete("/v1/articles/pier", headers=shown(token)).status_code == 204
    ring.revoke(key.id)
    refused(client.post("/v1/articles", json=PIER), 401)  # not open again by itself
    ring.remove(key.id)
    assert client.post("/v1/articles", json=PIER).status_code == 201


def test_on_this_machine_keys_can_be_asked_for_too(made: Made) -> None:
    client = made(Policy(keys_required=True))
    for method, path, options in [*ASKED, *WRITES, ("GET", "/v1/checks", {})]:
        refused(client.open(path, method=method, **options), 401)


@pytest.mark.parametrize("policy", [Policy(proxies=1), Policy(hosts=("news.example",))], ids=str)
def test_a_proxy_or_a_name_for_others_ends_the_rule_of_this_machine(made: Made, policy: Policy) -> None:
    refused(made(policy).post("/v1/articles", json=PIER), 401)


@pytest.mark.parametrize("name", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"])
def test_a_proxy_that_nobody_told_of_ends_it_too(made: Made, name: str) -> None:
    headers = {name: "192.0.2.7"}
    refused(made(Policy()).post("/v1/articles", json=PIER, headers=headers), 401)
    refused(made(Policy()).get("/v1/checks", headers=headers), 401)


# --- keys that are not good ---------------------------------------------------------------------------------------


def bad(token: str) -> list[dict[str, Any]]:
    other = mint()[1]
    return [
        {"Authorization": f"Bearer {other}"},
        {"Authorization": f"Bearer {token[:-1]}{'A' if token[-1] != 'A' else 'B'}"},
        {"Authorization": f"Bearer {token}x"},
        {"Authorization": f"Bearer {token},Bearer {token}"},  # what a server makes of two headers
        {"Authorization": f"Bearer {token} {token}"},
        {"Authorization": f"Bearer {token}", "X-API-Key": other},
        {"Authorization": "Bearer " + "A" * 8_000},
        {"Authorization": "Bearer \xfc\xdf\x80".encode().decode("latin-1")},
        {"Authorization": "Bearer ' OR 1=1 --"},
        {"Authorization": "Bearer %s%n{0}"},
        {"X-API-Key": token.upper()},
        {"X-API-Key": "\xfc"},
    ]


@pytest.mark.parametrize("number", range(12))
@pytest.mark.parametrize("policy", [Policy(), OPEN, Policy(host="0.0.0.0", keys_required=False)], ids=str)
def test_a_wrong_key_is_refused_also_where_none_is_needed(
    made: Made, ring: StoreKeys, policy: Policy, number: int, caplog: pytest.LogCaptureFixture
) -> None:
    token = token_for(ring, Scope.CHECK)
    headers = bad(token)[number]
    with caplog.at_level(logging.DEBUG):
        response = made(policy).post("/v1/check", json=CLAIM, headers=headers)
    refused(response, 401)
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]
    for value in headers.values():
        told = value.removeprefix("Bearer ")
        assert told not in response.text + str(response.headers) + caplog.text


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer ", "Basic ZGVzazpkZXNr", "Digest username=x", "\x0b", "Bearer\t"]
)
def test_what_shows_no_key_counts_as_none(made: Made, value: str) -> None:
    refused(made(OPEN).post("/v1/check", json=CLAIM, headers={"Authorization": value}), 401)
    assert made(Policy()).post("/v1/check", json=CLAIM, headers={"Authorization": value}).status_code == 200


@given(st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\x00"), max_size=200))
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_header_lets_anybody_in_or_breaks_it(made: Made, value: str) -> None:
    response = made(OPEN).post("/v1/check", json=CLAIM, headers={"Authorization": value, "X-API-Key": value})
    refused(response, 401)


def test_a_key_that_is_good_no_more_is_told_why(store: Store, made: Made, ring: StoreKeys) -> None:
    client = made(OPEN)
    key, token = ring.create("Left", [Scope.CHECK])
    assert client.post("/v1/check", json=CLAIM, headers=shown(token)).status_code == 200
    ring.revoke(key.id)
    assert "was revoked on" in refused(client.post("/v1/check", json=CLAIM, headers=shown(token)), 401)
    before = StoreKeys(store, lambda: now() - timedelta(days=9))
    _, old = before.create("Old", [Scope.CHECK], days=8)
    assert "expired on" in refused(client.post("/v1/check", json=CLAIM, headers=shown(old)), 401)
    key, token = ring.create("Turned", [Scope.CHECK])
    _, fresh = ring.rotate(key.id)
    refused(client.post("/v1/check", json=CLAIM, headers=shown(token)), 401)
    assert client.post("/v1/check", json=CLAIM, headers=shown(fresh)).status_code == 200


@pytest.mark.parametrize("name", ["key", "api_key", "access_token", "claim"])
@pytest.mark.parametrize("policy", [Policy(), OPEN], ids=str)
def test_a_key_in_the_address_is_refused_and_named_as_spent(
    made: Made, ring: StoreKeys, policy: Policy, name: str
) -> None:
    token = token_for(ring, Scope.CHECK)
    for path in ("/v1/check", "/v1/articles", "/v1alpha1/claims:search"):
        for written in (token, token.replace("_", "%5F"), f"Bearer+{token}"):
            response = made(policy).get(f"{path}?{name}={written}", headers=shown(token))
            assert "stands in the address, which logs keep" in problem(response, 400)
            assert token not in response.text


def test_the_last_use_of_a_key_is_kept(made: Made, ring: StoreKeys) -> None:
    key, token = ring.create("Desk", [Scope.CHECK])
    made(OPEN).post("/v1/check", json=CLAIM, headers=shown(token))
    assert ring.find(key.id).last_used_on == now().date()


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
        assert "WIRECHECK_HOSTS" in problem(response, 403) or response.status_code == 400


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
    foreign = client.options(path, headers={"Origin": "https://shop.example", **asked})
    assert not [name for name, _ in foreign.headers if name.startswith("Access-Control")]
    assert "Origin" in foreign.vary


@pytest.mark.parametrize(
    "origin",
    ["https://desk.example.evil.example", "https://desk.example:8443", "http://desk.example", "https://DESK.example",
     "null", "https://desk.exampl", f"{LISTED}x", "*", ""],
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


# --- rates --------------------------------------------------------------------------------------------------------


def test_an_address_that_asks_too_often_is_told_when_to_come_back(made: Made) -> None:
    client = made(Policy(host="0.0.0.0", keys_required=False, per_address="2/hour"))
    left = []
    for _ in range(2):
        response = client.post("/v1/check", json=CLAIM)
        left.append(response.headers["RateLimit-Remaining"])
        assert (response.status_code, response.headers["RateLimit-Limit"]) == (200, "2")
        assert "Retry-After" not in response.headers
    assert left == ["1", "0"]
    refused_ = client.get("/v1/articles")  # all operations are counted together
    assert problem(refused_, 429).startswith("more than 2 per 1 hour have come from here; wait")
    assert 3500 < int(refused_.headers["Retry-After"]) <= 3600
    assert refused_.headers["RateLimit-Reset"] == refused_.headers["Retry-After"]
    assert refused_.headers["RateLimit-Remaining"] == "0"
    other = client.post("/v1/check", json=CLAIM, environ_overrides={"REMOTE_ADDR": "192.0.2.9"})
    assert other.status_code == 200


def test_each_key_has_its_own_count_wherever_it_comes_from(made: Made, ring: StoreKeys) -> None:
    client = made(Policy(host="0.0.0.0", per_key="2/hour", per_address="100/hour"))
    one, other = token_for(ring, Scope.CHECK), token_for(ring, Scope.CHECK)
    for address in ("192.0.2.1", "192.0.2.2"):
        where = {"REMOTE_ADDR": address}
        assert client.post("/v1/check", json=CLAIM, headers=shown(one), environ_overrides=where).status_code == 200
    problem(client.post("/v1/check", json=CLAIM, headers=shown(one)), 429)
    assert client.post("/v1/check", json=CLAIM, headers=shown(other)).status_code == 200


def test_wrong_keys_count_for_their_address(made: Made) -> None:
    client = made(Policy(host="0.0.0.0", per_address="2/hour"))
    for _ in range(2):
        refused(client.post("/v1/check", json=CLAIM, headers=shown(mint()[1])), 401)
    problem(client.post("/v1/check", json=CLAIM, headers=shown(mint()[1])), 429)


def test_on_a_machine_of_one_s_own_nothing_is_counted(made: Made, ring: StoreKeys) -> None:
    client = made(Policy(per_address="1/hour"))
    for _ in range(3):
        response = client.post("/v1/check", json=CLAIM)
        assert response.status_code == 200
        assert "RateLimit-Limit" not in response.headers
    token_for(ring, Scope.CHECK)
    assert client.post("/v1/check", json=CLAIM).status_code == 200
    problem(client.post("/v1/check", json=CLAIM), 429)


def test_a_limit_that_is_off_is_none(made: Made) -> None:
    client = made(Policy(host="0.0.0.0", keys_required=False))
    assert {client.post("/v1/check", json=CLAIM).status_code for _ in range(20)} == {200}


def test_behind_a_proxy_each_client_is_counted_for_itself(made: Made) -> None:
    client = made(Policy(proxies=1, keys_required=False, per_address="1/hour"))
    for address in ("192.0.2.1", "192.0.2.2"):
        # What a client writes into the header itself stands before what the proxy adds, and is not read.
        headers = {"X-Forwarded-For": f"198.51.100.{address[-1]}, {address}"}
        assert client.post("/v1/check", json=CLAIM, headers=headers).status_code == 200
    again = {"X-Forwarded-For": "203.0.113.5, 192.0.2.1"}
    problem(client.post("/v1/check", json=CLAIM, headers=again), 429)


@pytest.mark.parametrize(
    ("address", "network"),
    [("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
     ("2001:db8:1:2::9", "2001:db8:1:2::/64"), ("::ffff:192.0.2.7", "192.0.2.7"), (None, "unknown")],
)  # fmt: skip
def test_an_ipv6_client_is_counted_by_its_network(address: str | None, network: str) -> None:
    assert network_of(address) == network


# --- what every answer says to the browser ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/", "/docs/", "/healthz", "/openapi.yaml", "/v1/articles", "/nowhere", "/desk/desk.js"]
)
def test_every_answer_is_protected(made: Made, path: str) -> None:
    with made(Policy()).get(path) as response:
        headers = response.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_what_holds_claims_is_not_kept_by_anybody_on_the_way(made: Made) -> None:
    check_id, client = kept_check(made), made(Policy())
    for method, path, options in [
        ASKED[0],
        ASKED[1],
        ASKED[2],
        *KEPT,
        ("GET", "/v1/checks", {}),
        ("GET", "/v1/nix", {}),
    ]:
        response = client.open(path.format(id=check_id), method=method, **options)
        assert response.headers["Cache-Control"] == "no-store", path
    client.post("/v1/articles", json=PIER)
    read = client.get("/v1/articles/pier")
    assert read.headers["Cache-Control"] == "private, no-cache"
    assert client.get("/v1/articles/pier", headers={"If-None-Match": read.headers["ETag"]}).status_code == 304
