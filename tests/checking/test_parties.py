"""Who is said to be behind a deed, and who gave no answer: settled by who speaks, whatever the network says."""

from __future__ import annotations

import pytest

from service.domain import DecidedBy, Stance
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


def test_a_claim_that_denies_makes_no_charge():
    assert judged("The Harl rebels were not behind the mill attack.", BLAMED, NEUTRAL).stance is Stance.NEUTRAL
    assert judged("The Harl rebels haven't been behind the mill attack.", BLAMED, NEUTRAL).stance is Stance.NEUTRAL


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
