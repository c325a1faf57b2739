"""Of two sides the weaker gives way where only the network is for it; what a rule says stays."""

from __future__ import annotations

from dataclasses import replace

from service.checking.outweighed import said_of, without_outweighed
from service.domain import (
    Act,
    Article,
    Attribution,
    Context,
    DecidedBy,
    Hit,
    Judgement,
    Sentence,
    Stance,
    StanceScores,
    Value,
)

SUPPORTS, CONFLICTS, NEUTRAL = Stance.SUPPORTS, Stance.CONFLICTS, Stance.NEUTRAL


def judgement(stance: Stance, probability: float) -> Judgement:
    rest = (1 - probability) / 2
    scores = {
        SUPPORTS: StanceScores(probability, rest, rest),
        CONFLICTS: StanceScores(rest, probability, rest),
        NEUTRAL: StanceScores(rest, rest, probability),
    }
    article = Article("a", "Weir", "The weir leaks.", None, None, None)
    return Judgement(
        Hit(Sentence(1, "a", 0, 0, 15, article.text), article, Context("", ""), 0.7), stance, scores[stance]
    )


def stances(*judgements: Judgement) -> list[Stance]:
    return [each.stance for each in without_outweighed(judgements)]


def test_the_less_probable_side_gives_way_and_the_rest_stays_in_its_place() -> None:
    found = stances(judgement(CONFLICTS, 0.8), judgement(NEUTRAL, 0.9), judgement(SUPPORTS, 0.9))
    assert found == [NEUTRAL, NEUTRAL, SUPPORTS]


def test_two_sentences_outweigh_a_surer_one() -> None:
    found = stances(judgement(CONFLICTS, 0.76), judgement(CONFLICTS, 0.8), judgement(SUPPORTS, 0.95))
    assert found == [CONFLICTS, CONFLICTS, NEUTRAL]


def test_a_side_without_another_one_stays_however_weak() -> None:
    assert stances(judgement(SUPPORTS, 0.5), judgement(NEUTRAL, 0.9)) == [SUPPORTS, NEUTRAL]
    assert stances() == []


def test_sides_that_are_as_strong_as_each_other_conflict() -> None:
    assert stances(judgement(SUPPORTS, 0.8), judgement(CONFLICTS, 0.8)) == [SUPPORTS, CONFLICTS]


def test_figures_and_dates_outweigh_any_number_of_sentences_that_only_the_network_reads_so() -> None:
    by_rule = replace(judgement(CONFLICTS, 0.76), decided_by=DecidedBy.QUANTITY)
    found = stances(by_rule, judgement(CONFLICTS, 0.8), *[judgement(SUPPORTS, 0.9)] * 3)
    assert found == [CONFLICTS, CONFLICTS, NEUTRAL, NEUTRAL, NEUTRAL]


def test_what_is_superseded_is_on_no_side() -> None:
    old = replace(judgement(SUPPORTS, 0.7), superseded_by=Value("940 berths", 940, "berths", 0, 10))
    by_rule = replace(judgement(CONFLICTS, 0.8), decided_by=DecidedBy.QUANTITY)
    assert stances(old, by_rule) == [SUPPORTS, CONFLICTS]
    assert stances(replace(old, stance=CONFLICTS), judgement(SUPPORTS, 0.6)) == [CONFLICTS, SUPPORTS]


def test_a_sentence_with_all_figures_of_the_claim_outweighs_a_surer_one_without() -> None:
    agreeing = replace(judgement(SUPPORTS, 0.6), agrees=True)
    assert stances(agreeing, judgement(CONFLICTS, 0.97)) == [SUPPORTS, NEUTRAL]


def test_figures_on_both_sides_conflict() -> None:
    agreeing = replace(judgement(SUPPORTS, 0.6), agrees=True)
    differing = replace(judgement(CONFLICTS, 0.9), decided_by=DecidedBy.QUANTITY)
    assert stances(agreeing, differing) == [SUPPORTS, CONFLICTS]


def test_who_said_it_stays_against_any_number() -> None:
    by_speaker = replace(judgement(CONFLICTS, 0.76), decided_by=DecidedBy.ATTRIBUTION)
    assert stances(by_speaker, *[judgement(SUPPORTS, 0.9)] * 3) == [CONFLICTS, *[SUPPORTS] * 3]


def test_what_a_party_alleges_is_disputed_by_who_denies_it_and_not_outweighed() -> None:
    alleged = replace(judgement(SUPPORTS, 0.6), attribution=Attribution("the union", Act.ALLEGES))
    denied = replace(judgement(CONFLICTS, 0.9), decided_by=DecidedBy.ATTRIBUTION)
    assert stances(alleged, denied) == [SUPPORTS, CONFLICTS]


def test_the_probabilities_stay_the_network_s() -> None:
    weak = judgement(CONFLICTS, 0.76)
    (shown, _) = without_outweighed([weak, judgement(SUPPORTS, 0.9)])
    assert shown == replace(weak, stance=NEUTRAL)


def test_the_reason_says_how_many_sentences_gave_way() -> None:
    before = (judgement(CONFLICTS, 0.8), judgement(SUPPORTS, 0.9), judgement(NEUTRAL, 0.9))
    assert said_of(before, before) == ""
    said = "One sentence that only the stance model reads as conflicting gives way, and is listed as related."
    assert said_of(before, without_outweighed(before)) == said
    before = (judgement(SUPPORTS, 0.5), judgement(CONFLICTS, 0.99), judgement(SUPPORTS, 0.4))
    said = "2 sentences that only the stance model reads as supporting give way, and are listed as related."
    assert said_of(before, without_outweighed(before)) == said
