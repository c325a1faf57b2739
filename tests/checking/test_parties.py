"""Who is said to be behind a deed, and who gave no answer: settled by who speaks, whatever the network says."""

from __future__ import annotations

import pytest

from service.domain import Act, DecidedBy, Stance
from tests.checking.test_judging_layers import CONFLICTS, NEUTRAL, SUPPORTS, judged

BEHIND = "The Harl rebels were behind the mill attack."
BLAMED = "Orun has said it believes the Harl rebels were linked to the attack, without offering proof."


@pytest.mark.parametrize(
    ("sentence", "before", "expected"),
    [
        (BLAMED, "", Stance.SUPPORTS),
        ("The ministry in Orun blamed the Harl rebels for the attack.", "", Stance.SUPPORTS),
        ("The rebels rejected the accusation.", BLAMED, Stance.CONFLICTS),
        ("The Harl rebels denied that they were behind the attack.", "", Stance.CONFLICTS),
        ("The Harl rebels condemned the attack.", "", Stance.NEUTRAL),
        ("The ministry in Orun blamed the Mirova militia for the attack.", "", Stance.NEUTRAL),
    ],
)
def test_charges_and_denials_take_a_side(sentence, before, expected):
    result = judged(BEHIND, sentence, NEUTRAL, before)
    assert result.stance is expected
    if expected is not Stance.NEUTRAL:
        assert result.decided_by is DecidedBy.ATTRIBUTION


@pytest.mark.parametrize(
    "claim",
    [
        "The Harl rebels were not behind the mill attack.",
        "The Harl rebels haven't been behind the mill attack.",
        "The Harl rebels had nothing to do with the mill attack.",
        "The Harl rebels played no part in the mill attack.",
        "The Harl rebels did not carry out the mill attack.",
    ],
)
def test_a_claim_that_clears_somebody_is_charged_the_other_way_round(claim):
    assert judged(claim, BLAMED, NEUTRAL).stance is Stance.CONFLICTS
    assert judged(claim, "The Harl rebels denied that they were behind the attack.", NEUTRAL).stance is Stance.SUPPORTS


@pytest.mark.parametrize(
    "claim",
    [
        "The mill attack was carried out by the Harl rebels.",
        "The mill attack was the work of the Harl rebels.",
        "The Harl rebels bear the blame for the bloodshed at the mill.",
        "The Harl rebels staged the mill attack.",
    ],
)
def test_a_charge_may_be_put_in_many_ways(claim):
    assert judged(claim, BLAMED, NEUTRAL).stance is Stance.SUPPORTS


@pytest.mark.parametrize(
    "claim",
    [
        "The mayor backed Orun's claim that the Harl rebels were behind the mill attack.",
        "The Mirova militia, and not the Harl rebels, was behind the mill attack.",
    ],
)
def test_what_somebody_else_says_or_did_is_no_charge(claim):
    assert judged(claim, BLAMED, NEUTRAL).stance is Stance.NEUTRAL


def test_an_admission_is_of_one_deed_in_one_place():
    claim = "The Harl rebels said they carried out the Lindow attack."
    assert (
        judged(claim, "The Harl rebels claimed responsibility for the shooting.", CONFLICTS).stance is Stance.SUPPORTS
    )
    elsewhere = judged(claim, "The Harl rebels claimed responsibility for the blasts in Mirova.", CONFLICTS)
    assert (elsewhere.stance, elsewhere.decided_by) == (Stance.NEUTRAL, DecidedBy.ATTRIBUTION)
    assert (
        judged(claim, "The Mirova militia claimed responsibility for the shooting.", NEUTRAL).stance is Stance.NEUTRAL
    )


@pytest.mark.parametrize(
    ("sentence", "scores", "expected"),
    [
        ("The mill's owner, Tormal, did not respond to questions about the fire.", NEUTRAL, Stance.SUPPORTS),
        ("Tormal did not respond to questions about the fire.", NEUTRAL, Stance.SUPPORTS),
        ("The police and Tormal declined to comment on the fire.", CONFLICTS, Stance.SUPPORTS),
        ("The police declined to comment on the fire.", SUPPORTS, Stance.NEUTRAL),
        ("Asked for comment on the fire, Tormal said it was looking into it.", SUPPORTS, Stance.CONFLICTS),
        ("Tormal said its shares had gained.", SUPPORTS, Stance.NEUTRAL),
    ],
)
def test_silence_is_settled_by_the_silent(sentence, scores, expected):
    assert judged("Tormal gave no comment on the fire.", sentence, scores).stance is expected


@pytest.mark.parametrize(
    "claim", ["Tormal kept quiet about the fire.", "Tormal has stayed silent.", "Tormal left our questions unanswered."]
)
def test_silence_may_be_put_in_other_words(claim):
    assert judged(claim, "Tormal did not respond to questions about the fire.", NEUTRAL).stance is Stance.SUPPORTS
    assert judged(claim, "The police declined to comment on the fire.", SUPPORTS).stance is Stance.NEUTRAL


def test_a_denial_is_no_silence_and_counts_by_itself():
    result = judged("Tormal has stayed silent on the fire.", "Tormal denied that it had caused the fire.", NEUTRAL)
    assert (result.stance, result.attribution.act) == (Stance.CONFLICTS, Act.DENIES)


@pytest.mark.parametrize(
    "sentence",
    [
        "Orun accused the Mirova militia of the attack on the Harl rebels.",
        "Orun blamed the attack on the Harl rebels' camp on the Mirova militia.",
        "Orun accused the Harl rebels of covering up the attack.",
        "The ministry accused the Harl rebels of being slow to condemn the attack.",
        "Orun blamed the Harl rebels for failing to stop the attack.",
        "The Harl rebels said that the Mirova militia was behind the attack.",
    ],
)
def test_a_charge_counts_against_whom_it_accuses_and_for_that_deed(sentence):
    assert judged(BEHIND, sentence, NEUTRAL).stance is Stance.NEUTRAL


@pytest.mark.parametrize(
    "sentence",
    [
        "Orun blamed the attack on the Harl rebels.",
        "Orun accused members of the Harl rebels of having planned the attack.",
        "The ministry suspected the Harl rebels of the attack.",
    ],
)
def test_a_charge_is_known_in_its_usual_forms(sentence):
    assert judged(BEHIND, sentence, NEUTRAL).stance is Stance.SUPPORTS


@pytest.mark.parametrize(
    "sentence",
    [
        "The Mirova militia denied it was involved in the attack and blamed the Harl rebels for it.",
        "The militia denied it had attacked the mill, saying the Harl rebels were behind the attack.",
    ],
)
def test_who_denies_and_blames_another_does_not_deny_for_the_other(sentence):
    assert judged(BEHIND, sentence, NEUTRAL).stance is not Stance.CONFLICTS
