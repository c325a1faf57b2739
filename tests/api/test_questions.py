"""What a request may ask, and what it is told when it may not."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from service.api.request import query_from
from service.domain import Query
from service.errors import WirecheckError
from tests.fakes import FakeChecker

CLAIM = "Two bridges closed."


def faults(response) -> list[tuple[str, str]]:
    assert response.status_code == 422, response.text
    assert response.content_type == "application/problem+json"
    return [(error.get("pointer", error.get("parameter")), error["detail"]) for error in response.json["errors"]]


def test_both_ways_to_ask_make_the_same_query(client: FlaskClient, checker: FakeChecker) -> None:
    client.post(
        "/v1/check",
        json={
            "claim": CLAIM,
            "limit": 7,
            "published_from": "2026-03-01",
            "published_to": "2026-03-02",
            "publishers": {"include": ["Bay Daily", "Post", "Post"], "exclude": ["Herald"]},
            "include_excluded": True,
        },
    )
    query = [("claim", CLAIM), ("limit", "7"), ("published_from", "2026-03-01"), ("published_to", "2026-03-02")]
    names = [("publisher", "Bay Daily"), ("publisher", "Post"), ("not_publisher", "Herald")]
    client.get("/v1/check?" + urlencode([*query, *names, ("include_excluded", "yes")]))
    expected = Query(
        CLAIM,
        7,
        datetime(2026, 3, 1, tzinfo=UTC),
        datetime(2026, 3, 2, 23, 59, 59, 999999, tzinfo=UTC),
        ("Bay Daily", "Post"),
        ("Herald",),
        include_excluded=True,
    )
    assert checker.queries == [expected, expected]


def test_a_claim_alone_takes_the_defaults(client: FlaskClient, checker: FakeChecker) -> None:
    client.post("/v1/check", json={"claim": CLAIM})
    client.get("/v1/check", query_string={"claim": CLAIM})
    assert checker.queries == [Query(CLAIM), Query(CLAIM)]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-03-01T10:00:00+02:00", datetime(2026, 3, 1, 8, tzinfo=UTC)),
        ("2026-03-01T10:00:00Z", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01T10:00", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
def test_dates_are_read_as_utc(client: FlaskClient, checker: FakeChecker, written: str, meant: datetime) -> None:
    client.post("/v1/check", json={"claim": CLAIM, "published_from": written})
    assert checker.queries[0].published_from == meant


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("Two\x00 bridges\x1b[31m closed", "Two bridges[31m closed"),
        ("Two \u202ebridges\u2069 clo\u200bsed\ufeff", "Two bridges closed"),
        ("  Two\n\tbridges\u00a0 \u2028closed ", "Two bridges closed"),
        ("Two bridges \ud800 closed", "Two bridges \ufffd closed"),
        (unicodedata.normalize("NFD", "Café fermé"), "Café fermé"),
        ("\u200f\u05e9\u05dc\u05d5\u05dd \u200fabc", "\u05e9\u05dc\u05d5\u05dd abc"),
        ("🙂" * 999 + "a", "🙂" * 999 + "a"),
    ],
)
def test_odd_characters_are_cleaned(client: FlaskClient, checker: FakeChecker, sent: str, read: str) -> None:
    response = client.post("/v1/check", data=json.dumps({"claim": sent}), content_type="application/json")
    assert response.status_code == 200
    assert checker.queries[0].claim == read
    assert json.loads(response.get_data().decode("utf-8"))["claim"] == read
    assert client.get("/v1/check", query_string={"claim": read}, headers={"Accept": "text/plain"}).status_code == 200


@pytest.mark.parametrize(
    ("body", "pointer", "detail"),
    [
        ({}, "#/claim", "claim is missing; give it a value"),
        ({"claim": None}, "#/claim", "claim is null; leave it out or give it a value"),
        ({"claim": 5}, "#/claim", "claim must be a text in quotation marks"),
        ({"claim": "\u200b \x00"}, "#/claim", "claim is blank; give 3 to 1,000 characters"),
        ({"claim": "ab"}, "#/claim", "claim has 2 characters; at least 3 are needed: write it out"),
        (
            {"claim": "x" * 1204},
            "#/claim",
            "claim has 1,204 characters; the limit is 1,000: shorten it or check its sentences one by one",
        ),
        ({"claim": "🙂" * 1000}, "#/claim", "claim holds no letter or digit; write a statement in words"),
        ({"claim": "17."}, "#/claim", "claim is one number, or one word over and over; write a statement in words"),
        (
            {"claim": "ferry Ferry ferry"},
            "#/claim",
            "claim is one number, or one word over and over; write a statement in words",
        ),
        ({"claim": CLAIM, "limit": 0}, "#/limit", "limit is 0; it must be from 1 to 50"),
        ({"claim": CLAIM, "limit": 10**400}, "#/limit", "limit is far outside; it must be from 1 to 50"),
        ({"claim": CLAIM, "limit": True}, "#/limit", "limit must be a whole number from 1 to 50"),
        ({"claim": CLAIM, "limit": "5"}, "#/limit", "limit must be a whole number from 1 to 50"),
        ({"claim": CLAIM, "limit": 2.5}, "#/limit", "limit must be a whole number from 1 to 50"),
        ({"claim": CLAIM, "include_excluded": "true"}, "#/include_excluded", "include_excluded must be true or false"),
        (
            {"claim": CLAIM, "published_to": "last week"},
            "#/published_to",
            'published_to is "last week", no ISO 8601 date; write 2026-03-01 or 2026-03-01T12:00:00Z',
        ),
        (
            {"claim": CLAIM, "published_to": "0001-01-01T00:00:00+14:00"},
            "#/published_to",
            'published_to is "0001-01-01T00:00:00+14:00", no ISO 8601 date; write 2026-03-01 or 2026-03-01T12:00:00Z',
        ),
        (
            {"claim": CLAIM, "published_from": "2026-03-02", "published_to": "2026-03-01"},
            "#/published_from",
            "published_from is later than published_to; swap the two",
        ),
        ({"claim": CLAIM, "publishers": ["Post"]}, "#/publishers", "publishers must be an object with named fields"),
        (
            {"claim": CLAIM, "publishers": {"include": "Post"}},
            "#/publishers/include",
            "publishers.include must be a list of names",
        ),
        (
            {"claim": CLAIM, "publishers": {"include": ["Post", "p" * 201]}},
            "#/publishers/include/1",
            "publishers.include[1] has 201 characters; the limit is 200: shorten it",
        ),
        (
            {"claim": CLAIM, "publishers": {"exclude": ["Post"] * 51}},
            "#/publishers/exclude",
            "publishers.exclude has 51 names; the limit is 50: leave some out",
        ),
        (
            {"claim": CLAIM, "color": 1},
            "#/color",
            "color is not known here; known are claim, published_from, published_to, limit, publishers, "
            "include_excluded",
        ),
        (
            {"claim": CLAIM, "publishers": {"a/~\ud800": 1}},
            "#/publishers/a~1~0%3F",
            'publishers."a/~\ufffd" is not known here; known are include, exclude',
        ),
    ],
)
def test_a_bad_field_is_named_with_its_limit(client: FlaskClient, body: object, pointer: str, detail: str) -> None:
    assert faults(client.post("/v1/check", data=json.dumps(body), content_type="application/json")) == [
        (pointer, detail)
    ]


@pytest.mark.parametrize(
    ("query", "parameter", "detail"),
    [
        ("", "claim", "claim is missing; give it a value"),
        ("claim=%00%E2%80%8F", "claim", "claim is blank; give 3 to 1,000 characters"),
        ("claim=abc&claim=def", "claim", "claim is given 2 times; give it once"),
        ("claim=abc&limit=5.0", "limit", "limit must be a whole number from 1 to 50"),
        ("claim=abc&limit=" + "9" * 5000, "limit", "limit is 999999999; it must be from 1 to 50"),
        ("claim=abc&limit=-1", "limit", "limit is -1; it must be from 1 to 50"),
        ("claim=abc&limit=%D9%A5", "limit", "limit must be a whole number from 1 to 50"),
        ("claim=abc&include_excluded=maybe", "include_excluded", "include_excluded must be true or false"),
        ("claim=abc&publisher=", "publisher", "publisher[0] is blank; give 1 to 200 characters"),
    ],
)
def test_a_bad_parameter_is_named(client: FlaskClient, query: str, parameter: str, detail: str) -> None:
    assert faults(client.get(f"/v1/check?{query}")) == [(parameter, detail)]


def test_every_fault_is_listed_up_to_a_bound(client: FlaskClient) -> None:
    response = client.post("/v1/check", json={"claim": "", "limit": 99, "color": 1})
    assert {pointer for pointer, _ in faults(response)} == {"#/claim", "#/limit", "#/color"}
    assert response.json["detail"].endswith("; 2 more under errors")
    crowd = client.post("/v1/check", json={"claim": CLAIM, **{f"field{number}": 0 for number in range(100)}})
    assert len(faults(crowd)) == 20
    long_name = client.post("/v1/check", json={"claim": CLAIM, "n" * 5000: 0})
    assert faults(long_name)[0][0] == "#"
    assert len(long_name.data) < 1000


def test_the_command_line_gets_the_same_query_and_the_same_message() -> None:
    assert query_from(claim=f" {CLAIM} ", limit=3) == Query(CLAIM, 3)
    with pytest.raises(WirecheckError, match=r"^claim has 2 characters; at least 3 are needed: write it out$"):
        query_from(claim="ab")
