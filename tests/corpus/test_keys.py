"""API keys in the store: made, found, given another secret, withdrawn; what is kept is not the secret."""

from __future__ import annotations

import hmac
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from service import keys as keys_module
from service.corpus.keys import StoreKeys
from service.corpus.store import Store
from service.corpus.tables import api_keys
from service.errors import NotFoundError, WirecheckError
from service.keys import Scope, digest_of, holds_key, id_in, mint

BEGIN = datetime(2026, 3, 12, 8, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(store: Store, clock: Clock) -> StoreKeys:
    return StoreKeys(store, clock)


def test_a_token_states_its_id_and_only_that_form_is_one() -> None:
    key_id, token = mint()
    assert id_in(token) == key_id
    assert len({mint()[1] for _ in range(100)}) == 100
    for other in (token + "A", token[:-1], token.upper(), f" {token}", token.replace("_", "-"), "", "wirecheck__"):
        assert id_in(other) is None


@given(st.text())
def test_no_text_breaks_the_reading_of_a_token(text: str) -> None:
    id_in(text)
    assert len(digest_of(text)) == 32


def test_the_beginning_of_a_key_is_known_anywhere() -> None:
    assert holds_key(f"claim=abc&note=({mint()[1]})")
    assert not holds_key("claim=the wirecheck_service of abc")


def test_a_key_is_found_as_it_was_made_and_its_secret_is_nowhere(keys: StoreKeys, store: Store) -> None:
    assert keys.is_empty()
    key, token = keys.create("Desk", [Scope.CHECK, Scope.ADMIN], days=2)
    assert not keys.is_empty()
    assert keys.find(key.id) == key == keys.all()[0]
    assert (key.scopes, key.expires_at) == ({Scope.CHECK, Scope.ADMIN}, BEGIN + timedelta(days=2))
    secret = token.split("_", 2)[2]
    with store.reading() as connection:
        row = connection.execute(select(api_keys)).one()
    assert secret not in str(row)
    assert row.digest == digest_of(token)
    assert keys.find("0" * 12) is None


def test_two_stores_over_one_database_see_a_change_at_once(keys: StoreKeys, url: str, clock: Clock) -> None:
    key, _ = keys.create("Desk", [Scope.CHECK])
    other = Store.open(url)
    try:
        theirs = StoreKeys(other, clock)
        assert theirs.find(key.id) == key
        keys.revoke(key.id)
        assert theirs.find(key.id).fault(BEGIN) == "was revoked on 2026-03-12"
    finally:
        other.close()


def test_only_the_token_opens_a_key(keys: StoreKeys) -> None:
    key, token = keys.create("Desk", [Scope.CHECK])
    assert key.opens(token)
    changed = token[:-1] + ("A" if token[-1] != "A" else "B")
    for wrong in (changed, token[:-1], token + "x", mint(key.id)[1], "", "ü", "\ud800"):
        assert not key.opens(wrong)


def test_digests_are_compared_in_constant_time(keys: StoreKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    key, token = keys.create("Desk", [Scope.CHECK])
    compared: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return hmac.compare_digest(one, other)

    monkeypatch.setattr(keys_module, "hmac", type("Hmac", (), {"compare_digest": staticmethod(compare)}))
    assert key.opens(token)
    assert compared == [(key.digest, digest_of(token))]


def test_a_key_expires_to_the_second(keys: StoreKeys, clock: Clock) -> None:
    key, _ = keys.create("Desk", [Scope.CHECK], days=1)
    assert key.fault(BEGIN + timedelta(days=1, seconds=-1)) is None
    assert key.fault(BEGIN + timedelta(days=1)) == "expired on 2026-03-13"
    assert keys.create("Desk", [Scope.CHECK])[0].fault(BEGIN + timedelta(days=36_500)) is None


def test_rotation_keeps_all_but_the_secret_and_renews_the_time(keys: StoreKeys, clock: Clock) -> None:
    key, old = keys.create("Desk", [Scope.CHECK], days=10)
    clock.now += timedelta(days=12)  # an expired key comes to life again
    rotated, new = keys.rotate(key.id)
    assert (rotated.id, rotated.name, rotated.scopes) == (key.id, key.name, key.scopes)
    assert rotated.expires_at == clock.now + timedelta(days=10)
    found = keys.find(key.id)
    assert found == rotated
    assert (found.opens(new), found.opens(old)) == (True, False)


def test_a_revoked_key_stays_revoked_until_it_is_deleted(keys: StoreKeys, clock: Clock) -> None:
    key, token = keys.create("Desk", [Scope.CHECK])
    with pytest.raises(WirecheckError, match="revoke it first"):
        keys.remove(key.id)
    keys.revoke(token)  # the whole key does for its id
    clock.now += timedelta(days=1)
    assert keys.revoke(key.id).revoked_at == BEGIN
    with pytest.raises(WirecheckError, match="for good: create another one"):
        keys.rotate(key.id)
    assert not keys.is_empty()  # nothing opens by itself because the last key is withdrawn
    keys.remove(key.id)
    assert keys.is_empty()


@pytest.mark.parametrize("act", ["rotate", "revoke", "remove"])
def test_an_unknown_key_is_said_without_repeating_it(keys: StoreKeys, act: str) -> None:
    _, token = mint()
    with pytest.raises(NotFoundError) as caught:
        getattr(keys, act)(token)
    assert token.split("_", 2)[2] not in str(caught.value)
    assert "`wirecheck keys list` shows the ids" in str(caught.value)


def test_the_day_of_last_use_is_written_once_a_day(keys: StoreKeys, store: Store, clock: Clock) -> None:
    key, _ = keys.create("Desk", [Scope.CHECK])
    keys.used(key)
    used = keys.find(key.id)
    assert used.last_used_on == date(2026, 3, 12)
    with store.writing() as connection:
        connection.execute(update(api_keys).values(last_used_on=date(2000, 1, 1)))
    keys.used(used)  # today was written before
    assert keys.find(key.id).last_used_on == date(2000, 1, 1)
    clock.now += timedelta(days=1)
    keys.used(used)
    assert keys.find(key.id).last_used_on == date(2026, 3, 13)
