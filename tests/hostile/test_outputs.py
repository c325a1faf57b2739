"""What leaves again: into terminals, files and spreadsheets, nothing of an article's author is more than text."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.api.example import REPORT
from service.api.text import render
from service.cli import main
from service.corpus.archive import StoreArchive
from service.corpus.export import KINDS, export
from service.corpus.store import Store
from service.domain import Article
from service.keeping import NewArticle, OnDuplicate
from tests.support import FakeEmbedder, put

ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\x08\x7f\r\u202e\u2066"
FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1")


def _is_clean(text: str) -> bool:
    return not any((unicodedata.category(char) == "Cc" and char != "\n") or char in "\u202e\u2066" for char in text)


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder whose store holds what no reader would let in, as another program could have put it there."""
    store = Store.open(f"sqlite:///{tmp_path / 'wirecheck.sqlite3'}")
    put(store, Article("bad", f"A title{ESCAPES}", f"The gale {ESCAPES} took the roof.", f"Outlet{ESCAPES}"))
    archive = StoreArchive(store, FakeEmbedder())
    for number, formula in enumerate(FORMULAS):
        archive.add(NewArticle("The gale took the roof.", id=f"f{number}", title=formula), OnDuplicate.FAIL)
    yield tmp_path
    store.close()


@pytest.mark.parametrize("kind", KINDS)
def test_exports_are_json_lines_without_escapes(data: Path, kind: str) -> None:
    """JSON lines are opened by programs; what a terminal would obey is escaped, and a formula is a JSON string."""
    store = Store.open(f"sqlite:///{data / 'wirecheck.sqlite3'}")
    lines = list(export(store, kind))
    store.close()
    for line in lines:
        assert line.startswith("{")
        assert line.count("\n") == 1
        assert _is_clean(line)
        json.loads(line)
    if kind == "articles":
        back = {row["id"]: row for row in map(json.loads, lines)}
        assert back["bad"]["title"] == f"A title{ESCAPES}", "escaped, not lost"
        assert [back[f"f{n}"]["title"] for n in range(5)] == [formula.strip() for formula in FORMULAS]


def test_the_terminal_gets_no_escapes_from_a_report() -> None:
    evidence = REPORT.evidence[0]
    hit = evidence.judgement.hit
    article = replace(hit.article, title=ESCAPES, publisher=ESCAPES, url=f"https://a.example/{ESCAPES}")
    sentence = replace(hit.sentence, text=f"The {ESCAPES} gale.")
    hostile = replace(
        evidence, judgement=replace(evidence.judgement, hit=replace(hit, article=article, sentence=sentence))
    )
    assert _is_clean(render(replace(REPORT, claim=ESCAPES, evidence=(hostile,), warnings=(ESCAPES,))))


def test_the_command_line_repeats_no_escapes(tmp_path: Path) -> None:
    """Names of files and addresses come from outside as well."""
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / f"bad{ESCAPES.replace('/', '')}.jsonl").write_text("{\n")
    env = {"WIRECHECK_DATA": str(tmp_path / "data")}
    for arguments in (
        ["add", str(articles)],
        ["add", f"http://127.0.0.1:1/{ESCAPES}"],
        ["check", f"x{ESCAPES}"],
        ["eval", "--corpus", str(articles), "--claims", str(next(articles.iterdir()))],
    ):
        done = CliRunner().invoke(main, arguments, env=env)
        assert _is_clean(done.output.replace("\r", "")), (arguments[0], done.output)
        assert "\x1b" not in done.output
