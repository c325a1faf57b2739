"""`wirecheck keys`, and what `wirecheck serve` says of access."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from service.access import access_said
from service.config import Settings
from service.keys import id_in
from tests.test_cli import cli, one_line


def keys(folder: Path, *arguments: str) -> Any:
    return cli("keys", *arguments, env={"WIRECHECK_DATA": folder})


def create(folder: Path, *more: str) -> tuple[str, str]:
    """Return the id and the token of a new key."""
    made = keys(folder, "create", "--name", "Night desk", "--scope", "check", *more)
    assert made.exit_code == 0, made.output
    token = made.stdout.strip()
    return id_in(token) or "", token


def test_a_key_is_shown_once_and_listed_without_its_secret(tmp_path: Path) -> None:
    key_id, token = create(tmp_path, "--scope", "articles:write", "--expires-days", "7")
    listed = keys(tmp_path, "list")
    assert key_id in listed.stdout
    assert "Night desk  articles:write,check" in listed.stdout
    assert "never used, expires on" in listed.stdout
    (row,) = map(json.loads, keys(tmp_path, "list", "--json").stdout.splitlines())
    assert (row["id"], row["scopes"], row["good"]) == (key_id, ["articles:write", "check"], True)
    secret = token.split("_", 2)[2].encode()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if secret in path.read_bytes()]
    assert secret.decode() not in listed.stdout + str(row)


def test_a_key_is_rotated_revoked_and_deleted(tmp_path: Path) -> None:
    key_id, token = create(tmp_path)
    rotated = keys(tmp_path, "rotate", key_id).stdout.strip()
    assert id_in(rotated) == key_id
    assert rotated != token
    assert "revoke it first" in one_line(keys(tmp_path, "delete", key_id).stderr)
    assert "is refused from now on" in keys(tmp_path, "revoke", key_id).stderr
    assert "was revoked on" in keys(tmp_path, "list").stdout
    assert "for good" in one_line(keys(tmp_path, "rotate", key_id).stderr)
    assert keys(tmp_path, "delete", key_id).exit_code == 0
    assert "There is no key: `wirecheck keys create`" in keys(tmp_path, "list").stderr
    unknown = keys(tmp_path, "revoke", key_id)
    assert (unknown.exit_code, "no key with this id" in one_line(unknown.stderr)) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--name", "x"), "--scope"),
        (("--name", "x", "--scope", "all"), "'check', 'articles:write', 'admin'"),
        (("--name", " \x1b\u202e", "--scope", "check"), "needs 1 to 100 characters; it has 0"),
        (("--name", "x" * 101, "--scope", "check"), "needs 1 to 100 characters; it has 101"),
        (("--name", "x", "--scope", "check", "--expires-days", "0"), "1<=x<=36500"),
    ],
)
def test_what_cannot_be_made_is_said(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    made = keys(tmp_path, "create", *arguments)
    assert (made.exit_code, made.stdout) == (2, "")
    assert said in made.stderr


def test_a_name_cannot_disturb_the_terminal(tmp_path: Path) -> None:
    made = keys(tmp_path, "create", "--name", "\x1b[2JNight\ndesk\u202e", "--scope", "check")
    assert "([2JNight desk)" in made.stderr
    assert keys(tmp_path, "list").stdout.count("\n") == 1


def said(folder: Path, **settings: str) -> str:
    told = {f"WIRECHECK_{name}": value for name, value in settings.items()}
    return access_said(Settings.from_env({"WIRECHECK_DATA": str(folder), **told}))


def test_the_start_says_who_may_do_what(tmp_path: Path) -> None:
    none_good = " There is none that is good: `wirecheck keys create` makes one."
    assert said(tmp_path).startswith("There is no API key: any program on this machine may check claims and change")
    both = "An API key is needed to change articles, and to check claims."
    assert said(tmp_path, HOST="0.0.0.0") == said(tmp_path, API_KEYS_REQUIRED="true") == both + none_good
    key_id, _ = create(tmp_path)
    writing = "An API key is needed to change articles, but not to check claims."
    assert said(tmp_path) == said(tmp_path, HOST="0.0.0.0", API_KEYS_REQUIRED="no") == writing
    assert said(tmp_path, HOST="0.0.0.0") == said(tmp_path, PROXIES="1") == both
    keys(tmp_path, "revoke", key_id)
    assert said(tmp_path) == writing + none_good
