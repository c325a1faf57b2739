"""Figures for a span of time, by how much one changed, and figures that a sentence gives up."""

from __future__ import annotations

import pytest

from service.checking.differences import compare
from service.checking.earlier import is_of_then
from service.checking.quantities import extract
from service.domain import Relation


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("The choir pays $700 a month for the hall.", "US dollars a month"),
        ("The quarry sells 900 tons of gravel each week.", "tons a week"),
        ("On an average weekday 3,200 people take the tram.", "people a weekday"),
        ("In the course of a year the ferry burns 40 tons of oil.", "tons a year"),
        ("Rents may rise 3 percent annually.", "percent a year"),
        ("She sold it for $700 a month ago.", "US dollars"),
        ("They paid $700 a day after the storm.", "US dollars"),
        ("He gave $700, a year of wages.", "US dollars"),
    ],
)
def test_the_span_of_time_belongs_to_the_unit(text, unit):
    assert unit in {quantity.unit_name for quantity in extract(text)}


def outcome(claim: str, evidence: str) -> str:
    found = compare(claim, evidence, None)
    if any(difference.relation is Relation.SUPERSEDED for difference in found.differences):
        return "superseded"
    return "differs" if found.differences else "agrees" if found.agreements else "neither"


@pytest.mark.parametrize(
    ("claim", "evidence", "expected"),
    [
        ("The choir pays $700 a year for the hall.", "The choir pays $700 a month for the hall.", "differs"),
        ("The choir pays $8,400 a year for the hall.", "The choir pays $700 a month for the hall.", "agrees"),
        ("The choir pays $700 a month for the hall.", "The choir pays $700 a month for the hall.", "agrees"),
        ("The choir pays $700 for the hall.", "The choir pays $700 a month for the hall.", "agrees"),
        ("The tram carries 3,200 riders a week.", "On an average weekday 3,200 riders take the tram.", "differs"),
    ],
)
def test_a_figure_for_one_span_is_not_the_same_for_another(claim, evidence, expected):
    assert outcome(claim, evidence) == expected


@pytest.mark.parametrize(
    ("claim", "evidence", "expected"),
    [
        (
            "Tormal's revenue shrank by about half.",
            "Revenue at Tormal fell from $48 million to $31 million.",
            "differs",
        ),
        ("Tormal's revenue shrank by a third.", "Revenue at Tormal fell from $48 million to $32 million.", "agrees"),
        ("Tormal's revenue grew by a third.", "Revenue at Tormal fell from $48 million to $32 million.", "neither"),
        ("Tormal's costs shrank by half.", "Revenue at Lindow fell from $48 million to $31 million.", "neither"),
        ("The bank cut its rate by half a point.", "The bank cut its rate from 6% to 5%.", "neither"),
    ],
)
def test_a_share_is_worked_out_from_both_values(claim, evidence, expected):
    assert outcome(claim, evidence) == expected


@pytest.mark.parametrize(
    ("claim", "evidence", "expected"),
    [
        ("Tormal is shedding 900 posts.", "Tormal will cut 620 jobs instead of the 900 named.", "superseded"),
        ("The kite rose to 84 meters.", "The club revised the height: it was 91 meters, not 84.", "superseded"),
        ("The lake is at 29 percent.", "Rain raised the lake to 36 percent, after a low of 29 percent.", "superseded"),
        ("The lake is at 36 percent.", "Rain raised the lake to 36 percent, after a low of 29 percent.", "agrees"),
        ("The damage was first put at $95,000.", "The damage is $95,000, up from a first guess of $60,000.", "differs"),
        ("The damage was first put at $60,000.", "The damage is $95,000, up from a first guess of $60,000.", "agrees"),
    ],
)
def test_a_figure_that_the_sentence_gives_up(claim, evidence, expected):
    assert outcome(claim, evidence) == expected


def test_an_earlier_figure_is_left_behind_unless_the_claim_is_of_that_day():
    evidence = "On Monday it had been 1,900 acres."
    assert [value.text for value in compare("The fire covers 1,900 acres.", evidence, None).left_behind]
    assert compare("On May 4 the fire covered 1,900 acres.", evidence, None).left_behind == ()


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("By late July the lake was down to 66 percent.", True),
        ("On July 1, the lake was only 38 percent full.", True),
        ("Before the vote, 51 percent were in favor.", True),
        ("On July 1, 38 people died in the fire.", False),
        ("In the end, 60 infections were counted.", False),
        ("The lake is 38 percent full.", False),
    ],
)
def test_claims_about_how_things_stood(claim, expected):
    assert is_of_then(claim) is expected
