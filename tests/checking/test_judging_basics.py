"""Scores become a stance only where they reach the model's thresholds."""

from __future__ import annotations

import pytest

from service.checking.judging import Judge, evidence_text
from service.domain import Article, Context, Hit, Query, Sentence, Stance, StanceScores, Thresholds
from tests.support import FakeStance

SURE = Thresholds(supports=0.6, conflicts=0.7)


def hit(text: str, before: str = "") -> Hit:
    return Hit(Sentence(1, "a", 1, 0, len(text), text), Article("a", "A title", text), Context(before, ""), 0.5)


@pytest.mark.parametrize(
    ("supports", "conflicts", "stance"),
    [
        (0.60, 0.10, Stance.SUPPORTS),
        (0.59, 0.10, Stance.NEUTRAL),
        (0.10, 0.70, Stance.CONFLICTS),
        (0.10, 0.69, Stance.NEUTRAL),
        (0.00, 0.00, Stance.NEUTRAL),
    ],
)
def test_a_side_must_reach_its_threshold(supports: float, conflicts: float, stance: Stance) -> None:
    assert SURE.stance(StanceScores(supports, conflicts, 1 - supports - conflicts)) is stance


def test_low_thresholds_leave_the_higher_side() -> None:
    low = Thresholds(supports=0.2, conflicts=0.2)
    assert low.stance(StanceScores(0.5, 0.4, 0.1)) is Stance.SUPPORTS
    assert low.stance(StanceScores(0.4, 0.5, 0.1)) is Stance.CONFLICTS


def test_the_network_decides_where_no_rule_speaks() -> None:
    found = [hit("The quay is open again [supports]."), hit("The quay stays shut [conflicts]."), hit("Gulls cried.")]
    judged = Judge(FakeStance()).judge(Query("The quay is open."), found)
    assert [j.stance for j in judged] == [Stance.SUPPORTS, Stance.CONFLICTS, Stance.NEUTRAL]
    assert [j.hit for j in judged] == found
    assert all(sum((j.scores.supports, j.scores.conflicts, j.scores.neutral)) == pytest.approx(1.0) for j in judged)


def test_a_claim_that_the_model_cannot_read_whole_is_not_judged() -> None:
    judged = Judge(FakeStance(longest_claim=10)).judge(Query("The quay is open."), [hit("It is open [supports].")])
    assert [j.stance for j in judged] == [Stance.NEUTRAL]


def test_a_sentence_that_leans_on_the_one_before_is_read_with_it() -> None:
    before = "The harbor office said the quay was safe."
    assert evidence_text(hit("They repeated that on Friday.", before)).endswith(
        f"{before} They repeated that on Friday."
    )
    assert before not in evidence_text(hit("The quay has two cranes.", before))
    assert evidence_text(hit("They repeated that on Friday.")).endswith("They repeated that on Friday.")
