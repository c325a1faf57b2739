"""The phrasings, stories and articles written for training: labels that follow from where a text stands."""

from __future__ import annotations

import random
import string
from collections import Counter
from pathlib import Path

import pytest

from models.training.articles import Claimed, RunningArticle, article_pairs, pairs_of, read_articles
from models.training.config import Config
from models.training.pairs import CONFLICTS, NEUTRAL, SUPPORTS, UNSUPPORTED
from models.training.phrasings import Group, phrasing_pairs, read_groups
from models.training.stories import Story, read_stories, story_pairs
from models.training.train import DEFAULT_CONFIG

EVERY = "**/*.jsonl"
RUNS = sorted(p for p in DEFAULT_CONFIG.parent.glob("*.toml") if "[schedule]" in p.read_text(encoding="utf-8"))
NAMES = {"p1", "p2", "p3", "p1l", "p2l", "p3l", "c1", "c2", "o1", "o2"}


def _slots(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_the_same_seed_gives_the_same_pairs():
    assert list(phrasing_pairs(random.Random(3), 50)) == list(phrasing_pairs(random.Random(3), 50))
    assert list(story_pairs(random.Random(3), 1)) == list(story_pairs(random.Random(3), 1))
    assert list(story_pairs(random.Random(3), 1)) != list(story_pairs(random.Random(4), 1))
    assert list(article_pairs(random.Random(3), 0.1)) == list(article_pairs(random.Random(3), 0.1))


def test_labels_of_phrasings_follow_from_their_kind():
    seen: dict[str, set[tuple[float, ...]]] = {}
    for pair in phrasing_pairs(random.Random(8), 3000):
        assert "{" not in pair.evidence + pair.claim
        assert pair.evidence != pair.claim
        seen.setdefault(pair.kind, set()).add(pair.target)
    assert seen == {
        "phrasing_same": {SUPPORTS}, "phrasing_opposite": {CONFLICTS}, "phrasing_open": {NEUTRAL},
        "phrasing_swap": {UNSUPPORTED}, "phrasing_thing": {NEUTRAL}, "phrasing_two": {SUPPORTS, CONFLICTS, NEUTRAL},
    }  # fmt: skip


def test_a_supported_phrasing_names_nobody_whom_the_evidence_leaves_out():
    names = ("Iran", "Norway", "Ghana", "Ukraine", "Turkey", "Chile", "Nepal", "Belgium", "Acme Rail", "Telmar")
    for pair in phrasing_pairs(random.Random(8), 3000):
        if pair.target in (SUPPORTS, CONFLICTS):
            assert {n for n in names if n in pair.claim} <= {n for n in names if n in pair.evidence}


@pytest.mark.parametrize("group", read_groups(), ids=lambda group: group.name)
def test_a_group_tells_each_side_in_several_ways(group: Group):
    told = [*group.same, *group.opposite, *group.open]
    assert len(told) == len(set(told))
    assert len(group.same) >= 4
    assert len(group.opposite) >= 3
    assert len(group.open) >= 2
    assert {name for text in told for name in _slots(text)} <= {"a", "b", "p", "q", "x", "place"}
    assert all(group.things) == any("{x}" in text for text in told)


def test_held_out_groups_are_never_trained_on():
    held = {group.name for group in read_groups() if group.held_out}
    assert len(held) >= 5
    trained = [pair.claim for pair in phrasing_pairs(random.Random(1), 3000)]
    assert not [claim for claim in trained if "human error" in claim or "in the dark about" in claim]
    assert [p for p in phrasing_pairs(random.Random(1), 300, held_out=True) if "human error" in p.claim]


def test_a_story_holds_facts_with_claims_on_every_side():
    for story in (*read_stories(False, EVERY), *read_stories(True, EVERY)):
        assert len(story.facts) >= 4
        assert not story.title.endswith(".")
        for fact in story.facts:
            assert fact.evidence
            assert fact.supports
            assert fact.conflicts
            texts = (story.title, *fact.evidence, *fact.supports, *fact.conflicts, *fact.open)
            assert {name for text in texts for name in _slots(text)} <= NAMES
            assert not set(fact.supports) & {*fact.conflicts, *fact.open}


def test_labels_of_stories_follow_from_their_kind():
    seen: dict[str, set[tuple[float, ...]]] = {}
    pairs = list(story_pairs(random.Random(8), 1))
    for pair in pairs:
        assert "{" not in pair.evidence + pair.claim
        seen.setdefault(pair.kind, set()).add(pair.target)
    assert seen == {
        "story_supports": {SUPPORTS}, "story_conflicts": {CONFLICTS}, "story_open": {NEUTRAL},
        "story_elsewhere": {NEUTRAL}, "story_name": {UNSUPPORTED},
    }  # fmt: skip
    counts = Counter(pair.target for pair in pairs)
    assert counts[NEUTRAL] > max(counts[SUPPORTS], counts[CONFLICTS])
    assert 0.7 < counts[SUPPORTS] / counts[CONFLICTS] < 1.4


def test_held_out_stories_are_never_trained_on():
    def told(stories: tuple[Story, ...]) -> set[str]:
        return {sentence for story in stories for fact in story.facts for sentence in fact.evidence}

    def claims(stories: tuple[Story, ...]) -> set[str]:
        return {claim for story in stories for fact in story.facts for claim in (*fact.supports, *fact.conflicts)}

    held_out, trained = read_stories(True, EVERY), read_stories(False, EVERY)
    assert len(held_out) > len(read_stories(True)) > 0
    assert not told(held_out) & told(trained)
    shared = claims(held_out) & claims(trained)  # by chance, like "The vote was unanimous."
    assert len(shared) < 0.005 * len(claims(held_out))
    assert max((len(claim.split()) for claim in shared), default=0) < 10


def test_a_part_of_a_pass_has_that_share_of_its_pairs():
    whole = len(list(story_pairs(random.Random(1), 1)))
    part = len(list(story_pairs(random.Random(1), 0.25)))
    more = len(list(story_pairs(random.Random(1), 1.25)))
    assert part == pytest.approx(0.25 * whole, rel=0.05)
    assert more == pytest.approx(1.25 * whole, rel=0.05)


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.stem)
def test_every_run_names_stories_that_are_there(path: Path):
    config = Config.read(path)
    assert config.stories
    assert all(read_stories(False, files) for files in config.stories)


def test_an_article_says_of_each_claim_which_of_its_sentences_settle_it():
    for article in (*read_articles(False), *read_articles(True)):
        assert len(article.sentences) >= 6
        assert {claimed.side for claimed in article.claims} == {"s", "c", "n"}
        for claimed in article.claims:
            numbers = (*claimed.sentences, *claimed.arguable)
            assert claimed.sentences
            assert set(numbers) <= set(range(len(article.sentences)))
            assert len(set(claimed.sentences)) == len(claimed.sentences)


FERRY = RunningArticle(
    "Ferry at Sundby stays in port",
    ("The storm came at noon.", "Nobody was hurt.", "The ferry will not sail before Friday.", "It was built in 1998."),
    (),
)


def _pairs(side: str, sentences: tuple[int, ...], arguable: tuple[int, ...] = ()) -> set[tuple[str, tuple[float, ...]]]:
    claimed = Claimed("The Sundby ferry is out of service until Friday.", side, sentences, arguable)
    rng = random.Random(2)
    return {(pair.evidence, pair.target) for _ in range(60) for pair in pairs_of(rng, FERRY, claimed)}


def test_a_sentence_that_settles_a_claim_is_read_under_the_title_and_sometimes_behind_the_one_before():
    title, before = "Ferry at Sundby stays in port. ", "Nobody was hurt. "
    text = "The ferry will not sail before Friday."
    found = {evidence for evidence, target in _pairs("c", (2,)) if target == CONFLICTS}
    assert found >= {title + text, title + before + text, text}
    assert found <= {title + text, title + before + text, text, before + text}


def test_other_sentences_leave_a_claim_open_but_not_one_that_is_read_behind_what_settles_it():
    neutral = {evidence for evidence, target in _pairs("s", (2,), (0,)) if target == NEUTRAL}
    # The first is arguable and the second may be read behind it; the last is read behind the third, which settles it.
    assert neutral == set()
    neutral = {evidence for evidence, target in _pairs("s", (2,)) if target == NEUTRAL}
    assert {text.removeprefix("Ferry at Sundby stays in port. ") for text in neutral} == {
        "The storm came at noon.", "Nobody was hurt.", "The storm came at noon. Nobody was hurt.",
    }  # fmt: skip


def test_what_leans_on_the_sentence_before_is_read_behind_it():
    found = {evidence for evidence, _ in _pairs("n", (3,)) if "1998" in evidence}
    assert all("The ferry will not sail before Friday. It was built in 1998." in evidence for evidence in found)


def test_held_out_articles_are_never_trained_on():
    trained, held_out = read_articles(False), read_articles(True)
    assert 0.05 < len(held_out) / (len(held_out) + len(trained)) < 0.15
    assert not {article.title for article in trained} & {article.title for article in held_out}
    told = {pair.claim for pair in article_pairs(random.Random(1), 1)}
    kept = {claimed.claim for article in held_out for claimed in article.claims}
    assert len(told & kept) < 0.005 * len(kept)
