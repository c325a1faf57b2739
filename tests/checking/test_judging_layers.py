"""Rules overrule the network where they are strong, and leave the rest to it."""

from __future__ import annotations

from datetime import UTC, datetime

from service.checking.judging import Judge, evidence_text
from service.domain import (
    Act,
    Article,
    Context,
    DecidedBy,
    Hit,
    Judgement,
    Query,
    Sentence,
    Stance,
    StanceScores,
)
from tests.support import FakeStance

SUPPORTS = StanceScores(0.8, 0.1, 0.1)
CONFLICTS = StanceScores(0.1, 0.8, 0.1)
NEUTRAL = StanceScores(0.05, 0.05, 0.9)
TITLE = "Fire at the Lindow mill"


def judged(claim: str, sentence: str, scores: StanceScores, before: str = "") -> Judgement:
    article = Article("a", TITLE, sentence, "Lindow Echo", None, datetime(2026, 3, 5, tzinfo=UTC))
    hit = Hit(Sentence(1, "a", 1, 0, len(sentence), sentence), article, Context(before, ""), 0.6)
    (result,) = Judge(AnyStance(scores)).judge(Query(claim), [hit])
    return result


class AnyStance(FakeStance):
    """Gives every pair the same scores."""

    def __init__(self, scores: StanceScores) -> None:
        super().__init__()
        self._always = scores

    def judge(self, pairs):  # type: ignore[no-untyped-def]
        return [self._always for _ in pairs]


def test_a_wrong_number_conflicts_whatever_the_network_says() -> None:
    result = judged("Nine people died in the fire.", "The fire killed 14 people.", SUPPORTS)
    assert (result.stance, result.decided_by) == (Stance.CONFLICTS, DecidedBy.QUANTITY)
    (difference,) = result.differences
    assert (difference.claim.text, difference.evidence.text) == ("Nine", "14")
    assert result.scores.conflicts == 0.9


def test_a_number_of_something_else_stays_neutral_where_the_network_is_sure() -> None:
    result = judged("Nine people died in the fire.", "The fire killed 14 people.", NEUTRAL)
    assert result.stance is Stance.NEUTRAL


def test_a_sentence_without_the_claims_figure_cannot_support_it() -> None:
    result = judged("Nine people died in the fire.", "People died in the fire.", SUPPORTS)
    assert (result.stance, result.decided_by) == (Stance.NEUTRAL, DecidedBy.QUANTITY)


def test_a_hedge_that_agrees_is_no_conflict() -> None:
    result = judged("About 50 people fled the mill.", "Fifty-one people fled the mill.", CONFLICTS)
    assert result.stance is not Stance.CONFLICTS


def test_a_denial_turns_what_is_denied_around() -> None:
    result = judged("The owner set the fire.", "The owner denied that he had set the fire.", SUPPORTS)
    assert (result.stance, result.decided_by) == (Stance.CONFLICTS, DecidedBy.ATTRIBUTION)
    assert result.attribution is not None
    assert result.attribution.act is Act.DENIES


def test_a_denial_supports_the_claim_that_there_was_one() -> None:
    result = judged("The owner denied setting the fire.", "The owner denied that he had set the fire.", SUPPORTS)
    assert result.stance is Stance.SUPPORTS


def test_an_admission_is_contradicted_by_a_denial_of_the_same_speaker() -> None:
    claim = "The owner admitted setting the fire."
    sentence = "The owner denied that he had set the fire."
    assert judged(claim, sentence, StanceScores(0.4, 0.4, 0.2)).stance is Stance.CONFLICTS


def test_what_others_allege_is_no_admission() -> None:
    claim = "The owner admitted setting the fire."
    assert judged(claim, "The mayor accused the owner of setting the fire.", SUPPORTS).stance is Stance.NEUTRAL
    assert judged(claim, "Police said the owner had admitted it.", SUPPORTS).stance is Stance.SUPPORTS


def test_the_network_reads_the_title_and_what_a_sentence_leans_on() -> None:
    article = Article("a", TITLE, "", None, None, None)
    text = "It took six hours to put out."
    hit = Hit(Sentence(1, "a", 1, 0, len(text), text), article, Context("The blaze spread to the roof.", ""), 0.6)
    assert evidence_text(hit) == f"{TITLE}. The blaze spread to the roof. {text}"
