"""Who may ask: keys and their scopes, what opens without one, and what a key never shows up in."""

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
from service.app import create_app
from service.corpus.keys import StoreKeys
from service.corpus.store import Store
from service.keys import Scope, mint, now
from tests.api.test_articles import PIER, WRITES
from tests.api.test_contract import valid
from tests.api.test_problems import problem
from tests.fakes import FakeChecker

CLAIM = {"claim": "Two bridges closed."}
OPEN = Policy(host="0.0.0.0")  # others can ask
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
    ("GET", "/v1/checks/{id}/report", {}),
]


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


@pytest.mark.parametrize(
    "name", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Real-IP", "Via"]
)
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


@pytest.fixture
def open_to_others(made: Made) -> FlaskClient:
    """One app for all examples of a test: to make one takes longer than to ask it."""
    return made(OPEN)


@given(st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\x00"), max_size=200))
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_header_lets_anybody_in_or_breaks_it(open_to_others: FlaskClient, value: str) -> None:
    response = open_to_others.post("/v1/check", json=CLAIM, headers={"Authorization": value, "X-API-Key": value})
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
