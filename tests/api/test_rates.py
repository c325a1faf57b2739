"""How often one may ask, and what every answer tells the browser."""

from __future__ import annotations

import pytest

from service.api.policy import Policy
from service.api.rates import network_of
from service.corpus.keys import StoreKeys
from service.keys import Scope, mint
from tests.api.test_access import ASKED, CLAIM, KEPT, Made, kept_check, refused, shown, token_for
from tests.api.test_articles import PIER
from tests.api.test_problems import problem

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
