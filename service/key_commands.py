"""`wirecheck keys`: makes, lists, rotates, revokes and deletes API keys, also while the service runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import click

from service.api.plain import one_line
from service.config import Settings
from service.corpus.keys import StoreKeys
from service.keys import Key, Scope, now
from service.plainly import said_plainly

_LONGEST_NAME = 100
_DAYS = click.IntRange(1, 36_500)


@click.group()
def keys() -> None:
    """Make, list and withdraw the API keys of those who may ask."""


@keys.command()
@click.option("--name", required=True, help="Whose key it is, for the list.")
@click.option(
    "--scope",
    "scopes",
    required=True,
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="What it may do; give it once for each.",
)
@click.option("--expires-days", type=_DAYS, help="Days that it is good for; for ever without.")
@said_plainly
def create(name: str, scopes: tuple[str, ...], expires_days: int | None) -> None:
    """Make a key and print it, this once: only a digest of it is kept."""
    with _kept() as ring:
        key, token = ring.create(_named(name), map(Scope, scopes), expires_days)
    _hand_over(key, token)


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each.")
@said_plainly
def list_keys(as_json: bool) -> None:
    """List the keys with their scopes and whether they are still good, without their secrets."""
    with _kept() as ring:
        found = ring.all()
    for key in found:
        click.echo(json.dumps(_members(key)) if as_json else _line(key))
    if not found:
        click.echo("There is no key: `wirecheck keys create` makes one.", err=True)


@keys.command()
@click.argument("key_id", metavar="ID")
@said_plainly
def rotate(key_id: str) -> None:
    """Give the key another secret and print it; the old one is refused from then on."""
    with _kept() as ring:
        key, token = ring.rotate(key_id)
    _hand_over(key, token)


@keys.command()
@click.argument("key_id", metavar="ID")
@said_plainly
def revoke(key_id: str) -> None:
    """Refuse the key from now on, for good."""
    with _kept() as ring:
        key = ring.revoke(key_id)
    click.echo(f"key {key.id} ({key.name}) is refused from now on.", err=True)


@keys.command()
@click.argument("key_id", metavar="ID")
@said_plainly
def delete(key_id: str) -> None:
    """Take a revoked key off the list. Where none is left, a service on 127.0.0.1 asks for no key any more."""
    with _kept() as ring:
        key = ring.remove(key_id)
    click.echo(f"key {key.id} ({key.name}) is no longer listed.", err=True)


@contextmanager
def _kept() -> Iterator[StoreKeys]:
    from service.opening import open_store

    store = open_store(Settings.from_env())
    try:
        yield StoreKeys(store)
    finally:
        store.close()


def _named(name: str) -> str:
    said = one_line(name)
    if not 1 <= len(said) <= _LONGEST_NAME:
        raise click.BadParameter(f"needs 1 to {_LONGEST_NAME} characters; it has {len(said)}.", param_hint="--name")
    return said


def _hand_over(key: Key, token: str) -> None:
    """Print the token alone on standard output, so that a script can take it from there."""
    until = f"until {_day(key.expires_at)}" if key.expires_at else "until it is revoked"
    scopes = ", ".join(sorted(key.scopes))
    click.echo(f"key {key.id} ({key.name}), scopes {scopes}, good {until}. It is shown only now:", err=True)
    click.echo(token)


def _line(key: Key) -> str:
    state = key.fault(now()) or (f"expires on {_day(key.expires_at)}" if key.expires_at else "good")
    used = f"last used on {key.last_used_on}" if key.last_used_on else "never used"
    return f"{key.id}  {key.name}  {','.join(sorted(key.scopes))}  made on {_day(key.created_at)}, {used}, {state}"


def _members(key: Key) -> dict[str, Any]:
    moments = {"created_at": key.created_at, "expires_at": key.expires_at, "revoked_at": key.revoked_at}
    return {
        "id": key.id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        **{name: None if moment is None else moment.isoformat() for name, moment in moments.items()},
        "last_used_on": None if key.last_used_on is None else key.last_used_on.isoformat(),
        "good": key.fault(now()) is None,
    }


def _day(moment: datetime | None) -> str:
    return "" if moment is None else moment.date().isoformat()
