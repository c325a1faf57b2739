"""The command line: what it does, and that a fault is one line and an exit code, never a traceback."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.cli import main
from service.domain import Article, Stance, Verdict
from service.evaluation import GoldClaim, Passage, lost_passages

ROOT = Path(__file__).parent.parent


def cli(*arguments: str | Path, env: Mapping[str, str | Path] | None = None, given: bytes | None = None) -> Result:
    told = {name: str(value) for name, value in (env or {}).items()}
    return CliRunner().invoke(main, [str(argument) for argument in arguments], env=told, input=given)


def process(*arguments: str | Path, env: Mapping[str, str | Path] | None = None) -> subprocess.CompletedProcess[str]:
    told = {**os.environ, **{name: str(value) for name, value in (env or {}).items()}}
    command = [sys.executable, "-m", "service.cli", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, timeout=300, check=False)


def one_line(said: str) -> str:
    """Return what was said on standard error, which must be one line of ours."""
    (line,) = said.splitlines()
    assert line.startswith("wirecheck: ")
    return line


def test_help_lists_the_commands() -> None:
    found = cli("--help")
    assert found.exit_code == 0
    listed = found.stdout.partition("Commands:")[2]
    assert {"serve", "check", "add", "judge"} <= {line.split()[0] for line in listed.splitlines() if line.strip()}


@pytest.mark.parametrize("command", sorted(main.commands))
def test_each_command_says_what_it_does(command: str) -> None:
    found = cli(command, "--help")
    assert found.exit_code == 0
    said = " ".join((main.commands[command].help or "").split())
    assert said.endswith(".")
    assert said in " ".join(found.stdout.split())


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("WIRECHECK_PORT", "eighty", "WIRECHECK_PORT"),
        ("WIRECHECK_PROT", "8080", "did you mean WIRECHECK_PORT?"),
        ("WIRECHECK_ARTICLES", "/no/such/folder", "/no/such/folder"),
    ],
)
@pytest.mark.parametrize("arguments", [("serve",), ("check", "The lock is open."), ("add", str(ROOT / "LICENSE"))])
def test_a_bad_setting_is_named_in_one_line(name: str, value: str, said: str, arguments: tuple[str, ...]) -> None:
    found = cli(*arguments, env={name: value})
    assert found.exit_code == 2
    assert found.stdout == ""
    assert said in one_line(found.stderr)


def test_a_bad_setting_makes_no_traceback() -> None:
    found = process("serve", env={"WIRECHECK_PORT": "eighty"})
    assert (found.returncode, found.stdout) == (2, "")
    assert "WIRECHECK_PORT" in one_line(found.stderr)


def test_a_store_that_cannot_be_opened_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder is expected")
    found = cli("add", ROOT / "LICENSE", env={"WIRECHECK_DATA": tmp_path / "data"})
    assert found.exit_code == 1
    assert "cannot be opened" in one_line(found.stderr)


@pytest.mark.parametrize("claim", ["", "ab", "x" * 1001])
def test_a_claim_out_of_bounds_is_refused_before_anything_is_loaded(claim: str) -> None:
    found = cli("check", claim)
    assert found.exit_code != 0
    assert "claim" in one_line(found.stderr)


def test_what_is_not_there_cannot_be_added() -> None:
    found = cli("add", "/no/such/article.txt")
    assert found.exit_code == 2
    assert "does not exist" in found.stderr


def test_a_file_is_added_with_its_sentences_and_embeddings(tmp_path: Path) -> None:
    article, broken = tmp_path / "pier.json", tmp_path / "broken.json"
    text = "The pier café lost its roof in the gale. Two gulls moved in."
    article.write_text(json.dumps({"id": "pier", "title": "Gale at the pier", "text": text}), encoding="utf-8")
    broken.write_text("{", encoding="utf-8")
    found = process("add", article, broken, env={"WIRECHECK_DATA": tmp_path / "data"})
    assert (found.returncode, found.stdout) == (0, ""), found.stderr
    assert "broken.json: " in found.stderr
    assert "1 articles added or changed, 0 unchanged, 0 removed, 1 skipped; 2 sentences embedded." in found.stderr
    connection = sqlite3.connect(tmp_path / "data" / "wirecheck.sqlite3")
    try:
        assert connection.execute("SELECT id, text, folder FROM articles").fetchall() == [("pier", text, None)]
        assert connection.execute("SELECT count(*), min(length(vector)) FROM embeddings").fetchone() == (2, 384 * 4)
    finally:
        connection.close()


def test_a_port_in_use_is_said_before_anything_is_read(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = cli("serve", env={"WIRECHECK_DATA": tmp_path / "data", "WIRECHECK_PORT": str(port)})
    assert found.exit_code == 2
    assert one_line(found.stderr).startswith(f"wirecheck: 127.0.0.1:{port} cannot be listened on")
    assert not found.stdout
    assert not (tmp_path / "data").exists()


ARTICLE = '{"id": "a", "title": "Bridge", "text": "The Orben bridge cost 12 million euros."}\n'


@pytest.mark.parametrize(
    ("articles", "claims", "said"),
    [
        (ARTICLE, "", "holds no claims"),
        ("", '{"claim": "It cost 12.", "verdict": "supported", "evidence": []}', "holds no articles"),
        (ARTICLE, '{"claim": "It cost 12.", "verdict": "maybe", "evidence": []}', "not_enough_evidence)"),
        (
            ARTICLE,
            '{"claim": "It cost 12.", "verdict": "supported"}',
            "claims.jsonl line 1 is not a claim (evidence is",
        ),
        ('{"id": "a", "text": "No title."}', ARTICLE, "is not a claim"),
    ],
)
def test_what_cannot_be_measured_is_one_line(tmp_path: Path, articles: str, claims: str, said: str) -> None:
    (tmp_path / "articles.jsonl").write_text(articles, encoding="utf-8")
    (tmp_path / "claims.jsonl").write_text(claims, encoding="utf-8")
    found = cli("eval", "--corpus", tmp_path / "articles.jsonl", "--claims", tmp_path / "claims.jsonl", "--json")
    assert found.exit_code != 0
    assert said in one_line(found.stderr)
    assert not found.stdout


def test_passages_that_stand_nowhere_are_counted() -> None:
    gold = Passage("a", "The  bridge cost", Stance.SUPPORTS)
    claims = [
        GoldClaim("It cost 12.", Verdict.SUPPORTED, frozenset({Verdict.SUPPORTED}), (gold, replace(gold, article="b")))
    ]
    assert lost_passages(claims, [Article("a", "Bridge", "The bridge\ncost 12 million euros.")]) == 1
