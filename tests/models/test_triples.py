"""What the embedder is trained on: nothing that is held out, and no wrong sentence that bears on its claim."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from models.training.articles import read_articles
from models.training.mixture import held_out_claim
from models.training.triples import Triple, read_triples


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A public file and a set of our own, in the form of those that are trained on."""
    folder = tmp_path_factory.mktemp("data")
    pairs = [
        {"premise": f"The {n} trams of Marwick were paid for by the state.", "hypothesis": f"Marwick has {n} trams.",
         "label": label, "src": f"{source}/train"}
        for n in range(40)
        for label, source in (("entailment", "fever_gold_dev"), ("neutral", "fever_gold_dev"), ("entailment", "snli"))
    ]  # fmt: skip
    _write(folder / "train.jsonl.gz", pairs)
    texts = [
        "The drug lowered the fever of children. Their cough went on for a week, as it did without the drug.",
        "A drug for the fever of horses was tried in Sarn. It had no effect on the cough of any horse there.",
    ]
    _write(folder / "set" / "corpus.jsonl.gz", [{"id": f"a{n}", "title": "", "text": t} for n, t in enumerate(texts)])
    passage = {"article": "a0", "contains": "The drug lowered the fever of children.", "stance": "supports"}
    claims = [
        {"claim": "The drug helps children with fever.", "verdict": "supported", "evidence": [passage]},
        {"claim": "The drug helps adults with fever.", "verdict": "not_enough_evidence", "evidence": []},
    ]
    _write(folder / "set" / "claims-train.jsonl.gz", claims)
    return folder


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


@pytest.fixture(scope="module")
def triples(data: Path) -> list[Triple]:
    return read_triples(random.Random(1), data / "train.jsonl.gz", (data / "set",), turns=3)


def test_no_held_out_article_is_trained_on(triples: list[Triple]) -> None:
    held_out = {article.title for article in read_articles(held_out=True)}
    assert held_out
    assert held_out.isdisjoint(triple.group for triple in triples)


def test_the_wrong_sentence_of_an_article_is_none_that_settles_the_claim(triples: list[Triple]) -> None:
    articles = {article.title: article for article in read_articles(held_out=False)}
    seen = 0
    for triple in triples:
        for claimed in articles[triple.group].claims if triple.group in articles else ():
            if claimed.claim == triple.claim:
                named = {articles[triple.group].sentences[n] for n in (*claimed.sentences, *claimed.arguable)}
                assert triple.wrong not in named, triple
                assert triple.bears in named, triple
                seen += 1
    assert seen > 1000


def test_a_passage_of_a_set_stands_beside_a_sentence_of_another_article(triples: list[Triple]) -> None:
    mine = [triple for triple in triples if triple.claim.startswith("The drug helps")]
    assert len(mine) == 3
    assert {triple.claim for triple in mine} == {"The drug helps children with fever."}
    assert all(triple.bears == "The drug lowered the fever of children." for triple in mine)
    assert all("horse" in triple.wrong for triple in mine)


def test_public_pairs_that_say_nothing_or_are_of_other_kinds_are_left_out(triples: list[Triple]) -> None:
    public = [triple for triple in triples if triple.claim.startswith("Marwick has")]
    assert 30 <= len(public) <= 40
    assert all(triple.bears != triple.wrong for triple in public)


def test_half_of_scifact_is_left_for_measuring(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "scifact"
    folder.mkdir()
    (folder / "corpus.jsonl.gz").write_bytes((data / "set" / "corpus.jsonl.gz").read_bytes())
    passage = {"article": "a0", "contains": "The drug lowered the fever of children.", "stance": "supports"}
    claims = [{"claim": f"Fever claim {n}.", "verdict": "supported", "evidence": [passage]} for n in range(40)]
    _write(folder / "claims-train.jsonl.gz", claims)
    found = read_triples(random.Random(1), data / "train.jsonl.gz", (folder,), turns=1)
    mine = {triple.claim for triple in found if triple.claim.startswith("Fever claim")}
    assert 0 < len(mine) < 40
    assert not any(map(held_out_claim, mine))
