"""The verdict rule of the design, vote by vote."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.checking.verdict import Vote, count
from service.domain import Act, Stance, Verdict

FOR, AGAINST, NEITHER = Stance.SUPPORTS, Stance.CONFLICTS, Stance.NEUTRAL


def vote(
    stance: Stance, origin: str = "wire", article: str = "a", act: Act | None = None, outdated: bool = False
) -> Vote:
    return Vote(origin, (article,), stance, 0.9, act, outdated)


CASES = [
    ("no vote", [], Verdict.NOT_ENOUGH_EVIDENCE),
    ("neutral ones only", [vote(NEITHER), vote(NEITHER, "b")], Verdict.NOT_ENOUGH_EVIDENCE),
    ("one side", [vote(FOR)], Verdict.SUPPORTED),
    ("the other side", [vote(AGAINST), vote(AGAINST, "b")], Verdict.REFUTED),
    ("both sides", [vote(FOR), vote(AGAINST, "b")], Verdict.DISPUTED),
    ("many against one", [*(vote(FOR, f"o{n}") for n in range(9)), vote(AGAINST, "b")], Verdict.DISPUTED),
    ("one origin whose versions disagree", [vote(FOR), vote(AGAINST, article="b")], Verdict.DISPUTED),
    ("an allegation alone", [vote(FOR, act=Act.ALLEGES)], Verdict.NOT_ENOUGH_EVIDENCE),
    ("an allegation that many repeat", [vote(FOR, f"o{n}", act=Act.ALLEGES) for n in range(5)],
     Verdict.NOT_ENOUGH_EVIDENCE),
    ("a denial alone", [vote(AGAINST, act=Act.DENIES)], Verdict.NOT_ENOUGH_EVIDENCE),
    ("an allegation and a denial", [vote(FOR, act=Act.ALLEGES), vote(AGAINST, "b", act=Act.DENIES)], Verdict.DISPUTED),
    ("an allegation and a report", [vote(FOR, act=Act.ALLEGES), vote(FOR, "b", act=Act.REPORTS)], Verdict.SUPPORTED),
    ("an admission", [vote(FOR, act=Act.ADMITS)], Verdict.SUPPORTED),
    ("a confirmation", [vote(AGAINST, act=Act.CONFIRMS)], Verdict.REFUTED),
    ("a figure since superseded", [vote(FOR, outdated=True)], Verdict.OUTDATED),
    ("a figure since superseded and the newer one", [vote(FOR, outdated=True), vote(AGAINST, "b")], Verdict.OUTDATED),
]  # fmt: skip


@pytest.mark.parametrize(("votes", "verdict"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_rule(votes: list[Vote], verdict: Verdict) -> None:
    assert count(votes).verdict is verdict


def test_a_claim_about_speech_is_settled_by_the_report_of_it() -> None:
    alleged = [vote(FOR, act=Act.ALLEGES)]
    assert count(alleged, speech_claim=True).verdict is Verdict.SUPPORTED
    assert count([vote(AGAINST, act=Act.DENIES)], speech_claim=True).verdict is Verdict.REFUTED


def test_origins_and_articles_are_both_counted() -> None:
    votes = [vote(FOR, "wire", "a"), vote(FOR, "wire", "b"), vote(FOR, "own", "b"), vote(AGAINST, "third", "c")]
    counted = count(votes)
    assert (counted.origins.supporting, counted.origins.conflicting, counted.origins.mixed) == (2, 1, 0)
    assert (counted.articles.supporting, counted.articles.conflicting) == (2, 1)


def test_an_origin_that_disagrees_with_itself_is_on_no_side() -> None:
    counted = count([vote(FOR, "wire", "a"), vote(AGAINST, "wire", "b")])
    assert (counted.origins.supporting, counted.origins.conflicting, counted.origins.mixed) == (0, 0, 1)


acts = st.sampled_from([None, *Act])
votes_drawn = st.lists(
    st.builds(
        Vote,
        origin_id=st.sampled_from("pqrs"),
        article_ids=st.sampled_from([("a",), ("b",), ("a", "c"), ("d",)]),
        stance=st.sampled_from(Stance),
        probability=st.floats(0.34, 1.0),
        act=acts,
        outdated=st.booleans(),
    ),
    max_size=8,
)


@given(votes_drawn, st.randoms(use_true_random=False), st.booleans())
def test_order_does_not_matter(votes: list[Vote], random: Random, speech: bool) -> None:
    shuffled = list(votes)
    random.shuffle(shuffled)
    assert count(shuffled, speech) == count(votes, speech)


@given(votes_drawn, st.lists(st.builds(vote, st.just(NEITHER), st.sampled_from("pqxy"), act=acts), max_size=4))
def test_neutral_sentences_change_nothing_that_is_counted(votes: list[Vote], neutral: list[Vote]) -> None:
    with_them, without = count([*votes, *neutral]), count(votes)
    assert (with_them.verdict, with_them.origins) == (without.verdict, without.origins)
    assert with_them.articles == without.articles


@given(votes_drawn.filter(bool), st.data())
def test_one_more_article_of_an_origin_changes_no_verdict(votes: list[Vote], data: st.DataObject) -> None:
    again = replace(data.draw(st.sampled_from(votes)), article_ids=("another",))
    with_it, without = count([*votes, again]), count(votes)
    assert (with_it.verdict, with_it.origins) == (without.verdict, without.origins)


@given(votes_drawn, st.booleans())
def test_the_two_sides_are_treated_alike(votes: list[Vote], speech: bool) -> None:
    # Which of two values is the older one has a side, so a superseded figure is left out here.
    current = [replace(v, outdated=False) for v in votes]
    other = {FOR: AGAINST, AGAINST: FOR, NEITHER: NEITHER}
    mirror = {Verdict.SUPPORTED: Verdict.REFUTED, Verdict.REFUTED: Verdict.SUPPORTED}
    turned, straight = count([replace(v, stance=other[v.stance]) for v in current], speech), count(current, speech)
    assert turned.verdict is mirror.get(straight.verdict, straight.verdict)
    assert turned.strength == straight.strength


@given(votes_drawn, st.booleans(), st.floats(0.0, 1.0))
def test_strength_is_a_probability(votes: list[Vote], speech: bool, nearest: float) -> None:
    assert 0.0 <= count(votes, speech, nearest).strength <= 1.0


@given(votes_drawn.filter(bool))
def test_a_verdict_has_votes_behind_it(votes: list[Vote]) -> None:
    counted = count(votes)
    if counted.verdict is Verdict.SUPPORTED:
        assert counted.origins.supporting > 0
        assert counted.origins.conflicting == counted.origins.mixed == 0
    if counted.verdict is Verdict.REFUTED:
        assert counted.origins.conflicting > 0
        assert counted.origins.supporting == counted.origins.mixed == 0
    if counted.verdict is Verdict.NOT_ENOUGH_EVIDENCE:
        assert counted.origins.supporting == counted.origins.conflicting == counted.origins.mixed == 0
