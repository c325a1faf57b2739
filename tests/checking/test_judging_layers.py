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
    Thresholds,
)
from tests.support import FakeStance

SUPPORTS = StanceScores(0.8, 0.1, 0.1)
CONFLICTS = StanceScores(0.1, 0.8, 0.1)
NEUTRAL = StanceScores(0.05, 0.05, 0.9)
TITLE = "Fire at the Lindow mill"


def judged(
    claim: str, sentence: str, scores: StanceScores, before: str = "", similarity: float = 0.6, in_context: float = 1.0
) -> Judgement:
    article = Article("a", TITLE, sentence, "Lindow Echo", None, datetime(2026, 3, 5, tzinfo=UTC))
    found = Sentence(1, "a", 1, 0, len(sentence), sentence)
    hit = Hit(found, article, Context(before, ""), similarity, in_context)
    (result,) = Judge(AnyStance(scores)).judge(Query(claim), [hit])
    return result


class AnyStance(FakeStance):
    """Gives every pair the same scores, or each those of its place; the last ones go on."""

    def __init__(self, *scores: StanceScores) -> None:
        super().__init__()
        self._given = scores

    def judge(self, pairs):  # type: ignore[no-untyped-def]
        return [self._given[min(place, len(self._given) - 1)] for place in range(len(pairs))]


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


def test_an_unlike_figure_conflicts_where_the_network_takes_it_for_the_same_matter() -> None:
    claim, sentence = "Some 14,000 people came to the fair.", "Just under 11,000 people visited the fair."
    about_it = judged(claim, sentence, StanceScores(0.45, 0.35, 0.2))
    assert (about_it.stance, about_it.decided_by) == (Stance.CONFLICTS, DecidedBy.QUANTITY)
    (difference,) = about_it.differences
    assert (difference.claim.text, difference.evidence.text) == ("Some 14,000", "Just under 11,000")
    unsure = judged(claim, sentence, StanceScores(0.35, 0.35, 0.3))
    assert (unsure.stance, unsure.differences) == (Stance.NEUTRAL, ())


def test_an_unlike_figure_is_none_where_another_sentence_has_the_claims() -> None:
    figures = ("Just under 11,000 people visited the fair.", "Organizers counted 14,000 people.")
    first, second = _all_judged("Some 14,000 people came to the fair.", figures, StanceScores(0.45, 0.35, 0.2))
    assert (first.stance, first.differences) == (Stance.NEUTRAL, ())
    assert second.stance is not Stance.CONFLICTS
    elsewhere = ("Just under 11,000 people visited the fair.", "The hall has 14,000 seats, for people and press.")
    first, _ = _all_judged("Some 14,000 people came to the fair.", elsewhere, StanceScores(0.45, 0.35, 0.2), NEUTRAL)
    assert first.stance is Stance.CONFLICTS


def test_the_same_number_in_another_unit_conflicts_though_the_network_is_in_doubt() -> None:
    claim, sentence = (
        "The balloon lost contact at 84 miles.",
        "Contact broke off when the balloon was 84 kilometers up.",
    )
    doubtful = judged(claim, sentence, StanceScores(0.2, 0.4, 0.4))
    assert (doubtful.stance, doubtful.decided_by) == (Stance.CONFLICTS, DecidedBy.QUANTITY)
    assert judged(claim, sentence, StanceScores(0.1, 0.1, 0.8)).stance is Stance.NEUTRAL


def test_the_same_figures_under_another_name_support_where_the_network_is_sure() -> None:
    claim, sentence = "Gunmen killed 31 people in Harl.", "At Marsh End, gunmen killed 31 people."
    assert judged(claim, sentence, SUPPORTS).stance is Stance.SUPPORTS
    unsure = judged(claim, sentence, StanceScores(0.65, 0.2, 0.15))
    assert (unsure.stance, unsure.other_subject) == (Stance.NEUTRAL, True)
    other = judged("Gunmen killed 31 people in Harl.", "At Marsh End, gunmen killed 13 people.", SUPPORTS)
    assert other.stance is Stance.NEUTRAL


def test_a_share_is_compared_with_that_of_two_counts() -> None:
    sentence = "Of the 112 welds examined so far, 43 have to be renewed."
    refuted = judged("More than half of the Lindow welds need replacing.", sentence, SUPPORTS)
    assert (refuted.stance, refuted.decided_by) == (Stance.CONFLICTS, DecidedBy.QUANTITY)
    (difference,) = refuted.differences
    assert (difference.evidence.text, difference.evidence.value) == ("112 welds examined so far, 43", 38.4)
    met = judged("More than a third of the Lindow welds need replacing.", sentence, SUPPORTS)
    assert met.stance is not Stance.CONFLICTS


def _all_judged(claim: str, sentences: tuple[str, ...], *scores: StanceScores) -> list[Judgement]:
    hits = [_hit(number, sentence) for number, sentence in enumerate(sentences)]
    return Judge(AnyStance(*scores)).judge(Query(claim), hits)


def _hit(number: int, sentence: str) -> Hit:
    article = Article(str(number), TITLE, sentence, "Lindow Echo", None, datetime(2026, 3, 5, tzinfo=UTC))
    return Hit(Sentence(number, article.id, 0, 0, len(sentence), sentence), article, Context("", ""), 0.6, 1.0)


def test_a_hedge_that_agrees_is_no_conflict() -> None:
    result = judged("About 50 people fled the mill.", "Fifty-one people fled the mill.", CONFLICTS)
    assert result.stance is not Stance.CONFLICTS


def test_a_denial_turns_what_is_denied_around() -> None:
    result = judged("The owner set the fire.", "The owner denied that he had set the fire.", SUPPORTS)
    assert (result.stance, result.decided_by) == (Stance.CONFLICTS, DecidedBy.ATTRIBUTION)
    assert result.attribution is not None
    assert result.attribution.act is Act.DENIES


def test_a_denial_conflicts_where_what_is_denied_would_support() -> None:
    model = AnyStance(StanceScores(0.6, 0.1, 0.3))
    model.thresholds = Thresholds(supports=0.5, conflicts=0.75)
    sentence = "The owner denied that he had set the fire."
    (result,) = Judge(model).judge(Query("The owner set the fire."), [_hit(1, sentence)])
    assert result.stance is Stance.CONFLICTS


def test_a_denial_of_what_is_not_the_claim_says_nothing_for_it() -> None:
    sentence = "The owner denied that he had set the fire."
    result = judged("The mayor praised the firemen.", sentence, CONFLICTS)
    assert (result.stance, result.decided_by) == (Stance.NEUTRAL, DecidedBy.ATTRIBUTION)
    negative = judged("The owner did not set the fire.", sentence, CONFLICTS)
    assert (negative.stance, negative.decided_by) == (Stance.SUPPORTS, DecidedBy.ATTRIBUTION)


def test_a_day_in_front_of_a_sentence_is_the_day_of_what_it_tells() -> None:
    claim = "The fire at the mill took place on March 4."
    assert judged(claim, "On Mar. 4, a fire destroyed the mill.", CONFLICTS).stance is Stance.NEUTRAL
    result = judged(claim, "On March 3, a fire destroyed the mill.", SUPPORTS)
    assert (result.stance, result.decided_by) == (Stance.CONFLICTS, DecidedBy.DATE)


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


def test_a_sentence_unlike_the_claim_needs_a_surer_network() -> None:
    """The thresholds are 0.5; at a similarity of 0.3 another 0.12 are needed, which the scores shown do not lose."""
    claim, sentence = "The mill stood empty.", "Nobody worked there."
    for similarity, sure, stance in (
        (0.6, 0.55, Stance.SUPPORTS),
        (0.3, 0.61, Stance.NEUTRAL),
        (0.3, 0.63, Stance.SUPPORTS),
    ):
        scores = StanceScores(sure, 0.1, 0.9 - sure)
        result = judged(claim, sentence, scores, similarity=similarity, in_context=0.2)
        assert (result.stance, result.scores) == (stance, scores)


def test_a_sentence_unlike_the_claim_by_itself_may_be_like_it_in_its_context() -> None:
    scores = StanceScores(0.55, 0.1, 0.35)
    for in_context, stance in ((0.6, Stance.SUPPORTS), (0.3, Stance.NEUTRAL)):
        result = judged("The mill stood empty.", "Nobody worked there.", scores, "", 0.1, in_context)
        assert result.stance is stance


def test_figures_that_agree_outweigh_an_unsure_network() -> None:
    claim, sentence = "At least 50 people fled the mill.", "Fifty-one people fled the mill."
    unsure, sure = StanceScores(0.35, 0.45, 0.2), StanceScores(0.2, 0.6, 0.2)
    result = judged(claim, sentence, unsure)
    assert (result.stance, result.decided_by) == (Stance.SUPPORTS, DecidedBy.QUANTITY)
    assert judged(claim, sentence, sure).stance is Stance.NEUTRAL
    assert judged(claim, sentence, unsure, similarity=0.5, in_context=0.6).stance is Stance.SUPPORTS
    assert judged(claim, sentence, unsure, similarity=0.5, in_context=0.5).stance is Stance.NEUTRAL
    assert judged(claim, sentence, StanceScores(0.2, 0.2, 0.6)).stance is Stance.NEUTRAL


def test_a_bound_that_leaves_the_claims_figure_possible_does_not_give_it() -> None:
    result = judged("Thirty-one people fell ill.", "At least nine people fell ill.", SUPPORTS)
    assert (result.stance, result.decided_by) == (Stance.NEUTRAL, DecidedBy.QUANTITY)
    near = judged("Thirty-one people fell ill.", "More than 30 people fell ill.", SUPPORTS)
    assert near.stance is Stance.SUPPORTS
    bound = judged("At least nine people fell ill.", "Thirty-one people fell ill.", SUPPORTS)
    assert bound.stance is Stance.SUPPORTS


def test_a_claim_about_the_first_figure_is_not_refuted_by_a_later_one() -> None:
    result = judged("The number of dead was first given as 12.", "The number of dead stands at 17.", CONFLICTS)
    assert (result.stance, result.decided_by) == (Stance.NEUTRAL, DecidedBy.QUANTITY)
    now = judged("The number of dead is 12.", "The number of dead stands at 17.", CONFLICTS)
    assert now.stance is Stance.CONFLICTS


def test_figures_that_agree_say_nothing_where_only_one_side_is_negated() -> None:
    unsure = StanceScores(0.35, 0.48, 0.17)
    claim = "Tormal paid the $5 million fine."
    assert judged(claim, "Tormal paid its $5 million fine in May.", unsure).stance is Stance.SUPPORTS
    assert judged(claim, "Tormal never paid the $5 million fine.", unsure).stance is Stance.NEUTRAL
    assert judged(claim, "Tormal never paid the $5 million fine.", CONFLICTS).stance is Stance.CONFLICTS


def test_what_somebody_else_denies_is_no_denial_of_who_says_it() -> None:
    claim = "Orun has accused the Harl rebels of being behind the fire."
    result = judged(claim, "The rebels have strongly denied the assertion.", CONFLICTS)
    assert result.stance is Stance.NEUTRAL
    assert result.decided_by is DecidedBy.ATTRIBUTION
    assert judged(claim, "Orun denied that it had accused anybody.", CONFLICTS).stance is Stance.CONFLICTS
